/// What only the backup knows: orders that others made there are taken over, orders that are gone without a word are left and
/// named, and right after a switch changes of the old store count.
#include <ordo/orders.hpp>

#include "tests/support/mirrored_shop.hpp"
#include "tests/support/other_program.hpp"

namespace ordo::test {
namespace {

struct SharedShop : MirroredShop {
    explicit SharedShop(const std::string& name, const std::string& way = "interval") : MirroredShop(name, way), other(shop.url()), synchronizer(shop.kernel().synchronizer()) {}
    SyncStatus status() { return synchronizer.get_status(); }
    /// The switch is so many seconds ago.
    void age_switch(int seconds) { execute(shop.database(), fmt::format("UPDATE wp_ordo_state SET value = value - {} WHERE name = 'switched'", seconds)); }
    std::string status_in(const std::string& in, OrderId id) {
        const auto record = shop.kernel().legacy_data().get_order_from_datastore(id, in);
        return record ? Order(*record).get_status() : "none";
    }

    OtherProgram other;
    DataSynchronizer& synchronizer;
};

}  // namespace

TEST_CASE("orders that only the backup has do not wait and do not block the switch, whichever store that is [DS1] [DS3]") {
    SharedShop all("posts");
    all.shop.kernel().options().update(option::data_sync_enabled, "no");
    const std::vector<OrderId> posts{all.other.make_order("posts"), all.other.make_order("posts")};
    const std::vector<OrderId> hpos{all.other.make_order("hpos"), all.other.make_order("hpos"), all.other.make_order("hpos")};
    CHECK(all.status().pending == 2);
    CHECK(all.status().only_in_backup == 3);
    CHECK(all.synchronizer.get_next_batch_to_process(10) == posts);
    all.other.run("DELETE FROM wp_options WHERE option_name = 'woocommerce_custom_orders_table_enabled'");
    all.other.run("INSERT INTO wp_options (option_name, option_value, autoload) VALUES ('woocommerce_custom_orders_table_enabled', 'yes', 'yes')");
    CHECK(all.status().pending == 3);
    CHECK(all.synchronizer.get_next_batch_to_process(10) == hpos);
    const SyncReport report = all.sync();
    CHECK(report.migrated == 3);
    CHECK(report.adopted == 2);
    all.check_equal();
    CHECK(all.orders.find({}).total == 5);
}

TEST_CASE("an order that others made in the backup is taken over whole, by a synchronisation and by scheduled actions [G6] [G7]") {
    SharedShop all(GENERATE("posts", "hpos"));
    CAPTURE(all.store);
    const bool by_actions = GENERATE(false, true);
    all.saved([](Order& o) { o.set_total("5"); });
    all.sync();
    const OrderId made = all.other.make_order(all.backup, "Plzeň");
    all.other.add_meta(all.backup, made, "gift", "yes");
    const auto before = all.shop.export_all(all.backup);
    CHECK(all.status().only_in_backup == 1);
    CHECK(all.status().vanished == 0);
    std::vector<std::string> told;
    all.shop.kernel().hooks().on(hook::after_order_sync, [&](OrderId id, const Direction& way) { told.push_back(fmt::format("{} {}", id, way)); });
    if (by_actions) {
        all.shop.kernel().foreign_capture().install();
        all.other.add_meta(all.backup, made, "colour", "red");
        for (const auto& action : all.shop.kernel().actions().list({ActionStatus::pending})) all.shop.kernel().actions().run(action.id);
        all.shop.kernel().actions().run_due({});
    } else {
        CHECK(all.sync().adopted == 1);
        CHECK(all.shop.export_all(all.backup) == before);
    }
    CHECK(told == std::vector<std::string>{fmt::format("{} {} -> {}", made, all.backup, all.store)});
    CHECK(all.orders.require(made).get_billing_city() == "Plzeň");
    CHECK(all.orders.require(made).get_meta("gift") == "yes");
    all.check_equal();
    const SyncReport again = all.sync();
    CHECK(again.migrated + again.adopted + again.conflicts == 0);
    // From now on it is an order like any other.
    all.orders.update(made, [](Order& o) { o.set_status("completed"); });
    all.sync();
    all.check_equal();
    REQUIRE(all.orders.remove(made));
    all.check_equal();
    CHECK(!all.orders.get(made));
}

TEST_CASE("an order that cannot be taken over is named in the quarantine, and the others are [G4]") {
    SharedShop all("hpos");
    const OrderId good = all.other.make_order("posts"), bad = all.other.make_order("posts"), fine = all.other.make_order("posts");
    refuse_inserts(all.shop.database(), "wp_wc_orders", fmt::format("NEW.id = {}", bad), "no");
    const SyncReport report = all.sync();
    CHECK(report.adopted == 2);
    CHECK(all.orders.get(good));
    CHECK(all.orders.get(fine));
    const auto quarantined = all.synchronizer.list_quarantine();
    REQUIRE(quarantined.size() == 1);
    CHECK(quarantined[0].order == bad);
    CHECK(quarantined[0].target == "hpos");
    execute(all.shop.database(), "DROP TRIGGER refuse_wp_wc_orders");
    CHECK(all.sync().adopted == 1);
    CHECK(all.synchronizer.list_quarantine().empty());
    all.check_equal();
}

TEST_CASE("an order that cannot be taken over does not keep the background from those behind it [G4] [G9]") {
    SharedShop all("hpos");
    const OrderId bad = all.other.make_order("posts");
    refuse_inserts(all.shop.database(), "wp_wc_orders", fmt::format("NEW.id = {}", bad), "no");
    OrderId last;
    for (int i = 0; i < 110; ++i) last = all.saved([](Order&) {}).get_id();  // more than a look at a time
    all.sync();
    REQUIRE(all.synchronizer.list_quarantine().size() == 1);
    all.orders.update(last, [](Order& o) { o.set_billing_city("Brno"); });
    Actions& actions = all.shop.kernel().actions();
    for (const auto& action : actions.list({ActionStatus::pending})) actions.run(action.id);
    actions.run_due({});
    CHECK(all.in_backup(last).get_billing_city() == "Brno");
}

TEST_CASE("a switch that another one came before copies nothing over what was saved since [G13] [G14]") {
    SharedShop all("posts");
    const OrderId id = all.saved([](Order& o) {
        o.set_billing_city("Brno");
        o.update_meta_data("gift", "yes");
    }).get_id();
    all.sync();
    Kernel second(kernel_options(all.shop.url()));
    bool came = false;
    all.shop.kernel().hooks().on(hook::can_switch_store, [&](const Direction&) -> std::optional<std::string> {
        if (came) return std::nullopt;
        came = true;
        REQUIRE(second.controller().switch_authoritative_store("hpos", {}).switched);
        second.orders().update(id, [](Order& o) { o.delete_meta_data("gift"); });
        return std::nullopt;
    });
    CHECK(all.shop.kernel().controller().switch_authoritative_store("hpos", {}).switched);
    REQUIRE(came);
    CHECK(!all.orders.require(id).meta_exists("gift"));
    CHECK(all.shop.kernel().conflicts().count() == 0);
    all.sync();
    CHECK(!all.orders.require(id).meta_exists("gift"));
    all.check_equal();
}

TEST_CASE("an order that was mirrored and is gone without a record is left, named, and holds up a switch until somebody decides [G7] [G13]") {
    SharedShop all(GENERATE("posts", "hpos"));
    CAPTURE(all.store);
    const bool captured = GENERATE(false, true);
    const OrderId lost = all.saved([](Order& o) { o.set_billing_city("Brno"); }).get_id(), removed = all.saved([](Order&) {}).get_id(), kept = all.saved([](Order&) {}).get_id();
    if (captured) all.shop.kernel().foreign_capture().install();
    all.sync();
    all.other.lose_order(all.store, lost);
    all.other.lose_order(all.store, removed);
    for (int i = 0; i < 2; ++i) {
        CHECK(all.status().vanished == 2);
        CHECK(all.status().vanished_orders == std::vector<OrderId>{lost, removed});
        CHECK(all.status().pending == 0);
        const SyncReport report = all.sync();
        CHECK(report.migrated + report.adopted == 0);
        CHECK(all.status_in(all.backup, lost) == "pending");
    }
    const SwitchResult refused = all.shop.kernel().controller().switch_authoritative_store(all.backup, {});
    CHECK(!refused.switched);
    REQUIRE(refused.obstacles.size() == 1);
    CHECK(refused.obstacles[0].kind == SwitchObstacle::Kind::vanished_orders);
    CHECK(refused.obstacles[0].orders == 2);

    // Somebody else's attempt to change it says nothing of whether it is to be gone.
    CHECK_THROWS_AS(all.orders.update(lost, [](Order& o) { o.set_status("completed"); }), Error);
    CHECK(all.status().vanished == 2);
    BackfillOptions back;
    back.from = all.backup;
    back.to = all.store;
    back.authoritative = BackfillOptions::Authoritative::overwrite;
    REQUIRE(all.shop.kernel().legacy_data().backfill_order_to_datastore({&lost, 1}, back).at(0).outcome == Outcome::written);
    all.orders.remove(removed);
    CHECK(all.status().vanished == 0);
    CHECK(all.status().pending_deletions == 1);
    all.sync();
    CHECK(all.status_in(all.backup, removed) == "none");
    CHECK(all.orders.require(lost).get_billing_city() == "Brno");
    all.check_equal();
    REQUIRE(all.shop.kernel().controller().switch_authoritative_store(all.backup, {}).switched);
    CHECK(all.orders.get(kept));
    all.sync();
    all.check_equal();
}

TEST_CASE("right after a switch a change that only the old store has is taken over; later, or where both changed, it is a conflict [G6] [G14]") {
    SharedShop all(GENERATE("posts", "hpos"));
    CAPTURE(all.store);
    const OrderId late = all.saved([](Order&) {}).get_id(), both = all.saved([](Order&) {}).get_id(), afterwards = all.saved([](Order&) {}).get_id();
    all.sync();
    REQUIRE(all.shop.kernel().controller().switch_authoritative_store(all.backup, {}).switched);
    // A process that still believes the old answer.
    all.other.set_status(all.store, late, "wc-failed");
    const OrderId made = all.other.make_order(all.store);
    all.other.set_status(all.store, both, "wc-failed");
    all.orders.update(both, [](Order& o) { o.set_status("on-hold"); });
    CHECK(all.status().pending == 2);
    const SyncReport report = all.sync();
    CHECK(report.adopted == 2);
    CHECK(report.conflicts == 1);
    CHECK(all.orders.require(late).get_status() == "failed");
    CHECK(all.orders.require(both).get_status() == "on-hold");
    CHECK(all.orders.get(made));
    CHECK(all.shop.kernel().conflicts().list({}).at(0).order == both);
    all.check_equal();
    // A save of what was loaded before is not lost on it.
    all.orders.update(late, [](Order& o) { o.set_billing_city("Brno"); });
    all.sync();
    all.check_equal();

    all.age_switch(300);
    all.other.set_status(all.store, afterwards, "wc-failed");
    const SyncReport later = all.sync();
    CHECK(later.adopted == 0);
    CHECK(later.conflicts == 1);
    CHECK(all.orders.require(afterwards).get_status() == "pending");
    all.check_equal();
}

TEST_CASE("a switch back brings along what the old store alone has of right after the switch there [G14]") {
    SharedShop all("posts");
    const OrderId order = all.saved([](Order&) {}).get_id();
    all.sync();
    REQUIRE(all.shop.kernel().controller().switch_authoritative_store("hpos", {}).switched);
    all.other.set_status("posts", order, "wc-failed");
    REQUIRE(all.shop.kernel().controller().switch_authoritative_store("posts", {}).switched);
    CHECK(all.orders.require(order).get_status() == "failed");
    all.sync();
    all.check_equal();
}

TEST_CASE("a switch that WooCommerce did is noticed by the next run, and its late writers too [G14]") {
    SharedShop all("posts");
    const OrderId order = all.saved([](Order&) {}).get_id();
    all.sync();
    all.other.run("UPDATE wp_options SET option_value = 'yes' WHERE option_name = 'woocommerce_custom_orders_table_enabled'");
    all.other.set_status("posts", order, "wc-failed");
    CHECK(all.sync().adopted == 1);
    CHECK(all.orders.require(order).get_status() == "failed");
    all.check_equal();
}

TEST_CASE("the configuration says how long late changes count, and who mirrors") {
    TempDirectory directory;
    KernelOptions options = kernel_options();
    options.config_file = directory.write("ordo.toml", "[custom_orders_table]\nswitch_grace_s = 0\nmirror_owner = \"woocommerce\"\ndata_sync_enabled = true\nbackground_sync_mode = \"continuous\"\n");
    EmptyShop shop("posts", options);
    Kernel& kernel = shop.kernel();
    OtherProgram other(shop.url());
    Order order;
    kernel.orders().require_saved(order);
    CHECK(kernel.synchronizer().get_background_sync_mode() == BackgroundSyncMode::off);
    CHECK(kernel.actions().list({ActionStatus::pending}).empty());
    CHECK(kernel.synchronizer().get_status().pending == 1);  // it was not copied at once
    CHECK(kernel.synchronizer().get_status().mirror_owner_is_woocommerce);
    CHECK(!kernel.synchronizer().get_status().woocommerce_mirrors);
    kernel.synchronizer().sync({});
    other.run("INSERT INTO wp_options (option_name, option_value, autoload) VALUES ('active_plugins', 'a:1:{i:0;s:27:\"woocommerce/woocommerce.php\";}', 'yes')");
    CHECK(kernel.synchronizer().get_status().woocommerce_mirrors);
    REQUIRE(kernel.controller().switch_authoritative_store("hpos", {}).switched);
    execute(kernel.database(), "UPDATE wp_ordo_state SET value = value - 1 WHERE name = 'switched'");
    other.set_status("posts", order.get_id(), "wc-failed");
    const SyncReport report = kernel.synchronizer().sync({});
    CHECK(report.adopted == 0);
    CHECK(report.conflicts == 1);
}

TEST_CASE("what both stores were given by others is no conflict [G6]") {
    SharedShop all(GENERATE("posts", "hpos"));
    const OrderId order = all.saved([](Order&) {}).get_id();
    all.sync();
    for (const char* store : {"posts", "hpos"}) all.other.set_status(store, order, "wc-failed");
    const SyncReport report = all.sync();
    CHECK(report.migrated + report.conflicts + report.adopted == 0);
    CHECK(all.orders.require(order).get_status() == "failed");
    all.check_equal();
}

TEST_CASE("of recorded deletions one whose copy is gone already is warned of, the others are carried out, and no record stays [DS19] [DS21]") {
    SharedShop all("posts");
    const OrderId changed = all.saved([](Order&) {}).get_id(), gone = all.saved([](Order&) {}).get_id(), removed = all.saved([](Order&) {}).get_id();
    all.sync();
    all.shop.kernel().options().update(option::data_sync_enabled, "no");
    REQUIRE(all.orders.remove(gone));
    REQUIRE(all.orders.remove(removed));
    all.orders.update(changed, [](Order& o) { o.set_billing_city("Brno"); });
    const std::vector<OrderId> batch = all.synchronizer.get_next_batch_to_process(10);
    CHECK(batch == std::vector<OrderId>{changed, gone, removed});
    all.other.run(fmt::format("DELETE FROM wp_wc_orders WHERE id = {}", gone));
    all.synchronizer.process_batch(batch);
    CHECK(all.synchronizer.get_next_batch_to_process(10).empty());
    CHECK(all.one("SELECT COUNT(*) FROM wp_wc_orders_meta WHERE meta_key = '_deleted_from'") == "0");
    CHECK(all.status_in("hpos", removed) == "none");
    CHECK(all.status_in("posts", removed) == "none");
    all.check_equal();
}

TEST_CASE("how long copying what waits would take is told from the last run's speed") {
    SharedShop all("posts");
    for (int i = 0; i < 30; ++i) all.saved([](Order&) {});
    CHECK(!all.status().eta_s);
    all.sync();
    CHECK(all.status().eta_s == 0U);
    execute(all.shop.database(), "UPDATE wp_ordo_state SET value = '2.5' WHERE name = 'speed'");
    for (int i = 0; i < 6; ++i) all.saved([](Order&) {});
    CHECK(all.status().eta_s == 3U);
}

}  // namespace ordo::test
