/// Mirroring by scheduled actions, under the documents' names: `wc_schedule_pending_batch_process` looks whether orders wait, again and
/// again; `wc_run_batch_process` copies the next few and has itself scheduled until none do. Which of them are scheduled follows
/// from the shop's options alone. Thread-safe.
#pragma once

#include <chrono>
#include <mutex>
#include <string>

#include <ordo/actions.hpp>

#include "kernel/options/options_table.hpp"
#include "kernel/sync/synchronizer.hpp"

namespace ordo::sync {

/// Orders of one scheduled batch, where options and hooks do not want another size.
inline constexpr std::uint64_t background_batch_orders = 25;
/// A batch's action, which says as its argument behind which order it begins: "[417]".
ActionRequest batch_request(std::string_view hook, OrderId after);
OrderId parse_after(std::string_view args);

class BackgroundSync {
public:
    /// Makes itself the handler of both actions.
    BackgroundSync(Actions& actions, Synchronizer& synchronizer, const options::OptionsTable& options, Log& log);

    enum class Look : std::uint8_t { when_due, now };
    /// Makes the schedule agree with the options. Does nothing where it does.
    void settle(Look look);
    /// Orders were saved and committed: where compatibility mode is continuous they are mirrored at once. Failures are logged.
    void orders_saved(std::span<const OrderId> orders);

private:
    std::string look_for_orders();
    std::string run_batch(const std::string& args);
    std::chrono::seconds interval() const;
    bool is_continuous();

    Actions& actions_;
    Synchronizer& synchronizer_;
    const options::OptionsTable& options_;
    Log& log_;
    std::mutex mutex_;
    std::chrono::steady_clock::time_point continuous_until_{};   ///< how long `continuous_` is believed: a save does not ask anew each time
    bool continuous_ = false;
};

}  // namespace ordo::sync
