/// Compatibility mode that mirrors continuously: what is saved in the authoritative store is in the other one at once.
#include <array>
#include <atomic>
#include <thread>

#include <ordo/orders.hpp>

#include "tests/support/mirrored_shop.hpp"
#include "tests/support/soak.hpp"

namespace ordo::test {
TEST_CASE("mirrored continuously, whatever is done to an order is in the backup at once, and nothing waits [DS9] [DS11] [DS15] [TD19] [TD75]") {
    MirroredShop all(GENERATE("posts", "hpos"));
    CAPTURE(all.store);
    const Order order = all.saved([](Order& o) {
        o.set_total("50");
        o.set_billing_city("Brno");
        o.add_meta_data("gift", "yes");
        o.add_product("Tea", "4", "40", "40");
    });
    all.check_equal();
    CHECK(all.one("SELECT post_type FROM wp_posts WHERE ID = " + std::to_string(order.get_id().value)) == "shop_order");
    CHECK(all.shop.kernel().verifier().diff(order.get_id()).empty());
    all.orders.update(order.get_id(), [](Order& o) { o.set_status("on-hold"); });
    CHECK(all.in_backup(order.get_id()).get_status() == "on-hold");
    all.orders.add_note({order.get_id(), "Called."});
    all.orders.refund({order.get_id(), Decimal::parse("20"), "broken"});
    all.check_equal();
    REQUIRE(all.orders.trash(order.get_id()));
    CHECK(all.in_backup(order.get_id()).get_status() == "trash");
    all.check_equal();
    REQUIRE(all.orders.untrash(order.get_id()));
    all.check_equal();

    // The switch finds it all there.
    REQUIRE(all.shop.kernel().controller().switch_authoritative_store(all.backup, {}).switched);
    CHECK(all.orders.require(order.get_id()).get_status() == "on-hold");
    CHECK(all.orders.get_remaining_refund_amount(order.get_id()) == Decimal::parse("30"));
    all.orders.update(order.get_id(), [](Order& o) { o.set_billing_city("Praha"); });
    all.check_equal();
    REQUIRE(all.orders.remove(order.get_id()));
    CHECK(all.shop.export_all("posts").empty());
    all.check_equal();
}

TEST_CASE("meta that is added and deleted by saves of meta alone is so in the backup [DS23]") {
    MirroredShop all(GENERATE("posts", "hpos"));
    CAPTURE(all.store);
    const Order order = all.saved([](Order&) {});
    all.orders.update(order.get_id(), [](Order& o) {
        o.add_meta_data("first", "1");
        o.add_meta_data("second", "2");
    });
    all.orders.update(order.get_id(), [](Order& o) { o.delete_meta_data("second"); });
    CHECK(all.in_backup(order.get_id()).get_meta("first") == "1");
    CHECK(!all.in_backup(order.get_id()).meta_exists("second"));
}

TEST_CASE("a refund's changes and its meta, values and their order, are in the backup [RF5] [RF9] [RF11]") {
    MirroredShop all(GENERATE("posts", "hpos"));
    CAPTURE(all.store);
    const Order order = all.saved([](Order& o) { o.set_total("20"); });
    const Order refund = all.orders.refund({order.get_id(), Decimal::parse("10"), "first"});
    all.orders.update(refund.get_id(), [](Order& o) {
        o.set_reason("second");
        o.set_amount("5");
        o.set_refunded_by(2);
        o.set_refunded_payment(true);
        o.add_meta_data("colour", "red");
        o.add_meta_data("colour", "blue");
        o.add_meta_data("gone", "1");
    });
    all.orders.update(refund.get_id(), [](Order& o) {
        o.delete_meta_data("gone");
        o.add_meta_data("added", "1");
    });
    const Order copy = all.in_backup(refund.get_id());
    CHECK(copy.get_reason() == "second");
    CHECK(copy.get_amount() == Decimal::parse("5"));
    CHECK(copy.get_refunded_by() == 2);
    CHECK(copy.get_refunded_payment());
    CHECK(copy.get_meta_values("colour") == std::vector<std::string>{"red", "blue"});
    CHECK(!copy.meta_exists("gone"));
    CHECK(copy.get_meta("added") == "1");
}

TEST_CASE("a note renews both stores' dates to the same second, and the post's dates are the site's [MD3] [TD113]") {
    MirroredShop all(GENERATE("posts", "hpos"));
    CAPTURE(all.store);
    all.shop.kernel().options().update(option::timezone_string, "Asia/Kolkata");
    const Order order = all.saved([](Order& o) { o.set_date_modified(*parse_datetime("2020-01-01 00:00:00")); });
    all.orders.add_note({order.get_id(), "x"});
    const UtcSeconds modified = *all.orders.require(order.get_id()).get_date_modified(), created = *order.get_date_created();
    CHECK(modified > *parse_datetime("2026-01-01 00:00:00"));
    CHECK(all.one("SELECT date_updated_gmt FROM wp_wc_orders") == format_datetime(modified));
    CHECK(all.one("SELECT post_modified_gmt FROM wp_posts") == format_datetime(modified));
    CHECK(all.one("SELECT post_modified FROM wp_posts") == all.orders.site_zone().to_local(modified));
    CHECK(all.one("SELECT post_date FROM wp_posts") == all.orders.site_zone().to_local(created));
}

TEST_CASE("a flag that was set stays set, whatever is mirrored after it [TD139]") {
    MirroredShop all(GENERATE("posts", "hpos"));
    CAPTURE(all.store);
    int recorded = 0;
    for (const std::string_view status : {"processing", "completed"})
        all.shop.kernel().hooks().on(hook::order_status, {status}, [&](OrderId id, const Order&) {
            all.orders.update(id, [&](Order& o) {
                recorded += !o.get_recorded_sales();
                o.set_recorded_sales(true);
            });
        });
    const Order order = all.saved([](Order&) {});
    for (const char* status : {"processing", "completed"}) all.orders.update(order.get_id(), [&](Order& o) { o.set_status(status); });
    CHECK(recorded == 1);
    CHECK(all.one("SELECT recorded_sales FROM wp_wc_order_operational_data") == "1");
    CHECK(all.one("SELECT meta_value FROM wp_postmeta WHERE meta_key = '_recorded_sales'") == "yes");
}

TEST_CASE("saves of many threads are mirrored beside a synchronisation: no error, and in the end both stores are equal [G26]") {
    MirroredShop all(GENERATE("posts", "hpos"));
    CAPTURE(all.store);
    std::vector<OrderId> ids;
    for (int i = 0; i < 4; ++i) ids.push_back(all.saved([](Order& o) { o.set_total("100"); }).get_id());
    std::mutex mutex;
    std::vector<std::string> failures;
    std::vector<std::thread> threads;
    for (int thread = 0; thread < 4; ++thread)
        threads.emplace_back([&, thread] {
            try {
                for (int i = 0; i < 10; ++i) {
                    all.orders.update(ids[static_cast<std::size_t>(i % 4)], [&](Order& o) { o.add_meta_data("seen", fmt::format("{} {}", thread, i)); });
                    Order fresh;
                    all.orders.require_saved(fresh);
                }
            } catch (const std::exception& error) {
                const std::lock_guard lock(mutex);
                failures.emplace_back(error.what());
            }
        });
    for (int i = 0; i < 3; ++i) {
        all.shop.kernel().synchronizer().sync({});
        for (const QuarantineReport& report : all.shop.kernel().synchronizer().list_quarantine()) failures.push_back(report.reason);
    }
    for (std::thread& thread : threads) thread.join();
    CHECK(failures == std::vector<std::string>{});
    std::size_t seen = 0;
    for (const OrderId id : ids) seen += all.orders.require(id).get_meta_values("seen").size();
    CHECK(seen == 40);
    all.shop.kernel().actions().run_due({});  // what could not be mirrored at once, if anything
    for (const auto& action : all.shop.kernel().actions().list({ActionStatus::pending})) all.shop.kernel().actions().run(action.id);
    all.shop.kernel().actions().run_due({});
    all.check_equal();
}

TEST_CASE("what cannot be mirrored stands where it was saved, and waits [G4]", "[sqlite]") {
    MirroredShop all("hpos");
    const Order order = all.saved([](Order& o) { o.set_total("5"); });
    execute(all.shop.database(), "CREATE TRIGGER broken BEFORE INSERT ON wp_postmeta WHEN NEW.meta_key = 'broken' BEGIN SELECT RAISE(ABORT, 'no'); END");
    all.orders.update(order.get_id(), [](Order& o) { o.add_meta_data("broken", "yes"); });
    CHECK(all.orders.require(order.get_id()).get_meta("broken") == "yes");
    CHECK(!all.in_backup(order.get_id()).meta_exists("broken"));
    CHECK(all.shop.kernel().synchronizer().list_quarantine().size() == 1);
    execute(all.shop.database(), "DROP TRIGGER broken");
    all.orders.update(order.get_id(), [](Order& o) { o.set_billing_city("Brno"); });
    CHECK(all.in_backup(order.get_id()).get_meta("broken") == "yes");
    CHECK(all.shop.kernel().synchronizer().list_quarantine().empty());
    all.check_equal();
}

TEST_CASE("a switch brings along the few that wait while changes are mirrored, and refuses where more do or none are mirrored [G13] [G14]") {
    const std::string store = GENERATE("posts", "hpos"), other = store == "posts" ? "hpos" : "posts";
    CAPTURE(store);
    EmptyShop shop(store);
    Orders& orders = shop.kernel().orders();
    auto& controller = shop.kernel().controller();
    const auto make = [&](int count) {
        OrderId last;
        for (int i = 0; i < count; ++i) {
            Order order;
            order.set_total("5");
            orders.require_saved(order);
            last = order.get_id();
        }
        return last;
    };
    const OrderId changed = make(3), removed = make(1);
    shop.kernel().options().update(option::data_sync_enabled, "no");
    shop.kernel().synchronizer().sync({});
    REQUIRE(orders.remove(removed));
    orders.update(changed, [](Order& o) { o.set_billing_city("Brno"); });
    CHECK(controller.switch_authoritative_store(other, {}).obstacles.size() == 1);

    shop.kernel().options().update(option::data_sync_enabled, "yes");
    std::vector<OrderId> told;
    shop.kernel().hooks().on(hook::after_order_sync, [&](OrderId id, Direction) { told.push_back(id); });
    const OrderId fresh = make(1);
    REQUIRE(controller.switch_authoritative_store(other, {}).switched);
    CHECK(told == std::vector<OrderId>{changed, fresh});
    CHECK(orders.require(changed).get_billing_city() == "Brno");
    CHECK(!orders.get(removed));
    CHECK(shop.export_all("posts") == shop.export_all("hpos"));
    CHECK(shop.kernel().synchronizer().get_total_pending_count() == 0);

    make(101);
    const SwitchResult refused = controller.switch_authoritative_store(store, {});
    CHECK(!refused.switched);
    REQUIRE(refused.obstacles.size() == 1);
    CHECK(refused.obstacles[0].orders == 101);
    CHECK(controller.get_orders_data_store() == other);
}

TEST_CASE("switched there and back under continuous writes, no order and no change is lost [G14]") {
    EmptyShop shop("posts");
    Orders& orders = shop.kernel().orders();
    auto& controller = shop.kernel().controller();
    shop.kernel().options().update(option::data_sync_enabled, "yes");
    std::vector<OrderId> ids;
    for (int i = 0; i < 4; ++i) {
        Order order;
        order.update_meta_data("counted", "0");
        orders.require_saved(order);
        ids.push_back(order.get_id());
    }
    std::atomic<bool> stop = false;
    std::atomic<int> made = 0;
    std::array<int, 4> counted{};
    std::mutex mutex;
    std::vector<std::string> failures;
    std::vector<std::thread> threads;
    for (std::size_t thread = 0; thread < ids.size(); ++thread)
        threads.emplace_back([&, thread] {
            try {
                while (!stop) {
                    orders.update(ids[thread], [](Order& o) { o.update_meta_data("counted", std::to_string(std::stoi(o.get_meta("counted")) + 1)); });
                    ++counted[thread];
                    if (made >= 60) continue;
                    Order order;
                    orders.require_saved(order);
                    ++made;
                }
            } catch (const std::exception& error) {
                const std::lock_guard lock(mutex);
                failures.emplace_back(error.what());
            }
        });
    int switches = 0;
    for (int i = 0; i < (soaking() ? 1000 : 10); ++i) {
        try {
            switches += controller.switch_authoritative_store(i % 2 == 0 ? "hpos" : "posts", {}).switched;
        } catch (const std::exception& error) {
            const std::lock_guard lock(mutex);
            failures.emplace_back(error.what());
        }
    }
    stop = true;
    for (std::thread& thread : threads) thread.join();
    CHECK(failures == std::vector<std::string>{});
    CHECK(switches == (soaking() ? 1000 : 10));
    for (std::size_t i = 0; i < ids.size(); ++i) CHECK(orders.require(ids[i]).get_meta("counted") == std::to_string(counted[i]));
    CHECK(orders.find({}).total == 4U + static_cast<unsigned>(made));
    shop.kernel().synchronizer().sync({});
    CHECK(shop.export_all("posts") == shop.export_all("hpos"));
}

}  // namespace ordo::test
