/// The canonical form of an order: one JSON object with everything that is stored and nothing computed, the same bytes
/// from either store and either database. "Lossless" is measured by it; canonical_reader.hpp reads it back. Pure functions;
/// any thread.
///
///     {"id":43,"type":"shop_order","fields":{"status":"wc-completed",…},"meta":[["key","value"],…],
///      "items":[{"id":1,"type":"line_item","name":"…","meta":[["key","value"],…]},…],"notes":[{"id":…},…]}
///
/// Fields stand in the order of the mapping table; a field without a value is left out. Meta is sorted by key, equal keys
/// by their rank. A value that does not parse as its field's type is {"raw":"12,5"}; bytes that are no UTF-8 are
/// {"hex":"c3…"}. Left out: handles of meta rows, `_edit_lock` and the address-index keys (`derived_meta_keys`).
/// Ids of items and notes are kept: refunds and trash records refer to them.
#pragma once

#include <cstdint>
#include <string>

#include <ordo/order_record.hpp>

namespace ordo::orders {

std::string canonical_form(const OrderRecord& order);

/// A digest of the canonical form, to tell whether an order has changed. Not for security.
std::string canonical_digest(const OrderRecord& order);

}  // namespace ordo::orders
