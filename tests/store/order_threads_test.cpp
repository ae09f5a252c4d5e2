/// Many threads at the same orders: no error, no lost update, and counts and refunds that agree.
#include <array>
#include <atomic>
#include <map>
#include <mutex>
#include <random>
#include <thread>
#include <vector>

#include <ordo/orders.hpp>

#include "tests/support/empty_shop.hpp"
#include "tests/support/soak.hpp"

namespace ordo::test {
namespace {

/// What threads do at random to a few orders that all of them share, and what must be left of it: each order counts what was done
/// to it, and a part that is lost shows there.
class SharedOrders {
public:
    explicit SharedOrders(Orders& orders) : orders_(orders) {
        for (OrderId& id : ids_) id = make();
    }

    void work(std::uint64_t seed, std::chrono::steady_clock::time_point until, int least) {
        std::mt19937_64 random(seed);
        try {
            for (int round = 0; round < least || std::chrono::steady_clock::now() < until; ++round) {
                const std::size_t place = random() % ids_.size();
                try {
                    act(random() % 16, place, id_at(place));
                } catch (const Error& error) {
                    if (error.code() != errc::order_missing) throw;  // another thread has removed it
                }
                ++actions_;
            }
        } catch (const std::exception& error) {
            const std::lock_guard lock(mutex_);
            failures_.emplace_back(error.what());
        }
    }

    void check() {
        CHECK(failures_ == std::vector<std::string>{});
        for (const OrderId id : ids_) {
            CAPTURE(id.value);
            Order order = orders_.require(id);
            const Done& done = done_.at(id);
            CHECK(order.get_meta("counted") == std::to_string(done.counted));
            CHECK(order.get_meta_values("listed").size() == done.listed);
            CHECK(order.get_items({"fee"}).size() == done.fees);
            CHECK(orders_.get_refunds(id).size() == done.refunds);
            CHECK(orders_.get_total_refunded(id) == Decimal::parse(fmt::format("{}", done.refunds)));
            CHECK(orders_.get_notes(id).size() >= done.notes);
        }
        for (const OrderId id : removed_) {
            CHECK(!orders_.get(id));
            CHECK(orders_.get_refunds(id).empty());
            CHECK(orders_.get_notes(id).empty());
        }
    }
    std::uint64_t actions() const { return actions_; }

private:
    struct Done {
        std::size_t counted = 0, listed = 0, fees = 0, refunds = 0, notes = 0;
    };

    OrderId make() {
        Order order;
        order.set_total("1000000");
        order.update_meta_data("counted", "0");
        orders_.require_saved(order);
        const std::lock_guard lock(mutex_);
        done_[order.get_id()] = {};
        return order.get_id();
    }
    OrderId id_at(std::size_t place) {
        const std::lock_guard lock(mutex_);
        return ids_[place];
    }
    void did(OrderId id, std::size_t Done::* what) {
        const std::lock_guard lock(mutex_);
        ++(done_[id].*what);
    }
    void act(std::uint64_t action, std::size_t place, OrderId id) {
        switch (action) {
            case 0:
                if (!orders_.remove(id)) throw Error(errc::order_missing, "it is gone");
                {
                    const OrderId next = make();
                    const std::lock_guard lock(mutex_);
                    removed_.push_back(id);
                    ids_[place] = next;
                }
                return;
            case 1: orders_.trash(id); return;
            case 2: case 3: orders_.untrash(id); return;
            case 4: case 5:
                orders_.refund({id, Decimal::parse("1")});
                return did(id, &Done::refunds);
            case 6:
                orders_.add_note({id, "seen"});
                return did(id, &Done::notes);
            case 7:
                orders_.update(id, [](Order& order) { order.add_fee("Wrapping", "1"); });
                return did(id, &Done::fees);
            case 8: case 9:
                orders_.update(id, [](Order& order) { order.set_status(order.get_status() == "processing" ? "on-hold" : "processing"); });
                return;
            case 10: orders_.get_many({{id}}); return;
            case 11: case 12:
                orders_.update(id, [](Order& order) { order.add_meta_data("listed", "1"); });
                return did(id, &Done::listed);
            default:
                orders_.update(id, [](Order& order) { order.update_meta_data("counted", std::to_string(std::stoi(order.get_meta("counted")) + 1)); });
                return did(id, &Done::counted);
        }
    }

