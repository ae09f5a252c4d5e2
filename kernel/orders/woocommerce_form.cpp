/// See woocommerce_form.hpp.
#include "kernel/orders/woocommerce_form.hpp"

#include <algorithm>
#include <array>
#include <charconv>

#include <boost/json.hpp>
#include <fmt/format.h>

#include <ordo/order_properties.hpp>

#include "kernel/orders/json_text.hpp"
#include "kernel/orders/woocommerce_items.hpp"

namespace ordo::orders {
namespace {

namespace json = boost::json;

/// Keys that WooCommerce hides beside those of the mapping table and the names of properties.
constexpr std::array<std::string_view, 9> more_hidden_keys{
    "_completed_date", "_paid_date", "_edit_last", "_payment_tokens", "_cogs_total_value",
    "_refund_amount", "_refund_reason", "_refunded_by", "_refunded_payment",
};

json::value field_json(const OrderRecord& order, FieldId id, const WooCommerceReading& reading) {
    const auto value = order.get(id);
    switch (field_spec(id).type) {
        case FieldType::text: {
            const std::string text = value ? value->text : "";
            return to_json(id == FieldId::status && text.starts_with("wc-") ? text.substr(3) : text);
        }
        case FieldType::amount: {
            const std::string amount = !value ? "0" : value->raw ? format_decimal(value->text, reading.decimal_separator) : value->text;
            return to_json(id == FieldId::total_amount ? fixed(amount, reading.price_decimals) : amount);
        }
        case FieldType::id: return value ? php_absint(value->text) : json::value(0);
        case FieldType::flag:
            if (!value && id == FieldId::prices_include_tax) return reading.prices_include_tax;
            return value && !value->raw && value->text == "1";
        case FieldType::datetime: {
            if (!value || value->raw) return nullptr;
            std::string date = value->text + "Z";
            std::replace(date.begin(), date.end(), ' ', 'T');
            return to_json(date);
        }
    }
    return nullptr;
}

/// The properties that the columns of an address row are; WooCommerce has no shipping e-mail.
json::object address(const OrderRecord& order, HposRow row, const WooCommerceReading& reading) {
    json::object fields;
    for (const FieldSpec& spec : order_fields)
        if (spec.hpos_row == row && spec.id != FieldId::shipping_email) fields[spec.column] = field_json(order, spec.id, reading);
    return fields;
}

json::value total_tax(const OrderRecord& order, const WooCommerceReading& reading) {
    std::array<std::string, 2> taxes;
    for (std::size_t i = 0; i < taxes.size(); ++i) {
        const json::value tax = field_json(order, i == 0 ? FieldId::tax_amount : FieldId::shipping_tax_amount, reading);
        if (tax.is_string()) taxes[i] = rounded(std::string_view(tax.as_string()), 8);
    }
    const auto total = sum(taxes);
    return total ? to_json(rounded(*total, reading.price_decimals)) : nullptr;
}

void add_refund_properties(json::object& data, const OrderRecord& refund, const WooCommerceReading& reading) {
    const auto text = [&](std::string_view key) { return first_meta(refund.meta, key).value_or(""); };
    data["amount"] = to_json(format_decimal(text("_refund_amount"), reading.decimal_separator));
    // Refunds of WooCommerce before 3.0 have their reason where orders have the customer's note.
    const Bytes reason = first_meta(refund.meta, "_refund_reason");
    data["reason"] = reason ? to_json(reason) : field_json(refund, FieldId::customer_note, reading);
    data["refunded_by"] = php_absint(text("_refunded_by"));
    data["refunded_payment"] = php_bool(text("_refunded_payment"));
}

bool is_hidden(const json::object& data, std::string_view key) {
    if (find_internal_key(key) || is_derived_key(key)) return true;
    if (std::find(more_hidden_keys.begin(), more_hidden_keys.end(), key) != more_hidden_keys.end()) return true;
    return key.starts_with('_') && key != "_id" && key != "_number" && data.contains(key.substr(1));
}

}  // namespace

WooCommerceReading woocommerce_reading(const std::function<std::optional<std::string>(std::string_view name)>& option) {
    WooCommerceReading reading;
    if (const auto decimals = option("woocommerce_price_num_decimals")) {
        reading.price_decimals = 0;
        const auto [end, error] = std::from_chars(decimals->data(), decimals->data() + decimals->size(), reading.price_decimals);
        if (error == std::errc::result_out_of_range || reading.price_decimals > Decimal::decimals) reading.price_decimals = Decimal::decimals;
    }
    if (const auto separator = option("woocommerce_price_decimal_sep"); separator && !separator->empty()) reading.decimal_separator = *separator;
    reading.prices_include_tax = option("woocommerce_prices_include_tax") == "yes";
    reading.tax_round_at_subtotal = option("woocommerce_tax_round_at_subtotal") == "yes";
    return reading;
}

std::string woocommerce_form(const OrderRecord& order, const WooCommerceReading& reading) {
    json::object data{{"id", order.id.value}};
    for (const OrderProperty& property : common_order_properties) data[property.name] = field_json(order, property.field, reading);
    data["total_tax"] = total_tax(order, reading);
    if (order.type == "shop_order_refund") {
        add_refund_properties(data, order, reading);
    } else {
        data["number"] = fmt::to_string(order.id.value);
        for (const OrderProperty& property : order_only_properties) data[property.name] = field_json(order, property.field, reading);
        data["billing"] = address(order, HposRow::billing_address, reading);
        data["shipping"] = address(order, HposRow::shipping_address, reading);
    }
    json::array items;
    for (const ItemRecord& item : order.items) items.push_back(woocommerce_item(item, order.id, reading));
    json::array meta = woocommerce_meta(order.meta, [&](std::string_view key) { return is_hidden(data, key); });
    return json::serialize(json::object{{"id", order.id.value}, {"type", to_json(order.type)}, {"data", std::move(data)}, {"items", std::move(items)}, {"meta", std::move(meta)}});
}

}  // namespace ordo::orders
