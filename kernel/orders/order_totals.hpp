/// An order's totals from its items: WooCommerce's `WC_Abstract_Order::calculate_totals`, in decimals where WooCommerce has
/// binary floats. It changes the record alone and knows no store; `_cogs_total_value` it leaves alone. Pure functions; any thread.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <ordo/order_details.hpp>
#include <ordo/order_record.hpp>

#include "kernel/orders/tax_rates.hpp"

namespace ordo::orders {

/// What totals depend on beside the order and the rates: options of the shop.
struct TotalsSettings {
    unsigned price_decimals = 2;            ///< `woocommerce_price_num_decimals`, at most 8
    bool prices_include_tax = false;        ///< `woocommerce_prices_include_tax`: half taxes round down
    bool tax_round_at_subtotal = false;     ///< `woocommerce_tax_round_at_subtotal`: items and their taxes are summed unrounded
    bool calc_taxes = false;                ///< `woocommerce_calc_taxes`; otherwise no item is taxed
    std::string tax_based_on = "shipping";  ///< `woocommerce_tax_based_on`: shipping, billing or base
    std::string shipping_tax_class = "inherit";  ///< `woocommerce_shipping_tax_class`: a slug, or that of the items
    std::string base_country, base_state, base_postcode, base_city;
    std::vector<std::string> tax_classes;   ///< slugs of `woocommerce_tax_classes`, an option of old shops; none: those of `TaxRates`
};

/// The settings of a shop, from its options by name.
TotalsSettings totals_settings(const std::function<std::optional<std::string>(std::string_view)>& option);

/// `taxes`: computes the items' taxes and the tax items anew; null: both stay as they are, and so do the fields of taxes.
/// `untaxed_products`: ids of products and variations that are not taxable. Amounts that are no numbers count by
/// their numeric prefix. Values that stay keep their rows, new ones stand at the end. Throws `ordo::Error`, with the order half
/// changed, where an amount leaves the range of a `Decimal`.
void calculate_totals(OrderRecord& order, const TotalsSettings& settings, const TaxRates* taxes, const std::map<std::uint64_t, TaxStatus>& untaxed_products);

}  // namespace ordo::orders
