/// Cleaning up after a migration: posts let go of the orders that hpos has with the same content, and take them back from an
/// archive. See `ordo::LegacyDataHandler`. Any thread; one clean-up a shop at a time.
#pragma once

#include <functional>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include <ordo/backup_rows.hpp>
#include <ordo/legacy_data_handler.hpp>

#include "kernel/database/sql_database.hpp"
#include "kernel/options/options_table.hpp"
#include "kernel/orders/controller.hpp"
#include "kernel/orders/ledger.hpp"
#include "kernel/orders/store_access.hpp"
#include "kernel/sync/run_lock.hpp"

namespace ordo::sync {

struct CleanupServices {
    database::SqlDatabase* database;
    const orders::StoreAccess* stores;
    const options::OptionsTable* options;
    orders::Controller* controller;
    std::string table_prefix;
    std::function<void()> create_tables;   ///< our own; idempotent
    std::function<void(Unit&)> forget_known;                 ///< rows are written of which the ledger hears nothing
};

class PostCleaner {
public:
    explicit PostCleaner(CleanupServices services);

    std::uint64_t count(std::span<const OrderRange> ranges) const;
    std::vector<OrderId> find(std::span<const OrderRange> ranges, OrderId after, std::size_t limit) const;
    std::vector<std::string> get_obstacles() const;
    CleanupReport clean_up(const CleanupOptions& options) const;
    RestoreReport restore(const std::function<std::optional<std::string>()>& next_line) const;

private:
    struct Archived;
    BackupRows& rows() const;
    void require_orders(std::span<const OrderRange> ranges) const;
    /// Of these orders those that both stores have the same of; the others go into the report.
    std::vector<OrderId> find_equal(std::span<const OrderId> page, CleanupReport& report) const;
    std::vector<std::string> archive_lines(std::span<const OrderId> orders) const;
    /// Those of the orders that were removed from posts.
    std::vector<OrderId> remove(const RunLock& lock, std::span<const OrderId> orders) const;
    void forget_overflow(Unit& unit, std::span<const OrderId> orders) const;
    void confirm(const RunLock& lock, Unit& unit) const;
    void restore_batch(const RunLock& lock, const std::vector<Archived>& batch, RestoreReport& report) const;

    CleanupServices services_;
    orders::Ledger ledger_;
};

}  // namespace ordo::sync
