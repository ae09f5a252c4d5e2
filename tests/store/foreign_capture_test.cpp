/// Triggers note what other programs write; folded, the ledger knows which orders wait without a look at the others.
#include <future>
#include <random>

#include <ordo/foreign_capture.hpp>
#include <ordo/orders.hpp>

#include "tests/support/mirrored_shop.hpp"
#include "tests/support/other_program.hpp"
#include "tests/support/soak.hpp"

namespace ordo::test {
namespace {

/// A shop whose triggers are in place and whose ledger knows all, as after the first run.
struct CapturedShop : MirroredShop {
    explicit CapturedShop(const std::string& name, const std::string& way = "interval") : MirroredShop(name, way), other(shop.url()), capture(shop.kernel().foreign_capture()) {
        REQUIRE(capture.install() == 18);
        sync();
        REQUIRE(capture.get_status().known_since);
    }
    std::string noted() { return one("SELECT COUNT(*) FROM wp_ordo_capture"); }
    std::vector<std::string> noted_orders() {
        std::vector<std::string> rows;
        for (const SqlRow& row : select(shop.database(), "SELECT DISTINCT store, order_id FROM wp_ordo_capture ORDER BY store, order_id")) rows.push_back(*row[0] + " " + *row[1]);
        return rows;
    }
    std::uint64_t pending() { return shop.kernel().synchronizer().get_total_pending_count(); }
    /// By a look at every order: as if nothing had ever been captured.
    std::uint64_t recount() {
        const std::string known = one("SELECT value FROM wp_ordo_state WHERE name = 'known'");
        execute(shop.database(), "DELETE FROM wp_ordo_state WHERE name = 'known'");
        REQUIRE(!capture.get_status().known_since);
        const std::uint64_t counted = pending();
        execute(shop.database(), "INSERT INTO wp_ordo_state (name, value) VALUES ('known', '" + known + "')");
        REQUIRE(capture.get_status().known_since);
        return counted;
    }

