/// The dialect of MariaDB and MySQL. Sessions are strict: a value that a column cannot hold is an error, never cut; only
/// zero dates pass, which WordPress writes. Passwords and bound values never reach a message.
#include <array>
#include <atomic>
#include <cstring>
#include <limits>

#include <fmt/format.h>
#include <fmt/ranges.h>
#include <soci/soci.h>
#include <soci/mysql/soci-mysql.h>

#include "kernel/database/dialect.hpp"

namespace ordo::database {
namespace {

// Below this a multi-row INSERT is as fast and costs no savepoint.
constexpr std::size_t load_rows_min = 64;

struct Address {
    std::string user, password, host, database, socket;
    unsigned port = 0;
};

[[noreturn]] void refuse_url(const std::string& what) {
    throw Error(errc::config_bad_value, "database url: " + what,
                "write mariadb://USER:PASSWORD@HOST:PORT/DATABASE or mariadb://USER@localhost/DATABASE?socket=/run/mysqld/mysqld.sock");
}

int hex_digit(char c) {
    return c >= '0' && c <= '9' ? c - '0' : c >= 'a' && c <= 'f' ? c - 'a' + 10 : c >= 'A' && c <= 'F' ? c - 'A' + 10 : -1;
}

std::string percent_decoded(std::string_view text) {
    std::string decoded;
    for (std::size_t i = 0; i < text.size(); ++i) {
        if (text[i] != '%') {
            decoded += text[i];
            continue;
        }
        const int high = i + 2 < text.size() ? hex_digit(text[i + 1]) : -1;
        const int low = i + 2 < text.size() ? hex_digit(text[i + 2]) : -1;
        if (high < 0 || low < 0) refuse_url("% must be followed by two hexadecimal digits");
        decoded += static_cast<char>(high * 16 + low);
        i += 2;
    }
    return decoded;
}

/// "user:password@host:port/database?socket=/path"; each part percent-encoded where it holds one of these signs.
Address parse_location(std::string_view location) {
    Address address;
    const auto split_at = [](std::string_view text, std::size_t at) {
        return at == std::string_view::npos ? std::pair{text, std::string_view{}} : std::pair{text.substr(0, at), text.substr(at + 1)};
    };
    const auto [path, query] = split_at(location, location.find('?'));
    const auto [authority, database] = split_at(path, path.find('/'));
    const std::size_t at = authority.rfind('@');
    const auto [user, password] = split_at(at == std::string_view::npos ? std::string_view{} : authority.substr(0, at),
                                           at == std::string_view::npos ? at : authority.substr(0, at).find(':'));
    const auto [host, port] = split_at(at == std::string_view::npos ? authority : authority.substr(at + 1),
                                       (at == std::string_view::npos ? authority : authority.substr(at + 1)).rfind(':'));
    address.user = percent_decoded(user);
    address.password = percent_decoded(password);
    address.host = host.empty() ? "localhost" : percent_decoded(host);
    address.database = percent_decoded(database);
    if (address.database.empty()) refuse_url("it names no database");
    if (!port.empty()) {
        for (const char c : port) {
            if (c < '0' || c > '9' || address.port > 65535) refuse_url("the port is not a number up to 65535");
            address.port = address.port * 10 + static_cast<unsigned>(c - '0');
        }
        if (address.port == 0 || address.port > 65535) refuse_url("the port is not a number up to 65535");
    }
    if (!query.empty()) {
        const auto [name, value] = split_at(query, query.find('='));
        if (name != "socket" || value.empty()) refuse_url("the only setting behind ? is socket=/path");
        address.socket = percent_decoded(value);
    }
    return address;
}

/// As SOCI 4.0.3 reads the values of its connection strings.
std::string soci_quoted(std::string_view text) {
    std::string quoted = "'";
    for (const char c : text) {
        if (c == '\'' || c == '\\') quoted += '\\';
        quoted += c;
    }
    return quoted + "'";
}

/// Texts in quotes are values (of duplicate keys, of a statement that does not parse): only known harmless messages keep them.
std::string masked_message(int number, const std::string& message) {
    for (const int harmless : {1005, 1044, 1049, 1050, 1054, 1061, 1091, 1142, 1146, 1231, 1264, 1305, 1364, 1406, 2002, 2003, 2005})
        if (number == harmless) return message;
    std::string masked;
    bool quoted = false;
    for (const char c : message) {
        if (c == '\'') {
            if (!quoted) masked += "'…'";
            quoted = !quoted;
        } else if (!quoted) {
            masked += c;
        }
    }
    return masked;
}

/// Rows as LOAD DATA reads them by default: tabs between values, a line a row, backslashes before what is special.
class LoadText {
public:
    explicit LoadText(const Insert& rows) : rows_(rows) {}

