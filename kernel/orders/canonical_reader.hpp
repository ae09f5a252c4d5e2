/// Reads an order back from its canonical form: the inverse of canonical_form.hpp, and as strict, for the form has one
/// spelling - whatever is accepted is spelled again byte by byte the same. It knows no file and no store.
/// A pure function; any thread.
#pragma once

#include <string_view>

#include <ordo/order_record.hpp>

namespace ordo::orders {

/// `line`: one order, without a line end. Throws `ordo.import.bad_order`, naming what is wrong and where as a JSON pointer
/// (`/fields/status`), never a value.
OrderRecord read_canonical(std::string_view line);

}  // namespace ordo::orders
