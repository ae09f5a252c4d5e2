/// What WooCommerce's own tests assert of orders, where it needs a look at the tables or at two calls together; by its numbers.
#include <random>

#include <ordo/orders.hpp>

#include "kernel/database/sql_database.hpp"
#include "tests/support/empty_shop.hpp"
#include "tests/support/soak.hpp"

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

TEST_CASE("the column of creation is UTC, a getter's instant the same, the site's clocks another text [TD17]") {
    OrderShop all(GENERATE("posts", "hpos"));
    CAPTURE(all.store);
    all.shop.kernel().options().update(option::timezone_string, "America/Los_Angeles");
    const Order order = all.saved([](Order&) {});
    const UtcSeconds created = *all.orders.require(order.get_id()).get_date_created();
    const bool hpos = all.store == "hpos";
    const std::string column = all.one(hpos ? "SELECT date_created_gmt FROM wp_wc_orders" : "SELECT post_date_gmt FROM wp_posts");
    CHECK(column == format_datetime(created));
    CHECK(all.orders.site_zone().to_local(created) != column);
    CHECK(all.orders.site_zone().to_utc(*parse_datetime(all.orders.site_zone().to_local(created))) == created);
    CHECK(all.one("SELECT post_date FROM wp_posts") == all.orders.site_zone().to_local(created));
}

TEST_CASE("a text that looks serialised is stored as the text it is, in either store and on the way between them [TD9]") {
    OrderShop all(GENERATE("posts", "hpos"));
    CAPTURE(all.store);
    const std::string looks_like = R"(a:3:{i:0;s:1:"x";})", as_wordpress = R"(s:18:"a:3:{i:0;s:1:"x";}";)";
    const Order order = all.saved([&](Order& o) {
        o.add_meta_data("as wordpress", as_wordpress);
        o.add_meta_data("looks like", looks_like);
    });
    CHECK(all.meta(order.get_id(), "as wordpress") == as_wordpress);
    all.shop.kernel().synchronizer().sync({});
    CHECK(all.one("SELECT meta_value FROM wp_postmeta WHERE meta_key = 'as wordpress'") == as_wordpress);
    CHECK(all.one("SELECT meta_value FROM wp_wc_orders_meta WHERE meta_key = 'as wordpress'") == as_wordpress);
    CHECK(all.one("SELECT meta_value FROM wp_postmeta WHERE meta_key = 'looks like'") == looks_like);
    CHECK(all.orders.require(order.get_id()).get_meta("looks like") == looks_like);
}

TEST_CASE("an order that is removed leaves no row in any table [TD29]") {
    OrderShop all(GENERATE("posts", "hpos"));
    CAPTURE(all.store);
    const Order order = all.saved([](Order& o) {
        o.set_billing_city("Brno");
        o.set_shipping_city("Praha");
        o.add_meta_data("k", "v");
        o.add_product("Tea", "1", "10", "10");
    });
    all.orders.add_note({order.get_id(), "x", NoteKind::customer});
    const std::vector<std::string> of_hpos{"wp_wc_orders", "wp_wc_order_addresses", "wp_wc_order_operational_data", "wp_wc_orders_meta"};
    const std::vector<std::string> shared{"wp_posts", "wp_postmeta", "wp_comments", "wp_commentmeta", "wp_woocommerce_order_items", "wp_woocommerce_order_itemmeta"};
    if (all.store == "hpos")
        for (const std::string& table : of_hpos) CHECK(all.one("SELECT COUNT(*) FROM " + table) != "0");
    REQUIRE(all.orders.remove(order.get_id()));
    for (const auto& tables : {of_hpos, shared})
        for (const std::string& table : tables) {
            CAPTURE(table);
            CHECK(all.one("SELECT COUNT(*) FROM " + table) == "0");
        }
}

