/// See overflow.hpp.
#include "kernel/orders/overflow.hpp"

#include <algorithm>
#include <array>
#include <deque>

namespace ordo::orders {
namespace {

constexpr std::string_view kind_field = "field";
constexpr std::string_view kind_meta = "meta";

std::optional<std::size_t> find_meta(const OrderRecord& record, std::string_view key, std::uint32_t ordinal) {
    for (std::size_t i = 0; i < record.meta.size(); ++i)
        if (record.meta[i].key == key && ordinal-- == 0) return i;
    return std::nullopt;
}

Rule to_rule(std::string_view text) {
    for (int i = 0; i <= static_cast<int>(Rule::store_refused); ++i)
        if (to_string(static_cast<Rule>(i)) == text) return static_cast<Rule>(i);
    return Rule::store_refused;
}

}  // namespace

std::optional<FieldValue> LoadedOrder::stored(FieldId id) const {
    for (const Field& field : stored_fields)
        if (field.id == id) return field.value;
    if (std::find(stored_absent.begin(), stored_absent.end(), id) != stored_absent.end()) return std::nullopt;
    return record.get(id);
}

Bytes LoadedOrder::stored_meta(std::size_t index) const {
    for (const auto& [row, value] : stored_meta_rows)
        if (row == index) return value;
    return record.meta[index].value;
}

bool LoadedOrder::overflows(std::size_t meta_index) const {
    if (record.meta[meta_index].row == 0) return true;
    return std::any_of(stored_meta_rows.begin(), stored_meta_rows.end(), [&](const auto& row) { return row.first == meta_index; });
}

struct OverflowTable::Entry {
    std::uint64_t row = 0;   ///< 0: not stored yet
    OrderId order;
    std::string kind, name;
    std::uint32_t ordinal = 0;
    std::string rule;
    bool row_held = true, raw = false;
    Bytes left, whole;
};

OverflowTable::OverflowTable(const std::string& table_prefix) : table_(table_prefix + "ordo_overflow") {}

Table OverflowTable::schema() const {
    using namespace columns;
    return {table_,
            {id("overflow_id", true), required("store", varchar(20)), id("order_id"), required("kind", varchar(10)),
             required("name", varchar(255)), required("ordinal", integer()), required("rule", varchar(40)), required("row_held", flag()),
             required("raw", flag()), nullable("left_value", longtext()), nullable("whole_value", longtext())},
            {"overflow_id"},
            {{"order_id", {{"order_id"}, {"store"}}}}};
}

std::vector<OverflowTable::Entry> OverflowTable::load(Read& read, std::string_view store, std::span<const OrderId> ids) const {
    std::vector<Entry> entries;
    if (ids.empty() || !read.table_exists(table_)) return entries;
    const BytesView bound{store};
    read.query("SELECT overflow_id, order_id, kind, name, ordinal, rule, row_held, raw, left_value, whole_value FROM " + table_ +
                   " WHERE store = ? AND order_id IN " + id_list(ids) + " ORDER BY order_id, kind, name, ordinal",
               {&bound, 1}, [&](const Row& row) {
                   entries.push_back({row.number(0), OrderId{row.number(1)}, std::string(row.text(2)), std::string(row.text(3)),
                                      static_cast<std::uint32_t>(row.number(4)), std::string(row.text(5)), row.number(6) != 0,
                                      row.number(7) != 0, own(row[8]), own(row[9])});
               });
    return entries;
}

std::vector<LoadedOrder> OverflowTable::apply(Read& read, std::string_view store, std::vector<OrderRecord> records) const {
    std::vector<LoadedOrder> loaded;
    std::vector<OrderId> ids;
    for (OrderRecord& record : records) {
        ids.push_back(record.id);
        loaded.push_back({std::move(record), {}, {}, {}, {}});
    }
    for (Entry& entry : load(read, store, ids)) {
        LoadedOrder& order = *std::lower_bound(loaded.begin(), loaded.end(), entry.order,
                                               [](const LoadedOrder& o, OrderId id) { return o.record.id < id; });
        if (entry.kind == kind_field) {
            const FieldSpec* spec = find_field(entry.name);
            if (!spec) continue;
            const auto held = order.record.get(spec->id);
            if ((held ? Bytes{held->text} : Bytes{}) != entry.left) continue;  // changed since: the kept value counts no more
            order.kept_rows.push_back(entry.row);
            if (held) order.stored_fields.push_back({spec->id, *held});
            else order.stored_absent.push_back(spec->id);
            order.record.set(spec->id, entry.whole ? std::optional{FieldValue{std::move(*entry.whole), entry.raw}} : std::nullopt);
        } else if (!entry.row_held) {
            order.kept_rows.push_back(entry.row);
            order.record.meta.push_back({0, std::move(entry.name), std::move(entry.whole)});
        } else if (const auto row = find_meta(order.record, entry.name, entry.ordinal);
                   row && order.record.meta[*row].value == entry.left) {
            order.kept_rows.push_back(entry.row);
            order.stored_meta_rows.emplace_back(*row, std::exchange(order.record.meta[*row].value, std::move(entry.whole)));
        }
    }
    return loaded;
}

void OverflowTable::save(Unit& unit, std::string_view store, std::span<const OrderWrite> writes, std::span<const WriteResult> results,
                         std::span<const OrderRecord* const> sources) const {
    std::vector<OrderId> ids;
    for (std::size_t i = 0; i < writes.size(); ++i)
        if (results[i].outcome == Outcome::written) ids.push_back(writes[i].id);
    const std::vector<Entry> before = load(unit, store, ids);

    std::vector<Entry> after;
    std::vector<OrderId> rewritten;
    for (std::size_t i = 0; i < writes.size(); ++i) {
        if (results[i].outcome != Outcome::written) continue;
        const OrderWrite& write = writes[i];
        const std::vector<Fault>& faults = results[i].faults;
        const bool had = std::any_of(before.begin(), before.end(), [&](const Entry& entry) { return entry.order == write.id; });
        if (!had && faults.empty()) continue;
        rewritten.push_back(write.id);
        const auto replaced = [&](const Entry& entry) {
            if (write.op != WriteOp::update) return true;
            if (entry.kind == kind_meta)
                return std::any_of(write.meta.begin(), write.meta.end(), [&](const MetaChange& c) { return c.key == entry.name; });
            const auto names_it = [&](const auto& c) { return field_spec(c.id).name == entry.name; };
            const auto faults_it = [&](const Fault& f) { return f.field && field_spec(*f.field).name == entry.name; };
            return std::any_of(write.fields.begin(), write.fields.end(), names_it) || std::any_of(faults.begin(), faults.end(), faults_it);
        };
        for (const Entry& entry : before)
            if (entry.order == write.id && !replaced(entry)) after.push_back(entry);
        for (const Fault& fault : faults) {
            Entry entry{0, write.id, std::string(fault.field ? kind_field : kind_meta), fault.meta_key, fault.ordinal,
                        std::string(to_string(fault.rule)), fault.row_held, false, fault.left, std::nullopt};
            if (fault.field) {
                entry.name = field_spec(*fault.field).name;
                if (const auto whole = sources[i]->get(*fault.field)) entry.whole = whole->text, entry.raw = whole->raw;
            } else if (const auto row = find_meta(*sources[i], fault.meta_key, fault.ordinal)) {
                entry.whole = sources[i]->meta[*row].value;
            }
            after.push_back(std::move(entry));
        }
    }
    if (rewritten.empty()) return;
    const BytesView bound{store};
    if (!before.empty()) unit.execute("DELETE FROM " + table_ + " WHERE store = ? AND order_id IN " + id_list(rewritten), {&bound, 1});
    Insert insert{table_, {"store", "order_id", "kind", "name", "ordinal", "rule", "row_held", "raw", "left_value", "whole_value"}, {}};
    std::deque<std::string> texts;
    for (const Entry& entry : after) {
        const std::string& order = texts.emplace_back(std::to_string(entry.order.value));
        const std::string& ordinal = texts.emplace_back(std::to_string(entry.ordinal));
        insert.values.insert(insert.values.end(),
                             {store, order, entry.kind, entry.name, ordinal, entry.rule, entry.row_held ? "1" : "0", entry.raw ? "1" : "0",
                              view(entry.left), view(entry.whole)});
    }
    unit.insert(insert);
}

std::vector<OverflowTable::KeptRow> OverflowTable::list_rows(Read& read, const IdRange& range) const {
    std::vector<KeptRow> rows;
    if (!read.table_exists(table_)) return rows;
    const std::string after = std::to_string(range.after.value), until = std::to_string(range.until.value);
    const std::array<BytesView, 2> values{after, until};
    read.query("SELECT overflow_id, store, order_id, name FROM " + table_ + " WHERE order_id > ? AND order_id <= ?" +
                   (range.only.empty() ? "" : " AND order_id IN " + id_list(range.only)) + " ORDER BY order_id, overflow_id",
               values, [&](const Row& row) {
                   rows.push_back({row.number(0), std::string(row.text(1)), OrderId{row.number(2)}, std::string(row.text(3))});
               });
    return rows;
}

void OverflowTable::remove_rows(Unit& unit, std::span<const std::uint64_t> rows) const {
    if (!rows.empty()) unit.execute("DELETE FROM " + table_ + " WHERE overflow_id IN " + number_list(rows));
}

std::uint64_t OverflowTable::count(Read& read) const {
    std::uint64_t counted = 0;
    if (!read.table_exists(table_)) return counted;
    read.query("SELECT COUNT(*) FROM " + table_, [&](const Row& row) { counted = row.number(0); });
    return counted;
}

std::vector<OverflowReport> OverflowTable::list(Read& read, std::size_t count_max) const {
    std::vector<OverflowReport> reports;
    if (!read.table_exists(table_)) return reports;
    read.query("SELECT order_id, kind, name, rule, raw, whole_value, store FROM " + table_ + " ORDER BY order_id, kind, name, ordinal LIMIT " + std::to_string(count_max),
               [&](const Row& row) {
                   const FieldSpec* spec = row.text(1) == kind_field ? find_field(row.text(2)) : nullptr;
                   const auto whole = row[5] ? std::optional{FieldValue{std::string(*row[5]), row.number(4) != 0}} : std::nullopt;
                   reports.push_back({OrderId{row.number(0)}, std::string(row.text(2)), to_rule(row.text(3)),
                                      masked(spec ? spec->privacy : Privacy::personal, whole), std::string(row.text(6))});
               });
    return reports;
}

}  // namespace ordo::orders
