/// Holds two stores against each other by canonical content, both ways, and names rows that no content shows. Implemented
/// by the kernel; reads only; any thread. What is found, and what is not: kernel/sync/README.md.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <ordo/types.hpp>

namespace ordo {

/// One finding. The first seven kinds are about the content of an order, the others about rows around it.
struct Difference {
    enum class Kind : std::uint8_t {
        missing, extra, type, field, meta_missing, meta_extra, meta_value,
        deletion_pending,  ///< its deletion from the authoritative store is recorded, and the backup still has it
        orphan_row,        ///< rows of an order that is not there
        duplicate_row,     ///< a second row where there is one an order
        unknown_row,       ///< a row of a kind nobody reads
        stale_overflow,    ///< a value kept beside a store that no longer belongs to what the store holds
        stale_quarantine,  ///< an order in quarantine that is equal by now, or gone
        stale_deletion,    ///< the record of a deletion of an order that is there again, or gone everywhere
        parent_missing,    ///< the order names a parent that no store has
    };
    OrderId order;                  ///< 0: rows that name no order
    Kind kind;
    std::string field;              ///< field name, meta key or table; empty where the whole order is meant
    std::uint32_t ordinal = 0;      ///< of a meta row among equal keys
    std::string source, target;     ///< masked: personal data and secrets as their length only
    std::string store = {};         ///< of rows: the store they stand in, "shared" for tables of both
    std::string table = {};         ///< of rows: the table, prefix included
    std::string what = {};          ///< of rows: address type, meta key, kept field; may be empty
    std::vector<std::uint64_t> rows = {};                ///< of rows: their primary keys
    std::string source_digest = {}, target_digest = {};  ///< of the order as it was seen, if asked for; empty: not there
};

constexpr std::string_view to_string(Difference::Kind kind) noexcept {
    switch (kind) {
        case Difference::Kind::missing: return "missing";
        case Difference::Kind::extra: return "extra";
        case Difference::Kind::type: return "type";
        case Difference::Kind::field: return "field";
        case Difference::Kind::meta_missing: return "meta_missing";
        case Difference::Kind::meta_extra: return "meta_extra";
        case Difference::Kind::meta_value: return "meta_value";
        case Difference::Kind::deletion_pending: return "deletion_pending";
        case Difference::Kind::orphan_row: return "orphan_row";
        case Difference::Kind::duplicate_row: return "duplicate_row";
        case Difference::Kind::unknown_row: return "unknown_row";
        case Difference::Kind::stale_overflow: return "stale_overflow";
        case Difference::Kind::stale_quarantine: return "stale_quarantine";
        case Difference::Kind::stale_deletion: return "stale_deletion";
        case Difference::Kind::parent_missing: return "parent_missing";
    }
    return "field";
}

/// The kind of a word that `to_string` gives; `nullopt` for any other.
constexpr std::optional<Difference::Kind> to_difference_kind(std::string_view word) noexcept {
    for (int i = 0; i <= static_cast<int>(Difference::Kind::parent_missing); ++i)
        if (to_string(static_cast<Difference::Kind>(i)) == word) return static_cast<Difference::Kind>(i);
    return std::nullopt;
}

/// What puts a difference right.
enum class Remedy : std::uint8_t {
    copy,          ///< the authoritative store's order is copied (or its deletion carried out), as a synchronisation does
    remove_rows,   ///< the rows are removed
    decide,        ///< only a person can tell: nothing is changed for it
};

constexpr std::string_view to_string(Remedy remedy) noexcept {
    return remedy == Remedy::copy ? "copy" : remedy == Remedy::remove_rows ? "remove_rows" : "decide";
}

/// Nothing in the authoritative store or in shared tables is ever removed, and no order that only the backup has.
inline Remedy remedy_for(const Difference& difference, const Direction& way) noexcept {
    switch (difference.kind) {
        case Difference::Kind::extra:
        case Difference::Kind::parent_missing: return Remedy::decide;
        case Difference::Kind::orphan_row:
        case Difference::Kind::duplicate_row:
        case Difference::Kind::unknown_row: return difference.store == way.target ? Remedy::remove_rows : Remedy::decide;
        case Difference::Kind::stale_overflow:
        case Difference::Kind::stale_quarantine:
        case Difference::Kind::stale_deletion: return Remedy::remove_rows;
        default: return Remedy::copy;
    }
}

struct VerifyReport {
    Direction way;
    std::uint64_t orders = 0;           ///< compared, those in one store only included
    std::uint64_t orders_different = 0; ///< by content
    std::uint64_t differences = 0;      ///< of content
    std::uint64_t missing = 0, extra = 0, deletions_pending = 0;
    std::uint64_t missing_addresses = 0, missing_operational_data = 0, meta_counts_different = 0;
    std::uint64_t stray_rows = 0;       ///< findings about rows: orphans, duplicates, stale records, missing parents
    std::vector<OrderId> sample;        ///< the orders that were drawn, ascending
    std::uint64_t seed = 0;             ///< of the sample
    std::vector<OrderId> not_found;     ///< ids that were asked for and no store has
    bool interrupted = false;
    double seconds = 0;

    bool found_nothing() const noexcept { return orders_different == 0 && stray_rows == 0; }
};

/// Which orders, and how. Conditions are combined; without any it is the whole shop.
struct VerifyOptions {
    std::function<void(const Difference&)> on_difference;   ///< page by page in ascending ids; in a page, content before rows
    std::function<bool()> stop_requested;
    std::uint64_t batch_size = 500;
    std::vector<OrderId> ids;                     ///< just these
    OrderId start_from{1};                        ///< lowest id
    std::optional<OrderId> end_at;                ///< highest id
    std::vector<std::string> order_types;         ///< just these; an order counts if it is of one in either store
    std::uint64_t sample = 0;                     ///< so many orders, drawn at random; 0: all
    std::optional<std::uint64_t> seed;            ///< of the sample: the same seed and shop give the same orders
    bool with_digests = false;                    ///< fills in the differences' digests
    bool include_unknown_types = false;           ///< orders of types that nobody registered (`UnknownOrderTypes`), too
};

/// One value of an order in both stores, masked.
struct ComparedValue {
    std::string name;               ///< field name or meta key
    std::uint32_t ordinal = 0;      ///< of a meta row among equal keys
    std::string source, target;     ///< "-" for a meta row that is not there
    bool equal = true;
};

/// An order as both stores have it, all compared values in the canonical form's order.
struct ComparedOrder {
    OrderId order;
    bool in_source = false, in_target = false;
    std::string type;               ///< the source's, or the target's where only that has it
    std::vector<ComparedValue> values;
};

class OrderVerifier {
public:
    virtual ~OrderVerifier() = default;
    /// Throws `ordo.usage` for an order type nobody knows.
    virtual VerifyReport verify(const VerifyOptions& options) = 0;
    /// One order's differences. Throws `ordo.order.missing` if neither store has it.
    virtual std::vector<Difference> diff(OrderId order) = 0;
    /// Orders side by side, ascending; ids neither store has are left out.
    virtual std::vector<ComparedOrder> compare(std::vector<OrderId> orders) = 0;
};

}  // namespace ordo
