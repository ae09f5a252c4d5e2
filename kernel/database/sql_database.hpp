/// The database over SOCI: a pool of connections, cached statements, snapshots and units of work. Plugins see it only
/// through `ordo::Read` and `ordo::Unit`, so nobody can commit behind the kernel's back. Any thread.
#pragma once

#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include <ordo/database.hpp>
#include <ordo/log.hpp>

#include "kernel/database/ddl.hpp"
#include "kernel/database/dialect.hpp"

namespace ordo::database {

class Session;
class TransactionUnit;
enum class Writer : std::uint8_t;

class SqlDatabase final : public Database, public Ddl {
public:
    /// `mark_table`: what is written through this object is marked as Ordo's own by it (`SqlDialect::mark`); empty: it is not.
    SqlDatabase(std::unique_ptr<SqlDialect> dialect, Log& log, std::string mark_table = {});
    ~SqlDatabase() override;

    const SqlDialect& dialect() const noexcept override { return *dialect_; }
    void read(const std::function<void(Read&)>& body) override;
    void read_once(const std::function<void(Read&)>& body) override;
    /// The body runs again after a deadlock, a busy database or a lost connection, as often as the dialect allows. If the
    /// connection is lost in the commit itself nobody can tell whether it happened: a body must find that out by itself.
    /// Called inside another unit of the same thread it joins that one by a savepoint.
    void write(const std::function<void(Unit&)>& body) override;
    /// With an isolation level of its own ("READ COMMITTED"), or empty for the usual one. SQLite has only one.
    void write(const std::function<void(Unit&)>& body, std::string_view isolation);
    void run(const std::function<void(DdlUnit&)>& body) override;
    /// The same database for those who write what Ordo knows nothing of: plugins and embedders.
    Database& for_others() noexcept { return others_; }

    /// Gives the room of the tables' removed rows back to the system. May take long, and others may have to wait.
    void give_room_back(std::span<const std::string> tables);

    /// A lock by name among all users of the database, held by a connection of its own: gone when that connection is.
    class NamedLock;
    /// Empty: somebody else holds it. On SQLite, which has no such locks, everybody gets one.
    std::unique_ptr<NamedLock> try_lock(std::string_view name);

private:
    std::unique_ptr<Session> take(Access access);
    void give_back(std::unique_ptr<Session> session, Access access);
    std::unique_ptr<Session> begin(Access access, std::string_view isolation);
    void close_idle();
    std::unique_ptr<NamedLock> wait_for_lock(std::string_view name);
    /// Runs `work` again, after a pause, while the database is busy or the connection is lost.
    void again_if_lost(const std::function<void()>& work);
    void transaction(const std::function<void(TransactionUnit&)>& body, std::string_view isolation, Writer writer);

    class ForOthers final : public Database {
    public:
        explicit ForOthers(SqlDatabase& database) : database_(database) {}
        const Dialect& dialect() const noexcept override { return database_.dialect(); }
        void read(const std::function<void(Read&)>& body) override { database_.read(body); }
        void read_once(const std::function<void(Read&)>& body) override { database_.read_once(body); }
        void write(const std::function<void(Unit&)>& body) override;

    private:
        SqlDatabase& database_;
    };

    struct Pool;
    std::unique_ptr<SqlDialect> dialect_;
    Log* log_;
    std::string mark_table_;
    ForOthers others_{*this};
    std::unique_ptr<Pool> pool_;
};

class SqlDatabase::NamedLock {
public:
    NamedLock(std::unique_ptr<Session> session, std::string name);
    ~NamedLock();

private:
    std::unique_ptr<Session> session_;  ///< closed with the lock, never pooled
    std::string name_;
};

}  // namespace ordo::database
