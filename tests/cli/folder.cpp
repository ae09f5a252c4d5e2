/// See folder.hpp.
#include "tests/cli/folder.hpp"

#include <algorithm>

#include <fmt/format.h>
#include <fmt/ranges.h>
#include <sqlite3.h>

namespace ordo::test {
namespace fs = std::filesystem;

Sql::Sql(const fs::path& file, Access access) {
    sqlite3* opened = nullptr;
    const int result =
        sqlite3_open_v2(file.c_str(), &opened, access == Access::read_only ? SQLITE_OPEN_READONLY : SQLITE_OPEN_READWRITE, nullptr);
    connection_.reset(opened);
    INFO(file);
    REQUIRE(result == SQLITE_OK);
    sqlite3_busy_timeout(opened, 5000);
}

void Sql::Close::operator()(sqlite3* connection) const noexcept { sqlite3_close(connection); }

std::vector<std::string> Sql::rows(const std::string& sql) const {
    std::vector<std::string> found;
    const auto each_row = [](void* to, int columns, char** values, char**) {
        std::string row;
        for (int i = 0; i < columns; ++i) row += (i ? "|" : "") + std::string(values[i] ? values[i] : "NULL");
        static_cast<std::vector<std::string>*>(to)->push_back(std::move(row));
        return 0;
    };
    const int result = sqlite3_exec(connection_.get(), sql.c_str(), each_row, &found, nullptr);
    INFO(sql << ": " << sqlite3_errmsg(connection_.get()));
    REQUIRE(result == SQLITE_OK);
    return found;
}

std::string Sql::one(const std::string& sql) const {
    const auto found = rows(sql);
    return found.empty() ? "" : found.front();
}

bool Sql::write_lock_is_free() const {
    sqlite3_busy_timeout(connection_.get(), 0);
    const bool is_free = sqlite3_exec(connection_.get(), "BEGIN IMMEDIATE; ROLLBACK", nullptr, nullptr, nullptr) == SQLITE_OK;
    sqlite3_busy_timeout(connection_.get(), 5000);
    return is_free;
}

Folder::Folder(Holds holds) {
    if (holds == Holds::nothing) return;
    // Made by the program itself, once each.
    static std::map<Holds, std::unique_ptr<Folder>> made;
    auto& origin = made[holds];
    if (!origin) {
        auto folder = std::make_unique<Folder>(holds == Holds::imported_shop ? Holds::nothing : Holds::imported_shop);
        const Result result = holds == Holds::imported_shop ? folder->ordo({"import", shop_dump.string()}) : folder->ordo({"hpos", "sync"});
        INFO(result);
        REQUIRE(result.exit == 0);
        origin = std::move(folder);
    }
    fs::copy_file(origin->database(), database());
}

Result Folder::ordo(const Command& arguments, const RunOptions& options) const { return Process(path(), arguments, options).wait(); }

boost::json::value Folder::json(Command arguments, int exit) const {
    arguments.emplace_back("--format=json");
    const Result result = ordo(arguments);
    INFO(fmt::format("ordo {}: ", fmt::join(arguments, " ")) << result);
    REQUIRE(result.exit == exit);
    REQUIRE(!result.out.empty());
    return boost::json::parse(lines_of(result.out).back());
}

std::string Folder::stored() const {
    std::string bytes;
    for (const char* name : {"ordo.db", "ordo.db-wal"}) {
        const fs::path file = path() / name;
        if (!fs::exists(file)) continue;
        // In one piece: `slurp` takes half a second for a shop in a debug build.
        std::string all(fs::file_size(file), '\0');
        std::ifstream(file, std::ios::binary).read(all.data(), static_cast<std::streamsize>(all.size()));
        bytes += all;
    }
    return bytes;
}

std::vector<std::string> Folder::file_names() const {
    std::vector<std::string> names;
    for (const auto& entry : fs::directory_iterator(path())) names.push_back(entry.path().filename());
    std::sort(names.begin(), names.end());
    return names;
}

std::vector<std::string> migrated_rows(const Sql& sql) {
    std::vector<std::string> all;
    for (const auto& [table, order] : std::vector<std::pair<std::string, std::string>>{{"wp_wc_orders", "id"},
                                                                                       {"wp_wc_order_addresses", "order_id, address_type"},
                                                                                       {"wp_wc_order_operational_data", "order_id"},
                                                                                       {"wp_wc_orders_meta", "order_id, id"},
                                                                                       {"wp_ordo_overflow", "order_id, name, ordinal"}}) {
        std::string columns;
        for (const std::string& column : sql.rows("SELECT name FROM pragma_table_info('" + table + "')"))
            if (column != "overflow_id" && (column != "id" || table == "wp_wc_orders"))
                columns += (columns.empty() ? "\"" : ", \"") + column + "\"";
        for (const std::string& row : sql.rows("SELECT " + columns + " FROM " + table + " ORDER BY " + order))
            all.push_back(table + ": " + row);
    }
    return all;
}

std::string bare_plugins_section(const std::vector<std::string>& load, const std::vector<fs::path>& directories) {
    std::vector<std::string> folders;
    for (const fs::path& folder : directories) folders.push_back('"' + folder.string() + '"');
    return fmt::format("[plugins]\ndirectories = [{}]\nload = [\"{}\"]\n", fmt::join(folders, ", "), fmt::join(load, "\", \""));
}

std::string plugins_section(std::vector<std::string> more, const std::vector<fs::path>& directories) {
    more.insert(more.begin(), {"woocommerce", "posts", "hpos"});
    return bare_plugins_section(more, directories);
}

fs::path museum_room(const std::string& plugin) { return fs::path(paths::museum()) / plugin; }
fs::path museum_library(const std::string& plugin) { return museum_room(plugin) / (plugin + ".so"); }

fs::path copy_plugin(const std::string& plugin, const fs::path& folder) {
    fs::create_directories(folder);
    fs::copy_file(museum_room(plugin) / (plugin + ".toml"), folder / (plugin + ".toml"));
    fs::copy_file(museum_library(plugin), folder / (plugin + ".so"));
    return folder / (plugin + ".so");
}

}  // namespace ordo::test
