/// The one comparison of two records. Migration, verification and `diff` all use what it gives: the changes that turn the
/// target into the source. Derived meta keys are not compared. Pure functions; any thread.
#pragma once

#include <vector>

#include <ordo/data_store.hpp>
#include <ordo/order_verifier.hpp>

#include "kernel/orders/overflow.hpp"

namespace ordo::orders {

/// Changes of fields and meta; both empty and the types equal: the orders are equal.
struct Changes {
    bool type_differs = false;
    std::vector<FieldChange> fields;
    std::vector<MetaChange> meta;
    bool empty() const noexcept { return !type_differs && fields.empty() && meta.empty(); }
};

/// Whether meta that is made from other values is looked at: a save writes it, nothing else compares it.
enum class DerivedMeta : std::uint8_t { leave_out, include };
Changes compare(const OrderRecord& source, const LoadedOrder& target, DerivedMeta derived = DerivedMeta::leave_out);

/// Equal where `compare` finds nothing, and else as good as never.
std::string content_digest(const OrderRecord& order);

/// Whether carrying out the changes takes something away that the target holds: a value, a row of meta.
bool overwrites(const Changes& changes) noexcept;

/// The write that makes a new order of the source's record, derived meta included.
OrderWrite make_insert(const OrderRecord& source);

/// The changes as differences for people, values masked. The texts "source" and "target" of the difference are the
/// values of the two records.
std::vector<Difference> describe(const Changes& changes, const OrderRecord& source, const OrderRecord& target);

/// Every compared value of two records, equal ones too; null: that store does not have the order.
std::vector<ComparedValue> side_by_side(const OrderRecord* source, const OrderRecord* target);

/// Indexes of the meta rows that are compared, sorted by key; equal keys stay in stored order.
std::vector<std::size_t> compared_meta(const OrderRecord& record, DerivedMeta derived = DerivedMeta::leave_out);

}  // namespace ordo::orders
