/// One storage of orders, as a plugin provides it. A store reads and writes batches of records; it never begins,
/// commits, retries, compares stores, fires hooks or allocates ids. One order is a batch of one.
/// The kernel calls a store from one thread at a time per `Read` or `Unit`, and from several at once with different ones.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include <ordo/database.hpp>
#include <ordo/order_record.hpp>
#include <ordo/schema.hpp>

namespace ordo {

struct StoreTraits {
    std::string_view id;                 ///< "posts", "hpos" …; static storage
    std::string_view orders_table;       ///< without prefix: what `OrderUtil::get_table_for_orders` names
    bool creates_tables_on_demand;       ///< true: the kernel makes missing tables before the first write
    std::size_t batch_rows_max = 10000;  ///< most orders in one call
    std::string_view meta_table = {};    ///< without prefix: what `OrderUtil::get_table_for_order_meta` names
};

/// Enough of an order to merge two stores' id streams.
struct OrderStamp {
    OrderId id;
    std::string type;
};

enum class AutoDrafts : std::uint8_t { leave_out, include };

/// What to list: orders of these types with ids above `after`, ascending, at most `count_max`.
struct ListRequest {
    std::span<const std::string> types;
    OrderId after{};
    std::size_t count_max = 500;
    AutoDrafts auto_drafts = AutoDrafts::leave_out;
};

/// How many orders of the asked types a store holds. Auto-drafts are no orders and are counted apart.
struct StoreCount {
    std::uint64_t orders = 0;
    std::uint64_t auto_drafts = 0;
};

/// A change of one field. `expected`: what the caller loaded; the store refuses (`conflict`) if it holds anything else.
struct FieldChange {
    FieldId id;
    std::optional<FieldValue> expected, value;
};

/// A change of one row of custom meta. `ordinal`: the row's rank among equal keys once all changes are made.
struct MetaChange {
    enum class Op : std::uint8_t { insert, update, remove };
    Op op;
    std::uint64_t row = 0;               ///< update, remove: the handle that `read` gave; 0: a row the store does not hold itself
    std::string key;
    Bytes expected, value;
    std::uint32_t ordinal = 0;
};

enum class WriteOp : std::uint8_t { insert, update, erase };

/// One order's write. An insert lists every field and meta row there is. An erase removes the order only if it still has
/// the given type.
struct OrderWrite {
    WriteOp op;
    OrderId id;
    std::string type;
    std::vector<FieldChange> fields;
    std::vector<MetaChange> meta;
    bool born = false;                   ///< insert: a new order, not a copy of one; the store makes up what only it knows of orders
};

/// A value that the store could not hold as it is, and what it now reads instead. The kernel keeps the whole value.
struct Fault {
    std::optional<FieldId> field;        ///< absent: a meta row
    std::string meta_key;
    std::uint32_t ordinal = 0;           ///< of the meta row among equal keys
    Rule rule;
    bool row_held = true;                ///< false: the store holds no row for it at all
    Bytes left;                          ///< what the store reads there now, in canonical text; NULL if it reads none
};

/// Whether a store's record still holds what the caller of an update had loaded, value by value and row by row.
inline bool still_holds(const OrderRecord& held, const OrderWrite& write) {
    for (const FieldChange& change : write.fields)
        if (held.get(change.id) != change.expected) return false;
    for (const MetaChange& change : write.meta) {
        if (change.op == MetaChange::Op::insert || change.row == 0) continue;
        const auto row = std::find_if(held.meta.begin(), held.meta.end(), [&](const MetaRow& meta) { return meta.row == change.row; });
        if (row == held.meta.end() || row->key != change.key || row->value != change.expected) return false;
    }
    return true;
}

enum class Outcome : std::uint8_t { written, unchanged, conflict, refused, missing };

struct WriteResult {
    OrderId id;
    Outcome outcome;
    std::vector<Fault> faults;           ///< written: values kept beside the store. refused, conflict: why
};

class OrderDataStore {
public:
    virtual ~OrderDataStore() = default;

    virtual const StoreTraits& traits() const noexcept = 0;

    /// The store's own tables, prefix included. The kernel filters, creates and verifies them.
    virtual Schema schema() const = 0;

    /// The one stream behind scan, migration, verification and export. Placeholders are no orders.
    virtual std::vector<OrderStamp> list(Read&, const ListRequest& request) = 0;

    /// Fields and meta of those ids that the store holds, ascending; ids it does not hold are left out. Auto-drafts are given.
    virtual std::vector<OrderRecord> read(Read&, std::span<const OrderId> ids) = 0;

    /// One result a write, in the same order. Throws if the whole batch failed; the kernel then undoes and halves it.
    virtual std::vector<WriteResult> write(Unit&, std::span<const OrderWrite>) = 0;

    virtual StoreCount count(Read&, std::span<const std::string> types) = 0;

    /// An optional ability by id and revision; null if the store has none. The pointer lives as long as the store.
    virtual void* find_interface(std::string_view id_and_revision) noexcept = 0;
};

/// Asks a store, or the host, for an interface type that names its own id.
template <class Interface, class Provider>
Interface* find_interface(Provider& provider) noexcept {
    return static_cast<Interface*>(provider.find_interface(Interface::interface_id));
}

/// Optional: a store that other programs write orders of unknown types into can name them.
class UnknownOrderTypes {
public:
    static constexpr std::string_view interface_id = "ordo.store.unknown_types/1";
    virtual ~UnknownOrderTypes() = default;

    struct Found {
        std::string type;
        std::uint64_t orders = 0;
    };
    /// Types that look like orders but are not among the known ones.
    virtual std::vector<Found> find_unknown_types(Read&, std::span<const std::string> known) = 0;
};

/// Optional: a store whose rows are orders by definition; the types it holds are order types.
class StoredOrderTypes {
public:
    static constexpr std::string_view interface_id = "ordo.store.stored_types/1";
    virtual ~StoredOrderTypes() = default;

    virtual std::vector<std::string> stored_order_types(Read&) = 0;
};

/// Optional: records of orders that WooCommerce deleted from one store while synchronisation was off (`_deleted_from`).
class DeletionRecords {
public:
    static constexpr std::string_view interface_id = "ordo.store.deletion_records/2";
    virtual ~DeletionRecords() = default;

    /// Ids above `after`, ascending, that were deleted from the store `lost_by` ("posts" or "hpos"); at most `count_max`.
    virtual std::vector<OrderId> list_deleted(Read&, std::string_view lost_by, OrderId after, std::size_t count_max) = 0;
    virtual void forget_deleted(Unit&, std::span<const OrderId>) = 0;
    /// Leaves such a record for orders that are deleted from the store `lost_by` now, in place of any there is.
    virtual void record_deleted(Unit&, std::string_view lost_by, std::span<const OrderId>) = 0;
};

}  // namespace ordo
