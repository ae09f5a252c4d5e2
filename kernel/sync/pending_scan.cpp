/// See pending_scan.hpp.
#include "kernel/sync/pending_scan.hpp"

#include <algorithm>
#include <array>
#include <iterator>
#include <set>

#include "kernel/orders/canonical_form.hpp"
#include "kernel/orders/order_compare.hpp"

namespace ordo::sync {

std::vector<OrderId> Scan::to_copy() const {
    std::vector<OrderId> ids;
    std::merge(missing.begin(), missing.end(), different.begin(), different.end(), std::back_inserter(ids));
    return ids;
}

Tombstones PendingScan::list_tombstones(const orders::StoreView& view, const Direction& way, std::size_t count_max) const {
    Tombstones found;
    for (const std::string& id : services_->stores->registry().store_ids()) {
        auto* records = find_interface<DeletionRecords>(services_->stores->get(id));
        if (!records || !view.has_tables(id)) continue;
        OrderId after{};
        while (found.deleted.size() < count_max) {
            const auto page = records->list_deleted(view.snapshot(), way.source, after, page_orders);
            if (page.empty()) break;
            after = page.back();
            // A record of an order the source has again is out of date.
            const auto there = view.read(way.source, page);
            for (const OrderId order : page) {
                if (orders::find_order(there, order)) found.out_of_date.push_back(order);
                else if (found.deleted.size() < count_max) found.deleted.push_back(order);
            }
        }
    }
    return found;
}

Scan PendingScan::scan(Read& read, const Direction& way, Scope scope, const ScanRange& range) const {
    Scan found;
    const orders::StoreView view(*services_->stores, read, range.more_types);
    const auto quarantined = quarantine_.digests(read, way.target);
    found.deleted = list_tombstones(view, way, SIZE_MAX).deleted;
    std::erase_if(found.deleted, [&](OrderId id) { return id <= range.after; });
    const auto orders_of = [&](const std::string& store, const std::vector<OrderId>& ids) {
        return scope == Scope::mirrored ? view.read_mirrored(way, store, ids) : view.read(store, ids);
    };
    // What was cleaned up is not missed while nothing is mirrored.
    const bool leave_cleaned = scope == Scope::mirrored && services_->options->get(read, option::data_sync_enabled) != "yes";
    const auto in_quarantine = [&](const OrderRecord& record) {
        const auto at = quarantined.find(record.id);
        return at != quarantined.end() && at->second == orders::canonical_digest(record);
    };
    std::vector<OrderId> buried;  // whose removal only the ledger recorded
    const auto look = [&](const MergedPage& page) {
        if (!page.only_target.empty()) {
            const auto copies = ledger_.copies(read, page.only_target);
            for (const OrderId id : page.only_target) {
                if (std::binary_search(found.deleted.begin(), found.deleted.end(), id)) continue;
                const auto copy = copies.find(id);
                if (copy != copies.end() && copy->second.removed) buried.push_back(id);
                else (copy == copies.end() || copy->second.digest.empty() ? found.unknown : found.vanished).push_back(id);
            }
        }
        const auto source = orders_of(way.source, page.both);
        const auto target = orders_of(way.target, page.both);
        for (const auto& order : source) {
            const auto* held = orders::find_order(target, order.record.id);
            if (held && orders::compare(order.record, *held).empty()) continue;
            if (in_quarantine(order.record)) ++found.quarantined;
            else found.different.push_back(order.record.id);
        }
        std::vector<OrderId> only_source = page.only_source;
        if (leave_cleaned) {
            const auto copies = ledger_.copies(read, only_source);
            std::erase_if(only_source, [&](OrderId id) {
                const auto copy = copies.find(id);
                return copy != copies.end() && copy->second.cleaned;
            });
        }
        std::vector<OrderId> maybe;  // only orders in quarantine need be read to know whether they are missing
        for (const OrderId id : only_source) (quarantined.contains(id) ? maybe : found.missing).push_back(id);
        for (const auto& order : orders_of(way.source, maybe)) {
            if (in_quarantine(order.record)) ++found.quarantined;
            else found.missing.push_back(order.record.id);
        }
        found.until = page.until;
        return found.missing.size() + found.different.size() + found.unknown.size() < range.enough;
    };
    // What is not mirrored is compared by a switch, and known to nobody else.
    const bool same_rule = range.more_types.empty() && (scope == Scope::mirrored || services_->stores->posts_mirror() == config::PostsMirror::full);
    if (same_rule && services_->capture->knows_all(read)) look_at_waiting(read, way, range, quarantined, look);
    else merge(view, way, range.page_orders, look, {range.after});
    std::sort(found.missing.begin(), found.missing.end());
    found.deleted.insert(found.deleted.end(), buried.begin(), buried.end());
    std::sort(found.deleted.begin(), found.deleted.end());
    return found;
}

void PendingScan::look_at_waiting(Read& read, const Direction& way, const ScanRange& range, const std::map<OrderId, std::string>& quarantined,
                                   const std::function<bool(const MergedPage&)>& look) const {
    const orders::StoreView view(*services_->stores, read);
    std::vector<OrderId> failed;
    for (const auto& [id, digest] : quarantined) failed.push_back(id);
    for (OrderId after = range.after;;) {
        // A page of each list; where one is full it may go on, so that beyond its last id nothing is known of it yet.
        const auto next_failed = std::upper_bound(failed.begin(), failed.end(), after);
        const auto some_failed = static_cast<std::ptrdiff_t>(std::min<std::size_t>(range.page_orders, static_cast<std::size_t>(failed.end() - next_failed)));
        // The notes first: in a unit, whose every statement sees what was committed by then, a fold in between shows its orders twice
        // instead of never.
        const std::array<std::vector<OrderId>, 3> lists{services_->capture->list_noted(read, after, range.page_orders), ledger_.list_waiting(read, after, range.page_orders),
                                                        std::vector<OrderId>(next_failed, next_failed + some_failed)};
        std::set<OrderId> ids;
        OrderId until{UINT64_MAX};
        for (const auto& list : lists) {
            ids.insert(list.begin(), list.end());
            if (list.size() == range.page_orders) until = std::min(until, list.back());
        }
        ids.erase(ids.upper_bound(until), ids.end());
        if (ids.empty()) return;
        if (!look(page_of(view, way, std::vector<OrderId>(ids.begin(), ids.end())))) return;
        after = *ids.rbegin();
    }
}

}  // namespace ordo::sync