TEST_CASE("an order back from the trash is stored under its status with its prefix, and nothing of the trash is left [TD25] [TD27]") {
    OrderShop all(GENERATE("posts", "hpos"));
    CAPTURE(all.store);
    const Order order = all.saved([](Order& o) { o.set_status("on-hold"); });
    const std::string status = all.store == "hpos" ? "SELECT status FROM wp_wc_orders" : "SELECT post_status FROM wp_posts";
    const std::string left = fmt::format("SELECT COUNT(*) FROM {} WHERE meta_key LIKE '_wp_trash%'", all.store == "hpos" ? "wp_wc_orders_meta" : "wp_postmeta");
    REQUIRE(all.orders.trash(order.get_id()));
    CHECK(all.one(status) == "trash");
    CHECK(all.one(left) == "2");
    REQUIRE(all.orders.untrash(order.get_id()));
    CHECK(all.one(status) == "wc-on-hold");
    CHECK(all.one(left) == "0");
}

TEST_CASE("the id of another post is no order's, whatever is asked of it [OF7] [TD119]") {
    OrderShop all(GENERATE("posts", "hpos"));
    CAPTURE(all.store);
    execute(all.shop.database(), "INSERT INTO wp_posts (ID, post_type, post_status, post_title, post_content, post_excerpt, to_ping, pinged, post_content_filtered)"
                                 " VALUES (700, 'page', 'publish', 'About us', '', '', '', '', '')");
    const OrderId page{700};
    CHECK(!all.orders.get(page));
    CHECK(all.orders.get_many({{page}}).empty());
    CHECK_THROWS_AS(all.orders.require(page), Error);
    CHECK_THROWS_AS(all.orders.update(page, [](Order& o) { o.set_status("completed"); }), Error);
    CHECK_THROWS_AS(all.orders.add_note({page, "x"}), Error);
    CHECK_THROWS_AS(all.orders.refund({page, Decimal::parse("1")}), Error);
    for (const SaveResult& result : {all.orders.trash(page), all.orders.untrash(page), all.orders.remove(page)}) CHECK(result.outcome == Outcome::missing);
    CHECK(all.one("SELECT post_title FROM wp_posts WHERE ID = 700") == "About us");
    CHECK(all.one("SELECT post_status FROM wp_posts WHERE ID = 700") == "publish");
}

TEST_CASE("orders that refunds were read beside keep their flags, transaction and cart hash [CB1]") {
    OrderShop all(GENERATE("posts", "hpos"));
    CAPTURE(all.store);
    const Order order = all.saved([](Order& o) {
        o.set_total("10");
        o.set_transaction_id("txn-1");
        o.set_cart_hash("abc");
        o.set_order_stock_reduced(true);
        o.set_recorded_sales(true);
    });
    const Order refund = all.orders.refund({order.get_id(), Decimal::parse("1")});
    REQUIRE(all.orders.get_refunds(order.get_id()).size() == 1);
    for (const Order& one : all.orders.get_many({{order.get_id(), refund.get_id()}})) {
        CHECK(one.get_transaction_id() == (one.is_refund() ? "" : "txn-1"));
        CHECK(one.get_cart_hash() == (one.is_refund() ? "" : "abc"));
        CHECK(one.get_order_stock_reduced() == !one.is_refund());
        CHECK(one.get_recorded_sales() == !one.is_refund());
    }
}

TEST_CASE("a date of modification that is set into the past waits for no synchronisation after one [DS7]") {
    OrderShop all(GENERATE("posts", "hpos"));
    CAPTURE(all.store);
    Order order = all.saved([](Order&) {});
    order.set_date_modified(*order.get_date_modified() - std::chrono::seconds(1000));
    all.orders.require_saved(order);
    all.shop.kernel().synchronizer().sync({});
    CHECK(all.shop.kernel().synchronizer().get_total_pending_count() == 0);
}

TEST_CASE("what somebody writes into the backup is not read, one field or three tables of it [TD73]") {
    OrderShop all("hpos");
    const Order order = all.saved([](Order& o) {
        o.set_total("10");
        o.set_billing_first_name("Ana");
        o.set_created_via("checkout");
        o.add_meta_data("k", "v");
    });
    all.shop.kernel().synchronizer().sync({});
    for (const auto& [key, value] : {std::pair{"_order_total", "99"}, {"_billing_first_name", "Eva"}, {"_created_via", "admin"}, {"k", "w"}})
        execute(all.shop.database(), fmt::format("UPDATE wp_postmeta SET meta_value = '{}' WHERE meta_key = '{}'", value, key));
    const Order now = all.orders.require(order.get_id());
    CHECK(now.get_total() == Decimal::parse("10"));
    CHECK(now.get_billing_first_name() == "Ana");
    CHECK(now.get_created_via() == "checkout");
    CHECK(now.get_meta("k") == "v");
}

