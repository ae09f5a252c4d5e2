/// Everything in which databases differ, as data and small functions: SQL spellings, error numbers, introspection.
/// The rest of this folder is the same for all of them. Immutable; any thread.
#pragma once

#include <memory>
#include <string>
#include <string_view>
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
    ErrorCode code;        ///< `ordo.database.busy`: the transaction may be run again
    std::string message;   ///< the database's own words, without bound values
};

class SqlDialect : public Dialect {
public:
    /// Opens a connection. Throws `ordo.database.unavailable`.
    virtual std::unique_ptr<soci::session> connect(Access access) const = 0;
    virtual Failure explain(const soci::soci_error& error) const = 0;

    virtual std::string_view begin(Access access) const noexcept = 0;
    virtual std::string_view table_exists_sql() const noexcept = 0;      ///< one `?`: the table
    virtual std::string_view column_names_sql() const noexcept = 0;      ///< one `?`: the table
    virtual std::string_view index_names_sql() const noexcept = 0;       ///< one `?`: the table
    virtual std::string index_name(const Table& table, const Index& index) const = 0;
    /// Empty: the database has no such index (full text on SQLite).
    virtual std::string create_index(const Table& table, const Index& index) const = 0;
    /// How many rows of an `INSERT` go into one statement.
    virtual std::size_t rows_per_insert(std::size_t columns) const noexcept = 0;
    /// Columns of a prepared statement's result; 0: it has none.
    virtual std::size_t result_columns(soci::statement& statement) const = 0;
    /// Ends a statement whose rows were not all fetched, so that it holds no lock.
    virtual void abandon(soci::statement& statement) const noexcept = 0;
    /// What error messages call this database; no secrets.
    virtual std::string description() const = 0;
};

/// `url`: "sqlite://file.db" (relative to the working directory) or "sqlite:///absolute/file.db".
/// `busy_timeout_s`: how long a statement waits for another connection's lock.
std::unique_ptr<SqlDialect> make_dialect(const std::string& url, int busy_timeout_s = 30);

}  // namespace ordo::database
