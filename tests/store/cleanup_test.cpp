/// After the migration posts let go of the orders that hpos has with the same content, and take them back.
#include <algorithm>
#include <functional>
#include <random>

#include <fmt/format.h>

#if defined(ORDO_FAULT_POINTS)
#include "kernel/database/fault_point.hpp"
#endif
#include "tests/support/mirrored_shop.hpp"
#include "tests/support/soak.hpp"

namespace ordo::test {
namespace {

using Archive = std::vector<std::string>;

CleanupOptions into(Archive& archive, std::vector<OrderRange> orders = {}) {
    CleanupOptions options;
    options.orders = std::move(orders);
    options.archive = [&archive](std::span<const std::string> lines) { archive.insert(archive.end(), lines.begin(), lines.end()); };
    return options;
}

CleanupOptions only(std::vector<OrderRange> orders) {
    CleanupOptions options;
    options.orders = std::move(orders);
    return options;
}

std::function<std::optional<std::string>()> lines_of(const Archive& archive) {
    return [&archive, next = std::size_t{0}]() mutable { return next < archive.size() ? std::optional{archive[next++]} : std::nullopt; };
}

std::vector<OrderRange> each(const std::vector<OrderId>& ids) {
    std::vector<OrderRange> ranges;
    for (const OrderId id : ids) ranges.push_back({id, id});
    return ranges;
}

/// What is in posts of orders and everything else, row by row.
std::vector<std::vector<SqlRow>> posts_of(Database& database) {
    return {select(database, "SELECT * FROM wp_posts ORDER BY ID"), select(database, "SELECT * FROM wp_postmeta ORDER BY meta_id")};
}

/// HPOS is on and compatibility mode has been turned off; posts still have the orders.
struct MigratedShop : MirroredShop {
    explicit MigratedShop(int count) : MirroredShop("hpos") {
        for (int i = 0; i < count; ++i)
            ids.push_back(saved([&](Order& o) {
                                  o.set_total(std::to_string(10 + i));
                                  o.set_customer_note("for me");
                                  o.add_meta_data("gift", "yes");
                                  o.add_product("Tea", "1", "10", "10");
                              }).get_id());
        shop.kernel().options().update(option::data_sync_enabled, "no");
        shop.kernel().options().update(option::background_sync_mode, "off");
    }
    LegacyDataHandler& legacy() { return shop.kernel().legacy_data(); }
    std::uint64_t pending() { return shop.kernel().synchronizer().get_total_pending_count(); }
    std::vector<OrderId> ids;
};

}  // namespace

TEST_CASE("a cleaned order is gone from posts but for its placeholder, is not missed, and comes back with compatibility mode [LH1] [LH3] [LH5] [G15] [G17]") {
    MigratedShop all(2);
    const OrderId id = all.ids[0];
    const Order refund = all.orders.refund({id, Decimal::parse("10"), "broken"});
    all.sync();
    CHECK(all.one("SELECT COUNT(*) FROM wp_posts WHERE post_type = 'shop_order'") == "2");
    CHECK(all.one("SELECT COUNT(*) FROM wp_posts WHERE post_type = 'shop_order_refund'") == "1");
    CHECK(all.one(fmt::format("SELECT COUNT(*) FROM wp_postmeta WHERE post_id = {}", refund.get_id())) != "0");
    all.orders.add_note({id, "Called."});
    const std::size_t notes = all.orders.get_notes({id}).size();
    all.sync();
    execute(all.shop.database(), fmt::format("UPDATE wp_posts SET post_title = 'Order of May', post_author = 7, comment_status = 'open' WHERE ID = {}", id));
    const auto before = all.shop.export_all("hpos");

    const CleanupReport report = all.legacy().cleanup_post_data(only({{id, id}}));
    CHECK(report.cleaned == 1);
    CHECK(report.skipped == 0);
    CHECK(all.one(fmt::format("SELECT COUNT(*) FROM wp_postmeta WHERE post_id = {}", id)) == "0");
    CHECK(all.one(fmt::format("SELECT post_type FROM wp_posts WHERE ID = {}", id)) == "shop_order_placehold");
    CHECK(all.one(fmt::format("SELECT post_status FROM wp_posts WHERE ID = {}", id)) == "draft");
    CHECK(all.one(fmt::format("SELECT post_excerpt FROM wp_posts WHERE ID = {}", id)).empty());
    CHECK(all.shop.export_all("hpos") == before);
    CHECK(all.orders.get_notes({id}).size() == notes);
    CHECK(all.pending() == 0);
    CHECK(all.shop.kernel().synchronizer().get_status().subject_to_cleanup == 2);

    // Back to posts leads only by way of a synchronisation.
    CHECK(!all.shop.kernel().controller().switch_authoritative_store("posts", {}).obstacles.empty());
    all.shop.kernel().options().update(option::data_sync_enabled, "yes");
    CHECK(all.pending() == 1);
    CHECK(all.sync().migrated == 1);
    CHECK(all.shop.export_all("posts") == before);
    CHECK(all.pending() == 0);
    // What only posts have was kept in the placeholder.
    CHECK(all.one(fmt::format("SELECT post_title FROM wp_posts WHERE ID = {}", id)) == "Order of May");
    CHECK(all.one(fmt::format("SELECT post_author FROM wp_posts WHERE ID = {}", id)) == "7");
    CHECK(all.one(fmt::format("SELECT comment_status FROM wp_posts WHERE ID = {}", id)) == "open");
    REQUIRE(all.shop.kernel().controller().switch_authoritative_store("posts", {}).obstacles.empty());
    CHECK(all.shop.export_all("posts") == before);
}

TEST_CASE("after a clean-up 0 wait, and whatever is done to the orders it stays 0 [G15]") {
    MigratedShop all(8);
    CHECK(all.legacy().cleanup_post_data({}).cleaned == 8);
    CHECK(all.pending() == 0);
    const std::uint64_t seed = new_seed("edits after a clean-up");
    std::mt19937_64 random(seed);
    for (int i = 0; i < 100; ++i) {
        const OrderId id = all.ids[random() % all.ids.size()];
        switch (random() % 5) {
            case 0: all.orders.update(id, [&](Order& o) { o.set_billing_city(std::to_string(random() % 9)); }); break;
            case 1: all.orders.update(id, [&](Order& o) { o.update_meta_data("gift", std::to_string(random() % 9)); }); break;
            case 2: all.orders.update(id, [&](Order& o) { o.set_status(random() % 2 == 0 ? "on-hold" : "completed"); }); break;
            case 3: all.orders.add_note({id, "x"}); break;
            default:
                if (all.orders.trash(id)) all.orders.untrash(id);
        }
        REQUIRE(all.pending() == 0);
    }
    CHECK(all.shop.kernel().synchronizer().get_status().saved_since == 0);
}

TEST_CASE("orders for clean-up are chosen by ids and ranges, each once; a reversed range is none, an id that is none an error [LH7] [LH9] [LH11] [LH13] [LC9]") {
    MigratedShop all(11);
    LegacyDataHandler& legacy = all.legacy();
    const OrderId first = all.ids.front(), last = all.ids.back();
    CHECK(legacy.count_orders_for_cleanup() == 11);
    CHECK(legacy.count_orders_for_cleanup(each(all.ids)) == 11);
    CHECK(legacy.get_orders_for_cleanup({}, 100) == all.ids);
    CHECK(legacy.get_orders_for_cleanup({}, 3) == std::vector<OrderId>(all.ids.begin(), all.ids.begin() + 3));
    CHECK(legacy.count_orders_for_cleanup(std::array{OrderRange{OrderId{300}, OrderId{2}}}) == 0);
    CHECK(legacy.cleanup_post_data(only({{last, first}})).cleaned == 0);
    CHECK(legacy.count_orders_for_cleanup(std::array{OrderRange{all.ids[0], all.ids[0]}, OrderRange{all.ids[1], all.ids[1]}, OrderRange{all.ids[4], all.ids[8]}}) == 7);
    CHECK(legacy.count_orders_for_cleanup(std::array{OrderRange{first, last}, OrderRange{all.ids[4], all.ids[8]}, OrderRange{all.ids[4], all.ids[4]}}) == 11);
    for (const std::uint64_t id : {std::uint64_t{0}, last.value + 100})
        CHECK(code_of([&] { legacy.cleanup_post_data(only({{OrderId{id}, OrderId{id}}})); }) == "ordo.order.missing");
    CHECK(legacy.cleanup_post_data(only({{all.ids[0], all.ids[4]}})).cleaned == 5);
    CHECK(legacy.count_orders_for_cleanup() == 6);
    CHECK(code_of([&] { legacy.cleanup_post_data(only({{first, first}})); }) == "ordo.order.missing");
}

TEST_CASE("nothing is cleaned up while posts are authoritative or orders are mirrored [LC1] [LC3]") {
    MirroredShop mirrored(GENERATE("posts", "hpos"));
    mirrored.saved([](Order&) {});
    LegacyDataHandler& legacy = mirrored.shop.kernel().legacy_data();
    const auto before = posts_of(mirrored.shop.database());
    CHECK(legacy.cleanup_post_data({}).obstacles.size() == (mirrored.store == "posts" ? 2 : 1));
    mirrored.shop.kernel().options().update(option::data_sync_enabled, "no");
    CHECK(legacy.get_cleanup_obstacles().size() == (mirrored.store == "posts" ? 1 : 0));
    if (mirrored.store == "posts") CHECK(legacy.cleanup_post_data({}).cleaned == 0);
    CHECK(posts_of(mirrored.shop.database()) == before);
}

TEST_CASE("what differs, is only in posts or changes meanwhile stays, and is named [G17]") {
    MigratedShop all(4);
    const OrderId differs = all.ids[0], lost = all.ids[1], meanwhile = all.ids[2], equal = all.ids[3];
    execute(all.shop.database(), fmt::format("UPDATE wp_postmeta SET meta_value = 'newer' WHERE post_id = {} AND meta_key = 'gift'", differs));
    for (const char* table : {"wp_wc_orders WHERE id", "wp_wc_orders_meta WHERE order_id", "wp_wc_order_addresses WHERE order_id", "wp_wc_order_operational_data WHERE order_id"})
        execute(all.shop.database(), fmt::format("DELETE FROM {} = {}", table, lost));
    Archive archive;
    CleanupOptions options = into(archive);
    const auto keep = options.archive;
    options.archive = [&](std::span<const std::string> lines) {
        keep(lines);
        execute(all.shop.database(), fmt::format("UPDATE wp_posts SET post_excerpt = 'changed just now' WHERE ID = {}", meanwhile));
    };
    const CleanupReport report = all.legacy().cleanup_post_data(options);
    CHECK(report.cleaned == 1);
    CHECK(report.skipped == 3);
    REQUIRE(report.first_skipped.size() == 3);
    CHECK((report.first_skipped[0].order == differs && report.first_skipped[0].reason == SkippedCleanup::Reason::differs));
    CHECK((report.first_skipped[1].order == lost && report.first_skipped[1].reason == SkippedCleanup::Reason::only_in_posts));
    CHECK((report.first_skipped[2].order == meanwhile && report.first_skipped[2].reason == SkippedCleanup::Reason::changed_meanwhile));
    CHECK(all.one(fmt::format("SELECT post_type FROM wp_posts WHERE ID = {}", equal)) == "shop_order_placehold");
    CHECK(all.one("SELECT COUNT(*) FROM wp_posts WHERE post_type = 'shop_order'") == "3");
    CHECK(archive.size() == 2);
}

TEST_CASE("the real shop is cleaned up, in runs that are interrupted, and restored from the archives byte for byte [G17]") {
    Shop shop;
    shop.synchronizer().sync({});
    REQUIRE(shop.kernel().controller().switch_authoritative_store("hpos", {}).obstacles.empty());
    shop.kernel().options().update(option::data_sync_enabled, "no");
    const auto before = posts_of(shop.database());
    const auto orders = export_lines(shop.kernel(), "hpos");
    const std::string drafts = "SELECT COUNT(*) FROM wp_posts WHERE post_type = 'shop_order' AND post_status = 'auto-draft'";
    const std::string drafts_before = select_one(shop.database(), drafts);
    Archive archive;
    LegacyDataHandler& legacy = shop.kernel().legacy_data();
    CleanupOptions options = into(archive);
    options.batch_size = 100;
    options.stop_requested = [] { return true; };
    CHECK(legacy.cleanup_post_data(options).interrupted);
    CHECK(legacy.count_orders_for_cleanup() == 333);
    options.stop_requested = {};
    options.optimize = true;
    std::uint64_t seen = 0;
    options.progress = [&](std::uint64_t done, std::uint64_t total) { seen = done * 1000 + total; };
    const CleanupReport report = legacy.cleanup_post_data(options);
    CHECK(report.cleaned == 333);
    CHECK(report.skipped == 0);
    CHECK(seen == 333333);
    CHECK(archive.size() == 433);
    CHECK(export_lines(shop.kernel(), "posts").empty());
    CHECK(export_lines(shop.kernel(), "hpos") == orders);
    CHECK(select_one(shop.database(), drafts) == drafts_before);
    CHECK(select_one(shop.database(), "SELECT COUNT(*) FROM wp_ordo_overflow WHERE store = 'posts'") == "0");
    CHECK(shop.synchronizer().get_total_pending_count() == 0);

    const RestoreReport restored = legacy.restore_post_data(lines_of(archive));
    CHECK(restored.restored == 433);
    CHECK(restored.changed_since == 0);
    CHECK(restored.skipped == 0);
    CHECK((posts_of(shop.database()) == before));
    CHECK(shop.synchronizer().get_total_pending_count() == 0);
    CHECK(legacy.restore_post_data(lines_of(archive)).skipped == 433);

    // And without an archive, by mirroring: the same orders, if not the same row numbers.
    REQUIRE(legacy.cleanup_post_data({}).cleaned == 433);
    CHECK(shop.synchronizer().sync({}).migrated == 433);
    CHECK(export_lines(shop.kernel(), "posts") == orders);
}

TEST_CASE("orders that were changed after the clean-up are restored as they were, and wait [G17]") {
    MigratedShop all(3);
    Archive archive;
    REQUIRE(all.legacy().cleanup_post_data(into(archive)).cleaned == 3);
    all.orders.update(all.ids[1], [](Order& o) { o.set_billing_city("Brno"); });
    REQUIRE(all.orders.remove(all.ids[2]));
    const RestoreReport report = all.legacy().restore_post_data(lines_of(archive));
    CHECK(report.restored == 2);
    CHECK(report.changed_since == 1);
    CHECK(report.skipped == 1);
    CHECK(all.pending() == 1);
    CHECK(all.sync().conflicts == 0);
    CHECK(all.shop.export_all("posts") == all.shop.export_all("hpos"));
}

TEST_CASE("an archive that is not as it was written is refused, and nothing of it is put back [G17]") {
    MigratedShop all(2);
    Archive archive;
    REQUIRE(all.legacy().cleanup_post_data(into(archive)).cleaned == 2);
    const auto before = posts_of(all.shop.database());
    const auto damaged = [&](const std::string& what, const std::string& with) {
        Archive bad = archive;
        const auto at = bad[1].find(what);
        REQUIRE(at != std::string::npos);
        bad[1].replace(at, what.size(), with);
        return bad;
    };
    const std::string id = std::to_string(all.ids[1].value);
    for (const Archive& bad : {damaged("{\"order\"", "{\"older\""), damaged("\"rows\":[", "\"rows\":[4,"), damaged("\"table\":\"posts\"", "\"table\":\"users\""),
                               damaged("\"post_author\"", "\"post_author = 0; --\""), damaged("\"ID\":\"" + id + "\"", "\"ID\":\"1\""), damaged("{\"order\"", "{{\"order\""),
                               damaged("\"post_author\":\"0\"", "\"post_author\":{\"hex\":\"0g\"}"), damaged("\"post_author\":\"0\"", "\"post_author\":[]")}) {
        INFO(bad[1].substr(0, 60));
        CHECK(code_of([&] { all.legacy().restore_post_data(lines_of(bad)); }) == "ordo.import.bad_order");
        CHECK((posts_of(all.shop.database()) == before));
    }
    CHECK(all.legacy().restore_post_data(lines_of(archive)).restored == 2);
}

#if defined(ORDO_FAULT_POINTS)
TEST_CASE("a clean-up that is stopped at any statement has cleaned whole orders, and the next one goes on [G12] [G17]") {
    struct Stop {};
    struct Restore {
        ~Restore() { database::fault_handler() = {}; }
    } restore;
    int stopped = 0;
    for (int stop_at = 1;; ++stop_at) {
        MigratedShop all(2);
        const auto before = all.shop.export_all("hpos");
        int passed = 0;
        database::fault_handler() = [&](std::string_view) {
            if (++passed == stop_at) throw Stop{};
        };
        bool ended = false;
        try {
            CleanupOptions options;
            options.batch_size = 1;
            ended = all.legacy().cleanup_post_data(options).cleaned == 2;
        } catch (const Stop&) {
            ++stopped;
        }
        database::fault_handler() = {};
        const auto posts = all.shop.export_all("posts");
        CHECK(all.one("SELECT COUNT(*) FROM wp_posts WHERE post_type = 'shop_order'") == std::to_string(posts.size()));
        CHECK(all.pending() == 0);
        for (const std::string& line : posts) CHECK(std::find(before.begin(), before.end(), line) != before.end());
        CHECK(all.one("SELECT COUNT(DISTINCT post_id) FROM wp_postmeta WHERE meta_key = 'gift'") == std::to_string(posts.size()));
        if (ended) break;
        execute(all.shop.database(), "UPDATE wp_ordo_lock SET heartbeat = 1");  // of a process that died with it
        CHECK(all.legacy().cleanup_post_data({}).cleaned == posts.size());
        CHECK(all.shop.export_all("hpos") == before);
        stop_at += soaking() ? 0 : 2;  // a sample; every statement in the soak
    }
    CHECK(stopped > 5);
}
#endif

TEST_CASE("WooCommerce's option cleans up in the background, a batch at a time, and is refused where nothing may be cleaned up [LC1] [LC3] [LC5] [LC7]") {
    MigratedShop all(30);
    Options& options = all.shop.kernel().options();
    Actions& actions = all.shop.kernel().actions();
    const auto waiting = [&] { return actions.list({ActionStatus::pending, "wc_run_legacy_data_cleanup"}).size(); };
    const auto refused = [&] { return code_of([&] { options.update(option::legacy_data_cleanup, "yes"); }); };
    options.update(option::data_sync_enabled, "yes");
    CHECK(refused() == "ordo.cleanup.refused");
    CHECK(options.get(option::legacy_data_cleanup).value_or("no") == "no");
    options.update(option::data_sync_enabled, "no");
    options.update(option::legacy_data_cleanup, "yes");
    CHECK(options.get(option::legacy_data_cleanup) == "yes");
    CHECK(waiting() == 1);
    options.update(option::legacy_data_cleanup, "no");
    CHECK(waiting() == 0);

    // The first one differs, and does not hold up the others.
    execute(all.shop.database(), fmt::format("UPDATE wp_posts SET post_status = 'wc-failed' WHERE ID = {}", all.ids.front()));
    options.update(option::legacy_data_cleanup, "yes");
    REQUIRE(actions.cancel("wc_run_legacy_data_cleanup") == 1);  // as if it had failed for good: whoever runs actions goes on by the option
    ActionRunOptions one;
    one.limit = 1;
    REQUIRE(actions.run_due(one).complete == 1);
    CHECK(all.legacy().count_orders_for_cleanup() == 6);
    CHECK(waiting() == 1);
    REQUIRE(actions.run_due({}).failed == 0);
    CHECK(all.legacy().get_orders_for_cleanup({}, 10) == std::vector<OrderId>{all.ids.front()});
    CHECK(options.get(option::legacy_data_cleanup) == "no");
    CHECK(waiting() == 0);

    // Turned around in the middle, it ends.
    options.update(option::legacy_data_cleanup, "yes");
    execute(all.shop.database(), "UPDATE wp_options SET option_value = 'yes' WHERE option_name = 'woocommerce_custom_orders_table_data_sync_enabled'");
    REQUIRE(actions.run_due({}).failed == 0);
    CHECK(options.get(option::legacy_data_cleanup) == "no");
    CHECK(all.legacy().count_orders_for_cleanup() == 1);
}

TEST_CASE("the HPOS tables are dropped only where nothing would be lost, and made again when HPOS is turned on [DS31]") {
    MirroredShop all("posts");
    const Order order = all.saved([](Order& o) { o.set_total("10"); });
    auto& migration = all.shop.kernel().migration_controller();
    CHECK(migration.delete_database_tables().obstacles.size() == 1);
    all.shop.kernel().options().update(option::data_sync_enabled, "no");
    execute(all.shop.database(), "UPDATE wp_wc_orders SET status = 'wc-failed'");
    CHECK(migration.delete_database_tables().obstacles.size() == 1);
    all.sync();
    CHECK(migration.delete_database_tables().tables.size() == 4);
    CHECK(migration.delete_database_tables().tables.empty());
    CHECK(all.shop.kernel().options().get(option::custom_orders_table_created) == "no");
    CHECK(all.shop.export_all("posts").size() == 1);
    CHECK(all.orders.require(order.get_id()).get_total() == Decimal::parse("10"));

    // [DS33] [DS35]: with an order that waits the authority stays, and the status says how many, without any table.
    CHECK(code_of([&] { all.shop.kernel().options().update(option::custom_orders_table_enabled, "yes"); }) == "ordo.switch.refused");
    CHECK(all.shop.kernel().controller().get_orders_data_store() == "posts");
    CHECK(all.shop.kernel().synchronizer().get_status().pending == 1);
    CHECK(all.shop.kernel().options().get(option::data_sync_enabled) == "no");
    REQUIRE(all.orders.remove(order.get_id()));
    all.shop.kernel().options().update(option::custom_orders_table_enabled, "yes");
    CHECK(all.shop.kernel().controller().get_orders_data_store() == "hpos");
    CHECK(all.shop.kernel().options().get(option::custom_orders_table_created) == "yes");
    CHECK(all.one("SELECT COUNT(*) FROM wp_wc_orders") == "0");
}

}  // namespace ordo::test
