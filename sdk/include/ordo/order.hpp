/// An order as a typed value: what was loaded, what has been changed since, with WooCommerce's getters and setters. It knows no
/// database: `ordo::Orders` loads and saves it, writes only what was changed, and only where the store still holds what was
/// loaded. Refunds are orders of the type `shop_order_refund`.
/// A value; one thread at a time. Getters throw nothing. Setters throw `ordo.order.bad_value` for what is no value of the
/// property's type; what else an order must satisfy is checked when it is saved.
/// Source: WooCommerce 11's `WC_Order` and `WC_Order_Refund`.
#pragma once

#include <algorithm>
#include <cstdint>
#include <initializer_list>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <ordo/error.hpp>
#include <ordo/order_properties.hpp>
#include <ordo/order_record.hpp>
#include <ordo/time.hpp>

namespace ordo {

inline constexpr std::string_view type_shop_order = "shop_order";
inline constexpr std::string_view type_shop_order_refund = "shop_order_refund";

/// A status as people and interfaces say it: without `wc-`.
inline std::string_view clean_status(std::string_view status) noexcept { return status.starts_with("wc-") ? status.substr(3) : status; }

/// A status as it is stored: with `wc-`, but for the three that WordPress has too.
inline std::string stored_status(std::string_view status) {
    const bool of_wordpress = status == "trash" || status == "auto-draft" || status == "draft";
    return of_wordpress || status.empty() || status.starts_with("wc-") ? std::string(status) : "wc-" + std::string(status);
}

/// Statuses of orders that are not placed yet: `woocommerce_new_order` fires when one of them becomes another.
inline bool is_draft_status(std::string_view status) noexcept {
    const std::string_view clean = clean_status(status);
    return clean == "auto-draft" || clean == "draft" || clean == "checkout-draft";
}

/// Statuses of orders that have been paid.
inline bool is_paid_status(std::string_view status) noexcept { return clean_status(status) == "processing" || clean_status(status) == "completed"; }

namespace detail {
/// The number of decimal digits; 0 for anything else.
inline std::uint64_t to_number(std::string_view digits) noexcept {
    std::uint64_t value = 0;
    for (const char c : digits) {
        if (!is_digit(c)) return 0;
        value = value * 10 + static_cast<std::uint64_t>(c - '0');
    }
    return value;
}

inline std::optional<std::size_t> find_meta_row(const std::vector<MetaRow>& rows, std::string_view key) noexcept {
    for (std::size_t i = 0; i < rows.size(); ++i)
        if (rows[i].key == key) return i;
    return std::nullopt;
}

/// Sets the first row of a key and removes the others; a key that is not there gets a row at the end.
inline void set_meta_row(std::vector<MetaRow>& rows, std::string_view key, std::string value) {
    const auto first = find_meta_row(rows, key);
    if (!first) {
        rows.push_back({0, std::string(key), std::move(value)});
        return;
    }
    rows[*first].value = std::move(value);
    rows.erase(std::remove_if(rows.begin() + static_cast<std::ptrdiff_t>(*first) + 1, rows.end(), [&](const MetaRow& row) { return row.key == key; }), rows.end());
}

[[noreturn]] inline void refuse_value(std::string_view property, std::string_view what, std::string hint = {}) {
    throw Error(errc::order_bad_value, fmt::format("{}: {}", property, what), std::move(hint));
}

inline std::string checked_amount(std::string_view property, std::string_view text) {
    bool whole = false;
    const NumericText number = numeric_prefix(text, whole);
    if (!whole || text.empty()) refuse_value(property, "not an amount", "digits with a point before the decimals, like 12.50; no comma, no blank, no currency");
    return plain_spelling(number);
}
}  // namespace detail

/// One item of an order: a view of a record that stands in it. Valid until items are added to or removed from the order.
class OrderItem {
public:
    explicit OrderItem(ItemRecord& record) : record_(&record) {}

