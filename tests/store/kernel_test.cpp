/// The kernel as an embedder sees it: the authoritative store and its one door, options, tables, hooks.
#include "tests/support/museum.hpp"

namespace ordo::test {
namespace {

SwitchObstacle only(const std::vector<SwitchObstacle>& obstacles) {
    REQUIRE(obstacles.size() == 1);
    return obstacles.front();
}

}  // namespace

TEST_CASE("posts are authoritative until the switch, then hpos, then posts again") {
    Shop shop;
    auto& controller = shop.kernel().controller();
    CHECK(controller.get_orders_data_store() == "posts");
    CHECK(!controller.custom_orders_table_usage_is_enabled());
    const auto pending = only(controller.switch_authoritative_store("hpos", {}).obstacles);
    CHECK(pending.kind == SwitchObstacle::Kind::pending_orders);
    CHECK(pending.orders == 433);
    CHECK(controller.get_orders_data_store() == "posts");
    shop.synchronizer().sync({});
    const SwitchResult result = controller.switch_authoritative_store("hpos", {});
    CHECK(result.switched);
    CHECK(!result.compatibility_mode);  // the shop says no
    CHECK(controller.custom_orders_table_usage_is_enabled());
    CHECK(controller.get_orders_refund_data_store() == "hpos");
    CHECK(shop.kernel().options().get("woocommerce_custom_orders_table_enabled") == "yes");
    CHECK(shop.kernel().options().get("woocommerce_custom_orders_table_created") == "yes");
    CHECK(shop.synchronizer().get_direction() == Direction{"hpos", "posts"});
    CHECK(!controller.switch_authoritative_store("hpos", {}).switched);
    CHECK(controller.switch_authoritative_store("posts", {}).switched);
    CHECK(controller.get_orders_data_store() == "posts");
    CHECK_THROWS_AS(controller.switch_authoritative_store("bogus", {}), Error);
}

TEST_CASE("compatibility mode: turned on where it was never set, left where it was, forced with --with-sync") {
    Shop shop;
    shop.synchronizer().sync({});
    auto& controller = shop.kernel().controller();
    SECTION("never set") {
        shop.kernel().options().remove("woocommerce_custom_orders_table_data_sync_enabled");
        CHECK(controller.switch_authoritative_store("hpos", {}).compatibility_mode);
        CHECK(shop.synchronizer().data_sync_is_enabled());
    }
    SECTION("set to no") {
        CHECK(!controller.switch_authoritative_store("hpos", {}).compatibility_mode);
        CHECK(!shop.synchronizer().data_sync_is_enabled());
    }
    SECTION("forced") {
        SwitchOptions options;
        options.sync = SyncAfterSwitch::turn_on;
        CHECK(controller.switch_authoritative_store("hpos", options).compatibility_mode);
        CHECK(shop.synchronizer().data_sync_is_enabled());
    }
}

TEST_CASE("the gate names each plugin, order type and veto, whichever door is tried [G13]") {
    Shop shop;
    shop.synchronizer().sync({});
    execute(shop.database(), "UPDATE wp_posts SET post_type = 'shop_subscription' WHERE ID IN (43, 44)");
    execute(shop.database(), "DELETE FROM wp_wc_orders WHERE id IN (43, 44)");
    TempDirectory directory;
    shop.open(with_config(directory, "no-declaration incompatible"));
    shop.kernel().hooks().on(hook::can_switch_store, [](const Direction&) -> std::optional<std::string> { return "not on a Friday"; });
    shop.kernel().hooks().on(hook::can_switch_store, [](const Direction&) -> std::optional<std::string> { return std::nullopt; });

    const auto obstacles = shop.kernel().controller().switch_authoritative_store("hpos", {}).obstacles;
    std::vector<std::string> named;
    for (const SwitchObstacle& obstacle : obstacles) named.push_back(std::string(to_string(obstacle.kind)) + " " + obstacle.subject);
    CHECK(named == std::vector<std::string>{"plugin no-declaration", "plugin incompatible", "unknown_order_type shop_subscription", "veto embedder"});
    CHECK(obstacles.back().message.find("not on a Friday") != std::string::npos);

    try {
        shop.kernel().options().update("woocommerce_custom_orders_table_enabled", "yes");
        FAIL("the option is a way around the gate");
    } catch (const Error& error) {
        CHECK(error.code() == errc::switch_refused);
        for (const std::string word : {"no-declaration", "incompatible", "shop_subscription", "Friday"}) {
            INFO(word);
            CHECK(std::string(error.what()).find(word) != std::string::npos);
        }
    }
    CHECK(shop.kernel().controller().get_orders_data_store() == "posts");
    CHECK(shop.kernel().options().get("woocommerce_custom_orders_table_enabled") == std::nullopt);
}

TEST_CASE("an undeclared plugin closes the gate; its declaration, in the manifest or at run time, opens it [G13]") {
    Shop shop;
    shop.synchronizer().sync({});
    TempDirectory directory;
    shop.open(with_config(directory, "no-declaration"));
    CHECK(only(shop.kernel().controller().get_switch_obstacles("hpos", {})).subject == "no-declaration");
    SECTION("declared at run time") {
        shop.open(with_config(directory, "no-declaration", "[plugin.no-declaration]\ndeclare = \"compatible\"\n"));
    }
    SECTION("declared in the manifest") {
        std::filesystem::copy(museum / "no-declaration", directory.path() / "declared");
        std::ofstream(directory.path() / "declared" / "no-declaration.toml", std::ios::app) << "\n[compatibility]\ncustom_order_tables = true\n";
        KernelOptions options = kernel_options();
        options.config_file = directory.write("ordo.toml", "[plugins]\ndirectories = [\"declared\"]\nload = [\"woocommerce\", \"posts\", \"hpos\", \"no-declaration\"]\n");
        shop.open(options);
    }
    CHECK(shop.kernel().controller().get_switch_obstacles("hpos", {}).empty());
    CHECK(shop.kernel().controller().switch_authoritative_store("hpos", {}).switched);
}

TEST_CASE("a plugin chooses the store through the filter woocommerce_order_data_store") {
    Shop shop;
    TempDirectory directory;
    SECTION("accepted once the gate is open") {
        shop.synchronizer().sync({});
        shop.open(with_config(directory, "chooses-store"));
        CHECK(shop.kernel().controller().get_orders_data_store() == "hpos");
        CHECK(shop.synchronizer().get_direction() == Direction{"hpos", "posts"});
        CHECK(shop.kernel().options().get("woocommerce_custom_orders_table_enabled") == "yes");  // a switch, and kept
    }
    SECTION("ignored while orders are pending: the filter is no way around the gate [G13]") {
        shop.open(with_config(directory, "chooses-store"));
        CHECK(shop.kernel().controller().get_orders_data_store() == "posts");
        shop.synchronizer().sync({});
        CHECK(shop.kernel().controller().get_orders_data_store() == "hpos");
    }
    SECTION("ignored where the configuration forces a store: nothing is switched behind it") {
        shop.synchronizer().sync({});
        shop.open(with_config(directory, "chooses-store", "[custom_orders_table]\nforce = \"disabled\"\n"));
        CHECK(shop.kernel().controller().get_orders_data_store() == "posts");
        shop.open();
        CHECK(shop.kernel().controller().get_orders_data_store() == "posts");
    }
    SECTION("ignored where no plugin provides the store") {
        shop.open(with_config(directory, "chooses-store", "[plugin.chooses-store]\nstore = \"nowhere\"\n"));
        CHECK(shop.kernel().controller().get_orders_data_store() == "posts");
    }
}

TEST_CASE("force in the configuration passes the same gate, and makes the option read-only") {
    Shop shop;
    TempDirectory directory;
    const std::string forced = "[custom_orders_table]\nforce = \"enabled\"\n";
    const auto open_error = [&](const KernelOptions& options) {
        try {
            shop.open(options);
        } catch (const Error& error) {
            return std::pair{error.code(), std::string(error.what())};
        }
        return std::pair{ErrorCode{}, std::string{}};
    };
    const auto pending = open_error(with_config(directory, "", forced));
    CHECK(pending.first == errc::switch_refused);
    CHECK(pending.second.find("433 orders wait") != std::string::npos);
    shop.open();
    shop.synchronizer().sync({});
    CHECK(open_error(with_config(directory, "no-declaration", forced)).second.find("no-declaration") != std::string::npos);
    KernelOptions ignoring = with_config(directory, "no-declaration", forced);
    ignoring.ignore_plugin_compatibility = true;
    shop.open(ignoring);
    CHECK(shop.kernel().controller().get_orders_data_store() == "hpos");
    CHECK(shop.kernel().options().get("woocommerce_custom_orders_table_enabled") == "yes");
    CHECK_THROWS_AS(shop.kernel().options().update("woocommerce_custom_orders_table_enabled", "no"), Error);
    CHECK(only(shop.kernel().controller().switch_authoritative_store("posts", {}).obstacles).kind == SwitchObstacle::Kind::configuration);
}

TEST_CASE("strict_compatibility refuses an undeclared plugin at the start") {
    Shop shop;
    TempDirectory directory;
    KernelOptions options = with_config(directory, "no-declaration");
    std::ofstream(*options.config_file, std::ios::app) << "strict_compatibility = true\n";
    CHECK_THROWS_AS(shop.open(options), Error);
}

TEST_CASE("an order type of the configuration is an order type; an unknown one is counted on a line of its own [G11]") {
    Shop shop;
    execute(shop.database(), "UPDATE wp_posts SET post_type = 'shop_subscription' WHERE ID IN (43, 44)");
    const SyncReport first = shop.synchronizer().sync({});
    CHECK(first.migrated == 431);
    CHECK(first.unknown_types == std::vector<std::string>{"shop_subscription"});
    const auto unknown = shop.synchronizer().get_status().unknown_types;
    REQUIRE(unknown.size() == 1);
    CHECK(unknown[0].type == "shop_subscription");
    CHECK(unknown[0].orders == 2);
    SwitchOptions including;
    including.include_unknown_types = true;
    CHECK(only(shop.kernel().controller().get_switch_obstacles("hpos", including)).orders == 2);
    TempDirectory directory;
    shop.open(with_config(directory, "", "[custom_orders_table]\norder_types = [\"shop_subscription\"]\n"));
    CHECK(shop.synchronizer().get_status().unknown_types.empty());
    CHECK(shop.synchronizer().sync({}).migrated == 2);
    CHECK(export_lines(shop.kernel(), "posts") == export_lines(shop.kernel(), "hpos"));
}

TEST_CASE("the tables of an empty database are a new shop with hpos authoritative, and sync off") {
    TestDatabase storage;
    Kernel kernel(kernel_options(storage.url()));
    const SchemaReport report = kernel.init_database();
    CHECK(report.authoritative == "hpos");
    CHECK(report.obstacles.empty());
    CHECK(!kernel.synchronizer().data_sync_is_enabled());
    CHECK(kernel.check_database().problems.empty());
    CHECK(kernel.init_database().created.empty());
    const SyncStatus status = kernel.synchronizer().get_status();
    CHECK(status.orders_in_posts + status.orders_in_hpos + status.pending == 0);
}

TEST_CASE("where the gate is closed a new shop keeps posts, and says why") {
    TempDirectory directory;
    KernelOptions options = with_config(directory, "no-declaration");
    TestDatabase storage;
    options.database_url = storage.url();
    Kernel kernel(options);
    const SchemaReport report = kernel.init_database();
    CHECK(report.authoritative == "posts");
    CHECK(only(report.obstacles).subject == "no-declaration");
}

TEST_CASE("db init on a shop makes the HPOS tables and keeps what the shop says; db check names what is missing [G32]") {
    Shop shop;
    CHECK(shop.kernel().check_database().problems.empty());
    const SchemaReport report = shop.kernel().init_database();
    CHECK(report.created.size() == 14);  // WooCommerce's four and our own nine, and an index
    CHECK(report.authoritative == "posts");
    drop_index(shop.database(), "wp_wc_orders", "date_created");
    execute(shop.database(), "DROP TABLE wp_wc_order_operational_data");
    CHECK(shop.kernel().check_database().problems == std::vector<std::string>{"index date_created of table wp_wc_orders is missing", "table wp_wc_order_operational_data is missing"});
    CHECK(shop.kernel().init_database().created.size() == 2);
    CHECK(shop.kernel().check_database().problems.empty());
}

TEST_CASE("plugins add columns by the filter woocommerce_orders_table_schema, and hear when the tables are made") {
    Shop shop;
    int created = 0;
    shop.kernel().hooks().on(hook::orders_table_schema, [](Schema schema) {
        for (Table& table : schema)
            if (table.name == "wp_wc_orders") table.columns.push_back(columns::nullable("gift", columns::varchar(20)));
        return schema;
    });
    shop.kernel().hooks().on(hook::after_orders_table_created, [&] { ++created; });
    shop.synchronizer().sync({});
    CHECK(created == 1);
    CHECK(column_names(shop.database(), "wp_wc_orders").back() == "gift");
    shop.synchronizer().sync({});
    CHECK(created == 1);
    CHECK(export_lines(shop.kernel(), "posts") == export_lines(shop.kernel(), "hpos"));
}

TEST_CASE("a database that is no shop is refused by name before anything is made") {
    TestDatabase storage;
    Kernel kernel(kernel_options(storage.url()));
    execute(kernel.database(), "CREATE TABLE books (title TEXT)");
    CHECK_THROWS_AS(kernel.require_shop(), Error);
    CHECK_THROWS_AS(kernel.synchronizer().sync({}), Error);
    CHECK(table_names(kernel.database()) == std::vector<std::string>{"books"});
}

TEST_CASE("ids of new orders are posts' ids, taken by placeholders that are no orders") {
    Shop shop;
    // As a store plugin would get it, by its id and revision.
    TempDirectory directory;
    shop.open(with_config(directory, "allocates-ids"));
    const auto placeholders = select(shop.database(), "SELECT ID, post_type, post_status, post_date, post_date_gmt FROM wp_posts WHERE post_type = 'shop_order_placehold' ORDER BY ID");
    REQUIRE(placeholders.size() == 4);
    CHECK(placeholders[0] == SqlRow{"509", "shop_order_placehold", "draft", "2026-07-01 14:00:00", "2026-07-01 12:00:00"});
    CHECK(*placeholders[1][0] == "510");
    CHECK(*placeholders[3][0] == "9000");
    CHECK(select_one(shop.database(), "SELECT post_parent FROM wp_posts WHERE ID = 9000") == "8999");
    CHECK(shop.synchronizer().get_status().orders_in_posts == 433);
    CHECK(select_one(shop.database(), "SELECT post_type FROM wp_posts WHERE ID = 43") == "shop_order");
}

}  // namespace ordo::test
