/// What WooCommerce's own tests assert of its migration (BEHAVIOURS, rows MG), held against ours: on the complex order of
/// those tests, through the kernel, checked by SQL.
#include <algorithm>
#include <chrono>
#include <functional>
#include <thread>

#include "tests/support/shop.hpp"

namespace ordo::test {
namespace {

constexpr const char* order = "43";

/// The only value of a meta key.
void set_meta(Shop& shop, const std::string& key, const std::string& value, const std::string& id = order) {
    execute(shop.database(), "DELETE FROM wp_postmeta WHERE post_id = " + id + " AND meta_key = '" + key + "'");
    execute(shop.database(), "INSERT INTO wp_postmeta (post_id, meta_key, meta_value) VALUES (" + id + ", '" + key + "', '" + value + "')");
}

/// An order of the shop made into the complex order of WooCommerce's tests.
void make_complex_order(Shop& shop) {
    execute(shop.database(), "UPDATE wp_posts SET post_status = 'wc-completed', post_excerpt = 'Leave it at the door.', post_date_gmt = '2026-01-02 03:04:05',"
                             " post_modified_gmt = '2026-02-03 04:05:06' WHERE ID = 43");
    for (const auto& [key, value] : std::vector<std::pair<std::string, std::string>>{
             {"_order_currency", "INR"}, {"_customer_user", "7"}, {"_billing_email", "jeroen@example.org"}, {"_payment_method", "cod"},
             {"_payment_method_title", "Cash on delivery"}, {"_transaction_id", "mock1"}, {"_customer_ip_address", "127.0.0.1"},
             {"_customer_user_agent", "Mock/1.0"}, {"_date_paid", "1767323045"}, {"_date_completed", "1767323099"}, {"unique_key_1", "unique_value_1"},
             {"_shipping_first_name", "Albert"}, {"_shipping_last_name", "Einstein"}, {"_shipping_company", "WooCompany"}, {"_shipping_address_1", "WooAddress"},
             {"_shipping_city", "WooCity"}, {"_shipping_state", "NY"}, {"_shipping_postcode", "123456"}, {"_shipping_country", "US"}, {"_shipping_phone", "555-1234"},
             {"_billing_first_name", "Jeroen"}, {"_billing_last_name", "Sormani"}, {"_billing_city", "WooCity"}})
        set_meta(shop, key, value);
    execute(shop.database(), "INSERT INTO wp_postmeta (post_id, meta_key, meta_value) VALUES (43, 'non_unique_key_1', 'a'), (43, 'non_unique_key_1', 'b')");
}

struct ComplexOrder {
    Shop shop;
    ComplexOrder() { make_complex_order(shop); }
    PostsToOrdersMigrationController& migration() { return shop.kernel().migration_controller(); }
    std::string one(const std::string& sql) { return select_one(shop.database(), sql); }
    std::string in_hpos(const std::string& column, const std::string& table = "wp_wc_orders", const std::string& where = "") {
        return one("SELECT " + column + " FROM " + table + " WHERE " + (table == "wp_wc_orders" ? "id" : "order_id") + " = 43" + where);
    }
    std::string in_post(const std::string& column) { return one("SELECT " + column + " FROM wp_posts WHERE ID = 43"); }
    std::string in_meta(const std::string& key) { return one("SELECT meta_value FROM wp_postmeta WHERE post_id = 43 AND meta_key = '" + key + "'"); }
};

std::string now_s(int later = 0) {
    return std::to_string(std::chrono::duration_cast<std::chrono::seconds>(std::chrono::system_clock::now().time_since_epoch()).count() + later);
}

void hold_lock(Shop& shop, const std::string& heartbeat) {
    execute(shop.database(), "INSERT INTO wp_ordo_lock (name, holder, heartbeat) VALUES ('sync', 'elsewhere 4711 1 0', " + heartbeat + ")");
}

std::optional<Error> error_of(const std::function<void()>& call) {
    try {
        call();
    } catch (const Error& error) {
        return error;
    }
    return std::nullopt;
}

const std::string isolation_option(option::sync_isolation_level);
const std::string transactions_option = "woocommerce_use_db_transactions_for_custom_orders_table_data_sync";

}  // namespace

TEST_CASE_METHOD(ComplexOrder, "MG1, MG3, MG5, MG7, MG9, MG11: a migrated order is row by row what its post is, once, and again after a change") {
    migration().migrate_orders();
    {
        INFO("MG1: the core row equals the post, field by field");
        CHECK(in_hpos("id") == "43");
        for (const auto& [column, source] : std::vector<std::pair<std::string, std::string>>{{"status", "post_status"}, {"date_created_gmt", "post_date_gmt"},
                                                                                             {"date_updated_gmt", "post_modified_gmt"}, {"parent_order_id", "post_parent"},
                                                                                             {"type", "post_type"}, {"customer_note", "post_excerpt"}}) {
            INFO(column);
            CHECK(in_hpos(column) == in_post(source));
        }
        for (const auto& [column, key] : std::vector<std::pair<std::string, std::string>>{
                 {"currency", "_order_currency"}, {"customer_id", "_customer_user"}, {"billing_email", "_billing_email"}, {"payment_method", "_payment_method"},
                 {"payment_method_title", "_payment_method_title"}, {"transaction_id", "_transaction_id"}, {"ip_address", "_customer_ip_address"},
                 {"user_agent", "_customer_user_agent"}}) {
            INFO(column);
            CHECK(in_hpos(column) == in_meta(key));
        }
        CHECK(in_hpos("status") == "wc-completed");
        CHECK(in_hpos("currency") == "INR");
        CHECK(in_hpos("transaction_id") == "mock1");
    }
    {
        INFO("MG3: both address rows equal the post's meta, phone included");
        for (const std::string type : {"billing", "shipping"}) {
            for (const std::string column : {"first_name", "last_name", "company", "address_1", "address_2", "city", "state", "postcode", "country", "phone"}) {
                INFO(type << " " << column);
                CHECK(in_hpos(column, "wp_wc_order_addresses", " AND address_type = '" + type + "'") == in_meta("_" + type + "_" + column));
            }
        }
        CHECK(in_hpos("last_name", "wp_wc_order_addresses", " AND address_type = 'shipping'") == "Einstein");
        CHECK(in_hpos("phone", "wp_wc_order_addresses", " AND address_type = 'shipping'") == "555-1234");
    }
    {
        INFO("MG5: the dates of payment and completion are the instants that Unix-time meta says");
        CHECK(in_hpos("date_paid_gmt", "wp_wc_order_operational_data") == "2026-01-02 03:04:05");
        CHECK(in_hpos("date_completed_gmt", "wp_wc_order_operational_data") == "2026-01-02 03:04:59");
    }
    {
        INFO("MG7: a custom meta has one row with its value; one with two values has both, in order");
        CHECK(in_hpos("COUNT(*)", "wp_wc_orders_meta", " AND meta_key = 'unique_key_1'") == "1");
        CHECK(in_hpos("meta_value", "wp_wc_orders_meta", " AND meta_key = 'unique_key_1'") == "unique_value_1");
        CHECK(select(shop.database(), "SELECT meta_value FROM wp_wc_orders_meta WHERE order_id = 43 AND meta_key = 'non_unique_key_1' ORDER BY id") ==
              std::vector<SqlRow>{{"a"}, {"b"}});
    }
    {
        INFO("MG9: an order that is migrated twice has one row of each kind");
        const auto counts = [&] {
            return in_hpos("COUNT(*)") + " " + in_hpos("COUNT(*)", "wp_wc_order_addresses", " AND address_type = 'billing'") + " " +
                   in_hpos("COUNT(*)", "wp_wc_order_addresses", " AND address_type = 'shipping'") + " " + in_hpos("COUNT(*)", "wp_wc_order_operational_data") + " " +
                   in_hpos("COUNT(*)", "wp_wc_orders_meta");
        };
        migration().migrate_orders();
        const std::string first = counts();
        CHECK(first.starts_with("1 1 1 1 "));
        CHECK(migration().migrate_orders().migrated == 0);
        CHECK(counts() == first);
        set_meta(shop, "_order_currency", "EUR");
        CHECK(migration().migrate_orders().migrated == 1);
        CHECK(counts() == first);
    }
    {
        INFO("MG11: a long-lived process reads what the second migration brought, not what it read before");
        const ExportOptions hpos{"hpos", false, {}};
        REQUIRE(shop.kernel().exporter().get(OrderId{43}, hpos)->find("\"EUR\"") != std::string::npos);
        set_meta(shop, "_order_currency", "USD");
        migration().migrate_orders();
        CHECK(shop.kernel().exporter().get(OrderId{43}, hpos)->find("\"USD\"") != std::string::npos);
        CHECK(in_hpos("currency") == "USD");
    }
}

TEST_CASE("MG13, MG23: an exception while an order is inserted is kept with its words and its code, and undoes all of that order") {
    Shop shop;
    make_complex_order(shop);
    shop.kernel().init_database();
    refuse_inserts(shop.database(), "wp_wc_order_operational_data", "NEW.order_id = 43", "no room");
    CHECK(shop.kernel().migration_controller().migrate_orders().quarantined == 1);
    const auto errors = shop.kernel().migration_controller().get_migration_errors();
    REQUIRE(errors.size() == 1);
    CHECK(errors[0].order == OrderId{43});
    CHECK(errors[0].message.find("plugin hpos: write") != std::string::npos);  // who, and doing what
    CHECK(errors[0].message.find("no room") != std::string::npos);
    for (const std::string table : {"wp_wc_order_addresses", "wp_wc_order_operational_data", "wp_wc_orders_meta"})
        CHECK(select_one(shop.database(), "SELECT COUNT(*) FROM " + table + " WHERE order_id = 43") == "0");
    CHECK(select_one(shop.database(), "SELECT COUNT(*) FROM wp_wc_orders WHERE id = 43") == "0");
    CHECK(select_one(shop.database(), "SELECT COUNT(*) FROM wp_wc_orders") == "432");
}

TEST_CASE("MG15, MG17, MG21: batches are transactions whatever the option says: an exception leaves no half order") {
    Shop shop;
    shop.kernel().init_database();
    // Fails at the last table: without a transaction the three before it would have rows.
    for (const std::string use : {"no", "yes"}) {
        INFO(transactions_option << " = " << use);
        shop.kernel().options().update(transactions_option, use);
        refuse_inserts(shop.database(), "wp_wc_orders_meta", "NEW.order_id IN (43, 44, 45)", "no room");
        CHECK(shop.kernel().migration_controller().migrate_orders().quarantined == 3);
        CHECK(select_one(shop.database(), "SELECT COUNT(*) FROM wp_wc_orders WHERE id IN (43, 44, 45)") == "0");
        CHECK(select_one(shop.database(), "SELECT COUNT(*) FROM wp_wc_order_addresses WHERE order_id IN (43, 44, 45)") == "0");
        CHECK(select_one(shop.database(), "SELECT COUNT(*) FROM wp_wc_order_operational_data WHERE order_id IN (43, 44, 45)") == "0");
        execute(shop.database(), "DROP TRIGGER refuse_wp_wc_orders_meta");
        CHECK(shop.kernel().migration_controller().migrate_orders().migrated == 3);
        shop.kernel().migration_controller().rollback_migration();
    }
}

TEST_CASE("MG19: an isolation level that is none ends the migration before anything is written, and is named") {
    Shop shop;
    shop.kernel().options().update(isolation_option, "INVALID_LEVEL");
    const auto tables = table_names(shop.database());
    for (const auto& migrate : std::vector<std::function<void()>>{[&] { shop.kernel().migration_controller().migrate_orders(); },
                                                                  [&] { shop.synchronizer().process_batch(std::vector{OrderId{43}}); }}) {
        const auto error = error_of(migrate);
        REQUIRE(error);
        CHECK(error->code() == errc::option_bad_value);
        CHECK(std::string(error->what()).find("INVALID_LEVEL") != std::string::npos);
        CHECK(std::string(error->what()).find(isolation_option) != std::string::npos);
        CHECK(table_names(shop.database()) == tables);
        CHECK(!shop.kernel().options().get(option::migration_status));
    }
}

TEST_CASE("MG19: each level that is one is the level of the batches' transactions", "[mariadb]") {
    // Seen from inside the transaction.
    Shop shop;
    shop.kernel().init_database();
    execute(shop.database(), "CREATE TABLE seen_levels (id INT, level VARCHAR(64))");
    execute(shop.database(), "CREATE TRIGGER see_level AFTER INSERT ON wp_wc_orders FOR EACH ROW INSERT INTO seen_levels"
                             " SELECT NEW.id, trx_isolation_level FROM information_schema.INNODB_TRX WHERE trx_mysql_thread_id = CONNECTION_ID()");
    OrderId order{43};
    for (const std::string level : {"", "READ UNCOMMITTED", "READ COMMITTED", "REPEATABLE READ", "SERIALIZABLE"}) {
        INFO(level);
        if (!level.empty()) shop.kernel().options().update(isolation_option, level);
        CHECK(shop.synchronizer().process_batch({&order, 1}).written == 1);
        CHECK(select_one(shop.database(), fmt::format("SELECT level FROM seen_levels WHERE id = {}", order)) == (level.empty() ? "READ COMMITTED" : level));
        ++order.value;
        std::this_thread::sleep_for(std::chrono::milliseconds(150));  // for a tenth of a second the server shows INNODB_TRX as it was
    }
}

TEST_CASE_METHOD(ComplexOrder, "MG25, MG27, MG29, MG31: doubled and missing order keys, amounts in odd spellings") {
    {
        INFO("MG25: of two rows of an internal key that should be unique the first is the column");
        const std::string first = in_meta("_order_key");
        execute(shop.database(), "INSERT INTO wp_postmeta (post_id, meta_key, meta_value) VALUES (43, '_order_key', 'wc_order_second')");
        migration().migrate_orders();
        CHECK(in_hpos("order_key", "wp_wc_order_operational_data") == first);
        CHECK(shop.kernel().verifier().diff(OrderId{43}).empty());
    }
    {
        INFO("MG27: orders without an order key are migrated and equal: a missing key is not a doubled one");
        execute(shop.database(), "DELETE FROM wp_postmeta WHERE meta_key = '_order_key' AND post_id IN (43, 44)");
        const MigrationResult result = migration().migrate_orders();
        CHECK(result.migrated == 2);
        CHECK(result.quarantined == 0);
        CHECK(in_hpos("order_key", "wp_wc_order_operational_data") == "NULL");
        CHECK(shop.kernel().verifier().verify({}).orders_different == 0);
    }
    {
        INFO("MG29: a tax that is all but nothing is 0 in the column, its text is kept, and both stores are equal");
        set_meta(shop, "_order_tax", "7.1054273576E-15");
        migration().migrate_orders();
        CHECK(in_hpos("tax_amount") == "0.00000000");
        const auto kept = shop.synchronizer().list_overflow(1000);
        CHECK(std::any_of(kept.begin(), kept.end(), [](const OverflowReport& report) { return report.order == OrderId{43} && report.field == "tax_amount"; }));
        CHECK(shop.kernel().verifier().verify({}).orders_different == 0);
        CHECK(migration().migrate_orders().migrated == 0);
    }
    {
        INFO("MG31: 1237E-2 is 12.37");
        set_meta(shop, "_cart_discount_tax", "1237E-2");
        migration().migrate_orders();
        CHECK(in_hpos("discount_tax_amount", "wp_wc_order_operational_data") == "12.37000000");
        CHECK(shop.kernel().verifier().diff(OrderId{43}).empty());
    }
}

TEST_CASE("MG33: a lock that nobody has kept alive for a minute is taken over at once, and is gone afterwards [G5]") {
    Shop shop;
    shop.kernel().init_database();
    hold_lock(shop, now_s(-60));
    CHECK(shop.kernel().migration_controller().migrate_orders().migrated == 433);
    CHECK(select_one(shop.database(), "SELECT COUNT(*) FROM wp_ordo_lock WHERE name = 'sync'") == "0");
}

TEST_CASE("MG35: a run whose lock was taken over writes nothing more and leaves the new holder's lock [G5]") {
    Shop shop;
    SyncOptions options;
    options.batch_size = 100;
    options.progress = [&](const SyncProgress& now) {
        if (now.seen == 100)
            execute(shop.database(), "UPDATE wp_ordo_lock SET holder = 'elsewhere 4711 1 0', heartbeat = " + now_s() + " WHERE name = 'sync'");
    };
    const auto error = error_of([&] { shop.synchronizer().sync(options); });
    REQUIRE(error);
    CHECK(error->code() == errc::sync_locked);
    CHECK(select_one(shop.database(), "SELECT COUNT(*) FROM wp_wc_orders") == "100");
    CHECK(select_one(shop.database(), "SELECT holder FROM wp_ordo_lock WHERE name = 'sync'") == "elsewhere 4711 1 0");
    CHECK(!shop.kernel().options().get(option::migration_status));
}

TEST_CASE("MG37: while another run is alive a second one is refused, and its orders stay where they are [G5]") {
    Shop shop;
    shop.kernel().init_database();
    hold_lock(shop, now_s(3600));  // or its clock is an hour ahead
    for (const auto& migrate : std::vector<std::function<void()>>{[&] { shop.kernel().migration_controller().migrate_orders(); },
                                                                  [&] { shop.synchronizer().process_batch(std::vector{OrderId{43}}); }}) {
        const auto error = error_of(migrate);
        REQUIRE(error);
        CHECK(error->code() == errc::sync_locked);
        CHECK(error->code().exit == ExitCode::locked);
        CHECK(std::string(error->what()).find("process 4711 on elsewhere") != std::string::npos);
    }
    CHECK(select_one(shop.database(), "SELECT COUNT(*) FROM wp_wc_orders") == "0");
    CHECK(select_one(shop.database(), "SELECT COUNT(*) FROM wp_ordo_lock WHERE name = 'sync'") == "1");
}

}  // namespace ordo::test