    std::uint64_t get_id() const noexcept { return record_->id; }   ///< 0: not saved yet
    const std::string& get_type() const noexcept { return record_->type; }
    /// The item's name; of a tax item its rate's code, of a coupon its code.
    const std::string& get_name() const noexcept { return record_->name; }
    void set_name(std::string name) { record_->name = std::move(name); }

    /// A meta row's value, internal keys included (`_qty`, `cost` …); NULL and absent read as the empty text.
    std::string get_meta(std::string_view key) const {
        const auto row = detail::find_meta_row(record_->meta, key);
        return row ? record_->meta[*row].value.value_or("") : "";
    }
    void set_meta(std::string_view key, std::string value) { detail::set_meta_row(record_->meta, key, std::move(value)); }
    void add_meta(std::string key, std::string value) { record_->meta.push_back({0, std::move(key), std::move(value)}); }
    void delete_meta(std::string_view key) {
        std::erase_if(record_->meta, [&](const MetaRow& row) { return row.key == key; });
    }

    Decimal get_quantity() const { return number("_qty"); }
    void set_quantity(std::string_view quantity) { set_amount("quantity", "_qty", quantity); }
    std::uint64_t get_product_id() const { return id("_product_id"); }
    std::uint64_t get_variation_id() const { return id("_variation_id"); }
    std::string get_tax_class() const { return get_meta("_tax_class"); }
    void set_tax_class(std::string tax_class) { set_meta("_tax_class", std::move(tax_class)); }
    /// Before discounts; line items only.
    Decimal get_subtotal() const { return number("_line_subtotal"); }
    void set_subtotal(std::string_view amount) { set_amount("subtotal", "_line_subtotal", amount); }
    Decimal get_total() const { return number(total_key()); }
    void set_total(std::string_view amount) { set_amount("total", total_key(), amount); }
    Decimal get_total_tax() const { return number(record_->type == "shipping" ? "total_tax" : "_line_tax"); }

    const ItemRecord& record() const noexcept { return *record_; }
    ItemRecord& record() noexcept { return *record_; }

private:
    std::string_view total_key() const noexcept { return record_->type == "shipping" ? "cost" : "_line_total"; }
    Decimal number(std::string_view key) const { return Decimal::of_prefix(get_meta(key)); }
    std::uint64_t id(std::string_view key) const { return detail::to_number(get_meta(key)); }
    void set_amount(std::string_view property, std::string_view key, std::string_view text) { set_meta(key, detail::checked_amount(property, text)); }

    ItemRecord* record_;
};

class Order {
public:
    /// A new order, not stored yet: its first save gives it an id, a key and what else every order has.
    explicit Order(std::string type = std::string(type_shop_order)) { record_.type = loaded_.type = std::move(type); }
    /// What a store holds. For the kernel.
    explicit Order(OrderRecord record) : loaded_(record), record_(std::move(record)) {}

    OrderId get_id() const noexcept { return record_.id; }           ///< 0: not saved yet
    const std::string& get_type() const noexcept { return record_.type; }
    bool is_refund() const noexcept { return record_.type == type_shop_order_refund; }
    std::string get_order_number() const { return fmt::format("{}", record_.id); }

    // ---- Properties. Texts that the store does not have read as the empty text, numbers as 0, dates as none. ----

    std::string get_status() const {
        const std::string status = text(FieldId::status);
        return status.empty() ? "pending" : std::string(clean_status(status));
    }
    bool has_status(std::string_view status) const { return get_status() == clean_status(status); }
    bool has_status(std::initializer_list<std::string_view> any_of) const {
        return std::any_of(any_of.begin(), any_of.end(), [&](std::string_view status) { return has_status(status); });
    }
    /// With or without `wc-`. The dates of payment and completion, and the note, come with the save. `note` begins the note.
    void set_status(std::string_view status, std::string note = {}) {
        set_text(FieldId::status, stored_status(status));
        status_note_ = std::move(note);
    }
    bool is_paid() const { return is_paid_status(get_status()); }

