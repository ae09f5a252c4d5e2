/// An order as JSON, to create one from: properties by WooCommerce's names, or as its REST API takes them.
///
///     {"status":"processing","customer_id":7,"billing":{"first_name":"Ana","email":"ana@example.com"},
///      "line_items":[{"name":"Tea","quantity":2,"total":"18.00","product_id":12}],
///      "shipping_lines":[{"method_title":"Post","method_id":"flat_rate","total":"4.90"}],
///      "fee_lines":[{"name":"Gift wrap","total":"2.00"}],"coupon_lines":[{"code":"SPRING","discount":"1.00"}],
///      "meta_data":[{"key":"gift_note","value":"for you"}],"set_paid":true}
///
/// `null` is as good as absent. One thread.
#pragma once

#include <cstddef>
#include <span>
#include <string_view>

#include <boost/json.hpp>

#include <ordo/order.hpp>

namespace ordo::cli {

inline constexpr std::size_t document_bytes_max = 16777216;

/// Throws `ordo.order.bad_value`: no JSON object, with the byte.
boost::json::object parse_document(std::string_view text);

/// Sets what the document says; true if it says `set_paid`. Throws with the JSON pointer of what is wrong, never its value:
/// `ordo.order.unknown_field`, `ordo.order.bad_value`.
bool apply_document(const boost::json::object& document, Order& order, const SiteZone& zone);

/// Adds one line of `line_items`, `shipping_lines`, `fee_lines` or `coupon_lines`. Throws as above.
void add_line(Order& order, std::string_view lines, const boost::json::object& line);
/// The names of a line's members.
std::span<const std::string_view> line_members(std::string_view lines);

}  // namespace ordo::cli
