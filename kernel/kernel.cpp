/// Kernel: the one place that composes the folders. It opens nothing but the configuration and the plugins; the database
/// is opened when something first asks for it.
#include <ordo/kernel.hpp>

#include <algorithm>
#include <cstdlib>

#include <fmt/format.h>
#include <spdlog/sinks/stdout_sinks.h>
#include <spdlog/spdlog.h>

#include <ordo/sdk_digest.hpp>

#include "hooks/hook_engine.hpp"
#include "kernel/config/settings.hpp"
#include "kernel/database/schema_installer.hpp"
#include "kernel/database/sql_database.hpp"
#include "kernel/options/options_table.hpp"
#include "kernel/orders/controller.hpp"
#include "kernel/orders/database_util.hpp"
#include "kernel/orders/ledger_scan.hpp"
#include "kernel/orders/order_exporter.hpp"
#include "kernel/orders/order_service.hpp"
#include "kernel/orders/order_util.hpp"
#include "kernel/orders/store_access.hpp"
#include "kernel/plugins/plugin_loader.hpp"
#include "kernel/schedule/scheduler.hpp"
#include "kernel/sync/background_cleanup.hpp"
#include "kernel/sync/background_sync.hpp"
#include "kernel/sync/conflicts.hpp"
#include "kernel/sync/foreign_capture.hpp"
#include "kernel/sync/legacy_data_handler.hpp"
#include "kernel/sync/migration_controller.hpp"
#include "kernel/sync/repairer.hpp"
#include "kernel/sync/synchronizer.hpp"
#include "kernel/sync/verifier.hpp"
#include "kernel/transfer/dump_importer.hpp"
#include "kernel/transfer/mysql_ddl.hpp"
#include "kernel/transfer/order_importer.hpp"

namespace ordo {
namespace {

/// Messages of the kernel, or of one plugin, to standard error.
class SpdLog final : public Log {
public:
    SpdLog(std::shared_ptr<spdlog::logger> logger, std::string prefix) : logger_(std::move(logger)), prefix_(std::move(prefix)) {}
    bool enabled(Level level) const noexcept override { return logger_->should_log(to_spdlog(level)); }
    void write(Level level, std::string_view message) noexcept override { logger_->log(to_spdlog(level), "{}{}", prefix_, message); }

