/// See run_lock.hpp.
#include "kernel/sync/run_lock.hpp"

#include <array>

#include <fmt/format.h>

#include <ordo/error.hpp>

#include "kernel/sync/worker_pass.hpp"

namespace ordo::sync {
namespace {

constexpr std::string_view run_name = "sync";
constexpr std::string_view gate_name = "gate";
constexpr std::string_view authority_name = "authority";

std::string lock_table(const std::string& table_prefix) { return table_prefix + "ordo_lock"; }

[[noreturn]] void refuse(const std::string& who) {
    throw Error(errc::sync_locked, "another run holds this shop: " + who, "wait for it to end; a lock whose process was killed is taken over by itself");
}

}  // namespace

Schema claims_schema(const std::string& table_prefix) {
    using namespace columns;
    return {{lock_table(table_prefix),
             {required("name", varchar(64)), required("holder", varchar(255)), required("heartbeat", bigint())},
             {"name"},
             {}},
            WorkerPass::schema(table_prefix)};
}

void RunLock::enter(Unit& unit, const std::string& table_prefix) {
    // The row is written, not read: that is what makes the next one wait until this unit is over.
    unit.upsert({{lock_table(table_prefix), {"name", "holder", "heartbeat"}, {gate_name, "", "0"}}, "name", {"holder"}});
}

void RunLock::refuse_if_held(Unit& unit, const std::string& table_prefix, std::string_view by_other_than) {
    const BytesView name{run_name};
    std::string holder;
    long heartbeat = 0;
    unit.query("SELECT holder, heartbeat FROM " + lock_table(table_prefix) + " WHERE name = ?", {&name, 1}, [&](const Row& row) {
        holder = row.text(0);
        heartbeat = static_cast<long>(row.number(1));
    });
    const long silent_s = now_s() - heartbeat;
    if (!holder.empty() && holder != by_other_than && !is_dead(holder) && silent_s < claim_silent_s_max)
        refuse(fmt::format("{}, last heard of {} s ago", describe_holder(holder), silent_s));
}

void RunLock::hold_all(Unit& unit, const std::string& table_prefix) {
    // Each unit of a run begins by writing its claim's row.
    for (const std::string& table : {lock_table(table_prefix), WorkerPass::table(table_prefix)})
        if (unit.table_exists(table)) unit.execute("UPDATE " + table + " SET heartbeat = heartbeat");
}

void RunLock::share_authority(Unit& unit, const std::string& table_prefix) {
    const BytesView name{authority_name};
    unit.query("SELECT name FROM " + lock_table(table_prefix) + " WHERE name = ?" + std::string(unit.dialect().for_share()), {&name, 1}, [](const Row&) {});
}

bool RunLock::is_shareable(Read& read, const std::string& table_prefix) {
    const BytesView name{authority_name};
    bool there = false;
    read.query("SELECT name FROM " + lock_table(table_prefix) + " WHERE name = ?", {&name, 1}, [&](const Row&) { there = true; });
    return there;
}

void RunLock::make_shareable(Unit& unit, const std::string& table_prefix) {
    unit.upsert({{lock_table(table_prefix), {"name", "holder", "heartbeat"}, {authority_name, "", "0"}}, "name", {"holder"}});
}

void RunLock::forget_silent(Unit& unit, const std::string& table_prefix) {
    const BytesView name{run_name};
    unit.execute("DELETE FROM " + lock_table(table_prefix) + " WHERE name = ?", {&name, 1});
}

RunLock::RunLock(database::SqlDatabase& database, const std::string& table_prefix)
    : database_(&database), table_(lock_table(table_prefix)), holder_(make_holder()), lock_(database.try_lock(table_)), confirmed_s_(now_s()) {
    if (!lock_) refuse("its connection to the database is open");
    database.write([&](Unit& unit) {
        enter(unit, table_prefix);
        // Its own row is there already if the answer to the first commit was lost.
        refuse_if_held(unit, table_prefix, holder_);
        if (const auto worker = WorkerPass::find_live_holder(unit, table_prefix)) refuse(fmt::format("a worker, {}", describe_holder(*worker)));
        WorkerPass::forget_silent(unit, table_prefix);
        const std::string now = std::to_string(now_s());
        unit.upsert({{table_, {"name", "holder", "heartbeat"}, {run_name, holder_, now}}, "name", {"holder", "heartbeat"}});
    });
}

void RunLock::confirm(Unit& unit) const {
    const std::string now = std::to_string(now_s());
    const std::array<BytesView, 3> values{now, run_name, holder_};
    if (unit.execute("UPDATE " + table_ + " SET heartbeat = ? WHERE name = ? AND holder = ?", values) == 0)
        throw Error(errc::sync_locked, "another run has taken this shop over; this one ends without writing more",
                    "run `ordo hpos status` to see what is left to do");
    confirmed_s_ = now_s();
}

void RunLock::keep_alive() const {
    if (now_s() - confirmed_s_ >= claim_silent_s_max / 4) database_->write([&](Unit& unit) { confirm(unit); });
}

RunLock::~RunLock() {
    try {
        database_->write([&](Unit& unit) {
            const std::array<BytesView, 2> values{run_name, holder_};
            unit.execute("DELETE FROM " + table_ + " WHERE name = ? AND holder = ?", values);
            const BytesView gate{gate_name};
            unit.execute("DELETE FROM " + table_ + " WHERE name = ?", {&gate, 1});
        });
    } catch (...) {
        // The holder's process ends, so the next run takes the lock over anyway.
    }
}

}  // namespace ordo::sync
