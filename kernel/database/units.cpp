/// See units.hpp.
#include "kernel/database/units.hpp"

#include <algorithm>
#include <array>
#include <utility>

#include <fmt/format.h>

namespace ordo::database {

namespace {

constexpr std::chrono::seconds known_for{1};

bool makes_or_removes_tables(std::string_view sql) {
    return std::ranges::any_of(std::array{"CREATE", "DROP", "ALTER", "RENAME"}, [&](std::string_view word) {
        return std::ranges::equal(sql.substr(0, word.size()), word, [](char a, char b) { return (a & ~0x20) == b; });
    });
}

}  // namespace

bool KnownTables::contains(std::string_view table) const {
    const std::lock_guard lock(mutex_);
    const auto seen = seen_.find(table);
    return seen != seen_.end() && std::chrono::steady_clock::now() - seen->second < known_for;
}

void KnownTables::add(const std::set<std::string, std::less<>>& tables) {
    if (!remembers_ || tables.empty()) return;
    const auto now = std::chrono::steady_clock::now();
    const std::lock_guard lock(mutex_);
    for (const std::string& table : tables) seen_.insert_or_assign(table, now);
}

void KnownTables::clear() {
    const std::lock_guard lock(mutex_);
    seen_.clear();
}

thread_local TransactionUnit* TransactionUnit::innermost_ = nullptr;

TransactionUnit::TransactionUnit(const SqlDatabase& database, Session& session, KnownTables& known)
    : OnSession(session, known), database_(&database), shared_(known), outer_(std::exchange(innermost_, this)), writer_(writer_between(session.dialect())) {}

std::uint64_t TransactionUnit::execute(std::string_view sql, std::span<const BytesView> values) {
    if (makes_or_removes_tables(sql)) forget_tables();
    return session_.execute(sql, values);
}

void TransactionUnit::forget_tables() {
    there_.clear();
    shared_.clear();
    changes_tables_ = true;
}

void TransactionUnit::share_known_tables() {
    if (changes_tables_) shared_.clear();  // who read meanwhile knew the old ones
    else shared_.add(there_);
}

void TransactionUnit::mark_by(const std::string& mark_table) {
    // A row marks only where there are triggers that look for it.
    if (!mark_table.empty() && (session_.dialect().marks_sessions() || session_.table_exists(mark_table))) mark_table_ = mark_table;
}

void TransactionUnit::set_writer(Writer writer) {
    if (mark_table_.empty() || writer == writer_) return;
    session_.execute(session_.dialect().mark(mark_table_, writer == Writer::own), {});
    writer_ = writer;
}

void TransactionUnit::restore_writer(Writer writer) {
    // A row went with the roll-back; a variable did not. Where setting it fails the connection is not used again.
    if (session_.dialect().marks_sessions()) set_writer(writer);
    else writer_ = writer;
}

TransactionUnit::~TransactionUnit() { innermost_ = outer_; }

TransactionUnit* TransactionUnit::current(const SqlDatabase& database) noexcept {
    for (TransactionUnit* unit = innermost_; unit; unit = unit->outer_)
        if (unit->database_ == &database) return unit;
    return nullptr;
}

void TransactionUnit::insert(const Insert& rows) {
    if (rows.columns.empty() || rows.values.empty() || session_.load(rows)) return;
    together(rows.values.size() / rows.columns.size(), [&] { session_.insert(rows); });
}

void TransactionUnit::upsert(const Upsert& rows) {
    if (rows.rows.values.empty()) return;
    together(rows.rows.values.size() / rows.rows.columns.size(), [&] { session_.upsert(rows); });
}

void TransactionUnit::together(std::size_t rows, const std::function<void()>& statements) {
    if (rows > 1) savepoint(statements);
    else statements();
}

void TransactionUnit::savepoint(const std::function<void()>& part) {
    const std::string name = fmt::format("ordo_{}", ++savepoints_);
    session_.execute("SAVEPOINT " + name, {});
    const std::size_t announcements = announcements_.size();
    try {
        part();
    } catch (...) {
        announcements_.resize(announcements);
        there_.clear();  // a table that the part made is gone with it
        try {
            session_.execute("ROLLBACK TO " + name, {});
            session_.execute("RELEASE SAVEPOINT " + name, {});
        } catch (const Error&) {
            // The transaction itself is gone (a full disk, a deadlock, a lost connection); the first error tells why. Whoever
            // catches that must not go on: each further statement would be a transaction of its own.
            session_.lose_transaction();
        }
        --savepoints_;
        throw;
    }
    session_.execute("RELEASE SAVEPOINT " + name, {});
    --savepoints_;
}

void TransactionUnit::create_table(const Table& table) {
    forget_tables();
    for (const std::string& sql : session_.dialect().create_table(table)) session_.execute(sql, {});
}

void TransactionUnit::drop_table(std::string_view table) {
    forget_tables();
    if (table == mark_table_) mark_table_.clear();  // and the row in it
    session_.execute("DROP TABLE IF EXISTS " + dialect().quote_identifier(table), {});
}

void StagedUnit::create_table(const Table& table) {
    Table staged = table;
    staged.name = fmt::format("ordo_staged_{}", staged_.size());
    drop(staged.name);  // left by a killed run
    staged_.emplace(table.name, staged.name);
    TransactionUnit::create_table(staged);
    session_.execute("START TRANSACTION", {});  // making a table ended the one before
}

bool StagedUnit::table_exists(std::string_view table) {
    if (staged_.contains(table)) return true;
    return !dropped_.contains(table) && TransactionUnit::table_exists(table);
}

void StagedUnit::insert(const Insert& rows) {
    const auto staged = staged_.find(rows.table);
    if (staged == staged_.end()) return TransactionUnit::insert(rows);
    Insert redirected = rows;
    redirected.table = staged->second;
    TransactionUnit::insert(redirected);
}

void StagedUnit::put_in_place() {
    session_.execute("COMMIT", {});
    std::vector<std::pair<std::string, std::string>> renames;
    std::vector<std::string> replaced;
    for (const auto& [name, staged] : staged_) {
        if (session_.table_exists(name)) {
            // Only what was to be dropped is replaced. Anything else has come from somebody else: all is looked at again.
            if (!dropped_.contains(name)) throw Error(errc::database_busy, fmt::format("the table {} has been made by another program meanwhile", name));
            replaced.push_back(fmt::format("ordo_replaced_{}", replaced.size()));
            drop(replaced.back());
            renames.emplace_back(name, replaced.back());
        }
        renames.emplace_back(staged, name);
    }
    if (!renames.empty()) session_.execute(session_.dialect().rename_tables(renames), {});
    for (const std::string& table : replaced) drop(table);
    for (const std::string& name : dropped_)
        if (!staged_.contains(name)) drop(name);
}

void StagedUnit::clear() noexcept {
    try {
        session_.execute("ROLLBACK", {});
        for (const auto& [name, staged] : staged_) drop(staged);
    } catch (const std::exception&) {
        // The connection is gone; the next run drops them.
    }
}

}  // namespace ordo::database
