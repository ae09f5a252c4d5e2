/// Walks the ascending id streams of two stores side by side, a page of each at a time: the one walk behind what waits,
/// what is verified and what is only on one side. Constant memory.
#pragma once

#include <algorithm>
#include <functional>
#include <vector>

#include "kernel/orders/store_access.hpp"

namespace ordo::sync {

/// A run of ids: all ids up to its last one that either store has. Each list is ascending.
struct MergedPage {
    std::vector<OrderId> both, only_source, only_target;
};

/// Calls `each` for every page until it returns false or both streams end.
inline void merge(const orders::StoreView& stores, const Direction& way, std::size_t page_orders,
                  const std::function<bool(const MergedPage&)>& each) {
    constexpr OrderId last{UINT64_MAX};
    OrderId after{};
    for (;;) {
        const auto source = stores.list(way.source, after, page_orders);
        const auto target = stores.list(way.target, after, page_orders);
        if (source.empty() && target.empty()) return;
        // A full page may be followed by more: beyond its last id nothing is known of that store yet.
        OrderId until = last;
        if (source.size() == page_orders) until = std::min(until, source.back());
        if (target.size() == page_orders) until = std::min(until, target.back());
        const auto source_end = std::upper_bound(source.begin(), source.end(), until);
        const auto target_end = std::upper_bound(target.begin(), target.end(), until);
        MergedPage page;
        std::set_intersection(source.begin(), source_end, target.begin(), target_end, std::back_inserter(page.both));
        std::set_difference(source.begin(), source_end, target.begin(), target_end, std::back_inserter(page.only_source));
        std::set_difference(target.begin(), target_end, source.begin(), source_end, std::back_inserter(page.only_target));
        if (!each(page) || until == last) return;
        after = until;
    }
}

}  // namespace ordo::sync
