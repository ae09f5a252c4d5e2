/// `ordo hpos capture` and `ordo hpos vanished`, and what a synchronisation says of orders that others made or lost.
#include "tests/cli/folder.hpp"

namespace ordo::test {

TEST_CASE("capture is installed, told by the status, hears a program that knows nothing of Ordo, and is removed [G15]") {
    const Folder folder(Holds::migrated_shop);
    CHECK(folder.json({"hpos", "capture", "status"}).at("installed") == false);
    CHECK(folder.json({"hpos", "status"}).at("capture_installed") == false);
    const Result installed = folder.ordo({"hpos", "capture", "install"});
    INFO(installed);
    CHECK(installed.exit == 0);
    CHECK(has(installed.out, "18 triggers"));
    CHECK(has(installed.err, "`ordo hpos sync`"));
    CHECK(has(folder.ordo({"hpos", "capture", "install"}).out, "every trigger is there already"));
    CHECK(folder.json({"hpos", "status"}).at("known_since").is_null());
    CHECK(folder.ordo({"hpos", "sync"}).exit == 0);
    CHECK(folder.json({"hpos", "status"}).at("known_since").is_int64());
    CHECK(has(folder.ordo({"hpos", "status"}).out, "the ledger, which knows every order that waits since "));

    folder.sql().run("UPDATE wp_posts SET post_status = 'wc-failed' WHERE ID IN (43, 44)");
    CHECK(folder.json({"hpos", "capture", "status"}).at("waiting_rows") == 2);
    CHECK(folder.ordo({"hpos", "count-unmigrated"}).out == "2\n");
    const auto synced = folder.json({"hpos", "sync"});
    CHECK(synced.at("migrated") == 2);
    CHECK(synced.at("adopted") == 0);
    CHECK(folder.ordo({"hpos", "count-unmigrated"}).out == "0\n");
    CHECK(folder.json({"hpos", "capture", "remove"}).at("triggers_removed") == 18);
    CHECK(folder.json({"hpos", "capture", "status"}).at("missing").as_array().size() == 18);
    CHECK(folder.sql().one("SELECT COUNT(*) FROM sqlite_master WHERE type = 'trigger'") == "0");
    CHECK(folder.ordo({"hpos", "capture"}).exit == 2);
}

TEST_CASE("orders that are gone without a word are listed with both ways on, each of which works [G7] [G13] [G20]") {
    const Folder folder(Holds::migrated_shop);
    CHECK(has(folder.ordo({"hpos", "vanished"}).out, "no order is gone"));
    for (const char* id : {"43", "44"})
        for (const std::string table : {"wp_posts WHERE ID = ", "wp_postmeta WHERE post_id = "}) folder.sql().run("DELETE FROM " + table + id);
    const Result listed = folder.ordo({"hpos", "vanished"});
    INFO(listed);
    CHECK(has(listed.out, "ordo hpos backfill 43 --from hpos --to posts --yes"));
    CHECK(has(listed.out, "ordo order delete 44 --yes"));
    CHECK(folder.json({"hpos", "vanished"}).at("vanished") == 2);
    CHECK(folder.ordo({"hpos", "sync"}).exit == 0);
    const Result refused = folder.ordo({"hpos", "enable"});
    INFO(refused);
    CHECK(refused.exit == 3);
    CHECK(has(refused.err, "`ordo hpos vanished`"));
    CHECK(folder.ordo({"hpos", "rehearse"}).exit == 3);

    CHECK(folder.ordo({"hpos", "backfill", "43", "--from", "hpos", "--to", "posts", "--yes"}).exit == 0);
    folder.ordo({"order", "delete", "44", "--yes"});
    CHECK(folder.json({"hpos", "vanished"}).at("vanished") == 0);
    CHECK(folder.ordo({"hpos", "sync"}).exit == 0);
    CHECK(folder.sql().one("SELECT COUNT(*) FROM wp_wc_orders WHERE id = 44") == "0");
    CHECK(folder.ordo({"hpos", "verify-data"}).exit == 0);
    CHECK(folder.ordo({"hpos", "enable"}).exit == 0);
}

TEST_CASE("a recorded deletion whose copy is gone is warned of by its order's id alone [DS21]") {
    const Folder folder(Holds::migrated_shop);
    for (const char* id : {"43", "44"}) REQUIRE(folder.ordo({"order", "delete", id, "--yes"}).exit == 0);
    folder.sql().run("DELETE FROM wp_wc_orders WHERE id = 43");
    const Result synced = folder.ordo({"hpos", "sync"});
    INFO(synced);
    CHECK(synced.exit == 0);
    CHECK(has(synced.err, "order 43 was to be removed from hpos, which does not have it any more"));
    CHECK(!has(synced.err, "order 44"));
    CHECK(folder.sql().one("SELECT COUNT(*) FROM wp_wc_orders WHERE id = 44") == "0");
    CHECK(folder.sql().one("SELECT COUNT(*) FROM wp_wc_orders_meta WHERE meta_key = '_deleted_from'") == "0");
}

TEST_CASE("a synchronisation says which orders it took over from the backup") {
    const Folder folder(Holds::migrated_shop);
    folder.sql().run("INSERT INTO wp_wc_orders (id, type, status) VALUES (990001, 'shop_order', 'wc-pending')");
    const Result synced = folder.ordo({"hpos", "sync"});
    INFO(synced);
    CHECK(synced.exit == 0);
    CHECK(has(synced.err, "1 orders were in hpos alone"));
    CHECK(folder.ordo({"hpos", "verify-data"}).exit == 0);
}

TEST_CASE("who mirrors and for how long late changes count stand in the configuration, or it is refused with its place") {
    const Folder folder(Holds::migrated_shop);
    folder.write("ordo.toml", "[custom_orders_table]\nmirror_owner = \"woocommerce\"\nswitch_grace_s = 60\n");
    CHECK(has(folder.ordo({"hpos", "status"}).out, "mirror_owner says that WooCommerce mirrors"));
    for (const char* wrong : {"mirror_owner = \"nobody\"", "switch_grace_s = -1", "switch_grace_s = \"soon\""}) {
        folder.write("ordo.toml", std::string("[custom_orders_table]\n") + wrong + "\n");
        const Result refused = folder.ordo({"hpos", "status"});
        INFO(refused);
        CHECK(refused.exit == 2);
        CHECK(has(refused.err, "ordo.toml:2:"));
    }
}

}  // namespace ordo::test
