/// Numbers as WooCommerce's PHP reads and rounds them, but on the decimal digits themselves and not on binary floats.
/// Texts of any length. Pure functions; any thread.
#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>

#include <ordo/decimal.hpp>

namespace ordo::orders {

/// Where a half goes: 0.125 to two decimals.
enum class Halves : bool { away_from_zero, toward_zero };

/// The numeric prefix of a text (`floatval`; 0 if there is none) rounded to so many decimals, without needless zeros.
std::string rounded(std::string_view number, unsigned decimals, Halves halves = Halves::away_from_zero);

/// The same with all decimals: "6424.66", "0.00".
std::string fixed(std::string_view number, unsigned decimals);

/// The same to reckon with; throws `ordo::Error` beyond 18 digits before the point.
Decimal amount_of(std::string_view number, unsigned decimals = Decimal::decimals, Halves halves = Halves::away_from_zero);

/// The sum, exact to eight decimals; `nullopt`: beyond 18 digits before the point.
std::optional<std::string> sum(std::span<const std::string> numbers);

}  // namespace ordo::orders
