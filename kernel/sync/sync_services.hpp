/// What the parts of a synchronisation work with: the kernel's services and the hooks they call. Values that outlive them.
#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>

#include <ordo/data_synchronizer.hpp>
#include <ordo/hook_catalogue.hpp>
#include <ordo/log.hpp>

#include "kernel/options/options_table.hpp"
#include "kernel/orders/controller.hpp"
#include "kernel/orders/store_access.hpp"
#include "kernel/sync/foreign_capture.hpp"

namespace ordo::sync {

struct SyncHooks {
    Emitter<Filter<std::uint64_t>> batch_size;
    Emitter<Action<OrderId>> before_to_posts, after_to_posts;
    Emitter<Action<OrderId, Direction>> before, after;
};

struct SyncServices {
    database::SqlDatabase* database;
    const orders::StoreAccess* stores;
    const options::OptionsTable* options;
    orders::Controller* controller;
    Log* log;
    std::string table_prefix;
    std::optional<std::uint64_t> configured_batch_size;   ///< TOML
    std::function<void(std::string_view target)> create_tables;  ///< the target's and our own; idempotent
    Capture* capture;
    std::chrono::seconds switch_grace;                    ///< TOML
    config::MirrorOwner mirror_owner;                     ///< TOML
};

}  // namespace ordo::sync
