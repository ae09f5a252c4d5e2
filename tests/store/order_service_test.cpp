/// Orders made, changed, refunded, trashed and removed through the service, in either store.
#include <map>
#include <mutex>
#include <set>
#include <thread>
#include <vector>

#include <ordo/orders.hpp>

#include "kernel/database/fault_point.hpp"
#include "tests/support/empty_shop.hpp"

namespace ordo::test {
namespace {

/// Every action of an order in the order in which they fire, as "hook" or "hook(argument)".
class Trace {
public:
    explicit Trace(Kernel& kernel) {
        Hooks& hooks = kernel.hooks();
        for (const auto* action : {&hook::before_order_object_save, &hook::new_order, &hook::update_order, &hook::update_order_refund, &hook::after_order_object_save,
                                   &hook::order_payment_status_changed, &hook::before_trash_order, &hook::before_delete_order})
            hooks.on(*action, [this, name = action->spec.name](OrderId, const Order&) { add(name); });
        for (const auto* action : {&hook::trash_order, &hook::delete_order}) hooks.on(*action, [this, name = action->spec.name](OrderId) { add(name); });
        for (const auto* action : {&hook::order_partially_refunded, &hook::order_fully_refunded, &hook::refund_created, &hook::order_refunded})
            hooks.on(*action, [this, name = action->spec.name](OrderId, OrderId) { add(name); });
        for (const auto* action : {&hook::new_order_item, &hook::update_order_item})
            hooks.on(*action, [this, name = action->spec.name](OrderId, const ItemRecord&) { add(name); });
        for (const auto* action : {&hook::before_delete_order_item, &hook::delete_order_item, &hook::order_note_added})
            hooks.on(*action, [this, name = action->spec.name](OrderId, std::uint64_t) { add(name); });
        hooks.on(hook::untrash_order, [this](OrderId, const std::string&) { add("woocommerce_untrash_order"); });
        hooks.on(hook::create_refund, [this](OrderId, const Order&, const RefundRequest&) { add("woocommerce_create_refund"); });
        hooks.on(hook::order_status_changed, [this](OrderId, const std::string&, const std::string&, const Order&) { add("woocommerce_order_status_changed"); });
        const std::vector<std::string_view> statuses{"pending", "processing", "on-hold", "completed", "cancelled", "refunded", "failed", "trash"};
        for (const std::string_view to : statuses) {
            hooks.on(hook::order_status, {to}, [this, to](OrderId, const Order&) { add(fmt::format("woocommerce_order_status_{}", to)); });
            for (const std::string_view from : statuses)
                if (from != to)
                    hooks.on(hook::order_status_transition, {from, to}, [this, from, to](OrderId, const Order&) { add(fmt::format("woocommerce_order_status_{}_to_{}", from, to)); });
        }
    }
    std::vector<std::string> take() { return std::exchange(fired_, {}); }

private:
    void add(std::string_view name) { fired_.emplace_back(name); }
    std::vector<std::string> fired_;
};

using Names = std::vector<std::string>;

}  // namespace

TEST_CASE("an order is created, read, changed, refunded, trashed, restored and removed, with the same events in either store [G19]") {
    const std::string store = GENERATE("posts", "hpos");
    const bool mirrored = GENERATE(false, true);
    CAPTURE(store, mirrored);
    EmptyShop shop(store);
    shop.kernel().options().update(option::data_sync_enabled, mirrored ? "yes" : "no");
    Orders& orders = shop.kernel().orders();
    Trace trace(shop.kernel());

    Order order;
    order.set_billing_first_name("Ana");
    order.set_billing_email("ana@example.com");
    order.set_total("50");
    order.add_meta_data("gift", "yes");
    order.add_product("Tea", "4", "40", "40");
    REQUIRE(orders.save(order));
    CHECK(order.get_id() != OrderId{});
    CHECK(trace.take() == Names{"woocommerce_before_order_object_save", "woocommerce_new_order", "woocommerce_new_order_item", "woocommerce_after_order_object_save"});

    auto loaded = orders.get(order.get_id());
    REQUIRE(loaded);
    CHECK(loaded->get_billing_first_name() == "Ana");
    CHECK(loaded->get_status() == "pending");
    CHECK(loaded->get_meta("gift") == "yes");
    CHECK(loaded->get_total().to_string() == "50");
    REQUIRE(loaded->get_items().size() == 1);
    CHECK(loaded->get_items()[0].get_quantity().to_string() == "4");

    loaded->set_status("processing");
    REQUIRE(orders.save(*loaded));
    CHECK(trace.take() == Names{"woocommerce_before_order_object_save", "woocommerce_update_order", "woocommerce_after_order_object_save", "woocommerce_order_status_processing",
                                "woocommerce_order_note_added", "woocommerce_order_status_pending_to_processing", "woocommerce_order_status_changed",
                                "woocommerce_order_payment_status_changed"});
    CHECK(orders.get_notes(order.get_id()).back().content == "Order status changed from Pending payment to Processing.");

    const Order refund = orders.refund({order.get_id(), Decimal::parse("20"), "broken", 7});
    CHECK(refund.get_total().to_string() == "-20");
    CHECK(orders.get_remaining_refund_amount(order.get_id()).to_string() == "30");
    CHECK(trace.take() == Names{"woocommerce_before_order_object_save", "woocommerce_create_refund", "woocommerce_update_order_refund", "woocommerce_order_partially_refunded",
                                "woocommerce_update_order", "woocommerce_after_order_object_save", "woocommerce_refund_created", "woocommerce_order_refunded"});

    REQUIRE(orders.trash(order.get_id()));
    CHECK(trace.take() == Names{"woocommerce_before_trash_order", "woocommerce_trash_order"});
    CHECK(orders.require(order.get_id()).get_status() == "trash");
    CHECK(orders.require(refund.get_id()).get_status() == "trash");

    REQUIRE(orders.untrash(order.get_id()));
    CHECK(trace.take() == Names{"woocommerce_untrash_order", "woocommerce_before_order_object_save", "woocommerce_update_order", "woocommerce_after_order_object_save",
                                "woocommerce_order_status_processing", "woocommerce_order_note_added", "woocommerce_order_status_trash_to_processing", "woocommerce_order_status_changed"});
    CHECK(orders.require(order.get_id()).get_status() == "processing");

    REQUIRE(orders.remove(order.get_id()));
    CHECK(trace.take() == Names{"woocommerce_before_delete_order", "woocommerce_delete_order"});
    CHECK(!orders.get(order.get_id()));
    CHECK(!orders.get(refund.get_id()));
    CHECK(select_one(shop.database(), "SELECT COUNT(*) FROM wp_posts") == "0");
    CHECK(select_one(shop.database(), "SELECT COUNT(*) FROM wp_comments") == "0");
    CHECK(select_one(shop.database(), "SELECT COUNT(*) FROM wp_woocommerce_order_itemmeta") == "0");
}

TEST_CASE("whoever sets the status to refunded refunds what remains, once [G10]") {
    const std::string store = GENERATE("posts", "hpos");
    CAPTURE(store);
    EmptyShop shop(store);
    Orders& orders = shop.kernel().orders();
    Order order;
    order.set_total("50");
    order.set_status("processing");
    REQUIRE(orders.save(order));
    const OrderId id = order.get_id();
    orders.refund({id, Decimal::parse("20"), "broken", 7});
    Trace trace(shop.kernel());
    orders.update(id, [](Order& changed) { changed.set_status("refunded"); });
    CHECK(trace.take() == Names{"woocommerce_before_order_object_save", "woocommerce_update_order", "woocommerce_after_order_object_save", "woocommerce_order_status_refunded",
                                "woocommerce_before_order_object_save", "woocommerce_create_refund", "woocommerce_update_order_refund", "woocommerce_order_fully_refunded",
                                "woocommerce_update_order", "woocommerce_after_order_object_save", "woocommerce_refund_created", "woocommerce_order_refunded",
                                "woocommerce_order_note_added", "woocommerce_order_note_added", "woocommerce_order_status_processing_to_refunded",
                                "woocommerce_order_status_changed"});
    const auto refunds = orders.get_refunds(id);
    REQUIRE(refunds.size() == 2);
    CHECK(refunds[1].get_amount() == Decimal::parse("30"));
    CHECK(refunds[1].get_reason() == "Order fully refunded.");
    CHECK(orders.get_remaining_refund_amount(id) == Decimal{});
    CHECK(orders.require(id).get_status() == "refunded");
    // There and back: nothing remains, so nothing is refunded again.
    orders.update(id, [](Order& changed) { changed.set_status("completed"); });
    orders.update(id, [](Order& changed) { changed.set_status("refunded"); });
    CHECK(orders.get_refunds(id).size() == 2);
}

TEST_CASE("an order without an e-mail has that of its customer's account, a guest has none") {
    const std::string store = GENERATE("posts", "hpos");
    CAPTURE(store);
    EmptyShop shop(store);
    execute(shop.database(), "CREATE TABLE wp_users (ID BIGINT PRIMARY KEY, user_email VARCHAR(100))");
    execute(shop.database(), "INSERT INTO wp_users VALUES (5, 'five@example.com'), (6, 'not an address')");
    Orders& orders = shop.kernel().orders();
    const auto email_of = [&](std::uint64_t customer, std::string_view given) {
        Order order;
        order.set_customer_id(customer);
        order.set_billing_email(given);
        REQUIRE(orders.save(order));
        return orders.require(order.get_id()).get_billing_email();
    };
    CHECK(email_of(5, "") == "five@example.com");
    CHECK(email_of(5, "other@example.com") == "other@example.com");
    CHECK(email_of(6, "").empty());
    CHECK(email_of(7, "").empty());
    CHECK(email_of(0, "").empty());
    // Looking at an order is no reason to change it.
    Order guest;
    REQUIRE(orders.save(guest));
    execute(shop.database(), "UPDATE " + std::string(store == "hpos" ? "wp_wc_orders SET customer_id = 5" : "wp_postmeta SET meta_value = '5'") + " WHERE " +
                                 (store == "hpos" ? "id = " : "meta_key = '_customer_user' AND post_id = ") + std::to_string(guest.get_id().value));
    Order loaded = orders.require(guest.get_id());
    CHECK(orders.save(loaded).outcome == Outcome::unchanged);
    loaded.set_customer_note("ring");
    CHECK(orders.save(loaded).outcome == Outcome::written);
    CHECK(loaded.get_billing_email() == "five@example.com");
    // What nobody changed is no conflict between two who changed something else.
    Order another;
    REQUIRE(orders.save(another));
    execute(shop.database(), "UPDATE " + std::string(store == "hpos" ? "wp_wc_orders SET customer_id = 5" : "wp_postmeta SET meta_value = '5'") + " WHERE " +
                                 (store == "hpos" ? "id = " : "meta_key = '_customer_user' AND post_id = ") + std::to_string(another.get_id().value));
    Order first = orders.require(another.get_id()), second = first;
    first.set_customer_note("ring");
    second.add_meta_data("gift", "yes");
    CHECK(orders.save(first).outcome == Outcome::written);
    CHECK(orders.save(second).outcome == Outcome::written);
    CHECK(orders.require(another.get_id()).get_billing_email() == "five@example.com");
}

TEST_CASE("a guest's order is nobody's, and only the whole key opens an order [G34]") {
    const std::string store = GENERATE("posts", "hpos");
    CAPTURE(store);
    EmptyShop shop(store);
    Orders& orders = shop.kernel().orders();
    Order guest, ana;
    ana.set_customer_id(5);
    REQUIRE(orders.save(guest));
    REQUIRE(orders.save(ana));
    CHECK_FALSE(orders.require(guest.get_id()).belongs_to(0));
    CHECK_FALSE(orders.require(ana.get_id()).belongs_to(0));
    CHECK(orders.require(ana.get_id()).belongs_to(5));
    const std::string key = guest.get_order_key();
    CHECK(orders.get_id_by_order_key(key) == guest.get_id());
    CHECK(guest.key_is_valid(key));
    for (const std::string& other : {std::string{}, key.substr(0, key.size() - 1), key + "x", std::string("WC_ORDER_") + key.substr(9), ana.get_order_key()}) {
        CHECK_FALSE(guest.key_is_valid(other));
        CHECK(orders.get_id_by_order_key(other) != guest.get_id());
    }
    guest.set_order_key("");
    CHECK_FALSE(guest.key_is_valid(""));
    // A conflict over a key names the field alone.
    Order first = orders.require(ana.get_id()), second = first;
    first.set_order_key("wc_order_first");
    second.set_order_key("wc_order_second");
    REQUIRE(orders.save(first));
    try {
        orders.require_saved(second);
        FAIL("a conflict");
    } catch (const Error& error) {
        const std::string text = std::string(error.what()) + error.hint();
        CHECK(text.find("order_key") != std::string::npos);
        CHECK(text.find("wc_order_") == std::string::npos);
    }
}

TEST_CASE("in a database without posts orders have ids of their own, and none is given twice") {
    EmptyShop shop("hpos");
    execute(shop.database(), "DROP TABLE wp_posts");
    execute(shop.database(), "DROP TABLE wp_postmeta");
    Orders& orders = shop.kernel().orders();
    const auto make = [&] {
        Order order;
        order.set_total("5");
        orders.require_saved(order);  // several threads: no assertion here
        return order.get_id().value;
    };
    const std::uint64_t first = make();
    CHECK(make() == first + 1);
    REQUIRE(orders.remove(OrderId{first + 1}));
    CHECK(make() == first + 2);
    // An order that somebody else wrote.
    execute(shop.database(), "INSERT INTO wp_wc_orders (id, type, status, currency) VALUES (1000, 'shop_order', 'wc-pending', 'EUR')");
    CHECK(make() == 1001);
    REQUIRE(orders.remove(OrderId{1001}));
    CHECK(make() == 1002);
    const Order refund = orders.refund({OrderId{1002}, Decimal::parse("2"), "", 0});
    CHECK(refund.get_id().value == 1003);
    std::vector<std::thread> threads;
    std::mutex mutex;
    std::set<std::uint64_t> ids;
    for (int thread = 0; thread < 4; ++thread)
        threads.emplace_back([&] {
            for (int i = 0; i < 5; ++i) {
                const std::uint64_t id = make();
                const std::lock_guard lock(mutex);
                ids.insert(id);
            }
        });
    for (std::thread& thread : threads) thread.join();
    CHECK(ids.size() == 20);
    CHECK(*ids.begin() > 1003);
}

TEST_CASE("what is refunded is rounded once, as the order's total was, and a total of many decimals is settled by the amount that people see [G10]") {
    const std::string store = GENERATE("posts", "hpos");
    CAPTURE(store);
    EmptyShop shop(store);
    Orders& orders = shop.kernel().orders();
    // 10 with 21 % tax in it: 8.264463 and 1.735537.
    Order order;
    OrderItem line = order.add_product("Tea", "1", "8.264463", "8.264463");
    line.set_meta("_line_tax_data", R"(a:2:{s:5:"total";a:1:{i:1;s:8:"1.735537";}s:8:"subtotal";a:1:{i:1;s:8:"1.735537";}})");
    order.set_total("10");
    REQUIRE(orders.save(order));
    RefundRequest whole;
    whole.order = order.get_id();
    whole.lines = {orders.refund_line(order, order.get_items()[0].get_id(), *Decimal::parse("1"))};
    CHECK(orders.refund(whole).get_amount() == Decimal::parse("10"));
    CHECK(orders.require(order.get_id()).get_status() == "refunded");

    Order odd;
    odd.set_total("6424.658289");
    REQUIRE(orders.save(odd));
    CHECK(orders.get_remaining_refund_amount(odd.get_id()) == Decimal::parse("6424.66"));
    orders.refund({odd.get_id(), Decimal::parse("6424.66")});
    CHECK(orders.get_remaining_refund_amount(odd.get_id()) == Decimal{});
    CHECK(orders.require(odd.get_id()).get_status() == "refunded");

    // Older plugins keep numbers as numbers.
    Order numbers;
    OrderItem tea = numbers.add_product("Tea", "1", "10", "10");
    tea.set_meta("_line_tax_data", R"(a:1:{s:5:"total";a:2:{i:1;d:2.1;i:2;i:3;}})");
    REQUIRE(orders.save(numbers));
    const RefundLine taxes = orders.refund_line(numbers, numbers.get_items()[0].get_id(), *Decimal::parse("1"));
    CHECK(taxes.taxes == std::map<std::uint64_t, Decimal>{{1, *Decimal::parse("2.1")}, {2, *Decimal::parse("3")}});
}

TEST_CASE("a post that has an order's id by now is no copy of it: removing the order leaves it [G7]") {
    EmptyShop shop("hpos");
    shop.kernel().options().update(option::data_sync_enabled, "yes");
    Orders& orders = shop.kernel().orders();
    Order order;
    REQUIRE(orders.save(order));
    execute(shop.database(), fmt::format("UPDATE wp_posts SET post_type = 'page', post_title = 'About us' WHERE ID = {}", order.get_id()));
    execute(shop.database(), fmt::format("INSERT INTO wp_postmeta (post_id, meta_key, meta_value) VALUES ({}, '_wp_page_template', 'default')", order.get_id()));
    REQUIRE(orders.remove(order.get_id()));
    CHECK(!orders.get(order.get_id()));
    CHECK(select_one(shop.database(), "SELECT post_title FROM wp_posts") == "About us");
    CHECK(select_one(shop.database(), "SELECT COUNT(*) FROM wp_postmeta") == "1");
}

TEST_CASE("emptying the trash leaves an order that is restored in that moment [G8]") {
    const std::string store = GENERATE("posts", "hpos");
    CAPTURE(store);
    EmptyShop shop(store);
    Orders& orders = shop.kernel().orders();
    Order restored, old;
    restored.set_total("5");
    old.set_total("5");
    REQUIRE(orders.save(restored));
    REQUIRE(orders.save(old));
    orders.refund({restored.get_id(), Decimal::parse("1")});
    REQUIRE(orders.trash(restored.get_id()));
    REQUIRE(orders.trash(old.get_id()));
    shop.kernel().hooks().on(hook::before_delete_order, [&](OrderId id, const Order&) {
        if (id == restored.get_id()) orders.untrash(id);
    });
    CHECK(orders.empty_trash(std::chrono::floor<std::chrono::seconds>(std::chrono::system_clock::now()) + std::chrono::hours(1), {}) == 1);
    CHECK(orders.require(restored.get_id()).get_status() == "pending");
    CHECK(orders.get_refunds(restored.get_id()).size() == 1);
    CHECK(!orders.get(old.get_id()));
}

TEST_CASE("whoever listens to a refund, a note or the trash is given the whole order [G19]") {
    const std::string store = GENERATE("posts", "hpos");
    CAPTURE(store);
    EmptyShop shop(store);
    Orders& orders = shop.kernel().orders();
    Order order;
    order.add_product("Tea", "1", "5", "5");
    order.set_total("5");
    REQUIRE(orders.save(order));
    int seen = 0;
    for (const std::string_view status : {"refunded", "pending"})
        shop.kernel().hooks().on(hook::order_status, {status}, [&](OrderId, const Order& given) {
            Order copy = given;
            CHECK(copy.get_items().size() == 1);
            ++seen;
        });
    orders.refund({order.get_id()});
    orders.update(order.get_id(), [](Order& changed) { changed.set_status("pending"); });
    REQUIRE(orders.trash(order.get_id()));
    REQUIRE(orders.untrash(order.get_id()));
    CHECK(seen == 3);
}

TEST_CASE("an order in a status whose plugin is gone is found by its key and among all, and its refunds count [G10]") {
    const std::string store = GENERATE("posts", "hpos");
    CAPTURE(store);
    EmptyShop shop(store);
    Orders& orders = shop.kernel().orders();
    Order order;
    order.set_total("50");
    REQUIRE(orders.save(order));
    const Order refund = orders.refund({order.get_id(), Decimal::parse("20")});
    execute(shop.database(), store == "hpos" ? "UPDATE wp_wc_orders SET status = 'wc-shipped'" : "UPDATE wp_posts SET post_status = 'wc-shipped'");
    CHECK(orders.get_id_by_order_key(order.get_order_key()) == order.get_id());
    OrderQuery all;
    all.statuses = {"all"};
    CHECK(orders.find(all).ids == std::vector<OrderId>{order.get_id()});
    CHECK(orders.get_remaining_refund_amount(order.get_id()) == Decimal::parse("30"));
    CHECK_THROWS_AS(orders.refund({order.get_id(), Decimal::parse("31")}), Error);
    REQUIRE(orders.remove(order.get_id()));
    CHECK(!orders.get(refund.get_id()));
}

TEST_CASE("a caller's transaction that fails takes the tables along that its save made; the next save makes them again [G12]", "[sqlite]") {
    EmptyShop shop("hpos");
    execute(shop.database(), "DROP TABLE wp_ordo_journal");
    Orders& orders = shop.kernel().orders();
    Order order;
    CHECK_THROWS_AS(shop.database().write([&](Unit&) {
        REQUIRE(orders.save(order));
        throw Error(errc::usage, "the caller gives up");
    }), Error);
    Order next;
    CHECK(orders.save(next));
    CHECK(select_one(shop.database(), "SELECT COUNT(*) FROM wp_ordo_journal") == "1");
}

TEST_CASE("two saves of different fields both survive, of the same field the later one gets both values [G8]") {
    const std::string store = GENERATE("posts", "hpos");
    CAPTURE(store);
    EmptyShop shop(store);
    Orders& orders = shop.kernel().orders();
    Order order;
    order.set_billing_city("Brno");
    REQUIRE(orders.save(order));

    Order first = orders.require(order.get_id()), second = first;
    first.set_billing_city("Praha");
    second.set_customer_note("ring twice");
    REQUIRE(orders.save(first));
    REQUIRE(orders.save(second));
    CHECK(orders.require(order.get_id()).get_billing_city() == "Praha");
    CHECK(orders.require(order.get_id()).get_customer_note() == "ring twice");

    Order late = orders.require(order.get_id()), early = late;
    early.set_billing_city("Olomouc");
    late.set_billing_city("Zlín");
    REQUIRE(orders.save(early));
    const SaveResult conflict = orders.save(late);
    CHECK(conflict.outcome == Outcome::conflict);
    REQUIRE(conflict.conflicts.size() == 1);
    CHECK(conflict.conflicts[0].field == "billing_city");
    CHECK(conflict.conflicts[0].stored == "Olomouc");
    CHECK(conflict.conflicts[0].wanted == "Zlín");
}

TEST_CASE("what is computed together conflicts together: totals with the items, a status with its dates [G8]") {
    const std::string store = GENERATE("posts", "hpos");
    CAPTURE(store);
    EmptyShop shop(store);
    Orders& orders = shop.kernel().orders();
    Order order;
    order.add_product("Tea", "1", "10", "10");
    order.set_total("10");
    REQUIRE(orders.save(order));
    const auto save_both = [&](const std::function<void(Order&)>& a, const std::function<void(Order&)>& b) {
        Order first = orders.require(order.get_id()), second = first;
        a(first);
        b(second);
        REQUIRE(orders.save(first));
        return orders.save(second).outcome;
    };
    CHECK(save_both([](Order& o) { o.set_total("11"); }, [](Order& o) { o.set_shipping_total("1"); }) == Outcome::conflict);
    CHECK(save_both([](Order& o) { o.add_fee("Box", "1"); o.set_total("12"); }, [](Order& o) { o.get_items()[0].set_quantity("2"); }) == Outcome::conflict);
    CHECK(save_both([](Order& o) { o.set_status("completed"); }, [](Order& o) { o.set_date_paid(std::nullopt); o.set_date_completed(UtcSeconds{}); }) == Outcome::conflict);
    CHECK(save_both([](Order& o) { o.update_meta_data("a", "1"); }, [](Order& o) { o.update_meta_data("b", "1"); }) == Outcome::written);
    CHECK(save_both([](Order& o) { o.update_meta_data("a", "2"); }, [](Order& o) { o.update_meta_data("a", "3"); }) == Outcome::conflict);
    CHECK(save_both([](Order& o) { o.update_meta_data("a", "4"); }, [](Order& o) { o.update_meta_data("a", "4"); }) == Outcome::conflict);

    // Who writes past Ordo is somebody else too.
    Order mine = orders.require(order.get_id());
    mine.set_customer_note("mine");
    execute(shop.database(), store == "posts" ? "UPDATE wp_posts SET post_excerpt = 'theirs'" : "UPDATE wp_wc_orders SET customer_note = 'theirs'");
    const SaveResult conflict = orders.save(mine);
    REQUIRE(conflict.outcome == Outcome::conflict);
    CHECK(conflict.conflicts[0].stored == "theirs");
    CHECK(orders.update(order.get_id(), [](Order& o) { o.set_customer_note(o.get_customer_note() + ", mine"); }).get_customer_note() == "theirs, mine");
}

TEST_CASE("filters change what is saved, a veto stops it with its reason, and a failing transition is noted [G19]") {
    const std::string store = GENERATE("posts", "hpos");
    CAPTURE(store);
    EmptyShop shop(store);
    Orders& orders = shop.kernel().orders();
    Hooks& hooks = shop.kernel().hooks();
    hooks.on(hook::order_before_save, [](Order order, OrderId) {
        order.update_meta_data("stamped", "yes");
        return order;
    });
    hooks.on(hook::can_save_order, [](OrderId, const Order& order) -> std::optional<std::string> {
        if (order.get_billing_country() == "XX") return "we do not ship there";
        return std::nullopt;
    });
    Order order;
    REQUIRE(orders.save(order));
    CHECK(order.get_meta("stamped") == "yes");
    order.set_billing_country("XX");
    const SaveResult refused = orders.save(order);
    CHECK(refused.outcome == Outcome::refused);
    REQUIRE(refused.refusals.size() == 1);
    CHECK(refused.refusals[0].reason == "we do not ship there");
    CHECK(orders.require(order.get_id()).get_billing_country().empty());

    hooks.on(hook::order_status, {"completed"}, [](OrderId, const Order&) { throw Error(errc::internal, "no printer"); });
    orders.update(order.get_id(), [](Order& o) { o.set_status("completed", "Picked up."); });
    const auto notes = orders.get_notes(order.get_id());
    REQUIRE(notes.size() == 2);
    CHECK(notes[0].content == "Picked up. Order status changed from Pending payment to Completed.");
    CHECK(notes[1].content == "Error during status transition. plugin embedder: no printer");
}

TEST_CASE("bad input is refused with its field, and nothing of it is written") {
    const std::string store = GENERATE("posts", "hpos");
    CAPTURE(store);
    EmptyShop shop(store);
    Orders& orders = shop.kernel().orders();
    Order order;
    order.set_total("10");
    REQUIRE(orders.save(order));
    const auto before = shop.export_all(store);
    const SiteZone& zone = orders.site_zone();
    struct Case {
        const char* what;
        std::function<void(Order&)> change;
        const char* code;
        const char* message;
    };
    const std::vector<Case> cases{
        {"unknown field", [](Order& o) { o.set("colour", "red"); }, "ordo.order.unknown_field", "colour"},
        {"amount with a comma", [](Order& o) { o.set_total("12,5"); }, "ordo.order.bad_value", "total_amount"},
        {"nine decimals", [](Order& o) { o.set_total("0.123456789"); }, "ordo.order.bad_value", "decimals"},
        {"too large", [](Order& o) { o.set_total("12345678901234567890"); }, "ordo.order.bad_value", "total_amount"},
        {"no e-mail", [](Order& o) { o.set_billing_email("x"); }, "ordo.order.bad_value", "billing_email"},
        {"long e-mail", [](Order& o) { o.set_billing_email(std::string(390, 'a') + "@example.com"); }, "ordo.order.bad_value", "billing_email"},
        {"NUL", [](Order& o) { o.set_billing_city(std::string("a\0b", 3)); }, "ordo.order.bad_value", "NUL"},
        {"no UTF-8", [](Order& o) { o.set_billing_city("\xff"); }, "ordo.order.bad_value", "UTF-8"},
        {"no UTF-8 in meta", [](Order& o) { o.update_meta_data("k", "\xc3"); }, "ordo.order.bad_value", "UTF-8"},
        {"unknown status", [](Order& o) { o.set_status("shipped"); }, "ordo.order.bad_value", "shipped"},
        {"negative quantity", [](Order& o) { o.add_product("Tea", "-1", "1", "1"); }, "ordo.order.bad_value", "quantity"},
        {"currency", [](Order& o) { o.set_currency("Euro"); }, "ordo.order.bad_value", "currency"},
        {"internal key", [](Order& o) { o.update_meta_data("_billing_city", "x"); }, "ordo.order.bad_value", "billing_city"},
        {"long meta key", [](Order& o) { o.update_meta_data(std::string(256, 'k'), "x"); }, "ordo.order.bad_value", "255"},
        {"long note", [](Order& o) { o.set_customer_note(std::string(1U << 20U, 'n')); }, "ordo.order.bad_value", "customer_note"},
        {"flag", [&](Order& o) { o.set("prices_include_tax", "maybe", &zone); }, "ordo.order.bad_value", "prices_include_tax"},
        {"date", [&](Order& o) { o.set("date_paid", "yesterday", &zone); }, "ordo.order.bad_value", "date_paid"},
    };
    for (const Case& one : cases) {
        INFO(one.what);
        Order changed = orders.require(order.get_id());
        try {
            one.change(changed);
            orders.save(changed);
            FAIL_CHECK("was accepted");
        } catch (const Error& error) {
            CHECK(error.code().name == one.code);
            CHECK_THAT(error.what(), Catch::Contains(one.message));
        }
    }
    CHECK(code_of([&] { orders.refund({order.get_id(), Decimal::parse("10.01")}); }) == "ordo.order.bad_value");
    CHECK(code_of([&] { orders.refund({OrderId{999}, Decimal::parse("1")}); }) == "ordo.order.missing");
    CHECK(code_of([&] { orders.add_note({order.get_id(), std::string(1U << 20U, 'n')}); }) == "ordo.order.bad_value");
    CHECK(code_of([&] {
              Order refund{std::string(type_shop_order_refund)};
              refund.set_parent_id(OrderId{999});
              orders.save(refund);
          }) == "ordo.order.bad_value");
    CHECK(code_of([&] {
              Order odd{"shop_subscription"};
              orders.save(odd);
          }) == "ordo.order.type_unknown");
    CHECK(!orders.get(OrderId{999}));
    CHECK(orders.trash(OrderId{999}).outcome == Outcome::missing);
    CHECK(shop.export_all(store) == before);
}

#if defined(ORDO_FAULT_POINTS)
TEST_CASE("whatever is done to an order and stopped at any statement has been done or not [G12]") {
    const std::string store = GENERATE("posts", "hpos");
    const std::string operation = GENERATE("create", "update", "note", "refund", "trash", "untrash", "remove");
    CAPTURE(store, operation);
    EmptyShop shop(store);
    Orders& orders = shop.kernel().orders();
    const auto make = [&] {
        Order order;
        order.add_product("Tea", "1", "10", "10");
        order.set_total("10");
        return order;
    };
    const auto act = [&](Order& order) {
        if (operation == "create") orders.require_saved(order);
        else if (operation == "note") orders.add_note({order.get_id(), "x"});
        else if (operation == "refund") orders.refund({order.get_id(), Decimal::parse("0.01")});
        else if (operation == "trash") orders.trash(order.get_id());
        else if (operation == "untrash") orders.untrash(order.get_id());
        else if (operation == "remove") orders.remove(order.get_id());
        else {
            order.set_status("processing");
            order.set_billing_city("Brno");
            order.add_meta_data("gift", "yes");
            order.add_fee("Box", "1");
            order.get_items()[0].set_quantity("2");
            orders.require_saved(order);
        }
    };
    const auto everything = [&] {
        std::vector<std::vector<SqlRow>> tables;
        for (const std::string& table : table_names(shop.database()))
            if (!table.starts_with("sqlite")) tables.push_back(select(shop.database(), "SELECT * FROM " + table));
        return tables;
    };
    struct Stop {};
    struct Restore {
        ~Restore() { database::fault_handler() = {}; }
    } restore;
    Order first = make();
    orders.require_saved(first);  // makes the tables
    int points = 0, undone = 0, done = 0;
    for (int stop_at = 1; points == 0; ++stop_at) {
        // Everyone has an order of their own, in the state that the operation begins with.
        Order order = make();
        if (operation != "create") {
            orders.require_saved(order);
            orders.refund({order.get_id(), Decimal::parse("1")});
            if (operation == "untrash") REQUIRE(orders.trash(order.get_id()));
            order = orders.require(order.get_id());
        }
        const auto before = everything();
        int passed = 0;
        bool committed = false;
        database::fault_handler() = [&](std::string_view point) {
            committed = committed || point == "committed";
            if (++passed == stop_at) throw Stop{};
        };
        try {
            act(order);
            points = passed;
        } catch (const Stop&) {
        } catch (const Error&) {  // it came by way of a plugin
        }
        database::fault_handler() = {};
        if (points > 0 && done == 0) {  // options are asked for once a second: not every time has as many statements
            points = 0;
            stop_at -= 2;
            continue;
        }
        if (points > 0) break;
        const bool changed = everything() != before;
        CHECK(changed == committed);
        ++(changed ? done : undone);
    }
    CHECK(points > 10);
    CHECK(undone > 8);
    CHECK(done > 0);
    CHECK(shop.kernel().ledger().check().counts_agree());
}
#endif

TEST_CASE("removing an order removes what hangs on it, and what the other store has of it goes at once or by a record [TD123] [DS13] [TD125] [TD127] [TD129] [G7]") {
    const std::string store = GENERATE("posts", "hpos");
    const bool mirrored = GENERATE(false, true);
    CAPTURE(store, mirrored);
    EmptyShop shop(store);
    const std::string other = store == "posts" ? "hpos" : "posts";
    Orders& orders = shop.kernel().orders();
    Order order;
    order.set_total("10");
    REQUIRE(orders.save(order));
    const Order refund = orders.refund({order.get_id(), Decimal::parse("4")});
    shop.kernel().synchronizer().sync({});
    REQUIRE(shop.export_all(other).size() == 2);
    shop.kernel().options().update(option::data_sync_enabled, mirrored ? "yes" : "no");
    REQUIRE(orders.remove(order.get_id()));
    CHECK(shop.export_all(store).empty());
    CHECK(shop.export_all(other).size() == (mirrored ? 0 : 2));
    const std::string records = "SELECT COUNT(*) FROM wp_wc_orders_meta WHERE meta_key = '_deleted_from' AND meta_value = '" + std::string(store == "posts" ? "posts_table" : "orders_table") + "'";
    CHECK(select_one(shop.database(), records) == (mirrored ? "0" : "2"));
    shop.kernel().synchronizer().sync({});
    CHECK(shop.export_all(other).empty());
    CHECK(select_one(shop.database(), "SELECT COUNT(*) FROM wp_wc_orders_meta") == "0");

    // Never mirrored: no record either, and an id is not given twice.
    Order next;
    REQUIRE(orders.save(next));
    CHECK(next.get_id() > refund.get_id());
    const OrderId id = next.get_id();
    REQUIRE(orders.remove(id));
    CHECK(select_one(shop.database(), "SELECT COUNT(*) FROM wp_wc_orders_meta") == "0");
    CHECK(select_one(shop.database(), "SELECT COUNT(*) FROM wp_posts") == "0");
    Order last;
    REQUIRE(orders.save(last));
    CHECK(last.get_id() > id);
}

TEST_CASE("the ledger counts what is saved, sees what others changed, and is made anew by a scan [G15]") {
    const std::string store = GENERATE("posts", "hpos");
    CAPTURE(store);
    EmptyShop shop(store);
    Orders& orders = shop.kernel().orders();
    OrderLedger& ledger = shop.kernel().ledger();
    for (int i = 0; i < 5; ++i) {
        Order order;
        order.set_total("10");
        REQUIRE(orders.save(order));
        if (i > 2) orders.update(order.get_id(), [](Order& o) { o.set_status("completed"); });
        if (i == 4) orders.refund({order.get_id(), Decimal::parse("10")});
    }
    CHECK(ledger.counts() == OrderCounts{{{"shop_order", "wc-pending"}, 3}, {{"shop_order", "wc-completed"}, 1}, {{"shop_order", "wc-refunded"}, 1}, {{"shop_order_refund", "wc-completed"}, 1}});
    CHECK(ledger.check().counts_agree());
    CHECK(ledger.rebuild().without_digest == 6);
    CHECK(ledger.check().without_digest == 0);
    CHECK(ledger.check().changed_outside == 0);
    execute(shop.database(), store == "posts" ? "UPDATE wp_posts SET post_status = 'wc-on-hold' WHERE post_status = 'wc-pending'" : "UPDATE wp_wc_orders SET status = 'wc-on-hold' WHERE status = 'wc-pending'");
    CHECK(ledger.check().changed_outside == 3);
    CHECK(!ledger.check().counts_agree());
    ledger.rebuild();
    CHECK(ledger.check().changed_outside == 0);
    CHECK(ledger.check().counts_agree());
}

TEST_CASE("the history says who changed which fields, a save at a time") {
    const std::string store = GENERATE("posts", "hpos");
    CAPTURE(store);
    EmptyShop shop(store);
    Orders& orders = shop.kernel().orders();
    Order order;
    REQUIRE(orders.save(order, {{"user", "checkout"}}));
    orders.update(order.get_id(), [](Order& o) { o.set_billing_city("Brno"); o.update_meta_data("gift", "yes"); }, {{"user", "staff"}});
    orders.update(order.get_id(), [](Order& o) { o.set_billing_city("Brno"); }, {{"user", "nobody"}});
    const auto history = orders.get_history(order.get_id());
    REQUIRE(history.size() == 2);
    CHECK(history[0].operation == "create");
    CHECK(history[0].actor == "checkout");
    CHECK(history[1].actor == "staff");
    CHECK(history[1].version == 2);
    const auto& fields = history[1].fields;
    CHECK(std::find(fields.begin(), fields.end(), "billing_city") != fields.end());
    CHECK(std::find(fields.begin(), fields.end(), "meta gift") != fields.end());
    CHECK(history[1].changes.empty());
}

TEST_CASE("the history keeps values where it is told to, but no secrets, and forgets those of removed orders, and what is too old [G34]") {
    TempDirectory directory;
    KernelOptions options = kernel_options();
    options.config_file = directory.write("ordo.toml", "[history]\nvalues = true\nretention_days = 30\n");
    EmptyShop shop("hpos", options);
    Orders& orders = shop.kernel().orders();
    Order order;
    order.set_billing_city("Brno");
    REQUIRE(orders.save(order));
    const std::string key = order.get_order_key();
    CHECK(orders.get_history(order.get_id())[0].changes.find(key) == std::string::npos);
    orders.update(order.get_id(), [](Order& o) { o.set_billing_city("Praha"); });
    CHECK_THAT(orders.get_history(order.get_id())[1].changes, Catch::Contains(R"("billing_city":["Brno","Praha"])"));
    REQUIRE(orders.remove(order.get_id()));
    REQUIRE(orders.get_history(order.get_id()).size() == 3);
    CHECK(orders.get_history(order.get_id())[1].changes.empty());
    CHECK(shop.kernel().ledger().prune_history() == 0);
    execute(shop.database(), "UPDATE wp_ordo_journal SET at_gmt = '2020-01-01 00:00:00' WHERE operation = 'create'");
    CHECK(shop.kernel().ledger().prune_history() == 1);
    CHECK(orders.get_history(order.get_id()).size() == 2);
}

TEST_CASE("saves join a caller's transaction, and what they announce waits for its commit [G12]") {
    const std::string store = GENERATE("posts", "hpos");
    CAPTURE(store);
    EmptyShop shop(store);
    Orders& orders = shop.kernel().orders();
    Order order;
    REQUIRE(orders.save(order));
    int announced = 0;
    shop.kernel().hooks().on(hook::update_order, [&](OrderId, const Order&) { ++announced; });
    CHECK_THROWS_AS(shop.database().write([&](Unit&) {
        orders.update(order.get_id(), [](Order& o) { o.set_billing_city("Brno"); });
        CHECK(announced == 0);
        throw Error(errc::usage, "changed my mind");
    }), Error);
    CHECK(announced == 0);
    CHECK(orders.require(order.get_id()).get_billing_city().empty());
    shop.database().write([&](Unit&) {
        Order inside = order;
        inside.set_billing_city("Brno");
        REQUIRE(orders.save(inside));
        CHECK(announced == 0);
    });
    CHECK(announced == 1);
    CHECK(orders.require(order.get_id()).get_billing_city() == "Brno");
}

TEST_CASE("a save that comes to nothing leaves the ledger as it was") {
    const std::string store = GENERATE("posts", "hpos");
    CAPTURE(store);
    EmptyShop shop(store);
    Orders& orders = shop.kernel().orders();
    Order order;
    REQUIRE(orders.save(order));
    Order late = orders.require(order.get_id()), same = late;
    orders.update(order.get_id(), [](Order& o) { o.set_billing_city("Brno"); });
    shop.kernel().ledger().rebuild();
    const auto ledger = [&] { return select(shop.database(), "SELECT order_id, version, removed, digest FROM wp_ordo_ledger"); };
    const auto before = ledger();
    REQUIRE(before.size() == 1);
    late.set_billing_city("Praha");
    CHECK(orders.save(late).outcome == Outcome::conflict);
    CHECK(orders.untrash(order.get_id()).outcome == Outcome::unchanged);
    CHECK(orders.trash(OrderId{order.get_id().value + 1}).outcome == Outcome::missing);
    CHECK(ledger() == before);
    // Inside a caller's transaction too, which goes on.
    shop.database().write([&](Unit&) {
        Order again = same;
        again.set_billing_city("Praha");
        CHECK(orders.save(again).outcome == Outcome::conflict);
        Order next;
        REQUIRE(orders.save(next));
    });
    CHECK(ledger().size() == 2);
    CHECK(ledger()[0] == before[0]);

    // A scan takes nothing from what is known of a removed order.
    REQUIRE(orders.remove(order.get_id()));
    shop.kernel().ledger().rebuild();
    CHECK(select_one(shop.database(), fmt::format("SELECT removed FROM wp_ordo_ledger WHERE order_id = {}", order.get_id())) == "1");
}

}  // namespace ordo::test
