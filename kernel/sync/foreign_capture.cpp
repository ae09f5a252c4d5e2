/// See foreign_capture.hpp.
#include "kernel/sync/foreign_capture.hpp"

#include <algorithm>
#include <map>
#include <random>
#include <set>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <ordo/captured_tables.hpp>

#include "kernel/orders/digest.hpp"
#include "kernel/schedule/holder.hpp"

namespace ordo::sync {
namespace {

using database::CaptureTrigger;

constexpr std::size_t rows_per_fold = 5000;

/// The condition of NEW or OLD under which a row is noted.
std::string condition_of(const CapturedTable& table, std::string_view row) {
    std::string condition = fmt::format("{}.{} IS NOT NULL", row, table.order_column);
    if (!table.kind_column.empty()) condition += fmt::format(" AND {}.{} NOT IN ('{}')", row, table.kind_column, fmt::join(table.other_kinds, "', '"));
    return condition;
}

}  // namespace

Capture::Capture(CaptureServices services)
    : services_(std::move(services)), table_(services_.table_prefix + "ordo_capture"), state_(services_.table_prefix), ledger_(services_.table_prefix) {}

Table Capture::schema() const {
    using namespace columns;
    return {table_, {id("capture_id", true), required("store", varchar(20)), id("order_id")}, {"capture_id"}, {}};
}

std::vector<CaptureTrigger> Capture::triggers(Read& read) const {
    std::vector<CaptureTrigger> triggers;
    const orders::StoreView view(*services_.stores, read);
    for (const std::string& store : services_.stores->registry().store_ids()) {
        auto* captured = view.has_tables(store) ? find_interface<CapturedTables>(services_.stores->get(store)) : nullptr;
        if (!captured) continue;
        for (const CapturedTable& table : captured->captured_tables()) {
            const std::string name = fmt::format("{}_{}", table_, table.table.substr(table.table.starts_with(services_.table_prefix) ? services_.table_prefix.size() : 0));
            const auto part = [&](std::string_view row, const std::string& more = "") {
                return CaptureTrigger::Part{condition_of(table, row) + more, fmt::format("'{}', {}.{}", store, row, table.order_column)};
            };
            const auto add = [&](std::string_view suffix, std::string_view event, std::vector<CaptureTrigger::Part> parts) {
                triggers.push_back({fmt::format("{}_{}", name, suffix), table.table, event, table_ + " (store, order_id)", mark_table(services_.table_prefix), std::move(parts)});
            };
            const std::string other_kind = table.kind_column.empty() ? "" : fmt::format(" OR NEW.{0} <> OLD.{0}", table.kind_column);
            add("insert", "INSERT", {part("NEW")});
            add("update", "UPDATE", {part("NEW"), part("OLD", fmt::format(" AND (NEW.{0} IS NULL OR NEW.{0} <> OLD.{0}{1})", table.order_column, other_kind))});
            add("delete", "DELETE", {part("OLD")});
        }
    }
    return triggers;
}

std::map<std::string, std::string> Capture::find_triggers(Read& read) const {
    std::map<std::string, std::string> there;
    read.query(services_.database->dialect().triggers_sql(), [&](const Row& row) {
        if (row.text(0).starts_with(table_ + "_")) there.emplace(row.text(0), row.text(1));
    });
    return there;
}

std::vector<std::string> Capture::find_missing(Read& read, const std::vector<CaptureTrigger>& wanted) const {
    const auto there = find_triggers(read);
    std::vector<std::string> missing;
    for (const CaptureTrigger& trigger : wanted)
        if (!there.contains(trigger.name)) missing.push_back(trigger.name);
    return missing;
}

void Capture::begin_anew(Unit& unit) const {
    forget_known(unit);
    state_.set(unit, state::capture, fmt::format("{:08x}{:08x}", std::random_device{}(), std::random_device{}()));
}

std::uint64_t Capture::install() {
    services_.create_tables();
    const database::SqlDialect& dialect = services_.database->dialect();
    // First, so that nobody takes new triggers for the old ones: what was written before them is found by the next whole run.
    services_.database->write([&](Unit& unit) {
        if (!state_.get(unit, state::capture) || !find_missing(unit, triggers(unit)).empty()) begin_anew(unit);
    });
    std::uint64_t made = 0;
    services_.database->run([&](database::DdlUnit& unit) {
        made = 0;
        using namespace columns;
        const std::string marks = mark_table(services_.table_prefix);
        if (!dialect.marks_sessions() && !unit.table_exists(marks)) unit.create_table({marks, {required("own", flag())}, {}, {}});
        const auto wanted = triggers(unit);
        const auto missing = find_missing(unit, wanted);
        for (const CaptureTrigger& trigger : wanted) {
            if (std::find(missing.begin(), missing.end(), trigger.name) == missing.end()) continue;
            try {
                unit.execute(dialect.create_capture_trigger(trigger));
            } catch (const Error& error) {
                if (error.code() != errc::database_statement) throw;
                throw Error(error.code(), error.what(), "the database's user needs the right TRIGGER; on a server that writes a binary log also log_bin_trust_function_creators=1");
            }
            ++made;
        }
    });
    return made;
}

void Capture::complete() {
    bool installed = false;
    services_.database->read([&](Read& read) { installed = state_.get(read, state::capture).has_value(); });
    if (installed) install();
}

std::uint64_t Capture::remove() {
    std::uint64_t removed = 0;
    services_.create_tables();
    services_.database->run([&](database::DdlUnit& unit) {
        removed = 0;
        // All there are, of stores that are not loaded too: none may be left that looks for the table of marks.
        for (const auto& [name, made] : find_triggers(unit)) {
            unit.execute(services_.database->dialect().drop_trigger(name));
            ++removed;
        }
        unit.drop_table(mark_table(services_.table_prefix));
    });
    fold();
    services_.database->write([&](Unit& unit) {
        state_.forget(unit, state::capture);
        forget_known(unit);
    });
    return removed;
}

CaptureStatus Capture::get_status() {
    CaptureStatus status;
    services_.database->read([&](Read& read) {
        status = {};
        const auto wanted = triggers(read);
        status.missing = find_missing(read, wanted);
        status.installed = status.missing.empty() && state_.get(read, state::capture).has_value();
        if (read.table_exists(table_)) read.query("SELECT COUNT(*) FROM " + table_, [&](const Row& row) { status.waiting = row.number(0); });
        if (!knows_all(read)) return;
        if (const auto since = state_.get(read, state::known_since)) status.known_since = std::stoll(*since);
    });
    return status;
}

std::vector<OrderId> Capture::list_noted(Read& read, OrderId after, std::size_t count_max) const {
    std::vector<OrderId> ids;
    if (read.table_exists(table_))
        read.query(fmt::format("SELECT DISTINCT order_id FROM {} WHERE order_id > {} ORDER BY order_id LIMIT {}", table_, after, count_max), [&](const Row& row) { ids.push_back(OrderId{row.number(0)}); });
    return ids;
}

std::uint64_t Capture::fold() {
    bool any = false;
    services_.database->read([&](Read& read) {
        any = false;
        if (read.table_exists(table_)) read.query("SELECT 1 FROM " + table_ + " LIMIT 1", [&](const Row&) { any = true; });
    });
    std::uint64_t folded = 0;
    for (bool more = any; more;) {
        std::uint64_t now = 0;
        services_.database->write([&](Unit& unit) { now = fold_some(unit, more); });
        folded += now;
    }
    return folded;
}

std::uint64_t Capture::fold(Unit& unit) const {
    std::uint64_t folded = 0;
    for (bool more = unit.table_exists(table_); more;) folded += fold_some(unit, more);
    return folded;
}

std::uint64_t Capture::fold_some(Unit& unit, bool& more) const {
    // Exactly the rows that were read go: a row with a lower number may still come, from a transaction that is under way.
    std::vector<std::uint64_t> rows;
    std::set<OrderId> noted;
    unit.query(fmt::format("SELECT capture_id, order_id FROM {} ORDER BY capture_id LIMIT {}", table_, rows_per_fold), [&](const Row& row) {
        rows.push_back(row.number(0));
        noted.insert(OrderId{row.number(1)});
    });
    more = rows.size() == rows_per_fold;
    if (rows.empty()) return 0;
    const std::vector<OrderId> ids(noted.begin(), noted.end());
    // Only orders: of those there are, and of those the ledger knows.
    std::map<OrderId, std::string> orders;
    for (const auto& [id, copy] : ledger_.copies(unit, ids)) orders.emplace(id, "");
    const orders::StoreView view(*services_.stores, unit);
    const auto& types = view.order_types();
    for (const std::string& store : services_.stores->registry().store_ids()) {
        auto* captured = view.has_tables(store) ? find_interface<CapturedTables>(services_.stores->get(store)) : nullptr;
        if (!captured) continue;
        for (OrderStamp& stamp : captured->find_stamps(unit, ids))
            if (std::find(types.begin(), types.end(), stamp.type) != types.end()) orders[stamp.id] = std::move(stamp.type);
    }
    std::vector<orders::Ledger::Entry> entries;
    for (const auto& [id, type] : orders) entries.push_back({id, type});
    ledger_.advance(unit, entries);
    unit.execute("DELETE FROM " + table_ + " WHERE capture_id IN " + number_list(rows));
    return entries.size();
}

/// What decides whether two orders are the same, and by which triggers changes are noted: under another rule orders are compared anew.
std::string Capture::rules(Read& read) const {
    const auto installed = state_.get(read, state::capture);
    if (!installed) return {};
    const orders::StoreView view(*services_.stores, read);
    for (const std::string& store : services_.stores->registry().store_ids())
        if (!view.has_tables(store) && find_interface<CapturedTables>(services_.stores->get(store))) return {};
    if (!find_missing(read, triggers(read)).empty()) return {};
    std::vector<std::string> types = view.order_types();
    std::sort(types.begin(), types.end());
    orders::Digest digest;
    for (const std::string& type : types) digest.add(type + ",");
    for (const auto& [name, made] : find_triggers(read)) digest.add(name + made + ",");
    return fmt::format("{}/{}/{}", *installed, services_.stores->posts_mirror() == config::PostsMirror::full ? "full" : "core", digest.hex());
}

bool Capture::knows_all(Read& read) const {
    const auto known = state_.get(read, state::known);
    return known && *known == rules(read);
}

void Capture::set_known(Unit& unit, const std::string& begun) const {
    // Somebody may have removed triggers meanwhile.
    if (begun.empty() || rules(unit) != begun) return;
    state_.set(unit, state::known, begun);
    state_.set(unit, state::known_since, std::to_string(schedule::now_s()));
}

}  // namespace ordo::sync
