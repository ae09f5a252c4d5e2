/// hpos -> posts: what posts have lost comes back whole, what posts alone have stays, and a short mirror is never taken
/// for the whole.
#include "tests/support/shop.hpp"

namespace ordo::test {
namespace {

void enable_hpos(Shop& shop) {
    shop.synchronizer().sync({});
    REQUIRE(shop.kernel().controller().switch_authoritative_store("hpos", {}).switched);
}

const std::string order_posts = "SELECT ID FROM wp_posts WHERE post_type IN ('shop_order', 'shop_order_refund') AND post_status <> 'auto-draft'";

KernelOptions short_mirror(const TempDirectory& directory) {
    KernelOptions options = kernel_options();
    options.config_file = directory.write("ordo.toml", "[compatibility]\nposts_mirror = \"core\"\n");
    return options;
}

}  // namespace

TEST_CASE("the order meta cleaned out of posts comes back: the export is the same bytes again [G1]") {
    Shop shop;
    const auto original = export_lines(shop.kernel(), "posts");
    enable_hpos(shop);
    std::string cleanup = "DELETE FROM wp_postmeta WHERE post_id IN (" + order_posts + ")";
    const std::string placeholders = "UPDATE wp_posts SET post_type = 'shop_order_placehold', post_status = 'draft' "
                                     "WHERE post_type IN ('shop_order', 'shop_order_refund') AND post_status <> 'auto-draft'";
    SECTION("posts without their meta") { execute(shop.database(), cleanup); }
    SECTION("placeholders") {
        execute(shop.database(), cleanup);
        execute(shop.database(), placeholders);
    }
    SECTION("placeholders that still have meta") { execute(shop.database(), placeholders); }
    CHECK(shop.synchronizer().sync({}).migrated == 433);
    CHECK((export_lines(shop.kernel(), "posts") == original));
    CHECK(shop.synchronizer().sync({}).migrated == 0);
    REQUIRE(shop.kernel().controller().switch_authoritative_store("posts", {}).switched);
    CHECK((export_lines(shop.kernel(), "posts") == original));
}

TEST_CASE("a shop born in hpos gets its posts [G1] [G10]") {
    Shop shop({}, data_directory / "born-in-hpos.sql.gz");
    REQUIRE(shop.kernel().controller().get_orders_data_store() == "hpos");
    const auto original = export_lines(shop.kernel(), "hpos");
    CHECK(shop.synchronizer().sync({}).migrated == original.size());
    CHECK((export_lines(shop.kernel(), "posts") == original));
    CHECK(shop.kernel().verifier().verify({}).orders_different == 0);
    CHECK(shop.synchronizer().sync({}).migrated == 0);
}

TEST_CASE("what only posts have stays as it is; a post is touched only where its order differs") {
    Shop shop;
    enable_hpos(shop);
    const auto only_posts = [&] {
        return select(shop.database(), "SELECT ID, post_author, post_content, post_title, post_password, post_name, guid, menu_order, comment_count FROM wp_posts ORDER BY ID");
    };
    execute(shop.database(), "UPDATE wp_posts SET post_title = 'a title', guid = 'urn:x', post_author = 7, post_content = 'kept' WHERE ID IN (43, 44)");
    execute(shop.database(), "UPDATE wp_posts SET post_type = 'shop_order_placehold', post_title = '' WHERE ID = 44");
    const auto before = only_posts();
    const auto meta = select(shop.database(), "SELECT * FROM wp_postmeta WHERE post_id = 43 ORDER BY meta_id");
    execute(shop.database(), "UPDATE wp_wc_orders SET customer_note = 'new' WHERE id = 43");
    CHECK(shop.synchronizer().sync({}).migrated == 2);
    auto after = only_posts();
    for (std::size_t i = 0; i < after.size(); ++i) {
        if (*after[i][0] == "44") after[i][3] = before[i][3];  // a placeholder's empty title becomes an order's
        CHECK((after[i] == before[i]));
    }
    CHECK((select(shop.database(), "SELECT * FROM wp_postmeta WHERE post_id = 43 ORDER BY meta_id") == meta));
    CHECK(select_one(shop.database(), "SELECT post_excerpt FROM wp_posts WHERE ID = 43") == "new");
}

TEST_CASE("posts_mirror = core copies the short list, leaves the rest of posts alone, and cannot be switched to [G14]") {
    Shop shop;
    enable_hpos(shop);
    const TempDirectory directory;
    const KernelOptions core = short_mirror(directory);
    execute(shop.database(), "UPDATE wp_wc_orders SET status = 'wc-failed', total_amount = 77 WHERE id = 43");
    execute(shop.database(), "UPDATE wp_wc_order_addresses SET city = 'Elsewhere' WHERE order_id = 43");
    execute(shop.database(), "DELETE FROM wp_postmeta WHERE post_id = 44");
    const std::string city = select_one(shop.database(), "SELECT meta_value FROM wp_postmeta WHERE post_id = 43 AND meta_key = '_billing_city'");
    shop.open(core);
    CHECK(shop.synchronizer().get_total_pending_count() == 2);
    CHECK(shop.synchronizer().sync({}).migrated == 2);
    CHECK(shop.synchronizer().sync({}).migrated == 0);
    CHECK(shop.synchronizer().get_total_pending_count() == 0);
    CHECK(shop.kernel().verifier().verify({}).orders_different == 0);
    CHECK(select_one(shop.database(), "SELECT post_status FROM wp_posts WHERE ID = 43") == "wc-failed");
    CHECK(select_one(shop.database(), "SELECT meta_value FROM wp_postmeta WHERE post_id = 43 AND meta_key = '_order_total'") == "77");
    CHECK(select_one(shop.database(), "SELECT meta_value FROM wp_postmeta WHERE post_id = 43 AND meta_key = '_billing_city'") == city);
    CHECK(select_one(shop.database(), "SELECT COUNT(*) FROM wp_postmeta WHERE post_id = 44 AND meta_key LIKE '%billing%' AND meta_key <> '_billing_address_index'") == "0");
    CHECK(select_one(shop.database(), "SELECT COUNT(*) FROM wp_postmeta WHERE post_id = 44 AND meta_key = '_order_key'") == "1");
    const SwitchResult refused = shop.kernel().controller().switch_authoritative_store("posts", {});
    CHECK(!refused.switched);
    REQUIRE(refused.obstacles.size() == 1);
    CHECK(refused.obstacles[0].orders == 2);
    shop.open();  // the full mirror brings the rest
    CHECK(shop.synchronizer().sync({}).migrated == 2);
    CHECK(shop.kernel().controller().switch_authoritative_store("posts", {}).switched);
}

TEST_CASE("restoring what a short mirror kept leaves the rest of the order alone [G6]") {
    Shop shop;
    enable_hpos(shop);
    const TempDirectory directory;
    const KernelOptions core = short_mirror(directory);
    shop.open(core);
    shop.synchronizer().sync({});
    const std::string address = "SELECT GROUP_CONCAT(city) FROM wp_wc_order_addresses WHERE order_id = 43", flags = "SELECT order_key FROM wp_wc_order_operational_data WHERE order_id = 43";
    const std::string city = select_one(shop.database(), address), key = select_one(shop.database(), flags);
    REQUIRE(!city.empty());
    execute(shop.database(), "UPDATE wp_posts SET post_status = 'wc-on-hold' WHERE ID = 43");
    Orders& orders = shop.kernel().orders();
    orders.update(OrderId{43}, [](Order& o) { o.set_status("failed"); });
    REQUIRE(shop.synchronizer().sync({}).conflicts == 1);
    REQUIRE(shop.kernel().conflicts().restore(shop.kernel().conflicts().list({}).front().id) != 0);
    CHECK(orders.require(OrderId{43}).get_status() == "on-hold");
    CHECK(select_one(shop.database(), address) == city);
    CHECK(select_one(shop.database(), flags) == key);
}

TEST_CASE("exports are the same bytes whichever database holds the shop [G33]", "[mariadb]") {
    Shop shop;
    shop.synchronizer().sync({});
    TempDirectory directory;
    Kernel sqlite(kernel_options("sqlite://" + (directory.path() / "shop.db").string()));
    sqlite.importer().import_dump(shop_dump, {});
    sqlite.synchronizer().sync({});
    for (const std::string store : {"posts", "hpos"}) {
        for (const ExportForm form : {ExportForm::canonical, ExportForm::woocommerce}) {
            const auto lines = [&](Kernel& kernel) {
                std::string all;
                ExportOptions options;
                options.store = store;
                options.form = form;
                kernel.exporter().export_orders(options, [&](std::string_view line) { all.append(line) += '\n'; });
                return all;
            };
            CHECK((lines(shop.kernel()) == lines(sqlite)));
        }
    }
    // Overflow is kept beside both alike.
    const std::string overflow = "SELECT store, order_id, kind, name, ordinal, rule, row_held, raw, left_value, whole_value FROM wp_ordo_overflow ORDER BY order_id, name, ordinal";
    CHECK((select(shop.database(), overflow) == select(sqlite.database(), overflow)));
}

}  // namespace ordo::test