    OrderId get_parent_id() const { return OrderId{id(FieldId::parent_order_id)}; }
    void set_parent_id(OrderId parent) { set_id(FieldId::parent_order_id, parent.value); }
    std::string get_currency() const { return text(FieldId::currency); }
    void set_currency(std::string_view currency) { set_text(FieldId::currency, currency); }
    std::string get_version() const { return text(FieldId::woocommerce_version); }
    bool get_prices_include_tax() const { return flag(FieldId::prices_include_tax); }
    void set_prices_include_tax(bool value) { set_flag(FieldId::prices_include_tax, value); }
    std::uint64_t get_customer_id() const { return id(FieldId::customer_id); }   ///< 0: a guest
    void set_customer_id(std::uint64_t customer) { set_id(FieldId::customer_id, customer); }
    /// Whether it is this customer's. A guest (0) owns none: two of them are not the same person.
    bool belongs_to(std::uint64_t customer) const { return customer != 0 && customer == get_customer_id(); }
    std::string get_order_key() const { return text(FieldId::order_key); }
    void set_order_key(std::string_view key) { set_text(FieldId::order_key, key); }
    /// Compares in constant time. An order without a key has no valid one.
    bool key_is_valid(std::string_view key) const {
        const std::string own = get_order_key();
        unsigned different = own.size() == key.size() && !own.empty() ? 0U : 1U;
        for (std::size_t i = 0; i < own.size() && i < key.size(); ++i) different |= static_cast<unsigned char>(own[i] ^ key[i]);
        return different == 0;
    }
    std::string get_customer_note() const { return text(FieldId::customer_note); }
    void set_customer_note(std::string_view note) { set_text(FieldId::customer_note, note); }
    std::string get_created_via() const { return text(FieldId::created_via); }
    void set_created_via(std::string_view via) { set_text(FieldId::created_via, via); }
    std::string get_payment_method() const { return text(FieldId::payment_method); }
    void set_payment_method(std::string_view method) { set_text(FieldId::payment_method, method); }
    std::string get_payment_method_title() const { return text(FieldId::payment_method_title); }
    void set_payment_method_title(std::string_view title) { set_text(FieldId::payment_method_title, title); }
    std::string get_transaction_id() const { return text(FieldId::transaction_id); }
    void set_transaction_id(std::string_view id) { set_text(FieldId::transaction_id, id); }
    std::string get_customer_ip_address() const { return text(FieldId::ip_address); }
    void set_customer_ip_address(std::string_view address) { set_text(FieldId::ip_address, address); }
    std::string get_customer_user_agent() const { return text(FieldId::user_agent); }
    void set_customer_user_agent(std::string_view agent) { set_text(FieldId::user_agent, agent); }
    std::string get_cart_hash() const { return text(FieldId::cart_hash); }
    void set_cart_hash(std::string_view hash) { set_text(FieldId::cart_hash, hash); }
    bool has_cart_hash(std::string_view hash) const { return !hash.empty() && get_cart_hash() == hash; }

    std::optional<UtcSeconds> get_date_created() const { return date(FieldId::date_created_gmt); }
    void set_date_created(std::optional<UtcSeconds> date) { set_date(FieldId::date_created_gmt, date); }
    std::optional<UtcSeconds> get_date_modified() const { return date(FieldId::date_updated_gmt); }
    void set_date_modified(std::optional<UtcSeconds> date) { set_date(FieldId::date_updated_gmt, date); }
    std::optional<UtcSeconds> get_date_paid() const { return date(FieldId::date_paid_gmt); }
    void set_date_paid(std::optional<UtcSeconds> date) { set_date(FieldId::date_paid_gmt, date); }
    std::optional<UtcSeconds> get_date_completed() const { return date(FieldId::date_completed_gmt); }
    void set_date_completed(std::optional<UtcSeconds> date) { set_date(FieldId::date_completed_gmt, date); }

