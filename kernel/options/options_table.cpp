/// See options_table.hpp.
#include "kernel/options/options_table.hpp"

#include <array>

#include <ordo/error.hpp>

namespace ordo::options {

OptionsTable::OptionsTable(Database& database, std::string table_prefix)
    : database_(&database), wordpress_table_(table_prefix + "options"), own_table_(table_prefix + "ordo_options") {}

std::optional<std::string> OptionsTable::find_table(Read& read) const {
    for (const std::string& table : {wordpress_table_, own_table_})
        if (read.table_exists(table)) return table;
    return std::nullopt;
}

std::optional<std::string> OptionsTable::get(Read& read, std::string_view name) const {
    std::optional<std::string> value;
    const auto table = find_table(read);
    if (!table) return value;
    const BytesView bound{name};
    read.query("SELECT option_value FROM " + *table + " WHERE option_name = ?", {&bound, 1},
               [&](const Row& row) { value = std::string(row.text(0)); });
    return value;
}

void OptionsTable::read_if_there(const std::function<void(Read&)>& body) const {
    try {
        database_->read(body);
    } catch (const Error& error) {
        // Before the first import there is no database, and so no option.
        if (error.code() != errc::database_missing) throw;
    }
}

std::optional<std::string> OptionsTable::get(std::string_view name) const {
    std::optional<std::string> value;
    read_if_there([&](Read& read) { value = get(read, name); });
    return value;
}

OptionValues OptionsTable::get_many(std::span<const std::string_view> names) const {
    OptionValues found;
    std::vector<BytesView> bound;
    std::string list;
    for (const std::string_view name : names) {
        found.values_.emplace(name, std::nullopt);
        list += bound.empty() ? "?" : ",?";
        bound.emplace_back(name);
    }
    read_if_there([&](Read& read) {
        const auto table = find_table(read);
        if (!table || bound.empty()) return;
        read.query("SELECT option_name, option_value FROM " + *table + " WHERE option_name IN (" + list + ")", bound, [&](const Row& row) {
            if (const auto one = found.values_.find(row.text(0)); one != found.values_.end()) one->second = std::string(row.text(1));
        });
    });
    return found;
}

std::optional<std::string> OptionValues::operator()(std::string_view name) const {
    const auto found = values_.find(name);
    if (found == values_.end()) throw Error(errc::internal, "an option that was not read: " + std::string(name));
    return found->second;
}

void OptionsTable::set(Unit& unit, std::string_view name, std::string_view value, std::string_view autoload) const {
    const auto table = find_table(unit);
    if (!table)
        throw Error(errc::database_not_a_shop, "the database has no table of options (" + wordpress_table_ + ")",
                    "bring a shop in with `ordo import`, or make the tables with `ordo db init`");
    const std::array<BytesView, 2> values{value, name};
    if (unit.execute("UPDATE " + *table + " SET option_value = ? WHERE option_name = ?", values) == 0)
        unit.insert({*table, {"option_name", "option_value", "autoload"}, {name, value, autoload}});
}

bool OptionsTable::remove(Unit& unit, std::string_view name) const {
    const auto table = find_table(unit);
    const BytesView bound{name};
    return table && unit.execute("DELETE FROM " + *table + " WHERE option_name = ?", {&bound, 1}) > 0;
}

std::vector<OptionRow> OptionsTable::list(std::string_view prefix) const {
    std::vector<OptionRow> rows;
    database_->read([&](Read& read) {
        rows.clear();
        const auto table = find_table(read);
        if (!table) return;
        read.query("SELECT option_name, option_value FROM " + *table + " ORDER BY option_name", [&](const Row& row) {
            if (row.text(0).starts_with(prefix)) rows.push_back({std::string(row.text(0)), std::string(row.text(1))});
        });
    });
    return rows;
}

Schema OptionsTable::schema_of(const std::string& table) {
    using namespace columns;
    return {{table,
             {id("option_id", true), required("option_name", varchar(191), ""), required("option_value", longtext()),
              required("autoload", varchar(20), "yes")},
             {"option_id"},
             {{"option_name", {{"option_name"}}, Index::Kind::unique}, {"autoload", {{"autoload"}}}}}};
}

}  // namespace ordo::options