TEST_CASE("payment tokens that older versions wrote to postmeta are read [TD133] [OF9]") {
    OrderShop all("posts");
    const Order order = all.saved([](Order&) {});
    execute(all.shop.database(), fmt::format("INSERT INTO wp_postmeta (post_id, meta_key, meta_value) VALUES ({}, '_payment_tokens', 'a:1:{{i:0;i:7;}}')", order.get_id()));
    CHECK(all.orders.require(order.get_id()).get_meta("_payment_tokens") == "a:1:{i:0;i:7;}");
    CHECK(all.orders.update(order.get_id(), [](Order& o) { o.update_meta_data("_payment_tokens", "a:2:{i:0;i:7;i:1;i:8;}"); }).get_meta("_payment_tokens") == "a:2:{i:0;i:7;i:1;i:8;}");
    CHECK(all.one("SELECT COUNT(*) FROM wp_postmeta WHERE meta_key = '_payment_tokens'") == "1");
}

TEST_CASE("meta that was changed while synchronisation was off is what is read once it is on again [TD151]") {
    OrderShop all("hpos");
    auto& options = all.shop.kernel().options();
    options.update(option::data_sync_enabled, "yes");
    const Order order = all.saved([](Order& o) {
        o.set_customer_id(7);
        o.set_billing_city("Brno");
        o.set_recorded_sales(true);
        o.add_meta_data("changed", "1");
    });
    all.shop.kernel().synchronizer().sync({});
    options.update(option::data_sync_enabled, "no");
    all.orders.update(order.get_id(), [](Order& o) {
        o.update_meta_data("changed", "2");
        o.add_meta_data("added", "3");
    });
    options.update(option::data_sync_enabled, "yes");
    for (int round = 0; round < 2; ++round) {
        const Order now = all.orders.require(order.get_id());
        CHECK(now.get_meta_values("changed") == std::vector<std::string>{"2"});
        CHECK(now.get_meta("added") == "3");
        CHECK(now.get_customer_id() == 7);
        CHECK(now.get_billing_city() == "Brno");
        CHECK(now.get_recorded_sales());
        all.shop.kernel().synchronizer().sync({});  // the older post never wins
    }
    CHECK(all.one("SELECT meta_value FROM wp_postmeta WHERE meta_key = 'changed'") == "2");
}

TEST_CASE("never mirrored, an order and its refund have placeholders, and go with them without a record [TD129]") {
    OrderShop all("hpos");
    const Order order = all.saved([](Order& o) { o.set_total("10"); });
    all.orders.refund({order.get_id(), Decimal::parse("4")});
    CHECK(all.one("SELECT COUNT(*) FROM wp_posts WHERE post_type = 'shop_order_placehold'") == "2");
    REQUIRE(all.orders.remove(order.get_id()));
    CHECK(all.one("SELECT COUNT(*) FROM wp_posts") == "0");
    CHECK(all.one("SELECT COUNT(*) FROM wp_wc_orders") == "0");
    CHECK(all.one("SELECT COUNT(*) FROM wp_wc_orders_meta") == "0");
}

