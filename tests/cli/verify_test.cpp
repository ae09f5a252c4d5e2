/// What `verify-data` and `diff` find in a damaged shop, how they name it, and what they must never say of it.
#include <fmt/format.h>

#include "tests/cli/folder.hpp"

namespace ordo::test {
namespace {

struct Damage {
    std::string what, sql;
    std::string order, kind, field;  ///< how it must be named
};

}  // namespace

TEST_CASE("each kind of damage ends with exit 1 and names order, kind and field [G2]") {
    const std::vector<Damage> damages{
        {"a value of wp_wc_orders", "UPDATE wp_wc_orders SET total_amount = '1.00000000' WHERE id = 43", "43", "field", "total_amount"},
        {"a value that became NULL", "UPDATE wp_wc_orders SET currency = NULL WHERE id = 43", "43", "field", "currency"},
        {"an operational value", "UPDATE wp_wc_order_operational_data SET created_via = 'nobody' WHERE order_id = 43", "43", "field",
         "created_via"},
        {"a lost address", "DELETE FROM wp_wc_order_addresses WHERE order_id = 43 AND address_type = 'billing'", "43", "field",
         "billing_first_name"},
        {"a lost operational row", "DELETE FROM wp_wc_order_operational_data WHERE order_id = 43", "43", "field", "order_key"},
        {"a meta row too many", "INSERT INTO wp_wc_orders_meta (order_id, meta_key, meta_value) VALUES (43, '_uninvited', 'x')", "43",
         "meta_extra", "_uninvited"},
        {"a lost order",
         "DELETE FROM wp_wc_orders WHERE id = 43; DELETE FROM wp_wc_orders_meta WHERE order_id = 43; DELETE FROM wp_wc_order_addresses "
         "WHERE order_id = 43;"
         "DELETE FROM wp_wc_order_operational_data WHERE order_id = 43",
         "43", "missing", ""},
        {"an order too many", "INSERT INTO wp_wc_orders (id, type, status) VALUES (990001, 'shop_order', 'wc-pending')", "990001", "extra",
         ""},
    };
    for (const Damage& damage : damages) {
        const Folder folder(Holds::migrated_shop);
        folder.sql().run(damage.sql);
        const Result verified = folder.ordo({"hpos", "verify-data", "--format=json"});
        INFO(damage.what << ": " << verified);
        CHECK(verified.exit == 1);
        const auto lines = lines_of(verified.out);
        REQUIRE(lines.size() >= 2);
        bool named = false;
        for (std::size_t i = 0; i + 1 < lines.size(); ++i) {
            const boost::json::value difference = boost::json::parse(lines[i]);
            CHECK(difference.at("order") == std::stoi(damage.order));
            named = named || (difference.at("kind").as_string() == damage.kind && difference.at("field").as_string() == damage.field);
        }
        CHECK(named);
        const boost::json::value summary = boost::json::parse(lines.back());
        CHECK(summary.at("equal") == false);
        CHECK(summary.at("orders_different") == 1);

        const Result table = folder.ordo({"hpos", "verify-data"});
        INFO(table);
        CHECK(table.exit == 1);
        CHECK(has(table.out, damage.order));
        CHECK(has(table.out, damage.field));

        const Result diff = folder.ordo({"hpos", "diff", damage.order});
        INFO(diff);
        CHECK(diff.exit == 1);
        CHECK(has(diff.out, damage.field));
    }
}

TEST_CASE("a synchronisation repairs every damage that verify-data names, and an order too many is left alone") {
    const Folder folder(Holds::migrated_shop);
    const auto whole = migrated_rows(folder.sql());
    folder.sql().run(
        "UPDATE wp_wc_orders SET total_amount = '1' WHERE id = 43; DELETE FROM wp_wc_order_addresses WHERE order_id = 57;"
        "INSERT INTO wp_wc_orders_meta (order_id, meta_key, meta_value) VALUES (58, '_uninvited', 'x'); DELETE FROM "
        "wp_wc_order_operational_data WHERE order_id = 60");
    CHECK(folder.json({"hpos", "status"}).at("pending") == 4);
    CHECK(folder.json({"hpos", "sync"}).at("migrated") == 4);
    CHECK(folder.ordo({"hpos", "verify-data"}).exit == 0);
    CHECK((migrated_rows(folder.sql()) == whole));

    folder.sql().run("INSERT INTO wp_wc_orders (id, type, status) VALUES (990001, 'shop_order', 'wc-pending')");
    CHECK(folder.json({"hpos", "status"}).at("only_in_backup") == 1);
    CHECK(folder.json({"hpos", "sync"}).at("migrated") == 0);
    CHECK(folder.sql().one("SELECT COUNT(*) FROM wp_wc_orders WHERE id = 990001") == "1");
}

TEST_CASE("an order that is not there cannot be compared: bad input") {
    const Folder folder(Holds::migrated_shop);
    const Result result = folder.ordo({"hpos", "diff", "990001"});
    INFO(result);
    CHECK(result.exit == 65);
    CHECK(result.out.empty());
    CHECK(has(result.err, "990001"));
    CHECK(has(result.err, "[ordo.order.missing]"));
    const Result equal = folder.ordo({"hpos", "diff", "43"});
    CHECK(equal.exit == 0);
    CHECK(has(equal.out, "equal"));
}

TEST_CASE("personal data of a damaged order are never said: neither what was there nor what is [G34] [G20]") {
    const Folder folder(Holds::migrated_shop);
    const Sql sql = folder.sql();
    // An order with as many personal values as there are, so that the test sees each kind.
    const std::string order = sql.one(
        "SELECT order_id FROM wp_wc_order_operational_data JOIN wp_wc_orders o ON o.id = order_id "
        "WHERE o.transaction_id <> '' AND o.billing_email <> '' AND o.customer_note <> '' AND order_key <> '' ORDER BY order_id");
    REQUIRE(!order.empty());
    std::vector<std::string> secrets;
    const auto keep = [&](const std::string& query) {
        const auto found = sql.rows(query);
        for (const std::string& value : found)
            if (value.size() >= 5 && value != "NULL") secrets.push_back(value);
    };
    for (const std::string column : {"billing_email", "transaction_id", "ip_address", "user_agent", "customer_note"})
        keep("SELECT " + column + " FROM wp_wc_orders WHERE id = " + order);
    for (const std::string column : {"first_name", "last_name", "address_1", "postcode", "email", "phone"})
        keep("SELECT " + column + " FROM wp_wc_order_addresses WHERE order_id = " + order);
    keep("SELECT order_key FROM wp_wc_order_operational_data WHERE order_id = " + order);
    keep("SELECT meta_value FROM wp_wc_orders_meta WHERE order_id = " + order);
    REQUIRE(secrets.size() > 8);

    sql.run(fmt::format(
        "UPDATE wp_wc_orders SET billing_email = 'leak@leak.test', transaction_id = 'leak-1', ip_address = 'leak-2', user_agent = 'leak-3',"
        " customer_note = 'leak-4' WHERE id = {0};"
        "UPDATE wp_wc_order_addresses SET first_name = 'leak-5', last_name = 'leak-6', address_1 = 'leak-7', postcode = 'leak-8', email = "
        "'leak-9',"
        " phone = 'leak-10' WHERE order_id = {0};"
        "UPDATE wp_wc_order_operational_data SET order_key = 'leak-11', date_paid_gmt = 'leak-12' WHERE order_id = {0};"
        "UPDATE wp_wc_orders_meta SET meta_value = 'leak-13' WHERE order_id = {0};"
        "INSERT INTO wp_wc_orders_meta (order_id, meta_key, meta_value) VALUES ({0}, '_uninvited', 'leak-14')",
        order));
    for (const Command& command : Commands{{"hpos", "verify-data"},
                                           {"hpos", "verify-data", "--format=json"},
                                           {"hpos", "diff", order},
                                           {"hpos", "diff", order, "--format=json"},
                                           {"hpos", "status"},
                                           {"hpos", "enable"}}) {
        const Result result = folder.ordo(command);
        INFO("order " << order << ", " << command[1] << ": " << result);
        const std::string said = result.out + result.err;
        if (command[1] == "diff") {
            for (const char* field : {"billing_email", "transaction_id", "billing_first_name", "order_key", "_uninvited", "bytes)"})
                CHECK(has(said, field));
        }
        CHECK_FALSE(has(said, "leak"));
        for (const std::string& secret : secrets) {
            INFO(secret);
            CHECK_FALSE(has(said, secret));
        }
    }
}

}  // namespace ordo::test
