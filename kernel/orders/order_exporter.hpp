/// Writes orders in their canonical form, page by page in constant memory. See `ordo::OrderExporter`.
#pragma once

#include <functional>
#include <memory>
#include <string>

#include <ordo/order_transfer.hpp>

#include "kernel/orders/store_access.hpp"

namespace ordo::orders {

/// `authoritative`: asked when no store is named.
std::unique_ptr<OrderExporter> make_order_exporter(Database& database, const StoreAccess& stores, std::function<std::string()> authoritative);

}  // namespace ordo::orders
