/// See quarantine.hpp.
#include "kernel/sync/quarantine.hpp"

#include <algorithm>
#include <array>

#include <fmt/format.h>

#include <ordo/order_fields.hpp>

namespace ordo::sync {
namespace {
constexpr int field_characters_max = 255;
}

std::string repair_command(OrderId order) { return fmt::format("correct the order, then `ordo hpos quarantine retry {}` (or `ordo hpos sync`)", order); }

QuarantineTable::QuarantineTable(const std::string& table_prefix) : table_(table_prefix + "ordo_quarantine") {}

Table QuarantineTable::schema() const {
    using namespace columns;
    return {table_,
            {id("quarantine_id", true), required("target", varchar(20)), id("order_id"), required("field", varchar(field_characters_max), ""),
             required("reason", text()), required("digest", varchar(64))},
            {"quarantine_id"},
            {{"target_order_id", {{"target"}, {"order_id"}}, Index::Kind::unique}}};
}

void QuarantineTable::put(Unit& unit, std::string_view target, OrderId order, std::string_view field, std::string_view reason,
                          std::string_view digest) const {
    field = fitting_prefix(field, field_characters_max, false);
    const std::string id = std::to_string(order.value);
    bool known = false;
    const std::array<BytesView, 5> same{target, id, field, reason, digest};
    unit.query("SELECT 1 FROM " + table_ + " WHERE target = ? AND order_id = ? AND field = ? AND reason = ? AND digest = ?", same,
               [&](const Row&) { known = true; });
    if (known) return;  // a pass that fails the same way again writes nothing
    release(unit, target, {&order, 1});
    unit.insert({table_, {"target", "order_id", "field", "reason", "digest"}, {target, id, field, reason, digest}});
}

void QuarantineTable::release(Unit& unit, std::string_view target, std::span<const OrderId> orders) const {
    if (orders.empty()) return;
    const BytesView bound{target};
    unit.execute("DELETE FROM " + table_ + " WHERE target = ? AND order_id IN " + id_list(orders), {&bound, 1});
}

std::map<OrderId, std::string> QuarantineTable::digests(Read& read, std::string_view target) const {
    std::map<OrderId, std::string> found;
    if (!read.table_exists(table_)) return found;
    const BytesView bound{target};
    read.query("SELECT order_id, digest FROM " + table_ + " WHERE target = ?", {&bound, 1},
               [&](const Row& row) { found.emplace(OrderId{row.number(0)}, std::string(row.text(1))); });
    return found;
}

std::vector<QuarantineReport> QuarantineTable::select(Read& read, const std::string& rest, std::span<const BytesView> values) const {
    std::vector<QuarantineReport> reports;
    if (!read.table_exists(table_)) return reports;
    read.query("SELECT order_id, field, reason, target, digest FROM " + table_ + rest, values, [&](const Row& row) {
        const OrderId order{row.number(0)};
        reports.push_back({order, std::string(row.text(1)), std::string(row.text(2)), repair_command(order), std::string(row.text(3)), std::string(row.text(4))});
    });
    return reports;
}

std::vector<QuarantineReport> QuarantineTable::list(Read& read) const { return select(read, " ORDER BY order_id, target", {}); }

std::vector<QuarantineReport> QuarantineTable::list_newest(Read& read, std::string_view target, std::size_t count_max) const {
    const BytesView bound{target};
    auto reports = select(read, " WHERE target = ? ORDER BY quarantine_id DESC LIMIT " + std::to_string(count_max), {&bound, 1});
    std::reverse(reports.begin(), reports.end());
    return reports;
}

}  // namespace ordo::sync
