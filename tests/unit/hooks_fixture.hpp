/// What the tests of the hook engine share: hooks, an engine as the kernel sets it up, a log that remembers, slow slots.
#pragma once

#include <atomic>
#include <chrono>
#include <future>
#include <limits>
#include <memory>
#include <mutex>
#include <optional>
#include <stdexcept>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include <ordo/error.hpp>

#include "hooks/hook_engine.hpp"
#include "tests/catch.hpp"

namespace ordo::test::hook_engine {

using namespace std::chrono_literals;

inline constexpr Action<> tick{"test_tick", "kernel", "", "now and then"};
inline constexpr Action<> tock{"test_tock", "kernel", "", "after test_tick"};
inline constexpr Action<OrderId, Direction> synced{"test_order_synced", "kernel", "OrderId order, Direction way", "after an order was written"};
inline constexpr Filter<std::string> title{"test_title", "kernel", "string title", "when a title is shown"};
inline constexpr Filter<int, OrderId> price{"test_price", "kernel", "int price, OrderId order", "when a price is computed"};
inline constexpr Veto<Direction> may_switch{"test_may_switch", "kernel", "Direction way", "before a switch"};
inline constexpr Action<int> wrapped{"gift_wrapped", "gift-wrap", "int parcels", "after parcels were wrapped"};

inline const Direction to_hpos{"posts", "hpos"};

class RecordedLog : public Log {
public:
    bool enabled(Level) const noexcept override { return true; }
    void write(Level level, std::string_view message) noexcept override {
        const std::lock_guard lock(mutex_);
        if (level == Level::error) errors_.emplace_back(message);
        else others_.emplace_back(message);
    }
    std::vector<std::string> errors() const {
        const std::lock_guard lock(mutex_);
        return errors_;
    }
    std::vector<std::string> others() const {
        const std::lock_guard lock(mutex_);
        return others_;
    }

private:
    mutable std::mutex mutex_;
    std::vector<std::string> errors_, others_;
};

/// An engine as the kernel sets it up, and two plugins.
struct Shop {
    RecordedLog log;
    HookEngine engine{log};
    std::unique_ptr<Hooks> kernel = engine.view_for("kernel");
    std::unique_ptr<Hooks> gift_wrap = engine.view_for("gift-wrap");
    std::unique_ptr<Hooks> loyalty = engine.view_for("loyalty");
    Emitter<Action<>> fire_tick = kernel->declare(tick);
    Emitter<Action<>> fire_tock = kernel->declare(tock);
    Emitter<Action<OrderId, Direction>> fire_synced = kernel->declare(synced);
    Emitter<Filter<std::string>> filter_title = kernel->declare(title);
    Emitter<Filter<int, OrderId>> filter_price = kernel->declare(price);
    Emitter<Veto<Direction>> ask_switch = kernel->declare(may_switch);
};

struct PersonalData : std::runtime_error {
    PersonalData() : std::runtime_error("jane.doe@example.com") {}
};

/// A slot that stays inside until it is let go, and says when it is inside.
struct SlowSlot {
    std::promise<void> entered, let_go;
    std::shared_future<void> released = let_go.get_future().share();
    std::atomic<bool> done = false;

    void run() {
        entered.set_value();
        released.wait();
        done = true;
    }
};

/// Stands for what a slot captures: code and data of the plugin's library.
struct Captured {
    std::shared_ptr<int> data = std::make_shared<int>(1);
    std::weak_ptr<int> watch = data;
    std::shared_ptr<int> hand_over() { return std::move(data); }
    bool destroyed() const { return watch.expired(); }
};

inline bool contains(std::string_view text, std::string_view part) { return text.find(part) != std::string_view::npos; }

inline bool is_ready(const std::future<void>& future, std::chrono::milliseconds within) {
    return future.wait_for(within) == std::future_status::ready;
}

template <class Function>
Error error_of(Function&& function) {
    try {
        function();
    } catch (const Error& error) {
        return error;
    }
    return Error({"none", ExitCode::done}, "nothing was thrown");
}

}  // namespace ordo::test::hook_engine
