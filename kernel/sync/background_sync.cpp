/// See background_sync.hpp.
#include "kernel/sync/background_sync.hpp"

#include <algorithm>

#include <fmt/format.h>

namespace ordo::sync {
namespace {

constexpr std::string_view look_hook = "wc_schedule_pending_batch_process", batch_hook = "wc_run_batch_process", group = "wc_batch_processes";

ActionRequest request(std::string_view hook) {
    ActionRequest wanted;
    wanted.hook = hook;
    wanted.group = group;
    return wanted;
}

}  // namespace

ActionRequest batch_request(std::string_view hook, OrderId after) {
    ActionRequest wanted = request(hook);
    if (after != OrderId{}) wanted.args = fmt::format("[{}]", after);
    return wanted;
}

OrderId parse_after(std::string_view args) {
    std::uint64_t id = 0;
    for (const char c : args)
        if (c >= '0' && c <= '9' && id < UINT64_MAX / 100) id = id * 10 + static_cast<std::uint64_t>(c - '0');
    return OrderId{id};
}

BackgroundSync::BackgroundSync(Actions& actions, Synchronizer& synchronizer, const options::OptionsTable& options, Log& log)
    : actions_(actions), synchronizer_(synchronizer), options_(options), log_(log) {
    actions_.handle(look_hook, [this](const std::string&) { return look_for_orders(); });
    actions_.handle(batch_hook, [this](const std::string& args) { return run_batch(args); });
}

std::chrono::seconds BackgroundSync::interval() const {
    if (synchronizer_.get_background_sync_mode() == BackgroundSyncMode::continuous) return sync_interval_min;
    const auto seconds = parse_unix_time(options_.get(option::background_sync_interval).value_or(""));
    return seconds ? std::max(seconds->time_since_epoch(), sync_interval_min) : sync_interval_usual;
}

void BackgroundSync::settle(Look look) {
    {
        const std::lock_guard lock(mutex_);
        continuous_until_ = {};
    }
    if (synchronizer_.get_background_sync_mode() == BackgroundSyncMode::off) {
        for (const std::string_view hook : {look_hook, batch_hook})
            if (!actions_.list({ActionStatus::pending, std::string(hook), 1}).empty()) actions_.cancel(hook);
        return;
    }
    ActionRequest wanted = request(look_hook);
    wanted.every = interval();
    const auto now = std::chrono::floor<std::chrono::seconds>(std::chrono::system_clock::now());
    wanted.at = look == Look::now ? now : now + wanted.every;
    const auto waiting = actions_.list({ActionStatus::pending, wanted.hook});
    const bool agrees = !waiting.empty() && waiting.front().every == wanted.every && waiting.front().scheduled <= wanted.at;
    if (!agrees) actions_.schedule(wanted);
}

bool BackgroundSync::is_continuous() {
    constexpr std::chrono::seconds believed{1};
    const std::lock_guard lock(mutex_);
    const auto now = std::chrono::steady_clock::now();
    if (now < continuous_until_) return continuous_;
    continuous_ = synchronizer_.get_background_sync_mode() == BackgroundSyncMode::continuous && synchronizer_.data_sync_is_enabled();
    continuous_until_ = now + believed;
    return continuous_;
}

void BackgroundSync::orders_saved(std::span<const OrderId> orders) {
    try {
        if (is_continuous()) synchronizer_.mirror(orders);
    } catch (const std::exception& error) {
        // The save stands; the next look finds them.
        log_.warning("{} orders from {} on were saved and not mirrored yet: {}", orders.size(), orders.empty() ? OrderId{} : orders.front(), error.what());
    }
}

std::string BackgroundSync::look_for_orders() {
    if (synchronizer_.get_background_sync_mode() == BackgroundSyncMode::off) return "nothing to do: orders are not mirrored in the background";
    if (synchronizer_.find_pending({}, 1).empty()) return "no order waits";
    actions_.schedule(request(batch_hook));
    return fmt::format("orders wait: {} is scheduled", batch_hook);
}

std::string BackgroundSync::run_batch(const std::string& args) {
    const OrderId after = parse_after(args);
    const std::uint64_t size = synchronizer_.batch_size_of_actions(background_batch_orders);
    const std::vector<OrderId> ids = synchronizer_.find_pending(after, size);
    const BatchResult result = ids.empty() ? BatchResult{} : synchronizer_.process_batch(ids);
    if (ids.size() == size) {
        // Further on from here: each batch of a large shop would look through all that is equal by now.
        actions_.schedule(batch_request(batch_hook, ids.back()));
    } else if (after != OrderId{}) {
        settle(Look::now);  // who changed behind the batches' backs
    }
    return fmt::format("{} orders to {}: {} written, {} equal, {} in quarantine", ids.size(), synchronizer_.get_direction().target, result.written, result.unchanged,
                       result.quarantined.size());
}

}  // namespace ordo::sync
