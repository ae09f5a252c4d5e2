/// From settings to started plugins and back. What a file is worth is decided in inspect.cpp, the order in resolve.cpp.
/// Constructed and destroyed on one thread; lookups from any.
#include <algorithm>
#include <exception>

#include <fmt/format.h>
#include <ordo/nearest.hpp>

#include "kernel/plugins/guard.hpp"
#include "kernel/plugins/library.hpp"
#include "kernel/plugins/plugin_host.hpp"
#include "kernel/plugins/plugin_loader.hpp"

namespace ordo::plugins {
namespace {

/// Only inside a `catch`. The text of a foreign exception is passed on here: at the start no order has been read.
[[noreturn]] void rethrow_start_failure(std::string_view plugin) {
    try {
        throw;
    } catch (const Error& error) {
        // Two plugins that offer the same are the fault of the configuration, not of this plugin.
        const ErrorCode code = error.code() == errc::plugin_conflict ? errc::plugin_conflict : errc::plugin_failed;
        throw Error(code, fmt::format("plugin {}: start: {}", plugin, error.what()), error.hint());
    } catch (const std::exception& error) {
        throw Error(errc::plugin_failed, fmt::format("plugin {}: start failed: {}", plugin, error.what()));
    } catch (...) {
        throw Error(errc::plugin_failed, fmt::format("plugin {}: start failed: {}", plugin, current_exception_type()));
    }
}

/// One plugin from `start` to its end. If the constructor throws, nothing of the plugin is left but its mapped library.
class RunningPlugin {
public:
    RunningPlugin(Candidate candidate, PluginSettings settings, const HostServices& services, Registrations& registrations)
        : engine_(*services.hooks),
          registrations_(registrations),
          host_(std::move(candidate), std::move(settings), services, registrations) {
        CreatePlugin* const create = open_library(host_.candidate().library);
        try {
            plugin_.reset(create());
            if (!plugin_) throw Error(errc::plugin_failed, "its library made no plugin");
            plugin_->start(host_);
        } catch (...) {
            withdraw();
            plugin_.reset();
            rethrow_start_failure(host_.id());
        }
        host_.end_start();
    }
    RunningPlugin(const RunningPlugin&) = delete;
    RunningPlugin& operator=(const RunningPlugin&) = delete;
    ~RunningPlugin() {
        withdraw();
        plugin_->stop();
    }

    PluginHost& host() noexcept { return host_; }
    const PluginHost& host() const noexcept { return host_; }

private:
    /// After this nothing calls the plugin any more: no slot, and nobody who looks up what it registered.
    void withdraw() {
        engine_.disconnect_owner(host_.id());
        registrations_.remove(host_.id());
    }

    HookEngine& engine_;
    Registrations& registrations_;
    PluginHost host_;
    std::unique_ptr<Plugin> plugin_;  ///< after host_: the host lives as long as the plugin
};

class LoadedPlugins final : public PluginSet {
public:
    ~LoadedPlugins() override {
        while (!plugins_.empty()) plugins_.pop_back();  // the last started first
    }

    void start(Candidate candidate, PluginSettings settings, const HostServices& services) {
        plugins_.push_back(std::make_unique<RunningPlugin>(std::move(candidate), std::move(settings), services, registrations_));
    }
    /// Once all have started.
    void collect_order_types() {
        for (const auto& plugin : plugins_) add_order_types(order_types_, plugin->host().candidate().manifest.order_types);
        for (const auto& plugin : plugins_) add_order_types(order_types_, plugin->host().registered_order_types());
    }

    OrderDataStore* find_store(std::string_view id) noexcept override { return registrations_.find_store(id); }
    std::vector<std::string> store_ids() const override { return registrations_.store_ids(); }
    void* find_interface(std::string_view id_and_revision) noexcept override { return registrations_.find_interface(id_and_revision); }
    const std::vector<std::string>& order_types() const noexcept override { return order_types_; }

    std::vector<std::pair<std::string, std::string>> order_statuses() const override { return registrations_.statuses(); }
    std::vector<std::shared_ptr<OrderParticipant>> participants() const override { return registrations_.participants(); }

