/// Writes batches of orders into the backup store: what differs, in one unit a batch; a batch that fails is halved until the
/// bad order stands alone and goes into quarantine. What only the backup knows it brings into the authoritative store the same
/// way. One thread a run; several runs beside each other.
#pragma once

#include <map>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "kernel/orders/ledger.hpp"
#include "kernel/sync/batch.hpp"
#include "kernel/sync/claim.hpp"
#include "kernel/sync/conflict_table.hpp"
#include "kernel/sync/quarantine.hpp"
#include "kernel/sync/shop_state.hpp"
#include "kernel/sync/sync_services.hpp"

namespace ordo::sync {

/// What a run has and gathers: the way, its right to write, its results.
struct Run {
    Direction way;
    const Claim& claim;
    std::string isolation;
    BatchResult result;
    bool adopting = false;   ///< the authoritative store is the target
    const std::string& authoritative() const noexcept { return adopting ? way.target : way.source; }
    std::vector<std::string> more_types = {};   ///< unknown types that it takes for order types
};

class OrderMover {
public:
    /// Both outlive this.
    OrderMover(const SyncServices& services, const SyncHooks& hooks)
        : services_(&services), hooks_(&hooks), ledger_(services.table_prefix), quarantine_(services.table_prefix), conflicts_(services.table_prefix), state_(services.table_prefix) {}

    /// First in every unit that writes: the claim and the direction still hold.
    void confirm(const Run& run, Unit& unit) const;
    Batch read(const Direction& way, const ListIds& list_ids, std::span<const std::string> more_types = {}) const;
    void write(Run& run, const Batch& batch) const;
    /// Carries recorded deletions out.
    void erase(Run& run, std::span<const OrderId> ids) const;
    /// Within a unit: the stores' records of these deletions are settled.
    void forget_deleted(Unit& unit, std::span<const OrderId> ids) const;
    /// Within the unit of a switch, which holds everybody else: copies and erases all of these or nothing, and gives what was
    /// copied.
    std::vector<OrderId> bring_rest(Unit& unit, const Direction& way, const std::vector<OrderId>& ids, std::span<const OrderId> deleted, std::span<const std::string> more_types) const;
    /// The hooks of orders that were written, after the commit.
    void tell_written(std::vector<OrderId> ids, const Direction& way) const;

private:
    void commit(Run& run, const Writes& writes, std::vector<OrderId>& written) const;
    /// Within a unit: the orders, what they took the place of, what is known of the copies now. Orders that were saved or copied
    /// since they were read are left: `conflict`.
    std::vector<WriteResult> write_in(Unit& unit, const Run& run, const Writes& writes) const;
    /// Of what is to be taken over, as it is in the backup now.
    std::map<OrderId, std::string> digests_in_backup(Unit& unit, const Run& run, const Writes& writes) const;
    /// Brings what only the target knows into the authoritative store.
    void adopt(Run& run, const Batch& batch) const;
    /// Of orders that do not differ, and ids that are no orders: that this is so.
    void note_equal(const Run& run, const Batch& batch) const;
    void note_conflict(Run& run, const CopyOfOrder& copy) const;
    void put_in_quarantine(Run& run, OrderId order, const OrderRecord* source, std::string_view field, const std::string& reason) const;
    /// True: an order that was to be inserted has been, by somebody else.
    bool is_there_by_now(const Direction& way, const OrderWrite& write) const;
    /// True: the target has what `results` call written.
    bool is_in_target(Unit& unit, const Direction& way, const Writes& writes, std::span<const WriteResult> results) const;
    bool in_switch_grace(Read& read) const;
    /// Gives those of these (ascending) that the target had as orders.
    std::vector<OrderId> erase_in(Unit& unit, const Direction& way, std::span<const OrderId> ids) const;
    void tell_before(const Writes& writes, const Direction& way) const;

    const SyncServices* services_;
    const SyncHooks* hooks_;
    orders::Ledger ledger_;
    QuarantineTable quarantine_;
    ConflictTable conflicts_;
    ShopState state_;
};

}  // namespace ordo::sync
