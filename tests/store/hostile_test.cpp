/// Orders and databases as they are found after years: rows in the wrong place, reused ids, half orders, odd values.
#include "tests/support/museum.hpp"

namespace ordo::test {
namespace {

void check_equal(Shop& shop) {
    CHECK(export_lines(shop.kernel(), "posts") == export_lines(shop.kernel(), "hpos"));
    CHECK(shop.kernel().verifier().verify({}).orders_different == 0);
    CHECK(shop.synchronizer().sync({}).migrated == 0);
}

/// posts -> hpos, hpos authoritative, post 43 gone, hpos -> posts: the export must be what it was.
void check_there_and_back(Shop& shop, const std::string& loss = "DELETE FROM wp_posts WHERE ID = 43") {
    const auto original = export_lines(shop.kernel(), "posts");
    shop.synchronizer().sync({});
    check_equal(shop);
    REQUIRE(shop.kernel().controller().switch_authoritative_store("hpos", {}).switched);
    execute(shop.database(), loss);
    CHECK(shop.synchronizer().sync({}).migrated == 1);
    CHECK(export_lines(shop.kernel(), "posts") == original);
    check_equal(shop);
}

}  // namespace

TEST_CASE("a post meta row named like a deletion record is moved as meta and never taken for one [G1] [G7]") {
    Shop shop;
    execute(shop.database(), "INSERT INTO wp_postmeta (post_id, meta_key, meta_value) VALUES (43, '_deleted_from', 'posts_table'), (44, '_deleted_from', 'x')");
    shop.synchronizer().sync({});
    check_equal(shop);
    CHECK(select_one(shop.database(), "SELECT COUNT(*) FROM wp_wc_orders_meta WHERE meta_key = '_deleted_from'") == "0");
    execute(shop.database(), "DELETE FROM wp_posts WHERE ID = 43");
    CHECK(shop.synchronizer().sync({}).migrated == 0);
    CHECK(select_one(shop.database(), "SELECT COUNT(*) FROM wp_wc_orders WHERE id = 43") == "1");
}

TEST_CASE("a deletion record never deletes a post that is no order [G7]") {
    Shop shop;
    shop.synchronizer().sync({});
    REQUIRE(shop.kernel().controller().switch_authoritative_store("hpos", {}).switched);
    execute(shop.database(), "INSERT INTO wp_wc_orders_meta (order_id, meta_key, meta_value) VALUES (10, '_deleted_from', 'orders_table')");
    const auto product = select(shop.database(), "SELECT * FROM wp_posts WHERE ID = 10");
    REQUIRE(product.size() == 1);
    CHECK(shop.synchronizer().sync({}).migrated == 0);
    CHECK(select(shop.database(), "SELECT * FROM wp_posts WHERE ID = 10") == product);
    CHECK(shop.synchronizer().get_total_pending_count() == 0);
}

TEST_CASE("a deletion record of an order the source has again is forgotten [G7]") {
    Shop shop;
    shop.synchronizer().sync({});
    execute(shop.database(), "INSERT INTO wp_wc_orders_meta (order_id, meta_key, meta_value) VALUES (43, '_deleted_from', 'posts_table')");
    shop.synchronizer().sync({});
    execute(shop.database(), "DELETE FROM wp_posts WHERE ID = 43");
    shop.synchronizer().sync({});
    CHECK(select_one(shop.database(), "SELECT COUNT(*) FROM wp_wc_orders WHERE id = 43") == "1");
}

TEST_CASE("a first row of an internal key without a value keeps the further rows from becoming the field [G1]") {
    for (const std::string first : {"NULL", "''"}) {
        for (const std::string key : {"_order_key", "_date_paid"}) {
            Shop shop;
            execute(shop.database(), "DELETE FROM wp_postmeta WHERE post_id = 43 AND meta_key = '" + key + "'");
            execute(shop.database(), "INSERT INTO wp_postmeta (post_id, meta_key, meta_value) VALUES (43, '" + key + "', " + first + "), (43, '" + key + "', '1500000000')");
            check_there_and_back(shop);
        }
    }
}

TEST_CASE("an order whose key loses its first value in posts while further rows appear stays the same order") {
    Shop shop;
    shop.synchronizer().sync({});
    REQUIRE(shop.kernel().controller().switch_authoritative_store("hpos", {}).switched);
    execute(shop.database(), "UPDATE wp_wc_order_operational_data SET order_key = NULL WHERE order_id = 43");
    execute(shop.database(), "INSERT INTO wp_wc_orders_meta (order_id, meta_key, meta_value) VALUES (43, '_order_key', 'in the wrong place')");
    CHECK(shop.synchronizer().sync({}).migrated == 1);
    check_equal(shop);
}

TEST_CASE("a placeholder gives an order nothing of its own: what hpos has no value for stays without one [G1] [G3]") {
    Shop shop;
    shop.synchronizer().sync({});
    REQUIRE(shop.kernel().controller().switch_authoritative_store("hpos", {}).switched);
    execute(shop.database(), "UPDATE wp_wc_orders SET status = NULL, date_updated_gmt = NULL, parent_order_id = NULL, customer_note = NULL WHERE id = 43");
    execute(shop.database(), "UPDATE wp_posts SET post_type = 'shop_order_placehold', post_status = 'draft', post_parent = 7 WHERE ID = 43");
    const auto original = export_lines(shop.kernel(), "hpos");
    CHECK(shop.synchronizer().sync({}).migrated == 1);
    CHECK(export_lines(shop.kernel(), "hpos") == original);
    check_equal(shop);
}

TEST_CASE("meta that a lost post left behind does not become the new one's [G1]") {
    Shop shop;
    check_there_and_back(shop);
}

TEST_CASE("an internal key in the orders' meta table is damage that a synchronisation repairs") {
    Shop shop;
    shop.synchronizer().sync({});
    execute(shop.database(), "INSERT INTO wp_wc_orders_meta (order_id, meta_key, meta_value) VALUES (43, '_order_shipping', '5')");
    CHECK(shop.kernel().verifier().diff(OrderId{43}).size() == 1);
    CHECK(shop.synchronizer().sync({}).migrated == 1);
    CHECK(select_one(shop.database(), "SELECT COUNT(*) FROM wp_wc_orders_meta WHERE order_id = 43 AND meta_key = '_order_shipping'") == "0");
    check_equal(shop);
}

TEST_CASE("an order that is an auto-draft in the target only is brought to what the source says") {
    Shop shop;
    shop.synchronizer().sync({});
    execute(shop.database(), "UPDATE wp_wc_orders SET status = 'auto-draft' WHERE id = 43");
    CHECK(shop.synchronizer().sync({}).migrated == 1);
    check_equal(shop);
}

TEST_CASE("half orders in the target are completed, rows without their order replaced") {
    Shop shop;
    shop.synchronizer().sync({});
    execute(shop.database(), "DELETE FROM wp_wc_orders WHERE id = 43");
    execute(shop.database(), "DELETE FROM wp_wc_order_addresses WHERE order_id = 44 AND address_type = 'shipping'");
    execute(shop.database(), "DELETE FROM wp_wc_order_operational_data WHERE order_id = 45");
    execute(shop.database(), "DELETE FROM wp_wc_orders_meta WHERE order_id = 46");
    CHECK(shop.kernel().verifier().verify({}).orders_different == 4);
    CHECK(shop.synchronizer().sync({}).migrated == 4);
    check_equal(shop);
}

TEST_CASE("values no column holds as they are: kept, both ways [G1] [G2]") {
    Shop shop;
    const std::vector<std::pair<std::string, std::string>> values{
        {"_customer_user", "18446744073709551615"}, {"_customer_user", "-3"},     {"_customer_user", "12 monkeys"}, {"_date_paid", "2019-05-04 10:00:00"},
        {"_date_paid", "99999999999999"},           {"_date_completed", "-62135596801"}, {"_recorded_sales", "perhaps"}, {"_order_total", "1,234.50"},
        {"_order_total", "1e30"},                   {"_order_tax", "0.1234567891"}, {"_order_currency", "a currency with a long name"},
        {"_transaction_id", std::string(150, 't')}, {"_cart_hash", std::string(101, 'h')}, {"_billing_first_name", std::string(70000, 'n')}};
    for (const auto& [key, value] : values) {
        execute(shop.database(), "DELETE FROM wp_postmeta WHERE post_id = 43 AND meta_key = '" + key + "'");
        execute(shop.database(), "INSERT INTO wp_postmeta (post_id, meta_key, meta_value) VALUES (43, '" + key + "', '" + value + "')");
        INFO(key << " " << value.substr(0, 40));
        shop.synchronizer().sync({});
        check_equal(shop);
        CHECK(select_one(shop.database(), "SELECT COUNT(*) FROM wp_ordo_overflow WHERE order_id = 43") != "0");
    }
    check_there_and_back(shop);
}

TEST_CASE("an offset of the site's zone that no place has is not believed") {
    Shop shop;
    shop.synchronizer().sync({});
    execute(shop.database(), "UPDATE wp_options SET option_value = '' WHERE option_name = 'timezone_string'");
    execute(shop.database(), "UPDATE wp_options SET option_value = '1e300' WHERE option_name = 'gmt_offset'");
    shop.open();
    REQUIRE(shop.kernel().controller().switch_authoritative_store("hpos", {}).switched);
    execute(shop.database(), "DELETE FROM wp_posts WHERE ID = 43");
    shop.synchronizer().sync({});
    CHECK(select_one(shop.database(), "SELECT post_date = post_date_gmt FROM wp_posts WHERE ID = 43") == "1");
}

TEST_CASE("a store that a filter made authoritative stays so: no start falls back silently and overwrites it [G14]") {
    Shop shop;
    TempDirectory directory;
    shop.synchronizer().sync({});
    const KernelOptions filtered = with_config(directory, "chooses-store");
    shop.open(filtered);
    REQUIRE(shop.kernel().controller().get_orders_data_store() == "hpos");
    execute(shop.database(), "UPDATE wp_wc_orders SET customer_note = 'changed in hpos' WHERE id = 43");
    shop.open(filtered);
    CHECK(shop.kernel().controller().get_orders_data_store() == "hpos");
    shop.open();  // without the plugin too
    CHECK(shop.kernel().controller().get_orders_data_store() == "hpos");
    shop.synchronizer().sync({});
    CHECK(select_one(shop.database(), "SELECT post_excerpt FROM wp_posts WHERE ID = 43") == "changed in hpos");
}

TEST_CASE("a forced store is switched to once: a change in it does not lock the next start out [G14]") {
    Shop shop;
    TempDirectory directory;
    shop.synchronizer().sync({});
    KernelOptions forced = kernel_options();
    forced.config_file = directory.write("ordo.toml", "[custom_orders_table]\nforce = \"enabled\"\n");
    shop.open(forced);
    execute(shop.database(), "UPDATE wp_wc_orders SET customer_note = 'changed in hpos' WHERE id = 43");
    shop.open(forced);
    CHECK(shop.kernel().controller().get_orders_data_store() == "hpos");
    shop.open();
    CHECK(shop.kernel().controller().get_orders_data_store() == "hpos");
}

TEST_CASE("compatibility mode is not turned off over an undeclared plugin while hpos is authoritative [G13]") {
    Shop shop;
    shop.synchronizer().sync({});
    SwitchOptions with_sync;
    with_sync.sync = SyncAfterSwitch::turn_on;
    REQUIRE(shop.kernel().controller().switch_authoritative_store("hpos", with_sync).switched);
    TempDirectory directory;
    shop.open(with_config(directory, "no-declaration"));
    CHECK_THROWS_AS(shop.kernel().options().update("woocommerce_custom_orders_table_data_sync_enabled", "no"), Error);
    CHECK(shop.synchronizer().data_sync_is_enabled());
    shop.open();
    shop.kernel().options().update("woocommerce_custom_orders_table_data_sync_enabled", "no");
    CHECK(!shop.synchronizer().data_sync_is_enabled());
}

TEST_CASE("a clean exit leaves one file: no write-ahead log with the last changes in it", "[sqlite]") {
    Shop shop;
    shop.synchronizer().sync({});
    shop.kernel().verifier().verify({});
    shop.close();
    CHECK(!std::filesystem::exists(shop.file().string() + "-wal"));
    CHECK(!std::filesystem::exists(shop.file().string() + "-shm"));
}

}  // namespace ordo::test
