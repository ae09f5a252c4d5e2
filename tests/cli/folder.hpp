/// A user's folder: the configuration and the database in it, and `ordo` called from it. Plain SQL sees what the program
/// did, through SQLite itself and not through Ordo. One thread.
#pragma once

#include <memory>

#include <boost/json.hpp>

#include "tests/cli/program.hpp"
#include "tests/support/shop.hpp"

struct sqlite3;

namespace ordo::test {

/// A connection to an SQLite file. A statement that fails is a failed test.
class Sql {
public:
    enum class Access { read_only, read_write };
    explicit Sql(const std::filesystem::path& file, Access access = Access::read_write);
    /// One text a row: its values, "|" between them; NULL is "NULL".
    std::vector<std::string> rows(const std::string& sql) const;
    /// The first row, or "".
    std::string one(const std::string& sql) const;
    void run(const std::string& sql) const { rows(sql); }
    bool write_lock_is_free() const;

private:
    struct Close {
        void operator()(sqlite3* connection) const noexcept;
    };
    std::unique_ptr<sqlite3, Close> connection_;
};

class Folder {
public:
    /// What stands in ordo.db: nothing (no file), the shop of tests/data as imported, or the same after `ordo hpos sync`.
    enum class Holds { nothing, imported_shop, migrated_shop };
    explicit Folder(Holds holds);

    std::filesystem::path operator/(const std::string& name) const { return directory_.path() / name; }
    const std::filesystem::path& path() const noexcept { return directory_.path(); }
    std::filesystem::path database() const { return path() / "ordo.db"; }
    std::filesystem::path write(const std::string& name, const std::string& text) const { return directory_.write(name, text); }

    Result ordo(const Command& arguments, const RunOptions& options = {}) const;
    /// The same with --format=json: the last line of stdout.
    boost::json::value json(Command arguments, int exit = 0) const;
    Sql sql() const { return Sql(database()); }
    /// Every byte of the database: its file and its write-ahead log (a reader leaves an empty log behind; that is SQLite's way).
    std::string stored() const;
    std::vector<std::string> file_names() const;

private:
    TempDirectory directory_;
};

using Holds = Folder::Holds;

/// The tables that a migration fills, as text, by order: all columns but the surrogate ids.
std::vector<std::string> migrated_rows(const Sql& sql);

/// `[plugins]` for an ordo.toml, without and with the built-in plugins in front.
std::string bare_plugins_section(const std::vector<std::string>& load, const std::vector<std::filesystem::path>& directories);
std::string plugins_section(std::vector<std::string> more, const std::vector<std::filesystem::path>& directories);

/// Folder and library of a plugin of tests/bad_plugins.
std::filesystem::path museum_room(const std::string& plugin);
std::filesystem::path museum_library(const std::string& plugin);
/// Copies library and manifest into a folder, which it makes; gives the library.
std::filesystem::path copy_plugin(const std::string& plugin, const std::filesystem::path& folder);

}  // namespace ordo::test
