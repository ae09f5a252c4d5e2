/// What the hook engine promises to plugins and to the kernel: WordPress' order of things, and isolation of slots that
/// throw [G29]. No plugin is loaded here.
#include "tests/unit/hooks_fixture.hpp"

using namespace ordo;
using namespace ordo::test::hook_engine;

TEST_CASE("lower priorities run first, equal ones first come first served") {
    Shop shop;
    std::string ran;
    shop.gift_wrap->on(tick, [&] { ran += 'd'; }, 20);
    shop.gift_wrap->on(tick, [&] { ran += 'b'; });
    shop.loyalty->on(tick, [&] { ran += 'a'; }, -5);
    shop.loyalty->on(tick, [&] { ran += 'c'; }, Hooks::priority_default);
    shop.gift_wrap->on(tick, [&] { ran += 'e'; }, 20);
    shop.fire_tick();
    CHECK(ran == "abcde");
}

TEST_CASE("the smallest and the largest priority are priorities like any other") {
    Shop shop;
    std::string ran;
    shop.gift_wrap->on(tick, [&] { ran += 'c'; }, std::numeric_limits<int>::max());
    shop.gift_wrap->on(tick, [&] { ran += 'b'; }, 0);
    shop.gift_wrap->on(tick, [&] { ran += 'a'; }, std::numeric_limits<int>::min());
    shop.fire_tick();
    CHECK(ran == "abc");
}

TEST_CASE("an action hands its arguments to every slot") {
    Shop shop;
    std::vector<std::string> seen;
    shop.gift_wrap->on(synced, [&](OrderId order, const Direction& way) {
        seen.push_back(fmt::format("{} {}>{}", order, way.source, way.target));
    });
    shop.loyalty->on(synced, [&](const OrderId& order, Direction way) {
        seen.push_back(fmt::format("{} {}", order, way.target));
    });
    shop.fire_synced(OrderId{43}, to_hpos);
    CHECK(seen == std::vector<std::string>{"43 posts>hpos", "43 hpos"});
}

TEST_CASE("a filter's value passes through each slot in turn") {
    Shop shop;
    CHECK(shop.filter_title("gift") == "gift");
    shop.loyalty->on(title, [](const std::string& value) { return value + "!"; }, 20);
    shop.gift_wrap->on(title, [](const std::string& value) { return "<" + value + ">"; }, 10);
    CHECK(shop.filter_title("gift") == "<gift>!");

    shop.loyalty->on(price, [](int value, OrderId order) { return value + static_cast<int>(order.value); });
    shop.loyalty->on(price, [](int value, OrderId) { return value * 10; });
    CHECK(shop.filter_price(1, OrderId{2}) == 30);
}

TEST_CASE("a veto asks every slot and gives every refusal with its plugin") {
    Shop shop;
    CHECK(shop.ask_switch(to_hpos).empty());
    shop.gift_wrap->on(may_switch, [](const Direction& way) { return std::optional<std::string>("not to " + way.target); });
    shop.loyalty->on(may_switch, [](const Direction&) -> std::optional<std::string> { return std::nullopt; });
    shop.loyalty->on(may_switch, [](const Direction&) -> std::optional<std::string> { return "points pending"; });
    const std::vector<Refusal> refusals = shop.ask_switch(to_hpos);
    REQUIRE(refusals.size() == 2);
    CHECK(refusals[0].plugin == "gift-wrap");
    CHECK(refusals[0].reason == "not to hpos");
    CHECK(refusals[1].plugin == "loyalty");
    CHECK(refusals[1].reason == "points pending");
}

TEST_CASE("a slot that throws is named in the log and the next slots run [G29]") {
    Shop shop;
    std::string ran;
    shop.gift_wrap->on(synced, [](OrderId, const Direction&) { throw Error(errc::internal, "no paper left"); });
    shop.loyalty->on(synced, [&](OrderId, const Direction&) { ran += 'a'; });
    shop.loyalty->on(synced, [&](OrderId, const Direction&) { ran += 'b'; }, 20);
    shop.fire_synced(OrderId{43}, to_hpos);
    CHECK(ran == "ab");
    CHECK(shop.log.errors() == std::vector<std::string>{
              "plugin gift-wrap: its slot on test_order_synced failed for order 43: no paper left"});
    CHECK(shop.log.others().empty());
}

