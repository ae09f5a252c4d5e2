/// `ordo hpos migration-status` and `ordo hpos rollback` as an operator meets them.
#include "tests/cli/folder.hpp"

namespace ordo::test {

TEST_CASE("migration-status tells what waits, what is done, what fills which table, and the last errors") {
    const Folder folder(Holds::imported_shop);
    const std::string before = folder.stored();
    const boost::json::value first = folder.json({"cot", "migration_status"});
    CHECK((folder.stored() == before));  // asking writes nothing
    CHECK(first.at("pending_count") == 433);
    CHECK(first.at("migrated_count") == 0);
    CHECK(first.at("last_batch_time") == 0);
    REQUIRE(first.at("migrators").as_array().size() == 4);
    CHECK(first.at("migrators").at(0).at("migrator") == "PostToOrderTableMigrator");
    CHECK(first.at("migrators").at(0).at("exists") == false);

    folder.ordo({"db", "init"});
    folder.sql().run("CREATE TRIGGER bad BEFORE INSERT ON wp_wc_orders WHEN NEW.id = 57 BEGIN SELECT RAISE(ABORT, 'no room'); END");
    CHECK(folder.ordo({"cot", "migrate"}).exit == 6);
    const boost::json::value second = folder.json({"hpos", "migration-status"});
    CHECK(second.at("pending_count") == 0);
    CHECK(second.at("migrated_count") == 432);
    CHECK(second.at("errors") == 1);
    CHECK(second.at("last_errors").at(0).at("order_id") == 57);
    CHECK(second.at("migrators").at(1).at("rows") == 864);
    const Result table = folder.ordo({"hpos", "migration-status"});
    INFO(table);
    for (const char* part : {"orders migrated", "432", "PostToOrderAddressTableMigrator", "wp_wc_order_addresses", "57", "no room", "UTC"}) CHECK(has(table.out, part));
    CHECK(has(folder.ordo({"option", "get", "woocommerce_custom_orders_table_migration_status"}).out, R"(a:4:{s:13:"pending_count";i:0;)"));
}

TEST_CASE("rollback asks, refuses with reasons, and leaves the shop as it was") {
    const Folder folder(Holds::migrated_shop);
    const std::string posts = folder.sql().one("SELECT GROUP_CONCAT(ID || post_status || post_modified) FROM wp_posts");
    const Result unasked = folder.ordo({"hpos", "rollback"});
    INFO(unasked);
    CHECK(unasked.exit == 3);
    CHECK(has(unasked.err, "Remove 433 orders"));
    CHECK(has(unasked.err, "[ordo.needs_confirmation]"));
    CHECK(folder.ordo({"hpos", "rollback"}, {.typed = "n\n"}).exit == 3);
    CHECK(folder.sql().one("SELECT COUNT(*) FROM wp_wc_orders") == "433");

    folder.sql().run("INSERT INTO wp_wc_orders_meta (order_id, meta_key, meta_value) VALUES (43, 'gift', 'wrap')");
    const Result refused = folder.ordo({"hpos", "rollback", "--yes"});
    INFO(refused);
    CHECK(refused.exit == 3);
    CHECK(has(refused.err, "1 order has other content"));
    CHECK(has(refused.err, "ordo hpos sync"));
    CHECK(has(refused.err, "[ordo.rollback.refused]"));
    CHECK(folder.sql().one("SELECT COUNT(*) FROM wp_wc_orders") == "433");
    folder.sql().run("DELETE FROM wp_wc_orders_meta WHERE meta_key = 'gift'");

    const Result done = folder.ordo({"hpos", "rollback"}, {.typed = "y\n"});
    INFO(done);
    CHECK(done.exit == 0);
    CHECK(has(done.out, "433 orders were removed"));
    for (const char* table : {"wp_wc_orders", "wp_wc_order_addresses", "wp_wc_order_operational_data", "wp_wc_orders_meta", "wp_ordo_overflow"})
        CHECK(folder.sql().one(std::string("SELECT COUNT(*) FROM ") + table) == "0");
    CHECK(folder.sql().one("SELECT GROUP_CONCAT(ID || post_status || post_modified) FROM wp_posts") == posts);
    CHECK(folder.json({"hpos", "rollback", "--yes"}).at("removed") == 0);
    CHECK(folder.json({"hpos", "sync"}).at("migrated") == 433);
}

}  // namespace ordo::test
