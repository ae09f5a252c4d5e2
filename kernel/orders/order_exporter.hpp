/// Writes orders in either form (`ordo::ExportForm`), page by page in constant memory. See `ordo::OrderExporter`.
#pragma once

#include <functional>
#include <memory>
#include <string>

#include <ordo/order_transfer.hpp>

#include "kernel/options/options_table.hpp"
#include "kernel/orders/store_access.hpp"

namespace ordo::orders {

/// `options`: of the shop, which WooCommerce's reading depends on. `authoritative`: asked when no store is named.
std::unique_ptr<OrderExporter> make_order_exporter(Database& database, const StoreAccess& stores, const options::OptionsTable& options,
                                                   std::function<std::string()> authoritative);

}  // namespace ordo::orders
