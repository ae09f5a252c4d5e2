/// A network that cuts connections: at random, in the commit itself, all at once. Nothing is lost, nothing is there twice,
/// and the program ends by itself as if nothing had been.
#include <atomic>
#include <mutex>
#include <thread>

#include <fmt/format.h>

#include "tests/faults/fire_shop.hpp"
#include "tests/faults/proxy.hpp"
#include "tests/support/empty_shop.hpp"

namespace ordo::test {
namespace {

using Holds = FireShop::Holds;

Result ordo_through(const Proxy& proxy, const FireShop& shop, Command arguments) {
    arguments.emplace_back("--database");
    arguments.push_back(proxy.url(shop.url()));
    return Process(shop.folder(), arguments).wait();
}

Contents undisturbed(Holds begins, const Command& command) {
    const FireShop shop(begins);
    const Result result = shop.ordo(command);
    INFO(result);
    REQUIRE(result.exit == 0);
    return shop.contents();
}

KernelOptions through(const Proxy& proxy, const FireShop& shop) { return kernel_options(proxy.url(shop.url())); }

}  // namespace

TEST_CASE("over a network that cuts connections at random a synchronisation ends by itself, with the same rows [G5] [G26]", "[mariadb]") {
    const auto begins = GENERATE(Holds::posts, Holds::hpos);
    const Command sync{"hpos", "sync", "--batch-size", "20"};
    static const std::uint64_t seed = new_seed("cut connections");
    const Contents wanted = undisturbed(begins, sync);
    int cuts = 0;
    // Some runs come through whole: they go on until connections were cut.
    const std::uint64_t rounds = soaking() ? 200 : 6, rounds_max = 100;
    for (std::uint64_t round = 0; round < rounds || (cuts == 0 && round < rounds_max); ++round) {
        const FireShop shop(begins);
        const Proxy proxy(seed + round, 500'000);
        const Result result = ordo_through(proxy, shop, sync);
        INFO("ORDO_TEST_SEED=" << seed << ", round " << round << ", " << proxy.cuts() << " cuts of " << proxy.connections() << " connections");
        INFO(result);
        CHECK(result.exit == 0);
        CHECK(difference(wanted, shop.contents()) == "");
        cuts += proxy.cuts();
    }
    CHECK(cuts > 0);
}

TEST_CASE("a commit whose answer is lost is neither done twice nor forgotten, and blames no order [G5] [G12]", "[mariadb]") {
    struct Case {
        Holds begins;
        Command command;
    };
    static const TempDirectory directory;
    static const std::string orders = write_orders(directory, 1100).string();
    const auto [begins, command] = GENERATE(Case{Holds::posts, {"hpos", "sync", "--batch-size", "30"}}, Case{Holds::hpos, {"hpos", "sync", "--batch-size", "30"}},
                                            Case{Holds::posts, {"hpos", "sync", "--batch-size", "30", "--worker"}},
                                            Case{Holds::no_orders, {"order", "import", orders, "--store", "hpos"}},
                                            Case{Holds::no_orders, {"order", "import", orders, "--store", "posts"}});
    const Contents wanted = undisturbed(begins, command);
    for (int commit = 1; commit <= 1000; commit += soaking() ? 1 : 2) {
        const FireShop shop(begins);
        Proxy proxy;
        proxy.lose_answer_of_commit(commit);
        const Result result = ordo_through(proxy, shop, command);
        INFO("commit " << commit);
        INFO(result);
        CHECK(result.exit == 0);
        CHECK(difference(wanted, shop.contents()) == "");
        if (proxy.cuts() == 0) break;  // there are no more
    }
}

TEST_CASE("while the server does not answer nobody is told that posts are authoritative", "[mariadb]") {
    const FireShop shop(Holds::hpos);
    Proxy proxy;
    Kernel kernel(through(proxy, shop));
    REQUIRE(kernel.controller().get_orders_data_store() == "hpos");
    proxy.refuse(true);
    CHECK_THROWS_AS(kernel.controller().get_orders_data_store(), Error);
    CHECK_THROWS_AS(kernel.init_database(), Error);
    proxy.refuse(false);
    CHECK(kernel.controller().get_orders_data_store() == "hpos");
}

TEST_CASE("16 writers over a network that cuts connections surface no error and lose no write [G26]", "[mariadb]") {
    constexpr int writers = 16;
    const int writes = soaking() ? 2000 : 40;
    const std::uint64_t seed = new_seed("16 writers");
    TestDatabase storage;
    QuietLog log;
    database::SqlDatabase direct(database::make_dialect(storage.url()), log);
    execute(direct, "CREATE TABLE counter (id INT PRIMARY KEY, n INT) ENGINE=InnoDB");
    execute(direct, "CREATE TABLE done (writer INT, n INT, PRIMARY KEY (writer, n)) ENGINE=InnoDB");
    execute(direct, "INSERT INTO counter VALUES (1, 0), (2, 0), (3, 0)");
    const Proxy proxy(seed, 12'000);
    database::SqlDatabase db(database::make_dialect(proxy.url(storage.url())), log);
    std::mutex mutex;
    std::vector<std::string> errors;
    std::vector<std::thread> threads;
    for (int writer = 0; writer < writers; ++writer)
        threads.emplace_back([&, writer] {
            for (int n = 0; n < writes; ++n) try {
                    db.write([&](Unit& unit) {
                        // Whoever cannot bear to be run after its commit finds out for itself.
                        bool again = false;
                        unit.query(fmt::format("SELECT 1 FROM done WHERE writer = {} AND n = {}", writer, n), [&](const Row&) { again = true; });
                        if (again) return;
                        unit.execute(fmt::format("UPDATE counter SET n = n + 1 WHERE id = {}", 1 + n % 3));
                        unit.execute(fmt::format("INSERT INTO done VALUES ({}, {})", writer, n));
                        unit.execute(fmt::format("UPDATE counter SET n = n + 1 WHERE id = {}", 1 + (n + writer) % 3));
                    });
                } catch (const std::exception& error) {
                    const std::lock_guard lock(mutex);
                    errors.emplace_back(error.what());
                }
        });
    for (std::thread& thread : threads) thread.join();
    INFO("ORDO_TEST_SEED=" << seed << ", " << proxy.cuts() << " cuts");
    CHECK(errors == std::vector<std::string>{});
    CHECK(select_one(direct, "SELECT SUM(n) FROM counter") == std::to_string(2 * writers * writes));
    CHECK(proxy.cuts() > 10);
}

TEST_CASE("16 who save orders that are mirrored at once, beside a synchronisation, over a network that cuts connections: no error, no lost write [G26]", "[mariadb]") {
    const std::string store = GENERATE("posts", "hpos");
    constexpr int writers = 16, shared_orders = 4;
    const int saves = soaking() ? 200 : 6;
    const std::uint64_t seed = new_seed("16 who save");
    EmptyShop shop(store);
    shop.kernel().options().update(option::background_sync_mode, "continuous");
    shop.kernel().options().update(option::data_sync_enabled, "yes");
    const auto make = [&] {
        Order order;
        order.set_total("100");
        order.update_meta_data("counted", "0");
        shop.kernel().orders().require_saved(order);
        return order.get_id();
    };
    std::vector<OrderId> own, shared;
    for (int i = 0; i < writers; ++i) own.push_back(make());
    for (int i = 0; i < shared_orders; ++i) shared.push_back(make());

    // What is read for a batch must have a chance to come through.
    const Proxy proxy(seed, 200'000);
    SyncOptions small_batches;
    small_batches.batch_size = 5;
    Kernel kernel(kernel_options(proxy.url(shop.url())));
    std::mutex mutex;
    std::vector<std::string> errors;
    const auto note = [&](const std::exception& error) {
        const std::lock_guard lock(mutex);
        errors.emplace_back(error.what());
    };
    const auto count_one = [&](OrderId id) {
        kernel.orders().update(id, [](Order& order) {
            order.update_meta_data("counted", std::to_string(std::stoi(order.get_meta("counted")) + 1));
            order.set_billing_phone("555-" + order.get_meta("counted"));
        });
    };
    std::atomic<int> saving = writers;
    std::vector<std::thread> threads;
    for (int writer = 0; writer < writers; ++writer)
        threads.emplace_back([&, writer] {
            for (int i = 0; i < saves; ++i) try {
                    count_one(own[static_cast<std::size_t>(writer)]);
                    count_one(shared[static_cast<std::size_t>((writer + i) % shared_orders)]);
                    if (i % 3 == 0) {
                        Order fresh;
                        fresh.set_billing_email("ana@example.com");
                        kernel.orders().require_saved(fresh);
                    }
                } catch (const std::exception& error) {
                    note(error);
                }
            --saving;
        });
    int runs = 0;
    do {
        try {
            kernel.synchronizer().sync(small_batches);
            ++runs;
        } catch (const std::exception& error) {
            note(error);
        }
    } while (saving > 0);
    for (std::thread& thread : threads) thread.join();
    INFO(store << ", ORDO_TEST_SEED=" << seed << ", " << proxy.cuts() << " cuts, " << runs << " runs");
    for (const std::string& error : errors) {
        INFO(error);
        CHECK(error.empty());
    }
    CHECK(proxy.cuts() > 5);

    Orders& orders = shop.kernel().orders();
    for (const OrderId id : own) CHECK(orders.require(id).get_meta("counted") == std::to_string(saves));
    int counted = 0;
    for (const OrderId id : shared) counted += std::stoi(orders.require(id).get_meta("counted"));
    CHECK(counted == writers * saves);
    CHECK(orders.find({}).total == static_cast<std::uint64_t>(writers + shared_orders + writers * ((saves + 2) / 3)));
    shop.kernel().synchronizer().sync({});
    CHECK(shop.kernel().synchronizer().get_total_pending_count() == 0);
    CHECK(shop.kernel().synchronizer().list_quarantine().empty());
    CHECK(shop.export_all("posts") == shop.export_all("hpos"));
}

}  // namespace ordo::test
