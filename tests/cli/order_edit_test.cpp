/// What is done with orders every day: create, update, status, pay, notes, refund, trash and delete, as a shell uses them.
#include <fmt/format.h>
#include <fmt/ranges.h>

#include "tests/cli/folder.hpp"

namespace ordo::test {
namespace {

const Command tea{"order", "create", "--set", "billing_email=ana@example.com", "--item", "name=Tea, green,quantity=2,total=18.00,product_id=12", "--shipping",
                  "method_title=Post,method_id=flat_rate,total=4.90"};

Command with(Command command, const Command& more) {
    command.insert(command.end(), more.begin(), more.end());
    return command;
}

/// An empty shop.
struct Fresh : Folder {
    Fresh() : Folder(Holds::nothing) { REQUIRE(ordo({"db", "init"}).exit == 0); }

    /// The only line of what must succeed.
    std::string one_line(const Command& command, const RunOptions& options = {}) const {
        const Result result = ordo(command, options);
        INFO(fmt::format("ordo {}: ", fmt::join(command, " ")) << result);
        CHECK(result.exit == 0);
        REQUIRE(lines_of(result.out).size() == 1);
        return lines_of(result.out).front();
    }
    std::string create(const Command& more = {}) const { return one_line(with(with(tea, more), {"--format=ids"})); }
    std::string field(const std::string& id, const std::string& name) const {
        const boost::json::value order = json({"order", "get", id});
        const boost::json::value* value = order.at("fields").as_object().if_contains(name);
        return !value ? "(none)" : value->is_string() ? std::string(value->as_string()) : boost::json::serialize(*value);
    }
    std::string count(const std::string& table) const { return sql().one("SELECT count(*) FROM " + table); }
};

/// The command fails so, says so, and nothing in the database changes.
struct Failing {
    Command command;
    int exit = 0;
    std::string says, code;
};
void check_refused(const Folder& folder, const std::vector<Failing>& all) {
    for (const Failing& failing : all) {
        const std::string before = folder.ordo({"order", "export", "--include-auto-drafts"}).out;
        const Result result = folder.ordo(failing.command);
        std::string words = fmt::format("ordo {}", fmt::join(failing.command, " "));
        INFO(words.substr(0, 300) << ": " << result);
        CHECK(result.exit == failing.exit);
        CHECK(result.out.empty());
        CHECK(has(result.err, failing.says));
        CHECK(has(result.err, "[" + failing.code + "]"));
        CHECK(result.err.size() < 1000);
        CHECK((folder.ordo({"order", "export", "--include-auto-drafts"}).out == before));
    }
}

const std::string whole_document = R"({
  "status": "processing", "customer_id": 7, "currency": "EUR", "date_created": "2026-01-05T10:30:00Z", "prices_include_tax": false, "date_paid": null,
  "billing": {"first_name": "Ana", "email": "ana@example.com"}, "shipping": {"first_name": "Ben", "city": "Köln"},
  "line_items": [{"name": "Tea", "quantity": 2, "total": "18.00", "subtotal": 20, "product_id": 12, "variation_id": 13, "tax_class": "reduced",
                  "meta_data": [{"key": "colour", "value": "green"}]}, {"name": "Cup", "total": 7.5}],
  "shipping_lines": [{"method_title": "Post", "method_id": "flat_rate", "total": "4.90"}],
  "fee_lines": [{"name": "Gift wrap", "total": "2", "tax_status": "none"}],
  "coupon_lines": [{"code": "spring", "discount": "2"}],
  "meta_data": [{"key": "gift_note", "value": "for you"}, {"key": "gift_note", "value": "and you"}, {"key": "weight", "value": 3}]
})";

}  // namespace