    /// The next part of the text; 0: that was all.
    std::size_t read(char* into, std::size_t size) {
        while (pending_.size() - at_ < size && next_ < rows_.values.size()) {
            if (at_ > 0) pending_.erase(0, std::exchange(at_, 0));
            append(rows_.values[next_++]);
            pending_ += next_ % rows_.columns.size() == 0 ? '\n' : '\t';
        }
        const std::size_t count = std::min(size, pending_.size() - at_);
        std::memcpy(into, pending_.data() + at_, count);
        at_ += count;
        return count;
    }

private:
    void append(const BytesView& value) {
        if (!value) {
            pending_ += "\\N";
            return;
        }
        for (std::string_view rest = *value; !rest.empty();) {
            const std::size_t plain = std::min(rest.find_first_of(special), rest.size());
            pending_ += rest.substr(0, plain);
            rest.remove_prefix(plain);
            if (rest.empty()) break;
            const char c = rest.front();
            pending_ += '\\';
            pending_ += c == '\0' ? '0' : c == '\n' ? 'n' : c == '\t' ? 't' : c;
            rest.remove_prefix(1);
        }
    }

    static constexpr std::string_view special{"\0\n\t\\", 4};
    const Insert& rows_;
    std::size_t next_ = 0, at_ = 0;
    std::string pending_;
};

// A server may ask its client for any file as the answer to any statement: nothing but our own rows is ever handed over.
int load_begin(void** data, const char*, void* user) {
    *data = user;
    return user ? 0 : 1;
}
int load_read(void* data, char* into, unsigned size) {
    try {
        return static_cast<int>(static_cast<LoadText*>(data)->read(into, size));
    } catch (const std::exception&) {
        return -1;  // out of memory: the statement fails
    }
}
void load_end(void*) {}
int load_error(void*, char* into, unsigned size) {
    fmt::format_to_n(into, size, "no rows to load{}", '\0');
    return 2068;  // CR_LOAD_DATA_LOCAL_INFILE_REJECTED
}

MYSQL* connection_of(soci::session& session) { return static_cast<soci::mysql_session_backend*>(session.get_backend())->conn_; }

/// What a text of a form looks like; empty: any text.
constexpr std::string_view pattern(NumberForm form) {
    switch (form) {
        case NumberForm::amount: return R"(^([ \\t-\\r]*[+-]?([0-9]+\\.?[0-9]*|\\.[0-9]+)([eE][+-]?[0-9]+)?[ \\t-\\r]*)?\\z)";
        case NumberForm::id: return R"(^[0-9]*\\z)";
        case NumberForm::unix_time: return R"(^-?[0-9]{1,12}\\z)";
        case NumberForm::prefix: return {};
    }
    return {};
}

class MariadbDialect final : public SqlDialect {
public:
    MariadbDialect(Address address, int busy_timeout_s) : address_(std::move(address)), busy_timeout_s_(busy_timeout_s) {}

    std::string_view name() const noexcept override { return "mariadb"; }
    std::string description() const override { return fmt::format("database {} on {}", address_.database, address_.host); }

    std::string quote_identifier(std::string_view identifier) const override {
        std::string quoted = "`";
        for (const char c : identifier) {
            if (c == '`') quoted += '`';
            quoted += c;
        }
        return quoted + "`";
    }

    std::string_view for_update() const noexcept override { return " FOR UPDATE"; }
    std::string_view for_share() const noexcept override { return " LOCK IN SHARE MODE"; }
    std::string exact(std::string_view expression) const override { return fmt::format("BINARY {}", expression); }
    std::string folded(std::string_view expression) const override { return std::string(expression); }
    std::string unindexed(std::string_view column) const override { return std::string(column); }
    std::string number(std::string_view expression, NumberForm form) const override {
        // Two texts, or a number and a text, would be compared as texts or as binary fractions.
        const std::string number = fmt::format("CAST({} AS DECIMAL(65,30))", expression);
        const std::string_view spelling = pattern(form);
        return spelling.empty() ? number : fmt::format("CASE WHEN {} REGEXP '{}' THEN {} END", expression, spelling, number);
    }

