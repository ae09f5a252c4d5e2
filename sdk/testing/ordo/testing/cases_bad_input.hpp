/// What is no order's value is refused with the documented code, and leaves nothing behind. See order_conformance.hpp.
#pragma once

#include <ordo/testing/cases_refunds.hpp>

namespace ordo::testing {

namespace detail {

struct BadInput {
    std::string_view what;
    ErrorCode code;
    std::function<void(Order&)> change;
    std::string zone = {};
};

inline const std::vector<BadInput>& bad_inputs() {
    using namespace std::string_view_literals;
    static const auto local = [](std::string_view property, std::string_view text) {
        return [property, text](Order& o) { o.set(property, text); };
    };
    static const std::vector<BadInput> all{
        {"an unknown property", errc::order_unknown_field, local("colour", "red")},
        {"an unknown property in capitals", errc::order_unknown_field, local("TOTAL", "1")},
        {"the id", errc::order_bad_value, local("id", "5")},
        {"the type", errc::order_bad_value, local("type", "shop_order_refund")},
        {"an amount with a comma", errc::order_bad_value, local("total", "12,50")},
        {"an amount with blanks", errc::order_bad_value, local("total", "1 000")},
        {"an amount with a currency", errc::order_bad_value, local("shipping_total", "5 EUR")},
        {"an empty amount", errc::order_bad_value, local("total", "")},
        {"words for an amount", errc::order_bad_value, local("cart_tax", "ten")},
        {"an amount that is not a number", errc::order_bad_value, local("total", "NaN")},
        {"an amount without end", errc::order_bad_value, local("total", "INF")},
        {"nine decimals", errc::order_bad_value, local("total", "0.123456789")},
        {"nine decimals of the discount", errc::order_bad_value, local("discount_total", "1.000000001")},
        {"19 digits before the point", errc::order_bad_value, local("total", "1234567890123456789")},
        {"an amount in hexadecimal", errc::order_bad_value, local("total", "0x10")},
        {"a flag that is none", errc::order_bad_value, local("prices_include_tax", "maybe")},
        {"an empty flag", errc::order_bad_value, local("recorded_sales", "")},
        {"a flag as meta that is none", errc::order_bad_value, [](Order& o) { o.update_meta_data("_recorded_sales", "maybe"); }},
        {"a negative id of a customer", errc::order_bad_value, local("customer_id", "-1")},
        {"an id of a customer in words", errc::order_bad_value, local("customer_id", "ana")},
        {"an id of a customer that is too large", errc::order_bad_value, local("customer_id", "9223372036854775808")},
        {"a date in words", errc::order_bad_value, local("date_paid", "yesterday")},
        {"the 30th of February", errc::order_bad_value, local("date_paid", "2026-02-30")},
        {"the 29th of February of another year", errc::order_bad_value, local("date_created", "2026-02-29")},
        {"a 25th hour", errc::order_bad_value, local("date_completed", "2026-01-01 25:00:00")},
        {"a zero date", errc::order_bad_value, local("date_paid", "0000-00-00 00:00:00")},
        {"a date beyond the year 9999", errc::order_bad_value, local("date_paid", "253402300800")},
        {"an unknown status", errc::order_bad_value, [](Order& o) { o.set_status("shipped"); }},
        {"a status in capitals", errc::order_bad_value, [](Order& o) { o.set_status("Pending"); }},
        {"a status of two prefixes", errc::order_bad_value, [](Order& o) { o.set_status("wc-wc-pending"); }},
        {"a currency in small letters", errc::order_bad_value, [](Order& o) { o.set_currency("eur"); }},
        {"a currency of four letters", errc::order_bad_value, [](Order& o) { o.set_currency("EURO"); }},
        {"no currency", errc::order_bad_value, [](Order& o) { o.set_currency(""); }},
        {"CR37: an e-mail without an @", errc::order_bad_value, [](Order& o) { o.set_billing_email("nobody"); }},
        {"an e-mail with two @", errc::order_bad_value, [](Order& o) { o.set_billing_email("a@b@example.com"); }},
        {"an e-mail without a domain", errc::order_bad_value, [](Order& o) { o.set_billing_email("ana@"); }},
        {"an e-mail with a blank", errc::order_bad_value, [](Order& o) { o.set_billing_email("ana @example.com"); }},
        {"an e-mail with a line end", errc::order_bad_value, [](Order& o) { o.set_billing_email("ana@example.com\nBcc: all@example.com"); }},
        {"an e-mail of 400 characters", errc::order_bad_value, [](Order& o) { o.set_billing_email(std::string(388, 'a') + "@example.com"); }},
        {"an e-mail of 321 characters", errc::order_bad_value, [](Order& o) { o.set_billing_email(std::string(309, 'a') + "@example.com"); }},
        {"a customer's note of a megabyte", errc::order_bad_value, [](Order& o) { o.set_customer_note(std::string(1 << 20, 'n')); }},
        {"a company of 65,536 bytes", errc::order_bad_value, [](Order& o) { o.set_billing_company(std::string(65536, 'c')); }},
        {"a NUL byte in a city", errc::order_bad_value, [](Order& o) { o.set_billing_city("Br\0no"sv); }},
        {"a NUL byte in a note", errc::order_bad_value, [](Order& o) { o.set_customer_note("\0"sv); }},
        {"a NUL byte in an order key", errc::order_bad_value, [](Order& o) { o.set_order_key("wc_order_\0"sv); }},
        {"a lone byte that is no UTF-8", errc::order_bad_value, [](Order& o) { o.set_billing_city("\xff"); }},
        {"a cut UTF-8 character", errc::order_bad_value, [](Order& o) { o.set_shipping_city("Zl\xc3"); }},
        {"an overlong UTF-8 character", errc::order_bad_value, [](Order& o) { o.set_billing_company("\xc0\xaf"); }},
        {"a surrogate in UTF-8", errc::order_bad_value, [](Order& o) { o.set_payment_method_title("\xed\xa0\x80"); }},
        {"beyond the last character", errc::order_bad_value, [](Order& o) { o.set_billing_state("\xf4\x90\x80\x80"); }},
        {"an empty meta key", errc::order_bad_value, [](Order& o) { o.add_meta_data("", "x"); }},
        {"a meta key of 256 characters", errc::order_bad_value, [](Order& o) { o.add_meta_data(std::string(256, 'k'), "x"); }},
        {"a meta key with a NUL byte", errc::order_bad_value, [](Order& o) { o.add_meta_data("a\0b"sv, "x"); }},
        {"a meta key that is no UTF-8", errc::order_bad_value, [](Order& o) { o.add_meta_data("\xff", "x"); }},
        {"a meta value that is no UTF-8", errc::order_bad_value, [](Order& o) { o.add_meta_data("k", "\xff"); }},
        {"the key of a deletion record", errc::order_bad_value, [](Order& o) { o.add_meta_data("_deleted_from", "posts"); }},
        {"the key of a deletion record, changed past the setter", errc::order_bad_value, [](Order& o) { o.record().meta.push_back({0, "_deleted_from", "posts"}); }},
        {"an internal key, added past the setter", errc::order_bad_value, [](Order& o) { o.record().meta.push_back({0, "_billing_city", "x"}); }},
        {"a negative quantity", errc::order_bad_value, [](Order& o) { o.add_product("Tea", "-1", "1", "1"); }},
        {"a quantity in words", errc::order_bad_value, [](Order& o) { o.add_product("Tea", "two", "1", "1"); }},
        {"a line's total with a comma", errc::order_bad_value, [](Order& o) { o.add_product("Tea", "1", "1", "1,5"); }},
        {"a fee that is no amount", errc::order_bad_value, [](Order& o) { o.add_fee("Wrap", "free"); }},
        {"a discount that is no amount", errc::order_bad_value, [](Order& o) { o.add_coupon("summer", "10%"); }},
        {"shipping that is no amount", errc::order_bad_value, [](Order& o) { o.add_shipping("Flat", "flat_rate", ""); }},
        {"an item without a type", errc::order_bad_value, [](Order& o) { o.add_item("", "x", {}); }},
        {"an item's type of 201 characters", errc::order_bad_value, [](Order& o) { o.add_item(std::string(201, 't'), "x", {}); }},
        {"an item's name that is no UTF-8", errc::order_bad_value, [](Order& o) { o.add_item("fee", "\xff", {}); }},
        {"an item's name of a megabyte", errc::order_bad_value, [](Order& o) { o.add_item("fee", std::string(1 << 20, 'n'), {}); }},
        {"an item's meta that is no UTF-8", errc::order_bad_value, [](Order& o) { o.add_item("fee", "x", {{"k", "\xff"}}); }},
        {"an item's empty meta key", errc::order_bad_value, [](Order& o) { o.add_item("fee", "x", {{"", "v"}}); }},
        {"another id", errc::order_bad_value, [](Order& o) { o.set_billing_city("x"), o.record().id = OrderId{o.get_id().value + 1}; }},
        {"another type", errc::order_bad_value, [](Order& o) { o.set_billing_city("x"), o.record().type = "shop_order_refund"; }},
    };
    return all;
}

/// A post that is no order, if the shop has posts.
inline OrderId add_page(Probe& probe) {
    OrderId id;
    probe.kernel().database().write([&](Unit& unit) {
        std::string posts;
        for (const char* name : {"wp_posts"})
            if (unit.table_exists(name)) posts = name;
        if (posts.empty()) return;
        unit.execute("INSERT INTO " + posts + " (post_title, post_content, post_excerpt, to_ping, pinged, post_content_filtered, post_type, post_status) VALUES ('About', '', '', '', '', '', 'page', 'publish')");
        id = OrderId{unit.last_insert_id()};
    });
    return id;
}

}  // namespace detail

inline void add_bad_input_cases(ConformanceCases& cases) {
    for (const detail::BadInput& row : detail::bad_inputs()) {
        cases.push_back({fmt::format("bad input: {}", row.what), [&row](Probe& probe) {
                             const Order order = probe.saved(detail::fill);
                             probe.refused(row.code, "in an order that is there", [&] { probe.changed(order, row.change); });
                             if (row.what != "another id" && row.what != "another type") probe.refused(row.code, "in a new order", [&] { probe.saved(row.change); });
                         }, row.zone});
    }
    for (const char* text : {"2026-03-08 02:00:00", "2026-03-08 02:30", "2026-03-08 02:59:59"})
        cases.push_back({fmt::format("bad input: {}, which New York's clocks skip", text), [text](Probe& probe) {
                             const SiteZone& zone = probe.orders().site_zone();
                             for (const auto& row : detail::date_properties)
                                 probe.refused(errc::order_bad_value, row.name, [&] { probe.saved([&](Order& o) { o.set(row.name, text, &zone); }); });
                         }, "America/New_York"});
    struct BadRefund {
        std::string_view what;
        ErrorCode code;
        std::function<RefundRequest(Order&)> request;
    };
    static const std::vector<BadRefund> refunds{
        {"more than remains", errc::order_bad_value, [](Order& o) { return RefundRequest{o.get_id(), detail::amount("60.01")}; }},
        {"a hundred-millionth more than remains", errc::order_bad_value, [](Order& o) { return RefundRequest{o.get_id(), detail::amount("60.00000001")}; }},
        {"less than nothing", errc::order_bad_value, [](Order& o) { return RefundRequest{o.get_id(), detail::amount("-1")}; }},
        {"of an order that is not there", errc::order_missing, [](Order& o) { return RefundRequest{OrderId{o.get_id().value + 1000}, detail::amount("1")}; }},
        {"of no order", errc::order_missing, [](Order&) { return RefundRequest{OrderId{}, detail::amount("1")}; }},
        {"of an item that is not the order's", errc::order_bad_value, [](Order& o) {
             RefundRequest request{o.get_id()};
             request.lines = {{999999999, detail::amount("1"), detail::amount("1"), {}}};
             return request;
         }},
        {"of a line's negative quantity", errc::order_bad_value, [](Order& o) {
             RefundRequest request{o.get_id()};
             request.lines = {{detail::item_at(o, 0).get_id(), detail::amount("-1"), detail::amount("1"), {}}};
             return request;
         }},
        {"of a line's negative total", errc::order_bad_value, [](Order& o) {
             RefundRequest request{o.get_id()};
             request.lines = {{detail::item_at(o, 0).get_id(), detail::amount("1"), detail::amount("-1"), {}}};
             return request;
         }},
        {"of a line's negative tax", errc::order_bad_value, [](Order& o) {
             RefundRequest request{o.get_id()};
             request.lines = {{detail::item_at(o, 0).get_id(), detail::amount("1"), detail::amount("1"), {{1, detail::amount("-1")}}}};
             return request;
         }},
        {"for a reason that is no UTF-8", errc::order_bad_value, [](Order& o) { return RefundRequest{o.get_id(), detail::amount("1"), "\xff"}; }},
        {"for a reason of a megabyte", errc::order_bad_value, [](Order& o) { return RefundRequest{o.get_id(), detail::amount("1"), std::string(1 << 20, 'r')}; }},
    };
    for (const BadRefund& row : refunds)
        cases.push_back({fmt::format("bad input: a refund {}", row.what), [&row](Probe& probe) {
                             Order order = probe.saved(detail::fill_refundable);
                             EventTrace trace(probe.kernel());
                             probe.refused(row.code, "refund", [&] { probe.orders().refund(row.request(order)); });
                             for (const std::string& event : trace.take()) probe.check(event.starts_with("before_"), event);
                         }});
    cases.push_back({"bad input: a refund of a refund", [](Probe& probe) {
                         const Order order = probe.saved(detail::fill_refundable);
                         const Order refund = probe.orders().refund({order.get_id(), detail::amount("10")});
                         probe.refused(errc::order_bad_value, "refund", [&] { probe.orders().refund({refund.get_id(), detail::amount("1")}); });
                     }});
    cases.push_back({"bad input: a second refund above what remains", [](Probe& probe) {
                         const Order order = probe.saved(detail::fill_refundable);
                         probe.orders().refund({order.get_id(), detail::amount("50")});
                         probe.refused(errc::order_bad_value, "refund", [&] { probe.orders().refund({order.get_id(), detail::amount("10.01")}); });
                     }});
    for (const std::string_view parent : {"none", "missing", "a refund"})
        cases.push_back({fmt::format("bad input: a refund saved with the parent: {}", parent), [parent](Probe& probe) {
                             const Order order = probe.saved(detail::fill_refundable);
                             const Order refund = probe.orders().refund({order.get_id(), detail::amount("10")});
                             probe.refused(errc::order_bad_value, "save", [&] {
                                 Order made{std::string(type_shop_order_refund)};
                                 if (parent == "missing") made.set_parent_id(OrderId{999999999});
                                 if (parent == "a refund") made.set_parent_id(refund.get_id());
                                 probe.save(made);
                             });
                         }});
    struct BadNote {
        std::string_view what;
        ErrorCode code;
        std::function<void(NoteRequest&)> change;
    };
    static const std::vector<BadNote> notes{
        {"of a megabyte", errc::order_bad_value, [](NoteRequest& note) { note.content = std::string(1 << 20, 'n'); }},
        {"of 65,536 bytes", errc::order_bad_value, [](NoteRequest& note) { note.content = std::string(65536, 'n'); }},
        {"without content", errc::order_bad_value, [](NoteRequest& note) { note.content.clear(); }},
        {"that is no UTF-8", errc::order_bad_value, [](NoteRequest& note) { note.content = "\xff"; }},
        {"with a NUL byte", errc::order_bad_value, [](NoteRequest& note) { note.content = std::string("a\0b", 3); }},
        {"of an author that is no UTF-8", errc::order_bad_value, [](NoteRequest& note) { note.author = "\xff"; }},
        {"of a group that is no UTF-8", errc::order_bad_value, [](NoteRequest& note) { note.group = "\xff"; }},
        {"of an order that is not there", errc::order_missing, [](NoteRequest& note) { note.order = OrderId{999999999}; }},
    };
    for (const BadNote& row : notes)
        cases.push_back({fmt::format("bad input: a note {}", row.what), [&row](Probe& probe) {
                             const Order order = probe.saved();
                             probe.refused(row.code, "add_note", [&] {
                                 NoteRequest note{order.get_id(), "Packed"};
                                 row.change(note);
                                 probe.orders().add_note(note);
                             });
                         }});
    cases.push_back({"bad input: a type that nobody registered", [](Probe& probe) {
                         probe.refused(errc::order_type_unknown, "save", [&] {
                             Order order{"shop_parcel"};
                             probe.save(order);
                         });
                     }});
    cases.push_back({"bad input: the id of another post", [](Probe& probe) {
                         const OrderId page = detail::add_page(probe);
                         if (page == OrderId{}) return;
                         probe.check(!probe.orders().get(page), "not found");
                         probe.equal(probe.orders().trash(page).outcome, Outcome::missing, "trash");
                         probe.equal(probe.orders().remove(page).outcome, Outcome::missing, "remove");
                         probe.refused(errc::order_missing, "update", [&] { probe.orders().update(page, [](Order& o) { o.set_total("1"); }); });
                         probe.refused(errc::order_missing, "note", [&] { probe.orders().add_note({page, "x"}); });
                         probe.refused(errc::order_missing, "refund", [&] { probe.orders().refund({page, detail::amount("1")}); });
                         probe.refused(errc::order_bad_value, "as a refund's parent", [&] {
                             Order made{std::string(type_shop_order_refund)};
                             made.set_parent_id(page);
                             probe.save(made);
                         });
                         bool there = false;
                         probe.kernel().database().read([&](Read& read) {
                             there = false;
                             read.query(fmt::format("SELECT post_title FROM wp_posts WHERE ID = {} AND post_status = 'publish'", page), [&](const Row&) { there = true; });
                         });
                         probe.check(there, "the page is as it was");
                     }});
    cases.push_back({"ids that are none: trash, restore, remove", [](Probe& probe) {
                         for (const OrderId id : {OrderId{}, OrderId{999999999}}) {
                             probe.equal(probe.orders().trash(id).outcome, Outcome::missing, "trash");
                             probe.equal(probe.orders().untrash(id).outcome, Outcome::missing, "restore");
                             probe.equal(probe.orders().remove(id).outcome, Outcome::missing, "remove");
                             probe.check(!probe.orders().delete_note(id, 1), "a note");
                             probe.refused(errc::order_missing, "payment", [&] { probe.orders().payment_complete(id); });
                             probe.refused(errc::order_missing, "remaining", [&] { probe.orders().get_remaining_refund_amount(id); });
                         }
                     }});
}

}  // namespace ordo::testing
