/// See options_table.hpp.
#include "kernel/options/options_table.hpp"

#include <array>

#include <fmt/format.h>

#include <ordo/error.hpp>

namespace ordo::options {

OptionsTable::OptionsTable(Database& database, std::string table_prefix, Configured configured)
    : database_(&database), wordpress_table_(table_prefix + "options"), own_table_(table_prefix + "ordo_options"), configured_(std::move(configured)) {}

void OptionsTable::refuse_if_configured(std::string_view name) const {
    if (configured_.values.contains(name)) throw Error(errc::option_read_only, fmt::format("option {} is set by the configuration ({})", name, configured_.file), "change it there");
}

std::optional<std::string> OptionsTable::find_table(Read& read) const {
    for (const std::string& table : {wordpress_table_, own_table_})
        if (read.table_exists(table)) return table;
    return std::nullopt;
}

std::optional<std::string> OptionsTable::get(Read& read, std::string_view name) const {
    std::optional<std::string> value;
    if (const auto configured = configured_.values.find(name); configured != configured_.values.end()) return configured->second;
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
    if (const auto configured = configured_.values.find(name); configured != configured_.values.end()) return configured->second;
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
    for (auto& [name, value] : found.values_)
        if (const auto configured = configured_.values.find(name); configured != configured_.values.end()) value = configured->second;
    return found;
}

std::optional<std::string> OptionValues::operator()(std::string_view name) const {
    const auto found = values_.find(name);
    if (found == values_.end()) throw Error(errc::internal, "an option that was not read: " + std::string(name));
    return found->second;
}

void OptionsTable::set(Unit& unit, std::string_view name, std::string_view value, std::string_view autoload) const {
    refuse_if_configured(name);
    const auto table = find_table(unit);
    if (!table)
        throw Error(errc::database_not_a_shop, "the database has no table of options (" + wordpress_table_ + ")",
                    "bring a shop in with `ordo import`, or make the tables with `ordo db init`");
    const std::array<BytesView, 2> values{value, name};
    if (unit.execute("UPDATE " + *table + " SET option_value = ? WHERE option_name = ?", values) == 0)
        unit.insert({*table, {"option_name", "option_value", "autoload"}, {name, value, autoload}});
}

void OptionsTable::hold(Unit& unit, std::string_view name) const {
    const BytesView value{name};
    if (const auto table = find_table(unit))
        unit.query("SELECT option_id FROM " + *table + " WHERE option_name = ?" + std::string(unit.dialect().for_update()), {&value, 1}, [](const Row&) {});
}

bool OptionsTable::remove(Unit& unit, std::string_view name) const {
    refuse_if_configured(name);
    const auto table = find_table(unit);
    const BytesView bound{name};
    return table && unit.execute("DELETE FROM " + *table + " WHERE option_name = ?", {&bound, 1}) > 0;
}

std::vector<OptionRow> OptionsTable::list(std::string_view prefix) const {
    std::map<std::string, std::string> values;
    database_->read([&](Read& read) {
        values.clear();
        const auto table = find_table(read);
        if (!table) return;
        read.query("SELECT option_name, option_value FROM " + *table, [&](const Row& row) { values.emplace(row.text(0), row.text(1)); });
    });
    for (const auto& [name, value] : configured_.values) values.insert_or_assign(name, value);
    std::vector<OptionRow> rows;
    for (auto& [name, value] : values)
        if (name.starts_with(prefix)) rows.push_back({name, std::move(value)});
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
