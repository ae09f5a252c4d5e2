/// The kernel's side of one plugin's `Host`: enforces when something may be registered or declared, and keeps what the
/// plugin said. Does not start or stop it. Any thread, as `Host` promises.
#pragma once

#include <algorithm>
#include <atomic>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "kernel/plugins/plugin_loader.hpp"
#include "kernel/plugins/registrations.hpp"

namespace ordo::plugins {

class PluginHost final : public Host {
public:
    PluginHost(Candidate candidate, PluginSettings settings, const HostServices& services, Registrations& registrations);

    std::string_view plugin_id() const noexcept override { return id(); }
    Hooks& hooks() noexcept override { return *hooks_; }
    Log& log() noexcept override { return *log_; }
    const PluginSettings& settings() const noexcept override { return settings_; }
    Database& database() noexcept override { return *database_; }
    const SiteZone& site_zone() const noexcept override { return *site_zone_; }
    std::string table(std::string_view name) const override { return table_prefix_ + std::string(name); }

    void register_store(OrderDataStore& store) override;
    void register_interface(std::string_view id_and_revision, void* implementation) override;
    void* find_interface(std::string_view id_and_revision) noexcept override { return registrations_.find_interface(id_and_revision); }
    void register_order_type(std::string_view type) override;
    void register_order_status(std::string_view status, std::string_view label) override;
    void register_participant(OrderParticipant& participant) override;
    void declare_compatibility(std::string_view feature, bool compatible) override;

    const std::string& id() const noexcept { return candidate_.manifest.id; }
    const Candidate& candidate() const noexcept { return candidate_; }
    /// Those that `start` registered, beside the manifest's.
    const std::vector<std::string>& registered_order_types() const noexcept { return order_types_; }
    /// The manifest's declaration and those at run time: incompatible wins, silence is uncertain.
    Compatibility compatibility() const;

    void end_start() noexcept { starting_ = false; }
    void close_declarations() noexcept { declarations_open_ = false; }

private:
    void require_start(std::string_view operation) const;

    Candidate candidate_;
    PluginSettings settings_;
    Database* database_;
    const SiteZone* site_zone_;
    std::string table_prefix_;
    Registrations& registrations_;
    std::unique_ptr<Log> log_;
    std::unique_ptr<Hooks> hooks_;
    std::vector<std::string> order_types_;
    std::atomic<bool> starting_ = true, declarations_open_ = true;
    std::atomic<bool> declared_compatible_ = false, declared_incompatible_ = false;
};

}  // namespace ordo::plugins
