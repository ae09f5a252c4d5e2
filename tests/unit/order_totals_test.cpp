/// An order's totals from its items, as WooCommerce 11's `calculate_totals` has them.
#include <map>

#include "kernel/orders/order_totals.hpp"
#include "tests/catch.hpp"

namespace ordo::test {
namespace {

using orders::TaxRate;
using orders::TaxRates;
using orders::TotalsSettings;

std::vector<MetaRow> rows(std::initializer_list<std::pair<std::string, std::string>> values) {
    std::vector<MetaRow> meta;
    for (const auto& [key, value] : values) meta.push_back({100 + meta.size(), key, value});
    return meta;
}

ItemRecord line(const std::string& subtotal, const std::string& total, const std::string& tax_class = "", const std::string& product = "7") {
    return {1, "line_item", "Mug", rows({{"_product_id", product}, {"_variation_id", "0"}, {"_tax_class", tax_class}, {"_line_subtotal", subtotal}, {"_line_total", total}})};
}
ItemRecord line(const std::string& total) { return line(total, total); }
ItemRecord fee(const std::string& total, const std::string& tax_class = "", const std::string& status = "taxable") {
    return {2, "fee", "Fee", rows({{"_tax_class", tax_class}, {"_tax_status", status}, {"_line_total", total}})};
}
ItemRecord shipping(const std::string& cost, const std::string& method = "flat_rate") { return {3, "shipping", "Shipping", rows({{"method_id", method}, {"cost", cost}})}; }

TaxRate rate(std::uint64_t id, const std::string& percent, const std::string& tax_class = "", const std::string& country = "CZ") {
    TaxRate rate;
    rate.id = id;
    rate.country = country;
    rate.rate = percent;
    rate.tax_class = tax_class;
    return rate;
}
TaxRate compound(TaxRate rate) {
    rate.compound = true;
    rate.priority = 2;
    rate.name = "City";
    return rate;
}

TotalsSettings taxed() {
    TotalsSettings settings;
    settings.calc_taxes = true;
    settings.base_country = "CZ";
    return settings;
}

OrderRecord order(std::vector<ItemRecord> items) {
    OrderRecord order{.id = OrderId{1}, .type = "shop_order", .fields = {}, .meta = {}, .items = std::move(items), .notes = {}};
    return order;
}

std::string field(const OrderRecord& order, FieldId id) {
    const auto value = order.get(id);
    return value ? value->text : "none";
}

std::string meta(const ItemRecord& item, const std::string& key) {
    for (const MetaRow& row : item.meta)
        if (row.key == key) return row.value.value_or("NULL");
    return "none";
}

OrderRecord calculated(OrderRecord order, const std::vector<TaxRate>& rates, const TotalsSettings& settings = taxed(), const std::map<std::uint64_t, TaxStatus>& untaxed = {}) {
    const TaxRates table(rates);
    orders::calculate_totals(order, settings, &table, untaxed);
    return order;
}

/// discount, discount tax, shipping, shipping tax, cart tax, total
std::vector<std::string> totals(const OrderRecord& order) {
    using enum FieldId;
    std::vector<std::string> texts;
    for (const FieldId id : {discount_total_amount, discount_tax_amount, shipping_total_amount, shipping_tax_amount, tax_amount, total_amount}) texts.push_back(field(order, id));
    return texts;
}
using Texts = std::vector<std::string>;

std::string line_data(const std::string& total, const std::string& subtotal) {
    const auto rates = [](const std::string& amount) { return amount.empty() ? "a:0:{}" : "a:1:{i:1;s:" + std::to_string(amount.size()) + ":\"" + amount + "\";}"; };
    return "a:2:{s:5:\"total\";" + rates(total) + "s:8:\"subtotal\";" + rates(subtotal) + "}";
}

}  // namespace

TEST_CASE("totals: lines, shipping and a fee with ten per cent") {
    const OrderRecord done = calculated(order({line("40"), shipping("10"), fee("10")}), {rate(1, "10.0000")});
    CHECK(totals(done) == Texts{"0", "0", "10", "1", "5", "66"});
    REQUIRE(done.items.size() == 4);
    CHECK(meta(done.items[0], "_line_tax_data") == line_data("4", "4"));
    CHECK(meta(done.items[0], "_line_tax") == "4");
    CHECK(meta(done.items[0], "_line_subtotal_tax") == "4");
    CHECK(meta(done.items[1], "taxes") == "a:1:{s:5:\"total\";a:1:{i:1;s:1:\"1\";}}");
    CHECK(meta(done.items[1], "total_tax") == "1");
    CHECK(meta(done.items[2], "_line_tax_data") == "a:1:{s:5:\"total\";a:1:{i:1;s:1:\"1\";}}");
    CHECK(meta(done.items[2], "_line_tax") == "1");
    const ItemRecord& tax = done.items[3];
    CHECK((tax.id == 0 && tax.type == "tax" && tax.name == "CZ-TAX-1"));
    std::vector<std::pair<std::string, std::string>> written;
    for (const MetaRow& row : tax.meta) written.emplace_back(row.key, row.value.value_or("NULL"));
    CHECK(written == std::vector<std::pair<std::string, std::string>>{
                         {"rate_id", "1"}, {"label", "Tax"}, {"compound", ""}, {"tax_amount", "5"}, {"shipping_tax_amount", "1"}, {"rate_percent", "10"}});
}

TEST_CASE("totals: what coupons took is the difference of subtotals and totals") {
    CHECK(totals(calculated(order({line("50", "40")}), {rate(1, "21")})) == Texts{"10", "2.1", "0", "0", "8.4", "48.4"});
    // A line's subtotal is never below its total.
    CHECK(totals(calculated(order({line("30", "40")}), {rate(1, "21")})) == Texts{"0", "0", "0", "0", "8.4", "48.4"});
}

TEST_CASE("totals: compound rates are taken of the other taxes too, and on shipping where the rate says so") {
    TaxRate state = rate(3, "8.3750");
    state.shipping = false;
    const OrderRecord done = calculated(order({line("100"), shipping("10")}), {state, compound(rate(4, "1.2500"))});
    CHECK(totals(done) == Texts{"0", "0", "10", "0.13", "9.73", "119.86"});
    CHECK(meta(done.items[0], "_line_tax_data") ==
          "a:2:{s:5:\"total\";a:2:{i:3;s:5:\"8.375\";i:4;s:8:\"1.354688\";}s:8:\"subtotal\";a:2:{i:3;s:5:\"8.375\";i:4;s:8:\"1.354688\";}}");
    CHECK(meta(done.items[1], "taxes") == "a:1:{s:5:\"total\";a:1:{i:4;s:5:\"0.125\";}}");
    REQUIRE(done.items.size() == 4);
    CHECK((done.items[3].name == "CZ-CITY-2" && meta(done.items[3], "compound") == "1" && meta(done.items[3], "label") == "City"));
    CHECK(meta(done.items[2], "rate_percent") == "8.375");
}

TEST_CASE("totals: half taxes go up, and down where prices include tax") {
    const std::vector<ItemRecord> items{line("1.25", "1.25"), line("1.25", "1.25"), shipping("1.25"), fee("-0.1")};
    TotalsSettings settings = taxed();
    CHECK(totals(calculated(order(items), {rate(1, "10")}, settings)) == Texts{"0", "0", "1.25", "0.13", "0.25", "4.03"});  // 0.13 + 0.13 - 0.01
    settings.prices_include_tax = true;
    const OrderRecord done = calculated(order(items), {rate(1, "10")}, settings);
    CHECK(totals(done) == Texts{"0", "0", "1.25", "0.12", "0.23", "4"});
    CHECK(meta(done.items[0], "_line_tax") == "0.12");
    // Prices themselves round up either way.
    CHECK(totals(calculated(order({line("1.005")}), {}, settings))[5] == "1.01");
}

TEST_CASE("totals: rounded at the subtotal nothing is rounded before") {
    TotalsSettings settings = taxed();
    settings.tax_round_at_subtotal = true;
    const OrderRecord done = calculated(order({line("1.114"), line("1.114"), shipping("1.114")}), {rate(1, "10")}, settings);
    CHECK(totals(done) == Texts{"0", "0", "1.11", "0.1114", "0.2228", "3.67"});  // 2.228 + 1.11 + 0.3342
    CHECK(meta(done.items[0], "_line_tax") == "0.1114");
    settings.tax_round_at_subtotal = false;
    CHECK(totals(calculated(order({line("1.114"), line("1.114"), shipping("1.114")}), {rate(1, "10")}, settings)) == Texts{"0", "0", "1.11", "0.11", "0.22", "3.66"});
}

TEST_CASE("totals: a currency without decimals") {
    TotalsSettings settings = taxed();
    settings.price_decimals = 0;
    const OrderRecord done = calculated(order({line("999.5", "995"), shipping("499.5")}), {rate(5, "10.0000")}, settings);
    CHECK(totals(done) == Texts{"5", "0", "500", "50", "100", "1645"});
    CHECK(meta(done.items[0], "_line_tax") == "100");
    CHECK(meta(done.items[0], "_line_tax_data").find("s:4:\"99.5\"") != std::string::npos);
}

TEST_CASE("totals: a negative fee takes no more than there is") {
    const OrderRecord done = calculated(order({line("40"), shipping("10"), fee("5"), fee("-100"), fee("-1")}), {});
    CHECK(meta(done.items[3], "_line_total") == "-55");
    CHECK(meta(done.items[4], "_line_total") == "-1");  // nothing is left to compare with: WooCommerce lets it pass
    CHECK(totals(done)[5] == "-1");
    CHECK(meta(calculated(order({line("40"), fee("-40")}), {}).items[1], "_line_total") == "-40");
}

TEST_CASE("totals: a negative fee takes its taxes of what it is a discount on") {
    // 60 at 20 %, 30 at 10 %, 10 untaxed: of -10 six tenths and three tenths are taxed, whatever the fee's own class and status.
    const OrderRecord done = calculated(order({line("60"), line("30", "30", "reduced-rate"), fee("10", "", "none"), fee("-10", "", "none")}), {rate(1, "20"), rate(2, "10", "reduced-rate")});
    CHECK(meta(done.items[3], "_line_tax_data") == "a:1:{s:5:\"total\";a:2:{i:1;s:4:\"-1.2\";i:2;s:4:\"-0.3\";}}");
    CHECK(meta(done.items[3], "_line_tax") == "-1.5");
    CHECK(totals(done) == Texts{"0", "0", "0", "0", "13.5", "103.5"});
    // Shipping inherits the class of the first line; a share may be a fraction without end.
    const OrderRecord shared = calculated(order({line("2"), shipping("1"), fee("-1", "", "none"), fee("4", "", "none")}), {rate(1, "10")});
    CHECK(meta(shared.items[2], "_line_tax_data") == "a:1:{s:5:\"total\";a:1:{i:1;s:9:\"-0.042857\";}}");
    // Nothing to take of.
    CHECK(meta(calculated(order({fee("-1")}), {rate(1, "10")}).items[0], "_line_tax_data") == "a:1:{s:5:\"total\";a:0:{}}");
}

TEST_CASE("totals: what is not taxed [CR21]") {
    const auto taxes_of = [](const OrderRecord& done) { return Texts{field(done, FieldId::tax_amount), field(done, FieldId::shipping_tax_amount)}; };
    const std::vector<TaxRate> rates{rate(1, "10")};
    const std::vector<ItemRecord> items{line("10"), fee("10"), fee("-1"), shipping("10")};
    CHECK(taxes_of(calculated(order(items), rates)) == Texts{"1.9", "1"});

    OrderRecord exempt = order(items);
    exempt.meta = rows({{"is_vat_exempt", "yes"}, {"is_vat_exempt", "no"}});
    exempt = calculated(exempt, rates);
    CHECK(taxes_of(exempt) == Texts{"0", "0"});
    CHECK(meta(exempt.items[0], "_line_tax_data") == line_data("", ""));
    CHECK(exempt.items.size() == 4);

    TotalsSettings off = taxed();
    off.calc_taxes = false;
    CHECK(taxes_of(calculated(order(items), rates, off)) == Texts{"0", "0"});
    CHECK(taxes_of(calculated(order({line("10", "10", "0")}), rates)) == Texts{"0", "0"});
    CHECK(taxes_of(calculated(order({line("10"), fee("10", "", "none")}), rates)) == Texts{"1", "0"});
    CHECK(taxes_of(calculated(order({line("10"), line("10", "10", "", "8")}), rates, taxed(), {{8, TaxStatus::none}})) == Texts{"1", "0"});
    ItemRecord variation = line("10");
    variation.meta[1].value = "9";
    CHECK(taxes_of(calculated(order({variation}), rates, taxed(), {{9, TaxStatus::shipping}})) == Texts{"0", "0"});
    ItemRecord untaxed_shipping = shipping("10");
    untaxed_shipping.meta.push_back({5, "tax_status", "none"});
    CHECK(taxes_of(calculated(order({line("10"), untaxed_shipping}), rates)) == Texts{"1", "0"});
}

TEST_CASE("totals: shipping has the class of the options or the first class of the lines") {
    const std::vector<TaxRate> rates{rate(1, "20"), rate(2, "10", "reduced-rate"), rate(3, "5", "books")};
    TotalsSettings settings = taxed();
    settings.tax_classes = {"books", "reduced-rate"};
    const auto shipping_tax = [&](std::vector<ItemRecord> items, const std::map<std::uint64_t, TaxStatus>& untaxed = {}) {
        items.push_back(shipping("10"));
        return field(calculated(order(std::move(items)), rates, settings, untaxed), FieldId::shipping_tax_amount);
    };
    const ItemRecord reduced = line("1", "1", "reduced-rate"), books = line("1", "1", "books");
    CHECK(shipping_tax({reduced, line("1")}) == "2");
    CHECK(shipping_tax({reduced, books}) == "0.5");  // in the order of the shop's classes
    CHECK(shipping_tax({reduced}) == "1");
    CHECK(shipping_tax({}) == "0");
    CHECK(shipping_tax({line("1", "1", "", "8"), reduced}, {{8, TaxStatus::none}}) == "1");
    CHECK(shipping_tax({line("1", "1", "", "8"), reduced}, {{8, TaxStatus::shipping}}) == "2");
    CHECK(shipping_tax({line("1", "1", "", "8")}, {{8, TaxStatus::shipping}}) == "2");
    CHECK(shipping_tax({line("1", "1", "", "8")}, {{8, TaxStatus::none}}) == "0");
    settings.shipping_tax_class = "";
    CHECK(shipping_tax({reduced}) == "2");
    CHECK(shipping_tax({}) == "2");
    settings.shipping_tax_class = "books";
    CHECK(shipping_tax({reduced}) == "0.5");
    // Without the option of old shops: the classes of the table.
    settings = taxed();
    OrderRecord one = order({reduced, books, shipping("10")});
    const TaxRates table(rates, {"reduced-rate", "books"});
    orders::calculate_totals(one, settings, &table, {});
    CHECK(field(one, FieldId::shipping_tax_amount) == "1");
}

TEST_CASE("totals: the place that taxes are of") {
    struct Case {
        std::string based_on, billing, shipping, method, tax;
    };
    for (const Case& c : std::vector<Case>{{"shipping", "DE", "US", "flat_rate", "3"}, {"shipping", "DE", "", "flat_rate", "2"},    {"shipping", "", "", "flat_rate", "1"}, {"billing", "DE", "US", "flat_rate", "2"},
                                           {"billing", "", "US", "flat_rate", "1"},    {"base", "DE", "US", "flat_rate", "1"},      {"shipping", "DE", "US", "local_pickup", "1"},
                                           {"billing", "DE", "US", "legacy_local_pickup", "1"}, {"shipping", "DE", "FR", "flat_rate", "0"}}) {
        INFO(c.based_on << " " << c.billing << " " << c.shipping << " " << c.method);
        OrderRecord one = order({line("10"), shipping("0", c.method)});
        one.set(FieldId::billing_country, FieldValue{c.billing});
        one.set(FieldId::shipping_country, FieldValue{c.shipping});
        TotalsSettings settings = taxed();
        settings.tax_based_on = c.based_on;
        CHECK(field(calculated(one, {rate(1, "10"), rate(2, "20", "", "DE"), rate(3, "30", "", "US")}, settings), FieldId::tax_amount) == c.tax);
    }
}

TEST_CASE("totals: tax items follow the rates [CR13]") {
    const auto tax_item = [](std::uint64_t id, const std::string& rate_id) {
        return ItemRecord{id, "tax", "OLD", rows({{"rate_id", rate_id}, {"label", "Old"}, {"compound", ""}, {"tax_amount", "9"}, {"shipping_tax_amount", "0"}, {"note", "kept"}})};
    };
    const OrderRecord done = calculated(order({tax_item(10, "99"), tax_item(11, "1"), tax_item(12, "1"), line("10"), line("10", "10", "reduced-rate")}), {rate(1, "21.0000"), rate(2, "12.0000", "reduced-rate")});
    REQUIRE(done.items.size() == 4);
    const ItemRecord& kept = done.items[0];
    CHECK((kept.id == 11 && kept.name == "CZ-TAX-1" && meta(kept, "label") == "Tax" && meta(kept, "tax_amount") == "2.1" && meta(kept, "note") == "kept"));
    CHECK((kept.meta[3].row == 103 && kept.meta.back().key == "rate_percent" && kept.meta.back().row == 0 && kept.meta.back().value == "21"));
    CHECK((done.items[3].id == 0 && meta(done.items[3], "rate_id") == "2"));
    // Calculated again nothing changes.
    const OrderRecord again = calculated(done, {rate(1, "21.0000"), rate(2, "12.0000", "reduced-rate")});
    CHECK(totals(again) == totals(done));
    CHECK(again.items.size() == 4);
}

TEST_CASE("totals: without rates the taxes stay as they are") {
    OrderRecord one = order({line("50", "40"), shipping("4.995"), fee("1")});
    one.items[0].meta.push_back({9, "_line_tax_data", "a:2:{s:5:\"total\";a:1:{i:1;d:4.0004;}s:8:\"subtotal\";a:1:{i:1;s:6:\"5.0054\";}}"});
    one.items.push_back({4, "tax", "CZ-TAX-1", rows({{"rate_id", "1"}, {"tax_amount", "4"}})});
    one.set(FieldId::tax_amount, FieldValue{"4"});
    one.set(FieldId::shipping_tax_amount, FieldValue{"0,5", true});
    const OrderRecord before = one;
    orders::calculate_totals(one, taxed(), nullptr, {});
    CHECK(totals(one) == Texts{"10", "1.01", "5", "0,5", "4", "50"});
    CHECK(one.get(FieldId::shipping_tax_amount)->raw);
    REQUIRE(one.items.size() == 4);
    for (std::size_t i = 0; i < one.items.size(); ++i) CHECK(one.items[i].meta.size() == before.items[i].meta.size());
    // Data WooCommerce takes for none, and a subtotal below its total.
    for (const std::string& data : {line_data("4", ""), line_data("", "4"), line_data("5", "4"), std::string("x"), std::string()}) {
        one.items[0].meta.back().value = data;
        orders::calculate_totals(one, taxed(), nullptr, {});
        CHECK(field(one, FieldId::discount_tax_amount) == "0");
    }
}

TEST_CASE("totals: amounts that are no numbers, and numbers out of range") {
    CHECK(totals(calculated(order({line("12,5"), shipping("x"), fee("")}), {rate(1, "10")})) == Texts{"0", "0", "0", "0", "1.2", "13.2"});
    CHECK(totals(calculated(order({line("1e2")}), {}))[5] == "100");
    CHECK(totals(calculated(order({line("1.00499999999")}), {}))[5] == "1");  // rounded once
    CHECK(totals(calculated(order({}), {rate(1, "10")})) == Texts(6, "0"));
    CHECK_THROWS_AS(calculated(order({line("1e18")}), {}), Error);
    CHECK_THROWS_AS(calculated(order({line("999999999999999999"), line("1")}), {}), Error);
    CHECK(totals(calculated(order({line("-10", "-10")}), {rate(1, "21")})) == Texts{"0", "0", "0", "0", "-2.1", "-12.1"});  // a refund's line
}

TEST_CASE("totals: the settings are the shop's options") {
    const std::map<std::string, std::string, std::less<>> options{
        {"woocommerce_price_num_decimals", "0"},     {"woocommerce_prices_include_tax", "yes"}, {"woocommerce_tax_round_at_subtotal", "yes"}, {"woocommerce_calc_taxes", "yes"},
        {"woocommerce_tax_based_on", "base"},        {"woocommerce_shipping_tax_class", ""},    {"woocommerce_default_country", "US:CA"},     {"woocommerce_store_postcode", "90210"},
        {"woocommerce_store_city", "Beverly Hills"}, {"woocommerce_tax_classes", "Reduced rate\r\n\n Zero_rate - 2! \nŠ"}};
    const auto option = [&](std::string_view name) {
        const auto at = options.find(name);
        return at == options.end() ? std::nullopt : std::optional{at->second};
    };
    const TotalsSettings settings = orders::totals_settings(option);
    CHECK((settings.price_decimals == 0 && settings.prices_include_tax && settings.tax_round_at_subtotal && settings.calc_taxes));
    CHECK((settings.tax_based_on == "base" && settings.shipping_tax_class.empty()));
    CHECK((settings.base_country == "US" && settings.base_state == "CA" && settings.base_postcode == "90210" && settings.base_city == "Beverly Hills"));
    CHECK(settings.tax_classes == Texts{"reduced-rate", "zero_rate-2", "Š"});
    const TotalsSettings none = orders::totals_settings([](std::string_view) -> std::optional<std::string> { return std::nullopt; });
    CHECK((none.price_decimals == 2 && !none.calc_taxes && none.tax_based_on == "shipping" && none.shipping_tax_class == "inherit" && none.base_country.empty()));
}

}  // namespace ordo::test
