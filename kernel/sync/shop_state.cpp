/// See shop_state.hpp.
#include "kernel/sync/shop_state.hpp"

namespace ordo::sync {

Table ShopState::schema() const {
    using namespace columns;
    return {table_, {required("name", varchar(64)), required("value", varchar(255))}, {"name"}, {}};
}

std::optional<std::string> ShopState::get(Read& read, std::string_view name) const {
    std::optional<std::string> value;
    const BytesView key{name};
    if (read.table_exists(table_)) read.query("SELECT value FROM " + table_ + " WHERE name = ?", {&key, 1}, [&](const Row& row) { value = std::string(row.text(0)); });
    return value;
}

void ShopState::set(Unit& unit, std::string_view name, std::string_view value) const {
    unit.upsert({{table_, {"name", "value"}, {name, value}}, "name", {"value"}});
}

void ShopState::forget(Unit& unit, std::string_view name) const {
    const BytesView key{name};
    if (unit.table_exists(table_)) unit.execute("DELETE FROM " + table_ + " WHERE name = ?", {&key, 1});
}

}  // namespace ordo::sync
