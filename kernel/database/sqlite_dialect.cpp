/// The dialect of SQLite. Amounts and dates are TEXT: a column of numeric affinity would lose digits even of bound texts.
#include <algorithm>
#include <cctype>
#include <filesystem>

#include <fmt/format.h>
#include <soci/soci.h>
#include <soci/sqlite3/soci-sqlite3.h>

#include "kernel/database/dialect.hpp"
#include "kernel/database/sqlite_functions.hpp"

namespace ordo::database {
namespace {

using sqlite_api::sqlite3_stmt;

std::string quoted_text(std::string_view text) {
    std::string quoted = "'";
    for (const char c : text) {
        if (c == '\'') quoted += '\'';
        quoted += c;
    }
    return quoted + "'";
}

std::string default_literal(const std::string& value) {
    return value.starts_with("current_timestamp") ? "CURRENT_TIMESTAMP" : quoted_text(value);
}

class SqliteDialect final : public SqlDialect {
public:
    SqliteDialect(std::filesystem::path file, int busy_timeout_s) : file_(std::move(file)), busy_timeout_s_(busy_timeout_s) {}

    std::string_view name() const noexcept override { return "sqlite"; }
    std::string description() const override { return file_.string(); }

    std::string quote_identifier(std::string_view identifier) const override {
        std::string quoted = "\"";
        for (const char c : identifier) {
            if (c == '"') quoted += '"';
            quoted += c;
        }
        return quoted + "\"";
    }

    std::string_view for_update() const noexcept override { return {}; }
    std::string_view for_share() const noexcept override { return {}; }
    std::string exact(std::string_view expression) const override { return std::string(expression); }  // BINARY is the default
    std::string folded(std::string_view expression) const override { return fmt::format("{}({})", sqlite_folded, expression); }
    std::string unindexed(std::string_view column) const override { return fmt::format("+{}", column); }
    std::string number(std::string_view expression, NumberForm form) const override {
        return fmt::format("{}({}, {})", sqlite_number, expression, static_cast<int>(form));
    }

    std::unique_ptr<soci::session> connect(Access access) const override {
        if (access == Access::read_only && !std::filesystem::exists(file_))
            throw Error(errc::database_missing, fmt::format("there is no database at {}", file_.string()),
                        "bring a shop in with `ordo import DUMP.sql.gz`, make an empty one with `ordo db init`, or name another with --database");
        try {
            auto session = std::make_unique<soci::session>(
                soci::sqlite3, fmt::format("dbname=\"{}\" timeout={}{}", file_.string(), busy_timeout_s_,
                                           access == Access::read_only ? " readonly=true" : ""));
            add_functions(static_cast<soci::sqlite3_session_backend*>(session->get_backend())->conn_);
            // Readers must not block the writer: that is what the write-ahead log is for. It stays set in the file.
            if (access == Access::read_write) *session << "PRAGMA journal_mode=WAL";
            // A file that is no database shows only when it is read.
            int tables = 0;
            *session << "SELECT COUNT(*) FROM sqlite_master", soci::into(tables);
            return session;
        } catch (const soci::soci_error& error) {
            throw Error(errc::database_unavailable, fmt::format("cannot open {}: {}", file_.string(), explain(error).message),
                        "is it an SQLite file, and may this user read and write it and its folder?");
        }
    }

    Failure explain(const soci::soci_error& error) const override {
        // SOCI puts the name of its own function before the database's words.
        const std::string message = error.get_error_message();
        const auto function = message.find("_backend::");
        const auto words = function == std::string::npos ? function : message.find(": ", function);
        Failure failure{errc::database_statement, words == std::string::npos ? message : message.substr(words + 2)};
        if (const auto* sqlite = dynamic_cast<const soci::sqlite3_soci_error*>(&error)) {
            switch (sqlite->result() & 0xFF) {
                case SQLITE_BUSY:
                case SQLITE_LOCKED: failure.code = errc::database_busy; break;
                case SQLITE_FULL: failure.code = errc::database_full; break;
                case SQLITE_IOERR:
                case SQLITE_READONLY: failure.code = errc::io; break;
                case SQLITE_NOTADB:
                case SQLITE_CORRUPT:
                case SQLITE_CANTOPEN: failure.code = errc::database_unavailable; break;
                default: break;
            }
        }
        return failure;
    }

