/// Repairs by plan: rows in one unit, contents by the synchroniser. See `ordo::OrderRepairer`.
#pragma once

#include <functional>
#include <memory>
#include <string>

#include <ordo/data_synchronizer.hpp>
#include <ordo/order_repairer.hpp>

#include "kernel/database/sql_database.hpp"
#include "kernel/orders/store_access.hpp"

namespace ordo::sync {

struct RepairServices {
    database::SqlDatabase* database;
    const orders::StoreAccess* stores;
    DataSynchronizer* synchronizer;
    std::string table_prefix;
    std::function<void()> create_own_tables;  ///< idempotent
    std::function<void(Unit&)> forget_known;  ///< rows are written of which the ledger hears nothing
};

std::unique_ptr<OrderRepairer> make_repairer(RepairServices services);

}  // namespace ordo::sync
