/// OrderUtil: its eight answers in every mode.
#include "tests/support/shop.hpp"

namespace ordo::test {

TEST_CASE("OrderUtil in the four modes: who is authoritative, whose tables, whether the HPOS tables are in use") {
    struct Mode {
        std::string authoritative, sync;
        bool usage_enabled, tables_in_use, in_sync;
        std::string orders, meta;
    };
    for (const Mode& mode : {Mode{"posts", "no", false, false, false, "wp_posts", "wp_postmeta"}, Mode{"posts", "yes", false, true, true, "wp_posts", "wp_postmeta"},
                             Mode{"hpos", "yes", true, true, true, "wp_wc_orders", "wp_wc_orders_meta"},
                             Mode{"hpos", "no", true, true, false, "wp_wc_orders", "wp_wc_orders_meta"}}) {
        INFO(mode.authoritative << ", compatibility mode " << mode.sync);
        Shop shop;
        shop.synchronizer().sync({});
        shop.kernel().controller().switch_authoritative_store(mode.authoritative, {});
        shop.kernel().options().update(option::data_sync_enabled, mode.sync);
        OrderUtil& util = shop.kernel().order_util();
        CHECK(util.custom_orders_table_usage_is_enabled() == mode.usage_enabled);
        CHECK(util.is_custom_order_tables_usage_enabled() == mode.tables_in_use);
        CHECK(util.is_custom_order_tables_in_sync() == mode.in_sync);
        CHECK(util.get_table_for_orders() == mode.orders);
        CHECK(util.get_table_for_order_meta() == mode.meta);
        const std::string of_type = "FROM wp_posts WHERE post_status <> 'auto-draft' AND post_type = ";
        for (const std::string type : {"shop_order", "shop_order_refund"})
            CHECK(std::to_string(util.get_count_for_type(type)) == select_one(shop.database(), "SELECT COUNT(*) " + of_type + "'" + type + "'"));
        CHECK(util.get_count_for_type("no_such_type") == 0);
    }
}

TEST_CASE("in sync means compatibility mode on and nothing that waits, nothing in quarantine") {
    Shop shop;
    OrderUtil& util = shop.kernel().order_util();
    shop.kernel().options().update(option::data_sync_enabled, "yes");
    CHECK(!util.is_custom_order_tables_in_sync());
    shop.synchronizer().sync({});
    CHECK(util.is_custom_order_tables_in_sync());
    execute(shop.database(), "UPDATE wp_postmeta SET meta_value = 'XXX' WHERE post_id = 43 AND meta_key = '_order_currency'");
    CHECK(!util.is_custom_order_tables_in_sync());
    shop.synchronizer().sync({});
    CHECK(util.is_custom_order_tables_in_sync());
    execute(shop.database(), "DELETE FROM wp_wc_orders WHERE id = 43");
    refuse_inserts(shop.database(), "wp_wc_orders", "NEW.id = 43", "no room");
    CHECK(shop.synchronizer().sync({}).quarantined == 1);
    CHECK(shop.synchronizer().get_total_pending_count() == 0);
    CHECK(!util.is_custom_order_tables_in_sync());
}

TEST_CASE("both caches are on where nothing was set, and off by their options") {
    Shop shop;
    OrderUtil& util = shop.kernel().order_util();
    Options& options = shop.kernel().options();
    options.remove(option::datastore_caching_enabled);
    options.remove(option::orders_cache_enabled);
    CHECK(util.custom_orders_table_datastore_cache_enabled());
    CHECK(shop.kernel().controller().hpos_data_caching_is_enabled());
    CHECK(util.orders_cache_usage_is_enabled());
    options.update(option::datastore_caching_enabled, "no");
    CHECK(!util.custom_orders_table_datastore_cache_enabled());
    CHECK(!shop.kernel().controller().hpos_data_caching_is_enabled());
    CHECK(util.orders_cache_usage_is_enabled());
    options.update(option::orders_cache_enabled, "no");
    CHECK(!util.orders_cache_usage_is_enabled());
}

TEST_CASE("OrderUtil before the HPOS tables exist, and in a shop made new: no order is counted, none is missing") {
    Shop shop;
    CHECK(shop.kernel().order_util().get_count_for_type("shop_order") > 0);
    const TestDatabase storage;
    Kernel fresh(kernel_options(storage.url()));
    fresh.init_database();
    CHECK(fresh.order_util().get_table_for_orders() == "wp_wc_orders");
    CHECK(fresh.order_util().get_count_for_type("shop_order") == 0);
}

TEST_CASE("the tables have the prefix of the configuration") {
    const TempDirectory directory;
    const TestDatabase storage;
    KernelOptions options = kernel_options(storage.url());
    options.config_file = directory.write("ordo.toml", "[database]\ntable_prefix = \"shop7_\"\n");
    Kernel kernel(options);
    kernel.init_database();
    CHECK(kernel.order_util().get_table_for_orders() == "shop7_wc_orders");
    CHECK(kernel.order_util().get_table_for_order_meta() == "shop7_wc_orders_meta");
}

}  // namespace ordo::test
