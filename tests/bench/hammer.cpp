/// bench_hammer write URL SOCKET DATABASE SECONDS PAUSE_MS FILE
/// bench_hammer check SOCKET DATABASE FILE
///
/// `write` hammers a shop: four threads save orders through Ordo, two more write as WooCommerce does, each into the store that is
/// authoritative at that moment, with a pause after each save. They change the same few orders and now and then make new ones; each of them counts its commits of an
/// order in a meta row of its own there, from what it finds, and for itself. What it counted stands in FILE at the end: "who order
/// count" lines. `check` holds the authoritative store against that, and prints what is lost. Exit 1: errors, or something is
/// lost; 3: of what is lost nothing was saved through Ordo.
#include <atomic>
#include <chrono>
#include <cstdio>
#include <fstream>
#include <map>
#include <memory>
#include <mutex>
#include <thread>
#include <vector>

#include <fmt/format.h>
#include <ordo/kernel.hpp>

#include "tests/bench/foreign.hpp"

namespace {

using namespace std::chrono_literals;
using Clock = std::chrono::steady_clock;

constexpr std::size_t ordo_writers = 4, foreign_writers = 2;
/// So few that no more wait at once than a switch brings along.
constexpr std::size_t hammered_orders = 40;
constexpr auto new_order_every = 3s;

/// What all writers have done.
class Book {
public:
    void committed(const std::string& who, std::uint64_t order) {
        const std::lock_guard lock(mutex_);
        ++commits_[{who, order}];
        ++(who.starts_with("ordo") ? by_ordo_ : by_foreign_);
    }
    void made_new() { ++new_orders_; }
    void given_up() { ++given_up_; }
    void failed(const std::string& who, const std::string& words) {
        const std::lock_guard lock(mutex_);
        ++errors_;
        std::fprintf(stderr, "error: %s: %s\n", who.c_str(), words.c_str());
    }
    int finish(const std::string& file) {
        std::ofstream out(file);
        for (const auto& [of, count] : commits_) out << of.first << ' ' << of.second << ' ' << count << '\n';
        fmt::print("{} saves through Ordo, {} foreign ones ({} tried again), {} new orders, {} errors\n", by_ordo_, by_foreign_, given_up_.load(), new_orders_.load(), errors_);
        return errors_ == 0 && out.flush() ? 0 : 1;
    }

private:
    std::mutex mutex_;
    std::map<std::pair<std::string, std::uint64_t>, std::uint64_t> commits_;
    std::uint64_t by_ordo_ = 0, by_foreign_ = 0, errors_ = 0;
    std::atomic<std::uint64_t> given_up_ = 0, new_orders_ = 0;
};

/// Who writes, and when it makes a new order.
struct Writer {
    std::string who;
    std::size_t number;
    Clock::time_point until;
    std::chrono::milliseconds pause;
    Book& book;