TEST_CASE("taxes by the shop's rates: one item a rate, another by hand beside it, none for who is exempt [CR13] [CR21] [CR23]") {
    OrderShop all(GENERATE("posts", "hpos"));
    CAPTURE(all.store);
    Database& database = all.shop.database();
    execute(database, "CREATE TABLE wp_woocommerce_tax_rates (tax_rate_id BIGINT PRIMARY KEY, tax_rate_country VARCHAR(2), tax_rate_state VARCHAR(200), tax_rate VARCHAR(8), tax_rate_name VARCHAR(200),"
                      " tax_rate_priority BIGINT, tax_rate_compound INT, tax_rate_shipping INT, tax_rate_order BIGINT, tax_rate_class VARCHAR(200))");
    execute(database, "INSERT INTO wp_woocommerce_tax_rates VALUES (1, '', '', '10.0000', 'VAT', 1, 0, 1, 1, '')");
    auto& options = all.shop.kernel().options();
    options.update("woocommerce_calc_taxes", "yes");
    options.update("woocommerce_default_country", "CZ");
    const auto fill = [&](Order& o) {
        o.add_product("Tea", "4", "40", "40");
        o.add_shipping("Post", "flat_rate", "10");
        o.add_fee("Wrapping", "10");
        all.orders.calculate_totals(o);
    };
    Order order = all.saved(fill);
    order = all.orders.require(order.get_id());
    CHECK(order.get_total() == Decimal::parse("66"));
    CHECK(order.get_total_tax() == Decimal::parse("6"));
    REQUIRE(order.get_items({"tax"}).size() == 1);
    CHECK(order.get_items({"tax"})[0].get_meta("label") == "VAT");

    all.orders.update(order.get_id(), [](Order& o) { o.add_item("tax", "BY-HAND-1", {{"rate_id", "2"}, {"tax_amount", "1"}, {"shipping_tax_amount", "0"}}); });
    order = all.orders.require(order.get_id());
    CHECK(order.get_items({"tax"}).size() == 2);

    all.orders.update(order.get_id(), [&](Order& o) {
        o.update_meta_data("is_vat_exempt", "yes");
        all.orders.calculate_totals(o);
    });
    order = all.orders.require(order.get_id());
    CHECK(order.get_total_tax() == Decimal{});
    CHECK(order.get_total() == Decimal::parse("60"));
}

TEST_CASE("whatever was refunded, the amounts of an order's refunds are minus their totals, and what is counted as refunded [G10]") {
    OrderShop all(GENERATE("posts", "hpos"));
    CAPTURE(all.store);
    const std::uint64_t seed = new_seed("refunds at random");
    std::mt19937_64 random(seed);
    for (int round = 0; round < 5; ++round) {
        Order order = all.saved([&](Order& o) {
            const std::string price = fmt::format("{}.{:02}", 10 + random() % 90, random() % 100);
            o.add_product("Tea", "3", price, price);
            o.add_shipping("Post", "flat_rate", "7.77");
            all.orders.calculate_totals(o);
        });
        while (Decimal{} < all.orders.get_remaining_refund_amount(order.get_id())) {
            RefundRequest request;
            request.order = order.get_id();
            const Decimal remaining = all.orders.get_remaining_refund_amount(order.get_id());
            const Decimal some = *Decimal::parse(fmt::format("{}.{:02}", random() % 9, 1 + random() % 99));
            if (random() % 3 == 0) {
                const RefundLine line = all.orders.refund_line(order, order.get_items()[random() % 2].get_id(), *Decimal::parse("1"));
                if (line.total < remaining) request.lines = {line};
            }
            if (request.lines.empty()) request.amount = std::min(some, remaining);
            all.orders.refund(request);
        }
        all.shop.kernel().synchronizer().sync({});
        for (const char* store : {"posts", "hpos"}) {
            Decimal amounts, totals;
            ExportOptions options{store, false, {}};
            std::vector<OrderId> ids;
            for (const Order& refund : all.orders.get_refunds(order.get_id())) ids.push_back(refund.get_id());
            for (const OrderId id : ids) {
                const auto refund = all.shop.kernel().legacy_data().get_order_from_datastore(id, store);
                REQUIRE(refund);
                amounts = amounts + Order(*refund).get_amount();
                totals = totals - Order(*refund).get_total();
            }
            CHECK(amounts == totals);
            CHECK(amounts == all.orders.get_total_refunded(order.get_id()));
        }
        CHECK(all.orders.require(order.get_id()).get_status() == "refunded");
    }
}

