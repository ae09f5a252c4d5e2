/// See `ordo::DatabaseUtil`: the schema installer, the dialect and the mapping of fields, and the rule which tables stay.
/// Any thread.
#pragma once

#include <functional>
#include <memory>

#include <ordo/custom_orders_table_controller.hpp>
#include <ordo/data_synchronizer.hpp>
#include <ordo/database_util.hpp>

#include "kernel/database/sql_database.hpp"
#include "kernel/options/options_table.hpp"
#include "kernel/orders/store_access.hpp"

namespace ordo::orders {

struct DatabaseUtilServices {
    database::SqlDatabase* database;
    const StoreAccess* stores;
    const options::OptionsTable* options;
    CustomOrdersTableController* controller;
    DataSynchronizer* synchronizer;
    std::string table_prefix;
    std::function<Schema(std::string_view sql)> read_create_tables;   ///< of the folder that reads dumps
};

std::unique_ptr<DatabaseUtil> make_database_util(DatabaseUtilServices services);

}  // namespace ordo::orders
