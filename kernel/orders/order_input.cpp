/// See order_input.hpp.
#include "kernel/orders/order_input.hpp"

#include <algorithm>
#include <random>

#include "kernel/orders/json_text.hpp"

namespace ordo::orders {
namespace {

constexpr std::size_t item_name_bytes_max = 65535, item_type_characters_max = 200, meta_key_characters_max = 255;

[[noreturn]] void refuse(std::string_view field, std::string_view what, std::string hint = {}) { ordo::detail::refuse_value(field, what, std::move(hint)); }

void check_field(const FieldSpec& spec, const FieldValue& value, const OrderStatuses& statuses) {
    switch (spec.type) {
        case FieldType::text: check_text(spec.name, value.text, detail::text_bytes_max); break;
        case FieldType::amount: {
            const auto amount = value.raw ? std::nullopt : Decimal::parse(value.text);
            if (!amount) refuse(spec.name, "not an amount of at most 18 digits before the point");
            if (amount->to_string() != value.text) refuse(spec.name, fmt::format("more than {} decimals", Decimal::decimals), "round it first");
            break;
        }
        default:
            if (value.raw) refuse(spec.name, "no value of its type");
    }
    if (spec.id == FieldId::status && !statuses.knows(value.text))
        refuse(spec.name, fmt::format("\"{}\" is no status", fitting_prefix(clean_status(value.text), 40, false)), "`ordo order statuses` lists them; plugins may register more");
    if ((spec.id == FieldId::billing_email || spec.id == FieldId::shipping_email) && !value.text.empty()) {
        if (fitting_prefix(value.text, spec.length_max, spec.length_in_bytes).size() < value.text.size()) refuse(spec.name, fmt::format("longer than {} characters", spec.length_max));
        if (!is_email(value.text)) refuse(spec.name, "not an e-mail address", "like ana@example.com");
    }
    if (spec.id == FieldId::currency && (value.text.size() != 3 || !std::all_of(value.text.begin(), value.text.end(), [](char c) { return c >= 'A' && c <= 'Z'; })))
        refuse(spec.name, "not a currency", "three capital letters, like EUR");
}

void check_meta(std::string_view where, const std::vector<MetaRow>& before, const std::vector<MetaRow>& after) {
    for (const MetaRow& row : after) {
        const bool same = std::any_of(before.begin(), before.end(), [&](const MetaRow& was) { return was.key == row.key && was.value == row.value; });
        if (same) continue;
        if (row.key.empty()) refuse(where, "a meta key is not empty");
        if (!is_utf8(row.key) || row.key.find('\0') != std::string::npos) refuse(where, "a meta key is not UTF-8");
        if (fitting_prefix(row.key, meta_key_characters_max, false).size() < row.key.size()) refuse(where, fmt::format("a meta key is longer than {} characters", meta_key_characters_max));
        if (row.value && !is_utf8(*row.value)) refuse(fmt::format("{}{}", where, row.key), "not UTF-8");
    }
}

void check_item(const Order& order, const ItemRecord& item, const ItemRecord* before) {
    const std::string where = item.id ? fmt::format("item {}", item.id) : fmt::format("new {}", fitting_prefix(item.type, 40, false));
    if (item.type.empty() || fitting_prefix(item.type, item_type_characters_max, false).size() < item.type.size()) refuse(where, "an item's type has 1 to 200 characters");
    check_text(where + " name", item.name, item_name_bytes_max);
    check_meta(where + " ", before ? before->meta : std::vector<MetaRow>{}, item.meta);
    const auto quantity = ordo::detail::find_meta_row(item.meta, "_qty");
    if (item.type != "line_item" || !quantity) return;
    const auto number = Decimal::parse(item.meta[*quantity].value.value_or(""));
    if (!number) refuse(where + " quantity", "not a number");
    if (*number < Decimal{} && !order.is_refund()) refuse(where + " quantity", "less than 0", "only refunds have negative quantities");
}

/// Fields that WooCommerce writes for each new order, empty where nothing is known. The others are absent until they are set.
constexpr std::array empty_texts{FieldId::payment_method, FieldId::payment_method_title, FieldId::transaction_id, FieldId::ip_address,
                                 FieldId::user_agent,     FieldId::created_via,          FieldId::cart_hash};

}  // namespace

void check_text(std::string_view field, std::string_view text, std::size_t bytes_max) {
    if (text.size() > bytes_max) refuse(field, fmt::format("longer than {} bytes", bytes_max));
    if (!is_utf8(text)) refuse(field, "not UTF-8");
    if (text.find('\0') != std::string_view::npos) refuse(field, "has a NUL byte");
}

bool is_email(std::string_view text) {
    const std::size_t at = text.find('@');
    if (text.size() < 6 || at == 0 || at == std::string_view::npos || text.find('@', at + 1) != std::string_view::npos) return false;
    const auto is_word = [](char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9'); };
    const std::string_view local = text.substr(0, at), domain = text.substr(at + 1);
    const auto in_local = [&](char c) { return is_word(c) || std::string_view("!#$%&'*+/=?^_`{|}~.-").find(c) != std::string_view::npos; };
    if (!std::all_of(local.begin(), local.end(), in_local)) return false;
    if (domain.find("..") != std::string_view::npos || domain.find('.') == std::string_view::npos) return false;
    for (std::string_view rest = domain;;) {
        const std::size_t dot = rest.find('.');
        const std::string_view part = rest.substr(0, dot);
        if (part.empty() || part.front() == '-' || part.back() == '-') return false;
        if (!std::all_of(part.begin(), part.end(), [&](char c) { return is_word(c) || c == '-'; })) return false;
        if (dot == std::string_view::npos) return true;
        rest = rest.substr(dot + 1);
    }
}

void check_input(const Order& order, const OrderStatuses& statuses) {
    const OrderRecord &before = order.loaded(), &after = order.record();
    if (before.type != after.type || before.id != after.id) refuse("type", "an order keeps its id and type");
    for (const Field& field : after.fields)
        if (before.get(field.id) != field.value) check_field(field_spec(field.id), field.value, statuses);
    check_meta("meta ", before.meta, after.meta);
    for (const MetaRow& row : after.meta) {
        const bool same = std::any_of(before.meta.begin(), before.meta.end(), [&](const MetaRow& was) { return was.key == row.key && was.value == row.value; });
        if (!same && (find_internal_key(row.key) || row.key == deletion_record_key)) refuse(row.key, "is no meta of an order", "set the property it is instead");
    }
    for (const ItemRecord& item : after.items) {
        const auto was = std::find_if(before.items.begin(), before.items.end(), [&](const ItemRecord& one) { return one.id == item.id && item.id != 0; });
        check_item(order, item, was == before.items.end() ? nullptr : &*was);
    }
}

NewOrderDefaults new_order_defaults(const std::function<std::optional<std::string>(std::string_view name)>& option) {
    return {option("woocommerce_currency").value_or("USD"), option("woocommerce_version").value_or("11.0.1"), option("woocommerce_prices_include_tax") == "yes"};
}

void complete_new_order(Order& order, const NewOrderDefaults& defaults, UtcSeconds now) {
    OrderRecord& record = order.record();
    const auto set_if_absent = [&](FieldId id, std::string_view text) {
        if (!record.get(id)) record.set(id, FieldValue{std::string(text), false});
    };
    set_if_absent(FieldId::status, order.is_refund() ? "wc-completed" : "wc-pending");
    set_if_absent(FieldId::currency, defaults.currency);
    set_if_absent(FieldId::woocommerce_version, defaults.version);
    set_if_absent(FieldId::prices_include_tax, defaults.prices_include_tax ? "1" : "0");
    set_if_absent(FieldId::parent_order_id, "0");
    set_if_absent(FieldId::customer_note, "");
    set_if_absent(FieldId::date_created_gmt, format_datetime(now));
    set_if_absent(FieldId::date_updated_gmt, format_datetime(now));
    for (const FieldSpec& spec : order_fields)
        if (spec.type == FieldType::amount) set_if_absent(spec.id, "0");
    if (order.is_refund()) return;
    set_if_absent(FieldId::customer_id, "0");
    set_if_absent(FieldId::order_key, make_order_key());
    for (const FieldId id : empty_texts) set_if_absent(id, "");
    for (const FieldSpec& spec : order_fields)
        if (spec.type == FieldType::flag) set_if_absent(spec.id, "0");
}

std::string make_order_key() {
    static constexpr std::string_view letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";
    std::random_device random;  // the system's own, which nobody can guess
    std::uniform_int_distribution<std::size_t> letter(0, letters.size() - 1);
    std::string key = "wc_order_";
    for (int i = 0; i < 13; ++i) key += letters[letter(random)];
    return key;
}

}  // namespace ordo::orders
