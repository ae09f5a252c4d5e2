/// Items of an order as WooCommerce's API gives them; a part of the WooCommerce form. Pure functions; any thread.
#pragma once

#include <span>

#include <boost/json/value.hpp>

#include "kernel/orders/woocommerce_form.hpp"

namespace ordo::orders {

boost::json::object woocommerce_item(const ItemRecord& item, OrderId order, const WooCommerceReading& reading);

/// The meta rows that are shown, as {"key","value"}: without NULLs, keys beginning `wp_`, and those `hidden` names.
boost::json::array woocommerce_meta(std::span<const MetaRow> rows, const std::function<bool(std::string_view key)>& hidden);

/// The first row of a key; NULL if there is none.
Bytes first_meta(std::span<const MetaRow> rows, std::string_view key);

/// PHP's readings of a text: `absint` (0 for a number beyond 2^63-1), and as a condition.
boost::json::value php_absint(std::string_view text);
bool php_bool(std::string_view text);

}  // namespace ordo::orders
