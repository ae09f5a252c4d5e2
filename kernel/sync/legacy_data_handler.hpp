/// The older form of an order, and copying single orders between stores. See `ordo::LegacyDataHandler`. Uses the same
/// comparison and the same write path as the synchroniser. Any thread.
#pragma once

#include <functional>
#include <memory>
#include <string>

#include <ordo/hook_catalogue.hpp>
#include <ordo/legacy_data_handler.hpp>
#include <ordo/time.hpp>

#include "kernel/database/sql_database.hpp"
#include "kernel/orders/store_access.hpp"
#include "kernel/sync/post_cleaner.hpp"

namespace ordo::sync {

struct BackfillHooks {
    Emitter<Action<OrderId>> before_to_posts, after_to_posts;
    Emitter<Action<OrderId, Direction>> before, after;
};

struct BackfillServices {
    database::SqlDatabase* database;
    const orders::StoreAccess* stores;
    const SiteZone* zone;
    std::string table_prefix;
    orders::Controller* controller;
    std::function<void(std::string_view store)> create_tables;  ///< the store's and our own; idempotent
    CleanupServices cleanup;
};

std::unique_ptr<LegacyDataHandler> make_legacy_data_handler(BackfillServices services, BackfillHooks hooks);

}  // namespace ordo::sync
