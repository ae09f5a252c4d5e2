/// Others are at the shop while a run is: a switch, a foreign writer, another run after a long silence. The run notices in
/// time, writes nothing over them and says so.
#include <atomic>
#include <chrono>
#include <functional>
#include <thread>

#include <fmt/format.h>

#include "kernel/sync/run_lock.hpp"
#include "kernel/sync/worker_pass.hpp"
#include "tests/support/shop.hpp"

namespace ordo::test {
namespace {

const std::string dead_holder = "elsewhere/1/1/1";

std::string status_of_43(Shop& shop) { return select_one(shop.database(), "SELECT status FROM wp_wc_orders WHERE id = 43"); }

/// A second program on the same database.
struct Other {
    explicit Other(const Shop& shop) : database(database::make_dialect(shop.url()), log) {}
    QuietLog log;
    database::SqlDatabase database;
};

void silence(Database& database, const std::string& table) { execute(database, "UPDATE " + table + " SET heartbeat = 1"); }

}  // namespace

TEST_CASE("a shop that is switched in the middle of a run is not written any more; what the new store got stays [G8] [G14]") {
    Shop shop;
    shop.synchronizer().sync({});
    // All posts but the first ones differ, so that every batch would write.
    execute(shop.database(), "UPDATE wp_posts SET post_status = 'wc-failed' WHERE post_type = 'shop_order' AND post_status <> 'auto-draft'");
    Other other(shop);
    const bool as_worker = GENERATE(false, true);
    SyncOptions options;
    options.batch_size = 50;
    options.role = as_worker ? SyncRole::worker : SyncRole::alone;
    int batches = 0;
    options.progress = [&](const SyncProgress&) {
        if (++batches > 1) return;
        // As WooCommerce does it, whatever waits.
        execute(other.database, "DELETE FROM wp_options WHERE option_name = 'woocommerce_custom_orders_table_enabled'");
        execute(other.database, "INSERT INTO wp_options (option_name, option_value, autoload) VALUES ('woocommerce_custom_orders_table_enabled', 'yes', 'yes')");
        execute(other.database, "UPDATE wp_wc_orders SET status = 'wc-new-in-hpos' WHERE id > 150");
    };
    CHECK(code_of([&] { shop.synchronizer().sync(options); }) == "ordo.sync.direction");
    CHECK(batches == 1);
    CHECK(select_one(shop.database(), "SELECT COUNT(*) FROM wp_wc_orders WHERE id > 150 AND status <> 'wc-new-in-hpos'") == "0");
    CHECK(shop.synchronizer().list_quarantine().empty());
}

TEST_CASE("a switch waits for the unit that a run is in, and the run's next one finds it done [G13]", "[mariadb]") {
    Shop shop;
    shop.synchronizer().sync({});
    Other other(shop);
    const sync::RunLock lock(other.database, "wp_");
    std::atomic<bool> switched{false};
    std::thread switching;
    other.database.write([&](Unit& unit) {
        lock.confirm(unit);
        switching = std::thread([&] { switched = shop.kernel().controller().switch_authoritative_store("hpos", {}).switched; });
        std::this_thread::sleep_for(std::chrono::milliseconds(700));
        CHECK(!switched);
    });
    switching.join();
    CHECK(switched);
}

TEST_CASE("an order that somebody changes in the target while it is copied is left as it is, counted and copied next time [G6] [G8]") {
    Shop shop;
    shop.synchronizer().sync({});
    execute(shop.database(), "UPDATE wp_posts SET post_status = 'wc-failed' WHERE ID IN (43, 44)");
    shop.kernel().hooks().on(hook::before_order_sync, [&](OrderId id, const Direction&) {
        if (id == OrderId{43} && status_of_43(shop) != "wc-mine") execute(shop.database(), "UPDATE wp_wc_orders SET status = 'wc-mine' WHERE id = 43");
    });
    const SyncReport report = shop.synchronizer().sync({});
    CHECK(report.migrated == 1);
    CHECK(report.changed_meanwhile == 1);
    CHECK(report.skipped == 431);
    CHECK(status_of_43(shop) == "wc-mine");
    CHECK(select_one(shop.database(), "SELECT option_value FROM wp_options WHERE option_name = 'woocommerce_custom_orders_table_migration_status'")
              .find("\"pending_count\";i:1;") != std::string::npos);
    const SyncReport next = shop.synchronizer().sync({});
    CHECK(next.migrated == 1);
    CHECK(next.changed_meanwhile == 0);
    CHECK(status_of_43(shop) == "wc-failed");
}

TEST_CASE("rows that a store has compared are held until the unit is over [G8]", "[mariadb]") {
    Shop shop;
    shop.synchronizer().sync({});
    Other other(shop);
    execute(shop.database(), "UPDATE wp_posts SET post_status = 'wc-failed' WHERE ID IN (43, 44)");
    // Of a batch of two one is refused, so that what holds its rows is the reading; the other one takes its time.
    execute(shop.database(), "CREATE TRIGGER slow BEFORE UPDATE ON wp_wc_orders FOR EACH ROW IF NEW.id = 44 THEN DO SLEEP(4); END IF");
    std::thread foreigner;
    std::string held;
    shop.kernel().hooks().on(hook::before_order_sync, [&](OrderId id, const Direction&) {
        if (id != OrderId{44}) return execute(other.database, "UPDATE wp_wc_orders SET status = 'wc-mine' WHERE id = 43");
        foreigner = std::thread([&] {
            while (select_one(other.database, "SELECT COUNT(*) FROM information_schema.processlist WHERE state = 'User sleep' AND db = DATABASE()") == "0")
                std::this_thread::sleep_for(std::chrono::milliseconds(20));
            for (const char* rows : {"wp_wc_orders_meta WHERE order_id = 43", "wp_wc_order_addresses WHERE order_id = 43", "wp_wc_order_addresses WHERE order_id = 45"})
                other.database.write([&](Unit& unit) {
                    unit.query(std::string("SELECT COUNT(*) FROM ") + rows + " FOR UPDATE SKIP LOCKED", [&](const Row& row) { held += row.number(0) == 0 ? "held " : "free "; });
                });
        });
    });
    shop.synchronizer().sync({});
    foreigner.join();
    CHECK(held == "held held free ");
}

TEST_CASE("a run that was silent for a minute and one that took over do not both write: the silent one ends [G5]") {
    Shop shop;
    shop.kernel().init_database();
    Other other(shop), another(shop);
    SECTION("a run for itself, then workers") {
        const sync::RunLock silent(other.database, "wp_");
        silence(shop.database(), "wp_ordo_lock");
        sync::WorkerPass pass(another.database, "wp_", [](Unit&, OrderId) { return std::nullopt; });
        CHECK(code_of([&] { other.database.write([&](Unit& unit) { silent.confirm(unit); }); }) == "ordo.sync.locked");
    }
    SECTION("a worker, then a run for itself") {
        sync::WorkerPass pass(other.database, "wp_", [](Unit&, OrderId) { return sync::LeasedRange{OrderId{0}, OrderId{100}}; });
        const auto lease = pass.take({});
        REQUIRE(lease);
        silence(shop.database(), "wp_ordo_lease");
        const sync::RunLock lock(another.database, "wp_");
        CHECK(code_of([&] { other.database.write([&](Unit& unit) { lease->confirm(unit); }); }) == "ordo.sync.locked");
    }
}

TEST_CASE("a range that a dead worker has left is done to its end, however small the batches of its heir [G5]") {
    Shop shop;
    shop.kernel().init_database();
    // The dead one had leased all orders at once.
    execute(shop.database(), "INSERT INTO wp_ordo_lease (pass, after_id, until_id, holder, heartbeat) VALUES ('p', 0, 100000, '" + dead_holder + "', 1)");
    Other other(shop);
    sync::WorkerPass keeps_it_alive(other.database, "wp_", [](Unit&, OrderId) { return std::nullopt; });
    execute(shop.database(), "DELETE FROM wp_ordo_lease");
    execute(shop.database(), fmt::format("INSERT INTO wp_ordo_lease (pass, after_id, until_id, holder, heartbeat) VALUES ('p', 0, 100000, '{}', 1), ('p', 0, 0, '{}', {})",
                                         dead_holder, sync::make_holder(), sync::now_s()));
    SyncOptions options;
    options.role = SyncRole::worker;
    options.batch_size = 7;
    CHECK(shop.synchronizer().sync(options).migrated == 433);
}

TEST_CASE("an address whose type differs in a letter's case is read by nobody, and found again by the first run that writes it [G4]") {
    Shop shop;
    shop.synchronizer().sync({});
    execute(shop.database(), "UPDATE wp_wc_order_addresses SET address_type = 'Billing' WHERE order_id = 43 AND address_type = 'billing'");
    CHECK(shop.synchronizer().sync({}).migrated == 1);
    CHECK(shop.synchronizer().sync({}).migrated == 0);
    CHECK(select_one(shop.database(), "SELECT COUNT(*) FROM wp_wc_order_addresses WHERE order_id = 43 AND address_type = 'billing'") == "1");
}

TEST_CASE("who waits in quarantine for the other direction is let go as soon as the stores agree, or dropped by hand [G4]") {
    Shop shop;
    shop.synchronizer().sync({});
    REQUIRE(shop.kernel().controller().switch_authoritative_store("hpos", {}).switched);
    refuse_updates(shop.database(), "wp_posts", "NEW.ID IN (43, 44)", "no room");
    execute(shop.database(), "UPDATE wp_wc_orders SET status = 'wc-failed' WHERE id IN (43, 44)");
    CHECK(shop.synchronizer().sync({}).quarantined == 2);
    execute(shop.database(), "DROP TRIGGER refuse_wp_posts");
    execute(shop.database(), "UPDATE wp_posts SET post_status = 'wc-failed' WHERE ID IN (43, 44)");  // WooCommerce mirrors them itself
    REQUIRE(shop.kernel().controller().switch_authoritative_store("posts", {}).switched);
    REQUIRE(shop.synchronizer().list_quarantine().size() == 2);
    const OrderId order{43};
    CHECK(shop.synchronizer().drop_quarantined({&order, 1}) == 1);
    CHECK(shop.synchronizer().list_quarantine().size() == 1);
    CHECK(shop.synchronizer().sync({}).quarantined == 0);
    CHECK(shop.synchronizer().list_quarantine().empty());
}

}  // namespace ordo::test
