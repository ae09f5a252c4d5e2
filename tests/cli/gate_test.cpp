/// The one door to HPOS: who keeps it shut is named, whichever way somebody tries to go through it [G13].
#include <fstream>

#include "tests/cli/folder.hpp"

namespace ordo::test {
namespace {

const std::string switch_option = "woocommerce_custom_orders_table_enabled";

/// Every way through the door.
const Commands ways_to_hpos{{"hpos", "enable"}, {"option", "update", switch_option, "yes"}};

void check_shut(const Folder& folder, const std::string& because) {
    const std::string stored =
        folder.sql().one("SELECT COUNT(*) FROM wp_options WHERE option_value = 'yes' AND option_name = '" + switch_option + "'");
    CHECK(stored == "0");
    for (const Command& way : ways_to_hpos) {
        const Result result = folder.ordo(way);
        INFO(way[0] << " " << way[1] << ": " << result);
        CHECK(result.exit == 3);
        CHECK(result.out.empty());
        CHECK(has(result.err, because));
        CHECK(has(result.err, "[ordo.switch.refused]"));
    }
    CHECK(folder.sql().one("SELECT COUNT(*) FROM wp_options WHERE option_value = 'yes' AND option_name = '" + switch_option + "'") == "0");
}

/// Two orders that no refund belongs to become something else, as with a plugin that was removed.
void make_unknown(const Folder& folder) {
    folder.sql().run(
        "UPDATE wp_posts SET post_type = 'shop_subscription' WHERE ID IN (SELECT p.ID FROM wp_posts p JOIN wp_postmeta k ON k.post_id = "
        "p.ID AND k.meta_key = "
        "'_order_key' WHERE post_type = 'shop_order' AND post_status <> 'auto-draft' AND NOT EXISTS (SELECT 1 FROM wp_posts c WHERE "
        "c.post_parent = p.ID) LIMIT 2)");
}

}  // namespace

TEST_CASE("a plugin without a declaration closes the gate by name; adding the declaration opens it [G13]") {
    const Folder folder(Holds::migrated_shop);
    copy_plugin("no-declaration", folder / "mine");
    folder.write("ordo.toml", plugins_section({"no-declaration"}, {"mine"}));
    check_shut(folder, "plugin no-declaration has not declared");
    CHECK(folder.json({"hpos", "status"}).at("authoritative") == "posts");
    const boost::json::value refused = folder.json({"hpos", "enable"}, 3);
    CHECK(refused.at("switched") == false);
    CHECK(refused.at("obstacles").at(0).at("kind") == "plugin");
    CHECK(refused.at("obstacles").at(0).at("subject") == "no-declaration");

    SECTION("the declaration in its manifest") {
        std::ofstream(folder / "mine/no-declaration.toml", std::ios::app) << "\n[compatibility]\ncustom_order_tables = true\n";
    }
    SECTION("the declaration in its code") {
        folder.write("ordo.toml", plugins_section({"no-declaration"}, {"mine"}) + "[plugin.no-declaration]\ndeclare = \"compatible\"\n");
    }
    const Result opened = folder.ordo({"hpos", "enable"});
    INFO(opened);
    CHECK(opened.exit == 0);
    CHECK(folder.json({"hpos", "status"}).at("authoritative") == "hpos");
}

TEST_CASE("a plugin that declares itself incompatible closes the gate, and only --ignore-plugin-compatibility passes it [G13]") {
    const Folder folder(Holds::migrated_shop);
    folder.write("ordo.toml", plugins_section({"incompatible"}, {museum_room("incompatible")}));
    check_shut(folder, "plugin incompatible declares itself incompatible");
    const Result ignored = folder.ordo({"hpos", "enable", "--ignore-plugin-compatibility"});
    INFO(ignored);
    CHECK(ignored.exit == 0);
    // From now on every start warns, as long as nobody asked for silence.
    const Result status = folder.ordo({"hpos", "status"});
    INFO(status);
    CHECK(status.exit == 0);
    CHECK(has(status.err, "plugin incompatible"));
    CHECK(folder.ordo({"hpos", "status", "--quiet"}).err.empty());
}

TEST_CASE("two plugins that close the gate are both named [G13]") {
    const Folder folder(Holds::imported_shop);
    folder.write("ordo.toml",
                 plugins_section({"incompatible", "no-declaration"}, {museum_room("incompatible"), museum_room("no-declaration")}));
    const Result result = folder.ordo({"hpos", "enable"});
    INFO(result);
    CHECK(result.exit == 3);
    CHECK(has(result.err, "plugin incompatible"));
    CHECK(has(result.err, "plugin no-declaration"));
    CHECK(has(result.err, "433 orders wait"));
}

TEST_CASE("orders that wait close the gate, with their number, there and back [G13]") {
    const Folder folder(Holds::imported_shop);
    check_shut(folder, "433 orders wait to be synchronised to hpos: run `ordo hpos sync`");
    REQUIRE(folder.ordo({"hpos", "sync"}).exit == 0);
    folder.sql().run("UPDATE wp_postmeta SET meta_value = '1' WHERE meta_key = '_order_total' AND post_id = 43");
    check_shut(folder, "1 order waits to be synchronised to hpos");
    REQUIRE(folder.ordo({"hpos", "sync"}).exit == 0);
    CHECK(folder.ordo({"hpos", "enable"}).exit == 0);

    folder.sql().run("UPDATE wp_wc_orders SET total_amount = '2.00000000' WHERE id IN (43, 57)");
    for (const Command& way :
         Commands{{"hpos", "disable"}, {"option", "update", switch_option, "no"}, {"option", "delete", switch_option}}) {
        const Result result = folder.ordo(way);
        INFO(way[0] << " " << way[1] << ": " << result);
        CHECK(result.exit == 3);
        CHECK(has(result.err, "2 orders wait to be synchronised to posts"));
    }
    CHECK(folder.json({"hpos", "status"}).at("authoritative") == "hpos");
}

TEST_CASE("posts that look like orders of an unknown type close the gate by name [G13]") {
    const Folder folder(Holds::imported_shop);
    make_unknown(folder);
    const Result synced = folder.ordo({"hpos", "sync"});
    INFO(synced);
    CHECK(synced.exit == 0);
    CHECK(has(synced.err, "shop_subscription"));
    const boost::json::value unknown = folder.json({"hpos", "status"}).at("unknown_types");
    CHECK(unknown.at(0).at("type") == "shop_subscription");
    CHECK(unknown.at(0).at("orders") == 2);
    CHECK(folder.json({"hpos", "status"}).at("orders_in_posts") == 431);
    check_shut(folder, "2 orders are of the unknown type shop_subscription");
    CHECK(has(synced.err, "`ordo hpos sync --include-unknown-types` takes them along"));

    SECTION("--include-unknown-types makes orders of them, which must be copied like any other [G11]") {
        const std::string flag = "--include-unknown-types";
        CHECK(has(folder.ordo({"hpos", "status"}).out, "Unknown order types                           shop_subscription (2)"));
        const Result refused = folder.ordo({"hpos", "enable", flag});
        INFO(refused);
        CHECK(refused.exit == 3);
        CHECK(has(refused.err, "2 orders wait to be synchronised to hpos: run `ordo hpos sync --include-unknown-types`"));
        CHECK(folder.json({"hpos", "rehearse"}, 3).at("would_be_lost") == 0);
        CHECK(folder.json({"hpos", "rehearse", flag}, 3).at("would_be_lost") == 2);
        CHECK(folder.json({"hpos", "verify-data", flag}, 1).at("missing") == 2);
        CHECK(folder.ordo({"hpos", "verify-data"}).exit == 0);
        for (const std::string other : {"--sample=5", "--repair-plan=plan.jsonl"}) CHECK(folder.ordo({"hpos", "verify-data", flag, other}).exit == 2);
        SECTION("by one run") { CHECK(folder.json({"hpos", "sync", flag}).at("migrated") == 2); }
        SECTION("by a worker") { CHECK(folder.json({"hpos", "sync", "--worker", flag}).at("migrated") == 2); }
        SECTION("in the switch itself") {
            REQUIRE(folder.ordo({"hpos", "compatibility-mode", "enable"}).exit == 0);
            CHECK(folder.json({"hpos", "rehearse", flag}).at("would_come_along") == 2);
            CHECK(folder.ordo({"hpos", "enable"}).exit == 3);
        }
        CHECK(folder.json({"hpos", "enable", flag}).at("switched") == true);
        CHECK(folder.json({"hpos", "status"}).at("orders_in_hpos") == 433);
        CHECK(folder.json({"hpos", "status"}).at("unknown_types").as_array().empty());
        CHECK(folder.ordo({"hpos", "verify-data"}).exit == 0);
    }
    SECTION("left behind by a switch of WooCommerce's they are named, with the way to get them") {
        folder.sql().run("INSERT INTO wp_options (option_name, option_value, autoload) VALUES ('" + switch_option + "', 'yes', 'auto')");
        REQUIRE(folder.json({"hpos", "status"}).at("authoritative") == "hpos");
        CHECK(folder.json({"hpos", "status"}).at("unknown_types").at(0).at("orders") == 2);
        const Result left = folder.ordo({"hpos", "sync"});
        INFO(left);
        CHECK(left.exit == 0);
        CHECK(has(left.err, "shop_subscription"));
        CHECK(has(left.err, "they were left; `ordo hpos sync --include-unknown-types` takes them along"));
        CHECK(folder.json({"hpos", "sync", "--include-unknown-types"}).at("adopted") == 2);
        REQUIRE(folder.ordo({"hpos", "disable"}).exit == 0);
        CHECK(folder.json({"hpos", "sync"}).at("migrated") == 0);
        CHECK(folder.ordo({"hpos", "enable"}).exit == 0);
    }
    SECTION("listed in the configuration they are orders like any other") {
        folder.write("ordo.toml", "[custom_orders_table]\norder_types = [\"shop_subscription\"]\n");
        check_shut(folder, "2 orders wait to be synchronised");
        CHECK(folder.json({"hpos", "sync"}).at("migrated") == 2);
        CHECK(folder.ordo({"hpos", "verify-data"}).exit == 0);
        CHECK(folder.ordo({"hpos", "enable"}).exit == 0);
    }
}

TEST_CASE("force = \"enabled\" passes the same gate, or the program does not start [G13]") {
    const std::string forced = "[custom_orders_table]\nforce = \"enabled\"\n";
    SECTION("a plugin that keeps it shut is named") {
        const Folder folder(Holds::migrated_shop);
        folder.write("ordo.toml", plugins_section({"no-declaration"}, {museum_room("no-declaration")}) + forced);
        const std::string before = folder.stored();
        for (const Command& command : Commands{{"hpos", "status"}, {"hpos", "sync"}, {"order", "export"}}) {
            const Result result = folder.ordo(command);
            INFO(result);
            CHECK(result.exit == 3);
            CHECK(result.out.empty());
            CHECK(has(result.err, "plugin no-declaration has not declared"));
            CHECK(has(result.err, "[ordo.switch.refused]"));
        }
        CHECK((folder.stored() == before));
        const Result ignored = folder.ordo({"hpos", "status", "--ignore-plugin-compatibility", "--format=json"});
        INFO(ignored);
        CHECK(ignored.exit == 0);
        CHECK(has(ignored.out, "\"authoritative\":\"hpos\""));
    }
    SECTION("so are orders that wait") {
        const Folder folder(Holds::imported_shop);
        folder.write("ordo.toml", forced);
        const Result result = folder.ordo({"hpos", "status"});
        INFO(result);
        CHECK(result.exit == 3);
        CHECK(has(result.err, "433 orders wait"));
        CHECK(folder.ordo({"hpos", "status", "--ignore-plugin-compatibility"}).exit == 3);
    }
    SECTION("an open gate lets it pass, and then nobody can change it elsewhere") {
        const Folder folder(Holds::migrated_shop);
        folder.write("ordo.toml", forced);
        CHECK(folder.json({"hpos", "status"}).at("authoritative") == "hpos");
        CHECK(folder.ordo({"option", "get", switch_option}).out == "yes\n");
        for (const Command& command : Commands{{"option", "update", switch_option, "no"}, {"option", "delete", switch_option}}) {
            const Result result = folder.ordo(command);
            INFO(result);
            CHECK(result.exit == 3);
            CHECK(has(result.err, "[ordo.option.read_only]"));
            CHECK(has(result.err, "ordo.toml"));
        }
        const Result disabled = folder.ordo({"hpos", "disable"});
        INFO(disabled);
        CHECK(disabled.exit == 3);
        CHECK(has(disabled.err, "force"));
        CHECK(folder.json({"hpos", "status"}).at("authoritative") == "hpos");
    }
}

TEST_CASE("strict_compatibility refuses an undeclared plugin at every start [G13]") {
    const Folder folder(Holds::migrated_shop);
    folder.write("ordo.toml", plugins_section({"no-declaration"}, {museum_room("no-declaration")}) + "strict_compatibility = true\n");
    const Result result = folder.ordo({"hpos", "status"});
    INFO(result);
    CHECK(result.exit == 3);
    CHECK(has(result.err, "plugin no-declaration"));
    CHECK(has(result.err, "[ordo.plugin.incompatible]"));
    folder.write("ordo.toml", plugins_section({}, {}) + "strict_compatibility = true\n");
    CHECK(folder.ordo({"hpos", "status"}).exit == 0);
}

TEST_CASE("a filter that chooses hpos behind a shut gate is ignored and reported [G13]") {
    const Folder folder(Holds::imported_shop);
    folder.write("ordo.toml", plugins_section({"chooses-store"}, {museum_room("chooses-store")}));
    const Result result = folder.ordo({"hpos", "status", "--format=json"});
    INFO(result);
    CHECK(has(result.out, "\"authoritative\":\"posts\""));
    CHECK(has(result.err, "433 orders wait"));
    REQUIRE(folder.ordo({"hpos", "sync"}).exit == 0);
    CHECK(folder.json({"hpos", "status"}).at("authoritative") == "hpos");
}

TEST_CASE("enable turns compatibility mode on when asked, or when nobody ever decided") {
    const Folder folder(Holds::migrated_shop);
    SECTION("what was decided stays") { CHECK(folder.json({"hpos", "enable"}).at("compatibility_mode") == false); }
    SECTION("--with-sync") { CHECK(folder.json({"hpos", "enable", "--with-sync"}).at("compatibility_mode") == true); }
    SECTION("never decided") {
        folder.sql().run("DELETE FROM wp_options WHERE option_name = 'woocommerce_custom_orders_table_data_sync_enabled'");
        CHECK(folder.json({"hpos", "enable"}).at("compatibility_mode") == true);
    }
    const Result again = folder.ordo({"hpos", "enable"});
    CHECK(again.exit == 0);
    CHECK(has(again.out, "already"));
}

}  // namespace ordo::test