    Decimal get_total() const { return amount(FieldId::total_amount); }
    void set_total(std::string_view value) { set_amount(FieldId::total_amount, value); }
    Decimal get_cart_tax() const { return amount(FieldId::tax_amount); }
    void set_cart_tax(std::string_view value) { set_amount(FieldId::tax_amount, value); }
    Decimal get_shipping_total() const { return amount(FieldId::shipping_total_amount); }
    void set_shipping_total(std::string_view value) { set_amount(FieldId::shipping_total_amount, value); }
    Decimal get_shipping_tax() const { return amount(FieldId::shipping_tax_amount); }
    void set_shipping_tax(std::string_view value) { set_amount(FieldId::shipping_tax_amount, value); }
    Decimal get_discount_total() const { return amount(FieldId::discount_total_amount); }
    void set_discount_total(std::string_view value) { set_amount(FieldId::discount_total_amount, value); }
    Decimal get_discount_tax() const { return amount(FieldId::discount_tax_amount); }
    void set_discount_tax(std::string_view value) { set_amount(FieldId::discount_tax_amount, value); }
    Decimal get_total_tax() const { return get_cart_tax() + get_shipping_tax(); }
    /// What coupons take off, with their tax if asked for.
    Decimal get_total_discount(bool without_tax = true) const { return without_tax ? get_discount_total() : get_discount_total() + get_discount_tax(); }

    bool get_order_stock_reduced() const { return flag(FieldId::order_stock_reduced); }
    void set_order_stock_reduced(bool value) { set_flag(FieldId::order_stock_reduced, value); }
    bool get_download_permissions_granted() const { return flag(FieldId::download_permission_granted); }
    void set_download_permissions_granted(bool value) { set_flag(FieldId::download_permission_granted, value); }
    bool get_new_order_email_sent() const { return flag(FieldId::new_order_email_sent); }
    void set_new_order_email_sent(bool value) { set_flag(FieldId::new_order_email_sent, value); }
    bool get_recorded_sales() const { return flag(FieldId::recorded_sales); }
    void set_recorded_sales(bool value) { set_flag(FieldId::recorded_sales, value); }
    bool get_recorded_coupon_usage_counts() const { return flag(FieldId::coupon_usages_are_counted); }
    void set_recorded_coupon_usage_counts(bool value) { set_flag(FieldId::coupon_usages_are_counted, value); }

    std::string get_billing_first_name() const { return text(FieldId::billing_first_name); }
    void set_billing_first_name(std::string_view value) { set_text(FieldId::billing_first_name, value); }
    std::string get_billing_last_name() const { return text(FieldId::billing_last_name); }
    void set_billing_last_name(std::string_view value) { set_text(FieldId::billing_last_name, value); }
    std::string get_billing_company() const { return text(FieldId::billing_company); }
    void set_billing_company(std::string_view value) { set_text(FieldId::billing_company, value); }
    std::string get_billing_address_1() const { return text(FieldId::billing_address_1); }
    void set_billing_address_1(std::string_view value) { set_text(FieldId::billing_address_1, value); }
    std::string get_billing_address_2() const { return text(FieldId::billing_address_2); }
    void set_billing_address_2(std::string_view value) { set_text(FieldId::billing_address_2, value); }
    std::string get_billing_city() const { return text(FieldId::billing_city); }
    void set_billing_city(std::string_view value) { set_text(FieldId::billing_city, value); }
    std::string get_billing_state() const { return text(FieldId::billing_state); }
    void set_billing_state(std::string_view value) { set_text(FieldId::billing_state, value); }
    std::string get_billing_postcode() const { return text(FieldId::billing_postcode); }
    void set_billing_postcode(std::string_view value) { set_text(FieldId::billing_postcode, value); }
    std::string get_billing_country() const { return text(FieldId::billing_country); }
    void set_billing_country(std::string_view value) { set_text(FieldId::billing_country, value); }
    std::string get_billing_email() const { return text(FieldId::billing_email); }
    void set_billing_email(std::string_view value) { set_text(FieldId::billing_email, value); }
    std::string get_billing_phone() const { return text(FieldId::billing_phone); }
    void set_billing_phone(std::string_view value) { set_text(FieldId::billing_phone, value); }

