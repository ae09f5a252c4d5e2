/// Orders of an extension's own type while the extension is off, as in the documents' "Handling Custom Post Types During HPOS
/// Migration": found, counted apart, never lost, and whole again as soon as the extension is on.
#include <algorithm>

#include <ordo/orders.hpp>

#include "tests/support/museum.hpp"

namespace ordo::test {
namespace {

using Lines = std::vector<std::string>;
using Kind = SwitchObstacle::Kind;

constexpr std::uint64_t shop_orders = 433, gift_orders = 3;
const std::vector<std::string> gift_type{"gift_order"};
const std::string gift_posts = "(SELECT ID FROM wp_posts WHERE post_type = 'gift_order')";

SwitchOptions including() {
    SwitchOptions options;
    options.include_unknown_types = true;
    return options;
}

/// The shop of tests/data in posts, with three orders that Ordo made while the extension was on, one of them with values that no
/// column of HPOS holds. The extension is off by now.
class GiftShop {
public:
    GiftShop() : shop_(with_config(directory_, "gift-orders")) {
        for (int i = 1; i <= 3; ++i) {
            Order order("gift_order");
            order.set_billing_email("ana@example.com");
            order.set_total("10");
            order.add_meta_data("_gift", std::to_string(i));
            order.add_meta_data("_gift", "a:1:{s:3:\"for\";s:4:\"🎁\";}");
            order.add_meta_data("_gift", "C:\\dir\\ 'O''Brien'");
            order.add_item("line_item", "Tea", {{"wrapped", "yes"}});
            kernel().orders().require_saved(order);
            ids.push_back(order.get_id());
        }
        const std::string last = std::to_string(ids.back().value);
        execute(database(), "UPDATE wp_postmeta SET meta_value = '12,5' WHERE meta_key = '_order_total' AND post_id = " + last);
        execute(database(), "INSERT INTO wp_postmeta (post_id, meta_key, meta_value) VALUES (" + last + ", '_transaction_id', '" + std::string(150, 't') + "'), (" + last +
                                ", '_gift_null', NULL), (" + last + ", '_billing_city', 'again')");
        before = gifts("posts");
        REQUIRE(before.size() == gift_orders);
        turn_off();
    }
    void turn_on() { shop_.open(with_config(directory_, "gift-orders")); }
    void turn_off() { shop_.open(); }

    Kernel& kernel() { return shop_.kernel(); }
    Database& database() { return shop_.database(); }
    std::string one(const std::string& sql) { return select_one(database(), sql); }
    SyncReport sync() { return kernel().synchronizer().sync({}); }
    SyncReport sync_all(SyncOptions options = {}) {
        options.include_unknown_types = true;
        return kernel().synchronizer().sync(options);
    }
    SwitchResult switch_to(const std::string& store, const SwitchOptions& options = {}) {
        const SwitchResult result = kernel().controller().switch_authoritative_store(store, options);
        CHECK(kernel().controller().get_orders_data_store() == (result.switched ? store : store == "hpos" ? "posts" : "hpos"));
        return result;
    }
    /// As WooCommerce does it, whatever waits.
    void switch_by_option(const std::string& store) {
        const std::string name = "'woocommerce_custom_orders_table_enabled'";
        execute(database(), "DELETE FROM wp_options WHERE option_name = " + name);
        execute(database(), "INSERT INTO wp_options (option_name, option_value, autoload) VALUES (" + name + ", '" + (store == "hpos" ? "yes" : "no") + "', 'auto')");
        turn_off();
        REQUIRE(kernel().controller().get_orders_data_store() == store);
    }

    /// The canonical form of the extension's orders in a store.
    Lines gifts(const std::string& store) {
        Lines lines = export_lines(kernel(), store);
        std::erase_if(lines, [](const std::string& line) { return line.find("\"type\":\"gift_order\"") == std::string::npos; });
        return lines;
    }
    std::uint64_t unknown() {
        const auto found = kernel().synchronizer().get_status().unknown_types;
        CHECK(found.size() <= 1);
        for (const auto& one : found) CHECK(one.type == "gift_order");
        return found.empty() ? 0 : found[0].orders;
    }
    void check_same(const std::string& store) { CHECK((gifts(store) == before)); }
    void check_usable() {
        for (const OrderId id : ids) {
            auto order = kernel().orders().get(id);
            REQUIRE(order);
            CHECK(order->get_type() == "gift_order");
            CHECK(order->get_items().size() == 1);
            order->update_meta_data("_gift_sent", "yes");
            CHECK(kernel().orders().save(*order).outcome == Outcome::written);
            CHECK(kernel().orders().require(id).get_meta("_gift_sent") == "yes");
        }
    }

