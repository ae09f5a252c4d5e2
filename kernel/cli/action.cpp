/// `ordo action`: what is scheduled to run later, and `ordo serve`, which runs it.
#include <chrono>
#include <thread>

#include <boost/json.hpp>
#include <fmt/format.h>

#include "context.hpp"

namespace ordo::cli {
namespace {

namespace json = boost::json;

std::string text_of(const std::optional<UtcSeconds>& instant) { return instant ? format_datetime(*instant) : ""; }

json::object to_json(const ScheduledAction& action) {
    return {{"action", action.id},
            {"hook", action.hook},
            {"status", to_string(action.status)},
            {"scheduled_gmt", text_of(action.scheduled)},
            {"every_seconds", action.every.count()},
            {"args", action.args},
            {"group", action.group},
            {"attempts", action.attempts},
            {"last_attempt_gmt", text_of(action.last_attempt)},
            {"owner", action.of_woocommerce ? "woocommerce" : "ordo"}};
}

struct ListArguments {
    std::string status, hook;
    std::int64_t limit = 100;
};

std::optional<ActionStatus> parse_status(const std::string& text) {
    for (const ActionStatus status : {ActionStatus::pending, ActionStatus::in_progress, ActionStatus::complete, ActionStatus::failed, ActionStatus::canceled})
        if (text == to_string(status)) return status;
    return std::nullopt;
}

void list(const Context& context, const ListArguments& arguments) {
    const auto kernel = context.open_shop();
    ActionFilter filter{parse_status(arguments.status), arguments.hook, static_cast<std::size_t>(arguments.limit), true};
    const auto actions = kernel->actions().list(filter);
    if (context.json()) {
        json::array array;
        for (const ScheduledAction& action : actions) array.push_back(to_json(action));
        return print_json(array);
    }
    if (actions.empty()) return print_line("no action");
    std::vector<std::vector<std::string>> rows;
    for (const ScheduledAction& action : actions)
        rows.push_back({std::to_string(action.id), action.hook, std::string(to_string(action.status)), text_of(action.scheduled),
                        action.every.count() > 0 ? fmt::format("{} s", action.every.count()) : "", std::to_string(action.attempts), action.of_woocommerce ? "woocommerce" : "ordo"});
    print_table({"id", "hook", "status", "scheduled (UTC)", "every", "attempts", "owner"}, rows);
}

/// The last thing that was said of an action.
std::string last_line(Kernel& kernel, std::uint64_t action) {
    const auto entries = kernel.actions().logs(action, 1000000);
    return entries.empty() ? "" : entries.back().message;
}

void show_done(const Context& context, Kernel& kernel, const ScheduledAction& action, json::array& done) {
    const std::string message = last_line(kernel, action.id);
    if (context.json()) {
        json::object object = to_json(action);
        object["message"] = message;
        done.push_back(std::move(object));
    } else {
        print_line(fmt::format("{} {}: {}", action.id, action.hook, printable(message)));
    }
}

void run(Context& context, const std::vector<std::uint64_t>& ids, std::int64_t limit) {
    const auto kernel = context.open_shop();
    json::array done;
    std::uint64_t failed = 0;
    const auto note = [&](const ScheduledAction& action) {
        failed += action.status != ActionStatus::complete;
        show_done(context, *kernel, action, done);
    };
    for (const std::uint64_t id : ids) {
        const auto action = kernel->actions().run(id);
        if (!action) throw Error(errc::usage, fmt::format("action {} does not wait, or is none of Ordo's", id), "`ordo action list --status pending` shows those that do");
        note(*action);
    }
    if (ids.empty()) {
        ActionRunOptions options;
        if (limit > 0) options.limit = static_cast<std::size_t>(limit);
        options.stop_requested = stop_requested;
        options.done = note;
        const ActionRunReport report = kernel->actions().run_due(options);
        if (report.interrupted) context.exit = ExitCode::interrupted;
        if (report.complete + report.failed == 0) context.say("no action is due");
    }
    if (context.json()) print_json(done);
    if (failed > 0) context.exit = ExitCode::partly_done;
}

void cancel(const Context& context, const std::vector<std::string>& names) {
    const auto kernel = context.open_shop();
    std::uint64_t canceled = 0;
    for (const std::string& name : names) {
        const bool is_id = name.find_first_not_of("0123456789") == std::string::npos && name.size() < 19;
        const std::uint64_t found = is_id ? static_cast<std::uint64_t>(kernel->actions().cancel(static_cast<std::uint64_t>(std::stoull(name)))) : kernel->actions().cancel(std::string_view(name));
        if (found == 0) throw Error(errc::usage, fmt::format("no action {} waits", name), "`ordo action list --status pending` shows those that do");
        canceled += found;
    }
    if (context.json()) print_json(json::object{{"canceled", canceled}});
    else print_line(fmt::format("{} canceled", canceled));
}

void logs(const Context& context, std::int64_t id, std::int64_t limit) {
    const auto kernel = context.open_shop();
    const auto entries = kernel->actions().logs(static_cast<std::uint64_t>(id), static_cast<std::size_t>(limit));
    json::array array;
    std::vector<std::vector<std::string>> rows;
    for (const ActionLogEntry& entry : entries) {
        array.push_back(json::object{{"action", entry.action}, {"at_gmt", entry.at_gmt}, {"message", entry.message}});
        rows.push_back({std::to_string(entry.action), entry.at_gmt, entry.message});
    }
    if (context.json()) return print_json(array);
    if (rows.empty()) print_line("nothing is noted");
    else print_table({"action", "at (UTC)", "what happened"}, rows);
}

void serve(Context& context, std::int64_t every_s) {
    const auto kernel = context.open_shop();
    ActionRunOptions options;
    options.stop_requested = stop_requested;
    json::array ignored;
    options.done = [&](const ScheduledAction& action) {
        if (!context.quiet) show_done(context, *kernel, action, ignored);
    };
    context.say(fmt::format("serving: what is due is run, and every {} s looked for; SIGTERM or Ctrl-C ends it after the action under way", every_s));
    while (!stop_requested()) {
        try {
            kernel->actions().run_due(options);
        } catch (const Error& error) {
            // A server that starts again, a lock that somebody holds: the next round finds out.
            if (error.code().exit != ExitCode::no_database && error.code().exit != ExitCode::locked) throw;
            print_error(error);
        }
        for (std::int64_t waited_ms = 0; waited_ms < every_s * 1000 && !stop_requested(); waited_ms += 100) std::this_thread::sleep_for(std::chrono::milliseconds(100));
    }
    context.say("stopped");
}

}  // namespace

void add_action(CLI::App& app, Context& context) {
    CLI::App& noun = *app.add_subcommand("action", "Scheduled actions: what is to run later");
    noun.require_subcommand(1);
    noun.fallthrough();

    auto listed = std::make_shared<ListArguments>();
    CLI::App* list_command = add_command(noun, "list", "Actions by the time they are scheduled for; WooCommerce's own are shown, never run", "ordo action list --status pending",
                                         [&context, listed] { list(context, *listed); });
    list_command->add_option("--status", listed->status, "Only those")->check(CLI::IsMember({"pending", "in-progress", "complete", "failed", "canceled"}));
    list_command->add_option("--hook", listed->hook, "Only those of a hook")->type_name("HOOK");
    add_number(*list_command, "--limit", listed->limit, 1, "At most that many (default: 100)");

    auto ids = std::make_shared<std::vector<std::uint64_t>>();
    auto limit = std::make_shared<std::int64_t>(0);
    CLI::App* run_command = add_command(noun, "run", "Run what is due until nothing is; or these actions, due or not", "ordo action run", [&context, ids, limit] { run(context, *ids, *limit); });
    run_command->add_option("ID", *ids, "Actions that wait");
    add_number(*run_command, "--limit", *limit, 0, "Of those due, at most that many");

    auto names = std::make_shared<std::vector<std::string>>();
    CLI::App* cancel_command = add_command(noun, "cancel", "Actions that wait do not run", "ordo action cancel wc_run_batch_process", [&context, names] { cancel(context, *names); });
    cancel_command->add_option("ID|HOOK", *names, "An action, or all of a hook that wait")->required();

    auto of = std::make_shared<std::int64_t>(0);
    auto newest = std::make_shared<std::int64_t>(100);
    CLI::App* logs_command = add_command(noun, "logs", "What happened to an action, or to the last ones", "ordo action logs 7", [&context, of, newest] { logs(context, *of, *newest); });
    add_number(*logs_command, "ID", *of, 1, "The action's id; without it the last lines of all, the newest first")->required(false);
    add_number(*logs_command, "--limit", *newest, 1, "At most that many lines (default: 100)");
}

void add_serve(CLI::App& app, Context& context) {
    auto every_s = std::make_shared<std::int64_t>(5);
    CLI::App* command = add_command(app, "serve", "Run scheduled actions as they become due, until SIGTERM; any number may serve one shop", "ordo serve", [&context, every_s] { serve(context, *every_s); });
    add_number(*command, "--every", *every_s, 1, "Seconds between two looks at what is due (default: 5)");
}

}  // namespace ordo::cli
