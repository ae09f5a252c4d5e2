/// Copies orders from the authoritative store to the other one, and tells what waits to be copied. One synchronizer
/// serves all stores. Implemented by the kernel. The role and its methods are WooCommerce's `DataSynchronizer`.
#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include <ordo/data_store.hpp>
#include <ordo/types.hpp>

namespace ordo {

/// When changes of the authoritative store are mirrored by scheduled actions: at the shop's interval, all the time, or never but by hand.
enum class BackgroundSyncMode : std::uint8_t { interval, continuous, off };

constexpr std::string_view to_string(BackgroundSyncMode mode) noexcept {
    switch (mode) {
        case BackgroundSyncMode::interval: return "interval";
        case BackgroundSyncMode::continuous: return "continuous";
        case BackgroundSyncMode::off: return "off";
    }
    return "off";
}

/// Between two looks for orders that wait.
inline constexpr std::chrono::seconds sync_interval_usual{300}, sync_interval_min{5};

/// The five kinds label results. Differences are decided by content, never by date.
enum class PendingKind : std::uint8_t {
    ID_TYPE_MISSING_IN_ORDERS_TABLE = 0,
    ID_TYPE_MISSING_IN_POSTS_TABLE = 1,
    ID_TYPE_DIFFERENT_UPDATE_DATE = 2,
    ID_TYPE_DELETED_FROM_ORDERS_TABLE = 3,
    ID_TYPE_DELETED_FROM_POSTS_TABLE = 4,
};

/// A value kept beside the store that could not hold it.
struct OverflowReport {
    OrderId order;
    std::string field;         ///< field name, or meta key
    Rule rule;
    std::string masked_value;  ///< personal data as its length only
    std::string store;
};

/// An order that could not be moved, why, and what repairs it.
struct QuarantineReport {
    OrderId order;
    std::string field, reason, repair;
    std::string target;        ///< the store it could not be moved to
    std::string digest;        ///< of the canonical form that was tried; empty: of an order that was to be erased
};

struct BatchResult {
    std::uint64_t written = 0;      ///< inserted, changed or erased in the target
    std::uint64_t unchanged = 0;
    std::uint64_t changed_meanwhile = 0;  ///< somebody wrote to the target in between: they stay pending
    std::uint64_t overflow = 0;     ///< values kept beside the target
    std::uint64_t conflicts = 0;    ///< orders whose overwritten copy differed from what was last mirrored: kept, see `Conflicts`
    std::uint64_t adopted = 0;      ///< orders of the target that the authoritative store took over: nobody knew them, or they were changed there alone right after a switch
    std::vector<QuarantineReport> quarantined;
};

struct SyncProgress {
    std::uint64_t seen = 0, total = 0;
    double seconds = 0;
};

/// Whether a run has the shop for itself, or is one of several that share the work, in this process or others.
enum class SyncRole : std::uint8_t { alone, worker };

struct SyncOptions {
    SyncRole role = SyncRole::alone;
    std::optional<std::uint64_t> batch_size;                 ///< orders; default: option, else `batch_size_usual`
    std::uint64_t batch_size_usual = 500;
    std::function<void(const SyncProgress&)> progress;       ///< after each batch, on the calling thread
    std::function<bool()> stop_requested;                    ///< asked after each batch; true: end, resumable
    /// Orders of types that nobody registered (`UnknownOrderTypes`) are copied, too, whole; all workers of a run should say the same.
    /// What hpos has an order of is an order type from then on.
    bool include_unknown_types = false;
};

struct SyncReport {
    Direction way;
    std::uint64_t migrated = 0;     ///< orders written in this run
    std::uint64_t skipped = 0;      ///< orders that were equal already
    std::uint64_t changed_meanwhile = 0;  ///< orders of the target that somebody changed while they were copied: the next run copies them
    std::uint64_t conflicts = 0;    ///< orders overwritten in this run that somebody else had changed in the target: kept, see `Conflicts`
    std::uint64_t adopted = 0;      ///< orders of the target that the authoritative store took over (`BatchResult::adopted`)
    std::uint64_t quarantined = 0;  ///< orders in quarantine after this run
    std::uint64_t overflow = 0;     ///< values kept beside the stores after this run
    std::uint64_t auto_drafts = 0;  ///< left out: they are no orders
    std::vector<std::string> unknown_types;   ///< still unknown after this run: their orders were left out
    bool interrupted = false;
    double seconds = 0;
};

struct SyncStatus {
    std::string authoritative;
    bool hpos_enabled = false;
    bool compatibility_mode = false;
    std::uint64_t orders_in_posts = 0, orders_in_hpos = 0;
    std::uint64_t pending = 0;             ///< orders that a sync would write or erase; quarantined ones not included
    std::uint64_t pending_missing = 0, pending_different = 0, pending_deletions = 0;   ///< of those: not in the backup, different there, recorded deletions
    struct TypeCount {
        std::string type;
        std::uint64_t orders = 0;
    };
    std::vector<TypeCount> pending_types;  ///< the same by order type; types of which none waits are left out
    std::uint64_t only_in_backup = 0;      ///< orders the authoritative store does not have, without a deletion record
    /// Of those: mirrored once, so that nobody knows why they are gone. A sync leaves them and a switch waits, until they are removed
    /// (`Orders::remove`) or brought back (`LegacyDataHandler`). The others are taken over by the next sync.
    std::uint64_t vanished = 0;
    std::vector<OrderId> vanished_orders;  ///< the first of them
    std::optional<std::uint64_t> eta_s;    ///< how long copying what waits would take at the last run's speed; absent: no run was long enough to tell
    std::uint64_t quarantined = 0, overflow = 0, auto_drafts = 0, conflicts = 0;
    std::uint64_t saved_since = 0;         ///< orders saved by Ordo that no run has mirrored yet: as many as the mirror lags behind
    std::uint64_t lag_s = 0;               ///< how long the one among them waits whose last save is longest ago; 0 if none waits
    std::uint64_t subject_to_cleanup = 0;  ///< orders that posts keep although only hpos counts: see `LegacyDataHandler::cleanup_post_data`
    bool mirror_owner_is_woocommerce = false;   ///< so the configuration says; Ordo mirrors by hand alone
    bool woocommerce_mirrors = false;      ///< WooCommerce is active, and mirrors what it saves while compatibility mode is on
    std::uint64_t last_run = 0;            ///< when orders were last moved or failed, in seconds since 1970; 0: never
    std::vector<UnknownOrderTypes::Found> unknown_types;
};

class DataSynchronizer {
public:
    virtual ~DataSynchronizer() = default;

