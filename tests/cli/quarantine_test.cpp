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

}  // namespace ordo::test
