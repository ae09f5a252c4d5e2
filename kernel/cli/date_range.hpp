/// Ranges of dates as people write them, in WooCommerce's spelling. A pure function; any thread.
#pragma once

#include <string_view>

#include <ordo/order_query.hpp>

namespace ordo::cli {

/// `2026-01-05` (all of that day), `A...B`, `>A`, `>=A`, `<A`, `<=A`; each end is a day of the site's calendar, which counts as a
/// whole, or an instant as `parse_date` reads it, which counts as its second. `option` begins the messages. Throws `ordo.usage`.
DateCondition parse_date_range(std::string_view option, FieldId field, std::string_view text, const SiteZone& zone);

}  // namespace ordo::cli
