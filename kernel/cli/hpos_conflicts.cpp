/// `ordo hpos conflicts`: what somebody else had written into the backup store and a synchronisation overwrote.
#include <algorithm>

#include <boost/json.hpp>
#include <fmt/format.h>

#include "hpos.hpp"

namespace ordo::cli {
namespace {

namespace json = boost::json;

json::object to_json(const ConflictReport& report) {
    return {{"conflict", report.id}, {"order", report.order.value}, {"store", report.store}, {"kind", to_string(report.kind)}, {"detected_gmt", report.detected_gmt}};
}

void list(const Context& context, const ConflictRange& range) {
    const auto kernel = context.open_shop();
    const auto reports = kernel->conflicts().list(range);
    if (context.json()) {
        json::array array;
        for (const ConflictReport& report : reports) array.push_back(to_json(report));
        return print_json(array);
    }
    std::vector<std::vector<std::string>> rows;
    for (const ConflictReport& report : reports)
        rows.push_back({std::to_string(report.id), fmt::format("{}", report.order), report.store, std::string(to_string(report.kind)), report.detected_gmt});
    if (rows.empty()) return print_line("no order was overwritten that somebody else had changed");
    print_table({"conflict", "order", "overwritten in", "kind", "detected (GMT)"}, rows);
    if (reports.size() == range.count_max) context.say(fmt::format("there may be more: `ordo hpos conflicts list --after {}`", reports.back().id));
}

void show(const Context& context, std::uint64_t conflict, bool record) {
    const auto kernel = context.open_shop();
    if (record) return print_line(kernel->conflicts().get_record(conflict));
    const auto report = kernel->conflicts().find(conflict);
    const auto differences = kernel->conflicts().compare(conflict);
    if (!report) return;  // dropped in this moment
    if (context.json()) {
        json::object object = to_json(*report);
        json::array array;
        for (const Difference& one : differences) array.push_back(json::object{{"kind", to_string(one.kind)}, {"field", one.field}, {"kept", one.source}, {"order", one.target}});
        object["differences"] = std::move(array);
        return print_json(object);
    }
    print_table({"conflict", std::to_string(report->id)}, {{"order", fmt::format("{}", report->order)}, {"overwritten in", report->store},
                                                           {"kind", std::string(to_string(report->kind))}, {"detected (GMT)", report->detected_gmt}});
    std::vector<std::vector<std::string>> rows;
    for (const Difference& one : differences) rows.push_back({one.field, one.source, one.target});
    if (rows.empty()) print_line("what was kept and the order are equal by now");
    else print_table({"field", "kept", "order now"}, rows);
}

void restore(const Context& context, std::uint64_t conflict) {
    const auto kernel = context.open_shop();
    const std::uint64_t undo = kernel->conflicts().restore(conflict);
    if (context.json()) return print_json(json::object{{"restored", undo != 0}, {"undo", undo}});
    if (undo == 0) print_line("nothing to restore: what was kept and the order are equal");
    else print_line(fmt::format("restored; what it took the place of is kept: `ordo hpos conflicts restore {}` undoes it", undo));
}

void drop(Context& context, const std::vector<std::uint64_t>& ids, bool all) {
    if (ids.empty() && !all) throw Error(errc::usage, "which conflicts?", "name their numbers, or say --all");
    const auto kernel = context.open_shop();
    const std::uint64_t count = all ? kernel->conflicts().count() : ids.size();
    if (!context.confirm(fmt::format("Forget {} overwritten orders? They cannot be restored then", count))) throw Error(errc::needs_confirmation, "nothing was dropped");
    const std::uint64_t dropped = kernel->conflicts().drop(all ? std::span<const std::uint64_t>{} : ids);
    if (context.json()) print_json(json::object{{"dropped", dropped}});
    else print_line(fmt::format("{} forgotten", dropped));
}

struct Arguments {
    ConflictRange range;
    std::uint64_t conflict = 0;
    std::vector<std::uint64_t> conflicts;
    bool record = false, all = false;
};

}  // namespace

void add_hpos_conflicts(CLI::App& hpos, Context& context) {
    CLI::App& noun = *hpos.add_subcommand("conflicts", "Orders that were overwritten in the backup store, where somebody else had changed them");
    noun.require_subcommand(1);
    noun.fallthrough();
    auto arguments = std::make_shared<Arguments>();
    CLI::App* list_command = add_command(noun, "list", "Which orders, when", "ordo hpos conflicts list --format=json", [&context, arguments] { list(context, arguments->range); });
    list_command->add_option("--limit", arguments->range.count_max, "At most that many")->capture_default_str()->check(CLI::Range(1, 1000000));
    list_command->add_option("--after", arguments->range.after, "Those above that number");
    CLI::App* show_command = add_command(noun, "show", "What the overwritten order and the order have different; values masked", "ordo hpos conflicts show 7",
                                         [&context, arguments] { show(context, arguments->conflict, arguments->record); });
    show_command->add_option("CONFLICT", arguments->conflict, "Its number")->required();
    show_command->add_flag("--record", arguments->record, "The fields and meta that were overwritten, unmasked, as `ordo order export` writes them");
    CLI::App* restore_command = add_command(noun, "restore", "Make the overwritten order the authoritative store's", "ordo hpos conflicts restore 7",
                                            [&context, arguments] { restore(context, arguments->conflict); });
    restore_command->add_option("CONFLICT", arguments->conflict, "Its number")->required();
    CLI::App* drop_command = add_command(noun, "drop", "Forget overwritten orders", "ordo hpos conflicts drop 7 8",
                                         [&context, arguments] { drop(context, arguments->conflicts, arguments->all); });
    drop_command->add_option("CONFLICT", arguments->conflicts, "Their numbers");
    drop_command->add_flag("--all", arguments->all, "All of them");
}

}  // namespace ordo::cli