    Orders& orders_;
    std::mutex mutex_;
    std::array<OrderId, 6> ids_;
    std::map<OrderId, Done> done_;
    std::vector<OrderId> removed_;
    std::vector<std::string> failures_;
    std::atomic<std::uint64_t> actions_ = 0;
};

}  // namespace

TEST_CASE("many threads create, change, refund, trash and remove orders at random: no update is lost, counts and refunds agree [G8] [G10] [G26]") {
    const std::string store = GENERATE("posts", "hpos");
    CAPTURE(store);
    EmptyShop shop(store);
    SharedOrders shared(shop.kernel().orders());
    const std::uint64_t seed = new_seed("threads at random");
    const int threads = mariadb_socket().empty() ? 8 : 16;
    const auto until = std::chrono::steady_clock::now() + (soaking() ? std::chrono::seconds(60) : std::chrono::seconds(1));
    std::vector<std::thread> workers;
    for (int worker = 0; worker < threads; ++worker) workers.emplace_back([&, worker] { shared.work(seed + static_cast<std::uint64_t>(worker), until, 10); });
    for (std::thread& worker : workers) worker.join();
    std::cout << fmt::format("{}: {} actions of {} threads\n", store, shared.actions(), threads);
    shared.check();
    CHECK(shop.kernel().ledger().check().counts_agree());
}

TEST_CASE("many save beside a running synchronisation: no error, no lost change, and in the end both stores are equal [G26] [G6]") {
    const std::string store = GENERATE("posts", "hpos");
    CAPTURE(store);
    EmptyShop shop(store);
    Orders& orders = shop.kernel().orders();
    constexpr int updates = 12;
    const int writers = mariadb_socket().empty() ? 8 : 16;
    std::vector<OrderId> ids;
    for (int i = 0; i < writers; ++i) {
        Order order;
        order.set_total("100");
        order.update_meta_data("counted", "0");
        orders.require_saved(order);
        ids.push_back(order.get_id());
    }
    std::mutex mutex;
    std::vector<std::string> failures;
    std::atomic<int> left = writers;
    std::vector<std::thread> threads;
    for (int writer = 0; writer < writers; ++writer)
        threads.emplace_back([&, writer] {
            try {
                // Each order has two writers.
                for (int i = 0; i < updates; ++i)
                    for (const int which : {writer, (writer + 1) % writers})
                        orders.update(ids[static_cast<std::size_t>(which)], [](Order& o) {
                            o.update_meta_data("counted", std::to_string(std::stoi(o.get_meta("counted")) + 1));
                            o.set_status(o.get_status() == "pending" ? "on-hold" : "pending");
                        });
                orders.refund({ids[static_cast<std::size_t>(writer)], Decimal::parse("1")});
            } catch (const std::exception& error) {
                const std::lock_guard lock(mutex);
                failures.emplace_back(error.what());
            }
            --left;
        });
    std::uint64_t runs = 0, quarantined = 0;
    try {
        for (; left > 0; ++runs) quarantined += shop.kernel().synchronizer().sync({}).quarantined;
    } catch (const std::exception& error) {
        const std::lock_guard lock(mutex);
        failures.emplace_back(error.what());
    }
    for (std::thread& thread : threads) thread.join();
    CHECK(failures == std::vector<std::string>{});
    CHECK(quarantined == 0);
    CHECK(runs > 0);
    for (const OrderId id : ids) {
        CHECK(orders.require(id).get_meta("counted") == std::to_string(2 * updates));
        CHECK(orders.get_total_refunded(id) == Decimal::parse("1"));
    }
    CHECK(shop.kernel().synchronizer().sync({}).quarantined == 0);
    CHECK(shop.kernel().synchronizer().get_total_pending_count() == 0);
    CHECK(shop.export_all("posts") == shop.export_all("hpos"));
}

}  // namespace ordo::test
