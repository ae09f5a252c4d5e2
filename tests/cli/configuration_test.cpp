/// The configuration file, the environment and the command line: mistakes with their place, and who overrides whom.
#include "tests/cli/folder.hpp"

namespace ordo::test {
namespace {

struct Mistake {
    std::string what, text;
    std::string where, says, code;
};

}  // namespace

TEST_CASE("a mistake in the configuration is told with file, line and column, and nothing is started") {
    const std::vector<Mistake> mistakes{
        {"an unknown table", "[databse]\nurl = \"sqlite://x.db\"\n", "ordo.toml:1:2", "did you mean \"database\"?",
         "ordo.config.unknown_key"},
        {"an unknown key", "[database]\nurl = \"sqlite://ordo.db\"\ntabel_prefix = \"wp_\"\n", "ordo.toml:3:1",
         "did you mean \"table_prefix\"?", "ordo.config.unknown_key"},
        {"a wrong type", "[database]\nurl = 5\n", "ordo.toml:2:7", "an integer", "ordo.config.wrong_type"},
        {"a text for a list", "\n[plugins]\nload = \"hpos\"\n", "ordo.toml:3:8", "a text", "ordo.config.wrong_type"},
        {"a number in a list of texts", "[plugins]\nload = [\"hpos\", 7]\n", "ordo.toml:2:17", "an integer", "ordo.config.wrong_type"},
        {"a value there is not", "[custom_orders_table]\nforce = \"enable\"\n", "ordo.toml:2:9", "did you mean \"enabled\"?",
         "ordo.config.bad_value"},
        {"a number too large", "[custom_orders_table]\nmigration_batch_size = 10001\n", "ordo.toml:2:24", "1 to 10000",
         "ordo.config.bad_value"},
        {"a prefix that is more than one", "[database]\ntable_prefix = \"wp_; DROP TABLE x\"\n", "ordo.toml:2:16", "letters",
         "ordo.config.bad_value"},
        {"no TOML", "[database\nurl = \"sqlite://ordo.db\"\n", "ordo.toml:1:10", "", "ordo.config.syntax"},
        {"a key twice", "[database]\nurl = \"sqlite://a.db\"\nurl = \"sqlite://b.db\"\n", "ordo.toml:3:", "", "ordo.config.syntax"},
        {"settings of a plugin that is not loaded", "[plugin.gift-wrap]\npaper = \"red\"\n", "ordo.toml:1:", "gift-wrap",
         "ordo.config.unknown_key"},
    };
    const Folder folder(Holds::imported_shop);
    const std::string before = folder.stored();
    for (const Mistake& mistake : mistakes) {
        folder.write("ordo.toml", mistake.text);
        const Result result = folder.ordo({"hpos", "sync"});
        INFO(mistake.what << ": " << result);
        CHECK(result.exit == 2);
        CHECK(result.out.empty());
        CHECK(has(result.err, mistake.where));
        CHECK(has(result.err, mistake.says));
        CHECK(has(result.err, "[" + mistake.code + "]"));
    }
    CHECK((folder.stored() == before));
}

TEST_CASE("a plugin's own section is checked against its manifest") {
    const Folder folder(Holds::nothing);
    const auto run_with = [&](const std::string& section) {
        folder.write("ordo.toml", bare_plugins_section({"well-behaved"}, {museum_room("well-behaved")}) + section);
        return folder.ordo({"plugin", "list"});
    };
    CHECK(run_with("[plugin.well-behaved]\ngreeting = \"ahoy\"\ntimes = 3\n").exit == 0);
    const Result unknown = run_with("[plugin.well-behaved]\ngreting = \"ahoy\"\n");
    INFO(unknown);
    CHECK(unknown.exit == 2);
    CHECK(has(unknown.err, "ordo.toml:5:1"));
    CHECK(has(unknown.err, "did you mean \"greeting\"?"));
    const Result wrong = run_with("[plugin.well-behaved]\ntimes = \"often\"\n");
    INFO(wrong);
    CHECK(wrong.exit == 2);
    CHECK(has(wrong.err, "ordo.toml:5:"));
    CHECK(has(wrong.err, "[ordo.config.wrong_type]"));
}

TEST_CASE("a configuration that was asked for and is not there is no reason to go on without one") {
    const Folder folder(Holds::imported_shop);
    RunOptions environment;
    environment.environment["ORDO_CONFIG"] = "absent.toml";
    for (const Result& result :
         {folder.ordo({"hpos", "status", "--config", "absent.toml"}), folder.ordo({"hpos", "status"}, environment)}) {
        INFO(result);
        CHECK(result.exit == 2);
        CHECK(has(result.err, "absent.toml"));
        CHECK(has(result.err, "[ordo.config.unreadable]"));
    }
}

TEST_CASE("the database is named by the command line over the environment over the file over the default") {
    const Folder folder(Holds::imported_shop);
    for (const std::string who : {"file", "environment", "command-line"}) {
        std::filesystem::copy_file(folder.database(), folder / (who + ".db"));
        Sql(folder / (who + ".db")).run("UPDATE wp_options SET option_value = '" + who + "' WHERE option_name = 'siteurl'");
    }
    const Command who{"option", "get", "siteurl"};
    const Command who_on_command_line{"option", "get", "siteurl", "--database=sqlite://command-line.db"};
    RunOptions environment;
    environment.environment["ORDO_DATABASE_URL"] = "sqlite://environment.db";

    CHECK(folder.ordo(who).out == "http://shop.test\n");
    CHECK(folder.ordo(who, environment).out == "environment\n");
    folder.write("ordo.toml", "[database]\nurl = \"sqlite://file.db\"\n");
    CHECK(folder.ordo(who).out == "file\n");
    CHECK(folder.ordo(who, environment).out == "environment\n");
    CHECK(folder.ordo(who_on_command_line, environment).out == "command-line\n");
    CHECK(folder.ordo({"--database=sqlite://command-line.db", "option", "get", "siteurl"}).out == "command-line\n");
}

TEST_CASE("the configuration is named by the command line over the environment over the folder") {
    const Folder folder(Holds::imported_shop);
    const auto set_to = [](int size) { return "[custom_orders_table]\nmigration_batch_size = " + std::to_string(size) + "\n"; };
    const Command size{"option", "get", "woocommerce_orders_cot_migration_batch_size"};
    RunOptions environment;
    environment.environment["ORDO_CONFIG"] = "from-environment.toml";
    folder.write("from-environment.toml", set_to(2));
    folder.write("from-command-line.toml", set_to(3));

    CHECK(folder.ordo(size).exit == 1);
    folder.write("ordo.toml", set_to(1));
    CHECK(folder.ordo(size).out == "1\n");
    CHECK(folder.ordo(size, environment).out == "2\n");
    CHECK(folder.ordo({size[0], size[1], size[2], "--config", "from-command-line.toml"}, environment).out == "3\n");
}

TEST_CASE("what the file decides is read-only as an option, and says where it is decided") {
    const Folder folder(Holds::imported_shop);
    const std::string name = "woocommerce_orders_cot_migration_batch_size";
    CHECK(folder.ordo({"option", "update", name, "250"}).exit == 0);
    CHECK(folder.ordo({"option", "get", name}).out == "250\n");
    folder.write("ordo.toml", "[custom_orders_table]\nmigration_batch_size = 7\n");
    CHECK(folder.ordo({"option", "get", name}).out == "7\n");
    for (const Command& command : Commands{{"option", "update", name, "9"}, {"option", "delete", name}}) {
        const Result result = folder.ordo(command);
        INFO(result);
        CHECK(result.exit == 3);
        CHECK(has(result.err, "[ordo.option.read_only]"));
        CHECK(has(result.err, "ordo.toml"));
    }
    CHECK(folder.sql().one("SELECT option_value FROM wp_options WHERE option_name = '" + name + "'") == "250");
}

TEST_CASE("plugin folders are those beside the configuration file, wherever the program is called") {
    const Folder folder(Holds::nothing);
    copy_plugin("well-behaved", folder / "shop/plugins");
    folder.write("shop/ordo.toml", bare_plugins_section({"well-behaved"}, {"plugins"}));
    const Result result = folder.ordo({"plugin", "list", "--config", "shop/ordo.toml"});
    INFO(result);
    CHECK(result.exit == 0);
    CHECK(has(result.out, "well-behaved"));
}

}  // namespace ordo::test
