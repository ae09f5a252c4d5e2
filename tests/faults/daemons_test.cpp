/// Two daemons and people at the command line work on one shop in compatibility mode, and one daemon is killed again and again.
#include <csignal>
#include <map>
#include <random>
#include <set>
#include <thread>

#include <fmt/format.h>

#include "tests/faults/fire_shop.hpp"

namespace ordo::test {
namespace {

using namespace std::chrono_literals;
using Holds = FireShop::Holds;

const Command daemon_words{"serve", "--every", "1"};

void run(const FireShop& shop, const Command& command) {
    const Result result = shop.ordo(command);
    INFO(result);
    REQUIRE(result.exit == 0);
}

int count(const FireShop& shop, const std::string& sql) { return std::stoi(select_one(shop.database(), "SELECT COUNT(*) FROM " + sql)); }

/// By its log each action was begun once more than it was taken over, ended as often as it was begun and not lost, and done once at most.
void check_done_once(const FireShop& shop) {
    struct Told {
        int begun = 0, taken_over = 0, failed = 0, done = 0;
    };
    std::map<std::string, Told> actions;
    for (const SqlRow& row : select(shop.database(), "SELECT action_id, message FROM wp_ordo_actions_logs ORDER BY log_id")) {
        Told& told = actions[*row[0]];
        const std::string& message = *row[1];
        if (message.starts_with("started by")) ++told.begun;
        else if (message.starts_with("its runner was killed")) ++told.taken_over;
        else if (message.starts_with("failed: another run holds this shop")) ++told.failed;  // tried again a minute later
        else if (message != "canceled") ++told.done;
        CHECK_FALSE(has(message, "too late"));
        CHECK((!message.starts_with("failed") || has(message, "another run holds this shop")));
    }
    for (const auto& [id, told] : actions) {
        INFO("action " << id << ": begun " << told.begun << ", taken over " << told.taken_over << ", failed " << told.failed << ", done " << told.done);
        CHECK(told.begun == told.taken_over + told.failed + told.done);
        CHECK(told.done <= 1);
        CHECK(told.done == count(shop, "wp_ordo_actions WHERE status = 'complete' AND action_id = " + id));
    }
    CHECK(count(shop, "wp_ordo_actions WHERE status = 'in-progress'") == 0);
    CHECK(count(shop, "wp_ordo_actions_claims") == 0);
}

}  // namespace

TEST_CASE("two daemons, one killed again and again, beside people at the command line: each action is done once, nothing is lost [G5] [G26]") {
    const auto begins = GENERATE(Holds::posts, Holds::hpos);
    const FireShop shop(begins);
    const std::uint64_t seed = new_seed("killed daemons");
    std::mt19937_64 random(seed);
    INFO("ORDO_TEST_SEED=" << seed);
    const int orders_before = shop.orders();
    const std::string some = select_one(shop.database(), begins == Holds::posts ? "SELECT MIN(ID) FROM wp_posts WHERE post_type = 'shop_order'" : "SELECT MIN(id) FROM wp_wc_orders WHERE type = 'shop_order'");
    run(shop, {"option", "update", "woocommerce_orders_cot_migration_batch_size", "5"});  // so that there are many actions
    run(shop, {"hpos", "compatibility-mode", "enable"});

    auto victim = shop.start(daemon_words), other = shop.start(daemon_words);
    const auto taken_over = [&] { return count(shop, "wp_ordo_actions_logs WHERE message LIKE 'its runner was killed%'"); };
    const int rounds = soaking() ? 200 : 6, rounds_max = rounds + 40;
    int round = 0;
    // Kills come at random: they go on until some of them met a daemon at work.
    for (; round < rounds || (taken_over() < 2 && round < rounds_max); ++round) {
        // All orders change behind everybody's back, and the time of the next look has come.
        execute(shop.database(), begins == Holds::posts ? fmt::format("UPDATE wp_postmeta SET meta_value = 'Brno {}' WHERE meta_key = '_billing_city'", round)
                                                        : fmt::format("UPDATE wp_wc_order_addresses SET city = 'Brno {}'", round));
        execute(shop.database(), "UPDATE wp_ordo_actions SET scheduled_date_gmt = '2026-01-01 00:00:00' WHERE status = 'pending'");
        // No command but a run is refused, whatever the daemons are at; and that one only while a batch is copied.
        const auto create = shop.start({"order", "create", "--set", "billing_email=ana@example.com", "--set", "total=5"});
        const auto update = shop.start({"order", "update", some, "--meta", fmt::format("round_{}=seen", round)});
        std::unique_ptr<Process> sync;
        if (round % 3 == 2) sync = shop.start({"hpos", "sync", "--batch-size", "2"});
        std::this_thread::sleep_for(std::chrono::milliseconds(std::uniform_int_distribution(0, 600)(random)));
        victim->signal(SIGKILL);
        const Result killed = victim->wait();
        INFO(killed);
        REQUIRE(killed.exit == -SIGKILL);
        victim = shop.start(daemon_words);
        for (const auto* process : {&create, &update}) {
            const Result result = (*process)->wait();
            INFO(result);
            CHECK(result.exit == 0);
        }
        if (sync) {
            const Result result = sync->wait();
            INFO(result);
            CHECK((result.exit == 0 || result.exit == 5 || (result.exit == 6 && has(result.err, "while they were copied"))));
        }
    }
    for (const auto* daemon : {&victim, &other}) {
        (*daemon)->signal(SIGTERM);
        const Result stopped = (*daemon)->wait();
        INFO(stopped);
        const bool only_just_begun = stopped.exit == -SIGTERM && stopped.err.empty();
        CHECK(((stopped.exit == 0 && has(stopped.err, "stopped")) || only_just_begun));
    }
    run(shop, {"action", "run"});  // what the last one killed had begun
    CHECK(taken_over() >= 2);
    check_done_once(shop);
    run(shop, {"hpos", "sync"});
    CHECK(shop.ordo({"hpos", "count-unmigrated"}).out == "0\n");
    CHECK(shop.orders() == orders_before + round);
    for (const std::string meta : {"wp_postmeta WHERE post_id = ", "wp_wc_orders_meta WHERE order_id = "})
        CHECK(count(shop, meta + some + " AND meta_key LIKE 'round_%' AND meta_value = 'seen'") == round);
    const Result verified = shop.ordo({"hpos", "verify-data"});
    INFO(verified);
    CHECK(verified.exit == 0);
    CHECK(count(shop, "wp_ordo_quarantine") == 0);
}

}  // namespace ordo::test