    OtherProgram other;
    ForeignCapture& capture;
};

}  // namespace

TEST_CASE("triggers note each row that others write, in every table of both stores, and none that Ordo writes [G15]") {
    CapturedShop all(GENERATE("posts", "hpos"));
    CAPTURE(all.store);
    const Order order = all.saved([](Order& o) {
        o.set_billing_city("Brno");
        o.add_meta_data("gift", "yes");
    });
    all.sync();
    all.orders.add_note({order.get_id(), "Called."});
    all.orders.update(order.get_id(), [](Order& o) { o.set_status("completed"); });
    all.sync();
    CHECK(all.noted() == "0");

    const std::string id = std::to_string(order.get_id().value);
    const std::vector<std::pair<std::string, std::string>> writes{
        {"posts", "UPDATE wp_posts SET post_excerpt = 'x' WHERE ID = " + id},
        {"posts", "INSERT INTO wp_postmeta (post_id, meta_key, meta_value) VALUES (" + id + ", 'k', 'v')"},
        {"posts", "UPDATE wp_postmeta SET meta_value = 'w' WHERE post_id = " + id + " AND meta_key = 'k'"},
        {"posts", "DELETE FROM wp_postmeta WHERE post_id = " + id + " AND meta_key = 'k'"},
        {"hpos", "UPDATE wp_wc_orders SET currency = 'CZK' WHERE id = " + id},
        {"hpos", "UPDATE wp_wc_order_addresses SET city = 'x' WHERE order_id = " + id},
        {"hpos", "DELETE FROM wp_wc_order_addresses WHERE order_id = " + id},
        {"hpos", "INSERT INTO wp_wc_order_addresses (order_id, address_type, city) VALUES (" + id + ", 'billing', 'y')"},
        {"hpos", "UPDATE wp_wc_order_operational_data SET cart_hash = 'x' WHERE order_id = " + id},
        {"hpos", "INSERT INTO wp_wc_orders_meta (order_id, meta_key, meta_value) VALUES (" + id + ", 'k', 'v')"},
        {"hpos", "UPDATE wp_wc_orders_meta SET order_id = NULL WHERE order_id = " + id + " AND meta_key = 'k'"},
    };
    for (const auto& [store, sql] : writes) {
        INFO(sql);
        execute(all.shop.database(), "DELETE FROM wp_ordo_capture");
        all.other.run(sql);
        CHECK(all.noted_orders() == std::vector<std::string>{store + " " + id});
    }
    all.sync();
    CHECK(all.noted() == "0");
    all.check_equal();
}

TEST_CASE("what goes through the kernel's database is others' writing, and a save within it is Ordo's [G15]") {
    CapturedShop all(GENERATE("posts", "hpos"));
    CAPTURE(all.store);
    const OrderId kept = all.saved([](Order&) {}).get_id(), undone = all.saved([](Order&) {}).get_id();
    all.sync();
    REQUIRE(all.noted() == "0");
    const auto rename = [](Unit& unit, OrderId id) { unit.execute(fmt::format("UPDATE wp_wc_orders SET currency = 'CZK' WHERE id = {}", id)); };
    all.shop.database().write([&](Unit& unit) {
        all.orders.update(undone, [](Order& o) { o.set_billing_city("Praha"); });
        rename(unit, kept);
    });
    CHECK(all.noted_orders() == std::vector<std::string>{fmt::format("hpos {}", kept)});
    // A part that fails within takes nothing of that along, and neither does a whole that fails.
    CHECK_THROWS_AS(all.shop.database().write([&](Unit&) { all.orders.update(undone, [](Order&) { throw Error(errc::usage, "no"); }); }), Error);
    all.shop.database().write([&](Unit& unit) {
        CHECK_THROWS_AS(all.orders.update(undone, [](Order&) { throw Error(errc::usage, "no"); }), Error);
        rename(unit, undone);
    });
    CHECK(all.noted_orders().size() == 2);
    all.orders.update(undone, [](Order& o) { o.set_billing_city("Wien"); });
    CHECK(all.noted_orders().size() == 2);
}

TEST_CASE("an other program's numbers of new rows are its own, whatever the triggers append") {
    CapturedShop all("posts");
    const OrderId order = all.other.make_order("posts");
    std::string mine, last;
    all.other.database().write([&](Unit& unit) {
        unit.execute(fmt::format("INSERT INTO wp_postmeta (post_id, meta_key, meta_value) VALUES ({}, 'k', 'v')", order));
        mine = std::to_string(unit.last_insert_id());
        unit.query("SELECT MAX(meta_id) FROM wp_postmeta", [&](const Row& row) { last = row.text(0); });
    });
    CHECK(mine == last);
}

TEST_CASE("what was noted is folded, and waits; what is no order's is forgotten [G15]") {
    CapturedShop all(GENERATE("posts", "hpos"));
    CAPTURE(all.store);
    const OrderId order = all.saved([](Order&) {}).get_id();
    all.sync();
    all.other.run("INSERT INTO wp_posts (ID, post_content, post_title, post_excerpt, to_ping, pinged, post_content_filtered, post_type) VALUES (900, '', 'Tea', '', '', '', '', 'product')");
    CHECK(all.noted() == "0");  // a product's row says what it is
    all.other.run("INSERT INTO wp_postmeta (post_id, meta_key, meta_value) VALUES (900, '_stock', '4')");
    CHECK(all.noted() == "1");
    CHECK(all.capture.fold() == 0);
    CHECK(all.noted() == "0");

    all.other.set_status(all.store, order, "wc-failed");
    all.other.add_meta(all.store, order, "k", "v");
    CHECK(all.capture.get_status().waiting == 2);
    CHECK(all.pending() == 1);
    CHECK(all.capture.fold() == 1);
    CHECK(all.capture.get_status().waiting == 0);
    CHECK(all.pending() == 1);
    CHECK(all.shop.kernel().synchronizer().get_status().saved_since == 1);
    // Written again as it is: noted, and no difference.
    all.sync();
    all.other.run(all.store == "posts" ? "UPDATE wp_posts SET post_status = post_status" : "UPDATE wp_wc_orders SET status = status");
    CHECK(all.noted() != "0");
    CHECK(all.pending() == 0);
    all.check_equal();
}

TEST_CASE("a row whose transaction commits after later ones were folded is folded too [G15]", "[mariadb]") {
    CapturedShop all("posts");
    const OrderId first = all.saved([](Order&) {}).get_id(), second = all.saved([](Order&) {}).get_id();
    all.sync();
    OtherProgram late(all.shop.url());
    late.database().write([&](Unit& unit) {
        unit.execute(fmt::format("UPDATE wp_posts SET post_status = 'wc-failed' WHERE ID = {}", first));
        all.other.set_status("posts", second, "wc-failed");
        CHECK(all.capture.fold() == 1);
        all.sync();
        CHECK(all.pending() == 0);
    });
    CHECK(all.pending() == 1);
    CHECK(all.capture.fold() == 1);
    all.sync();
    all.check_equal();
}

TEST_CASE("while the ledger knows all, what waits is what a look at every order finds, whatever was done [G15]") {
    CapturedShop all(GENERATE("posts", "hpos"));
    CAPTURE(all.store);
    std::mt19937_64 random(new_seed("pending by the ledger"));
    std::vector<OrderId> ids;
    for (int i = 0; i < 6; ++i) ids.push_back(all.saved([](Order&) {}).get_id());
    for (int i = 0; i < (soaking() ? 400 : 40); ++i) {
        const OrderId id = ids[random() % ids.size()];
        const int what = static_cast<int>(random() % 11);
        CAPTURE(i, what, id.value);
        if ((what == 1 || what == 2) && !all.orders.get(id)) continue;  // removed before
        switch (what) {
            case 0: ids.push_back(all.saved([](Order&) {}).get_id()); break;
            case 1: all.orders.update(id, [&](Order& o) { o.update_meta_data("n", std::to_string(i)); }); break;
            case 2: all.orders.update(id, [&](Order& o) { o.set_status(random() % 2 ? "completed" : "on-hold"); }); break;
            case 3: all.other.set_status(all.store, id, random() % 2 ? "wc-failed" : "wc-pending"); break;
            case 4: all.other.add_meta(all.backup, id, "foreign", std::to_string(i)); break;
            case 5: ids.push_back(all.other.make_order(all.store)); break;
            case 6: all.orders.trash(id); break;
            case 7: all.orders.remove(id); break;
            case 8: all.shop.kernel().synchronizer().process_batch({&id, 1}); break;
            case 9: all.capture.fold(); break;
            default: all.sync(); break;
        }
        REQUIRE(all.pending() == all.recount());
    }
    all.sync();
    CHECK(all.recount() == 0);
    all.check_equal();
}

TEST_CASE("a trigger that is lost, another rule or rows written past all: contents are compared until the next whole run [G15]") {
    CapturedShop all("posts");
    const OrderId order = all.saved([](Order&) {}).get_id();
    all.sync();
    const std::string lost = "wp_ordo_capture_wc_orders_update";
    execute(all.shop.database(), "DROP TRIGGER " + lost);
    all.other.set_status("hpos", order, "wc-failed");
    CaptureStatus status = all.capture.get_status();
    CHECK(!status.installed);
    CHECK(!status.known_since);
    CHECK(status.missing == std::vector<std::string>{lost});
    CHECK(all.pending() == 1);
    CHECK(all.capture.install() == 1);
    CHECK(!all.capture.get_status().known_since);
    CHECK(all.pending() == 1);
    all.sync();
    CHECK(all.capture.get_status().known_since);
    CHECK(all.capture.remove() == 18);
    CHECK(!all.capture.get_status().installed);
    all.other.set_status("posts", order, "wc-cancelled");
    CHECK(all.noted() == "0");
    CHECK(all.pending() == 1);
}

TEST_CASE("HPOS tables that are dropped and made again get their triggers again [G15]") {
    CapturedShop all("posts");
    all.saved([](Order&) {});
    all.shop.kernel().options().update(option::data_sync_enabled, "no");
    all.sync();
    REQUIRE(all.shop.kernel().migration_controller().delete_database_tables().tables.size() == 4);
    CHECK(!all.capture.get_status().known_since);
    CHECK(all.pending() == 1);
    all.sync();
    CHECK(all.capture.get_status().installed);
    CHECK(all.pending() == 0);
    all.sync();
    CHECK(all.capture.get_status().known_since);
    all.check_equal();
}

TEST_CASE("a rollback is seen although the ledger knew all, and so is an order that vanished before anybody noted it [G13] [G15]") {
    CapturedShop all("posts");
    const OrderId lost = all.saved([](Order&) {}).get_id();
    all.saved([](Order&) {});
    all.sync();
    all.capture.remove();
    all.other.lose_order("posts", lost);
    all.capture.install();
    for (int i = 0; i < 2; ++i) {
        all.sync();
        CHECK(all.capture.get_status().known_since);
        CHECK(all.shop.kernel().synchronizer().get_status().vanished == 1);
        CHECK(!all.shop.kernel().controller().switch_authoritative_store("hpos", {}).switched);
    }
    all.orders.remove(lost);
    all.sync();
    CHECK(all.shop.kernel().synchronizer().get_status().vanished == 0);
    REQUIRE(all.capture.get_status().known_since);
    all.shop.kernel().options().update(option::data_sync_enabled, "no");
    CHECK(all.shop.kernel().migration_controller().rollback_migration({}).removed == 1);
    CHECK(all.pending() == 1);
    CHECK(!all.shop.kernel().controller().switch_authoritative_store("hpos", {}).switched);
}

TEST_CASE("an order that failed and was forgotten waits again although the ledger knows all [G4] [G15]") {
    CapturedShop all("posts");
    const OrderId bad = all.other.make_order("posts");
    refuse_inserts(all.shop.database(), "wp_wc_orders", fmt::format("NEW.id = {}", bad), "no");
    all.sync();
    REQUIRE(all.capture.get_status().known_since);
    CHECK(all.shop.kernel().synchronizer().get_status().quarantined == 1);
    CHECK(all.pending() == 0);
    CHECK(all.shop.kernel().synchronizer().drop_quarantined({}) == 1);
    CHECK(all.pending() == 1);
    execute(all.shop.database(), "DROP TRIGGER refuse_wp_wc_orders");
    all.sync();
    all.check_equal();
}

TEST_CASE("an order that was cleaned up, and whose copy then failed and was forgotten, waits again although the ledger knows all [G4] [G15]") {
    CapturedShop all("hpos");
    const OrderId bad = all.saved([](Order& o) { o.set_billing_city("Brno"); }).get_id();
    all.sync();
    all.shop.kernel().options().update(option::data_sync_enabled, "no");
    all.shop.kernel().legacy_data().cleanup_post_data({});
    all.shop.kernel().options().update(option::data_sync_enabled, "yes");
    refuse_inserts(all.shop.database(), "wp_postmeta", fmt::format("NEW.post_id = {}", bad), "no");
    all.sync();
    REQUIRE(all.capture.get_status().known_since);
    CHECK(all.shop.kernel().synchronizer().drop_quarantined({}) == 1);
    CHECK(all.pending() == 1);
    CHECK(all.shop.kernel().synchronizer().get_status().saved_since == 1);
    CHECK(!all.shop.kernel().controller().switch_authoritative_store("posts", {}).switched);
    execute(all.shop.database(), "DROP TRIGGER refuse_wp_postmeta");
    for (const auto& action : all.shop.kernel().actions().list({ActionStatus::pending})) all.shop.kernel().actions().run(action.id);
    all.shop.kernel().actions().run_due({});
    all.check_equal();
}

TEST_CASE("an import and a clean-up make the ledger's knowledge end, not its correctness [G15]") {
    CapturedShop all("hpos");
    const OrderId order = all.saved([](Order&) {}).get_id();
    all.sync();
    all.shop.kernel().options().update(option::data_sync_enabled, "no");
    all.shop.kernel().legacy_data().cleanup_post_data({});
    CHECK(!all.capture.get_status().known_since);
    CHECK(all.pending() == 0);
    all.shop.kernel().options().update(option::data_sync_enabled, "yes");
    CHECK(all.pending() == 1);
    all.sync();
    CHECK(all.capture.get_status().known_since);
    std::string line = all.shop.export_all("hpos").front();
    line.replace(line.find("\"id\":" + std::to_string(order.value)), 5 + std::to_string(order.value).size(), "\"id\":7000");
    all.shop.import_lines({line});
    CHECK(!all.capture.get_status().known_since);
    CHECK(all.pending() == 1);
}

TEST_CASE("a switch finds what others wrote by the ledger, and brings it along [G13] [G14]") {
    CapturedShop all(GENERATE("posts", "hpos"), "off");  // nobody but the switch copies
    CAPTURE(all.store);
    const OrderId changed = all.saved([](Order&) {}).get_id(), kept = all.saved([](Order&) {}).get_id();
    all.sync();
    all.other.set_status(all.store, changed, "wc-failed");
    const OrderId made = all.other.make_order(all.store);
    REQUIRE(all.shop.kernel().controller().switch_authoritative_store(all.backup, {}).switched);
    CHECK(all.orders.require(changed).get_status() == "failed");
    CHECK(all.orders.require(made).get_billing_city() == "Brno");
    CHECK(all.orders.require(kept).get_status() == "pending");
    CHECK(all.pending() == all.recount());
    all.sync();
    all.check_equal();
}

TEST_CASE("reading the status needs no right to see triggers, and writes nothing [G3]", "[mariadb]") {
    Shop shop;
    shop.kernel().foreign_capture().install();
    shop.synchronizer().sync({});
    REQUIRE(shop.kernel().foreign_capture().get_status().known_since);
    const ReadOnlyAccess access(shop);
    Kernel reader(kernel_options(access.url()));
    CHECK(!reader.foreign_capture().get_status().known_since);
    CHECK(reader.synchronizer().get_status().pending == 0);
}

}  // namespace ordo::test
