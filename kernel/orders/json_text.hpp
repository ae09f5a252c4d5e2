/// Stored bytes in JSON. Pure functions; any thread.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include <boost/json/value.hpp>

#include <ordo/types.hpp>

namespace ordo::orders {

/// Whether the bytes are UTF-8 (no surrogates, nothing overlong).
bool is_utf8(std::string_view text);

/// A string; null for NULL; {"hex":"c3…"} for bytes that are no UTF-8, which JSON could not hold.
boost::json::value to_json(const Bytes& bytes);

/// The bytes of lower-case hex digits; `nullopt`: they are none.
std::optional<std::string> from_hex(std::string_view digits);

/// The same as a member's name: "hex:c3…" for bytes that are no UTF-8.
std::string json_name(std::string_view bytes);

}  // namespace ordo::orders
