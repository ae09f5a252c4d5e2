/// `ordo db`: the tables.
#include <boost/json.hpp>
#include <fmt/format.h>

#include "context.hpp"

namespace ordo::cli {
namespace {

boost::json::array to_json(const std::vector<std::string>& texts) { return boost::json::array(texts.begin(), texts.end()); }

void print_ledger(const Context& context, const LedgerReport& report) {
    auto all = report.counted;
    all.insert(report.kept.begin(), report.kept.end());  // kinds that only the ledger has
    const auto of = [](const OrderCounts& counts, const auto& kind) {
        const auto at = counts.find(kind);
        return at == counts.end() ? 0 : at->second;
    };
    if (context.json()) {
        boost::json::array counts;
        for (const auto& [kind, orders] : all)
            counts.push_back(boost::json::object{{"type", kind.first}, {"status", kind.second}, {"orders", of(report.counted, kind)}, {"ledger", of(report.kept, kind)}});
        print_json(boost::json::object{{"orders", report.orders}, {"without_digest", report.without_digest}, {"changed_outside", report.changed_outside},
                                       {"scanned_at", report.scanned_at ? boost::json::value(*report.scanned_at) : boost::json::value(nullptr)}, {"counts", counts}});
        return;
    }
    std::vector<std::vector<std::string>> rows;
    for (const auto& [kind, orders] : all) rows.push_back({kind.first, kind.second, std::to_string(of(report.counted, kind)), std::to_string(of(report.kept, kind))});
    print_table({"type", "status", "orders", "in the ledger"}, rows);
    context.say(fmt::format("{} orders, {} without a digest, {} changed outside Ordo since the last scan", report.orders, report.without_digest, report.changed_outside));
}

}  // namespace

void add_db(CLI::App& app, Context& context) {
    CLI::App& noun = *app.add_subcommand("db", "Make and check the tables");
    noun.require_subcommand(1);
    noun.fallthrough();

    add_command(noun, "init", "Create what is missing; an empty database becomes a new shop", "ordo db init --database sqlite://new.db", [&context] {
        const auto kernel = context.open();
        const SchemaReport report = kernel->init_database();
        if (context.json()) {
            boost::json::array obstacles;
            for (const auto& obstacle : report.obstacles) obstacles.emplace_back(obstacle.message);
            print_json(boost::json::object{{"created", to_json(report.created)}, {"authoritative", report.authoritative}, {"obstacles", obstacles}});
            return;
        }
        for (const std::string& made : report.created) print_line("created " + made);
        if (report.created.empty()) print_line("nothing was missing");
        print_line("authoritative store: " + report.authoritative);
        for (const auto& obstacle : report.obstacles) context.say("not hpos, because " + obstacle.message);
    });

    add_command(noun, "check", "Name what is missing or different; exit 1 if anything is", "ordo db check", [&context] {
        const auto kernel = context.open();
        const SchemaReport report = kernel->check_database();
        if (!report.problems.empty()) context.exit = ExitCode::differences;
        if (context.json()) {
            print_json(boost::json::object{{"problems", to_json(report.problems)}, {"authoritative", report.authoritative}});
            return;
        }
        for (const std::string& problem : report.problems) print_line(problem);
        if (report.problems.empty()) print_line("all tables and indexes are there");
        else context.say("`ordo db init` makes what is missing");
    });

    auto rebuild = std::make_shared<bool>(false);
    CLI::App* ledger = add_command(noun, "ledger", "Hold the ledger - versions, digests and counts of orders - against the authoritative store; exit 1 if it differs",
                                   "ordo db ledger --rebuild", [&context, rebuild] {
        const auto kernel = context.open();
        kernel->require_shop();
        const LedgerReport report = *rebuild ? kernel->ledger().rebuild(stop_requested) : kernel->ledger().check(stop_requested);
        if (report.interrupted) context.exit = ExitCode::interrupted;
        else if (!*rebuild && (report.changed_outside > 0 || !report.counts_agree())) context.exit = ExitCode::differences;
        print_ledger(context, report);
    });
    add_command(noun, "prune-history", "Forget what the history of orders has from before [history] retention_days", "ordo db prune-history", [&context] {
        const auto kernel = context.open();
        kernel->require_shop();
        context.say(fmt::format("{} saves forgotten", kernel->ledger().prune_history()));
    });
    add_command(noun, "drop-hpos", "Drop the four HPOS tables; refused where anything in them would be lost; asks first", "ordo db drop-hpos", [&context] {
        const auto kernel = context.open_shop();
        std::vector<std::string> obstacles = kernel->migration_controller().get_rollback_obstacles();
        DroppedTables dropped;
        if (obstacles.empty()) {
            if (!context.confirm("Drop the HPOS tables? Posts have every order that is in them, and stay as they are"))
                throw Error(errc::needs_confirmation, "nothing was dropped");
            dropped = kernel->migration_controller().delete_database_tables();
            obstacles = dropped.obstacles;
        }
        if (context.json()) print_json(boost::json::object{{"dropped", to_json(dropped.tables)}, {"obstacles", to_json(obstacles)}});
        else if (obstacles.empty()) print_line(dropped.tables.empty() ? "there were no HPOS tables" : fmt::format("{} HPOS tables were dropped", dropped.tables.size()));
        if (!obstacles.empty()) print_refusal(context, "the HPOS tables are not dropped", obstacles, errc::rollback_refused);
    });
    ledger->add_flag("--rebuild", *rebuild, "Make the ledger what the store holds");
}

}  // namespace ordo::cli