TEST_CASE("an emitter that asks is given the slots that threw, as they are logged; the next slots run [G29]") {
    Shop shop;
    CHECK(shop.fire_synced.report(OrderId{43}, to_hpos).empty());
    std::string ran;
    shop.gift_wrap->on(synced, [](OrderId, const Direction&) { throw Error(errc::internal, "no paper left"); });
    shop.loyalty->on(synced, [&](OrderId, const Direction&) { ran += 'a'; });
    shop.loyalty->on(synced, [](OrderId, const Direction&) { throw PersonalData(); }, 5);
    shop.loyalty->on(synced, [&](OrderId, const Direction&) { ran += 'b'; }, 20);
    const std::vector<Refusal> failures = shop.fire_synced.report(OrderId{43}, to_hpos);
    CHECK(ran == "ab");
    REQUIRE(failures.size() == 2);
    CHECK(failures[0].plugin == "loyalty");
    CHECK(contains(failures[0].reason, "PersonalData"));
    CHECK_FALSE(contains(failures[0].reason, "jane"));
    CHECK(failures[1].plugin == "gift-wrap");
    CHECK(failures[1].reason == "no paper left");
    CHECK(shop.log.errors() == std::vector<std::string>{
              "plugin loyalty: its slot on test_order_synced failed for order 43: " + failures[0].reason,
              "plugin gift-wrap: its slot on test_order_synced failed for order 43: no paper left"});
    CHECK(shop.kernel->did_action("test_order_synced") == 2);
}

TEST_CASE("a report holds the failures of its own emission, not of one inside it [G29]") {
    Shop shop;
    std::vector<Refusal> inner;
    shop.gift_wrap->on(tock, [] { throw Error(errc::internal, "inner"); });
    shop.gift_wrap->on(tick, [&] {
        shop.fire_tock();
        inner = shop.fire_tock.report();
        throw Error(errc::internal, "outer");
    });
    const std::vector<Refusal> outer = shop.fire_tick.report();
    REQUIRE(inner.size() == 1);
    CHECK(inner[0].reason == "inner");
    REQUIRE(outer.size() == 1);
    CHECK(outer[0].reason == "outer");
    CHECK(shop.log.errors().size() == 3);
}

TEST_CASE("a hook that is about no order names none in the log [G29]") {
    Shop shop;
    shop.gift_wrap->on(tick, [] { throw Error(errc::internal, "no paper left"); });
    shop.fire_tick();
    CHECK(shop.log.errors() == std::vector<std::string>{"plugin gift-wrap: its slot on test_tick failed: no paper left"});
}

TEST_CASE("of a foreign exception only the type is logged, for its text may hold personal data [G29]") {
    Shop shop;
    shop.gift_wrap->on(price, [](int, OrderId) -> int { throw PersonalData(); });
    shop.gift_wrap->on(price, [](int, OrderId) -> int { throw 42; });
    shop.gift_wrap->on(price, [](int, OrderId) -> int { throw std::string("jane.doe@example.com"); });
    CHECK(shop.filter_price(5, OrderId{43}) == 5);
    const std::vector<std::string> errors = shop.log.errors();
    REQUIRE(errors.size() == 3);
    for (const std::string& error : errors) {
        CHECK(contains(error, "plugin gift-wrap: its slot on test_price failed for order 43: "));
        CHECK_FALSE(contains(error, "jane"));
    }
    CHECK(contains(errors[0], "PersonalData"));
    CHECK(contains(errors[1], ": int"));
    CHECK(contains(errors[2], "string"));
}

