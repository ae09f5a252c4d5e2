/// Walks the ascending id streams of two stores side by side, a page of each at a time: the one walk behind what waits,
/// what is verified and what is only on one side. Constant memory.
#pragma once

#include <algorithm>
#include <functional>
#include <span>
#include <string>
#include <vector>

#include "kernel/orders/store_access.hpp"

namespace ordo::sync {

/// A run of ids: all orders above `after`, up to and including `until`, that either store has. Each list is ascending.
struct MergedPage {
    std::vector<OrderId> both, only_source, only_target;
    OrderId after{}, until{};
};

/// What of the two streams is walked: ids above `after`, up to and including `until`, of these types (none given: all).
struct MergeRange {
    OrderId after{};
    OrderId until{UINT64_MAX};
    std::span<const std::string> types{};
};

/// Calls `each` for every page until it returns false or both streams end. The pages cover the range without a gap; the last
/// may be empty.
inline void merge(const orders::StoreView& stores, const Direction& way, std::size_t page_orders,
                  const std::function<bool(const MergedPage&)>& each, const MergeRange& range = {}) {
    OrderId after = range.after;
    for (;;) {
        const auto source = stores.list(way.source, after, page_orders, AutoDrafts::leave_out, range.types);
        const auto target = stores.list(way.target, after, page_orders, AutoDrafts::leave_out, range.types);
        // A full page may be followed by more: beyond its last id nothing is known of that store yet.
        OrderId until = range.until;
        if (source.size() == page_orders) until = std::min(until, source.back());
        if (target.size() == page_orders) until = std::min(until, target.back());
        const auto source_end = std::upper_bound(source.begin(), source.end(), until);
        const auto target_end = std::upper_bound(target.begin(), target.end(), until);
        MergedPage page;
        page.after = after;
        page.until = until;
        std::set_intersection(source.begin(), source_end, target.begin(), target_end, std::back_inserter(page.both));
        std::set_difference(source.begin(), source_end, target.begin(), target_end, std::back_inserter(page.only_source));
        std::set_difference(target.begin(), target_end, source.begin(), source_end, std::back_inserter(page.only_target));
        if (!each(page) || until == range.until) return;
        after = until;
    }
}

/// The page that some ids make (ascending): which store has which.
inline MergedPage page_of(const orders::StoreView& stores, const Direction& way, std::span<const OrderId> ids) {
    MergedPage page;
    if (ids.empty()) return page;
    const auto source = stores.read_mirrored(way, way.source, ids), target = stores.read_mirrored(way, way.target, ids);
    for (const OrderId id : ids) {
        const bool in_source = orders::find_order(source, id), in_target = orders::find_order(target, id);
        if (in_source || in_target) (in_source && in_target ? page.both : in_source ? page.only_source : page.only_target).push_back(id);
    }
    page.after = OrderId{ids.front().value - (ids.front().value > 0)};
    page.until = ids.back();
    return page;
}

}  // namespace ordo::sync
