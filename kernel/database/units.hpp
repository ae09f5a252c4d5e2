/// What `SqlDatabase` hands to bodies: a snapshot, a transaction, and tables staged beside a live shop. Each belongs to
/// one thread and lives as long as the body runs.
#pragma once

#include <functional>
#include <map>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "kernel/database/ddl.hpp"
#include "kernel/database/session.hpp"

namespace ordo::database {

class SqlDatabase;

/// Ordo itself, whose ledger knows what it writes, or somebody else.
enum class Writer : std::uint8_t { own, other };

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
    /// A table that is there stays there while it is read: asked once.
    bool table_exists(std::string_view table) override {
        if (there_.contains(table)) return true;
        if (!session_.table_exists(table)) return false;
        there_.emplace(table);
        return true;
    }

protected:
    Session& session_;
    std::set<std::string, std::less<>> there_;
};

class Snapshot final : public OnSession<Read> {
public:
    using OnSession::OnSession;
};

/// One transaction. Knows the one around it on the same thread, so that nested work joins by a savepoint.
class TransactionUnit : public OnSession<DdlUnit> {
public:
    TransactionUnit(const SqlDatabase& database, Session& session);
    TransactionUnit(const TransactionUnit&) = delete;
    TransactionUnit& operator=(const TransactionUnit&) = delete;
    ~TransactionUnit() override;

    /// The unit of this database that the calling thread is inside of; null if none.
    static TransactionUnit* current(const SqlDatabase& database) noexcept;

    using Unit::execute;
    std::uint64_t execute(std::string_view sql, std::span<const BytesView> values) override { return session_.execute(sql, values); }
    void insert(const Insert& rows) override;
    void upsert(const Upsert& rows) override;
    std::uint64_t last_insert_id() override { return session_.last_insert_id(); }
    void savepoint(const std::function<void()>& part) override;
    void after_commit(std::function<void()> announce) override { announcements_.push_back(std::move(announce)); }
    void create_table(const Table& table) override;
    void drop_table(std::string_view table) override;

    /// By what it is marked (`SqlDialect::mark`); without that, and where nobody looks for it, it is not.
    void mark_by(const std::string& mark_table);
    /// Who writes from here on, as triggers see it.
    void set_writer(Writer writer);
    Writer writer() const noexcept { return writer_; }
    /// Before the commit: as the next unit on this connection expects it.
    void clear_writer() { set_writer(writer_between(session_.dialect())); }
    /// After a roll-back to where this one wrote.
    void restore_writer(Writer writer);
    /// Who writes on a connection without a unit.
    static Writer writer_between(const SqlDialect& dialect) { return dialect.marks_sessions() ? Writer::own : Writer::other; }

    std::vector<std::function<void()>> take_announcements() { return std::move(announcements_); }

private:
    /// Several statements that are all run or none.
    void together(std::size_t rows, const std::function<void()>& statements);

    static thread_local TransactionUnit* innermost_;
    const SqlDatabase* database_;
    TransactionUnit* outer_;
    int savepoints_ = 0;
    std::string mark_table_;
    Writer writer_;
    std::vector<std::function<void()>> announcements_;
};

/// Where making a table commits: new tables are filled under names of their own, beside the live ones, and take their
/// places all at once at the end. Whatever ends the work before that leaves the shop as it was.
class StagedUnit final : public TransactionUnit {
public:
    using TransactionUnit::TransactionUnit;

    void create_table(const Table& table) override;
    void drop_table(std::string_view table) override { dropped_.emplace(table); }
    bool table_exists(std::string_view table) override;
    void insert(const Insert& rows) override;

    /// The step that counts.
    void put_in_place();
    /// After a failure: removes what was staged; never throws.
    void clear() noexcept;

private:
    void drop(const std::string& table) { session_.execute("DROP TABLE IF EXISTS " + dialect().quote_identifier(table), {}); }

    std::map<std::string, std::string, std::less<>> staged_;  // name -> the name it is filled under
    std::set<std::string, std::less<>> dropped_;
};

}  // namespace ordo::database
