/// See order_merge.hpp.
#include "kernel/orders/order_merge.hpp"

#include <algorithm>
#include <set>

namespace ordo::orders {
namespace {

using enum FieldId;

/// Set by every save; the last one wins.
constexpr std::array always_set{date_updated_gmt, woocommerce_version};
/// Computed together with the items, and a status with its dates.
constexpr std::array totals{tax_amount, total_amount, shipping_tax_amount, shipping_total_amount, discount_tax_amount, discount_total_amount};
constexpr std::array status_and_dates{status, date_paid_gmt, date_completed_gmt};

template <std::size_t N>
bool is_one_of(const std::array<FieldId, N>& fields, FieldId id) { return std::find(fields.begin(), fields.end(), id) != fields.end(); }

Bytes text_of(const std::optional<FieldValue>& value) { return value ? Bytes{value->text} : std::nullopt; }

const MetaRow* find_row(const std::vector<MetaRow>& rows, std::uint64_t handle) {
    const auto at = std::find_if(rows.begin(), rows.end(), [&](const MetaRow& row) { return handle != 0 && row.row == handle; });
    return at == rows.end() ? nullptr : &*at;
}

std::vector<Bytes> values_of(const std::vector<MetaRow>& rows, std::string_view key) {
    std::vector<Bytes> values;
    for (const MetaRow& row : rows)
        if (row.key == key) values.push_back(row.value);
    return values;
}

/// The keys whose values differ in two lists of rows, without those that are made anew anyway.
std::set<std::string> changed_keys(const std::vector<MetaRow>& before, const std::vector<MetaRow>& after) {
    std::set<std::string> keys;
    for (const auto* rows : {&before, &after})
        for (const MetaRow& row : *rows)
            if (!keys.contains(row.key) && values_of(before, row.key) != values_of(after, row.key)) keys.insert(row.key);
    return keys;
}

/// One order's meta, or one item's. A key is changed as a whole: rows of it that somebody else has changed conflict. The same
/// change too: of two who count a number up by one, one would be lost.
class MetaMerge {
public:
    MetaMerge(const std::vector<MetaRow>& loaded, const std::vector<MetaRow>& wanted, const std::vector<MetaRow>& held, std::string prefix, std::vector<Conflict>& conflicts)
        : loaded_(loaded), wanted_(wanted), held_(held), prefix_(std::move(prefix)), conflicts_(conflicts) {}

    std::vector<MetaRow> run() {
        std::vector<MetaRow> merged = held_;
        for (const std::string& key : changed_keys(loaded_, wanted_)) {
            const auto l = values_of(loaded_, key), w = values_of(wanted_, key), h = values_of(held_, key);
            if (h == l) replace(merged, key);
            else if (only_added(l, w) && only_added(l, h) && !l.empty()) append(merged, key, l.size());
            else conflicts_.push_back({prefix_ + key, first(l), first(h), first(w)});
        }
        return merged;
    }

private:
    static Bytes first(const std::vector<Bytes>& values) { return values.empty() ? std::nullopt : values.front(); }
    static bool only_added(const std::vector<Bytes>& before, const std::vector<Bytes>& after) {
        return after.size() >= before.size() && std::equal(before.begin(), before.end(), after.begin());
    }
    /// The key's rows become the wanted ones, at the place of the held ones.
    void replace(std::vector<MetaRow>& merged, const std::string& key) const {
        std::size_t next = 0;
        std::vector<const MetaRow*> rows;
        for (const MetaRow& row : wanted_)
            if (row.key == key) rows.push_back(&row);
        std::erase_if(merged, [&](MetaRow& row) {
            if (row.key != key) return false;
            if (next == rows.size()) return true;
            row.value = rows[next++]->value;
            return false;
        });
        for (; next < rows.size(); ++next) merged.push_back({0, key, rows[next]->value});
    }
    void append(std::vector<MetaRow>& merged, const std::string& key, std::size_t after) const {
        std::size_t seen = 0;
        for (const MetaRow& row : wanted_)
            if (row.key == key && seen++ >= after) merged.push_back({0, key, row.value});
    }

