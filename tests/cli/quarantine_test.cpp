/// Orders that cannot be written: the rest goes on, they are named, and they move as soon as they can.
#include "tests/cli/folder.hpp"

namespace ordo::test {

TEST_CASE("one bad order does not block its batch [G4]") {
    const Folder folder(Holds::imported_shop);
    const Result tables = folder.ordo({"db", "init"});
    INFO(tables);
    REQUIRE(tables.exit == 0);
    folder.sql().run(
        "CREATE TRIGGER bad BEFORE INSERT ON wp_wc_orders WHEN NEW.id IN (57, 58, 300) BEGIN SELECT RAISE(ABORT, 'no room for it'); END");

    const boost::json::value report = folder.json({"hpos", "sync"}, 6);
    CHECK(report.at("migrated") == 430);
    CHECK(report.at("quarantined") == 3);
    const boost::json::value status = folder.json({"hpos", "status"});
    CHECK(status.at("quarantined") == 3);
    CHECK(status.at("orders_in_hpos") == 430);
    CHECK(folder.sql().one("SELECT COUNT(*) FROM wp_wc_orders_meta WHERE order_id IN (57, 58, 300)") == "0");

    // Both the run and the status name each order and why; the batch they were in is not blamed.
    const Result again = folder.ordo({"hpos", "sync"});
    for (const Result& result : {again, folder.ordo({"hpos", "status"})}) {
        INFO(result);
        int named = 0;
        for (const std::string& line : lines_of(result.out))
            for (const std::string id : {"57 ", "58 ", "300 "}) named += line.starts_with(id) && has(line, "no room for it");
        CHECK(named == 3);
    }
    CHECK(again.exit == 6);
    CHECK(folder.json({"hpos", "sync"}, 6).at("migrated") == 0);

    const Result refused = folder.ordo({"hpos", "enable"});
    INFO(refused);
    CHECK(refused.exit == 3);
    CHECK(has(refused.err, "3 orders are in quarantine"));
    CHECK(has(refused.err, "[ordo.switch.refused]"));
    CHECK(folder.json({"hpos", "status"}).at("authoritative") == "posts");
    CHECK(folder.ordo({"hpos", "verify-data"}).exit == 1);

    folder.sql().run("DROP TRIGGER bad");
    const boost::json::value rest = folder.json({"hpos", "sync"});
    CHECK(rest.at("migrated") == 3);
    CHECK(rest.at("quarantined") == 0);
    CHECK(folder.json({"hpos", "status"}).at("quarantined") == 0);
    CHECK((migrated_rows(folder.sql()) == migrated_rows(Folder(Holds::migrated_shop).sql())));
    CHECK(folder.ordo({"hpos", "enable"}).exit == 0);
}

TEST_CASE("a quarantined order that is deleted at its source leaves the quarantine [G4]") {
    const Folder folder(Holds::imported_shop);
    REQUIRE(folder.ordo({"db", "init"}).exit == 0);
    folder.sql().run("CREATE TRIGGER bad BEFORE INSERT ON wp_wc_orders WHEN NEW.id = 300 BEGIN SELECT RAISE(ABORT, 'no'); END");
    CHECK(folder.ordo({"hpos", "sync", "--batch-size", "100"}).exit == 6);
    folder.sql().run("DELETE FROM wp_posts WHERE ID = 300; DELETE FROM wp_postmeta WHERE post_id = 300");
    CHECK(folder.json({"hpos", "sync"}).at("quarantined") == 0);
    CHECK(folder.json({"hpos", "status"}).at("quarantined") == 0);
}

namespace {

/// A shop of which orders 57 and 300 are in quarantine; the cause is the trigger "bad".
struct ShopWithQuarantine : Folder {
    ShopWithQuarantine() : Folder(Holds::imported_shop) {
        REQUIRE(ordo({"db", "init"}).exit == 0);
        sql().run("CREATE TRIGGER bad BEFORE INSERT ON wp_wc_orders WHEN NEW.id IN (57, 300) BEGIN SELECT RAISE(ABORT, 'no room for it'); END");
        REQUIRE(ordo({"hpos", "sync"}).exit == 6);
    }
};

std::string quarantined(const Folder& folder) {
    std::string ids;
    for (const std::string& id : folder.sql().rows("SELECT order_id FROM wp_ordo_quarantine ORDER BY 1")) ids += id + " ";
    return ids;
}

Command quarantine(const Command& words) {
    Command command{"hpos", "quarantine"};
    command.insert(command.end(), words.begin(), words.end());
    return command;
}

}  // namespace

TEST_CASE("the quarantine is listed and shown, with reason, digest, differences and what to do [G4] [G20]") {
    const ShopWithQuarantine folder;
    const std::string before = folder.stored();
    const Result list = folder.ordo(quarantine({"list"}));
    INFO(list);
    CHECK(list.exit == 0);
    for (const char* part : {"57 ", "300 ", "hpos", "no room for it", "ordo hpos quarantine retry 57"}) CHECK(has(list.out, part));
    const boost::json::value listed = folder.json(quarantine({"list"}));
    REQUIRE(listed.as_array().size() == 2);
    CHECK(listed.at(0).at("order") == 57);
    CHECK(listed.at(0).at("target") == "hpos");
    CHECK(!listed.at(0).at("digest").as_string().empty());

    const Result show = folder.ordo(quarantine({"show", "57"}));
    INFO(show);
    CHECK(show.exit == 0);
    for (const char* part : {"could not be moved to", "hpos", "no room for it", "missing", "ordo hpos quarantine retry 57"}) CHECK(has(show.out, part));
    const boost::json::value shown = folder.json(quarantine({"show", "57"}));
    CHECK(shown.at("differences").at(0).at("kind") == "missing");
    CHECK((folder.stored() == before));

    const Result other = folder.ordo(quarantine({"show", "43"}));
    INFO(other);
    CHECK(other.exit == 65);
    CHECK(has(other.err, "order 43 is not in quarantine"));
}

TEST_CASE("an order that is tried again stays in quarantine while its cause does, and moves once that is gone [G4]") {
    const ShopWithQuarantine folder;
    const Result failed = folder.ordo(quarantine({"retry", "57"}));
    INFO(failed);
    CHECK(failed.exit == 6);
    CHECK(has(failed.out, "0 of 1 orders are moved now"));
    CHECK(has(failed.err, "order 57 stays in quarantine: "));
    CHECK(has(failed.err, "no room for it"));
    CHECK(quarantined(folder) == "57 300 ");

    folder.sql().run("DROP TRIGGER bad");
    SECTION("one") {
        const Result moved = folder.ordo(quarantine({"retry", "57"}));
        INFO(moved);
        CHECK(moved.exit == 0);
        CHECK(has(moved.out, "1 of 1 orders are moved now"));
        CHECK(quarantined(folder) == "300 ");
        CHECK(folder.ordo({"hpos", "diff", "57"}).exit == 0);
    }
    SECTION("all") {
        const boost::json::value moved = folder.json(quarantine({"retry", "--all"}));
        CHECK(moved.at("migrated") == 2);
        CHECK(moved.at("quarantined") == 0);
        CHECK(quarantined(folder) == "");
        CHECK(folder.ordo({"hpos", "verify-data"}).exit == 0);
    }
}

TEST_CASE("orders dropped from the quarantine wait for the next sync like any other; that asks first") {
    const ShopWithQuarantine folder;
    const std::string before = folder.stored();
    const Result unasked = folder.ordo(quarantine({"drop", "57"}));
    INFO(unasked);
    CHECK(unasked.exit == 3);
    CHECK(has(unasked.err, "--yes"));
    CHECK((folder.stored() == before));
    RunOptions no;
    no.typed = "n\n";
    CHECK(folder.ordo(quarantine({"drop", "57"}), no).exit == 3);
    CHECK(quarantined(folder) == "57 300 ");

    CHECK(folder.ordo(quarantine({"drop", "57", "--yes"})).exit == 0);
    CHECK(quarantined(folder) == "300 ");
    CHECK(folder.json({"hpos", "status"}).at("pending") == 1);
    CHECK(folder.json(quarantine({"drop", "--all", "--yes"})).at("dropped") == 1);
    CHECK(quarantined(folder) == "");
    CHECK(folder.json(quarantine({"drop", "--all", "--yes"})).at("dropped") == 0);
    CHECK(folder.json({"hpos", "status"}).at("pending") == 2);
    folder.sql().run("DROP TRIGGER bad");
    CHECK(folder.json({"hpos", "sync"}).at("migrated") == 2);
}

TEST_CASE("to retry or drop needs orders, and orders that are in quarantine") {
    const ShopWithQuarantine folder;
    for (const std::string verb : {"retry", "drop"}) {
        INFO(verb);
        const Result none = folder.ordo(quarantine({verb, "--yes"}));
        INFO(none);
        CHECK(none.exit == 2);
        CHECK(has(none.err, "--all"));
        const Result other = folder.ordo(quarantine({verb, "57", "43", "--yes"}));
        INFO(other);
        CHECK(other.exit == 65);
        CHECK(has(other.err, "order 43 is not in quarantine"));
        CHECK(quarantined(folder) == "57 300 ");
    }
    // A number is a number: not an octal one.
    CHECK(folder.ordo(quarantine({"drop", "057", "--yes"})).exit == 0);
    CHECK(quarantined(folder) == "300 ");
    const Result empty = Folder(Holds::migrated_shop).ordo(quarantine({"list"}));
    CHECK(empty.exit == 0);
    CHECK(has(empty.out, "no order is in quarantine"));
}

TEST_CASE("values that no column holds are listed with order, field and rule, their contents masked [G2] [G20] [G34]") {
    const Folder folder(Holds::migrated_shop);
    const Result all = folder.ordo({"hpos", "overflow"});
    INFO(all);
    CHECK(all.exit == 0);
    CHECK(lines_of(all.out).size() == 1 + 18);
    CHECK(has(all.out, "54     total_amount     not_a_number           \"12,5\"         hpos"));
    CHECK(has(all.out, "64     billing_phone    too_long               (120 bytes)    hpos"));
    CHECK(folder.json({"hpos", "overflow", "--limit", "3"}).as_array().size() == 3);
    CHECK(has(Folder(Holds::imported_shop).ordo({"hpos", "overflow"}).out, "no value"));
}

}  // namespace ordo::test
