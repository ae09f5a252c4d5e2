/// See php_serialized.hpp.
#include "kernel/orders/php_serialized.hpp"

#include <array>
#include <charconv>
#include <cmath>
#include <limits>
#include <set>

#include <fmt/format.h>

#include "kernel/orders/woocommerce_numbers.hpp"

namespace ordo::orders {
namespace {

/// A decimal integer that is spelled as PHP spells it; `nullopt`: anything else, or out of range.
std::optional<std::int64_t> exact_integer(std::string_view text) {
    std::int64_t value = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    if (error != std::errc{} || end != text.data() + text.size() || fmt::to_string(value) != text) return std::nullopt;
    return value;
}

/// Shortest digits, laid out as PHP's `%.17H` does: an exponent below 1e-4 and above 17 digits.
std::string float_text(double number) {
    if (std::isnan(number)) return "NAN";
    if (std::isinf(number)) return number < 0 ? "-INF" : "INF";
    std::array<char, 32> buffer{};
    const auto end = std::to_chars(buffer.data(), buffer.data() + buffer.size(), std::fabs(number), std::chars_format::scientific).ptr;
    const std::string_view scientific(buffer.data(), static_cast<std::size_t>(end - buffer.data()));
    const std::size_t e = scientific.find('e');
    std::string digits(scientific.substr(0, e));
    if (digits.size() > 1) digits.erase(1, 1);  // the point
    int exponent = 0;
    const std::size_t sign = scientific[e + 1] == '+' ? e + 2 : e + 1;  // from_chars takes no plus
    std::from_chars(scientific.data() + sign, end, exponent);

    std::string text = std::signbit(number) ? "-" : "";
    const int point = exponent + 1;  // the value is 0.digits * 10^point
    const int count = static_cast<int>(digits.size());
    if (point < -3 || point > 17)
        return text + fmt::format("{}.{}E{}{}", digits[0], count > 1 ? digits.substr(1) : "0", exponent < 0 ? '-' : '+', std::abs(exponent));
    if (point <= 0) return text + "0." + std::string(static_cast<std::size_t>(-point), '0') + digits;
    if (point >= count) return text + digits + std::string(static_cast<std::size_t>(point - count), '0');
    return text + digits.insert(static_cast<std::size_t>(point), ".");
}

std::optional<double> parse_float(std::string_view text) {
    if (text == "NAN") return std::numeric_limits<double>::quiet_NaN();
    if (text == "INF") return std::numeric_limits<double>::infinity();
    if (text == "-INF") return -std::numeric_limits<double>::infinity();
    // from_chars would take "inf", "nan" and "infinity" too, which PHP does not.
    if (text.empty() || text.find_first_not_of("0123456789.eE+-") != std::string_view::npos) return std::nullopt;
    double number = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
    if (error != std::errc{} || end != text.data() + text.size()) return std::nullopt;
    return number;
}

class Parser {
public:
    explicit Parser(std::string_view text) : rest_(text) {}

    std::optional<PhpValue> whole() {
        auto value = any(0);
        return rest_.empty() ? value : std::nullopt;
    }

private:
    std::optional<PhpValue> any(std::size_t depth) {
        if (take("N;")) return PhpValue{};
        if (take("b:")) {
            const auto text = until(';');
            return text == "0" || text == "1" ? std::optional{PhpValue{text == "1"}} : std::nullopt;
        }
        if (take("i:")) {
            const auto number = exact_integer(until(';'));
            return number ? std::optional{PhpValue{*number}} : std::nullopt;
        }
        if (take("d:")) {
            const auto number = parse_float(until(';'));
            return number ? std::optional{PhpValue{*number}} : std::nullopt;
        }
        if (take("s:")) {
            auto text = string();
            return text ? std::optional{PhpValue{std::move(*text)}} : std::nullopt;
        }
        if (take("a:")) return array(depth);
        return std::nullopt;
    }

