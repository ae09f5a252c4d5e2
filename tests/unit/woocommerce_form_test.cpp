/// The rules of WooCommerce's reading on records made for the purpose. That a whole shop reads as WooCommerce reads it:
/// tests/store/woocommerce_form_test.cpp.
#include <boost/json.hpp>

#include "kernel/orders/woocommerce_form.hpp"
#include "tests/catch.hpp"

namespace ordo::test {
namespace {

namespace json = boost::json;
using orders::WooCommerceReading;

OrderRecord an_order(std::string type = "shop_order") { return {OrderId{7}, std::move(type), {}, {}, {}, {}}; }

json::value read(const OrderRecord& order, const WooCommerceReading& reading = {}) { return json::parse(orders::woocommerce_form(order, reading)); }

/// One item's property as JSON text.
std::string item_property(const ItemRecord& item, const char* name, const WooCommerceReading& reading = {}) {
    OrderRecord order = an_order();
    order.items = {item};
    return json::serialize(read(order, reading).at("items").at(0).at("data").at(name));
}

std::vector<std::string> keys(const json::value& meta) {
    std::vector<std::string> all;
    for (const auto& row : meta.as_array()) all.emplace_back(row.at("key").as_string());
    return all;
}

ItemRecord line_with_taxes(std::string taxes) { return {1, "line_item", "x", {{1, "_line_tax_data", std::move(taxes)}}}; }

}  // namespace

TEST_CASE("what an order does not have reads as WooCommerce's defaults") {
    const json::value order = read(an_order());
    const json::value& data = order.at("data");
    CHECK(order.at("id") == 7);
    CHECK(data.at("number") == "7");
    CHECK(data.at("total") == "0.00");
    CHECK(data.at("total_tax") == "0");
    CHECK(data.at("cart_tax") == "0");
    CHECK(data.at("currency") == "");
    CHECK(data.at("customer_id") == 0);
    CHECK(data.at("date_paid").is_null());
    CHECK(data.at("recorded_sales") == false);
    CHECK(data.at("billing").as_object().size() == 11);
    CHECK(data.at("shipping").as_object().size() == 10);
    CHECK_FALSE(data.at("shipping").as_object().contains("email"));
    CHECK(order.at("items").as_array().empty());
    CHECK(order.at("meta").as_array().empty());
    CHECK(data.at("prices_include_tax") == false);
    WooCommerceReading with_tax;
    with_tax.prices_include_tax = true;
    CHECK(read(an_order(), with_tax).at("data").at("prices_include_tax") == true);
}

TEST_CASE("values that are not of their field's type read as WooCommerce's posts storage reads them") {
    OrderRecord order = an_order();
    order.set(FieldId::total_amount, FieldValue{"12,5", true});
    order.set(FieldId::customer_id, FieldValue{"12abc", true});
    order.set(FieldId::recorded_sales, FieldValue{"maybe", true});
    order.set(FieldId::date_paid_gmt, FieldValue{"someday", true});
    order.set(FieldId::billing_city, FieldValue{"\xC3\x28", false});
    order.set(FieldId::status, FieldValue{"wc-on-hold", false});
    const json::value form = read(order);
    const json::value& data = form.at("data");
    CHECK(data.at("total") == "125.00");
    CHECK(data.at("customer_id") == 12);
    CHECK(data.at("recorded_sales") == false);
    CHECK(data.at("date_paid").is_null());
    CHECK(data.at("billing").at("city") == json::value{{"hex", "c328"}});
    CHECK(data.at("status") == "on-hold");
    WooCommerceReading comma;
    comma.decimal_separator = ",";
    CHECK(read(order, comma).at("data").at("total") == "12.50");
    WooCommerceReading whole;
    whole.price_decimals = 0;
    CHECK(read(order, whole).at("data").at("total") == "125");
}

TEST_CASE("total_tax is cart and shipping tax together, then rounded; beyond all range it is null and the order still reads") {
    OrderRecord order = an_order();
    order.set(FieldId::tax_amount, FieldValue{"0.004", false});
    order.set(FieldId::shipping_tax_amount, FieldValue{"0.004", false});
    CHECK(read(order).at("data").at("total_tax") == "0.01");
    order.set(FieldId::tax_amount, FieldValue{"1000000000000000000000", false});
    CHECK(read(order).at("data").at("total_tax").is_null());
    CHECK(read(order).at("data").at("cart_tax") == "1000000000000000000000");
}

TEST_CASE("meta: internal keys, names of properties, wp_ keys and NULL are hidden, the rest sorted by key") {
    OrderRecord order = an_order();
    for (const char* key : {"zebra", "_order_total", "_billing_city", "_status", "_total_tax", "_billing", "_paid_date", "_edit_last", "_edit_lock",
                            "_billing_address_index", "_cogs_total_value", "wp_x", "WP_y", "Apple", "_Status", "_order_total ", "_wp_trash_meta_time", "wpx", "_id"})
        order.meta.push_back({0, key, "value"});
    order.meta.push_back({0, "null", std::nullopt});
    order.meta.push_back({0, "php_null", "N;"});
    CHECK(keys(read(order).at("meta")) == std::vector<std::string>{"Apple", "_Status", "_id", "_order_total ", "_wp_trash_meta_time", "wpx", "zebra"});

    SECTION("equal keys stay in stored order, values as they are stored") {
        order.meta = {{0, "b", "2"}, {0, "a", "a:1:{i:0;N;}"}, {0, "b", ""}, {0, "b", "1"}};
        CHECK(json::serialize(read(order).at("meta")) == R"([{"key":"a","value":"a:1:{i:0;N;}"},{"key":"b","value":"2"},{"key":"b","value":""},{"key":"b","value":"1"}])");
    }
    SECTION("a property of refunds hides its key of refunds only") {
        order.meta = {{0, "_reason", "x"}, {0, "_customer_note", "x"}};
        CHECK(keys(read(order).at("meta")) == std::vector<std::string>{"_reason"});
        order.type = "shop_order_refund";
        CHECK(keys(read(order).at("meta")) == std::vector<std::string>{"_customer_note"});
    }
}

TEST_CASE("a refund has an amount, a reason and who refunded it, and no addresses") {
    OrderRecord refund = an_order("shop_order_refund");
    refund.meta = {{0, "_refund_amount", "74.7"}, {0, "_refund_reason", ""}, {0, "_refunded_by", "1"}, {0, "_refunded_payment", "1"}, {0, "_refund_type", "partial"}};
    refund.set(FieldId::customer_note, FieldValue{"an old reason", false});
    const json::value form = read(refund);
    const json::value& data = form.at("data");
    CHECK(data.at("amount") == "74.7");
    CHECK(data.at("reason") == "");
    CHECK(data.at("refunded_by") == 1);
    CHECK(data.at("refunded_payment") == true);
    CHECK_FALSE(data.as_object().contains("billing"));
    CHECK_FALSE(data.as_object().contains("number"));
    CHECK(keys(form.at("meta")) == std::vector<std::string>{"_refund_type"});
    refund.meta.clear();
    CHECK(read(refund).at("data").at("reason") == "an old reason");
}

TEST_CASE("taxes of an item: amounts by rate, their sum rounded rate by rate") {
    const auto line = line_with_taxes("a:2:{s:5:\"total\";a:2:{i:3;s:5:\"0.125\";i:4;s:5:\"0.125\";}s:8:\"subtotal\";a:2:{i:3;s:4:\"1.00\";i:4;d:0.5;}}");
    CHECK(item_property(line, "taxes") == R"({"subtotal":{"3":"1.00","4":"0.5"},"total":{"3":"0.125","4":"0.125"}})");
    CHECK(item_property(line, "total_tax") == "\"0.26\"");
    CHECK(item_property(line, "subtotal_tax") == "\"1.5\"");
    WooCommerceReading reading;
    reading.prices_include_tax = true;  // halves go down then
    CHECK(item_property(line, "total_tax", reading) == "\"0.24\"");
    reading.tax_round_at_subtotal = true;
    CHECK(item_property(line, "total_tax", reading) == "\"0.25\"");

    struct Case {
        std::string what, taxes, read, total_tax;
    };
    for (const Case& c : std::vector<Case>{
             {"a subtotal below the total is raised", "a:2:{s:5:\"total\";a:1:{i:1;s:1:\"5\";}s:8:\"subtotal\";a:1:{i:1;s:1:\"4\";}}", R"({"subtotal":{"1":"5"},"total":{"1":"5"}})", "\"5\""},
             {"one part alone counts for nothing", "a:1:{s:5:\"total\";a:1:{i:1;s:1:\"5\";}}", R"({"subtotal":[],"total":[]})", "\"0\""},
             {"a text that is no array", "5", R"({"subtotal":[],"total":[]})", "\"0\""},
             {"an object", "O:8:\"stdClass\":0:{}", R"({"subtotal":[],"total":[]})", "\"0\""},
             {"odd amounts and rates", "a:2:{s:5:\"total\";a:2:{s:2:\"\xC3\x28\";N;i:1;i:2;}s:8:\"subtotal\";a:1:{i:1;s:1:\"9\";}}",
              R"({"subtotal":{"1":"9"},"total":{"hex:c328":"","1":"2"}})", "\"2\""},
             {"an amount beyond all range", "a:2:{s:5:\"total\";a:1:{i:1;s:4:\"1e99\";}s:8:\"subtotal\";a:1:{i:1;s:30:\"999999999999999999999999999999\";}}",
              R"({"subtotal":{"1":"999999999999999999999999999999"},"total":{"1":"199"}})", "\"199\""}}) {
        INFO(c.what);
        CHECK(item_property(line_with_taxes(c.taxes), "taxes") == c.read);
        CHECK(item_property(line_with_taxes(c.taxes), "total_tax") == c.total_tax);
    }
    CHECK(item_property({1, "shipping", "Post", {{1, "taxes", "a:1:{i:1;s:4:\"1.05\";}"}}}, "taxes") == R"({"total":{"1":"1.05"}})");  // before WooCommerce 2.6
}

TEST_CASE("properties of items, each by its own reading") {
    const auto property = [](const char* type, const char* key, std::string value, const char* name) {
        return item_property({1, type, "x", {{1, key, std::move(value)}}}, name);
    };
    CHECK(property("line_item", "_qty", "6", "quantity") == "6");
    CHECK(property("line_item", "_qty", "2.5", "quantity") == "2.5E0");
    CHECK(property("line_item", "_qty", "many", "quantity") == "0");
    CHECK(property("line_item", "_product_id", "-12", "product_id") == "12");
    CHECK(property("line_item", "_product_id", "99999999999999999999", "product_id") == "0");
    CHECK(property("line_item", "_line_total", "30.00", "total") == "\"30.00\"");
    CHECK(property("line_item", "_line_total", "30.00", "subtotal") == "\"30.00\"");
    CHECK(property("line_item", "_line_total", "-30.00", "subtotal") == "0");
    CHECK(property("line_item", "_line_total", "", "total") == "0");
    CHECK(property("fee", "_line_total", "", "total") == "\"\"");
    CHECK(property("fee", "_tax_status", "none", "tax_status") == "\"none\"");
    CHECK(property("fee", "_tax_status", "shiny", "tax_status") == "\"taxable\"");
    CHECK(property("shipping", "instance_id", "05", "instance_id") == "\"05\"");
    CHECK(property("tax", "tax_amount", "0", "tax_total") == "0");
    CHECK(property("tax", "tax_amount", "0.00", "tax_total") == "\"0.00\"");
    CHECK(property("tax", "compound", "1", "compound") == "true");
    CHECK(property("tax", "rate_percent", "21.0000", "rate_percent") == "21");
    CHECK(property("tax", "rate_percent", "8.375", "rate_percent") == "8.375E0");
    CHECK(property("coupon", "discount_amount", "5", "discount") == "\"5\"");
    CHECK(property("coupon", "discount_amount", "5", "code") == "\"x\"");
    CHECK(property("coupon", "discount_amount", "5", "name") == "\"\"");
}

TEST_CASE("an item's meta: what is no property, and everything of a type WooCommerce does not know") {
    OrderRecord order = an_order();
    order.items = {{1, "line_item", "a", {{1, "Size", "M"}, {2, "_qty", "1"}, {3, "_qty", "2"}, {4, "_line_tax", "1"}, {5, "_order_id", "9"}, {6, "_refunded_item_id", "8"}, {7, "cost", "5"}}},
                   {2, "gift_wrap", "b", {{8, "_qty", "1"}, {9, "_name", "c"}}}};
    const json::value form = read(order);
    CHECK(keys(form.at("items").at(0).at("meta")) == std::vector<std::string>{"Size", "_refunded_item_id", "cost"});
    CHECK(form.at("items").at(0).at("data").at("quantity") == 1);
    CHECK(form.at("items").at(1).at("type") == "gift_wrap");
    CHECK(form.at("items").at(1).at("data") == json::value{{"id", 2}, {"order_id", 7}, {"name", "b"}});
    CHECK(keys(form.at("items").at(1).at("meta")) == std::vector<std::string>{"_name", "_qty"});
}

TEST_CASE("the reading comes from the shop's options") {
    const auto reading = [](std::string name, std::string value) {
        return orders::woocommerce_reading([=](std::string_view asked) { return asked == name ? std::optional{value} : std::nullopt; });
    };
    CHECK(reading("", "").price_decimals == 2);
    CHECK(reading("", "").decimal_separator == ".");
    CHECK(reading("woocommerce_price_num_decimals", "3").price_decimals == 3);
    CHECK(reading("woocommerce_price_num_decimals", "").price_decimals == 0);
    CHECK(reading("woocommerce_price_num_decimals", "99999999999").price_decimals == 8);
    CHECK(reading("woocommerce_price_decimal_sep", ",").decimal_separator == ",");
    CHECK(reading("woocommerce_price_decimal_sep", "").decimal_separator == ".");
    CHECK(reading("woocommerce_prices_include_tax", "yes").prices_include_tax);
    CHECK(reading("woocommerce_tax_round_at_subtotal", "yes").tax_round_at_subtotal);
    CHECK_FALSE(reading("woocommerce_tax_round_at_subtotal", "no").tax_round_at_subtotal);
}

}  // namespace ordo::test
