/// See sql_database.hpp. A unit of work is one transaction on one connection; its body may run again.
#include "kernel/database/sql_database.hpp"

#include <mutex>
#include <utility>

#include <fmt/format.h>

#include "kernel/database/session.hpp"

namespace ordo::database {
namespace {

constexpr int attempts_max = 3;

/// The part of `Read` that snapshots and units share.
template <class Interface>
class OnSession : public Interface {
public:
    explicit OnSession(Session& session) : session_(session) {}
    const Dialect& dialect() const noexcept override { return session_.dialect(); }
    using Read::query;
    void query(std::string_view sql, std::span<const BytesView> values, const std::function<void(const Row&)>& each_row) override {
        session_.query(sql, values, each_row);
    }
    bool table_exists(std::string_view table) override { return session_.table_exists(table); }

protected:
    Session& session_;
};

class Snapshot final : public OnSession<Read> {
public:
    using OnSession::OnSession;
};

}  // namespace

class TransactionUnit final : public OnSession<DdlUnit> {
public:
    TransactionUnit(const SqlDatabase& database, Session& session)
        : OnSession(session), database_(&database), outer_(std::exchange(innermost_, this)) {}
    TransactionUnit(const TransactionUnit&) = delete;
    TransactionUnit& operator=(const TransactionUnit&) = delete;
    ~TransactionUnit() override { innermost_ = outer_; }

    /// The unit of this database that the calling thread is inside of; null if none.
    static TransactionUnit* current(const SqlDatabase& database) noexcept {
        for (TransactionUnit* unit = innermost_; unit; unit = unit->outer_)
            if (unit->database_ == &database) return unit;
        return nullptr;
    }

    using Unit::execute;
    std::uint64_t execute(std::string_view sql, std::span<const BytesView> values) override { return session_.execute(sql, values); }

    void insert(const Insert& rows) override {
        const std::size_t width = rows.columns.size();
        if (width == 0 || rows.values.empty()) return;
        const SqlDialect& dialect = session_.dialect();
        std::string head = "INSERT INTO " + dialect.quote_identifier(rows.table) + " (";
        for (std::size_t i = 0; i < width; ++i) head += (i ? ", " : "") + dialect.quote_identifier(rows.columns[i]);
        head += ") VALUES ";
        const std::string one_row = placeholders(width);
        const std::size_t per_statement = dialect.rows_per_insert(width);
        const auto all = [&] {
            std::string sql;
            std::size_t sql_rows = 0;
            for (std::size_t at = 0; at < rows.values.size();) {
                const std::size_t count = std::min(per_statement, (rows.values.size() - at) / width);
                if (count != sql_rows) {
                    sql = head + one_row;
                    for (std::size_t i = 1; i < count; ++i) sql += ", " + one_row;
                    sql_rows = count;
                }
                session_.execute(sql, std::span(rows.values).subspan(at, count * width));
                at += count * width;
            }
        };
        if (rows.values.size() / width > per_statement) savepoint(all);
        else all();
    }

    std::uint64_t last_insert_id() override { return session_.last_insert_id(); }

    void savepoint(const std::function<void()>& part) override {
        const std::string name = fmt::format("ordo_{}", ++savepoints_);
        session_.execute("SAVEPOINT " + name, {});
        const std::size_t announcements = announcements_.size();
        try {
            part();
        } catch (...) {
            announcements_.resize(announcements);
            try {
                session_.execute("ROLLBACK TO " + name, {});
                session_.execute("RELEASE " + name, {});
            } catch (const Error&) {
                // The transaction itself is gone (a full disk, a lost connection); the first error tells why.
            }
            --savepoints_;
            throw;
        }
        session_.execute("RELEASE " + name, {});
        --savepoints_;
    }

    void after_commit(std::function<void()> announce) override { announcements_.push_back(std::move(announce)); }

    void create_table(const Table& table) override {
        for (const std::string& sql : dialect().create_table(table)) session_.execute(sql, {});
    }
    void drop_table(std::string_view table) override {
        session_.execute("DROP TABLE IF EXISTS " + dialect().quote_identifier(table), {});
    }

    std::vector<std::function<void()>> take_announcements() { return std::move(announcements_); }

private:
    static thread_local TransactionUnit* innermost_;
    const SqlDatabase* database_;
    TransactionUnit* outer_;
    int savepoints_ = 0;
    std::vector<std::function<void()>> announcements_;
};

thread_local TransactionUnit* TransactionUnit::innermost_ = nullptr;

struct SqlDatabase::Pool {
    std::mutex mutex;
    // Readers are closed before writers: the last connection to close empties the write-ahead log, and must be able to.
    std::vector<std::unique_ptr<Session>> writers, readers;
};

SqlDatabase::SqlDatabase(std::unique_ptr<SqlDialect> dialect, Log& log)
    : dialect_(std::move(dialect)), log_(&log), pool_(std::make_unique<Pool>()) {}

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
    return std::make_unique<Session>(*dialect_, access);
}

void SqlDatabase::give_back(std::unique_ptr<Session> session, Access access) {
    const std::lock_guard lock(pool_->mutex);
    (access == Access::read_only ? pool_->readers : pool_->writers).push_back(std::move(session));
}

void SqlDatabase::read(const std::function<void(Read&)>& body) {
    auto session = take(Access::read_only);
    session->execute(dialect_->begin(Access::read_only), {});
    Snapshot snapshot(*session);
    body(snapshot);  // a throw closes the connection, and with it the snapshot
    session->execute("COMMIT", {});
    give_back(std::move(session), Access::read_only);
}

void SqlDatabase::transaction(const std::function<void(TransactionUnit&)>& body) {
    if (TransactionUnit* outer = TransactionUnit::current(*this)) {
        outer->savepoint([&] { body(*outer); });
        return;
    }
    std::vector<std::function<void()>> announcements;
    for (int attempt = 1;; ++attempt) {
        auto session = take(Access::read_write);
        try {
            session->execute(dialect_->begin(Access::read_write), {});
            TransactionUnit unit(*this, *session);
            body(unit);
            session->execute("COMMIT", {});
            announcements = unit.take_announcements();
        } catch (const std::exception& error) {
            const auto* known = dynamic_cast<const Error*>(&error);
            const bool again = known && known->code() == errc::database_busy && attempt < attempts_max;
            try {
                session->execute("ROLLBACK", {});
                give_back(std::move(session), Access::read_write);
            } catch (const Error&) {
                // Nothing to roll back, or the connection is gone: closing it does the same.
            }
            if (!again) throw;
            log_->warning("a unit of work is run again (attempt {} of {})", attempt + 1, attempts_max);
            continue;
        }
        give_back(std::move(session), Access::read_write);
        break;
    }
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

void SqlDatabase::write(const std::function<void(Unit&)>& body) { transaction(body); }

void SqlDatabase::run(const std::function<void(DdlUnit&)>& body) { transaction(body); }

}  // namespace ordo::database