    std::optional<std::string> string() {
        const auto length = exact_integer(until(':'));
        // Compared by subtraction: the length is whatever the text claims.
        if (!length || *length < 0 || rest_.size() < 3 || static_cast<std::uint64_t>(*length) > rest_.size() - 3 || !take("\"")) return std::nullopt;
        std::string text(rest_.substr(0, static_cast<std::size_t>(*length)));
        rest_.remove_prefix(text.size());
        return take("\";") ? std::optional{std::move(text)} : std::nullopt;
    }

    std::optional<PhpValue> array(std::size_t depth) {
        const auto count = exact_integer(until(':'));
        if (!count || *count < 0 || depth == php_depth_max || !take("{")) return std::nullopt;
        PhpArray entries;
        std::set<PhpKey> seen;
        for (std::int64_t i = 0; i < *count; ++i) {
            auto key = array_key();
            if (!key || !seen.insert(*key).second) return std::nullopt;
            auto value = any(depth + 1);
            if (!value) return std::nullopt;
            entries.push_back({std::move(*key), std::move(*value)});
        }
        return take("}") ? std::optional{PhpValue{std::move(entries)}} : std::nullopt;
    }

    std::optional<PhpKey> array_key() {
        if (take("i:")) {
            const auto number = exact_integer(until(';'));
            return number ? std::optional{PhpKey{*number}} : std::nullopt;
        }
        if (!take("s:")) return std::nullopt;
        const auto text = string();
        return text ? std::optional{php_key(*text)} : std::nullopt;
    }

    bool take(std::string_view expected) {
        if (!rest_.starts_with(expected)) return false;
        rest_.remove_prefix(expected.size());
        return true;
    }

    /// The text up to the mark, which is taken too. Without the mark: nothing, and nothing is left.
    std::string_view until(char mark) {
        const std::size_t at = rest_.find(mark);
        const std::string_view text = at == std::string_view::npos ? std::string_view{} : rest_.substr(0, at);
        rest_.remove_prefix(at == std::string_view::npos ? rest_.size() : at + 1);
        return text;
    }

    std::string_view rest_;
};

struct Writer {
    std::string out;

    void write(const PhpValue& value) { std::visit(*this, value.value); }

    void operator()(std::monostate) { out += "N;"; }
    void operator()(bool flag) { out += flag ? "b:1;" : "b:0;"; }
    void operator()(std::int64_t number) { out += fmt::format("i:{};", number); }
    void operator()(double number) { out += "d:" + float_text(number) + ";"; }
    void operator()(const std::string& text) { out += fmt::format("s:{}:\"{}\";", text.size(), text); }
    void operator()(const PhpArray& array) {
        out += fmt::format("a:{}:{{", array.size());
        for (const PhpEntry& entry : array) {
            const std::string* text = std::get_if<std::string>(&entry.key);
            std::visit(*this, text ? php_key(*text) : entry.key);
            write(entry.value);
        }
        out += "}";
    }
};

}  // namespace

PhpKey php_key(std::string_view text) {
    const auto number = exact_integer(text);
    return number ? PhpKey{*number} : PhpKey{std::string(text)};
}

const PhpValue* find_entry(const PhpArray& array, const PhpKey& key) noexcept {
    for (const PhpEntry& entry : array)
        if (entry.key == key) return &entry.value;
    return nullptr;
}

std::optional<PhpValue> parse_php(std::string_view text) { return Parser(text).whole(); }

std::string to_php(const PhpValue& value) {
    Writer writer;
    writer.write(value);
    return std::move(writer.out);
}

Decimal number_of(const PhpValue& value) {
    if (const auto* words = value.get<std::string>()) return amount_of(*words);
    if (const auto* whole = value.get<std::int64_t>()) return amount_of(fmt::to_string(*whole));
    if (const auto* number = value.get<double>()) return amount_of(fmt::format("{:.8f}", *number));
    return {};
}

}  // namespace ordo::orders
