/// Actions that run later, once or again and again, for whoever runs what is due: `ordo action run`, `ordo serve`, an embedder's own
/// loop. They are kept in the shop's database, in tables of their own (`ordo_actions` …, with the columns of WooCommerce's
/// Action Scheduler), so that they outlive the program. Implemented by the kernel (`Kernel::actions()`); any thread.
///
///     kernel.actions().handle("museum_report", [](const std::string&) { return std::string("sent"); });
///     kernel.actions().schedule({.hook = "museum_report", .every = std::chrono::hours(24)});
///     kernel.actions().run_due({});
///
/// Any number of programs may run what is due: each action is claimed by one of them. An action whose runner was killed, or was
/// silent for five minutes, is done again, so what it does must bear that. One that fails is tried again, later each time.
/// Since 0.5. Source: document 004 section 6 and WooCommerce's Action Scheduler.
#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <limits>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <ordo/time.hpp>

namespace ordo {

enum class ActionStatus : std::uint8_t { pending, in_progress, complete, failed, canceled };

/// WooCommerce's words.
constexpr std::string_view to_string(ActionStatus status) noexcept {
    switch (status) {
        case ActionStatus::pending: return "pending";
        case ActionStatus::in_progress: return "in-progress";
        case ActionStatus::complete: return "complete";
        case ActionStatus::failed: return "failed";
        case ActionStatus::canceled: return "canceled";
    }
    return "failed";
}

struct ActionRequest {
    std::string hook;                      ///< whose actions these are; 1 to 120 bytes
    std::string args = "[]";               ///< handed to the handler; JSON, at most 191 bytes
    std::string group = {};                ///< at most 64 bytes
    std::optional<UtcSeconds> at = {};     ///< absent: now
    std::chrono::seconds every{0};         ///< again, so long after each end; 0: once
    int priority = 10;                     ///< lower ones first; 0 to 255
};

struct ScheduledAction {
    std::uint64_t id = 0;
    std::string hook, args, group;
    ActionStatus status = ActionStatus::pending;
    std::optional<UtcSeconds> scheduled, last_attempt;
    std::chrono::seconds every{0};
    std::uint64_t attempts = 0;
    bool of_woocommerce = false;           ///< a row of WooCommerce's own scheduler: shown, never run or changed
};

struct ActionFilter {
    std::optional<ActionStatus> status = {};   ///< absent: any
    std::string hook = {};                     ///< empty: any
    std::size_t limit = std::numeric_limits<std::size_t>::max();
    bool of_woocommerce = false;               ///< those of WooCommerce's own scheduler as well
};

struct ActionLogEntry {
    std::uint64_t action = 0;
    std::string at_gmt, message;
};

struct ActionRunOptions {
    std::size_t limit = std::numeric_limits<std::size_t>::max();
    std::function<bool()> stop_requested = {};                     ///< asked before each action
    std::function<void(const ScheduledAction&)> done = {};         ///< after each, with the status it has now
};

struct ActionRunReport {
    std::uint64_t complete = 0, failed = 0;  ///< failed: once or for good
    bool interrupted = false;
};

/// What runs a hook's actions. Gives a line for the action's log. A throw is a failure.
using ActionHandler = std::function<std::string(const std::string& args)>;

class Actions {
public:
    virtual ~Actions() = default;

    /// Sets who runs a hook's actions in this program. Actions that nobody here runs are left to others.
    virtual void handle(std::string_view hook, ActionHandler handler) = 0;
    /// The action's id. At most one action of a hook and group waits: where one does, that one is meant, and comes sooner if it
    /// is asked for sooner. Throws `ordo.usage` for values that do not fit.
    virtual std::uint64_t schedule(const ActionRequest& request) = 0;
    /// Actions that wait become `canceled`. Gives how many there were.
    virtual std::uint64_t cancel(std::string_view hook) = 0;
    /// False if it does not wait.
    virtual bool cancel(std::uint64_t action) = 0;

    /// By the time they are scheduled for; the newest first where they are over.
    virtual std::vector<ScheduledAction> list(const ActionFilter& filter) = 0;
    /// What happened to an action, oldest first. Of every action for 0: the newest, at most `limit`.
    virtual std::vector<ActionLogEntry> logs(std::uint64_t action, std::size_t limit) = 0;

    /// Runs what is due, until nothing is; what becomes due meanwhile, too.
    virtual ActionRunReport run_due(const ActionRunOptions& options) = 0;
    /// Runs an action that waits now. Absent: it does not wait, or nobody here runs it.
    virtual std::optional<ScheduledAction> run(std::uint64_t action) = 0;
};

}  // namespace ordo