TEST_CASE("an order created from options has what they say; its id, alone or in a line, is what is printed") {
    const Fresh shop;
    const std::string id = shop.create({"--status", "on-hold", "--fee", "name=Gift wrap,total=2", "--coupon", "code=spring,discount=1", "--meta", "gift_note=a=b", "--meta", "gift_note=c"});
    const boost::json::value order = shop.json({"order", "get", id});
    CHECK(order.at("id") == std::stoll(id));
    CHECK(order.at("fields").at("status") == "wc-on-hold");
    CHECK(order.at("fields").at("billing_email") == "ana@example.com");
    CHECK(order.at("fields").at("order_key").as_string().starts_with("wc_order_"));
    CHECK(has(boost::json::serialize(order.at("meta")), R"(["gift_note","a=b"],["gift_note","c"])"));
    REQUIRE(order.at("items").as_array().size() == 4);
    CHECK(order.at("items").at(0).at("name") == "Tea, green");
    for (const char* row : {R"(["_product_id","12"])", R"(["_qty","2"])", R"(["_line_subtotal","18"])", R"(["_line_total","18"])"})
        CHECK(has(boost::json::serialize(order.at("items").at(0).at("meta")), row));
    CHECK(has(boost::json::serialize(order.at("items").at(1)), R"(["method_id","flat_rate"])"));

    const std::string line = shop.one_line(tea);
    CHECK(line.starts_with("order "));
    CHECK(has(line, " is created: pending, "));
    CHECK(shop.json(tea).at("items").as_array().size() == 2);
}

TEST_CASE("an order's totals come from its items, unless they are given or not wanted") {
    const Fresh shop;
    CHECK(shop.field(shop.create(), "total_amount") == "22.9");
    CHECK(shop.field(shop.create(), "shipping_total_amount") == "4.9");
    CHECK(shop.field(shop.create({"--set", "total=5"}), "total_amount") == "5");
    const std::string id = shop.create({"--no-totals"});
    CHECK(shop.field(id, "total_amount") == "0");
    CHECK(shop.ordo({"order", "update", id, "--totals"}).exit == 0);
    CHECK(shop.field(id, "total_amount") == "22.9");
}

TEST_CASE("an order is created from JSON as WooCommerce's REST API takes it, from a file and from standard input") {
    const Fresh shop;
    RunOptions input;
    input.stdin_from = shop.write("order.json", whole_document);
    for (const auto& [file, options] : std::vector<std::pair<std::string, RunOptions>>{{"order.json", {}}, {"-", input}}) {
        const std::string id = shop.one_line({"order", "create", "--from", file, "--no-totals", "--set", "currency=CHF", "--format=ids"}, options);
        const boost::json::value order = shop.json({"order", "get", id});
        for (const auto& [name, value] : std::vector<std::pair<std::string, std::string>>{{"status", "wc-processing"}, {"customer_id", "7"}, {"currency", "CHF"},
                                                                                          {"date_created_gmt", "2026-01-05 10:30:00"}, {"billing_first_name", "Ana"},
                                                                                          {"billing_email", "ana@example.com"}, {"shipping_city", "Köln"}}) {
            INFO(name);
            CHECK(shop.field(id, name) == value);
        }
        CHECK(has(boost::json::serialize(order.at("meta")), R"(["gift_note","for you"],["gift_note","and you"],["weight","3"])"));
        REQUIRE(order.at("items").as_array().size() == 5);
        for (const char* row : {R"(["_line_subtotal","20"])", R"(["_variation_id","13"])", R"(["_tax_class","reduced"])", R"(["colour","green"])"})
            CHECK(has(boost::json::serialize(order.at("items").at(0).at("meta")), row));
        CHECK(has(boost::json::serialize(order.at("items").at(1).at("meta")), R"(["_line_total","7.5"])"));
        CHECK(has(boost::json::serialize(order.at("items").at(3).at("meta")), R"(["_tax_status","none"])"));
        CHECK(order.at("items").at(4).at("name") == "spring");
    }
}

TEST_CASE("set_paid pays the order that is created") {
    const Fresh shop;
    shop.write("order.json", R"({"set_paid":true,"line_items":[{"name":"Tea","total":"9"}]})");
    const std::string id = shop.one_line({"order", "create", "--from", "order.json", "--format=ids"});
    CHECK(shop.field(id, "status") == "wc-completed");   // nothing is to be shipped
    CHECK(shop.field(id, "date_paid_gmt") != "(none)");
}

