/// The two address indexes that WooCommerce searches orders by: meta rows that no canonical form holds, made anew from the
/// order's addresses. A pure function; any thread.
#pragma once

#include <vector>

#include <ordo/order_record.hpp>

namespace ordo::orders {

/// The rows WooCommerce gives an order of type `shop_order`; none for any other type. Each is the fields of one address,
/// joined by one space, absent ones empty. WordPress drops backslashes on the way into postmeta and so finds no address by
/// them; here they stay.
std::vector<MetaRow> make_address_indexes(const OrderRecord& order);

}  // namespace ordo::orders
