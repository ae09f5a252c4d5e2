/// See post_cleaner.hpp.
#include "kernel/sync/post_cleaner.hpp"

#include <algorithm>

#include <fmt/format.h>

#include "kernel/orders/order_compare.hpp"
#include "kernel/orders/stored_rows.hpp"

namespace ordo::sync {
namespace {

constexpr std::size_t page_orders = 500, listed_max = 1000;
const Direction to_posts{std::string(store_hpos), std::string(store_posts)};

/// Ranges in order, those that touch or overlap as one. None: everything.
std::vector<OrderRange> normalised(std::span<const OrderRange> ranges) {
    if (ranges.empty()) return {OrderRange{}};
    std::vector<OrderRange> sorted, joined;
    for (const OrderRange& range : ranges)
        if (range.first.value <= range.last.value) sorted.push_back(range);
    std::sort(sorted.begin(), sorted.end(), [](const OrderRange& a, const OrderRange& b) { return a.first < b.first; });
    for (const OrderRange& range : sorted) {
        if (!joined.empty() && range.first.value <= joined.back().last.value) joined.back().last = std::max(joined.back().last, range.last);
        else joined.push_back(range);
    }
    return joined;
}

}  // namespace

struct PostCleaner::Archived {
    OrderId order;
    std::vector<StoredRow> rows;
};

PostCleaner::PostCleaner(CleanupServices services) : services_(std::move(services)), ledger_(services_.table_prefix) {}

BackupRows& PostCleaner::rows() const {
    if (auto* rows = find_interface<BackupRows>(services_.stores->get(store_posts))) return *rows;
    throw Error(errc::usage, "the store posts cannot be cleaned up", "load the plugin posts that came with this version");
}

std::vector<OrderId> PostCleaner::find(std::span<const OrderRange> ranges, OrderId after, std::size_t limit) const {
    std::vector<OrderId> found;
    services_.database->read([&](Read& read) {
        found.clear();
        const orders::StoreView view(*services_.stores, read);
        for (const OrderRange& range : normalised(ranges)) {
            if (range.last <= after) continue;
            OrderId from = std::max(after, OrderId{range.first.value == 0 ? 0 : range.first.value - 1});
            while (found.size() < limit) {
                const auto page = view.list(std::string(store_posts), from, std::min(limit - found.size(), page_orders));
                const auto end = std::upper_bound(page.begin(), page.end(), range.last);
                found.insert(found.end(), page.begin(), end);
                if (page.empty() || end != page.end()) break;
                from = page.back();
            }
        }
    });
    return found;
}

std::uint64_t PostCleaner::count(std::span<const OrderRange> ranges) const {
    std::uint64_t counted = 0;
    if (ranges.empty()) {
        services_.database->read([&](Read& read) { counted = orders::StoreView(*services_.stores, read).count(store_posts).orders; });
        return counted;
    }
    for (OrderId after{};;) {
        const auto page = find(ranges, after, page_orders);
        if (page.empty()) return counted;
        counted += page.size();
        after = page.back();
    }
}

std::vector<std::string> PostCleaner::get_obstacles() const {
    std::vector<std::string> obstacles;
    if (services_.controller->get_orders_data_store() != store_hpos) obstacles.emplace_back("posts are authoritative: they are the shop's orders");
    if (services_.options->get(option::data_sync_enabled) == "yes")
        obstacles.emplace_back("compatibility mode is on, and would fill posts again: `ordo hpos compatibility-mode disable` ends it");
    return obstacles;
}

void PostCleaner::require_orders(std::span<const OrderRange> ranges) const {
    for (const OrderRange& range : ranges)
        if (range.is_one() && find({&range, 1}, {}, 1).empty())
            throw Error(errc::order_missing, fmt::format("there is no order {} in posts to clean up", range.first), "`ordo hpos cleanup all --dry-run` says how many there are");
}

void PostCleaner::confirm(const RunLock& lock, Unit& unit) const {
    lock.confirm(unit);
    services_.controller->confirm_authoritative(unit, std::string(store_hpos));
    services_.forget_known(unit);
    if (services_.options->get(unit, option::data_sync_enabled) == "yes")
        throw Error(errc::sync_direction, "compatibility mode was turned on meanwhile; the clean-up ends here", "what was removed is copied again by it");
}

std::vector<OrderId> PostCleaner::find_equal(std::span<const OrderId> page, CleanupReport& report) const {
    std::vector<OrderId> equal;
    std::vector<SkippedCleanup> skipped;
    services_.database->read([&](Read& read) {
        equal.clear();
        skipped.clear();
        const orders::StoreView view(*services_.stores, read);
        const auto source = view.read_mirrored(to_posts, std::string(store_hpos), page);
        for (const auto& held : view.read_mirrored(to_posts, std::string(store_posts), page)) {
            const auto* order = orders::find_order(source, held.record.id);
            if (order && orders::compare(order->record, held).empty()) equal.push_back(held.record.id);
            else skipped.push_back({held.record.id, order ? SkippedCleanup::Reason::differs : SkippedCleanup::Reason::only_in_posts});
        }
    });
    for (const SkippedCleanup& one : skipped) {
        ++report.skipped;
        if (report.first_skipped.size() < listed_max) report.first_skipped.push_back(one);
    }
    return equal;
}

std::vector<std::string> PostCleaner::archive_lines(std::span<const OrderId> orders) const {
    std::vector<StoredRow> stored;
    services_.database->read([&](Read& read) { stored = rows().read_rows(read, orders); });
    std::vector<std::string> lines;
    for (auto first = stored.begin(); first != stored.end();) {
        const auto last = std::find_if(first, stored.end(), [&](const StoredRow& row) { return row.order != first->order; });
        lines.push_back(orders::to_line(first->order, {first, last}));
        first = last;
    }
    return lines;
}

void PostCleaner::forget_overflow(Unit& unit, std::span<const OrderId> orders) const {
    if (orders.empty()) return;
    std::vector<std::uint64_t> kept;
    for (const auto& row : services_.stores->overflow().list_rows(unit, {{}, OrderId{INT64_MAX}, orders}))
        if (row.store == store_posts) kept.push_back(row.row);
    services_.stores->overflow().remove_rows(unit, kept);
}

std::vector<OrderId> PostCleaner::remove(const RunLock& lock, std::span<const OrderId> orders) const {
    std::vector<OrderId> removed;
    services_.database->write([&](Unit& unit) {
        confirm(lock, unit);
        OrderDataStore& posts = services_.stores->get(store_posts);
        std::vector<OrderRecord> stored = posts.read(unit, orders);
        std::vector<orders::Ledger::Entry> entries;
        for (const OrderRecord& order : stored) entries.push_back({order.id, order.type});
        ledger_.hold_copies(unit, entries);
        // Once more, now that nobody saves them: what was archived and what goes are the same.
        const orders::StoreView view(*services_.stores, unit);
        const auto source = view.read_mirrored(to_posts, std::string(store_hpos), orders);
        const auto copies = view.read_mirrored(to_posts, std::string(store_posts), orders);
        std::erase_if(stored, [&](const OrderRecord& order) {
            const auto *held = orders::find_order(copies, order.id), *from = orders::find_order(source, order.id);
            return !held || !from || !orders::compare(from->record, *held).empty();
        });
        removed = rows().clean_up(unit, stored);
        forget_overflow(unit, removed);
        ledger_.set_cleaned(unit, removed);
    });
    return removed;
}

CleanupReport PostCleaner::clean_up(const CleanupOptions& options) const {
    CleanupReport report;
    report.obstacles = get_obstacles();
    if (!report.obstacles.empty()) return report;
    require_orders(options.orders);
    const std::uint64_t total = count(options.orders);
    services_.create_tables();
    const RunLock lock(*services_.database, services_.table_prefix);
    std::uint64_t done = 0;
    for (OrderId after{};;) {
        const auto page = find(options.orders, after, std::max<std::size_t>(options.batch_size, 1));
        if (page.empty()) break;
        after = page.back();
        const auto equal = find_equal(page, report);
        if (options.archive && !equal.empty()) options.archive(archive_lines(equal));
        const auto removed = equal.empty() ? equal : remove(lock, equal);
        report.cleaned += removed.size();
        for (const OrderId id : equal) {
            if (std::binary_search(removed.begin(), removed.end(), id)) continue;
            ++report.skipped;
            if (report.first_skipped.size() < listed_max) report.first_skipped.push_back({id, SkippedCleanup::Reason::changed_meanwhile});
        }
        lock.keep_alive();
        done += page.size();
        if (options.progress) options.progress(done, total);
        if (options.stop_requested && options.stop_requested()) {
            report.interrupted = true;
            return report;
        }
    }
    if (options.optimize) {
        std::vector<std::string> tables;
        for (const Table& table : services_.stores->get(store_posts).schema()) tables.push_back(table.name);
        services_.database->give_room_back(tables);
    }
    return report;
}

void PostCleaner::restore_batch(const RunLock& lock, const std::vector<Archived>& batch, RestoreReport& report) const {
    std::vector<OrderId> restored;
    std::uint64_t changed = 0;
    services_.database->write([&](Unit& unit) {
        changed = 0;
        confirm(lock, unit);
        std::vector<StoredRow> stored;
        for (const Archived& one : batch) stored.insert(stored.end(), one.rows.begin(), one.rows.end());
        restored = rows().restore_rows(unit, stored);
        const orders::StoreView view(*services_.stores, unit);
        const auto source = view.read_mirrored(to_posts, std::string(store_hpos), restored);
        std::vector<orders::Ledger::Entry> entries;
        const auto copies = view.read_mirrored(to_posts, std::string(store_posts), restored);
        for (const auto& copy : copies) entries.push_back({copy.record.id, copy.record.type});
        const auto held = ledger_.hold_copies(unit, entries);
        std::vector<orders::Ledger::Mirrored> mirrored;
        for (const auto& copy : copies) {
            const auto* order = orders::find_order(source, copy.record.id);
            const bool equal = order && orders::compare(order->record, copy).empty();
            changed += !equal;
            const auto& known = held.at(copy.record.id);
            mirrored.push_back({copy.record.id, copy.record.type, equal ? known.version : known.mirrored, services_.stores->mirror_digest(to_posts, copy.record), !equal});
        }
        ledger_.set_mirrored(unit, mirrored);
    });
    report.restored += restored.size();
    report.changed_since += changed;
    report.skipped += batch.size() - restored.size();
}

RestoreReport PostCleaner::restore(const std::function<std::optional<std::string>()>& next_line) const {
    RestoreReport report;
    if (services_.controller->get_orders_data_store() != store_hpos) report.obstacles.emplace_back("posts are authoritative: they are the shop's orders");
    if (!report.obstacles.empty()) return report;
    services_.create_tables();
    const RunLock lock(*services_.database, services_.table_prefix);
    for (bool more = true; more;) {
        std::vector<Archived> batch;
        while (more && batch.size() < page_orders) {
            const auto line = next_line();
            more = line.has_value();
            if (!more || line->empty()) continue;
            std::vector<StoredRow> rows = orders::parse_stored_rows(*line);
            const OrderId order = rows.front().order;
            batch.push_back({order, std::move(rows)});
        }
        // By id, as everything is held in that order; of an order that was archived twice the later line counts.
        std::stable_sort(batch.begin(), batch.end(), [](const Archived& a, const Archived& b) { return a.order < b.order; });
        for (auto one = batch.begin(); one != batch.end();)
            one = std::next(one) != batch.end() && std::next(one)->order == one->order ? batch.erase(one) : std::next(one);
        if (!batch.empty()) restore_batch(lock, batch, report);
    }
    return report;
}

}  // namespace ordo::sync
