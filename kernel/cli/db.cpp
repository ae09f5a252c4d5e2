/// `ordo db`: the tables.
#include <boost/json.hpp>
#include <fmt/format.h>

#include "context.hpp"

namespace ordo::cli {
namespace {

boost::json::array to_json(const std::vector<std::string>& texts) { return boost::json::array(texts.begin(), texts.end()); }

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
}

}  // namespace ordo::cli
