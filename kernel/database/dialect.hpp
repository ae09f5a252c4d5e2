/// Everything in which databases differ, as data and small functions: SQL spellings, error numbers, introspection.
/// The rest of this folder is the same for all of them. Immutable; any thread.
#pragma once

#include <functional>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <ordo/database.hpp>
#include <ordo/error.hpp>

namespace soci {
class soci_error;
class session;
class statement;
}  // namespace soci

namespace ordo::database {

enum class Access : std::uint8_t { read_only, read_write };

struct Failure {
    ErrorCode code;        ///< `ordo.database.busy` and `.connection_lost`: the transaction may be run again
    std::string message;   ///< the database's own words, without bound values
};

/// After each row that is written by somebody else: a row, for each condition that it meets, into a table that only grows.
struct CaptureTrigger {
    struct Part {
        std::string condition, values;       ///< of NEW and OLD
    };
    std::string name, table;
    std::string_view event;                  ///< "INSERT", "UPDATE", "DELETE"
    std::string into;                        ///< table and columns: "noted (what, which)"
    std::string mark_table;
    std::vector<Part> parts;
};

class SqlDialect : public Dialect {
public:
    /// Opens a connection. Throws `ordo.database.missing`, `ordo.database.unavailable`, or `ordo.database.connection_lost` if it got lost meanwhile.
    virtual std::unique_ptr<soci::session> connect(Access access) const = 0;
    virtual Failure explain(const soci::soci_error& error) const = 0;

    virtual std::string_view begin(Access access) const noexcept = 0;
    /// How often a unit of work is tried in all before its failure is passed on.
    virtual int attempts_max() const noexcept = 0;
    /// False: making or dropping a table commits what was written before.
    virtual bool has_transactional_ddl() const noexcept = 0;
    /// Moves whole tables to new names in one step: (from, to) each. Only where DDL is not transactional.
    virtual std::string rename_tables(std::span<const std::pair<std::string, std::string>> renames) const = 0;
    /// The statement before `begin` that gives the next transaction this isolation level; empty: the database has but one.
    virtual std::string next_isolation(std::string_view level) const = 0;
    /// What follows the rows of an INSERT so that rows which are there already are updated instead.
    virtual std::string update_if_there(const Upsert& rows) const = 0;
    /// A lock among all users of the database, by name, for as long as the connection lives: one `?`, gives 1 if it was
    /// free. Empty: the database has no such lock.
    virtual std::string_view take_lock_sql() const noexcept = 0;
    virtual std::string_view give_lock_sql() const noexcept = 0;         ///< one `?`; empty: as above
    virtual std::string_view table_exists_sql() const noexcept = 0;      ///< one `?`: the table
    virtual std::string_view column_names_sql() const noexcept = 0;      ///< one `?`: the table
    virtual std::string_view index_names_sql() const noexcept = 0;       ///< one `?`: the table
    virtual std::string_view primary_key_sql() const noexcept = 0;       ///< one `?`: the table; its columns, in order
    /// Makes the column of a table that is there, and has no primary key, its primary key.
    virtual std::string add_primary_key(std::string_view table, std::string_view column) const = 0;
    /// The statement, outside of any transaction, that gives the room of removed rows back. It may give rows, which say how it went.
    virtual std::string give_room_back(std::span<const std::string> tables) const = 0;
    virtual std::string index_name(const Table& table, const Index& index) const = 0;
    /// Empty: the database has no such index (full text on SQLite).
    virtual std::string create_index(const Table& table, const Index& index) const = 0;
    /// How many rows of an `INSERT` go into one statement.
    virtual std::size_t rows_per_insert(std::size_t columns) const noexcept = 0;
    /// How triggers know Ordo's own writing from everybody else's. True: by a variable of the session; false: by a row in
    /// `mark_table`, which only the transaction that has it ever sees.
    virtual bool marks_sessions() const noexcept = 0;
    virtual std::string mark(std::string_view mark_table, bool own) const = 0;
    /// A trigger that appends to `into` what others write.
    virtual std::string create_capture_trigger(const CaptureTrigger& trigger) const = 0;
    virtual std::string drop_trigger(std::string_view name) const { return "DROP TRIGGER IF EXISTS " + quote_identifier(name); }
    /// Triggers of the whole database: the name, and something that is another one once trigger or table was made anew.
    virtual std::string_view triggers_sql() const noexcept = 0;
    /// The database's own way of taking many rows at once. False: it has none, or does not want these; nothing was inserted.
    virtual bool load(soci::session& session, const Insert& rows) const = 0;
    /// Hands over the rows of a statement that was just executed. Texts only: SOCI's own types would turn amounts into
    /// binary fractions and dates into `std::tm`.
    virtual void each_row(soci::statement& executed, const std::function<void(std::span<const BytesView>)>& each) const = 0;
    /// Ends a statement whose rows were not all fetched, so that it holds no lock.
    virtual void abandon(soci::statement& statement) const noexcept = 0;
    /// What error messages call this database; no secrets.
    virtual std::string description() const = 0;
};

/// `url`: "sqlite://file.db" (relative to the working directory), "sqlite:///absolute/file.db", or
/// "mariadb://user:password@host:port/database?socket=/path" (also spelled "mysql://").
/// `busy_timeout_s`: how long a statement waits for another connection's lock.
std::unique_ptr<SqlDialect> make_dialect(const std::string& url, int busy_timeout_s = 30);

/// One dialect each; `location` is what follows "://".
std::unique_ptr<SqlDialect> make_sqlite_dialect(const std::string& location, int busy_timeout_s);
std::unique_ptr<SqlDialect> make_mariadb_dialect(const std::string& location, int busy_timeout_s);

}  // namespace ordo::database
