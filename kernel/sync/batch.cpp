/// See batch.hpp.
#include "kernel/sync/batch.hpp"

#include "kernel/orders/order_compare.hpp"

namespace ordo::sync {
namespace {

void add(Batch& batch, const OrderRecord& record, const orders::LoadedOrder* held) {
    OrderWrite write;
    if (held) {
        orders::Changes changes = orders::compare(record, *held);
        if (changes.empty()) {
            ++batch.unchanged;
            return;
        }
        write = {WriteOp::update, record.id, record.type, std::move(changes.fields), std::move(changes.meta)};
    } else {
        write = orders::make_insert(record);
    }
    batch.writes.push_back(std::move(write));
    batch.sources.push_back(&record);
}

}  // namespace

Batch read_batch(database::SqlDatabase& database, const orders::StoreAccess& stores, const QuarantineTable& quarantine, const Direction& way,
                 const ListIds& list_ids) {
    Batch batch;
    database.read([&](Read& read) {
        batch = {};
        const orders::StoreView view(stores, read);
        batch.ids = list_ids(view);
        if (batch.ids.empty()) return;
        batch.source = view.read_mirrored(way, way.source, batch.ids);
        // An auto-draft in the target under an order's id is that order, half made.
        const auto target = view.read_mirrored(way, way.target, batch.ids, AutoDrafts::include);
        const auto quarantined = quarantine.digests(read, way.target);
        // Orders that failed before are tried again, but alone: they do not spoil a batch twice.
        for (const bool suspects : {false, true}) {
            for (const orders::LoadedOrder& order : batch.source)
                if (quarantined.contains(order.record.id) == suspects) add(batch, order.record, orders::find_order(target, order.record.id));
            if (!suspects) batch.healthy = batch.writes.size();
        }
    });
    return batch;
}

}  // namespace ordo::sync
