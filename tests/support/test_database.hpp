/// A database of its own for each test: an SQLite file or, where ORDO_TEST_MARIADB names a server's socket, a database on
/// that server. The same tests run on both; `[sqlite]` marks those about files.
#pragma once

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <mutex>
#include <string>
#include <vector>

#include <unistd.h>

#include <ordo/log.hpp>

#include "kernel/database/sql_database.hpp"
#include "tests/catch.hpp"

namespace ordo::test {

/// Removed with everything in it.
class TempDirectory {
public:
    explicit TempDirectory(const std::filesystem::path& parent = std::filesystem::temp_directory_path()) {
        std::string name = (parent / "ordo-test-XXXXXX").string();
        REQUIRE(mkdtemp(name.data()) != nullptr);
        path_ = name;
    }
    TempDirectory(const TempDirectory&) = delete;
    TempDirectory& operator=(const TempDirectory&) = delete;
    ~TempDirectory() {
        std::error_code ignored;
        std::filesystem::remove_all(path_, ignored);
    }
    const std::filesystem::path& path() const noexcept { return path_; }
    std::filesystem::path write(const std::string& name, const std::string& text) const {
        std::ofstream(path_ / name, std::ios::binary) << text;
        return path_ / name;
    }

private:
    std::filesystem::path path_;
};

class QuietLog final : public Log {
public:
    bool enabled(Level) const noexcept override { return true; }
    void write(Level, std::string_view message) noexcept override {
        const std::lock_guard lock(mutex_);
        last = message;
    }
    std::string last;  ///< read when nobody writes

private:
    std::mutex mutex_;
};

using SqlRow = std::vector<Bytes>;

inline std::vector<SqlRow> select(Database& database, const std::string& sql) {
    std::vector<SqlRow> rows;
    database.read([&](Read& read) {
        read.query(sql, [&](const Row& row) {
            SqlRow& values = rows.emplace_back();
            for (std::size_t i = 0; i < row.size(); ++i) values.push_back(own(row[i]));
        });
    });
    return rows;
}

inline std::string select_one(Database& database, const std::string& sql) {
    const auto rows = select(database, sql);
    return rows.empty() || !rows[0][0] ? "NULL" : *rows[0][0];
}

inline void execute(Database& database, const std::string& sql) {
    database.write([&](Unit& unit) { unit.execute(sql); });
}

/// Empty for SQLite.
inline std::string mariadb_socket() {
    const char* socket = std::getenv("ORDO_TEST_MARIADB");
    return socket ? socket : "";
}

class TestDatabase {
public:
    TestDatabase() {
        if (mariadb_socket().empty()) return;
        static int made = 0;
        name_ = "ordo_test_" + std::to_string(getpid()) + "_" + std::to_string(++made);
        execute(server(), "CREATE DATABASE " + name_ + " DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_unicode_520_ci");
    }
    TestDatabase(const TestDatabase&) = delete;
    TestDatabase& operator=(const TestDatabase&) = delete;
    ~TestDatabase() {
        if (name_.empty()) return;
        try {
            execute(server(), "DROP DATABASE " + name_);
        } catch (const std::exception&) {
            // The server is gone, and the database with it.
        }
    }

    std::string url() const { return name_.empty() ? "sqlite://" + file().string() : url_of(name_); }
    std::filesystem::path file() const { return directory_.path() / "a shop.db"; }

    /// Tables and rows of another one.
    void copy(const TestDatabase& origin) const {
        if (name_.empty()) {
            // And what connections that are still open have not put into the file yet.
            for (const char* part : {"", "-wal"})
                if (std::filesystem::path from = origin.file(); std::filesystem::exists(from += part)) std::filesystem::copy_file(from, file() += part);
            return;
        }
        for (const SqlRow& row : select(server(), "SELECT table_name FROM information_schema.tables WHERE table_schema = '" + origin.name_ + "'")) {
            execute(server(), "CREATE TABLE " + name_ + "." + *row[0] + " LIKE " + origin.name_ + "." + *row[0]);
            execute(server(), "INSERT INTO " + name_ + "." + *row[0] + " SELECT * FROM " + origin.name_ + "." + *row[0]);
        }
    }

private:
    static std::string url_of(const std::string& database) { return "mariadb://root@localhost/" + database + "?socket=" + mariadb_socket(); }
    static Database& server() {
        static QuietLog log;
        static database::SqlDatabase server(database::make_dialect(url_of("information_schema")), log);
        return server;
    }

    TempDirectory directory_;
    std::string name_;
};

/// The first column of what `sqlite` or `mariadb` asks.
inline std::vector<std::string> names(Database& database, const std::string& sqlite, const std::string& mariadb) {
    std::vector<std::string> found;
    for (const SqlRow& row : select(database, mariadb_socket().empty() ? sqlite : mariadb)) found.push_back(*row[0]);
    return found;
}

/// Columns of a table in their order.
inline std::vector<std::string> column_names(Database& database, const std::string& table) {
    return names(database, "SELECT name FROM pragma_table_info('" + table + "')",
                 "SELECT column_name FROM information_schema.columns WHERE table_schema = DATABASE() AND table_name = '" + table + "' ORDER BY ordinal_position");
}

inline std::vector<std::string> table_names(Database& database) {
    return names(database, "SELECT name FROM sqlite_master WHERE type = 'table' ORDER BY name",
                 "SELECT table_name FROM information_schema.tables WHERE table_schema = DATABASE() ORDER BY table_name");
}

inline void drop_index(Database& database, const std::string& table, const std::string& index) {
    execute(database, mariadb_socket().empty() ? "DROP INDEX " + table + "_" + index : "DROP INDEX " + index + " ON " + table);
}

/// From now on every row that meets the condition is refused, as a plugin's or a shop's own trigger would.
inline void refuse(Database& database, const std::string& event, const std::string& table, const std::string& condition, const std::string& words) {
    const std::string head = "CREATE TRIGGER refuse_" + table + " BEFORE " + event + " ON " + table;
    execute(database, mariadb_socket().empty() ? head + " WHEN " + condition + " BEGIN SELECT RAISE(ABORT, '" + words + "'); END"
                                               : head + " FOR EACH ROW IF " + condition + " THEN SIGNAL SQLSTATE '45000' SET MESSAGE_TEXT = '" + words + "'; END IF");
}

inline void refuse_inserts(Database& database, const std::string& table, const std::string& condition, const std::string& words) {
    refuse(database, "INSERT", table, condition, words);
}
inline void refuse_updates(Database& database, const std::string& table, const std::string& condition, const std::string& words) {
    refuse(database, "UPDATE", table, condition, words);
}

/// Counts every row that is written, even one that is written as it was.
class WatchedWrites {
public:
    WatchedWrites(Database& database, const std::vector<std::string>& tables) : database_(database) {
        execute(database, "CREATE TABLE seen_writes (what VARCHAR(64))");
        for (const std::string& table : tables) {
            for (const std::string event : {"INSERT", "UPDATE", "DELETE"}) {
                const std::string head = "CREATE TRIGGER seen_" + table + event + " AFTER " + event + " ON " + table;
                const std::string insert = " INSERT INTO seen_writes VALUES ('" + table + "')";
                execute(database, mariadb_socket().empty() ? head + " BEGIN" + insert + "; END" : head + " FOR EACH ROW" + insert);
            }
        }
    }
    std::string count() const { return select_one(database_, "SELECT COUNT(*) FROM seen_writes"); }

private:
    Database& database_;
};

}  // namespace ordo::test
