/// Several programs move one shop at once: alone they would do the same.
#include <csignal>
#include <random>
#include <thread>

#include "kernel/sync/run_lock.hpp"
#include "kernel/sync/worker_pass.hpp"
#include "tests/faults/fire_shop.hpp"

namespace ordo::test {
namespace {

using namespace std::chrono_literals;
using Holds = FireShop::Holds;

constexpr std::size_t workers = 8;
const Command work{"hpos", "sync", "--worker", "--batch-size", "4"};

const Contents& undisturbed() {
    static const Contents wanted = [] {
        const FireShop shop(Holds::posts);
        REQUIRE(shop.ordo({"hpos", "sync"}).exit == 0);
        return shop.contents();
    }();
    return wanted;
}

void check_complete(const FireShop& shop) {
    CHECK(difference(undisturbed(), shop.contents()) == "");
    const Result verified = shop.ordo({"hpos", "verify-data"});
    INFO(verified);
    CHECK(verified.exit == 0);
    CHECK(select_one(shop.database(), "SELECT COUNT(*) FROM wp_ordo_lease") == "0");
}

}  // namespace

TEST_CASE("eight workers move a shop as one would, whoever makes the tables [G5]") {
    for (int round = 0; round < (soaking() ? 100 : 3); ++round) {
        const FireShop shop(Holds::posts);
        std::vector<std::unique_ptr<Process>> running;
        for (std::size_t i = 0; i < workers; ++i) running.push_back(shop.start(work));
        for (const auto& process : running) {
            const Result result = process->wait();
            INFO(result);
            CHECK(result.exit == 0);
        }
        check_complete(shop);
    }
}

TEST_CASE("eight workers, each killed at random moments and started again, leave the rows of an undisturbed run [G5]") {
    const std::uint64_t seed = new_seed("killed workers");
    std::mt19937_64 random(seed);
    INFO("ORDO_TEST_SEED=" << seed);
    int killed = 0;
    for (int round = 0; round < (soaking() ? 100 : 3); ++round) {
        const FireShop shop(Holds::posts);
        std::vector<std::unique_ptr<Process>> running;
        for (std::size_t i = 0; i < workers; ++i) running.push_back(shop.start(work));
        for (int kills = 0; kills < 40; ++kills) {
            std::this_thread::sleep_for(std::chrono::microseconds(std::uniform_int_distribution(0, 20000)(random)));
            auto& victim = running[std::uniform_int_distribution<std::size_t>(0, workers - 1)(random)];
            victim->signal(SIGKILL);
            const Result result = victim->wait();
            INFO(result);
            // One that comes while the last one tidies up finds the shop locked.
            CHECK((result.exit == -SIGKILL || result.exit == 0 || result.exit == 5));
            killed += result.exit == -SIGKILL;
            victim = shop.start(work);
        }
        for (const auto& process : running) {
            const Result result = process->wait();
            INFO(result);
            CHECK((result.exit == 0 || result.exit == 5));
        }
        const Result last = shop.ordo(work);
        INFO(last);
        CHECK(last.exit == 0);
        check_complete(shop);
    }
    CHECK(killed >= 30);
}

TEST_CASE("a run for itself and workers keep out of each other's way") {
    const FireShop shop(Holds::posts);
    QuietLog log;
    database::SqlDatabase holding(database::make_dialect(shop.url()), log);
    REQUIRE(shop.ordo({"db", "init"}).exit == 0);
    const auto check_refused = [&](const Command& command) {
        const Result result = shop.ordo(command);
        INFO(result);
        CHECK(result.exit == 5);
        CHECK(has(result.err, "[ordo.sync.locked]"));
        CHECK(select_one(shop.database(), "SELECT COUNT(*) FROM wp_wc_orders") == "0");
    };
    {
        const sync::RunLock alone(holding, "wp_");
        check_refused(work);
        check_refused({"hpos", "sync"});
    }
    {
        sync::WorkerPass pass(holding, "wp_", [](Unit&, OrderId) { return std::nullopt; });
        check_refused({"hpos", "sync"});
    }
    REQUIRE(shop.ordo({"hpos", "sync"}).exit == 0);
    check_complete(shop);
}

}  // namespace ordo::test
