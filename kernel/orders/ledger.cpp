/// See ledger.hpp.
#include "kernel/orders/ledger.hpp"

#include <array>
#include <chrono>
#include <deque>
#include <random>

#include <fmt/format.h>

namespace ordo::orders {
namespace {

/// Writers of one kind of order share its count; in as many rows they seldom wait for each other.
constexpr int stripes = 16;
constexpr std::string_view scan_key = "scanned";

std::string counter(std::string_view type, std::string_view status, int stripe) { return fmt::format("{}/{}/{}", type, status, stripe); }

long now_s() { return std::chrono::duration_cast<std::chrono::seconds>(std::chrono::system_clock::now().time_since_epoch()).count(); }

int any_stripe() {
    thread_local std::minstd_rand random{std::random_device{}()};
    return std::uniform_int_distribution<>(0, stripes - 1)(random);
}

}  // namespace

Ledger::Ledger(const std::string& table_prefix) : ledger_(table_prefix + "ordo_ledger"), counts_(table_prefix + "ordo_counts") {}

Schema Ledger::schema() const {
    using namespace columns;
    const ColumnType count{"bigint", "20", false};
    return {{ledger_,
             {id("order_id"), required("order_type", varchar(20)), required("version", bigint()), required("removed", flag(), "0"), nullable("digest", varchar(64)),
              required("mirrored", bigint(), "0"), nullable("mirrored_digest", varchar(64)), nullable("waits_since", bigint()), required("cleaned", flag(), "0")},
             {"order_id"},
             {{"waits_since", {{"waits_since"}}}}},
            {counts_,
             {required("counter", varchar(64)), required("order_type", varchar(20)), required("status", varchar(20)), required("orders", count)},
             {"counter"},
             {}}};
}

std::vector<std::uint64_t> Ledger::advance(Unit& unit, std::span<const Entry> orders) const {
    std::vector<std::uint64_t> versions;
    if (orders.empty()) return versions;
    upsert(unit, orders, {"digest", "waits_since"}, "1");
    std::vector<OrderId> list;
    for (const Entry& order : orders) list.push_back(order.id);
    unit.query("SELECT version FROM " + ledger_ + " WHERE order_id IN " + id_list(list) + " ORDER BY order_id", [&](const ordo::Row& row) { versions.push_back(row.number(0)); });
    return versions;
}

void Ledger::hold(Unit& unit, std::span<const Entry> orders) const {
    if (!orders.empty()) upsert(unit, orders, {"order_id"}, "0");
}

void Ledger::upsert(Unit& unit, std::span<const Entry> orders, std::vector<std::string_view> replaced, std::string_view version) const {
    std::deque<std::string> ids;  // a deque: views stay valid while it grows
    const std::string now = std::to_string(now_s());
    const BytesView since = version == "0" ? BytesView{} : BytesView{now};
    Upsert rows{{ledger_, {"order_id", "order_type", "version", "removed", "digest", "waits_since"}, {}}, "order_id", std::move(replaced), {"version"}};
    for (const Entry& order : orders)
        rows.rows.values.insert(rows.rows.values.end(), {ids.emplace_back(std::to_string(order.id.value)), order.type, version, "0", std::nullopt, since});
    unit.upsert(rows);
}

std::map<OrderId, Ledger::Copy> Ledger::copies(Read& read, std::span<const OrderId> ids) const {
    std::map<OrderId, Copy> found;
    if (!ids.empty() && read.table_exists(ledger_)) select_copies(read, ids, "", found);
    return found;
}

std::map<OrderId, Ledger::Copy> Ledger::hold_copies(Unit& unit, std::span<const Entry> orders) const {
    std::map<OrderId, Copy> found;
    if (orders.empty()) return found;
    std::vector<OrderId> ids;
    for (const Entry& order : orders) ids.push_back(order.id);
    select_copies(unit, ids, unit.dialect().for_update(), found);
    if (found.size() == orders.size()) return found;
    // By an upsert: of rows that are not there yet two readers for update would wait for each other.
    hold(unit, orders);
    select_copies(unit, ids, unit.dialect().for_update(), found);  // as they are: a plain select would ask the transaction's snapshot
    return found;
}

void Ledger::select_copies(Read& read, std::span<const OrderId> ids, std::string_view for_update, std::map<OrderId, Copy>& found) const {
    read.query(fmt::format("SELECT order_id, version, mirrored, mirrored_digest, waits_since, cleaned, removed FROM {} WHERE order_id IN {} ORDER BY order_id{}", ledger_, id_list(ids), for_update),
               [&](const ordo::Row& row) {
                   found.insert_or_assign(OrderId{row.number(0)}, Copy{row.number(1), row.number(2), std::string(row.text(3)), row[4].has_value(), row.number(5) != 0, row.number(6) != 0});
               });
}

void Ledger::set_mirrored(Unit& unit, std::span<const Mirrored> copies) const {
    if (copies.empty()) return;
    std::deque<std::string> texts;
    const std::string now = std::to_string(now_s());
    Upsert rows{{ledger_, {"order_id", "order_type", "version", "removed", "mirrored", "mirrored_digest", "waits_since", "cleaned"}, {}},
                "order_id",
                {"mirrored", "mirrored_digest", "waits_since", "cleaned", "removed"},
                {}};
    for (const Mirrored& copy : copies)
        rows.rows.values.insert(rows.rows.values.end(), {texts.emplace_back(std::to_string(copy.id.value)), copy.type, "0", "0", texts.emplace_back(std::to_string(copy.version)),
                                                         copy.digest, copy.left ? BytesView{now} : BytesView{}, "0"});
    unit.upsert(rows);
}

std::vector<OrderId> Ledger::list_waiting(Read& read, OrderId after, std::size_t count_max) const {
    std::vector<OrderId> ids;
    if (!read.table_exists(ledger_)) return ids;
    read.query(fmt::format("SELECT order_id FROM {} WHERE waits_since IS NOT NULL AND order_id > {} ORDER BY order_id LIMIT {}", ledger_, after, count_max),
               [&](const ordo::Row& row) { ids.push_back(OrderId{row.number(0)}); });
    return ids;
}

void Ledger::stop_waiting(Unit& unit, std::span<const OrderId> orders) const {
    if (!orders.empty()) unit.execute("UPDATE " + ledger_ + " SET waits_since = NULL WHERE order_id IN " + id_list(orders));
}

void Ledger::keep_waiting(Unit& unit, std::span<const Entry> orders) const {
    if (orders.empty()) return;
    hold(unit, orders);
    std::vector<OrderId> ids;
    for (const Entry& order : orders) ids.push_back(order.id);
    unit.execute(fmt::format("UPDATE {} SET waits_since = {} WHERE waits_since IS NULL AND order_id IN {}", ledger_, now_s(), id_list(ids)));
}

void Ledger::set_cleaned(Unit& unit, std::span<const OrderId> orders) const {
    if (!orders.empty())
        unit.execute("UPDATE " + ledger_ + " SET cleaned = 1, mirrored_digest = NULL, waits_since = NULL WHERE order_id IN " + id_list(orders));
}

bool Ledger::has_orders(Read& read) const {
    bool has = false;
    if (read.table_exists(ledger_)) read.query("SELECT 1 FROM " + ledger_ + " LIMIT 1", [&](const ordo::Row&) { has = true; });
    return has;
}

Ledger::Waiting Ledger::waiting(Read& read, Cleaned cleaned) const {
    Waiting waiting;
    if (!read.table_exists(ledger_)) return waiting;
    read.query("SELECT COUNT(*), MIN(waits_since) FROM " + ledger_ + " WHERE waits_since IS NOT NULL" + (cleaned == Cleaned::leave_out ? " AND cleaned = 0" : ""), [&](const ordo::Row& row) {
        waiting.orders = row.number(0);
        if (row[1]) waiting.since = static_cast<std::int64_t>(row.number(1));
    });
    return waiting;
}

void Ledger::bury(Unit& unit, std::span<const OrderId> orders) const {
    if (!orders.empty()) unit.execute("UPDATE " + ledger_ + " SET removed = 1, waits_since = NULL WHERE order_id IN " + id_list(orders));
}

void Ledger::CountChanges::add(std::string_view type, std::string_view status, int orders) {
    if (status != "auto-draft") changes_[{std::string(type), std::string(status)}] += orders;
}

void Ledger::count(Unit& unit, const CountChanges& changes) const {
    std::deque<std::string> texts;
    const int stripe = any_stripe();
    Upsert rows{{counts_, {"counter", "order_type", "status", "orders"}, {}}, "counter", {}, {"orders"}};
    for (const auto& [kind, orders] : changes.changes_)
        if (orders != 0)
            rows.rows.values.insert(rows.rows.values.end(), {texts.emplace_back(counter(kind.first, kind.second, stripe)), kind.first, kind.second, texts.emplace_back(std::to_string(orders))});
    unit.upsert(rows);
}

Ledger::Counts Ledger::counts(Read& read) const {
    Counts counts;
    if (!read.table_exists(counts_)) return counts;
    const BytesView scan{scan_key};
    read.query("SELECT order_type, status, SUM(orders) FROM " + counts_ + " WHERE counter <> ? GROUP BY order_type, status HAVING SUM(orders) <> 0", {&scan, 1}, [&](const ordo::Row& row) {
        const std::string_view text = row.text(2);
        const bool negative = text.starts_with('-');
        std::int64_t orders = 0;
        for (const char c : text.substr(negative ? 1 : 0)) orders = orders * 10 + (c - '0');
        counts[{std::string(row.text(0)), std::string(row.text(1))}] = negative ? -orders : orders;
    });
    return counts;
}

std::optional<std::int64_t> Ledger::scanned_at(Read& read) const {
    std::optional<std::int64_t> at;
    if (!read.table_exists(counts_)) return at;
    const BytesView scan{scan_key};
    read.query("SELECT orders FROM " + counts_ + " WHERE counter = ?", {&scan, 1}, [&](const ordo::Row& row) { at = static_cast<std::int64_t>(row.number(0)); });
    return at;
}

std::optional<Ledger::Row> Ledger::find(Read& read, OrderId order) const {
    std::optional<Row> found;
    if (!read.table_exists(ledger_)) return found;
    read.query("SELECT version, removed, digest FROM " + ledger_ + " WHERE order_id IN " + id_list({&order, 1}),
               [&](const ordo::Row& row) { found = Row{row.number(0), row.number(1) != 0, std::string(row.text(2))}; });
    return found;
}

void Ledger::set_digests(Unit& unit, std::span<const Digest> digests) const {
    std::deque<std::string> ids;
    Upsert rows{{ledger_, {"order_id", "order_type", "version", "removed", "digest"}, {}}, "order_id", {"removed", "digest"}};
    for (const Digest& one : digests)
        rows.rows.values.insert(rows.rows.values.end(), {ids.emplace_back(std::to_string(one.id.value)), one.type, "0", "0", one.digest});
    unit.upsert(rows);
}

std::map<OrderId, std::string> Ledger::digests(Read& read, std::span<const OrderId> ids) const {
    std::map<OrderId, std::string> digests;
    if (ids.empty() || !read.table_exists(ledger_)) return digests;
    read.query("SELECT order_id, digest FROM " + ledger_ + " WHERE digest IS NOT NULL AND removed = 0 AND order_id IN " + id_list(ids),
               [&](const ordo::Row& row) { digests.emplace(OrderId{row.number(0)}, row.text(1)); });
    return digests;
}

void Ledger::set_counts(Unit& unit, const Counts& counts, std::int64_t scanned_at) const {
    unit.execute("DELETE FROM " + counts_);
    std::deque<std::string> texts;
    Insert rows{counts_, {"counter", "order_type", "status", "orders"}, {}};
    for (const auto& [kind, orders] : counts)
        rows.values.insert(rows.values.end(), {texts.emplace_back(counter(kind.first, kind.second, 0)), kind.first, kind.second, texts.emplace_back(std::to_string(orders))});
    rows.values.insert(rows.values.end(), {scan_key, "", "", texts.emplace_back(std::to_string(scanned_at))});
    unit.insert(rows);
}

}  // namespace ordo::orders
