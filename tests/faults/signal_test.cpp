/// Ctrl-C in the middle: the program ends after what it is at, says how to go on, and the next run completes the work.
#include <algorithm>
#include <csignal>
#include <functional>
#include <thread>

#include "tests/faults/fire_shop.hpp"

namespace ordo::test {
namespace {

using namespace std::chrono_literals;
using Holds = FireShop::Holds;

/// Signals once `begun` says that the work has begun. False: the program ended before.
bool interrupt(Process& process, const std::function<bool()>& begun) {
    while (process.is_running()) {
        if (begun()) {
            process.signal(SIGINT);
            return true;
        }
        std::this_thread::sleep_for(1ms);
    }
    return false;
}

bool some_orders_moved(const FireShop& shop) {
    const auto tables = table_names(shop.database());
    return std::find(tables.begin(), tables.end(), "wp_wc_orders") != tables.end() && std::stoi(select_one(shop.database(), "SELECT COUNT(*) FROM wp_wc_orders")) > 2;
}

}  // namespace

TEST_CASE("SIGINT ends a synchronisation after its batch, for itself or as a worker, and the next run goes on [G5]") {
    const Command command = GENERATE(Command{"hpos", "sync", "--batch-size", "1"}, Command{"hpos", "sync", "--batch-size", "1", "--worker"});
    const FireShop undisturbed(Holds::posts);
    REQUIRE(undisturbed.ordo(command).exit == 0);
    const FireShop shop(Holds::posts);
    const auto process = shop.start(command);
    REQUIRE(interrupt(*process, [&] { return some_orders_moved(shop); }));
    const Result interrupted = process->wait();
    INFO(interrupted);
    CHECK(interrupted.exit == 4);
    CHECK(has(interrupted.err, "interrupted"));
    const int moved = std::stoi(select_one(shop.database(), "SELECT COUNT(*) FROM wp_wc_orders"));
    CHECK(moved < shop.orders());
    const Result rest = shop.ordo(command);
    INFO(rest);
    CHECK(rest.exit == 0);
    CHECK(difference(undisturbed.contents(), shop.contents()) == "");
}

TEST_CASE("SIGINT among eight workers ends that one; the others do the rest [G5]") {
    const Command work{"hpos", "sync", "--batch-size", "1", "--worker"};
    const FireShop undisturbed(Holds::posts);
    REQUIRE(undisturbed.ordo(work).exit == 0);
    const FireShop shop(Holds::posts);
    std::vector<std::unique_ptr<Process>> running;
    for (int i = 0; i < 8; ++i) running.push_back(shop.start(work));
    interrupt(*running[0], [&] { return some_orders_moved(shop); });
    for (std::size_t i = 0; i < running.size(); ++i) {
        const Result result = running[i]->wait();
        INFO(i << ": " << result);
        CHECK((result.exit == 0 || (i == 0 && result.exit == 4)));
    }
    CHECK(difference(undisturbed.contents(), shop.contents()) == "");
}

TEST_CASE("SIGINT during a verification ends it without a verdict") {
    const FireShop shop(Holds::posts);
    REQUIRE(shop.ordo({"hpos", "sync"}).exit == 0);
    execute(shop.database(), "UPDATE wp_wc_orders SET currency = 'XXX'");  // so that a verdict is another exit code than none
    constexpr std::chrono::microseconds longest{2s};
    std::chrono::microseconds too_early{0}, too_late{longest};
    bool interrupted = false;
    for (int tries = 0; tries < 60 && !interrupted; ++tries) {
        if (too_late - too_early < 1ms) too_early = 0us, too_late = longest;  // programs do not take the same time twice
        const auto moment = (too_early + too_late) / 2;
        const auto process = shop.start({"hpos", "verify-data"});
        std::this_thread::sleep_for(moment);
        process->signal(SIGINT);
        const Result result = process->wait();
        INFO(result);
        // Before its handlers stand the signal ends it, as any program; after its work it is done.
        REQUIRE((result.exit == 4 || result.exit == 1 || result.exit == -SIGINT));
        interrupted = result.exit == 4;
        (result.exit == 1 ? too_late : too_early) = moment;
    }
    CHECK(interrupted);
}

TEST_CASE("SIGINT during an import leaves nothing of it, and the next one brings everything [G12]") {
    const Command import{"import", shop_dump.string()};
    bool interrupted = false;
    for (int tries = 0; tries < 20 && !interrupted; ++tries) {
        const FireShop shop(Holds::nothing);
        const auto process = shop.start(import);
        if (!interrupt(*process, [&] { return mariadb_socket().empty() ? std::filesystem::exists(shop.url().substr(9)) : !table_names(shop.database()).empty(); })) continue;
        const Result result = process->wait();
        INFO(result);
        REQUIRE((result.exit == 4 || result.exit == 0));
        interrupted = result.exit == 4;
        if (!interrupted) continue;  // too late
        CHECK(has(result.err, "[ordo.import.interrupted]"));
        CHECK(shop.contents().empty());
        CHECK(shop.ordo(import).exit == 0);
        CHECK(select_one(shop.database(), "SELECT COUNT(*) FROM wp_posts") != "0");
    }
    CHECK(interrupted);
}

TEST_CASE("SIGINT during an export leaves no file") {
    const FireShop shop(Holds::posts);
    const auto file = shop.folder() / "orders.jsonl", partial = shop.folder() / "orders.jsonl.partial";
    bool interrupted = false;
    for (int tries = 0; tries < 20 && !interrupted; ++tries) {
        const auto process = shop.start({"order", "export", "--output", "orders.jsonl"});
        if (!interrupt(*process, [&] { return std::filesystem::exists(partial); })) continue;
        const Result result = process->wait();
        INFO(result);
        REQUIRE((result.exit == 4 || result.exit == 0));
        interrupted = result.exit == 4;
        CHECK(std::filesystem::exists(file) == (result.exit == 0));
        CHECK(!std::filesystem::exists(partial));
        std::filesystem::remove(file);
    }
    CHECK(interrupted);
    CHECK(shop.ordo({"order", "export", "--output", "orders.jsonl"}).exit == 0);
    CHECK(lines_of(slurp(file)).size() == static_cast<std::size_t>(shop.orders()));
}

}  // namespace ordo::test
