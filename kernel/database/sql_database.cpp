/// See sql_database.hpp. A unit of work is one transaction on one connection; its body may run again.
#include "kernel/database/sql_database.hpp"

#include <algorithm>
#include <chrono>
#include <mutex>
#include <random>
#include <thread>
#include <utility>

#include "kernel/database/fault_point.hpp"
#include "kernel/database/units.hpp"

namespace ordo::database {
namespace {

bool may_run_again(const Error& error) { return error.code() == errc::database_busy || error.code() == errc::database_connection_lost; }

constexpr std::chrono::seconds busy_time_per_attempt{2};

/// Before the next attempt: longer each time, and never in step with the others that wait.
void pause(int attempt) {
    thread_local std::minstd_rand random{std::random_device{}()};
    const int longest_ms = std::min(1000, 5 << std::min(attempt, 8));
    std::this_thread::sleep_for(std::chrono::milliseconds(std::uniform_int_distribution<>(longest_ms / 2, longest_ms)(random)));
}

}  // namespace

struct SqlDatabase::Pool {
    explicit Pool(bool remembers_tables) : tables(remembers_tables) {}
    std::mutex mutex;
    // Readers are closed before writers: the last connection to close empties the write-ahead log, and must be able to.
    std::vector<std::unique_ptr<Session>> writers, readers;
    KnownTables tables;
};

SqlDatabase::SqlDatabase(std::unique_ptr<SqlDialect> dialect, Log& log, std::string mark_table)
    : dialect_(std::move(dialect)), log_(&log), mark_table_(std::move(mark_table)), pool_(std::make_unique<Pool>(!dialect_->has_transactional_ddl())) {}

SqlDatabase::~SqlDatabase() = default;

std::unique_ptr<Session> SqlDatabase::take(Access access) {
    {
        const std::lock_guard lock(pool_->mutex);
        auto& idle = access == Access::read_only ? pool_->readers : pool_->writers;
        if (!idle.empty()) {
            auto session = std::move(idle.back());
            idle.pop_back();
            return session;
        }
    }
    auto session = std::make_unique<Session>(*dialect_, access);
    if (access == Access::read_write && !mark_table_.empty() && dialect_->marks_sessions()) session->execute(dialect_->mark(mark_table_, true), {});
    return session;
}

void SqlDatabase::give_back(std::unique_ptr<Session> session, Access access) {
    const std::lock_guard lock(pool_->mutex);
    (access == Access::read_only ? pool_->readers : pool_->writers).push_back(std::move(session));
}

void SqlDatabase::close_idle() {
    const std::lock_guard lock(pool_->mutex);
    pool_->readers.clear();
    pool_->writers.clear();
}

std::unique_ptr<Session> SqlDatabase::begin(Access access, std::string_view isolation) {
    for (int attempt = 1;; ++attempt) {
        auto session = take(access);
        try {
            if (const std::string sql = isolation.empty() ? std::string{} : dialect_->next_isolation(isolation); !sql.empty()) session->execute(sql, {});
            session->execute(dialect_->begin(access), {});
            return session;
        } catch (const Error& error) {
            // A connection that waited in the pool may have been closed by the server, and so may the others.
            if (error.code() != errc::database_connection_lost || attempt >= dialect_->attempts_max()) throw;
            close_idle();
        }
    }
}

void SqlDatabase::read(const std::function<void(Read&)>& body) {
    // Within a unit of work it is that unit's reading: it sees what the unit has written, and ends with it.
    if (TransactionUnit* unit = TransactionUnit::current(*this)) return body(*unit);
    again_if_lost([&] { read_once(body); });
}

void SqlDatabase::read_once(const std::function<void(Read&)>& body) {
    if (TransactionUnit* unit = TransactionUnit::current(*this)) return body(*unit);
    auto session = begin(Access::read_only, {});
    Snapshot snapshot(*session, pool_->tables);
    try {
        body(snapshot);
    } catch (...) {  // which closes the connection, and with it the snapshot
        pool_->tables.clear();  // one of them may be gone
        throw;
    }
    try {
        session->execute("COMMIT", {});
    } catch (const Error&) {
        return;  // all was read by then; the connection is closed
    }
    pool_->tables.add(snapshot.found_tables());
    give_back(std::move(session), Access::read_only);
}

void SqlDatabase::again_if_lost(const std::function<void()>& work) {
    // A deadlock has its victim at once, so that among many writers one may lose all its tries in a moment.
    const auto busy_until = std::chrono::steady_clock::now() + busy_time_per_attempt * dialect_->attempts_max();
    int busy = 0, lost = 0;
    for (int attempt = 1;; ++attempt) {
        try {
            return work();
        } catch (const Error& error) {
            // While a server starts again it is not there at all.
            const bool gone = attempt > 1 && error.code() == errc::database_unavailable;
            const bool is_busy = error.code() == errc::database_busy;
            const int times = is_busy ? ++busy : ++lost;
            const bool has_time = is_busy && std::chrono::steady_clock::now() < busy_until;
            if ((!may_run_again(error) && !gone) || (times >= dialect_->attempts_max() && !has_time)) throw;
            log_->warning("{}; trying again (attempt {})", error.what(), attempt + 1);
        }
        pause(attempt);
    }
}

void SqlDatabase::transaction(const std::function<void(TransactionUnit&)>& body, std::string_view isolation, Writer writer) {
    if (TransactionUnit* outer = TransactionUnit::current(*this)) {
        const Writer before = outer->writer();
        try {
            outer->savepoint([&] {
                outer->set_writer(writer);
                body(*outer);
                outer->set_writer(before);
            });
        } catch (...) {
            try {
                outer->restore_writer(before);
            } catch (const Error&) {
                // The connection is gone, and the transaction with it; the first error tells why.
            }
            throw;
        }
        return;
    }
    std::vector<std::function<void()>> announcements;
    again_if_lost([&] {
        auto session = begin(Access::read_write, isolation);
        TransactionUnit unit(*this, *session, pool_->tables);
        try {
            unit.mark_by(mark_table_);
            unit.set_writer(writer);
            body(unit);
            unit.clear_writer();
            session->execute("COMMIT", {});
            unit.share_known_tables();
            fault_point("committed");
            announcements = unit.take_announcements();
        } catch (const std::exception&) {
            pool_->tables.clear();
            try {
                session->execute("ROLLBACK", {});
                unit.restore_writer(TransactionUnit::writer_between(*dialect_));
                give_back(std::move(session), Access::read_write);
            } catch (const Error&) {
                // Nothing to roll back, or the connection is gone: closing it does the same.
            }
            throw;
        }
        give_back(std::move(session), Access::read_write);
    });
    for (const auto& announce : announcements) {
        try {
            announce();
        } catch (const Error& error) {
            log_->error("after a commit: {}", error.what());
        } catch (const std::exception&) {
            log_->error("after a commit: an announcement failed");
        }
    }
}

void SqlDatabase::write(const std::function<void(Unit&)>& body) { transaction(body, {}, Writer::own); }

void SqlDatabase::write(const std::function<void(Unit&)>& body, std::string_view isolation) { transaction(body, isolation, Writer::own); }

void SqlDatabase::ForOthers::write(const std::function<void(Unit&)>& body) { database_.transaction(body, {}, Writer::other); }

void SqlDatabase::run(const std::function<void(DdlUnit&)>& body) {
    pool_->tables.clear();  // here they are looked for themselves
    if (dialect_->has_transactional_ddl()) return transaction(body, {}, Writer::own);
    if (TransactionUnit::current(*this)) throw Error(errc::internal, "tables are made outside of units of work: making them commits");
    // Two at once would take each other's staged tables.
    const auto alone = wait_for_lock("ordo making tables");
    again_if_lost([&] {
        auto session = begin(Access::read_write, {});
        StagedUnit unit(*this, *session, pool_->tables);
        try {
            body(unit);
            unit.put_in_place();
            pool_->tables.clear();
        } catch (...) {
            unit.clear();
            throw;
        }
        give_back(std::move(session), Access::read_write);
    });
}

void SqlDatabase::give_room_back(std::span<const std::string> tables) {
    if (TransactionUnit::current(*this)) throw Error(errc::internal, "room is given back outside of units of work");
    close_idle();  // whoever still reads would be waited for
    again_if_lost([&] { Session(*dialect_, Access::read_write).query(dialect_->give_room_back(tables), {}, [](const Row&) {}); });
}

std::unique_ptr<SqlDatabase::NamedLock> SqlDatabase::try_lock(std::string_view name) {
    if (dialect_->take_lock_sql().empty()) return std::make_unique<NamedLock>(nullptr, "");
    std::unique_ptr<Session> session;
    bool taken = false;
    const BytesView value{name};
    again_if_lost([&] {
        session = std::make_unique<Session>(*dialect_, Access::read_write);
        session->query(dialect_->take_lock_sql(), {&value, 1}, [&](const Row& row) { taken = row.number(0) == 1; });
    });
    return taken ? std::make_unique<NamedLock>(std::move(session), std::string(name)) : nullptr;
}

std::unique_ptr<SqlDatabase::NamedLock> SqlDatabase::wait_for_lock(std::string_view name) {
    constexpr std::chrono::seconds longest{60};
    const auto give_up = std::chrono::steady_clock::now() + longest;
    for (;;) {
        if (auto lock = try_lock(name)) return lock;
        if (std::chrono::steady_clock::now() >= give_up)
            throw Error(errc::database_busy, dialect_->description() + ": another program has been making tables for a minute", "run the command again when it is done");
        std::this_thread::sleep_for(std::chrono::milliseconds(100));
    }
}

SqlDatabase::NamedLock::NamedLock(std::unique_ptr<Session> session, std::string name) : session_(std::move(session)), name_(std::move(name)) {}

SqlDatabase::NamedLock::~NamedLock() {
    if (!session_) return;
    try {
        // Closing would do, but only after a while.
        const BytesView value{name_};
        session_->query(session_->dialect().give_lock_sql(), {&value, 1}, [](const Row&) {});
    } catch (const std::exception&) {
        // The connection is gone, and the lock with it.
    }
}

}  // namespace ordo::database