TEST_CASE("a filter slot that throws leaves the value as it was and the next slots run [G29]") {
    Shop shop;
    shop.gift_wrap->on(title, [](const std::string& value) { return value + "1"; });
    shop.gift_wrap->on(title, [](const std::string&) -> std::string { throw PersonalData(); });
    shop.gift_wrap->on(title, [](const std::string& value) { return value + "2"; });
    CHECK(shop.filter_title("a") == "a12");
}

TEST_CASE("a veto slot that throws refuses, without personal data, and the next slots are asked [G29]") {
    Shop shop;
    shop.gift_wrap->on(may_switch, [](const Direction&) -> std::optional<std::string> {
        throw Error(errc::internal, "no paper left");
    });
    shop.gift_wrap->on(may_switch, [](const Direction&) -> std::optional<std::string> { throw PersonalData(); });
    shop.loyalty->on(may_switch, [](const Direction&) -> std::optional<std::string> { return "points pending"; });
    const std::vector<Refusal> refusals = shop.ask_switch(to_hpos);
    REQUIRE(refusals.size() == 3);
    CHECK(refusals[0].plugin == "gift-wrap");
    CHECK(refusals[0].reason == "failed: no paper left");
    CHECK(contains(refusals[1].reason, "failed: "));
    CHECK(contains(refusals[1].reason, "PersonalData"));
    CHECK_FALSE(contains(refusals[1].reason, "jane"));
    CHECK(refusals[2].reason == "points pending");
    CHECK(shop.log.errors().size() == 2);
}

TEST_CASE("a hook's name is declared once; the refusal names who has it") {
    Shop shop;
    const Error error = error_of([&] { shop.gift_wrap->declare(title); });
    CHECK(error.code() == errc::hook_signature);
    CHECK(contains(error.what(), "test_title"));
    CHECK(contains(error.what(), "kernel"));
}

TEST_CASE("a declared hook belongs to who declared it, whatever its specification says") {
    Shop shop;
    constexpr Action<> impostor{"test_impostor", "kernel", "", "never"};
    shop.gift_wrap->declare(impostor);
    CHECK(shop.engine.list().back().spec.owner == "gift-wrap");
}

TEST_CASE("a slot connects by name to a hook with the same types") {
    Shop shop;
    auto fire_wrapped = shop.gift_wrap->declare(wrapped);
    int parcels = 0;
    shop.loyalty->on("gift_wrapped", [&](int count) { parcels += count; });
    shop.loyalty->on("test_title", [](const std::string& value) { return value + "!"; });
    shop.loyalty->on("test_may_switch", [](const Direction&) -> std::optional<std::string> { return "no"; });
    fire_wrapped(3);
    CHECK(parcels == 3);
    CHECK(shop.filter_title("gift") == "gift!");
    CHECK(shop.ask_switch(to_hpos).size() == 1);
}

TEST_CASE("an unknown hook is refused, with a suggestion when one is near") {
    struct Row {
        std::string_view asked, hint;
    };
    const auto [asked, hint] = GENERATE(
        Row{"test_titel", "did you mean \"test_title\"?"}, Row{"test_order_sync", "did you mean \"test_order_synced\"?"},
        Row{"test_tack", "did you mean \"test_t"}, Row{"gift_wrapped_in_paper", "ordo hooks list"}, Row{"", "ordo hooks list"});
    Shop shop;
    const Error error = error_of([&, name = asked] { shop.gift_wrap->on(name, [] {}); });
    CAPTURE(asked, error.hint());
    CHECK(error.code() == errc::hook_unknown);
    CHECK(contains(error.what(), asked));
    CHECK(contains(error.hint(), hint));
}

TEST_CASE("a slot of another signature is refused; the message says what the hook wants") {
    Shop shop;
    const Error action = error_of([&] { shop.gift_wrap->on("test_order_synced", [](OrderId) {}); });
    const Error filter = error_of([&] { shop.gift_wrap->on("test_price", [](int, OrderId) {}); });
    const Error veto = error_of([&] { shop.gift_wrap->on("test_may_switch", [](OrderId) -> std::optional<std::string> { return "no"; }); });
    for (const Error& error : {action, filter, veto}) CHECK(error.code() == errc::hook_signature);
    CHECK(contains(action.what(), "action (OrderId order, Direction way)"));
    CHECK(contains(filter.what(), "filter (int price, OrderId order)"));
    CHECK(contains(veto.what(), "veto (Direction way)"));
    CHECK(shop.kernel->has_filter("test_order_synced") == 0);
}

