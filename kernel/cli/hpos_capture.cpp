/// `ordo hpos capture`: triggers that note what other programs write. `ordo hpos vanished`: orders that are gone and nobody
/// knows why.
#include <fmt/format.h>

#include "hpos.hpp"

namespace ordo::cli {
namespace {

namespace json = boost::json;

void install(const Context& context) {
    const auto kernel = context.open_shop();
    const std::uint64_t made = kernel->foreign_capture().install();
    if (context.json()) return print_json(json::object{{"triggers_made", made}});
    print_line(made == 0 ? "every trigger is there already" : fmt::format("{} triggers note from now on which orders other programs write", made));
    if (!kernel->foreign_capture().get_status().known_since) context.say("what was written before is found by the next whole run: `ordo hpos sync`");
}

void remove(const Context& context) {
    const auto kernel = context.open_shop();
    const std::uint64_t removed = kernel->foreign_capture().remove();
    if (context.json()) return print_json(json::object{{"triggers_removed", removed}});
    print_line(fmt::format("{} triggers removed; what waits is found by comparing contents from now on", removed));
}

void status(const Context& context) {
    const auto kernel = context.open_shop();
    const CaptureStatus status = kernel->foreign_capture().get_status();
    if (context.json()) {
        json::array missing(status.missing.begin(), status.missing.end());
        return print_json(json::object{{"installed", status.installed}, {"missing", missing}, {"waiting_rows", status.waiting},
                                       {"known_since", status.known_since ? json::value(*status.known_since) : json::value(nullptr)}});
    }
    print_table({"capture of foreign writes", status.installed ? "installed" : "not installed"},
                {{"Triggers missing", status.installed ? "none" : std::to_string(status.missing.size())},
                 {"Rows that nobody has looked at yet", std::to_string(status.waiting)},
                 {"The ledger knows what waits since (GMT)", status.known_since ? format_datetime(UtcSeconds(std::chrono::seconds(*status.known_since))) : "no whole run yet: contents are compared"}});
}

void vanished(Context& context) {
    const auto kernel = context.open_shop();
    const Direction way = kernel->synchronizer().get_direction();
    const SyncStatus status = kernel->synchronizer().get_status();
    if (context.json()) {
        json::array orders;
        for (const OrderId id : status.vanished_orders) orders.push_back(id.value);
        return print_json(json::object{{"vanished", status.vanished}, {"orders", orders}});
    }
    if (status.vanished == 0) return print_line("no order is gone without a record");
    std::vector<std::vector<std::string>> rows;
    for (const OrderId id : status.vanished_orders)
        rows.push_back({fmt::format("{}", id), fmt::format("ordo hpos backfill {} --from {} --to {} --yes", id, way.target, way.source), fmt::format("ordo order delete {} --yes", id)});
    print_table({"order", "to bring it back", "if it is to be gone"}, rows);
    context.say(fmt::format("{} orders are in {} alone, though {} had them once and no deletion is recorded: a switch waits for a decision", status.vanished, way.target, way.source));
}

}  // namespace

void add_hpos_capture(CLI::App& hpos, Context& context) {
    CLI::App& noun = *hpos.add_subcommand("capture", "Note what other programs write, by triggers that only append");
    noun.require_subcommand(1);
    noun.fallthrough();
    add_command(noun, "install", "Make the triggers; waits for transactions that are writing orders", "ordo hpos capture install", [&context] { install(context); });
    add_command(noun, "remove", "Remove the triggers", "ordo hpos capture remove", [&context] { remove(context); });
    add_command(noun, "status", "Whether every trigger is there, and what they noted", "ordo hpos capture status", [&context] { status(context); });
    add_command(hpos, "vanished", "Orders that were mirrored and are gone from the authoritative store without a record", "ordo hpos vanished", [&context] { vanished(context); });
}

}  // namespace ordo::cli
