/// The plugin `hpos`: orders in WooCommerce's High-Performance Order Storage - four tables, a row of each kind an order
/// and two addresses. Every column is read and written by the mapping table of the SDK. Keeps no state between calls.
#include <ordo/captured_tables.hpp>
#include <ordo/plugin.hpp>
#include <ordo/store_integrity.hpp>
#include <ordo/store_queries.hpp>

#include <algorithm>
#include <array>
#include <deque>
#include <optional>
#include <unordered_map>
#include <utility>

#include "hpos_schema.hpp"
#include "hpos_search.hpp"

namespace {

using ordo::Bytes;
using ordo::BytesView;
using ordo::FieldArray;
using ordo::FieldId;
using ordo::FieldSpec;
using ordo::HposRow;
using ordo::OrderId;
using ordo::OrderRecord;
using ordo::OrderWrite;
using ordo::Outcome;
using ordo::Row;
using ordo::WriteResult;
using hpos::address_type;

constexpr std::uint32_t meta_value_bytes_max = 65535;
constexpr std::uint32_t meta_key_characters_max = 255;
constexpr std::uint32_t type_characters_max = 20;

/// The fields that are columns of one HPOS row, ascending.
std::vector<const FieldSpec*> fields_of(HposRow row) {
    std::vector<const FieldSpec*> specs;
    for (const FieldSpec& spec : ordo::order_fields)
        if (spec.hpos_row == row) specs.push_back(&spec);
    return specs;
}

std::string column_list(const std::vector<const FieldSpec*>& specs) {
    std::string list;
    for (const FieldSpec* spec : specs) list += ", " + std::string(spec->column);
    return list;
}

/// Rows to be inserted into one table; owns the texts that are not the caller's.
class Rows {
public:
    Rows(const std::string& table, std::vector<std::string_view> columns) { insert_.table = table, insert_.columns = std::move(columns); }
    void add(BytesView value) { insert_.values.push_back(value); }
    void add_own(Bytes value) { insert_.values.push_back(ordo::view(texts_.emplace_back(std::move(value)))); }
    void insert_into(ordo::Unit& unit) const { unit.insert(insert_); }

private:
    ordo::Insert insert_;
    std::deque<Bytes> texts_;  // a deque: views stay valid while it grows
};

class OrdersTableDataStore final : public ordo::OrderDataStore,
                                   public ordo::DeletionRecords,
                                   public ordo::StoredOrderTypes,
                                   public ordo::CapturedTables,
                                   public ordo::StoreIntegrity {
public:
    explicit OrdersTableDataStore(const ordo::Host& host)
        : tables_{host.table("wc_orders"), host.table("wc_order_addresses"), host.table("wc_order_operational_data"),
                  host.table("wc_orders_meta")},
          query_(tables_) {}

    const ordo::StoreTraits& traits() const noexcept override {
        static constexpr ordo::StoreTraits traits{.id = ordo::store_hpos, .orders_table = "wc_orders", .creates_tables_on_demand = true, .meta_table = "wc_orders_meta"};
        return traits;
    }

    ordo::Schema schema() const override { return hpos::schema(tables_); }

    void* find_interface(std::string_view id) noexcept override {
        if (id == ordo::DeletionRecords::interface_id) return static_cast<ordo::DeletionRecords*>(this);
        if (id == ordo::StoredOrderTypes::interface_id) return static_cast<ordo::StoredOrderTypes*>(this);
        if (id == ordo::CapturedTables::interface_id) return static_cast<ordo::CapturedTables*>(this);
        if (id == ordo::StoreIntegrity::interface_id) return static_cast<ordo::StoreIntegrity*>(this);
        if (id == ordo::OrderSearch::interface_id) return static_cast<ordo::OrderSearch*>(&query_);
        return nullptr;
    }

    std::vector<ordo::OrderStamp> list(ordo::Read& read, const ordo::ListRequest& request) override {
        return ordo::list_orders(read, hpos::order_table(tables_), request);
    }

    ordo::StoreCount count(ordo::Read& read, std::span<const std::string> types) override {
        return ordo::count_orders(read, hpos::order_table(tables_), types);
    }

    std::vector<OrderRecord> read(ordo::Read& read, std::span<const OrderId> ids) override {
        return load(read, ids, {});
    }

    std::vector<WriteResult> write(ordo::Unit& unit, std::span<const OrderWrite> writes) override {
        std::vector<WriteResult> results;
        results.reserve(writes.size());
        for (const OrderWrite& write : writes) results.push_back({write.id, Outcome::written, unfit(write)});

        std::vector<OrderId> updated, erased;
        for (std::size_t i = 0; i < writes.size(); ++i) {
            if (!results[i].faults.empty()) results[i].outcome = Outcome::refused;
            else if (writes[i].op == ordo::WriteOp::update) updated.push_back(writes[i].id);
            else if (writes[i].op == ordo::WriteOp::erase) erased.push_back(writes[i].id);
        }
        insert_orders(unit, writes, results);
        erase_orders(unit, erased);

        const std::vector<OrderRecord> current = load(unit, updated, unit.dialect().for_update());
        for (std::size_t i = 0; i < writes.size(); ++i) {
            if (writes[i].op != ordo::WriteOp::update || results[i].outcome == Outcome::refused) continue;
            const OrderRecord* const held = ordo::find_record(current, writes[i].id);
            if (!held) results[i].outcome = Outcome::missing;
            else if (!ordo::still_holds(*held, writes[i])) results[i].outcome = Outcome::conflict;
            else update_order(unit, held->type, writes[i], results[i].faults);
        }
        return results;
    }

    // CapturedTables

    std::vector<ordo::CapturedTable> captured_tables() const override {
        return {{tables_.orders, "id"}, {tables_.addresses, "order_id"}, {tables_.operational, "order_id"}, {tables_.meta, "order_id"}};
    }
    std::vector<ordo::OrderStamp> find_stamps(ordo::Read& read, std::span<const OrderId> ids) override {
        return ordo::find_order_stamps(read, hpos::order_table(tables_), ids);
    }

    // StoredOrderTypes

    std::vector<std::string> stored_order_types(ordo::Read& read) override {
        // From one type to the next by the index type_status_date: DISTINCT would read every order.
        std::vector<std::string> types;
        for (std::string last;; last = types.back()) {
            const std::size_t before = types.size();
            const BytesView after{last};
            read.query("SELECT type FROM " + tables_.orders + " WHERE type > ? ORDER BY type LIMIT 1", {&after, 1},
                       [&](const Row& row) { types.emplace_back(row.text(0)); });
            if (types.size() == before) return types;
        }
    }

    // DeletionRecords

    std::vector<OrderId> list_deleted(ordo::Read& read, std::string_view lost_by, OrderId after, std::size_t count_max) override {
        // Today's WooCommerce writes a word, older versions the name of the table.
        const bool posts = lost_by == ordo::store_posts;
        const std::string posts_table = this->posts_table();
        const std::string after_text = std::to_string(after.value);
        const std::array<BytesView, 4> values{after_text, ordo::deletion_record_key, posts ? "posts_table" : "orders_table",
                                              posts ? std::string_view(posts_table) : std::string_view(tables_.orders)};
        std::vector<OrderId> ids;
        read.query("SELECT DISTINCT order_id FROM " + tables_.meta +
                       " WHERE order_id > ? AND meta_key = ? AND meta_value IN (?, ?) AND " + read.dialect().exact("meta_key") + " = '" +
                       std::string(ordo::deletion_record_key) + "' ORDER BY order_id LIMIT " + std::to_string(count_max),
                   values, [&](const Row& row) { ids.push_back(OrderId{row.number(0)}); });
        return ids;
    }

    void forget_deleted(ordo::Unit& unit, std::span<const OrderId> ids) override {
        if (ids.empty()) return;
        const BytesView key{ordo::deletion_record_key};
        unit.execute("DELETE FROM " + tables_.meta + " WHERE " + unit.dialect().exact("meta_key") + " = ? AND order_id IN " + ordo::id_list(ids), {&key, 1});
    }

    void record_deleted(ordo::Unit& unit, std::string_view lost_by, std::span<const OrderId> ids) override {
        forget_deleted(unit, ids);
        Rows records(tables_.meta, {"order_id", "meta_key", "meta_value"});
        for (const OrderId id : ids) {
            records.add_own(std::to_string(id.value));
            records.add(ordo::deletion_record_key);
            records.add(lost_by == ordo::store_posts ? "posts_table" : "orders_table");
        }
        records.insert_into(unit);
    }

    // StoreIntegrity

    std::vector<OrderId> find_existing(ordo::Read& read, std::span<const OrderId> ids) override {
        std::vector<OrderId> existing;
        if (!ids.empty())
            read.query("SELECT id FROM " + tables_.orders + " WHERE id IN " + ordo::id_list(ids) + " ORDER BY id",
                       [&](const Row& row) { existing.push_back(OrderId{row.number(0)}); });
        return existing;
    }

    void find_stray_rows(ordo::Read& read, const ordo::IdRange& range, const ordo::EachStrayRows& each) override {
        using enum ordo::StrayRows::Kind;
        const Range bounds(range);
        find_orders_without_type(read, bounds, each);
        find_extra_rows(read, bounds, each, tables_.addresses);
        find_extra_rows(read, bounds, each, tables_.operational);
        find_orphan_meta(read, bounds, each);
        find_odd_deletion_records(read, bounds, each);
        if (!range.includes_rows_without_id()) return;
        for (const std::string* table : {&tables_.addresses, &tables_.operational, &tables_.meta}) {
            ordo::StrayRowsOfOrders rows(each);
            read.query("SELECT id FROM " + *table + " WHERE order_id IS NULL OR order_id = 0 ORDER BY id",
                       [&](const Row& row) { rows.add(orphan, OrderId{}, *table, "", row.number(0)); });
            rows.finish();
        }
    }

    void remove_rows(ordo::Unit& unit, std::string_view table, std::span<const std::uint64_t> rows) override {
        const std::array known{&tables_.orders, &tables_.addresses, &tables_.operational, &tables_.meta};
        if (std::none_of(known.begin(), known.end(), [&](const std::string* name) { return *name == table; }))
            throw ordo::Error(ordo::errc::internal, fmt::format("{} is no table of the store hpos", table));
        if (!rows.empty()) unit.execute(fmt::format("DELETE FROM {} WHERE id IN {}", table, ordo::number_list(rows)));
    }

private:
    /// `end_of_sql`: what holds the rows, for whoever is going to change them.
    std::vector<OrderRecord> load(ordo::Read& read, std::span<const OrderId> ids, std::string_view end_of_sql) {
        std::vector<OrderRecord> records;
        if (ids.empty()) return records;
        const std::string list = ordo::id_list(ids), end(end_of_sql);
        std::vector<FieldArray> fields;
        std::unordered_map<std::uint64_t, std::size_t> at;

        const auto take = [](FieldArray& into, const std::vector<const FieldSpec*>& specs, const Row& row, std::size_t first) {
            for (std::size_t i = 0; i < specs.size(); ++i)
                into[static_cast<std::size_t>(specs[i]->id)] = ordo::canonicalize(*specs[i], row[first + i]);
        };
        // Last to first, so that of duplicate rows the first one counts.
        const auto order_specs = fields_of(HposRow::order);
        read.query("SELECT id, type" + column_list(order_specs) + " FROM " + tables_.orders + " WHERE id IN " + list + " ORDER BY id" + end,
                   [&](const Row& row) {
                       at.emplace(row.number(0), records.size());
                       records.push_back({OrderId{row.number(0)}, std::string(row.text(1)), {}, {}, {}, {}});
                       take(fields.emplace_back(), order_specs, row, 2);
                   });
        const auto billing_specs = fields_of(HposRow::billing_address);
        const auto shipping_specs = fields_of(HposRow::shipping_address);
        read.query("SELECT order_id, address_type" + column_list(billing_specs) + " FROM " + tables_.addresses + " WHERE order_id IN " + list +
                       " ORDER BY id DESC" + end,
                   [&](const Row& row) {
                       const auto order = at.find(row.number(0));
                       if (order == at.end()) return;  // rows without their order are no order
                       if (row.text(1) == "billing") take(fields[order->second], billing_specs, row, 2);
                       if (row.text(1) == "shipping") take(fields[order->second], shipping_specs, row, 2);
                   });
        const auto operational_specs = fields_of(HposRow::operational);
        read.query("SELECT order_id" + column_list(operational_specs) + " FROM " + tables_.operational + " WHERE order_id IN " + list + " ORDER BY id DESC" + end,
                   [&](const Row& row) {
                       if (const auto order = at.find(row.number(0)); order != at.end())
                           take(fields[order->second], operational_specs, row, 1);
                   });
        read.query("SELECT order_id, id, meta_key, meta_value FROM " + tables_.meta + " WHERE order_id IN " + list + end,
                   [&](const Row& row) {
                       if (const auto order = at.find(row.number(0)); order != at.end() && row.text(2) != ordo::deletion_record_key)
                           records[order->second].meta.push_back({row.number(1), std::string(row.text(2)), ordo::own(row[3])});
                   });
        for (std::size_t i = 0; i < records.size(); ++i) {
            records[i].fields = ordo::to_fields(std::move(fields[i]));
            // In stored order. No index has it, so a server would sort the whole batch.
            std::sort(records[i].meta.begin(), records[i].meta.end(), [](const auto& a, const auto& b) { return a.row < b.row; });
        }
        return records;
    }

    std::string posts_table() const { return tables_.orders.substr(0, tables_.orders.size() - traits().orders_table.size()) + "posts"; }

    /// A range of ids as a condition on a column, and the values it binds.
    struct Range {
        explicit Range(const ordo::IdRange& range)
            : after(std::to_string(range.after.value)), until(std::to_string(range.until.value)),
              only(range.only.empty() ? std::string{} : ordo::id_list(range.only)) {}
        std::string on(const std::string& column) const {
            return column + " > ? AND " + column + " <= ?" + (only.empty() ? "" : " AND " + column + " IN " + only);
        }
        std::array<BytesView, 2> values() const { return {after, until}; }
        std::string after, until, only;
    };

    /// A row without a type is no order to anybody, and keeps the id from becoming one.
    void find_orders_without_type(ordo::Read& read, const Range& range, const ordo::EachStrayRows& each) const {
        ordo::StrayRowsOfOrders rows(each);
        read.query("SELECT id FROM " + tables_.orders + " WHERE " + range.on("id") + " AND (type IS NULL OR type = '') ORDER BY id", range.values(),
                   [&](const Row& row) { rows.add(ordo::StrayRows::Kind::unknown, OrderId{row.number(0)}, tables_.orders, "type", row.number(0)); });
        rows.finish();
    }

    /// Addresses and operational data: one row an order, or one of each address type. A shop may have lost the unique keys
    /// that forbid others.
    void find_extra_rows(ordo::Read& read, const Range& range, const ordo::EachStrayRows& each, const std::string& table) const {
        using enum ordo::StrayRows::Kind;
        const bool typed = &table == &tables_.addresses;
        const std::string type = read.dialect().exact("r.address_type"), other_type = read.dialect().exact("b.address_type");
        ordo::StrayRowsOfOrders rows(each);
        read.query("SELECT r.order_id, r.id, o.id, " + std::string(typed ? "r.address_type" : "'billing'") + " FROM " + table + " r LEFT JOIN " +
                       tables_.orders + " o ON o.id = r.order_id WHERE " + range.on("r.order_id") + " AND (o.id IS NULL" +
                       (typed ? " OR r.address_type IS NULL OR " + type + " NOT IN ('billing', 'shipping')" : "") + " OR EXISTS (SELECT 1 FROM " +
                       table + " b WHERE b.order_id = r.order_id AND b.id < r.id" + (typed ? " AND " + other_type + " = " + type : "") +
                       ")) ORDER BY r.order_id, r.id",
                   range.values(), [&](const Row& row) {
                       const bool known = row.text(3) == "billing" || row.text(3) == "shipping";
                       rows.add(!row[2] ? orphan : known ? duplicate : unknown, OrderId{row.number(0)}, table, typed ? row.text(3) : "", row.number(1));
                   });
        rows.finish();
    }

    void find_orphan_meta(ordo::Read& read, const Range& range, const ordo::EachStrayRows& each) const {
        // From one order to the next by the index: only few orders, if any, have their rows read.
        ordo::StrayRowsOfOrders rows(each);
        read.query("SELECT m.order_id, m.id FROM (SELECT DISTINCT order_id FROM " + tables_.meta + " WHERE " + range.on("order_id") +
                       ") d LEFT JOIN " + tables_.orders + " o ON o.id = d.order_id JOIN " + tables_.meta +
                       " m ON m.order_id = d.order_id WHERE o.id IS NULL AND (m.meta_key IS NULL OR " + read.dialect().exact("m.meta_key") +
                       " <> '" + std::string(ordo::deletion_record_key) + "') ORDER BY m.order_id, m.id",
                   range.values(), [&](const Row& row) { rows.add(ordo::StrayRows::Kind::orphan, OrderId{row.number(0)}, tables_.meta, "", row.number(1)); });
        rows.finish();
    }

    /// Deletion records that name no store: they delete nothing, and as meta nobody reads them either.
    void find_odd_deletion_records(ordo::Read& read, const Range& range, const ordo::EachStrayRows& each) const {
        ordo::StrayRowsOfOrders rows(each);
        const std::string posts = posts_table(), key(ordo::deletion_record_key);
        const std::array<BytesView, 5> values{range.after, range.until, key, posts, tables_.orders};
        read.query("SELECT order_id, id FROM " + tables_.meta + " WHERE " + range.on("order_id") + " AND meta_key = ? AND " +
                       read.dialect().exact("meta_key") + " = '" + key +
                       "' AND (meta_value IS NULL OR meta_value NOT IN ('posts_table', 'orders_table', ?, ?)) ORDER BY order_id, id",
                   values, [&](const Row& row) { rows.add(ordo::StrayRows::Kind::unknown, OrderId{row.number(0)}, tables_.meta, key, row.number(1)); });
        rows.finish();
    }

    /// What no column can hold even in part: a status, a type or a meta key that is too long.
    static std::vector<ordo::Fault> unfit(const OrderWrite& write) {
        std::vector<ordo::Fault> faults;
        if (write.op == ordo::WriteOp::erase) return faults;
        const auto too_long = [](std::string_view text, std::uint32_t characters) {
            return ordo::fitting_prefix(text, characters, false).size() < text.size();
        };
        for (const ordo::FieldChange& change : write.fields)
            if (change.id == FieldId::status && change.value && too_long(change.value->text, ordo::field_spec(change.id).length_max))
                faults.push_back({change.id, {}, 0, ordo::Rule::too_long, true, {}});
        if (too_long(write.type, type_characters_max)) faults.push_back({std::nullopt, "type", 0, ordo::Rule::too_long, true, {}});
        for (const ordo::MetaChange& change : write.meta)
            if (too_long(change.key, meta_key_characters_max))
                faults.push_back({std::nullopt, change.key, change.ordinal, ordo::Rule::too_long, false, {}});
        return faults;
    }

    /// The column's text for a value; notes what it could not hold.
    static Bytes column_text(const FieldSpec& spec, const std::optional<ordo::FieldValue>& value, std::vector<ordo::Fault>& faults) {
        ordo::ColumnValue column = ordo::to_column(spec, value);
        if (column.broken) {
            const auto left = ordo::canonicalize(spec, ordo::view(column.stored));
            faults.push_back({spec.id, {}, 0, *column.broken, true, left ? Bytes{left->text} : Bytes{}});
        }
        return std::move(column.stored);
    }

    /// The meta value's part that fits; notes what it could not hold.
    static BytesView meta_text(const ordo::MetaChange& change, std::vector<ordo::Fault>& faults) {
        if (!change.value) return std::nullopt;
        const std::string_view fitting = ordo::fitting_prefix(*change.value, meta_value_bytes_max, true);
        if (fitting.size() < change.value->size())
            faults.push_back({std::nullopt, change.key, change.ordinal, ordo::Rule::too_long, true, Bytes{std::in_place, fitting}});
        return fitting;
    }

    /// A further row of an internal key has no column to go to, and a row of the key that WooCommerce's deletion records use
    /// would be taken for one. A row that is there already is changed like any other.
    static bool has_no_place(const ordo::MetaChange& change, std::vector<ordo::Fault>& faults) {
        const bool reserved = change.key == ordo::deletion_record_key;
        if (change.row != 0 || (!reserved && !ordo::find_internal_key(change.key))) return false;
        if (change.op != ordo::MetaChange::Op::remove)
            faults.push_back({std::nullopt, change.key, change.ordinal,
                              reserved ? ordo::Rule::reserved_key : ordo::Rule::repeated_internal_key, false, {}});
        return true;
    }

    void insert_orders(ordo::Unit& unit, std::span<const OrderWrite> writes, std::vector<WriteResult>& results) {
        const auto columns_of = [](std::vector<std::string_view> first, const std::vector<const FieldSpec*>& specs) {
            for (const FieldSpec* spec : specs) first.push_back(spec->column);
            return first;
        };
        const auto order_specs = fields_of(HposRow::order);
        const auto operational_specs = fields_of(HposRow::operational);
        const std::array addresses{HposRow::billing_address, HposRow::shipping_address};
        Rows orders(tables_.orders, columns_of({"id", "type"}, order_specs));
        Rows address_rows(tables_.addresses, columns_of({"order_id", "address_type"}, fields_of(HposRow::billing_address)));
        Rows operational(tables_.operational, columns_of({"order_id"}, operational_specs));
        Rows meta(tables_.meta, {"order_id", "meta_key", "meta_value"});

        std::vector<OrderId> inserted;
        for (std::size_t i = 0; i < writes.size(); ++i) {
            const OrderWrite& write = writes[i];
            if (write.op != ordo::WriteOp::insert || results[i].outcome == Outcome::refused) continue;
            inserted.push_back(write.id);
            std::vector<ordo::Fault>& faults = results[i].faults;
            const std::string id = std::to_string(write.id.value);
            std::array<const std::optional<ordo::FieldValue>*, ordo::order_fields.size()> values{};
            for (const ordo::FieldChange& change : write.fields) values[static_cast<std::size_t>(change.id)] = &change.value;
            const auto add_columns = [&](Rows& rows, const std::vector<const FieldSpec*>& specs) {
                static const std::optional<ordo::FieldValue> none;
                for (const FieldSpec* spec : specs) {
                    const auto* value = values[static_cast<std::size_t>(spec->id)];
                    rows.add_own(column_text(*spec, value ? *value : none, faults));
                }
            };
            orders.add_own(id);
            orders.add(write.type);
            add_columns(orders, order_specs);
            for (const HposRow address : addresses) {
                // WooCommerce gives a new order no row for an address of which nothing is known; what is copied has both.
                const auto known = [&](const ordo::FieldChange& change) { return ordo::field_spec(change.id).hpos_row == address && change.value; };
                if (write.born && std::none_of(write.fields.begin(), write.fields.end(), known)) continue;
                address_rows.add_own(id);
                address_rows.add(address_type(address));
                add_columns(address_rows, fields_of(address));
            }
            operational.add_own(id);
            add_columns(operational, operational_specs);
            for (const ordo::MetaChange& change : write.meta) {
                if (has_no_place(change, faults)) continue;
                meta.add_own(id);
                meta.add(change.key);
                meta.add(meta_text(change, faults));
            }
        }
        if (inserted.empty()) return;
        // Rows whose order is gone are leftovers; they would break the unique keys or add meta that nobody wrote.
        erase_rows(unit, inserted, {&tables_.addresses, &tables_.operational, &tables_.meta});
        orders.insert_into(unit);
        address_rows.insert_into(unit);
        operational.insert_into(unit);
        meta.insert_into(unit);
    }

    void update_order(ordo::Unit& unit, const std::string& held_type, const OrderWrite& write, std::vector<ordo::Fault>& faults) {
        const std::string id = std::to_string(write.id.value);
        for (const HposRow row : {HposRow::order, HposRow::billing_address, HposRow::shipping_address, HposRow::operational}) {
            std::vector<std::string_view> columns;
            std::deque<Bytes> texts;
            std::vector<BytesView> values;
            for (const ordo::FieldChange& change : write.fields) {
                const FieldSpec& spec = ordo::field_spec(change.id);
                if (spec.hpos_row != row) continue;
                columns.push_back(spec.column);
                values.push_back(ordo::view(texts.emplace_back(column_text(spec, change.value, faults))));
            }
            if (row == HposRow::order && held_type != write.type) {
                columns.push_back("type");
                values.emplace_back(write.type);
            }
            if (!columns.empty()) update_row(unit, row, id, columns, std::move(values));
        }
        for (const ordo::MetaChange& change : write.meta) {
            if (has_no_place(change, faults)) continue;
            const std::string handle = std::to_string(change.row);
            if (change.op == ordo::MetaChange::Op::insert) {
                unit.insert({tables_.meta, {"order_id", "meta_key", "meta_value"}, {id, change.key, meta_text(change, faults)}});
            } else if (change.op == ordo::MetaChange::Op::update) {
                const std::array<BytesView, 2> values{meta_text(change, faults), handle};
                unit.execute("UPDATE " + tables_.meta + " SET meta_value = ? WHERE id = ?", values);
            } else {
                const BytesView value{handle};
                unit.execute("DELETE FROM " + tables_.meta + " WHERE id = ?", {&value, 1});
            }
        }
    }

    /// Updates the order's row of one kind, or makes it where it is missing.
    void update_row(ordo::Unit& unit, HposRow row, const std::string& id, std::vector<std::string_view> columns,
                    std::vector<BytesView> values) {
        const bool is_address = row == HposRow::billing_address || row == HposRow::shipping_address;
        const std::string& table = row == HposRow::order ? tables_.orders : is_address ? tables_.addresses : tables_.operational;
        if (is_address) {
            // Of a row that is "Billing" only the collation says that it is this one: from now on it is.
            columns.emplace_back("address_type");
            values.emplace_back(address_type(row));
        }
        std::string sql = "UPDATE " + table + " SET ";
        for (std::size_t i = 0; i < columns.size(); ++i) sql += (i ? ", " : "") + std::string(columns[i]) + " = ?";
        sql += row == HposRow::order ? " WHERE id = ?" : " WHERE order_id = ?";
        values.emplace_back(id);
        if (is_address) {
            sql += " AND address_type = ?";
            values.emplace_back(address_type(row));
        }
        if (unit.execute(sql, values) > 0 || row == HposRow::order) return;
        columns.emplace_back("order_id");
        if (is_address) values.pop_back();  // the condition's; the column has its own
        unit.insert({table, std::move(columns), std::move(values)});
    }

    void erase_orders(ordo::Unit& unit, std::span<const OrderId> ids) {
        if (ids.empty()) return;
        unit.execute("DELETE FROM " + tables_.orders + " WHERE id IN " + ordo::id_list(ids));
        erase_rows(unit, ids, {&tables_.addresses, &tables_.operational, &tables_.meta});
    }

    void erase_rows(ordo::Unit& unit, std::span<const OrderId> ids, std::initializer_list<const std::string*> tables) {
        const BytesView kept{ordo::deletion_record_key};
        for (const std::string* table : tables) {
            const std::string sql = "DELETE FROM " + *table + " WHERE order_id IN " + ordo::id_list(ids);
            if (table == &tables_.meta) unit.execute(sql + " AND (meta_key IS NULL OR " + unit.dialect().exact("meta_key") + " <> ?)", {&kept, 1});
            else unit.execute(sql);
        }
    }

    hpos::TableNames tables_;
    hpos::OrdersTableQuery query_;
};

}  // namespace

class Hpos final : public ordo::Plugin {
    void start(ordo::Host& host) override {
        store_.emplace(host);
        host.register_store(*store_);
    }

    std::optional<OrdersTableDataStore> store_;
};

ORDO_PLUGIN(Hpos)
