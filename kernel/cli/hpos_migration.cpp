/// `ordo hpos migration-status` and `ordo hpos rollback`: how far the migration to HPOS is, and the way back from it.
#include <boost/json.hpp>
#include <fmt/format.h>

#include <ordo/time.hpp>

#include "context.hpp"

namespace ordo::cli {
namespace {

namespace json = boost::json;

std::string instant(std::uint64_t unix_time) {
    return unix_time ? format_datetime(UtcSeconds{std::chrono::seconds{unix_time}}) + " UTC" : "never";
}

void migration_status(const Context& context) {
    const auto kernel = context.open();
    kernel->require_shop();
    PostsToOrdersMigrationController& migration = kernel->migration_controller();
    const MigrationStatus status = migration.get_migration_status();
    const auto errors = migration.get_migration_errors();
    const auto tables = migration.get_migrators();
    if (context.json()) {
        json::array error_list, table_list;
        for (const MigrationError& error : errors)
            error_list.push_back(json::object{{"order_id", error.order.value}, {"field", error.field}, {"message", error.message}, {"time", error.time}});
        for (const MigratorTable& one : tables) {
            json::array columns;
            for (const MigratedColumn& column : one.migrator.columns) {
                json::object entry{{"column", column.column}, {"from", to_string(column.from)}, {"source", column.source}};
                if (!column.address_type.empty()) entry["address_type"] = column.address_type;
                columns.push_back(std::move(entry));
            }
            table_list.push_back(json::object{{"migrator", one.migrator.name}, {"table", one.table}, {"exists", one.exists}, {"rows", one.rows},
                                              {"columns", std::move(columns)}});
        }
        print_json(json::object{{"pending_count", status.pending_count}, {"migrated_count", status.migrated_count}, {"errors", status.errors},
                                {"last_batch_time", status.last_batch_time}, {"last_errors", std::move(error_list)}, {"migrators", std::move(table_list)}});
        return;
    }
    print_table({"migration", "posts -> hpos"}, {{"orders to migrate", std::to_string(status.pending_count)},
                                                 {"orders migrated", std::to_string(status.migrated_count)},
                                                 {"orders in quarantine", std::to_string(status.errors)},
                                                 {"orders last moved", instant(status.last_batch_time)}});
    std::vector<std::vector<std::string>> rows;
    for (const MigratorTable& one : tables)
        rows.push_back({std::string(one.migrator.name), one.table, std::to_string(one.migrator.columns.size()), one.exists ? std::to_string(one.rows) : "no table"});
    print_line("");
    print_table({"migrator", "table", "columns", "rows"}, rows);
    if (errors.empty()) return;
    context.say(fmt::format("\nthe last {} errors:", errors.size()));
    rows.clear();
    for (const MigrationError& error : errors) rows.push_back({fmt::format("{}", error.order), instant(error.time), error.field, error.message});
    print_table({"order", "when", "field", "what"}, rows);
}

void rollback(Context& context) {
    const auto kernel = context.open();
    kernel->require_shop();
    PostsToOrdersMigrationController& migration = kernel->migration_controller();
    RollbackResult result;
    result.obstacles = migration.get_rollback_obstacles();
    if (result.obstacles.empty()) {
        const MigrationStatus status = migration.get_migration_status();
        if (!context.confirm(fmt::format("Remove {} orders from the HPOS tables? Posts have the same and stay as they are", status.migrated_count)))
            throw Error(errc::needs_confirmation, "nothing was removed");
        Progress progress(context, "orders");
        RollbackOptions options;
        options.progress = [&](const SyncProgress& now) { progress.show(now.seen, now.total); };
        options.stop_requested = stop_requested;
        result = migration.rollback_migration(options);
    }
    if (context.json()) {
        print_json(json::object{{"removed", result.removed}, {"kept", result.kept},
                                {"obstacles", json::array(result.obstacles.begin(), result.obstacles.end())}});
    } else if (result.obstacles.empty()) {
        print_line(fmt::format("{} orders were removed from the HPOS tables", result.removed));
    }
    if (result.kept > 0) context.say(fmt::format("{} orders changed meanwhile and were kept: `ordo hpos verify-data` names them", result.kept));
    if (!result.obstacles.empty()) {
        print_refusal(context, "the migration is not rolled back", result.obstacles, errc::rollback_refused);
    } else if (result.interrupted) {
        context.say("interrupted after a batch; run `ordo hpos rollback` again to go on");
        context.exit = ExitCode::interrupted;
    } else if (result.kept > 0) {
        context.exit = ExitCode::differences;
    }
}

}  // namespace

void add_hpos_migration(CLI::App& hpos, Context& context) {
    add_command(hpos, "migration-status", "How far the migration to HPOS is, what fills which table, and the last errors", "ordo hpos migration-status --format=json",
                [&context] { migration_status(context); });
    add_command(hpos, "rollback", "Undo a migration: empty the HPOS tables of every order that posts have unchanged; asks first", "ordo hpos rollback",
                [&context] { rollback(context); });
}

}  // namespace ordo::cli
