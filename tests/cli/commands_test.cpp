/// The command line itself: help, usage, spelling; orders, options and hooks as scripts read them.
#include <algorithm>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "tests/cli/folder.hpp"

namespace ordo::test {

TEST_CASE("the program tells its version and, with examples, what it does") {
    const Folder folder(Holds::nothing);
    const Result version = folder.ordo({"--version"});
    CHECK(version.exit == 0);
    CHECK(version.out.starts_with("ordo "));
    const Result help = folder.ordo({"--help"});
    INFO(help);
    CHECK(help.exit == 0);
    CHECK(help.err.empty());
    for (const char* part :
         {"Usage:", "Examples:", "ordo import", "ordo hpos sync", "--config", "--database", "--format", "--quiet", "--yes", "Exit codes"})
        CHECK(has(help.out, part));
}

TEST_CASE("every command has help with an example, and needs no database for it") {
    const Folder folder(Holds::nothing);
    for (const std::string noun : {"import", "db", "plugin", "hooks", "order", "hpos", "option"}) {
        const Result result = folder.ordo({noun, "--help"});
        INFO(noun << ": " << result);
        CHECK(result.exit == 0);
        CHECK(has(result.out, "Usage: ordo " + noun));
    }
    for (const auto& [noun, verbs] : std::vector<std::pair<std::string, std::vector<std::string>>>{
             {"db", {"init", "check"}},
             {"plugin", {"list", "inspect"}},
             {"hooks", {"list"}},
             {"order", {"list", "get", "create", "update", "fields", "statuses", "export", "import"}},
             {"hpos", {"status", "sync", "verify-data", "diff", "count-unmigrated", "migration-status", "rollback", "enable", "disable", "compatibility-info"}},
             {"option", {"get", "update", "delete", "list"}}}) {
        for (const std::string& verb : verbs) {
            const Result result = folder.ordo({noun, verb, "--help"});
            INFO(noun << " " << verb << ": " << result);
            CHECK(result.exit == 0);
            CHECK(has(result.out, fmt::format("ordo {} {}", noun, verb)));
            CHECK(has(result.out, "Example"));
        }
    }
    CHECK(folder.file_names().empty());
}

TEST_CASE("a command line that makes no sense names what was wrong and where to read on") {
    const Folder folder(Holds::nothing);
    struct Mistake {
        std::vector<std::string> arguments;
        std::string says;
    };
    for (const Mistake& mistake : std::vector<Mistake>{{{}, ""},
                                                       {{"hpos"}, ""},
                                                       {{"bogus"}, "bogus"},
                                                       {{"hpos", "bogus"}, "bogus"},
                                                       {{"hpos", "sync", "--bogus"}, "--bogus"},
                                                       {{"--bogus", "hpos", "sync"}, "--bogus"},
                                                       {{"hpos", "status", "extra"}, "extra"},
                                                       {{"hpos", "sync", "--batch-size", "0"}, "--batch-size"},
                                                       {{"hpos", "sync", "--batch-size", "10001"}, "10000"},
                                                       {{"hpos", "sync", "--direction", "up"}, "to-hpos"},
                                                       {{"hpos", "status", "--format", "xml"}, "json"},
                                                       {{"hpos", "diff"}, "ID"},
                                                       {{"hpos", "diff", "forty"}, "ID"},
                                                       {{"order", "get", "-1"}, "ID"},
                                                       {{"order", "export", "--as", "xml"}, "woocommerce"},
                                                       {{"order", "get", "99999999999999999999999"}, "ID"},
                                                       {{"option", "update", "name"}, "VALUE"},
                                                       {{"import"}, "DUMP"},
                                                       {{"order", "import"}, "FILE"},
                                                       {{"plugin", "inspect"}, "FILE"}}) {
        const Result result = folder.ordo(mistake.arguments);
        INFO(fmt::format("ordo {}: ", fmt::join(mistake.arguments, " ")) << result);
        CHECK(result.exit == 2);
        CHECK(result.out.empty());
        CHECK(has(result.err, "--help"));
        CHECK(has(result.err, mistake.says));
    }
}

TEST_CASE("underscores, cot and migrate are what the documents call them, and mean the same") {
    const Folder folder(Holds::imported_shop);
    CHECK(folder.ordo({"hpos", "count_unmigrated"}).out == "433\n");
    CHECK(folder.json({"cot", "sync"}).at("migrated") == 433);
    CHECK(folder.json({"cot", "migrate"}).at("migrated") == 0);
    CHECK(folder.ordo({"hpos", "verify_data"}).exit == 0);
    CHECK(folder.ordo({"hpos", "verify-cot-data"}).exit == 0);
    CHECK(folder.ordo({"hpos", "compatibility_info"}).exit == 0);
}

TEST_CASE("a direction against the authoritative store is refused") {
    const Folder folder(Holds::imported_shop);
    const std::string before = folder.stored();
    const Result refused = folder.ordo({"hpos", "sync", "--direction=to-posts"});
    INFO(refused);
    CHECK(refused.exit == 3);
    CHECK(has(refused.err, "[ordo.sync.direction]"));
    CHECK((folder.stored() == before));
    CHECK(folder.ordo({"hpos", "sync", "--direction=to-hpos"}).exit == 0);
    CHECK(folder.ordo({"hpos", "enable"}).exit == 0);
    CHECK(folder.ordo({"hpos", "sync", "--direction=to-hpos"}).exit == 3);
    CHECK(folder.json({"hpos", "sync", "--direction=to-posts"}).at("migrated") == 0);
}

TEST_CASE("order get gives the line of order export; what is not there is bad input") {
    const Folder folder(Holds::migrated_shop);
    const Result one = folder.ordo({"order", "get", "43", "--format=json"});
    const Result all = folder.ordo({"order", "export"});
    CHECK(one.exit == 0);
    CHECK(lines_of(one.out).size() == 1);
    CHECK(has(all.out, one.out));
    CHECK(folder.ordo({"order", "get", "43", "--store", "hpos", "--format=json"}).out == one.out);
    const Result table = folder.ordo({"order", "get", "43"});
    INFO(table);
    CHECK(table.exit == 0);
    CHECK(has(table.out, "total_amount"));
    for (const std::string id : {"990001", "0"}) {
        const Result missing = folder.ordo({"order", "get", id});
        INFO(missing);
        CHECK(missing.exit == 65);
        CHECK(has(missing.err, "there is no order " + id));
        CHECK(has(missing.err, "[ordo.order.missing]"));
    }
    CHECK(lines_of(folder.ordo({"order", "export", "--include-auto-drafts"}).out).size() == 466);
    CHECK(folder.ordo({"order", "export", "--store", "hpos"}).exit == 0);
}

TEST_CASE("--as woocommerce gives what WooCommerce's API reads, as a line of the export and as a table") {
    const Folder folder(Holds::migrated_shop);
    const Result one = folder.ordo({"order", "get", "43", "--as", "woocommerce", "--format=json"});
    const Result all = folder.ordo({"order", "export", "--as", "woocommerce"});
    INFO(one);
    CHECK(one.exit == 0);
    CHECK(boost::json::parse(one.out).at("data").at("status") == "completed");
    CHECK(lines_of(all.out).size() == 433);
    CHECK(has(all.out, one.out));
    CHECK((folder.ordo({"order", "export", "--as", "woocommerce", "--store", "hpos"}).out == all.out));
    CHECK((folder.ordo({"order", "export", "--as", "canonical"}).out == folder.ordo({"order", "export"}).out));
    const Result table = folder.ordo({"order", "get", "43", "--as", "woocommerce"});
    INFO(table);
    CHECK(table.exit == 0);
    for (const char* row : {"billing.country", "6424.66", "item 2 (line_item) taxes.total", "item 3 (tax) rate_percent", "8.375\n", "_lab_case"})
        CHECK(has(table.out, row));
    CHECK(folder.ordo({"order", "get", "990001", "--as", "woocommerce"}).exit == 65);
}

TEST_CASE("an order's id is decimal, however it is written") {
    const Folder folder(Holds::migrated_shop);
    for (const Command& command : Commands{{"order", "get", "043", "--format=json"}, {"hpos", "diff", "043"}}) {
        const Result result = folder.ordo(command);
        INFO(result);
        CHECK(result.exit == 0);
        CHECK(has(result.out, "43"));
    }
    CHECK(folder.ordo({"order", "get", "0x2B"}).exit == 2);
}

TEST_CASE("a store that no plugin provides is refused with those that are there") {
    const Folder folder(Holds::migrated_shop);
    for (const Command& command : Commands{{"order", "export", "--store", "bogus"},
                                           {"order", "get", "43", "--store", "bogus"},
                                           {"order", "export", "--store", "bogus", "--output", "orders.jsonl"}}) {
        const Result result = folder.ordo(command);
        INFO(result);
        CHECK(result.exit == 2);
        CHECK(result.out.empty());
        CHECK(has(result.err, "\"bogus\""));
        CHECK(has(result.err, "posts, hpos"));
        CHECK(has(result.err, "[ordo.store.unknown]"));
    }
    for (const std::string& name : folder.file_names()) CHECK_FALSE(has(name, "orders.jsonl"));
}

TEST_CASE("an export into a file appears whole, over what was there") {
    const Folder folder(Holds::migrated_shop);
    folder.write("orders.jsonl", "the export of last week\n");
    const Result result = folder.ordo({"order", "export", "--output", "orders.jsonl"});
    INFO(result);
    CHECK(result.exit == 0);
    CHECK(result.out.empty());
    CHECK(has(result.err, "433 orders"));
    CHECK((slurp(folder / "orders.jsonl") == folder.ordo({"order", "export"}).out));
    CHECK_FALSE(exists(folder / "orders.jsonl.partial"));

    const Result nowhere = folder.ordo({"order", "export", "--output", "no/such/folder/orders.jsonl"});
    INFO(nowhere);
    CHECK(nowhere.exit == 74);
    CHECK(has(nowhere.err, "no/such/folder"));
}

TEST_CASE("an export that cannot be written keeps the file that was there and leaves no other") {
    const Folder folder(Holds::migrated_shop);
    folder.write("orders.jsonl", "the export of last week\n");
    RunOptions small;
    small.file_bytes_max = 65536;
    const Result result = folder.ordo({"order", "export", "--output", "orders.jsonl"}, small);
    INFO(result);
    CHECK(result.exit == 74);
    CHECK(has(result.err, "[ordo.io]"));
    CHECK(slurp(folder / "orders.jsonl") == "the export of last week\n");
    CHECK_FALSE(exists(folder / "orders.jsonl.partial"));
}

TEST_CASE("results that cannot be written are a failure, not a success") {
    const Folder folder(Holds::migrated_shop);
    RunOptions full;
    full.stdout_to = "/dev/full";
    for (const Command& command :
         Commands{{"order", "export"}, {"hpos", "status"}, {"hpos", "status", "--format=json"}, {"option", "get", "siteurl"}}) {
        const Result result = folder.ordo(command, full);
        INFO(command[0] << " " << command[1] << ": " << result);
        CHECK(result.exit == 74);
        CHECK(has(result.err, "[ordo.io]"));
    }
}

TEST_CASE("options are read, set, listed and removed under WooCommerce's names") {
    const Folder folder(Holds::imported_shop);
    CHECK(folder.ordo({"option", "get", "siteurl"}).out == "http://shop.test\n");
    CHECK(folder.json({"option", "get", "siteurl"}) == "http://shop.test");
    const Result missing = folder.ordo({"option", "get", "woocommerce_absent"});
    CHECK(missing.exit == 1);
    CHECK(missing.out.empty());
    CHECK(has(missing.err, "woocommerce_absent"));
    CHECK(folder.json({"option", "get", "woocommerce_absent"}, 1).is_null());

    CHECK(folder.ordo({"option", "update", "woocommerce_absent", "it's \"here\"; now"}).exit == 0);
    CHECK(folder.ordo({"option", "get", "woocommerce_absent"}).out == "it's \"here\"; now\n");
    CHECK(folder.sql().one("SELECT option_value FROM wp_options WHERE option_name = 'woocommerce_absent'") == "it's \"here\"; now");
    CHECK(folder.json({"option", "list"}).at("woocommerce_absent") == "it's \"here\"; now");
    CHECK_FALSE(folder.json({"option", "list"}).as_object().contains("siteurl"));
    CHECK(folder.json({"option", "list", "--prefix", "site"}).as_object().size() == 1);
    CHECK(folder.ordo({"option", "update", "woocommerce_absent", ""}).exit == 0);
    CHECK(folder.ordo({"option", "get", "woocommerce_absent"}).out == "\n");
    CHECK(folder.ordo({"option", "delete", "woocommerce_absent"}).exit == 0);
    CHECK(folder.ordo({"option", "delete", "woocommerce_absent"}).exit == 1);

    const Result bad = folder.ordo({"option", "update", "woocommerce_custom_orders_table_enabled", "maybe"});
    INFO(bad);
    CHECK(bad.exit == 2);
    CHECK(has(bad.err, "[ordo.option.bad_value]"));
}

TEST_CASE("hooks list shows every hook of the catalogue with kind, arguments and who listens") {
    const Folder folder(Holds::nothing);
    folder.write("ordo.toml", plugins_section({"chooses-store"}, {museum_room("chooses-store")}));
    const boost::json::value hooks = folder.json({"hooks", "list"});
    std::map<std::string, boost::json::object> by_name;
    for (const boost::json::value& hook : hooks.as_array()) by_name.emplace(hook.at("name").as_string(), hook.as_object());
    for (const auto& [name, kind] : std::map<std::string, std::string>{{"before_woocommerce_init", "action"},
                                                                       {"woocommerce_order_data_store", "filter"},
                                                                       {"woocommerce_order-refund_data_store", "filter"},
                                                                       {"woocommerce_orders_cot_migration_batch_size", "filter"},
                                                                       {"woocommerce_orders_table_schema", "filter"},
                                                                       {"woocommerce_after_orders_table_created", "action"},
                                                                       {"woocommerce_before_order_sync_to_posts", "action"},
                                                                       {"woocommerce_after_order_sync_to_posts", "action"},
                                                                       {"ordo_before_order_sync", "action"},
                                                                       {"ordo_after_order_sync", "action"},
                                                                       {"ordo_can_switch_store", "veto"}}) {
        INFO(name);
        REQUIRE(by_name.contains(name));
        const boost::json::object& hook = by_name.at(name);
        CHECK(hook.at("kind").as_string() == kind);
        CHECK(hook.at("arguments").is_string());
        CHECK(!hook.at("fires").as_string().empty());
        CHECK(hook.at("listeners").is_array());
    }
    const boost::json::array& listeners = by_name.at("woocommerce_order_data_store").at("listeners").as_array();
    REQUIRE(listeners.size() == 1);
    CHECK(listeners[0].at("plugin") == "chooses-store");
    CHECK(listeners[0].at("priority") == 10);
    const Result table = folder.ordo({"hooks", "list"});
    CHECK(has(table.out, "chooses-store (10)"));
}

}  // namespace ordo::test
