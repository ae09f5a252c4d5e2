/// See synchronizer.hpp.
#include "kernel/sync/synchronizer.hpp"

#include <algorithm>
#include <chrono>

#include <fmt/format.h>

#include "kernel/orders/canonical_form.hpp"
#include "kernel/sync/merge.hpp"

namespace ordo::sync {
namespace {

constexpr std::uint64_t batch_size_default = 500;
constexpr std::uint64_t batch_size_max = 10000;
constexpr std::size_t page_orders = 500;

/// Failures that say nothing of a single order: they end the run instead of filling the quarantine.
bool concerns_everything(ErrorCode code) {
    return code == errc::database_full || code == errc::database_busy || code == errc::database_unavailable || code == errc::io ||
           code == errc::sync_locked;
}

}  // namespace

/// One order's way to the target.
struct Synchronizer::Work {
    OrderWrite write;
    const OrderRecord* source;   ///< null: the order is to be erased
};

/// What waits, by kind.
struct Synchronizer::Scan {
    std::vector<OrderId> missing, different, deleted;
    std::uint64_t quarantined = 0, only_in_target = 0;
};

Synchronizer::Synchronizer(SyncServices services, SyncHooks hooks)
    : services_(std::move(services)), hooks_(std::move(hooks)), quarantine_(services_.table_prefix) {}

Direction Synchronizer::get_direction() {
    const std::string authoritative = services_.controller->get_orders_data_store();
    return {authoritative, orders::backup_of(authoritative)};
}

bool Synchronizer::data_sync_is_enabled() { return services_.options->get(option::data_sync_enabled) == "yes"; }

Synchronizer::Tombstones Synchronizer::list_tombstones(const orders::StoreView& view, const Direction& way, std::size_t count_max) const {
    Tombstones found;
    for (const std::string& id : services_.stores->registry().store_ids()) {
        auto* records = find_interface<DeletionRecords>(services_.stores->get(id));
        if (!records || !view.has_tables(id)) continue;
        OrderId after{};
        while (found.deleted.size() < count_max) {
            const auto page = records->list_deleted(view.snapshot(), way.source, after, page_orders);
            if (page.empty()) break;
            after = page.back();
            // A record of an order the source has again is out of date.
            const auto there = view.read(way.source, page);
            for (const OrderId order : page) {
                if (orders::find_order(there, order)) found.out_of_date.push_back(order);
                else if (found.deleted.size() < count_max) found.deleted.push_back(order);
            }
        }
    }
    return found;
}

Synchronizer::Scan Synchronizer::scan(Read& read, const Direction& way) const {
    Scan found;
    const orders::StoreView view(*services_.stores, read);
    const auto quarantined = quarantine_.digests(read, way.target);
    found.deleted = list_tombstones(view, way, SIZE_MAX).deleted;
    const auto in_quarantine = [&](const OrderRecord& record) {
        const auto at = quarantined.find(record.id);
        return at != quarantined.end() && at->second == orders::canonical_digest(record);
    };
    merge(view, way, page_orders, [&](const MergedPage& page) {
        for (const OrderId id : page.only_target)
            found.only_in_target += !std::binary_search(found.deleted.begin(), found.deleted.end(), id);
        const auto source = view.read(way.source, page.both);
        const auto target = view.read(way.target, page.both);
        for (const auto& order : source) {
            const auto* held = orders::find_order(target, order.record.id);
            if (held && orders::compare(order.record, *held).empty()) continue;
            if (in_quarantine(order.record)) ++found.quarantined;
            else found.different.push_back(order.record.id);
        }
        std::vector<OrderId> maybe;  // only orders in quarantine need be read to know whether they are missing
        for (const OrderId id : page.only_source) (quarantined.contains(id) ? maybe : found.missing).push_back(id);
        for (const auto& order : view.read(way.source, maybe)) {
            if (in_quarantine(order.record)) ++found.quarantined;
            else found.missing.push_back(order.record.id);
        }
        return true;
    });
    std::sort(found.missing.begin(), found.missing.end());
    return found;
}

orders::PendingOrders Synchronizer::count_pending(Read& read, const Direction& way) const {
    const Scan found = scan(read, way);
    return {found.missing.size() + found.different.size() + found.deleted.size(), found.quarantined};
}

std::uint64_t Synchronizer::get_total_pending_count() {
    const Direction way = get_direction();
    std::uint64_t pending = 0;
    services_.database->read([&](Read& read) { pending = count_pending(read, way).pending; });
    return pending;
}

std::vector<OrderId> Synchronizer::get_ids_of_orders_pending_sync(PendingKind kind, std::size_t limit, std::span<const std::string> order_types) {
    const Direction way = get_direction();
    const bool from_posts = way.source == store_posts;
    std::vector<OrderId> ids;
    services_.database->read([&](Read& read) {
        const Scan found = scan(read, way);
        switch (kind) {
            case PendingKind::ID_TYPE_MISSING_IN_ORDERS_TABLE:
                if (from_posts) ids = found.missing;
                break;
            case PendingKind::ID_TYPE_MISSING_IN_POSTS_TABLE:
                if (!from_posts) ids = found.missing;
                break;
            case PendingKind::ID_TYPE_DIFFERENT_UPDATE_DATE: ids = found.different; break;
            case PendingKind::ID_TYPE_DELETED_FROM_ORDERS_TABLE:
                if (!from_posts) ids = found.deleted;
                break;
            case PendingKind::ID_TYPE_DELETED_FROM_POSTS_TABLE:
                if (from_posts) ids = found.deleted;
                break;
        }
        if (!order_types.empty()) {
            const orders::StoreView view(*services_.stores, read);
            std::vector<OrderId> kept;
            for (const std::string& store : {way.source, way.target})
                for (const auto& order : view.read(store, ids))
                    if (std::find(order_types.begin(), order_types.end(), order.record.type) != order_types.end()) kept.push_back(order.record.id);
            std::sort(kept.begin(), kept.end());
            kept.erase(std::unique(kept.begin(), kept.end()), kept.end());
            ids = std::move(kept);
        }
    });
    if (ids.size() > limit) ids.resize(limit);
    return ids;
}

std::vector<OrderId> Synchronizer::get_next_batch_to_process(std::size_t count) {
    const Direction way = get_direction();
    std::vector<OrderId> ids;
    services_.database->read([&](Read& read) {
        Scan found = scan(read, way);
        ids = std::move(found.missing);
        ids.insert(ids.end(), found.different.begin(), found.different.end());
        ids.insert(ids.end(), found.deleted.begin(), found.deleted.end());
    });
    if (ids.size() > count) ids.resize(count);
    return ids;
}

void Synchronizer::put_in_quarantine(const Direction& way, const Work& work, std::string_view field, const std::string& reason,
                                     const RunLock& lock, BatchResult& result) {
    services_.log->warning("order {} was not moved to {}: {}{}{}", work.write.id, way.target, field, field.empty() ? "" : ": ", reason);
    services_.database->write([&](Unit& unit) {
        lock.confirm(unit);
        quarantine_.put(unit, way.target, work.write.id, field, reason, work.source ? orders::canonical_digest(*work.source) : "");
    });
    result.quarantined.push_back({work.write.id, std::string(field), reason, "correct the order, then run `ordo hpos sync` again"});
}

void Synchronizer::commit(const Direction& way, std::span<Work> work, const RunLock& lock, BatchResult& result, std::vector<OrderId>& written) {
    if (work.empty()) return;
    std::vector<OrderWrite> writes;
    std::vector<const OrderRecord*> sources;
    for (const Work& one : work) {
        writes.push_back(one.write);
        sources.push_back(one.source);
    }
    std::vector<WriteResult> results;
    try {
        services_.database->write([&](Unit& unit) {
            lock.confirm(unit);
            results = services_.stores->get(way.target).write(unit, writes);
            if (results.size() != writes.size()) throw Error(errc::plugin_failed, "the store gave another number of results than it got writes");
            services_.stores->overflow().save(unit, way.target, writes, results, sources);
            std::vector<OrderId> moved;
            for (const WriteResult& one : results)
                if (one.outcome == Outcome::written) moved.push_back(one.id);
            quarantine_.release(unit, way.target, moved);
        });
    } catch (const Error& error) {
        if (concerns_everything(error.code())) throw;
        if (work.size() == 1) {
            put_in_quarantine(way, work.front(), "", error.what(), lock, result);
            return;
        }
        commit(way, work.first(work.size() / 2), lock, result, written);
        commit(way, work.subspan(work.size() / 2), lock, result, written);
        return;
    }
    for (std::size_t i = 0; i < results.size(); ++i) {
        const std::vector<Fault>& faults = results[i].faults;
        if (results[i].outcome == Outcome::written) {
            ++result.written;
            result.overflow += faults.size();
            written.push_back(writes[i].id);
        } else if (results[i].outcome == Outcome::refused) {
            const Fault* fault = faults.empty() ? nullptr : &faults.front();
            const std::string field = !fault ? "" : fault->field ? std::string(field_spec(*fault->field).name) : fault->meta_key;
            put_in_quarantine(way, work[i], field, std::string(to_string(fault ? fault->rule : Rule::store_refused)), lock, result);
        } else {
            // Somebody wrote to the target in between: the order waits for the next run.
            services_.log->info("order {} changed in {} meanwhile; it stays pending", writes[i].id, way.target);
            ++result.unchanged;
        }
    }
}

void Synchronizer::process(const Direction& way, std::span<const OrderId> ids, const RunLock& lock, BatchResult& result) {
    lock.keep_alive();
    std::vector<orders::LoadedOrder> source;
    std::vector<Work> work;
    std::map<OrderId, std::string> quarantined;
    services_.database->read([&](Read& read) {
        const orders::StoreView view(*services_.stores, read);
        source = view.read(way.source, ids);
        // An auto-draft in the target under an order's id is that order, half made.
        const auto target = view.read(way.target, ids, AutoDrafts::include);
        quarantined = quarantine_.digests(read, way.target);
        for (orders::LoadedOrder& order : source) {
            const OrderRecord& record = order.record;
            const auto* held = orders::find_order(target, record.id);
            if (!held) {
                work.push_back({orders::make_insert(record), &record});
                continue;
            }
            orders::Changes changes = orders::compare(record, *held);
            if (changes.empty()) ++result.unchanged;
            else work.push_back({{WriteOp::update, record.id, record.type, std::move(changes.fields), std::move(changes.meta)}, &record});
        }
    });
    const bool to_posts = way.target == store_posts;
    for (const Work& one : work) {
        if (to_posts) hooks_.before_to_posts(one.write.id);
        hooks_.before(one.write.id, way);
    }
    // Orders that failed before are tried again, but alone: they do not spoil a batch twice.
    const auto suspects = std::stable_partition(work.begin(), work.end(), [&](const Work& one) { return !quarantined.contains(one.write.id); });
    const auto healthy = static_cast<std::size_t>(suspects - work.begin());
    std::vector<OrderId> written;
    commit(way, std::span(work).first(healthy), lock, result, written);
    for (std::size_t i = healthy; i < work.size(); ++i) commit(way, std::span(work).subspan(i, 1), lock, result, written);
    std::sort(written.begin(), written.end());
    for (const OrderId id : written) {
        if (to_posts) hooks_.after_to_posts(id);
        hooks_.after(id, way);
    }
}

void Synchronizer::forget_deleted(Unit& unit, std::span<const OrderId> ids) const {
    const orders::StoreView view(*services_.stores, unit);
    for (const std::string& store : services_.stores->registry().store_ids())
        if (auto* records = find_interface<DeletionRecords>(services_.stores->get(store)); records && view.has_tables(store))
            records->forget_deleted(unit, ids);
}

void Synchronizer::erase(const Direction& way, std::span<const OrderId> ids, const RunLock& lock, BatchResult& result) {
    std::uint64_t erased = 0;
    services_.database->write([&](Unit& unit) {
        lock.confirm(unit);
        // Only what is an order in the target: by now the id may be another post's. The record is forgotten all the same.
        std::vector<OrderWrite> writes;
        for (const auto& held : orders::StoreView(*services_.stores, unit).read(way.target, ids))
            writes.push_back({WriteOp::erase, held.record.id, held.record.type, {}, {}});
        const std::vector<const OrderRecord*> sources(writes.size(), nullptr);
        const auto results = services_.stores->get(way.target).write(unit, writes);
        services_.stores->overflow().save(unit, way.target, writes, results, sources);
        quarantine_.release(unit, way.target, ids);
        forget_deleted(unit, ids);
        erased = writes.size();
    });
    result.written += erased;
}

std::uint64_t Synchronizer::batch_size(std::optional<std::uint64_t> wanted) const {
    std::uint64_t size = batch_size_default;
    if (const auto option = services_.options->get(option::migration_batch_size)) {
        const auto value = canonical_number(*option);
        if (value && value->find_first_not_of("0123456789") == std::string::npos && value->size() < 10) size = std::stoull(*value);
    }
    size = wanted.value_or(services_.configured_batch_size.value_or(size));
    return std::clamp<std::uint64_t>(hooks_.batch_size(size), 1, batch_size_max);
}

BatchResult Synchronizer::process_batch(std::span<const OrderId> order_ids) {
    const Direction way = get_direction();
    services_.create_tables(way.target);
    const RunLock lock(*services_.database, services_.table_prefix);
    BatchResult result;
    process(way, order_ids, lock, result);
    // Deleted orders among them: the source does not have them, and a record says that this is meant.
    std::vector<OrderId> deleted;
    services_.database->read([&](Read& read) { deleted = list_tombstones({*services_.stores, read}, way, SIZE_MAX).deleted; });
    std::erase_if(deleted, [&](OrderId id) { return std::find(order_ids.begin(), order_ids.end(), id) == order_ids.end(); });
    if (!deleted.empty()) erase(way, deleted, lock, result);
    services_.controller->forget_filter_decision();
    return result;
}

void Synchronizer::release_settled(const Direction& way, const RunLock& lock) {
    std::vector<OrderId> settled;
    services_.database->read([&](Read& read) {
        std::vector<OrderId> ids;
        for (const auto& [id, digest] : quarantine_.digests(read, way.target)) ids.push_back(id);
        const orders::StoreView view(*services_.stores, read);
        const auto source = view.read(way.source, ids);
        const auto target = view.read(way.target, ids);
        for (const OrderId id : ids) {
            const auto* wanted = orders::find_order(source, id);
            const auto* held = orders::find_order(target, id);
            if (!wanted || (held && orders::compare(wanted->record, *held).empty())) settled.push_back(id);
        }
    });
    if (settled.empty()) return;
    services_.database->write([&](Unit& unit) {
        lock.confirm(unit);
        quarantine_.release(unit, way.target, settled);
    });
}

SyncReport Synchronizer::sync(const SyncOptions& options) {
    const auto started = std::chrono::steady_clock::now();
    const auto seconds = [&] { return std::chrono::duration<double>(std::chrono::steady_clock::now() - started).count(); };
    SyncReport report;
    report.way = get_direction();
    services_.create_tables(report.way.target);
    const RunLock lock(*services_.database, services_.table_prefix);
    const std::uint64_t batch = batch_size(options.batch_size);
    SyncProgress progress;
    services_.database->read([&](Read& read) {
        const orders::StoreView view(*services_.stores, read);
        const StoreCount count = view.count(report.way.source);
        progress.total = count.orders;
        report.auto_drafts = count.auto_drafts;
        for (const auto& found : view.find_unknown_types()) report.unknown_types.push_back(found.type);
    });
    BatchResult result;
    OrderId after{};
    for (;;) {
        std::vector<OrderId> ids;
        services_.database->read([&](Read& read) { ids = orders::StoreView(*services_.stores, read).list(report.way.source, after, batch); });
        if (ids.empty()) break;
        process(report.way, ids, lock, result);
        after = ids.back();
        progress.seen += ids.size();
        progress.seconds = seconds();
        if (options.progress) options.progress(progress);
        if (options.stop_requested && options.stop_requested()) {
            report.interrupted = true;
            break;
        }
    }
    while (!report.interrupted) {
        Tombstones tombstones;
        services_.database->read([&](Read& read) { tombstones = list_tombstones({*services_.stores, read}, report.way, batch); });
        if (!tombstones.out_of_date.empty()) {
            // Kept, they would make a deletion of any later loss.
            services_.database->write([&](Unit& unit) {
                lock.confirm(unit);
                forget_deleted(unit, tombstones.out_of_date);
            });
        }
        if (tombstones.deleted.empty()) break;
        erase(report.way, tombstones.deleted, lock, result);
    }
    release_settled(report.way, lock);
    report.migrated = result.written;
    report.skipped = result.unchanged;
    services_.database->read([&](Read& read) {
        report.quarantined = quarantine_.digests(read, report.way.target).size();
        report.overflow = services_.stores->overflow().count(read);
    });
    report.seconds = seconds();
    services_.controller->forget_filter_decision();
    return report;
}

SyncStatus Synchronizer::get_status() {
    SyncStatus status;
    const Direction way = get_direction();
    status.authoritative = way.source;
    status.hpos_enabled = way.source == store_hpos;
    status.compatibility_mode = data_sync_is_enabled();
    services_.database->read([&](Read& read) {
        const orders::StoreView view(*services_.stores, read);
        const Scan found = scan(read, way);
        status.pending = found.missing.size() + found.different.size() + found.deleted.size();
        status.only_in_backup = found.only_in_target;
        status.quarantined = found.quarantined;
        status.overflow = services_.stores->overflow().count(read);
        for (const std::string_view id : {store_posts, store_hpos}) {
            if (!services_.stores->knows(id)) continue;
            const StoreCount count = view.count(id);
            (id == store_posts ? status.orders_in_posts : status.orders_in_hpos) = count.orders;
            status.auto_drafts = std::max(status.auto_drafts, count.auto_drafts);
        }
        status.unknown_types = view.find_unknown_types();
    });
    return status;
}

std::vector<OverflowReport> Synchronizer::list_overflow() {
    std::vector<OverflowReport> reports;
    services_.database->read([&](Read& read) { reports = services_.stores->overflow().list(read); });
    return reports;
}

std::vector<QuarantineReport> Synchronizer::list_quarantine() {
    std::vector<QuarantineReport> reports;
    services_.database->read([&](Read& read) { reports = quarantine_.list(read); });
    return reports;
}

}  // namespace ordo::sync