TEST_CASE("a connection is removed once, and only by its own plugin") {
    Shop shop;
    int ran = 0;
    const Connection connection = shop.gift_wrap->on(tick, [&] { ++ran; });
    CHECK_FALSE(shop.loyalty->off(connection));
    CHECK_FALSE(shop.gift_wrap->off(Connection{}));
    shop.fire_tick();
    CHECK(shop.engine.view_for("gift-wrap")->off(connection));
    CHECK_FALSE(shop.gift_wrap->off(connection));
    shop.fire_tick();
    CHECK(ran == 1);
}

TEST_CASE("has_filter counts the slots, did_action the emissions, heard or not") {
    Shop shop;
    CHECK(shop.loyalty->has_filter("test_tick") == 0);
    CHECK(shop.loyalty->did_action("test_tick") == 0);
    shop.fire_tick();
    const Connection connection = shop.gift_wrap->on(tick, [] {});
    shop.gift_wrap->on(tick, [] {}, 20);
    shop.fire_tick();
    CHECK(shop.loyalty->has_filter("test_tick") == 2);
    CHECK(shop.loyalty->did_action("test_tick") == 2);
    shop.gift_wrap->off(connection);
    CHECK(shop.loyalty->has_filter("test_tick") == 1);
    CHECK(shop.loyalty->has_filter("nothing") == 0);
    CHECK(shop.loyalty->did_action("nothing") == 0);
}

TEST_CASE("did_action already counts the emission that is running") {
    Shop shop;
    std::uint64_t seen = 0;
    shop.gift_wrap->on(tick, [&] { seen = shop.gift_wrap->did_action("test_tick"); });
    shop.fire_tick();
    CHECK(seen == 1);
}

TEST_CASE("current_filter is the innermost hook of this engine on this thread") {
    Shop shop;
    Shop other;
    std::string inner, outer_before, outer_after, of_other, on_other_thread = "?";
    shop.gift_wrap->on(tock, [&] { inner = shop.gift_wrap->current_filter(); });
    shop.gift_wrap->on(tick, [&] {
        outer_before = shop.gift_wrap->current_filter();
        shop.fire_tock();
        outer_after = shop.gift_wrap->current_filter();
        of_other = other.gift_wrap->current_filter();
        std::thread([&] { on_other_thread = shop.gift_wrap->current_filter(); }).join();
    });
    std::string through_other;
    other.gift_wrap->on(title, [&](const std::string& value) {
        shop.fire_tick();
        through_other = other.gift_wrap->current_filter();
        return value;
    });
    other.filter_title("gift");
    CHECK(outer_before == "test_tick");
    CHECK(inner == "test_tock");
    CHECK(outer_after == "test_tick");
    CHECK(of_other == "test_title");
    CHECK(through_other == "test_title");
    CHECK(on_other_thread.empty());
    CHECK(shop.gift_wrap->current_filter().empty());
}

TEST_CASE("current_filter is right again after a slot has thrown") {
    Shop shop;
    shop.gift_wrap->on(tick, [] { throw 1; });
    shop.fire_tick();
    CHECK(shop.gift_wrap->current_filter().empty());
}

TEST_CASE("a slot added while the hook runs is called in the same emission at later priorities only") {
    struct Row {
        int priority;
        std::string_view first, second;
    };
    // The adding slot stands at 10, and there are slots at 5 ("a") and 20 ("c") already.
    const auto [priority, first, second] = GENERATE(
        Row{4, "a+c", "xa+c"}, Row{5, "a+c", "ax+c"}, Row{10, "a+c", "a+xc"},
        Row{15, "a+xc", "a+xc"}, Row{20, "a+cx", "a+cx"}, Row{99, "a+cx", "a+cx"});
    Shop shop;
    std::string ran;
    shop.gift_wrap->on(tick, [&] { ran += 'a'; }, 5);
    shop.gift_wrap->on(tick, [&ran, &shop, at = priority, added = false]() mutable {
        ran += '+';
        if (!std::exchange(added, true)) shop.loyalty->on(tick, [&ran] { ran += 'x'; }, at);
    }, 10);
    shop.gift_wrap->on(tick, [&] { ran += 'c'; }, 20);
    CAPTURE(priority);
    shop.fire_tick();
    CHECK(ran == first);
    ran.clear();
    shop.fire_tick();
    CHECK(ran == second);
}

