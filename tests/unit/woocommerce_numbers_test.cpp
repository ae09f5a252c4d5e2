/// Numbers as WooCommerce reads and rounds them.
#include "kernel/orders/woocommerce_numbers.hpp"
#include "tests/catch.hpp"

namespace ordo::test {

TEST_CASE("an amount's text is cleaned as wc_format_decimal does it") {
    struct Case {
        std::string text, separator, cleaned;
    };
    for (const Case& c : std::vector<Case>{{"12,5", ".", "125"},      {"12,5", ",", "12.5"},     {"30.00", ".", "30.00"}, {"", ".", ""},
                                           {"1.234,50", ",", "1234.50"}, {"1,234.50", ".", "1234.50"}, {"1.2.3", ".", "12.3"},  {"5.", ".", "5"},
                                           {"-0.01", ".", "-0.01"},   {" 7 Kč", ".", "7"},       {"abc", ".", ""},        {"12·5", "·", "12.5"},
                                           {"12,5", "", "125"}}) {
        INFO(c.text << " with " << c.separator);
        CHECK(format_decimal(c.text, c.separator) == c.cleaned);
    }
}

TEST_CASE("rounding happens on the digits, halves away from zero unless asked otherwise") {
    using orders::Halves;
    struct Case {
        std::string number;
        unsigned decimals;
        std::string away, toward;
    };
    for (const Case& c : std::vector<Case>{{"595.46014", 2, "595.46", "595.46"},
                                           {"0.125", 2, "0.13", "0.12"},
                                           {"-0.125", 2, "-0.13", "-0.12"},
                                           {"0.1250001", 2, "0.13", "0.13"},
                                           {"1.005", 2, "1.01", "1"},
                                           {"9.995", 2, "10", "9.99"},
                                           {"0.995", 2, "1", "0.99"},
                                           {"0.005", 2, "0.01", "0"},
                                           {"-0.004", 2, "0", "0"},
                                           {"0.0005", 2, "0", "0"},
                                           {"99.5", 0, "100", "99"},
                                           {"0.5", 0, "1", "0"},
                                           {"1e3", 2, "1000", "1000"},
                                           {"12,5", 2, "12", "12"},
                                           {"", 2, "0", "0"},
                                           {"x", 2, "0", "0"},
                                           {"12345678901234567890.126", 2, "12345678901234567890.13", "12345678901234567890.13"}}) {
        INFO(c.number);
        CHECK(orders::rounded(c.number, c.decimals) == c.away);
        CHECK(orders::rounded(c.number, c.decimals, Halves::toward_zero) == c.toward);
    }
    for (const auto& [number, text] : std::vector<std::pair<std::string, std::string>>{{"6424.65828900", "6424.66"}, {"0", "0.00"}, {"", "0.00"}, {"-74.7", "-74.70"}, {"-0.001", "0.00"}, {"125", "125.00"}})
        CHECK(orders::fixed(number, 2) == text);
    CHECK(orders::fixed("12.5", 0) == "13");
}

TEST_CASE("sums are exact, and know where they would not be") {
    const auto sum = [](std::vector<std::string> numbers) { return orders::sum(numbers); };
    CHECK(sum({}) == "0");
    CHECK(sum({"0.1", "0.2", "-0.3"}) == "0");
    CHECK(sum({"151.39", "24.49"}) == "175.88");
    CHECK_FALSE(sum({"1e30"}).has_value());
    CHECK_FALSE(sum({"999999999999999999", "1"}).has_value());
}

}  // namespace ordo::test