    template <class Save, class Create>
    void write(const std::vector<std::uint64_t>& orders, const Save& save, const Create& create) const {
        auto next_new = Clock::now() + number * new_order_every / (ordo_writers + foreign_writers);
        for (std::uint64_t n = 1; Clock::now() < until; ++n) try {
                if (Clock::now() >= next_new) {
                    next_new += new_order_every;
                    book.committed(who, create());
                    book.made_new();
                    continue;
                }
                const std::uint64_t order = orders[(n * 7 + number) % orders.size()];
                save(order, n);
                book.committed(who, order);
                std::this_thread::sleep_for(pause);
            } catch (const std::exception& error) {
                book.failed(who, error.what());
                std::this_thread::sleep_for(100ms);
            }
    }
};

void write_through_ordo(ordo::Orders& orders, const Writer& writer, const std::vector<std::uint64_t>& ids) {
    const auto count = [&](ordo::Order& order) {
        const std::string found = order.get_meta(writer.who);
        order.update_meta_data(writer.who, std::to_string(found.empty() ? 1 : std::stoull(found) + 1));
    };
    writer.write(
        ids,
        [&](std::uint64_t id, std::uint64_t n) {
            orders.update(ordo::OrderId{id}, [&](ordo::Order& order) {
                order.set_status(n % 2 == 0 ? "on-hold" : "pending");
                order.set_billing_phone(fmt::format("+420 {}", n));
                count(order);
            });
        },
        [&] {
            ordo::Order order;
            order.set_billing_email("ana@example.com");
            count(order);
            orders.require_saved(order);
            return order.get_id().value;
        });
}

void write_as_woocommerce(bench::ForeignShop& shop, const Writer& writer, const std::vector<std::uint64_t>& ids) {
    const auto transaction = [&](const auto& body) {
        for (;;) try {
                shop.begin();
                const std::uint64_t order = body(shop.authoritative());
                shop.commit();
                return order;
            } catch (const bench::GivenUp&) {
                writer.book.given_up();
            }
    };
    writer.write(
        ids,
        [&](std::uint64_t id, std::uint64_t n) {
            transaction([&](const std::string& store) {
                shop.save(store, id, n, writer.who);
                return id;
            });
        },
        [&] { return transaction([&](const std::string& store) { return shop.create(store, writer.who); }); });
}

int write(const std::string& url, const std::string& socket, const std::string& database, int seconds, std::chrono::milliseconds pause, const std::string& file) {
    ordo::KernelOptions options;
    options.database_url = url;
    options.log_level = ordo::Log::Level::error;
    ordo::Kernel kernel(options);
    ordo::OrderQuery query;
    query.limit = 0;
    const std::vector<ordo::OrderId> all = kernel.orders().find(query).ids;
    std::vector<std::uint64_t> ids;
    for (std::size_t i = 0; i < hammered_orders; ++i) ids.push_back(all.at(i * all.size() / hammered_orders).value);

    Book book;
    const auto until = Clock::now() + std::chrono::seconds(seconds);
    std::vector<std::thread> threads;
    for (std::size_t i = 0; i < ordo_writers; ++i)
        threads.emplace_back([&, i] { write_through_ordo(kernel.orders(), {fmt::format("ordo_{}", i), i, until, 0ms, book}, ids); });
    for (std::size_t i = 0; i < foreign_writers; ++i)
        threads.emplace_back([&, i, shop = std::make_shared<bench::ForeignShop>(socket, database)] {
            write_as_woocommerce(*shop, {fmt::format("foreign_{}", i), ordo_writers + i, until, pause, book}, ids);
        });
    for (std::thread& thread : threads) thread.join();
    return book.finish(file);
}

int check(const std::string& socket, const std::string& database, const std::string& file) {
    bench::ForeignShop shop(socket, database);
    const bool posts = shop.authoritative() == "posts";
    std::ifstream in(file);
    std::string who;
    std::uint64_t order = 0, count = 0;
    std::map<std::string, std::uint64_t> commits, lost;
    while (in >> who >> order >> count) {
        const std::string found = shop.one(fmt::format("SELECT meta_value FROM {} WHERE {} = {} AND meta_key = '{}'", posts ? "wp_postmeta" : "wp_wc_orders_meta", posts ? "post_id" : "order_id", order, who));
        const std::string kind = who.substr(0, who.find('_'));
        const std::uint64_t held = found.empty() ? 0 : std::stoull(found);
        commits[kind] += count;
        if (held == count) continue;
        lost[kind] += held < count ? count - held : held - count;
        const std::string kept = shop.one(fmt::format("SELECT COUNT(*) FROM wp_ordo_conflicts WHERE order_id = {}", order));
        fmt::print(stderr, "lost: {} committed {} saves of order {}, the store holds {}; {} conflicts of it are kept\n", who, count, order, held, kept);
    }
    fmt::print("lost: {} of {} saves through Ordo, {} of {} foreign ones\n", lost["ordo"], commits["ordo"], lost["foreign"], commits["foreign"]);
    if (commits.size() != 2 || lost["ordo"] > 0) return 1;
    return lost["foreign"] == 0 ? 0 : 3;
}

}  // namespace

int main(int argc, char* argv[]) {
    const std::vector<std::string> words(argv + 1, argv + argc);
    try {
        if (words.size() == 7 && words[0] == "write") return write(words[1], words[2], words[3], std::stoi(words[4]), std::chrono::milliseconds(std::stoi(words[5])), words[6]);
        if (words.size() == 4 && words[0] == "check") return check(words[1], words[2], words[3]);
        std::fprintf(stderr, "usage: bench_hammer write URL SOCKET DATABASE SECONDS PAUSE_MS FILE\n       bench_hammer check SOCKET DATABASE FILE\n");
        return 2;
    } catch (const std::exception& error) {
        std::fprintf(stderr, "error: %s\n", error.what());
        return 1;
    }
}
