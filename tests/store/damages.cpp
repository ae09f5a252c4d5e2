/// See damages.hpp.
#include "tests/store/damages.hpp"

#include <algorithm>
#include <set>

#include <fmt/format.h>

namespace ordo::test {
namespace {

// Where a value stands.

const std::string of_orders = "post_id IN (SELECT ID FROM wp_posts WHERE post_type IN ('shop_order', 'shop_order_refund') AND post_status <> 'auto-draft')";

Place in_order(const std::string& column) { return {"wp_wc_orders", "id", "id", column, "1 = 1"}; }
Place in_address(const std::string& type, const std::string& column) { return {"wp_wc_order_addresses", "id", "order_id", column, "address_type = '" + type + "'"}; }
Place in_operational(const std::string& column) { return {"wp_wc_order_operational_data", "id", "order_id", column, "1 = 1"}; }
Place in_meta(const std::string& key) { return {"wp_wc_orders_meta", "id", "order_id", "meta_value", "meta_key = '" + key + "'"}; }
Place in_meta_keys() { return {"wp_wc_orders_meta", "id", "order_id", "meta_key", "meta_key NOT LIKE '%index' AND meta_key <> '_lab_dup'"}; }
Place in_post(const std::string& column) { return {"wp_posts", "ID", "ID", column, "post_type IN ('shop_order', 'shop_order_refund') AND post_status NOT IN ('auto-draft', 'trash')"}; }
Place in_postmeta(const std::string& key) { return {"wp_postmeta", "meta_id", "post_id", "meta_value", "meta_key = '" + key + "' AND " + of_orders}; }

// What becomes of a value.

Change becomes(const Bytes& value) {
    return [value](const Bytes& held) { return held && !held->empty() ? value : held; };
}
/// Only of NULL.
Change nothing_becomes(const std::string& value) {
    return [value](const Bytes& held) { return held ? held : Bytes{value}; };
}
/// Only of the empty text.
Change empty_becomes_nothing() {
    return [](const Bytes& held) { return held && held->empty() ? Bytes{} : held; };
}
Change replaced(const std::string& part, const std::string& by) {
    return [part, by](const Bytes& held) {
        Bytes value = held;
        for (std::size_t at = 0; value && (at = value->find(part, at)) != std::string::npos; at += by.size()) value->replace(at, part.size(), by);
        return value;
    };
}
Change replaced_all(const std::vector<std::pair<std::string, std::string>>& pairs) {
    return [pairs](const Bytes& held) {
        Bytes value = held;
        for (const auto& [part, by] : pairs) value = replaced(part, by)(value);
        return value;
    };
}
Change cut(std::uint32_t bytes) {
    return [bytes](const Bytes& held) { return held ? Bytes{fitting_prefix(*held, bytes, true)} : held; };
}
Change followed_by(const std::string& tail) {
    return [tail](const Bytes& held) { return held && !held->empty() ? Bytes{*held + tail} : held; };
}
/// The first letter in the other case.
Change in_other_case() {
    return [](const Bytes& held) {
        Bytes value = held;
        if (!value) return value;
        for (char& c : *value) {
            const bool letter = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
            if (!letter) continue;
            c = static_cast<char>(c ^ 0x20);
            break;
        }
        return value;
    };
}
/// UTF-8 that was taken for Latin-1 and encoded again.
Change encoded_twice() {
    return [](const Bytes& held) {
        Bytes value = held;
        if (!value) return value;
        value->clear();
        for (const char c : *held) {
            const auto byte = static_cast<unsigned char>(c);
            if (byte < 0x80) *value += c;
            else *value += {static_cast<char>(0xC0U | (byte >> 6U)), static_cast<char>(0x80U | (byte & 0x3FU))};
        }
        return value;
    };
}
Change later_by(std::chrono::seconds seconds) {
    return [seconds](const Bytes& held) {
        const auto instant = held ? parse_datetime(*held) : std::nullopt;
        return instant ? Bytes{format_datetime(*instant + seconds)} : held;
    };
}
Change unix_time_later_by(long seconds) {
    return [seconds](const Bytes& held) {
        const bool digits = held && !held->empty() && held->size() < 11 && held->find_first_not_of("0123456789") == std::string::npos;
        return digits ? Bytes{std::to_string(std::stol(*held) + seconds)} : held;
    };
}
Change flipped() {
    return [](const Bytes& held) { return held ? Bytes{*held == "1" ? "0" : "1"} : held; };
}

const std::vector<std::pair<std::string, std::string>> decomposed{{"á", "a\xCC\x81"}, {"é", "e\xCC\x81"}, {"í", "i\xCC\x81"}, {"ý", "y\xCC\x81"}, {"č", "c\xCC\x8C"},
                                                                  {"ř", "r\xCC\x8C"}, {"š", "s\xCC\x8C"}, {"ž", "z\xCC\x8C"}, {"ě", "e\xCC\x8C"}, {"ü", "u\xCC\x88"}, {"ö", "o\xCC\x88"}};
const std::vector<std::pair<std::string, std::string>> without_accents{{"á", "a"}, {"é", "e"}, {"í", "i"}, {"ý", "y"}, {"č", "c"}, {"ř", "r"},
                                                                       {"š", "s"}, {"ž", "z"}, {"ě", "e"}, {"ü", "u"}, {"ö", "o"}};

/// Damage to one value of a field.
Damage value(const std::string& name, const std::string& what, const std::string& field, Place place, Change change) {
    return {name, what, {"{id} field " + field}, std::move(place), std::move(change)};
}
/// Damage to one row of custom meta.
Damage meta(const std::string& name, const std::string& what, const std::string& key, Change change) {
    return {name, what, {"{id} meta_value " + key}, in_meta(key), std::move(change)};
}
Damage rows(const std::string& name, const std::string& what, std::vector<std::string> findings, std::vector<std::string> sql, const std::string& pick = "") {
    return {name, what, std::move(findings), {}, {}, pick, std::move(sql)};
}

const std::string refunds = "SELECT id FROM wp_wc_orders WHERE type = 'shop_order_refund' AND status = 'wc-completed' ORDER BY id";
const std::string with_overflow_total = "SELECT order_id FROM wp_ordo_overflow WHERE name = 'total_amount' ORDER BY order_id";
const std::string with_overflow_phone = "SELECT order_id FROM wp_ordo_overflow WHERE name = 'billing_phone' ORDER BY order_id";
const std::string with_overflow_meta = "SELECT order_id FROM wp_ordo_overflow WHERE name = '_lab_70k_utf8' ORDER BY order_id";
const std::string with_overflow_rank = "SELECT order_id FROM wp_ordo_overflow WHERE name = '_billing_city' AND order_id NOT IN (SELECT order_id FROM wp_ordo_overflow WHERE name = '_transaction_id') ORDER BY order_id";
const std::string with_equal_keys = "SELECT order_id FROM wp_wc_orders_meta WHERE meta_key = '_lab_dup' GROUP BY order_id HAVING COUNT(DISTINCT meta_value) > 1 ORDER BY order_id";
const std::string plain = "SELECT o.id FROM wp_wc_orders o WHERE o.type = 'shop_order' AND o.status NOT IN ('trash') AND NOT EXISTS (SELECT 1 FROM wp_wc_orders c WHERE c.parent_order_id = o.id) "
                          "AND NOT EXISTS (SELECT 1 FROM wp_ordo_overflow v WHERE v.order_id = o.id) AND EXISTS (SELECT 1 FROM wp_wc_orders_meta m WHERE m.order_id = o.id AND m.meta_key = '_lab_case') ORDER BY o.id";

}  // namespace

std::vector<Damage> damages_of_hpos() {
    using namespace std::chrono_literals;
    std::vector<Damage> all{
        // The order's row
        value("amount_changed", "an amount is another", "total_amount", in_order("total_amount"), becomes("1.00000000")),
        value("amount_by_its_eighth_decimal", "an amount differs by 0.00000001", "total_amount", in_order("total_amount"),
              [](const Bytes& held) { return held && held->ends_with("0") ? Bytes{held->substr(0, held->size() - 1) + "1"} : held; }),
        value("amount_without_its_sign", "a refund's amount is positive", "total_amount", in_order("total_amount"),
              [](const Bytes& held) { return held && held->starts_with("-") ? Bytes{held->substr(1)} : held; }),
        value("amount_lost", "an amount is NULL", "tax_amount", in_order("tax_amount"), becomes(std::nullopt)),
        value("status_changed", "another status", "status", in_order("status"), replaced("wc-completed", "wc-processing")),
        value("status_without_its_prefix", "`completed` instead of `wc-completed`", "status", in_order("status"), replaced("wc-completed", "completed")),
        value("trashed_in_the_backup", "the backup has the order in the trash", "status", in_order("status"), replaced("wc-on-hold", "trash")),
        value("not_trashed_in_the_backup", "only the backup does not have it in the trash", "status", in_order("status"), replaced("trash", "wc-pending")),
        {"auto_draft_in_the_backup", "the backup has an auto-draft under the order's id", {"{id} missing"}, in_order("status"), replaced("wc-failed", "auto-draft")},
        value("currency_changed", "another currency", "currency", in_order("currency"), becomes("XXX")),
        value("currency_in_lower_case", "`eur` for `EUR`: equal by collation", "currency", in_order("currency"), in_other_case()),
        value("currency_lost", "the currency is NULL", "currency", in_order("currency"), becomes(std::nullopt)),
        value("customer_changed", "another customer", "customer_id", in_order("customer_id"), becomes("77777")),
        value("customer_lost", "the customer is NULL", "customer_id", in_order("customer_id"), becomes(std::nullopt)),
        value("nobody_became_a_guest", "customer 0 where there was none", "customer_id", in_order("customer_id"), nothing_becomes("0")),
        value("email_changed", "another e-mail address", "billing_email", in_order("billing_email"), becomes("somebody@example.test")),
        value("date_created_by_an_hour", "created an hour later: a time zone applied twice", "date_created_gmt", in_order("date_created_gmt"), later_by(1h)),
        value("date_updated_by_a_second", "modified a second later", "date_updated_gmt", in_order("date_updated_gmt"), later_by(1s)),
        value("date_lost", "the date of creation is NULL", "date_created_gmt", in_order("date_created_gmt"), becomes(std::nullopt)),
        value("parent_changed", "a refund of another order", "parent_order_id", in_order("parent_order_id"), replaced_all({{"1", "2"}, {"3", "4"}})),
        value("parent_lost", "a refund of no order", "parent_order_id", in_order("parent_order_id"), [](const Bytes& held) { return held != "0" ? Bytes{"0"} : held; }),
        value("payment_method_changed", "another way to pay", "payment_method", in_order("payment_method"), becomes("bacs2")),
        value("payment_title_lost", "its title is NULL", "payment_method_title", in_order("payment_method_title"), becomes(std::nullopt)),
        value("transaction_cut", "a transaction id cut short", "transaction_id", in_order("transaction_id"), cut(8)),
        value("ip_address_changed", "another IP address", "ip_address", in_order("ip_address"), becomes("127.0.0.9")),
        value("user_agent_cut", "a user agent cut short", "user_agent", in_order("user_agent"), cut(10)),
        value("note_changed", "another customer note", "customer_note", in_order("customer_note"), becomes("another note")),
        value("nothing_for_empty", "NULL instead of the empty text", "customer_note", in_order("customer_note"), empty_becomes_nothing()),
        rows("type_in_other_case", "`Shop_Order`: equal by collation", {"{id} type type"}, {"UPDATE wp_wc_orders SET type = 'Shop_Order' WHERE id = {id}"}, plain),
        rows("type_changed", "a refund became an order", {"{id} type type"}, {"UPDATE wp_wc_orders SET type = 'shop_order' WHERE id = {id}"}, refunds),
        rows("type_unknown", "a type nobody knows", {"{id} type type"}, {"UPDATE wp_wc_orders SET type = 'shop_odrer' WHERE id = {id}"}),
        rows("type_lost", "the type is NULL: no order to anybody, and its id is taken", {"{id} missing", "{id} unknown_row wp_wc_orders.type"},
             {"UPDATE wp_wc_orders SET type = NULL WHERE id = {id}"}),
        // Addresses
        value("city_changed", "another city", "billing_city", in_address("billing", "city"), becomes("Elsewhere")),
        value("letter_case_changed", "a letter in the other case", "billing_first_name", in_address("billing", "first_name"), in_other_case()),
        value("trailing_blank_added", "a blank at the end: equal by collation", "billing_last_name", in_address("billing", "last_name"), followed_by(" ")),
        value("encoded_twice", "UTF-8 taken for Latin-1 and encoded again", "billing_last_name", in_address("billing", "last_name"), encoded_twice()),
        value("accents_lost", "`á` became `a`: equal by collation", "shipping_last_name", in_address("shipping", "last_name"), replaced_all(without_accents)),
        value("letters_decomposed", "`á` became `a` and an accent: equal to the eye", "shipping_city", in_address("shipping", "city"), replaced_all(decomposed)),
        value("postcode_lost", "a postcode is NULL", "billing_postcode", in_address("billing", "postcode"), becomes(std::nullopt)),
        value("phone_cut", "a phone number cut short", "billing_phone", in_address("billing", "phone"), cut(5)),
        value("empty_for_nothing", "the empty text instead of NULL", "shipping_phone", in_address("shipping", "phone"), nothing_becomes("")),
        value("address_email_changed", "the address' e-mail differs from the order's", "billing_address_email", in_address("billing", "email"), becomes("other@example.test")),
        rows("billing_address_lost", "no billing row", {"{id} field billing_*"}, {"DELETE FROM wp_wc_order_addresses WHERE order_id = {id} AND address_type = 'billing'"}),
        rows("shipping_address_lost", "no shipping row", {"{id} field shipping_*"}, {"DELETE FROM wp_wc_order_addresses WHERE order_id = {id} AND address_type = 'shipping'"},
             "SELECT order_id FROM wp_wc_order_addresses WHERE address_type = 'shipping' AND city <> '' ORDER BY order_id"),
        rows("addresses_swapped", "billing and shipping exchanged", {"{id} field *"},
             {"UPDATE wp_wc_order_addresses SET address_type = 'swap' WHERE order_id = {id} AND address_type = 'billing'",
              "UPDATE wp_wc_order_addresses SET address_type = 'billing' WHERE order_id = {id} AND address_type = 'shipping'",
              "UPDATE wp_wc_order_addresses SET address_type = 'shipping' WHERE order_id = {id} AND address_type = 'swap'"}),
        rows("address_of_another_order", "a billing row moved to another order", {"{id} field billing_*", "{other} duplicate_row wp_wc_order_addresses.billing"},
             {"UPDATE wp_wc_order_addresses SET order_id = {other} WHERE order_id = {id} AND address_type = 'billing'"}),
        rows("billing_address_doubled", "a second billing row (the unique key is gone)", {"{id} duplicate_row wp_wc_order_addresses.billing"},
             {"INSERT INTO wp_wc_order_addresses (order_id, address_type, city) VALUES ({id}, 'billing', 'Twice')"}),
        rows("shipping_address_doubled", "a second and a third shipping row", {"{id} duplicate_row wp_wc_order_addresses.shipping"},
             {"INSERT INTO wp_wc_order_addresses (order_id, address_type) VALUES ({id}, 'shipping'), ({id}, 'shipping')"}),
        rows("address_of_an_unknown_type", "an address that is neither billing nor shipping", {"{id} unknown_row wp_wc_order_addresses.invoice"},
             {"INSERT INTO wp_wc_order_addresses (order_id, address_type, city) VALUES ({id}, 'invoice', 'Nowhere')"}),
        rows("address_without_a_type", "an address whose type is NULL", {"{id} unknown_row wp_wc_order_addresses"},
             {"INSERT INTO wp_wc_order_addresses (order_id, address_type, city) VALUES ({id}, NULL, 'Nowhere')"}),
        rows("address_type_in_other_case", "`Billing`: equal by collation, read by nobody", {"{id} unknown_row wp_wc_order_addresses.Billing", "{id} field billing_*"},
             {"UPDATE wp_wc_order_addresses SET address_type = 'Billing' WHERE order_id = {id} AND address_type = 'billing'"}),
        // Operational data
        value("created_via_changed", "made by another program", "created_via", in_operational("created_via"), becomes("nobody")),
        value("version_changed", "of another version", "woocommerce_version", in_operational("woocommerce_version"), becomes("1.0.0")),
        value("flag_flipped", "a yes is a no", "order_stock_reduced", in_operational("order_stock_reduced"), flipped()),
        value("flag_lost", "a flag is NULL", "prices_include_tax", in_operational("prices_include_tax"), becomes(std::nullopt)),
        value("paid_by_an_hour", "paid an hour later", "date_paid_gmt", in_operational("date_paid_gmt"), later_by(1h)),
        value("completed_date_lost", "not completed any more", "date_completed_gmt", in_operational("date_completed_gmt"), becomes(std::nullopt)),
        value("order_key_changed", "another order key", "order_key", in_operational("order_key"), becomes("wc_order_another")),
        value("cart_hash_cut", "a hash cut short", "cart_hash", in_operational("cart_hash"), cut(16)),
        value("shipping_amount_changed", "another price of shipping", "shipping_total_amount", in_operational("shipping_total_amount"), becomes("3.21000000")),
        value("discount_lost", "the discount is NULL", "discount_total_amount", in_operational("discount_total_amount"), becomes(std::nullopt)),
        rows("operational_data_lost", "no operational row", {"{id} field *"}, {"DELETE FROM wp_wc_order_operational_data WHERE order_id = {id}"}),
        rows("operational_data_doubled", "a second operational row (the unique key is gone)", {"{id} duplicate_row wp_wc_order_operational_data"},
             {"INSERT INTO wp_wc_order_operational_data (order_id, created_via) VALUES ({id}, 'twice')"}),
        // Meta
        meta("meta_value_changed", "another value", "_lab_case", becomes("another")),
        meta("meta_nothing_for_text", "a value is NULL", "_lab_num", becomes(std::nullopt)),
        meta("meta_empty_for_nothing", "the empty text instead of NULL", "_lab_sql_null", nothing_becomes("")),
        meta("meta_nothing_for_empty", "NULL instead of the empty text", "_lab_empty", empty_becomes_nothing()),
        meta("backslash_lost", "a backslash stripped", "_lab_slash", replaced("\\", "")),
        meta("backslash_doubled", "a backslash doubled", "_lab_slash", replaced("\\", "\\\\")),
        meta("line_ends_changed", "CR LF instead of LF", "_lab_newlines", replaced("\n", "\r\n\r\n")),
        meta("characters_became_question_marks", "4-byte characters and others became `?`", "_lab_unicode",
             [](const Bytes& held) {
                 Bytes damaged = held ? Bytes{std::string()} : held;
                 for (const char c : held.value_or("")) *damaged += static_cast<unsigned char>(c) < 0x80 ? c : '?';
                 return damaged;
             }),
        meta("serialised_text_changed", "serialised PHP with another number of elements", "_lab_array", replaced("a:", "a:1")),
        meta("long_value_cut", "a long value cut short", "_lab_big", cut(255)),
        meta("number_spelled_anew", "`1.50` became `1.5`: custom meta are bytes", "_lab_float",
             [](const Bytes& held) { return held && !held->empty() ? Bytes{*held + "0"} : held; }),
        {"meta_key_in_other_case", "a key in another case: equal by collation", {"{id} meta_missing *", "{id} meta_extra *"}, in_meta_keys(), in_other_case()},
        {"meta_key_with_a_blank", "a key with a blank at the end: equal by collation", {"{id} meta_missing *", "{id} meta_extra *"}, in_meta_keys(), followed_by(" ")},
        rows("meta_row_lost", "a row is gone", {"{id} meta_missing _lab_case"}, {"DELETE FROM wp_wc_orders_meta WHERE order_id = {id} AND meta_key = '_lab_case'"}),
        rows("meta_row_added", "a row nobody has written", {"{id} meta_extra _uninvited"},
             {"INSERT INTO wp_wc_orders_meta (order_id, meta_key, meta_value) VALUES ({id}, '_uninvited', 'x')"}),
        rows("meta_row_doubled", "the same row twice", {"{id} meta_extra _lab_case"},
             {"INSERT INTO wp_wc_orders_meta (order_id, meta_key, meta_value) SELECT order_id, meta_key, meta_value FROM wp_wc_orders_meta WHERE order_id = {id} AND meta_key = '_lab_case'"}),
        rows("one_of_equal_keys_lost", "one of several rows of a key is gone", {"{id} meta_missing _lab_dup", "{id} meta_value *"},
             {"DELETE FROM wp_wc_orders_meta WHERE order_id = {id} AND meta_key = '_lab_dup' AND meta_value = 'dup-2'"}, with_equal_keys),
        rows("order_of_equal_keys_changed", "the rows of a key in another order", {"{id} meta_value _lab_dup"},
             {"UPDATE wp_wc_orders_meta SET meta_value = 'swap' WHERE order_id = {id} AND meta_key = '_lab_dup' AND meta_value = 'dup-2'",
              "UPDATE wp_wc_orders_meta SET meta_value = 'dup-2' WHERE order_id = {id} AND meta_key = '_lab_dup' AND meta_value = 'dup-3'",
              "UPDATE wp_wc_orders_meta SET meta_value = 'dup-3' WHERE order_id = {id} AND meta_key = '_lab_dup' AND meta_value = 'swap'"}, with_equal_keys),
        rows("meta_of_another_order", "a row moved to another order", {"{id} meta_missing _lab_case", "{other} meta_extra _lab_case"},
             {"UPDATE wp_wc_orders_meta SET order_id = {other} WHERE order_id = {id} AND meta_key = '_lab_case'"}),
        rows("all_meta_lost", "no meta at all", {"{id} meta_missing *"}, {"DELETE FROM wp_wc_orders_meta WHERE order_id = {id}"}),
        rows("internal_key_in_meta", "a field's own key among the custom meta", {"{id} meta_extra _order_shipping"},
             {"INSERT INTO wp_wc_orders_meta (order_id, meta_key, meta_value) VALUES ({id}, '_order_shipping', '5')"}),
        // Whole orders
        rows("order_row_lost", "the order's row is gone, its other rows stay", {"{id} missing"}, {"DELETE FROM wp_wc_orders WHERE id = {id}"}),
        rows("order_lost", "nothing of the order is left", {"{id} missing"},
             {"DELETE FROM wp_wc_orders WHERE id = {id}", "DELETE FROM wp_wc_order_addresses WHERE order_id = {id}",
              "DELETE FROM wp_wc_order_operational_data WHERE order_id = {id}", "DELETE FROM wp_wc_orders_meta WHERE order_id = {id}"}),
        rows("refund_lost", "a refund is gone", {"{id} missing"}, {"DELETE FROM wp_wc_orders WHERE id = {id}"}, refunds),
        rows("order_added", "an order nobody has made", {"{free} extra"}, {"INSERT INTO wp_wc_orders (id, type, status) VALUES ({free}, 'shop_order', 'wc-pending')"}),
        rows("order_renumbered", "the order stands under another id", {"{id} missing", "{free} extra"},
             {"UPDATE wp_wc_orders SET id = {free} WHERE id = {id}", "UPDATE wp_wc_order_addresses SET order_id = {free} WHERE order_id = {id}",
              "UPDATE wp_wc_order_operational_data SET order_id = {free} WHERE order_id = {id}", "UPDATE wp_wc_orders_meta SET order_id = {free} WHERE order_id = {id}"}),
        rows("placeholder_for_a_post", "the authoritative post became a placeholder", {"{id} extra"}, {"UPDATE wp_posts SET post_type = 'shop_order_placehold' WHERE ID = {id}"}),
        rows("parent_gone", "the refunded order is in neither store", {"{id} parent_missing parent_order_id"},
             {"UPDATE wp_wc_orders SET parent_order_id = {free} WHERE id = {id}", "UPDATE wp_posts SET post_parent = {free} WHERE ID = {id}"}, refunds),
        // Rows without their order
        rows("orphaned_address", "an address of no order", {"{free} orphan_row wp_wc_order_addresses.billing"},
             {"INSERT INTO wp_wc_order_addresses (order_id, address_type, city) VALUES ({free}, 'billing', 'Nowhere')"}),
        rows("orphaned_operational_data", "operational data of no order", {"{free} orphan_row wp_wc_order_operational_data"},
             {"INSERT INTO wp_wc_order_operational_data (order_id, created_via) VALUES ({free}, 'nobody')"}),
        rows("orphaned_meta", "meta of no order", {"{free} orphan_row wp_wc_orders_meta"},
             {"INSERT INTO wp_wc_orders_meta (order_id, meta_key, meta_value) VALUES ({free}, 'a', 'b'), ({free}, 'c', 'd')"}),
        rows("operational_data_without_an_id", "operational data that name no order", {"0 orphan_row wp_wc_order_operational_data"},
             {"INSERT INTO wp_wc_order_operational_data (order_id, created_via) VALUES (NULL, 'nobody')"}),
        rows("meta_without_an_id", "meta that name no order", {"0 orphan_row wp_wc_orders_meta"},
             {"INSERT INTO wp_wc_orders_meta (order_id, meta_key, meta_value) VALUES (NULL, 'a', 'b'), (0, 'a', 'b')"}),
        rows("orphaned_items", "items of an order that no store has", {"{free} orphan_row wp_woocommerce_order_items"},
             {"INSERT INTO wp_woocommerce_order_items (order_item_name, order_item_type, order_id) VALUES ('a thing', 'line_item', {free})"}),
        rows("orphaned_note", "a note of an order that no store has", {"{free} orphan_row wp_comments"},
             {"INSERT INTO wp_comments (comment_post_ID, comment_author, comment_content, comment_type) VALUES ({free}, 'WooCommerce', 'a note', 'order_note')"}),
        // Values kept beside the store
        rows("overflow_lost", "the kept value is gone, the column holds a part", {"{id} field billing_phone"},
             {"DELETE FROM wp_ordo_overflow WHERE order_id = {id} AND name = 'billing_phone'"}, with_overflow_phone),
        rows("overflow_changed", "the kept value is another", {"{id} field total_amount"},
             {"UPDATE wp_ordo_overflow SET whole_value = '13,5' WHERE order_id = {id} AND name = 'total_amount'"}, with_overflow_total),
        rows("overflowing_column_changed", "the column no longer holds the part of the kept value",
             {"{id} field total_amount", "{id} stale_overflow wp_ordo_overflow.total_amount"}, {"UPDATE wp_wc_orders SET total_amount = '7.00000000' WHERE id = {id}"}, with_overflow_total),
        rows("overflow_stale", "both stores have a new value, the kept one is left over", {"{id} stale_overflow wp_ordo_overflow.total_amount"},
             {"UPDATE wp_wc_orders SET total_amount = '7.00000000' WHERE id = {id}",
              "UPDATE wp_postmeta SET meta_value = '7' WHERE post_id = {id} AND meta_key = '_order_total'"}, with_overflow_total),
        rows("overflow_doubled", "the kept value twice", {"{id} stale_overflow wp_ordo_overflow.billing_phone"},
             {"INSERT INTO wp_ordo_overflow (store, order_id, kind, name, ordinal, rule, row_held, raw, left_value, whole_value) SELECT store, order_id, kind, name, ordinal, rule, "
              "row_held, raw, left_value, whole_value FROM wp_ordo_overflow WHERE order_id = {id} AND name = 'billing_phone'"}, with_overflow_phone),
        rows("overflow_of_a_meta_row_cut", "a long meta value without its kept rest", {"{id} meta_value _lab_70k_utf8"},
             {"DELETE FROM wp_ordo_overflow WHERE order_id = {id}"}, with_overflow_meta),
        rows("overflow_of_a_further_row_lost", "a second row of a field's key, kept beside, is gone", {"{id} meta_missing _billing_city"},
             {"DELETE FROM wp_ordo_overflow WHERE order_id = {id}"}, with_overflow_rank),
        rows("overflow_of_no_order", "a kept value of an order that is not there", {"{free} stale_overflow wp_ordo_overflow.total_amount"},
             {"INSERT INTO wp_ordo_overflow (store, order_id, kind, name, ordinal, rule, row_held, raw, left_value, whole_value) VALUES ('hpos', {free}, 'field', 'total_amount', 0, "
              "'not_a_number', 1, 1, '1', '1,5')"}),
        rows("overflow_of_an_unknown_field", "a kept value of a field there is none of", {"{id} stale_overflow wp_ordo_overflow.no_such_field"},
             {"INSERT INTO wp_ordo_overflow (store, order_id, kind, name, ordinal, rule, row_held, raw, left_value, whole_value) VALUES ('hpos', {id}, 'field', 'no_such_field', 0, "
              "'too_long', 1, 0, '1', '12')"}),
        // Records of what happened
        rows("quarantine_of_an_equal_order", "an order in quarantine that was moved by now", {"{id} stale_quarantine quarantine"},
             {"INSERT INTO wp_ordo_quarantine (target, order_id, field, reason, digest) VALUES ('hpos', {id}, '', 'no room', 'x')"}),
        rows("quarantine_of_no_order", "an order in quarantine that is gone", {"{free} stale_quarantine quarantine"},
             {"INSERT INTO wp_ordo_quarantine (target, order_id, field, reason, digest) VALUES ('hpos', {free}, '', 'no room', 'x')"}),
        rows("deletion_not_carried_out", "deleted from posts, recorded, and the backup still has it", {"{id} deletion_pending"},
             {"DELETE FROM wp_posts WHERE ID = {id}", "DELETE FROM wp_postmeta WHERE post_id = {id}",
              "INSERT INTO wp_wc_orders_meta (order_id, meta_key, meta_value) VALUES ({id}, '_deleted_from', 'posts_table')"}),
        rows("deletion_record_of_a_present_order", "recorded as deleted, and there", {"{id} stale_deletion _deleted_from"},
             {"INSERT INTO wp_wc_orders_meta (order_id, meta_key, meta_value) VALUES ({id}, '_deleted_from', 'posts_table')"}),
        rows("deletion_record_of_the_backup", "recorded as deleted from the backup, and there", {"{id} stale_deletion _deleted_from"},
             {"INSERT INTO wp_wc_orders_meta (order_id, meta_key, meta_value) VALUES ({id}, '_deleted_from', 'orders_table')"}),
        rows("deletion_record_of_nothing", "recorded as deleted, and no store has it", {"{free} stale_deletion _deleted_from"},
             {"INSERT INTO wp_wc_orders_meta (order_id, meta_key, meta_value) VALUES ({free}, '_deleted_from', 'posts_table')"}),
        rows("deletion_record_of_an_unknown_store", "a deletion record that names no store", {"{id} unknown_row wp_wc_orders_meta._deleted_from"},
             {"INSERT INTO wp_wc_orders_meta (order_id, meta_key, meta_value) VALUES ({id}, '_deleted_from', 'somewhere')"}),
    };
    return all;
}

std::vector<Damage> damages_of_posts() {
    const std::string lost = "DELETE FROM wp_posts WHERE ID = {id}";
    return {
        value("post_amount_changed", "an amount is another", "total_amount", in_postmeta("_order_total"), becomes("1")),
        value("post_amount_lost", "an amount's row holds NULL", "tax_amount", in_postmeta("_order_tax"), becomes(std::nullopt)),
        value("post_status_changed", "another status", "status", in_post("post_status"), replaced("wc-completed", "wc-processing")),
        value("post_trashed", "only the post is in the trash", "status", in_post("post_status"), replaced("wc-on-hold", "trash")),
        value("post_date_by_an_hour", "created an hour later", "date_created_gmt", in_post("post_date_gmt"), later_by(std::chrono::hours(1))),
        value("post_modified_by_a_second", "modified a second later", "date_updated_gmt", in_post("post_modified_gmt"), later_by(std::chrono::seconds(1))),
        value("post_note_changed", "another customer note", "customer_note", in_post("post_excerpt"), becomes("another note")),
        value("post_paid_by_an_hour", "paid an hour later", "date_paid_gmt", in_postmeta("_date_paid"), unix_time_later_by(3600)),
        value("post_key_changed", "another order key", "order_key", in_postmeta("_order_key"), becomes("wc_order_another")),
        value("post_city_encoded_twice", "UTF-8 encoded twice", "billing_city", in_postmeta("_billing_city"), encoded_twice()),
        {"post_backslash_lost", "a backslash stripped, as WordPress does when values are not slashed", {"{id} meta_value _lab_slash"}, in_postmeta("_lab_slash"), replaced("\\", "")},
        rows("post_type_changed", "a refund became an order", {"{id} type type"}, {"UPDATE wp_posts SET post_type = 'shop_order' WHERE ID = {id}"}, refunds),
        rows("post_email_lost", "one row that serves two columns", {"{id} field billing_email", "{id} field billing_address_email"},
             {"DELETE FROM wp_postmeta WHERE post_id = {id} AND meta_key = '_billing_email'"}),
        rows("post_meta_lost", "a meta row is gone", {"{id} meta_missing _lab_case"}, {"DELETE FROM wp_postmeta WHERE post_id = {id} AND meta_key = '_lab_case'"}),
        rows("post_meta_added", "a meta row nobody has written", {"{id} meta_extra _uninvited"},
             {"INSERT INTO wp_postmeta (post_id, meta_key, meta_value) VALUES ({id}, '_uninvited', 'x')"}),
        rows("post_field_doubled", "a second row of a field's key", {"{id} meta_extra _order_total"},
             {"INSERT INTO wp_postmeta (post_id, meta_key, meta_value) VALUES ({id}, '_order_total', '1')"}),
        rows("post_meta_in_another_order", "rows of a key in another order", {"{id} meta_value _lab_dup"},
             {"UPDATE wp_postmeta SET meta_value = 'swap' WHERE post_id = {id} AND meta_key = '_lab_dup' AND meta_value = 'dup-2'",
              "UPDATE wp_postmeta SET meta_value = 'dup-2' WHERE post_id = {id} AND meta_key = '_lab_dup' AND meta_value = 'dup-3'",
              "UPDATE wp_postmeta SET meta_value = 'dup-3' WHERE post_id = {id} AND meta_key = '_lab_dup' AND meta_value = 'swap'"}, with_equal_keys),
        rows("post_lost", "the post is gone, its meta stay", {"{id} missing"}, {lost}),
        rows("post_and_meta_lost", "nothing of the post is left", {"{id} missing"}, {lost, "DELETE FROM wp_postmeta WHERE post_id = {id}"}),
        rows("post_became_a_placeholder", "the mirrored post is a placeholder again", {"{id} missing"},
             {"UPDATE wp_posts SET post_type = 'shop_order_placehold', post_status = 'draft' WHERE ID = {id}", "DELETE FROM wp_postmeta WHERE post_id = {id}"}),
        rows("post_added", "an order nobody has made", {"{free} extra"},
             {"INSERT INTO wp_posts (ID, post_type, post_status, post_content, post_title, post_excerpt, to_ping, pinged, post_content_filtered) VALUES ({free}, 'shop_order', 'wc-pending', "
              "'', '', '', '', '', '')"}),
        rows("post_meta_orphaned", "an order's meta without post and order", {"{free} orphan_row wp_postmeta"},
             {"INSERT INTO wp_postmeta (post_id, meta_key, meta_value) VALUES ({free}, '_order_total', '1'), ({free}, '_x', 'y')"}),
        rows("authoritative_row_doubled", "a second operational row in the authoritative store", {"{id} duplicate_row wp_wc_order_operational_data"},
             {"INSERT INTO wp_wc_order_operational_data (order_id, created_via) VALUES ({id}, 'twice')"}),
        rows("authoritative_meta_orphaned", "meta of no order in the authoritative store", {"{free} orphan_row wp_wc_orders_meta"},
             {"INSERT INTO wp_wc_orders_meta (order_id, meta_key, meta_value) VALUES ({free}, 'a', 'b')"}),
        rows("deletion_record_of_a_present_order_in_hpos", "recorded as deleted from hpos, and there", {"{id} stale_deletion _deleted_from"},
             {"INSERT INTO wp_wc_orders_meta (order_id, meta_key, meta_value) VALUES ({id}, '_deleted_from', 'orders_table')"}),
    };
}

std::vector<Damage> benign_differences() {
    const auto spelled = [](const std::string& name, const std::string& what, Place place, Change change) { return Damage{name, what, {}, std::move(place), std::move(change)}; };
    return {
        spelled("amount_with_zeros", "`12.50` and `12.5`", in_postmeta("_order_total"),
                [](const Bytes& held) { return held && held->find('.') != std::string::npos ? Bytes{*held + "00"} : held; }),
        spelled("amount_with_an_exponent", "`5e0` and `5`", in_postmeta("_cart_discount"),
                [](const Bytes& held) { return held && !held->empty() && held->find_first_not_of("0123456789") == std::string::npos ? Bytes{*held + "e0"} : held; }),
        spelled("amount_empty_for_zero", "the empty text and `0` as an amount", in_postmeta("_cart_discount_tax"), [](const Bytes& held) { return held == "0" ? Bytes{""} : held; }),
        spelled("zero_with_decimals", "`0.00000000` and `0`", in_postmeta("_cart_discount_tax"), [](const Bytes& held) { return held == "0" ? Bytes{"0.00000000"} : held; }),
        spelled("flag_in_words", "`1` and `yes`", in_postmeta("_prices_include_tax"), replaced_all({{"yes", "1"}, {"no", "0"}})),
        spelled("flag_in_capitals", "`YES` and `yes`", in_postmeta("_recorded_sales"), replaced_all({{"yes", "YES"}, {"no", "NO"}})),
        spelled("id_with_leading_zeros", "`007` and `7`", in_postmeta("_customer_user"), [](const Bytes& held) { return held && held != "" ? Bytes{"00" + *held} : held; }),
        spelled("column_without_its_zeros", "`12.5` and `12.50000000` in a column", in_order("tax_amount"),
                [](const Bytes& held) { return held && held->ends_with("0000000") ? Bytes{held->substr(0, held->size() - 7)} : held; }),
        rows("row_ids", "rows written again under other ids", {},
             {"INSERT INTO wp_wc_orders_meta (order_id, meta_key, meta_value) SELECT order_id, meta_key, meta_value FROM wp_wc_orders_meta WHERE order_id = {id} ORDER BY id",
              "DELETE FROM wp_wc_orders_meta WHERE order_id = {id} AND id <= (SELECT * FROM (SELECT MAX(id) FROM wp_wc_orders_meta WHERE order_id <> {id}) highest)"}),
        rows("order_of_different_keys", "rows of different keys in another order", {},
             {"INSERT INTO wp_wc_orders_meta (order_id, meta_key, meta_value) SELECT order_id, meta_key, meta_value FROM wp_wc_orders_meta WHERE order_id = {id} AND meta_key = '_lab_case'",
              "DELETE FROM wp_wc_orders_meta WHERE order_id = {id} AND meta_key = '_lab_case' AND id <> (SELECT * FROM (SELECT MAX(id) FROM wp_wc_orders_meta WHERE order_id = {id}) last)"}),
        rows("address_row_ids", "an address written again", {},
             {"UPDATE wp_wc_order_addresses SET id = {free} WHERE order_id = {id} AND address_type = 'billing'"}),
        rows("edit_lock", "somebody has the order open", {}, {"INSERT INTO wp_postmeta (post_id, meta_key, meta_value) VALUES ({id}, '_edit_lock', '1700000000:1')"}),
        rows("address_index", "an address index that was not made anew", {}, {"UPDATE wp_wc_orders_meta SET meta_value = 'old' WHERE order_id = {id} AND meta_key = '_billing_address_index'"}),
        rows("address_index_missing", "no address index", {}, {"DELETE FROM wp_wc_orders_meta WHERE order_id = {id} AND meta_key = '_shipping_address_index'"}),
        rows("post_only_columns", "title, name, author, password, content, menu order, comments", {},
             {"UPDATE wp_posts SET post_title = 'x', post_name = 'x', post_author = 9, post_password = 'x', post_content = 'x', menu_order = 9, comment_count = 9, guid = 'x' WHERE ID = {id}"}),
        rows("address_row_of_a_refund", "the all-NULL addresses of a refund are not there", {},
             {"DELETE FROM wp_wc_order_addresses WHERE order_id = {id}"}, refunds),
        rows("empty_address_row", "an all-NULL address where there was none", {},
             {"DELETE FROM wp_wc_order_addresses WHERE order_id = {id}", "INSERT INTO wp_wc_order_addresses (order_id, address_type) VALUES ({id}, 'shipping')"}, refunds),
        rows("auto_draft", "an auto-draft in the backup alone", {}, {"INSERT INTO wp_wc_orders (id, type, status) VALUES ({free}, 'shop_order', 'auto-draft')"}),
        rows("other_posts", "products and pages come and go", {}, {"UPDATE wp_posts SET post_title = 'x' WHERE post_type = 'product'", "DELETE FROM wp_posts WHERE post_type = 'page'"}),
        rows("other_orphaned_meta", "meta of a product that is gone", {}, {"INSERT INTO wp_postmeta (post_id, meta_key, meta_value) VALUES ({free}, '_price', '1'), ({free}, '_sku', 'x')"}),
        rows("free_placeholder", "a placeholder whose order was never made", {},
             {"INSERT INTO wp_posts (ID, post_type, post_status, post_content, post_title, post_excerpt, to_ping, pinged, post_content_filtered) VALUES ({free}, 'shop_order_placehold', "
              "'draft', '', '', '', '', '', '')"}),
        rows("other_comments", "a comment that is no note", {},
             {"INSERT INTO wp_comments (comment_post_ID, comment_author, comment_content, comment_type) VALUES ({free}, 'a reader', 'hello', 'comment')"}),
        rows("items_changed", "items stand in one table for both stores", {}, {"UPDATE wp_woocommerce_order_items SET order_item_name = 'x' WHERE order_id = {id}"}),
        rows("quarantine_of_another_target", "an order that could not be moved the other way", {},
             {"INSERT INTO wp_ordo_quarantine (target, order_id, field, reason, digest) VALUES ('posts', {id}, '', 'no room', 'x')"}),
    };
}

namespace {

std::string with_ids(std::string text, const std::string& id, const std::string& other, const std::string& free) {
    for (const auto& [name, by] : std::vector<std::pair<std::string, std::string>>{{"{id}", id}, {"{other}", other}, {"{free}", free}})
        for (std::size_t at = 0; (at = text.find(name, at)) != std::string::npos; at += by.size()) text.replace(at, name.size(), by);
    return text;
}

}  // namespace

std::vector<std::vector<std::string>> inflict(Shop& shop, const std::vector<Damage>& damages) {
    Database& database = shop.database();
    std::set<std::string> with_overflow, taken;
    for (const SqlRow& row : select(database, "SELECT order_id FROM wp_ordo_overflow")) with_overflow.insert(*row[0]);
    // Orders with kept values are for the damages that ask for them.
    const auto take = [&](const std::string& id, bool overflow_too) { return (overflow_too || !with_overflow.contains(id)) && taken.insert(id).second; };
    const auto pick = [&](const std::string& sql) -> std::string {
        for (const SqlRow& row : select(database, sql))
            if (take(*row[0], sql != plain)) return *row[0];
        return "";
    };
    // Those with a narrow choice come first.
    std::vector<const Damage*> order;
    for (const Damage& damage : damages) order.push_back(&damage);
    std::stable_partition(order.begin(), order.end(), [](const Damage* damage) { return damage->change || !damage->pick.empty(); });
    std::map<const Damage*, std::vector<std::string>> findings;
    std::uint64_t free = 990000;
    for (const Damage* damage : order) {
        INFO(damage->name);
        std::string id, other;
        const std::string unused = std::to_string(++free);
        if (damage->change) {
            const Place& place = damage->place;
            for (const SqlRow& row : select(database, "SELECT " + place.order + ", " + place.key + ", " + place.column + " FROM " + place.table + " WHERE " + place.condition +
                                                          " ORDER BY " + place.order + ", " + place.key)) {
                const Bytes damaged = damage->change(row[2]);
                if (damaged == row[2] || !take(*row[0], false)) continue;
                id = *row[0];
                const std::array<BytesView, 2> values{view(damaged), *row[1]};
                database.write([&](Unit& unit) { unit.execute("UPDATE " + place.table + " SET " + place.column + " = ? WHERE " + place.key + " = ?", values); });
                break;
            }
        } else {
            other = pick(plain);
            id = pick(damage->pick.empty() ? plain : damage->pick);
            for (const std::string& sql : damage->sql) execute(database, with_ids(sql, id, other, unused));
        }
        REQUIRE(!id.empty());
        // An order that was only set aside is free again.
        if (std::none_of(damage->findings.begin(), damage->findings.end(), [](const std::string& text) { return text.starts_with("{other}"); })) taken.erase(other);
        for (const std::string& finding : damage->findings) findings[damage].push_back(with_ids(finding, id, other, unused));
    }
    std::vector<std::vector<std::string>> expected;
    for (const Damage& damage : damages) expected.push_back(findings[&damage]);
    return expected;
}

}  // namespace ordo::test
