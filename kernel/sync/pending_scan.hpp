/// Finds the orders that wait for a copy: by the ledger and the notes of the triggers where these know all of them, else by
/// comparing the contents of both stores. Reads alone; any thread.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <span>
#include <string>
#include <vector>

#include "kernel/orders/ledger.hpp"
#include "kernel/sync/merge.hpp"
#include "kernel/sync/quarantine.hpp"
#include "kernel/sync/sync_services.hpp"

namespace ordo::sync {

/// Orders looked at together, in one query of each store.
inline constexpr std::size_t page_orders = 500;

/// What waits, by kind.
struct Scan {
    std::vector<OrderId> missing, different, deleted;
    std::vector<OrderId> unknown, vanished;      ///< only in the target: to be taken over; they were in the source once, and nobody knows why not now
    std::uint64_t quarantined = 0;
    OrderId until{};                             ///< as far as both stores were looked at
    /// Missing or different, ascending.
    std::vector<OrderId> to_copy() const;
    std::uint64_t pending() const noexcept { return missing.size() + different.size() + deleted.size(); }
};

/// Recorded deletions from the source: to be carried out, or of orders the source has again.
struct Tombstones {
    std::vector<OrderId> deleted, out_of_date;
};

/// What of the shop is looked at: orders above `after`, a page at a time, until `enough` wait.
struct ScanRange {
    OrderId after{};
    std::size_t page_orders = sync::page_orders, enough = SIZE_MAX;
    std::span<const std::string> more_types = {};
};

class PendingScan {
public:
    /// A switch asks for everything: what a short mirror leaves out would be missing in the new authoritative store.
    enum class Scope : std::uint8_t { mirrored, everything };

    /// `services` outlives this.
    explicit PendingScan(const SyncServices& services) : services_(&services), ledger_(services.table_prefix), quarantine_(services.table_prefix) {}

    Scan scan(Read& read, const Direction& way, Scope scope, const ScanRange& range = {}) const;
    Tombstones list_tombstones(const orders::StoreView& view, const Direction& way, std::size_t count_max) const;

private:
    /// The same pages of those orders alone that the ledger and the triggers know to wait.
    void look_at_waiting(Read& read, const Direction& way, const ScanRange& range, const std::map<OrderId, std::string>& quarantined,
                         const std::function<bool(const MergedPage&)>& look) const;

    const SyncServices* services_;
    orders::Ledger ledger_;
    QuarantineTable quarantine_;
};

}  // namespace ordo::sync
