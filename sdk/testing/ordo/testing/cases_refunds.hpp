/// Refunds: full, partial, of lines, too much; what remains; what becomes of them with their order. See order_conformance.hpp.
#pragma once

#include <ordo/testing/cases_life.hpp>

namespace ordo::testing {

namespace detail {

inline Decimal amount(std::string_view text) { return *Decimal::parse(text); }

/// Paid, 60: two lines of 20, shipping 15, a fee of 5.
inline void fill_refundable(Order& order) {
    order.set_status("processing");
    order.set_total("60");
    order.set_shipping_total("15");
    order.add_product("Tea", "4", "20", "20");
    order.add_product("Cup", "2", "20", "20");
    order.add_shipping("Flat rate", "flat_rate", "15");
    order.add_fee("Wrap", "5");
}

}  // namespace detail

inline void add_refund_cases(ConformanceCases& cases) {
    using detail::amount;
    using detail::fill_refundable;
    using detail::item_at;

    cases.push_back({"RF1, RF3: a refund reads back with amount, reason, parent and who made it", [](Probe& probe) {
                         const Order order = probe.saved(fill_refundable);
                         RefundRequest request{order.get_id(), amount("10"), "broken", 7, true};
                         const Order made = probe.orders().refund(request);
                         const Order refund = probe.again(made);
                         probe.check(refund.is_refund(), "type");
                         probe.equal(refund.get_parent_id(), order.get_id(), "parent");
                         probe.equal(Names{refund.get_amount().to_string(), refund.get_total().to_string(), refund.get_reason()}, Names{"10", "-10", "broken"}, "values");
                         probe.equal(refund.get_refunded_by(), 7, "refunded by");
                         probe.check(refund.get_refunded_payment(), "refunded_payment");
                         probe.equal(refund.get_status(), "completed", "status");
                         probe.equal(refund.get_currency(), order.get_currency(), "currency");
                         const auto refunds = probe.orders().get_refunds(order.get_id());
                         probe.equal(refunds.size(), 1, "refunds of the order");
                         probe.check(refunds.size() == 1 && refunds[0].get_refunded_by() == 7, "refunded by, reached through the order");
                     }});
    for (const std::string_view text : {"0.01", "0.00000001", "59.99", "60", "0", "12.345678"})
        cases.push_back({fmt::format("CR53: {} of 60 is refunded", text), [text](Probe& probe) {
                             const Order order = probe.saved(fill_refundable);
                             EventTrace trace(probe.kernel());
                             const Order refund = probe.orders().refund({order.get_id(), amount(text)});
                             probe.equal(refund.get_amount(), text, "amount");
                             probe.equal(probe.orders().get_total_refunded(order.get_id()), text, "refunded");
                             probe.equal(probe.orders().get_remaining_refund_amount(order.get_id()), text == "12.345678" ? "47.65" : text == "0.00000001" ? "60" : (amount("60") - amount(text)).to_string(), "remaining, in prices");
                             probe.equal(probe.again(order).get_status(), text == "60" ? "refunded" : "processing", "the order's status");
                             for (const std::string& event : trace.take()) probe.note(event);
                         }});
    cases.push_back({"CR53: two refunds add up, the last makes the order refunded", [](Probe& probe) {
                         const Order order = probe.saved([](Order& o) { o.set_total("400"), o.set_status("completed"); });
                         probe.orders().refund({order.get_id(), amount("100")});
                         probe.equal(probe.orders().get_remaining_refund_amount(order.get_id()), "300", "remaining");
                         probe.orders().refund({order.get_id(), amount("100")});
                         probe.equal(probe.orders().get_total_refunded(order.get_id()), "200", "refunded");
                         probe.equal(probe.again(order).get_status(), "completed", "status");
                         const Order last = probe.orders().refund({order.get_id()});
                         probe.equal(last.get_amount(), "200", "what remained");
                         probe.equal(probe.again(order).get_status(), "refunded", "status");
                         const auto notes = probe.orders().get_notes(order.get_id());
                         probe.check(!notes.empty() && notes.back().content.find("Refunded") != std::string::npos, "a note tells of it");
                         probe.equal(probe.orders().get_refunds(order.get_id()).size(), 3, "refunds");
                     }});
    cases.push_back({"OF41: a line of 20 and a fee of 5 are refunded in part", [](Probe& probe) {
                         Order order = probe.saved(fill_refundable);
                         RefundRequest request{order.get_id()};
                         request.lines = {{item_at(order, 0).get_id(), amount("1"), amount("5"), {}}, {item_at(order, 3).get_id(), amount("0"), amount("2.5"), {}}};
                         Order refund = probe.again(probe.orders().refund(request));
                         probe.equal(refund.get_amount(), "7.5", "amount: the sum of the lines");
                         probe.equal(refund.get_items().size(), 2, "items");
                         OrderItem line = item_at(refund, 0), fee = item_at(refund, 1);
                         probe.equal(Names{line.get_type(), line.get_name(), line.get_quantity().to_string(), line.get_total().to_string()}, Names{"line_item", "Tea", "-1", "-5"}, "line");
                         probe.equal(Names{fee.get_type(), fee.get_name(), fee.get_total().to_string()}, Names{"fee", "Wrap", "-2.5"}, "fee");
                         probe.equal(line.get_meta("_refunded_item_id"), std::to_string(item_at(order, 0).get_id()), "which line");
                     }});
    cases.push_back({"TD85: shipping is refunded, its tax apart", [](Probe& probe) {
                         Order order = probe.saved(fill_refundable);
                         RefundRequest request{order.get_id()};
                         request.lines = {{item_at(order, 2).get_id(), amount("0"), amount("10"), {{3, amount("2")}}}};
                         Order refund = probe.again(probe.orders().refund(request));
                         probe.equal(item_at(refund, 0).get_type(), "shipping", "type");
                         probe.equal(item_at(refund, 0).get_total(), "-10", "total");
                         probe.equal(refund.get_amount(), "12", "with its tax");
                         probe.equal(refund.get_shipping_total(), "-10", "of the refund");
                         probe.equal(refund.get_shipping_tax(), "-2", "its tax");
                     }});
    cases.push_back({"OF45: a refunded line has its taxes by rate", [](Probe& probe) {
                         Order order = probe.saved(fill_refundable);
                         RefundRequest request{order.get_id()};
                         request.lines = {{item_at(order, 0).get_id(), amount("2"), amount("10"), {{3, amount("0")}, {5, amount("1.5")}}}};
                         Order refund = probe.again(probe.orders().refund(request));
                         probe.equal(refund.get_amount(), "11.5", "amount");
                         probe.equal(item_at(refund, 0).get_total_tax(), "-1.5", "the line's tax");
                         probe.check(item_at(refund, 0).get_meta("_line_tax_data").find(R"(i:3;s:1:"0";)") != std::string::npos, "a rate of 0 is kept");
                         probe.note(item_at(refund, 0).get_meta("_line_tax_data"));
                         probe.equal(refund.get_cart_tax(), "-1.5", "the refund's tax");
                     }});
    cases.push_back({"every line of an order is refunded", [](Probe& probe) {
                         Order order = probe.saved(fill_refundable);
                         RefundRequest request{order.get_id()};
                         for (const OrderItem& item : order.get_items()) request.lines.push_back({item.get_id(), item.get_quantity(), item.get_total(), {}});
                         const Order refund = probe.orders().refund(request);
                         probe.equal(refund.get_amount(), "60", "amount");
                         probe.equal(probe.again(order).get_status(), "refunded", "status");
                     }});
    cases.push_back({"OF43: a refund renews the order's date of modification", [](Probe& probe) {
                         const Order order = probe.saved([](Order& o) { o.set_total("5"), o.set_date_modified(*parse_datetime("2020-01-01 00:00:00")); });
                         probe.orders().refund({order.get_id(), amount("1")});
                         probe.check(probe.again(order).get_date_modified() > order.get_date_modified(), "renewed");
                     }});
    cases.push_back({"a refund's date can be given", [](Probe& probe) {
                         const Order order = probe.saved([](Order& o) { o.set_total("5"); });
                         RefundRequest request{order.get_id(), amount("1")};
                         request.date_created = *parse_datetime("2021-02-03 04:05:06");
                         probe.equal(probe.again(probe.orders().refund(request)).get_date_created(), "2021-02-03 04:05:06", "date");
                     }});
    cases.push_back({"RF5, RF7: a refund's properties are changed", [](Probe& probe) {
                         const Order order = probe.saved([](Order& o) { o.set_total("20"); });
                         const Order refund = probe.orders().refund({order.get_id(), amount("10"), "first"});
                         EventTrace trace(probe.kernel());
                         const Order changed = probe.changed(refund, [](Order& o) {
                             o.set_reason("second"), o.set_amount("5"), o.set_refunded_by(2), o.set_refunded_payment(true);
                             o.update_meta_data("colour", "red");
                         });
                         probe.equal(Names{changed.get_reason(), changed.get_amount().to_string(), std::to_string(changed.get_refunded_by()), changed.get_meta("colour")}, Names{"second", "5", "2", "red"}, "values");
                         probe.check(changed.get_refunded_payment(), "refunded_payment");
                         probe.equal(changed.get_total(), "-10", "its total is a property of its own");
                         probe.equal(probe.orders().get_total_refunded(order.get_id()), "10", "by which refunds are counted");
                         probe.equal(trace.take(), Names{"update_order_refund"}, "events");
                     }});
    cases.push_back({"events of a partial refund", [](Probe& probe) {
                         const Order order = probe.saved(fill_refundable);
                         EventTrace trace(probe.kernel());
                         probe.orders().refund({order.get_id(), amount("1")});
                         probe.equal(trace.take(), Names{"before_order_object_save", "create_refund", "update_order_refund", "order_partially_refunded", "update_order", "after_order_object_save",
                                                         "refund_created", "order_refunded"}, "events");
                     }});
    cases.push_back({"events of a full refund", [](Probe& probe) {
                         const Order order = probe.saved(fill_refundable);
                         EventTrace trace(probe.kernel());
                         probe.orders().refund({order.get_id()});
                         probe.equal(trace.take(), Names{"before_order_object_save", "create_refund", "update_order_refund", "order_fully_refunded", "update_order", "after_order_object_save",
                                                         "order_status_refunded", "order_note_added", "order_status_processing_to_refunded", "order_status_changed(processing, refunded)", "refund_created",
                                                         "order_refunded"}, "events");
                     }});
    cases.push_back({"trash: refunds go with their order and come back", [](Probe& probe) {
                         const Order order = probe.saved(fill_refundable);
                         const Order refund = probe.orders().refund({order.get_id(), amount("10")});
                         probe.orders().trash(order.get_id());
                         probe.equal(probe.again(refund).get_status(), "trash", "in the trash");
                         probe.orders().untrash(order.get_id());
                         probe.equal(probe.again(refund).get_status(), "completed", "back");
                         probe.equal(probe.orders().get_remaining_refund_amount(order.get_id()), "50", "remaining");
                     }});
    cases.push_back({"TD123: refunds are removed with their order", [](Probe& probe) {
                         const Order order = probe.saved(fill_refundable), other = probe.saved(fill_refundable);
                         const Order refund = probe.orders().refund({order.get_id(), amount("10")}), kept = probe.orders().refund({other.get_id(), amount("10")});
                         probe.orders().remove(order.get_id());
                         probe.check(!probe.orders().get(order.get_id()) && !probe.orders().get(refund.get_id()), "gone");
                         probe.check(probe.orders().get(other.get_id()) && probe.orders().get(kept.get_id()), "the others stay");
                     }});
    cases.push_back({"a refund is removed, and its amount can be refunded again", [](Probe& probe) {
                         const Order order = probe.saved([](Order& o) { o.set_total("10"); });
                         const Order refund = probe.orders().refund({order.get_id()});
                         probe.equal(probe.orders().remove(refund.get_id()).outcome, Outcome::written, "removed");
                         probe.equal(probe.orders().get_remaining_refund_amount(order.get_id()), "10", "remaining");
                         probe.check(probe.orders().get_refunds(order.get_id()).empty(), "refunds");
                     }});
    cases.push_back({"refunds are given in the order of their ids", [](Probe& probe) {
                         const Order order = probe.saved([](Order& o) { o.set_total("10"); });
                         Names amounts;
                         for (const char* text : {"1", "3", "2"}) probe.orders().refund({order.get_id(), amount(text)});
                         for (const Order& refund : probe.orders().get_refunds(order.get_id())) amounts.push_back(refund.get_amount().to_string());
                         probe.equal(amounts, Names{"1", "3", "2"}, "amounts");
                     }});
}

}  // namespace ordo::testing
