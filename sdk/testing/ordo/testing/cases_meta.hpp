/// Meta: values as bytes, keys as bytes, equal keys, internal keys that are no meta. See order_conformance.hpp.
#pragma once

#include <ordo/testing/cases_fields.hpp>

namespace ordo::testing {

inline void add_meta_cases(ConformanceCases& cases) {
    for (const HostileText& row : hostile_texts())
        cases.push_back({fmt::format("TD9: meta keeps {}", row.what), [&row](Probe& probe) {
                             const Order order = probe.saved([&](Order& o) { o.add_meta_data("k", row.text); });
                             probe.equal(probe.again(order).get_meta("k"), row.text, "created");
                             probe.equal(probe.changed(order, [&](Order& o) { o.add_meta_data("second", row.text); }).get_meta("second"), row.text, "added");
                             probe.equal(probe.changed(order, [&](Order& o) { o.update_meta_data("k", "x" + row.text); }).get_meta("k"), "x" + row.text, "changed");
                         }});
    struct Sized {
        std::string_view what;
        std::size_t bytes;
    };
    for (const Sized& row : {Sized{"an empty value", 0}, {"one byte", 1}, {"65,536 bytes", 65536}, {"1,000,000 bytes", 1000000}})
        cases.push_back({fmt::format("meta keeps {}", row.what), [row](Probe& probe) {
                             std::string value;
                             for (std::size_t i = 0; i < row.bytes; ++i) value += static_cast<char>('a' + i * i % 23);
                             const Order order = probe.saved([&](Order& o) { o.add_meta_data("k", value); });
                             const Order loaded = probe.again(order);
                             probe.check(loaded.meta_exists("k"), "the row is there");
                             probe.equal(loaded.get_meta("k"), value, "its value");
                         }});
    cases.push_back({"meta keeps NULL apart from the empty text", [](Probe& probe) {
                         const Order order = probe.saved([](Order& o) {
                             o.record().meta.push_back({0, "none", std::nullopt});
                             o.add_meta_data("empty", "");
                         });
                         const Order loaded = probe.again(order);
                         probe.check(loaded.meta_exists("none") && loaded.meta_exists("empty"), "both rows are there");
                         for (const MetaRow& row : own_meta(loaded)) probe.equal(row.value.has_value(), row.key == "empty", row.key);
                         probe.equal(loaded.get_meta("none"), "", "NULL reads as the empty text");
                         probe.check(loaded.get_meta_values("none").empty(), "and is no value");
                         probe.equal(probe.changed(order, [](Order& o) { o.update_meta_data("none", "some"); }).get_meta("none"), "some", "it can get one");
                     }});

    for (const std::string_view key : {"plain", "_hidden", "UPPER", "Mixed Case", "dash-dot.slash/colon:", "ключ", "clé", "鍵", "🔑", "trailing ", "0", "id", "status", "total", "billing_email",
                                       "_billing_email2", "_Billing_Email", "_billing_emai", "billing_city", "_order_total_", "_cart_hash2", "%wild_card%", "a'b\"c\\d", "_wp_old_slug"})
        cases.push_back({fmt::format("meta: the key \"{}\" is a key like others", key), [key = std::string(key)](Probe& probe) {
                             const Order order = probe.saved([&](Order& o) { o.add_meta_data(key, "1"); });
                             Order loaded = probe.again(order);
                             probe.equal(loaded.get_meta(key), "1", "created");
                             probe.equal(own_meta(loaded).size(), 1, "rows");
                             probe.equal(probe.changed(order, [&](Order& o) { o.update_meta_data(key, "2"); }).get_meta(key), "2", "changed");
                             probe.check(!probe.changed(order, [&](Order& o) { o.delete_meta_data(key); }).meta_exists(key), "deleted");
                         }});
    cases.push_back({"meta: a key of 255 characters", [](Probe& probe) {
                         std::string key;
                         for (int i = 0; i < 255; ++i) key += "é";
                         probe.equal(probe.again(probe.saved([&](Order& o) { o.add_meta_data(key, "1"); })).get_meta(key), "1", "value");
                     }});
    for (const FieldSpec& spec : order_fields) {
        if (spec.posts_place != PostsPlace::meta) continue;
        cases.push_back({fmt::format("internal key {} is a property, no meta", spec.posts_key), [&spec](Probe& probe) {
                             Order order = probe.saved([](Order& o) { o.set_total("10"), o.set_customer_id(1), o.set_billing_email("a@example.com"), o.set_prices_include_tax(true); });
                             order = probe.again(order);
                             probe.check(!order.meta_exists(spec.posts_key) && order.get_meta_values(spec.posts_key).empty(), "no row shows");
                             if (find_flag_alias(spec.posts_key)) return;
                             probe.equal(order.get_meta(spec.posts_key), "", "no value");
                             probe.refused(errc::order_bad_value, "adding", [&] { order.add_meta_data(spec.posts_key, "1"); });
                             probe.refused(errc::order_bad_value, "updating", [&] { order.update_meta_data(spec.posts_key, "1"); });
                             order.delete_meta_data(spec.posts_key);
                             probe.equal(probe.orders().save(order).outcome, Outcome::unchanged, "deleting does nothing");
                         }});
    }

    cases.push_back({"meta: update changes the first row and removes the others", [](Probe& probe) {
                         const Order order = probe.saved([](Order& o) {
                             for (const char* value : {"1", "2", "3"}) o.add_meta_data("k", value);
                         });
                         probe.equal(probe.again(order).get_meta_values("k"), Names{"1", "2", "3"}, "three rows, in order");
                         probe.equal(probe.changed(order, [](Order& o) { o.update_meta_data("k", "4"); }).get_meta_values("k"), Names{"4"}, "one row");
                     }});
    cases.push_back({"TD157: a further value under a key is a further row", [](Probe& probe) {
                         const Order order = probe.saved([](Order& o) { o.add_meta_data("k", "1"), o.add_meta_data("k", "1"); });
                         const Order more = probe.changed(order, [](Order& o) { o.add_meta_data("k", "1"); });
                         probe.equal(more.get_meta_values("k"), Names{"1", "1", "1"}, "equal values are rows of their own");
                     }});
    cases.push_back({"TD11: a unique value takes the place of every row", [](Probe& probe) {
                         const Order order = probe.saved([](Order& o) { o.add_meta_data("k", "1"), o.add_meta_data("k", "2"); });
                         probe.equal(probe.changed(order, [](Order& o) { o.add_meta_data("k", "a:1:{i:0;i:5;}", true); }).get_meta_values("k"), Names{"a:1:{i:0;i:5;}"}, "values");
                     }});
    cases.push_back({"TD153: one row is deleted by its handle", [](Probe& probe) {
                         const Order order = probe.saved([](Order& o) {
                             for (const char* value : {"1", "2", "3"}) o.add_meta_data("k", value);
                         });
                         Order loaded = probe.again(order);
                         const auto rows = own_meta(loaded);
                         probe.check(rows.size() == 3 && rows[1].row != 0, "rows have handles");
                         probe.check(loaded.delete_meta_data_by_row(rows[1].row) && !loaded.delete_meta_data_by_row(rows[1].row) && !loaded.delete_meta_data_by_row(0), "once");
                         probe.save(loaded);
                         probe.equal(probe.again(order).get_meta_values("k"), Names{"1", "3"}, "the others stay");
                     }});
    cases.push_back({"meta: keys that differ in case or in blanks are different keys", [](Probe& probe) {
                         const Order order = probe.saved([](Order& o) { o.add_meta_data("key", "1"), o.add_meta_data("KEY", "2"), o.add_meta_data("key ", "3"), o.add_meta_data("kéy", "4"); });
                         const Order changed = probe.changed(order, [](Order& o) { o.update_meta_data("KEY", "5"), o.delete_meta_data("key "); });
                         probe.equal(Names{changed.get_meta("key"), changed.get_meta("KEY"), changed.get_meta("key "), changed.get_meta("kéy")}, Names{"1", "5", "", "4"}, "values");
                     }});
    cases.push_back({"meta: rows stay in the order in which they were added", [](Probe& probe) {
                         const Order order = probe.saved([](Order& o) {
                             for (const char* key : {"z", "a", "m", "a", "z"}) o.add_meta_data(key, "1");
                         });
                         Names keys;
                         for (const MetaRow& row : own_meta(probe.again(order))) keys.push_back(row.key);
                         probe.equal(keys, Names{"z", "a", "m", "a", "z"}, "keys");
                     }});
    cases.push_back({"meta: a hundred keys in one save, and gone in the next", [](Probe& probe) {
                         const Order order = probe.saved([](Order& o) {
                             for (int i = 0; i < 100; ++i) o.add_meta_data(fmt::format("key {}", i), std::to_string(i));
                         });
                         probe.equal(own_meta(probe.again(order)).size(), 100, "rows");
                         probe.equal(own_meta(probe.changed(order, [](Order& o) {
                             for (int i = 0; i < 100; i += 2) o.delete_meta_data(fmt::format("key {}", i));
                         })).size(), 50, "rows");
                     }});
    cases.push_back({"TD131: a serialised list of tokens survives as bytes", [](Probe& probe) {
                         const std::string tokens = "a:2:{i:0;i:7;i:1;i:3;}";
                         const Order order = probe.saved([&](Order& o) { o.update_meta_data("_payment_tokens", tokens); });
                         probe.equal(probe.again(order).get_meta("_payment_tokens"), tokens, "value");
                     }});
    cases.push_back({"TD173: _edit_lock leaves the date of modification, another key renews it", [](Probe& probe) {
                         const UtcSeconds date = *parse_datetime("2020-01-01 00:00:00");
                         const Order order = probe.saved([&](Order& o) { o.set_date_modified(date); });
                         probe.equal(probe.changed(order, [](Order& o) { o.update_meta_data("_edit_lock", "1"); }).get_date_modified(), date, "after _edit_lock");
                         probe.check(probe.changed(order, [](Order& o) { o.update_meta_data("other", "1"); }).get_date_modified() > date, "after another key");
                     }});
    cases.push_back({"meta: adding and deleting before the first save leaves nothing", [](Probe& probe) {
                         const Order order = probe.saved([](Order& o) { o.add_meta_data("k", "1"), o.delete_meta_data("k"); });
                         probe.check(own_meta(probe.again(order)).empty(), "rows");
                     }});
    cases.push_back({"meta: a key that is deleted and added again", [](Probe& probe) {
                         const Order order = probe.saved([](Order& o) { o.add_meta_data("k", "1"); });
                         const Order changed = probe.changed(order, [](Order& o) { o.delete_meta_data("k"), o.add_meta_data("k", "2"); });
                         probe.equal(changed.get_meta_values("k"), Names{"2"}, "values");
                     }});
    cases.push_back({"meta: refunds have theirs", [](Probe& probe) {
                         const Order order = probe.saved([](Order& o) { o.set_total("10"); });
                         const Order refund = probe.orders().refund({order.get_id(), Decimal::parse("1")});
                         const Order changed = probe.changed(refund, [](Order& o) { o.add_meta_data("why", "broken"); });
                         probe.equal(changed.get_meta("why"), "broken", "value");
                     }});
}

}  // namespace ordo::testing
