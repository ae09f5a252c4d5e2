/// See conflict_table.hpp.
#include "kernel/sync/conflict_table.hpp"

#include <array>
#include <chrono>
#include <deque>

#include <fmt/format.h>

namespace ordo::sync {
namespace {

ConflictKind to_kind(std::string_view text) {
    for (const ConflictKind kind : {ConflictKind::no_common_version, ConflictKind::erased, ConflictKind::restored_over})
        if (text == to_string(kind)) return kind;
    return ConflictKind::changed;
}

}  // namespace

ConflictTable::ConflictTable(const std::string& table_prefix) : table_(table_prefix + "ordo_conflicts") {}

Table ConflictTable::schema() const {
    using namespace columns;
    return {table_,
            {id("conflict_id", true), id("order_id"), required("store", varchar(20)), required("kind", varchar(20)), required("detected_gmt", datetime()),
             required("record", longtext())},
            {"conflict_id"},
            {{"order_id", {{"order_id"}}}}};
}

void ConflictTable::put(Unit& unit, std::string_view store, std::span<const Overwritten> overwritten) const {
    if (overwritten.empty()) return;
    const std::string now = format_datetime(std::chrono::floor<std::chrono::seconds>(std::chrono::system_clock::now()));
    std::deque<std::string> ids;
    Insert rows{table_, {"order_id", "store", "kind", "detected_gmt", "record"}, {}};
    for (const Overwritten& one : overwritten)
        rows.values.insert(rows.values.end(), {ids.emplace_back(std::to_string(one.order.value)), store, to_string(one.kind), now, one.record});
    unit.insert(rows);
}

std::uint64_t ConflictTable::count(Read& read) const {
    std::uint64_t counted = 0;
    if (read.table_exists(table_)) read.query("SELECT COUNT(*) FROM " + table_, [&](const Row& row) { counted = row.number(0); });
    return counted;
}

std::vector<ConflictReport> ConflictTable::select(Read& read, const std::string& rest) const {
    std::vector<ConflictReport> reports;
    if (!read.table_exists(table_)) return reports;
    read.query("SELECT conflict_id, order_id, store, kind, detected_gmt FROM " + table_ + rest, [&](const Row& row) {
        reports.push_back({row.number(0), OrderId{row.number(1)}, std::string(row.text(2)), to_kind(row.text(3)), std::string(row.text(4))});
    });
    return reports;
}

std::vector<ConflictReport> ConflictTable::list(Read& read, const ConflictRange& range) const {
    return select(read, fmt::format(" WHERE conflict_id > {} ORDER BY conflict_id LIMIT {}", range.after, range.count_max));
}

std::optional<ConflictReport> ConflictTable::find(Read& read, std::uint64_t conflict) const {
    const auto found = select(read, fmt::format(" WHERE conflict_id = {}", conflict));
    return found.empty() ? std::nullopt : std::optional{found.front()};
}

std::optional<std::string> ConflictTable::record(Read& read, std::uint64_t conflict) const {
    std::optional<std::string> record;
    if (read.table_exists(table_))
        read.query(fmt::format("SELECT record FROM {} WHERE conflict_id = {}", table_, conflict), [&](const Row& row) { record = std::string(row.text(0)); });
    return record;
}

std::uint64_t ConflictTable::newest(Read& read, OrderId order) const {
    std::uint64_t newest = 0;
    read.query(fmt::format("SELECT conflict_id FROM {} WHERE order_id = {} ORDER BY conflict_id DESC LIMIT 1", table_, order), [&](const Row& row) { newest = row.number(0); });
    return newest;
}

std::uint64_t ConflictTable::remove(Unit& unit, std::span<const std::uint64_t> conflicts) const {
    return unit.execute("DELETE FROM " + table_ + (conflicts.empty() ? "" : " WHERE conflict_id IN " + number_list(conflicts)));
}

}  // namespace ordo::sync
