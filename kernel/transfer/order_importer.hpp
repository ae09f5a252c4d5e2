/// Brings orders in their canonical form back into a store. See `ordo::OrderImporter`.
#pragma once

#include <functional>
#include <memory>
#include <string>

#include <ordo/order_transfer.hpp>

#include "kernel/orders/store_access.hpp"

namespace ordo::transfer {

struct OrderImportServices {
    Database* database;
    const orders::StoreAccess* stores;
    std::string table_prefix;
    std::function<std::string()> authoritative;
    std::function<void(std::string_view target)> create_tables;  ///< the target's, those of items and notes, our own; idempotent
    /// Takes the shop's lock until the function it gives is gone; that one confirms it inside each unit.
    std::function<std::function<void(Unit&)>()> lock;
};

std::unique_ptr<OrderImporter> make_order_importer(OrderImportServices services);

}  // namespace ordo::transfer
