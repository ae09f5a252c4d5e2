/// What an order must satisfy to be saved, and what a new one is given. Only what the caller changed is checked: what a store
/// holds already may be anything. Pure functions; any thread.
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <string_view>

#include <ordo/order.hpp>

#include "kernel/orders/order_statuses.hpp"

namespace ordo::orders {

/// Throws `ordo.order.bad_value`, naming the field; no value is in the message.
void check_input(const Order& order, const OrderStatuses& statuses);

/// Throws the same for a text that people wrote: `bytes_max`, UTF-8, no NUL.
void check_text(std::string_view field, std::string_view text, std::size_t bytes_max);

/// WordPress' `is_email`, without its filters: one @, a dot in the domain, characters that mail has.
bool is_email(std::string_view text);

/// What the shop's options say of new orders.
struct NewOrderDefaults {
    std::string currency, version;
    bool prices_include_tax = false;
};
NewOrderDefaults new_order_defaults(const std::function<std::optional<std::string>(std::string_view name)>& option);

/// Gives a new order every field WooCommerce writes for one, as far as it has none: texts empty, flags off, amounts 0, a key.
void complete_new_order(Order& order, const NewOrderDefaults& defaults, UtcSeconds now);

/// `wc_order_` and 13 characters that nobody can guess.
std::string make_order_key();

}  // namespace ordo::orders
