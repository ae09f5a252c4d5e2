/// What happens to whole orders: saves and their events, notes, history, payment, trash, removal, hooks. See order_conformance.hpp.
#pragma once

#include <ordo/testing/cases_items.hpp>

namespace ordo::testing {

namespace detail {

/// An order with a value of every kind.
inline void fill(Order& order) {
    order.set_billing_first_name("Ana");
    order.set_billing_email("ana@example.com");
    order.set_shipping_city("Zlín");
    order.set_customer_id(7);
    order.set_total("60.5");
    order.set_cart_tax("5.5");
    order.set_order_stock_reduced(true);
    order.add_meta_data("gift", "yes");
    order.add_meta_data("gift", "no");
    order.add_product("Tea", "2", "45", "45");
    order.add_shipping("Flat rate", "flat_rate", "10");
}

inline bool contains(const Names& names, std::string_view name) { return std::find(names.begin(), names.end(), name) != names.end(); }

}  // namespace detail

inline void add_life_cases(ConformanceCases& cases) {
    cases.push_back({"TD143: creation fires new_order once and no update", [](Probe& probe) {
                         EventTrace trace(probe.kernel());
                         probe.saved([](Order& o) { o.set_total("10"), o.add_product("Tea", "1", "10", "10"); });
                         probe.equal(trace.take(), Names{"before_order_object_save", "new_order", "new_order_item(line_item)", "after_order_object_save"}, "events");
                     }});
    cases.push_back({"TD145: a change fires update_order once", [](Probe& probe) {
                         const Order order = probe.saved();
                         EventTrace trace(probe.kernel());
                         probe.changed(order, [](Order& o) { o.set_customer_note("x"), o.add_meta_data("k", "v"); });
                         probe.equal(trace.take(), Names{"before_order_object_save", "update_order", "after_order_object_save"}, "events");
                     }});
    cases.push_back({"TD169: five saves of meta are five changes, each told once", [](Probe& probe) {
                         const Order order = probe.saved();
                         EventTrace trace(probe.kernel());
                         for (int i = 0; i < 5; ++i) probe.changed(order, [&](Order& o) { o.add_meta_data("k", std::to_string(i)); });
                         const Names events = trace.take();
                         probe.equal(std::count(events.begin(), events.end(), "update_order"), 5, "update_order");
                         probe.equal(std::count(events.begin(), events.end(), "new_order"), 0, "new_order");
                     }});
    cases.push_back({"a save that changes nothing fires nothing and writes nothing", [](Probe& probe) {
                         Order order = probe.again(probe.saved(detail::fill));
                         const Names before = probe.export_all();
                         EventTrace trace(probe.kernel());
                         probe.equal(probe.orders().save(order).outcome, Outcome::unchanged, "outcome");
                         order.set_billing_first_name("Ana");
                         order.set_total("60.50");
                         order.update_meta_data("k", "v"), order.delete_meta_data("k");
                         probe.equal(probe.orders().save(order).outcome, Outcome::unchanged, "the same values set again");
                         probe.equal(trace.take().size(), 0, "events");
                         probe.check(probe.export_all() == before, "the export");
                     }});
    cases.push_back({"an order with a value of every kind", [](Probe& probe) {
                         Order order = probe.saved(detail::fill);
                         Order loaded = probe.again(order);
                         probe.check(loaded.record().fields == order.record().fields, "the saved order has the stored fields");
                         probe.equal(loaded.get_items().size(), 2, "items");
                         probe.equal(loaded.get_meta_values("gift"), Names{"yes", "no"}, "meta");
                     }});
    cases.push_back({"every field at once is written and changed", [](Probe& probe) {
                         const auto set_all = [](Order& o, std::size_t which) {
                             for (const auto& row : detail::text_properties) (o.*row.set)(which == 0 ? row.first : row.second);
                             for (const auto& row : detail::amount_properties) (o.*row.set)(which == 0 ? "1.5" : "2.25");
                             for (const auto& row : detail::flag_properties) (o.*row.set)(which == 0);
                             for (const auto& row : detail::date_properties) (o.*row.set)(*parse_datetime(which == 0 ? "2020-01-02 03:04:05" : "2021-01-02 03:04:05"));
                         };
                         const auto check_all = [&](const Order& o, std::size_t which) {
                             for (const auto& row : detail::text_properties) probe.equal((o.*row.get)(), which == 0 ? row.first : row.second, row.name);
                             for (const auto& row : detail::amount_properties) probe.equal((o.*row.get)(), which == 0 ? "1.5" : "2.25", row.name);
                             for (const auto& row : detail::flag_properties) probe.equal((o.*row.get)(), which == 0, row.name);
                             for (const auto& row : detail::date_properties) probe.equal((o.*row.get)(), which == 0 ? "2020-01-02 03:04:05" : "2021-01-02 03:04:05", row.name);
                         };
                         const Order order = probe.saved([&](Order& o) { set_all(o, 0); });
                         check_all(probe.again(order), 0);
                         check_all(probe.changed(order, [&](Order& o) { set_all(o, 1); }), 1);
                     }});
    cases.push_back({"several orders are read in one call, ascending, without those that are none", [](Probe& probe) {
                         const Order a = probe.saved(), b = probe.saved(), c = probe.saved();
                         const std::vector<OrderId> asked{c.get_id(), OrderId{c.get_id().value + 1000}, a.get_id(), b.get_id(), a.get_id(), OrderId{}};
                         std::vector<OrderId> ids;
                         for (const Order& order : probe.orders().get_many(asked)) ids.push_back(order.get_id());
                         probe.equal(ids, std::vector{a.get_id(), b.get_id(), c.get_id()}, "ids");
                         probe.check(probe.orders().get_many({}).empty(), "none asked");
                     }});
    cases.push_back({"its orders can be listed: the export names each once, ascending", [](Probe& probe) {
                         for (int i = 0; i < 5; ++i) probe.saved();
                         const Names lines = probe.export_all();
                         probe.equal(lines.size(), 5, "lines");
                         ExportOptions options;
                         Names single;
                         for (const OrderId id : probe.orders().find({}).ids) single.push_back(probe.kernel().exporter().get(id, options).value_or("none"));
                         probe.check(single == lines, "one by one they are the same");
                     }});
    cases.push_back({"OF7: an id that is no order's is not found", [](Probe& probe) {
                         const Order order = probe.saved();
                         probe.check(!probe.orders().get(OrderId{}) && !probe.orders().get(OrderId{order.get_id().value + 1000}), "get");
                         probe.refused(errc::order_missing, "require", [&] { probe.orders().require(OrderId{order.get_id().value + 1000}); });
                     }});
    cases.push_back({"TD71: an order key finds its order", [](Probe& probe) {
                         const Order order = probe.saved([](Order& o) { o.set_order_key("wc_order_AbC"); });
                         probe.saved([](Order& o) { o.set_order_key(""); });
                         probe.equal(probe.orders().get_id_by_order_key("wc_order_AbC"), order.get_id(), "its own");
                         for (const std::string_view other : {"wc_order_abc", "wc_order_AbC ", "wc_order_Ab", "", "%"}) probe.equal(probe.orders().get_id_by_order_key(other), OrderId{}, other);
                     }});
    cases.push_back({"reload gives what is stored and drops what was changed", [](Probe& probe) {
                         Order order = probe.saved([](Order& o) { o.set_billing_city("Brno"); });
                         probe.changed(order, [](Order& o) { o.set_billing_state("JM"); });
                         order.set_billing_city("Praha");
                         probe.orders().reload(order);
                         probe.equal(Names{order.get_billing_city(), order.get_billing_state()}, Names{"Brno", "JM"}, "values");
                     }});
    cases.push_back({"a save renews the date of modification, a given one stays", [](Probe& probe) {
                         const UtcSeconds date = *parse_datetime("2020-01-01 00:00:00");
                         const Order order = probe.saved([&](Order& o) { o.set_date_created(date), o.set_date_modified(date); });
                         const Order changed = probe.changed(order, [](Order& o) { o.set_customer_note("x"); });
                         probe.check(changed.get_date_modified() > date, "renewed");
                         probe.equal(changed.get_date_created(), date, "created");
                         probe.equal(probe.changed(order, [&](Order& o) { o.set_date_modified(date), o.set_customer_note("y"); }).get_date_modified(), date, "given");
                     }});

    // ---- Notes ----

    for (const auto& [kind, name] : {std::pair{NoteKind::internal, "internal"}, {NoteKind::customer, "customer"}})
        cases.push_back({fmt::format("CR51: a note for {} reads back", name), [kind = kind](Probe& probe) {
                             const Order order = probe.saved();
                             EventTrace trace(probe.kernel());
                             const std::uint64_t id = probe.orders().add_note({order.get_id(), "Called \"Ana\" \\ \n 🍵", kind});
                             const auto notes = probe.orders().get_notes(order.get_id());
                             probe.equal(notes.size(), 1, "notes");
                             if (notes.size() != 1) return;
                             probe.equal(notes[0].id, id, "id");
                             probe.equal(notes[0].content, "Called \"Ana\" \\ \n 🍵", "content");
                             probe.equal(notes[0].author, "WooCommerce", "author");
                             const bool marked = std::any_of(notes[0].meta.begin(), notes[0].meta.end(), [](const MetaRow& row) { return row.key == "is_customer_note" && row.value == "1"; });
                             probe.equal(marked, kind == NoteKind::customer, "for the customer");
                             probe.equal(trace.take(), Names{"order_note_added"}, "events");
                         }});
    cases.push_back({"CR51: of three notes two are for the customer", [](Probe& probe) {
                         const Order order = probe.saved();
                         for (const NoteKind kind : {NoteKind::customer, NoteKind::internal, NoteKind::customer}) probe.orders().add_note({order.get_id(), "Called", kind});
                         const auto notes = probe.orders().get_notes(order.get_id());
                         const auto is_for_customer = [](const NoteRecord& note) {
                             return std::any_of(note.meta.begin(), note.meta.end(), [](const MetaRow& row) { return row.key == "is_customer_note" && row.value == "1"; });
                         };
                         probe.equal(notes.size(), 3, "notes");
                         probe.equal(std::count_if(notes.begin(), notes.end(), is_for_customer), 2, "for the customer");
                     }});
    cases.push_back({"a note keeps its author, user and group", [](Probe& probe) {
                         const Order order = probe.saved();
                         NoteRequest request{order.get_id(), "Packed"};
                         request.author = "Bob";
                         request.author_email = "bob@example.com";
                         request.user_id = 3;
                         request.group = "product_stock";
                         probe.orders().add_note(request);
                         const auto notes = probe.orders().get_notes(order.get_id());
                         probe.equal(Names{notes.at(0).author, notes.at(0).author_email, std::to_string(notes.at(0).user_id)}, Names{"Bob", "bob@example.com", "3"}, "values");
                         probe.check(std::any_of(notes.at(0).meta.begin(), notes.at(0).meta.end(), [](const MetaRow& row) { return row.key == "note_group" && row.value == "product_stock"; }), "group");
                     }});
    cases.push_back({"OF49: a note is deleted once, and only with its own order", [](Probe& probe) {
                         const Order order = probe.saved(), other = probe.saved();
                         const std::uint64_t first = probe.orders().add_note({order.get_id(), "first"});
                         probe.orders().add_note({order.get_id(), "second"});
                         probe.check(!probe.orders().delete_note(other.get_id(), first), "not another order's");
                         probe.check(probe.orders().delete_note(order.get_id(), first) && !probe.orders().delete_note(order.get_id(), first), "once");
                         const auto notes = probe.orders().get_notes(order.get_id());
                         probe.equal(notes.size(), 1, "notes");
                         probe.equal(notes.at(0).content, "second", "the other stays");
                     }});
    cases.push_back({"notes are given in the order in which they were added", [](Probe& probe) {
                         const Order order = probe.saved();
                         Names contents;
                         for (const char* text : {"c", "a", "b"}) probe.orders().add_note({order.get_id(), text});
                         for (const NoteRecord& note : probe.orders().get_notes(order.get_id())) contents.push_back(note.content);
                         probe.equal(contents, Names{"c", "a", "b"}, "notes");
                     }});
    cases.push_back({"MD1: a note renews the order's date of modification", [](Probe& probe) {
                         const Order order = probe.saved([](Order& o) { o.set_date_modified(*parse_datetime("2020-01-01 00:00:00")); });
                         probe.orders().add_note({order.get_id(), "x"});
                         probe.check(probe.again(order).get_date_modified() > order.get_date_modified(), "renewed");
                     }});
    cases.push_back({"a note of 65,535 bytes", [](Probe& probe) {
                         const Order order = probe.saved();
                         probe.orders().add_note({order.get_id(), std::string(65535, 'n')});
                         probe.equal(probe.orders().get_notes(order.get_id()).at(0).content.size(), 65535, "bytes");
                     }});

    // ---- History ----

    cases.push_back({"the history tells who did what, oldest first", [](Probe& probe) {
                         Order order;
                         probe.orders().save(order, {{"user", "ana"}});
                         order.set_billing_city("Brno"), order.add_meta_data("k", "v");
                         probe.orders().save(order, {{"plugin", "gift"}});
                         order.set_status("completed");
                         probe.save(order);
                         const auto history = probe.orders().get_history(order.get_id());
                         probe.equal(history.size(), 3, "entries");
                         for (const HistoryEntry& entry : history)
                             probe.note(fmt::format("{} {} {} {}", entry.operation, entry.actor_kind, entry.actor, fmt::join(entry.fields, " ")));
                         probe.check(history.size() == 3 && history[0].version < history[1].version && history[1].version < history[2].version, "versions rise");
                         probe.check(history.size() == 3 && history[0].actor == "ana" && history[1].actor_kind == "plugin" && history[2].actor_kind == "core", "actors");
                         probe.check(history.size() == 3 && detail::contains(history[1].fields, "billing_city") && detail::contains(history[1].fields, "meta k"), "fields");
                     }});
    cases.push_back({"a save that changes nothing has no history", [](Probe& probe) {
                         Order order = probe.saved();
                         probe.save(order);
                         probe.equal(probe.orders().get_history(order.get_id()).size(), 1, "entries");
                     }});

    // ---- Payment ----

    for (const std::string_view from : order_statuses) {
        const bool payable = from == "pending" || from == "on-hold" || from == "failed" || from == "cancelled";
        cases.push_back({fmt::format("CR31: a payment completes an order that is {}: {}", from, payable ? "yes" : "no"), [from, payable](Probe& probe) {
                             const Order order = probe.saved([&](Order& o) { o.set_status(from); });
                             probe.equal(probe.orders().payment_complete(order.get_id(), "ch_1"), payable, "answer");
                             const Order paid = probe.again(order);
                             probe.equal(paid.get_status(), payable ? "completed" : from, "status");
                             probe.equal(paid.get_transaction_id(), payable ? "ch_1" : "", "transaction");
                             if (payable) probe.check(paid.get_date_paid().has_value(), "date");
                         }});
    }
    cases.push_back({"CR31: a payment is completed once", [](Probe& probe) {
                         const Order order = probe.saved([](Order& o) { o.set_total("5"); });
                         probe.check(probe.orders().payment_complete(order.get_id(), "first"), "first");
                         probe.check(!probe.orders().payment_complete(order.get_id(), "second"), "second");
                         probe.equal(probe.again(order).get_transaction_id(), "first", "transaction");
                     }});

    // ---- Trash and removal ----

    for (const std::string_view status : {"pending", "processing", "on-hold", "completed", "cancelled", "refunded", "failed", "checkout-draft"})
        cases.push_back({fmt::format("TD25, TD21, TD27, TD147: trash and back: {}", status), [status](Probe& probe) {
                             const Order order = probe.again(probe.saved([&](Order& o) {
                                 detail::fill(o);
                                 o.set_status(status);
                             }));
                             EventTrace trace(probe.kernel());
                             probe.equal(probe.orders().trash(order.get_id()).outcome, Outcome::written, "trashed");
                             probe.equal(probe.again(order).text(FieldId::status), "trash", "in the trash");
                             probe.equal(trace.take(), Names{"before_trash_order", "trash_order"}, "events of the trash");
                             probe.equal(probe.orders().untrash(order.get_id()).outcome, Outcome::written, "restored");
                             const Order back = probe.again(order);
                             probe.equal(back.get_status(), status, "status");
                             probe.equal(own_meta(back).size(), own_meta(order).size(), "no meta of the trash is left");
                             probe.equal(trace.take(), Names{fmt::format("untrash_order({})", status), "before_order_object_save", "update_order", "after_order_object_save", fmt::format("order_status_{}", status),
                                                             "order_note_added", fmt::format("order_status_trash_to_{}", status), fmt::format("order_status_changed(trash, {})", status)}, "events");
                         }});
    cases.push_back({"trash: again does nothing, and what is not in it is not restored", [](Probe& probe) {
                         const Order order = probe.saved();
                         probe.equal(probe.orders().untrash(order.get_id()).outcome, Outcome::unchanged, "not in it");
                         probe.orders().trash(order.get_id());
                         const Names before = probe.export_all();
                         EventTrace trace(probe.kernel());
                         probe.equal(probe.orders().trash(order.get_id()).outcome, Outcome::unchanged, "again");
                         probe.equal(trace.take().size(), 0, "events");
                         probe.check(probe.export_all() == before, "nothing changed");
                     }});
    cases.push_back({"trash: an unknown status before becomes pending", [](Probe& probe) {
                         const Order order = probe.saved([](Order& o) { o.set_status("on-hold"); });
                         probe.orders().trash(order.get_id());
                         probe.changed(order, [](Order& o) { o.update_meta_data("_wp_trash_meta_status", "wc-shipped"); });
                         probe.orders().untrash(order.get_id());
                         probe.equal(probe.again(order).get_status(), "pending", "status");
                     }});
    cases.push_back({"TD23: an order in the trash keeps everything", [](Probe& probe) {
                         const Order order = probe.saved(detail::fill);
                         probe.orders().trash(order.get_id());
                         Order trashed = probe.again(order);
                         probe.equal(trashed.get_billing_first_name(), "Ana", "address");
                         probe.equal(trashed.get_items().size(), 2, "items");
                         probe.check(trashed.get_order_stock_reduced(), "flag");
                         probe.equal(trashed.get_meta_values("gift"), Names{"yes", "no"}, "meta");
                     }});
    cases.push_back({"trash: several at once, each with its result", [](Probe& probe) {
                         const Order a = probe.saved(), b = probe.saved();
                         const std::vector<OrderId> ids{b.get_id(), OrderId{b.get_id().value + 1000}, a.get_id()};
                         Names outcomes;
                         for (const SaveResult& result : probe.orders().trash_many(ids, {})) outcomes.emplace_back(detail::to_text(result.outcome));
                         probe.equal(outcomes, Names{"written", "missing", "written"}, "trashed");
                         outcomes.clear();
                         for (const SaveResult& result : probe.orders().remove_many(ids, {})) outcomes.emplace_back(detail::to_text(result.outcome));
                         probe.equal(outcomes, Names{"written", "missing", "written"}, "removed");
                     }});
    cases.push_back({"DS29: emptying the trash removes what went in before, nothing else", [](Probe& probe) {
                         const Order trashed = probe.saved(), kept = probe.saved();
                         probe.orders().trash(trashed.get_id());
                         const UtcSeconds now = std::chrono::floor<std::chrono::seconds>(std::chrono::system_clock::now());
                         probe.equal(probe.orders().empty_trash(now - std::chrono::hours{1}, {}), 0, "went in later");
                         probe.equal(probe.orders().empty_trash(now + std::chrono::hours{1}, {}), 1, "went in before");
                         probe.check(!probe.orders().get(trashed.get_id()) && probe.orders().get(kept.get_id()), "which");
                     }});
    cases.push_back({"TD29: removal leaves nothing", [](Probe& probe) {
                         const Order order = probe.saved(detail::fill);
                         probe.orders().add_note({order.get_id(), "x"});
                         EventTrace trace(probe.kernel());
                         probe.equal(probe.orders().remove(order.get_id()).outcome, Outcome::written, "removed");
                         probe.equal(trace.take(), Names{"before_delete_order", "delete_order"}, "events");
                         probe.check(!probe.orders().get(order.get_id()), "not found");
                         probe.equal(probe.orders().find({}).total, 0, "not found by a query");
                         probe.check(probe.export_all().empty(), "not exported");
                         probe.check(probe.orders().get_notes(order.get_id()).empty(), "no notes");
                         probe.equal(probe.orders().remove(order.get_id()).outcome, Outcome::missing, "again");
                     }});
    cases.push_back({"an id is never given again", [](Probe& probe) {
                         const Order order = probe.saved();
                         probe.orders().remove(order.get_id());
                         probe.check(probe.saved().get_id() > order.get_id(), "a larger one");
                     }});
    cases.push_back({"a removed order cannot be saved", [](Probe& probe) {
                         Order order = probe.saved();
                         probe.orders().remove(order.get_id());
                         order.set_billing_city("Brno");
                         EventTrace trace(probe.kernel());
                         probe.equal(probe.orders().save(order).outcome, Outcome::missing, "outcome");
                         probe.refused(errc::order_missing, "require_saved", [&] { probe.save(order); });
                         probe.check(!detail::contains(trace.take(), "update_order"), "no update");
                         probe.refused(errc::order_missing, "update", [&] { probe.orders().update(order.get_id(), [](Order&) {}); });
                         probe.refused(errc::order_missing, "payment", [&] { probe.orders().payment_complete(order.get_id()); });
                     }});

    // ---- Hooks ----

    cases.push_back({"a filter's changes are saved", [](Probe& probe) {
                         Listener listener(probe.kernel());
                         listener.on(hook::order_before_save, [](Order o, OrderId) {
                             o.update_meta_data("seen", "yes");
                             o.set_created_via("filter");
                             return o;
                         });
                         const Order order = probe.saved();
                         probe.equal(Names{order.get_meta("seen"), order.get_created_via()}, Names{"yes", "filter"}, "in the saved order");
                         probe.equal(Names{probe.again(order).get_meta("seen"), probe.again(order).get_created_via()}, Names{"yes", "filter"}, "in the store");
                     }});
    cases.push_back({"a filter's bad value is refused", [](Probe& probe) {
                         Order order = probe.saved();
                         Listener listener(probe.kernel());
                         listener.on(hook::order_before_save, [](Order o, OrderId) {
                             o.set_billing_email("nobody");
                             return o;
                         });
                         order.set_customer_note("x");
                         probe.refused(errc::order_bad_value, "save", [&] { probe.save(order); });
                     }});
    cases.push_back({"CR61: a throwing listener before a save neither escapes nor stops it", [](Probe& probe) {
                         Listener listener(probe.kernel());
                         listener.on(hook::before_order_object_save, [](OrderId, const Order&) { throw Error(errc::internal, "no printer"); });
                         EventTrace trace(probe.kernel());
                         const Order order = probe.saved([](Order& o) { o.set_billing_city("Brno"); });
                         probe.equal(probe.again(order).get_billing_city(), "Brno", "created");
                         probe.equal(probe.changed(order, [](Order& o) { o.set_billing_city("Praha"); }).get_billing_city(), "Praha", "changed");
                         const Names events = trace.take();
                         probe.equal(std::count(events.begin(), events.end(), "before_order_object_save"), 2, "the next listeners run");
                     }});
    for (const std::string_view operation : {"create", "update", "trash", "untrash", "remove", "refund"})
        cases.push_back({fmt::format("a veto stops {} with its reason", operation), [operation](Probe& probe) {
                             Order order = probe.saved([](Order& o) { o.set_total("10"); });
                             if (operation == "untrash") probe.orders().trash(order.get_id());
                             const Names before = probe.export_all();
                             Listener listener(probe.kernel());
                             listener.on(hook::can_save_order, [](OrderId, const Order&) { return std::optional<std::string>("stocktaking"); });
                             listener.on(hook::can_delete_order, [](OrderId, const Order&) { return std::optional<std::string>("stocktaking"); });
                             EventTrace trace(probe.kernel());
                             if (operation == "refund") {
                                 probe.refused(errc::order_vetoed, "refund", [&] { probe.orders().refund({order.get_id()}); });
                             } else {
                                 Order fresh;
                                 order.set_customer_note("x");
                                 const SaveResult result = operation == "create"    ? probe.orders().save(fresh)
                                                           : operation == "update"  ? probe.orders().save(order)
                                                           : operation == "trash"   ? probe.orders().trash(order.get_id())
                                                           : operation == "untrash" ? probe.orders().untrash(order.get_id())
                                                                                    : probe.orders().remove(order.get_id());
                                 probe.equal(result.outcome, Outcome::refused, "outcome");
                                 probe.check(result.refusals.size() == 1 && result.refusals[0].reason == "stocktaking", "the reason");
                             }
                             probe.check(probe.export_all() == before, "nothing changed");
                             for (const std::string& event : trace.take()) probe.check(event.find("before") == 0 || event.starts_with("untrash_order"), event);
                         }});
    cases.push_back({"CR35: a throwing listener of a transition leaves a note", [](Probe& probe) {
                         const Order order = probe.saved();
                         Listener listener(probe.kernel());
                         listener.on(hook::order_status, {"completed"}, [](OrderId, const Order&) { throw Error(errc::internal, "no printer"); });
                         probe.changed(order, [](Order& o) { o.set_status("completed"); });
                         const auto notes = probe.orders().get_notes(order.get_id());
                         probe.equal(notes.size(), 2, "notes");
                         probe.check(notes.back().content.find("no printer") != std::string::npos, "what went wrong");
                         probe.equal(probe.again(order).get_status(), "completed", "the status stays");
                     }});
    cases.push_back({"TD167: a listener that reads the order during its save loses nothing", [](Probe& probe) {
                         Listener listener(probe.kernel());
                         Names seen;
                         const auto look = [&](OrderId id, const Order&) {
                             if (const auto stored = probe.orders().get(id)) seen.push_back(stored->get_billing_city());
                         };
                         listener.on(hook::before_order_object_save, look);
                         listener.on(hook::new_order, look);
                         listener.on(hook::update_order, look);
                         const Order order = probe.saved([](Order& o) { o.set_billing_city("Brno"); });
                         probe.changed(order, [](Order& o) { o.set_billing_city("Praha"); });
                         probe.equal(seen, Names{"Brno", "Brno", "Praha"}, "what listeners read");
                         probe.equal(probe.again(order).get_billing_city(), "Praha", "in the end");
                     }});
    cases.push_back({"a listener that saves the same order again", [](Probe& probe) {
                         const Order order = probe.saved();
                         Listener listener(probe.kernel());
                         int left = 1;
                         listener.on(hook::update_order, [&](OrderId id, const Order&) {
                             if (left-- > 0) probe.orders().update(id, [](Order& o) { o.update_meta_data("by listener", "1"); });
                         });
                         const Order changed = probe.changed(order, [](Order& o) { o.set_billing_city("Brno"); });
                         probe.equal(Names{changed.get_billing_city(), changed.get_meta("by listener")}, Names{"Brno", "1"}, "both changes");
                     }});
}

}  // namespace ordo::testing
