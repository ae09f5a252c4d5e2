/// Two who change one order; saves of many orders; saves inside a caller's own transaction. See order_conformance.hpp.
#pragma once

#include <exception>
#include <mutex>
#include <thread>

#include <ordo/testing/cases_refunds.hpp>

namespace ordo::testing {

namespace detail {

inline constexpr int threads = 4, rounds = 5;

/// Runs the work on several threads at once; passes on what the first of them threw.
inline void in_threads(const std::function<void(int thread)>& work) {
    std::mutex mutex;
    std::exception_ptr thrown;
    std::vector<std::thread> running;
    for (int i = 0; i < threads; ++i)
        running.emplace_back([&, i] {
            try {
                work(i);
            } catch (...) {
                const std::lock_guard lock(mutex);
                if (!thrown) thrown = std::current_exception();
            }
        });
    for (std::thread& one : running) one.join();
    if (thrown) std::rethrow_exception(thrown);
}

/// Two copies of one stored order are changed; the first is saved, then the second.
struct Race {
    std::string_view what;
    std::function<void(Order&)> first, second;
    Names conflicts = {};                        ///< fields; empty: both changes are there in the end
};

inline const std::vector<Race>& races() {
    static const auto pass = [](Order&) {};
    static const std::vector<Race> all{
        {"different fields", [](Order& o) { o.set_billing_city("Praha"); }, [](Order& o) { o.set_customer_note("ring"); }},
        {"the same field", [](Order& o) { o.set_billing_city("Praha"); }, [](Order& o) { o.set_billing_city("Zlín"); }, {"billing_city"}},
        {"the same value of the same field", [](Order& o) { o.set_billing_city("Praha"); }, [](Order& o) { o.set_billing_city("Praha"); }, {"billing_city"}},
        {"billing and shipping", [](Order& o) { o.set_billing_city("Praha"); }, [](Order& o) { o.set_shipping_city("Praha"); }},
        {"two fields, both the same", [](Order& o) { o.set_billing_city("A"), o.set_created_via("A"); }, [](Order& o) { o.set_billing_city("B"), o.set_created_via("B"); }, {"billing_city", "created_via"}},
        {"one field of two the same", [](Order& o) { o.set_billing_city("A"); }, [](Order& o) { o.set_billing_city("B"), o.set_created_via("B"); }, {"billing_city"}},
        {"the total and its tax", [](Order& o) { o.set_total("1"); }, [](Order& o) { o.set_cart_tax("2"); }, {"total_amount"}},
        {"shipping and discount", [](Order& o) { o.set_shipping_total("1"); }, [](Order& o) { o.set_discount_total("2"); }, {"shipping_total_amount"}},
        {"a status and a date of payment", [](Order& o) { o.set_status("on-hold"); }, [](Order& o) { o.set_date_paid(parse_datetime("2020-01-01 00:00:00")); }, {"status"}},
        {"a date of completion and a status", [](Order& o) { o.set_date_completed(parse_datetime("2020-01-01 00:00:00")); }, [](Order& o) { o.set_status("on-hold"); }, {"date_completed_gmt"}},
        {"two statuses", [](Order& o) { o.set_status("on-hold"); }, [](Order& o) { o.set_status("cancelled"); }, {"status"}},
        {"the same status", [](Order& o) { o.set_status("on-hold"); }, [](Order& o) { o.set_status("on-hold"); }, {"status"}},
        {"a status and an address", [](Order& o) { o.set_status("on-hold"); }, [](Order& o) { o.set_billing_city("Praha"); }},
        {"a status and a total", [](Order& o) { o.set_status("on-hold"); }, [](Order& o) { o.set_total("5"); }},
        {"two flags", [](Order& o) { o.set_order_stock_reduced(true); }, [](Order& o) { o.set_recorded_sales(true); }},
        {"meta of two keys", [](Order& o) { o.update_meta_data("a", "1"); }, [](Order& o) { o.update_meta_data("b", "1"); }},
        {"meta of one key", [](Order& o) { o.update_meta_data("k", "first"); }, [](Order& o) { o.update_meta_data("k", "second"); }, {"meta k"}},
        {"the same value of one key", [](Order& o) { o.update_meta_data("k", "same"); }, [](Order& o) { o.update_meta_data("k", "same"); }, {"meta k"}},
        {"meta changed and deleted", [](Order& o) { o.update_meta_data("k", "first"); }, [](Order& o) { o.delete_meta_data("k"); }, {"meta k"}},
        {"meta deleted and changed", [](Order& o) { o.delete_meta_data("k"); }, [](Order& o) { o.update_meta_data("k", "second"); }, {"meta k"}},
        {"meta deleted twice", [](Order& o) { o.delete_meta_data("k"); }, [](Order& o) { o.delete_meta_data("k"); }, {"meta k"}},
        {"rows added to a key that has some", [](Order& o) { o.add_meta_data("k", "1"); }, [](Order& o) { o.add_meta_data("k", "2"); }},
        {"a new key with two values", [](Order& o) { o.update_meta_data("new", "1"); }, [](Order& o) { o.update_meta_data("new", "2"); }, {"meta new"}},
        {"meta and a field", [](Order& o) { o.update_meta_data("k", "first"); }, [](Order& o) { o.set_billing_city("Praha"); }},
        {"items and an address", [](Order& o) { o.add_fee("Wrap", "1"); }, [](Order& o) { o.set_billing_city("Praha"); }},
        {"an item's name and its meta", [](Order& o) { item_at(o, 0).set_name("Black tea"); }, [](Order& o) { item_at(o, 0).set_meta("colour", "red"); }},
        {"two names of an item", [](Order& o) { item_at(o, 0).set_name("A"); }, [](Order& o) { item_at(o, 0).set_name("B"); }, {"item"}},
        {"two quantities of an item", [](Order& o) { item_at(o, 0).set_quantity("3"); }, [](Order& o) { item_at(o, 0).set_quantity("4"); }, {"item"}},
        {"an item changed and removed", [](Order& o) { item_at(o, 0).set_quantity("3"); }, [](Order& o) { o.remove_order_items(); }, {"item"}},
        {"an item removed and changed", [](Order& o) { o.remove_order_items(); }, [](Order& o) { item_at(o, 0).set_quantity("3"); }, {"item"}},
        {"an item removed twice", [](Order& o) { o.remove_order_items(); }, [](Order& o) { o.remove_order_items(); }},
        {"an item added and a total", [](Order& o) { o.add_fee("Wrap", "1"); }, [](Order& o) { o.set_total("5"); }, {"items"}},
        {"a total and an item added", [](Order& o) { o.set_total("5"); }, [](Order& o) { o.add_fee("Wrap", "1"); }, {"total_amount"}},
        {"two items added", [](Order& o) { o.add_fee("Wrap", "1"); }, [](Order& o) { o.add_fee("Card", "1"); }},
        {"nothing and a field", pass, [](Order& o) { o.set_billing_city("Praha"); }},
    };
    return all;
}

}  // namespace detail

inline void add_concurrency_cases(ConformanceCases& cases) {
    for (const detail::Race& race : detail::races())
        cases.push_back({fmt::format("two change an order: {}", race.what), [&race](Probe& probe) {
                             const Order order = probe.saved([](Order& o) {
                                 o.set_billing_city("Brno"), o.set_total("9"), o.add_meta_data("k", "v");
                                 o.add_product("Tea", "1", "9", "9");
                             });
                             Order first = probe.again(order), second = first;
                             race.first(first), race.second(second);
                             probe.check(static_cast<bool>(probe.orders().save(first)), "the first save");
                             const Names before = probe.export_all();
                             const SaveResult result = probe.orders().save(second);
                             Names fields;
                             for (const Conflict& conflict : result.conflicts) {
                                 // An item is named with its id, which differs from shop to shop.
                                 const std::string name = conflict.field.starts_with("item ") ? "item" : conflict.field;
                                 if (!detail::contains(fields, name)) fields.push_back(name);
                             }
                             // Where both made the same change only the second decides whether the date of modification was written again.
                             probe.note(fmt::format("{} {}", result ? "saved" : detail::to_text(result.outcome), fmt::join(fields, ", ")));
                             if (race.conflicts.empty()) {
                                 probe.check(static_cast<bool>(result), "the second save");
                                 return;
                             }
                             probe.equal(result.outcome, Outcome::conflict, "outcome");
                             for (const std::string& field : race.conflicts) probe.check(detail::contains(fields, field), fmt::format("names {}", field));
                             probe.check(probe.export_all() == before, "nothing of the second is written");
                             probe.refused(errc::order_conflict, "a save that must succeed", [&] { probe.save(second); });
                         }});
    cases.push_back({"a conflict names the three values", [](Probe& probe) {
                         Order first = probe.saved([](Order& o) { o.set_billing_city("Brno"); }), second = first;
                         first.set_billing_city("Praha"), second.set_billing_city("Zlín");
                         probe.save(first);
                         const SaveResult result = probe.orders().save(second);
                         probe.equal(result.conflicts.size(), 1, "conflicts");
                         const Conflict& conflict = result.conflicts.at(0);
                         probe.equal(Names{conflict.field, conflict.loaded.value_or(""), conflict.stored.value_or(""), conflict.wanted.value_or("")}, Names{"billing_city", "Brno", "Praha", "Zlín"}, "values");
                     }});
    cases.push_back({"after a conflict: load again, repeat, save", [](Probe& probe) {
                         Order first = probe.saved(), second = first;
                         first.set_billing_city("Praha"), second.set_billing_city("Zlín");
                         probe.save(first);
                         probe.orders().save(second);
                         probe.orders().reload(second);
                         second.set_billing_city("Zlín");
                         probe.save(second);
                         probe.equal(probe.again(first).get_billing_city(), "Zlín", "value");
                     }});
    cases.push_back({"an update repeats itself until nobody comes between", [](Probe& probe) {
                         const Order order = probe.saved([](Order& o) { o.update_meta_data("count", "1"); });
                         int runs = 0;
                         const Order updated = probe.orders().update(order.get_id(), [&](Order& o) {
                             if (++runs <= 3) probe.changed(order, [&](Order& other) { other.update_meta_data("count", std::to_string(10 * runs)); });
                             o.update_meta_data("count", o.get_meta("count") + "+");
                         });
                         probe.equal(runs, 4, "runs");
                         probe.equal(updated.get_meta("count"), "30+", "value");
                         probe.equal(probe.again(order).get_meta("count"), "30+", "in the store");
                     }});
    cases.push_back({"an update counts on when somebody else makes the same step", [](Probe& probe) {
                         const Order order = probe.saved([](Order& o) { o.update_meta_data("count", "0"); });
                         const auto step = [](Order& o) { o.update_meta_data("count", std::to_string(ordo::detail::to_number(o.get_meta("count")) + 1)); };
                         bool first = true;
                         probe.orders().update(order.get_id(), [&](Order& o) {
                             if (std::exchange(first, false)) probe.changed(order, step);
                             step(o);
                         });
                         probe.equal(probe.again(order).get_meta("count"), "2", "two steps");
                     }});
    cases.push_back({"many orders in one save: one conflict leaves the others", [](Probe& probe) {
                         std::vector<Order> orders;
                         for (const char* city : {"a", "b", "c"}) orders.push_back(probe.saved([&](Order& o) { o.set_billing_city(city); }));
                         probe.changed(orders[1], [](Order& o) { o.set_billing_city("theirs"); });
                         for (Order& order : orders) order.set_billing_city("mine");
                         orders.emplace_back().set_billing_city("new");
                         Names outcomes, cities;
                         for (const SaveResult& result : probe.orders().save_many(orders, {})) outcomes.emplace_back(detail::to_text(result.outcome));
                         probe.equal(outcomes, Names{"written", "conflict", "written", "written"}, "outcomes");
                         for (const Order& order : orders) cities.push_back(order.get_id() == OrderId{} ? "none" : probe.again(order).get_billing_city());
                         probe.equal(cities, Names{"mine", "theirs", "mine", "new"}, "what is stored");
                     }});
    cases.push_back({"many orders in one save: one that is gone leaves the others", [](Probe& probe) {
                         std::vector<Order> orders{probe.saved(), probe.saved(), probe.saved()};
                         probe.orders().remove(orders[0].get_id());
                         for (Order& order : orders) order.set_billing_city("mine");
                         Names outcomes;
                         for (const SaveResult& result : probe.orders().save_many(orders, {})) outcomes.emplace_back(detail::to_text(result.outcome));
                         probe.equal(outcomes, Names{"missing", "written", "written"}, "outcomes");
                     }});
    cases.push_back({"many orders in one save: a bad value of one stops all", [](Probe& probe) {
                         std::vector<Order> orders{probe.saved(), probe.saved()};
                         orders.emplace_back();
                         for (Order& order : orders) order.set_billing_city("mine");
                         orders[1].set_billing_email("nobody");
                         probe.refused(errc::order_bad_value, "save_many", [&] { probe.orders().save_many(orders, {}); });
                     }});
    cases.push_back({"many orders in one save: a veto on one leaves the others", [](Probe& probe) {
                         std::vector<Order> orders{probe.saved(), probe.saved()};
                         for (Order& order : orders) order.set_billing_city("mine");
                         Listener listener(probe.kernel());
                         listener.on(hook::can_save_order, [no = orders[0].get_id()](OrderId id, const Order&) { return id == no ? std::optional<std::string>("no") : std::nullopt; });
                         Names outcomes;
                         for (const SaveResult& result : probe.orders().save_many(orders, {})) outcomes.emplace_back(detail::to_text(result.outcome));
                         probe.equal(outcomes, Names{"refused", "written"}, "outcomes");
                     }});
    cases.push_back({"fifty new orders in one save", [](Probe& probe) {
                         std::vector<Order> orders(50);
                         for (std::size_t i = 0; i < orders.size(); ++i) orders[i].add_product(std::to_string(i), "1", "1", "1"), orders[i].set_total(std::to_string(i));
                         probe.orders().save_many(orders, {});
                         std::set<OrderId> ids;
                         for (std::size_t i = 0; i < orders.size(); ++i) {
                             ids.insert(orders[i].get_id());
                             probe.equal(probe.again(orders[i]).get_total(), i, "total");
                         }
                         probe.equal(ids.size(), 50, "ids");
                     }});

    // ---- At the same time. What is left is the same whoever comes first. ----

    cases.push_back({"threads add their marks to one value, and no mark is lost", [](Probe& probe) {
                         const Order order = probe.saved([](Order& o) { o.update_meta_data("marks", ""); });
                         detail::in_threads([&](int thread) {
                             for (int i = 0; i < detail::rounds; ++i)
                                 probe.orders().update(order.get_id(), [&](Order& o) { o.update_meta_data("marks", o.get_meta("marks") + static_cast<char>('a' + thread)); });
                         });
                         std::string marks = probe.again(order).get_meta("marks"), all;
                         std::sort(marks.begin(), marks.end());
                         for (int thread = 0; thread < detail::threads; ++thread) all.append(detail::rounds, static_cast<char>('a' + thread));
                         probe.equal(marks, all, "marks");
                         probe.equal(probe.orders().get_history(order.get_id()).size(), detail::threads * detail::rounds + 1, "history");
                         probe.changed(order, [](Order& o) { o.update_meta_data("marks", ""); });  // their order is chance
                     }});
    cases.push_back({"threads change different fields of one order, and all changes are kept", [](Probe& probe) {
                         const Order order = probe.saved();
                         detail::in_threads([&](int thread) {
                             Order copy = order;
                             for (int i = 0; i < detail::rounds; ++i) {
                                 copy.set(std::array{"billing_city", "shipping_city", "created_via", "customer_note"}.at(static_cast<std::size_t>(thread)), std::to_string(i));
                                 probe.save(copy);
                             }
                         });
                         const Order stored = probe.again(order);
                         const std::string last = std::to_string(detail::rounds - 1);
                         probe.equal(Names{stored.get_billing_city(), stored.get_shipping_city(), stored.get_created_via(), stored.get_customer_note()}, Names(4, last), "values");
                     }});
    cases.push_back({"threads create orders, each with an id of its own", [](Probe& probe) {
                         std::mutex mutex;
                         std::set<OrderId> ids;
                         detail::in_threads([&](int) {
                             for (int i = 0; i < detail::rounds; ++i) {
                                 Order order;
                                 order.add_product("Tea", "1", "1", "1");
                                 probe.save(order);
                                 const std::lock_guard lock(mutex);
                                 ids.insert(order.get_id());
                             }
                         });
                         probe.equal(ids.size(), detail::threads * detail::rounds, "ids");
                         probe.equal(probe.orders().find({}).total, detail::threads * detail::rounds, "orders");
                     }});
    cases.push_back({"threads refund one order, and never more than there is", [](Probe& probe) {
                         const Order order = probe.saved([](Order& o) { o.set_total("5"), o.set_status("processing"); });
                         detail::in_threads([&](int) {
                             for (int i = 0; i < detail::rounds; ++i) {
                                 try {
                                     probe.orders().refund({order.get_id(), Decimal::parse("1")});
                                 } catch (const Error& error) {
                                     if (error.code() != errc::order_bad_value) throw;
                                 }
                             }
                         });
                         probe.equal(probe.orders().get_total_refunded(order.get_id()), "5", "refunded");
                         probe.equal(probe.orders().get_refunds(order.get_id()).size(), 5, "refunds");
                         probe.equal(probe.again(order).get_status(), "refunded", "status");
                     }});
    cases.push_back({"of two who complete the payment of one order, one is told so", [](Probe& probe) {
                         // The second comes while the first is about to save. Several times, because seconds may change between.
                         for (int i = 0; i < detail::rounds; ++i) {
                             const Order order = probe.saved([](Order& o) { o.set_total("5"); });
                             Listener listener(probe.kernel());
                             int paid = 0;
                             bool first = true;
                             listener.on(hook::before_order_object_save, [&](OrderId id, const Order&) {
                                 if (std::exchange(first, false)) paid += probe.orders().payment_complete(id, "ch_1") ? 1 : 0;
                             });
                             paid += probe.orders().payment_complete(order.get_id(), "ch_1") ? 1 : 0;
                             probe.equal(paid, 1, "answers yes");
                             probe.equal(probe.orders().get_notes(order.get_id()).size(), 1, "notes");
                         }
                     }});
    cases.push_back({"threads trash and restore one order, and it is whole in the end", [](Probe& probe) {
                         const Order order = probe.saved(detail::fill);
                         detail::in_threads([&](int) {
                             for (int i = 0; i < detail::rounds; ++i) probe.orders().trash(order.get_id()), probe.orders().untrash(order.get_id());
                         });
                         probe.orders().trash(order.get_id());
                         probe.orders().untrash(order.get_id());
                         Order stored = probe.again(order);
                         probe.equal(stored.get_status(), "pending", "status");
                         probe.equal(own_meta(stored).size(), 2, "meta");
                         for (const NoteRecord& note : probe.orders().get_notes(order.get_id())) probe.orders().delete_note(order.get_id(), note.id);  // how many there are is chance
                     }});
    cases.push_back({"threads remove one order, and one of them does", [](Probe& probe) {
                         const Order order = probe.saved(detail::fill);
                         std::mutex mutex;
                         int removed = 0;
                         detail::in_threads([&](int) {
                             const bool mine = probe.orders().remove(order.get_id()).outcome == Outcome::written;
                             const std::lock_guard lock(mutex);
                             removed += mine ? 1 : 0;
                         });
                         probe.equal(removed, 1, "answers written");
                     }});

    // ---- Inside a caller's own transaction ----

    cases.push_back({"a caller's transaction that commits keeps its orders, then the events fire", [](Probe& probe) {
                         const Order order = probe.saved();
                         EventTrace trace(probe.kernel());
                         OrderId made;
                         std::size_t fired = 0;
                         probe.kernel().database().write([&](Unit&) {
                             trace.take();
                             Order fresh;
                             fresh.set_billing_city("Brno");
                             probe.save(fresh);
                             made = fresh.get_id();
                             probe.changed(order, [](Order& o) { o.set_billing_city("Praha"); });
                             const Names events = trace.take();
                             fired = static_cast<std::size_t>(std::count_if(events.begin(), events.end(), [](const std::string& event) { return !event.starts_with("before_"); }));
                         });
                         probe.equal(fired, 0, "actions inside");
                         probe.equal(trace.take(), Names{"new_order", "after_order_object_save", "update_order", "after_order_object_save"}, "actions after the commit");
                         probe.equal(Names{probe.orders().require(made).get_billing_city(), probe.again(order).get_billing_city()}, Names{"Brno", "Praha"}, "kept");
                     }});
    cases.push_back({"a caller's transaction that is rolled back leaves nothing and fires nothing", [](Probe& probe) {
                         const Order order = probe.saved([](Order& o) { o.set_total("10"); });
                         const Order trashed = probe.saved();
                         const Names before = probe.export_all();
                         EventTrace trace(probe.kernel());
                         try {
                             probe.kernel().database().write([&](Unit&) {
                                 probe.saved([](Order& o) { detail::fill(o); });
                                 probe.changed(order, [](Order& o) { o.set_status("completed"), o.add_fee("x", "1"); });
                                 probe.orders().refund({order.get_id(), Decimal::parse("1")});
                                 probe.orders().add_note({order.get_id(), "x"});
                                 probe.orders().trash(trashed.get_id());
                                 throw std::runtime_error("changed my mind");
                             });
                         } catch (const std::runtime_error&) {
                         }
                         probe.check(probe.export_all() == before, "the export");
                         for (const std::string& event : trace.take()) probe.check(event.starts_with("before_"), event);
                         probe.equal(probe.orders().get_history(order.get_id()).size(), 1, "history");
                     }});
    cases.push_back({"a caller's transaction reads what it has written", [](Probe& probe) {
                         const Order order = probe.saved();
                         probe.kernel().database().write([&](Unit&) {
                             Order made = probe.saved();
                             probe.check(probe.orders().get(made.get_id()).has_value(), "a new order");
                             Order copy = order;
                             copy.set_billing_city("Praha");
                             probe.save(copy);
                             probe.equal(probe.again(order).get_billing_city(), "Praha", "a changed one");
                             probe.equal(probe.orders().find({}).total, 2, "both are found");
                         });
                     }});
    cases.push_back({"a caller's transaction changes one order twice", [](Probe& probe) {
                         const Order order = probe.saved([](Order& o) { o.set_total("10"); });
                         probe.kernel().database().write([&](Unit&) {
                             for (const char* city : {"Praha", "Zlín"}) probe.orders().update(order.get_id(), [&](Order& o) { o.set_billing_city(city); });
                         });
                         probe.equal(probe.again(order).get_billing_city(), "Zlín", "the second value");
                     }});
    cases.push_back({"a caller's transaction saves one copy of an order twice", [](Probe& probe) {
                         Order order = probe.saved();
                         probe.kernel().database().write([&](Unit&) {
                             Order copy = order;
                             for (const char* city : {"Praha", "Zlín"}) copy.set_billing_city(city), probe.save(copy);
                         });
                         probe.equal(probe.again(order).get_billing_city(), "Zlín", "the second value");
                     }});
    cases.push_back({"a caller's transaction: a bad value leaves the rest", [](Probe& probe) {
                         const Order order = probe.saved();
                         probe.kernel().database().write([&](Unit&) {
                             probe.changed(order, [](Order& o) { o.set_billing_city("Praha"); });
                             try {
                                 probe.changed(order, [](Order& o) { o.set_billing_email("nobody"); });
                                 probe.fail("was not refused");
                             } catch (const Error& error) {
                                 probe.equal(error.code().name, errc::order_bad_value.name, "code");
                             }
                         });
                         probe.equal(probe.again(order).get_billing_city(), "Praha", "kept");
                     }});
    cases.push_back({"a caller's transaction: part of it is undone by a savepoint", [](Probe& probe) {
                         const Order order = probe.saved();
                         probe.kernel().database().write([&](Unit& unit) {
                             probe.changed(order, [](Order& o) { o.update_meta_data("first", "kept"); });
                             try {
                                 unit.savepoint([&] {
                                     probe.changed(order, [](Order& o) { o.update_meta_data("second", "undone"); });
                                     throw std::runtime_error("no");
                                 });
                             } catch (const std::runtime_error&) {
                             }
                         });
                         const Order stored = probe.again(order);
                         probe.equal(Names{stored.get_meta("first"), stored.get_meta("second")}, Names{"kept", ""}, "values");
                     }});
    cases.push_back({"a caller's transaction with a conflict goes on", [](Probe& probe) {
                         Order mine = probe.saved(), other = probe.saved();
                         probe.changed(mine, [](Order& o) { o.set_billing_city("theirs"); });
                         mine.set_billing_city("mine"), other.set_billing_city("mine");
                         probe.kernel().database().write([&](Unit&) {
                             Order a = mine, b = other;
                             probe.equal(probe.orders().save(a).outcome, Outcome::conflict, "the one");
                             probe.equal(probe.orders().save(b).outcome, Outcome::written, "the other");
                         });
                         probe.equal(Names{probe.again(mine).get_billing_city(), probe.again(other).get_billing_city()}, Names{"theirs", "mine"}, "stored");
                     }});
}

}  // namespace ordo::testing
