/// See store_access.hpp.
#include "kernel/orders/store_access.hpp"

#include <algorithm>
#include <iterator>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "kernel/orders/order_compare.hpp"

namespace ordo::orders {
namespace {

void add_once(std::vector<std::string>& texts, std::string text) {
    if (std::find(texts.begin(), texts.end(), text) == texts.end()) texts.push_back(std::move(text));
}

constexpr std::string_view core_prefix = "core-";

bool is_mirrored_in_core(const MetaRow& row) {
    const FieldSpec* const spec = find_internal_key(row.key);
    return !spec || in_core_mirror(spec->id);
}

/// The order as the short list has it. Further rows of an internal key go with its field.
LoadedOrder core_part(LoadedOrder order) {
    std::erase_if(order.record.fields, [](const Field& field) { return !in_core_mirror(field.id); });
    std::vector<MetaRow> meta;
    std::vector<std::pair<std::size_t, Bytes>> stored;
    for (std::size_t i = 0; i < order.record.meta.size(); ++i) {
        if (!is_mirrored_in_core(order.record.meta[i])) continue;
        for (auto& [row, value] : order.stored_meta_rows)
            if (row == i) stored.emplace_back(meta.size(), std::move(value));
        meta.push_back(std::move(order.record.meta[i]));
    }
    order.record.meta = std::move(meta);
    order.stored_meta_rows = std::move(stored);
    return order;
}

}  // namespace

StoreAccess::StoreAccess(plugins::Registry& registry, OverflowTable overflow, std::vector<std::string> more_order_types,
                         config::PostsMirror posts_mirror)
    : registry_(&registry), overflow_(std::move(overflow)), order_types_(registry.order_types()), posts_mirror_(posts_mirror) {
    for (std::string& type : more_order_types) add_once(order_types_, std::move(type));
}

std::string StoreAccess::mirror_digest(const Direction& way, const OrderRecord& order) const {
    const bool core = way.target == store_posts && posts_mirror_ == config::PostsMirror::core;
    return std::string(core ? core_prefix : "") + content_digest(order);
}

bool is_core_digest(std::string_view digest) { return digest.starts_with(core_prefix); }

OrderRecord StoreAccess::overlay(std::string_view store, OrderRecord version, const OrderRecord& order) const {
    if (store != store_posts || posts_mirror_ == config::PostsMirror::full) return version;
    std::erase_if(version.fields, [](const Field& field) { return !in_core_mirror(field.id); });
    std::erase_if(version.meta, [](const MetaRow& row) { return !is_mirrored_in_core(row); });
    for (const Field& field : order.fields)
        if (!in_core_mirror(field.id)) version.set(field.id, field.value);
    std::copy_if(order.meta.begin(), order.meta.end(), std::back_inserter(version.meta), [](const MetaRow& row) { return !is_mirrored_in_core(row) && !is_derived_key(row.key); });
    return version;
}

bool StoreAccess::knows(std::string_view id) const noexcept { return registry_->find_store(id) != nullptr; }

OrderDataStore& StoreAccess::get(std::string_view id) const {
    if (OrderDataStore* store = registry_->find_store(id)) return *store;
    throw Error(errc::store_unknown, fmt::format("there is no store \"{}\"", id),
                fmt::format("stores of the loaded plugins: {}; see [plugins] load in the configuration", fmt::join(registry_->store_ids(), ", ")));
}

StoreView::StoreView(const StoreAccess& stores, Read& read, std::span<const std::string> more_types)
    : stores_(&stores), read_(&read), types_(stores.declared_order_types()) {
    for (const std::string& type : more_types) add_once(types_, type);
    for (const std::string& id : stores.registry().store_ids()) {
        const Schema schema = stores.get(id).schema();
        has_tables_[id] = std::all_of(schema.begin(), schema.end(), [&](const Table& table) { return read.table_exists(table.name); });
        if (auto* stored = has_tables(id) ? find_interface<StoredOrderTypes>(stores.get(id)) : nullptr)
            for (std::string& type : stored->stored_order_types(read)) add_once(types_, std::move(type));
    }
}

bool StoreView::has_tables(std::string_view store) const {
    stores_->get(store);
    return has_tables_.find(store)->second;
}

std::vector<OrderId> StoreView::list(std::string_view store, OrderId after, std::size_t count_max, AutoDrafts drafts,
                                     std::span<const std::string> types) const {
    std::vector<OrderId> ids;
    if (!has_tables(store)) return ids;
    for (const OrderStamp& stamp : stores_->get(store).list(*read_, {types.empty() ? types_ : types, after, count_max, drafts})) ids.push_back(stamp.id);
    return ids;
}

std::map<std::string, std::uint64_t> StoreView::count_types(std::string_view store, std::span<const OrderId> ids) const {
    constexpr std::size_t page_orders = 5000;
    std::map<std::string, std::uint64_t> counts;
    if (!has_tables(store)) return counts;
    for (auto next = ids.begin(); next != ids.end();) {
        const auto page = stores_->get(store).list(*read_, {types_, OrderId{next->value - 1}, page_orders, AutoDrafts::leave_out});
        for (const OrderStamp& stamp : page) {
            next = std::lower_bound(next, ids.end(), stamp.id);
            if (next != ids.end() && *next == stamp.id) ++counts[stamp.type], ++next;
        }
        if (page.size() < page_orders) break;
    }
    return counts;
}

std::vector<LoadedOrder> StoreView::read(std::string_view store, std::span<const OrderId> ids, AutoDrafts drafts) const {
    if (ids.empty() || !has_tables(store)) return {};
    std::vector<OrderRecord> records = stores_->get(store).read(*read_, ids);
    // Where every row is an order one whose type differs in a letter's case alone is seen, although its type is not listed.
    const bool any_type = find_interface<StoredOrderTypes>(stores_->get(store)) != nullptr;
    std::erase_if(records, [&](const OrderRecord& record) {
        const auto status = record.get(FieldId::status);
        const bool left_out = drafts == AutoDrafts::leave_out && status && status->text == "auto-draft";
        const bool order = any_type ? !record.type.empty() : std::find(types_.begin(), types_.end(), record.type) != types_.end();
        return left_out || !order;
    });
    return stores_->overflow().apply(*read_, store, std::move(records));
}

std::vector<LoadedOrder> StoreView::read_mirrored(const Direction& way, std::string_view store, std::span<const OrderId> ids, AutoDrafts drafts) const {
    auto orders = read(store, ids, drafts);
    if (way.target != store_posts || stores_->posts_mirror() == config::PostsMirror::full) return orders;
    for (LoadedOrder& order : orders) order = core_part(std::move(order));
    return orders;
}

StoreCount StoreView::count(std::string_view store) const {
    return has_tables(store) ? stores_->get(store).count(*read_, types_) : StoreCount{};
}

std::vector<UnknownOrderTypes::Found> StoreView::find_unknown_types() const {
    std::vector<UnknownOrderTypes::Found> found;
    for (const std::string& id : stores_->registry().store_ids()) {
        auto* finder = has_tables(id) ? find_interface<UnknownOrderTypes>(stores_->get(id)) : nullptr;
        if (!finder) continue;
        auto more = finder->find_unknown_types(*read_, types_);
        found.insert(found.end(), more.begin(), more.end());
    }
    return found;
}

std::vector<std::string> list_unknown_types(const StoreAccess& stores, Read& read) {
    std::vector<std::string> types;
    for (auto& found : StoreView(stores, read).find_unknown_types()) add_once(types, std::move(found.type));
    return types;
}

}  // namespace ordo::orders
