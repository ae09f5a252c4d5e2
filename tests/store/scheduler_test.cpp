/// Actions that run later: who runs them, how often, and what becomes of those that fail or are left behind.
#include <atomic>
#include <thread>

#include "tests/support/empty_shop.hpp"

namespace ordo::test {
namespace {

using Names = std::vector<std::string>;

UtcSeconds now() { return std::chrono::floor<std::chrono::seconds>(std::chrono::system_clock::now()); }

ActionRequest wants(std::string hook) {
    ActionRequest request;
    request.hook = std::move(hook);
    return request;
}

/// A shop and what ran in it.
struct Scheduled {
    Scheduled() : shop("posts"), actions(shop.kernel().actions()) {
        for (const char* hook : {"tea", "milk"})
            actions.handle(hook, [this, hook](const std::string& args) {
                ran.push_back(std::string(hook) + args);
                return std::string("poured");
            });
        actions.handle("burns", [this](const std::string&) -> std::string {
            ran.emplace_back("burns");
            throw Error(errc::internal, "too hot");
        });
    }
    ScheduledAction one(const std::string& hook) {
        const auto found = actions.list({{}, hook});
        REQUIRE(found.size() == 1);
        return found.front();
    }
    Names said(std::uint64_t action) {
        Names lines;
        for (const ActionLogEntry& entry : actions.logs(action, 100)) lines.push_back(entry.message);
        return lines;
    }

