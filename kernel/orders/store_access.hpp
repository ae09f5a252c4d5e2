/// Stores as the kernel reads them: by id, only orders of known types, with the values kept beside them, and empty while
/// their tables do not exist.
#pragma once

#include <map>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include <ordo/data_store.hpp>

#include "kernel/config/settings.hpp"
#include "kernel/orders/overflow.hpp"
#include "kernel/plugins/plugin_loader.hpp"

namespace ordo::orders {

/// Whether a digest of `StoreAccess::mirror_digest` is of the documents' short list.
bool is_core_digest(std::string_view digest);

class StoreAccess;

/// All stores within one snapshot or unit; belongs to its thread and must not outlive it.
class StoreView {
public:
    /// `more_types`: taken for order types, too (`list_unknown_types`).
    StoreView(const StoreAccess& stores, Read& read, std::span<const std::string> more_types = {});

    /// Post types that are order types: of the plugins, the configuration, and those a store has rows of.
    const std::vector<std::string>& order_types() const noexcept { return types_; }
    bool has_tables(std::string_view store) const;
    /// `types`: only orders of these types; none given: of all order types.
    std::vector<OrderId> list(std::string_view store, OrderId after, std::size_t count_max, AutoDrafts drafts = AutoDrafts::leave_out,
                              std::span<const std::string> types = {}) const;
    /// How many of these orders (ascending ids) the store has of each type.
    std::map<std::string, std::uint64_t> count_types(std::string_view store, std::span<const OrderId> ids) const;
    /// Ascending by id; ids of other posts are left out.
    std::vector<LoadedOrder> read(std::string_view store, std::span<const OrderId> ids, AutoDrafts drafts = AutoDrafts::leave_out) const;
    /// The same, without what is not copied along `way`: both stores read so and compared say what a synchronisation has to do.
    std::vector<LoadedOrder> read_mirrored(const Direction& way, std::string_view store, std::span<const OrderId> ids,
                                           AutoDrafts drafts = AutoDrafts::leave_out) const;
    StoreCount count(std::string_view store) const;
    /// Types that look like orders but are not known.
    std::vector<UnknownOrderTypes::Found> find_unknown_types() const;
    Read& snapshot() const noexcept { return *read_; }

private:
    const StoreAccess* stores_;
    Read* read_;
    std::vector<std::string> types_;
    std::map<std::string, bool, std::less<>> has_tables_;
};

/// The registered stores. Any thread.
class StoreAccess {
public:
    /// `more_order_types`: of the configuration, beside those the plugins registered.
    StoreAccess(plugins::Registry& registry, OverflowTable overflow, std::vector<std::string> more_order_types,
                config::PostsMirror posts_mirror = config::PostsMirror::full);

    /// Throws `ordo.store.unknown`, naming the stores there are.
    OrderDataStore& get(std::string_view id) const;
    bool knows(std::string_view id) const noexcept;
    const std::vector<std::string>& declared_order_types() const noexcept { return order_types_; }
    const OverflowTable& overflow() const noexcept { return overflow_; }
    plugins::Registry& registry() const noexcept { return *registry_; }
    config::PostsMirror posts_mirror() const noexcept { return posts_mirror_; }
    /// Of what is copied along `way` (`read_mirrored`): tells whether a copy is still as it was left. What is copied by another
    /// rule has another digest.
    std::string mirror_digest(const Direction& way, const OrderRecord& order) const;
    /// What an order becomes by a version that a store held: of posts with the short list that list, the rest as the order has it.
    OrderRecord overlay(std::string_view store, OrderRecord version, const OrderRecord& order) const;

private:
    plugins::Registry* registry_;
    OverflowTable overflow_;
    std::vector<std::string> order_types_;
    config::PostsMirror posts_mirror_;
};

/// The names of what `StoreView::find_unknown_types` finds. To a view that gets them they are order types: a run asks once, since it
/// looks at every post of the shop.
std::vector<std::string> list_unknown_types(const StoreAccess& stores, Read& read);

}  // namespace ordo::orders