    std::unique_ptr<soci::session> connect(Access access) const override {
        std::string parameters = fmt::format("dbname={} host={} charset=utf8mb4 local_infile=1", soci_quoted(address_.database), soci_quoted(address_.host));
        if (!address_.user.empty()) parameters += " user=" + soci_quoted(address_.user);
        if (!address_.password.empty()) parameters += " password=" + soci_quoted(address_.password);
        if (!address_.socket.empty()) parameters += " unix_socket=" + soci_quoted(address_.socket);
        if (address_.port != 0) parameters += fmt::format(" port={}", address_.port);
        try {
            auto session = std::make_unique<soci::session>(soci::mysql, parameters);
            mysql_set_local_infile_handler(connection_of(*session), load_begin, load_read, load_end, load_error, nullptr);
            // Placeholders and orders never have id 0, dumps may have rows that do.
            *session << "SET SESSION sql_mode = 'STRICT_ALL_TABLES,NO_ENGINE_SUBSTITUTION,NO_AUTO_VALUE_ON_ZERO', time_zone = '+00:00', "
                        "collation_connection = 'utf8mb4_unicode_520_ci', innodb_lock_wait_timeout = "
                     << std::to_string(busy_timeout_s_);
            *session << "SET SESSION TRANSACTION ISOLATION LEVEL " << (access == Access::read_only ? "REPEATABLE READ" : "READ COMMITTED");
            return session;
        } catch (const soci::soci_error& error) {
            const Failure failure = explain(error);
            throw Error(failure.code == errc::database_connection_lost ? failure.code : errc::database_unavailable,
                        fmt::format("cannot open {}: {}", description(), failure.message),
                        "is the server running, and are user, password and database right? The user needs to read and write the tables, and to create them");
        }
    }

    Failure explain(const soci::soci_error& error) const override {
        const auto* mysql = dynamic_cast<const soci::mysql_soci_error*>(&error);
        if (!mysql) return {errc::database_statement, "the database driver failed"};  // its words may hold bound values
        const int number = static_cast<int>(mysql->err_num_);
        std::string words = error.get_error_message();
        // SOCI repeats the statement, values and all, behind the database's words.
        if (const auto statement = words.find(" while "); statement != std::string::npos && statement + 7 < words.size()) words.resize(statement);
        Failure failure{errc::database_statement, fmt::format("{} ({})", masked_message(number, words), number)};
        switch (number) {
            case 1205: case 1213: case 1020: failure.code = errc::database_busy; break;
            case 1053: case 1158: case 1159: case 1160: case 1161: case 1927: case 2006: case 2012: case 2013: case 2027: case 2055: case 4031:
                failure.code = errc::database_connection_lost; break;
            case 3: case 1021: case 1114: failure.code = errc::database_full; break;
            case 1005: case 1023: case 1026: case 1030:
                // The engine's own number stands in the words: no space on the device, no room in the table's file.
                if (words.find(" 28 \"") != std::string::npos || words.find(" 135 \"") != std::string::npos) failure.code = errc::database_full;
                break;
            case 1290: case 1792: failure.code = errc::io; break;  // the server, or the transaction, is read-only
            case 1040: case 1044: case 1045: case 1049: case 1698: case 2002: case 2003: case 2005:
                failure.code = errc::database_unavailable;
                break;
            default: break;
        }
        return failure;
    }

    std::string_view begin(Access access) const noexcept override {
        return access == Access::read_only ? "START TRANSACTION WITH CONSISTENT SNAPSHOT, READ ONLY" : "START TRANSACTION";
    }
    int attempts_max() const noexcept override { return 10; }
    bool has_transactional_ddl() const noexcept override { return false; }
    std::string rename_tables(std::span<const std::pair<std::string, std::string>> renames) const override {
        std::string list;
        for (const auto& [from, to] : renames) list += fmt::format("{}{} TO {}", list.empty() ? "" : ", ", quote_identifier(from), quote_identifier(to));
        return "RENAME TABLE " + list;
    }
    std::string next_isolation(std::string_view level) const override { return fmt::format("SET TRANSACTION ISOLATION LEVEL {}", level); }
    std::string update_if_there(const Upsert& rows) const override {
        std::string sets;
        for (const std::string_view column : rows.updated)
            sets += fmt::format("{}{} = VALUES({})", sets.empty() ? "" : ", ", quote_identifier(column), quote_identifier(column));
        for (const std::string_view column : rows.added)
            sets += fmt::format("{0}{1} = {1} + VALUES({1})", sets.empty() ? "" : ", ", quote_identifier(column));
        return " ON DUPLICATE KEY UPDATE " + sets;
    }
    // Names of locks belong to the whole server and are at most 64 characters on MySQL.
    // A moment's patience: the server notices late that a killed program's connection is gone.
    std::string_view take_lock_sql() const noexcept override { return "SELECT GET_LOCK(MD5(CONCAT(DATABASE(), '.', ?)), 2)"; }
    std::string_view give_lock_sql() const noexcept override { return "SELECT RELEASE_LOCK(MD5(CONCAT(DATABASE(), '.', ?)))"; }
    std::string_view table_exists_sql() const noexcept override {
        return "SELECT 1 FROM information_schema.tables WHERE table_schema = DATABASE() AND table_name = ?";
    }
    std::string_view column_names_sql() const noexcept override {
        return "SELECT column_name FROM information_schema.columns WHERE table_schema = DATABASE() AND table_name = ?";
    }
    std::string_view index_names_sql() const noexcept override {
        return "SELECT DISTINCT index_name FROM information_schema.statistics WHERE table_schema = DATABASE() AND table_name = ?";
    }