    static spdlog::level::level_enum to_spdlog(Level level) noexcept {
        switch (level) {
            case Level::debug: return spdlog::level::debug;
            case Level::info: return spdlog::level::info;
            case Level::warning: return spdlog::level::warn;
            case Level::error: return spdlog::level::err;
        }
        return spdlog::level::err;
    }

private:
    std::shared_ptr<spdlog::logger> logger_;
    std::string prefix_;
};

std::shared_ptr<spdlog::logger> make_logger(Log::Level level) {
    auto logger = std::make_shared<spdlog::logger>("ordo", std::make_shared<spdlog::sinks::stderr_sink_mt>());
    logger->set_pattern("%l: %v");
    logger->set_level(SpdLog::to_spdlog(level));
    return logger;
}

std::optional<std::string> environment(const char* name) {
    const char* value = std::getenv(name);
    return value && *value ? std::optional<std::string>(value) : std::nullopt;
}

/// Command line over environment over file over default.
config::Settings load_settings(const KernelOptions& options) {
    std::optional<std::filesystem::path> file = options.config_file;
    if (!file)
        if (const auto path = environment("ORDO_CONFIG")) file = *path;
    if (!file && std::filesystem::exists("ordo.toml")) file = "ordo.toml";
    config::Settings settings = file ? config::read_settings(*file) : config::Settings{};
    if (const auto url = environment("ORDO_DATABASE_URL")) settings.database_url = *url;
    if (options.database_url) settings.database_url = *options.database_url;
    return settings;
}

std::vector<std::filesystem::path> builtin_directories(const KernelOptions& options) {
    return options.builtin_plugin_directories.empty() ? std::vector{plugins::builtin_plugin_directory()} : options.builtin_plugin_directories;
}

}  // namespace

/// Everything there is, in the order in which it is made; unmade in the reverse order.
struct Kernel::Parts {
    explicit Parts(const KernelOptions& kernel_options)
        : settings(load_settings(kernel_options)), logger(make_logger(kernel_options.log_level)), log(logger, ""), hook_engine(log),
          hooks(hook_engine.view_for("kernel")), embedder_hooks(hook_engine.view_for("embedder")),
          database(database::make_dialect(settings.database_url), log, sync::Capture::mark_table(settings.table_prefix)), options_table(database, settings.table_prefix, {settings.options, where_configured()}),
          site_zone(options_table), declared(*hooks),
          plugin_set(plugins::PluginSet::load(settings, builtin_directories(kernel_options), host_services())),
          stores(*plugin_set, orders::OverflowTable(settings.table_prefix), settings.order_types, settings.posts_mirror),
          controller(database, options_table, stores, {settings.force_custom_orders_table, kernel_options.ignore_plugin_compatibility},
                     {declared.order_data_store, declared.order_refund_data_store, declared.can_switch_store}, log),
          capture({&database, &stores, settings.table_prefix, [this] { create_tables(store_hpos); }}),
          synchronizer({&database, &stores, &options_table, &controller, &log, settings.table_prefix, settings.migration_batch_size,
                        [this](std::string_view target) { create_tables(target); }, &capture, std::chrono::seconds(settings.switch_grace_s), settings.mirror_owner},
                       {declared.batch_size, declared.before_to_posts, declared.after_to_posts, declared.before, declared.after}),
          verifier(sync::make_verifier(database, stores, settings.table_prefix, [this] { return synchronizer.get_direction(); })),
          repairer(sync::make_repairer({&database, &stores, &synchronizer, settings.table_prefix, [this] { create_own_tables(); }, [this](Unit& unit) { capture.forget_known(unit); }})),
          legacy_data(sync::make_legacy_data_handler({&database, &stores, &site_zone, settings.table_prefix, &controller,
                                                      [this](std::string_view store) { create_tables(store); },
                                                      {&database, &stores, &options_table, &controller, settings.table_prefix, [this] { create_own_tables(); },
                                                       [this](Unit& unit) { capture.forget_known(unit); }}},
                                                     {declared.before_to_posts, declared.after_to_posts, declared.before, declared.after})),
          actions(database, site_zone, settings.table_prefix, log, [this] { database::install(database, actions.schema()); }),
          background_sync(actions, synchronizer, options_table, log), background_cleanup(actions, *legacy_data, database, options_table),
          order_service(order_services(), declared.events),
          conflicts(sync::make_conflicts(order_service.unit(), synchronizer.conflicts())),
          ledger(order_service.unit(), [this](Unit& unit) { sync::RunLock::hold_all(unit, settings.table_prefix); }),
          exporter(orders::make_order_exporter(database, stores, options_table, [this] { return controller.get_orders_data_store(); })),
          importer(transfer::make_dump_importer(database, database, settings.table_prefix)),
          order_importer(transfer::make_order_importer(order_import_services())), options(*this),
          migration_controller({&database, &stores, &options_table, &controller, &synchronizer, verifier.get(), settings.table_prefix,
                                [this](std::string_view target) { create_tables(target); },
                                [this](std::string_view table) { return database_util->drop_database_table(table, RowsInTable::drop); },
                                [this](Unit& unit) { capture.forget_known(unit); }}),
          order_util(orders::make_order_util({&database, &stores, &controller, &synchronizer, &options, settings.table_prefix})),
          database_util(orders::make_database_util(
              {&database, &stores, &options_table, &controller, &synchronizer, settings.table_prefix, transfer::read_create_tables})) {
        controller.count_pending = [this](Read& read, const Direction& way, std::span<const std::string> more_types) {
            return synchronizer.count_pending(read, way, more_types);
        };
        controller.create_tables = [this](const std::string& target) {
            if (target == store_hpos) create_tables(target);
            else create_own_tables();
        };
        controller.has_shop = [this] { return has_shop(); };
        controller.bring_rest = [this](Unit& unit, const Direction& way, std::span<const std::string> more_types) {
            return synchronizer.bring_rest(unit, way, more_types);
        };
        controller.switched = [this](Unit& unit, const std::string& store) { synchronizer.note_authoritative(unit, store); };
        controller.rest_brought = [this](std::span<const OrderId> orders, const Direction& way) { synchronizer.tell_brought(orders, way); };
        controller.sync_turned_on = [this] { background_sync.settle(sync::BackgroundSync::Look::now); };
        actions.before_run = [this] {
            background_sync.settle(sync::BackgroundSync::Look::when_due);
            background_cleanup.settle();
        };
        controller.hold_runs = [this](Unit& unit) { sync::RunLock::hold_all(unit, settings.table_prefix); };
        declared.before_init();
        plugin_set->close_declarations();
        check_start();
    }