TEST_CASE("what an order cannot be is refused by name, and nothing is written") {
    const Fresh shop;
    const auto create = [](const Command& more) { return with({"order", "create"}, more); };
    check_refused(shop, {
        {create({"--set", "bilingemail=ana@example.com"}), 2, "no property \"bilingemail\"; billing_email is one", "ordo.order.unknown_field"},
        {create({"--set", "colour=red"}), 2, "no property \"colour\"", "ordo.order.unknown_field"},
        {create({"--set", "total=12,50"}), 65, "total_amount: not an amount", "ordo.order.bad_value"},
        {create({"--set", "total=99999999999999999999"}), 65, "at most 18 digits", "ordo.order.bad_value"},
        {create({"--set", "total=0.123456789"}), 65, "more than 8 decimals", "ordo.order.bad_value"},
        {create({"--set", "customer_id=-1"}), 65, "customer_id: not an id", "ordo.order.bad_value"},
        {create({"--set", "customer_id=0x10"}), 65, "customer_id: not an id", "ordo.order.bad_value"},
        {create({"--set", "prices_include_tax=perhaps"}), 65, "not a flag", "ordo.order.bad_value"},
        {create({"--set", "date_paid=yesterday"}), 65, "date_paid: not a date", "ordo.order.bad_value"},
        {create({"--set", "currency=euro"}), 65, "currency: not a currency", "ordo.order.bad_value"},
        {create({"--set", "billing_email=" + std::string(388, 'a') + "@example.com"}), 65, "billing_email: longer than 320 characters", "ordo.order.bad_value"},
        {create({"--set", "billing_email=ana"}), 65, "billing_email: not an e-mail address", "ordo.order.bad_value"},
        {create({"--set", "billing_first_name=\xff"}), 65, "billing_first_name: not UTF-8", "ordo.order.bad_value"},
        {create({"--set", "customer_note"}), 2, "--set", "ordo.usage"},
        {create({"--set", "=x"}), 2, "--set", "ordo.usage"},
        {create({"--set", "id=7"}), 65, "id: an order keeps it", "ordo.order.bad_value"},
        {create({"--status", "sent"}), 65, "\"sent\" is no status", "ordo.order.bad_value"},
        {create({"--status", "trash"}), 65, "status: orders get into the trash another way", "ordo.order.bad_value"},
        {create({"--meta", "_billing_email=ana@example.com"}), 65, "is the property billing_email, no meta", "ordo.order.bad_value"},
        {create({"--meta", std::string(300, 'k') + "=v"}), 65, "longer than 255 characters", "ordo.order.bad_value"},
        {create({"--item", "name=Tea,quantity=-1,total=9"}), 65, "quantity: less than 0", "ordo.order.bad_value"},
        {create({"--item", "name=Tea,total=9,00"}), 65, "--item: total: not an amount", "ordo.order.bad_value"},
        {create({"--item", "name=Tea"}), 65, "--item /total: it is missing", "ordo.order.bad_value"},
        {create({"--item", "name=Tea,total=9,product_id=tea"}), 65, "/product_id: not an id", "ordo.order.bad_value"},
        {create({"--item", "Tea,2,9"}), 2, "--item: it does not begin with a member", "ordo.usage"},
        {create({"--item", "total=9,name=Tea,total=8"}), 2, "total is there twice", "ordo.usage"},
        {create({"--fee", "name=Wrap"}), 65, "--fee /total: it is missing", "ordo.order.bad_value"},
        {create({"--type", "shop_subscription"}), 3, "no plugin registers the order type", "ordo.order.type_unknown"},
        {create({"--type", "shop_order_refund", "--set", "parent_id=990001"}), 65, "parent_id: there is no order 990001", "ordo.order.bad_value"},
        {create({"--from", "absent.json"}), 74, "absent.json", "ordo.io"},
        {create({"--from", "."}), 74, "cannot read .", "ordo.io"},
    });
    CHECK(shop.count("wp_wc_orders") == "0");
    CHECK(shop.count("wp_woocommerce_order_items") == "0");
}

