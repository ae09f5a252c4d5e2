/// bench_foreign SOCKET DATABASE COUNT ROUND
///
/// Makes COUNT changes of status as WooCommerce makes them, in the store that is authoritative, and prints their number and the
/// seconds they took: the order is read, its row and meta are written, a note is added. WordPress begins no transaction, so each
/// statement is one. WooCommerce 11 makes 46 queries of it with orders in posts and 53 in HPOS; those that touch no order are the
/// cheapest there are here, options.
#include <chrono>
#include <cstdio>
#include <string>

#include "tests/bench/foreign.hpp"

int main(int argc, char* argv[]) {
    if (argc != 5) {
        std::fprintf(stderr, "usage: bench_foreign SOCKET DATABASE COUNT ROUND\n");
        return 2;
    }
    try {
        bench::ForeignShop shop(argv[1], argv[2]);
        const std::string store = shop.authoritative();
        const std::uint64_t count = std::stoull(argv[3]), round = std::stoull(argv[4]);
        const std::vector<std::uint64_t> orders = shop.orders(store);
        const auto save = [&](std::uint64_t order, std::uint64_t number) {
            const std::uint64_t queries = shop.queries() + (store == "posts" ? 46 : 53);
            shop.load(store, order);
            shop.save(store, order, number, "bench_saves");
            shop.add_note(order);
            shop.read_options(queries);
        };
        save(orders.at(0), round + 1);  // warms up
        const auto began = std::chrono::steady_clock::now();
        for (std::uint64_t i = 0; i < count; ++i) save(orders[i % orders.size()], round);
        const std::chrono::duration<double> took = std::chrono::steady_clock::now() - began;
        std::printf("%s %.6f\n", argv[3], took.count());
        return 0;
    } catch (const std::exception& error) {
        std::fprintf(stderr, "error: %s\n", error.what());
        return 1;
    }
}
