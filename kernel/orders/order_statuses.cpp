/// See order_statuses.hpp.
#include "kernel/orders/order_statuses.hpp"

#include <algorithm>
#include <array>

#include <ordo/order.hpp>

namespace ordo::orders {
namespace {

/// Statuses that are never chosen from a list. What their label is, WooCommerce says in its notes.
constexpr std::array<std::pair<std::string_view, std::string_view>, 4> unlisted{
    {{"wc-checkout-draft", "Draft"}, {"draft", "draft"}, {"auto-draft", "auto-draft"}, {"trash", "trash"}}};

}  // namespace

OrderStatuses::OrderStatuses(std::vector<std::pair<std::string, std::string>> of_plugins)
    : all_{{"wc-pending", "Pending payment"}, {"wc-processing", "Processing"}, {"wc-on-hold", "On hold"}, {"wc-completed", "Completed"},
           {"wc-cancelled", "Cancelled"},     {"wc-refunded", "Refunded"},     {"wc-failed", "Failed"}} {
    for (auto& status : of_plugins)
        if (!knows(status.first)) all_.push_back(std::move(status));
}

bool OrderStatuses::knows(std::string_view stored) const noexcept {
    const auto is_it = [&](const auto& known) { return known.first == stored; };
    return std::any_of(all_.begin(), all_.end(), is_it) || std::any_of(unlisted.begin(), unlisted.end(), is_it);
}

std::string OrderStatuses::label(std::string_view stored) const {
    for (const auto& [status, label] : all_)
        if (status == stored) return label;
    for (const auto& [status, label] : unlisted)
        if (status == stored) return std::string(label);
    return std::string(clean_status(stored));
}

std::vector<std::string> OrderStatuses::stored() const {
    std::vector<std::string> statuses;
    for (const auto& status : all_) statuses.push_back(status.first);
    for (const auto& status : unlisted) statuses.emplace_back(status.first);
    return statuses;
}

}  // namespace ordo::orders