    EmptyShop shop;
    Actions& actions;
    Names ran;
};

}  // namespace

TEST_CASE("what is due runs once, by its priority and its time; what is not waits") {
    Scheduled all;
    CHECK(all.actions.list({}).empty());
    CHECK(all.actions.run_due({}).complete == 0);
    ActionRequest later = wants("tea");
    later.at = now() + std::chrono::hours(1);
    all.actions.schedule(later);
    ActionRequest milk = wants("milk");
    milk.args = "[7]";
    const std::uint64_t id = all.actions.schedule(milk);
    const ActionRunReport report = all.actions.run_due({});
    CHECK(report.complete == 1);
    CHECK(all.ran == Names{"milk[7]"});
    CHECK(all.one("milk").status == ActionStatus::complete);
    CHECK(all.one("milk").attempts == 1);
    CHECK(all.one("tea").status == ActionStatus::pending);
    CHECK(all.said(id).back() == "poured");
    CHECK(all.actions.run_due({}).complete == 0);

    // By hand, before its time.
    REQUIRE(all.actions.run(all.one("tea").id));
    CHECK(all.ran.back() == "tea[]");
    CHECK(!all.actions.run(all.one("tea").id));
    CHECK(!all.actions.run(4711));

    ActionRequest first = wants("tea");
    first.priority = 5;
    all.actions.schedule(wants("milk"));
    all.actions.schedule(first);
    all.ran.clear();
    ActionRunOptions only_one;
    only_one.limit = 1;
    CHECK(all.actions.run_due(only_one).complete == 1);
    CHECK(all.ran == Names{"tea[]"});
}

TEST_CASE("at most one action of a hook and group waits, and comes no later than anybody asked for") {
    Scheduled all;
    ActionRequest request = wants("tea");
    request.at = now() + std::chrono::hours(2);
    const std::uint64_t id = all.actions.schedule(request);
    request.at = now() + std::chrono::hours(3);
    CHECK(all.actions.schedule(request) == id);
    CHECK(all.one("tea").scheduled < now() + std::chrono::hours(2) + std::chrono::seconds(1));
    request.at = now() - std::chrono::hours(1);
    CHECK(all.actions.schedule(request) == id);
    CHECK(all.actions.run_due({}).complete == 1);
    request.group = "kitchen";
    CHECK(all.actions.schedule(request) != id);
    CHECK(all.actions.list({ActionStatus::pending}).front().group == "kitchen");
    std::vector<std::thread> threads;
    for (int i = 0; i < 8; ++i) threads.emplace_back([&] { all.actions.schedule(wants("milk")); });
    for (std::thread& thread : threads) thread.join();
    CHECK(all.actions.list({{}, "milk"}).size() == 1);
}

TEST_CASE("an action that fails is tried again, later each time, and given up after the fifth") {
    Scheduled all;
    const std::uint64_t id = all.actions.schedule(wants("burns"));
    for (int attempt = 1; attempt <= 5; ++attempt) {
        CAPTURE(attempt);
        const UtcSeconds before = now();
        REQUIRE(all.actions.run(id));
        const ScheduledAction after = all.one("burns");
        CHECK(after.attempts == static_cast<std::uint64_t>(attempt));
        CHECK(after.status == (attempt < 5 ? ActionStatus::pending : ActionStatus::failed));
        if (attempt < 5) {
            const auto wait = *after.scheduled - before;
            CHECK(wait >= std::chrono::minutes(1 << (attempt - 1)));
            CHECK(wait <= std::chrono::minutes(1 << (attempt - 1)) + std::chrono::seconds(5));
            CHECK(all.actions.run_due({}).failed == 0);
        }
    }
    CHECK(all.said(id).back() == "failed: too hot");
    CHECK(!all.actions.run(id));
}

TEST_CASE("what comes again does so after each end, until it is canceled") {
    Scheduled all;
    ActionRequest request = wants("tea");
    request.every = std::chrono::seconds(600);
    all.actions.schedule(request);
    for (int round = 1; round <= 3; ++round) {
        const auto waiting = all.actions.list({ActionStatus::pending, "tea"});
        REQUIRE(waiting.size() == 1);
        if (round > 1) CHECK(*waiting[0].scheduled >= now() + std::chrono::seconds(590));
        REQUIRE(all.actions.run(waiting[0].id));
    }
    CHECK(all.ran.size() == 3);
    CHECK(all.actions.list({ActionStatus::complete, "tea"}).size() == 3);
    // Who wants it now, once, does not end that.
    all.actions.schedule(wants("tea"));
    CHECK(all.actions.run_due({}).complete == 1);
    CHECK(all.actions.list({ActionStatus::pending, "tea"}).at(0).every == std::chrono::seconds(600));
    CHECK(all.actions.cancel("tea") == 1);
    CHECK(all.actions.cancel("tea") == 0);
    CHECK(all.actions.list({ActionStatus::pending, "tea"}).empty());
    CHECK(all.actions.list({ActionStatus::canceled, "tea"}).size() == 1);
}

TEST_CASE("many runners do each action once; what a killed or silent one had claimed waits again") {
    Scheduled all;
    std::atomic<int> done = 0;
    for (int i = 0; i < 30; ++i) {
        const std::string hook = fmt::format("hook {}", i);
        all.actions.handle(hook, [&](const std::string&) {
            ++done;
            return std::string();
        });
        all.actions.schedule(wants(hook));
    }
    std::vector<std::thread> threads;
    std::atomic<std::uint64_t> complete = 0;
    for (int i = 0; i < 4; ++i) threads.emplace_back([&] { complete += all.actions.run_due({}).complete; });
    for (std::thread& thread : threads) thread.join();
    CHECK(done == 30);
    CHECK(complete == 30);
    CHECK(select_one(all.shop.database(), "SELECT COUNT(*) FROM wp_ordo_actions_claims") == "0");

    const auto claim_for = [&](const std::string& holder, const std::string& since) {
        const std::uint64_t id = all.actions.schedule(wants("milk"));
        execute(all.shop.database(), fmt::format("INSERT INTO wp_ordo_actions_claims (date_created_gmt, holder) VALUES ('{}', '{}')", since, holder));
        const std::string claim = select_one(all.shop.database(), "SELECT MAX(claim_id) FROM wp_ordo_actions_claims");
        execute(all.shop.database(), fmt::format("UPDATE wp_ordo_actions SET status = 'in-progress', waits_as = NULL, attempts = 1, claim_id = {} WHERE action_id = {}", claim, id));
        return id;
    };
    // One that lives, on another host: left alone.
    const std::uint64_t alive = claim_for("elsewhere 1 1 0", format_datetime(now()));
    CHECK(all.actions.run_due({}).complete == 0);
    execute(all.shop.database(), "UPDATE wp_ordo_actions_claims SET date_created_gmt = '" + format_datetime(now() - std::chrono::minutes(6)) + "'");
    CHECK(all.actions.run_due({}).complete == 1);
    CHECK(all.actions.list({ActionStatus::complete, "milk"}).front().id == alive);
    CHECK(all.said(alive).front() == "its runner was killed or silent; it waits again");

    // Where another of its kind waits by now, that one is enough, and comes as soon as the lost one would.
    const std::uint64_t lost = claim_for("elsewhere 1 1 0", format_datetime(now() - std::chrono::minutes(6)));
    ActionRequest later = wants("milk");
    later.at = now() + std::chrono::hours(1);
    const std::uint64_t other = all.actions.schedule(later);
    REQUIRE(other != lost);
    CHECK(all.actions.run_due({}).complete == 1);
    CHECK(all.actions.list({ActionStatus::pending, "milk"}).empty());
    CHECK(all.actions.list({ActionStatus::canceled, "milk"}).front().id == lost);
    CHECK(all.actions.list({ActionStatus::complete, "milk"}).front().id == other);
    // And alone it is the one that waits, also for who asks for one.
    const std::uint64_t alone = claim_for("elsewhere 1 1 0", format_datetime(now() - std::chrono::minutes(6)));
    CHECK(all.actions.run(alone)->status == ActionStatus::complete);
}

TEST_CASE("values that do not fit are refused; actions that nobody here runs are left to others") {
    Scheduled all;
    for (const ActionRequest& bad : {wants(""), wants(std::string(121, 'h'))}) CHECK_THROWS_AS(all.actions.schedule(bad), Error);
    ActionRequest bad = wants("tea");
    bad.args = std::string(192, 'a');
    CHECK_THROWS_AS(all.actions.schedule(bad), Error);
    bad = wants("tea");
    bad.priority = 256;
    CHECK_THROWS_AS(all.actions.schedule(bad), Error);
    const std::uint64_t id = all.actions.schedule(wants("of nobody"));
    CHECK(all.actions.run_due({}).complete == 0);
    CHECK(!all.actions.run(id));
    CHECK(all.one("of nobody").status == ActionStatus::pending);
}

TEST_CASE("what is over for a month is forgotten, with what was said of it") {
    Scheduled all;
    REQUIRE(all.actions.run(all.actions.schedule(wants("tea"))));
    execute(all.shop.database(), "UPDATE wp_ordo_actions SET last_attempt_gmt = '2020-01-01 00:00:00'");
    REQUIRE(all.actions.run(all.actions.schedule(wants("milk"))));
    CHECK(all.actions.list({{}, "tea"}).empty());
    ActionRequest old = wants("tea");
    old.at = *parse_datetime("2020-01-01 00:00:00");
    REQUIRE(all.actions.cancel(all.actions.schedule(old)));
    REQUIRE(all.actions.run(all.actions.schedule(wants("burns"))));
    CHECK(all.actions.list({{}, "tea"}).empty());
    CHECK(select_one(all.shop.database(), "SELECT COUNT(DISTINCT action_id) FROM wp_ordo_actions_logs") == "2");
}

}  // namespace ordo::test
