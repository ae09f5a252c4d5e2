/// See tax_rates.hpp.
#include "kernel/orders/tax_rates.hpp"

#include <algorithm>
#include <tuple>

#include <boost/multiprecision/cpp_int.hpp>
#include <fmt/format.h>

#include "kernel/orders/woocommerce_numbers.hpp"

namespace ordo::orders {
namespace {

/// As PHP 8's `strtoupper`: of ASCII's letters only.
std::string upper(std::string_view text) {
    std::string result(text);
    for (char& c : result)
        if (c >= 'a' && c <= 'z') c = static_cast<char>(c - 'a' + 'A');
    return result;
}

std::string_view trimmed(std::string_view text) {
    while (!text.empty() && detail::is_blank(text.front())) text.remove_prefix(1);
    while (!text.empty() && detail::is_blank(text.back())) text.remove_suffix(1);
    return text;
}

bool same(std::string_view a, std::string_view b) { return upper(a) == upper(b); }

bool all_digits(std::string_view text) { return !text.empty() && std::all_of(text.begin(), text.end(), detail::is_digit); }

/// `wc_normalize_postcode`: without blanks and hyphens.
std::string compact(std::string_view postcode) {
    std::string result = upper(postcode);
    std::erase_if(result, [](char c) { return detail::is_blank(c) || c == '-'; });
    return result;
}

/// `wc_make_numeric_postcode`: two digits a character, so that codes with letters have an order too: PE30 is 16050300.
std::string numeric_postcode(std::string_view postcode) {
    std::string digits;
    for (const char c : compact(postcode)) digits += fmt::format("{:02}", detail::is_digit(c) ? c - '0' : c >= 'A' && c <= 'Z' ? c - 'A' + 1 : 0);
    return digits;
}

/// Whole numbers of any length.
bool is_less(std::string_view a, std::string_view b) {
    for (std::string_view* number : {&a, &b}) number->remove_prefix(std::min(number->find_first_not_of('0'), number->size()));
    return std::make_tuple(a.size(), a) < std::make_tuple(b.size(), b);
}

/// A code of a rate that is a range, `100...200`.
bool in_range(std::string_view postcode, std::string_view first, std::string_view last) {
    if (all_digits(first) && all_digits(last)) return all_digits(postcode) && !is_less(postcode, first) && !is_less(last, postcode);
    const std::string number = numeric_postcode(postcode);
    const auto padded = [&](std::string_view end) {
        std::string digits = numeric_postcode(end);
        digits.resize(std::max(digits.size(), number.size()), '0');
        return digits;
    };
    return !is_less(number, padded(first)) && !is_less(padded(last), number);
}

/// WooCommerce looks for a code as it is spelled in its country and without blanks; orders have it in either spelling.
bool is_postcode(std::string_view code, std::string_view postcode) {
    code = trimmed(code);
    const std::string number = compact(postcode);
    if (const std::size_t dots = code.find("..."); dots != std::string_view::npos) {
        const std::string_view last = code.substr(dots + 3);
        return last.find("...") == std::string_view::npos && in_range(number, trimmed(code.substr(0, dots)), trimmed(last));
    }
    if (!code.ends_with('*')) return compact(code) == number;
    const std::string begins = upper(code.substr(0, code.size() - 1));
    return number.starts_with(begins) || upper(trimmed(postcode)).starts_with(begins);
}

/// How closely a rate fits a place within its country: 0 where it has no places of its own; `nullopt`: not at all. It is the
/// count of rows WooCommerce's query finds, which joins the rate's places with themselves: one that lists more fits closer.
std::optional<std::size_t> closeness(const TaxRate& rate, std::string_view postcode, std::string_view city) {
    const auto postcodes = static_cast<std::size_t>(std::count_if(rate.postcodes.begin(), rate.postcodes.end(), [&](const std::string& code) { return is_postcode(code, postcode); }));
    const auto cities = static_cast<std::size_t>(std::count_if(rate.cities.begin(), rate.cities.end(), [&](const std::string& name) { return same(trimmed(name), trimmed(city)); }));
    if ((!rate.postcodes.empty() && postcodes == 0) || (!rate.cities.empty() && cities == 0)) return std::nullopt;
    if (rate.postcodes.empty()) return cities * rate.cities.size();
    return postcodes * (rate.cities.empty() ? rate.postcodes.size() : cities);
}

// Products of amounts and rates have more digits than a Decimal, a share of a price even a fraction without end: rounding
// them on the way and again at the end could turn 0.4999… into a half.
using Exact = boost::multiprecision::cpp_rational;
using Whole = boost::multiprecision::cpp_int;

Exact exact(std::string_view text) {
    bool whole = false;
    const NumericText number = numeric_prefix(text, whole);
    if (number.digits.empty()) return 0;
    const int tens = number.point - static_cast<int>(number.digits.size());
    const Exact digits = Whole(number.digits);
    const Exact scale = boost::multiprecision::pow(Whole(10), static_cast<unsigned>(std::abs(tens)));
    const Exact value = tens < 0 ? Exact(digits / scale) : Exact(digits * scale);
    return number.negative ? Exact(-value) : value;
}

Decimal rounded_exact(const Exact& value, unsigned decimals) {
    const Whole part = abs(numerator(value)) * boost::multiprecision::pow(Whole(10), decimals), whole = denominator(value);
    const Whole digits = (part * 2 + whole) / (whole * 2);
    return amount_of(fmt::format("{}{}e-{}", value < 0 ? "-" : "", digits.str(), decimals));
}

}  // namespace

std::string rate_code(const TaxRate& rate) {
    std::string code;
    for (const std::string& part : {rate.country, rate.state, rate.name.empty() ? "TAX" : rate.name, rate.priority == 0 ? "" : fmt::to_string(std::abs(rate.priority))})
        if (!part.empty()) code += (code.empty() ? "" : "-") + part;
    return upper(code);
}

Decimal share_of(Decimal amount, const Share& share, unsigned decimals) {
    return rounded_exact(exact(amount.to_string()) * exact(share.of.to_string()) / exact(share.whole.to_string()), decimals);
}

Taxes exclusive_taxes(std::string_view price, std::span<const TaxRate* const> rates, unsigned decimals, std::optional<Share> share) {
    Exact taxed = exact(price);
    if (share) taxed *= exact(share->of.to_string()) / exact(share->whole.to_string());
    Taxes taxes;
    Exact before = 0;  // taxes that compound rates are taken of too
    for (const bool compound : {false, true}) {
        for (const TaxRate* rate : rates) {
            if (rate->compound != compound) continue;
            const Exact tax = (compound ? Exact(taxed + before) : taxed) * exact(rate->rate) / 100;
            taxes.emplace_back(rate, rounded_exact(tax, decimals));
            before += tax;
        }
    }
    return taxes;
}

TaxRates TaxRates::load(Read& read, const std::string& table_prefix) {
    TaxRates loaded;
    const std::string rates = table_prefix + "woocommerce_tax_rates", places = table_prefix + "woocommerce_tax_rate_locations", classes = table_prefix + "wc_tax_rate_classes";
    if (read.table_exists(rates)) {
        read.query("SELECT tax_rate_id, tax_rate_country, tax_rate_state, tax_rate, tax_rate_name, tax_rate_priority, tax_rate_compound, tax_rate_shipping,"
                   " tax_rate_order, tax_rate_class FROM " + rates + " ORDER BY tax_rate_id",
                   [&](const Row& row) {
                       const auto text = [&](std::size_t column) { return std::string(row.text(column)); };
                       loaded.rates_.push_back({.id = row.number(0), .country = text(1), .state = text(2), .name = text(4), .tax_class = text(9), .rate = text(3),
                                                .priority = static_cast<int>(row.number(5)), .compound = row.number(6) != 0, .shipping = row.number(7) != 0,
                                                .order = row.number(8), .postcodes = {}, .cities = {}});
                   });
    }
    if (read.table_exists(places)) {
        read.query("SELECT tax_rate_id, location_type, location_code FROM " + places + " WHERE location_type IN ('postcode','city') ORDER BY location_id", [&](const Row& row) {
            const auto rate = std::find_if(loaded.rates_.begin(), loaded.rates_.end(), [&](const TaxRate& known) { return known.id == row.number(0); });
            if (rate != loaded.rates_.end()) (row.text(1) == "city" ? rate->cities : rate->postcodes).emplace_back(row.text(2));
        });
    }
    if (read.table_exists(classes)) read.query("SELECT slug FROM " + classes + " ORDER BY name", [&](const Row& row) { loaded.tax_classes_.emplace_back(row.text(0)); });
    return loaded;
}

std::vector<const TaxRate*> TaxRates::find(std::string_view country, std::string_view state, std::string_view postcode, std::string_view city, std::string_view tax_class) const {
    if (country.empty()) return {};
    std::vector<std::pair<const TaxRate*, std::size_t>> fitting;  // with its closeness
    for (const TaxRate& rate : rates_) {
        if (!same(rate.tax_class, tax_class) || !(rate.country.empty() || same(rate.country, country)) || !(rate.state.empty() || same(rate.state, state))) continue;
        if (const auto close = closeness(rate, postcode, city)) fitting.emplace_back(&rate, *close);
    }
    std::sort(fitting.begin(), fitting.end(), [](const auto& a, const auto& b) {
        return std::make_tuple(a.first->priority, a.first->country.empty(), a.first->state.empty(), b.second, a.first->id) <
               std::make_tuple(b.first->priority, b.first->country.empty(), b.first->state.empty(), a.second, b.first->id);  // the closest first
    });
    std::vector<const TaxRate*> found;
    for (const auto& [rate, close] : fitting)
        if (found.empty() || found.back()->priority != rate->priority) found.push_back(rate);
    return found;
}

const TaxRate* TaxRates::get(std::uint64_t id) const noexcept {
    const auto at = std::find_if(rates_.begin(), rates_.end(), [&](const TaxRate& rate) { return rate.id == id; });
    return at == rates_.end() ? nullptr : &*at;
}

}  // namespace ordo::orders
