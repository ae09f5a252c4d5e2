/// The whole way of a shop through the program: dump, import, copy, compare, switch; and what goes to which stream.
#include <algorithm>

#include "tests/cli/folder.hpp"

namespace ordo::test {
namespace {

namespace json = boost::json;

std::vector<std::string> keys(const json::value& value) {
    std::vector<std::string> names;
    for (const auto& member : value.as_object()) names.emplace_back(member.key());
    return names;
}

/// Only tables and JSON may stand on stdout: no sentence for people, no warning, no progress.
bool speaks_to_people(const std::string& text) {
    for (const char* word : {"error", "warning", "orders:", "bytes read", "/s)", "\r", "kept whole", "rows in"})
        if (has(text, word)) return true;
    return false;
}

}  // namespace

TEST_CASE("the whole walk: a dump is imported, copied, compared, exported and switched to HPOS [G1] [G2]") {
    const Folder folder(Holds::nothing);

    const Result imported = folder.ordo({"import", shop_dump.string()});
    INFO(imported);
    REQUIRE(imported.exit == 0);
    CHECK(has(imported.out, "wp_posts"));
    CHECK(has(imported.err, "rows in"));
    CHECK_FALSE(speaks_to_people(imported.out));

    const json::value before = folder.json({"hpos", "status"});
    CHECK(before.at("authoritative") == "posts");
    CHECK(before.at("orders_in_posts") == 433);
    CHECK(before.at("orders_in_hpos") == 0);
    CHECK(before.at("pending") == 433);
    CHECK(folder.ordo({"hpos", "count-unmigrated"}).out == "433\n");

    const Result synced = folder.ordo({"hpos", "sync", "--format=json"});
    INFO(synced);
    REQUIRE(synced.exit == 0);
    const json::value report = json::parse(lines_of(synced.out).back());
    CHECK(keys(report) == std::vector<std::string>{"migrated", "skipped", "changed_meanwhile", "conflicts", "adopted", "quarantined", "overflow", "seconds", "orders_per_second"});
    CHECK(report.at("migrated") == 433);
    CHECK(report.at("skipped") == 0);
    CHECK(report.at("quarantined") == 0);
    CHECK(report.at("overflow") == 18);
    CHECK(report.at("seconds").as_double() > 0);
    CHECK(report.at("orders_per_second").to_number<double>() > 0);

    const json::value again = folder.json({"hpos", "sync"});
    CHECK(again.at("migrated") == 0);
    CHECK(again.at("skipped") == 433);

    const Result verified = folder.ordo({"hpos", "verify-data"});
    INFO(verified);
    CHECK(verified.exit == 0);
    CHECK(folder.json({"hpos", "verify-data"}).at("equal") == true);

    const Result posts = folder.ordo({"order", "export", "--store", "posts"});
    const Result hpos = folder.ordo({"order", "export", "--store", "hpos"});
    CHECK(posts.exit == 0);
    CHECK(lines_of(posts.out).size() == 433);
    CHECK((posts.out == hpos.out));
    CHECK_FALSE(speaks_to_people(lines_of(posts.out).back()));

    const Result enabled = folder.ordo({"hpos", "enable"});
    INFO(enabled);
    CHECK(enabled.exit == 0);
    const json::value after = folder.json({"hpos", "status"});
    CHECK(after.at("authoritative") == "hpos");
    CHECK(after.at("hpos_enabled") == true);
    CHECK(after.at("pending") == 0);
    CHECK(folder.sql().one("SELECT option_value FROM wp_options WHERE option_name = 'woocommerce_custom_orders_table_enabled'") == "yes");

    const Result disabled = folder.ordo({"hpos", "disable"});
    CHECK(disabled.exit == 0);
    CHECK(folder.json({"hpos", "status"}).at("authoritative") == "posts");
}

TEST_CASE("status tells scripts everything under stable names") {
    const Folder folder(Holds::migrated_shop);
    const json::value status = folder.json({"hpos", "status"});
    for (const char* key : {"authoritative", "hpos_enabled", "compatibility_mode", "orders_in_posts", "orders_in_hpos", "pending",
                            "quarantined", "overflow", "unknown_types", "auto_drafts"}) {
        INFO(key);
        CHECK(status.as_object().contains(key));
    }
    CHECK(status.at("authoritative") == "posts");
    CHECK(status.at("hpos_enabled") == false);
    CHECK(status.at("compatibility_mode") == false);
    CHECK(status.at("orders_in_posts") == 433);
    CHECK(status.at("orders_in_hpos") == 433);
    CHECK(status.at("pending") == 0);
    CHECK(status.at("quarantined") == 0);
    CHECK(status.at("overflow") == 18);
    CHECK(status.at("unknown_types").as_array().empty());
    CHECK(status.at("auto_drafts") == 33);
}

TEST_CASE("a synchronisation says what it left out and what a column could not hold, without personal data [G20]") {
    const Folder folder(Holds::imported_shop);
    const Result result = folder.ordo({"hpos", "sync"});
    INFO(result);
    REQUIRE(result.exit == 0);
    CHECK(has(result.out, "auto-drafts"));
    CHECK(has(result.out, "33"));
    CHECK(has(result.out, "not_a_number"));
    CHECK(has(result.out, "12,5"));
    CHECK_FALSE(has(result.out + result.err, "@"));
    CHECK_FALSE(has(result.out + result.err, "SecondCity"));
    CHECK_FALSE(has(result.out + result.err, "5555555"));
}

TEST_CASE("with --quiet nothing but results and errors is said") {
    const Folder folder(Holds::nothing);
    for (const Command& command : Commands{{"--quiet", "import", shop_dump.string()},
                                           {"hpos", "sync", "--quiet"},
                                           {"hpos", "verify-data", "--quiet"},
                                           {"hpos", "status", "--quiet"},
                                           {"order", "export", "--quiet"},
                                           {"hpos", "enable", "--quiet"}}) {
        const Result result = folder.ordo(command);
        INFO(command.front() << " " << command[1] << ": " << result);
        CHECK(result.exit == 0);
        CHECK(result.err.empty());
        CHECK(!result.out.empty());
    }
    const Result refused = folder.ordo({"hpos", "sync", "--direction=to-hpos", "--quiet"});
    CHECK(refused.exit == 3);
    CHECK(!refused.err.empty());
}

TEST_CASE("a command that only reads leaves every byte of the database as it was [G3]") {
    const Folder folder(Holds::migrated_shop);
    const std::string before = folder.stored();
    for (const Command& command : Commands{{"hpos", "status"},
                                           {"hpos", "verify-data"},
                                           {"hpos", "count-unmigrated"},
                                           {"hpos", "diff", "43"},
                                           {"hpos", "compatibility-info"},
                                           {"order", "get", "43"},
                                           {"order", "export"},
                                           {"db", "check"},
                                           {"option", "list"},
                                           {"plugin", "list"},
                                           {"hooks", "list"}}) {
        const Result result = folder.ordo(command);
        INFO(command.front() << " " << command[1] << ": " << result);
        CHECK(result.exit == 0);
    }
    CHECK((folder.stored() == before));
}

TEST_CASE("on a terminal the progress is drawn on stderr, and stdout stays data") {
    const Folder folder(Holds::imported_shop);
    RunOptions terminal;
    terminal.typed = "";
    const Result result = folder.ordo({"hpos", "sync", "--batch-size", "1", "--format=json"}, terminal);
    INFO(result);
    CHECK(result.exit == 0);
    CHECK(has(result.err, "\r"));
    CHECK(has(result.err, "433 of 433"));
    CHECK(lines_of(result.out).size() == 1);
}

}  // namespace ordo::test
