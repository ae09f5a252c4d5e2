/// See worker_pass.hpp. A pass is the rows of one `pass` number; its ranges follow one another without a gap, so the end of
/// the last one is where the next begins. A row without a holder is a range that is done; an empty range is a worker.
#include "kernel/sync/worker_pass.hpp"

#include <algorithm>
#include <array>
#include <chrono>
#include <thread>

#include <fmt/format.h>

#include <ordo/error.hpp>

#include "kernel/sync/run_lock.hpp"

namespace ordo::sync {
namespace {

bool is_live(const Row& row, std::size_t holder, std::size_t heartbeat) {
    return !is_dead(std::string(row.text(holder))) && now_s() - static_cast<long>(row.number(heartbeat)) < claim_silent_s_max;
}

}  // namespace

std::string WorkerPass::table(const std::string& table_prefix) { return table_prefix + "ordo_lease"; }

Table WorkerPass::schema(const std::string& table_prefix) {
    using namespace columns;
    return {table(table_prefix),
            {id("lease_id", true), required("pass", varchar(64)), required("after_id", bigint()), required("until_id", bigint()),
             required("holder", varchar(255)), required("heartbeat", bigint())},
            {"lease_id"},
            {}};
}

std::optional<std::string> WorkerPass::find_live_holder(Read& read, const std::string& table_prefix) {
    std::optional<std::string> live;
    read.query("SELECT holder, heartbeat FROM " + table(table_prefix) + " WHERE holder <> ''", [&](const Row& row) {
        if (is_live(row, 0, 1)) live = std::string(row.text(0));
    });
    return live;
}

void WorkerPass::forget_silent(Unit& unit, const std::string& table_prefix) { unit.execute("DELETE FROM " + table(table_prefix)); }

WorkerPass::WorkerPass(database::SqlDatabase& database, std::string table_prefix, NextRange next_range)
    : database_(&database), prefix_(std::move(table_prefix)), table_(table(prefix_)), holder_(make_holder()), next_range_(std::move(next_range)) {
    // The last worker of a pass that has just ended holds the shop for itself, for the moment in which it tidies up.
    constexpr std::chrono::milliseconds between{200}, longest{3000};
    for (std::chrono::milliseconds waited{0};; waited += between) {
        try {
            join();
            return;
        } catch (const Error& error) {
            if (error.code() != errc::sync_locked || waited >= longest) throw;
        }
        std::this_thread::sleep_for(between);
    }
}

void WorkerPass::join() {
    database_->write([&](Unit& unit) {
        RunLock::enter(unit, prefix_);
        RunLock::refuse_if_held(unit, prefix_);
        RunLock::forget_silent(unit, prefix_);
        pass_.clear();
        unit.query("SELECT pass, holder, heartbeat FROM " + table_ + " WHERE holder <> ''", [&](const Row& row) {
            if (is_live(row, 1, 2)) pass_ = row.text(0);
        });
        if (pass_.empty()) {
            // Ranges of a pass that nobody is at any more may have changed since: a new pass looks at all of them again.
            unit.execute("DELETE FROM " + table_);
            pass_ = holder_;
        }
        own_row_ = insert_range(unit, {});
    });
}

WorkerPass::~WorkerPass() {
    try {
        database_->write([&](Unit& unit) {
            const BytesView bound{own_row_};
            unit.execute("DELETE FROM " + table_ + " WHERE lease_id = ?", {&bound, 1});
        });
    } catch (const std::exception&) {
        // It falls silent, and the others go on without it.
    }
}

std::string WorkerPass::insert_range(Unit& unit, const LeasedRange& range) const {
    const std::string after = std::to_string(range.after.value), until = std::to_string(range.until.value), now = std::to_string(now_s());
    unit.insert({table_, {"pass", "after_id", "until_id", "holder", "heartbeat"}, {pass_, after, until, holder_, now}});
    return std::to_string(unit.last_insert_id());
}

WorkerPass::Progress WorkerPass::try_take(std::optional<Lease>& lease) {
    Progress progress = Progress::done;
    database_->write([&](Unit& unit) {
        progress = Progress::done;
        lease.reset();
        RunLock::enter(unit, prefix_);
        const std::string now = std::to_string(now_s());
        const std::array<BytesView, 2> alive{now, own_row_};
        unit.execute("UPDATE " + table_ + " SET heartbeat = ? WHERE lease_id = ?", alive);
        std::uint64_t last = 0;
        bool under_way = false, others = false;
        std::string abandoned;
        LeasedRange range;
        const BytesView bound{pass_};
        unit.query("SELECT lease_id, after_id, until_id, holder, heartbeat FROM " + table_ + " WHERE pass = ?", {&bound, 1}, [&](const Row& row) {
            under_way = true;
            last = std::max(last, row.number(2));
            if (row.text(3).empty() || row.number(1) == row.number(2)) return;
            // One of its own that it does not know of: the connection was lost when it was taken.
            if (row.text(3) != holder_ && is_live(row, 3, 4)) {
                others = true;
            } else if (abandoned.empty()) {
                abandoned = row.text(0);
                range = {OrderId{row.number(1)}, OrderId{row.number(2)}};
            }
        });
        if (!under_way) return;  // somebody has tidied up
        if (!abandoned.empty()) {
            const std::array<BytesView, 3> values{holder_, now, abandoned};
            unit.execute("UPDATE " + table_ + " SET holder = ?, heartbeat = ? WHERE lease_id = ?", values);
            lease.emplace(*this, abandoned, range);
        } else if (const auto next = next_range_(unit, OrderId{last})) {
            lease.emplace(*this, insert_range(unit, *next), *next);
        } else {
            progress = others ? Progress::waiting : Progress::done;
            return;
        }
        progress = Progress::leased;
    });
    return progress;
}

std::optional<Lease> WorkerPass::take(const std::function<bool()>& stop_requested) {
    std::optional<Lease> lease;
    for (;;) {
        if (stop_requested && stop_requested()) return std::nullopt;
        switch (try_take(lease)) {
            case Progress::leased: return lease;
            case Progress::done: return std::nullopt;
            case Progress::waiting: std::this_thread::sleep_for(std::chrono::milliseconds(200)); break;
        }
    }
}

bool WorkerPass::finish() {
    std::uint64_t rows = 0;
    database_->write([&](Unit& unit) {
        RunLock::enter(unit, prefix_);
        const BytesView bound{pass_};
        // None are left if an earlier try was committed after all.
        rows = std::max(rows, unit.execute("DELETE FROM " + table_ + " WHERE pass = ?", {&bound, 1}));
    });
    return rows > 0;
}

Lease::Lease(const WorkerPass& pass, std::string id, LeasedRange range) : pass_(&pass), id_(std::move(id)), range_(range), confirmed_s_(now_s()) {}

void Lease::confirm(Unit& unit) const {
    const std::string now = std::to_string(now_s());
    const std::array<BytesView, 3> values{now, id_, pass_->holder_};
    if (unit.execute("UPDATE " + pass_->table_ + " SET heartbeat = ? WHERE lease_id = ? AND holder = ?", values) == 0)
        throw Error(errc::sync_locked, "another worker has taken this range of orders over", "the other one does the rest of it");
    confirmed_s_ = now_s();
}

void Lease::keep_alive() const {
    if (now_s() - confirmed_s_ >= claim_silent_s_max / 4) pass_->database_->write([&](Unit& unit) { confirm(unit); });
}

void Lease::finish() const {
    pass_->database_->write([&](Unit& unit) {
        const std::array<BytesView, 2> values{id_, pass_->holder_};
        unit.execute("UPDATE " + pass_->table_ + " SET holder = '' WHERE lease_id = ? AND holder = ?", values);
    });
}

}  // namespace ordo::sync