    const std::vector<MetaRow>&loaded_, &wanted_, &held_;
    std::string prefix_;
    std::vector<Conflict>& conflicts_;
};

const ItemRecord* find_item(const OrderRecord& order, std::uint64_t id) {
    const auto at = std::find_if(order.items.begin(), order.items.end(), [&](const ItemRecord& item) { return id != 0 && item.id == id; });
    return at == order.items.end() ? nullptr : &*at;
}

bool equal_rows(const std::vector<MetaRow>& a, const std::vector<MetaRow>& b) {
    return std::equal(a.begin(), a.end(), b.begin(), b.end(), [](const MetaRow& x, const MetaRow& y) { return x.key == y.key && x.value == y.value; });
}
bool equal_items(const ItemRecord& a, const ItemRecord& b) { return a.type == b.type && a.name == b.name && equal_rows(a.meta, b.meta); }
bool items_differ(const OrderRecord& a, const OrderRecord& b) {
    return !std::equal(a.items.begin(), a.items.end(), b.items.begin(), b.items.end(), [](const ItemRecord& x, const ItemRecord& y) { return x.id == y.id && equal_items(x, y); });
}

/// The changes that turn an item's held meta into the merged rows, which keep the handles of rows that stay.
std::vector<MetaChange> meta_changes(const std::vector<MetaRow>& held, const std::vector<MetaRow>& merged) {
    std::vector<MetaChange> changes;
    for (const MetaRow& row : held)
        if (!find_row(merged, row.row)) changes.push_back({MetaChange::Op::remove, row.row, row.key, row.value, std::nullopt, 0});
    for (const MetaRow& row : merged) {
        const MetaRow* const was = find_row(held, row.row);
        if (!was) changes.push_back({MetaChange::Op::insert, 0, row.key, std::nullopt, row.value, 0});
        else if (was->value != row.value) changes.push_back({MetaChange::Op::update, row.row, row.key, was->value, row.value, 0});
    }
    return changes;
}

class OrderMerge {
public:
    OrderMerge(const OrderRecord& loaded, const OrderRecord& wanted, const OrderRecord& held) : loaded_(loaded), wanted_(wanted), held_(held) {
        merged_.record = held;
        merged_.record.notes.clear();
    }

    MergedOrder run() {
        merge_fields();
        merged_.record.meta = MetaMerge(loaded_.meta, wanted_.meta, held_.meta, "meta ", merged_.conflicts).run();
        merge_items();
        check_groups();
        return std::move(merged_);
    }

private:
    void conflict(const FieldSpec& spec) {
        const std::string name(spec.name);
        if (std::none_of(merged_.conflicts.begin(), merged_.conflicts.end(), [&](const Conflict& c) { return c.field == name; }))
            merged_.conflicts.push_back({name, text_of(loaded_.get(spec.id)), text_of(held_.get(spec.id)), text_of(wanted_.get(spec.id))});
    }
    bool wants(FieldId id) const { return loaded_.get(id) != wanted_.get(id); }
    bool moved(FieldId id) const { return loaded_.get(id) != held_.get(id); }

    void merge_fields() {
        for (const FieldSpec& spec : order_fields) {
            if (!wants(spec.id)) continue;
            if (moved(spec.id) && !is_one_of(always_set, spec.id)) conflict(spec);
            else merged_.record.set(spec.id, wanted_.get(spec.id));
        }
    }

