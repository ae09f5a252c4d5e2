/// Which statuses orders have: WooCommerce's own in its order, then those of plugins. Immutable; any thread.
#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace ordo::orders {

class OrderStatuses {
public:
    /// `of_plugins`: stored spelling and label.
    explicit OrderStatuses(std::vector<std::pair<std::string, std::string>> of_plugins);

    /// (`wc-…`, label), drafts and trash left out.
    const std::vector<std::pair<std::string, std::string>>& all() const noexcept { return all_; }
    /// Of a stored status: also drafts and trash are known.
    bool knows(std::string_view stored) const noexcept;
    /// What people call a stored status; its own word if nobody said.
    std::string label(std::string_view stored) const;
    /// Every status an order may be stored with, for questions about all of them.
    std::vector<std::string> stored() const;

private:
    std::vector<std::pair<std::string, std::string>> all_;
};

}  // namespace ordo::orders