    std::vector<PluginInfo> list() const override {
        std::vector<PluginInfo> list;
        for (const auto& plugin : plugins_) {
            const PluginHost& host = plugin->host();
            const config::Manifest& manifest = host.candidate().manifest;
            PluginInfo info{manifest.id,          manifest.version,         manifest.kind,         "started",
                            host.compatibility(), host.candidate().library, manifest.requires_ids, {}};
            add_order_types(info.order_types, manifest.order_types);
            add_order_types(info.order_types, host.registered_order_types());
            list.push_back(std::move(info));
        }
        return list;
    }

    std::vector<PluginCompatibility> compatibility() const override {
        std::vector<PluginCompatibility> list;
        for (const auto& plugin : plugins_) list.push_back({plugin->host().id(), plugin->host().compatibility()});
        return list;
    }

    void close_declarations() noexcept override {
        for (const auto& plugin : plugins_) plugin->host().close_declarations();
    }

private:
    static void add_order_types(std::vector<std::string>& types, const std::vector<std::string>& more) {
        for (const std::string& type : more)
            if (std::find(types.begin(), types.end(), type) == types.end()) types.push_back(type);
    }

    Registrations registrations_;
    std::vector<std::unique_ptr<RunningPlugin>> plugins_;  ///< in the order of their start
    std::vector<std::string> order_types_;
};

/// A section that no loaded plugin reads would be ignored in silence: it is a mistake.
void refuse_stray_sections(const config::Settings& settings, const std::vector<Candidate>& order, const std::vector<Candidate>& found) {
    const auto ids = [](const std::vector<Candidate>& candidates) {
        std::vector<std::string> list;
        for (const Candidate& candidate : candidates) list.push_back(candidate.manifest.id);
        return list;
    };
    const auto loaded = ids(order), known = ids(found);
    for (const auto& [id, section] : settings.plugins) {
        if (std::find(loaded.begin(), loaded.end(), id) != loaded.end()) continue;
        std::string hint = "remove the section, or load the plugin";
        if (std::find(known.begin(), known.end(), id) != known.end())
            hint = fmt::format("add \"{}\" to [plugins] load", id);
        else if (const std::string_view near = nearest(id, loaded); !near.empty())
            hint = fmt::format("did you mean \"{}\"?", near);
        const std::string place = config::to_string(section.where);
        throw Error(errc::config_unknown_key,
                    fmt::format("{}{}[plugin.{}] belongs to no loaded plugin", place, place.empty() ? "" : ": ", id), std::move(hint));
    }
}

void refuse_bad_library(const Candidate& candidate) {
    const PluginInspection inspection = inspect(candidate.library);
    if (!inspection.loadable)
        throw Error(inspection.code,
                    fmt::format("plugin {} ({}): {}", candidate.manifest.id, candidate.library.string(), inspection.reason),
                    inspection.hint);
}

}  // namespace

std::unique_ptr<PluginSet> PluginSet::load(const config::Settings& settings, const std::vector<std::filesystem::path>& builtin,
                                           const HostServices& services) {
    std::vector<std::filesystem::path> directories = settings.plugin_directories;
    directories.insert(directories.end(), builtin.begin(), builtin.end());
    const std::vector<Candidate> found = find_candidates(directories);
    std::vector<Candidate> order = resolve(settings.load, found);

    // Everything that can be refused is refused here, before any plugin's code runs.
    refuse_stray_sections(settings, order, found);
    std::vector<PluginSettings> checked;
    for (const Candidate& candidate : order) {
        const auto section = settings.plugins.find(candidate.manifest.id);
        checked.push_back(config::check_plugin_settings(
            candidate.manifest.id, section == settings.plugins.end() ? nullptr : &section->second, candidate.manifest.settings));
    }
    for (const Candidate& candidate : order) refuse_bad_library(candidate);

    auto plugins = std::make_unique<LoadedPlugins>();
    for (std::size_t i = 0; i < order.size(); ++i) plugins->start(std::move(order[i]), std::move(checked[i]), services);
    plugins->collect_order_types();
    return plugins;
}

}  // namespace ordo::plugins
