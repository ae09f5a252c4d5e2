/// One run a shop: a row with a heartbeat (`ordo_lock`). A lock whose holder is dead, or has been silent for a minute, is
/// taken over; whoever lost it notices inside its next unit of work and writes nothing more. One thread at a time.
#pragma once

#include <string>

#include <ordo/database.hpp>

namespace ordo::sync {

Table run_lock_schema(const std::string& table_prefix);

class RunLock {
public:
    /// Throws `ordo.sync.locked`, naming the holder.
    RunLock(Database& database, const std::string& table_prefix);
    RunLock(const RunLock&) = delete;
    RunLock& operator=(const RunLock&) = delete;
    /// Gives the lock back if it is still held; never throws.
    ~RunLock();

    /// Inside each unit of the run: renews the heartbeat. Throws `ordo.sync.locked` if another run took over.
    void confirm(Unit& unit) const;
    /// Between units: the same, in a unit of its own, if the last time is long ago. For stretches in which nothing is written.
    void keep_alive() const;

private:
    Database* database_;
    std::string table_, holder_;
    mutable long confirmed_s_ = 0;
};

}  // namespace ordo::sync
