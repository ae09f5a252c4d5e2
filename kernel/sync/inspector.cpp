/// See inspector.hpp.
#include "kernel/sync/inspector.hpp"

#include <algorithm>

#include <fmt/format.h>

#include "kernel/orders/canonical_form.hpp"
#include "kernel/orders/order_compare.hpp"

namespace ordo::sync {
namespace {

constexpr std::size_t page_rows = 500;
constexpr std::string_view shared_tables = "shared";

using Kind = Difference::Kind;

bool contains(const std::vector<OrderId>& ascending, OrderId id) { return std::binary_search(ascending.begin(), ascending.end(), id); }
bool contains(const MergedPage& page, OrderId id) {
    return contains(page.both, id) || contains(page.only_source, id) || contains(page.only_target, id);
}
bool within(const IdRange& range, OrderId id) {
    if (id <= range.after || id > range.until) return false;
    return range.only.empty() || std::binary_search(range.only.begin(), range.only.end(), id);
}

bool has_fields_of(const OrderRecord& record, HposRow row) {
    return std::any_of(record.fields.begin(), record.fields.end(), [&](const Field& field) { return field_spec(field.id).hpos_row == row; });
}

/// True: the source has such fields and the target has none at all.
bool lacks(const OrderRecord& source, const OrderRecord& target, HposRow row) { return has_fields_of(source, row) && !has_fields_of(target, row); }

std::string count_of_rows(std::size_t rows) { return fmt::format("{} row{}", rows, rows == 1 ? "" : "s"); }

}  // namespace

/// A page's way through the checks.
struct Inspector::Findings {
    Findings(const Direction& of, const EachDifference& to) : way(of), each(to) {}

    const Direction& way;
    const EachDifference& each;
    std::uint64_t stray_rows = 0;
    std::vector<orders::LoadedOrder> source, target;   ///< of the orders in both
    std::vector<OrderId> deleted, different;           ///< ascending: recorded deletions; orders whose contents differ
    std::map<OrderId, std::pair<std::string, std::string>> digests;
    bool fill_in_digests = false;

