/// Exact amounts. `Decimal` holds what `decimal(26,8)` holds: 18 digits before the point and 8 after it, as a scaled
/// integer, so that no sum of money ever passes through a binary fraction. Values; any thread.
#pragma once

#include <array>
#include <compare>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include <ordo/error.hpp>

namespace ordo {

/// The pieces of a PHP-numeric text: optional blanks, sign, digits with one point, optional exponent.
/// `digits` has neither leading nor trailing zeros; the value is 0.digits * 10^point.
struct NumericText {
    bool negative = false;
    std::string digits;
    int point = 0;
};

namespace detail {
constexpr bool is_digit(char c) noexcept { return c >= '0' && c <= '9'; }
constexpr bool is_blank(char c) noexcept { return c == ' ' || (c >= '\t' && c <= '\r'); }
}  // namespace detail

/// Reads the longest numeric prefix, as PHP's `floatval` does; `whole` tells whether it was all of the text.
/// A text without any leading number gives 0 and `whole` = false. An exponent beyond +-400 is not understood.
inline NumericText numeric_prefix(std::string_view text, bool& whole) {
    NumericText number;
    std::size_t at = 0;
    whole = false;
    while (at < text.size() && detail::is_blank(text[at])) ++at;
    if (at < text.size() && (text[at] == '+' || text[at] == '-')) number.negative = text[at++] == '-';
    std::size_t digits_seen = 0;
    bool after_point = false;
    for (; at < text.size(); ++at) {
        if (text[at] == '.' && !after_point) {
            after_point = true;
        } else if (detail::is_digit(text[at])) {
            ++digits_seen;
            if (!after_point) ++number.point;
            number.digits += text[at];
        } else {
            break;
        }
    }
    if (digits_seen == 0) return NumericText{};
    if (at < text.size() && (text[at] == 'e' || text[at] == 'E')) {
        std::size_t ahead = at + 1;
        bool exponent_negative = false;
        if (ahead < text.size() && (text[ahead] == '+' || text[ahead] == '-')) exponent_negative = text[ahead++] == '-';
        if (ahead < text.size() && detail::is_digit(text[ahead])) {
            int exponent = 0;
            for (; ahead < text.size() && detail::is_digit(text[ahead]); ++ahead)
                if (exponent <= 400) exponent = exponent * 10 + (text[ahead] - '0');
            if (exponent > 400) return NumericText{};
            number.point += exponent_negative ? -exponent : exponent;
            at = ahead;
        }
    }
    while (at < text.size() && detail::is_blank(text[at])) ++at;
    whole = at == text.size();
    const std::size_t first = number.digits.find_first_not_of('0');
    if (first == std::string::npos) return NumericText{};
    number.digits.erase(0, first);
    number.point -= static_cast<int>(first);
    number.digits.erase(number.digits.find_last_not_of('0') + 1);
    return number;
}

/// The number without exponent, plus or needless zero ("12.5", "-0.01").
inline std::string plain_spelling(const NumericText& number) {
    if (number.digits.empty()) return "0";
    std::string spelled = number.negative ? "-" : "";
    const int count = static_cast<int>(number.digits.size());
    if (number.point <= 0) {
        spelled += "0." + std::string(static_cast<std::size_t>(-number.point), '0') + number.digits;
    } else if (number.point >= count) {
        spelled += number.digits + std::string(static_cast<std::size_t>(number.point - count), '0');
    } else {
        spelled += number.digits.substr(0, static_cast<std::size_t>(number.point)) + "." +
                   number.digits.substr(static_cast<std::size_t>(number.point));
    }
    return spelled;
}

/// The one spelling of a number's value, whatever its length: no exponent, no plus, no needless zero ("12.5", "-0.01").
/// Empty text reads as 0, as in WooCommerce. `nullopt`: the text is not a number.
inline std::optional<std::string> canonical_number(std::string_view text) {
    if (text.empty()) return "0";
    bool whole = false;
    const NumericText number = numeric_prefix(text, whole);
    return whole ? std::optional{plain_spelling(number)} : std::nullopt;
}

/// `wc_format_decimal` of a text: the shop's decimal separator becomes the point, everything but digits, minus and the last
/// point goes. So `12,5` is `125` where the separator is a point, and `12.5` where it is a comma. Zeros stay.
inline std::string format_decimal(std::string_view text, std::string_view decimal_separator) {
    std::string number;
    for (std::size_t i = 0; i < text.size();) {
        if (!decimal_separator.empty() && text.substr(i).starts_with(decimal_separator)) {
            number += '.';
            i += decimal_separator.size();
            continue;
        }
        if (detail::is_digit(text[i]) || text[i] == '.' || text[i] == '-') number += text[i];
        ++i;
    }
    // Of several points the last one counts; one that nothing follows does not.
    const std::size_t last = number.rfind('.');
    std::string cleaned;
    for (std::size_t i = 0; i < number.size(); ++i)
        if (number[i] != '.' || (i == last && i + 1 < number.size())) cleaned += number[i];
    return cleaned;
}

/// An amount with 8 decimals. |value| < 10^18; arithmetic that would leave the range throws `ordo::Error`.
class Decimal {
public:
    static constexpr int decimals = 8;