    std::string_view primary_key_sql() const noexcept override {
        return "SELECT column_name FROM information_schema.statistics WHERE table_schema = DATABASE() AND table_name = ? AND index_name = 'PRIMARY' "
               "ORDER BY seq_in_index";
    }
    std::string give_room_back(std::span<const std::string> tables) const override { return fmt::format("OPTIMIZE TABLE {}", fmt::join(tables, ", ")); }
    std::string add_primary_key(std::string_view table, std::string_view column) const override {
        return fmt::format("ALTER TABLE {} ADD PRIMARY KEY ({})", quote_identifier(table), quote_identifier(column));
    }

    std::string index_name(const Table&, const Index& index) const override { return index.name; }

    std::string create_index(const Table& table, const Index& index) const override {
        return fmt::format("ALTER TABLE {} ADD {}", quote_identifier(table.name), index_definition(index));
    }

    std::vector<std::string> create_table(const Table& table) const override {
        std::string body;
        const auto add = [&](const std::string& line) { body += (body.empty() ? "\n  " : ",\n  ") + line; };
        for (const Column& column : table.columns) add(column_definition(column));
        if (!table.primary_key.empty()) {
            std::string keys;
            for (const std::string& key : table.primary_key) keys += (keys.empty() ? "" : ",") + quote_identifier(key);
            add(fmt::format("PRIMARY KEY ({})", keys));
        }
        for (const Index& index : table.indexes) add(index_definition(index));
        const std::string next = table.auto_increment_next > 1 ? fmt::format(" AUTO_INCREMENT={}", table.auto_increment_next) : "";
        return {fmt::format("CREATE TABLE {} ({}\n) ENGINE=InnoDB{} DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_unicode_520_ci",
                            quote_identifier(table.name), body, next)};
    }

    bool marks_sessions() const noexcept override { return true; }
    std::string mark(std::string_view, bool own) const override { return own ? "SET @ordo_own = 1" : "SET @ordo_own = NULL"; }
    std::string create_capture_trigger(const CaptureTrigger& trigger) const override {
        // VALUES, not SELECT: that would hold the lock of the auto-increment until the statement ends.
        std::string body;
        for (const auto& [condition, values] : trigger.parts) body += fmt::format("IF {} THEN INSERT INTO {} VALUES ({}); END IF; ", condition, trigger.into, values);
        return fmt::format("CREATE TRIGGER {} AFTER {} ON {} FOR EACH ROW IF @ordo_own IS NULL THEN {}END IF", quote_identifier(trigger.name), trigger.event, quote_identifier(trigger.table), body);
    }
    std::string_view triggers_sql() const noexcept override { return "SELECT trigger_name, created FROM information_schema.triggers WHERE trigger_schema = DATABASE()"; }

    std::size_t rows_per_insert(std::size_t columns) const noexcept override { return std::max<std::size_t>(1, 2000 / columns); }

