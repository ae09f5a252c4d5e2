/// The one synchroniser of all stores. See `ordo::DataSynchronizer`. A run walks the source's stream of ids and has each batch
/// written (order_mover.hpp) while the next one is being read; what waits is found by pending_scan.hpp.
#pragma once

#include <mutex>
#include <set>
#include <span>
#include <string>
#include <vector>

#include "kernel/sync/migration_record.hpp"
#include "kernel/sync/order_mover.hpp"
#include "kernel/sync/pending_scan.hpp"

namespace ordo::sync {

class Synchronizer final : public DataSynchronizer {
public:
    Synchronizer(SyncServices services, SyncHooks hooks);

    std::vector<OrderId> get_ids_of_orders_pending_sync(PendingKind kind, std::size_t limit, std::span<const std::string> order_types) override;
    std::uint64_t get_total_pending_count() override;
    std::vector<OrderId> get_next_batch_to_process(std::size_t count) override;
    BatchResult process_batch(std::span<const OrderId> order_ids) override;
    SyncReport sync(const SyncOptions& options) override;
    SyncStatus get_status() override;
    std::vector<OverflowReport> list_overflow(std::size_t count_max) override;
    std::vector<QuarantineReport> list_quarantine() override;
    std::uint64_t drop_quarantined(std::span<const OrderId> order_ids) override;
    bool data_sync_is_enabled() override;
    BackgroundSyncMode get_background_sync_mode() override;
    Direction get_direction() override;

    /// The next orders above `after` that a sync would write or erase, or that were saved since, ascending, at most `count`.
    std::vector<OrderId> find_pending(OrderId after, std::size_t count);
    /// Copies orders that were just committed, beside whatever else runs. Those that could not be copied wait.
    void mirror(std::span<const OrderId> order_ids);
    /// Within the unit of a switch, which holds everybody else: copies what waits, all of it or nothing, and gives the orders.
    /// `more_types`: of unknown types, too.
    std::vector<OrderId> bring_rest(Unit& unit, const Direction& way, std::span<const std::string> more_types);
    /// Within that unit: who is authoritative from now on.
    void note_authoritative(Unit& unit, const std::string& store) const;
    /// The hooks of those orders, after the commit.
    void tell_brought(std::span<const OrderId> order_ids, const Direction& way) const;
    /// Orders of one batch where options and hooks do not want another size.
    std::uint64_t batch_size_of_actions(std::uint64_t usual) const;
    /// What a switch from source to target waits for.
    orders::PendingOrders count_pending(Read& read, const Direction& way, std::span<const std::string> more_types) const;
    const QuarantineTable& quarantine() const noexcept { return quarantine_; }
    const ConflictTable& conflicts() const noexcept { return conflicts_; }
    const MigrationRecord& record() const noexcept { return record_; }

private:
    /// Before the first unit of a run: what others wrote is for the ledger, and who is authoritative is noted.
    void begin(const Direction& way);
    void run_alone(Run& run, const SyncOptions& options, SyncProgress& progress, SyncReport& report);
    void run_as_worker(const Direction& way, const std::vector<std::string>& more_types, const SyncOptions& options, SyncProgress& progress, SyncReport& report);
    /// What comes after all orders: recorded deletions, orders in quarantine that are settled by now.
    void tidy(Run& run, std::uint64_t batch);
    /// Orders that only the target has: taken over, erased or left.
    void sort_out_extra(Run& run, std::uint64_t batch);
    void note_speed(const Run& run, double seconds) const;
    std::string isolation() const;
    void release_settled(const Run& run) const;
    std::uint64_t batch_size(const SyncOptions& options) const;

    SyncServices services_;
    SyncHooks hooks_;
    orders::Ledger ledger_;
    QuarantineTable quarantine_;
    ConflictTable conflicts_;
    MigrationRecord record_;
    ShopState state_;
    PendingScan pending_;
    OrderMover mover_;
    std::mutex tables_mutex_;
    std::set<std::string> targets_with_tables_;   ///< of `mirror`
};

}  // namespace ordo::sync
