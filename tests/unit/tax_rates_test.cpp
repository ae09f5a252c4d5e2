/// Which tax rates apply at a place, and what they make of a price.
#include "kernel/orders/tax_rates.hpp"
#include "tests/catch.hpp"

namespace ordo::test {
namespace {

using orders::TaxRate;
using orders::TaxRates;

TaxRate rate(std::uint64_t id, std::string country, std::string state, int priority = 1) {
    TaxRate rate;
    rate.id = id;
    rate.country = std::move(country);
    rate.state = std::move(state);
    rate.priority = priority;
    rate.rate = "10.0000";
    return rate;
}

TaxRate local_rate(std::uint64_t id, std::vector<std::string> postcodes, std::vector<std::string> cities = {}) {
    TaxRate local = rate(id, "CZ", "");
    local.postcodes = std::move(postcodes);
    local.cities = std::move(cities);
    return local;
}

std::vector<std::uint64_t> ids(const std::vector<const TaxRate*>& rates) {
    std::vector<std::uint64_t> found;
    for (const TaxRate* one : rates) found.push_back(one->id);
    return found;
}

using Ids = std::vector<std::uint64_t>;

std::vector<std::string> amounts(const orders::Taxes& taxes) {
    std::vector<std::string> texts;
    for (const auto& [one, amount] : taxes) texts.push_back(std::to_string(one->id) + ":" + amount.to_string());
    return texts;
}

}  // namespace

TEST_CASE("tax rates: of each priority the one that fits most closely") {
    TaxRate reduced = rate(9, "US", "CA");
    reduced.tax_class = "reduced-rate";
    const TaxRates rates({rate(1, "", ""), rate(2, "US", ""), rate(3, "US", "CA"), rate(4, "US", "CA"), rate(5, "", "", 2), rate(6, "DE", "", 3), reduced});
    CHECK(ids(rates.find("US", "CA", "", "", "")) == Ids{3, 5});
    CHECK(ids(rates.find("us", "ca", "", "", "")) == Ids{3, 5});
    CHECK(ids(rates.find("US", "NY", "", "", "")) == Ids{2, 5});
    CHECK(ids(rates.find("DE", "", "", "", "")) == Ids{1, 5, 6});
    CHECK(ids(rates.find("US", "CA", "", "", "reduced-rate")) == Ids{9});
    CHECK(ids(rates.find("", "CA", "", "", "")).empty());
    CHECK(ids(rates.find("US", "CA", "", "", "0")).empty());
    CHECK(rates.get(6)->country == "DE");
    CHECK(rates.get(7) == nullptr);
}

TEST_CASE("tax rates: postcodes are exact, wildcards or ranges") {
    struct Case {
        std::string code, postcode;
        bool fits;
    };
    for (const Case& c : std::vector<Case>{{"11000", "110 00", true},        {"110 00", "11000", true},       {" 11000 ", "11000", true},       {"11000", "11001", false},
                                           {"sw1a1aa", "SW1A 1AA", true},    {"110-00", "11000", true},       {"12*", "12345", true},           {"12*", "1 2345", true},
                                           {"12*", "13", false},             {"110 *", "110 00", true},       {"W1 *", "W1 1AA", true},         {"W1 *", "W11 1AA", false},
                                           {"12*", "12", true},              {"100...200", "100", true},      {"100...200", "200", true},       {"100 ... 200", "150", true},
                                           {"100...200", "201", false},      {"100...200", "1500", false},    {"100...200", "0150", true},      {"100...200", "", false},
                                           {"100...200", "15X", false},      {"PE30...PE35", "PE32", true},   {"PE30...PE35", "PE36", false},   {"PE30...PE35", "pe 35", true},
                                           {"PE3...PE4", "PE35", true},      {"1...2...3", "2", false},       {"99999999999999999998...99999999999999999999", "99999999999999999999", true}}) {
        INFO(c.code << " and " << c.postcode);
        CHECK(TaxRates({local_rate(1, {"nowhere", c.code})}).find("CZ", "", c.postcode, "", "").empty() != c.fits);
    }
}

TEST_CASE("tax rates: places of a rate must fit, and fit more closely than none") {
    CHECK(ids(TaxRates({local_rate(1, {}), local_rate(2, {"11000"}), local_rate(3, {"12000"})}).find("CZ", "", "11000", "", "")) == Ids{2});
    CHECK(ids(TaxRates({local_rate(1, {}), local_rate(2, {}, {"PRAHA"})}).find("CZ", "", "", " praha", "")) == Ids{2});
    CHECK(ids(TaxRates({local_rate(1, {}), local_rate(2, {}, {"PRAHA"})}).find("CZ", "", "", "Brno", "")) == Ids{1});
    CHECK(ids(TaxRates({local_rate(1, {"11000"}, {"PRAHA"})}).find("CZ", "", "11000", "Brno", "")).empty());
    CHECK(ids(TaxRates({local_rate(1, {"11000"}, {"PRAHA"})}).find("CZ", "", "11000", "Praha", "")) == Ids{1});
    // WooCommerce counts the rows of a join: who lists more places fits closer.
    CHECK(ids(TaxRates({local_rate(1, {"11000"}), local_rate(2, {"11000", "12000"})}).find("CZ", "", "11000", "", "")) == Ids{2});
    CHECK(ids(TaxRates({local_rate(1, {"11000"}), local_rate(2, {}, {"PRAHA", "BRNO"})}).find("CZ", "", "11000", "Praha", "")) == Ids{2});
}

TEST_CASE("taxes are computed exactly and rounded once") {
    const auto taxes = [](std::string_view price, std::vector<std::string> regular, std::vector<std::string> compound, std::optional<orders::Share> share = std::nullopt) {
        std::vector<TaxRate> rates;
        for (const auto* group : {&compound, &regular})  // WooCommerce takes compound ones last, wherever they stand
            for (const std::string& percent : *group) {
                rates.push_back(rate(rates.size() + 1, "", ""));
                rates.back().rate = percent;
                rates.back().compound = group == &compound;
            }
        std::vector<const TaxRate*> pointers;
        for (const TaxRate& one : rates) pointers.push_back(&one);
        return amounts(orders::exclusive_taxes(price, pointers, 6, share));
    };
    using Texts = std::vector<std::string>;
    CHECK(taxes("100", {"8.3750"}, {"1.2500"}) == Texts{"2:8.375", "1:1.354688"});
    CHECK(taxes("100", {}, {"10", "10"}) == Texts{"1:10", "2:11"});
    CHECK(taxes("-14.25", {"21.0000"}, {}) == Texts{"1:-2.9925"});
    CHECK(taxes("12,5", {"10"}, {}) == Texts{"1:1.2"});
    CHECK(taxes("x", {"10"}, {}) == Texts{"1:0"});
    CHECK(taxes("5", {}, {}).empty());
    // Half a millionth exactly, and a little less than it that eight decimals would take for it.
    CHECK(taxes("0.00005", {"1"}, {}) == Texts{"1:0.000001"});
    CHECK(taxes("-0.00005", {"1"}, {}) == Texts{"1:-0.000001"});
    CHECK(taxes("0.0000499999", {"1"}, {}) == Texts{"1:0"});
    CHECK(taxes("10", {"10"}, {}, orders::Share{*Decimal::parse("1"), *Decimal::parse("3")}) == Texts{"1:0.333333"});
    CHECK(taxes("999999999999999999.99999999", {"99.9999"}, {}) == Texts{"1:999999000000000000"});
    CHECK_THROWS_AS(taxes("999999999999999999", {"101"}, {}), Error);
}

TEST_CASE("a tax item is named for its rate") {
    TaxRate czech = rate(1, "cz", "");
    czech.name = "Dph ž 12 %";
    CHECK(orders::rate_code(czech) == "CZ-DPH ž 12 %-1");
    CHECK(orders::rate_code(rate(1, "US", "al", 2)) == "US-AL-TAX-2");
    CHECK(orders::rate_code(rate(1, "", "", 0)) == "TAX");
}

}  // namespace ordo::test
