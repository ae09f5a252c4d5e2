/// What a case of the conformance suite gets: the shop under test, checks, and a transcript that must be the same for every
/// store and every database. Needs no test framework. One thread.
/// Since 0.4.
#pragma once

#include <algorithm>
#include <chrono>
#include <concepts>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <span>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <vector>

#include <ordo/kernel.hpp>

namespace ordo::testing {

using Names = std::vector<std::string>;

namespace detail {

constexpr std::string_view to_text(Outcome outcome) noexcept {
    switch (outcome) {
        case Outcome::written: return "written";
        case Outcome::unchanged: return "unchanged";
        case Outcome::conflict: return "conflict";
        case Outcome::refused: return "refused";
        case Outcome::missing: return "missing";
    }
    return "missing";
}

/// Values as failures show them, and as they are compared: `12.5` is a decimal as well as the text of one.
template <class T>
std::string text_of(const T& value) {
    if constexpr (std::is_same_v<T, bool>) return value ? "true" : "false";
    else if constexpr (std::is_same_v<T, Decimal>) return value.to_string();
    else if constexpr (std::is_same_v<T, Outcome>) return std::string(to_text(value));
    else if constexpr (std::is_same_v<T, OrderId>) return std::to_string(value.value);
    else if constexpr (std::is_same_v<T, UtcSeconds>) return format_datetime(value);
    else if constexpr (std::integral<T>) return std::to_string(value);
    else if constexpr (std::convertible_to<T, std::string_view>) return std::string(std::string_view(value));
    else if constexpr (requires { value.has_value(); }) return value ? text_of(*value) : std::string("none");
    else {
        std::string list;
        for (const auto& one : value) list += (list.empty() ? "" : ", ") + text_of(one);
        return "[" + list + "]";
    }
}

/// FNV-1a: enough to see that two texts differ.
inline std::uint64_t digest(std::string_view text) noexcept {
    std::uint64_t value = 14695981039346656037U;
    for (const char c : text) value = (value ^ static_cast<unsigned char>(c)) * 1099511628211U;
    return value;
}

}  // namespace detail

class Probe {
public:
    explicit Probe(Kernel& kernel) : kernel_(kernel) {}
    Probe(const Probe&) = delete;
    Probe& operator=(const Probe&) = delete;

    Kernel& kernel() noexcept { return kernel_; }
    Orders& orders() noexcept { return kernel_.orders(); }

    /// A failure is gathered; the case goes on.
    void check(bool holds, std::string_view what) {
        if (!holds) fail(what);
    }
    template <class A, class B>
    void equal(const A& is, const B& should_be, std::string_view what) {
        const std::string a = detail::text_of(is), b = detail::text_of(should_be);
        if (a != b) fail(fmt::format("{}: is <{}>, should be <{}>", what, shortened(a), shortened(b)));
    }
    void fail(std::string_view what) { failures_.emplace_back(what); }

    /// A line of the transcript.
    void note(std::string_view text) { transcript_.append(text).append("\n"); }

    /// The attempt throws an error of this code, and every order is as it was before.
    template <class Attempt>
    void refused(ErrorCode code, std::string_view what, Attempt&& attempt) {
        const Names before = export_all();
        try {
            attempt();
            fail(fmt::format("{}: was not refused", what));
        } catch (const Error& error) {
            equal(error.code().name, code.name, what);
        }
        check(export_all() == before, fmt::format("{}: left something behind", what));
    }

    /// Every order's canonical form, auto-drafts too.
    Names export_all() {
        Names lines;
        ExportOptions options;
        options.include_auto_drafts = true;
        kernel_.exporter().export_orders(options, [&](std::string_view line) { lines.emplace_back(line); });
        return lines;
    }

    /// A new order, saved.
    Order saved(const std::function<void(Order&)>& change = nullptr) {
        Order order;
        if (change) change(order);
        save(order);
        return order;
    }
    /// A save that must succeed.
    void save(Order& order) { orders().require_saved(order); }
    /// Another copy, as it is stored now.
    Order again(const Order& order) { return orders().require(order.get_id()); }
    /// Loads, changes, saves and loads again.
    Order changed(const Order& order, const std::function<void(Order&)>& change) {
        Order copy = again(order);
        change(copy);
        save(copy);
        return again(order);
    }

    const std::vector<std::string>& failures() const noexcept { return failures_; }
    const std::string& transcript() const noexcept { return transcript_; }

private:
    static std::string shortened(const std::string& text) {
        return text.size() <= 300 ? text : fmt::format("{}… ({} bytes, {:016x})", text.substr(0, 100), text.size(), detail::digest(text));
    }

