/// `ordo import`: a mysqldump into the configured database.
#include <boost/json.hpp>
#include <fmt/format.h>
#include <fmt/ranges.h>

#include "context.hpp"

namespace ordo::cli {

void add_import(CLI::App& app, Context& context) {
    struct Arguments {
        std::string dump;
        bool replace = false;
    };
    auto arguments = std::make_shared<Arguments>();
    CLI::App* command = add_command(app, "import", "Bring a mysqldump (plain or gzip) into the configured database",
                                    "ordo import shop.sql.gz --database sqlite://rehearsal.db", [&context, arguments] {
        const auto kernel = context.open();
        ImportOptions options;
        if (arguments->replace) {
            const auto existing = kernel->importer().existing_tables(arguments->dump);
            if (!existing.empty() && !context.confirm(fmt::format("Replace {} tables and every row in them ({})?", existing.size(), fmt::join(existing, ", "))))
                throw Error(errc::needs_confirmation, "nothing was imported");
            options.existing = ExistingTables::replace;
        }
        options.stop_requested = stop_requested;
        std::error_code no_size;
        const auto size = std::filesystem::file_size(arguments->dump, no_size);
        ImportReport report;
        {
            Progress progress(context, "bytes read");
            options.progress = [&](std::uint64_t bytes) { progress.show(bytes, no_size ? bytes : size); };
            report = kernel->importer().import_dump(arguments->dump, options);
        }
        if (context.json()) {
            boost::json::object tables;
            for (const auto& table : report.tables) tables[table.table] = table.rows;
            print_json(boost::json::object{{"tables", tables}, {"rows", report.rows}, {"seconds", report.seconds}});
            return;
        }
        std::vector<std::vector<std::string>> rows;
        for (const auto& table : report.tables) rows.push_back({table.table, std::to_string(table.rows)});
        print_table({"table", "rows"}, rows);
        context.say(fmt::format("{} rows in {:.1f} s", report.rows, report.seconds));
    });
    command->add_option("DUMP", arguments->dump, "The dump: .sql or .sql.gz")->required();
    command->add_flag("--replace", arguments->replace, "Drop tables of the dump that exist already (asks)");
}

}  // namespace ordo::cli
