/// One pass over all orders, shared by any number of workers in any number of processes: each takes a lease on the next
/// range of ids (`ordo_lease`), and takes over ranges whose worker died. Leases are decided one at a time; a lease is
/// confirmed inside each unit of work, so that a worker which was thought dead writes nothing more.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include <ordo/types.hpp>

#include "kernel/database/sql_database.hpp"
#include "kernel/sync/claim.hpp"

namespace ordo::sync {

/// A range of ids, the first one excluded.
struct LeasedRange {
    OrderId after, until;
};

class Lease;

class WorkerPass {
public:
    static std::string table(const std::string& table_prefix);
    static Table schema(const std::string& table_prefix);
    /// A worker that is at work, if there is one.
    static std::optional<std::string> find_live_holder(Read& read, const std::string& table_prefix);

    /// After that found none: takes their leases from workers that are dead or silent, so that they notice.
    static void forget_silent(Unit& unit, const std::string& table_prefix);

    /// `next_range`: within the unit, the range of ids after a given one; empty when there are no more.
    using NextRange = std::function<std::optional<LeasedRange>(Unit& unit, OrderId after)>;

    /// Joins the pass that others are at work on, or begins one. Throws `ordo.sync.locked` if a run holds the shop for itself.
    WorkerPass(database::SqlDatabase& database, std::string table_prefix, NextRange next_range);
    WorkerPass(const WorkerPass&) = delete;
    WorkerPass& operator=(const WorkerPass&) = delete;
    /// Leaves the pass to the others; never throws.
    ~WorkerPass();

    /// The next range for this worker. While others are still at work on the last ranges it waits for them, asking
    /// `stop_requested` in between. Empty: the pass is done, or a stop was asked for.
    std::optional<Lease> take(const std::function<bool()>& stop_requested);
    /// True for one worker of the pass: the last one, who tidies up.
    bool finish();

private:
    friend class Lease;
    void join();
    enum class Progress : std::uint8_t { leased, waiting, done };
    Progress try_take(std::optional<Lease>& lease);
    std::string insert_range(Unit& unit, const LeasedRange& range) const;

    database::SqlDatabase* database_;
    std::string prefix_, table_, holder_;
    NextRange next_range_;
    std::string pass_, own_row_;   ///< an empty range says that this worker is there while it holds no lease
};

class Lease final : public Claim {
public:
    Lease(const WorkerPass& pass, std::string id, LeasedRange range);
    void confirm(Unit& unit) const override;
    void keep_alive() const override;
    /// The range is done.
    void finish() const;
    const LeasedRange& range() const noexcept { return range_; }

private:
    const WorkerPass* pass_;
    std::string id_;
    LeasedRange range_;
    mutable long confirmed_s_;
};

}  // namespace ordo::sync
