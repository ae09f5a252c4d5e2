/// Settings of the shop that live in `wp_options` under WooCommerce's names. Implemented by the kernel; any thread.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace ordo {

namespace option {
inline constexpr std::string_view custom_orders_table_enabled = "woocommerce_custom_orders_table_enabled";
inline constexpr std::string_view data_sync_enabled = "woocommerce_custom_orders_table_data_sync_enabled";
/// How orders are mirrored in the background (`BackgroundSyncMode`), and every how many seconds, at least 5, in the first way.
inline constexpr std::string_view background_sync_mode = "woocommerce_custom_orders_table_background_sync_mode";
inline constexpr std::string_view background_sync_interval = "woocommerce_custom_orders_table_background_sync_interval";
inline constexpr std::string_view custom_orders_table_created = "woocommerce_custom_orders_table_created";
/// While it is "yes" posts are cleaned up by scheduled actions (`LegacyDataHandler::cleanup_post_data`); "no" again when all is done.
inline constexpr std::string_view legacy_data_cleanup = "woocommerce_hpos_legacy_data_cleanup_in_progress";
inline constexpr std::string_view migration_batch_size = "woocommerce_orders_cot_migration_batch_size";
/// Isolation of the transactions that copy orders; they are transactions whatever
/// `woocommerce_use_db_transactions_for_custom_orders_table_data_sync` says.
inline constexpr std::string_view sync_isolation_level = "woocommerce_db_transactions_isolation_level_for_custom_orders_table_data_sync";
inline constexpr std::string_view datastore_caching_enabled = "woocommerce_hpos_datastore_caching_enabled";
inline constexpr std::string_view orders_cache_enabled = "woocommerce_orders_cache_enabled";
/// How far the migration is and what failed, as PHP's serialised arrays (`PostsToOrdersMigrationController`).
inline constexpr std::string_view migration_status = "woocommerce_custom_orders_table_migration_status";
inline constexpr std::string_view migration_errors = "woocommerce_custom_orders_table_migration_errors";
/// WordPress' plugins that are active, as PHP's serialised array.
inline constexpr std::string_view active_plugins = "active_plugins";
inline constexpr std::string_view timezone_string = "timezone_string";
inline constexpr std::string_view gmt_offset = "gmt_offset";
}  // namespace option

struct OptionRow {
    std::string name, value;
};

/// Reading a database without options gives no option. Changing one that decides the authoritative store passes the
/// same gate as every other door (`CustomOrdersTableController`).
class Options {
public:
    virtual ~Options() = default;
    virtual std::optional<std::string> get(std::string_view name) = 0;
    /// Throws `ordo.option.read_only` where the configuration file decides, `ordo.switch.refused` where the gate is closed.
    virtual void update(std::string_view name, std::string_view value) = 0;
    /// False if there was none.
    virtual bool remove(std::string_view name) = 0;
    /// All options whose names begin with `prefix`, by name.
    virtual std::vector<OptionRow> list(std::string_view prefix) = 0;
};

}  // namespace ordo
