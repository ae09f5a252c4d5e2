/// An order as WooCommerce's API gives it: a JSON object with the order's properties, its items with theirs, and the meta
/// that is not hidden. For people and for comparing with a real WooCommerce; what is stored, and only that, is the canonical
/// form. The same from either store. Pure functions; any thread.
///
///     {"id":43,"type":"shop_order","data":{"status":"completed","total":"6424.66",…},
///      "items":[{"type":"line_item","data":{"quantity":6,…},"meta":[{"key":"Size","value":"M"}]}],"meta":[{"key":"…","value":"…"}]}
///
/// Computed as WooCommerce's getters and setters do: the total rounded to the shop's decimals, total_tax from cart and
/// shipping tax, an item's taxes from the rounded sums of its rates, dates in UTC, the status without `wc-`. Meta values stand
/// as stored, PHP-serialised ones too. Where WooCommerce's two storages disagree, the posts storage's rule counts: the
/// address-index keys are hidden, equal keys stay in stored order; only `_paid_date` and `_completed_date`, which it reads for
/// orders older than 3.0, are not looked at. Beyond the order itself nothing is: a deleted product keeps its id, a deleted tax
/// class its name, and items of a type WooCommerce does not know are given with all their meta.
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <string_view>

#include <ordo/order_record.hpp>

#include "kernel/orders/woocommerce_numbers.hpp"

namespace ordo::orders {

/// What WooCommerce's reading of an order depends on beside the order: options of the shop.
struct WooCommerceReading {
    unsigned price_decimals = 2;            ///< `woocommerce_price_num_decimals`, at most 8
    std::string decimal_separator = ".";    ///< `woocommerce_price_decimal_sep`
    bool prices_include_tax = false;        ///< `woocommerce_prices_include_tax`: for orders that do not say; half taxes then round down
    bool tax_round_at_subtotal = false;     ///< `woocommerce_tax_round_at_subtotal`: an item's rates are summed unrounded
};

/// The reading of a shop, from its options by name.
WooCommerceReading woocommerce_reading(const std::function<std::optional<std::string>(std::string_view name)>& option);

std::string woocommerce_form(const OrderRecord& order, const WooCommerceReading& reading);

}  // namespace ordo::orders
