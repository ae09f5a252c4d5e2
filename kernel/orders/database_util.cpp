/// See database_util.hpp.
#include "kernel/orders/database_util.hpp"

#include <algorithm>

#include <fmt/format.h>

#include <ordo/options.hpp>
#include <ordo/order_details.hpp>

#include "kernel/database/schema_installer.hpp"

namespace ordo::orders {
namespace {

constexpr std::string_view address_index_name = "order_addresses_fts";

/// Servers may take table names in any case for the same.
bool same_name(std::string_view a, std::string_view b) {
    const auto lower = [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; };
    return std::equal(a.begin(), a.end(), b.begin(), b.end(), [&](char x, char y) { return lower(x) == lower(y); });
}

bool has_table(const Schema& schema, std::string_view name) {
    return std::any_of(schema.begin(), schema.end(), [&](const Table& table) { return same_name(table.name, name); });
}

struct NamedType {
    std::string_view name;
    FieldType type;
    DateSpelling spelling;
};
constexpr std::array value_types{NamedType{"decimal", FieldType::amount, DateSpelling::datetime}, NamedType{"int", FieldType::id, DateSpelling::datetime},
                                 NamedType{"bool", FieldType::flag, DateSpelling::datetime},      NamedType{"string", FieldType::text, DateSpelling::datetime},
                                 NamedType{"date", FieldType::datetime, DateSpelling::datetime},  NamedType{"date_epoch", FieldType::datetime, DateSpelling::unix_time}};

class Util final : public DatabaseUtil {
public:
    explicit Util(DatabaseUtilServices services) : services_(std::move(services)) {}

    std::vector<std::string> dbdelta(std::string_view sql) override { return database::install(*services_.database, services_.read_create_tables(sql)); }

    std::vector<std::string> get_missing_tables(std::string_view sql) override {
        const Schema schema = sql.empty() ? shop_schema() : services_.read_create_tables(sql);
        std::vector<std::string> missing;
        services_.database->read([&](Read& read) {
            missing.clear();
            for (const Table& table : schema)
                if (!read.table_exists(table.name)) missing.push_back(table.name);
        });
        return missing;
    }

    bool drop_database_table(std::string_view table, RowsInTable rows) override {
        bool exists = false, empty = true;
        services_.database->read([&](Read& read) {
            exists = read.table_exists(table);
            if (exists) empty = !has_rows(read, table);
        });
        if (!exists) return false;
        const std::string needed = why_needed(table);
        if (!needed.empty()) throw Error(errc::database_table_needed, fmt::format("table {} is not dropped: {}", table, needed));
        if (!empty && rows == RowsInTable::refuse)
            throw Error(errc::database_table_needed, fmt::format("table {} is not dropped: it has rows", table), "say that its rows may go with it");
        services_.database->run([&](database::DdlUnit& unit) { unit.drop_table(table); });
        if (has_table(services_.stores->get(store_hpos).schema(), table) && services_.options->get(option::custom_orders_table_created) == "yes")
            services_.database->write([&](Unit& unit) { services_.options->set(unit, option::custom_orders_table_created, "no"); });
        return true;
    }

    bool create_primary_key(std::string_view table, std::string_view column) override {
        const database::SqlDialect& dialect = services_.database->dialect();
        bool has_key = false;
        services_.database->read([&](Read& read) {
            has_key = !names(read, dialect.primary_key_sql(), table).empty();
            if (has_key) return;
            const auto columns = names(read, dialect.column_names_sql(), table);
            if (columns.empty()) throw Error(errc::database_schema, fmt::format("there is no table {}", table));
            if (std::find(columns.begin(), columns.end(), column) == columns.end())
                throw Error(errc::database_schema, fmt::format("table {} has no column {}", table, column));
            bool has_null = false;
            read.query(fmt::format("SELECT 1 FROM {} WHERE {} IS NULL LIMIT 1", dialect.quote_identifier(table), dialect.quote_identifier(column)),
                       [&](const Row&) { has_null = true; });
            if (has_null) throw Error(errc::database_schema, fmt::format("column {} of table {} has a NULL, which no primary key has", column, table));
        });
        if (has_key) return false;
        services_.database->run([&](database::DdlUnit& unit) { unit.execute(dialect.add_primary_key(table, column)); });
        return true;
    }

    ColumnValue format_object_value_for_db(BytesView value, std::string_view type) override {
        const auto named = std::find_if(value_types.begin(), value_types.end(), [&](const NamedType& one) { return one.name == type; });
        if (named == value_types.end())
            throw Error(errc::usage, fmt::format("\"{}\" is no type of a value", type), "it is decimal, int, bool, string, date or date_epoch");
        if (named->type == FieldType::text) return {own(value), std::nullopt};  // no column, so no length
        const FieldSpec spec = detail::typed({}, named->type, {}, {}, {}, {});
        return to_column(spec, canonicalize(spec, value, named->spelling));
    }

    bool fts_index_on_order_address_table_exists() override {
        std::vector<std::string> indexes;
        services_.database->read([&](Read& read) {
            indexes = names(read, services_.database->dialect().index_names_sql(), services_.table_prefix + "wc_order_addresses");
        });
        return std::find(indexes.begin(), indexes.end(), address_index_name) != indexes.end();
    }

private:
    static std::vector<std::string> names(Read& read, std::string_view sql, std::string_view table) {
        std::vector<std::string> found;
        const BytesView bound{table};
        read.query(sql, {&bound, 1}, [&](const Row& row) { found.emplace_back(row.text(0)); });
        return found;
    }

    bool has_rows(Read& read, std::string_view table) const {
        bool found = false;
        read.query(fmt::format("SELECT 1 FROM {} LIMIT 1", read.dialect().quote_identifier(table)), [&](const Row&) { found = true; });
        return found;
    }

    /// Tables of all stores, of items, notes and options.
    Schema shop_schema() const {
        Schema schema;
        const auto add = [&](Schema more) { schema.insert(schema.end(), std::make_move_iterator(more.begin()), std::make_move_iterator(more.end())); };
        for (const std::string& id : services_.stores->registry().store_ids()) add(services_.stores->get(id).schema());
        if (auto* details = find_interface<OrderDetails>(services_.stores->registry())) add(details->schema());
        add(services_.options->schema());
        return schema;
    }

    /// A sentence's end; empty: nothing needs the table.
    std::string why_needed(std::string_view table) const {
        const OrderDataStore& hpos = services_.stores->get(store_hpos);
        if (has_table(hpos.schema(), table)) return why_hpos_is_needed(services_.table_prefix + std::string(hpos.traits().orders_table));
        const std::string own = services_.table_prefix + "ordo_";
        if (same_name(table.substr(0, own.size()), own)) return "Ordo keeps in it what no other table holds";
        return has_table(shop_schema(), table) ? "the shop needs it" : "";
    }

    std::string why_hpos_is_needed(const std::string& orders_table) const {
        if (services_.controller->custom_orders_table_usage_is_enabled()) return "hpos is authoritative";
        if (services_.synchronizer->data_sync_is_enabled()) return "compatibility mode keeps a copy of each order in it";
        bool has_orders = false;
        services_.database->read([&](Read& read) { has_orders = read.table_exists(orders_table) && has_rows(read, orders_table); });
        return has_orders ? "there are orders in " + orders_table + "; `ordo hpos rollback` removes those that posts have too" : "";
    }

    DatabaseUtilServices services_;
};

}  // namespace

std::unique_ptr<DatabaseUtil> make_database_util(DatabaseUtilServices services) { return std::make_unique<Util>(std::move(services)); }

}  // namespace ordo::orders
