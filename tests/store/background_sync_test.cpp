/// Mirroring by scheduled actions: what is scheduled by which option, and that everything comes across.
#include <ordo/orders.hpp>

#include "tests/support/shop.hpp"

namespace ordo::test {
namespace {

const std::string look = "wc_schedule_pending_batch_process", batch = "wc_run_batch_process";

std::size_t waiting(Kernel& kernel, const std::string& hook) { return kernel.actions().list({ActionStatus::pending, hook}).size(); }

}  // namespace

TEST_CASE("turned on, compatibility mode looks for orders that wait and copies 25 at a time until none do") {
    Shop shop;
    Kernel& kernel = shop.kernel();
    kernel.options().update(option::data_sync_enabled, "yes");
    REQUIRE(waiting(kernel, look) == 1);
    CHECK(waiting(kernel, batch) == 0);
    ActionRunOptions one;
    one.limit = 1;
    CHECK(kernel.actions().run_due(one).complete == 1);
    CHECK(waiting(kernel, batch) == 1);
    CHECK(kernel.synchronizer().get_total_pending_count() == 433);
    CHECK(kernel.actions().run_due(one).complete == 1);
    CHECK(kernel.synchronizer().get_total_pending_count() == 433 - 25);
    CHECK(waiting(kernel, batch) == 1);
    const ActionRunReport rest = kernel.actions().run_due({});
    CHECK(rest.failed == 0);
    CHECK(rest.complete == 17 + 1);  // batches, and a last look
    CHECK(kernel.synchronizer().get_total_pending_count() == 0);
    CHECK(export_lines(kernel, "posts") == export_lines(kernel, "hpos"));
    CHECK(waiting(kernel, look) == 1);
    CHECK(waiting(kernel, batch) == 0);
    CHECK(kernel.verifier().verify({}).orders_different == 0);
    CHECK(kernel.controller().switch_authoritative_store("hpos", {}).switched);
}

TEST_CASE("an event that finds nothing queues nothing; what it is scheduled by [DS37] [DS39] [DS41] [DS43] [DS45]") {
    Shop shop;
    Kernel& kernel = shop.kernel();
    shop.synchronizer().sync({});
    auto& options = kernel.options();
    CHECK(waiting(kernel, look) == 0);
    options.update(option::data_sync_enabled, "yes");
    REQUIRE(kernel.actions().run_due({}).complete == 1);
    CHECK(waiting(kernel, batch) == 0);
    CHECK(waiting(kernel, look) == 1);
    options.update(option::data_sync_enabled, "no");
    CHECK(waiting(kernel, look) == 0);

    options.update(option::background_sync_mode, "interval");
    CHECK(kernel.actions().list({ActionStatus::pending, look}).at(0).every == std::chrono::seconds(300));
    options.update(option::background_sync_interval, "60");
    CHECK(kernel.actions().list({ActionStatus::pending, look}).at(0).every == std::chrono::seconds(60));
    options.update(option::background_sync_mode, "off");
    CHECK(waiting(kernel, look) == 0);

    options.update(option::background_sync_mode, "continuous");
    for (int tick = 0; tick < 2; ++tick) {
        const auto next = kernel.actions().list({ActionStatus::pending, look});
        REQUIRE(next.size() == 1);
        CHECK(next[0].every == std::chrono::seconds(5));
        CHECK(kernel.actions().run(next[0].id)->status == ActionStatus::complete);
        CHECK(waiting(kernel, batch) == 0);
    }
    options.remove(option::background_sync_mode);
    CHECK(waiting(kernel, look) == 0);

    for (const auto& [name, value] : {std::pair{option::background_sync_mode, "sometimes"}, {option::background_sync_interval, "4"}, {option::background_sync_interval, "soon"}})
        CHECK_THROWS_AS(options.update(name, value), Error);
    // Changed by somebody else: seen by whoever runs what is due.
    execute(shop.database(), "UPDATE wp_options SET option_value = 'yes' WHERE option_name = 'woocommerce_custom_orders_table_data_sync_enabled'");
    kernel.actions().run_due({});
    CHECK(waiting(kernel, look) == 1);
}

TEST_CASE("changes while the batches run are mirrored too, in either direction, and so are recorded deletions") {
    const std::string authoritative = GENERATE("posts", "hpos");
    CAPTURE(authoritative);
    Shop shop;
    Kernel& kernel = shop.kernel();
    shop.synchronizer().sync({});
    if (authoritative == "hpos") REQUIRE(kernel.controller().switch_authoritative_store("hpos", {}).switched);
    kernel.options().update(option::data_sync_enabled, "no");
    const auto ids = kernel.orders().find({}).ids;
    for (std::size_t i = 0; i < 60; ++i) kernel.orders().update(ids[i * 5], [](Order& o) { o.update_meta_data("changed", "yes"); });
    REQUIRE(kernel.orders().remove(ids[301]));
    kernel.options().update(option::migration_batch_size, "20");
    kernel.options().update(option::data_sync_enabled, "yes");
    ActionRunOptions some;
    some.limit = 2;
    kernel.actions().run_due(some);
    kernel.orders().update(ids[0], [](Order& o) { o.update_meta_data("changed", "behind the batches"); });
    CHECK(kernel.actions().run_due({}).failed == 0);
    CHECK(kernel.synchronizer().get_total_pending_count() == 0);
    CHECK(export_lines(kernel, "posts") == export_lines(kernel, "hpos"));
    CHECK(kernel.orders().require(ids[0]).get_meta("changed") == "behind the batches");
}

TEST_CASE("a batch that another run keeps out is tried again later") {
    Shop shop;
    Kernel& kernel = shop.kernel();
    kernel.options().update(option::data_sync_enabled, "yes");
    ActionRunOptions one;
    one.limit = 1;
    kernel.actions().run_due(one);
    SyncOptions options;
    ActionRunReport beside;
    options.progress = [&](const SyncProgress& now) {
        if (now.seen == 100) beside = kernel.actions().run_due(one);
    };
    options.batch_size = 100;
    shop.synchronizer().sync(options);
    CHECK(beside.failed == 1);
    const auto waits = kernel.actions().list({ActionStatus::pending, batch});
    REQUIRE(waits.size() == 1);
    CHECK(waits[0].attempts == 1);
    CHECK(kernel.actions().run(waits[0].id)->status == ActionStatus::complete);
    CHECK(kernel.synchronizer().get_total_pending_count() == 0);
}

}  // namespace ordo::test
