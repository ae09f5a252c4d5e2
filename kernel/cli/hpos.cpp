/// `ordo hpos`: where the orders are, copying them, holding the stores against each other, switching.
#include <algorithm>
#include <cmath>
#include <span>

#include <fmt/format.h>

#include "hpos.hpp"

namespace ordo::cli {
namespace {

namespace json = boost::json;

template <class Count>
json::array types_to_json(const std::vector<Count>& types) {
    json::array array;
    for (const Count& found : types) array.push_back(json::object{{"type", found.type}, {"orders", found.orders}});
    return array;
}

constexpr std::size_t listed_max = 20;   ///< after a run; a shop may have a great many

void print_overflow_table(const std::vector<OverflowReport>& reports) {
    std::vector<std::vector<std::string>> rows;
    for (const OverflowReport& report : reports)
        rows.push_back({fmt::format("{}", report.order), report.field, std::string(to_string(report.rule)), report.masked_value, report.store});
    print_table({"order", "field", "rule", "value", "store"}, rows);
}

void print_more(const Context& context, std::uint64_t all, const char* command) {
    if (all > listed_max) context.say(fmt::format("and {} more: `ordo hpos {}`", all - listed_max, command));
}

void print_overflow(const Context& context, DataSynchronizer& synchronizer, std::uint64_t all) {
    if (all == 0) return;
    context.say(fmt::format("\n{} values that a column could not hold are kept whole beside it, and read as they were:", all));
    print_overflow_table(synchronizer.list_overflow(listed_max));
    print_more(context, all, "overflow");
}

void overflow(const Context& context, std::size_t limit) {
    const auto kernel = context.open();
    kernel->require_shop();
    const auto reports = kernel->synchronizer().list_overflow(limit);
    if (context.json()) {
        json::array array;
        for (const OverflowReport& report : reports)
            array.push_back(json::object{{"order", report.order.value}, {"field", report.field}, {"rule", to_string(report.rule)}, {"value", report.masked_value}, {"store", report.store}});
        return print_json(array);
    }
    if (reports.empty()) print_line("no value is kept beside its column");
    else print_overflow_table(reports);
}

void print_quarantine(const Context& context, DataSynchronizer& synchronizer) {
    const auto reports = synchronizer.list_quarantine();
    if (reports.empty()) return;
    context.say(fmt::format("\n{} orders could not be moved:", reports.size()));
    std::vector<std::vector<std::string>> rows;
    for (const QuarantineReport& report : std::span(reports).first(std::min(reports.size(), listed_max))) rows.push_back({fmt::format("{}", report.order), report.field, report.reason, report.repair});
    print_table({"order", "field", "reason", "what to do"}, rows);
    print_more(context, reports.size(), "quarantine list");
}

json::array quarantine_to_json(DataSynchronizer& synchronizer) {
    json::array array;
    for (const QuarantineReport& report : synchronizer.list_quarantine())
        array.push_back(json::object{{"order", report.order.value}, {"field", report.field}, {"reason", report.reason}, {"repair", report.repair}});
    return array;
}

std::string pending(const SyncStatus& status) {
    if (status.pending == 0) return "0";
    std::string types;
    for (const auto& count : status.pending_types) types += fmt::format("{}{} {}", types.empty() ? "" : ", ", count.orders, count.type);
    return fmt::format("{}: {} missing, {} different, {} deleted ({})", status.pending, status.pending_missing, status.pending_different, status.pending_deletions, types);
}

std::string lag(const SyncStatus& status) {
    return status.saved_since == 0 ? "none" : fmt::format("{} orders saved since, {} s", status.saved_since, status.lag_s);
}

std::string eta(const SyncStatus& status) {
    if (status.pending == 0) return "nothing waits";
    return status.eta_s ? fmt::format("{} s, at the last run's speed", *status.eta_s) : "not known before the first run";
}

/// Whose work mirroring is, where there could be a doubt.
std::string mirrors(const SyncStatus& status, std::string_view mode) {
    std::string text(mode);
    if (status.mirror_owner_is_woocommerce) text += " ([custom_orders_table] mirror_owner says that WooCommerce mirrors)";
    else if (status.woocommerce_mirrors) text += "; WooCommerce is active and mirrors each of its own saves too";
    return text;
}

/// How what waits was found.
std::string pending_source(const CaptureStatus& capture) {
    if (capture.known_since) return fmt::format("the ledger, which knows every order that waits since {}", format_datetime(UtcSeconds(std::chrono::seconds(*capture.known_since))));
    return capture.installed ? "a comparison of all contents; after the next whole `ordo hpos sync` the ledger knows" : "a comparison of all contents";
}

void status(const Context& context) {
    const auto kernel = context.open();
    kernel->require_shop();
    const SyncStatus status = kernel->synchronizer().get_status();
    const CaptureStatus capture = kernel->foreign_capture().get_status();
    const std::string_view mirrored = to_string(kernel->synchronizer().get_background_sync_mode());
    if (context.json()) {
        print_json(json::object{{"authoritative", status.authoritative}, {"hpos_enabled", status.hpos_enabled},
                                {"compatibility_mode", status.compatibility_mode}, {"background_sync_mode", mirrored}, {"orders_in_posts", status.orders_in_posts},
                                {"orders_in_hpos", status.orders_in_hpos}, {"pending", status.pending},
                                {"pending_kinds", json::object{{"missing", status.pending_missing}, {"different", status.pending_different}, {"deleted", status.pending_deletions}}},
                                {"pending_types", types_to_json(status.pending_types)},
                                {"only_in_backup", status.only_in_backup}, {"vanished", status.vanished}, {"quarantined", status.quarantined},
                                {"capture_installed", capture.installed}, {"known_since", capture.known_since ? json::value(*capture.known_since) : json::value(nullptr)},
                                {"eta_s", status.eta_s ? json::value(*status.eta_s) : json::value(nullptr)}, {"woocommerce_mirrors", status.woocommerce_mirrors},
                                {"overflow", status.overflow}, {"unknown_types", types_to_json(status.unknown_types)},
                                {"conflicts", status.conflicts}, {"saved_since", status.saved_since}, {"lag_s", status.lag_s}, {"last_run", status.last_run}, {"orders_subject_to_cleanup", status.subject_to_cleanup},
                                {"auto_drafts", status.auto_drafts}, {"quarantine", quarantine_to_json(kernel->synchronizer())}});
        return;
    }
    std::string unknown;
    for (const auto& found : status.unknown_types) unknown += fmt::format("{}{} ({})", unknown.empty() ? "" : ", ", found.type, found.orders);
    print_table({"authoritative store", status.authoritative},
                {{"HPOS enabled?", yes_no(status.hpos_enabled)},
                 {"Compatibility mode enabled?", yes_no(status.compatibility_mode)},
                 {"Mirrored in the background", mirrors(status, mirrored)},
                 {"Orders in posts", std::to_string(status.orders_in_posts)},
                 {"Orders in hpos", std::to_string(status.orders_in_hpos)},
                 {"Unsynced orders", pending(status)},
                 {"Found by", pending_source(capture)},
                 {"Lag of the mirror", lag(status)},
                 {"Copying what waits would take", eta(status)},
                 {"Orders subject to cleanup", std::to_string(status.subject_to_cleanup)},
                 {"Last run that moved orders (GMT)", status.last_run == 0 ? "none" : format_datetime(UtcSeconds(std::chrono::seconds(status.last_run)))},
                 {"Only in the backup store", std::to_string(status.only_in_backup)},
                 {"Vanished (`ordo hpos vanished`)", std::to_string(status.vanished)},
                 {"In quarantine", std::to_string(status.quarantined)},
                 {"Conflicts kept", std::to_string(status.conflicts)},
                 {"Values kept in overflow", std::to_string(status.overflow)},
                 {"Unknown order types", unknown.empty() ? "none" : unknown},
                 {"Auto-drafts (no orders, left where they are)", std::to_string(status.auto_drafts)}});
    print_quarantine(context, kernel->synchronizer());
}

struct SyncArguments {
    std::uint64_t batch_size = 0;
    std::string direction;
    bool worker = false, include_unknown_types = false;
};

void check_direction(const std::string& wanted, const Direction& way) {
    if (wanted.empty() || wanted == "to-" + way.target) return;
    throw Error(errc::sync_direction, fmt::format("orders are copied {}, because \"{}\" is authoritative", way, way.source),
                "make the other store authoritative first (`ordo hpos enable` or `disable`)");
}

void sync(Context& context, const SyncArguments& arguments) {
    const auto kernel = context.open();
    kernel->require_shop();
    DataSynchronizer& synchronizer = kernel->synchronizer();
    check_direction(arguments.direction, synchronizer.get_direction());
    SyncReport report;
    {
        Progress progress(context, "orders");
        SyncOptions options;
        if (arguments.batch_size) options.batch_size = arguments.batch_size;
        if (arguments.worker) options.role = SyncRole::worker;
        options.include_unknown_types = arguments.include_unknown_types;
        options.progress = [&](const SyncProgress& now) { progress.show(now.seen, now.total); };
        options.stop_requested = stop_requested;
        report = synchronizer.sync(options);
    }
    const double rate = report.seconds > 0 ? static_cast<double>(report.migrated + report.skipped) / report.seconds : 0;
    if (context.json()) {
        print_json(json::object{{"migrated", report.migrated}, {"skipped", report.skipped}, {"changed_meanwhile", report.changed_meanwhile},
                                {"conflicts", report.conflicts}, {"adopted", report.adopted}, {"quarantined", report.quarantined}, {"overflow", report.overflow}, {"seconds", report.seconds}, {"orders_per_second", std::llround(rate)}});
    } else {
        print_table({"synchronised", fmt::format("{}", report.way)},
                    {{"migrated", std::to_string(report.migrated)},
                     {"skipped (equal already)", std::to_string(report.skipped)},
                     {"quarantined", std::to_string(report.quarantined)},
                     {"values kept in overflow", std::to_string(report.overflow)},
                     {"auto-drafts left out (they are no orders)", std::to_string(report.auto_drafts)},
                     {"seconds", fmt::format("{:.2f}", report.seconds)},
                     {"orders per second", fmt::format("{:.0f}", rate)}});
        print_overflow(context, synchronizer, report.overflow);
        print_quarantine(context, synchronizer);
    }
    // Those of a run that wanted them are in quarantine.
    for (const std::string& type : report.unknown_types)
        if (!arguments.include_unknown_types)
            context.say(fmt::format("posts of type {} look like orders but no plugin makes them an order type: they were left; `ordo hpos sync{}` takes them along", type, unknown_types_words(true)));
    if (report.adopted > 0)
        context.say(fmt::format("{} orders were in {} alone, or were changed there right after the switch: {} took them over", report.adopted, report.way.target, report.way.source));
    if (report.conflicts > 0)
        context.say(fmt::format("{} orders of {} held what nobody had copied there; it is kept: `ordo hpos conflicts list`", report.conflicts, report.way.target));
    if (report.changed_meanwhile > 0)
        context.say(fmt::format("{} orders of {} were changed by somebody else while they were copied: run `ordo hpos sync` again", report.changed_meanwhile, report.way.target));
    if (report.interrupted) {
        context.say("interrupted after a batch; run `ordo hpos sync` again to go on");
        context.exit = ExitCode::interrupted;
    } else if (report.quarantined + report.changed_meanwhile > 0) {
        context.exit = ExitCode::partly_done;
    }
}

struct SwitchArguments {
    bool with_sync = false, include_unknown_types = false, for_new_shop = false;
};

void require_new_shop(DataSynchronizer& synchronizer) {
    const SyncStatus status = synchronizer.get_status();
    if (const std::uint64_t orders = std::max(status.orders_in_posts, status.orders_in_hpos); orders > 0)
        throw Error(errc::switch_refused, fmt::format("the shop has {} orders already, so it is no new one", orders), "leave --for-new-shop out");
}

void switch_to(Context& context, std::string_view store, const SwitchArguments& arguments) {
    const auto kernel = context.open();
    kernel->require_shop();
    if (arguments.for_new_shop) require_new_shop(kernel->synchronizer());
    SwitchOptions options;
    if (arguments.with_sync) options.sync = SyncAfterSwitch::turn_on;
    options.ignore_plugin_compatibility = context.ignore_plugin_compatibility;
    options.include_unknown_types = arguments.include_unknown_types;
    const SwitchResult result = kernel->controller().switch_authoritative_store(store, options);
    if (context.json()) {
        json::array obstacles;
        for (const SwitchObstacle& obstacle : result.obstacles)
            obstacles.push_back(json::object{{"kind", to_string(obstacle.kind)}, {"subject", obstacle.subject}, {"orders", obstacle.orders},
                                             {"message", obstacle.message}});
        print_json(json::object{{"switched", result.switched}, {"authoritative", kernel->controller().get_orders_data_store()},
                                {"compatibility_mode", result.compatibility_mode}, {"obstacles", obstacles}});
    } else if (result.obstacles.empty()) {
        print_line(fmt::format("{} {} authoritative; compatibility mode is {}", store, result.switched ? "is now" : "was already",
                               result.compatibility_mode ? "on" : "off"));
    }
    std::vector<std::string> messages;
    for (const SwitchObstacle& obstacle : result.obstacles) messages.push_back(obstacle.message);
    if (!messages.empty()) print_refusal(context, fmt::format("{} is not made authoritative", store), messages, errc::switch_refused);
}

}  // namespace

void add_hpos(CLI::App& app, Context& context) {
    CLI::App& noun = *app.add_subcommand("hpos", "High-Performance Order Storage: copy, verify, switch");
    noun.alias("cot");  // what the documents call it
    noun.require_subcommand(1);
    noun.fallthrough();

    add_command(noun, "status", "Which store is authoritative, and what waits to be copied", "ordo hpos status --format=json", [&context] { status(context); });

    auto sync_arguments = std::make_shared<SyncArguments>();
    CLI::App* sync_command = add_command(noun, "sync", "Copy every order that waits from the authoritative store to the other one", "ordo hpos sync --batch-size 1000",
                                         [&context, sync_arguments] { sync(context, *sync_arguments); });
    sync_command->alias("migrate");
    sync_command->add_option("--batch-size", sync_arguments->batch_size, "Orders in one transaction, 1-10000 (default: option, else 500)")
        ->check(CLI::Range(1, 10000));
    sync_command->add_option("--direction", sync_arguments->direction, "Must agree with the authoritative store")
        ->check(CLI::IsMember({"to-hpos", "to-posts"}));
    sync_command->add_flag("--worker", sync_arguments->worker, "Be one of several that share the work: start as many as you like");
    add_unknown_types(*sync_command, sync_arguments->include_unknown_types);

    add_hpos_verify(noun, context);
    add_hpos_repair(noun, context);
    add_hpos_backfill(noun, context);

    auto limit = std::make_shared<std::size_t>(1000);
    CLI::App* overflow_command = add_command(noun, "overflow", "Values that a column could not hold: which, and why", "ordo hpos overflow --limit 100",
                                             [&context, limit] { overflow(context, *limit); });
    overflow_command->add_option("--limit", *limit, "At most that many")->capture_default_str()->check(CLI::Range(1, 1000000));
    add_command(noun, "count-unmigrated", "How many orders wait to be copied", "ordo hpos count-unmigrated", [&context] {
        const auto kernel = context.open();
        kernel->require_shop();
        const auto pending = kernel->synchronizer().get_total_pending_count();
        if (context.json()) print_json(json::object{{"pending", pending}});
        else print_line(std::to_string(pending));
    });

    add_hpos_quarantine(noun, context);
    add_hpos_conflicts(noun, context);
    add_hpos_capture(noun, context);
    add_hpos_cleanup(noun, context);
    add_hpos_migration(noun, context);

    add_hpos_rehearse(noun, context);
    auto enable_arguments = std::make_shared<SwitchArguments>();
    CLI::App* enable = add_command(noun, "enable", "Make HPOS authoritative; refused, with every reason, while anything speaks against it", "ordo hpos enable --with-sync",
                                   [&context, enable_arguments] { switch_to(context, store_hpos, *enable_arguments); });
    enable->add_flag("--with-sync", enable_arguments->with_sync, "Turn compatibility mode on as well");
    enable->add_flag("--for-new-shop", enable_arguments->for_new_shop, "Only if the shop has no order yet");
    add_unknown_types(*enable, enable_arguments->include_unknown_types);

    auto disable_arguments = std::make_shared<SwitchArguments>();
    CLI::App* disable = add_command(noun, "disable", "Make posts authoritative again", "ordo hpos disable",
                                    [&context, disable_arguments] { switch_to(context, store_posts, *disable_arguments); });
    disable->add_flag("--with-sync", disable_arguments->with_sync, "Turn compatibility mode on as well");

    auto wanted = std::make_shared<std::string>();
    CLI::App* mode = add_command(noun, "compatibility-mode", "Mirror every change of the authoritative store to the other one, or end that",
                                 "ordo hpos compatibility-mode enable", [&context, wanted] {
        const auto kernel = context.open_shop();
        const bool on = *wanted == "enable", was_on = kernel->synchronizer().data_sync_is_enabled();
        if (on != was_on) kernel->options().update(option::data_sync_enabled, on ? "yes" : "no");
        const std::string_view way = to_string(kernel->synchronizer().get_background_sync_mode());
        if (context.json()) print_json(json::object{{"compatibility_mode", on}, {"changed", on != was_on}, {"background_sync_mode", way}});
        else print_line(fmt::format("compatibility mode {} {}{}", on == was_on ? "was already" : "is", on ? "on" : "off", on ? fmt::format("; orders are mirrored: {}", way) : ""));
        if (on && on != was_on) context.say("`ordo serve` mirrors in the background, `ordo action run` does what is due, `ordo hpos sync` does everything at once");
    });
    mode->add_option("WHAT", *wanted, "enable or disable")->required()->check(CLI::IsMember({"enable", "disable"}));

    add_command(noun, "compatibility-info", "What each loaded plugin declares of custom_order_tables", "ordo hpos compatibility-info", [&context] {
        const auto kernel = context.open();
        json::array array;
        std::vector<std::vector<std::string>> rows;
        for (const PluginCompatibility& plugin : kernel->controller().get_compatibility_info()) {
            array.push_back(json::object{{"plugin", plugin.plugin}, {"compatibility", to_string(plugin.compatibility)}});
            rows.push_back({plugin.plugin, std::string(to_string(plugin.compatibility))});
        }
        if (context.json()) print_json(array);
        else print_table({"plugin", "compatibility"}, rows);
    });
}

}  // namespace ordo::cli