    std::string get_shipping_first_name() const { return text(FieldId::shipping_first_name); }
    void set_shipping_first_name(std::string_view value) { set_text(FieldId::shipping_first_name, value); }
    std::string get_shipping_last_name() const { return text(FieldId::shipping_last_name); }
    void set_shipping_last_name(std::string_view value) { set_text(FieldId::shipping_last_name, value); }
    std::string get_shipping_company() const { return text(FieldId::shipping_company); }
    void set_shipping_company(std::string_view value) { set_text(FieldId::shipping_company, value); }
    std::string get_shipping_address_1() const { return text(FieldId::shipping_address_1); }
    void set_shipping_address_1(std::string_view value) { set_text(FieldId::shipping_address_1, value); }
    std::string get_shipping_address_2() const { return text(FieldId::shipping_address_2); }
    void set_shipping_address_2(std::string_view value) { set_text(FieldId::shipping_address_2, value); }
    std::string get_shipping_city() const { return text(FieldId::shipping_city); }
    void set_shipping_city(std::string_view value) { set_text(FieldId::shipping_city, value); }
    std::string get_shipping_state() const { return text(FieldId::shipping_state); }
    void set_shipping_state(std::string_view value) { set_text(FieldId::shipping_state, value); }
    std::string get_shipping_postcode() const { return text(FieldId::shipping_postcode); }
    void set_shipping_postcode(std::string_view value) { set_text(FieldId::shipping_postcode, value); }
    std::string get_shipping_country() const { return text(FieldId::shipping_country); }
    void set_shipping_country(std::string_view value) { set_text(FieldId::shipping_country, value); }
    std::string get_shipping_phone() const { return text(FieldId::shipping_phone); }
    void set_shipping_phone(std::string_view value) { set_text(FieldId::shipping_phone, value); }

    /// `billing` has 11 parts, `shipping` 10 (no e-mail), by the name of the column; parts that are not set are empty.
    std::vector<std::pair<std::string_view, std::string>> get_address(std::string_view type = "billing") const {
        std::vector<std::pair<std::string_view, std::string>> parts;
        const HposRow row = type == "shipping" ? HposRow::shipping_address : HposRow::billing_address;
        for (const FieldSpec& spec : order_fields)
            if (spec.hpos_row == row && spec.id != FieldId::shipping_email)
                parts.emplace_back(spec.column, text(spec.id == FieldId::billing_address_email ? FieldId::billing_email : spec.id));
        return parts;
    }

    // ---- Refunds ----

    Decimal get_amount() const { return Decimal::of_prefix(raw_meta("_refund_amount")); }    ///< positive
    std::string get_reason() const { return raw_meta("_refund_reason"); }
    void set_reason(std::string reason) { detail::set_meta_row(record_.meta, "_refund_reason", std::move(reason)); }
    /// What the refund says of itself. Its total, by which refunds are counted, stays as it is.
    void set_amount(std::string_view amount) { detail::set_meta_row(record_.meta, "_refund_amount", detail::checked_amount("amount", amount)); }
    std::uint64_t get_refunded_by() const { return detail::to_number(raw_meta("_refunded_by")); }
    void set_refunded_by(std::uint64_t user) { detail::set_meta_row(record_.meta, "_refunded_by", fmt::format("{}", user)); }
    bool get_refunded_payment() const { return raw_meta("_refunded_payment") == "1"; }
    void set_refunded_payment(bool refunded) { detail::set_meta_row(record_.meta, "_refunded_payment", refunded ? "1" : ""); }

