/// The one mapping table of an order's fields: what each is called, which type it has, which HPOS column and which post
/// column or internal meta key hold it, how long it may be. Stores read, write and compare by it; the docs come from it.
/// Values are exchanged as *canonical text* of their type (see `canonicalize`). Constants and pure functions; any thread.
/// Source: WooCommerce 11's tables and internal meta keys.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include <ordo/decimal.hpp>
#include <ordo/time.hpp>
#include <ordo/types.hpp>

namespace ordo {

/// Ascending order of this enumeration is the order of fields in a record, an export and a comparison.
enum class FieldId : std::uint8_t {
    parent_order_id, status, currency, tax_amount, total_amount, customer_id, billing_email, date_created_gmt,
    date_updated_gmt, payment_method, payment_method_title, transaction_id, ip_address, user_agent, customer_note,
    billing_first_name, billing_last_name, billing_company, billing_address_1, billing_address_2, billing_city,
    billing_state, billing_postcode, billing_country, billing_address_email, billing_phone,
    shipping_first_name, shipping_last_name, shipping_company, shipping_address_1, shipping_address_2, shipping_city,
    shipping_state, shipping_postcode, shipping_country, shipping_email, shipping_phone,
    created_via, woocommerce_version, prices_include_tax, coupon_usages_are_counted, download_permission_granted,
    cart_hash, new_order_email_sent, order_key, order_stock_reduced, date_paid_gmt, date_completed_gmt,
    shipping_tax_amount, shipping_total_amount, discount_tax_amount, discount_total_amount, recorded_sales,
};

/// How a value is written in its canonical text.
enum class FieldType : std::uint8_t {
    text,      ///< the bytes themselves
    amount,    ///< a number of any length, one spelling per value: "12.5"; the empty text is 0
    id,        ///< 0 to 2^63-1 (PHP and SQLite hold no more) without leading zeros; the empty text is 0
    flag,      ///< "1" or "0"
    datetime,  ///< UTC, `YYYY-MM-DD HH:MM:SS`; the empty text and a zero date are no value
};

/// The row of the HPOS tables that a field is a column of.
enum class HposRow : std::uint8_t { order, billing_address, shipping_address, operational };

/// Where the posts storage keeps a field.
enum class PostsPlace : std::uint8_t {
    column,     ///< a column of `wp_posts`, never NULL there
    meta,       ///< a row of `wp_postmeta` under an internal key
    meta_copy,  ///< read from another field's meta row, never written: `_billing_email` serves two HPOS columns
};

/// How a flag is spelled in postmeta.
enum class FlagWords : std::uint8_t { yes_no, true_false };

/// What of a value may be shown to people other than the shop's own staff.
enum class Privacy : std::uint8_t { open, personal, secret };

struct FieldSpec {
    FieldId id;
    std::string_view name;      ///< in exports, faults and commands
    FieldType type;
    HposRow hpos_row;
    std::string_view column;    ///< of the HPOS row
    PostsPlace posts_place;
    std::string_view posts_key; ///< column of `wp_posts`, or meta key
    std::uint32_t length_max;   ///< texts: what the HPOS column holds; 0 for other types
    bool length_in_bytes;       ///< `text` columns count bytes, `varchar` columns characters
    Privacy privacy;
    FlagWords flag_words = FlagWords::yes_no;
};

namespace detail {
inline constexpr std::uint32_t text_bytes_max = 65535;

constexpr FieldSpec text(FieldId id, std::string_view name, HposRow row, std::string_view column, PostsPlace place,
                         std::string_view key, std::uint32_t characters, Privacy privacy) {
    return {id, name, FieldType::text, row, column, place, key, characters ? characters : text_bytes_max, characters == 0, privacy};
}
constexpr FieldSpec typed(FieldId id, FieldType type, std::string_view name, HposRow row, PostsPlace place,
                          std::string_view key, FlagWords words = FlagWords::yes_no) {
    return {id, name, type, row, name, place, key, 0, false, Privacy::open, words};
}
}  // namespace detail

/// All fields, ascending by id: `order_fields[static_cast<std::size_t>(id)]` is the field.
inline constexpr auto order_fields = [] {
    using enum FieldId;
    using enum HposRow;
    using enum PostsPlace;
    using detail::text;
    using detail::typed;
    constexpr auto amount = FieldType::amount;
    constexpr auto flag = FieldType::flag;
    constexpr auto datetime = FieldType::datetime;
    constexpr auto open = Privacy::open;
    constexpr auto personal = Privacy::personal;
    constexpr auto billing = billing_address;
    constexpr auto shipping = shipping_address;
    return std::to_array<FieldSpec>({
        typed(parent_order_id, FieldType::id, "parent_order_id", order, column, "post_parent"),
        text(status, "status", order, "status", column, "post_status", 20, open),
        text(currency, "currency", order, "currency", meta, "_order_currency", 10, open),
        typed(tax_amount, amount, "tax_amount", order, meta, "_order_tax"),
        typed(total_amount, amount, "total_amount", order, meta, "_order_total"),
        typed(customer_id, FieldType::id, "customer_id", order, meta, "_customer_user"),
        text(billing_email, "billing_email", order, "billing_email", meta, "_billing_email", 320, personal),
        typed(date_created_gmt, datetime, "date_created_gmt", order, column, "post_date_gmt"),
        typed(date_updated_gmt, datetime, "date_updated_gmt", order, column, "post_modified_gmt"),
        text(payment_method, "payment_method", order, "payment_method", meta, "_payment_method", 100, open),
        text(payment_method_title, "payment_method_title", order, "payment_method_title", meta, "_payment_method_title", 0, open),
        text(transaction_id, "transaction_id", order, "transaction_id", meta, "_transaction_id", 100, Privacy::secret),
        text(ip_address, "ip_address", order, "ip_address", meta, "_customer_ip_address", 100, personal),
        text(user_agent, "user_agent", order, "user_agent", meta, "_customer_user_agent", 0, personal),
        text(customer_note, "customer_note", order, "customer_note", column, "post_excerpt", 0, personal),

        text(billing_first_name, "billing_first_name", billing, "first_name", meta, "_billing_first_name", 0, personal),
        text(billing_last_name, "billing_last_name", billing, "last_name", meta, "_billing_last_name", 0, personal),
        text(billing_company, "billing_company", billing, "company", meta, "_billing_company", 0, personal),
        text(billing_address_1, "billing_address_1", billing, "address_1", meta, "_billing_address_1", 0, personal),
        text(billing_address_2, "billing_address_2", billing, "address_2", meta, "_billing_address_2", 0, personal),
        text(billing_city, "billing_city", billing, "city", meta, "_billing_city", 0, personal),
        text(billing_state, "billing_state", billing, "state", meta, "_billing_state", 0, personal),
        text(billing_postcode, "billing_postcode", billing, "postcode", meta, "_billing_postcode", 0, personal),
        text(billing_country, "billing_country", billing, "country", meta, "_billing_country", 0, personal),
        text(billing_address_email, "billing_address_email", billing, "email", meta_copy, "_billing_email", 320, personal),
        text(billing_phone, "billing_phone", billing, "phone", meta, "_billing_phone", 100, personal),

        text(shipping_first_name, "shipping_first_name", shipping, "first_name", meta, "_shipping_first_name", 0, personal),
        text(shipping_last_name, "shipping_last_name", shipping, "last_name", meta, "_shipping_last_name", 0, personal),
        text(shipping_company, "shipping_company", shipping, "company", meta, "_shipping_company", 0, personal),
        text(shipping_address_1, "shipping_address_1", shipping, "address_1", meta, "_shipping_address_1", 0, personal),
        text(shipping_address_2, "shipping_address_2", shipping, "address_2", meta, "_shipping_address_2", 0, personal),
        text(shipping_city, "shipping_city", shipping, "city", meta, "_shipping_city", 0, personal),
        text(shipping_state, "shipping_state", shipping, "state", meta, "_shipping_state", 0, personal),
        text(shipping_postcode, "shipping_postcode", shipping, "postcode", meta, "_shipping_postcode", 0, personal),
        text(shipping_country, "shipping_country", shipping, "country", meta, "_shipping_country", 0, personal),
        text(shipping_email, "shipping_email", shipping, "email", meta, "_shipping_email", 320, personal),
        text(shipping_phone, "shipping_phone", shipping, "phone", meta, "_shipping_phone", 100, personal),

        text(created_via, "created_via", operational, "created_via", meta, "_created_via", 100, open),
        text(woocommerce_version, "woocommerce_version", operational, "woocommerce_version", meta, "_order_version", 20, open),
        typed(prices_include_tax, flag, "prices_include_tax", operational, meta, "_prices_include_tax"),
        typed(coupon_usages_are_counted, flag, "coupon_usages_are_counted", operational, meta, "_recorded_coupon_usage_counts"),
        typed(download_permission_granted, flag, "download_permission_granted", operational, meta, "_download_permissions_granted"),
        text(cart_hash, "cart_hash", operational, "cart_hash", meta, "_cart_hash", 100, open),
        typed(new_order_email_sent, flag, "new_order_email_sent", operational, meta, "_new_order_email_sent", FlagWords::true_false),
        text(order_key, "order_key", operational, "order_key", meta, "_order_key", 100, Privacy::secret),
        typed(order_stock_reduced, flag, "order_stock_reduced", operational, meta, "_order_stock_reduced"),
        typed(date_paid_gmt, datetime, "date_paid_gmt", operational, meta, "_date_paid"),
        typed(date_completed_gmt, datetime, "date_completed_gmt", operational, meta, "_date_completed"),
        typed(shipping_tax_amount, amount, "shipping_tax_amount", operational, meta, "_order_shipping_tax"),
        typed(shipping_total_amount, amount, "shipping_total_amount", operational, meta, "_order_shipping"),
        typed(discount_tax_amount, amount, "discount_tax_amount", operational, meta, "_cart_discount_tax"),
        typed(discount_total_amount, amount, "discount_total_amount", operational, meta, "_cart_discount"),
        typed(recorded_sales, flag, "recorded_sales", operational, meta, "_recorded_sales"),
    });
}();

static_assert([] {
    for (std::size_t i = 0; i < order_fields.size(); ++i)
        if (static_cast<std::size_t>(order_fields[i].id) != i) return false;
    return true;
}(), "order_fields must be ascending by id, without a gap");

constexpr const FieldSpec& field_spec(FieldId id) noexcept { return order_fields[static_cast<std::size_t>(id)]; }

/// The field that a canonical name means; null if there is none.
inline const FieldSpec* find_field(std::string_view name) noexcept {
    for (const FieldSpec& spec : order_fields)
        if (spec.name == name) return &spec;
    return nullptr;
}

/// The field that an internal meta key holds (never the copy); null: the key is no internal key. Keys compare as bytes.
inline const FieldSpec* find_internal_key(std::string_view key) noexcept {
    if (key.size() < 8 || key.front() != '_') return nullptr;  // the shortest is `_cart_hash`, 10 bytes
    for (const FieldSpec& spec : order_fields)
        if (spec.posts_place == PostsPlace::meta && spec.posts_key == key) return &spec;
    return nullptr;
}

/// Meta keys that no canonical form holds, with the reason. They are copied with an order, never compared or exported.
struct DerivedKey {
    std::string_view key, reason;
};
inline constexpr std::array derived_meta_keys{
    DerivedKey{"_billing_address_index", "made from the billing address"},
    DerivedKey{"_shipping_address_index", "made from the shipping address"},
    DerivedKey{"_edit_lock", "says who has the order open in an editor"},
};

inline bool is_derived_key(std::string_view key) noexcept {
    for (const DerivedKey& derived : derived_meta_keys)
        if (derived.key == key) return true;
    return false;
}

/// Whether the short list of mirrored data names the field: what old plugins look for in posts. Addresses, operational
/// flags and the dates of payment and completion are not on it. Source: document 004, sections 7.1 and 7.2.
constexpr bool in_core_mirror(FieldId id) noexcept {
    if (field_spec(id).posts_place == PostsPlace::column) return true;
    for (const FieldId core : {FieldId::customer_id, FieldId::currency, FieldId::payment_method, FieldId::payment_method_title, FieldId::transaction_id,
                               FieldId::order_key, FieldId::total_amount, FieldId::tax_amount, FieldId::shipping_total_amount})
        if (core == id) return true;
    return false;
}

/// The record WooCommerce leaves in `wp_wc_orders_meta` when it deletes an order with synchronisation off. No order meta.
inline constexpr std::string_view deletion_record_key = "_deleted_from";

/// A value in the canonical text of its type. `raw`: the bytes do not parse as the type and stand as they were found.
struct FieldValue {
    std::string text;
    bool raw = false;
    friend bool operator==(const FieldValue&, const FieldValue&) = default;
};

/// The words that read as a flag, in any case of their letters.
inline constexpr std::array<std::string_view, 3> words_for_on{"1", "yes", "true"};
inline constexpr std::array<std::string_view, 4> words_for_off{"", "0", "no", "false"};

namespace detail {
inline std::optional<std::string> canonical_id(std::string_view text) {
    if (text.empty()) return "0";
    for (const char c : text)
        if (!is_digit(c)) return std::nullopt;
    const std::size_t first = text.find_first_not_of('0');
    if (first == std::string_view::npos) return "0";
    text.remove_prefix(first);
    constexpr std::string_view largest = "9223372036854775807";
    if (text.size() > largest.size() || (text.size() == largest.size() && text > largest)) return std::nullopt;
    return std::string(text);
}

inline bool equals_ignoring_case(std::string_view text, std::string_view lower) noexcept {
    if (text.size() != lower.size()) return false;
    for (std::size_t i = 0; i < text.size(); ++i) {
        const char c = text[i] >= 'A' && text[i] <= 'Z' ? static_cast<char>(text[i] - 'A' + 'a') : text[i];
        if (c != lower[i]) return false;
    }
    return true;
}

inline std::optional<std::string> canonical_flag(std::string_view text) {
    for (const std::string_view word : words_for_on)
        if (equals_ignoring_case(text, word)) return "1";
    for (const std::string_view word : words_for_off)
        if (equals_ignoring_case(text, word)) return "0";
    return std::nullopt;
}
}  // namespace detail

/// How a stored date is spelled: as the column of a table, or as WooCommerce's Unix time in postmeta.
enum class DateSpelling : std::uint8_t { datetime, unix_time };

/// The canonical value of stored bytes. NULL, and an empty or zero date, are no value (`nullopt`).
/// Bytes that do not parse as the type come back as they are, with `raw` set.
inline std::optional<FieldValue> canonicalize(const FieldSpec& spec, BytesView stored,
                                              DateSpelling spelling = DateSpelling::datetime) {
    if (!stored) return std::nullopt;
    std::optional<std::string> value;
    switch (spec.type) {
        case FieldType::text: return FieldValue{std::string(*stored), false};
        case FieldType::amount: value = canonical_number(*stored); break;
        case FieldType::id: value = detail::canonical_id(*stored); break;
        case FieldType::flag: value = detail::canonical_flag(*stored); break;
        case FieldType::datetime: {
            if (stored->empty() || (spelling == DateSpelling::datetime && *stored == zero_datetime)) return std::nullopt;
            const auto instant = spelling == DateSpelling::unix_time ? parse_unix_time(*stored) : parse_datetime(*stored);
            if (instant) value = format_datetime(*instant);
            break;
        }
    }
    return value ? FieldValue{std::move(*value), false} : FieldValue{std::string(*stored), true};
}

/// The longest prefix of whole UTF-8 characters within a column's limit. Bytes that are no UTF-8 count as a character each.
inline std::string_view fitting_prefix(std::string_view text, std::uint32_t length_max, bool in_bytes) noexcept {
    if (text.size() <= length_max) return text;
    std::size_t at = 0;
    for (std::uint32_t characters = 0; at < text.size() && (in_bytes || characters < length_max); ++characters) {
        std::size_t next = at + 1;
        while (next < text.size() && next - at < 4 && (static_cast<unsigned char>(text[next]) & 0xC0U) == 0x80U) ++next;
        if (in_bytes && next > length_max) break;
        at = next;
    }
    return text.substr(0, at);
}

/// Which rule a value broke when a store could not hold it.
enum class Rule : std::uint8_t {
    not_a_number, not_an_id, not_a_flag, not_a_date, out_of_range, too_many_decimals, too_long, repeated_internal_key,
    reserved_key, not_nullable, one_key_for_two_columns, store_refused,
};

constexpr std::string_view to_string(Rule rule) noexcept {
    switch (rule) {
        case Rule::not_a_number: return "not_a_number";
        case Rule::not_an_id: return "not_an_id";
        case Rule::not_a_flag: return "not_a_flag";
        case Rule::not_a_date: return "not_a_date";
        case Rule::out_of_range: return "out_of_range";
        case Rule::too_many_decimals: return "too_many_decimals";
        case Rule::too_long: return "too_long";
        case Rule::repeated_internal_key: return "repeated_internal_key";
        case Rule::reserved_key: return "reserved_key";
        case Rule::not_nullable: return "not_nullable";
        case Rule::one_key_for_two_columns: return "one_key_for_two_columns";
        case Rule::store_refused: return "store_refused";
    }
    return "store_refused";
}

/// What goes into an HPOS column for a canonical value, and the rule it broke if the column cannot hold all of it.
struct ColumnValue {
    Bytes stored;
    std::optional<Rule> broken;
};

/// The column's reading is WooCommerce's own migration's: a number's longest prefix, a false flag, no date, the longest
/// prefix of whole characters.
inline ColumnValue to_column(const FieldSpec& spec, const std::optional<FieldValue>& value) {
    if (!value) return {};
    const std::string& text = value->text;
    switch (spec.type) {
        case FieldType::text: {
            const std::string_view fitting = fitting_prefix(text, spec.length_max, spec.length_in_bytes);
            return {std::string(fitting), fitting.size() < text.size() ? std::optional{Rule::too_long} : std::nullopt};
        }
        case FieldType::amount: {
            if (value->raw) return {Decimal::of_prefix(text).to_fixed(), Rule::not_a_number};
            const auto amount = Decimal::parse(text);
            if (!amount) return {Decimal{}.to_fixed(), Rule::out_of_range};
            return {amount->to_fixed(), amount->to_string() == text ? std::nullopt : std::optional{Rule::too_many_decimals}};
        }
        case FieldType::id: {
            if (!value->raw) return {text, std::nullopt};
            std::size_t digits = 0;
            while (digits < text.size() && detail::is_digit(text[digits])) ++digits;
            return {detail::canonical_id(std::string_view(text).substr(0, digits)).value_or("0"), Rule::not_an_id};
        }
        case FieldType::flag:
            return value->raw ? ColumnValue{"0", Rule::not_a_flag} : ColumnValue{text, std::nullopt};
        case FieldType::datetime:
            return value->raw ? ColumnValue{std::nullopt, Rule::not_a_date} : ColumnValue{text, std::nullopt};
    }
    return {};
}

/// How the posts storage spells a canonical value in postmeta. A raw value is its own spelling.
inline std::string to_postmeta(const FieldSpec& spec, const FieldValue& value) {
    if (value.raw) return value.text;
    if (spec.type == FieldType::flag) {
        const bool on = value.text == "1";
        if (spec.flag_words == FlagWords::true_false) return on ? "true" : "false";
        return on ? "yes" : "no";
    }
    if (spec.type == FieldType::datetime) {
        const auto instant = parse_datetime(value.text);
        return instant ? std::to_string(instant->time_since_epoch().count()) : value.text;
    }
    return value.text;
}

/// A value as it may stand in a log, an error or a difference: amounts, states and dates as they are, personal data
/// and secrets as their length only.
inline std::string masked(Privacy privacy, const std::optional<FieldValue>& value) {
    if (!value) return "NULL";
    const bool shown = privacy == Privacy::open && value->text.size() <= 64 &&
                       (!value->raw || value->text.find_first_not_of("0123456789.,+-eE :") == std::string::npos);
    return shown ? "\"" + value->text + "\"" : fmt::format("({} bytes)", value->text.size());
}

}  // namespace ordo