TEST_CASE("whatever is read of orders needs no right to write [G3]") {
    OrderShop made(GENERATE("posts", "hpos"));
    CAPTURE(made.store);
    Order order = made.saved([](Order& o) {
        o.add_product("Tea", "2", "10", "10");
        o.set_total("10");
    });
    made.orders.refund({order.get_id(), Decimal::parse("1")});
    made.orders.add_note({order.get_id(), "x"});
    // Somebody holds everything: a transaction that writes, or a lock of all tables.
    QuietLog log;
    database::SqlDatabase other(database::make_dialect(made.shop.url(), 1), log);
    other.write([&](Unit& unit) {
        if (mariadb_socket().empty()) unit.execute("UPDATE wp_options SET option_value = option_value", {});
        else unit.execute("FLUSH TABLES WITH READ LOCK", {});
        Orders& orders = made.orders;
        const OrderId id = order.get_id();
        CHECK(orders.require(id).get_items().size() == 1);
        CHECK(orders.find({}).total == 1);
        CHECK(orders.get_id_by_order_key(order.get_order_key()) == id);
        CHECK(orders.get_refunds(id).size() == 1);
        CHECK(!orders.get_notes(id).empty());
        CHECK(!orders.get_history(id).empty());
        CHECK(orders.get_statuses().size() == 7);
        CHECK(orders.get_total_refunded(id) == Decimal::parse("1"));
        CHECK(orders.get_remaining_refund_amount(id) == Decimal::parse("9"));
        CHECK(orders.get_remaining_refund_items(id) == Decimal::parse("2"));
        CHECK(orders.refund_line(order, order.get_items()[0].get_id(), *Decimal::parse("1")).total == Decimal::parse("5"));
        orders.calculate_totals(order);
        CHECK(made.shop.export_all(made.store).size() == 2);
        CHECK(made.shop.kernel().ledger().counts().size() == 2);
        CHECK(made.shop.kernel().ledger().check().counts_agree());
        CHECK(made.shop.kernel().order_util().get_count_for_type("shop_order") == 1);
        if (!mariadb_socket().empty()) unit.execute("UNLOCK TABLES", {});
    });
}

TEST_CASE("auto-drafts are found by the status `all`, and nothing that removes old orders touches them [DS27]") {
    OrderShop all(GENERATE("posts", "hpos"));
    CAPTURE(all.store);
    const auto now = std::chrono::floor<std::chrono::seconds>(std::chrono::system_clock::now());
    const auto made = [&](const char* status, std::chrono::days age) {
        return all.saved([&](Order& o) {
            o.set_status(status);
            o.set_date_created(now - age);
        }).get_id();
    };
    const OrderId fresh_draft = made("auto-draft", std::chrono::days(0)), old_draft = made("auto-draft", std::chrono::days(10));
    const OrderId old_order = made("pending", std::chrono::days(10)), new_order = made("pending", std::chrono::days(0));
    CHECK(all.orders.empty_trash(now + std::chrono::hours(1), {}) == 0);
    OrderQuery query;
    CHECK(all.orders.find(query).ids == std::vector{old_order, new_order});
    query.statuses = {"all"};
    CHECK(all.orders.find(query).ids == std::vector{fresh_draft, old_draft, old_order, new_order});
}

TEST_CASE("an order in the trash stays there when old ones are removed at once, in both stores with sync on [DS29]") {
    OrderShop all(GENERATE("posts", "hpos"));
    CAPTURE(all.store);
    Options& options = all.shop.kernel().options();
    options.update(option::data_sync_enabled, "yes");
    options.update(option::background_sync_mode, "continuous");
    const OrderId id = all.saved([](Order& o) { o.set_status("completed"); }).get_id();
    REQUIRE(all.orders.trash(id).outcome == Outcome::written);
    CHECK(all.orders.empty_trash(std::chrono::floor<std::chrono::seconds>(std::chrono::system_clock::now()) - std::chrono::days(30), {}) == 0);
    CHECK(all.orders.require(id).get_status() == "trash");
    CHECK(all.one(fmt::format("SELECT post_status FROM wp_posts WHERE ID = {}", id)) == "trash");
    CHECK(all.one(fmt::format("SELECT status FROM wp_wc_orders WHERE id = {}", id)) == "trash");
}

}  // namespace ordo::test
