/// What a save comes to: the caller's changes - what was loaded against what is wanted - laid over what the store holds now.
/// A value that the caller changed and somebody else too is a conflict; values that are computed together conflict together.
/// Pure functions; any thread.
#pragma once

#include <vector>

#include <ordo/order_details.hpp>
#include <ordo/orders.hpp>

namespace ordo::orders {

struct MergedOrder {
    OrderRecord record;                  ///< as it is to be; new meta rows and items have no handle yet. Notes are left out
    std::vector<Conflict> conflicts;     ///< with any, the record is not to be written
    std::vector<ItemWrite> items;        ///< what makes the held items the record's
};

MergedOrder merge(const OrderRecord& loaded, const OrderRecord& wanted, const OrderRecord& held);

/// Names of what differs, for the history: fields, `meta KEY`, `item ID`.
std::vector<std::string> changed_names(const OrderRecord& before, const OrderRecord& after);

/// Whether two records have the same fields, meta and items, handles aside.
bool equal_content(const OrderRecord& a, const OrderRecord& b);

}  // namespace ordo::orders