    /// The kernel's hooks, declared before any plugin can listen.
    struct DeclaredHooks {
        explicit DeclaredHooks(Hooks& h)
            : before_init(h.declare(hook::before_woocommerce_init)), order_data_store(h.declare(hook::order_data_store)),
              order_refund_data_store(h.declare(hook::order_refund_data_store)), batch_size(h.declare(hook::migration_batch_size)),
              schema(h.declare(hook::orders_table_schema)), tables_created(h.declare(hook::after_orders_table_created)),
              before_to_posts(h.declare(hook::before_order_sync_to_posts)), after_to_posts(h.declare(hook::after_order_sync_to_posts)),
              before(h.declare(hook::before_order_sync)), after(h.declare(hook::after_order_sync)),
              can_switch_store(h.declare(hook::can_switch_store)), events(h) {}
        Emitter<Action<>> before_init;
        Emitter<Filter<std::string>> order_data_store, order_refund_data_store;
        Emitter<Filter<std::uint64_t>> batch_size;
        Emitter<Filter<Schema>> schema;
        Emitter<Action<>> tables_created;
        Emitter<Action<OrderId>> before_to_posts, after_to_posts;
        Emitter<Action<OrderId, Direction>> before, after;
        Emitter<Veto<Direction>> can_switch_store;
        orders::OrderEvents events;
    };

    std::string where_configured() const { return settings.file ? settings.file->string() : "command line"; }

    /// The options as everybody sees them: those that decide something pass the same doors as everything else.
    class ShopOptions final : public Options {
    public:
        explicit ShopOptions(Parts& parts) : parts_(parts) {}
        std::optional<std::string> get(std::string_view name) override {
            if (const auto fixed = configured(name)) return fixed;
            return parts_.options_table.get(name);
        }
        void update(std::string_view name, std::string_view value) override {
            refuse_if_configured(name);
            if (name == option::custom_orders_table_enabled || name == option::data_sync_enabled || name == option::legacy_data_cleanup)
                if (value != "yes" && value != "no")
                    throw Error(errc::option_bad_value, fmt::format("option {} is \"yes\" or \"no\"", name));
            if (name == option::custom_orders_table_enabled) {
                const std::string store(value == "yes" ? store_hpos : store_posts);
                const SwitchResult result = parts_.controller.switch_authoritative_store(store, {});
                if (!result.obstacles.empty()) throw orders::refusal(store, result.obstacles);
                return;
            }
            if (name == option::data_sync_enabled && value == "no") refuse_hpos_only();
            if (name == option::legacy_data_cleanup && value == "yes") parts_.background_cleanup.refuse_unless_allowed();
            if (name == option::migration_batch_size) {
                const bool digits = !value.empty() && value.size() <= 5 && value.find_first_not_of("0123456789") == std::string_view::npos;
                const int orders = digits ? std::stoi(std::string(value)) : 0;
                if (orders < 1 || orders > 10000) throw Error(errc::option_bad_value, fmt::format("option {} is a number of orders, 1 to 10000", name));
            }
            if (name == option::background_sync_mode && value != "interval" && value != "continuous" && value != "off")
                throw Error(errc::option_bad_value, fmt::format("option {} is \"interval\", \"continuous\" or \"off\"", name));
            if (name == option::background_sync_interval) {
                const auto seconds = value.size() <= 9 ? parse_unix_time(value) : std::nullopt;
                if (!seconds || seconds->time_since_epoch() < sync_interval_min)
                    throw Error(errc::option_bad_value, fmt::format("option {} is a number of seconds, at least {}", name, sync_interval_min.count()));
            }
            parts_.database.write([&](Unit& unit) { parts_.options_table.set(unit, name, value); });
            settle_background_work(name, value == "yes");
        }
        bool remove(std::string_view name) override {
            refuse_if_configured(name);
            if (!parts_.options_table.get(name)) return false;
            if (name == option::custom_orders_table_enabled) update(name, "no");  // what its absence means passes the gate
            if (name == option::data_sync_enabled) refuse_hpos_only();
            bool removed = false;
            parts_.database.write([&](Unit& unit) { removed = parts_.options_table.remove(unit, name) || removed; });  // twice if a commit's answer is lost
            settle_background_work(name, false);
            return removed;
        }
        std::vector<OptionRow> list(std::string_view prefix) override { return parts_.options_table.list(prefix); }

