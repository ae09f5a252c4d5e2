/// See store_access.hpp.
#include "kernel/orders/store_access.hpp"

#include <algorithm>

#include <fmt/format.h>
#include <fmt/ranges.h>

namespace ordo::orders {

StoreAccess::StoreAccess(plugins::Registry& registry, OverflowTable overflow, std::vector<std::string> more_order_types)
    : registry_(&registry), overflow_(std::move(overflow)), order_types_(registry.order_types()) {
    for (std::string& type : more_order_types)
        if (std::find(order_types_.begin(), order_types_.end(), type) == order_types_.end()) order_types_.push_back(std::move(type));
}

bool StoreAccess::knows(std::string_view id) const noexcept { return registry_->find_store(id) != nullptr; }

OrderDataStore& StoreAccess::get(std::string_view id) const {
    if (OrderDataStore* store = registry_->find_store(id)) return *store;
    throw Error(errc::store_unknown, fmt::format("there is no store \"{}\"", id),
                fmt::format("stores of the loaded plugins: {}; see [plugins] load in the configuration", fmt::join(registry_->store_ids(), ", ")));
}

bool StoreAccess::has_tables(Read& read, std::string_view store) const {
    const Schema schema = get(store).schema();
    return std::all_of(schema.begin(), schema.end(), [&](const Table& table) { return read.table_exists(table.name); });
}

std::vector<std::string> StoreAccess::order_types(Read& read) const {
    std::vector<std::string> types = order_types_;
    for (const std::string& id : registry_->store_ids()) {
        auto* more = find_interface<StoredOrderTypes>(get(id));
        if (!more || !has_tables(read, id)) continue;
        for (std::string& type : more->stored_order_types(read))
            if (std::find(types.begin(), types.end(), type) == types.end()) types.push_back(std::move(type));
    }
    return types;
}

std::vector<OrderStamp> StoreAccess::list(Read& read, std::string_view store, const ListRequest& request) const {
    return has_tables(read, store) ? get(store).list(read, request) : std::vector<OrderStamp>{};
}

std::vector<LoadedOrder> StoreAccess::read(Read& read, std::string_view store, std::span<const OrderId> ids) const {
    if (ids.empty() || !has_tables(read, store)) return {};
    return overflow_.apply(read, store, get(store).read(read, ids));
}

StoreCount StoreAccess::count(Read& read, std::string_view store) const {
    return has_tables(read, store) ? get(store).count(read, order_types(read)) : StoreCount{};
}

std::vector<UnknownOrderTypes::Found> StoreAccess::find_unknown_types(Read& read) const {
    std::vector<UnknownOrderTypes::Found> found;
    const auto known = order_types(read);
    for (const std::string& id : registry_->store_ids()) {
        auto* finder = find_interface<UnknownOrderTypes>(get(id));
        if (!finder || !has_tables(read, id)) continue;
        auto more = finder->find_unknown_types(read, known);
        found.insert(found.end(), more.begin(), more.end());
    }
    return found;
}

}  // namespace ordo::orders
