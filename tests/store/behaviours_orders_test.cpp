/// What WooCommerce's own tests assert of orders, where it needs a look at the tables or at two calls together; by its numbers.
#include <ordo/orders.hpp>

#include "tests/support/empty_shop.hpp"

namespace ordo::test {
namespace {

/// A shop of each store in turn, and its orders.
struct OrderShop {
    explicit OrderShop(const std::string& name) : store(name), shop(name), orders(shop.kernel().orders()) {}

    Order saved(const std::function<void(Order&)>& change) {
        Order order;
        change(order);
        orders.require_saved(order);
        return order;
    }
    std::string one(const std::string& sql) { return select_one(shop.database(), sql); }
    /// A meta row's value in the store.
    std::string meta(OrderId id, const std::string& key) {
        const bool hpos = store == "hpos";
        return one(fmt::format("SELECT meta_value FROM {} WHERE {} = {} AND meta_key = '{}'", hpos ? "wp_wc_orders_meta" : "wp_postmeta", hpos ? "order_id" : "post_id", id, key));
    }

    std::string store;
    EmptyShop shop;
    Orders& orders;
};

}  // namespace

TEST_CASE("an order whose address rows are gone gets them again with its next change [TD13]") {
    OrderShop all("hpos");
    Order order = all.saved([](Order& o) {
        o.set_billing_first_name("Ana");
        o.set_shipping_city("Brno");
    });
    execute(all.shop.database(), "DELETE FROM wp_wc_order_addresses");
    all.orders.update(order.get_id(), [](Order& o) {
        o.set_billing_first_name("Eva");
        o.set_billing_city("Praha");
        o.set_shipping_address_1("Dlouhá 1");
        o.set_transaction_id("txn-1");
    });
    const Order now = all.orders.require(order.get_id());
    CHECK(now.get_billing_first_name() == "Eva");
    CHECK(now.get_billing_city() == "Praha");
    CHECK(now.get_shipping_address_1() == "Dlouhá 1");
    CHECK(now.get_transaction_id() == "txn-1");
    CHECK(all.one("SELECT COUNT(*) FROM wp_wc_order_addresses") == "2");
}

TEST_CASE("a new order has its address index, and the status, customer and id that it was given [TD121] [TD141] [CR25]") {
    OrderShop all(GENERATE("posts", "hpos"));
    CAPTURE(all.store);
    const Order plain = all.saved([](Order&) {});
    CHECK(plain.has_status("pending"));
    CHECK(plain.has_status({"on-hold", "pending"}));
    CHECK_FALSE(plain.has_status({"on-hold", "completed"}));
    Order seen;
    all.shop.kernel().hooks().on(hook::new_order, [&](OrderId id, const Order&) { seen = all.orders.require(id); });
    const Order order = all.saved([](Order& o) {
        o.set_billing_address_1("Dlouhá 1");
        o.set_customer_id(7);
        o.set_status("processing");
    });
    CHECK_THAT(all.meta(order.get_id(), "_billing_address_index"), Catch::Contains("Dlouhá 1"));
    CHECK(seen.get_id() == order.get_id());
    CHECK(seen.get_customer_id() == 7);
    CHECK(seen.has_status("wc-processing"));
}

TEST_CASE("dates that are asked for are the site's or UTC's, as they are said [TD161] [TD163] [TD165]") {
    OrderShop all(GENERATE("posts", "hpos"));
    CAPTURE(all.store);
    all.shop.kernel().options().update(option::timezone_string, "Asia/Kolkata");  // five and a half hours before UTC
    all.saved([](Order& o) { o.set_date_created(parse_datetime("2023-08-31 20:00:00")); });
    const auto count = [&](std::string_view from, std::optional<std::string_view> before, bool local) {
        const auto instant = [&](std::string_view text) { return local ? *all.orders.site_zone().to_utc(*parse_datetime(text)) : *parse_datetime(text); };
        OrderQuery query;
        query.dates = {{FieldId::date_created_gmt, instant(from), before ? std::optional(instant(*before)) : std::nullopt}};
        return all.orders.find(query).total;
    };
    CHECK(count("2023-08-31 00:00:00", "2023-09-01 00:00:00", false) == 1);
    CHECK(count("2023-08-31 00:00:00", "2023-09-01 00:00:00", true) == 0);
    CHECK(count("2023-09-02 00:00:00", std::nullopt, true) == 0);
}

TEST_CASE("how many were found does not depend on what is fetched of them [TD65]") {
    OrderShop all(GENERATE("posts", "hpos"));
    CAPTURE(all.store);
    for (int i = 0; i < 5; ++i) all.saved([](Order&) {});
    OrderQuery query;
    query.limit = 2;
    const OrderPage page = all.orders.find(query);
    CHECK(page.ids.size() == 2);
    CHECK(page.total == 5);
    CHECK(page.pages == 3);
    CHECK(all.orders.get_many(page.ids).size() == 2);
}

TEST_CASE("meta changed with sync off stays changed in the authoritative store [RF7]") {
    OrderShop all(GENERATE("posts", "hpos"));
    CAPTURE(all.store);
    Order order = all.saved([](Order& o) {
        o.add_meta_data("gone", "1");
        o.add_meta_data("kept", "1");
    });
    all.shop.kernel().options().update(option::data_sync_enabled, "no");
    all.orders.update(order.get_id(), [](Order& o) {
        o.delete_meta_data("gone");
        o.update_meta_data("kept", "2");
        o.add_meta_data("added", "3");
    });
    const Order now = all.orders.require(order.get_id());
    CHECK(now.get_meta_values("gone").empty());
    CHECK(now.get_meta("kept") == "2");
    CHECK(now.get_meta("added") == "3");
}

TEST_CASE("a private note reads back as it was written [OF47]") {
    OrderShop all(GENERATE("posts", "hpos"));
    CAPTURE(all.store);
    const Order order = all.saved([](Order&) {});
    const std::uint64_t id = all.orders.add_note({order.get_id(), "looks right"});
    const auto notes = all.orders.get_notes(order.get_id());
    REQUIRE(notes.size() == 1);
    CHECK(notes[0].id == id);
    CHECK(notes[0].content == "looks right");
    CHECK(notes[0].author == "WooCommerce");
    CHECK(std::none_of(notes[0].meta.begin(), notes[0].meta.end(), [](const MetaRow& row) { return row.key == "is_customer_note"; }));
    CHECK(all.one("SELECT comment_post_ID FROM wp_comments") == std::to_string(order.get_id().value));
}

TEST_CASE("an order's post is a placeholder under hpos, an order under posts, and gone with it [DS5] [CR29]") {
    OrderShop all(GENERATE("posts", "hpos"));
    CAPTURE(all.store);
    const Order order = all.saved([](Order&) {});
    const std::string of_order = fmt::format(" FROM wp_posts WHERE ID = {}", order.get_id());
    CHECK(all.one("SELECT post_type" + of_order) == (all.store == "hpos" ? "shop_order_placehold" : "shop_order"));
    REQUIRE(all.orders.remove(order.get_id()));
    CHECK(all.one("SELECT COUNT(*)" + of_order) == "0");
}

TEST_CASE("a status is set on the object; only a saved order's is updated [CR33]") {
    OrderShop all(GENERATE("posts", "hpos"));
    CAPTURE(all.store);
    Order order;
    order.set_status("on-hold");
    CHECK(order.get_status() == "on-hold");
    CHECK_THROWS_AS(all.orders.update(order.get_id(), [](Order& o) { o.set_status("completed"); }), Error);
    all.orders.require_saved(order);
    CHECK(all.orders.update(order.get_id(), [](Order& o) { o.set_status("completed"); }).get_status() == "completed");
    CHECK(all.orders.require(order.get_id()).get_status() == "completed");
}

TEST_CASE("of four things one is refunded: three can still be [CR55]") {
    OrderShop all(GENERATE("posts", "hpos"));
    CAPTURE(all.store);
    Order order = all.saved([](Order& o) {
        o.add_product("Tea", "4", "40", "40");
        o.add_shipping("Post", "flat_rate", "10");
        o.set_total("50");
    });
    CHECK(all.orders.get_remaining_refund_items(order.get_id()) == Decimal::parse("4"));
    RefundRequest request;
    request.order = order.get_id();
    request.lines = {all.orders.refund_line(order, order.get_items()[0].get_id(), *Decimal::parse("1"))};
    all.orders.refund(request);
    CHECK(all.orders.get_remaining_refund_items(order.get_id()) == Decimal::parse("3"));
}

}  // namespace ordo::test
