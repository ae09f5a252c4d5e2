/// Between the order tables and WordPress' older form of an order (a post and its meta): the form itself, one store's
/// order, and copying single orders in either direction. The role and its methods are WooCommerce's `LegacyDataHandler`.
/// Implemented by the kernel; any thread.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <ordo/data_store.hpp>
#include <ordo/types.hpp>

namespace ordo {

/// An order as the posts storage has it.
struct LegacyOrder {
    OrderId id;
    std::vector<std::pair<std::string, std::string>> post;  ///< columns of `wp_posts` that hold something of the order
    std::vector<std::pair<std::string, Bytes>> meta;        ///< rows of `wp_postmeta`, in stored order
};

/// Where a value of the older form goes to.
struct LegacyKeyMapping {
    std::string_view legacy_key;   ///< meta key, or column of `wp_posts`
    bool is_column;                ///< of `wp_posts`
    std::string_view table;        ///< HPOS table, without prefix
    std::string_view column;
    std::string_view field;        ///< name in exports, faults and commands
};

struct BackfillOptions {
    std::string from, to;                  ///< ids of stores
    std::vector<std::string> fields;       ///< names of fields; with `meta_keys` empty too: the whole order
    std::vector<std::string> meta_keys;    ///< all rows of these keys
    enum class Authoritative : std::uint8_t { keep, overwrite };
    Authoritative authoritative = Authoritative::keep;  ///< whether `to` may be the authoritative store
};

struct BackfillResult {
    OrderId order;
    Outcome outcome;               ///< written, unchanged; conflict, refused: nothing was changed
    std::vector<Fault> faults;     ///< written: values kept beside the store. refused: why
    std::string message;           ///< refused, conflict: a sentence for people
};

/// Ids from `first` to `last`, both included; `first` above `last`: none.
struct OrderRange {
    OrderId first{}, last{UINT64_MAX};
    bool is_one() const noexcept { return first == last; }
    bool operator==(const OrderRange&) const = default;
};

struct CleanupOptions {
    std::vector<OrderRange> orders;                    ///< none: all
    std::size_t batch_size = 500;                      ///< orders in one transaction
    bool optimize = false;                             ///< give the room back to the system in the end: may take long, and others may have to wait
    /// Is given, before anything of a batch is removed, a line for each of its orders, with personal data; what it has done with them by its
    /// return must survive a crash. `restore_post_data` reads them.
    std::function<void(std::span<const std::string> lines)> archive = {};
    std::function<void(std::uint64_t done, std::uint64_t total)> progress = {};   ///< after each batch, on the calling thread
    std::function<bool()> stop_requested = {};         ///< asked after each batch; true: end, can be run again
};

/// An order whose post stays.
struct SkippedCleanup {
    enum class Reason : std::uint8_t {
        differs,          ///< posts and hpos do not have the same
        only_in_posts,
        changed_meanwhile,
    };
    OrderId order;
    Reason reason;
};

constexpr std::string_view to_string(SkippedCleanup::Reason reason) noexcept {
    switch (reason) {
        case SkippedCleanup::Reason::differs: return "differs";
        case SkippedCleanup::Reason::only_in_posts: return "only_in_posts";
        case SkippedCleanup::Reason::changed_meanwhile: return "changed_meanwhile";
    }
    return "differs";
}

struct CleanupReport {
    std::uint64_t cleaned = 0, skipped = 0;
    std::vector<SkippedCleanup> first_skipped;         ///< at most 1000 of them
    std::vector<std::string> obstacles;                ///< with any, nothing was done
    bool interrupted = false;
};

struct RestoreReport {
    std::uint64_t restored = 0;
    std::uint64_t changed_since = 0;                   ///< of these, orders that have another content in hpos by now: a sync brings them up to date
    std::uint64_t skipped = 0;                         ///< their post is no placeholder, or is gone
    std::vector<std::string> obstacles;
};

class LegacyDataHandler {
public:
    virtual ~LegacyDataHandler() = default;

    /// What the posts storage would hold of an order. Values no post can hold (NULL in a column that is never NULL) become
    /// what WordPress has there.
    virtual LegacyOrder convert_order_to_legacy_format(const OrderRecord& order) const = 0;
    /// The order that such a post is. The inverse of the above for every order that came from a post.
    virtual OrderRecord convert_legacy_format_to_order(const LegacyOrder& data) const = 0;
    /// Every column and meta key of the older form that is a field, in the order of the mapping table.
    virtual std::vector<LegacyKeyMapping> get_legacy_meta_key_mappings() const = 0;

    /// One store's order, whichever is authoritative; `nullopt` if it does not have it. Throws `ordo.store.unknown`.
    virtual std::optional<OrderRecord> get_order_from_datastore(OrderId order, std::string_view store) = 0;
    /// Copies orders, or the named parts of them, from one store to another; each order in a unit of its own. The modified
    /// date is the order's own; a partial copy leaves it as it is, and the order pending. Throws before anything is written:
    /// `ordo.order.missing` (an order that `from` does not have, or that `to` does not have and parts are named),
    /// `ordo.usage` (a field or key that cannot be named), `ordo.needs_confirmation` (`to` is authoritative).
    virtual std::vector<BackfillResult> backfill_order_to_datastore(std::span<const OrderId> orders, const BackfillOptions& options) = 0;

    /// Orders that posts still have, beside those of the orders' own tables; ranges that overlap count once.
    virtual std::uint64_t count_orders_for_cleanup(std::span<const OrderRange> orders = {}) = 0;
    /// The first of them, ascending.
    virtual std::vector<OrderId> get_orders_for_cleanup(std::span<const OrderRange> orders, std::size_t limit) = 0;
    /// Why nothing is cleaned up now: posts are authoritative, or compatibility mode is on.
    virtual std::vector<std::string> get_cleanup_obstacles() = 0;
    /// Removes from posts the orders that hpos has with the same content: their meta goes, the post becomes a placeholder, on
    /// which notes, items and the order's id go on to hang. Whatever differs stays. Afterwards these orders do not count as
    /// waiting until compatibility mode is turned on again. Throws `ordo.order.missing` if a range of one id is no order of posts.
    virtual CleanupReport cleanup_post_data(const CleanupOptions& options) = 0;
    /// Puts orders back into posts from lines that a clean-up gave. Throws `ordo.import.bad_order`, with nothing of the line's batch
    /// put back.
    virtual RestoreReport restore_post_data(const std::function<std::optional<std::string>()>& next_line) = 0;
};

}  // namespace ordo
