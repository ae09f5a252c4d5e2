/// What `SqlDatabase` hands to bodies: a snapshot, a transaction, and tables staged beside a live shop. Each belongs to
/// one thread and lives as long as the body runs.
#pragma once

#include <chrono>
#include <functional>
#include <map>
#include <mutex>
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

/// Tables that were there a moment ago: asking the server costs more than reading a row, and a save would ask nine times. Forgotten
/// after a second, with every table made or removed here, and with the first statement that fails: whoever removes a table
/// beneath running programs disturbs one of their calls. Any thread.
class KnownTables {
public:
    /// Where asking is cheap and a snapshot does not see tables made after it began, nothing is known.
    explicit KnownTables(bool remembers) : remembers_(remembers) {}
    bool contains(std::string_view table) const;
    void add(const std::set<std::string, std::less<>>& tables);
    void clear();

private:
    const bool remembers_;
    mutable std::mutex mutex_;
    std::map<std::string, std::chrono::steady_clock::time_point, std::less<>> seen_;
};

/// The part of `Read` that snapshots and units share.
template <class Interface>
class OnSession : public Interface {
public:
    OnSession(Session& session, const KnownTables& known) : session_(session), known_(known) {}
    const Dialect& dialect() const noexcept override { return session_.dialect(); }
    using Read::query;
    void query(std::string_view sql, std::span<const BytesView> values, const std::function<void(const Row&)>& each_row) override {
        session_.query(sql, values, each_row);
    }
    /// A table that is there stays there while it is read: asked once.
    bool table_exists(std::string_view table) override {
        if (there_.contains(table) || known_.contains(table)) return true;
        if (!session_.table_exists(table)) return false;
        there_.emplace(table);
        return true;
    }
    /// The tables it found, by asking.
    const std::set<std::string, std::less<>>& found_tables() const noexcept { return there_; }

protected:
    Session& session_;
    const KnownTables& known_;
    std::set<std::string, std::less<>> there_;
};

class Snapshot final : public OnSession<Read> {
public:
    using OnSession::OnSession;
};

/// One transaction. Knows the one around it on the same thread, so that nested work joins by a savepoint.
class TransactionUnit : public OnSession<DdlUnit> {
public:
    TransactionUnit(const SqlDatabase& database, Session& session, KnownTables& known);
    TransactionUnit(const TransactionUnit&) = delete;
    TransactionUnit& operator=(const TransactionUnit&) = delete;
    ~TransactionUnit() override;

    /// The unit of this database that the calling thread is inside of; null if none.
    static TransactionUnit* current(const SqlDatabase& database) noexcept;

    using Unit::execute;
    std::uint64_t execute(std::string_view sql, std::span<const BytesView> values) override;
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

    /// After the commit.
    void share_known_tables();

    std::vector<std::function<void()>> take_announcements() { return std::move(announcements_); }

private:
    /// Before tables are made or removed.
    void forget_tables();
    /// Several statements that are all run or none.
    void together(std::size_t rows, const std::function<void()>& statements);

    static thread_local TransactionUnit* innermost_;
    const SqlDatabase* database_;
    KnownTables& shared_;
    bool changes_tables_ = false;
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
