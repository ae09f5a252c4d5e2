/// After the migration: posts are cleaned up and restored, conflicts listed and restored, tables dropped - as an operator does it.
#include <filesystem>

#include "tests/cli/folder.hpp"

namespace ordo::test {
namespace {

/// HPOS is on, compatibility mode off, posts still have everything.
struct SwitchedShop : Folder {
    SwitchedShop() : Folder(Holds::migrated_shop) {
        REQUIRE(ordo({"hpos", "enable"}).exit == 0);
        REQUIRE(ordo({"hpos", "compatibility-mode", "disable"}).exit == 0);
    }
};

std::string posts(const Folder& folder) {
    std::string all;
    for (const char* sql : {"SELECT * FROM wp_posts ORDER BY ID", "SELECT * FROM wp_postmeta ORDER BY meta_id"})
        for (const std::string& row : folder.sql().rows(sql)) all += row + '\n';
    return all;
}

}  // namespace

TEST_CASE("cleanup asks, archives, removes what hpos has, and --restore undoes it [G17] [LH3] [LH7] [LH9] [LH11] [LH13] [LC9]") {
    const SwitchedShop folder;
    const std::string before = posts(folder);
    CHECK(folder.json({"hpos", "status"}).at("orders_subject_to_cleanup") == 433);
    CHECK(folder.json({"hpos", "cleanup", "all", "--dry-run"}).at("orders") == 433);
    CHECK(folder.json({"hpos", "cleanup", "300-2", "--dry-run"}).at("orders") == 0);
    CHECK(folder.json({"hpos", "cleanup", "43", "44", "50-54", "--dry-run"}).at("orders") == 7);
    const Result unasked = folder.ordo({"hpos", "cleanup", "all"});
    INFO(unasked);
    CHECK(unasked.exit == 3);
    CHECK(has(unasked.err, "[ordo.needs_confirmation]"));
    CHECK(posts(folder) == before);

    const Result cleaned = folder.ordo({"hpos", "cleanup", "all", "--yes", "--archive", "posts.jsonl"});
    INFO(cleaned);
    CHECK(cleaned.exit == 0);
    CHECK(has(cleaned.out, "433 orders were removed from posts"));
    CHECK(folder.sql().one("SELECT COUNT(*) FROM wp_postmeta m JOIN wp_wc_orders o ON o.id = m.post_id WHERE o.status <> 'auto-draft'") == "0");
    CHECK(lines_of(slurp(folder / "posts.jsonl")).size() == 433);
    CHECK((std::filesystem::status(folder / "posts.jsonl").permissions() & std::filesystem::perms::group_read) == std::filesystem::perms::none);
    CHECK(folder.ordo({"hpos", "count-unmigrated"}).out == "0\n");
    CHECK(folder.ordo({"hpos", "disable"}).exit == 3);

    const Result again = folder.ordo({"hpos", "cleanup", "all", "--yes", "--archive", "posts.jsonl"});
    INFO(again);
    CHECK(again.exit == 74);
    CHECK(has(again.err, "give another name"));
    const Result restored = folder.ordo({"hpos", "cleanup", "--restore", "posts.jsonl"});
    INFO(restored);
    CHECK(restored.exit == 0);
    CHECK(has(restored.out, "433 orders are in posts again"));
    CHECK(posts(folder) == before);
    CHECK(folder.ordo({"hpos", "disable"}).exit == 0);

    for (const Result& refused : {folder.ordo({"hpos", "cleanup", "all", "--yes"}), folder.ordo({"hpos", "cleanup", "--restore", "posts.jsonl"})}) {
        INFO(refused);
        CHECK(refused.exit == 3);
        CHECK(has(refused.err, "posts are authoritative"));
        CHECK(has(refused.err, "[ordo.cleanup.refused]"));
    }
}

TEST_CASE("cleanup says what it does not understand, and which orders stay [G17] [LH7]") {
    const SwitchedShop folder;
    CHECK(folder.ordo({"hpos", "cleanup"}).exit == 2);
    CHECK(folder.ordo({"hpos", "cleanup", "all", "43"}).exit == 2);
    CHECK(has(folder.ordo({"hpos", "cleanup", "4x"}).err, "\"4x\" is neither"));
    const Result none = folder.ordo({"hpos", "cleanup", "0", "--yes"});
    INFO(none);
    CHECK(none.exit == 65);
    CHECK(has(none.err, "there is no order 0 in posts"));
    folder.sql().run("UPDATE wp_postmeta SET meta_value = 'Elsewhere' WHERE post_id = 57 AND meta_key = '_billing_city'");
    const Result differs = folder.ordo({"hpos", "cleanup", "57", "58", "--yes"});
    INFO(differs);
    CHECK(differs.exit == 1);
    CHECK(has(differs.out, "1 orders were removed"));
    CHECK(has(differs.out, "differs"));
    CHECK(has(differs.out, "ordo hpos diff 57"));
    CHECK(!has(differs.out + differs.err, "Elsewhere"));
    CHECK(folder.json({"hpos", "cleanup", "57", "--yes"}, 1).at("first_skipped").as_array().front().at("order") == 57);
    CHECK(folder.ordo({"hpos", "cleanup", "--restore", "nowhere.jsonl"}).exit == 74);
    folder.write("bad.jsonl", "{\"order\":58}\n");
    const Result bad = folder.ordo({"hpos", "cleanup", "--restore", "bad.jsonl"});
    INFO(bad);
    CHECK(bad.exit == 65);
    CHECK(has(bad.err, "bad.jsonl, up to line 1"));
}

TEST_CASE("what was overwritten in the backup is listed, shown masked, restored and dropped [G6]") {
    const Folder folder(Holds::migrated_shop);
    CHECK(has(folder.ordo({"hpos", "conflicts", "list"}).out, "no order was overwritten"));
    folder.sql().run("UPDATE wp_wc_order_addresses SET city = 'Elsewhere' WHERE order_id = 57 AND address_type = 'billing'");
    const Result sync = folder.ordo({"hpos", "sync"});
    INFO(sync);
    CHECK(sync.exit == 0);
    CHECK(has(sync.err, "order 57 was overwritten in hpos, where somebody else had changed it"));
    CHECK(has(sync.err, "`ordo hpos conflicts list`"));
    CHECK(!has(sync.out + sync.err, "Elsewhere"));
    const boost::json::value list = folder.json({"hpos", "conflicts", "list"});
    REQUIRE(list.as_array().size() == 1);
    CHECK(list.at(0).at("order") == 57);
    CHECK(list.at(0).at("kind") == "changed");
    CHECK(folder.json({"hpos", "status"}).at("conflicts") == 1);
    const std::string number = boost::json::serialize(list.at(0).at("conflict"));
    const Result shown = folder.ordo({"hpos", "conflicts", "show", number});
    INFO(shown);
    CHECK(has(shown.out, "billing_city"));
    CHECK(!has(shown.out, "Elsewhere"));
    CHECK(has(folder.ordo({"hpos", "conflicts", "show", number, "--record"}).out, "Elsewhere"));
    const Result restored = folder.ordo({"hpos", "conflicts", "restore", number});
    INFO(restored);
    CHECK(restored.exit == 0);
    CHECK(has(restored.out, "undoes it"));
    CHECK(folder.sql().one("SELECT meta_value FROM wp_postmeta WHERE post_id = 57 AND meta_key = '_billing_city'") == "Elsewhere");
    const Result missing = folder.ordo({"hpos", "conflicts", "restore", number});
    CHECK(missing.exit == 65);
    CHECK(has(missing.err, "[ordo.conflict.missing]"));
    CHECK(folder.ordo({"hpos", "conflicts", "drop"}).exit == 2);
    CHECK(folder.ordo({"hpos", "conflicts", "drop", "--all"}).exit == 3);
    CHECK(folder.json({"hpos", "conflicts", "drop", "--all", "--yes"}).at("dropped") == 1);
}

TEST_CASE("the status is an object of flags and numbers [CL1] [G22]") {
    const Folder folder(Holds::imported_shop);
    const boost::json::value status = folder.json({"hpos", "status"});
    CHECK(status.at("hpos_enabled") == false);
    CHECK(status.at("compatibility_mode") == false);
    CHECK(status.at("pending") == 433);
    CHECK(status.at("orders_subject_to_cleanup") == 0);
    CHECK(status.at("pending_kinds").at("missing") == 433);
    CHECK(status.at("pending_types").as_array().size() == 2);
    CHECK(status.at("lag_s") == 0);
    const Result shown = folder.ordo({"hpos", "status"});
    INFO(shown);
    for (const char* line : {"Unsynced orders", "433: 433 missing, 0 different, 0 deleted", "Lag of the mirror", "Orders subject to cleanup", "Conflicts kept"}) CHECK(has(shown.out, line));
}

TEST_CASE("a rehearsal says what a switch would find, and changes nothing [G13]") {
    const Folder folder(Holds::migrated_shop);
    const boost::json::value clean = folder.json({"hpos", "rehearse"});
    CHECK(clean.at("to") == "hpos");
    CHECK(clean.at("would_be_lost") == 0);
    CHECK(clean.at("obstacles").as_array().empty());
    CHECK(folder.json({"hpos", "status"}).at("authoritative") == "posts");
    folder.sql().run("UPDATE wp_postmeta SET meta_value = 'Elsewhere' WHERE post_id = 57 AND meta_key = '_billing_city'");
    const Result refused = folder.ordo({"hpos", "rehearse"});
    INFO(refused);
    CHECK(refused.exit == 3);
    CHECK(has(refused.err, "the switch would be refused"));
    CHECK(folder.json({"hpos", "rehearse"}, 3).at("would_be_lost") == 1);
    // Mirrored, it would come along.
    REQUIRE(folder.ordo({"hpos", "compatibility-mode", "enable"}).exit == 0);
    const boost::json::value mirrored = folder.json({"hpos", "rehearse"});
    CHECK(mirrored.at("would_be_lost") == 0);
    CHECK(mirrored.at("would_come_along") == 1);
    REQUIRE(folder.ordo({"hpos", "enable"}).exit == 0);
    const Result back = folder.ordo({"hpos", "rehearse"});
    INFO(back);
    CHECK(back.exit == 0);
    CHECK(has(back.err, "`ordo hpos disable` would lose no order"));
    // An order that only the other store has would appear, and nobody says why it is gone here.
    folder.sql().run("DELETE FROM wp_wc_orders WHERE id = 58; DELETE FROM wp_wc_orders_meta WHERE order_id = 58; DELETE FROM wp_wc_order_addresses WHERE order_id = 58;"
                     "DELETE FROM wp_wc_order_operational_data WHERE order_id = 58");
    CHECK(folder.json({"hpos", "rehearse"}, 3).at("only_in_target") == 1);
}

TEST_CASE("the HPOS tables are dropped on the way back, and only then [DS31]") {
    const SwitchedShop folder;
    const Result early = folder.ordo({"db", "drop-hpos", "--yes"});
    INFO(early);
    CHECK(early.exit == 3);
    CHECK(has(early.err, "the HPOS tables are not dropped"));
    REQUIRE(folder.ordo({"hpos", "disable"}).exit == 0);
    CHECK(folder.ordo({"db", "drop-hpos"}).exit == 3);
    const Result dropped = folder.ordo({"db", "drop-hpos", "--yes"});
    INFO(dropped);
    CHECK(dropped.exit == 0);
    CHECK(has(dropped.out, "4 HPOS tables were dropped"));
    CHECK(folder.sql().one("SELECT COUNT(*) FROM sqlite_master WHERE name LIKE 'wp_wc_order%' AND type = 'table' AND name NOT LIKE '%lookup%' AND name NOT LIKE '%stats%'") == "0");
    CHECK(folder.json({"hpos", "status"}).at("pending") == 433);
    CHECK(folder.json({"hpos", "sync"}).at("migrated") == 433);
    CHECK(folder.ordo({"hpos", "enable"}).exit == 0);
}

}  // namespace ordo::test