TEST_CASE("a JSON file that is none, or says what no order has, is refused with the place") {
    const Fresh shop;
    struct Bad {
        std::string text, says;
        int exit = 65;
        std::string code = "ordo.order.bad_value";
    };
    const int usage = 2;
    const std::string unknown = "ordo.order.unknown_field";
    for (const Bad& bad : std::vector<Bad>{{"", "order.json: byte 1"},
                                           {"Dear shop,", "order.json: byte 1"},
                                           {R"({"status":"pending"} {})", "order.json: byte 22"},
                                           {"[]", "order.json: an object is expected"},
                                           {R"({"status":"pend)", "order.json: byte"},
                                           {"{\"customer_note\":\"\xff\"}", "order.json: byte"},
                                           {"{\"customer_note\":\"\xc3\x28\"}", "order.json: byte"},
                                           {std::string(100, '[') + std::string(100, ']'), "order.json: byte"},
                                           {R"({"colour":"red"})", "order.json /colour: an order has no property \"colour\"", usage, unknown},
                                           {R"({"billing":{"nickname":"A"}})", "order.json /billing/nickname: an order has no property", usage, unknown},
                                           {R"({"a/b~c":1})", "order.json /a~1b~0c: ", usage, unknown},
                                           {R"({"line_items":[{"name":"Tea","total":"9"},{"name":"Cup","total":"9","colour":"red"}]})", "order.json /line_items/1/colour: there is no such member", usage, unknown},
                                           {R"({"meta_data":[{"id":7,"key":"k","value":"v"}]})", "order.json /meta_data/0/id: there is no such member", usage, unknown},
                                           {R"({"line_items":{"name":"Tea"}})", "order.json /line_items: an array is expected"},
                                           {R"({"line_items":["Tea"]})", "order.json /line_items/0: an object is expected"},
                                           {R"({"line_items":[{"total":"9"}]})", "order.json /line_items/0/name: it is missing"},
                                           {R"({"line_items":[{"name":"Tea","quantity":-1,"total":"9"}]})", "quantity: less than 0"},
                                           {R"({"line_items":[{"name":"Tea","total":"9,00"}]})", "order.json /line_items/0: total: not an amount"},
                                           {R"({"line_items":[{"name":"Tea","total":"9","meta_data":[{"key":"k","value":[1]}]}]})", "order.json /line_items/0/meta_data/0/value: a text or a number is expected"},
                                           {R"({"billing":"Ana"})", "order.json /billing: an object is expected"},
                                           {R"({"set_paid":"yes"})", "order.json /set_paid: true or false is expected"},
                                           {R"({"total":{"amount":1}})", "order.json /total: a text or a number is expected"},
                                           {R"({"total":"12,50"})", "order.json /total: total_amount: not an amount"}}) {
        shop.write("order.json", bad.text);
        const Result result = shop.ordo({"order", "create", "--from", "order.json"});
        INFO(bad.text << ": " << result);
        CHECK(result.exit == bad.exit);
        CHECK(result.out.empty());
        CHECK(has(result.err, bad.says));
        CHECK(has(result.err, "[" + bad.code + "]"));
    }
    shop.write("order.json", "{\"customer_note\":\"" + std::string(17000000, 'x') + "\"}");
    CHECK(has(shop.ordo({"order", "create", "--from", "order.json"}).err, "longer than 16777216 bytes"));
    CHECK(shop.count("wp_wc_orders") == "0");
}

