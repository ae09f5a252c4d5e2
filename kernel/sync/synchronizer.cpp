/// See synchronizer.hpp.
#include "kernel/sync/synchronizer.hpp"

#include <algorithm>
#include <array>
#include <chrono>
#include <cmath>
#include <cstdlib>
#include <future>
#include <map>
#include <set>

#include <fmt/format.h>

#include "kernel/orders/order_compare.hpp"
#include "kernel/sync/merge.hpp"
#include "kernel/sync/run_lock.hpp"
#include "kernel/sync/worker_pass.hpp"

namespace ordo::sync {
namespace {

constexpr std::uint64_t batch_size_max = 10000;
constexpr std::size_t listed_max = 1000;

}  // namespace

Synchronizer::Synchronizer(SyncServices services, SyncHooks hooks)
    : services_(std::move(services)), hooks_(std::move(hooks)), ledger_(services_.table_prefix), quarantine_(services_.table_prefix), conflicts_(services_.table_prefix),
      record_(*services_.database, *services_.options, *services_.stores, quarantine_, *services_.log), state_(services_.table_prefix), pending_(services_), mover_(services_, hooks_) {}

Direction Synchronizer::get_direction() {
    const std::string authoritative = services_.controller->get_orders_data_store();
    return {authoritative, orders::backup_of(authoritative)};
}

bool Synchronizer::data_sync_is_enabled() { return services_.options->get(option::data_sync_enabled) == "yes"; }

BackgroundSyncMode Synchronizer::get_background_sync_mode() {
    if (services_.mirror_owner == config::MirrorOwner::woocommerce) return BackgroundSyncMode::off;
    static constexpr std::array names{option::background_sync_mode, option::data_sync_enabled};
    const auto values = services_.options->get_many(names);
    const std::string mode = values(option::background_sync_mode).value_or("");
    for (const BackgroundSyncMode known : {BackgroundSyncMode::interval, BackgroundSyncMode::continuous, BackgroundSyncMode::off})
        if (mode == to_string(known)) return known;
    return values(option::data_sync_enabled) == "yes" ? BackgroundSyncMode::interval : BackgroundSyncMode::off;
}

orders::PendingOrders Synchronizer::count_pending(Read& read, const Direction& way, std::span<const std::string> more_types) const {
    const Scan found = pending_.scan(read, way, PendingScan::Scope::everything, {.more_types = more_types});
    return {found.pending(), found.quarantined, found.vanished.size()};
}

std::vector<OrderId> Synchronizer::find_pending(OrderId after, std::size_t count) {
    services_.capture->fold();
    const Direction way = get_direction();
    std::vector<OrderId> ids;
    services_.database->read([&](Read& read) {
        ids.clear();
        std::set<OrderId> failed;
        for (const std::string& store : {way.target, way.source})
            for (const auto& [id, digest] : quarantine_.digests(read, store)) failed.insert(id);
        // Further where all that was found is left to somebody: behind it others may wait.
        bool whole = false;
        for (OrderId from = after; ids.empty() && !whole;) {
            Scan found = pending_.scan(read, way, PendingScan::Scope::mirrored, {from, std::max<std::size_t>(count, 100), count});
            ids = found.to_copy();
            // Of what was recorded beyond the last page nothing is said yet.
            whole = found.missing.size() + found.different.size() + found.unknown.size() < count;
            std::copy_if(found.deleted.begin(), found.deleted.end(), std::back_inserter(ids), [&](OrderId id) { return whole || id <= found.until; });
            // Saved and, it may be, equal again: only a copy that finds them so says that they wait no longer. For those that failed,
            // and those that are gone, somebody has to do something.
            std::set<OrderId> left = failed;
            left.insert(found.vanished.begin(), found.vanished.end());
            std::erase_if(found.unknown, [&](OrderId id) { return left.contains(id); });
            ids.insert(ids.end(), found.unknown.begin(), found.unknown.end());
            for (const OrderId id : ledger_.list_waiting(read, from, count + left.size()))
                if (!left.contains(id) && (whole || id <= found.until)) ids.push_back(id);
            from = found.until;
        }
        std::sort(ids.begin(), ids.end());
        ids.erase(std::unique(ids.begin(), ids.end()), ids.end());
    });
    if (ids.size() > count) ids.resize(count);
    return ids;
}

std::uint64_t Synchronizer::batch_size_of_actions(std::uint64_t usual) const {
    SyncOptions options;
    options.batch_size_usual = usual;
    return batch_size(options);
}

std::uint64_t Synchronizer::get_total_pending_count() {
    const Direction way = get_direction();
    std::uint64_t pending = 0;
    services_.database->read([&](Read& read) { pending = pending_.scan(read, way, PendingScan::Scope::mirrored).pending(); });
    return pending;
}

std::vector<OrderId> Synchronizer::get_ids_of_orders_pending_sync(PendingKind kind, std::size_t limit, std::span<const std::string> order_types) {
    const Direction way = get_direction();
    const bool from_posts = way.source == store_posts;
    std::vector<OrderId> ids;
    services_.database->read([&](Read& read) {
        const Scan found = pending_.scan(read, way, PendingScan::Scope::mirrored);
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
        Scan found = pending_.scan(read, way, PendingScan::Scope::mirrored);
        ids = std::move(found.missing);
        ids.insert(ids.end(), found.different.begin(), found.different.end());
        ids.insert(ids.end(), found.deleted.begin(), found.deleted.end());
    });
    if (ids.size() > count) ids.resize(count);
    return ids;
}

void Synchronizer::note_authoritative(Unit& unit, const std::string& store) const {
    const auto before = state_.get(unit, state::authoritative);
    if (before == store) return;
    state_.set(unit, state::authoritative, store);
    // Nobody is late in a shop without orders.
    if (before && ledger_.has_orders(unit)) state_.set(unit, state::switched, std::to_string(now_s()));
}

void Synchronizer::begin(const Direction& way) {
    services_.create_tables(way.target);
    services_.capture->fold();
    std::optional<std::string> known;
    services_.database->read([&](Read& read) { known = state_.get(read, state::authoritative); });
    // WooCommerce switches by itself too.
    if (known != way.source)
        services_.database->write([&](Unit& unit) {
            note_authoritative(unit, way.source);
            if (known) services_.capture->forget_known(unit);  // it asked nobody whether anything failed
        });
}

void Synchronizer::note_speed(const Run& run, double seconds) const {
    constexpr std::uint64_t orders_min = 25;  // of fewer the time is that of beginning and ending
    if (run.result.written < orders_min || seconds <= 0) return;
    services_.database->write([&](Unit& unit) { state_.set(unit, state::speed, fmt::format("{:.1f}", static_cast<double>(run.result.written) / seconds)); });
}

std::vector<OrderId> Synchronizer::bring_rest(Unit& unit, const Direction& way, std::span<const std::string> more_types) {
    const Scan found = pending_.scan(unit, way, PendingScan::Scope::everything, {.more_types = more_types});
    return mover_.bring_rest(unit, way, found.to_copy(), found.deleted, more_types);
}

void Synchronizer::tell_brought(std::span<const OrderId> order_ids, const Direction& way) const { mover_.tell_written({order_ids.begin(), order_ids.end()}, way); }

void Synchronizer::mirror(std::span<const OrderId> order_ids) {
    const Direction way = get_direction();
    {
        const std::lock_guard lock(tables_mutex_);
        if (!targets_with_tables_.contains(way.target)) {
            services_.create_tables(way.target);
            targets_with_tables_.insert(way.target);
        }
    }
    std::vector<OrderId> ids(order_ids.begin(), order_ids.end());
    std::sort(ids.begin(), ids.end());
    const SharedAuthority claim(services_.table_prefix);
    Run run{way, claim, isolation(), {}};
    mover_.write(run, mover_.read(way, [&](const orders::StoreView&) { return ids; }));
}

std::string Synchronizer::isolation() const {
    const std::string level = services_.options->get(option::sync_isolation_level).value_or("");
    for (const std::string_view known : {"", "READ UNCOMMITTED", "READ COMMITTED", "REPEATABLE READ", "SERIALIZABLE"})
        if (level == known) return level;
    throw Error(errc::option_bad_value, fmt::format("option {} is \"{}\", which is no isolation level", option::sync_isolation_level, level),
                "it is READ UNCOMMITTED, READ COMMITTED, REPEATABLE READ or SERIALIZABLE; without it batches are written as READ COMMITTED");
}

std::uint64_t Synchronizer::batch_size(const SyncOptions& options) const {
    std::uint64_t size = options.batch_size_usual;
    if (const auto option = services_.options->get(option::migration_batch_size)) {
        const auto value = canonical_number(*option);
        if (value && value->find_first_not_of("0123456789") == std::string::npos && value->size() < 10) size = std::stoull(*value);
    }
    size = options.batch_size.value_or(services_.configured_batch_size.value_or(size));
    return std::clamp<std::uint64_t>(hooks_.batch_size(size), 1, batch_size_max);
}

BatchResult Synchronizer::process_batch(std::span<const OrderId> order_ids) {
    const Direction way = get_direction();
    const std::string level = isolation();
    begin(way);
    const auto started = std::chrono::steady_clock::now();
    const RunLock lock(*services_.database, services_.table_prefix);
    Run run{way, lock, level, {}};
    std::vector<OrderId> wanted(order_ids.begin(), order_ids.end());
    std::sort(wanted.begin(), wanted.end());
    wanted.erase(std::unique(wanted.begin(), wanted.end()), wanted.end());
    const Batch batch = mover_.read(way, [&](const orders::StoreView&) { return wanted; });
    mover_.write(run, batch);
    // Deleted orders among them: the source does not have them, and a record says that this is meant.
    std::vector<OrderId> deleted;
    services_.database->read([&](Read& snapshot) { deleted = pending_.list_tombstones({*services_.stores, snapshot}, way, SIZE_MAX).deleted; });
    std::erase_if(deleted, [&](OrderId id) { return !std::binary_search(wanted.begin(), wanted.end(), id); });
    deleted.insert(deleted.end(), batch.removed.begin(), batch.removed.end());
    std::sort(deleted.begin(), deleted.end());
    deleted.erase(std::unique(deleted.begin(), deleted.end()), deleted.end());
    if (!deleted.empty()) mover_.erase(run, deleted);
    note_speed(run, std::chrono::duration<double>(std::chrono::steady_clock::now() - started).count());
    record_.note(way, {.written = run.result.written, .unchanged = run.result.unchanged, .changed_meanwhile = run.result.changed_meanwhile});
    services_.controller->forget_filter_decision();
    return run.result;
}

void Synchronizer::release_settled(const Run& run) const {
    std::map<std::string, std::vector<OrderId>> settled;
    services_.database->read([&](Read& snapshot) {
        settled.clear();
        const orders::StoreView view(*services_.stores, snapshot, run.more_types);
        for (const std::string& target : {run.way.target, run.way.source}) {  // those of the other direction too: nobody else looks at them
            std::vector<OrderId> ids;
            for (const auto& [id, digest] : quarantine_.digests(snapshot, target)) ids.push_back(id);
            for (std::span<const OrderId> rest = ids; !rest.empty(); rest = rest.subspan(std::min(rest.size(), page_orders))) {
                const auto page = rest.first(std::min(rest.size(), page_orders));
                const auto source = view.read_mirrored(run.way, run.way.source, page);
                const auto held_orders = view.read_mirrored(run.way, run.way.target, page);
                for (const OrderId id : page) {
                    const bool taken_over = target == run.way.source;  // or was to be
                    const auto* wanted = orders::find_order(taken_over ? held_orders : source, id);
                    const auto* held = orders::find_order(taken_over ? source : held_orders, id);
                    if (!wanted || (held && orders::compare(wanted->record, *held).empty())) settled[target].push_back(id);
                }
            }
        }
    });
    if (settled.empty()) return;
    services_.database->write([&](Unit& unit) {
        mover_.confirm(run, unit);
        for (const auto& [target, ids] : settled) quarantine_.release(unit, target, ids);
    });
}

void Synchronizer::tidy(Run& run, std::uint64_t batch) {
    for (;;) {
        Tombstones tombstones;
        services_.database->read([&](Read& snapshot) { tombstones = pending_.list_tombstones({*services_.stores, snapshot, run.more_types}, run.way, batch); });
        if (!tombstones.out_of_date.empty()) {
            // Kept, they would make a deletion of any later loss.
            services_.database->write([&](Unit& unit) {
                mover_.confirm(run, unit);
                mover_.forget_deleted(unit, tombstones.out_of_date);
            });
        }
        if (tombstones.deleted.empty()) break;
        mover_.erase(run, tombstones.deleted);
    }
    sort_out_extra(run, batch);
    release_settled(run);
}

void Synchronizer::sort_out_extra(Run& run, std::uint64_t batch) {
    std::vector<OrderId> extra;
    services_.database->read([&](Read& snapshot) {
        extra.clear();
        // What waits although the run has come past it and the source has it no more is sorted out as well.
        const auto list = ledger_.list_waiting(snapshot, {}, INT64_MAX);
        std::set<OrderId> waiting(list.begin(), list.end());
        merge({*services_.stores, snapshot, run.more_types}, run.way, page_orders, [&](const MergedPage& page) {
            extra.insert(extra.end(), page.only_target.begin(), page.only_target.end());
            if (!waiting.empty())
                for (const auto* there : {&page.both, &page.only_source, &page.only_target})
                    for (const OrderId id : *there) waiting.erase(id);
            return true;
        });
        extra.insert(extra.end(), waiting.begin(), waiting.end());
        std::sort(extra.begin(), extra.end());
    });
    for (std::span<const OrderId> rest = extra; !rest.empty(); rest = rest.subspan(std::min<std::size_t>(rest.size(), batch))) {
        const auto some = rest.first(std::min<std::size_t>(rest.size(), batch));
        const Batch found = mover_.read(run.way, [&](const orders::StoreView&) { return std::vector<OrderId>(some.begin(), some.end()); }, run.more_types);
        mover_.write(run, found);
        if (!found.removed.empty()) mover_.erase(run, found.removed);
    }
}

void Synchronizer::run_alone(Run& run, const SyncOptions& options, SyncProgress& progress, SyncReport& report) {
    const std::uint64_t size = batch_size(options);
    std::string begun;
    services_.database->read([&](Read& snapshot) { begun = services_.capture->begin_whole_run(snapshot); });
    const auto read_after = [this, &run, size](OrderId after) {
        return mover_.read(run.way, [&run, after, size](const orders::StoreView& view) { return view.list(run.way.source, after, size); }, run.more_types);
    };
    // One batch is read while the one before it is written: on a server both sides have work all the time.
    std::future<Batch> ahead = std::async(std::launch::async, read_after, OrderId{});
    for (;;) {
        const Batch batch = ahead.get();
        if (batch.ids.empty()) break;
        ahead = std::async(std::launch::async, read_after, batch.ids.back());
        mover_.write(run, batch);
        progress.seen += batch.ids.size();
        if (options.progress) options.progress(progress);
        if (options.stop_requested && options.stop_requested()) {
            report.interrupted = true;
            return;
        }
    }
    tidy(run, size);
    if (!begun.empty())
        services_.database->write([&](Unit& unit) {
            mover_.confirm(run, unit);
            services_.capture->set_known(unit, begun);
        });
}

void Synchronizer::run_as_worker(const Direction& way, const std::vector<std::string>& more_types, const SyncOptions& options, SyncProgress& progress, SyncReport& report) {
    const std::uint64_t size = batch_size(options);
    const std::string level = isolation();
    BatchResult result;
    {
        WorkerPass pass(*services_.database, services_.table_prefix, [&](Unit& unit, OrderId after) -> std::optional<LeasedRange> {
            const auto ids = orders::StoreView(*services_.stores, unit, more_types).list(way.source, after, size);
            return ids.empty() ? std::nullopt : std::optional{LeasedRange{after, ids.back()}};
        });
        while (const auto lease = pass.take(options.stop_requested)) {
            Run run{way, *lease, level, std::move(result), false, more_types};
            try {
                // More than once where it was another worker's with larger batches, or orders have come into it.
                for (OrderId after = lease->range().after;;) {
                    const Batch batch = mover_.read(way, [&](const orders::StoreView& view) {
                        auto ids = view.list(way.source, after, size);
                        std::erase_if(ids, [&](OrderId id) { return id > lease->range().until; });
                        return ids;
                    }, more_types);
                    if (batch.ids.empty()) break;
                    mover_.write(run, batch);
                    progress.seen += batch.ids.size();
                    after = batch.ids.back();
                    if (batch.ids.size() < size) break;
                }
                lease->finish();
            } catch (const Error& error) {
                if (error.code() != errc::sync_locked) throw;
                services_.log->warning("{}", error.what());  // it was silent too long: the range is another worker's
            }
            result = std::move(run.result);
            if (options.progress) options.progress(progress);
        }
        report.interrupted = options.stop_requested && options.stop_requested();
        report.migrated = result.written;
        report.skipped = result.unchanged;
        report.changed_meanwhile = result.changed_meanwhile;
        report.conflicts = result.conflicts;
        report.adopted = result.adopted;
        if (report.interrupted || !pass.finish()) return;
    }
    try {
        const RunLock lock(*services_.database, services_.table_prefix);
        Run run{way, lock, level, {}, false, more_types};
        tidy(run, size);
        report.migrated += run.result.written;
        report.adopted += run.result.adopted;
    } catch (const Error& error) {
        // Whoever has come in between tidies up at its own end.
        if (error.code() != errc::sync_locked) throw;
    }
}

SyncReport Synchronizer::sync(const SyncOptions& options) {
    const auto started = std::chrono::steady_clock::now();
    const auto seconds = [&] { return std::chrono::duration<double>(std::chrono::steady_clock::now() - started).count(); };
    SyncReport report;
    report.way = get_direction();
    const std::string level = isolation();
    begin(report.way);
    SyncProgress progress;
    SyncOptions timed = options;
    if (options.progress) {
        timed.progress = [&](const SyncProgress& now) {
            progress.seconds = seconds();
            options.progress(now);
        };
    }
    std::vector<std::string> more_types;
    services_.database->read([&](Read& snapshot) {
        if (options.include_unknown_types) more_types = orders::list_unknown_types(*services_.stores, snapshot);
        const StoreCount count = orders::StoreView(*services_.stores, snapshot, more_types).count(report.way.source);
        progress.total = count.orders;
        report.auto_drafts = count.auto_drafts;
    });
    if (options.role == SyncRole::worker) {
        run_as_worker(report.way, more_types, timed, progress, report);
    } else {
        const RunLock lock(*services_.database, services_.table_prefix);
        Run run{report.way, lock, level, {}, false, std::move(more_types)};
        run_alone(run, timed, progress, report);
        report.migrated = run.result.written;
        report.skipped = run.result.unchanged;
        report.changed_meanwhile = run.result.changed_meanwhile;
        report.conflicts = run.result.conflicts;
        report.adopted = run.result.adopted;
        note_speed(run, seconds());
    }
    services_.database->read([&](Read& snapshot) {
        report.quarantined = quarantine_.digests(snapshot, report.way.target).size();
        report.overflow = services_.stores->overflow().count(snapshot);
        report.unknown_types = orders::list_unknown_types(*services_.stores, snapshot);
    });
    record_.note(report.way, {report.migrated, report.skipped, report.changed_meanwhile, report.interrupted ? std::nullopt : std::optional{progress.total}});
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
    status.mirror_owner_is_woocommerce = services_.mirror_owner == config::MirrorOwner::woocommerce;
    status.woocommerce_mirrors = status.compatibility_mode && services_.options->get(option::active_plugins).value_or("").find("woocommerce/woocommerce.php") != std::string::npos;
    services_.database->read([&](Read& read) {
        const orders::StoreView view(*services_.stores, read);
        const Scan found = pending_.scan(read, way, PendingScan::Scope::mirrored);
        status.pending = found.pending();
        status.pending_missing = found.missing.size();
        status.pending_different = found.different.size();
        status.pending_deletions = found.deleted.size();
        auto types = view.count_types(way.source, found.to_copy());
        for (const auto& [type, orders] : view.count_types(way.target, found.deleted)) types[type] += orders;
        status.pending_types.clear();
        for (const auto& [type, orders] : types) status.pending_types.push_back({type, orders});
        status.only_in_backup = found.unknown.size() + found.vanished.size();
        status.vanished = found.vanished.size();
        status.vanished_orders.assign(found.vanished.begin(), found.vanished.begin() + static_cast<std::ptrdiff_t>(std::min(found.vanished.size(), listed_max)));
        const auto speed = state_.get(read, state::speed);
        status.eta_s.reset();
        if (const double orders_s = speed ? std::strtod(speed->c_str(), nullptr) : 0; orders_s > 0) status.eta_s = static_cast<std::uint64_t>(std::ceil(static_cast<double>(found.pending()) / orders_s));
        status.quarantined = found.quarantined;
        status.overflow = services_.stores->overflow().count(read);
        status.conflicts = conflicts_.count(read);
        const auto last = record_.status(read);
        status.last_run = last ? last->last_batch_time : 0;
        const orders::Ledger::Waiting waiting = ledger_.waiting(read, status.compatibility_mode ? orders::Ledger::Cleaned::include : orders::Ledger::Cleaned::leave_out);
        status.saved_since = waiting.orders;
        status.lag_s = waiting.since ? static_cast<std::uint64_t>(std::max<std::int64_t>(0, now_s() - *waiting.since)) : 0;
        for (const std::string_view id : {store_posts, store_hpos}) {
            if (!services_.stores->knows(id)) continue;
            const StoreCount count = view.count(id);
            (id == store_posts ? status.orders_in_posts : status.orders_in_hpos) = count.orders;
            status.auto_drafts = std::max(status.auto_drafts, count.auto_drafts);
        }
        status.subject_to_cleanup = status.hpos_enabled && !status.compatibility_mode ? status.orders_in_posts : 0;
        status.unknown_types = view.find_unknown_types();
    });
    return status;
}

std::vector<OverflowReport> Synchronizer::list_overflow(std::size_t count_max) {
    std::vector<OverflowReport> reports;
    services_.database->read([&](Read& read) { reports = services_.stores->overflow().list(read, count_max); });
    return reports;
}

std::vector<QuarantineReport> Synchronizer::list_quarantine() {
    std::vector<QuarantineReport> reports;
    services_.database->read([&](Read& read) { reports = quarantine_.list(read); });
    return reports;
}

std::uint64_t Synchronizer::drop_quarantined(std::span<const OrderId> order_ids) {
    services_.create_tables(get_direction().target);
    const RunLock lock(*services_.database, services_.table_prefix);
    std::set<OrderId> dropped;  // not cleared: a second time none are left if the first one was committed after all
    services_.database->write([&](Unit& unit) {
        lock.confirm(unit);
        for (const std::string& target : services_.stores->registry().store_ids()) {
            std::vector<OrderId> ids;
            for (const auto& [id, digest] : quarantine_.digests(unit, target))
                if (order_ids.empty() || std::find(order_ids.begin(), order_ids.end(), id) != order_ids.end()) ids.push_back(id);
            quarantine_.release(unit, target, ids);
            dropped.insert(ids.begin(), ids.end());
        }
    });
    return dropped.size();
}

}  // namespace ordo::sync
