/// Walks the ascending id streams of two stores side by side, a page of each at a time: the one walk behind what waits,
/// what is verified and what is only on one side. Constant memory.
#pragma once

#include <algorithm>
#include <functional>
#include <string>
#include <vector>

#include "kernel/orders/store_access.hpp"

namespace ordo::sync {

/// A run of ids: all ids up to its last one that either store has. Each list is ascending.
struct MergedPage {
    std::vector<OrderId> both, only_source, only_target;
};

/// Calls `each` for every page until it returns false or both streams end.
inline void merge(Read& read, const orders::StoreAccess& stores, const Direction& way, std::span<const std::string> types,
                  std::size_t page_orders, const std::function<bool(const MergedPage&)>& each) {
    OrderId after{};
    for (;;) {
        const ListRequest request{types, after, page_orders, AutoDrafts::leave_out};
        const auto source = stores.list(read, way.source, request);
        const auto target = stores.list(read, way.target, request);
        if (source.empty() && target.empty()) return;
        // A full page may be followed by more: beyond its last id nothing is known of that store yet.
        OrderId until{UINT64_MAX};
        if (source.size() == page_orders) until = std::min(until, source.back().id);
        if (target.size() == page_orders) until = std::min(until, target.back().id);
        MergedPage page;
        auto s = source.begin();
        auto t = target.begin();
        while ((s != source.end() && s->id <= until) || (t != target.end() && t->id <= until)) {
            const bool has_s = s != source.end() && s->id <= until, has_t = t != target.end() && t->id <= until;
            if (has_s && (!has_t || s->id < t->id)) {
                page.only_source.push_back(s++->id);
            } else if (has_t && (!has_s || t->id < s->id)) {
                page.only_target.push_back(t++->id);
            } else {
                page.both.push_back(s->id);
                ++s, ++t;
            }
        }
        if (!each(page)) return;
        if (until == OrderId{UINT64_MAX}) return;
        after = until;
    }
}

}  // namespace ordo::sync