    private:
        void settle_background_work(std::string_view name, bool turned_on) const {
            using sync::BackgroundSync;
            if (name == option::legacy_data_cleanup) parts_.background_cleanup.settle(turned_on);
            if (name == option::data_sync_enabled || name == option::background_sync_mode || name == option::background_sync_interval)
                parts_.background_sync.settle(turned_on ? BackgroundSync::Look::now : BackgroundSync::Look::when_due);
        }
        std::optional<std::string> configured(std::string_view name) const {
            const config::Settings& settings = parts_.settings;
            if (name == option::custom_orders_table_enabled && settings.force_custom_orders_table)
                return *settings.force_custom_orders_table ? "yes" : "no";
            if (name == option::migration_batch_size && settings.migration_batch_size) return std::to_string(*settings.migration_batch_size);
            return std::nullopt;
        }
        void refuse_if_configured(std::string_view name) const {
            parts_.options_table.refuse_if_configured(name);
            if (configured(name)) throw Error(errc::option_read_only, fmt::format("option {} is set by the configuration ({})", name, parts_.where_configured()), "change it there");
        }
        /// Without mirroring only HPOS is left, so every plugin must be ready for it.
        void refuse_hpos_only() const {
            std::string message = "compatibility mode is not turned off while HPOS is authoritative:";
            const auto obstacles = parts_.controller.get_hpos_only_obstacles();
            for (const SwitchObstacle& obstacle : obstacles) message += "\n  - " + obstacle.message;
            if (!obstacles.empty()) throw Error(errc::switch_refused, message);
        }
        Parts& parts_;
    };

    plugins::HostServices host_services() {
        return {&hook_engine,
                [this](std::string plugin) { return std::make_unique<SpdLog>(logger, fmt::format("plugin {}: ", plugin)); },
                &database.for_others(), &site_zone, settings.table_prefix};
    }

    orders::OrderServices order_services() {
        return {&database, &stores, &options_table, &controller, &site_zone, &log, settings.table_prefix,
                {settings.history_values, settings.history_retention_days},
                [this](std::string_view store) {
                    if (has_tables_for_saves(store)) return;
                    create_tables(store);
                    create_missing_details();
                    database.write([&](Unit& unit) { sync::RunLock::make_shareable(unit, settings.table_prefix); });
                },
                [this](Unit& unit) { sync::RunLock::share_authority(unit, settings.table_prefix); },
                [this](std::span<const OrderId> saved) { background_sync.orders_saved(saved); }};
    }

    transfer::OrderImportServices order_import_services() {
        return {&database, &stores, settings.table_prefix, [this] { return controller.get_orders_data_store(); },
                [this](std::string_view target) {
                    create_tables(target);
                    create_missing_details();
                },
                [this] {
                    return [this, lock = std::make_shared<sync::RunLock>(database, settings.table_prefix)](Unit& unit) {
                        lock->confirm(unit);
                        capture.forget_known(unit);  // the ledger hears nothing of what is imported
                    };
                }};
    }

