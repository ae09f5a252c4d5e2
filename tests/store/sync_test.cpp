/// Synchronisation: there and back, bad orders, deletions, hooks, the order of what waits. On the shop of tests/data.
#include <algorithm>

#include "tests/support/shop.hpp"

namespace ordo::test {
namespace {

/// Makes HPOS authoritative, whatever is pending: for tests of the way back.
void make_hpos_authoritative(Shop& shop) {
    const SwitchResult result = shop.kernel().controller().switch_authoritative_store("hpos", {});
    REQUIRE(result.switched);
}

const std::string order_posts = "(SELECT ID FROM wp_posts WHERE post_type IN ('shop_order', 'shop_order_refund') AND post_status <> 'auto-draft')";

std::vector<std::uint64_t> values(const std::vector<OrderId>& ids) {
    std::vector<std::uint64_t> numbers;
    for (const OrderId id : ids) numbers.push_back(id.value);
    return numbers;
}

}  // namespace

TEST_CASE("posts -> hpos -> posts is the identity on the canonical form of every order and refund [G1] [G10]") {
    Shop shop;
    const auto original = export_lines(shop.kernel(), "posts");
    shop.synchronizer().sync({});
    make_hpos_authoritative(shop);

    SECTION("into placeholders, as WooCommerce leaves them after its clean-up") {
        execute(shop.database(), "DELETE FROM wp_postmeta WHERE post_id IN " + order_posts);
        execute(shop.database(), "UPDATE wp_posts SET post_type = 'shop_order_placehold', post_status = 'draft', post_excerpt = '' WHERE ID IN " + order_posts);
        CHECK(shop.synchronizer().sync({}).migrated == 433);
    }
    SECTION("into a wp_posts that lost the orders altogether") {
        execute(shop.database(), "DELETE FROM wp_postmeta WHERE post_id IN " + order_posts);
        execute(shop.database(), "DELETE FROM wp_posts WHERE ID IN " + order_posts);
        CHECK(shop.synchronizer().sync({}).migrated == 433);
    }
    SECTION("into posts that lost some values only: what is equal is left alone") {
        execute(shop.database(), "UPDATE wp_postmeta SET meta_value = 'x' WHERE meta_key = '_billing_city' AND post_id IN " + order_posts);
        execute(shop.database(), "DELETE FROM wp_postmeta WHERE meta_key = '_lab_dup' AND meta_value = 'dup-2'");
        execute(shop.database(), "UPDATE wp_ordo_state SET value = value - 300 WHERE name = 'switched'");  // nobody can be late any more
        const auto titles = select(shop.database(), "SELECT ID, post_title, post_name, post_password, post_author, guid FROM wp_posts ORDER BY ID");
        const SyncReport report = shop.synchronizer().sync({});
        CHECK(report.migrated > 300);
        CHECK(report.migrated < 433);
        CHECK(select(shop.database(), "SELECT ID, post_title, post_name, post_password, post_author, guid FROM wp_posts ORDER BY ID") == titles);
    }
    CHECK(export_lines(shop.kernel(), "posts") == original);
    CHECK(export_lines(shop.kernel(), "hpos") == original);
    CHECK(shop.kernel().verifier().verify({}).orders_different == 0);
    CHECK(shop.synchronizer().sync({}).migrated == 0);
}

TEST_CASE("orders that posts get from hpos have the local dates of the site's zone, on both sides of daylight saving time [TD109] [TD111] [G9]") {
    Shop shop;
    shop.synchronizer().sync({});
    make_hpos_authoritative(shop);
    const auto dates = select(shop.database(), "SELECT ID, post_date, post_date_gmt, post_modified, post_modified_gmt FROM wp_posts WHERE ID IN " + order_posts + " ORDER BY ID");
    execute(shop.database(), "DELETE FROM wp_postmeta WHERE post_id IN " + order_posts);
    execute(shop.database(), "DELETE FROM wp_posts WHERE ID IN " + order_posts);
    shop.synchronizer().sync({});
    CHECK(select(shop.database(), "SELECT ID, post_date, post_date_gmt, post_modified, post_modified_gmt FROM wp_posts WHERE ID IN " + order_posts + " ORDER BY ID") == dates);
}

TEST_CASE("every single changed field or meta row of the source is found and carried over") {
    Shop shop;
    shop.synchronizer().sync({});
    for (const FieldSpec& spec : order_fields) {
        if (spec.posts_place != PostsPlace::meta) continue;
        const std::string value = spec.type == FieldType::text       ? "changed"
                                  : spec.type == FieldType::datetime ? "1234567890"
                                  : spec.type == FieldType::flag     ? "yes"
                                                                     : "77";
        execute(shop.database(), "DELETE FROM wp_postmeta WHERE post_id = 43 AND meta_key = '" + std::string(spec.posts_key) + "'");
        execute(shop.database(), "INSERT INTO wp_postmeta (post_id, meta_key, meta_value) VALUES (43, '" + std::string(spec.posts_key) + "', '" + value + "')");
        shop.synchronizer().sync({});
        INFO(spec.name);
        CHECK(select_one(shop.database(), "SELECT COUNT(*) FROM wp_postmeta WHERE post_id = 43 AND meta_key = '" + std::string(spec.posts_key) + "'") == "1");
        CHECK(shop.kernel().exporter().get(OrderId{43}, {"posts", false, {}}) == shop.kernel().exporter().get(OrderId{43}, {"hpos", false, {}}));
    }
    CHECK(select_one(shop.database(), "SELECT date_paid_gmt FROM wp_wc_order_operational_data WHERE order_id = 43") == "2009-02-13 23:31:30");
    CHECK(select_one(shop.database(), "SELECT total_amount FROM wp_wc_orders WHERE id = 43") == "77.00000000");
    CHECK(select_one(shop.database(), "SELECT billing_email FROM wp_wc_orders WHERE id = 43") == "changed");
    CHECK(select_one(shop.database(), "SELECT email FROM wp_wc_order_addresses WHERE order_id = 43 AND address_type = 'billing'") == "changed");
}

TEST_CASE("of several rows of one internal key the first counts and the others survive [G1]") {
    Shop shop;
    execute(shop.database(), "INSERT INTO wp_postmeta (post_id, meta_key, meta_value) VALUES (43, '_order_key', 'second'), (43, '_order_key', NULL), (43, '_order_key', 'third')");
    const std::string first = select_one(shop.database(), "SELECT meta_value FROM wp_postmeta WHERE post_id = 43 AND meta_key = '_order_key' ORDER BY meta_id LIMIT 1");
    shop.synchronizer().sync({});
    CHECK(select_one(shop.database(), "SELECT order_key FROM wp_wc_order_operational_data WHERE order_id = 43") == first);
    CHECK(export_lines(shop.kernel(), "posts") == export_lines(shop.kernel(), "hpos"));
    CHECK(shop.kernel().verifier().diff(OrderId{43}).empty());
}

TEST_CASE("amounts in every spelling PHP reads are the same value in both stores") {
    Shop shop;
    const std::vector<std::pair<std::string, std::string>> spellings{{"1237E-2", "12.37000000"}, {"7.1054273576E-15", "0.00000000"}, {"", "0.00000000"},
                                                                     {" 5", "5.00000000"}, {"+5.50", "5.50000000"}, {".5", "0.50000000"}, {"-0", "0.00000000"},
                                                                     {"0.123456785", "0.12345679"}, {"12,5", "12.00000000"}, {"abc", "0.00000000"},
                                                                     {"1234567890123456789", "0.00000000"}};
    for (const auto& [text, column] : spellings) {
        INFO(text);
        execute(shop.database(), "UPDATE wp_postmeta SET meta_value = '" + text + "' WHERE post_id = 43 AND meta_key = '_cart_discount_tax'");
        shop.synchronizer().sync({});
        CHECK(select_one(shop.database(), "SELECT discount_tax_amount FROM wp_wc_order_operational_data WHERE order_id = 43") == column);
        CHECK(shop.kernel().verifier().diff(OrderId{43}).empty());
        CHECK(shop.synchronizer().sync({}).migrated == 0);
    }
}

TEST_CASE("one bad order does not block its batch [G4] [G20]") {
    Shop shop;
    shop.kernel().init_database();
    refuse_inserts(shop.database(), "wp_wc_orders", "NEW.id IN (57, 58, 300)", "no room");
    const SyncReport report = shop.synchronizer().sync({});
    CHECK(report.migrated == 430);
    CHECK(report.quarantined == 3);
    CHECK(select_one(shop.database(), "SELECT COUNT(*) FROM wp_wc_orders") == "430");
    CHECK(select_one(shop.database(), "SELECT COUNT(*) FROM wp_wc_order_addresses WHERE order_id IN (57, 58, 300)") == "0");
    const auto quarantined = shop.synchronizer().list_quarantine();
    REQUIRE(quarantined.size() == 3);
    CHECK(quarantined[0].order == OrderId{57});
    CHECK(quarantined[0].reason.find("no room") != std::string::npos);
    CHECK(quarantined[0].repair.find("ordo hpos sync") != std::string::npos);
    const SyncStatus status = shop.synchronizer().get_status();
    CHECK(status.quarantined == 3);
    CHECK(status.pending == 0);

    SECTION("the second pass writes 0 rows, in quarantine neither") {
        const auto before = select(shop.database(), "SELECT * FROM wp_ordo_quarantine");
        CHECK(shop.synchronizer().sync({}).migrated == 0);
        CHECK(select(shop.database(), "SELECT * FROM wp_ordo_quarantine") == before);
    }
    SECTION("the gate stays closed and says why [G13]") {
        const SwitchResult refused = shop.kernel().controller().switch_authoritative_store("hpos", {});
        CHECK(!refused.switched);
        REQUIRE(refused.obstacles.size() == 1);
        CHECK(refused.obstacles[0].kind == SwitchObstacle::Kind::quarantined_orders);
        CHECK(refused.obstacles[0].orders == 3);
    }
    SECTION("once the cause is gone they are moved and leave the quarantine") {
        execute(shop.database(), "DROP TRIGGER refuse_wp_wc_orders");
        CHECK(shop.synchronizer().sync({}).migrated == 3);
        CHECK(shop.synchronizer().list_quarantine().empty());
        CHECK(shop.kernel().verifier().verify({}).orders_different == 0);
    }
    SECTION("an order that is gone leaves the quarantine too") {
        execute(shop.database(), "DELETE FROM wp_posts WHERE ID = 57");
        CHECK(shop.synchronizer().sync({}).quarantined == 2);
    }
}

TEST_CASE("a status that the column cannot hold is refused, not cut [G4] [G31]", "[sqlite]") {
    Shop shop;
    execute(shop.database(), "UPDATE wp_posts SET post_status = 'wc-a-status-of-thirty-letters' WHERE ID = 43");
    const SyncReport report = shop.synchronizer().sync({});
    CHECK(report.migrated == 432);
    const auto quarantined = shop.synchronizer().list_quarantine();
    REQUIRE(quarantined.size() == 1);
    CHECK(quarantined[0].order == OrderId{43});
    CHECK(quarantined[0].field == "status");
    CHECK(quarantined[0].reason == "too_long");
}

TEST_CASE("an auto-draft is not copied, not even when it is asked for by its id") {
    Shop shop;
    const auto drafts = select(shop.database(), "SELECT ID FROM wp_posts WHERE post_status = 'auto-draft' LIMIT 1");
    const std::vector<OrderId> ids{OrderId{std::stoull(*drafts.at(0)[0])}, OrderId{10}};  // 10 is a product
    CHECK(shop.synchronizer().process_batch(ids).written == 0);
    CHECK(select_one(shop.database(), "SELECT COUNT(*) FROM wp_wc_orders") == "0");
}

TEST_CASE("what waits is told by kind and synchronised in the order missing, different, deleted [DS17] [DS25]") {
    Shop shop;
    shop.synchronizer().sync({});
    execute(shop.database(), "DELETE FROM wp_wc_orders WHERE id = 200");
    execute(shop.database(), "UPDATE wp_wc_orders SET currency = 'XXX' WHERE id IN (44, 300)");
    for (const std::string id : {"43", "45"}) {
        execute(shop.database(), "DELETE FROM wp_posts WHERE ID = " + id);
        execute(shop.database(), "DELETE FROM wp_postmeta WHERE post_id = " + id);
    }
    execute(shop.database(), "INSERT INTO wp_wc_orders_meta (order_id, meta_key, meta_value) VALUES (43, '_deleted_from', 'posts_table'), (45, '_deleted_from', 'wp_posts')");
    DataSynchronizer& sync = shop.synchronizer();
    using enum PendingKind;
    CHECK(values(sync.get_ids_of_orders_pending_sync(ID_TYPE_MISSING_IN_ORDERS_TABLE, 10)) == std::vector<std::uint64_t>{200});
    CHECK(sync.get_ids_of_orders_pending_sync(ID_TYPE_MISSING_IN_POSTS_TABLE, 10).empty());
    CHECK(values(sync.get_ids_of_orders_pending_sync(ID_TYPE_DIFFERENT_UPDATE_DATE, 10)) == std::vector<std::uint64_t>{44, 300});
    CHECK(values(sync.get_ids_of_orders_pending_sync(ID_TYPE_DIFFERENT_UPDATE_DATE, 1)) == std::vector<std::uint64_t>{44});
    CHECK(values(sync.get_ids_of_orders_pending_sync(ID_TYPE_DELETED_FROM_POSTS_TABLE, 10)) == std::vector<std::uint64_t>{43, 45});
    CHECK(sync.get_ids_of_orders_pending_sync(ID_TYPE_DELETED_FROM_ORDERS_TABLE, 10).empty());
    const std::vector<std::string> refunds{"shop_order_refund"};
    CHECK(sync.get_ids_of_orders_pending_sync(ID_TYPE_MISSING_IN_ORDERS_TABLE, 10, refunds).empty());
    CHECK(sync.get_total_pending_count() == 5);
    CHECK(values(sync.get_next_batch_to_process(10)) == std::vector<std::uint64_t>{200, 44, 300, 43, 45});

    const BatchResult batch = sync.process_batch(std::vector{OrderId{200}, OrderId{43}});
    CHECK(batch.written == 2);
    CHECK(values(sync.get_next_batch_to_process(10)) == std::vector<std::uint64_t>{44, 300, 45});
    CHECK(sync.sync({}).migrated == 3);
    CHECK(sync.get_total_pending_count() == 0);
    CHECK(select_one(shop.database(), "SELECT COUNT(*) FROM wp_wc_orders WHERE id IN (43, 45)") == "0");
    CHECK(select_one(shop.database(), "SELECT COUNT(*) FROM wp_wc_orders_meta WHERE order_id IN (43, 45)") == "0");
}

TEST_CASE("an order only the backup has, without a record of its deletion, is reported and never deleted [G6]") {
    Shop shop;
    shop.synchronizer().sync({});
    execute(shop.database(), "DELETE FROM wp_posts WHERE ID = 43");
    CHECK(shop.synchronizer().sync({}).migrated == 0);
    const SyncStatus status = shop.synchronizer().get_status();
    CHECK(status.only_in_backup == 1);
    CHECK(status.pending == 0);
    CHECK(select_one(shop.database(), "SELECT COUNT(*) FROM wp_wc_orders WHERE id = 43") == "1");
    const VerifyReport report = shop.kernel().verifier().verify({});
    CHECK(report.extra == 1);
    CHECK(report.orders_different == 1);
}

TEST_CASE("an id that belongs to a post of another kind is never overwritten") {
    Shop shop;
    shop.synchronizer().sync({});
    make_hpos_authoritative(shop);
    execute(shop.database(), "DELETE FROM wp_postmeta WHERE post_id = 43");
    execute(shop.database(), "UPDATE wp_posts SET post_type = 'product', post_title = 'a product' WHERE ID = 43");
    const SyncReport report = shop.synchronizer().sync({});
    CHECK(report.quarantined == 1);
    CHECK(select_one(shop.database(), "SELECT post_title FROM wp_posts WHERE ID = 43") == "a product");
}

TEST_CASE("hooks of a migration: before each order outside the transaction, after it only once it is written") {
    Shop shop;
    std::vector<std::string> calls;
    Hooks& hooks = shop.kernel().hooks();
    hooks.on(hook::migration_batch_size, [&](std::uint64_t size) {
        CHECK(size == 500);
        return std::uint64_t{2};
    });
    hooks.on(hook::before_order_sync, [&](OrderId id, const Direction& way) {
        calls.push_back(fmt::format("before {}", id));
        CHECK(way == Direction{"posts", "hpos"});
        CHECK(select_one(shop.database(), fmt::format("SELECT COUNT(*) FROM wp_wc_orders WHERE id = {}", id)) == "0");
    });
    hooks.on(hook::after_order_sync, [&](OrderId id, const Direction&) {
        calls.push_back(fmt::format("after {}", id));
        CHECK(select_one(shop.database(), fmt::format("SELECT COUNT(*) FROM wp_wc_orders WHERE id = {}", id)) == "1");
    });
    hooks.on(hook::before_order_sync_to_posts, [&](OrderId) { calls.emplace_back("to posts"); });
    shop.synchronizer().sync({});
    REQUIRE(calls.size() == 866);
    CHECK(std::vector(calls.begin(), calls.begin() + 8) ==
          std::vector<std::string>{"before 43", "before 44", "after 43", "after 44", "before 45", "before 46", "after 45", "after 46"});
    calls.clear();
    shop.synchronizer().sync({});
    CHECK(calls.empty());
}

TEST_CASE("a slot that throws changes nothing: every order is moved, the next slots run [G29]") {
    Shop shop;
    int heard = 0;
    shop.kernel().hooks().on(hook::before_order_sync, [](OrderId, const Direction&) { throw std::runtime_error("bad slot"); });
    shop.kernel().hooks().on(hook::after_order_sync, [](OrderId, const Direction&) { throw 42; });
    shop.kernel().hooks().on(hook::after_order_sync, [&](OrderId, const Direction&) { ++heard; });
    const std::vector<OrderId> three{OrderId{43}, OrderId{44}, OrderId{45}};
    CHECK(shop.synchronizer().process_batch(three).written == 3);
    CHECK(heard == 3);
}

TEST_CASE("batch size: filter over caller over option over default, clamped to 1-10,000") {
    Shop shop;
    std::uint64_t offered = 0;
    shop.kernel().hooks().on(hook::migration_batch_size, [&](std::uint64_t size) { return offered = size; });
    shop.synchronizer().sync({});
    CHECK(offered == 500);
    shop.kernel().options().update("woocommerce_orders_cot_migration_batch_size", "25");
    shop.synchronizer().sync({});
    CHECK(offered == 25);
    SyncOptions options;
    options.batch_size = 7;
    shop.synchronizer().sync(options);
    CHECK(offered == 7);
    shop.kernel().hooks().on(hook::migration_batch_size, [](std::uint64_t) { return std::uint64_t{0}; }, 20);
    CHECK_NOTHROW(shop.synchronizer().sync({}));
}

TEST_CASE("a run that is stopped goes on where it ended") {
    Shop shop;
    SyncOptions options;
    options.batch_size = 100;
    options.stop_requested = [] { return true; };
    const SyncReport first = shop.synchronizer().sync(options);
    CHECK(first.interrupted);
    CHECK(first.migrated == 100);
    const SyncReport second = shop.synchronizer().sync({});
    CHECK(second.migrated == 333);
    CHECK(second.skipped == 100);
    CHECK(export_lines(shop.kernel(), "posts") == export_lines(shop.kernel(), "hpos"));
}

TEST_CASE("the read API leaves the database file as it is [G3]", "[sqlite]") {
    Shop shop;
    shop.synchronizer().sync({});
    shop.close();
    const std::string before = slurp(shop.file());
    shop.open();
    export_lines(shop.kernel(), "posts");
    shop.kernel().verifier().verify({});
    shop.synchronizer().get_status();
    shop.synchronizer().get_total_pending_count();
    shop.kernel().controller().get_switch_obstacles("hpos", {});
    shop.kernel().check_database();
    shop.close();
    CHECK(slurp(shop.file()) == before);
}

TEST_CASE("the read API needs no right to write [G3]") {
    Shop shop;
    shop.synchronizer().sync({});
    const ReadOnlyAccess access(shop);
    Kernel kernel(kernel_options(access.url()));
    if (!mariadb_socket().empty()) CHECK_THROWS_AS(execute(kernel.database(), "DELETE FROM wp_wc_orders"), Error);  // root may write to any file
    CHECK(export_lines(kernel, "posts").size() == 433);
    CHECK(kernel.verifier().verify({}).orders_different == 0);
    CHECK(kernel.synchronizer().get_status().pending == 0);
    CHECK(kernel.synchronizer().get_total_pending_count() == 0);
    CHECK(kernel.controller().get_switch_obstacles("hpos", {}).empty());
    CHECK(kernel.check_database().problems.empty());
}

}  // namespace ordo::test