    // ---- By name: a property of WooCommerce's or a field of the mapping table ----

    /// The value's canonical text; `status` without `wc-`. Throws `ordo.order.unknown_field`.
    std::string get(std::string_view property) const {
        if (property == "status") return get_status();
        return text(known_property(property).id);
    }

    /// Sets from a text people write: amounts with a point, flags yes/no/true/false/1/0, ids as digits, dates as `parse_date`
    /// reads them (`zone`: for those without an offset); the empty text is no date. Throws `ordo.order.unknown_field`, `ordo.order.bad_value`.
    void set(std::string_view property, std::string_view value, const SiteZone* zone = nullptr) {
        if (property == "id" || property == "type") detail::refuse_value(property, "an order keeps it");
        if (is_refund() && property == "amount") return set_amount(value);
        if (is_refund() && property == "reason") return set_reason(std::string(value));
        const FieldSpec& spec = known_property(property);
        if (spec.id == FieldId::status) return set_status(value);
        switch (spec.type) {
            case FieldType::text: return set_text(spec.id, value);
            case FieldType::amount: return set_amount(spec.id, value);
            case FieldType::datetime: {
                if (value.empty()) return set_date(spec.id, std::nullopt);
                std::string why;
                const auto instant = parse_date(value, zone, why);
                if (!instant) detail::refuse_value(property, why, "2026-11-22, 2026-11-22 10:30:00 (the site's time), 2026-11-22T09:30:00Z, or Unix seconds");
                return set_date(spec.id, instant);
            }
            case FieldType::flag: {
                const auto canonical = canonicalize(spec, value);
                if (value.empty() || canonical->raw) detail::refuse_value(property, "not a flag", "yes or no");
                return set_flag(spec.id, canonical->text == "1");
            }
            case FieldType::id: {
                const auto canonical = canonicalize(spec, value);
                if (value.empty() || canonical->raw) detail::refuse_value(property, "not an id", "a whole number, 0 or more");
                return record_.set(spec.id, canonical);
            }
        }
    }

    // ---- Meta: what is no property. Internal keys (`_billing_email` …) give nothing here, but for the five flags. ----

    /// The first value of a key; the empty text if there is none.
    std::string get_meta(std::string_view key) const {
        if (const FieldSpec* alias = find_flag_alias(key)) return flag(alias->id) ? "1" : "";
        const auto row = find_internal_key(key) ? std::nullopt : detail::find_meta_row(record_.meta, key);
        return row ? record_.meta[*row].value.value_or("") : "";
    }
    /// All values of a key, in stored order.
    std::vector<std::string> get_meta_values(std::string_view key) const {
        std::vector<std::string> values;
        if (!find_internal_key(key))
            for (const MetaRow& row : record_.meta)
                if (row.key == key && row.value) values.push_back(*row.value);
        return values;
    }
    bool meta_exists(std::string_view key) const { return !find_internal_key(key) && detail::find_meta_row(record_.meta, key).has_value(); }
    /// All rows that are no internal key's, in stored order.
    std::vector<MetaRow> get_meta_data() const {
        std::vector<MetaRow> rows;
        for (const MetaRow& row : record_.meta)
            if (!find_internal_key(row.key)) rows.push_back(row);
        return rows;
    }
    /// `unique`: in place of every row of the key.
    void add_meta_data(std::string_view key, std::string value, bool unique = false) {
        if (set_flag_alias(key, value)) return;
        require_meta_key(key);
        if (unique) delete_meta_data(key);
        record_.meta.push_back({0, std::string(key), std::move(value)});
    }
    /// The first row of the key gets the value, further ones are removed.
    void update_meta_data(std::string_view key, std::string value) {
        if (set_flag_alias(key, value)) return;
        require_meta_key(key);
        detail::set_meta_row(record_.meta, key, std::move(value));
    }
    void delete_meta_data(std::string_view key) {
        if (!find_internal_key(key))
            std::erase_if(record_.meta, [&](const MetaRow& row) { return row.key == key; });
    }
    /// One row, by the handle that `get_meta_data` gives; false if there is none.
    bool delete_meta_data_by_row(std::uint64_t row) {
        return row != 0 && std::erase_if(record_.meta, [&](const MetaRow& meta) { return meta.row == row && !find_internal_key(meta.key); }) > 0;
    }