TEST_CASE("update changes what it names, by the site's clocks, and nothing else") {
    const Fresh shop;
    CHECK(shop.ordo({"option", "update", "timezone_string", "Europe/Berlin"}).exit == 0);
    const std::string id = shop.create({"--meta", "colour=red", "--meta", "colour=blue", "--meta", "size=L"});
    CHECK(shop.one_line({"order", "update", id, "--set", "customer_note=ring = twice", "--set", "date_paid=2026-07-01 12:00", "--meta", "colour=green", "--add-meta", "colour=grey",
                         "--delete-meta", "size"}) == "order " + id + ": updated");
    CHECK(shop.field(id, "customer_note") == "ring = twice");
    CHECK(shop.field(id, "date_paid_gmt") == "2026-07-01 10:00:00");
    CHECK(shop.field(id, "billing_email") == "ana@example.com");
    const boost::json::value order = shop.json({"order", "get", id});
    CHECK(has(boost::json::serialize(order.at("meta")), R"(["colour","green"],["colour","grey"])"));
    CHECK_FALSE(has(boost::json::serialize(order.at("meta")), "size"));
    CHECK(shop.json({"order", "update", id, "--set", "date_paid="}) == boost::json::parse(fmt::format(R"([{{"order":{},"outcome":"updated","message":""}}])", id)));
    CHECK(shop.field(id, "date_paid_gmt") == "(none)");
    CHECK(shop.ordo({"order", "update", id, "--set", "status=completed", "--note-status", "Picked up."}).exit == 0);
    CHECK(has(shop.ordo({"order", "notes", id}).out, "Picked up. Order status changed from Pending payment to Completed."));
}

TEST_CASE("of several orders all are changed that can be; the others are named, and the first decides the exit code") {
    const Folder folder(Holds::imported_shop);
    const std::string product = folder.sql().one("SELECT min(ID) FROM wp_posts WHERE post_type = 'product'");
    const Result result = folder.ordo({"order", "update", "43", product, "44", "990001", "--set", "customer_note=checked"});
    INFO(result);
    CHECK(result.exit == 65);
    CHECK(lines_of(result.out) == std::vector<std::string>{"order 43: updated", "order 44: updated"});
    CHECK(has(result.err, fmt::format("error: order {}: there is no order {}", product, product)));
    CHECK(has(result.err, "error: order 990001: there is no order 990001"));
    CHECK(folder.sql().one("SELECT count(*) FROM wp_posts WHERE post_excerpt = 'checked'") == "2");
    const boost::json::value report = folder.json({"order", "trash", "990001", "43"}, 65);
    CHECK(report.at(0).at("outcome") == "ordo.order.missing");
    CHECK(report.at(1).at("outcome") == "in the trash now");
}

TEST_CASE("what cannot be changed is refused, and the order stays as it is") {
    const Folder folder(Holds::imported_shop);
    const std::string product = folder.sql().one("SELECT min(ID) FROM wp_posts WHERE post_type = 'product'");
    check_refused(folder, {
        {{"order", "update", "43"}, 2, "nothing to change", "ordo.usage"},
        {{"order", "update", "43", "--note-status", "x"}, 2, "nothing to change", "ordo.usage"},
        {{"order", "update", "--set", "total=1"}, 2, "ID", "ordo.usage"},
        {{"order", "update", "0x2B", "--set", "total=1"}, 2, "\"0x2B\" is no order id", "ordo.usage"},
        {{"order", "update", "43", "--set", "bilingemail=a"}, 2, "billing_email is one", "ordo.order.unknown_field"},
        {{"order", "update", "43", "--set", "total=12,50"}, 65, "not an amount", "ordo.order.bad_value"},
        {{"order", "update", "43", "--set", "status=trash"}, 65, "`ordo order trash ID`", "ordo.order.bad_value"},
        {{"order", "update", "43", "--meta", "_order_total=1"}, 65, "is the property total_amount, no meta", "ordo.order.bad_value"},
        {{"order", "update", product, "--set", "total=1"}, 65, "there is no order " + product, "ordo.order.missing"},
        {{"order", "status", "43", "sent"}, 65, "\"sent\" is no status", "ordo.order.bad_value"},
        {{"order", "status", "43", "trash"}, 65, "another way", "ordo.order.bad_value"},
        {{"order", "status", "990001", "completed"}, 65, "there is no order 990001", "ordo.order.missing"},
        {{"order", "status", "43"}, 2, "STATUS", "ordo.usage"},
        {{"order", "pay", "990001"}, 65, "there is no order 990001", "ordo.order.missing"},
        {{"order", "pay", "43"}, 3, "order 43 is completed, which cannot be paid", "ordo.order.refused"},
        {{"order", "note", "990001", "hello"}, 65, "there is no order 990001", "ordo.order.missing"},
        {{"order", "note", product, "hello"}, 65, "there is no order " + product, "ordo.order.missing"},
        {{"order", "note", "43", ""}, 65, "note: it is empty", "ordo.order.bad_value"},
        {{"order", "note", "43", std::string(70000, 'x')}, 65, "note: longer than 65535 bytes", "ordo.order.bad_value"},
        {{"order", "notes", "990001"}, 65, "there is no order 990001", "ordo.order.missing"},
        {{"order", "note-delete", "43", "990001"}, 65, "order 43 has no note 990001", "ordo.order.missing"},
        {{"order", "note-delete", "43", "0x1"}, 2, "NOTE", "ordo.usage"},
        {{"order", "refund", "990001"}, 65, "there is no order 990001", "ordo.order.missing"},
        {{"order", "trash", "990001"}, 65, "there is no order 990001", "ordo.order.missing"},
        {{"order", "trash", product}, 65, "there is no order " + product, "ordo.order.missing"},
        {{"order", "untrash", "990001"}, 65, "there is no order 990001", "ordo.order.missing"},
        {{"order", "delete", product, "--yes"}, 65, "there is no order " + product, "ordo.order.missing"},
        {{"order", "delete", "43"}, 3, "Remove 1 order (43) with", "ordo.needs_confirmation"},
        {{"order", "empty-trash"}, 3, "more than 30 days", "ordo.needs_confirmation"},
        {{"order", "empty-trash", "--older-than-days", "-1"}, 2, "--older-than-days", "ordo.usage"},
    });
}

