/// The program `ordo`. It parses the command line, runs one command, and turns an error into a message and an exit code.
#include <cstdio>
#include <system_error>

#include <fmt/format.h>

#include "context.hpp"

int main(int argc, char* argv[]) {
    using namespace ordo;
    cli::Context context;
    CLI::App app{"Ordo keeps a shop's orders and moves them between WooCommerce's posts tables and its HPOS tables, losing nothing."};
    app.name("ordo");
    app.require_subcommand(1);
    app.fallthrough();
    app.set_version_flag("--version", fmt::format("ordo {}", Kernel::version()));
    app.add_option("--config", context.config_file, "Configuration file (default: $ORDO_CONFIG, then ./ordo.toml)")->type_name("FILE");
    app.add_option("--database", context.database_url, "Database, over the configuration's: sqlite://FILE or mariadb://USER:PASSWORD@HOST/DATABASE")->type_name("URL");
    app.add_option("--format", context.format, "How results are printed: table, json, and of some commands jsonl, csv, ids or count")
        ->check(CLI::IsMember({"table", "json", "jsonl", "csv", "ids", "count"}))
        ->capture_default_str();
    app.parse_complete_callback([&] { context.check_format(app); });
    app.add_flag("--quiet", context.quiet, "Only results and errors");
    app.add_flag("--yes", context.yes, "Answer every question with yes");
    app.add_flag("--ignore-plugin-compatibility", context.ignore_plugin_compatibility,
                 "Let undeclared or incompatible plugins not keep HPOS off");
    cli::add_import(app, context);
    cli::add_db(app, context);
    cli::add_plugin(app, context);
    cli::add_hooks(app, context);
    cli::add_order(app, context);
    cli::add_hpos(app, context);
    cli::add_action(app, context);
    cli::add_serve(app, context);
    cli::add_option(app, context);
    // After the nouns, which would inherit it.
    app.footer(
        "Examples:\n"
        "  ordo import shop.sql.gz             bring a mysqldump into ./ordo.db\n"
        "  ordo hpos sync                      copy its orders to the HPOS tables\n"
        "  ordo hpos verify-data               hold both against each other\n"
        "  ordo hpos enable                    make HPOS authoritative\n"
        "Exit codes: 0 done, 1 differences found, 2 usage or configuration, 3 refused, 4 interrupted, 5 another run holds the lock,\n"
        "  6 partly done, 65 bad input, 69 no database, 70 internal, 74 input or output failed");
    cli::install_signal_handlers();
    try {
        app.parse(argc, argv);
        if (std::fflush(stdout) != 0) throw Error(errc::io, "standard output cannot be written");
        return static_cast<int>(context.exit);
    } catch (const CLI::RequiredError& error) {
        // CLI11 asks for a subcommand before it looks at the word it did not know.
        const auto words = app.remaining(true);
        if (words.empty()) app.exit(error);
        else fmt::print(stderr, "error: unknown command: {}\nRun with --help for more information.\n", words.front());
        fmt::print(stderr, "  [{}]\n", errc::usage.name);
        return static_cast<int>(ExitCode::usage);
    } catch (const CLI::ParseError& error) {
        if (app.exit(error) == 0) return 0;  // --help, --version
        fmt::print(stderr, "  [{}]\n", errc::usage.name);
        return static_cast<int>(ExitCode::usage);
    } catch (const Error& error) {
        cli::print_error(error);
        return static_cast<int>(error.code().exit);
    } catch (const std::system_error& error) {
        cli::print_error(Error(errc::io, error.what()));
        return static_cast<int>(ExitCode::io);
    } catch (const std::exception& error) {
        cli::print_error(Error(errc::internal, fmt::format("something unforeseen failed: {}", error.what())));
        return static_cast<int>(ExitCode::internal);
    }
}
