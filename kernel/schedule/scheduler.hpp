/// Runs scheduled actions: see `ordo::Actions`. An action is claimed in one unit, run outside of any, and ended in another, only
/// if the claim is still held. Thread-safe.
#pragma once

#include <functional>
#include <map>
#include <mutex>
#include <string>
#include <vector>

#include <ordo/actions.hpp>
#include <ordo/log.hpp>

#include "kernel/schedule/action_table.hpp"

namespace ordo::schedule {

class Scheduler final : public Actions {
public:
    /// `create_tables`: ours, where they are missing.
    Scheduler(Database& database, const SiteZone& zone, const std::string& table_prefix, Log& log, std::function<void()> create_tables);

    void handle(std::string_view hook, ActionHandler handler) override;
    std::uint64_t schedule(const ActionRequest& request) override;
    std::uint64_t cancel(std::string_view hook) override;
    bool cancel(std::uint64_t action) override;
    std::vector<ScheduledAction> list(const ActionFilter& filter) override;
    std::vector<ActionLogEntry> logs(std::uint64_t action, std::size_t limit) override;
    ActionRunReport run_due(const ActionRunOptions& options) override;
    std::optional<ScheduledAction> run(std::uint64_t action) override;

    Schema schema() const { return table_.schema(); }
    /// Set once, by the kernel: makes sure that what should be scheduled is.
    std::function<void()> before_run;

private:
    std::optional<ScheduledAction> claim(std::optional<std::uint64_t> action);
    /// The action as it is afterwards.
    ScheduledAction perform(const ScheduledAction& action);
    bool has_tables();
    std::vector<std::string> hooks();

    Database& database_;
    ActionTable table_;
    Log& log_;
    std::function<void()> create_tables_;
    std::string holder_;
    std::mutex mutex_;
    std::map<std::string, ActionHandler, std::less<>> handlers_;
};

}  // namespace ordo::schedule
