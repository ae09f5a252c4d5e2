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

#include "kernel/orders/canonical_form.hpp"
#include "kernel/orders/order_compare.hpp"
#include "kernel/orders/order_writer.hpp"
#include "kernel/sync/merge.hpp"
#include "kernel/sync/worker_pass.hpp"

namespace ordo::sync {
namespace {

constexpr std::uint64_t batch_size_max = 10000;
constexpr std::size_t page_orders = 500;
constexpr std::size_t listed_max = 1000;

/// Failures that say nothing of a single order: they end the run instead of filling the quarantine.
bool concerns_everything(ErrorCode code) {
    return code == errc::database_full || code == errc::database_busy || code == errc::database_unavailable || code == errc::database_connection_lost || code == errc::io ||
           code == errc::sync_locked || code == errc::sync_direction;
}

std::vector<orders::Ledger::Entry> entries_of(std::span<const CopyOfOrder> copies) {
    std::vector<orders::Ledger::Entry> entries;
    for (const CopyOfOrder& copy : copies) entries.push_back({copy.source->id, copy.source->type});
    std::sort(entries.begin(), entries.end(), [](const auto& a, const auto& b) { return a.id < b.id; });
    return entries;
}

/// Neither saved nor copied since it was read.
bool is_current(const CopyOfOrder& copy, const std::map<OrderId, orders::Ledger::Copy>& held) {
    const auto now = held.find(copy.source->id);
    return now != held.end() && now->second == copy.seen;
}

/// The right of one who saves: no switch comes between. Others may write the same orders; each finds out by what it expects there.
class SharedAuthority final : public Claim {
public:
    explicit SharedAuthority(const std::string& table_prefix) : prefix_(table_prefix) {}
    void confirm(Unit& unit) const override { RunLock::share_authority(unit, prefix_); }
    void keep_alive() const override {}

private:
    const std::string& prefix_;
};

orders::Ledger::Mirrored mirrored_from(const CopyOfOrder& copy) { return {copy.source->id, copy.source->type, copy.seen.version, copy.digest}; }

}  // namespace

/// What waits, by kind.
struct Synchronizer::Scan {
    std::vector<OrderId> missing, different, deleted;
    std::vector<OrderId> unknown, vanished;      ///< only in the target: to be taken over; they were in the source once, and nobody knows why not now
    std::uint64_t quarantined = 0;
    OrderId until{};                             ///< as far as both stores were looked at
    std::uint64_t pending() const noexcept { return missing.size() + different.size() + deleted.size(); }
};

Synchronizer::Synchronizer(SyncServices services, SyncHooks hooks)
    : services_(std::move(services)), hooks_(std::move(hooks)), ledger_(services_.table_prefix), quarantine_(services_.table_prefix), conflicts_(services_.table_prefix),
      record_(*services_.database, *services_.options, *services_.stores, quarantine_, *services_.log), state_(services_.table_prefix) {}

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

Synchronizer::Scan Synchronizer::scan(Read& read, const Direction& way, Scope scope, const ScanRange& range) const {
    Scan found;
    const orders::StoreView view(*services_.stores, read, range.more_types);
    const auto quarantined = quarantine_.digests(read, way.target);
    found.deleted = list_tombstones(view, way, SIZE_MAX).deleted;
    std::erase_if(found.deleted, [&](OrderId id) { return id <= range.after; });
    // A switch asks for everything: what is left out of a short mirror would be missing in the new authoritative store.
    const auto orders_of = [&](const std::string& store, const std::vector<OrderId>& ids) {
        return scope == Scope::mirrored ? view.read_mirrored(way, store, ids) : view.read(store, ids);
    };
    // What was cleaned up is not missed while nothing is mirrored.
    const bool leave_cleaned = scope == Scope::mirrored && services_.options->get(read, option::data_sync_enabled) != "yes";
    const auto in_quarantine = [&](const OrderRecord& record) {
        const auto at = quarantined.find(record.id);
        return at != quarantined.end() && at->second == orders::canonical_digest(record);
    };
    std::vector<OrderId> buried;  // whose removal only the ledger recorded
    const auto look = [&](const MergedPage& page) {
        if (!page.only_target.empty()) {
            const auto copies = ledger_.copies(read, page.only_target);
            for (const OrderId id : page.only_target) {
                if (std::binary_search(found.deleted.begin(), found.deleted.end(), id)) continue;
                const auto copy = copies.find(id);
                if (copy != copies.end() && copy->second.removed) buried.push_back(id);
                else (copy == copies.end() || copy->second.digest.empty() ? found.unknown : found.vanished).push_back(id);
            }
        }
        const auto source = orders_of(way.source, page.both);
        const auto target = orders_of(way.target, page.both);
        for (const auto& order : source) {
            const auto* held = orders::find_order(target, order.record.id);
            if (held && orders::compare(order.record, *held).empty()) continue;
            if (in_quarantine(order.record)) ++found.quarantined;
            else found.different.push_back(order.record.id);
        }
        std::vector<OrderId> only_source = page.only_source;
        if (leave_cleaned) {
            const auto copies = ledger_.copies(read, only_source);
            std::erase_if(only_source, [&](OrderId id) {
                const auto copy = copies.find(id);
                return copy != copies.end() && copy->second.cleaned;
            });
        }
        std::vector<OrderId> maybe;  // only orders in quarantine need be read to know whether they are missing
        for (const OrderId id : only_source) (quarantined.contains(id) ? maybe : found.missing).push_back(id);
        for (const auto& order : orders_of(way.source, maybe)) {
            if (in_quarantine(order.record)) ++found.quarantined;
            else found.missing.push_back(order.record.id);
        }
        found.until = page.until;
        return found.missing.size() + found.different.size() + found.unknown.size() < range.enough;
    };
    // What is not mirrored is compared by a switch, and known to nobody else.
    const bool same_rule = range.more_types.empty() && (scope == Scope::mirrored || services_.stores->posts_mirror() == config::PostsMirror::full);
    if (same_rule && services_.capture->knows_all(read)) look_at_waiting(read, way, range, quarantined, look);
    else merge(view, way, range.page_orders, look, {range.after});
    std::sort(found.missing.begin(), found.missing.end());
    found.deleted.insert(found.deleted.end(), buried.begin(), buried.end());
    std::sort(found.deleted.begin(), found.deleted.end());
    return found;
}

void Synchronizer::look_at_waiting(Read& read, const Direction& way, const ScanRange& range, const std::map<OrderId, std::string>& quarantined,
                                   const std::function<bool(const MergedPage&)>& look) const {
    const orders::StoreView view(*services_.stores, read);
    std::vector<OrderId> failed;
    for (const auto& [id, digest] : quarantined) failed.push_back(id);
    for (OrderId after = range.after;;) {
        // A page of each list; where one is full it may go on, so that beyond its last id nothing is known of it yet.
        const auto next_failed = std::upper_bound(failed.begin(), failed.end(), after);
        const auto some_failed = static_cast<std::ptrdiff_t>(std::min<std::size_t>(range.page_orders, static_cast<std::size_t>(failed.end() - next_failed)));
        const std::array<std::vector<OrderId>, 3> lists{ledger_.list_waiting(read, after, range.page_orders), services_.capture->list_noted(read, after, range.page_orders),
                                                        std::vector<OrderId>(next_failed, next_failed + some_failed)};
        std::set<OrderId> ids;
        OrderId until{UINT64_MAX};
        for (const auto& list : lists) {
            ids.insert(list.begin(), list.end());
            if (list.size() == range.page_orders) until = std::min(until, list.back());
        }
        ids.erase(ids.upper_bound(until), ids.end());
        if (ids.empty()) return;
        if (!look(page_of(view, way, std::vector<OrderId>(ids.begin(), ids.end())))) return;
        after = *ids.rbegin();
    }
}

Synchronizer::Scan Synchronizer::scan(Read& read, const Direction& way, Scope scope) const { return scan(read, way, scope, {}); }

orders::PendingOrders Synchronizer::count_pending(Read& read, const Direction& way, std::span<const std::string> more_types) const {
    const Scan found = scan(read, way, Scope::everything, {.more_types = more_types});
    return {found.pending(), found.quarantined, found.vanished.size()};
}

std::vector<OrderId> Synchronizer::find_pending(OrderId after, std::size_t count) {
    services_.capture->fold();
    const Direction way = get_direction();
    std::vector<OrderId> ids;
    services_.database->read([&](Read& read) {
        Scan found = scan(read, way, Scope::mirrored, {after, std::max<std::size_t>(count, 100), count});
        ids = found.missing;
        ids.insert(ids.end(), found.different.begin(), found.different.end());
        // Of what was recorded beyond the last page nothing is said yet.
        const bool whole = found.missing.size() + found.different.size() + found.unknown.size() < count;
        std::copy_if(found.deleted.begin(), found.deleted.end(), std::back_inserter(ids), [&](OrderId id) { return whole || id <= found.until; });
        // Saved and, it may be, equal again: only a copy that finds them so says that they wait no longer. For those that failed,
        // and those that are gone, somebody has to do something.
        std::set<OrderId> left(found.vanished.begin(), found.vanished.end());
        for (const std::string& store : {way.target, way.source})
            for (const auto& [id, digest] : quarantine_.digests(read, store)) left.insert(id);
        std::erase_if(found.unknown, [&](OrderId id) { return left.contains(id); });
        ids.insert(ids.end(), found.unknown.begin(), found.unknown.end());
        for (const OrderId id : ledger_.list_waiting(read, after, count + left.size()))
            if (!left.contains(id) && (whole || id <= found.until)) ids.push_back(id);
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
    services_.database->read([&](Read& read) { pending = scan(read, way, Scope::mirrored).pending(); });
    return pending;
}

std::vector<OrderId> Synchronizer::get_ids_of_orders_pending_sync(PendingKind kind, std::size_t limit, std::span<const std::string> order_types) {
    const Direction way = get_direction();
    const bool from_posts = way.source == store_posts;
    std::vector<OrderId> ids;
    services_.database->read([&](Read& read) {
        const Scan found = scan(read, way, Scope::mirrored);
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
        Scan found = scan(read, way, Scope::mirrored);
        ids = std::move(found.missing);
        ids.insert(ids.end(), found.different.begin(), found.different.end());
        ids.insert(ids.end(), found.deleted.begin(), found.deleted.end());
    });
    if (ids.size() > count) ids.resize(count);
    return ids;
}

void Synchronizer::confirm(const Run& run, Unit& unit) const {
    run.claim.confirm(unit);
    services_.controller->confirm_authoritative(unit, run.authoritative());
}

void Synchronizer::put_in_quarantine(Run& run, OrderId order, const OrderRecord* source, std::string_view field, const std::string& reason) const {
    services_.log->warning("order {} was not moved to {}: {}{}{}", order, run.way.target, field, field.empty() ? "" : ": ", reason);
    const std::string digest = source ? orders::canonical_digest(*source) : "";
    services_.database->write([&](Unit& unit) {
        confirm(run, unit);
        quarantine_.put(unit, run.way.target, order, field, reason, digest);
        // Known to the ledger, so that it is looked at again once nobody remembers that it failed.
        const orders::Ledger::Entry entry{order, source ? std::string_view(source->type) : std::string_view{}};
        ledger_.keep_waiting(unit, {&entry, 1});
    });
    run.result.quarantined.push_back({order, std::string(field), reason, repair_command(order), run.way.target, digest});
}

bool Synchronizer::is_in_target(Unit& unit, const Direction& way, const Writes& writes, std::span<const WriteResult> results) const {
    std::vector<OrderId> ids;
    for (const OrderWrite& one : writes.writes) ids.push_back(one.id);
    std::sort(ids.begin(), ids.end());
    const auto held = orders::StoreView(*services_.stores, unit).read_mirrored(way, way.target, ids, AutoDrafts::include);
    for (std::size_t i = 0; i < writes.size(); ++i) {
        if (results[i].outcome != Outcome::written) continue;
        const auto* order = orders::find_order(held, writes.sources[i]->id);
        if (!order || !orders::compare(*writes.sources[i], *order).empty()) return false;
    }
    return true;
}

void Synchronizer::commit(Run& run, const Writes& writes, std::vector<OrderId>& written) const {
    if (writes.size() == 0) return;
    std::vector<WriteResult> results;
    try {
        services_.database->write([&](Unit& unit) {
            confirm(run, unit);
            // A second time: the connection was lost. If that was in the commit itself, all of it may be there.
            if (!results.empty() && is_in_target(unit, run.way, writes, results)) return;
            results = write_in(unit, run, writes);
        }, run.isolation);
    } catch (const Error& error) {
        if (concerns_everything(error.code())) throw;
        if (writes.size() == 1 && is_there_by_now(run.way, writes.writes[0])) {
            ++run.result.changed_meanwhile;
            return;
        }
        if (writes.size() == 1) return put_in_quarantine(run, writes.writes[0].id, writes.sources[0], "", error.what());
        const std::size_t half = writes.size() / 2;
        commit(run, writes.part(0, half), written);
        commit(run, writes.part(half, writes.size() - half), written);
        return;
    }
    for (std::size_t i = 0; i < results.size(); ++i) {
        const std::vector<Fault>& faults = results[i].faults;
        if (results[i].outcome == Outcome::written) {
            ++run.result.written;
            run.result.overflow += faults.size();
            written.push_back(results[i].id);
            note_conflict(run, writes.copies[i]);
        } else if (results[i].outcome == Outcome::refused && !is_there_by_now(run.way, writes.writes[i])) {
            const Fault* fault = faults.empty() ? nullptr : &faults.front();
            const std::string field = !fault ? "" : fault->field ? std::string(field_spec(*fault->field).name) : fault->meta_key;
            put_in_quarantine(run, results[i].id, writes.sources[i], field, std::string(to_string(fault ? fault->rule : Rule::store_refused)));
        } else {
            // Somebody wrote to the target in between: the order waits for the next run.
            services_.log->info("order {} changed in {} meanwhile; it stays pending", results[i].id, run.way.target);
            ++run.result.changed_meanwhile;
        }
    }
}

std::vector<WriteResult> Synchronizer::write_in(Unit& unit, const Run& run, const Writes& writes) const {
    const Direction& way = run.way;
    const auto held = ledger_.hold_copies(unit, entries_of(writes.copies));
    std::vector<WriteResult> results(writes.size());
    std::vector<std::size_t> current;
    const auto still_there = run.adopting ? digests_in_backup(unit, run, writes) : std::map<OrderId, std::string>{};
    for (std::size_t i = 0; i < writes.size(); ++i) {
        results[i] = {writes.writes[i].id, Outcome::conflict, {}};
        // Who writes the backup knows nothing of the ledger: what is taken over is looked at once more.
        const auto now = still_there.find(writes.writes[i].id);
        const bool same = !run.adopting || (now != still_there.end() && now->second == writes.copies[i].digest);
        if (same && is_current(writes.copies[i], held)) current.push_back(i);
    }
    std::vector<OrderWrite> some;
    std::vector<const OrderRecord*> sources;
    if (current.size() < writes.size())
        for (const std::size_t i : current) some.push_back(writes.writes[i]), sources.push_back(writes.sources[i]);
    const bool all = current.size() == writes.size();
    auto written = orders::write_orders(unit, *services_.stores, way.target, all ? writes.writes : std::span<const OrderWrite>(some),
                                        all ? writes.sources : std::span<const OrderRecord* const>(sources));
    std::vector<OrderId> moved;
    std::vector<Overwritten> overwritten;
    std::vector<orders::Ledger::Mirrored> mirrored;
    for (std::size_t i = 0; i < written.size(); ++i) {
        WriteResult& result = results[current[i]] = std::move(written[i]);
        if (result.outcome != Outcome::written) continue;
        const CopyOfOrder& copy = writes.copies[current[i]];
        moved.push_back(result.id);
        mirrored.push_back(mirrored_from(copy));
        if (copy.overwritten) overwritten.push_back(*copy.overwritten);
    }
    quarantine_.release(unit, way.target, moved);
    conflicts_.put(unit, way.target, overwritten);
    if (run.adopting) {
        // A change of the authoritative store like a save: the orders have another version from now on, and its copy is there already.
        std::sort(mirrored.begin(), mirrored.end(), [](const auto& a, const auto& b) { return a.id < b.id; });
        std::vector<orders::Ledger::Entry> entries;
        for (const auto& copy : mirrored) entries.push_back({copy.id, copy.type});
        const auto versions = ledger_.advance(unit, entries);
        for (std::size_t i = 0; i < mirrored.size(); ++i) mirrored[i].version = versions[i];
    }
    ledger_.set_mirrored(unit, mirrored);
    return results;
}

std::map<OrderId, std::string> Synchronizer::digests_in_backup(Unit& unit, const Run& run, const Writes& writes) const {
    std::vector<OrderId> ids;
    for (const OrderWrite& write : writes.writes) ids.push_back(write.id);
    std::sort(ids.begin(), ids.end());
    const Direction usual{run.way.target, run.way.source};
    std::map<OrderId, std::string> digests;
    for (const auto& order : orders::StoreView(*services_.stores, unit, run.more_types).read_mirrored(usual, usual.target, ids))
        digests.emplace(order.record.id, services_.stores->mirror_digest(usual, order.record));
    return digests;
}

void Synchronizer::note_equal(const Run& run, const Batch& batch) const {
    if (batch.equal.empty() && batch.absent.empty() && batch.vanished.empty()) return;
    services_.database->write([&](Unit& unit) {
        confirm(run, unit);
        std::vector<orders::Ledger::Entry> vanished;
        for (const OrderId id : batch.vanished) vanished.push_back({id, {}});  // their rows are there
        ledger_.keep_waiting(unit, vanished);
        auto entries = entries_of(batch.equal);
        for (const auto& [id, seen] : batch.absent) entries.push_back({id, {}});  // their rows are there
        std::sort(entries.begin(), entries.end(), [](const auto& a, const auto& b) { return a.id < b.id; });
        const auto held = ledger_.hold_copies(unit, entries);
        std::vector<orders::Ledger::Mirrored> mirrored;
        for (const CopyOfOrder& copy : batch.equal)
            if (is_current(copy, held)) mirrored.push_back(mirrored_from(copy));
        ledger_.set_mirrored(unit, mirrored);
        std::vector<OrderId> absent;
        for (const auto& [id, seen] : batch.absent)
            if (const auto now = held.find(id); now != held.end() && now->second == seen) absent.push_back(id);
        ledger_.stop_waiting(unit, absent);
    }, run.isolation);
}

void Synchronizer::note_conflict(Run& run, const CopyOfOrder& copy) const {
    if (!copy.overwritten) return;
    ++run.result.conflicts;
    if (copy.overwritten->kind != ConflictKind::no_common_version)
        services_.log->warning("order {} was overwritten in {}, where somebody else had changed it; what it held is kept: `ordo hpos conflicts list`", copy.overwritten->order, run.way.target);
}

bool Synchronizer::is_there_by_now(const Direction& way, const OrderWrite& write) const {
    bool there = false;
    if (write.op == WriteOp::insert)
        services_.database->read([&](Read& read) { there = !orders::StoreView(*services_.stores, read).read(way.target, {&write.id, 1}, AutoDrafts::include).empty(); });
    return there;
}

Batch Synchronizer::read(const Direction& way, const ListIds& list_ids, std::span<const std::string> more_types) const {
    return read_batch({services_.database, services_.stores, &ledger_, &quarantine_, [this](Read& snapshot) { return in_switch_grace(snapshot); }, more_types}, way, list_ids);
}

bool Synchronizer::in_switch_grace(Read& read) const {
    const auto switched = state_.get(read, state::switched);
    return switched && now_s() - std::stoll(*switched) < services_.switch_grace.count();
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

void Synchronizer::write(Run& run, const Batch& batch) const {
    run.claim.keep_alive();
    run.result.unchanged += batch.unchanged;
    std::vector<OrderId> written;
    const Writes all = batch.all();
    tell_before(all, run.way);
    commit(run, all.part(0, batch.healthy), written);
    for (std::size_t i = batch.healthy; i < all.size(); ++i) commit(run, all.part(i, 1), written);
    note_equal(run, batch);
    tell_written(std::move(written), run.way);
    adopt(run, batch);
}

void Synchronizer::adopt(Run& run, const Batch& batch) const {
    const Writes all = batch.adopted.all();
    if (all.size() == 0) return;
    Run back{{run.way.target, run.way.source}, run.claim, run.isolation, {}, true, run.more_types};
    tell_before(all, back.way);
    std::vector<OrderId> written;
    commit(back, all, written);
    for (const OrderId id : written) services_.log->info("order {} was written in {} alone and is taken over by {}", id, run.way.target, run.way.source);
    run.result.adopted += back.result.written;
    run.result.changed_meanwhile += back.result.changed_meanwhile;
    run.result.overflow += back.result.overflow;
    std::move(back.result.quarantined.begin(), back.result.quarantined.end(), std::back_inserter(run.result.quarantined));
    tell_written(std::move(written), back.way);
}

void Synchronizer::tell_before(const Writes& writes, const Direction& way) const {
    for (const OrderWrite& one : writes.writes) {
        if (way.target == store_posts) hooks_.before_to_posts(one.id);
        hooks_.before(one.id, way);
    }
}

void Synchronizer::tell_written(std::vector<OrderId> ids, const Direction& way) const {
    std::sort(ids.begin(), ids.end());
    for (const OrderId id : ids) {
        if (way.target == store_posts) hooks_.after_to_posts(id);
        hooks_.after(id, way);
    }
}

void Synchronizer::forget_deleted(Unit& unit, std::span<const OrderId> ids) const {
    const orders::StoreView view(*services_.stores, unit);
    for (const std::string& store : services_.stores->registry().store_ids())
        if (auto* records = find_interface<DeletionRecords>(services_.stores->get(store)); records && view.has_tables(store))
            records->forget_deleted(unit, ids);
}

void Synchronizer::erase(Run& run, std::span<const OrderId> ids) const {
    std::set<OrderId> erased;  // not cleared: none are left if an earlier try was committed after all
    services_.database->write([&](Unit& unit) {
        confirm(run, unit);
        for (const OrderId id : erase_in(unit, run.way, ids)) erased.insert(id);
    }, run.isolation);
    run.result.written += erased.size();
    for (const OrderId id : ids)
        if (!erased.contains(id)) services_.log->warning("order {} was to be removed from {}, which does not have it any more", id, run.way.target);
}

std::vector<OrderId> Synchronizer::erase_in(Unit& unit, const Direction& way, std::span<const OrderId> ids) const {
    // Only what is an order in the target: by now the id may be another post's. The record is forgotten all the same.
    const orders::StoreView view(*services_.stores, unit);
    const auto held = view.read(way.target, ids);
    std::vector<OrderWrite> writes;
    std::vector<orders::Ledger::Entry> entries;
    for (const auto& order : held) {
        writes.push_back({WriteOp::erase, order.record.id, order.record.type, {}, {}});
        entries.push_back({order.record.id, order.record.type});
    }
    const auto copies = ledger_.hold_copies(unit, entries);
    std::vector<Overwritten> overwritten;
    for (const auto& mirrored : view.read_mirrored(way, way.target, ids)) {
        const auto known = copies.find(mirrored.record.id);
        const auto* order = orders::find_order(held, mirrored.record.id);
        if (order && known != copies.end() && !known->second.digest.empty() && known->second.digest != services_.stores->mirror_digest(way, mirrored.record))
            overwritten.push_back({mirrored.record.id, ConflictKind::erased, orders::canonical_form(order->record)});
    }
    conflicts_.put(unit, way.target, overwritten);
    orders::write_orders(unit, *services_.stores, way.target, writes, std::vector<const OrderRecord*>(writes.size(), nullptr));
    quarantine_.release(unit, way.target, ids);
    ledger_.bury(unit, ids);
    forget_deleted(unit, ids);
    std::vector<OrderId> erased;
    for (const OrderWrite& write : writes) erased.push_back(write.id);
    return erased;
}

std::vector<OrderId> Synchronizer::bring_rest(Unit& unit, const Direction& way, std::span<const std::string> more_types) {
    const Scan found = scan(unit, way, Scope::everything, {.more_types = more_types});
    std::vector<OrderId> ids = found.missing, brought;
    ids.insert(ids.end(), found.different.begin(), found.different.end());
    std::sort(ids.begin(), ids.end());
    try {
        unit.savepoint([&] {
            const Batch batch = read(way, [&](const orders::StoreView&) { return ids; }, more_types);
            const SharedAuthority claim(services_.table_prefix);
            const auto bring = [&](const Run& run, const Writes& writes) {
                for (const WriteResult& one : write_in(unit, run, writes)) {
                    if (one.outcome != Outcome::written) throw Error(errc::order_refused, fmt::format("order {} could not be copied to {}", one.id, run.way.target));
                    brought.push_back(one.id);
                }
            };
            bring({way, claim, {}, {}}, batch.all());
            bring({{way.target, way.source}, claim, {}, {}, true, {more_types.begin(), more_types.end()}}, batch.adopted.all());
            if (!found.deleted.empty()) erase_in(unit, way, found.deleted);
        });
    } catch (const Error& error) {
        if (concerns_everything(error.code())) throw;
        services_.log->warning("what waits was not brought along: {}", error.what());
        brought.clear();
    }
    return brought;
}

void Synchronizer::tell_brought(std::span<const OrderId> order_ids, const Direction& way) const { tell_written({order_ids.begin(), order_ids.end()}, way); }

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
    write(run, read(way, [&](const orders::StoreView&) { return ids; }));
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
    const Batch batch = read(way, [&](const orders::StoreView&) { return wanted; });
    write(run, batch);
    // Deleted orders among them: the source does not have them, and a record says that this is meant.
    std::vector<OrderId> deleted;
    services_.database->read([&](Read& snapshot) { deleted = list_tombstones({*services_.stores, snapshot}, way, SIZE_MAX).deleted; });
    std::erase_if(deleted, [&](OrderId id) { return !std::binary_search(wanted.begin(), wanted.end(), id); });
    deleted.insert(deleted.end(), batch.removed.begin(), batch.removed.end());
    std::sort(deleted.begin(), deleted.end());
    deleted.erase(std::unique(deleted.begin(), deleted.end()), deleted.end());
    if (!deleted.empty()) erase(run, deleted);
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
        confirm(run, unit);
        for (const auto& [target, ids] : settled) quarantine_.release(unit, target, ids);
    });
}

void Synchronizer::tidy(Run& run, std::uint64_t batch) {
    for (;;) {
        Tombstones tombstones;
        services_.database->read([&](Read& snapshot) { tombstones = list_tombstones({*services_.stores, snapshot, run.more_types}, run.way, batch); });
        if (!tombstones.out_of_date.empty()) {
            // Kept, they would make a deletion of any later loss.
            services_.database->write([&](Unit& unit) {
                confirm(run, unit);
                forget_deleted(unit, tombstones.out_of_date);
            });
        }
        if (tombstones.deleted.empty()) break;
        erase(run, tombstones.deleted);
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
        const Batch found = read(run.way, [&](const orders::StoreView&) { return std::vector<OrderId>(some.begin(), some.end()); }, run.more_types);
        write(run, found);
        if (!found.removed.empty()) erase(run, found.removed);
    }
}

void Synchronizer::run_alone(Run& run, const SyncOptions& options, SyncProgress& progress, SyncReport& report) {
    const std::uint64_t size = batch_size(options);
    std::string begun;
    services_.database->read([&](Read& snapshot) { begun = services_.capture->begin_whole_run(snapshot); });
    const auto read_after = [this, &run, size](OrderId after) {
        return read(run.way, [&run, after, size](const orders::StoreView& view) { return view.list(run.way.source, after, size); }, run.more_types);
    };
    // One batch is read while the one before it is written: on a server both sides have work all the time.
    std::future<Batch> ahead = std::async(std::launch::async, read_after, OrderId{});
    for (;;) {
        const Batch batch = ahead.get();
        if (batch.ids.empty()) break;
        ahead = std::async(std::launch::async, read_after, batch.ids.back());
        write(run, batch);
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
            confirm(run, unit);
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
                    const Batch batch = read(way, [&](const orders::StoreView& view) {
                        auto ids = view.list(way.source, after, size);
                        std::erase_if(ids, [&](OrderId id) { return id > lease->range().until; });
                        return ids;
                    }, more_types);
                    if (batch.ids.empty()) break;
                    write(run, batch);
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
        const Scan found = scan(read, way, Scope::mirrored);
        status.pending = found.pending();
        status.pending_missing = found.missing.size();
        status.pending_different = found.different.size();
        status.pending_deletions = found.deleted.size();
        std::vector<OrderId> waiting_orders = found.missing;
        waiting_orders.insert(waiting_orders.end(), found.different.begin(), found.different.end());
        std::sort(waiting_orders.begin(), waiting_orders.end());
        auto types = view.count_types(way.source, waiting_orders);
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
        const orders::Ledger::Waiting waiting = ledger_.waiting(read);
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
