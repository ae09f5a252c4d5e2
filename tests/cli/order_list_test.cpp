/// `ordo order list`, `fields`, `statuses` and `history`, as a shell and its scripts use them.
#include <algorithm>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "tests/cli/folder.hpp"

namespace ordo::test {
namespace {

Command list(Command arguments) {
    arguments.insert(arguments.begin(), {"order", "list"});
    return arguments;
}

/// What is found, as `--format=ids` prints it.
std::string ids(const Folder& folder, Command arguments) {
    arguments.insert(arguments.end(), {"--limit", "-1", "--format=ids"});
    const Result result = folder.ordo(list(std::move(arguments)));
    INFO(result);
    CHECK(result.exit == 0);
    return result.out.substr(0, result.out.size() - 1);
}

/// Four orders of our own in an empty shop whose clocks are an hour ahead of UTC.
struct FourOrders : Folder {
    FourOrders() : Folder(Holds::nothing) {
        REQUIRE(ordo({"db", "init"}).exit == 0);
        REQUIRE(ordo({"option", "update", "timezone_string", "Europe/Berlin"}).exit == 0);
        for (const auto& [created, status, total] : std::vector<std::array<std::string, 3>>{{"2026-01-04 23:59:59", "pending", "9"},
                                                                                             {"2026-01-05 00:00:00", "processing", "10"},
                                                                                             {"2026-01-05 23:59:59", "completed", "10.50"},
                                                                                             {"2026-01-06 00:00:00", "completed", "8"}}) {
            const Result made = ordo({"order", "create", "--set", "date_created=" + created, "--status", status, "--set", "total=" + total, "--set",
                                      "billing_email=order" + total + "@example.com", "--format=ids"});
            INFO(made);
            REQUIRE(made.exit == 0);
            id.push_back(made.out.substr(0, made.out.size() - 1));
        }
    }
    /// "0 2": the first and the third of them.
    std::string named(const std::string& positions) const {
        std::vector<std::string> names;
        for (const char c : positions)
            if (c != ' ') names.push_back(id[static_cast<std::size_t>(c - '0')]);
        return fmt::format("{}", fmt::join(names, " "));
    }
    std::vector<std::string> id;
};

}  // namespace

TEST_CASE("the list of a shop: twenty a page in a table, with what there is beyond on standard error [TD61]") {
    const Folder folder(Holds::imported_shop);
    const Result table = folder.ordo(list({}));
    INFO(table);
    CHECK(table.exit == 0);
    CHECK(lines_of(table.out).size() == 21);
    CHECK(lines_of(table.out).front().starts_with("id  type        status  "));
    CHECK_FALSE(has(table.out, "@"));
    CHECK(folder.ordo(list({"--quiet"})).err.empty());
    CHECK(has(table.err, "page 1 of 17, 336 orders in all"));
    for (const char* all : {"-1", "-10", "0"}) CHECK(lines_of(folder.ordo(list({"--limit", all})).out).size() == 337);
    CHECK(folder.ordo(list({"--limit", "5", "--page", "1000"})).exit == 0);
}

TEST_CASE("each format gives the same orders, as its readers want them") {
    const Folder folder(Holds::imported_shop);
    const boost::json::value page = folder.json(list({"--limit", "3"}));
    REQUIRE(page.at("orders").as_array().size() == 3);
    CHECK(page.at("total") == 336);
    CHECK(page.at("pages") == 112);
    const boost::json::value& first = page.at("orders").at(0);
    CHECK(first.at("id") == 43);
    CHECK(first.at("type") == "shop_order");
    CHECK(first.at("status") == "completed");
    CHECK(first.at("date_created").as_string().ends_with("Z"));
    CHECK(first.at("total") == "6424.658289");
    CHECK(first.at("currency").as_string().size() == 3);
    CHECK(first.at("customer_id").is_int64());

    const std::string lines = folder.ordo(list({"--limit", "3", "--format=jsonl"})).out;
    REQUIRE(lines_of(lines).size() == 3);
    CHECK(boost::json::parse(lines_of(lines).front()) == first);
    const auto csv = lines_of(folder.ordo(list({"--limit", "3", "--format=csv"})).out);
    REQUIRE(csv.size() == 4);
    CHECK(csv[0] == "id,type,status,date_created,total,currency,customer_id");
    CHECK(csv[1].starts_with("43,shop_order,completed,"));
    CHECK(folder.ordo(list({"--limit", "3", "--format=ids"})).out == "43 45 46\n");
    CHECK(folder.ordo(list({"--limit", "3", "--format=count"})).out == "336\n");
}

TEST_CASE("formats that only a list can be printed in are refused elsewhere, with those there are") {
    const Folder folder(Holds::imported_shop);
    for (const Command& command : Commands{{"order", "get", "43", "--format=csv"}, {"--format=ids", "hpos", "status"}, {"order", "create", "--format=count"}, {"order", "history", "43", "--format=jsonl"}}) {
        const Result result = folder.ordo(command);
        INFO(fmt::format("ordo {}: ", fmt::join(command, " ")) << result);
        CHECK(result.exit == 2);
        CHECK(result.out.empty());
        CHECK(has(result.err, "--format"));
        CHECK(has(result.err, "but table, json"));
        CHECK(has(result.err, "[ordo.usage]"));
    }
    CHECK(folder.ordo({"--format=ids", "order", "list", "--limit", "1"}).out == "43\n");
}

TEST_CASE("orders are found by the site's days and by instants; days count as a whole [TD53] [TD55] [OQ9] [OQ11] [OF11] [OF13]") {
    const FourOrders shop;
    for (const auto& [range, found] : std::vector<std::pair<std::string, std::string>>{{"2026-01-05", "1 2"},
                                                                                       {"2026-01-04...2026-01-05", "0 1 2"},
                                                                                       {">2026-01-05", "3"},
                                                                                       {">=2026-01-05", "1 2 3"},
                                                                                       {"<2026-01-05", "0"},
                                                                                       {"<=2026-01-05", "0 1 2"},
                                                                                       {"2026-01-05 00:00...2026-01-05 23:59:59", "1 2"},
                                                                                       {"2026-01-05 00:00:01...2026-01-05 23:59:58", ""},
                                                                                       {">2026-01-05 23:59:58", "2 3"},
                                                                                       {">2026-01-05 23:59:59", "3"},
                                                                                       {"<=2026-01-04T22:59:59Z", "0"},
                                                                                       {"<2026-01-04T22:59:59Z", ""},
                                                                                       {"1767567600", "1"},
                                                                                       {"1767567599...1767567600", "0 1"},
                                                                                       {"2026-01-04T23:00:00Z", "1"},
                                                                                       {">=9999-12-31", ""},
                                                                                       {"<=9999-12-31", "0 1 2 3"}}) {
        INFO(range);
        CHECK(ids(shop, {"--date-created", range}) == shop.named(found));
    }
    CHECK(ids(shop, {"--after", "2026-01-04", "--before", "2026-01-06"}) == shop.named("1 2"));
    CHECK(ids(shop, {"--before", "2026-01-05"}) == shop.named("0"));
    CHECK(ids(shop, {"--before", "2027-01-01"}) == shop.named("0 1 2 3"));
    CHECK(ids(shop, {"--date-completed", ">2000-01-01"}) == shop.named("2 3"));
    CHECK(ids(shop, {"--field", "date_created=2026-01-05"}) == shop.named("1 2"));
}

TEST_CASE("conditions of a list must all hold; several values of one are any of them [OF15] [OF27] [OF33] [OQ5] [OQ17] [TD33] [TD61] [TD67]") {
    const FourOrders shop;
    const auto check = [&](const Command& conditions, const std::string& found) {
        INFO(fmt::format("{}", fmt::join(conditions, " ")));
        CHECK(ids(shop, conditions) == shop.named(found));
    };
    check({"--status", "completed"}, "2 3");
    CHECK(shop.ordo(list({"--status", "completed", "--format=count"})).out == "2\n");
    CHECK(shop.ordo(list({"--limit", "1", "--format=ids"})).out == shop.id[0] + "\n");
    check({"--status", "wc-pending,processing"}, "0 1");
    check({"--status", "completed", "--date-created", "2026-01-06"}, "3");
    check({"--ids", shop.id[1] + "," + shop.id[3]}, "1 3");
    check({"--exclude", shop.id[1]}, "0 2 3");
    check({"--customer", "0"}, "0 1 2 3");
    check({"--customer", "order9@example.com", "--customer", "order8@example.com"}, "0 3");
    check({"--customer", "7"}, "");
    check({"--field", "total=10.5"}, "2");
    check({"--field", "total=9", "--field", "total=8"}, "0 3");
    check({"--field", "billing_email=ORDER9@example.com", "--field", "total=9.00"}, "0");
    check({"--type", "shop_order_refund"}, "");
    check({"--order-by", "total"}, "3 0 1 2");
    check({"--order-by", "date", "--desc"}, "3 2 1 0");
    CHECK(shop.ordo(list({"--limit", "1", "--page", "2", "--desc", "--format=ids"})).out == shop.id[2] + "\n");
}

TEST_CASE("orders in the trash are listed by their status alone, and refunds by their type or parent") {
    const FourOrders shop;
    REQUIRE(shop.ordo({"order", "trash", shop.id[0]}).exit == 0);
    const Result refund = shop.ordo({"order", "refund", shop.id[2], "--amount", "1", "--format=ids"});
    INFO(refund);
    REQUIRE(refund.exit == 0);
    CHECK(ids(shop, {}) == shop.named("1 2 3"));
    CHECK(ids(shop, {"--status", "trash"}) == shop.id[0]);
    CHECK(ids(shop, {"--status", "all"}) == shop.named("0 1 2 3"));
    CHECK(ids(shop, {"--type", "shop_order_refund"}) + "\n" == refund.out);
    CHECK(ids(shop, {"--type", "shop_order_refund", "--parent", shop.id[2]}) + "\n" == refund.out);
}

TEST_CASE("a value that cannot be understood is an error, never an empty or a full list") {
    const FourOrders shop;
    struct Bad {
        Command arguments;
        std::string says;
    };
    for (const Bad& bad : std::vector<Bad>{{{"--date-created", "yesterday"}, "--date-created: not a date"},
                                           {{"--date-paid", ">"}, "--date-paid: not a date"},
                                           {{"--date-created", "2026-02-30"}, "not a date"},
                                           {{"--date-created", "2026-01-05..."}, "not a date"},
                                           {{"--date-created", "2026-01-06...2026-01-05"}, "ends before it begins"},
                                           {{"--date-created", "2026-03-29 02:30"}, "the site's clocks skip this time"},
                                           {{"--after", ">2026-01-05"}, "--after: not a date"},
                                           {{"--status", "proccessing"}, "\"proccessing\" is no status"},
                                           {{"--status", ""}, "is no status"},
                                           {{"--customer", "Ana"}, "--customer"},
                                           {{"--field", "bilingemail=a"}, "no property \"bilingemail\"; billing_email is one"},
                                           {{"--field", "total=12,50"}, "not an amount"},
                                           {{"--field", "recorded_sales=perhaps"}, "not a flag"},
                                           {{"--field", "total"}, "--field"},
                                           {{"--ids", "0x2B"}, "--ids"},
                                           {{"--ids", "-1"}, "--ids"},
                                           {{"--limit", "0x10"}, "--limit"},
                                           {{"--limit", "ten"}, "--limit"},
                                           {{"--page", "0"}, "--page"},
                                           {{"--order-by", "name"}, "--order-by"}}) {
        const Result result = shop.ordo(list(bad.arguments));
        INFO(fmt::format("ordo order list {}: ", fmt::join(bad.arguments, " ")) << result);
        CHECK((result.exit == 2 || result.exit == 65));
        CHECK(result.out.empty());
        CHECK(has(result.err, bad.says));
    }
}

TEST_CASE("a status that only an order knows can be listed") {
    const FourOrders shop;
    shop.sql().run("UPDATE wp_wc_orders SET status = 'wc-lost-at-sea' WHERE id = " + shop.id[1]);
    CHECK(ids(shop, {"--status", "lost-at-sea"}) == shop.id[1]);
}

TEST_CASE("a list is the same from either store") {
    const Folder folder(Holds::migrated_shop);
    const auto list_all = [&] {
        std::string all;
        for (const std::string by : {"id", "date", "modified", "total"}) all += folder.ordo(list({"--limit", "-1", "--format=jsonl", "--order-by", by, "--desc"})).out;
        return all;
    };
    const std::string of_posts = list_all();
    CHECK(lines_of(of_posts).size() == 4 * 336);
    CHECK(folder.ordo({"hpos", "enable"}).exit == 0);
    CHECK((list_all() == of_posts));
}

TEST_CASE("fields and statuses are what can be set, before there is any shop") {
    const Folder folder(Holds::nothing);
    const boost::json::value fields = folder.json({"order", "fields"});
    const auto find = [&](std::string_view property) {
        for (const auto& field : fields.as_array())
            if (field.at("property").as_string() == property) return field;
        return boost::json::value();
    };
    CHECK(find("billing_email") == boost::json::parse(R"({"property":"billing_email","type":"text","field":"billing_email","characters_max":320})"));
    CHECK(find("total") == boost::json::parse(R"({"property":"total","type":"amount","field":"total_amount"})"));
    CHECK(find("date_paid").at("type") == "date");
    CHECK(has(folder.ordo({"order", "fields"}).out, "customer_note"));
    CHECK(folder.file_names().empty());

    const Folder shop(Holds::imported_shop);
    CHECK(shop.json({"order", "statuses"}).at(0) == boost::json::parse(R"({"status":"pending","label":"Pending payment"})"));
    CHECK(has(shop.ordo({"order", "statuses"}).out, "on-hold     On hold"));
}

TEST_CASE("the history says who did what, also of an order that is gone") {
    const Folder folder(Holds::imported_shop);
    CHECK(folder.json({"order", "history", "43"}) == boost::json::array());
    CHECK(folder.ordo({"order", "update", "43", "--set", "customer_note=ring twice", "--meta", "colour=red"}).exit == 0);
    const boost::json::value history = folder.json({"order", "history", "43"});
    REQUIRE(history.as_array().size() == 1);
    CHECK(history.at(0).at("operation") == "update");
    CHECK(history.at(0).at("actor_kind") == "user");
    CHECK(has(boost::json::serialize(history.at(0).at("fields")), "\"customer_note\""));
    CHECK_FALSE(has(boost::json::serialize(history), "ring twice"));
    CHECK(has(folder.ordo({"order", "history", "43"}).out, "customer_note"));
    CHECK(folder.ordo({"order", "delete", "43", "--yes"}).exit == 0);
    CHECK(folder.json({"order", "history", "43"}).as_array().size() == 2);
    CHECK(folder.ordo({"order", "history", "990001"}).exit == 65);
}

}  // namespace ordo::test
