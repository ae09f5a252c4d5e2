/// The shop's tax rates as its tables have them, and `calculate_totals` held against the totals a real WooCommerce stored.
#include "kernel/orders/order_totals.hpp"

#include <algorithm>
#include <array>

#include "kernel/orders/canonical_reader.hpp"
#include "kernel/orders/woocommerce_items.hpp"
#include "kernel/orders/woocommerce_numbers.hpp"
#include "tests/support/shop.hpp"

namespace ordo::test {
namespace {

orders::TaxRates load_rates(Database& database, const std::string& prefix = "wp_") {
    orders::TaxRates rates;
    database.read([&](Read& read) { rates = orders::TaxRates::load(read, prefix); });
    return rates;
}

/// Of the shop's options, and of those it had but the dump does not.
orders::TotalsSettings shop_settings(Shop& shop) {
    return orders::totals_settings([&](std::string_view name) -> std::optional<std::string> {
        if (name == "woocommerce_default_country") return "CZ";
        if (name == "woocommerce_tax_classes") return "Reduced rate\nZero rate";
        return shop.kernel().options().get(name);
    });
}

struct Stored {
    OrderRecord order;
    std::string cases;  ///< what the shop's maker did to it
    bool is(std::string_view one) const { return cases.find(one) != std::string::npos; }
};

std::vector<Stored> stored_orders(Shop& shop) {
    std::vector<Stored> orders;
    for (const std::string& line : export_lines(shop.kernel(), "posts")) {
        OrderRecord order = orders::read_canonical(line);
        std::string cases = orders::first_meta(order.meta, "_lab_case").value_or("");
        if (order.type == "shop_order") orders.push_back({std::move(order), std::move(cases)});
    }
    return orders;
}

constexpr std::array totals{FieldId::discount_total_amount, FieldId::discount_tax_amount, FieldId::shipping_total_amount,
                            FieldId::shipping_tax_amount,   FieldId::tax_amount,          FieldId::total_amount};

/// Names of what differs.
std::vector<std::string> differences(const OrderRecord& ours, const OrderRecord& theirs) {
    std::vector<std::string> names;
    for (const FieldId id : totals)
        if (ours.get(id) != theirs.get(id)) names.emplace_back(field_spec(id).name);
    if (ours.items.size() != theirs.items.size()) return names.emplace_back("items"), names;
    for (std::size_t i = 0; i < ours.items.size(); ++i) {
        const ItemRecord &our = ours.items[i], &their = theirs.items[i];
        if (our.name != their.name || our.meta.size() != their.meta.size()) names.push_back(our.type);
        for (const MetaRow& row : our.meta)
            if (orders::first_meta(their.meta, row.key) != row.value) names.push_back(our.type + "." + row.key);
    }
    return names;
}

}  // namespace

TEST_CASE("totals: calculated from their items, the shop's orders have the totals WooCommerce stored") {
    Shop shop;
    const orders::TaxRates rates = load_rates(shop.database());
    const orders::TotalsSettings settings = shop_settings(shop);
    std::size_t compared = 0, taxed = 0, overwritten = 0;
    for (const Stored& stored : stored_orders(shop)) {
        if (stored.is("manual-totals") || stored.is("8-decimals")) continue;
        ++compared;
        if (std::any_of(stored.order.items.begin(), stored.order.items.end(), [](const ItemRecord& item) { return item.type == "tax"; })) ++taxed;
        for (const orders::TaxRates* with : {static_cast<const orders::TaxRates*>(nullptr), &rates}) {
            OrderRecord order = stored.order;
            orders::calculate_totals(order, settings, with, {});
            auto different = differences(order, stored.order);
            // Two orders' totals were made "12,5" afterwards.
            if (const auto total = stored.order.get(FieldId::total_amount); total && total->text == "12,5" && std::erase(different, "total_amount") == 1 && with) ++overwritten;
            INFO("order " << stored.order.id.value << " (" << stored.cases << ") " << (with ? "with" : "without") << " rates: " << (different.empty() ? "" : different.front()));
            CHECK(different.empty());
        }
    }
    CHECK(compared == 257);
    CHECK(taxed > 100);
    CHECK(overwritten == 2);
}

TEST_CASE("totals: orders the shop made with eight decimals, of which WooCommerce wrote six") {
    Shop shop;
    const orders::TaxRates rates = load_rates(shop.database());
    orders::TotalsSettings settings = shop_settings(shop);
    settings.price_decimals = 8;
    std::size_t compared = 0;
    for (const Stored& stored : stored_orders(shop)) {
        if (stored.is("manual-totals") || !stored.is("8-decimals")) continue;
        ++compared;
        OrderRecord order = stored.order;
        orders::calculate_totals(order, settings, &rates, {});
        for (const FieldId id : totals) {
            const auto amount = [&](const OrderRecord& record) { return orders::amount_of(record.get(id).value_or(FieldValue{}).text); };
            const Decimal difference = amount(order) - amount(stored.order);
            INFO("order " << stored.order.id.value << ": " << field_spec(id).name);
            CHECK(std::max(difference, -difference) < *Decimal::parse("0.000004"));  // of up to six taxes, each rounded
        }
    }
    CHECK(compared == 16);
}

TEST_CASE("tax rates: as the shop's tables have them") {
    Shop shop;
    const auto ids = [](const std::vector<const orders::TaxRate*>& found) {
        std::vector<std::uint64_t> numbers;
        for (const orders::TaxRate* rate : found) numbers.push_back(rate->id);
        return numbers;
    };
    using Ids = std::vector<std::uint64_t>;
    orders::TaxRates rates = load_rates(shop.database());
    CHECK(ids(rates.find("US", "CA", "90210", "Beverly Hills", "")) == Ids{3, 4});
    CHECK(ids(rates.find("CZ", "", "", "", "reduced-rate")) == Ids{2});
    const orders::TaxRate& city = *rates.get(4);
    CHECK((city.country == "US" && city.state.empty() && city.name == "City & County" && city.rate == "1.2500" && city.tax_class.empty()));
    CHECK((city.priority == 2 && city.compound && city.shipping && city.order == 1 && city.postcodes.empty() && city.cities.empty()));
    CHECK_FALSE(rates.get(3)->compound);
    CHECK_FALSE(rates.get(3)->shipping);
    CHECK(rates.tax_classes().empty());

    execute(shop.database(), "INSERT INTO wp_woocommerce_tax_rate_locations (location_code, tax_rate_id, location_type) VALUES ('90*', 4, 'postcode'), ('100...200', 4, 'postcode'),"
                             " ('BEVERLY HILLS', 4, 'city'), ('ASIA', 5, 'continent'), ('1', 99, 'postcode')");
    execute(shop.database(), "CREATE TABLE wp_wc_tax_rate_classes (tax_rate_class_id BIGINT, name VARCHAR(200), slug VARCHAR(200))");
    execute(shop.database(), "INSERT INTO wp_wc_tax_rate_classes VALUES (1, 'Zero rate', 'zero-rate'), (2, 'Books', 'books')");
    rates = load_rates(shop.database());
    CHECK(rates.get(4)->postcodes == std::vector<std::string>{"90*", "100...200"});
    CHECK(rates.get(4)->cities == std::vector<std::string>{"BEVERLY HILLS"});
    CHECK(rates.get(5)->postcodes.empty());
    CHECK(rates.tax_classes() == std::vector<std::string>{"books", "zero-rate"});
    CHECK(ids(rates.find("US", "CA", "90210", "Beverly Hills", "")) == Ids{3, 4});
    CHECK(ids(rates.find("US", "CA", "80210", "Beverly Hills", "")) == Ids{3});

    const orders::TaxRates none = load_rates(shop.database(), "elsewhere_");
    CHECK(none.get(1) == nullptr);
    CHECK(none.tax_classes().empty());
}

}  // namespace ordo::test