    Schema store_schema(std::string_view store) const { return declared.schema(stores.get(store).schema()); }

    Schema own_schema() const {
        Schema schema = sync::claims_schema(settings.table_prefix);
        schema.push_back(stores.overflow().schema());
        schema.push_back(synchronizer.quarantine().schema());
        schema.push_back(synchronizer.conflicts().schema());
        schema.push_back(capture.schema());
        schema.push_back(sync::ShopState(settings.table_prefix).schema());
        for (Table& table : order_service.unit().schema()) schema.push_back(std::move(table));
        return schema;
    }

    /// The target's tables and our own. Idempotent.
    void create_tables(std::string_view store) {
        create_own_tables();
        if (!install_store(store).empty()) capture.complete();
    }
    void create_own_tables() {
        require_shop();
        database::install(database, own_schema());
        bool has_options = false;
        database.read([&](Read& read) { has_options = options_table.exists(read); });
        if (!has_options) database::install(database, options_table.own_schema());
    }

    /// A look instead of making what is there: a program that saves one order should not look at every column.
    bool has_tables_for_saves(std::string_view store) {
        bool all = false;
        database.read([&](Read& read) {
            Schema needed = own_schema();
            for (const Schema& more : {store_schema(store), shared_schema(read)}) needed.insert(needed.end(), more.begin(), more.end());
            all = std::all_of(needed.begin(), needed.end(), [&](const Table& table) { return read.table_exists(table.name); }) &&
                  sync::RunLock::is_shareable(read, settings.table_prefix);
        });
        return all;
    }

    /// Tables of items and notes, and of ids where there are no posts to give them.
    Schema shared_schema(Read& read) const {
        Schema schema;
        if (auto* details = find_interface<OrderDetails>(*plugin_set)) schema = details->schema();
        if (auto* ids = find_interface<OrderIds>(*plugin_set); ids && !read.table_exists(settings.table_prefix + "posts"))
            for (Table& table : ids->schema()) schema.push_back(std::move(table));
        return schema;
    }

    /// Those of them that the database lacks; those there are stay as they are.
    void create_missing_details() {
        Schema missing;
        database.read([&](Read& read) {
            missing = shared_schema(read);
            std::erase_if(missing, [&](const Table& table) { return read.table_exists(table.name); });
        });
        database::install(database, missing);
    }

    std::vector<std::string> install_store(std::string_view store) {
        const auto created = database::install(database, store_schema(store));
        // A run that was killed here has made the tables and not said so.
        if (store == store_hpos && (!created.empty() || options_table.get(option::custom_orders_table_created) != "yes")) {
            declared.tables_created();
            database.write([&](Unit& unit) { options_table.set(unit, option::custom_orders_table_created, "yes"); });
        }
        return created;
    }

    /// A shop has orders somewhere: in posts or in the orders' own tables.
    bool is_shop(Read& read) const {
        return read.table_exists(settings.table_prefix + "posts") || read.table_exists(settings.table_prefix + "wc_orders");
    }

    /// Nothing stored and nothing decided: without tables, or as an interrupted `db init` leaves them.
    bool is_fresh(Read& read) const {
        if (!is_shop(read)) return true;
        bool used = options_table.get(read, option::custom_orders_table_enabled).has_value();
        for (const char* table : {"posts", "wc_orders"})
            if (const std::string name = settings.table_prefix + table; read.table_exists(name))
                read.query("SELECT 1 FROM " + name + " LIMIT 1", [&](const Row&) { used = true; });
        return !used;
    }

    bool has_shop() {
        bool shop = false;
        try {
            database.read([&](Read& read) { shop = is_shop(read); });
        } catch (const Error& error) {
            if (error.code() != errc::database_missing) throw;
        }
        return shop;
    }