    Kernel& kernel_;
    std::vector<std::string> failures_;
    std::string transcript_;
};

/// An order's meta, without what is made from its addresses.
inline std::vector<MetaRow> own_meta(const Order& order) {
    std::vector<MetaRow> rows = order.get_meta_data();
    std::erase_if(rows, [](const MetaRow& row) { return is_derived_key(row.key); });
    return rows;
}

struct ConformanceCase {
    std::string name;
    std::function<void(Probe&)> run;
    std::string zone = {};   ///< the site's `timezone_string`; empty: UTC
};

using ConformanceCases = std::vector<ConformanceCase>;

/// Listens to hooks as long as it lives.
class Listener {
public:
    explicit Listener(Kernel& kernel) : hooks_(kernel.hooks()) {}
    Listener(const Listener&) = delete;
    Listener& operator=(const Listener&) = delete;
    ~Listener() {
        for (const Connection connection : connections_) hooks_.off(connection);
    }
    template <class Hook, class Function>
    void on(const Hook& hook, Function&& slot) { connections_.push_back(hooks_.on(hook, std::forward<Function>(slot))); }
    template <class Hook, class Function>
    void on(const Hook& family, std::initializer_list<std::string_view> words, Function&& slot) {
        connections_.push_back(hooks_.on(family, words, std::forward<Function>(slot)));
    }

private:
    Hooks& hooks_;
    std::vector<Connection> connections_;
};

inline constexpr std::array<std::string_view, 7> order_statuses{"pending", "processing", "on-hold", "completed", "cancelled", "refunded", "failed"};

/// Every action of orders in the order in which they fire, by name, without `woocommerce_`.
class EventTrace {
public:
    explicit EventTrace(Kernel& kernel) : listener_(kernel) {
        for (const auto* action : {&hook::before_order_object_save, &hook::new_order, &hook::update_order, &hook::update_order_refund, &hook::after_order_object_save,
                                   &hook::order_payment_status_changed, &hook::before_trash_order, &hook::before_delete_order})
            listener_.on(*action, [this, name = action->spec.name](OrderId, const Order&) { add(name); });
        for (const auto* action : {&hook::trash_order, &hook::delete_order}) listener_.on(*action, [this, name = action->spec.name](OrderId) { add(name); });
        for (const auto* action : {&hook::order_partially_refunded, &hook::order_fully_refunded, &hook::refund_created, &hook::order_refunded})
            listener_.on(*action, [this, name = action->spec.name](OrderId, OrderId) { add(name); });
        for (const auto* action : {&hook::new_order_item, &hook::update_order_item})
            listener_.on(*action, [this, name = action->spec.name](OrderId, const ItemRecord& item) { add(fmt::format("{}({})", name, item.type)); });
        for (const auto* action : {&hook::before_delete_order_item, &hook::delete_order_item, &hook::order_note_added})
            listener_.on(*action, [this, name = action->spec.name](OrderId, std::uint64_t) { add(name); });
        listener_.on(hook::untrash_order, [this](OrderId, const std::string& status) { add(fmt::format("{}({})", hook::untrash_order.spec.name, status)); });
        listener_.on(hook::create_refund, [this](OrderId, const Order&, const RefundRequest&) { add(hook::create_refund.spec.name); });
        listener_.on(hook::order_status_changed, [this](OrderId, const std::string& from, const std::string& to, const Order&) {
            add(fmt::format("{}({}, {})", hook::order_status_changed.spec.name, from, to));
        });
        std::vector<std::string_view> statuses(order_statuses.begin(), order_statuses.end());
        for (const std::string_view more : {"trash", "checkout-draft", "auto-draft"}) statuses.push_back(more);
        for (const std::string_view to : statuses) {
            listener_.on(hook::order_status, {to}, [this, to](OrderId, const Order&) { add(fmt::format("woocommerce_order_status_{}", to)); });
            for (const std::string_view from : statuses)
                if (from != to)
                    listener_.on(hook::order_status_transition, {from, to}, [this, from, to](OrderId, const Order&) { add(fmt::format("woocommerce_order_status_{}_to_{}", from, to)); });
        }
    }
    /// What fired since the last call.
    Names take() { return std::exchange(fired_, {}); }

private:
    void add(std::string_view name) {
        constexpr std::string_view prefix = "woocommerce_";
        fired_.emplace_back(name.starts_with(prefix) ? name.substr(prefix.size()) : name);
    }
    Names fired_;
    Listener listener_;
};

}  // namespace ordo::testing