    // ---- Items. Views stay valid until items are added or removed. ----

    std::vector<OrderItem> get_items(std::initializer_list<std::string_view> types = {}) {
        std::vector<OrderItem> items;
        for (ItemRecord& item : record_.items)
            if (types.size() == 0 || std::find(types.begin(), types.end(), item.type) != types.end()) items.emplace_back(item);
        return items;
    }
    std::optional<OrderItem> get_item(std::uint64_t id) {
        for (ItemRecord& item : record_.items)
            if (id != 0 && item.id == id) return OrderItem(item);
        return std::nullopt;
    }
    /// The sum of the line items' quantities.
    Decimal get_item_count() const {
        Decimal count;
        for (const ItemRecord& item : record_.items)
            if (item.type == "line_item")
                if (const auto row = detail::find_meta_row(item.meta, "_qty")) count = count + Decimal::of_prefix(item.meta[*row].value.value_or(""));
        return count;
    }
    std::vector<std::string> get_coupon_codes() const {
        std::vector<std::string> codes;
        for (const ItemRecord& item : record_.items)
            if (item.type == "coupon") codes.push_back(item.name);
        return codes;
    }
    /// A line of a product; amounts as texts, before and after discounts.
    OrderItem add_product(std::string name, std::string_view quantity, std::string_view subtotal, std::string_view total,
                          std::uint64_t product = 0, std::uint64_t variation = 0, std::string tax_class = {}) {
        return add_item("line_item", std::move(name),
                        {{"_product_id", fmt::format("{}", product)}, {"_variation_id", fmt::format("{}", variation)},
                         {"_qty", detail::checked_amount("quantity", quantity)}, {"_tax_class", std::move(tax_class)},
                         {"_line_subtotal", detail::checked_amount("subtotal", subtotal)}, {"_line_subtotal_tax", "0"},
                         {"_line_total", detail::checked_amount("total", total)}, {"_line_tax", "0"},
                         {"_line_tax_data", "a:2:{s:5:\"total\";a:0:{}s:8:\"subtotal\";a:0:{}}"}});
    }
    OrderItem add_shipping(std::string title, std::string method, std::string_view total, std::string instance = {}) {
        return add_item("shipping", std::move(title),
                        {{"method_id", std::move(method)}, {"instance_id", std::move(instance)}, {"cost", detail::checked_amount("total", total)},
                         {"total_tax", "0"}, {"taxes", "a:1:{s:5:\"total\";a:0:{}}"}});
    }
    OrderItem add_fee(std::string name, std::string_view total, std::string tax_status = "taxable", std::string tax_class = {}) {
        return add_item("fee", std::move(name),
                        {{"_fee_amount", detail::checked_amount("amount", total)}, {"_tax_class", std::move(tax_class)}, {"_tax_status", std::move(tax_status)},
                         {"_line_total", detail::checked_amount("total", total)}, {"_line_tax", "0"}, {"_line_tax_data", "a:1:{s:5:\"total\";a:0:{}}"}});
    }
    OrderItem add_coupon(std::string code, std::string_view discount, std::string_view discount_tax = "0") {
        return add_item("coupon", std::move(code),
                        {{"discount_amount", detail::checked_amount("discount", discount)}, {"discount_amount_tax", detail::checked_amount("discount_tax", discount_tax)}});
    }
    /// Any type, with its meta as given.
    OrderItem add_item(std::string type, std::string name, std::vector<std::pair<std::string, std::string>> meta) {
        ItemRecord item{0, std::move(type), std::move(name), {}};
        for (auto& [key, value] : meta) item.meta.push_back({0, std::move(key), std::move(value)});
        return OrderItem(record_.items.emplace_back(std::move(item)));
    }
    /// False if the order has no such item.
    bool remove_item(std::uint64_t id) {
        return id != 0 && std::erase_if(record_.items, [&](const ItemRecord& item) { return item.id == id; }) > 0;
    }
    /// All items of a type; all there are without one.
    void remove_order_items(std::string_view type = {}) {
        std::erase_if(record_.items, [&](const ItemRecord& item) { return type.empty() || item.type == type; });
    }

