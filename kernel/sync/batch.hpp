/// What one batch of orders needs: both stores read in one snapshot and compared, ready to be written. Values; a batch may
/// be read on one thread and written on another.
#pragma once

#include <functional>
#include <map>
#include <span>
#include <vector>

#include <ordo/data_store.hpp>

#include "kernel/database/sql_database.hpp"
#include "kernel/orders/ledger.hpp"
#include "kernel/orders/store_access.hpp"
#include "kernel/sync/conflict_table.hpp"
#include "kernel/sync/quarantine.hpp"

namespace ordo::sync {

/// What becomes of one order's copy.
struct CopyOfOrder {
    const OrderRecord* source = nullptr;            ///< of the batch
    orders::Ledger::Copy seen;                      ///< what was known of the copy when both were read
    std::string digest;                             ///< of the copy once it is written
    std::optional<Overwritten> overwritten = {};    ///< somebody else's changes of it
};

/// Writes to the target, the source's record of each and what is to be noted of it. Lists of one length.
struct Writes {
    std::span<const OrderWrite> writes;
    std::span<const OrderRecord* const> sources;
    std::span<const CopyOfOrder> copies;

    std::size_t size() const noexcept { return writes.size(); }
    Writes part(std::size_t first, std::size_t count) const { return {writes.subspan(first, count), sources.subspan(first, count), copies.subspan(first, count)}; }
};

struct Batch {
    std::vector<OrderId> ids;
    std::vector<orders::LoadedOrder> source;
    std::vector<OrderWrite> writes;             ///< the orders that differ; those that failed before stand last
    std::vector<const OrderRecord*> sources;    ///< into `source`
    std::vector<CopyOfOrder> copies;
    std::vector<CopyOfOrder> equal;             ///< orders that do not differ, which the ledger does not know yet
    std::map<OrderId, orders::Ledger::Copy> absent;  ///< ids that wait although neither store has such an order: auto-drafts, orders that are gone
    std::vector<OrderId> vanished;              ///< ids the source has no more, nobody knows why; those of which the ledger does not say yet that they wait
    std::vector<OrderId> removed;               ///< ids the source has no more, and the ledger knows that this is meant
    /// What the source is to take over from the target: orders that only the target has and nobody knows, changes that only the
    /// target has. Lists of one length; `source` of a copy is the target's record here.
    struct Adopted {
        std::vector<orders::LoadedOrder> orders;
        std::vector<OrderWrite> writes;
        std::vector<const OrderRecord*> sources;
        std::vector<CopyOfOrder> copies;

        Writes all() const { return {writes, sources, copies}; }
    } adopted;
    std::size_t healthy = 0;                    ///< how many writes are of orders that did not fail before
    std::uint64_t unchanged = 0;

    Writes all() const { return {writes, sources, copies}; }
};

/// Asks which ids a batch is of; empty: none are left.
using ListIds = std::function<std::vector<OrderId>(const orders::StoreView& view)>;

/// Reads and compares; again if the connection is lost. A batch without ids is the end.
struct BatchServices {
    database::SqlDatabase* database;
    const orders::StoreAccess* stores;
    const orders::Ledger* ledger;
    const QuarantineTable* quarantine;
    std::function<bool(Read&)> may_be_late;     ///< not long ago the target was authoritative: who changes orders there alone may not know better
    std::span<const std::string> more_types = {};   ///< order types of this run beside those everybody knows
};
Batch read_batch(const BatchServices& services, const Direction& way, const ListIds& list_ids);

}  // namespace ordo::sync
