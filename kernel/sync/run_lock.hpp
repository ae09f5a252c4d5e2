/// One run a shop: a row with a heartbeat (`ordo_lock`) and, where the database has them, a lock that ends with its
/// connection. A row whose holder is dead, or has been silent for a minute, is taken over; whoever lost it notices inside
/// its next unit of work and writes nothing more. One thread at a time.
#pragma once

#include <memory>
#include <string>

#include "kernel/database/sql_database.hpp"
#include "kernel/sync/claim.hpp"

namespace ordo::sync {

/// The tables of locks and leases.
Schema claims_schema(const std::string& table_prefix);

class RunLock final : public Claim {
public:
    /// Throws `ordo.sync.locked`, naming the holder.
    RunLock(database::SqlDatabase& database, const std::string& table_prefix);
    RunLock(const RunLock&) = delete;
    RunLock& operator=(const RunLock&) = delete;
    /// Gives the lock back if it is still held; never throws.
    ~RunLock() override;

    void confirm(Unit& unit) const override;
    void keep_alive() const override;

    /// Throws `ordo.sync.locked` if a run, other than the one named, holds the shop for itself.
    static void refuse_if_held(Unit& unit, const std::string& table_prefix, std::string_view by_other_than = {});
    /// After that: takes its row from a run that is dead or silent, so that it notices.
    static void forget_silent(Unit& unit, const std::string& table_prefix);
    /// Within a unit: waits for the units of every run and worker, and holds back their next ones until this one ends.
    static void hold_all(Unit& unit, const std::string& table_prefix);
    /// Within a unit that saves orders: until it is over `hold_all` waits, and so does a switch. Savers share it. The row is
    /// made by `make_shareable`, once.
    static void share_authority(Unit& unit, const std::string& table_prefix);
    static void make_shareable(Unit& unit, const std::string& table_prefix);
    static bool is_shareable(Read& read, const std::string& table_prefix);
    /// Within a unit: everybody who decides about claims passes here one after the other.
    static void enter(Unit& unit, const std::string& table_prefix);

private:
    database::SqlDatabase* database_;
    std::string table_, holder_;
    std::unique_ptr<database::SqlDatabase::NamedLock> lock_;
    mutable long confirmed_s_ = 0;
};

/// The right of one who saves: no switch comes between. Others may write the same orders; each finds out by what it expects there.
class SharedAuthority final : public Claim {
public:
    explicit SharedAuthority(const std::string& table_prefix) : prefix_(table_prefix) {}
    void confirm(Unit& unit) const override { RunLock::share_authority(unit, prefix_); }
    void keep_alive() const override {}

private:
    const std::string& prefix_;
};

}  // namespace ordo::sync