TEST_CASE("a status changes with its dates and a note; one it has already changes nothing") {
    const Fresh shop;
    const std::string id = shop.create();
    CHECK(shop.one_line({"order", "status", id, "wc-completed", "--note", "Sent by post."}) == "order " + id + " is completed now, no longer pending");
    CHECK(shop.field(id, "date_completed_gmt") != "(none)");
    CHECK(has(shop.ordo({"order", "notes", id}).out, "Sent by post. Order status changed from Pending payment to Completed."));
    CHECK(shop.one_line({"order", "status", id, "completed"}) == "order " + id + " is completed already");
    CHECK(shop.json({"order", "status", id, "on-hold"}) == boost::json::parse(fmt::format(R"({{"order":{},"from":"completed","status":"on-hold"}})", id)));
}

TEST_CASE("an order that is paid goes on, once") {
    const Fresh shop;
    const std::string id = shop.create();
    CHECK(has(shop.one_line({"order", "pay", id, "--transaction-id", "ch_1"}), "no longer pending"));
    CHECK(shop.field(id, "transaction_id") == "ch_1");
    CHECK(shop.field(id, "date_paid_gmt") != "(none)");
    CHECK(shop.ordo({"order", "pay", id}).exit == 3);
}

TEST_CASE("notes are for the staff or the customer, come from the command line or standard input, and go") {
    const Fresh shop;
    const std::string id = shop.create();
    const std::string note = shop.one_line({"order", "note", id, "Your parcel is on its way.", "--customer", "--format=ids"});
    RunOptions input;
    input.stdin_from = shop.write("note.txt", "two\nlines\n");
    CHECK(shop.one_line({"order", "note", id, "-"}, input).starts_with("order " + id + " has note "));
    const boost::json::value notes = shop.json({"order", "notes", id});
    REQUIRE(notes.as_array().size() == 2);
    CHECK(notes.at(0).at("id") == std::stoll(note));
    CHECK(notes.at(0).at("kind") == "customer");
    CHECK(notes.at(1).at("kind") == "internal");
    CHECK(notes.at(1).at("content") == "two\nlines");
    CHECK(has(shop.ordo({"order", "notes", id}).out, R"(two\x0alines)"));

    input.stdin_from = shop.write("note.txt", std::string(1048576, 'x'));
    const Result too_long = shop.ordo({"order", "note", id, "-"}, input);
    CHECK(too_long.exit == 65);
    CHECK(has(too_long.err, "note: longer than 65535 bytes"));
    input.stdin_from = shop.write("note.txt", "\xff");
    CHECK(has(shop.ordo({"order", "note", id, "-"}, input).err, "note: not UTF-8"));

    CHECK(shop.one_line({"order", "note-delete", id, note}) == "note " + note + " is deleted");
    CHECK(shop.ordo({"order", "note_delete", id, note}).exit == 65);
    CHECK(shop.json({"order", "notes", id}).as_array().size() == 1);
}

