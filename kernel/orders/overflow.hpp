/// Values that a store cannot hold, kept whole beside it (`ordo_overflow`) and read through: whoever reads an order through
/// the kernel sees the whole value. A kept value counts only while the store still reads what was left there; otherwise
/// somebody changed it since. Any thread.
#pragma once

#include <algorithm>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include <ordo/data_store.hpp>
#include <ordo/data_synchronizer.hpp>
#include <ordo/store_integrity.hpp>

namespace ordo::orders {

/// A record as the kernel sees it, and what the store itself holds where that differs.
struct LoadedOrder {
    OrderRecord record;
    std::vector<Field> stored_fields;                             ///< store's own values of fields with overflow
    std::vector<FieldId> stored_absent;                           ///< fields with overflow that read NULL in the store
    std::vector<std::pair<std::size_t, Bytes>> stored_meta_rows;  ///< index into `record.meta`, the store's own value
    std::vector<std::uint64_t> kept_rows;                         ///< rows of `ordo_overflow` that were read through

    /// What the store itself holds: the `expected` of a change.
    std::optional<FieldValue> stored(FieldId id) const;
    Bytes stored_meta(std::size_t index) const;
    bool overflows(std::size_t meta_index) const;
};

/// The order of an id among orders that are ascending by id; null if it is not there.
inline const LoadedOrder* find_order(std::span<const LoadedOrder> ascending, OrderId id) noexcept {
    const auto at = std::lower_bound(ascending.begin(), ascending.end(), id, [](const LoadedOrder& o, OrderId wanted) { return o.record.id < wanted; });
    return at != ascending.end() && at->record.id == id ? &*at : nullptr;
}

class OverflowTable {
public:
    explicit OverflowTable(const std::string& table_prefix);

    Table schema() const;
    /// Reads kept values into the records (ascending by id).
    std::vector<LoadedOrder> apply(Read& read, std::string_view store, std::vector<OrderRecord> records) const;
    /// Keeps what the results' faults name, with the whole values of `sources` (same order), and forgets what the writes
    /// replaced. For writes that were written only.
    void save(Unit& unit, std::string_view store, std::span<const OrderWrite> writes, std::span<const WriteResult> results,
              std::span<const OrderRecord* const> sources) const;

    /// Rows about orders of a range, whatever they are worth.
    struct KeptRow {
        std::uint64_t row;
        std::string store;
        OrderId order;
        std::string name;   ///< field name or meta key
    };
    std::vector<KeptRow> list_rows(Read& read, const IdRange& range) const;
    void remove_rows(Unit& unit, std::span<const std::uint64_t> rows) const;
    const std::string& table() const noexcept { return table_; }

    /// Values kept beside any store.
    std::uint64_t count(Read& read) const;
    std::vector<OverflowReport> list(Read& read, std::size_t count_max) const;

private:
    struct Entry;
    std::vector<Entry> load(Read& read, std::string_view store, std::span<const OrderId> ids) const;
    std::string table_;
};

}  // namespace ordo::orders
