/// See migration_controller.hpp.
#include "kernel/sync/migration_controller.hpp"

#include <fmt/format.h>

#include "kernel/orders/order_compare.hpp"
#include "kernel/orders/order_writer.hpp"

namespace ordo::sync {
namespace {

constexpr std::uint64_t migration_batch_size_usual = 100;   // the documents' own

std::string orders_that(std::uint64_t count, std::string_view one, std::string_view many) {
    return fmt::format("{} order{} {}", count, count == 1 ? "" : "s", count == 1 ? one : many);
}

}  // namespace

MigrationResult MigrationController::migrate_orders(std::optional<std::uint64_t> batch_size) {
    if (hpos_is_authoritative())
        throw Error(errc::sync_direction, "there is nothing to migrate from posts: hpos is authoritative",
                    "make posts authoritative first (`ordo hpos disable`), or copy the other way with `ordo hpos sync`");
    SyncOptions options;
    options.batch_size = batch_size;
    options.batch_size_usual = migration_batch_size_usual;
    return services_.synchronizer->sync(options);
}

std::uint64_t MigrationController::count_orders_to_migrate() { return hpos_is_authoritative() ? 0 : services_.synchronizer->get_total_pending_count(); }

MigrationStatus MigrationController::get_migration_status() {
    MigrationStatus status;
    services_.database->read([&](Read& read) { status = services_.synchronizer->record().status(read).value_or(MigrationStatus{}); });
    const SyncStatus now = services_.synchronizer->get_status();
    status.errors = now.quarantined;
    status.pending_count = now.hpos_enabled ? 0 : now.pending;
    const std::uint64_t not_there = now.hpos_enabled ? 0 : now.pending - now.pending_deletions + now.quarantined;
    const std::uint64_t orders = now.hpos_enabled ? now.orders_in_hpos : now.orders_in_posts;
    status.migrated_count = orders - std::min(orders, not_there);
    return status;
}

std::vector<MigrationError> MigrationController::get_migration_errors() {
    std::vector<MigrationError> errors;
    services_.database->read([&](Read& read) { errors = services_.synchronizer->record().errors(read); });
    return errors;
}

std::vector<MigratorTable> MigrationController::get_migrators() {
    std::vector<MigratorTable> tables;
    services_.database->read([&](Read& read) {
        tables.clear();
        for (const OrderMigrator& migrator : order_migrators) {
            MigratorTable& one = tables.emplace_back(MigratorTable{migrator, services_.table_prefix + std::string(migrator.table)});
            one.exists = read.table_exists(one.table);
            if (one.exists) read.query("SELECT COUNT(*) FROM " + one.table, [&](const Row& row) { one.rows = row.number(0); });
        }
    });
    return tables;
}

std::vector<std::string> MigrationController::get_rollback_obstacles() {
    std::vector<std::string> obstacles;
    const bool authoritative = hpos_is_authoritative();
    if (authoritative) obstacles.emplace_back("hpos is authoritative: its orders are the shop's; make posts authoritative first (`ordo hpos disable`)");
    if (services_.synchronizer->data_sync_is_enabled())
        obstacles.push_back(fmt::format("compatibility mode is on, and would fill the HPOS tables again: turn it off first (`ordo option update {} no`)",
                                        option::data_sync_enabled));
    if (authoritative) return obstacles;
    const VerifyReport found = services_.verifier->verify({});
    if (found.extra > 0)
        obstacles.push_back(fmt::format("{} only in hpos: `ordo hpos verify-data` names them; `ordo hpos sync` removes those whose deletion is recorded",
                                        orders_that(found.extra, "is", "are")));
    if (const auto different = found.orders_different - found.missing - found.extra; different > 0)
        obstacles.push_back(fmt::format("{} other content in hpos than in posts: `ordo hpos verify-data` names them; `ordo hpos sync` brings them to what posts say",
                                        orders_that(different, "has", "have")));
    // What failed on the way to posts, posts may lack although both look the same.
    std::uint64_t quarantined = 0;
    services_.database->read([&](Read& read) { quarantined = services_.synchronizer->quarantine().digests(read, store_posts).size(); });
    if (quarantined > 0)
        obstacles.push_back(fmt::format("{} not be moved to posts: see `ordo hpos quarantine list`", orders_that(quarantined, "could", "could")));
    return obstacles;
}

std::vector<OrderId> MigrationController::remove_page(const RunLock& lock, std::span<const OrderId> page) const {
    std::vector<OrderId> stay;
    services_.database->write([&](Unit& unit) {
        stay.clear();
        lock.confirm(unit);
        services_.forget_known(unit);
        if (services_.options->get(unit, option::custom_orders_table_enabled) == "yes")
            throw Error(errc::rollback_refused, "hpos has become authoritative meanwhile; the rollback ends here", "run `ordo hpos sync`, then look at `ordo hpos status`");
        const orders::StoreView view(*services_.stores, unit);
        const auto in_posts = view.read(store_posts, page);
        std::vector<OrderWrite> writes;
        for (const orders::LoadedOrder& held : view.read(store_hpos, page)) {
            const auto* order = orders::find_order(in_posts, held.record.id);
            if (order && orders::compare(order->record, held).empty()) writes.push_back({WriteOp::erase, held.record.id, held.record.type, {}, {}});
            else stay.push_back(held.record.id);
        }
        orders::write_orders(unit, *services_.stores, std::string(store_hpos), writes, std::vector<const OrderRecord*>(writes.size(), nullptr));
    });
    return stay;
}

RollbackResult MigrationController::rollback_migration(const RollbackOptions& options) {
    RollbackResult result;
    result.obstacles = get_rollback_obstacles();
    if (!result.obstacles.empty()) return result;
    bool has_tables = false;
    std::uint64_t total = 0;
    services_.database->read([&](Read& read) {
        const orders::StoreView view(*services_.stores, read);
        has_tables = view.has_tables(store_hpos);
        total = view.count(store_hpos).orders;
    });
    if (!has_tables) return result;
    services_.create_tables(store_hpos);  // ours may be missing where WooCommerce itself migrated
    const RunLock lock(*services_.database, services_.table_prefix);
    SyncProgress progress{0, total, 0};
    for (OrderId after{};;) {
        std::vector<OrderId> page;
        services_.database->read([&](Read& read) { page = orders::StoreView(*services_.stores, read).list(store_hpos, after, std::max<std::size_t>(options.batch_size, 1)); });
        if (page.empty()) break;
        after = page.back();
        const std::size_t stay = remove_page(lock, page).size();
        result.kept += stay;
        result.removed += page.size() - stay;
        progress.seen += page.size();
        if (options.progress) options.progress(progress);
        if (options.stop_requested && options.stop_requested()) {
            result.interrupted = true;
            return result;
        }
    }
    services_.database->write([&](Unit& unit) {
        lock.confirm(unit);
        std::vector<OrderId> failed;
        for (const auto& [id, digest] : services_.synchronizer->quarantine().digests(unit, store_hpos)) failed.push_back(id);
        services_.synchronizer->quarantine().release(unit, store_hpos, failed);
        services_.synchronizer->record().forget(unit);
    });
    return result;
}

DroppedTables MigrationController::delete_database_tables() {
    DroppedTables result;
    // Order by order first, each looked at before it goes: nothing is dropped that posts do not have.
    const RollbackResult emptied = rollback_migration({});
    result.obstacles = emptied.obstacles;
    if (emptied.kept > 0) result.obstacles.push_back(fmt::format("{} meanwhile", orders_that(emptied.kept, "was changed", "were changed")));
    if (!result.obstacles.empty()) return result;
    for (const Table& table : services_.stores->get(store_hpos).schema())
        if (services_.drop_table(table.name)) result.tables.push_back(table.name);
    return result;
}

}  // namespace ordo::sync