    void require_shop() {
        bool shop = false;
        database.read([&](Read& read) { shop = is_shop(read); });
        if (!shop)
            throw Error(errc::database_not_a_shop,
                        fmt::format("{} holds no shop: there is neither {}posts nor {}wc_orders", database.dialect().description(),
                                    settings.table_prefix, settings.table_prefix),
                        "is [database] table_prefix right? Bring a shop in with `ordo import DUMP.sql.gz`, or begin one with `ordo db init`");
    }

    /// False too while the server does not answer: what needs it will say so.
    bool hpos_is_known_to_be_on() {
        try {
            return controller.configured_store() == store_hpos;
        } catch (const Error& error) {
            if (error.code() != errc::database_unavailable && error.code() != errc::database_connection_lost) throw;
            return false;
        }
    }

    /// What every start says or refuses: a forced store the gate refuses, undeclared plugins while HPOS is on.
    void check_start() {
        controller.apply_forced_store();
        for (const PluginCompatibility& plugin : plugin_set->compatibility()) {
            if (plugin.compatibility == Compatibility::compatible) continue;
            if (settings.strict_compatibility)
                throw Error(errc::plugin_incompatible,
                            fmt::format("plugin {} is {} with custom_order_tables, and [plugins] strict_compatibility is set", plugin.plugin,
                                        to_string(plugin.compatibility)),
                            "remove it from [plugins] load, or have its author declare compatibility");
            if (hpos_is_known_to_be_on())
                log.warning("plugin {} is {} with custom_order_tables while HPOS is on", plugin.plugin, to_string(plugin.compatibility));
        }
    }

