/// Properties, values of every type, statuses: what goes in comes out, from the order and from the store. See order_conformance.hpp.
#pragma once

#include <ordo/testing/probe.hpp>

namespace ordo::testing {

namespace detail {

struct TextProperty {
    std::string_view name;
    std::string (Order::*get)() const;
    void (Order::*set)(std::string_view);
    std::string_view first, second;
};
inline constexpr std::array text_properties{
    TextProperty{"currency", &Order::get_currency, &Order::set_currency, "EUR", "JPY"},
    TextProperty{"order_key", &Order::get_order_key, &Order::set_order_key, "wc_order_mine", "wc_order_yours"},
    TextProperty{"customer_note", &Order::get_customer_note, &Order::set_customer_note, "Ring twice", "Leave it at the door"},
    TextProperty{"created_via", &Order::get_created_via, &Order::set_created_via, "checkout", "admin"},
    TextProperty{"payment_method", &Order::get_payment_method, &Order::set_payment_method, "bacs", "cod"},
    TextProperty{"payment_method_title", &Order::get_payment_method_title, &Order::set_payment_method_title, "Bank transfer", "Cash"},
    TextProperty{"transaction_id", &Order::get_transaction_id, &Order::set_transaction_id, "ch_123", "0"},
    TextProperty{"customer_ip_address", &Order::get_customer_ip_address, &Order::set_customer_ip_address, "192.0.2.7", "2001:db8::7"},
    TextProperty{"customer_user_agent", &Order::get_customer_user_agent, &Order::set_customer_user_agent, "Mozilla/5.0 (X11)", "curl/8"},
    TextProperty{"cart_hash", &Order::get_cart_hash, &Order::set_cart_hash, "d41d8cd98f00b204e9800998ecf8427e", "0"},
    TextProperty{"billing_first_name", &Order::get_billing_first_name, &Order::set_billing_first_name, "Ana", "Zoë"},
    TextProperty{"billing_last_name", &Order::get_billing_last_name, &Order::set_billing_last_name, "O'Neill", "Nováková"},
    TextProperty{"billing_company", &Order::get_billing_company, &Order::set_billing_company, "A & B", "\"Quoted\""},
    TextProperty{"billing_address_1", &Order::get_billing_address_1, &Order::set_billing_address_1, "12 High Street", "Hauptstraße 3"},
    TextProperty{"billing_address_2", &Order::get_billing_address_2, &Order::set_billing_address_2, "Flat 2", "c/o Lee"},
    TextProperty{"billing_city", &Order::get_billing_city, &Order::set_billing_city, "Zlín", "Brno"},
    TextProperty{"billing_state", &Order::get_billing_state, &Order::set_billing_state, "CA", "BC"},
    TextProperty{"billing_postcode", &Order::get_billing_postcode, &Order::set_billing_postcode, "00123", "SW1A 1AA"},
    TextProperty{"billing_country", &Order::get_billing_country, &Order::set_billing_country, "US", "GB"},
    TextProperty{"billing_email", &Order::get_billing_email, &Order::set_billing_email, "ana@example.com", "zoe+shop@example.co.uk"},
    TextProperty{"billing_phone", &Order::get_billing_phone, &Order::set_billing_phone, "+420 123 456 789", "0123"},
    TextProperty{"shipping_first_name", &Order::get_shipping_first_name, &Order::set_shipping_first_name, "Bob", "Đặng"},
    TextProperty{"shipping_last_name", &Order::get_shipping_last_name, &Order::set_shipping_last_name, "Smith", "de la Cruz"},
    TextProperty{"shipping_company", &Order::get_shipping_company, &Order::set_shipping_company, "C Ltd.", "D\\E"},
    TextProperty{"shipping_address_1", &Order::get_shipping_address_1, &Order::set_shipping_address_1, "1 Low Road", "2 Low Road"},
    TextProperty{"shipping_address_2", &Order::get_shipping_address_2, &Order::set_shipping_address_2, "Rear", "Front"},
    TextProperty{"shipping_city", &Order::get_shipping_city, &Order::set_shipping_city, "東京", "Paris"},
    TextProperty{"shipping_state", &Order::get_shipping_state, &Order::set_shipping_state, "NY", "TX"},
    TextProperty{"shipping_postcode", &Order::get_shipping_postcode, &Order::set_shipping_postcode, "10001", "010 01"},
    TextProperty{"shipping_country", &Order::get_shipping_country, &Order::set_shipping_country, "JP", "FR"},
    TextProperty{"shipping_phone", &Order::get_shipping_phone, &Order::set_shipping_phone, "555-0100", "555-0101"},
};

struct AmountProperty {
    std::string_view name;
    Decimal (Order::*get)() const;
    void (Order::*set)(std::string_view);
};
inline constexpr std::array amount_properties{
    AmountProperty{"total", &Order::get_total, &Order::set_total},
    AmountProperty{"cart_tax", &Order::get_cart_tax, &Order::set_cart_tax},
    AmountProperty{"shipping_total", &Order::get_shipping_total, &Order::set_shipping_total},
    AmountProperty{"shipping_tax", &Order::get_shipping_tax, &Order::set_shipping_tax},
    AmountProperty{"discount_total", &Order::get_discount_total, &Order::set_discount_total},
    AmountProperty{"discount_tax", &Order::get_discount_tax, &Order::set_discount_tax},
};

struct FlagProperty {
    std::string_view name;
    bool (Order::*get)() const;
    void (Order::*set)(bool);
};
inline constexpr std::array flag_properties{
    FlagProperty{"prices_include_tax", &Order::get_prices_include_tax, &Order::set_prices_include_tax},
    FlagProperty{"order_stock_reduced", &Order::get_order_stock_reduced, &Order::set_order_stock_reduced},
    FlagProperty{"download_permissions_granted", &Order::get_download_permissions_granted, &Order::set_download_permissions_granted},
    FlagProperty{"new_order_email_sent", &Order::get_new_order_email_sent, &Order::set_new_order_email_sent},
    FlagProperty{"recorded_sales", &Order::get_recorded_sales, &Order::set_recorded_sales},
    FlagProperty{"recorded_coupon_usage_counts", &Order::get_recorded_coupon_usage_counts, &Order::set_recorded_coupon_usage_counts},
};

struct DateProperty {
    std::string_view name;
    std::optional<UtcSeconds> (Order::*get)() const;
    void (Order::*set)(std::optional<UtcSeconds>);
};
inline constexpr std::array date_properties{
    DateProperty{"date_created", &Order::get_date_created, &Order::set_date_created},
    DateProperty{"date_modified", &Order::get_date_modified, &Order::set_date_modified},
    DateProperty{"date_paid", &Order::get_date_paid, &Order::set_date_paid},
    DateProperty{"date_completed", &Order::get_date_completed, &Order::set_date_completed},
};

inline void check_text_property(Probe& probe, const TextProperty& row) {
    Order order = probe.saved([&](Order& o) { (o.*row.set)(row.first); });
    probe.equal((order.*row.get)(), row.first, "after the save");
    Order loaded = probe.again(order);
    probe.equal((loaded.*row.get)(), row.first, "stored at creation");
    probe.equal(loaded.get(row.name), row.first, "by name");
    loaded.set(row.name, row.second);
    probe.save(loaded);
    probe.equal((probe.again(order).*row.get)(), row.second, "stored by an update");
    const auto history = probe.orders().get_history(order.get_id());
    const std::string field(find_property(row.name)->name);
    probe.check(!history.empty() && std::find(history.back().fields.begin(), history.back().fields.end(), field) != history.back().fields.end(), "the history names the field");
    if (row.name == "currency") return;
    probe.equal((probe.changed(order, [&](Order& o) { (o.*row.set)(""); }).*row.get)(), "", "emptied");
    probe.equal((probe.changed(order, [&](Order& o) { o.set(row.name, row.first); }).*row.get)(), row.first, "set again by name");
}

inline void check_amounts(Probe& probe, std::string_view given, std::string_view kept) {
    const Order order = probe.saved([&](Order& o) {
        for (const AmountProperty& row : amount_properties) (o.*row.set)(given);
    });
    const Order loaded = probe.again(order);
    for (const AmountProperty& row : amount_properties) {
        probe.equal((loaded.*row.get)(), kept, row.name);
        probe.equal(loaded.get(row.name), kept, fmt::format("{} by name", row.name));
    }
}

inline void check_date(Probe& probe, std::string_view given, std::string_view utc) {
    const SiteZone& zone = probe.orders().site_zone();
    const Order order = probe.saved([&](Order& o) {
        for (const DateProperty& row : date_properties) o.set(row.name, given, &zone);
    });
    const Order loaded = probe.again(order);
    for (const DateProperty& row : date_properties) {
        probe.equal((loaded.*row.get)(), utc, row.name);
        probe.equal(loaded.get(row.name), utc, fmt::format("{} by name", row.name));
    }
}

}  // namespace detail

/// Texts that something on the way might change.
struct HostileText {
    std::string_view what;
    std::string text;
};
inline const std::vector<HostileText>& hostile_texts() {
    static const std::vector<HostileText> texts{
        {"accents", "Příliš žluťoučký kůň"},
        {"characters beyond the basic plane", "🍵 𝔗ea 𠜎"},
        {"combining marks", "e\xCC\x81 is no \xC3\xA9"},
        {"backslashes", R"(C:\new\table\\x \' \" \0)"},
        {"quotes", R"(it's "so" `called`)"},
        {"line ends", "one\r\ntwo\nthree\rfour\ttab"},
        {"blanks around", "  blanks around  "},
        {"markup", "<b>bold</b> &amp; <script>alert(1)</script> [gallery]"},
        {"SQL", "'; DROP TABLE wp_posts; -- %s ? :name $1"},
        {"the word NULL", "NULL"},
        {"a zero", "0"},
        {"a number with zeros", "007.50"},
        {"serialised PHP", R"(a:2:{s:1:"a";i:1;s:1:"b";b:0;})"},
        {"broken serialised PHP", R"(a:3:{s:5:"x";})"},
        {"JSON", R"({"a":[1,2,{"b":null}],"c":"\u00e9"})"},
        {"a control character", "bell\x07 and escape\x1b"},
        {"right to left", "שלום \xE2\x80\x8F عليكم"},
    };
    return texts;
}

inline void add_field_cases(ConformanceCases& cases) {
    for (const auto& row : detail::text_properties)
        cases.push_back({fmt::format("TD15: {} is kept, changed and emptied", row.name), [row](Probe& probe) { detail::check_text_property(probe, row); }});

    for (const auto& row : detail::amount_properties)
        cases.push_back({fmt::format("CR5: {} reads back", row.name), [row](Probe& probe) {
                             Order order = probe.saved([&](Order& o) { (o.*row.set)("12.50"); });
                             probe.equal((probe.again(order).*row.get)(), "12.5", "created");
                             probe.equal((probe.changed(order, [&](Order& o) { o.set(row.name, "0.00000007"); }).*row.get)(), "0.00000007", "changed");
                             probe.equal((probe.changed(order, [&](Order& o) { (o.*row.set)("0"); }).*row.get)(), "0", "set to nothing");
                             probe.equal((probe.changed(order, [&](Order& o) { (o.*row.set)("-3.30"); }).*row.get)(), "-3.3", "less than nothing");
                         }});
    for (const auto& [given, kept] : {std::pair{"0", "0"}, {"0.00", "0"}, {"1", "1"}, {"12.50", "12.5"}, {"0.00000001", "0.00000001"}, {"1.23000000", "1.23"},
                                      {"2.11111111", "2.11111111"}, {"-5.25", "-5.25"}, {"999999999999999999", "999999999999999999"},
                                      {"123456789012345678.12345678", "123456789012345678.12345678"}, {"007", "7"}, {".5", "0.5"}, {"1e3", "1000"}, {"12.5e-1", "1.25"}, {"-0", "0"}})
        cases.push_back({fmt::format("TD155: the amount {} is kept as {}", given, kept), [given = std::string_view(given), kept = std::string_view(kept)](Probe& probe) {
                             detail::check_amounts(probe, given, kept);
                         }});

    for (const auto& row : detail::flag_properties) {
        cases.push_back({fmt::format("TD107: {} is set and taken back", row.name), [row](Probe& probe) {
                             const Order order = probe.saved([&](Order& o) { (o.*row.set)(true); });
                             probe.check((probe.again(order).*row.get)(), "created with it");
                             probe.equal(probe.again(order).get(row.name), "1", "by name");
                             probe.check(!(probe.changed(order, [&](Order& o) { (o.*row.set)(false); }).*row.get)(), "taken back");
                             probe.check((probe.changed(order, [&](Order& o) { o.set(row.name, "yes"); }).*row.get)(), "set by a word");
                             probe.check(!(probe.again(probe.saved()).*row.get)(), "off in a new order");
                         }});
    }
    for (const FlagAlias& alias : flag_aliases)
        cases.push_back({fmt::format("TD103: the flag answers as meta {}", alias.name), [alias](Probe& probe) {
                             const Order order = probe.saved([&](Order& o) { o.update_meta_data(alias.name, "yes"); });
                             const Order loaded = probe.again(order);
                             probe.check(loaded.flag(alias.field), "the property is set");
                             probe.equal(loaded.get_meta(alias.name), "1", "as meta");
                             probe.check(own_meta(loaded).empty(), "no meta row shows");
                             probe.check(!probe.changed(order, [&](Order& o) { o.update_meta_data(alias.name, "no"); }).flag(alias.field), "taken back as meta");
                             probe.check(probe.changed(order, [&](Order& o) { o.add_meta_data(alias.name, "1"); }).flag(alias.field), "added as meta");
                         }});
    for (const auto& [word, on] : {std::pair{"yes", true}, {"no", false}, {"true", true}, {"false", false}, {"1", true}, {"0", false}, {"YES", true}, {"No", false}})
        cases.push_back({fmt::format("TD107: the word {} means {}", word, on), [word = std::string_view(word), on = on](Probe& probe) {
                             const Order order = probe.saved([&](Order& o) {
                                 for (const auto& row : detail::flag_properties) o.set(row.name, word);
                             });
                             for (const auto& row : detail::flag_properties) probe.equal((probe.again(order).*row.get)(), on, row.name);
                         }});

    for (const auto& row : detail::date_properties)
        cases.push_back({fmt::format("CR3: {} is kept, changed and taken away", row.name), [row](Probe& probe) {
                             const UtcSeconds first = *parse_datetime("2016-12-12 00:00:00"), second = *parse_datetime("2024-02-29 23:59:59");
                             const Order order = probe.saved([&](Order& o) { (o.*row.set)(first); });
                             probe.equal((probe.again(order).*row.get)(), first, "created");
                             probe.equal((probe.changed(order, [&](Order& o) { (o.*row.set)(second); }).*row.get)(), second, "changed");
                             if (row.name == "date_paid" || row.name == "date_completed") probe.equal((probe.changed(order, [&](Order& o) { (o.*row.set)({}); }).*row.get)(), "none", "taken away");
                         }});
    struct DateRow {
        std::string_view given, utc, zone;
    };
    for (const DateRow& row : {DateRow{"2016-12-12", "2016-12-12 00:00:00", ""}, {"1481500800", "2016-12-12 00:00:00", ""}, {"2026-11-22 10:30", "2026-11-22 10:30:00", ""},
                               {"2026-11-22T10:30:15", "2026-11-22 10:30:15", ""}, {"2026-11-22T10:30:15Z", "2026-11-22 10:30:15", ""}, {"2026-11-22T10:30:15+01:00", "2026-11-22 09:30:15", ""},
                               {"2026-11-22 10:30:15-05:30", "2026-11-22 16:00:15", ""}, {"2024-02-29", "2024-02-29 00:00:00", ""}, {"0", "1970-01-01 00:00:00", ""},
                               {"-86400", "1969-12-31 00:00:00", ""}, {"9999-12-31 23:59:59", "9999-12-31 23:59:59", ""}, {"1000-01-01", "1000-01-01 00:00:00", ""},
                               {"2026-07-01", "2026-07-01 04:00:00", "America/New_York"}, {"2026-01-01 00:00", "2026-01-01 05:00:00", "America/New_York"},
                               {"2026-11-01 01:30:00", "2026-11-01 05:30:00", "America/New_York"}, {"2026-03-08 03:00:00", "2026-03-08 07:00:00", "America/New_York"},
                               {"2026-03-08T02:30:00Z", "2026-03-08 02:30:00", "America/New_York"}, {"2026-05-05 12:00", "2026-05-05 06:30:00", "Asia/Kolkata"}})
        cases.push_back({fmt::format("TD17, CR3: the date {}{}{} is {} UTC", row.given, row.zone.empty() ? "" : " in ", row.zone, row.utc),
                         [row](Probe& probe) { detail::check_date(probe, row.given, row.utc); }, std::string(row.zone)});

    cases.push_back({"TD15: a new order has an id, a key, a status and dates", [](Probe& probe) {
                         const auto begin = std::chrono::floor<std::chrono::seconds>(std::chrono::system_clock::now());
                         const Order order = probe.saved();
                         probe.check(order.get_id().value > 0, "id");
                         probe.check(order.get_order_key().starts_with("wc_order_") && order.get_order_key().size() == 22, "key");
                         probe.equal(order.get_status(), "pending", "status");
                         probe.check(order.get_date_created() >= begin && order.get_date_modified() >= begin, "dates");
                         probe.check(!order.get_date_paid() && !order.get_date_completed(), "not paid, not completed");
                         probe.equal(order.get_customer_id(), 0, "a guest's");
                         probe.equal(order.get_parent_id(), OrderId{}, "no parent");
                         probe.equal(order.get_currency().size(), 3, "a currency");
                         probe.check(!order.get_version().empty(), "version");
                         for (const auto& [part, text] : order.get_address("billing")) probe.equal(text, "", part);
                     }});
    cases.push_back({"CR1: the number is the id, and saving twice keeps it", [](Probe& probe) {
                         Order order = probe.saved();
                         const OrderId id = order.get_id();
                         probe.equal(order.get_type(), type_shop_order, "type");
                         probe.equal(order.get_order_number(), std::to_string(id.value), "number");
                         order.set_customer_note("again");
                         probe.save(order);
                         probe.equal(order.get_id(), id, "id");
                         probe.equal(probe.export_all().size(), 1, "orders");
                     }});
    cases.push_back({"CR7: the total discount is without or with tax", [](Probe& probe) {
                         const Order order = probe.again(probe.saved([](Order& o) { o.set_discount_total("50"), o.set_discount_tax("5"); }));
                         probe.equal(order.get_total_discount(), "50", "without");
                         probe.equal(order.get_total_discount(false), "55", "with");
                         probe.equal(order.get_total_tax(), "0", "no tax of it");
                     }});
    cases.push_back({"CR27: only the order's own key is valid", [](Probe& probe) {
                         const Order order = probe.again(probe.saved([](Order& o) { o.set_order_key("wc_order_abcdefghijklm"); }));
                         probe.check(order.key_is_valid("wc_order_abcdefghijklm"), "its own");
                         for (const std::string_view other : {"", "wc_order_abcdefghijkl", "wc_order_abcdefghijklmn", "WC_ORDER_ABCDEFGHIJKLM", "wc_order_abcdefghijklM", "wc_order_abcdefghijklm "})
                             probe.check(!order.key_is_valid(other), other);
                         probe.check(!probe.again(probe.saved([](Order& o) { o.set_order_key(""); })).key_is_valid(""), "an order without a key");
                     }});
    cases.push_back({"CR39: fields set after a save join the earlier ones", [](Probe& probe) {
                         Order order = probe.saved([](Order& o) { o.set_billing_city("Brno"); });
                         order.set_billing_state("JM");
                         probe.save(order);
                         order.set_billing_phone("1");
                         probe.save(order);
                         const Order loaded = probe.again(order);
                         probe.equal(Names{loaded.get_billing_city(), loaded.get_billing_state(), loaded.get_billing_phone()}, Names{"Brno", "JM", "1"}, "all three");
                     }});
    cases.push_back({"CR43: an address has its parts in their order", [](Probe& probe) {
                         const Order order = probe.again(probe.saved([](Order& o) { o.set_billing_city("Brno"), o.set_billing_email("a@example.com"); }));
                         Names parts;
                         for (const auto& [part, text] : order.get_address("billing")) parts.push_back(fmt::format("{}={}", part, text));
                         probe.equal(parts, Names{"first_name=", "last_name=", "company=", "address_1=", "address_2=", "city=Brno", "state=", "postcode=", "country=", "email=a@example.com", "phone="}, "billing");
                         probe.equal(order.get_address("shipping").size(), 10, "shipping");
                     }});
    cases.push_back({"CR45: a cart's hash is compared", [](Probe& probe) {
                         Order order = probe.saved();
                         probe.check(!order.has_cart_hash("x") && !order.has_cart_hash(""), "none");
                         order.set_cart_hash("x");
                         probe.save(order);
                         probe.check(probe.again(order).has_cart_hash("x") && !probe.again(order).has_cart_hash("y"), "set");
                     }});
    cases.push_back({"guests and customers: an id of a customer is kept", [](Probe& probe) {
                         const Order order = probe.saved([](Order& o) { o.set_customer_id(42); });
                         probe.equal(probe.again(order).get_customer_id(), 42, "created");
                         probe.equal(probe.changed(order, [](Order& o) { o.set_customer_id(0); }).get_customer_id(), 0, "a guest's now");
                         probe.equal(probe.changed(order, [](Order& o) { o.set("customer_id", "9223372036854775807"); }).get_customer_id(), 9223372036854775807U, "the largest");
                     }});
    cases.push_back({"an order can be of another one", [](Probe& probe) {
                         const Order parent = probe.saved();
                         const Order child = probe.saved([&](Order& o) { o.set_parent_id(parent.get_id()); });
                         probe.equal(probe.again(child).get_parent_id(), parent.get_id(), "parent");
                         probe.equal(probe.changed(child, [](Order& o) { o.set_parent_id({}); }).get_parent_id(), OrderId{}, "no more");
                     }});

    for (const HostileText& row : hostile_texts())
        cases.push_back({fmt::format("texts: {} in every text", row.what), [&row](Probe& probe) {
                             const auto hostile = [](const detail::TextProperty& property) { return property.name != "currency" && property.name != "billing_email"; };
                             const Order order = probe.saved([&](Order& o) {
                                 for (const auto& property : detail::text_properties)
                                     if (hostile(property)) (o.*property.set)(row.text);
                             });
                             const Order loaded = probe.again(order);
                             for (const auto& property : detail::text_properties)
                                 if (hostile(property)) probe.equal((loaded.*property.get)(), row.text, property.name);
                         }});
    for (const auto& [name, bytes] : {std::pair{"payment_method", 150U}, {"transaction_id", 5000U}, {"customer_note", 65535U}, {"billing_company", 65535U}, {"shipping_phone", 101U}, {"created_via", 65535U}})
        cases.push_back({fmt::format("texts: {} bytes in {} are kept whole", bytes, name), [name = std::string_view(name), bytes = bytes](Probe& probe) {
                             std::string text;
                             while (text.size() + 2 <= bytes) text += "é";
                             text.resize(bytes, 'x');
                             const Order order = probe.saved([&](Order& o) { o.set(name, text); });
                             probe.equal(probe.again(order).get(name), text, "created");
                             probe.equal(probe.changed(order, [&](Order& o) { o.set(name, "short"); }).get(name), "short", "shortened");
                             probe.equal(probe.changed(order, [&](Order& o) { o.set(name, text); }).get(name), text, "long again");
                         }});
}

inline void add_status_cases(ConformanceCases& cases) {
    for (const std::string_view status : order_statuses) {
        cases.push_back({fmt::format("OF15, CR47: an order is made {}", status), [status](Probe& probe) {
                             EventTrace trace(probe.kernel());
                             const Order order = probe.again(probe.saved([&](Order& o) { o.set_status(status); }));
                             probe.equal(order.get_status(), status, "status");
                             probe.equal(order.text(FieldId::status), fmt::format("wc-{}", status), "as it is stored");
                             probe.check(order.has_status(status) && order.has_status({"other", status}) && !order.has_status("other"), "has_status");
                             probe.equal(order.is_paid(), status == "processing" || status == "completed", "paid");
                             for (const std::string& event : trace.take()) probe.note(event);
                         }});
        for (const std::string_view to : order_statuses) {
            if (to == status) continue;
            cases.push_back({fmt::format("transition: {} to {}", status, to), [from = status, to](Probe& probe) {
                                 const Order order = probe.saved([&](Order& o) { o.set_status(from); });
                                 const bool was_paid = order.get_date_paid().has_value();
                                 EventTrace trace(probe.kernel());
                                 const Order changed = probe.changed(order, [&](Order& o) { o.set_status(to); });
                                 probe.equal(changed.get_status(), to, "status");
                                 probe.equal(changed.get_date_completed().has_value(), to == "completed" || order.get_date_completed().has_value(), "date_completed");
                                 probe.equal(changed.get_date_paid().has_value(), to == "completed" || was_paid, "date_paid: nothing is to be shipped");
                                 const auto notes = probe.orders().get_notes(order.get_id());
                                 probe.check(!notes.empty() && notes.back().content.starts_with("Order status changed from "), "a note tells of it");
                                 Names events{"before_order_object_save", "update_order", "after_order_object_save", fmt::format("order_status_{}", to), "order_note_added",
                                              fmt::format("order_status_{}_to_{}", from, to), fmt::format("order_status_changed({}, {})", from, to)};
                                 if ((from == "pending" || from == "failed") && is_paid_status(to)) events.emplace_back("order_payment_status_changed");
                                 probe.equal(trace.take(), events, "events");
                             }});
        }
    }
    cases.push_back({"statuses: with the prefix or without it is the same", [](Probe& probe) {
                         Order order = probe.saved([](Order& o) { o.set_status("wc-on-hold"); });
                         probe.equal(order.get_status(), "on-hold", "with it");
                         EventTrace trace(probe.kernel());
                         order.set_status("on-hold");
                         probe.equal(probe.orders().save(order).outcome, Outcome::unchanged, "the same status");
                         probe.equal(trace.take().size(), 0, "events");
                     }});
    cases.push_back({"statuses: a note that is given begins the note", [](Probe& probe) {
                         const Order order = probe.saved();
                         probe.changed(order, [](Order& o) { o.set_status("completed", "Picked up."); });
                         probe.equal(probe.orders().get_notes(order.get_id()).back().content, "Picked up. Order status changed from Pending payment to Completed.", "note");
                     }});
    cases.push_back({"statuses: given dates of payment and completion stay", [](Probe& probe) {
                         const UtcSeconds date = *parse_datetime("2020-02-02 02:02:02");
                         const Order order = probe.again(probe.saved([&](Order& o) { o.set_status("completed"), o.set_date_paid(date), o.set_date_completed(date); }));
                         probe.equal(order.get_date_paid(), date, "paid");
                         probe.equal(order.get_date_completed(), date, "completed");
                     }});
    cases.push_back({"statuses: completed again gets a new date, paid again does not", [](Probe& probe) {
                         const UtcSeconds date = *parse_datetime("2020-02-02 02:02:02");
                         const Order order = probe.saved([&](Order& o) { o.set_status("completed"), o.set_date_paid(date), o.set_date_completed(date); });
                         probe.changed(order, [](Order& o) { o.set_status("on-hold"); });
                         const Order back = probe.changed(order, [](Order& o) { o.set_status("completed"); });
                         probe.equal(back.get_date_paid(), date, "paid");
                         probe.check(back.get_date_completed() > date, "completed");
                     }});
    cases.push_back({"TD149: an auto-draft fires nothing, then it becomes a new order", [](Probe& probe) {
                         EventTrace trace(probe.kernel());
                         const Order order = probe.saved([](Order& o) { o.set_status("auto-draft"); });
                         for (const std::string& event : trace.take()) probe.check(!event.starts_with("new_order") && event != "update_order", event);
                         probe.changed(order, [](Order& o) { o.set_status("on-hold"); });
                         const Names events = trace.take();
                         probe.equal(std::count(events.begin(), events.end(), "new_order"), 1, "new_order");
                         probe.equal(std::count(events.begin(), events.end(), "update_order"), 0, "update_order");
                         for (const std::string& event : events) probe.note(event);
                     }});
    cases.push_back({"a draft of the checkout becomes a new order", [](Probe& probe) {
                         EventTrace trace(probe.kernel());
                         const Order order = probe.saved([](Order& o) { o.set_status("checkout-draft"); });
                         for (const std::string& event : trace.take()) probe.note(event);
                         const Order placed = probe.changed(order, [](Order& o) { o.set_status("pending"); });
                         probe.equal(placed.get_status(), "pending", "status");
                         const Names events = trace.take();
                         probe.equal(std::count(events.begin(), events.end(), "new_order"), 1, "new_order");
                         for (const std::string& event : events) probe.note(event);
                     }});
    cases.push_back({"OF1: the statuses in WooCommerce's order", [](Probe& probe) {
                         Names stored;
                         for (const auto& [status, label] : probe.orders().get_statuses()) {
                             stored.push_back(status);
                             probe.note(fmt::format("{} {}", status, label));
                         }
                         stored.resize(std::min<std::size_t>(stored.size(), 7));
                         probe.equal(stored, Names{"wc-pending", "wc-processing", "wc-on-hold", "wc-completed", "wc-cancelled", "wc-refunded", "wc-failed"}, "statuses");
                     }});
}

}  // namespace ordo::testing
