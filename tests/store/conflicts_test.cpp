/// Somebody else writes into the backup store: what a synchronisation overwrites there is kept, and can be restored.
#include <ctime>

#include <fmt/format.h>

#include "tests/support/mirrored_shop.hpp"

namespace ordo::test {
namespace {

/// A shop whose orders are mirrored when the test says so, and the hand of somebody else in it.
struct ForeignShop : MirroredShop {
    explicit ForeignShop(const std::string& name) : MirroredShop(name, "interval") {}

    void write_meta(const std::string& in, OrderId id, const std::string& key, const std::string& value) {
        execute(shop.database(), in == "posts" ? fmt::format("INSERT INTO wp_postmeta (post_id, meta_key, meta_value) VALUES ({}, '{}', '{}')", id, key, value)
                                               : fmt::format("INSERT INTO wp_wc_orders_meta (order_id, meta_key, meta_value) VALUES ({}, '{}', '{}')", id, key, value));
    }
    void write_status(const std::string& in, OrderId id, const std::string& status) {
        execute(shop.database(), in == "posts" ? fmt::format("UPDATE wp_posts SET post_status = '{}' WHERE ID = {}", status, id)
                                               : fmt::format("UPDATE wp_wc_orders SET status = '{}' WHERE id = {}", status, id));
    }
    Conflicts& conflicts() { return shop.kernel().conflicts(); }
    std::vector<ConflictReport> list() { return conflicts().list({}); }
    /// An order that both stores have, and whose copy Ordo made.
    OrderId copied() {
        const Order order = saved([](Order& o) {
            o.set_total("10");
            o.set_billing_city("Brno");
        });
        REQUIRE(sync().migrated == 1);
        return order.get_id();
    }
};

std::vector<std::string> fields(const std::vector<Difference>& differences) {
    std::vector<std::string> names;
    for (const Difference& one : differences) names.push_back(one.field);
    return names;
}

}  // namespace

TEST_CASE("what somebody else wrote into the backup is listed when it is overwritten, and can be restored, and that undone [G6] [TD159]") {
    ForeignShop all(GENERATE("posts", "hpos"));
    CAPTURE(all.store);
    const OrderId id = all.copied();
    all.write_meta(all.backup, id, "written_there", "by a plugin");
    all.write_status(all.backup, id, "wc-on-hold");
    all.orders.update(id, [](Order& o) { o.set_billing_city("Praha"); });
    CHECK(all.sync().conflicts == 1);
    all.check_equal();
    CHECK(!all.in_backup(id).meta_exists("written_there"));

    const auto reports = all.list();
    REQUIRE(reports.size() == 1);
    CHECK(reports[0].order == id);
    CHECK(reports[0].store == all.backup);
    CHECK(reports[0].kind == ConflictKind::changed);
    CHECK(all.conflicts().count() == 1);
    CHECK(all.shop.kernel().synchronizer().get_status().conflicts == 1);
    const auto differences = all.conflicts().compare(reports[0].id);
    const auto names = fields(differences);
    for (const char* name : {"status", "billing_city", "written_there"}) CHECK(std::find(names.begin(), names.end(), name) != names.end());
    for (const Difference& one : differences) CHECK((one.source + one.target).find("Brno") == std::string::npos);
    CHECK_THAT(all.conflicts().get_record(reports[0].id), Catch::Contains("by a plugin") && Catch::Contains("Brno"));

    int events = 0;
    all.shop.kernel().hooks().on(hook::update_order, [&](OrderId, const Order&) { ++events; });
    const std::uint64_t undo = all.conflicts().restore(reports[0].id);
    CHECK(undo > reports[0].id);
    CHECK(events == 0);
    const Order restored = all.orders.require(id);
    CHECK(restored.get_status() == "on-hold");
    CHECK(restored.get_meta("written_there") == "by a plugin");
    CHECK(restored.get_billing_city() == "Brno");
    CHECK(all.orders.get_history(id).back().operation == "restore");
    CHECK(all.shop.kernel().ledger().check().counts_agree());
    CHECK(all.sync().conflicts == 0);
    all.check_equal();

    REQUIRE(all.list().size() == 1);
    CHECK(all.list()[0].kind == ConflictKind::restored_over);
    CHECK(all.conflicts().restore(undo) > 0);
    CHECK(all.orders.require(id).get_billing_city() == "Praha");
    CHECK(!all.orders.require(id).meta_exists("written_there"));
    CHECK(all.orders.require(id).get_status() == "pending");
    all.sync();
    all.check_equal();
    CHECK(code_of([&] { all.conflicts().restore(undo); }) == "ordo.conflict.missing");
    CHECK(all.conflicts().drop({}) == 1);
    CHECK(all.list().empty());
}

TEST_CASE("a mirror that follows each save keeps what it overwrites as well [G6]") {
    MirroredShop all(GENERATE("posts", "hpos"));
    CAPTURE(all.store);
    const Order order = all.saved([](Order& o) { o.set_total("10"); });
    execute(all.shop.database(), all.backup == "posts" ? "UPDATE wp_posts SET post_status = 'wc-on-hold' WHERE post_type = 'shop_order'" : "UPDATE wp_wc_orders SET status = 'wc-on-hold'");
    all.orders.update(order.get_id(), [](Order& o) { o.set_status("completed"); });
    all.check_equal();
    CHECK(all.shop.kernel().conflicts().count() == 1);
    all.orders.update(order.get_id(), [](Order& o) { o.set_billing_city("Brno"); });
    CHECK(all.shop.kernel().conflicts().count() == 1);
}

TEST_CASE("what both stores agree on, and what only the authoritative store got from others, is no conflict [G6]") {
    ForeignShop all(GENERATE("posts", "hpos"));
    CAPTURE(all.store);
    const OrderId id = all.copied();
    // As WooCommerce does it: its own save, mirrored by itself.
    for (const std::string& in : {all.store, all.backup}) all.write_status(in, id, "wc-processing");
    CHECK(all.sync().migrated == 0);
    all.orders.update(id, [](Order& o) { o.set_billing_city("Praha"); });
    CHECK(all.sync().migrated == 1);
    all.write_meta(all.store, id, "written_here", "1");
    CHECK(all.sync().migrated == 1);
    CHECK(all.in_backup(id).get_meta("written_here") == "1");
    CHECK(all.list().empty());

    // The other way round, what was mirrored until now is what both had.
    REQUIRE(all.shop.kernel().controller().switch_authoritative_store(all.backup, {}).switched);
    all.orders.update(id, [](Order& o) { o.set_status("completed"); });
    CHECK(all.sync().migrated == 1);
    CHECK(all.list().empty());
    execute(all.shop.database(), "UPDATE wp_ordo_state SET value = value - 300 WHERE name = 'switched'");  // nobody can be late any more
    all.write_status(all.store, id, "wc-failed");
    CHECK(all.sync().conflicts == 1);
    CHECK(all.list().at(0).store == all.store);
    all.check_equal();
}

TEST_CASE("stores that differed when they were first compared: what is taken away is kept, what is only added is not [G6]") {
    ForeignShop all(GENERATE("posts", "hpos"));
    CAPTURE(all.store);
    const OrderId changed = all.copied(), lacking = all.copied();
    execute(all.shop.database(), "DELETE FROM wp_ordo_ledger");
    all.write_meta(all.backup, changed, "older", "1");
    all.write_meta(all.store, lacking, "newer", "1");
    const SyncReport report = all.sync();
    CHECK(report.migrated == 2);
    CHECK(report.conflicts == 1);
    REQUIRE(all.list().size() == 1);
    CHECK(all.list()[0].order == changed);
    CHECK(all.list()[0].kind == ConflictKind::no_common_version);
    all.check_equal();
    CHECK(all.sync().conflicts == 0);
}

TEST_CASE("an order that was removed while somebody else changed its copy: removed, and kept [G6] [G7]") {
    ForeignShop all(GENERATE("posts", "hpos"));
    CAPTURE(all.store);
    const OrderId changed = all.copied(), untouched = all.copied();
    all.shop.kernel().options().update(option::data_sync_enabled, "no");
    all.write_meta(all.backup, changed, "written_there", "1");
    for (const OrderId id : {changed, untouched}) REQUIRE(all.orders.remove(id));
    all.sync();
    CHECK(all.shop.export_all(all.backup).empty());
    REQUIRE(all.list().size() == 1);
    CHECK(all.list()[0].order == changed);
    CHECK(all.list()[0].kind == ConflictKind::erased);
    const std::uint64_t conflict = all.list()[0].id;
    CHECK_THAT(all.conflicts().get_record(conflict), Catch::Contains("written_there"));
    CHECK(code_of([&] { all.conflicts().compare(conflict); }) == "ordo.order.missing");
    CHECK(code_of([&] { all.conflicts().restore(conflict); }) == "ordo.order.missing");
    CHECK(all.conflicts().count() == 1);
}

TEST_CASE("an order that is removed while changes are mirrored takes its copy along at once, but one that somebody else changed waits, and is kept [G6] [G7]") {
    const std::string way = GENERATE("interval", "continuous");
    MirroredShop all(GENERATE("posts", "hpos"), way);
    CAPTURE(all.store, way);
    std::vector<OrderId> ids;
    for (int i = 0; i < 3; ++i) ids.push_back(all.saved([](Order& o) { o.set_total("10"); }).get_id());
    all.sync();
    const auto write = [&](const std::string& in, OrderId id, const std::string& status) {
        execute(all.shop.database(), in == "posts" ? fmt::format("UPDATE wp_posts SET post_status = '{}' WHERE ID = {}", status, id)
                                                   : fmt::format("UPDATE wp_wc_orders SET status = '{}' WHERE id = {}", status, id));
    };
    const OrderId untouched = ids[0], changed = ids[1], alike = ids[2];
    write(all.backup, changed, "wc-failed");
    for (const std::string& in : {all.store, all.backup}) write(in, alike, "wc-on-hold");
    for (const OrderId id : {untouched, changed, alike}) REQUIRE(all.orders.remove(id));
    REQUIRE(all.shop.export_all(all.backup).size() == 1);
    CHECK(all.shop.kernel().conflicts().count() == 0);
    CHECK(all.shop.kernel().synchronizer().get_status().pending_deletions == 1);
    all.sync();
    all.check_equal();
    CHECK(all.shop.export_all(all.backup).empty());
    const auto kept = all.shop.kernel().conflicts().list({});
    REQUIRE(kept.size() == 1);
    CHECK(kept[0].order == changed);
    CHECK(kept[0].kind == ConflictKind::erased);
    CHECK_THAT(all.shop.kernel().conflicts().get_record(kept[0].id), Catch::Contains("wc-failed"));
}

TEST_CASE("an order of which a part was backfilled waits with the rest, and that is no conflict [LH21] [G6]") {
    ForeignShop all(GENERATE("posts", "hpos"));
    CAPTURE(all.store);
    const OrderId id = all.copied();
    all.orders.update(id, [](Order& o) {
        o.set_status("on-hold");
        o.set_billing_address_1("Long Street 1");
        o.add_meta_data("gift", "yes");
    });
    BackfillOptions options{all.store, all.backup, {"status"}, {}};
    REQUIRE(all.shop.kernel().legacy_data().backfill_order_to_datastore({&id, 1}, options).at(0).outcome == Outcome::written);
    CHECK(all.in_backup(id).get_status() == "on-hold");
    CHECK(all.in_backup(id).get_billing_address_1().empty());
    CHECK(all.shop.kernel().synchronizer().get_status().saved_since == 1);
    CHECK(all.shop.kernel().synchronizer().process_batch({&id, 1}).written == 1);
    CHECK(all.in_backup(id).get_billing_address_1() == "Long Street 1");
    CHECK(all.list().empty());
    CHECK(all.shop.kernel().synchronizer().get_status().saved_since == 0);
    all.check_equal();
}

TEST_CASE("an order that is saved between the reading of a batch and its writing waits for the next [G8] [G15]") {
    ForeignShop all(GENERATE("posts", "hpos"));
    CAPTURE(all.store);
    const OrderId id = all.copied();
    all.orders.update(id, [](Order& o) { o.set_status("on-hold"); });
    bool once = false;
    all.shop.kernel().hooks().on(hook::before_order_sync, [&](OrderId, Direction) {
        if (!std::exchange(once, true)) all.orders.update(id, [](Order& o) { o.set_status("pending"); });
    });
    const SyncReport report = all.sync();
    CHECK(report.migrated == 0);
    CHECK(report.changed_meanwhile == 1);
    CHECK(all.in_backup(id).get_status() == "pending");
    CHECK(all.shop.kernel().synchronizer().get_status().saved_since == 1);
    CHECK(all.sync().changed_meanwhile == 0);
    CHECK(all.shop.kernel().synchronizer().get_status().saved_since == 0);
    CHECK(all.list().empty());
    all.check_equal();
}

TEST_CASE("the status says how many saved orders the mirror lags behind, by how much, and what waits by kind and type [G22]") {
    ForeignShop all(GENERATE("posts", "hpos"));
    CAPTURE(all.store);
    const auto status = [&] { return all.shop.kernel().synchronizer().get_status(); };
    const OrderId changed = all.copied();
    CHECK(status().saved_since == 0);
    CHECK(status().lag_s == 0);
    CHECK(status().last_run > 0);
    const Order fresh = all.saved([](Order& o) { o.set_total("7"); });
    const Order refund = all.orders.refund({fresh.get_id(), Decimal::parse("2")});
    all.orders.update(changed, [](Order& o) { o.set_billing_city("Praha"); });
    execute(all.shop.database(), fmt::format("UPDATE wp_ordo_ledger SET waits_since = waits_since - 100 WHERE order_id = {}", changed));
    CHECK(status().saved_since == 3);
    CHECK(status().lag_s >= 100);
    CHECK(status().lag_s < 160);
    CHECK(status().pending == 3);
    CHECK(status().pending_missing == 2);
    CHECK(status().pending_different == 1);
    CHECK(status().pending_deletions == 0);
    REQUIRE(status().pending_types.size() == 2);
    CHECK(status().pending_types[0].type == "shop_order");
    CHECK(status().pending_types[0].orders == 2);
    CHECK(status().pending_types[1].type == "shop_order_refund");
    CHECK(status().pending_types[1].orders == 1);
    all.sync();
    CHECK(status().saved_since == 0);
    CHECK(status().pending_types.empty());
    // As two saves within a second leave it that undo each other: the next batch sees that, and an auto-draft is nothing to wait for.
    execute(all.shop.database(), fmt::format("UPDATE wp_ordo_ledger SET version = version + 2, waits_since = {} WHERE order_id = {}", std::time(nullptr), changed));
    all.saved([](Order& o) { o.set_status("auto-draft"); });
    CHECK(status().saved_since == 2);
    CHECK(status().pending == 0);
    for (const char* hook : {"wc_schedule_pending_batch_process", "wc_run_batch_process"})
        for (const auto& action : all.shop.kernel().actions().list({ActionStatus::pending, hook})) all.shop.kernel().actions().run(action.id);
    CHECK(status().saved_since == 0);
    // A save that comes to nothing does not wait; what is removed in both stores does not either.
    all.orders.update(changed, [](Order& o) { o.set_billing_city("Praha"); });
    REQUIRE(all.orders.remove(refund.get_id()));
    CHECK(status().saved_since == 0);
    all.sync();
    CHECK(status().saved_since == 0);
}

}  // namespace ordo::test