TEST_CASE("a refund takes an amount, and what remains is the most there can be") {
    const Fresh shop;
    const std::string id = shop.create({"--status", "completed", "--set", "total=22.90"});
    const std::string line = shop.one_line({"order", "refund", id, "--amount", "5.50", "--reason", "came late", "--refunded-by", "3", "--refunded-payment"});
    CHECK(has(line, "of order " + id + ": 5.5 USD; 17.4 remain"));
    check_refused(shop, {{{"order", "refund", id, "--amount", "17.41"}, 65, "17.41 is more than the 17.4 that remain", "ordo.order.bad_value"},
                         {{"order", "refund", id, "--amount", "5,50"}, 65, "amount: not an amount", "ordo.order.bad_value"},
                         {{"order", "refund", id, "--amount", "-5"}, 65, "amount: less than 0", "ordo.order.bad_value"},
                         {{"order", "refund", id, "--amount", "0.000000001"}, 65, "amount: more than 8 decimals", "ordo.order.bad_value"},
                         {{"order", "refund", id, "--refunded-by", "-1"}, 2, "--refunded-by", "ordo.usage"}});
    const boost::json::value rest = shop.json({"order", "refund", id});
    CHECK(rest.at("amount") == "17.4");
    CHECK(rest.at("remaining") == "0");
    CHECK(shop.field(id, "status") == "wc-refunded");
    CHECK(shop.field(std::to_string(rest.at("refund").as_int64()), "parent_order_id") == id);
}

TEST_CASE("a refund of items takes their share of the total and of each tax") {
    const Fresh shop;
    const std::string id = shop.create({"--status", "completed", "--set", "total=30", "--item", "name=Cup,quantity=3,total=5"});
    const auto items = shop.json({"order", "get", id}).at("items").as_array();
    const auto item = [&](std::size_t position) { return std::to_string(items.at(position).at("id").as_int64()); };
    shop.sql().run("UPDATE wp_woocommerce_order_itemmeta SET meta_value = 'a:2:{s:5:\"total\";a:1:{i:4;s:4:\"1.00\";}s:8:\"subtotal\";a:1:{i:4;s:4:\"1.00\";}}' "
                   "WHERE meta_key = '_line_tax_data' AND order_item_id = " + item(1));
    const boost::json::value refund = shop.json({"order", "refund", id, "--item", item(0) + "=1", "--item", item(2) + "=1:0.90", "--item", item(1) + "=2"});
    CHECK(refund.at("amount") == "13.9");   // 9 + 0.90 + 2/3 of 5 + 2/3 of 1
    const auto refunded = shop.json({"order", "get", std::to_string(refund.at("refund").as_int64())}).at("items").as_array();
    REQUIRE(refunded.size() == 4);
    CHECK(refunded.at(3).at("type") == "tax");
    for (const char* row : {R"(["_qty","-2"])", R"(["_line_total","-3.33"])", R"(["_line_tax","-0.67"])"}) CHECK(has(boost::json::serialize(refunded.at(2)), row));

    check_refused(shop, {{{"order", "refund", id, "--item", item(0) + "=3"}, 65, "the quantity is none of 0 to 2", "ordo.order.bad_value"},
                         {{"order", "refund", id, "--item", item(0) + "=-1"}, 65, "the quantity is none of 0 to 2", "ordo.order.bad_value"},
                         {{"order", "refund", id, "--item", item(0) + "=1:1,50"}, 65, "not an amount", "ordo.order.bad_value"},
                         {{"order", "refund", id, "--item", item(0) + "=1:30"}, 65, "more than the 16.1 that remain", "ordo.order.bad_value"},
                         {{"order", "refund", id, "--item", "990001=1"}, 65, "has no such item", "ordo.order.bad_value"},
                         {{"order", "refund", id, "--item", item(0)}, 2, "--item", "ordo.usage"}});
}

