/// `ordo hpos quarantine`: orders that could not be moved - which, why, what next.
#include <algorithm>

#include <boost/json.hpp>
#include <fmt/format.h>

#include "context.hpp"

namespace ordo::cli {
namespace {

namespace json = boost::json;

struct Arguments {
    std::vector<OrderId> ids;
    bool all = false;

    /// `target`: only those that failed on their way there; empty: wherever.
    std::vector<OrderId> orders(DataSynchronizer& synchronizer, std::string_view target = {}) const {
        std::vector<OrderId> chosen;
        for (const QuarantineReport& report : synchronizer.list_quarantine()) {
            const bool named = std::find(ids.begin(), ids.end(), report.order) != ids.end();
            if (!target.empty() && report.target != target) {
                if (named)
                    throw Error(errc::sync_direction, fmt::format("order {} failed on its way to {}, and orders are copied to {} by now", report.order, report.target, target),
                                fmt::format("if they are equal now, the next `ordo hpos sync` takes it out; `ordo hpos quarantine drop {}` forgets it", report.order));
                continue;
            }
            if (all || named) chosen.push_back(report.order);
        }
        for (const OrderId id : ids)
            if (std::find(chosen.begin(), chosen.end(), id) == chosen.end())
                throw Error(errc::order_missing, fmt::format("order {} is not in quarantine", id), "`ordo hpos quarantine list` names those that are");
        if (ids.empty() && !all) throw Error(errc::usage, "which orders?", "name their ids, or say --all");
        return chosen;
    }
};

json::object to_json(const QuarantineReport& report) {
    return {{"order", report.order.value}, {"target", report.target}, {"field", report.field},
            {"reason", report.reason},     {"digest", report.digest}, {"repair", report.repair}};
}

void list(const Context& context) {
    const auto kernel = context.open();
    kernel->require_shop();
    const auto reports = kernel->synchronizer().list_quarantine();
    if (context.json()) {
        json::array array;
        for (const QuarantineReport& report : reports) array.push_back(to_json(report));
        print_json(array);
        return;
    }
    std::vector<std::vector<std::string>> rows;
    for (const QuarantineReport& report : reports) rows.push_back({fmt::format("{}", report.order), report.target, report.field, report.reason, report.repair});
    if (rows.empty()) print_line("no order is in quarantine");
    else print_table({"order", "to", "field", "reason", "what to do"}, rows);
}

void show(const Context& context, std::uint64_t id) {
    const auto kernel = context.open();
    kernel->require_shop();
    const auto reports = kernel->synchronizer().list_quarantine();
    const auto report = std::find_if(reports.begin(), reports.end(), [&](const QuarantineReport& one) { return one.order.value == id; });
    if (report == reports.end()) throw Error(errc::order_missing, fmt::format("order {} is not in quarantine", id), "`ordo hpos quarantine list` names those that are");
    const auto differences = kernel->verifier().diff(OrderId{id});
    if (context.json()) {
        json::object object = to_json(*report);
        json::array array;
        for (const Difference& one : differences)
            array.push_back(json::object{{"kind", to_string(one.kind)}, {"field", one.field}, {"source", one.source}, {"target", one.target}});
        object["differences"] = std::move(array);
        print_json(object);
        return;
    }
    print_table({"order", std::to_string(id)}, {{"could not be moved to", report->target}, {"field", report->field}, {"reason", report->reason},
                                                {"digest of what was tried", report->digest}, {"what to do", report->repair}});
    std::vector<std::vector<std::string>> rows;
    for (const Difference& one : differences) rows.push_back({std::string(to_string(one.kind)), one.field, one.source, one.target});
    const Direction way = kernel->synchronizer().get_direction();
    if (!rows.empty()) print_table({"kind", "field", way.source, way.target}, rows);
}

void retry(Context& context, const Arguments& arguments) {
    const auto kernel = context.open();
    kernel->require_shop();
    const auto orders = arguments.orders(kernel->synchronizer(), kernel->synchronizer().get_direction().target);
    const BatchResult result = kernel->synchronizer().process_batch(orders);
    if (context.json()) print_json(json::object{{"migrated", result.written}, {"quarantined", result.quarantined.size()}});
    else print_line(fmt::format("{} of {} orders are moved now", result.written, orders.size()));
    for (const QuarantineReport& report : result.quarantined)
        context.say(fmt::format("order {} stays in quarantine: {}{}{}", report.order, report.field, report.field.empty() ? "" : ": ", report.reason));
    if (result.changed_meanwhile > 0) context.say(fmt::format("{} orders were changed by somebody else meanwhile: try again", result.changed_meanwhile));
    if (!result.quarantined.empty() || result.changed_meanwhile > 0) context.exit = ExitCode::partly_done;
}

void drop(Context& context, const Arguments& arguments) {
    const auto kernel = context.open();
    kernel->require_shop();
    const auto orders = arguments.orders(kernel->synchronizer());
    if (!context.confirm(fmt::format("Forget why {} orders could not be moved? They count as waiting again, and the next sync tries them", orders.size())))
        throw Error(errc::needs_confirmation, "nothing was dropped");
    const auto dropped = orders.empty() ? 0 : kernel->synchronizer().drop_quarantined(orders);
    if (context.json()) print_json(json::object{{"dropped", dropped}});
    else print_line(fmt::format("{} orders are no longer in quarantine", dropped));
}

}  // namespace

void add_hpos_quarantine(CLI::App& hpos, Context& context) {
    CLI::App& noun = *hpos.add_subcommand("quarantine", "Orders that could not be moved: which, why, what next");
    noun.require_subcommand(1);
    noun.fallthrough();
    add_command(noun, "list", "All of them", "ordo hpos quarantine list --format=json", [&context] { list(context); });

    auto id = std::make_shared<std::uint64_t>(0);
    CLI::App* show_command = add_command(noun, "show", "One of them, with what differs", "ordo hpos quarantine show 57", [&context, id] { show(context, *id); });
    add_order_id(*show_command, *id);

    const auto add_choice = [](CLI::App& command, const std::shared_ptr<Arguments>& arguments) {
        add_order_ids(command, "ID", arguments->ids, "Orders, by id");
        command.add_flag("--all", arguments->all, "Every order in quarantine");
    };
    auto retried = std::make_shared<Arguments>();
    add_choice(*add_command(noun, "retry", "Try to move them again, now", "ordo hpos quarantine retry 57", [&context, retried] { retry(context, *retried); }), retried);
    auto dropped = std::make_shared<Arguments>();
    add_choice(*add_command(noun, "drop", "Forget that they failed: they wait for the next sync like any other", "ordo hpos quarantine drop --all --yes",
                            [&context, dropped] { drop(context, *dropped); }), dropped);
}

}  // namespace ordo::cli
