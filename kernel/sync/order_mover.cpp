/// See order_mover.hpp.
#include "kernel/sync/order_mover.hpp"

#include <algorithm>
#include <iterator>
#include <set>

#include <fmt/format.h>

#include "kernel/orders/canonical_form.hpp"
#include "kernel/orders/order_compare.hpp"
#include "kernel/orders/order_writer.hpp"
#include "kernel/sync/run_lock.hpp"

namespace ordo::sync {
namespace {

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

orders::Ledger::Mirrored mirrored_from(const CopyOfOrder& copy) { return {copy.source->id, copy.source->type, copy.seen.version, copy.digest}; }

}  // namespace

void OrderMover::confirm(const Run& run, Unit& unit) const {
    run.claim.confirm(unit);
    services_->controller->confirm_authoritative(unit, run.authoritative());
}

Batch OrderMover::read(const Direction& way, const ListIds& list_ids, std::span<const std::string> more_types) const {
    return read_batch({services_->database, services_->stores, &ledger_, &quarantine_, [this](Read& snapshot) { return in_switch_grace(snapshot); }, more_types}, way, list_ids);
}

void OrderMover::write(Run& run, const Batch& batch) const {
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

void OrderMover::commit(Run& run, const Writes& writes, std::vector<OrderId>& written) const {
    if (writes.size() == 0) return;
    std::vector<WriteResult> results;
    try {
        services_->database->write([&](Unit& unit) {
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
            services_->log->info("order {} changed in {} meanwhile; it stays pending", results[i].id, run.way.target);
            ++run.result.changed_meanwhile;
        }
    }
}

std::vector<WriteResult> OrderMover::write_in(Unit& unit, const Run& run, const Writes& writes) const {
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
    auto written = orders::write_orders(unit, *services_->stores, way.target, all ? writes.writes : std::span<const OrderWrite>(some),
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

std::map<OrderId, std::string> OrderMover::digests_in_backup(Unit& unit, const Run& run, const Writes& writes) const {
    std::vector<OrderId> ids;
    for (const OrderWrite& write : writes.writes) ids.push_back(write.id);
    std::sort(ids.begin(), ids.end());
    const Direction usual{run.way.target, run.way.source};
    std::map<OrderId, std::string> digests;
    for (const auto& order : orders::StoreView(*services_->stores, unit, run.more_types).read_mirrored(usual, usual.target, ids))
        digests.emplace(order.record.id, services_->stores->mirror_digest(usual, order.record));
    return digests;
}

void OrderMover::adopt(Run& run, const Batch& batch) const {
    const Writes all = batch.adopted.all();
    if (all.size() == 0) return;
    Run back{{run.way.target, run.way.source}, run.claim, run.isolation, {}, true, run.more_types};
    tell_before(all, back.way);
    std::vector<OrderId> written;
    commit(back, all, written);
    for (const OrderId id : written) services_->log->info("order {} was written in {} alone and is taken over by {}", id, run.way.target, run.way.source);
    run.result.adopted += back.result.written;
    run.result.changed_meanwhile += back.result.changed_meanwhile;
    run.result.overflow += back.result.overflow;
    std::move(back.result.quarantined.begin(), back.result.quarantined.end(), std::back_inserter(run.result.quarantined));
    tell_written(std::move(written), back.way);
}

void OrderMover::note_equal(const Run& run, const Batch& batch) const {
    if (batch.equal.empty() && batch.absent.empty() && batch.vanished.empty()) return;
    services_->database->write([&](Unit& unit) {
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

void OrderMover::note_conflict(Run& run, const CopyOfOrder& copy) const {
    if (!copy.overwritten) return;
    ++run.result.conflicts;
    if (copy.overwritten->kind != ConflictKind::no_common_version)
        services_->log->warning("order {} was overwritten in {}, where somebody else had changed it; what it held is kept: `ordo hpos conflicts list`", copy.overwritten->order, run.way.target);
}

void OrderMover::put_in_quarantine(Run& run, OrderId order, const OrderRecord* source, std::string_view field, const std::string& reason) const {
    services_->log->warning("order {} was not moved to {}: {}{}{}", order, run.way.target, field, field.empty() ? "" : ": ", reason);
    const std::string digest = source ? orders::canonical_digest(*source) : "";
    services_->database->write([&](Unit& unit) {
        confirm(run, unit);
        quarantine_.put(unit, run.way.target, order, field, reason, digest);
        // Known to the ledger, so that it is looked at again once nobody remembers that it failed.
        const orders::Ledger::Entry entry{order, source ? std::string_view(source->type) : std::string_view{}};
        ledger_.keep_waiting(unit, {&entry, 1});
    });
    run.result.quarantined.push_back({order, std::string(field), reason, repair_command(order), run.way.target, digest});
}

bool OrderMover::is_there_by_now(const Direction& way, const OrderWrite& write) const {
    bool there = false;
    if (write.op == WriteOp::insert)
        services_->database->read([&](Read& read) { there = !orders::StoreView(*services_->stores, read).read(way.target, {&write.id, 1}, AutoDrafts::include).empty(); });
    return there;
}

bool OrderMover::is_in_target(Unit& unit, const Direction& way, const Writes& writes, std::span<const WriteResult> results) const {
    std::vector<OrderId> ids;
    for (const OrderWrite& one : writes.writes) ids.push_back(one.id);
    std::sort(ids.begin(), ids.end());
    const auto held = orders::StoreView(*services_->stores, unit).read_mirrored(way, way.target, ids, AutoDrafts::include);
    for (std::size_t i = 0; i < writes.size(); ++i) {
        if (results[i].outcome != Outcome::written) continue;
        const auto* order = orders::find_order(held, writes.sources[i]->id);
        if (!order || !orders::compare(*writes.sources[i], *order).empty()) return false;
    }
    return true;
}

bool OrderMover::in_switch_grace(Read& read) const {
    const auto switched = state_.get(read, state::switched);
    return switched && now_s() - std::stoll(*switched) < services_->switch_grace.count();
}

void OrderMover::erase(Run& run, std::span<const OrderId> ids) const {
    std::set<OrderId> erased;  // not cleared: none are left if an earlier try was committed after all
    services_->database->write([&](Unit& unit) {
        confirm(run, unit);
        for (const OrderId id : erase_in(unit, run.way, ids)) erased.insert(id);
    }, run.isolation);
    run.result.written += erased.size();
    for (const OrderId id : ids)
        if (!erased.contains(id)) services_->log->warning("order {} was to be removed from {}, which does not have it any more", id, run.way.target);
}

std::vector<OrderId> OrderMover::erase_in(Unit& unit, const Direction& way, std::span<const OrderId> ids) const {
    // Only what is an order in the target: by now the id may be another post's. The record is forgotten all the same.
    const orders::StoreView view(*services_->stores, unit);
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
        if (order && known != copies.end() && !known->second.digest.empty() && known->second.digest != services_->stores->mirror_digest(way, mirrored.record))
            overwritten.push_back({mirrored.record.id, ConflictKind::erased, orders::canonical_form(order->record)});
    }
    conflicts_.put(unit, way.target, overwritten);
    orders::write_orders(unit, *services_->stores, way.target, writes, std::vector<const OrderRecord*>(writes.size(), nullptr));
    quarantine_.release(unit, way.target, ids);
    ledger_.bury(unit, ids);
    forget_deleted(unit, ids);
    std::vector<OrderId> erased;
    for (const OrderWrite& write : writes) erased.push_back(write.id);
    return erased;
}

void OrderMover::forget_deleted(Unit& unit, std::span<const OrderId> ids) const {
    const orders::StoreView view(*services_->stores, unit);
    for (const std::string& store : services_->stores->registry().store_ids())
        if (auto* records = find_interface<DeletionRecords>(services_->stores->get(store)); records && view.has_tables(store))
            records->forget_deleted(unit, ids);
}

std::vector<OrderId> OrderMover::bring_rest(Unit& unit, const Direction& way, const std::vector<OrderId>& ids, std::span<const OrderId> deleted, std::span<const std::string> more_types) const {
    std::vector<OrderId> brought;
    try {
        unit.savepoint([&] {
            const Batch batch = read(way, [&](const orders::StoreView&) { return ids; }, more_types);
            const SharedAuthority claim(services_->table_prefix);
            const auto bring = [&](const Run& run, const Writes& writes) {
                for (const WriteResult& one : write_in(unit, run, writes)) {
                    if (one.outcome != Outcome::written) throw Error(errc::order_refused, fmt::format("order {} could not be copied to {}", one.id, run.way.target));
                    brought.push_back(one.id);
                }
            };
            bring({way, claim, {}, {}}, batch.all());
            bring({{way.target, way.source}, claim, {}, {}, true, {more_types.begin(), more_types.end()}}, batch.adopted.all());
            if (!deleted.empty()) erase_in(unit, way, deleted);
        });
    } catch (const Error& error) {
        if (concerns_everything(error.code())) throw;
        services_->log->warning("what waits was not brought along: {}", error.what());
        brought.clear();
    }
    return brought;
}

void OrderMover::tell_before(const Writes& writes, const Direction& way) const {
    for (const OrderWrite& one : writes.writes) {
        if (way.target == store_posts) hooks_->before_to_posts(one.id);
        hooks_->before(one.id, way);
    }
}

void OrderMover::tell_written(std::vector<OrderId> ids, const Direction& way) const {
    std::sort(ids.begin(), ids.end());
    for (const OrderId id : ids) {
        if (way.target == store_posts) hooks_->after_to_posts(id);
        hooks_->after(id, way);
    }
}

}  // namespace ordo::sync