    bool load(soci::session& session, const Insert& rows) const override {
        const std::size_t count = rows.values.size() / rows.columns.size();
        if (count < load_rows_min || !load_is_allowed_) return false;
        std::string columns;
        for (const std::string_view column : rows.columns) columns += (columns.empty() ? "" : ", ") + quote_identifier(column);
        MYSQL* const connection = connection_of(session);
        const auto run = [&](const std::string& sql) { return mysql_real_query(connection, sql.data(), sql.size()) == 0; };
        const auto fail = [&] { throw soci::mysql_soci_error(mysql_error(connection), static_cast<int>(mysql_errno(connection))); };
        if (!run("SAVEPOINT ordo_load")) fail();
        LoadText text(rows);
        mysql_set_local_infile_handler(connection, load_begin, load_read, load_end, load_error, &text);
        const bool ran = run(fmt::format("LOAD DATA LOCAL INFILE 'rows' INTO TABLE {} CHARACTER SET utf8mb4 ({})", quote_identifier(rows.table), columns));
        mysql_set_local_infile_handler(connection, load_begin, load_read, load_end, load_error, nullptr);
        if (!ran) {
            const unsigned error = mysql_errno(connection);
            if (error != 1148 && error != 2068 && error != 3948 && error != 4166) fail();
            load_is_allowed_ = false;  // the server does not want it: INSERT does
        } else if (mysql_affected_rows(connection) == count && mysql_warning_count(connection) == 0) {
            return true;
        }
        // With LOCAL the database turns errors into warnings: the same rows by INSERT fail as they should, or succeed.
        if (!run("ROLLBACK TO ordo_load")) fail();
        return false;
    }

    void each_row(soci::statement& executed, const std::function<void(std::span<const BytesView>)>& each) const override {
        auto* const backend = static_cast<soci::mysql_statement_backend*>(executed.get_backend());
        MYSQL_RES*& held = backend->result_;
        // A connection that is lost among the rows leaves no result and no fields, as a statement without rows does.
        MYSQL* const connection = backend->session_.conn_;
        if (!held && mysql_errno(connection) != 0) throw soci::mysql_soci_error(mysql_error(connection), static_cast<int>(mysql_errno(connection)));
        // A statement is kept for the next time, all its rows would be too.
        const std::unique_ptr<MYSQL_RES, decltype(&mysql_free_result)> owner(std::exchange(held, nullptr), &mysql_free_result);
        MYSQL_RES* const result = owner.get();
        if (!result) return;
        std::vector<BytesView> values(mysql_num_fields(result));
        mysql_data_seek(result, 0);  // SOCI walked over all rows already
        while (const MYSQL_ROW row = mysql_fetch_row(result)) {
            const unsigned long* const lengths = mysql_fetch_lengths(result);
            for (std::size_t i = 0; i < values.size(); ++i)
                values[i] = row[i] ? BytesView{std::in_place, row[i], lengths[i]} : BytesView{};
            each(values);
        }
    }

    void abandon(soci::statement&) const noexcept override {}  // results are on our side as soon as a statement has run

private:
    std::string column_definition(const Column& column) const {
        std::string sql = quote_identifier(column.name) + " " + column.type.name;
        if (!column.type.arguments.empty()) sql += "(" + column.type.arguments + ")";
        if (column.type.is_unsigned) sql += " unsigned";
        if (!column.nullable) sql += " NOT NULL";
        if (column.auto_increment) sql += " AUTO_INCREMENT";
        if (column.default_value)
            sql += column.default_value->starts_with("current_timestamp") ? " DEFAULT " + *column.default_value : " DEFAULT " + quoted_text(*column.default_value);
        else if (column.nullable)
            sql += " DEFAULT NULL";
        return sql;
    }

    std::string index_definition(const Index& index) const {
        std::string parts;
        for (const IndexPart& part : index.parts) {
            parts += (parts.empty() ? "" : ",") + quote_identifier(part.column);
            if (part.prefix > 0) parts += fmt::format("({})", part.prefix);
        }
        const char* kind = index.kind == Index::Kind::unique ? "UNIQUE " : index.kind == Index::Kind::full_text ? "FULLTEXT " : "";
        return fmt::format("{}KEY {} ({})", kind, quote_identifier(index.name), parts);
    }

    static std::string quoted_text(std::string_view text) {
        std::string quoted = "'";
        for (const char c : text) {
            if (c == '\'' || c == '\\') quoted += c;
            quoted += c;
        }
        return quoted + "'";
    }

    Address address_;
    int busy_timeout_s_;
    mutable std::atomic<bool> load_is_allowed_{true};
};

}  // namespace

std::unique_ptr<SqlDialect> make_mariadb_dialect(const std::string& location, int busy_timeout_s) {
    return std::make_unique<MariadbDialect>(parse_location(location), busy_timeout_s);
}

}  // namespace ordo::database
