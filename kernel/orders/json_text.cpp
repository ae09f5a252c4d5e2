/// See json_text.hpp.
#include "kernel/orders/json_text.hpp"

#include <fmt/format.h>

namespace ordo::orders {

bool is_utf8(std::string_view text) {
    for (std::size_t i = 0; i < text.size();) {
        const auto lead = static_cast<unsigned char>(text[i]);
        const std::size_t length = lead < 0x80 ? 1 : lead >= 0xC2 && lead < 0xE0 ? 2 : lead >= 0xE0 && lead < 0xF0 ? 3 : lead >= 0xF0 && lead < 0xF5 ? 4 : 0;
        if (length == 0 || i + length > text.size()) return false;
        for (std::size_t j = 1; j < length; ++j)
            if ((static_cast<unsigned char>(text[i + j]) & 0xC0U) != 0x80U) return false;
        const auto second = length > 1 ? static_cast<unsigned char>(text[i + 1]) : 0U;
        if ((lead == 0xE0 && second < 0xA0) || (lead == 0xED && second >= 0xA0) || (lead == 0xF0 && second < 0x90) ||
            (lead == 0xF4 && second >= 0x90))
            return false;
        i += length;
    }
    return true;
}

namespace {

std::string hex(std::string_view bytes) {
    std::string digits;
    for (const char c : bytes) digits += fmt::format("{:02x}", static_cast<unsigned char>(c));
    return digits;
}

}  // namespace

boost::json::value to_json(const Bytes& bytes) {
    if (!bytes) return nullptr;
    if (is_utf8(*bytes)) return boost::json::string(*bytes);
    return boost::json::object{{"hex", hex(*bytes)}};
}

std::optional<std::string> from_hex(std::string_view digits) {
    const auto digit = [](char c) { return c >= '0' && c <= '9' ? c - '0' : c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1; };
    std::string bytes;
    if (digits.size() % 2 != 0) return std::nullopt;
    for (std::size_t i = 0; i < digits.size(); i += 2) {
        if (digit(digits[i]) < 0 || digit(digits[i + 1]) < 0) return std::nullopt;
        bytes += static_cast<char>(digit(digits[i]) * 16 + digit(digits[i + 1]));
    }
    return bytes;
}

std::string json_name(std::string_view bytes) { return is_utf8(bytes) ? std::string(bytes) : "hex:" + hex(bytes); }

}  // namespace ordo::orders
