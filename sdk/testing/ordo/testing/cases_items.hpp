/// Items of five types and their meta. See order_conformance.hpp.
#pragma once

#include <ordo/testing/cases_fields.hpp>

namespace ordo::testing {

namespace detail {

inline OrderItem item_at(Order& order, std::size_t index) {
    auto items = order.get_items();
    if (index >= items.size()) throw Error(errc::internal, fmt::format("there is no item at {}", index));
    return items[index];
}

}  // namespace detail

inline void add_item_cases(ConformanceCases& cases) {
    struct Kind {
        std::string_view type;
        void (*add)(Order&);
    };
    static constexpr std::array kinds{
        Kind{"line_item", [](Order& o) { o.add_product("Tea", "2", "20", "18.5", 15, 16, "reduced-rate"); }},
        Kind{"shipping", [](Order& o) { o.add_shipping("Flat rate", "flat_rate", "7.25", "3"); }},
        Kind{"fee", [](Order& o) { o.add_fee("Gift wrap", "3.10", "none"); }},
        Kind{"coupon", [](Order& o) { o.add_coupon("summer", "5", "0.5"); }},
        Kind{"tax", [](Order& o) { o.add_item("tax", "GB-VAT-1", {{"rate_id", "1"}, {"label", "VAT"}, {"compound", ""}, {"tax_amount", "1.5"}, {"shipping_tax_amount", "0"}}); }},
        Kind{"gift_card", [](Order& o) { o.add_item("gift_card", "Card", {{"number", "123"}}); }},
    };
    for (const Kind& kind : kinds) {
        cases.push_back({fmt::format("CR17: an item of the type {} is kept with its meta", kind.type), [kind](Probe& probe) {
                             Order order = probe.saved(kind.add);
                             Order loaded = probe.again(order);
                             probe.equal(loaded.get_items().size(), 1, "items");
                             OrderItem item = detail::item_at(loaded, 0);
                             probe.equal(item.get_type(), kind.type, "type");
                             probe.check(item.get_id() != 0 && item.get_id() == detail::item_at(order, 0).get_id(), "the saved order knows its id");
                             Order fresh;
                             kind.add(fresh);
                             for (const MetaRow& row : detail::item_at(fresh, 0).record().meta) probe.equal(item.get_meta(row.key), row.value, row.key);
                             probe.check(loaded.get_item(item.get_id()).has_value() && !loaded.get_item(0) && !loaded.get_item(item.get_id() + 1000), "by id");
                         }});
        cases.push_back({fmt::format("an item of the type {} gets another name and other meta", kind.type), [kind](Probe& probe) {
                             const Order order = probe.saved(kind.add);
                             EventTrace trace(probe.kernel());
                             Order changed = probe.changed(order, [](Order& o) {
                                 OrderItem item = detail::item_at(o, 0);
                                 item.set_name("Renamed");
                                 item.set_meta("colour", "red");
                                 item.add_meta("colour", "blue");
                             });
                             OrderItem item = detail::item_at(changed, 0);
                             probe.equal(item.get_name(), "Renamed", "name");
                             probe.equal(item.get_meta("colour"), "red", "meta");
                             probe.equal(trace.take(), Names{"before_order_object_save", "update_order", fmt::format("update_order_item({})", kind.type), "after_order_object_save"}, "events");
                             changed = probe.changed(order, [](Order& o) { detail::item_at(o, 0).delete_meta("colour"); });
                             probe.equal(detail::item_at(changed, 0).get_meta("colour"), "", "deleted");
                         }});
        cases.push_back({fmt::format("an item of the type {} is removed from an order that stays", kind.type), [kind](Probe& probe) {
                             const Order order = probe.saved([&](Order& o) {
                                 kind.add(o);
                                 o.add_item("other", "stays", {{"k", "v"}});
                             });
                             EventTrace trace(probe.kernel());
                             Order changed = probe.changed(order, [&](Order& o) { o.remove_order_items(kind.type); });
                             probe.equal(changed.get_items().size(), 1, "items");
                             probe.equal(detail::item_at(changed, 0).get_name(), "stays", "the other");
                             probe.equal(trace.take(), Names{"before_order_object_save", "before_delete_order_item", "update_order", "delete_order_item", "after_order_object_save"}, "events");
                         }});
    }
    cases.push_back({"CR11: items are found by type", [](Probe& probe) {
                         const Order order = probe.saved([](Order& o) {
                             for (const Kind& kind : kinds) kind.add(o), kind.add(o);
                         });
                         Order loaded = probe.again(order);
                         for (const Kind& kind : kinds) probe.equal(loaded.get_items({kind.type}).size(), 2, kind.type);
                         probe.equal(loaded.get_items({"line_item", "fee"}).size(), 4, "two types");
                         probe.equal(loaded.get_items().size(), 12, "all");
                     }});
    cases.push_back({"CR15: coupon codes in their order", [](Probe& probe) {
                         const Order order = probe.again(probe.saved([](Order& o) { o.add_coupon("b", "1"), o.add_coupon("a", "1"), o.add_coupon("Ž", "1"); }));
                         probe.equal(order.get_coupon_codes(), Names{"b", "a", "Ž"}, "codes");
                     }});
    cases.push_back({"items stay in the order in which they were added", [](Probe& probe) {
                         const Order order = probe.saved([](Order& o) { o.add_fee("3", "1"), o.add_product("1", "1", "1", "1"), o.add_shipping("2", "m", "1"); });
                         Order changed = probe.changed(order, [](Order& o) { o.add_product("0", "1", "1", "1"); });
                         Names names;
                         for (const OrderItem& item : changed.get_items()) names.push_back(item.get_name());
                         probe.equal(names, Names{"3", "1", "2", "0"}, "names");
                     }});
    cases.push_back({"items: equal keys of an item's meta are rows of their own", [](Probe& probe) {
                         const Order order = probe.saved([](Order& o) {
                             OrderItem item = o.add_item("line_item", "Tea", {{"_qty", "1"}});
                             for (const char* value : {"1", "2", "2"}) item.add_meta("k", value);
                         });
                         Order loaded = probe.again(order);
                         probe.equal(detail::item_at(loaded, 0).record().meta.size(), 4, "rows");
                         Order changed = probe.changed(order, [](Order& o) { detail::item_at(o, 0).set_meta("k", "3"); });
                         probe.equal(detail::item_at(changed, 0).record().meta.size(), 2, "one row takes the place of all");
                     }});
    for (const auto& [given, kept] : {std::pair{"1", "1"}, {"0.5", "0.5"}, {"0", "0"}, {"1000000", "1000000"}, {"2.50", "2.5"}, {"0.00000001", "0.00000001"}})
        cases.push_back({fmt::format("items: the quantity {}", given), [given = std::string_view(given), kept = std::string_view(kept)](Probe& probe) {
                             Order order = probe.again(probe.saved([&](Order& o) { o.add_product("Tea", given, "1", "1"), o.add_fee("no quantity", "1"); }));
                             probe.equal(detail::item_at(order, 0).get_quantity(), kept, "quantity");
                             probe.equal(order.get_item_count(), kept, "count");
                         }});
    for (const HostileText& row : hostile_texts())
        cases.push_back({fmt::format("items keep {}", row.what), [&row](Probe& probe) {
                             Order order = probe.again(probe.saved([&](Order& o) { o.add_item("line_item", row.text, {{"_qty", "1"}, {"k", row.text}}); }));
                             OrderItem item = detail::item_at(order, 0);
                             probe.equal(item.get_name(), row.text, "name");
                             probe.equal(item.get_meta("k"), row.text, "meta");
                         }});
    cases.push_back({"items: meta of an item keeps NULL, the empty text and a megabyte", [](Probe& probe) {
                         const std::string large(1000000, 'x');
                         Order order = probe.again(probe.saved([&](Order& o) {
                             OrderItem item = o.add_item("line_item", "Tea", {{"empty", ""}, {"large", large}});
                             item.record().meta.push_back({0, "none", std::nullopt});
                         }));
                         for (const MetaRow& row : detail::item_at(order, 0).record().meta) probe.equal(row.value.has_value(), row.key != "none", row.key);
                         probe.equal(detail::item_at(order, 0).get_meta("large"), large, "large");
                     }});
    cases.push_back({"items: a hundred of them", [](Probe& probe) {
                         const Order order = probe.saved([](Order& o) {
                             for (int i = 0; i < 100; ++i) o.add_product(std::to_string(i), "1", "1", "1");
                         });
                         probe.equal(probe.again(order).get_item_count(), "100", "count");
                         Order fewer = probe.changed(order, [](Order& o) {
                             for (const OrderItem& item : o.get_items())
                                 if (item.get_name().ends_with("7")) {
                                     o.remove_item(item.get_id());
                                     break;
                                 }
                         });
                         probe.equal(fewer.get_item_count(), "99", "one less");
                     }});
    cases.push_back({"items: amounts of a line", [](Probe& probe) {
                         const Order order = probe.saved([](Order& o) { o.add_product("Tea", "3", "29.97", "26.973", 7, 9); });
                         Order changed = probe.changed(order, [](Order& o) {
                             OrderItem item = detail::item_at(o, 0);
                             item.set_quantity("4"), item.set_subtotal("39.96"), item.set_total("35.96400001"), item.set_tax_class("zero-rate");
                         });
                         OrderItem item = detail::item_at(changed, 0);
                         probe.equal(Names{item.get_quantity().to_string(), item.get_subtotal().to_string(), item.get_total().to_string(), item.get_tax_class()},
                                     Names{"4", "39.96", "35.96400001", "zero-rate"}, "values");
                         probe.equal(item.get_product_id(), 7, "product");
                         probe.equal(item.get_variation_id(), 9, "variation");
                     }});
    cases.push_back({"items: removing all, then adding others in one save", [](Probe& probe) {
                         const Order order = probe.saved([](Order& o) { o.add_product("Tea", "1", "1", "1"), o.add_fee("Wrap", "1"); });
                         EventTrace trace(probe.kernel());
                         Order changed = probe.changed(order, [](Order& o) {
                             o.remove_order_items();
                             o.add_product("Coffee", "2", "2", "2");
                         });
                         probe.equal(changed.get_items().size(), 1, "items");
                         probe.equal(trace.take(), Names{"before_order_object_save", "before_delete_order_item", "before_delete_order_item", "update_order", "delete_order_item",
                                                         "delete_order_item", "new_order_item(line_item)", "after_order_object_save"}, "events");
                     }});
    cases.push_back({"items: removing one that is not the order's changes nothing", [](Probe& probe) {
                         const Order other = probe.saved([](Order& o) { o.add_product("Tea", "1", "1", "1"); });
                         Order order = probe.saved([](Order& o) { o.add_product("Tea", "1", "1", "1"); });
                         Order copy = other;
                         probe.check(!order.remove_item(detail::item_at(copy, 0).get_id()) && !order.remove_item(0), "false");
                         probe.equal(probe.orders().save(order).outcome, Outcome::unchanged, "unchanged");
                     }});
    cases.push_back({"items: an order's item does not become another's", [](Probe& probe) {
                         const Order first = probe.saved([](Order& o) { o.add_product("Tea", "1", "1", "1"); });
                         const Order second = probe.saved([&](Order& o) {
                             Order copy = first;
                             o.record().items = copy.record().items;
                         });
                         Order a = probe.again(first), b = probe.again(second);
                         probe.equal(a.get_items().size(), 1, "the first's");
                         probe.equal(b.get_items().size(), 1, "the second's");
                         probe.check(detail::item_at(a, 0).get_id() != detail::item_at(b, 0).get_id(), "ids differ");
                     }});
}

}  // namespace ordo::testing
