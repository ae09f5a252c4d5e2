/// bench_save URL ROUND
///
/// Edits every order of a shop once, one save each, as a host platform does: loads it, changes its status, a field and a meta
/// row, saves. Prints the number of saves and the seconds they took. What a round writes is the same whenever it runs, but for
/// dates and random keys. Marks tell whoever reads the server's log where the saves begin and end.
#include <chrono>
#include <cstdio>
#include <string>
#include <vector>

#include <ordo/kernel.hpp>

int main(int argc, char* argv[]) {
    if (argc != 3) {
        std::fprintf(stderr, "usage: bench_save URL ROUND\n");
        return 2;
    }
    try {
        ordo::KernelOptions options;
        options.database_url = argv[1];
        const std::string round = argv[2];
        ordo::Kernel kernel(options);
        ordo::Orders& orders = kernel.orders();
        ordo::OrderQuery query;
        query.limit = 0;
        const std::vector<ordo::OrderId> ids = orders.find(query).ids;
        const auto edit = [&](ordo::OrderId id, const std::string& what) {
            orders.update(id, [&](ordo::Order& order) {
                order.set_status(order.get_status() == "on-hold" ? "pending" : "on-hold");
                order.set_billing_phone("+420 " + what);
                order.update_meta_data("bench_round", what);
            });
        };
        const auto mark = [&](const std::string& word) {
            kernel.database().read([&](ordo::Read& read) { read.query("SELECT 'bench " + word + "'", [](const ordo::Row&) {}); });
        };
        mark("warms up");
        if (!ids.empty()) edit(ids.front(), "warm " + round);  // connections, tables and the site's zone are there from then on
        mark("begins");
        const auto began = std::chrono::steady_clock::now();
        for (const ordo::OrderId id : ids) edit(id, round);
        const std::chrono::duration<double> took = std::chrono::steady_clock::now() - began;
        mark("ends");
        std::printf("%zu %.6f\n", ids.size(), took.count());
        return 0;
    } catch (const ordo::Error& error) {
        std::fprintf(stderr, "error: %s\n", error.what());
        return 1;
    }
}
