/// The archive of a clean-up: a line for each order, with every row that a store held of it. Pure functions; any thread.
///
///     {"order":43,"rows":[{"table":"posts","columns":{"ID":"43",…}},…]}
///
/// Values as in the canonical form: texts, null, {"hex":"c3…"} for bytes that are no UTF-8.
#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include <ordo/backup_rows.hpp>

namespace ordo::orders {

std::string to_line(OrderId order, std::span<const StoredRow> rows);

/// The inverse. Throws `ordo.import.bad_order`, without a value in its message.
std::vector<StoredRow> parse_stored_rows(std::string_view line);

}  // namespace ordo::orders
