/// See journal.hpp.
#include "kernel/orders/journal.hpp"

#include <array>
#include <deque>

#include <fmt/ranges.h>

namespace ordo::orders {

Journal::Journal(const std::string& table_prefix, Settings settings) : table_(table_prefix + "ordo_journal"), settings_(settings) {}

Table Journal::schema() const {
    using namespace columns;
    return {table_,
            {id("journal_id", true), id("order_id"), required("version", bigint()), required("at_gmt", datetime()), required("actor_kind", varchar(10)),
             required("actor", varchar(191)), required("operation", varchar(20)), required("fields", text()), nullable("changes", longtext()),
             required("save_key", varchar(32))},
            {"journal_id"},
            {{"order_id", {{"order_id"}}}, {"save_key", {{"save_key"}}}, {"at_gmt", {{"at_gmt"}}}}};
}

void Journal::add(Unit& unit, std::string_view key, const Actor& actor, std::string_view at_gmt, std::span<const Entry> entries) const {
    std::deque<std::string> texts;
    Insert rows{table_, {"order_id", "version", "at_gmt", "actor_kind", "actor", "operation", "fields", "changes", "save_key"}, {}};
    const std::string_view kind = fitting_prefix(actor.kind, 10, false), name = fitting_prefix(actor.name, 191, false);
    for (const Entry& entry : entries) {
        const std::string_view fields = texts.emplace_back(fmt::format("{}", fmt::join(entry.fields, "\n")));
        rows.values.insert(rows.values.end(),
                           {texts.emplace_back(std::to_string(entry.order.value)), texts.emplace_back(std::to_string(entry.version)), at_gmt, kind, name, entry.operation,
                            fitting_prefix(fields, 65535, true), settings_.values ? BytesView{entry.changes} : std::nullopt, key});
    }
    unit.insert(rows);
}

bool Journal::has(Read& read, std::string_view key) const {
    bool found = false;
    const BytesView value{key};
    read.query("SELECT 1 FROM " + table_ + " WHERE save_key = ? LIMIT 1", {&value, 1}, [&](const Row&) { found = true; });
    return found;
}

std::vector<HistoryEntry> Journal::list(Read& read, OrderId order) const {
    std::vector<HistoryEntry> entries;
    if (!read.table_exists(table_)) return entries;
    read.query("SELECT version, at_gmt, actor_kind, actor, operation, fields, changes FROM " + table_ + " WHERE order_id IN " + id_list({&order, 1}) + " ORDER BY journal_id",
               [&](const Row& row) {
                   HistoryEntry entry{order, row.number(0), std::string(row.text(1)), std::string(row.text(2)), std::string(row.text(3)), std::string(row.text(4)), {},
                                      std::string(row.text(6))};
                   for (std::string_view rest = row.text(5); !rest.empty();) {
                       const std::size_t end = rest.find('\n');
                       entry.fields.emplace_back(rest.substr(0, end));
                       rest = end == std::string_view::npos ? std::string_view{} : rest.substr(end + 1);
                   }
                   entries.push_back(std::move(entry));
               });
    return entries;
}

void Journal::forget_values(Unit& unit, std::span<const OrderId> orders) const {
    if (!orders.empty()) unit.execute("UPDATE " + table_ + " SET changes = NULL WHERE changes IS NOT NULL AND order_id IN " + id_list(orders));
}

std::uint64_t Journal::prune(Unit& unit, UtcSeconds now) const {
    if (settings_.retention_days == 0 || !unit.table_exists(table_)) return 0;
    const std::string before = format_datetime(now - std::chrono::days{settings_.retention_days});
    const BytesView value{before};
    return unit.execute("DELETE FROM " + table_ + " WHERE at_gmt < ?", {&value, 1});
}

}  // namespace ordo::orders
