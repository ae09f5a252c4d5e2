/// The migration as one thing: begun, asked for, recorded for PHP, undone.
#include <algorithm>
#include <map>
#include <set>

#include "kernel/orders/php_serialized.hpp"
#include "kernel/sync/migration_record.hpp"
#include "tests/support/shop.hpp"

namespace ordo::test {
namespace {

const std::string status_option(option::migration_status);
const std::string errors_option(option::migration_errors);
const std::vector<std::string> hpos_tables{"wp_wc_orders", "wp_wc_order_addresses", "wp_wc_order_operational_data", "wp_wc_orders_meta"};

std::string option_value(Shop& shop, const std::string& name) { return shop.kernel().options().get(name).value_or("absent"); }

MigrationStatus recorded(Shop& shop) {
    const auto status = sync::parse_migration_status(option_value(shop, status_option));
    REQUIRE(status);
    return *status;
}

std::vector<MigrationError> recorded_errors(Shop& shop) {
    const auto errors = sync::parse_migration_errors(option_value(shop, errors_option));
    REQUIRE(errors);
    return *errors;
}

std::string numbers(const MigrationStatus& status) { return fmt::format("{} pending, {} migrated, {} errors", status.pending_count, status.migrated_count, status.errors); }

std::uint64_t rows_of(Shop& shop, const std::string& table) { return std::stoull(select_one(shop.database(), "SELECT COUNT(*) FROM " + table)); }

SyncOptions stopped_after_one_batch_of(std::uint64_t orders) {
    SyncOptions options;
    options.batch_size = orders;
    options.stop_requested = [] { return true; };
    return options;
}

}  // namespace

TEST_CASE("migrate_orders migrates all that waits, 100 orders at a time; argument over configuration over option over that, the filter last") {
    Shop shop;
    std::uint64_t offered = 0;
    std::size_t batches = 0;
    shop.kernel().hooks().on(hook::migration_batch_size, [&](std::uint64_t size) { return offered = size; });
    shop.kernel().hooks().on(hook::before_order_sync, [&](OrderId, const Direction& way) {
        CHECK(way == Direction{"posts", "hpos"});
        batches += rows_of(shop, "wp_wc_orders") % 100 == 0;
    });
    auto& migration = shop.kernel().migration_controller();
    CHECK(migration.count_orders_to_migrate() == 433);
    const MigrationResult result = migration.migrate_orders();
    CHECK(result.migrated == 433);
    CHECK(offered == 100);
    CHECK(batches == 433);  // every order is announced before its batch is written, and batches are whole hundreds
    CHECK(migration.count_orders_to_migrate() == 0);
    shop.kernel().options().update(option::migration_batch_size, "25");
    migration.migrate_orders();
    CHECK(offered == 25);
    migration.migrate_orders(7);
    CHECK(offered == 7);
}

TEST_CASE("migration status: what waits, what is migrated, what failed, by content") {
    Shop shop;
    auto& migration = shop.kernel().migration_controller();
    CHECK(numbers(migration.get_migration_status()) == "433 pending, 0 migrated, 0 errors");
    CHECK(migration.get_migration_status().last_batch_time == 0);
    shop.kernel().init_database();
    refuse_inserts(shop.database(), "wp_wc_orders", "NEW.id IN (57, 58, 300)", "no room");
    shop.synchronizer().sync(stopped_after_one_batch_of(100));
    CHECK(numbers(migration.get_migration_status()) == "333 pending, 98 migrated, 2 errors");
    CHECK(numbers(recorded(shop)) == "333 pending, 98 migrated, 2 errors");
    migration.migrate_orders();
    CHECK(numbers(migration.get_migration_status()) == "0 pending, 430 migrated, 3 errors");
    CHECK(numbers(recorded(shop)) == "0 pending, 430 migrated, 3 errors");
    CHECK(migration.get_migration_status().last_batch_time > 1700000000);
    const auto errors = migration.get_migration_errors();
    REQUIRE(errors.size() == 3);
    CHECK(errors[0].order == OrderId{57});
    CHECK(errors[2].order == OrderId{300});
    CHECK(errors[0].message.find("no room") != std::string::npos);
    CHECK(errors[0].time > 1700000000);

    SECTION("what posts change waits again; a recorded deletion waits, and was never migrated") {
        execute(shop.database(), "UPDATE wp_postmeta SET meta_value = 'XXX' WHERE post_id = 43 AND meta_key = '_order_currency'");
        execute(shop.database(), "DELETE FROM wp_posts WHERE ID = 44");
        execute(shop.database(), "INSERT INTO wp_wc_orders_meta (order_id, meta_key, meta_value) VALUES (44, '_deleted_from', 'posts_table')");
        CHECK(numbers(migration.get_migration_status()) == "2 pending, 428 migrated, 3 errors");
        CHECK(migration.count_orders_to_migrate() == 2);
    }
    SECTION("the error is history when its order is moved at last") {
        execute(shop.database(), "DROP TRIGGER refuse_wp_wc_orders");
        migration.migrate_orders();
        CHECK(numbers(migration.get_migration_status()) == "0 pending, 433 migrated, 0 errors");
        CHECK(migration.get_migration_errors().size() == 3);
    }
}

TEST_CASE("with hpos authoritative there is nothing to migrate from posts, and no other way is taken for it") {
    Shop shop;
    shop.synchronizer().sync({});
    REQUIRE(shop.kernel().controller().switch_authoritative_store("hpos", {}).switched);
    execute(shop.database(), "UPDATE wp_wc_orders SET currency = 'XXX' WHERE id = 43");
    auto& migration = shop.kernel().migration_controller();
    CHECK(migration.count_orders_to_migrate() == 0);
    CHECK(numbers(migration.get_migration_status()) == "0 pending, 433 migrated, 0 errors");
    try {
        migration.migrate_orders();
        FAIL("migrated against the authoritative store");
    } catch (const Error& error) {
        CHECK(error.code() == errc::sync_direction);
    }
    CHECK(select_one(shop.database(), "SELECT currency FROM wp_wc_orders WHERE id = 43") == "XXX");
}

TEST_CASE("the two options are to the byte what PHP's serialize() gives for the same arrays, and read back") {
    const MigrationStatus status{12, 421, 1, 1795378550};
    CHECK(sync::to_option(status) ==
          R"(a:4:{s:13:"pending_count";i:12;s:14:"migrated_count";i:421;s:6:"errors";i:1;s:15:"last_batch_time";i:1795378550;})");
    // Lengths are bytes: é has two.
    const std::vector<MigrationError> errors{{OrderId{57}, "", "refusé: \"no room\"", 1795378550}, {OrderId{9}, "status", "too_long", 0}};
    CHECK(sync::to_option(errors) == "a:2:{i:0;a:4:{s:8:\"order_id\";i:57;s:5:\"field\";s:0:\"\";s:7:\"message\";s:18:\"refusé: \"no room\"\";s:4:\"time\";i:1795378550;}"
                                     "i:1;a:4:{s:8:\"order_id\";i:9;s:5:\"field\";s:6:\"status\";s:7:\"message\";s:8:\"too_long\";s:4:\"time\";i:0;}}");
    CHECK(sync::to_option(std::vector<MigrationError>{}) == "a:0:{}");
    const auto status_again = sync::parse_migration_status(sync::to_option(status));
    REQUIRE(status_again);
    CHECK(sync::to_option(*status_again) == sync::to_option(status));
    const auto errors_again = sync::parse_migration_errors(sync::to_option(errors));
    REQUIRE(errors_again);
    CHECK(sync::to_option(*errors_again) == sync::to_option(errors));
    for (const char* other : {"", "yes", "a:0:{}", "a:1:{i:0;i:1;}", "i:5;", "a:4:{s:13:\"pending_count\";i:-1;s:14:\"migrated_count\";i:1;s:6:\"errors\";i:1;s:15:\"last_batch_time\";i:1;}"}) {
        INFO(other);
        CHECK(!sync::parse_migration_status(other));
    }
    CHECK(!sync::parse_migration_errors("a:1:{i:0;i:1;}"));
}

TEST_CASE("every run writes the record, and a run that changes nothing writes nothing") {
    Shop shop;
    shop.synchronizer().sync({});
    CHECK(numbers(recorded(shop)) == "0 pending, 433 migrated, 0 errors");
    CHECK(option_value(shop, errors_option) == "absent");  // none yet
    CHECK(select_one(shop.database(), "SELECT autoload FROM wp_options WHERE option_name = '" + status_option + "'") == "no");
    {
        const WatchedWrites writes(shop.database(), {"wp_options"});
        shop.synchronizer().sync({});
        shop.kernel().migration_controller().migrate_orders();
        shop.synchronizer().process_batch(std::vector{OrderId{43}, OrderId{44}});
        CHECK(writes.count() == "0");
    }
    SECTION("what was tampered with is written anew") {
        for (const std::string text : {"no array", "a:0:{}", ""}) {
            shop.kernel().options().update(status_option, text);
            shop.synchronizer().sync({});
            CHECK(numbers(recorded(shop)) == "0 pending, 433 migrated, 0 errors");
        }
    }
    SECTION("with hpos authoritative as well") {
        REQUIRE(shop.kernel().controller().switch_authoritative_store("hpos", {}).switched);
        execute(shop.database(), "UPDATE wp_options SET option_value = '" + sync::to_option({5, 6, 7, 8}) + "' WHERE option_name = '" + status_option + "'");
        execute(shop.database(), "UPDATE wp_wc_orders SET currency = 'XXX' WHERE id = 43");
        shop.synchronizer().sync({});
        CHECK(numbers(recorded(shop)) == "0 pending, 433 migrated, 0 errors");
        CHECK(recorded(shop).last_batch_time > 8);
    }
}

TEST_CASE("batches move the record on, from nothing as from where the last run left it") {
    Shop shop;
    shop.synchronizer().process_batch(std::vector{OrderId{10}});  // no order: nothing has begun
    CHECK(option_value(shop, status_option) == "absent");
    shop.synchronizer().process_batch(std::vector{OrderId{43}, OrderId{44}, OrderId{45}});
    CHECK(numbers(recorded(shop)) == "430 pending, 3 migrated, 0 errors");
    shop.synchronizer().process_batch(std::vector{OrderId{45}, OrderId{46}});
    CHECK(numbers(recorded(shop)) == "429 pending, 4 migrated, 0 errors");
    SyncOptions worker;
    worker.role = SyncRole::worker;
    shop.synchronizer().sync(worker);
    CHECK(numbers(recorded(shop)) == "0 pending, 433 migrated, 0 errors");
}

TEST_CASE("of the errors the last 50 are kept, without personal data; a run in which they fail again writes nothing [G4] [G20]") {
    Shop shop;
    shop.kernel().init_database();
    refuse_inserts(shop.database(), "wp_wc_orders", "NEW.id < 120", "no room");
    const auto first = shop.synchronizer().sync({}).quarantined;
    REQUIRE(first > 50);
    CHECK(recorded(shop).errors == first);
    const auto errors = recorded_errors(shop);
    REQUIRE(errors.size() == 50);
    CHECK(errors.back().order == shop.synchronizer().list_quarantine().back().order);
    std::set<std::uint64_t> orders;
    for (const MigrationError& error : errors) {
        orders.insert(error.order.value);
        CHECK(error.message.find('@') == std::string::npos);
        CHECK(error.message.size() <= 500);
    }
    CHECK(orders.size() == 50);
    {
        const WatchedWrites writes(shop.database(), {"wp_options"});
        CHECK(shop.synchronizer().sync({}).quarantined == first);
        CHECK(writes.count() == "0");
    }
    // One that fails later pushes the oldest out.
    execute(shop.database(), "DELETE FROM wp_wc_orders WHERE id = 300");
    execute(shop.database(), "DROP TRIGGER refuse_wp_wc_orders");
    refuse_inserts(shop.database(), "wp_wc_orders", "NEW.id = 300", "no room either");
    shop.synchronizer().sync({});
    const auto later = recorded_errors(shop);
    REQUIRE(later.size() == 50);
    CHECK(later.back().order == OrderId{300});
    CHECK(later.front().order == errors[1].order);
}

TEST_CASE("a database without wp_options is migrated all the same; Ordo keeps its options in a table of its own") {
    Shop shop;
    execute(shop.database(), "DROP TABLE wp_options");
    CHECK(numbers(shop.kernel().migration_controller().get_migration_status()) == "433 pending, 0 migrated, 0 errors");
    shop.synchronizer().sync({});
    CHECK(rows_of(shop, "wp_wc_orders") == 433);
    CHECK(numbers(recorded(shop)) == "0 pending, 433 migrated, 0 errors");
    CHECK(select_one(shop.database(), "SELECT option_value FROM wp_ordo_options WHERE option_name = 'woocommerce_custom_orders_table_created'") == "yes");

    SECTION("and without any there is no record, and no failure") {
        execute(shop.database(), "DROP TABLE wp_ordo_options");
        const std::vector<OrderId> one{OrderId{43}};
        execute(shop.database(), "DELETE FROM wp_wc_orders WHERE id = 43");
        CHECK(shop.synchronizer().process_batch(one).written == 1);
        CHECK(shop.kernel().migration_controller().get_migration_errors().empty());
    }
}

TEST_CASE("the four migrators are views of the one mapping: every column of the HPOS tables once, every field once") {
    Shop shop;
    auto& migration = shop.kernel().migration_controller();
    CHECK(!migration.get_migrators().front().exists);
    shop.synchronizer().sync({});
    std::map<FieldId, int> fields;
    std::vector<std::string> names;
    for (const MigratorTable& one : migration.get_migrators()) {
        INFO(one.table);
        names.emplace_back(one.migrator.name);
        CHECK(one.exists);
        CHECK(one.rows == rows_of(shop, one.table));
        std::set<std::string> there;
        for (const std::string& column : column_names(shop.database(), one.table)) there.insert(column);
        if (one.table != "wp_wc_orders") there.erase("id");  // a row's own number
        std::map<std::string, int> columns;
        for (const MigratedColumn& column : one.migrator.columns) {
            ++columns[std::string(column.column)];
            if (!column.field) continue;
            const FieldSpec& spec = field_spec(*column.field);
            ++fields[*column.field];
            CHECK(column.column == spec.column);
            CHECK(column.source == spec.posts_key);
            CHECK(column.type == spec.type);
            CHECK((column.from == ColumnSource::post_column) == (spec.posts_place == PostsPlace::column));
        }
        const int each = one.table == "wp_wc_order_addresses" ? 2 : 1;  // billing and shipping
        for (const auto& [column, count] : columns) {
            INFO(column);
            CHECK(count == each);
            CHECK(there.erase(column) == 1);
        }
        CHECK(there.empty());
    }
    CHECK(names == std::vector<std::string>{"PostToOrderTableMigrator", "PostToOrderAddressTableMigrator", "PostToOrderOpTableMigrator", "PostMetaToOrderMetaMigrator"});
    CHECK(fields.size() == order_fields.size());
    for (const auto& [field, count] : fields) CHECK(count == 1);
    CHECK(PostMetaToOrderMetaMigrator::migrates("_paid_date"));
    CHECK(!PostMetaToOrderMetaMigrator::migrates("_order_total"));
    CHECK(!PostMetaToOrderMetaMigrator::migrates("_deleted_from"));
}

TEST_CASE("a rollback leaves the shop as it was before the migration, and it can be migrated again [G1] [G3]") {
    Shop shop;
    const auto posts = [&] { return std::pair(select(shop.database(), "SELECT * FROM wp_posts ORDER BY ID"), select(shop.database(), "SELECT * FROM wp_postmeta ORDER BY meta_id")); };
    const auto before = posts();
    auto& migration = shop.kernel().migration_controller();
    CHECK(migration.rollback_migration().removed == 0);  // nothing there yet
    migration.migrate_orders();
    const auto lines = export_lines(shop.kernel(), "hpos");
    std::uint64_t shown = 0;
    RollbackOptions options;
    options.progress = [&](const SyncProgress& now) {
        shown = now.seen;
        CHECK(now.total == 433);
    };
    const RollbackResult result = migration.rollback_migration(options);
    CHECK(result.obstacles.empty());
    CHECK(result.removed == 433);
    CHECK(result.kept == 0);
    CHECK(shown == 433);
    for (const std::string& table : hpos_tables) CHECK(rows_of(shop, table) == 0);
    CHECK(rows_of(shop, "wp_ordo_overflow") == 0);
    CHECK(rows_of(shop, "wp_ordo_lock WHERE name = 'sync'") == 0);
    CHECK(option_value(shop, status_option) == "absent");
    CHECK((posts() == before));
    CHECK(numbers(migration.get_migration_status()) == "433 pending, 0 migrated, 0 errors");
    CHECK(migration.migrate_orders().migrated == 433);
    CHECK((export_lines(shop.kernel(), "hpos") == lines));
}

TEST_CASE("a rollback is refused, and removes nothing, while hpos holds anything that posts do not [G6]") {
    Shop shop;
    shop.synchronizer().sync({});
    auto& migration = shop.kernel().migration_controller();
    std::string says;
    SECTION("hpos is authoritative") {
        REQUIRE(shop.kernel().controller().switch_authoritative_store("hpos", {}).switched);
        says = "authoritative";
    }
    SECTION("compatibility mode is on") {
        shop.kernel().options().update(option::data_sync_enabled, "yes");
        says = "compatibility mode";
    }
    SECTION("an order only hpos has") {
        execute(shop.database(), "DELETE FROM wp_posts WHERE ID = 43");
        says = "1 order is only in hpos";
    }
    SECTION("a meta row written straight into hpos") {
        execute(shop.database(), "INSERT INTO wp_wc_orders_meta (order_id, meta_key, meta_value) VALUES (43, 'gift', 'wrap'), (44, 'gift', 'wrap')");
        says = "2 orders have other content";
    }
    SECTION("an order that could not be moved to posts") {
        execute(shop.database(), "INSERT INTO wp_ordo_quarantine (target, order_id, field, reason, digest) VALUES ('posts', 43, '', 'refused', '')");
        says = "1 order could not be moved to posts";
    }
    std::vector<std::vector<SqlRow>> before;
    for (const std::string& table : hpos_tables) before.push_back(select(shop.database(), "SELECT * FROM " + table));
    const RollbackResult result = migration.rollback_migration();
    REQUIRE(result.obstacles.size() == 1);
    INFO(result.obstacles[0]);
    CHECK(result.obstacles[0].find(says) != std::string::npos);
    CHECK(result.obstacles == migration.get_rollback_obstacles());
    CHECK(result.removed == 0);
    for (std::size_t i = 0; i < hpos_tables.size(); ++i) CHECK((select(shop.database(), "SELECT * FROM " + hpos_tables[i]) == before[i]));
    CHECK(option_value(shop, status_option) != "absent");
}

TEST_CASE("orders that failed to be migrated do not keep a rollback: posts have them") {
    Shop shop;
    shop.kernel().init_database();
    refuse_inserts(shop.database(), "wp_wc_orders", "NEW.id IN (57, 58)", "no room");
    auto& migration = shop.kernel().migration_controller();
    CHECK(migration.migrate_orders().quarantined == 2);
    CHECK(migration.rollback_migration().removed == 431);
    CHECK(shop.synchronizer().list_quarantine().empty());
    CHECK(option_value(shop, errors_option) == "absent");
}

TEST_CASE("a rollback looks again before each batch, and can be run again") {
    Shop shop;
    shop.synchronizer().sync({});
    auto& migration = shop.kernel().migration_controller();
    RollbackOptions options;
    options.batch_size = 100;
    SECTION("an order that changes meanwhile is kept") {
        options.progress = [&](const SyncProgress& now) {
            if (now.seen == 100) execute(shop.database(), "UPDATE wp_wc_orders SET currency = 'XXX' WHERE id = 300");
        };
        const RollbackResult result = migration.rollback_migration(options);
        CHECK(result.removed == 432);
        CHECK(result.kept == 1);
        CHECK(select_one(shop.database(), "SELECT currency FROM wp_wc_orders WHERE id = 300") == "XXX");
    }
    SECTION("a switch to hpos meanwhile ends it") {
        options.progress = [&](const SyncProgress&) {
            execute(shop.database(), "INSERT INTO wp_options (option_name, option_value, autoload) VALUES ('woocommerce_custom_orders_table_enabled', 'yes', 'auto')");
        };
        CHECK_THROWS_AS(migration.rollback_migration(options), Error);
        CHECK(rows_of(shop, "wp_wc_orders") == 333);
    }
    SECTION("stopped, it goes on where it ended") {
        options.stop_requested = [] { return true; };
        const RollbackResult first = migration.rollback_migration(options);
        CHECK(first.interrupted);
        CHECK(first.removed == 100);
        options.stop_requested = nullptr;
        CHECK(migration.rollback_migration(options).removed == 333);
    }
    SECTION("while another run holds the shop it does not begin") {
        execute(shop.database(), "INSERT INTO wp_ordo_lock (name, holder, heartbeat) VALUES ('sync', 'elsewhere 1 1 0', " +
                                     std::to_string(std::chrono::duration_cast<std::chrono::seconds>(std::chrono::system_clock::now().time_since_epoch()).count()) + ")");
        CHECK_THROWS_AS(migration.rollback_migration(options), Error);
        CHECK(rows_of(shop, "wp_wc_orders") == 433);
    }
}

}  // namespace ordo::test