    /// Ids of one kind, ascending, at most `limit`; of all known order types, or of those given.
    virtual std::vector<OrderId> get_ids_of_orders_pending_sync(PendingKind kind, std::size_t limit,
                                                                std::span<const std::string> order_types = {}) = 0;
    /// Orders a sync would write or erase.
    virtual std::uint64_t get_total_pending_count() = 0;
    /// The next ids, in the order in which they are synchronised: missing, different, deleted.
    virtual std::vector<OrderId> get_next_batch_to_process(std::size_t count) = 0;
    /// Brings these orders of the target to the authoritative store's content. An order that fails is quarantined.
    virtual BatchResult process_batch(std::span<const OrderId> order_ids) = 0;
    /// Everything that waits. Throws `ordo.sync.locked` if another run holds the shop. A worker takes leases on ranges of
    /// ids and ends when all ranges are done, by itself or others; a range whose worker died is taken over.
    /// Throws `ordo.sync.direction` if the other store becomes authoritative meanwhile: nothing is written from then on.
    virtual SyncReport sync(const SyncOptions& options) = 0;

    virtual SyncStatus get_status() = 0;
    /// By order, field and key; at most that many.
    virtual std::vector<OverflowReport> list_overflow(std::size_t count_max) = 0;
    virtual std::vector<QuarantineReport> list_quarantine() = 0;
    /// Forgets that these orders failed (none given: all): they count as pending again. Gives how many there were.
    virtual std::uint64_t drop_quarantined(std::span<const OrderId> order_ids) = 0;

    /// Whether compatibility mode is on.
    virtual bool data_sync_is_enabled() = 0;
    /// What its option says; where it says nothing, `interval` while compatibility mode is on.
    virtual BackgroundSyncMode get_background_sync_mode() = 0;
    virtual Direction get_direction() = 0;
};

}  // namespace ordo