    constexpr Decimal() = default;

    /// The value of a number's text, rounded half away from zero at the ninth decimal.
    /// `nullopt`: not a number, or too large. `floatval`-like reading of a prefix: `Decimal::of_prefix`.
    static std::optional<Decimal> parse(std::string_view text) {
        if (text.empty()) return Decimal{};
        bool whole = false;
        const NumericText number = numeric_prefix(text, whole);
        return whole ? of(number) : std::nullopt;
    }

    /// The value of the longest numeric prefix ("12,5" is 12); 0 where there is none or it is too large.
    static Decimal of_prefix(std::string_view text) {
        bool whole = false;
        return of(numeric_prefix(text, whole)).value_or(Decimal{});
    }

    /// All eight decimals, as a `decimal(26,8)` column spells it: "12.50000000".
    std::string to_fixed() const {
        Magnitude magnitude = static_cast<Magnitude>(scaled_ < 0 ? -scaled_ : scaled_);
        std::array<char, 48> digits{};
        std::size_t at = digits.size();
        for (int place = 0; place < decimals || magnitude != 0 || place == decimals; ++place) {
            if (place == decimals) digits[--at] = '.';
            digits[--at] = static_cast<char>('0' + static_cast<int>(magnitude % 10));
            magnitude /= 10;
        }
        if (scaled_ < 0) digits[--at] = '-';
        return std::string(digits.data() + at, digits.size() - at);
    }

    /// The shortest spelling of the value: "12.5".
    std::string to_string() const {
        std::string text = to_fixed();
        text.erase(text.find_last_not_of('0') + 1);
        if (text.back() == '.') text.pop_back();
        return text;
    }

    friend Decimal operator+(Decimal a, Decimal b) { return checked(a.scaled_ + b.scaled_); }
    friend Decimal operator-(Decimal a, Decimal b) { return checked(a.scaled_ - b.scaled_); }
    friend Decimal operator-(Decimal a) noexcept { return Decimal{-a.scaled_}; }
    friend constexpr bool operator==(Decimal a, Decimal b) noexcept { return a.scaled_ == b.scaled_; }
    friend constexpr std::strong_ordering operator<=>(Decimal a, Decimal b) noexcept {
        return a.scaled_ < b.scaled_ ? std::strong_ordering::less
               : b.scaled_ < a.scaled_ ? std::strong_ordering::greater
                                       : std::strong_ordering::equal;
    }

private:
    __extension__ typedef __int128 Scaled;  // a GNU type, of every compiler that builds plugins
    __extension__ typedef unsigned __int128 Magnitude;

    explicit constexpr Decimal(Scaled scaled) : scaled_(scaled) {}

    static constexpr Scaled limit() {
        Scaled value = 1;
        for (int i = 0; i < 26; ++i) value *= 10;
        return value;
    }

    static Decimal checked(Scaled scaled) {
        if (scaled <= -limit() || scaled >= limit())
            throw Error(errc::internal, "an amount left the range of 18 digits before the point");
        return Decimal{scaled};
    }

    static std::optional<Decimal> of(const NumericText& number) {
        if (number.digits.empty()) return Decimal{};
        if (number.point > 18) return std::nullopt;
        const int wanted = number.point + decimals;  // digits that the scaled integer keeps
        if (wanted < 0) return Decimal{};
        Scaled scaled = 0;
        for (int i = 0; i < wanted; ++i) {
            scaled *= 10;
            if (i < static_cast<int>(number.digits.size())) scaled += number.digits[static_cast<std::size_t>(i)] - '0';
        }
        if (wanted < static_cast<int>(number.digits.size()) && number.digits[static_cast<std::size_t>(wanted)] >= '5')
            ++scaled;
        if (scaled >= limit()) return std::nullopt;
        return Decimal{number.negative ? -scaled : scaled};
    }

    Scaled scaled_ = 0;
};

}  // namespace ordo
