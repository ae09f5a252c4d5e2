/// Numbers as WooCommerce's PHP reads and rounds them, but on the decimal digits themselves and not on binary floats.
/// Texts of any length. Pure functions; any thread.
#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>

namespace ordo::orders {

/// Where a half goes: 0.125 to two decimals.
enum class Halves : bool { away_from_zero, toward_zero };

/// `wc_format_decimal` of a text: the shop's decimal separator becomes the point, everything but digits, minus and the last
/// point goes. So `12,5` is `125` where the separator is a point, and `12.5` where it is a comma. Zeros stay.
std::string format_decimal(std::string_view text, std::string_view decimal_separator);

/// The numeric prefix of a text (`floatval`; 0 if there is none) rounded to so many decimals, without needless zeros.
std::string rounded(std::string_view number, unsigned decimals, Halves halves = Halves::away_from_zero);

/// The same with all decimals: "6424.66", "0.00".
std::string fixed(std::string_view number, unsigned decimals);

/// The sum, exact to eight decimals; `nullopt`: beyond 18 digits before the point.
std::optional<std::string> sum(std::span<const std::string> numbers);

}  // namespace ordo::orders