TEST_CASE("a slot removed while its hook runs is not called any more") {
    const int priority = GENERATE(10, 20);
    Shop shop;
    std::string ran;
    Connection victim;
    shop.gift_wrap->on(tick, [&] {
        ran += 'a';
        shop.gift_wrap->off(victim);
    }, 10);
    victim = shop.gift_wrap->on(tick, [&] { ran += 'x'; }, priority);
    shop.gift_wrap->on(tick, [&] { ran += 'c'; }, 30);
    CAPTURE(priority);
    shop.fire_tick();
    CHECK(ran == "ac");
}

TEST_CASE("a slot may remove itself; what it captured lives until it returns") {
    Shop shop;
    Captured captured;
    std::string ran;
    Connection self;
    bool alive = false;
    self = shop.gift_wrap->on(tick, [&, held = captured.hand_over()] {
        shop.gift_wrap->off(self);
        alive = *held == 1 && !captured.destroyed();
        ran += 'a';
    });
    shop.gift_wrap->on(tick, [&] { ran += 'b'; });
    shop.fire_tick();
    shop.fire_tick();
    CHECK(ran == "abb");
    CHECK(alive);
    CHECK(captured.destroyed());
}

TEST_CASE("a slot that replaces itself at its own priority runs again in the next emission, not in this one") {
    Shop shop;
    int ran = 0;
    Connection self;
    self = shop.gift_wrap->on(tick, [&] {
        ++ran;
        shop.gift_wrap->off(self);  // the only slot of its priority: the priority itself goes and comes back
        shop.gift_wrap->on(tick, [&] { ran += 10; });
    });
    shop.fire_tick();
    CHECK(ran == 1);
    shop.fire_tick();
    CHECK(ran == 11);
}

TEST_CASE("a slot may fire the hook it stands on") {
    Shop shop;
    std::string ran;
    int depth = 0;
    shop.gift_wrap->on(tick, [&] {
        ran += '(';
        if (++depth < 3) shop.fire_tick();
        ran += ')';
    });
    shop.loyalty->on(tick, [&] { ran += '.'; }, 20);
    shop.fire_tick();
    CHECK(ran == "((().).).");
}

TEST_CASE("list gives the hooks in order of declaration and their slots in the order they run") {
    Shop shop;
    shop.gift_wrap->declare(wrapped);
    shop.gift_wrap->on(tick, [] {}, 20);
    shop.loyalty->on(tick, [] {}, 10);
    shop.gift_wrap->on(tick, [] {}, 10);
    shop.loyalty->on(tick, [] {}, -1);
    const std::vector<HookEngine::Listing> hooks = shop.engine.list();
    std::string names, listeners;
    for (const auto& hook : hooks) names += fmt::format("{} ", hook.spec.name);
    REQUIRE(hooks.size() == 7);
    for (const auto& listener : hooks[0].listeners) listeners += fmt::format("{}@{} ", listener.owner, listener.priority);
    CHECK(names == "test_tick test_tock test_order_synced test_title test_price test_may_switch gift_wrapped ");
    CHECK(listeners == "loyalty@-1 loyalty@10 gift-wrap@10 gift-wrap@20 ");
    CHECK(hooks[1].listeners.empty());
    CHECK(hooks[2].spec.kind == HookKind::action);
    CHECK(hooks[2].spec.arguments == "OrderId order, Direction way");
    CHECK(hooks[2].spec.fires == "after an order was written");
}
