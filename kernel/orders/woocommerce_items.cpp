/// See woocommerce_items.hpp.
#include "kernel/orders/woocommerce_items.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>

#include <boost/json.hpp>
#include <fmt/format.h>

#include "kernel/orders/json_text.hpp"
#include "kernel/orders/php_serialized.hpp"

namespace ordo::orders {
namespace {

namespace json = boost::json;

/// How an item's property reads its meta value; a missing one reads as the empty text.
enum class Reads : std::uint8_t {
    text,
    id,              ///< `absint`
    number,          ///< a JSON number
    amount,          ///< `wc_format_decimal`
    numeric_amount,  ///< the same; 0 if it is no number
    nonzero_amount,  ///< the same; the number 0 if PHP takes the text for false
    flag,
    tax_status,      ///< "none", else "taxable"
};

struct ItemProperty {
    std::string_view name, key;
    Reads reads;
};

/// Which parts the taxes of an item type have.
enum class Taxes : std::uint8_t { none, total, total_and_subtotal };

struct ItemType {
    std::string_view type;
    std::string_view name_property;  ///< that the item's name is given as
    std::span<const ItemProperty> properties;
    Taxes taxes;
    std::string_view taxes_key;
    std::span<const std::string_view> hidden;  ///< keys that are read by no property and shown by none either
};

constexpr std::array line_item_properties{
    ItemProperty{"product_id", "_product_id", Reads::id},         ItemProperty{"variation_id", "_variation_id", Reads::id},
    ItemProperty{"quantity", "_qty", Reads::number},              ItemProperty{"tax_class", "_tax_class", Reads::text},
    ItemProperty{"subtotal", "_line_subtotal", Reads::numeric_amount}, ItemProperty{"total", "_line_total", Reads::numeric_amount},
};
constexpr std::array shipping_properties{
    ItemProperty{"method_id", "method_id", Reads::text},
    ItemProperty{"instance_id", "instance_id", Reads::text},
    ItemProperty{"total", "cost", Reads::amount},
    ItemProperty{"tax_status", "tax_status", Reads::tax_status},
};
constexpr std::array fee_properties{
    ItemProperty{"tax_class", "_tax_class", Reads::text},
    ItemProperty{"tax_status", "_tax_status", Reads::tax_status},
    ItemProperty{"amount", "_fee_amount", Reads::amount},
    ItemProperty{"total", "_line_total", Reads::amount},
};
constexpr std::array tax_properties{
    ItemProperty{"rate_id", "rate_id", Reads::id},
    ItemProperty{"label", "label", Reads::text},
    ItemProperty{"compound", "compound", Reads::flag},
    ItemProperty{"tax_total", "tax_amount", Reads::nonzero_amount},
    ItemProperty{"shipping_tax_total", "shipping_tax_amount", Reads::nonzero_amount},
    ItemProperty{"rate_percent", "rate_percent", Reads::number},
};
constexpr std::array coupon_properties{
    ItemProperty{"discount", "discount_amount", Reads::amount},
    ItemProperty{"discount_tax", "discount_amount_tax", Reads::amount},
};

constexpr std::array<std::string_view, 3> line_hidden{"_line_subtotal", "_line_subtotal_tax", "_line_tax"};
constexpr std::array<std::string_view, 1> shipping_hidden{"total_tax"};

constexpr std::array item_types{
    ItemType{"line_item", "name", line_item_properties, Taxes::total_and_subtotal, "_line_tax_data", line_hidden},
    ItemType{"shipping", "name", shipping_properties, Taxes::total, "taxes", shipping_hidden},
    ItemType{"fee", "name", fee_properties, Taxes::total, "_line_tax_data", line_hidden},
    ItemType{"tax", "rate_code", tax_properties, Taxes::none, "", {}},
    ItemType{"coupon", "code", coupon_properties, Taxes::none, "", {}},
};
constexpr ItemType unknown_type{"", "name", {}, Taxes::none, "", {}};

const ItemType& find_type(std::string_view type) noexcept {
    for (const ItemType& known : item_types)
        if (known.type == type) return known;
    return unknown_type;
}

/// A number in JSON: whole where it is whole.
json::value json_number(std::string_view text) {
    const std::string number = rounded(text, 8);
    std::int64_t whole = 0;
    const char* const end = number.data() + number.size();
    if (std::from_chars(number.data(), end, whole).ptr == end) return whole;
    double value = 0;
    std::from_chars(number.data(), end, value);
    return std::isfinite(value) ? json::value(value) : json::value(nullptr);
}

json::value read_property(const ItemProperty& property, const Bytes& stored, const WooCommerceReading& reading) {
    const std::string text = stored.value_or("");
    switch (property.reads) {
        case Reads::text: return to_json(text);
        case Reads::id: return php_absint(text);
        case Reads::number: return json_number(text);
        case Reads::flag: return php_bool(text);
        case Reads::tax_status: return text == "none" ? "none" : "taxable";
        case Reads::amount: return to_json(format_decimal(text, reading.decimal_separator));
        case Reads::numeric_amount: {
            const std::string amount = format_decimal(text, reading.decimal_separator);
            return !amount.empty() && canonical_number(amount) ? to_json(amount) : json::value(0);
        }
        case Reads::nonzero_amount:
            return php_bool(text) ? to_json(format_decimal(text, reading.decimal_separator)) : json::value(0);
    }
    return nullptr;
}

/// A rate and its amount, in stored order.
using Rates = std::vector<std::pair<std::string, std::string>>;

Rates read_rates(const PhpArray& stored, const WooCommerceReading& reading) {
    Rates rates;
    for (const PhpEntry& entry : stored) {
        const auto* text = std::get_if<std::string>(&entry.key);
        std::string amount;
        if (const auto* words = entry.value.get<std::string>()) amount = format_decimal(*words, reading.decimal_separator);
        else if (const auto* whole = entry.value.get<std::int64_t>()) amount = fmt::to_string(*whole);
        else if (const auto* number = entry.value.get<double>()) amount = rounded(fmt::format("{:.8f}", *number), std::max(6U, reading.price_decimals + 2));
        rates.emplace_back(text ? json_name(*text) : fmt::to_string(std::get<std::int64_t>(entry.key)), std::move(amount));
    }
    return rates;
}

/// PHP's JSON of an array by keys: an empty one is a list.
json::value rates_json(const Rates& rates) {
    if (rates.empty()) return json::array();
    json::object object;
    for (const auto& [rate, amount] : rates) object[rate] = to_json(amount);
    return object;
}

std::optional<std::string> rates_total(const Rates& rates, const WooCommerceReading& reading) {
    const Halves halves = reading.prices_include_tax ? Halves::toward_zero : Halves::away_from_zero;
    std::vector<std::string> amounts;
    for (const auto& [rate, amount] : rates) amounts.push_back(reading.tax_round_at_subtotal ? rounded(amount, 8) : rounded(amount, reading.price_decimals, halves));
    const auto total = sum(amounts);
    return total ? std::optional{rounded(*total, std::max(6U, reading.price_decimals + 2))} : std::nullopt;
}

/// Whether the rates' plain sum is less; false where one cannot be told.
bool is_less(const Rates& a, const Rates& b) {
    const auto plain = [](const Rates& rates) -> std::optional<Decimal> {
        std::vector<std::string> amounts;
        for (const auto& [rate, amount] : rates) amounts.push_back(rounded(amount, 8));
        const auto total = sum(amounts);
        return total ? Decimal::parse(*total) : std::nullopt;
    };
    const auto left = plain(a), right = plain(b);
    return left && right && *left < *right;
}

void add_taxes(json::object& data, const ItemType& type, const Bytes& stored, const WooCommerceReading& reading) {
    const auto value = stored ? parse_php(*stored) : std::nullopt;
    const PhpArray* const raw = value ? value->get<PhpArray>() : nullptr;
    const auto part = [&](const char* name) {
        const PhpValue* const entry = raw ? find_entry(*raw, PhpKey{std::string(name)}) : nullptr;
        return entry ? entry->get<PhpArray>() : nullptr;
    };
    const PhpArray* total_part = part("total");
    // Shipping of WooCommerce before 2.6 stores the rates themselves.
    if (type.type == "shipping" && raw && !find_entry(*raw, PhpKey{std::string("total")})) total_part = raw;
    Rates total = total_part ? read_rates(*total_part, reading) : Rates{};
    json::object taxes;
    if (type.taxes == Taxes::total_and_subtotal) {
        const PhpArray* const subtotal_part = part("subtotal");
        Rates subtotal = subtotal_part ? read_rates(*subtotal_part, reading) : Rates{};
        if (total.empty() || subtotal.empty()) total = subtotal = {};  // WooCommerce takes both or none
        if (is_less(subtotal, total)) subtotal = total;
        taxes["subtotal"] = rates_json(subtotal);
        data["subtotal_tax"] = to_json(rates_total(subtotal, reading));
    }
    taxes["total"] = rates_json(total);
    data["total_tax"] = to_json(rates_total(total, reading));
    data["taxes"] = std::move(taxes);
}

/// A line's subtotal is never below its total.
void raise_subtotal(json::object& data) {
    const auto number = [&](const char* name) {
        const json::value& value = data[name];
        return Decimal::parse(value.is_string() ? std::string_view(value.as_string()) : "0");
    };
    const auto subtotal = number("subtotal"), total = number("total");
    if (subtotal && total && *subtotal < *total) data["subtotal"] = data["total"];
}

bool is_hidden(const ItemType& type, const json::object& data, std::string_view key) {
    const auto is_key = [&](std::string_view hidden) { return hidden == key; };
    if (std::any_of(type.hidden.begin(), type.hidden.end(), is_key)) return true;
    if (type.taxes != Taxes::none && key == type.taxes_key) return true;
    if (std::any_of(type.properties.begin(), type.properties.end(), [&](const ItemProperty& property) { return property.key == key; })) return true;
    return &type != &unknown_type && key.starts_with('_') && key != "_id" && data.contains(key.substr(1));
}

bool begins_with_wp(std::string_view key) noexcept {
    return key.size() >= 3 && (key[0] == 'w' || key[0] == 'W') && (key[1] == 'p' || key[1] == 'P') && key[2] == '_';
}

}  // namespace

json::value php_absint(std::string_view text) {
    bool whole = false;
    NumericText number = numeric_prefix(text, whole);
    if (number.point <= 0) return 0;
    number.negative = false;
    if (number.digits.size() > static_cast<std::size_t>(number.point)) number.digits.resize(static_cast<std::size_t>(number.point));
    const std::string digits = plain_spelling(number);
    std::int64_t value = 0;
    return std::from_chars(digits.data(), digits.data() + digits.size(), value).ec == std::errc{} ? value : 0;
}

bool php_bool(std::string_view text) { return !text.empty() && text != "0"; }

Bytes first_meta(std::span<const MetaRow> rows, std::string_view key) {
    for (const MetaRow& row : rows)
        if (row.key == key) return row.value;
    return std::nullopt;
}

json::array woocommerce_meta(std::span<const MetaRow> rows, const std::function<bool(std::string_view)>& hidden) {
    std::vector<const MetaRow*> shown;
    for (const MetaRow& row : rows)
        if (row.value && *row.value != "N;" && !begins_with_wp(row.key) && !hidden(row.key)) shown.push_back(&row);
    std::stable_sort(shown.begin(), shown.end(), [](const MetaRow* a, const MetaRow* b) { return a->key < b->key; });
    json::array array;
    for (const MetaRow* row : shown) array.push_back(json::object{{"key", to_json(row->key)}, {"value", to_json(row->value)}});
    return array;
}

json::object woocommerce_item(const ItemRecord& item, OrderId order, const WooCommerceReading& reading) {
    const ItemType& type = find_type(item.type);
    json::object data{{"id", item.id}, {"order_id", order.value}, {"name", ""}};
    data[type.name_property] = to_json(item.name);
    for (const ItemProperty& property : type.properties) data[property.name] = read_property(property, first_meta(item.meta, property.key), reading);
    if (type.type == "shipping") data["method_title"] = to_json(item.name);
    if (type.taxes != Taxes::none) add_taxes(data, type, first_meta(item.meta, type.taxes_key), reading);
    if (data.contains("subtotal")) raise_subtotal(data);
    json::array meta = woocommerce_meta(item.meta, [&](std::string_view key) { return is_hidden(type, data, key); });
    return {{"type", to_json(item.type)}, {"data", std::move(data)}, {"meta", std::move(meta)}};
}

}  // namespace ordo::orders
