/// Stores as the kernel reads them: by id, with the values kept beside them, and empty while their tables do not exist.
/// Any thread.
#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include <ordo/data_store.hpp>

#include "kernel/orders/overflow.hpp"
#include "kernel/plugins/plugin_loader.hpp"

namespace ordo::orders {

class StoreAccess {
public:
    /// `more_order_types`: of the configuration, beside those the plugins registered.
    StoreAccess(plugins::Registry& registry, OverflowTable overflow, std::vector<std::string> more_order_types);

    /// Throws `ordo.store.unknown`, naming the stores there are.
    OrderDataStore& get(std::string_view id) const;
    bool knows(std::string_view id) const noexcept;

    /// Registered, configured, and those `wp_wc_orders` has rows of.
    std::vector<std::string> order_types(Read& read) const;

    bool has_tables(Read& read, std::string_view store) const;
    std::vector<OrderStamp> list(Read& read, std::string_view store, const ListRequest& request) const;
    std::vector<LoadedOrder> read(Read& read, std::string_view store, std::span<const OrderId> ids) const;
    StoreCount count(Read& read, std::string_view store) const;
    /// Types that look like orders but are not known.
    std::vector<UnknownOrderTypes::Found> find_unknown_types(Read& read) const;

    const OverflowTable& overflow() const noexcept { return overflow_; }
    plugins::Registry& registry() const noexcept { return *registry_; }

private:
    plugins::Registry* registry_;
    OverflowTable overflow_;
    std::vector<std::string> order_types_;
};

}  // namespace ordo::orders