    // ---- For the kernel, for filters of a save, and for whoever compares ----

    /// As it is now; notes are not part of it.
    const OrderRecord& record() const noexcept { return record_; }
    OrderRecord& record() noexcept { return record_; }
    /// As it was loaded or last saved.
    const OrderRecord& loaded() const noexcept { return loaded_; }
    const std::string& status_note() const noexcept { return status_note_; }

    std::string text(FieldId field) const {
        const auto value = record_.get(field);
        return value ? value->text : "";
    }
    std::uint64_t id(FieldId field) const { return detail::to_number(text(field)); }
    bool flag(FieldId field) const {
        const auto value = record_.get(field);
        return value && !value->raw && value->text == "1";
    }
    /// A text that is no number reads as WooCommerce's posts storage does: everything but digits, point and minus goes.
    Decimal amount(FieldId field) const {
        const auto value = record_.get(field);
        return !value ? Decimal{} : Decimal::of_prefix(value->raw ? format_decimal(value->text, ".") : value->text);
    }
    std::optional<UtcSeconds> date(FieldId field) const {
        const auto value = record_.get(field);
        return value && !value->raw ? parse_datetime(value->text) : std::nullopt;
    }
    void set_text(FieldId field, std::string_view value) { record_.set(field, FieldValue{std::string(value), false}); }
    void set_id(FieldId field, std::uint64_t value) { record_.set(field, FieldValue{fmt::format("{}", value), false}); }
    void set_flag(FieldId field, bool value) { record_.set(field, FieldValue{value ? "1" : "0", false}); }
    void set_amount(FieldId field, std::string_view value) {
        record_.set(field, FieldValue{detail::checked_amount(field_spec(field).name, value), false});
    }
    void set_date(FieldId field, std::optional<UtcSeconds> date) {
        if (date && !fits_datetime(*date)) detail::refuse_value(field_spec(field).name, "beyond the years 1 to 9999");
        record_.set(field, date ? std::optional{FieldValue{format_datetime(*date), false}} : std::nullopt);
    }

private:
    std::string raw_meta(std::string_view key) const {
        const auto row = detail::find_meta_row(record_.meta, key);
        return row ? record_.meta[*row].value.value_or("") : "";
    }
    static const FieldSpec& known_property(std::string_view name) {
        if (const FieldSpec* spec = find_property(name)) return *spec;
        throw Error(errc::order_unknown_field, fmt::format("an order has no property \"{}\"", name.substr(0, 64)),
                    "`ordo order fields` lists them; anything else is meta");
    }
    static void require_meta_key(std::string_view key) {
        if (key.empty()) detail::refuse_value("meta", "a key is not empty");
        if (const FieldSpec* spec = find_internal_key(key))
            detail::refuse_value(key, fmt::format("is the property {}, no meta", spec->name), fmt::format("set {} instead", spec->name));
        if (key == deletion_record_key) detail::refuse_value(key, "is a record of deleted orders, no meta");
    }
    bool set_flag_alias(std::string_view key, std::string_view value) {
        const FieldSpec* const alias = find_flag_alias(key);
        if (alias) set(alias->name, value.empty() ? "no" : value);
        return alias != nullptr;
    }

    OrderRecord loaded_, record_;
    std::string status_note_;
};

}  // namespace ordo
