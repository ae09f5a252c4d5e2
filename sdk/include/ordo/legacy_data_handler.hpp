/// Between the order tables and WordPress' older form of an order (a post and its meta): the form itself, one store's
/// order, and copying single orders in either direction. The role and its methods are WooCommerce's `LegacyDataHandler`.
/// Implemented by the kernel; any thread.
#pragma once

#include <cstdint>
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
};

}  // namespace ordo
