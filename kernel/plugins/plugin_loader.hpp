/// Finds, inspects, orders, loads, starts and stops plugins. Nothing of a file is run before everything that can be read
/// from it has been checked. Used by the kernel's constructor and destructor on one thread.
#pragma once

#include <filesystem>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include <ordo/custom_orders_table_controller.hpp>
#include <ordo/data_store.hpp>
#include <ordo/host.hpp>
#include <ordo/kernel.hpp>

#include "hooks/hook_engine.hpp"
#include "kernel/config/settings.hpp"

namespace ordo::plugins {

/// What a file would be refused for, or that it is loadable. Reads the ELF headers and exported symbols only.
/// Never throws for a bad file; looks at the manifest beside it.
PluginInspection inspect(const std::filesystem::path& library);

/// The folder `ordo/plugins` beside the library (or program) this code stands in.
std::filesystem::path builtin_plugin_directory();

/// A plugin found on disk, not yet loaded.
struct Candidate {
    config::Manifest manifest;
    std::filesystem::path library;
};

/// The candidates that `wanted` names, requirements added, in an order in which each comes after what it requires; among
/// equals the order of `wanted`. `found`: every manifest in the searched folders, in the order of the folders.
/// Throws `ordo.plugin.missing` (with file, line, column and the nearest id), `duplicate`, `conflict`, `requires`, `cycle`.
std::vector<Candidate> resolve(const std::vector<config::LocatedText>& wanted, const std::vector<Candidate>& found);

/// Every manifest `*.toml` with a library beside it in the folders; folders that do not exist are skipped.
std::vector<Candidate> find_candidates(const std::vector<std::filesystem::path>& directories);

/// What plugins registered, guarded: every call passes through a decorator that catches, attributes and re-throws as
/// `ordo::Error` (`ordo.plugin.failed`, naming plugin and operation) in the kernel's own memory.
class Registry {
public:
    virtual ~Registry() = default;
    /// Null if no plugin registered it.
    virtual OrderDataStore* find_store(std::string_view id) noexcept = 0;
    /// Ids in the order of registration.
    virtual std::vector<std::string> store_ids() const = 0;
    virtual void* find_interface(std::string_view id_and_revision) noexcept = 0;
    /// Registered order types, without duplicates, in the order of registration (manifests first).
    virtual const std::vector<std::string>& order_types() const noexcept = 0;
    /// Order statuses of plugins: stored spelling and label, in the order of registration.
    virtual std::vector<std::pair<std::string, std::string>> order_statuses() const = 0;
    virtual std::vector<std::shared_ptr<OrderParticipant>> participants() const = 0;
    virtual std::vector<PluginInfo> list() const = 0;
    virtual std::vector<PluginCompatibility> compatibility() const = 0;
};

struct HostServices {
    HookEngine* hooks;
    std::function<std::unique_ptr<Log>(std::string plugin_id)> log_for;
    Database* database;
    const SiteZone* site_zone;
    std::string table_prefix;
};

/// Loaded and started plugins. The destructor stops them in reverse order; libraries stay mapped.
class PluginSet : public Registry {
public:
    /// Inspects every library first, then loads and starts them in order. If one fails, those already started are stopped
    /// and the error passes on.
    static std::unique_ptr<PluginSet> load(const config::Settings& settings, const std::vector<std::filesystem::path>& builtin,
                                           const HostServices& services);
    /// Ends the time of declarations; called after `before_woocommerce_init` has fired.
    virtual void close_declarations() noexcept = 0;
};

}  // namespace ordo::plugins