    void merge_items() {
        for (const ItemRecord& was : loaded_.items)
            if (!find_item(wanted_, was.id)) remove_item(was);
        for (const ItemRecord& item : wanted_.items) {
            const ItemRecord* const was = find_item(loaded_, item.id);
            if (!was) {
                merged_.record.items.push_back(item);
                merged_.record.items.back().id = 0;
                for (MetaRow& row : merged_.record.items.back().meta) row.row = 0;
                merged_.items.push_back({held_.id, WriteOp::insert, 0, item.type, item.name, meta_changes({}, merged_.record.items.back().meta)});
            } else if (!equal_items(*was, item)) {
                change_item(*was, item);
            }
        }
    }
    void remove_item(const ItemRecord& was) {
        const ItemRecord* const held = find_item(held_, was.id);
        if (!held) return;
        if (!equal_items(was, *held)) return item_conflict(was, held, nullptr);
        std::erase_if(merged_.record.items, [&](const ItemRecord& item) { return item.id == was.id; });
        merged_.items.push_back({held_.id, WriteOp::erase, was.id, was.type, was.name, {}});
    }
    void change_item(const ItemRecord& was, const ItemRecord& wanted) {
        const ItemRecord* const held = find_item(held_, was.id);
        if (!held || held->type != was.type) return item_conflict(was, held, &wanted);
        ItemRecord& merged = *std::find_if(merged_.record.items.begin(), merged_.record.items.end(), [&](const ItemRecord& item) { return item.id == was.id; });
        if (was.name != wanted.name) {
            if (held->name != was.name) return item_conflict(was, held, &wanted);
            merged.name = wanted.name;
        }
        merged.meta = MetaMerge(was.meta, wanted.meta, held->meta, fmt::format("item {} ", was.id), merged_.conflicts).run();
        const auto changes = meta_changes(held->meta, merged.meta);
        if (!changes.empty() || merged.name != held->name) merged_.items.push_back({held_.id, WriteOp::update, was.id, merged.type, merged.name, changes});
    }
    void item_conflict(const ItemRecord& was, const ItemRecord* held, const ItemRecord* wanted) {
        merged_.conflicts.push_back({fmt::format("item {}", was.id), Bytes{was.name}, held ? Bytes{held->name} : std::nullopt, wanted ? Bytes{wanted->name} : std::nullopt});
    }

    template <std::size_t N>
    void check_group(const std::array<FieldId, N>& group, bool also_wanted, bool also_moved) {
        const bool wanted = also_wanted || std::any_of(group.begin(), group.end(), [&](FieldId id) { return wants(id); });
        if (!wanted) return;
        for (const FieldId id : group)
            if (moved(id)) conflict(field_spec(id));
        if (also_moved && std::any_of(group.begin(), group.end(), [&](FieldId id) { return wants(id); }))
            merged_.conflicts.push_back({"items", std::nullopt, std::nullopt, std::nullopt});
    }
    void check_groups() {
        const bool items_wanted = items_differ(loaded_, wanted_);
        const bool items_moved = items_differ(loaded_, held_);
        check_group(totals, items_wanted, items_moved);
        check_group(status_and_dates, false, false);
    }

    const OrderRecord &loaded_, &wanted_, &held_;
    MergedOrder merged_;
};

}  // namespace

MergedOrder merge(const OrderRecord& loaded, const OrderRecord& wanted, const OrderRecord& held) { return OrderMerge(loaded, wanted, held).run(); }

std::vector<std::string> changed_names(const OrderRecord& before, const OrderRecord& after) {
    std::vector<std::string> names;
    for (const FieldSpec& spec : order_fields)
        if (before.get(spec.id) != after.get(spec.id)) names.emplace_back(spec.name);
    for (const std::string& key : changed_keys(before.meta, after.meta))
        if (!is_derived_key(key)) names.push_back("meta " + key);
    for (const ItemRecord& item : before.items)
        if (const ItemRecord* now = find_item(after, item.id); !now || !equal_items(item, *now)) names.push_back(fmt::format("item {}", item.id));
    for (const ItemRecord& item : after.items)
        if (!find_item(before, item.id)) names.push_back(fmt::format("item {}", item.id));
    return names;
}

bool equal_content(const OrderRecord& a, const OrderRecord& b) { return a.fields == b.fields && equal_rows(a.meta, b.meta) && !items_differ(a, b); }

}  // namespace ordo::orders
