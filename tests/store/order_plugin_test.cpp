/// What plugins add to orders: statuses of their own, and tables that change with an order.
#include <algorithm>

#include <ordo/orders.hpp>

#include "tests/support/empty_shop.hpp"
#include "tests/support/museum.hpp"

namespace ordo::test {
namespace {

using Rows = std::vector<std::string>;

/// What the plugin wrote, as "before > after", sorted.
Rows packed(EmptyShop& shop) {
    Rows rows;
    for (const SqlRow& row : select(shop.database(), "SELECT before_status, after_status FROM wp_packing")) rows.push_back(*row[0] + " > " + *row[1]);
    std::sort(rows.begin(), rows.end());
    execute(shop.database(), "DELETE FROM wp_packing");
    return rows;
}

struct PackingShop {
    explicit PackingShop(const std::string& store) : shop(store, with_config(directory, "packing")), orders(shop.kernel().orders()) {
        execute(shop.database(), "CREATE TABLE wp_packing (order_id BIGINT, before_status VARCHAR(40), after_status VARCHAR(40))");
    }
    TempDirectory directory;
    EmptyShop shop;
    Orders& orders;
};

}  // namespace

TEST_CASE("a status that a plugin registers is one like WooCommerce's own [OF1]") {
    const std::string store = GENERATE("posts", "hpos");
    CAPTURE(store);
    PackingShop all(store);
    const auto statuses = all.orders.get_statuses();
    REQUIRE(statuses.size() == 8);
    CHECK(statuses.back() == std::pair<std::string, std::string>("wc-packed", "Packed"));

    int told = 0;
    all.shop.kernel().hooks().on(hook::order_status, {"packed"}, [&](OrderId, const Order&) { ++told; });
    all.shop.kernel().hooks().on(hook::order_status_transition, {"pending", "packed"}, [&](OrderId, const Order&) { ++told; });
    Order order;
    all.orders.require_saved(order);
    all.orders.update(order.get_id(), [](Order& o) { o.set_status("packed"); });
    CHECK(told == 2);
    CHECK(all.orders.get_notes(order.get_id()).back().content == "Order status changed from Pending payment to Packed.");
    CHECK(select_one(all.shop.database(), store == "hpos" ? "SELECT status FROM wp_wc_orders" : "SELECT post_status FROM wp_posts") == "wc-packed");
    OrderQuery query;
    query.statuses = {"packed"};
    CHECK(all.orders.find(query).total == 1);
    CHECK(all.orders.find({}).total == 1);
    CHECK(all.shop.kernel().ledger().check().counts_agree());
    REQUIRE(all.orders.trash(order.get_id()));
    REQUIRE(all.orders.untrash(order.get_id()));
    CHECK(all.orders.require(order.get_id()).get_status() == "packed");

    // Without the plugin the order is there, and keeps its status until somebody gives it one that is known.
    KernelOptions without = kernel_options(all.shop.url());
    Kernel kernel(without);
    CHECK(kernel.orders().update(order.get_id(), [](Order& o) { o.set_billing_city("Brno"); }).get_status() == "packed");
    Order another;
    another.set_status("packed");
    CHECK_THROWS_AS(kernel.orders().save(another), Error);
    CHECK(kernel.ledger().rebuild().counts_agree());
    CHECK(kernel.ledger().counts() == OrderCounts{{{"shop_order", "wc-packed"}, 1}});
}

TEST_CASE("a status that its column cannot hold, or that is none, fails with the plugin that registers it [G31]") {
    for (const std::string status : {"eighteen-letters-x", "wc-eighteen-letters-x", "Packed", "packed!", "wc-", "", "trash", "draft"}) {
        CAPTURE(status);
        TempDirectory directory;
        TestDatabase storage;
        KernelOptions options = with_config(directory, "packing", "[plugin.packing]\nstatus = \"" + status + "\"\n");
        options.database_url = storage.url();
        try {
            const Kernel kernel(options);
            FAIL_CHECK("was registered");
        } catch (const Error& error) {
            CHECK(error.code().name == errc::plugin_failed.name);
            CHECK_THAT(error.what(), Catch::Contains("packing") && Catch::Contains("register_order_status"));
        }
    }
    TempDirectory directory;
    const EmptyShop longest("hpos", with_config(directory, "packing", "[plugin.packing]\nstatus = \"seventeen-letters\"\n"));
}

TEST_CASE("a participant writes with every save and removal, in the same transaction or not at all [G12]") {
    const std::string store = GENERATE("posts", "hpos");
    CAPTURE(store);
    PackingShop all(store);
    Order order;
    order.set_total("10");
    order.set_status("processing");
    all.orders.require_saved(order);
    const OrderId id = order.get_id();
    CHECK(packed(all.shop) == Rows{"none > wc-processing"});
    all.orders.update(id, [](Order& o) { o.set_status("packed"); });
    CHECK(packed(all.shop) == Rows{"wc-processing > wc-packed"});
    all.orders.add_note({id, "On its way."});
    CHECK(packed(all.shop) == Rows{"wc-packed > wc-packed"});
    all.orders.refund({id, Decimal::parse("4")});
    CHECK(packed(all.shop) == Rows{"none > wc-completed", "wc-packed > wc-packed"});
    REQUIRE(all.orders.trash(id));
    CHECK(packed(all.shop) == Rows{"wc-completed > trash", "wc-packed > trash"});
    REQUIRE(all.orders.untrash(id));
    CHECK(packed(all.shop) == Rows{"trash > wc-completed", "trash > wc-packed"});
    Order same = all.orders.require(id);
    CHECK(all.orders.save(same).outcome == Outcome::unchanged);
    CHECK(packed(all.shop).empty());

    // What it throws reaches who saved, and nothing of the save stays.
    const Lines before = all.shop.export_all(store);
    try {
        all.orders.update(id, [](Order& o) { o.set_status("failed"); });
        FAIL_CHECK("was saved");
    } catch (const Error& error) {
        CHECK_THAT(error.what(), Catch::Contains("packing") && Catch::Contains("the shelf is full"));
    }
    CHECK(all.shop.export_all(store) == before);
    CHECK(packed(all.shop).empty());
    CHECK(all.shop.kernel().ledger().check().counts_agree());

    CHECK_THROWS_AS(all.shop.database().write([&](Unit&) {
        all.orders.update(id, [](Order& o) { o.set_billing_city("Brno"); });
        throw Error(errc::usage, "the caller gives up");
    }), Error);
    CHECK(packed(all.shop).empty());

    REQUIRE(all.orders.remove(id));
    CHECK(packed(all.shop) == Rows{"wc-completed > gone", "wc-packed > gone"});
}

}  // namespace ordo::test
