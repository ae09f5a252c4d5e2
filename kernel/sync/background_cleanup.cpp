/// See background_cleanup.hpp.
#include "kernel/sync/background_cleanup.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <ordo/error.hpp>

#include "kernel/sync/background_sync.hpp"

namespace ordo::sync {
namespace {

constexpr std::string_view batch_hook = "wc_run_legacy_data_cleanup";

}  // namespace

BackgroundCleanup::BackgroundCleanup(Actions& actions, LegacyDataHandler& legacy, Database& database, const options::OptionsTable& options)
    : actions_(actions), legacy_(legacy), database_(database), options_(options) {
    actions_.handle(batch_hook, [this](const std::string& args) { return run_batch(args); });
}

void BackgroundCleanup::refuse_unless_allowed() const {
    const auto obstacles = legacy_.get_cleanup_obstacles();
    if (!obstacles.empty()) throw Error(errc::cleanup_refused, fmt::format("posts are not cleaned up: {}", fmt::join(obstacles, "; ")), "see kernel/sync/README.md, *From posts to HPOS*");
}

void BackgroundCleanup::settle(bool wanted) const {
    if (!wanted) actions_.cancel(batch_hook);
    else actions_.schedule(batch_request(batch_hook, {}));
}

void BackgroundCleanup::settle() const {
    if (options_.get(option::legacy_data_cleanup) != "yes") return;
    for (const ActionStatus goes_on : {ActionStatus::in_progress, ActionStatus::pending})
        if (!actions_.list({goes_on, std::string(batch_hook), 1}).empty()) return;
    settle(true);
}

std::string BackgroundCleanup::stop(const std::string& why) const {
    database_.write([&](Unit& unit) { options_.set(unit, option::legacy_data_cleanup, "no"); });
    return why;
}

std::string BackgroundCleanup::run_batch(const std::string& args) const {
    if (options_.get(option::legacy_data_cleanup) != "yes") return "nothing to do: the option is no longer set";
    if (const auto obstacles = legacy_.get_cleanup_obstacles(); !obstacles.empty()) return stop(fmt::format("ended: {}", fmt::join(obstacles, "; ")));
    // Behind what was looked at: an order whose post differs stays, and would be looked at for ever.
    const OrderRange rest{OrderId{parse_after(args).value + 1}, OrderId{INT64_MAX}};
    const auto ids = legacy_.get_orders_for_cleanup({&rest, 1}, background_batch_orders);
    if (ids.empty()) return stop("no order is left to be cleaned up");
    CleanupOptions batch;
    batch.orders = {{ids.front(), ids.back()}};
    const CleanupReport report = legacy_.cleanup_post_data(batch);
    actions_.schedule(batch_request(batch_hook, ids.back()));
    return fmt::format("{} orders removed from posts, {} stay because hpos has them otherwise", report.cleaned, report.skipped);
}

}  // namespace ordo::sync