    config::Settings settings;
    std::shared_ptr<spdlog::logger> logger;
    SpdLog log;
    HookEngine hook_engine;
    std::unique_ptr<Hooks> hooks, embedder_hooks;
    database::SqlDatabase database;
    options::OptionsTable options_table;
    options::OptionSiteZone site_zone;
    DeclaredHooks declared;
    std::unique_ptr<plugins::PluginSet> plugin_set;
    orders::StoreAccess stores;
    orders::Controller controller;
    sync::Capture capture;
    sync::Synchronizer synchronizer;
    std::unique_ptr<OrderVerifier> verifier;
    std::unique_ptr<OrderRepairer> repairer;
    std::unique_ptr<LegacyDataHandler> legacy_data;
    schedule::Scheduler actions;
    sync::BackgroundSync background_sync;
    sync::BackgroundCleanup background_cleanup;
    orders::OrderService order_service;
    std::unique_ptr<Conflicts> conflicts;
    orders::LedgerScan ledger;
    std::unique_ptr<OrderExporter> exporter;
    std::unique_ptr<DumpImporter> importer;
    std::unique_ptr<OrderImporter> order_importer;
    ShopOptions options;
    sync::MigrationController migration_controller;
    std::unique_ptr<OrderUtil> order_util;
    std::unique_ptr<DatabaseUtil> database_util;
};

Kernel::Kernel(const KernelOptions& options) : parts_(std::make_unique<Parts>(options)) {}
Kernel::~Kernel() = default;

std::string_view Kernel::version() noexcept { return ORDO_SDK_VERSION; }
PluginInspection Kernel::inspect_plugin(const std::filesystem::path& library) { return plugins::inspect(library); }

Hooks& Kernel::hooks() noexcept { return *parts_->embedder_hooks; }
Log& Kernel::log() noexcept { return parts_->log; }
Database& Kernel::database() noexcept { return parts_->database.for_others(); }
Options& Kernel::options() noexcept { return parts_->options; }
CustomOrdersTableController& Kernel::controller() noexcept { return parts_->controller; }
DataSynchronizer& Kernel::synchronizer() noexcept { return parts_->synchronizer; }
OrderVerifier& Kernel::verifier() noexcept { return *parts_->verifier; }
OrderRepairer& Kernel::repairer() noexcept { return *parts_->repairer; }
LegacyDataHandler& Kernel::legacy_data() noexcept { return *parts_->legacy_data; }
Orders& Kernel::orders() noexcept { return parts_->order_service; }
OrderLedger& Kernel::ledger() noexcept { return parts_->ledger; }
Conflicts& Kernel::conflicts() noexcept { return *parts_->conflicts; }
ForeignCapture& Kernel::foreign_capture() noexcept { return parts_->capture; }
Actions& Kernel::actions() noexcept { return parts_->actions; }
OrderExporter& Kernel::exporter() noexcept { return *parts_->exporter; }
DumpImporter& Kernel::importer() noexcept { return *parts_->importer; }
OrderImporter& Kernel::order_importer() noexcept { return *parts_->order_importer; }
PostsToOrdersMigrationController& Kernel::migration_controller() noexcept { return parts_->migration_controller; }
OrderUtil& Kernel::order_util() noexcept { return *parts_->order_util; }
DatabaseUtil& Kernel::database_util() noexcept { return *parts_->database_util; }
std::vector<PluginInfo> Kernel::plugins() const { return parts_->plugin_set->list(); }
void Kernel::require_shop() { parts_->require_shop(); }

std::vector<HookInfo> Kernel::hook_catalogue() const {
    std::vector<HookInfo> infos;
    for (const HookEngine::Listing& listing : parts_->hook_engine.list()) {
        const HookSpec& spec = listing.spec;
        HookInfo info{std::string(spec.name), std::string(spec.owner), std::string(spec.arguments), std::string(spec.fires),
                      std::string(spec.on_throw), spec.kind, {}};
        for (const HookEngine::Listener& listener : listing.listeners) info.listeners.push_back({listener.owner, listener.priority, listener.hook});
        infos.push_back(std::move(info));
    }
    return infos;
}

SchemaReport Kernel::init_database() {
    Parts& parts = *parts_;
    SchemaReport report;
    bool fresh = true;
    try {
        parts.database.read([&](Read& read) { fresh = parts.is_fresh(read); });
    } catch (const Error& error) {
        if (error.code() != errc::database_missing) throw;
        parts.database.write([](Unit&) {});  // makes the file; throws what is wrong if it cannot
    }
    const auto install = [&](const Schema& schema) {
        for (std::string& made : database::install(parts.database, schema)) report.created.push_back(std::move(made));
    };
    if (fresh) {
        install(parts.options_table.schema());
        install(parts.store_schema(store_posts));
        if (auto* details = find_interface<OrderDetails>(*parts.plugin_set)) install(details->schema());
    }
    install(parts.own_schema());
    for (std::string& made : parts.install_store(store_hpos)) report.created.push_back(std::move(made));
    if (fresh && !parts.settings.force_custom_orders_table) {
        // Nothing is stored yet, so the best store is free to choose; whoever wants mirroring turns it on.
        if (!parts.settings.options.contains(option::data_sync_enabled))
            parts.database.write([&](Unit& unit) { parts.options_table.set(unit, option::data_sync_enabled, "no"); });
        report.obstacles = parts.controller.switch_authoritative_store(store_hpos, {}).obstacles;
    }
    report.authoritative = parts.controller.get_orders_data_store();
    return report;
}

SchemaReport Kernel::check_database() {
    Parts& parts = *parts_;
    require_shop();
    SchemaReport report;
    const auto check = [&](const Schema& schema) {
        for (std::string& problem : database::find_problems(parts.database, parts.database.dialect(), schema))
            report.problems.push_back(std::move(problem));
    };
    // The HPOS tables may rightly not exist yet while posts are authoritative.
    const std::string authoritative = parts.controller.get_orders_data_store();
    bool has_posts = false, has_hpos = false;
    parts.database.read([&](Read& read) {
        has_posts = read.table_exists(parts.settings.table_prefix + "posts");
        has_hpos = read.table_exists(parts.settings.table_prefix + "wc_orders");
    });
    if (has_posts || authoritative == store_posts) check(parts.store_schema(store_posts));
    if (has_hpos || authoritative == store_hpos) check(parts.store_schema(store_hpos));
    if (auto* details = find_interface<OrderDetails>(*parts.plugin_set)) check(details->schema());
    check(parts.options_table.schema());
    report.authoritative = authoritative;
    return report;
}

}  // namespace ordo
