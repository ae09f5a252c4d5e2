/// See batch.hpp.
#include "kernel/sync/batch.hpp"

#include <algorithm>

#include "kernel/orders/canonical_form.hpp"
#include "kernel/orders/order_compare.hpp"

namespace ordo::sync {
namespace {

using orders::LoadedOrder;

bool is_auto_draft(const OrderRecord& order) {
    const auto status = order.get(FieldId::status);
    return status && status->text == "auto-draft";
}

/// What the copy holds that it had not from us, if writing it takes something of that away.
std::optional<Overwritten> find_overwritten(const LoadedOrder& held, const std::string& held_digest, const orders::Changes& changes, const orders::Ledger::Copy& seen) {
    if (held_digest == seen.digest || is_auto_draft(held.record) || !orders::overwrites(changes)) return std::nullopt;
    // A copy that was made the other way, of which less is mirrored, says nothing either.
    const bool known = !seen.digest.empty() && orders::is_core_digest(seen.digest) == orders::is_core_digest(held_digest);
    return Overwritten{held.record.id, known ? ConflictKind::changed : ConflictKind::no_common_version, orders::canonical_form(held.record)};
}

using DigestOf = std::function<std::string(const OrderRecord&)>;

/// Carried out they would leave less: a value less, a row of meta less.
bool loses(const orders::Changes& changes) {
    return std::any_of(changes.fields.begin(), changes.fields.end(), [](const FieldChange& change) { return !change.value; }) ||
           std::any_of(changes.meta.begin(), changes.meta.end(), [](const MetaChange& change) { return change.op == MetaChange::Op::remove; });
}

/// Nobody changed the source since the last common version, somebody changed the target: the source takes that over. Unless something was
/// lost there: old rows are also cleaned up.
bool adopt(Batch& batch, const std::string& source_digest, const LoadedOrder& source, const LoadedOrder& held, const orders::Ledger::Copy& seen, const DigestOf& digest_of,
           const std::function<bool()>& may_be_late) {
    if (source_digest != seen.digest || is_auto_draft(held.record) || digest_of(held.record) == seen.digest || !may_be_late()) return false;
    orders::Changes changes = orders::compare(held.record, source);
    if (changes.empty() || changes.type_differs || loses(changes)) return false;
    batch.adopted.orders.push_back(held);
    batch.adopted.writes.push_back({WriteOp::update, held.record.id, held.record.type, std::move(changes.fields), std::move(changes.meta)});
    batch.adopted.copies.push_back({nullptr, seen, digest_of(held.record)});
    return true;
}

/// Takes the ids out whose deletion from the store somebody recorded: they are carried out elsewhere.
void leave_out_deleted(std::vector<OrderId>& ids, const orders::StoreAccess& stores, const orders::StoreView& view, const std::string& lost_by) {
    constexpr std::size_t page_orders = 500;
    for (const std::string& store : stores.registry().store_ids()) {
        auto* records = view.has_tables(store) ? find_interface<DeletionRecords>(stores.get(store)) : nullptr;
        for (OrderId after = ids.empty() ? OrderId{} : OrderId{ids.front().value - 1}; records && !ids.empty();) {
            const auto page = records->list_deleted(view.snapshot(), lost_by, after, page_orders);
            std::erase_if(ids, [&](OrderId id) { return std::binary_search(page.begin(), page.end(), id); });
            if (page.size() < page_orders) break;
            after = page.back();
        }
    }
}

/// Of ids that only the target has: orders nobody knows are taken over, removed ones go, and those that were there once stay until
/// somebody decides.
void sort_out(Batch& batch, const orders::StoreAccess& stores, const orders::StoreView& view, const Direction& way, const std::map<OrderId, orders::Ledger::Copy>& seen,
              const std::vector<LoadedOrder>& target, const DigestOf& digest_of) {
    std::vector<OrderId> unknown;
    for (const OrderId id : batch.ids) {
        if (orders::find_order(batch.source, id)) continue;
        const auto known = seen.find(id);
        const orders::Ledger::Copy copy = known == seen.end() ? orders::Ledger::Copy{} : known->second;
        const auto* held = orders::find_order(target, id);
        if (!held || is_auto_draft(held->record)) {
            if (copy.waits) batch.absent.emplace(id, copy);
        } else if (copy.removed) {
            batch.removed.push_back(id);
        } else if (copy.digest.empty()) {
            unknown.push_back(id);
        } else if (!copy.waits) {
            batch.vanished.push_back(id);
        }
    }
    leave_out_deleted(unknown, stores, view, way.source);
    // Whole, even where only a part is mirrored.
    for (LoadedOrder& order : view.read(way.target, unknown)) {
        const auto known = seen.find(order.record.id);
        batch.adopted.writes.push_back(orders::make_insert(order.record));
        batch.adopted.copies.push_back({nullptr, known == seen.end() ? orders::Ledger::Copy{} : known->second, digest_of(orders::find_order(target, order.record.id)->record)});
        batch.adopted.orders.push_back(std::move(order));
    }
}

void add(Batch& batch, const LoadedOrder& source, const LoadedOrder* held, CopyOfOrder copy, const DigestOf& digest_of,
         const std::function<bool()>& may_be_late) {
    const OrderRecord& record = source.record;
    OrderWrite write;
    if (held) {
        orders::Changes changes = orders::compare(record, *held);
        if (changes.empty()) {
            ++batch.unchanged;
            const bool known = copy.seen.digest == copy.digest && copy.seen.mirrored == copy.seen.version && !copy.seen.waits;
            if (!known) batch.equal.push_back(std::move(copy));
            return;
        }
        if (adopt(batch, copy.digest, source, *held, copy.seen, digest_of, may_be_late)) return;
        copy.overwritten = find_overwritten(*held, digest_of(held->record), changes, copy.seen);
        write = {WriteOp::update, record.id, record.type, std::move(changes.fields), std::move(changes.meta)};
    } else {
        write = orders::make_insert(record);
    }
    batch.writes.push_back(std::move(write));
    batch.sources.push_back(&record);
    batch.copies.push_back(std::move(copy));
}

}  // namespace

Batch read_batch(const BatchServices& services, const Direction& way, const ListIds& list_ids) {
    Batch batch;
    services.database->read([&](Read& read) {
        batch = {};
        const orders::StoreView view(*services.stores, read, services.more_types);
        batch.ids = list_ids(view);
        if (batch.ids.empty()) return;
        const auto seen = services.ledger->copies(read, batch.ids);
        batch.source = view.read_mirrored(way, way.source, batch.ids);
        // An auto-draft in the target under an order's id is that order, half made.
        const auto target = view.read_mirrored(way, way.target, batch.ids, AutoDrafts::include);
        const auto quarantined = services.quarantine->digests(read, way.target);
        const auto digest_of = [&](const OrderRecord& order) { return services.stores->mirror_digest(way, order); };
        const auto may_be_late = [&] { return services.may_be_late(read); };
        sort_out(batch, *services.stores, view, way, seen, target, digest_of);
        // Orders that failed before are tried again, but alone: they do not spoil a batch twice.
        for (const bool suspects : {false, true}) {
            for (const LoadedOrder& order : batch.source) {
                const OrderRecord& record = order.record;
                if (quarantined.contains(record.id) != suspects) continue;
                const auto known = seen.find(record.id);
                add(batch, order, orders::find_order(target, record.id), {&record, known == seen.end() ? orders::Ledger::Copy{} : known->second, digest_of(record)}, digest_of,
                    may_be_late);
            }
            if (!suspects) batch.healthy = batch.writes.size();
        }
        for (std::size_t i = 0; i < batch.adopted.orders.size(); ++i) batch.adopted.sources.push_back(batch.adopted.copies[i].source = &batch.adopted.orders[i].record);
    });
    return batch;
}

}  // namespace ordo::sync