    std::vector<OrderId> ids;
    Lines before;

private:
    TempDirectory directory_;
    Shop shop_;
};

const SwitchObstacle& only(const SwitchResult& result) {
    CHECK(!result.switched);
    REQUIRE(result.obstacles.size() == 1);
    return result.obstacles.front();
}

}  // namespace

TEST_CASE("orders of an extension that is off are counted on a line of their own and are no others' orders; a coupon is none [G11]") {
    GiftShop all;
    CHECK(all.one("SELECT COUNT(*) FROM wp_posts WHERE post_type = 'shop_coupon'") == "3");
    CHECK(all.unknown() == gift_orders);
    const SyncStatus status = all.kernel().synchronizer().get_status();
    CHECK(status.orders_in_posts == shop_orders);
    CHECK(status.pending == shop_orders);
    CHECK(!all.kernel().orders().get(all.ids[0]));

    const SyncReport report = all.sync();
    CHECK(report.migrated == shop_orders);
    CHECK(report.unknown_types == gift_type);
    CHECK(all.unknown() == gift_orders);
    CHECK(all.gifts("hpos").empty());

    all.turn_on();
    CHECK(all.unknown() == 0);
    CHECK(all.kernel().synchronizer().get_status().orders_in_posts == shop_orders + gift_orders);
    CHECK(all.kernel().synchronizer().get_total_pending_count() == gift_orders);
    all.check_same("posts");
}

TEST_CASE("the switch names the type that no plugin knows, or counts its orders; copied, they are whole there and back [G11] [G13] [G1]") {
    GiftShop all;
    all.sync();
    const auto refused = all.switch_to("hpos");
    CHECK(only(refused).kind == Kind::unknown_order_type);
    CHECK(only(refused).subject == "gift_order");
    CHECK(only(refused).orders == gift_orders);
    CHECK_THAT(only(refused).message, Catch::Contains("load its plugin") && Catch::Contains("`ordo hpos sync --include-unknown-types`"));
    const auto waiting = all.switch_to("hpos", including());
    CHECK(only(waiting).kind == Kind::pending_orders);
    CHECK(only(waiting).orders == gift_orders);
    CHECK(only(waiting).message == "3 orders wait to be synchronised to hpos: run `ordo hpos sync --include-unknown-types`");

    SyncOptions options;
    options.role = GENERATE(SyncRole::alone, SyncRole::worker);
    options.batch_size = GENERATE(2, 500);
    std::uint64_t total = 0;
    options.progress = [&](const SyncProgress& progress) { total = progress.total; };
    const SyncReport report = all.sync_all(options);
    CHECK(report.migrated == gift_orders);
    CHECK(report.skipped == shop_orders);
    CHECK(report.quarantined == 0);
    CHECK(report.unknown_types.empty());
    CHECK(total == shop_orders + gift_orders);

    // From here on the type is known by its rows, whoever asks.
    CHECK(all.unknown() == 0);
    CHECK(all.sync().migrated == 0);
    CHECK(all.kernel().verifier().verify({}).found_nothing());
    CHECK(all.kernel().verifier().verify({}).orders == shop_orders + gift_orders);
    all.check_same("posts");
    all.check_same("hpos");
    CHECK(all.switch_to("hpos").switched);

    // Posts lose them, as after a clean-up, and get them back.
    execute(all.database(), "DELETE FROM wp_postmeta WHERE post_id IN " + gift_posts);
    execute(all.database(), "UPDATE wp_posts SET post_type = 'shop_order_placehold', post_status = 'draft' WHERE ID IN " + gift_posts);
    CHECK(all.sync().migrated == gift_orders);
    CHECK(all.switch_to("posts").switched);
    all.check_same("posts");

    all.turn_on();
    CHECK(all.sync().migrated == 0);
    CHECK(all.switch_to("hpos").switched);
    all.check_same("hpos");
    all.check_usable();
}

TEST_CASE("what was taken along can be used while the extension is still off [G11]") {
    GiftShop all;
    CHECK(all.sync_all().migrated == shop_orders + gift_orders);
    REQUIRE(all.switch_to("hpos").switched);
    all.check_usable();
    CHECK(all.sync().migrated == gift_orders);
    CHECK((all.gifts("posts") == all.gifts("hpos")));
    CHECK(all.gifts("hpos").size() == gift_orders);
}

TEST_CASE("orders left behind by a switch are found, and on the documents' way back and forth none is lost [G11]") {
    GiftShop all;
    all.sync();
    all.switch_by_option("hpos");
    // They wait for nothing and are nobody's: but they are named, and nothing touches them.
    CHECK(all.unknown() == gift_orders);
    CHECK(all.kernel().synchronizer().get_total_pending_count() == 0);
    const SyncReport report = all.sync();
    CHECK(report.migrated + report.adopted == 0);
    CHECK(report.unknown_types == gift_type);
    CHECK(all.kernel().legacy_data().cleanup_post_data({}).cleaned == shop_orders);
    CHECK(all.unknown() == gift_orders);

    SECTION("the extension is turned on first, and sees them in the store that does not count") {
        all.turn_on();
        CHECK(all.kernel().synchronizer().get_status().only_in_backup == gift_orders);
        CHECK(all.gifts("hpos").empty());
        CHECK(all.sync().adopted == gift_orders);
        all.check_same("hpos");
        REQUIRE(all.switch_to("posts").switched);
    }
    SECTION("hpos takes them over at once, where that is wanted") {
        CHECK(all.sync_all().adopted == gift_orders);
        all.check_same("hpos");
        all.sync();
        REQUIRE(all.switch_to("posts").switched);
    }
    SECTION("back in posts the extension is turned on") {
        all.sync();
        REQUIRE(all.switch_to("posts").switched);
        all.turn_on();
        all.check_same("posts");
        CHECK(only(all.switch_to("hpos")).kind == Kind::pending_orders);
        CHECK(all.sync().migrated == gift_orders);
    }
    SECTION("the extension stays off until they are back") {
        all.sync();
        REQUIRE(all.switch_to("posts").switched);
        CHECK(only(all.switch_to("hpos")).kind == Kind::unknown_order_type);
        CHECK(all.sync_all().migrated == gift_orders);
    }
    REQUIRE(all.switch_to("hpos").switched);
    all.turn_on();
    CHECK(all.unknown() == 0);
    all.check_same("hpos");
    all.check_same("posts");
    CHECK(all.kernel().verifier().verify({}).found_nothing());
    all.check_usable();
}

TEST_CASE("with compatibility mode on the switch brings orders of unknown types along, all of them or none [G11] [G13]") {
    GiftShop all;
    all.sync();
    all.kernel().options().update(option::data_sync_enabled, "yes");
    std::vector<OrderId> told;
    all.kernel().hooks().on(hook::after_order_sync, [&](OrderId id, Direction way) {
        CHECK(way == Direction{"posts", "hpos"});
        told.push_back(id);
    });
    CHECK(only(all.switch_to("hpos")).kind == Kind::unknown_order_type);
    SECTION("all") {
        CHECK(all.kernel().controller().get_switch_obstacles("hpos", including()).empty());
        CHECK(all.switch_to("hpos", including()).switched);
        CHECK(told == all.ids);
        CHECK(all.unknown() == 0);
        all.check_same("hpos");
        CHECK(all.kernel().verifier().verify({}).found_nothing());
        all.turn_on();
        all.check_usable();
    }
    SECTION("none, if one cannot be written") {
        refuse_inserts(all.database(), "wp_wc_orders", "NEW.id = " + std::to_string(all.ids.back().value), "no gifts");
        CHECK(only(all.switch_to("hpos", including())).kind == Kind::pending_orders);
        CHECK(told.empty());
        CHECK(all.one("SELECT COUNT(*) FROM wp_wc_orders") == std::to_string(shop_orders));
        CHECK(all.unknown() == gift_orders);
        all.turn_on();
        all.check_same("posts");
    }
}

TEST_CASE("orders of an unknown type that cannot be moved stay in quarantine, and close the gate [G11] [G4] [G13]") {
    GiftShop all;
    all.sync();
    refuse_inserts(all.database(), "wp_wc_orders", "NEW.type = 'gift_order'", "no gifts");
    for (int i = 0; i < 2; ++i) {
        const SyncReport report = all.sync_all();
        CHECK(report.migrated == 0);
        CHECK(report.quarantined == gift_orders);
        CHECK(report.unknown_types == gift_type);
    }
    CHECK(all.kernel().synchronizer().list_quarantine().size() == gift_orders);
    const auto refused = all.switch_to("hpos", including());
    CHECK(only(refused).kind == Kind::quarantined_orders);
    CHECK(only(refused).orders == gift_orders);
    execute(all.database(), "DROP TRIGGER refuse_wp_wc_orders");
    CHECK(all.sync_all().migrated == gift_orders);
    CHECK(all.kernel().synchronizer().list_quarantine().empty());
    CHECK(all.switch_to("hpos", including()).switched);
    all.check_same("hpos");
}

TEST_CASE("verification looks at orders of unknown types if it is asked to [G11]") {
    GiftShop all;
    all.sync();
    OrderVerifier& verifier = all.kernel().verifier();
    CHECK(verifier.verify({}).found_nothing());
    VerifyOptions options;
    options.order_types = gift_type;
    CHECK(code_of([&] { verifier.verify(options); }) == "ordo.usage");
    options.include_unknown_types = true;
    for (const bool all_types : {false, true}) {
        if (all_types) options.order_types.clear();
        std::vector<OrderId> missing;
        options.on_difference = [&](const Difference& difference) {
            CHECK(difference.kind == Difference::Kind::missing);
            missing.push_back(difference.order);
        };
        CHECK(verifier.verify(options).orders == (all_types ? shop_orders + gift_orders : gift_orders));
        CHECK(missing == all.ids);
    }
    all.sync_all();
    CHECK(verifier.verify(options).found_nothing());
}

}  // namespace ordo::test