TEST_CASE("into the trash and out of it, with the status it had") {
    const Fresh shop;
    const std::string a = shop.create({"--status", "processing"}), b = shop.create();
    CHECK(lines_of(shop.ordo({"order", "trash", a, b}).out) == std::vector<std::string>{"order " + a + ": in the trash now", "order " + b + ": in the trash now"});
    CHECK(shop.one_line({"order", "trash", a}) == "order " + a + ": in the trash already");
    CHECK(shop.field(a, "status") == "trash");
    CHECK(shop.one_line({"order", "untrash", a}) == "order " + a + ": out of the trash");
    CHECK(shop.one_line({"order", "untrash", a}) == "order " + a + ": not in the trash");
    CHECK(shop.field(a, "status") == "wc-processing");
}

TEST_CASE("delete asks, saying what would go; no leaves everything, yes nothing") {
    const Fresh shop;
    const std::string id = shop.create({"--status", "completed", "--set", "total=9"});
    CHECK(shop.ordo({"order", "refund", id, "--amount", "1"}).exit == 0);
    RunOptions no;
    no.typed = "n\n";
    const Result kept = shop.ordo({"order", "delete", id}, no);
    INFO(kept);
    CHECK(kept.exit == 3);
    CHECK(has(kept.err, "Remove 1 order (" + id + ") with 2 items, 1 note and 1 refund for ever? [y/N]"));
    CHECK(shop.count("wp_wc_orders") == "2");
    RunOptions yes;
    yes.typed = "y\n";
    const Result gone = shop.ordo({"order", "delete", id}, yes);
    CHECK(gone.exit == 0);
    CHECK(gone.out == "order " + id + ": removed\n");
    for (const char* table : {"wp_wc_orders", "wp_wc_order_addresses", "wp_wc_orders_meta", "wp_woocommerce_order_items", "wp_woocommerce_order_itemmeta"}) {
        INFO(table);
        CHECK(shop.count(table) == "0");
    }
    CHECK(shop.ordo({"order", "get", id}).exit == 65);
}

TEST_CASE("the trash is emptied of what has been in it for long") {
    const Fresh shop;
    const std::string old = shop.create(), recent = shop.create(), kept = shop.create();
    CHECK(shop.ordo({"order", "trash", old, recent}).exit == 0);
    shop.sql().run("UPDATE wp_wc_orders_meta SET meta_value = meta_value - 31 * 86400 WHERE meta_key = '_wp_trash_meta_time' AND order_id = " + old);
    CHECK(shop.one_line({"order", "empty-trash", "--yes"}) == "1 order removed");
    CHECK(shop.ordo({"order", "get", old}).exit == 65);
    CHECK(shop.ordo({"order", "get", recent}).exit == 0);
    CHECK(shop.json({"order", "empty_trash", "--older-than-days", "30", "--yes"}).at("removed") == 0);
    CHECK(shop.ordo({"order", "get", kept}).exit == 0);
}

TEST_CASE("a shop must be there, and every daily command says how it is used") {
    const Folder nothing(Holds::nothing);
    for (const Command& command : Commands{{"list"}, {"create"}, {"update", "43", "--set", "total=1"}, {"status", "43", "completed"}, {"pay", "43"}, {"note", "43", "x"}, {"notes", "43"},
                                           {"note-delete", "43", "1"}, {"refund", "43"}, {"trash", "43"}, {"untrash", "43"}, {"delete", "43"}, {"empty-trash"}, {"history", "43"}}) {
        const Result result = nothing.ordo(with({"order"}, command));
        INFO(command.front() << ": " << result);
        CHECK(result.exit == 69);
        const Result help = nothing.ordo({"order", command.front(), "--help"});
        CHECK(help.exit == 0);
        CHECK(has(help.out, "Example:\n  ordo order " + command.front()));
    }
    CHECK(nothing.file_names().empty());
}

}  // namespace ordo::test
