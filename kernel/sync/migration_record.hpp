/// What WordPress can read of the migration: two options, as PHP's serialised arrays - how far it is, and the last orders
/// that failed. Written at the end of a run, only where something changed. A record for people and for PHP: nothing in Ordo
/// decides by it. Any thread.
#pragma once

#include <optional>
#include <vector>

#include <ordo/log.hpp>
#include <ordo/posts_to_orders_migration_controller.hpp>

#include "kernel/database/sql_database.hpp"
#include "kernel/options/options_table.hpp"
#include "kernel/orders/store_access.hpp"
#include "kernel/sync/quarantine.hpp"

namespace ordo::sync {

/// Document 004 section 9.1: "last X migration errors".
inline constexpr std::size_t migration_errors_max = 50;

/// What a run did.
struct RunOutcome {
    std::uint64_t written = 0, unchanged = 0, changed_meanwhile = 0;
    std::optional<std::uint64_t> all_orders = std::nullopt;   ///< of the source, if the run came to the end of them
};

class MigrationRecord {
public:
    MigrationRecord(database::SqlDatabase& database, const options::OptionsTable& options, const orders::StoreAccess& stores, QuarantineTable quarantine,
                    Log& log);

    /// After a run or batch. A database without options has no record; one that cannot be written is a warning, for the
    /// orders are moved.
    void note(const Direction& way, const RunOutcome& outcome) const;
    /// After a rollback: as before the first run.
    void forget(Unit& unit) const;

    /// What the options say; absent or not ours: nothing.
    std::optional<MigrationStatus> status(Read& read) const;
    std::vector<MigrationError> errors(Read& read) const;

private:
    MigrationStatus next_status(Unit& unit, const std::optional<MigrationStatus>& before, const Direction& way, const RunOutcome& outcome,
                                std::uint64_t errors) const;
    bool add_new_errors(std::vector<MigrationError>& errors, Read& read, const Direction& way) const;

    database::SqlDatabase* database_;
    const options::OptionsTable* options_;
    const orders::StoreAccess* stores_;
    QuarantineTable quarantine_;
    Log* log_;
};

/// PHP's texts of both, and back. `nullopt`: not of this shape.
std::string to_option(const MigrationStatus& status);
std::string to_option(const std::vector<MigrationError>& errors);
std::optional<MigrationStatus> parse_migration_status(std::string_view text);
std::optional<std::vector<MigrationError>> parse_migration_errors(std::string_view text);

}  // namespace ordo::sync