    std::string_view begin(Access access) const noexcept override {
        return access == Access::read_only ? "BEGIN" : "BEGIN IMMEDIATE";
    }
    int attempts_max() const noexcept override { return 3; }  // each waits for the busy timeout
    bool has_transactional_ddl() const noexcept override { return true; }
    std::string rename_tables(std::span<const std::pair<std::string, std::string>>) const override { return {}; }
    std::string next_isolation(std::string_view) const override { return {}; }  // SERIALIZABLE, always
    std::string update_if_there(const Upsert& rows) const override {
        std::string sets;
        for (const std::string_view column : rows.updated)
            sets += fmt::format("{}{} = excluded.{}", sets.empty() ? "" : ", ", quote_identifier(column), quote_identifier(column));
        for (const std::string_view column : rows.added)
            sets += fmt::format("{0}{1} = {1} + excluded.{1}", sets.empty() ? "" : ", ", quote_identifier(column));
        return fmt::format(" ON CONFLICT ({}) DO UPDATE SET {}", quote_identifier(rows.key), sets);
    }
    std::string_view take_lock_sql() const noexcept override { return {}; }
    std::string_view give_lock_sql() const noexcept override { return {}; }
    std::string_view table_exists_sql() const noexcept override {
        return "SELECT 1 FROM sqlite_master WHERE type = 'table' AND name = ?";
    }
    std::string_view column_names_sql() const noexcept override { return "SELECT name FROM pragma_table_info(?)"; }
    std::string_view index_names_sql() const noexcept override {
        return "SELECT name FROM sqlite_master WHERE type = 'index' AND tbl_name = ?";
    }

    // A table gets its primary key when it is made or never. A unique index of a name that says so takes its place.
    std::string_view primary_key_sql() const noexcept override {
        return "WITH wanted (name) AS (SELECT ?) SELECT c.name FROM wanted, pragma_table_info(wanted.name) c WHERE c.pk > 0 "
               "UNION ALL SELECT i.name FROM wanted, pragma_index_info(wanted.name || '_PRIMARY') i";
    }
    std::string give_room_back(std::span<const std::string>) const override { return "VACUUM"; }
    std::string add_primary_key(std::string_view table, std::string_view column) const override {
        return fmt::format("CREATE UNIQUE INDEX {} ON {} ({})", quote_identifier(std::string(table) + "_PRIMARY"), quote_identifier(table),
                           quote_identifier(column));
    }

    // Index names are global to a database here, so they begin with their table's.
    std::string index_name(const Table& table, const Index& index) const override { return table.name + "_" + index.name; }

    std::string create_index(const Table& table, const Index& index) const override {
        if (index.kind == Index::Kind::full_text) return {};
        std::string columns;
        for (const IndexPart& part : index.parts) {
            // There is no prefix of a text here: whole values of 64 KB would stand in the index. Behind another column they
            // only save a look at the row.
            if (part.prefix > 0 && !columns.empty() && is_long_text(table, part.column)) continue;
            columns += (columns.empty() ? "" : ", ") + quote_identifier(part.column);
        }
        return fmt::format("CREATE {}INDEX {} ON {} ({})", index.kind == Index::Kind::unique ? "UNIQUE " : "",
                           quote_identifier(index_name(table, index)), quote_identifier(table.name), columns);
    }

    std::vector<std::string> create_table(const Table& table) const override {
        const bool one_key = table.primary_key.size() == 1;
        bool autoincrement = false;
        std::string body;
        for (const Column& column : table.columns) {
            body += body.empty() ? "\n  " : ",\n  ";
            body += quote_identifier(column.name) + " " + std::string(affinity(column.type));
            const bool is_key = one_key && column.name == table.primary_key.front();
            if (is_key) body += " PRIMARY KEY";
            // AUTOINCREMENT: an id is never given twice, even after its row is gone.
            if (is_key && column.auto_increment) {
                body += " AUTOINCREMENT";
                autoincrement = true;
            }
            if (!column.nullable) body += " NOT NULL";
            if (column.default_value) body += " DEFAULT " + default_literal(*column.default_value);
        }
        if (table.primary_key.size() > 1) {
            std::string keys;
            for (const std::string& key : table.primary_key) keys += (keys.empty() ? "" : ", ") + quote_identifier(key);
            body += ",\n  PRIMARY KEY (" + keys + ")";
        }
        std::vector<std::string> statements{fmt::format("CREATE TABLE {} ({}\n)", quote_identifier(table.name), body)};
        if (autoincrement && table.auto_increment_next > 1)
            statements.push_back(fmt::format("INSERT INTO sqlite_sequence (name, seq) VALUES ({}, {})", quoted_text(table.name),
                                             table.auto_increment_next - 1));
        for (const Index& index : table.indexes)
            if (std::string sql = create_index(table, index); !sql.empty()) statements.push_back(std::move(sql));
        return statements;
    }

