/// The one synchroniser of all stores. See `ordo::DataSynchronizer`. Walks the source's stream of ids page by page, compares
/// content, writes what differs in one unit a batch, while the next batch is being read; a batch that fails is halved until
/// the bad order stands alone.
#pragma once

#include <chrono>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <set>
#include <string>

#include <ordo/data_synchronizer.hpp>
#include <ordo/hook_catalogue.hpp>
#include <ordo/log.hpp>

#include "kernel/options/options_table.hpp"
#include "kernel/orders/controller.hpp"
#include "kernel/orders/ledger.hpp"
#include "kernel/orders/order_compare.hpp"
#include "kernel/orders/store_access.hpp"
#include "kernel/sync/batch.hpp"
#include "kernel/sync/foreign_capture.hpp"
#include "kernel/sync/merge.hpp"
#include "kernel/sync/migration_record.hpp"
#include "kernel/sync/quarantine.hpp"
#include "kernel/sync/run_lock.hpp"
#include "kernel/sync/shop_state.hpp"

namespace ordo::sync {

struct SyncHooks {
    Emitter<Filter<std::uint64_t>> batch_size;
    Emitter<Action<OrderId>> before_to_posts, after_to_posts;
    Emitter<Action<OrderId, Direction>> before, after;
};

struct SyncServices {
    database::SqlDatabase* database;
    const orders::StoreAccess* stores;
    const options::OptionsTable* options;
    orders::Controller* controller;
    Log* log;
    std::string table_prefix;
    std::optional<std::uint64_t> configured_batch_size;   ///< TOML
    std::function<void(std::string_view target)> create_tables;  ///< the target's and our own; idempotent
    Capture* capture;
    std::chrono::seconds switch_grace;                    ///< TOML
    config::MirrorOwner mirror_owner;                     ///< TOML
};

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
    struct Scan;
    enum class Scope : std::uint8_t { mirrored, everything };
    /// What of the shop is looked at: orders above `after`, a page at a time, until `enough` wait.
    struct ScanRange {
        OrderId after{};
        std::size_t page_orders = 500, enough = SIZE_MAX;
        std::span<const std::string> more_types = {};
    };
    Scan scan(Read& read, const Direction& way, Scope scope, const ScanRange& range) const;
    Scan scan(Read& read, const Direction& way, Scope scope) const;
    /// The same pages of those orders alone that the ledger and the triggers know to wait.
    void look_at_waiting(Read& read, const Direction& way, const ScanRange& range, const std::map<OrderId, std::string>& quarantined,
                         const std::function<bool(const MergedPage&)>& look) const;
    /// Recorded deletions from the source: to be carried out, or of orders the source has again.
    struct Tombstones {
        std::vector<OrderId> deleted, out_of_date;
    };
    Tombstones list_tombstones(const orders::StoreView& view, const Direction& way, std::size_t count_max) const;
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
    /// First in every unit that writes: the claim and the direction still hold.
    void confirm(const Run& run, Unit& unit) const;
    Batch read(const Direction& way, const ListIds& list_ids, std::span<const std::string> more_types = {}) const;
    void write(Run& run, const Batch& batch) const;
    void commit(Run& run, const Writes& writes, std::vector<OrderId>& written) const;
    /// Within a unit: the orders, what they took the place of, what is known of the copies now. Orders that were saved or copied
    /// since they were read are left: `conflict`.
    std::vector<WriteResult> write_in(Unit& unit, const Run& run, const Writes& writes) const;
    /// Brings what only the target knows into the authoritative store.
    void adopt(Run& run, const Batch& batch) const;
    /// Of what is to be taken over, as it is in the backup now.
    std::map<OrderId, std::string> digests_in_backup(Unit& unit, const Run& run, const Writes& writes) const;
    /// Of orders that do not differ, and ids that are no orders: that this is so.
    void note_equal(const Run& run, const Batch& batch) const;
    /// Before the first unit of a run: what others wrote is for the ledger, and who is authoritative is noted.
    void begin(const Direction& way);
    void note_conflict(Run& run, const CopyOfOrder& copy) const;
    /// True: an order that was to be inserted has been, by somebody else.
    bool is_there_by_now(const Direction& way, const OrderWrite& write) const;
    /// True: the target has what `results` call written.
    bool is_in_target(Unit& unit, const Direction& way, const Writes& writes, std::span<const WriteResult> results) const;
    void put_in_quarantine(Run& run, OrderId order, const OrderRecord* source, std::string_view field, const std::string& reason) const;
    void run_alone(Run& run, const SyncOptions& options, SyncProgress& progress, SyncReport& report);
    void run_as_worker(const Direction& way, const std::vector<std::string>& more_types, const SyncOptions& options, SyncProgress& progress, SyncReport& report);
    /// What comes after all orders: recorded deletions, orders in quarantine that are settled by now.
    void tidy(Run& run, std::uint64_t batch);
    /// Orders that only the target has: taken over, erased or left.
    void sort_out_extra(Run& run, std::uint64_t batch);
    bool in_switch_grace(Read& read) const;
    void note_speed(const Run& run, double seconds) const;
    std::string isolation() const;
    void forget_deleted(Unit& unit, std::span<const OrderId> ids) const;
    void erase(Run& run, std::span<const OrderId> ids) const;
    /// Gives those of these (ascending) that the target had as orders.
    std::vector<OrderId> erase_in(Unit& unit, const Direction& way, std::span<const OrderId> ids) const;
    void tell_before(const Writes& writes, const Direction& way) const;
    void tell_written(std::vector<OrderId> ids, const Direction& way) const;
    void release_settled(const Run& run) const;
    std::uint64_t batch_size(const SyncOptions& options) const;

    SyncServices services_;
    SyncHooks hooks_;
    orders::Ledger ledger_;
    QuarantineTable quarantine_;
    ConflictTable conflicts_;
    MigrationRecord record_;
    ShopState state_;
    std::mutex tables_mutex_;
    std::set<std::string> targets_with_tables_;   ///< of `mirror`
};

}  // namespace ordo::sync
