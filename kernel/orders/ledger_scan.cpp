/// See ledger_scan.hpp.
#include "kernel/orders/ledger_scan.hpp"

#include "kernel/orders/canonical_form.hpp"

namespace ordo::orders {
namespace {

constexpr std::size_t page_orders = 500;

}  // namespace

OrderCounts LedgerScan::counts() {
    OrderCounts counts;
    orders_.services().database->read([&](Read& read) { counts = orders_.ledger().counts(read); });
    return counts;
}

std::uint64_t LedgerScan::prune_history() {
    std::uint64_t pruned = 0;
    orders_.services().database->write([&](Unit& unit) {
        pruned = orders_.journal().prune(unit, std::chrono::floor<std::chrono::seconds>(std::chrono::system_clock::now()));
    });
    return pruned;
}

OrderCounts LedgerScan::count(Read& read, const std::string& store) const {
    OrderCounts counts;
    const StoreAccess& stores = *orders_.services().stores;
    const StoreView view(stores, read);
    if (!view.has_tables(store)) return counts;
    for (const StatusCount& one : orders_.search_of(store).count_by_status(read, view.order_types()))
        if (one.status != "auto-draft") counts[{one.type, one.status}] = static_cast<std::int64_t>(one.orders);
    return counts;
}

void LedgerScan::look(Read& read, const std::vector<OrderRecord>& page, LedgerReport& report) const {
    std::vector<OrderId> ids;
    for (const OrderRecord& order : page) ids.push_back(order.id);
    const auto digests = orders_.ledger().digests(read, ids);
    for (const OrderRecord& order : page) {
        ++report.orders;
        const auto kept = digests.find(order.id);
        if (kept == digests.end()) ++report.without_digest;
        else if (kept->second != canonical_digest(order)) ++report.changed_outside;
    }
}

LedgerReport LedgerScan::scan(bool rebuild, const std::function<bool()>& stop_requested) {
    const OrderServices& services = orders_.services();
    const std::string store = services.controller->get_orders_data_store();
    if (rebuild) services.create_tables(store);
    LedgerReport report;
    for (OrderId after{};;) {
        report.interrupted = stop_requested && stop_requested();
        if (report.interrupted) return report;
        std::vector<OrderId> ids;
        std::vector<OrderRecord> page;
        LedgerReport seen;
        services.database->read([&](Read& read) {
            seen = report;
            const StoreView view(*services.stores, read);
            ids = view.list(store, after, page_orders);
            page = orders_.load(read, store, ids);
            look(read, page, seen);
        });
        report = seen;
        if (ids.empty()) break;
        after = ids.back();
        if (!rebuild) continue;
        services.database->write([&](Unit& unit) {
            // The ledger's rows first: nobody saves or removes these orders between the reading and the digest.
            std::vector<Ledger::Entry> entries;
            for (const OrderRecord& order : page) entries.push_back({order.id, order.type});
            orders_.ledger().hold(unit, entries);
            std::vector<Ledger::Digest> digests;
            for (const OrderRecord& order : orders_.load(unit, store, ids)) digests.push_back({order.id, order.type, canonical_digest(order)});
            orders_.ledger().set_digests(unit, digests);
        });
    }
    services.database->read([&](Read& read) {
        report.kept = orders_.ledger().counts(read);
        report.counted = count(read, store);
        report.scanned_at = orders_.ledger().scanned_at(read);
    });
    if (rebuild)
        services.database->write([&](Unit& unit) {
            hold_authority_(unit);
            const auto now = std::chrono::floor<std::chrono::seconds>(std::chrono::system_clock::now());
            orders_.ledger().set_counts(unit, count(unit, store), now.time_since_epoch().count());
        });
    return report;
}

}  // namespace ordo::orders
