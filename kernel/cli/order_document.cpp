/// See order_document.hpp.
#include "order_document.hpp"

#include <algorithm>
#include <array>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "order.hpp"

namespace ordo::cli {
namespace {

namespace json = boost::json;

struct Lines {
    std::string_view name;
    std::vector<std::string_view> members;
};

const std::array<Lines, 4>& all_lines() {
    static const std::array<Lines, 4> lines{{{"line_items", {"name", "quantity", "total", "subtotal", "product_id", "variation_id", "tax_class", "meta_data"}},
                                             {"shipping_lines", {"method_title", "method_id", "instance_id", "total", "meta_data"}},
                                             {"fee_lines", {"name", "total", "tax_status", "tax_class", "meta_data"}},
                                             {"coupon_lines", {"code", "discount", "discount_tax", "meta_data"}}}};
    return lines;
}

/// A step of a JSON pointer (RFC 6901).
std::string step(std::string_view member) {
    std::string name = "/";
    for (const char c : printable(member.substr(0, 64))) name += c == '~' ? "~0" : c == '/' ? "~1" : std::string(1, c);
    return name;
}
std::string step(std::size_t position) { return fmt::format("/{}", position); }

[[noreturn]] void refuse(std::string_view what, std::string hint = {}) { throw Error(errc::order_bad_value, std::string(what), std::move(hint)); }

/// Whatever is refused within gets the place before it: messages grow to a whole pointer on their way out.
template <class Body>
auto at(const std::string& place, Body body) {
    try {
        return body();
    } catch (const Error& error) {
        const std::string_view what = error.what();
        throw Error(error.code(), fmt::format("{}{}{}", place, what.starts_with('/') ? "" : ": ", what), error.hint());
    }
}

std::string text_of(const json::value& value) {
    if (value.is_string()) return std::string(value.as_string());
    if (value.is_bool()) return value.as_bool() ? "yes" : "no";
    if (value.is_double()) return fmt::to_string(value.as_double());
    if (!value.is_number()) refuse("a text or a number is expected");
    return json::serialize(value);
}

const json::object& object_of(const json::value& value) {
    if (!value.is_object()) refuse("an object is expected");
    return value.get_object();
}

template <class Each>
void each_element(const json::value& array, Each each) {
    if (!array.is_array()) refuse("an array is expected");
    std::size_t position = 0;
    for (const json::value& element : array.get_array()) at(step(position++), [&] { each(object_of(element)); });
}

void require_members(const json::object& object, std::span<const std::string_view> known) {
    for (const auto& member : object)
        if (std::find(known.begin(), known.end(), std::string_view(member.key())) == known.end())
            throw Error(errc::order_unknown_field, fmt::format("{}: there is no such member", step(member.key())), fmt::format("there are {}", fmt::join(known, ", ")));
}

/// The member's text, or another one if it is absent.
std::string member(const json::object& object, std::string_view name, std::optional<std::string> otherwise = "") {
    return at(step(name), [&] {
        const json::value* const value = object.if_contains(name);
        if (value && !value->is_null()) return text_of(*value);
        if (!otherwise) refuse("it is missing");
        return *otherwise;
    });
}
constexpr std::nullopt_t required = std::nullopt;

std::uint64_t id_member(const json::object& object, std::string_view name) {
    const auto id = detail::canonical_id(member(object, name));
    if (!id) refuse(step(name) + ": not an id", "a whole number, 0 or more");
    return detail::to_number(*id);
}

/// Rows of `meta_data`, each `{key, value}`.
template <class Add>
void each_meta(const json::value* rows, Add add) {
    static constexpr std::array<std::string_view, 2> known{"key", "value"};
    if (!rows || rows->is_null()) return;
    at("/meta_data", [&] {
        each_element(*rows, [&](const json::object& row) {
            require_members(row, known);
            add(member(row, "key", required), member(row, "value", required));
        });
    });
}

OrderItem make_line(Order& order, std::string_view lines, const json::object& line) {
    const auto text = [&](std::string_view name, std::optional<std::string> otherwise = "") { return member(line, name, std::move(otherwise)); };
    if (lines == "line_items") {
        const std::string total = detail::checked_amount("total", text("total", required));
        return order.add_product(text("name", required), text("quantity", "1"), text("subtotal", total), total, id_member(line, "product_id"),
                                 id_member(line, "variation_id"), text("tax_class"));
    }
    if (lines == "shipping_lines") return order.add_shipping(text("method_title", required), text("method_id"), text("total", required), text("instance_id"));
    if (lines == "fee_lines") return order.add_fee(text("name", required), text("total", required), text("tax_status", "taxable"), text("tax_class"));
    return order.add_coupon(text("code", required), text("discount", required), text("discount_tax", "0"));
}

}  // namespace

json::object parse_document(std::string_view text) {
    json::parser parser;
    json::error_code failed;
    const std::size_t parsed = parser.write_some(text.data(), text.size(), failed);
    if (!failed && text.find_first_not_of(" \t\r\n", parsed) != std::string_view::npos) failed = json::error::extra_data;
    if (failed) refuse(fmt::format("byte {}: {}", parsed + 1, failed.message()), "one JSON object, in UTF-8");
    const json::value document = parser.release();
    return object_of(document);
}

std::span<const std::string_view> line_members(std::string_view lines) {
    return std::find_if(all_lines().begin(), all_lines().end(), [&](const Lines& one) { return one.name == lines; })->members;
}

void add_line(Order& order, std::string_view lines, const json::object& line) {
    require_members(line, line_members(lines));
    OrderItem item = make_line(order, lines, line);
    each_meta(line.if_contains("meta_data"), [&](std::string key, std::string value) { item.add_meta(std::move(key), std::move(value)); });
}

bool apply_document(const json::object& document, Order& order, const SiteZone& zone) {
    bool paid = false;
    const auto apply = [&](std::string_view name, const json::value& value) {
        const bool is_lines = std::any_of(all_lines().begin(), all_lines().end(), [&](const Lines& one) { return one.name == name; });
        if (is_lines) {
            each_element(value, [&](const json::object& line) { add_line(order, name, line); });
        } else if (name == "billing" || name == "shipping") {
            for (const auto& member : object_of(value)) {
                const std::string_view part = member.key();
                if (!member.value().is_null()) at(step(part), [&] { set_property(order, fmt::format("{}_{}", name, part), text_of(member.value()), zone); });
            }
        } else if (name == "set_paid") {
            if (!value.is_bool()) refuse("true or false is expected");
            paid = value.get_bool();
        } else {
            set_property(order, name, text_of(value), zone);
        }
    };
    for (const auto& member : document)
        if (!member.value().is_null() && member.key() != "meta_data") at(step(member.key()), [&] { apply(member.key(), member.value()); });
    each_meta(document.if_contains("meta_data"), [&](const std::string& key, std::string value) { order.add_meta_data(key, std::move(value)); });
    return paid;
}

}  // namespace ordo::cli
