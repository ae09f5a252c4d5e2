/// See `ordo::OrderUtil`: asks the controller, the synchroniser, the options and the stores. Any thread.
#pragma once

#include <memory>

#include <ordo/custom_orders_table_controller.hpp>
#include <ordo/data_synchronizer.hpp>
#include <ordo/options.hpp>
#include <ordo/order_util.hpp>

#include "kernel/orders/store_access.hpp"

namespace ordo::orders {

struct OrderUtilServices {
    Database* database;
    const StoreAccess* stores;
    CustomOrdersTableController* controller;
    DataSynchronizer* synchronizer;
    Options* options;
    std::string table_prefix;
};

std::unique_ptr<OrderUtil> make_order_util(OrderUtilServices services);

}  // namespace ordo::orders
