/// See batch.hpp.
#include "kernel/sync/batch.hpp"

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
    return Overwritten{held.record.id, seen.digest.empty() ? ConflictKind::no_common_version : ConflictKind::changed, orders::canonical_form(held.record)};
}

void add(Batch& batch, const OrderRecord& record, const LoadedOrder* held, CopyOfOrder copy, const std::function<std::string(const OrderRecord&)>& digest_of) {
    OrderWrite write;
    if (held) {
        orders::Changes changes = orders::compare(record, *held);
        if (changes.empty()) {
            ++batch.unchanged;
            const bool known = copy.seen.digest == copy.digest && copy.seen.mirrored == copy.seen.version && !copy.seen.waits;
            if (!known) batch.equal.push_back(std::move(copy));
            return;
        }
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
        const orders::StoreView view(*services.stores, read);
        batch.ids = list_ids(view);
        if (batch.ids.empty()) return;
        const auto seen = services.ledger->copies(read, batch.ids);
        batch.source = view.read_mirrored(way, way.source, batch.ids);
        // An auto-draft in the target under an order's id is that order, half made.
        const auto target = view.read_mirrored(way, way.target, batch.ids, AutoDrafts::include);
        const auto quarantined = services.quarantine->digests(read, way.target);
        for (const auto& [id, copy] : seen)
            if (copy.waits && !orders::find_order(batch.source, id)) batch.absent.emplace(id, copy);
        const auto digest_of = [&](const OrderRecord& order) { return services.stores->mirror_digest(way, order); };
        // Orders that failed before are tried again, but alone: they do not spoil a batch twice.
        for (const bool suspects : {false, true}) {
            for (const LoadedOrder& order : batch.source) {
                const OrderRecord& record = order.record;
                if (quarantined.contains(record.id) != suspects) continue;
                const auto known = seen.find(record.id);
                add(batch, record, orders::find_order(target, record.id), {&record, known == seen.end() ? orders::Ledger::Copy{} : known->second, digest_of(record)}, digest_of);
            }
            if (!suspects) batch.healthy = batch.writes.size();
        }
    });
    return batch;
}

}  // namespace ordo::sync
