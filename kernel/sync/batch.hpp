/// What one batch of orders needs: both stores read in one snapshot and compared, ready to be written. Values; a batch may
/// be read on one thread and written on another.
#pragma once

#include <functional>
#include <span>
#include <vector>

#include <ordo/data_store.hpp>

#include "kernel/database/sql_database.hpp"
#include "kernel/orders/store_access.hpp"
#include "kernel/sync/quarantine.hpp"

namespace ordo::sync {

/// Writes to the target, and the source's record of each (null: the order is to be erased). Two lists of one length.
struct Writes {
    std::span<const OrderWrite> writes;
    std::span<const OrderRecord* const> sources;

    std::size_t size() const noexcept { return writes.size(); }
    Writes part(std::size_t first, std::size_t count) const { return {writes.subspan(first, count), sources.subspan(first, count)}; }
};

struct Batch {
    std::vector<OrderId> ids;
    std::vector<orders::LoadedOrder> source;
    std::vector<OrderWrite> writes;             ///< the orders that differ; those that failed before stand last
    std::vector<const OrderRecord*> sources;    ///< into `source`
    std::size_t healthy = 0;                    ///< how many writes are of orders that did not fail before
    std::uint64_t unchanged = 0;

    Writes all() const { return {writes, sources}; }
};

/// Asks which ids a batch is of; empty: none are left.
using ListIds = std::function<std::vector<OrderId>(const orders::StoreView& view)>;

/// Reads and compares; again if the connection is lost. A batch without ids is the end.
Batch read_batch(database::SqlDatabase& database, const orders::StoreAccess& stores, const QuarantineTable& quarantine, const Direction& way,
                 const ListIds& list_ids);

}  // namespace ordo::sync
