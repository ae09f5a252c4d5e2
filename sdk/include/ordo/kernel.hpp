/// The kernel as an embedder sees it: reads the configuration, loads and starts the plugins, and gives the services.
/// A `Kernel` may be used from any thread once it is constructed; construct and destroy it on one thread.
/// Services are references into the kernel and live as long as it.
#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <ordo/actions.hpp>
#include <ordo/conflicts.hpp>
#include <ordo/custom_orders_table_controller.hpp>
#include <ordo/data_synchronizer.hpp>
#include <ordo/database.hpp>
#include <ordo/database_util.hpp>
#include <ordo/error.hpp>
#include <ordo/foreign_capture.hpp>
#include <ordo/hook_catalogue.hpp>
#include <ordo/hooks.hpp>
#include <ordo/legacy_data_handler.hpp>
#include <ordo/log.hpp>
#include <ordo/options.hpp>
#include <ordo/order_ledger.hpp>
#include <ordo/order_repairer.hpp>
#include <ordo/order_transfer.hpp>
#include <ordo/order_util.hpp>
#include <ordo/orders.hpp>
#include <ordo/order_verifier.hpp>
#include <ordo/posts_to_orders_migration_controller.hpp>

#if defined(ORDO_KERNEL_SHARED)
#define ORDO_API __attribute__((visibility("default")))
#else
#define ORDO_API
#endif

namespace ordo {

struct KernelOptions {
    std::optional<std::filesystem::path> config_file;  ///< default: $ORDO_CONFIG, then ./ordo.toml, then the embedded default
    std::optional<std::string> database_url;           ///< over the configuration and $ORDO_DATABASE_URL
    bool ignore_plugin_compatibility = false;          ///< lets `force = "enabled"` pass a closed gate
    Log::Level log_level = Log::Level::warning;        ///< messages go to standard error
    std::vector<std::filesystem::path> builtin_plugin_directories;  ///< searched after the configured ones; default: beside the library
};

struct PluginInfo {
    std::string id, version, kind, state;   ///< state: "started"
    Compatibility compatibility = Compatibility::uncertain;
    std::filesystem::path library;
    std::vector<std::string> requires_ids, order_types;
};

/// Why a file would or would not be loaded. Nothing of the file is run.
struct PluginInspection {
    bool loadable = false;
    std::string id, version, kind, built_for;
    Compatibility compatibility = Compatibility::uncertain;
    ErrorCode code{};                       ///< where it would be refused
    std::string reason, hint;
};

struct HookListener {
    std::string plugin;
    int priority = 10;
    std::string hook;                       ///< of a family: the member that it listens to
};

struct HookInfo {
    std::string name, owner, arguments, fires, on_throw;
    HookKind kind = HookKind::action;
    std::vector<HookListener> listeners;
};

/// What `db init` did, or `db check` found.
struct SchemaReport {
    std::vector<std::string> created;        ///< tables and indexes
    std::vector<std::string> problems;       ///< check: what is missing or different; empty: all is well
    std::string authoritative;               ///< init of an empty database: the store it chose
    std::vector<SwitchObstacle> obstacles;   ///< why it did not choose hpos
};

class ORDO_API Kernel {
public:
    /// Throws `ordo::Error`; then nothing was started.
    explicit Kernel(const KernelOptions& options);
    Kernel(const Kernel&) = delete;
    Kernel& operator=(const Kernel&) = delete;
    /// Stops the plugins in the reverse order of their start.
    ~Kernel();

    static std::string_view version() noexcept;
    static PluginInspection inspect_plugin(const std::filesystem::path& library);

    Hooks& hooks() noexcept;
    Log& log() noexcept;
    /// What is written through it counts as written by somebody else: orders are saved by `orders()`.
    Database& database() noexcept;
    Options& options() noexcept;
    CustomOrdersTableController& controller() noexcept;
    DataSynchronizer& synchronizer() noexcept;
    Conflicts& conflicts() noexcept;
    ForeignCapture& foreign_capture() noexcept;
    OrderVerifier& verifier() noexcept;
    OrderRepairer& repairer() noexcept;
    LegacyDataHandler& legacy_data() noexcept;
    Orders& orders() noexcept;
    OrderLedger& ledger() noexcept;
    Actions& actions() noexcept;
    OrderExporter& exporter() noexcept;
    DumpImporter& importer() noexcept;
    OrderImporter& order_importer() noexcept;
    PostsToOrdersMigrationController& migration_controller() noexcept;
    OrderUtil& order_util() noexcept;
    DatabaseUtil& database_util() noexcept;

    std::vector<PluginInfo> plugins() const;
    std::vector<HookInfo> hook_catalogue() const;
    /// Creates what is missing, as WooCommerce makes it. Idempotent.
    SchemaReport init_database();
    /// Names what is missing or different. Writes nothing.
    SchemaReport check_database();
    /// Throws `ordo.database.not_a_shop` unless the database holds the tables of a shop.
    void require_shop();

private:
    struct Parts;
    std::unique_ptr<Parts> parts_;
};

}  // namespace ordo