    void add(Difference difference) {
        if (const auto seen = digests.find(difference.order); seen != digests.end())
            std::tie(difference.source_digest, difference.target_digest) = seen->second;
        each(difference);
    }
    /// Rows are shown on the side they stand on.
    void add_rows(Kind kind, OrderId order, std::string store, std::string table, std::string what, std::vector<std::uint64_t> rows) {
        ++stray_rows;
        const std::string count = count_of_rows(rows.size());
        Difference difference{order, kind, what.empty() ? table : table + "." + what, 0, store == way.target ? "-" : count, store == way.source ? "-" : count};
        difference.store = std::move(store);
        difference.table = std::move(table);
        difference.what = std::move(what);
        difference.rows = std::move(rows);
        add(std::move(difference));
    }
};

Inspector::Inspector(const orders::StoreAccess& stores, const orders::StoreView& view, const QuarantineTable& quarantine, Direction way)
    : stores_(&stores), view_(&view), quarantine_(&quarantine), way_(std::move(way)), quarantined_(quarantine.digests(view.snapshot(), way_.target)) {}

void Inspector::inspect(const MergedPage& page, std::span<const OrderId> only, Digests digests, VerifyReport& report, const EachDifference& each) {
    Findings found(way_, each);
    const IdRange range{page.after, std::min(page.until, OrderId{INT64_MAX}), only};
    found.fill_in_digests = digests == Digests::fill_in;
    found.deleted = list_deleted(way_.source, range);
    compare_contents(page, report, found);
    find_stray_rows(page, range, found);
    find_shared_orphans(range, found);
    find_stale_overflow(page, range, found);
    find_stale_quarantine(page, range, found);
    find_stale_deletions(page, range, found);
    find_missing_parents(page, found);
    report.stray_rows += found.stray_rows;
}

void Inspector::compare_contents(const MergedPage& page, VerifyReport& report, Findings& found) const {
    found.source = view_->read_mirrored(way_, way_.source, page.both);
    found.target = view_->read_mirrored(way_, way_.target, page.both);
    if (found.fill_in_digests) {
        for (const auto& order : view_->read_mirrored(way_, way_.source, page.only_source)) found.digests[order.record.id].first = orders::canonical_digest(order.record);
        for (const auto& order : view_->read_mirrored(way_, way_.target, page.only_target)) found.digests[order.record.id].second = orders::canonical_digest(order.record);
        for (const auto& order : found.source) found.digests[order.record.id].first = orders::canonical_digest(order.record);
        for (const auto& order : found.target) found.digests[order.record.id].second = orders::canonical_digest(order.record);
    }
    std::vector<Difference> differences;
    for (const OrderId id : page.only_source) differences.push_back({id, Kind::missing, {}, 0, "present", "missing"});
    for (const OrderId id : page.only_target) {
        const bool deleted = contains(found.deleted, id);
        differences.push_back({id, deleted ? Kind::deletion_pending : Kind::extra, {}, 0, deleted ? "deleted" : "missing", "present"});
        ++(deleted ? report.deletions_pending : report.extra);
    }
    report.missing += page.only_source.size();
    report.orders_different += differences.size();
    report.orders += page.both.size() + page.only_source.size() + page.only_target.size();
    for (const orders::LoadedOrder& order : found.source) {
        const OrderRecord& wanted = order.record;
        const orders::LoadedOrder* const other = orders::find_order(found.target, wanted.id);
        if (!other) throw Error(errc::internal, fmt::format("order {} is listed in {} but not read", wanted.id, way_.target));
        const OrderRecord& held = other->record;
        const auto changes = orders::compare(wanted, *other);
        if (changes.empty()) continue;
        found.different.push_back(wanted.id);
        ++report.orders_different;
        report.missing_addresses += lacks(wanted, held, HposRow::billing_address) || lacks(wanted, held, HposRow::shipping_address);
        report.missing_operational_data += lacks(wanted, held, HposRow::operational);
        report.meta_counts_different += orders::compared_meta(wanted).size() != orders::compared_meta(held).size();
        for (Difference& difference : orders::describe(changes, wanted, held)) differences.push_back(std::move(difference));
    }
    report.differences += differences.size();
    std::stable_sort(differences.begin(), differences.end(), [](const Difference& a, const Difference& b) { return a.order < b.order; });
    for (Difference& difference : differences) found.add(std::move(difference));
}

void Inspector::find_stray_rows(const MergedPage& page, const IdRange& range, Findings& found) const {
    for (const std::string& store : {way_.source, way_.target}) {
        auto* const integrity = view_->has_tables(store) ? ordo::find_interface<StoreIntegrity>(stores_->get(store)) : nullptr;
        if (!integrity) continue;
        // An order that the other store has is missing here: rows it left behind are part of that.
        const std::vector<OrderId>& missing_here = store == way_.target ? page.only_source : page.only_target;
        integrity->find_stray_rows(view_->snapshot(), range, [&](const StrayRows& stray) {
            if (stray.kind == StrayRows::Kind::orphan && contains(missing_here, stray.order)) return;
            const Kind kind = stray.kind == StrayRows::Kind::orphan      ? Kind::orphan_row
                              : stray.kind == StrayRows::Kind::duplicate ? Kind::duplicate_row
                                                                         : Kind::unknown_row;
            found.add_rows(kind, stray.order, store, stray.table, stray.what, stray.rows);
        });
    }
}

void Inspector::find_shared_orphans(const IdRange& range, Findings& found) const {
    auto* const details = ordo::find_interface<OrderDetailsIntegrity>(stores_->registry());
    if (!details) return;
    for (IdRange rest = range;;) {
        const auto owners = details->list_owners(view_->snapshot(), rest, page_rows);
        details->find_rows_of(view_->snapshot(), find_absent(owners), [&](const StrayRows& stray) {
            found.add_rows(Kind::orphan_row, stray.order, std::string(shared_tables), stray.table, stray.what, stray.rows);
        });
        if (owners.size() < page_rows) return;
        rest.after = owners.back();
    }
}

void Inspector::find_stale_overflow(const MergedPage& page, const IdRange& range, Findings& found) const {
    const orders::OverflowTable& overflow = stores_->overflow();
    std::vector<std::uint64_t> in_use;
    for (const auto* loaded : {&found.source, &found.target})
        for (const auto& order : *loaded) in_use.insert(in_use.end(), order.kept_rows.begin(), order.kept_rows.end());
    std::sort(in_use.begin(), in_use.end());
    std::vector<orders::OverflowTable::KeptRow> idle;
    std::vector<OrderId> elsewhere;  // not an order of the page: there may still be one of a type that nobody knows today
    for (auto& kept : overflow.list_rows(view_->snapshot(), range)) {
        if (std::binary_search(in_use.begin(), in_use.end(), kept.row)) continue;
        if (kept.store != way_.source && kept.store != way_.target) continue;  // nobody looked into that store
        if (!contains(page, kept.order)) elsewhere.push_back(kept.order);
        else if (!contains(page.both, kept.order)) continue;  // an order that is missing or extra is written anew or left alone
        idle.push_back(std::move(kept));
    }
    const std::map<std::string, std::vector<OrderId>> existing{{way_.source, find_existing(way_.source, elsewhere)},
                                                               {way_.target, find_existing(way_.target, elsewhere)}};
    for (auto& kept : idle) {
        if (!contains(page, kept.order) && contains(existing.at(kept.store), kept.order)) continue;
        found.add_rows(Kind::stale_overflow, kept.order, kept.store, overflow.table(), kept.name, {kept.row});
    }
}

void Inspector::find_stale_quarantine(const MergedPage& page, const IdRange& range, Findings& found) const {
    for (const auto& [id, digest] : quarantined_) {
        if (!within(range, id) || contains(page.only_source, id) || contains(found.different, id)) continue;
        Difference difference{id, Kind::stale_quarantine, "quarantine", 0, "-", contains(page.both, id) ? "equal" : "gone"};
        difference.store = way_.target;
        ++found.stray_rows;
        found.add(std::move(difference));
    }
}

std::vector<OrderId> Inspector::list_deleted(std::string_view lost_by, const IdRange& range) const {
    std::vector<OrderId> deleted;
    for (const std::string& id : stores_->registry().store_ids()) {
        auto* records = view_->has_tables(id) ? ordo::find_interface<DeletionRecords>(stores_->get(id)) : nullptr;
        for (OrderId after = range.after; records;) {
            const auto page = records->list_deleted(view_->snapshot(), lost_by, after, page_rows);
            std::copy_if(page.begin(), page.end(), std::back_inserter(deleted), [&](OrderId order) { return within(range, order); });
            if (page.size() < page_rows || page.back() > range.until) break;
            after = page.back();
        }
    }
    std::sort(deleted.begin(), deleted.end());
    deleted.erase(std::unique(deleted.begin(), deleted.end()), deleted.end());
    return deleted;
}

void Inspector::find_stale_deletions(const MergedPage& page, const IdRange& range, Findings& found) const {
    const auto add = [&](OrderId id, const std::string& lost_by, const char* now) {
        const std::string there = fmt::format("{}, recorded as deleted from {}", now, lost_by);
        Difference difference{id, Kind::stale_deletion, std::string(deletion_record_key), 0, lost_by == way_.source ? there : "-", lost_by == way_.target ? there : "-"};
        difference.store = lost_by;
        ++found.stray_rows;
        found.add(std::move(difference));
    };
    for (const OrderId id : found.deleted) {
        if (contains(page.both, id) || contains(page.only_source, id)) add(id, way_.source, "present");
        else if (!contains(page.only_target, id)) add(id, way_.source, "gone everywhere");
    }
    // Of the other store's deletions only those say something wrong whose order is there: they would be carried out after a switch.
    for (const OrderId id : list_deleted(way_.target, range))
        if (contains(page.both, id) || contains(page.only_target, id)) add(id, way_.target, "present");
}

void Inspector::find_missing_parents(const MergedPage& page, Findings& found) const {
    std::vector<std::pair<OrderId, OrderId>> children;
    std::vector<OrderId> parents;
    for (const auto& order : found.source) {
        const auto parent = order.record.get(FieldId::parent_order_id);
        if (!parent || parent->raw || parent->text == "0") continue;
        const OrderId id{std::stoull(parent->text)};
        if (contains(page, id)) continue;
        children.emplace_back(order.record.id, id);
        parents.push_back(id);
    }
    std::sort(parents.begin(), parents.end());
    parents.erase(std::unique(parents.begin(), parents.end()), parents.end());
    const auto absent = find_absent(parents);
    for (const auto& [child, parent] : children) {
        if (!contains(absent, parent)) continue;
        Difference difference{child, Kind::parent_missing, std::string(field_spec(FieldId::parent_order_id).name), 0, fmt::format("{} is nowhere", parent),
                              fmt::format("{} is nowhere", parent)};
        difference.store = way_.source;
        ++found.stray_rows;
        found.add(std::move(difference));
    }
}

std::vector<OrderId> Inspector::find_existing(const std::string& store, std::span<const OrderId> ids) const {
    if (ids.empty() || !view_->has_tables(store)) return {};
    if (auto* const integrity = ordo::find_interface<StoreIntegrity>(stores_->get(store))) return integrity->find_existing(view_->snapshot(), ids);
    std::vector<OrderId> existing;  // a store without the ability: what it can read is there
    for (const OrderRecord& record : stores_->get(store).read(view_->snapshot(), ids)) existing.push_back(record.id);
    return existing;
}

std::vector<OrderId> Inspector::find_absent(std::vector<OrderId> ids) const {
    for (const std::string& store : {way_.source, way_.target}) {
        const auto existing = find_existing(store, ids);
        std::erase_if(ids, [&](OrderId id) { return contains(existing, id); });
    }
    return ids;
}

}  // namespace ordo::sync
