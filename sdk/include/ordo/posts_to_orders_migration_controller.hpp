/// The migration from posts to HPOS as a whole: begin it, ask how far it is, undo it. A thin face: the copying is
/// `DataSynchronizer`'s, the mapping `order_fields`'. The role and its methods are WooCommerce's
/// `PostsToOrdersMigrationController` (document 004 section 8.6). Implemented by the kernel; any thread.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include <ordo/data_synchronizer.hpp>
#include <ordo/order_migrators.hpp>

namespace ordo {

/// What a migration did: the report of the synchronisation that it is.
using MigrationResult = SyncReport;

/// The documents' array of the option `woocommerce_custom_orders_table_migration_status`, under its own names.
struct MigrationStatus {
    std::uint64_t pending_count = 0;    ///< orders that a migration would write or erase
    std::uint64_t migrated_count = 0;   ///< orders that both stores have with the same content
    std::uint64_t errors = 0;           ///< orders in quarantine
    std::uint64_t last_batch_time = 0;  ///< when orders were last moved or failed, in seconds since 1970; 0: never
};

/// An order that could not be moved, as the option `woocommerce_custom_orders_table_migration_errors` keeps it.
struct MigrationError {
    OrderId order;
    std::string field, message;         ///< no personal data
    std::uint64_t time = 0;             ///< seconds since 1970
};

/// One of the four migrators on this database.
struct MigratorTable {
    OrderMigrator migrator;
    std::string table;                  ///< prefix included
    bool exists = false;
    std::uint64_t rows = 0;
};

struct RollbackOptions {
    std::size_t batch_size = 500;                        ///< orders in one transaction
    std::function<void(const SyncProgress&)> progress;   ///< after each batch, on the calling thread
    std::function<bool()> stop_requested;                ///< asked after each batch; true: end, can be run again
};

struct RollbackResult {
    std::vector<std::string> obstacles;   ///< sentences with what to do; not empty: nothing was changed
    std::uint64_t removed = 0;            ///< orders whose rows in the HPOS tables were removed
    std::uint64_t kept = 0;               ///< orders that changed meanwhile: not removed
    bool interrupted = false;
};

struct DroppedTables {
    std::vector<std::string> tables, obstacles;
};

class PostsToOrdersMigrationController {
public:
    virtual ~PostsToOrdersMigrationController() = default;

    /// Migrates everything that waits, `batch_size` orders in a transaction (absent: option and configuration, else 100).
    /// Throws `ordo.sync.direction` while HPOS is authoritative, `ordo.sync.locked` if another run holds the shop.
    virtual MigrationResult migrate_orders(std::optional<std::uint64_t> batch_size = std::nullopt) = 0;
    /// Orders that a migration would write or erase; 0 while HPOS is authoritative. Those in quarantine are not counted.
    virtual std::uint64_t count_orders_to_migrate() = 0;
    /// Counted now, by content; the time is that of the last run that changed something.
    virtual MigrationStatus get_migration_status() = 0;
    /// The last errors, at most 50, the newest last. They stay when what they tell of is settled.
    virtual std::vector<MigrationError> get_migration_errors() = 0;
    /// The four migrators with their tables and how many rows these have now.
    virtual std::vector<MigratorTable> get_migrators() = 0;

    /// Why a rollback is refused now; empty: it is not. Writes nothing.
    virtual std::vector<std::string> get_rollback_obstacles() = 0;
    /// Removes from the HPOS tables every order that posts have with the same content, and the record of the migration.
    /// Posts are not touched, the tables stay. Refused unless posts are authoritative, compatibility mode is off and
    /// nothing in the HPOS tables is missing in posts or differs from them; each batch looks again before it removes.
    /// Throws `ordo.sync.locked` if another run holds the shop.
    virtual RollbackResult rollback_migration(const RollbackOptions& options = {}) = 0;
    /// Drops the four HPOS tables, and forgets that there were any. Refused, with reasons, where a roll-back would be.
    virtual DroppedTables delete_database_tables() = 0;
};

}  // namespace ordo
