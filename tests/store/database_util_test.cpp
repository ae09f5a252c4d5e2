/// DatabaseUtil: tables made and dropped without losing an order, values as columns hold them.
#include <algorithm>

#include "tests/support/shop.hpp"

namespace ordo::test {
namespace {

template <class Call>
ErrorCode code_of(Call call) {
    try {
        call();
    } catch (const Error& error) {
        return error.code();
    }
    return {"nothing thrown", ExitCode::done};
}

bool there(Shop& shop, const std::string& table) {
    const auto tables = table_names(shop.database());
    return std::find(tables.begin(), tables.end(), table) != tables.end();
}

const std::string two_tables = "CREATE TABLE wp_gifts (\n  id bigint(20) unsigned NOT NULL auto_increment,\n  paper varchar(20) NOT NULL default '',\n"
                               "  PRIMARY KEY  (id),\n  KEY paper (paper)\n) DEFAULT CHARACTER SET utf8mb4;\nCREATE TABLE IF NOT EXISTS `wp_ribbons` (colour text)";

}  // namespace

TEST_CASE("dbdelta makes the tables and indexes that are missing, once, and never alters what is there [G32]") {
    Shop shop;
    DatabaseUtil& util = shop.kernel().database_util();
    CHECK(util.get_missing_tables(two_tables) == std::vector<std::string>{"wp_gifts", "wp_ribbons"});
    CHECK(util.dbdelta(two_tables) == std::vector<std::string>{"table wp_gifts", "table wp_ribbons"});
    CHECK(util.dbdelta(two_tables).empty());
    CHECK(util.get_missing_tables(two_tables).empty());
    CHECK(column_names(shop.database(), "wp_gifts") == std::vector<std::string>{"id", "paper"});
    execute(shop.database(), "INSERT INTO wp_gifts (paper) VALUES ('red')");
    CHECK(select_one(shop.database(), "SELECT id FROM wp_gifts") == "1");
    drop_index(shop.database(), "wp_gifts", "paper");
    CHECK(util.dbdelta(two_tables) == std::vector<std::string>{"index paper of wp_gifts"});
    CHECK(code_of([&] { util.dbdelta("CREATE TABLE wp_ribbons (colour text, width int)"); }) == errc::database_schema);
    CHECK(column_names(shop.database(), "wp_ribbons") == std::vector<std::string>{"colour"});
    CHECK(util.dbdelta("").empty());
}

TEST_CASE("dbdelta takes CREATE TABLE and nothing else") {
    Shop shop;
    DatabaseUtil& util = shop.kernel().database_util();
    CHECK(code_of([&] { util.dbdelta("DROP TABLE wp_posts"); }) == errc::import_statement_refused);
    CHECK(code_of([&] { util.dbdelta("CREATE TABLE wp_a (id int); DELETE FROM wp_posts"); }) == errc::import_statement_refused);
    CHECK(code_of([&] { util.dbdelta("CREATE TABLE wp_a (id int"); }).exit == ExitCode::bad_input);
    CHECK(!there(shop, "wp_a"));
    CHECK(there(shop, "wp_posts"));
}

TEST_CASE("missing tables are named, those of WooCommerce's own schema too") {
    Shop shop;
    DatabaseUtil& util = shop.kernel().database_util();
    auto missing = util.get_missing_tables();
    std::sort(missing.begin(), missing.end());
    CHECK(missing == std::vector<std::string>{"wp_wc_order_addresses", "wp_wc_order_operational_data", "wp_wc_orders", "wp_wc_orders_meta"});
    shop.kernel().init_database();
    CHECK(util.get_missing_tables().empty());
}

TEST_CASE("no table with an order in it, and none that the shop needs, is dropped [G1]") {
    Shop shop;
    DatabaseUtil& util = shop.kernel().database_util();
    shop.synchronizer().sync({});
    const auto refused = [&](const std::string& table) { return code_of([&] { util.drop_database_table(table, RowsInTable::drop); }) == errc::database_table_needed; };
    for (const char* table : {"wp_posts", "wp_postmeta", "wp_options", "wp_woocommerce_order_items", "wp_comments", "wp_ordo_overflow", "wp_ordo_quarantine",
                              "wp_wc_orders", "wp_wc_order_addresses", "wp_wc_order_operational_data", "wp_wc_orders_meta"}) {
        INFO(table);
        CHECK(refused(table));
        CHECK(there(shop, table));
    }
    SECTION("compatibility mode keeps them even when they are empty") {
        CHECK(shop.kernel().migration_controller().rollback_migration().removed == 433);
        shop.kernel().options().update(option::data_sync_enabled, "yes");
        CHECK(refused("wp_wc_orders"));
    }
    SECTION("an auto-draft or an order half there keeps them") {
        CHECK(shop.kernel().migration_controller().rollback_migration().removed == 433);
        execute(shop.database(), "INSERT INTO wp_wc_orders (id, type, status) VALUES (9999, 'shop_order', 'auto-draft')");
        execute(shop.database(), "DROP TABLE wp_wc_orders_meta");
        CHECK(refused("wp_wc_orders"));
    }
    SECTION("and with hpos authoritative they are the shop") {
        REQUIRE(shop.kernel().controller().switch_authoritative_store("hpos", {}).switched);
        CHECK(refused("wp_wc_orders_meta"));
    }
}

TEST_CASE("once a migration is rolled back the HPOS tables may go, and come again with the next one") {
    Shop shop;
    DatabaseUtil& util = shop.kernel().database_util();
    shop.synchronizer().sync({});
    shop.kernel().migration_controller().rollback_migration();
    for (const char* table : {"wp_wc_orders", "wp_wc_order_addresses", "wp_wc_order_operational_data", "wp_wc_orders_meta"}) {
        CHECK(util.drop_database_table(table));
        CHECK(!there(shop, table));
        CHECK(!util.drop_database_table(table));
        CHECK(shop.kernel().options().get(option::custom_orders_table_created) == "no");
    }
    CHECK(shop.synchronizer().sync({}).migrated == 433);
    CHECK(shop.kernel().options().get(option::custom_orders_table_created) == "yes");
}

TEST_CASE("another table is dropped if it is empty, with rows only when that is said") {
    Shop shop;
    DatabaseUtil& util = shop.kernel().database_util();
    CHECK(!util.drop_database_table("wp_gifts"));
    util.dbdelta(two_tables);
    CHECK(util.drop_database_table("wp_ribbons"));
    execute(shop.database(), "INSERT INTO wp_gifts (paper) VALUES ('red')");
    CHECK(code_of([&] { util.drop_database_table("wp_gifts"); }) == errc::database_table_needed);
    CHECK(there(shop, "wp_gifts"));
    CHECK(util.drop_database_table("wp_gifts", RowsInTable::drop));
    CHECK(!there(shop, "wp_gifts"));
    CHECK(!util.drop_database_table("wp_gifts; DROP TABLE wp_posts"));
}

TEST_CASE("a primary key is made where there is none, once, and holds") {
    Shop shop;
    DatabaseUtil& util = shop.kernel().database_util();
    execute(shop.database(), "CREATE TABLE wp_gifts (id INT, paper VARCHAR(20))");
    execute(shop.database(), "INSERT INTO wp_gifts VALUES (1, 'red'), (2, NULL)");
    CHECK(code_of([&] { util.create_primary_key("wp_gifts", "paper"); }) == errc::database_schema);
    CHECK(code_of([&] { util.create_primary_key("wp_gifts", "width"); }) == errc::database_schema);
    CHECK(code_of([&] { util.create_primary_key("wp_no_such", "id"); }) == errc::database_schema);
    CHECK(util.create_primary_key("wp_gifts", "id"));
    CHECK(!util.create_primary_key("wp_gifts", "id"));
    CHECK(!util.create_primary_key("wp_posts", "post_author"));
    CHECK_THROWS_AS(execute(shop.database(), "INSERT INTO wp_gifts VALUES (1, 'blue')"), Error);
    execute(shop.database(), "CREATE TABLE wp_twice (id INT)");
    execute(shop.database(), "INSERT INTO wp_twice VALUES (1), (1)");
    CHECK_THROWS_AS(util.create_primary_key("wp_twice", "id"), Error);
    CHECK(select_one(shop.database(), "SELECT COUNT(*) FROM wp_twice") == "2");
}

TEST_CASE("values as a column holds them, and the rule that what does not fit broke [G2]") {
    Shop shop;
    struct Value {
        std::string type;
        BytesView value;
        Bytes stored;
        std::optional<Rule> broken = std::nullopt;
    };
    for (const Value& one : std::vector<Value>{{"decimal", "12.5", "12.50000000"},
                                               {"decimal", "1237E-2", "12.37000000"},
                                               {"decimal", "", "0.00000000"},
                                               {"decimal", "12,5", "12.00000000", Rule::not_a_number},
                                               {"decimal", "0.123456789", "0.12345679", Rule::too_many_decimals},
                                               {"int", "007", "7"},
                                               {"int", "7 monkeys", "7", Rule::not_an_id},
                                               {"bool", "yes", "1"},
                                               {"bool", "TRUE", "1"},
                                               {"bool", "no", "0"},
                                               {"bool", "maybe", "0", Rule::not_a_flag},
                                               {"string", "any \\ text", "any \\ text"},
                                               {"string", "", ""},
                                               {"date", "2026-03-29 01:30:00", "2026-03-29 01:30:00"},
                                               {"date", "", std::nullopt},
                                               {"date", "soon", std::nullopt, Rule::not_a_date},
                                               {"date_epoch", "1234567890", "2009-02-13 23:31:30"},
                                               {"date_epoch", "", std::nullopt},
                                               {"decimal", std::nullopt, std::nullopt},
                                               {"string", std::nullopt, std::nullopt}}) {
        INFO(one.type << " " << one.value.value_or("NULL"));
        const ColumnValue column = shop.kernel().database_util().format_object_value_for_db(one.value, one.type);
        CHECK(column.stored == one.stored);
        CHECK(column.broken == one.broken);
    }
    CHECK(code_of([&] { shop.kernel().database_util().format_object_value_for_db("1", "colour"); }) == errc::usage);
    const std::string long_text(70001, 'x');
    CHECK(shop.kernel().database_util().format_object_value_for_db(long_text, "string").stored == long_text);
}

TEST_CASE("the full-text index on addresses is seen where it is") {
    Shop shop;
    DatabaseUtil& util = shop.kernel().database_util();
    CHECK(!util.fts_index_on_order_address_table_exists());
    shop.kernel().init_database();
    CHECK(!util.fts_index_on_order_address_table_exists());
    if (mariadb_socket().empty()) return;  // SQLite has no such index
    execute(shop.database(), "CREATE FULLTEXT INDEX order_addresses_fts ON wp_wc_order_addresses (first_name, last_name)");
    CHECK(util.fts_index_on_order_address_table_exists());
}

}  // namespace ordo::test
