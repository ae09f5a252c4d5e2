/// Totals of a shop that has no tax rates: sums, rounding, and what is kept. See order_conformance.hpp.
#pragma once

#include <ordo/testing/cases_refunds.hpp>

namespace ordo::testing {

inline void add_totals_cases(ConformanceCases& cases) {
    struct Totals {
        std::string_view what;
        void (*fill)(Order&);
        std::string_view total, shipping, discount;
        bool and_taxes = true;
    };
    for (const Totals& row : {Totals{"CR9: an order without items", [](Order&) {}, "0", "0", "0"},
                              Totals{"CR19: two shipping lines of 10", [](Order& o) { o.add_shipping("A", "a", "10"), o.add_shipping("B", "b", "10"); }, "20", "20", "0"},
                              Totals{"CR23: four of 10, shipping 10, a fee of 10", [](Order& o) { o.add_product("Tea", "4", "40", "40"), o.add_shipping("A", "a", "10"), o.add_fee("F", "10"); }, "60", "10", "0"},
                              Totals{"CR57: a coupon of 10 on 50", [](Order& o) { o.add_product("Tea", "1", "50", "40"), o.add_coupon("ten", "10"); }, "40", "0", "10"},
                              Totals{"amounts that a binary fraction cannot hold", [](Order& o) {
                                         for (int i = 0; i < 10; ++i) o.add_product("Tea", "1", "0.1", "0.1");
                                     }, "1", "0", "0"},
                              Totals{"a negative fee", [](Order& o) { o.add_product("Tea", "1", "50", "50"), o.add_fee("Rebate", "-20"); }, "30", "0", "0"},
                              Totals{"taxes as the items have them", [](Order& o) {
                                         OrderItem line = o.add_product("Tea", "1", "50", "50");
                                         line.set_meta("_line_tax", "5"), line.set_meta("_line_subtotal_tax", "5");
                                         o.set_cart_tax("5");
                                     }, "55", "0", "0", false}})
        cases.push_back({fmt::format("totals: {}", row.what), [row](Probe& probe) {
                             Order order;
                             row.fill(order);
                             probe.orders().calculate_totals(order, row.and_taxes);
                             probe.save(order);
                             Order stored = probe.again(order);
                             probe.equal(Names{stored.get_total().to_string(), stored.get_shipping_total().to_string(), stored.get_discount_total().to_string()},
                                         Names{std::string(row.total), std::string(row.shipping), std::string(row.discount)}, "total, shipping, discount");
                             probe.orders().calculate_totals(stored, row.and_taxes);
                             probe.equal(probe.orders().save(stored).outcome, Outcome::unchanged, "calculated again they are the same");
                         }});
    cases.push_back({"totals: CR9: an order without taxes has no tax items and no taxes", [](Probe& probe) {
                         Order order;
                         order.add_product("Tea", "4", "40", "40"), order.add_shipping("A", "a", "10"), order.add_fee("F", "10");
                         probe.orders().calculate_totals(order);
                         probe.save(order);
                         Order stored = probe.again(order);
                         probe.equal(stored.get_items({"tax"}).size(), 0, "tax items");
                         probe.equal(stored.get_total_tax(), "0", "taxes");
                     }});
    cases.push_back({"totals: CR57: without its coupon an order costs what it did", [](Probe& probe) {
                         Order order = probe.saved([&](Order& o) {
                             o.add_product("Tea", "1", "50", "40"), o.add_coupon("ten", "10");
                             probe.orders().calculate_totals(o);
                         });
                         probe.equal(order.get_total(), "40", "with it");
                         const Order changed = probe.changed(order, [&](Order& o) {
                             o.remove_order_items("coupon");
                             detail::item_at(o, 0).set_total("50");
                             probe.orders().calculate_totals(o);
                         });
                         probe.equal(Names{changed.get_total().to_string(), changed.get_discount_total().to_string()}, Names{"50", "0"}, "total, discount");
                         probe.check(changed.get_coupon_codes().empty(), "codes");
                     }});
    cases.push_back({"totals: follow the items", [](Probe& probe) {
                         Order order = probe.saved([&](Order& o) {
                             o.add_product("Tea", "1", "10", "10"), o.add_product("Cup", "1", "5", "5");
                             probe.orders().calculate_totals(o);
                         });
                         probe.equal(order.get_total(), "15", "first");
                         const Order changed = probe.changed(order, [&](Order& o) {
                             o.remove_item(detail::item_at(o, 1).get_id());
                             OrderItem tea = detail::item_at(o, 0);
                             tea.set_quantity("3"), tea.set_subtotal("30"), tea.set_total("30");
                             probe.orders().calculate_totals(o);
                         });
                         probe.equal(changed.get_total(), "30", "then");
                     }});
    cases.push_back({"totals: are not saved by themselves", [](Probe& probe) {
                         Order order = probe.saved([](Order& o) { o.add_product("Tea", "1", "10", "10"); });
                         const Names before = probe.export_all();
                         probe.orders().calculate_totals(order);
                         probe.check(probe.export_all() == before, "the export");
                     }});
}

}  // namespace ordo::testing
