/// See woocommerce_numbers.hpp.
#include "kernel/orders/woocommerce_numbers.hpp"

namespace ordo::orders {
namespace {

NumericText rounded_digits(std::string_view text, unsigned decimals, Halves halves) {
    bool whole = false;
    NumericText number = numeric_prefix(text, whole);
    const int kept = number.point + static_cast<int>(decimals);
    if (kept < 0) return {};
    const auto keep = static_cast<std::size_t>(kept);
    if (keep >= number.digits.size()) return number;
    const bool exactly_half = number.digits[keep] == '5' && keep + 1 == number.digits.size();  // no zeros stand at the end
    const bool up = exactly_half ? halves == Halves::away_from_zero : number.digits[keep] >= '5';
    number.digits.resize(keep);
    if (up) {
        const std::size_t last = number.digits.find_last_not_of('9');
        if (last == std::string::npos) {
            number.digits = "1";
            ++number.point;
        } else {
            ++number.digits[last];
            number.digits.resize(last + 1);
        }
    }
    number.digits.erase(number.digits.find_last_not_of('0') + 1);
    return number;
}

}  // namespace

std::string rounded(std::string_view number, unsigned decimals, Halves halves) { return plain_spelling(rounded_digits(number, decimals, halves)); }

std::string fixed(std::string_view number, unsigned decimals) {
    std::string text = rounded(number, decimals);
    if (decimals == 0) return text;
    std::size_t point = text.find('.');
    if (point == std::string::npos) {
        point = text.size();
        text += '.';
    }
    text.append(point + 1 + decimals - text.size(), '0');
    return text;
}

Decimal amount_of(std::string_view number, unsigned decimals, Halves halves) {
    const auto amount = Decimal::parse(rounded(number, decimals, halves));
    if (!amount) throw Error(errc::internal, "an amount has more than 18 digits before the point");
    return *amount;
}

std::optional<std::string> sum(std::span<const std::string> numbers) {
    Decimal total;
    for (const std::string& text : numbers) {
        const auto number = Decimal::parse(text);
        if (!number) return std::nullopt;
        try {
            total = total + *number;
        } catch (const Error&) {
            return std::nullopt;  // the only way a sum fails: out of range
        }
    }
    return total.to_string();
}

}  // namespace ordo::orders
