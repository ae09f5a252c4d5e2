/// The migration from posts to HPOS as one thing: a thin face of the synchroniser, and the one way back. See
/// `ordo::PostsToOrdersMigrationController`. Any thread.
#pragma once

#include <ordo/order_verifier.hpp>
#include <ordo/posts_to_orders_migration_controller.hpp>

#include "kernel/orders/controller.hpp"
#include "kernel/sync/run_lock.hpp"
#include "kernel/sync/synchronizer.hpp"

namespace ordo::sync {

struct MigrationServices {
    database::SqlDatabase* database;
    const orders::StoreAccess* stores;
    const options::OptionsTable* options;
    orders::Controller* controller;
    Synchronizer* synchronizer;
    OrderVerifier* verifier;
    std::string table_prefix;
    std::function<void(std::string_view target)> create_tables;   ///< the target's and our own; idempotent
    std::function<bool(std::string_view table)> drop_table;       ///< with its rows; false: it was not there
    std::function<void(Unit&)> forget_known;                      ///< rows are written of which the ledger hears nothing
};

class MigrationController final : public PostsToOrdersMigrationController {
public:
    explicit MigrationController(MigrationServices services) : services_(std::move(services)) {}

    MigrationResult migrate_orders(std::optional<std::uint64_t> batch_size) override;
    std::uint64_t count_orders_to_migrate() override;
    MigrationStatus get_migration_status() override;
    std::vector<MigrationError> get_migration_errors() override;
    std::vector<MigratorTable> get_migrators() override;
    std::vector<std::string> get_rollback_obstacles() override;
    RollbackResult rollback_migration(const RollbackOptions& options) override;
    DroppedTables delete_database_tables() override;

private:
    bool hpos_is_authoritative() const { return services_.controller->custom_orders_table_usage_is_enabled(); }
    /// Removes those of a page that posts have with the same content. Gives the ids that stay.
    std::vector<OrderId> remove_page(const RunLock& lock, std::span<const OrderId> page) const;

    MigrationServices services_;
};

}  // namespace ordo::sync