    bool marks_sessions() const noexcept override { return false; }
    std::string mark(std::string_view mark_table, bool own) const override { return fmt::format(fmt::runtime(own ? "INSERT INTO {} (own) VALUES (1)" : "DELETE FROM {}"), quote_identifier(mark_table)); }
    std::string create_capture_trigger(const CaptureTrigger& trigger) const override {
        std::string body;
        for (const auto& [condition, values] : trigger.parts) body += fmt::format("INSERT INTO {} SELECT {} WHERE {}; ", trigger.into, values, condition);
        return fmt::format("CREATE TRIGGER {} AFTER {} ON {} WHEN NOT EXISTS (SELECT 1 FROM {}) BEGIN {}END", quote_identifier(trigger.name), trigger.event, quote_identifier(trigger.table),
                           quote_identifier(trigger.mark_table), body);
    }
    std::string_view triggers_sql() const noexcept override {
        return "SELECT g.name, t.rootpage FROM sqlite_master g JOIN sqlite_master t ON t.type = 'table' AND t.name = g.tbl_name WHERE g.type = 'trigger'";
    }

    // In-process, a prepared statement run once a row costs less than long statements.
    std::size_t rows_per_insert(std::size_t) const noexcept override { return 1; }

    bool load(soci::session&, const Insert&) const override { return false; }

    void each_row(soci::statement& executed, const std::function<void(std::span<const BytesView>)>& each) const override {
        sqlite3_stmt* const statement = handle(executed);
        std::vector<BytesView> values(static_cast<std::size_t>(sqlite_api::sqlite3_column_count(statement)));
        // SOCI's execute took the first step.
        for (bool row = sqlite_api::sqlite3_data_count(statement) > 0; row;) {
            for (std::size_t i = 0; i < values.size(); ++i) {
                const int column = static_cast<int>(i);
                values[i].reset();
                if (sqlite_api::sqlite3_column_type(statement, column) == SQLITE_NULL) continue;
                const auto* const text = reinterpret_cast<const char*>(sqlite_api::sqlite3_column_text(statement, column));
                values[i].emplace(text, static_cast<std::size_t>(sqlite_api::sqlite3_column_bytes(statement, column)));
            }
            each(values);
            const int result = sqlite_api::sqlite3_step(statement);
            row = result == SQLITE_ROW;
            if (!row && result != SQLITE_DONE)
                throw soci::sqlite3_soci_error(sqlite_api::sqlite3_errmsg(sqlite_api::sqlite3_db_handle(statement)), result);
        }
        sqlite_api::sqlite3_reset(statement);
    }

    void abandon(soci::statement& statement) const noexcept override { sqlite_api::sqlite3_reset(handle(statement)); }

private:
    static sqlite3_stmt* handle(soci::statement& statement) noexcept {
        return static_cast<soci::sqlite3_statement_backend*>(statement.get_backend())->stmt_;
    }

    static bool is_long_text(const Table& table, std::string_view name) {
        const auto column = std::find_if(table.columns.begin(), table.columns.end(), [&](const Column& c) { return c.name == name; });
        return column != table.columns.end() && column->type.name.ends_with("text");
    }

    static std::string_view affinity(const ColumnType& type) {
        for (const std::string_view integer : {"bigint", "int", "integer", "mediumint", "smallint", "tinyint", "bit", "year"})
            if (type.name == integer) return "INTEGER";
        for (const std::string_view real : {"double", "float", "real"})
            if (type.name == real) return "REAL";
        for (const std::string_view blob : {"blob", "tinyblob", "mediumblob", "longblob", "binary", "varbinary"})
            if (type.name == blob) return "BLOB";
        return "TEXT";
    }

    std::filesystem::path file_;
    int busy_timeout_s_;
};

}  // namespace

std::unique_ptr<SqlDialect> make_sqlite_dialect(const std::string& location, int busy_timeout_s) {
    if (location.empty() || location.find('"') != std::string::npos)
        throw Error(errc::config_bad_value, "database url: sqlite:// needs a file name without quotation marks",
                    "write sqlite://ordo.db for a file here, sqlite:///var/lib/ordo/shop.db for one anywhere");
    return std::make_unique<SqliteDialect>(location, busy_timeout_s);
}

}  // namespace ordo::database
