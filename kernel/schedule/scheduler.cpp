/// See scheduler.hpp.
#include "kernel/schedule/scheduler.hpp"

#include <algorithm>

#include <fmt/format.h>

#include <ordo/error.hpp>

#include "kernel/schedule/holder.hpp"

namespace ordo::schedule {
namespace {

constexpr std::uint64_t attempts_max = 5;
constexpr std::chrono::hours kept_when_over{30 * 24};

/// A minute, two, four, eight.
std::chrono::seconds back_off(std::uint64_t attempts) { return std::chrono::minutes(std::int64_t{1} << (std::min<std::uint64_t>(attempts, 7) - 1)); }

UtcSeconds now() { return std::chrono::floor<std::chrono::seconds>(std::chrono::system_clock::now()); }

void check(const ActionRequest& request) {
    const auto refuse = [](std::string_view what) { throw Error(errc::usage, fmt::format("an action: {}", what), "see <ordo/actions.hpp>"); };
    if (request.hook.empty() || request.hook.size() > 120) refuse("its hook is 1 to 120 bytes");
    if (request.group.size() > 64) refuse("its group is at most 64 bytes");
    if (request.args.size() > 191) refuse("its arguments are at most 191 bytes");
    if (request.priority < 0 || request.priority > 255) refuse("its priority is 0 to 255");
    if (request.every.count() < 0) refuse("it cannot come again before it ends");
}

}  // namespace

Scheduler::Scheduler(Database& database, const SiteZone& zone, const std::string& table_prefix, Log& log, std::function<void()> create_tables)
    : database_(database), table_(table_prefix, zone), log_(log), create_tables_(std::move(create_tables)), holder_(make_holder()) {}

void Scheduler::handle(std::string_view hook, ActionHandler handler) {
    const std::lock_guard lock(mutex_);
    handlers_[std::string(hook)] = std::move(handler);
}

std::vector<std::string> Scheduler::hooks() {
    const std::lock_guard lock(mutex_);
    std::vector<std::string> names;
    for (const auto& [hook, handler] : handlers_) names.push_back(hook);
    return names;
}

bool Scheduler::has_tables() {
    bool there = false;
    database_.read([&](Read& read) { there = table_.exists(read); });
    return there;
}

std::uint64_t Scheduler::schedule(const ActionRequest& request) {
    check(request);
    if (!has_tables()) create_tables_();
    std::uint64_t action = 0;
    database_.write([&](Unit& unit) { action = table_.add(unit, request, request.at.value_or(now())); });
    return action;
}

std::uint64_t Scheduler::cancel(std::string_view hook) {
    std::uint64_t canceled = 0;
    if (has_tables()) database_.write([&](Unit& unit) { canceled = std::max(canceled, table_.cancel(unit, hook)); });  // none are left if the first try was committed after all
    return canceled;
}

bool Scheduler::cancel(std::uint64_t action) {
    bool canceled = false;
    if (has_tables())
        database_.write([&](Unit& unit) {
            canceled = table_.cancel(unit, action) || canceled;
            if (canceled) table_.log(unit, action, "canceled", now());
        });
    return canceled;
}

std::vector<ScheduledAction> Scheduler::list(const ActionFilter& filter) {
    std::vector<ScheduledAction> actions;
    database_.read([&](Read& read) { actions = table_.list(read, filter); });
    return actions;
}

std::vector<ActionLogEntry> Scheduler::logs(std::uint64_t action, std::size_t limit) {
    std::vector<ActionLogEntry> entries;
    database_.read([&](Read& read) { entries = table_.logs(read, action, limit); });
    return entries;
}

std::optional<ScheduledAction> Scheduler::claim(std::optional<std::uint64_t> action) {
    const std::vector<std::string> known = hooks();
    std::optional<ScheduledAction> claimed;
    if (known.empty()) return claimed;
    database_.write([&](Unit& unit) {
        for (const std::uint64_t lost : table_.recover(unit, now())) table_.log(unit, lost, "its runner was killed or silent; it waits again", now());
        claimed = table_.claim(unit, known, action, holder_, now());
        if (claimed) table_.log(unit, claimed->id, fmt::format("started by {}", describe_holder(holder_)), now());
    });
    return claimed;
}

ScheduledAction Scheduler::perform(const ScheduledAction& action) {
    ActionHandler handler;
    {
        const std::lock_guard lock(mutex_);
        handler = handlers_.at(action.hook);
    }
    ScheduledAction after = action;
    std::string message;
    try {
        message = handler(action.args);
        after.status = ActionStatus::complete;
    } catch (const std::exception& error) {
        message = error.what();
        after.status = ActionStatus::failed;
    }
    const bool failed = after.status == ActionStatus::failed, tries_again = failed && action.attempts < attempts_max;
    const std::optional<UtcSeconds> again = tries_again ? std::optional{now() + back_off(action.attempts)} : std::nullopt;
    if (failed) log_.warning("action {} ({}) failed: {}", action.id, action.hook, message);
    database_.write([&](Unit& unit) {
        if (!table_.finish(unit, action.id, holder_, after.status, again)) {
            table_.log(unit, action.id, "done too late: its runner was taken for dead", now());
            return;
        }
        std::string line = failed ? "failed: " + message : message.empty() ? "done" : message;
        if (again) line += fmt::format("; tried again at {} UTC", format_datetime(*again));
        table_.log(unit, action.id, line, now());
        // What comes again does so whether this time went well or not.
        if (action.every.count() > 0 && !tries_again) table_.add(unit, {action.hook, action.args, action.group, {}, action.every}, now() + action.every);
        table_.prune(unit, now() - kept_when_over);
    });
    return after;
}

ActionRunReport Scheduler::run_due(const ActionRunOptions& options) {
    ActionRunReport report;
    if (before_run) before_run();
    if (!has_tables()) return report;
    for (std::size_t count = 0; count < options.limit; ++count) {
        report.interrupted = options.stop_requested && options.stop_requested();
        if (report.interrupted) break;
        const auto action = claim(std::nullopt);
        if (!action) break;
        const ScheduledAction after = perform(*action);
        ++(after.status == ActionStatus::complete ? report.complete : report.failed);
        if (options.done) options.done(after);
    }
    return report;
}

std::optional<ScheduledAction> Scheduler::run(std::uint64_t action) {
    const auto claimed = has_tables() ? claim(action) : std::nullopt;
    return claimed ? std::optional{perform(*claimed)} : std::nullopt;
}

}  // namespace ordo::schedule
