/// How orders get into a store: the store's rows and the values kept beside it, in the caller's unit. Nothing else writes
/// orders. Keeps no state.
#pragma once

#include <span>
#include <vector>

#include "kernel/orders/store_access.hpp"

namespace ordo::orders {

/// `sources`: for each write the record it carries (null: an erase). One result a write, in the same order.
inline std::vector<WriteResult> write_orders(Unit& unit, const StoreAccess& stores, const std::string& target, std::span<const OrderWrite> writes,
                                             std::span<const OrderRecord* const> sources) {
    std::vector<WriteResult> results = stores.get(target).write(unit, writes);
    if (results.size() != writes.size()) throw Error(errc::plugin_failed, "the store gave another number of results than it got writes");
    stores.overflow().save(unit, target, writes, results, sources);
    return results;
}

}  // namespace ordo::orders
