/// What tests of whole shops share: a temporary folder, the imported shop of tests/data, plain SQL on its database.
#pragma once

#include <filesystem>
#include <fstream>
#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include <ordo/kernel.hpp>

#include "tests/catch.hpp"

namespace ordo::test {

inline const std::filesystem::path data_directory = ORDO_TEST_DATA;
inline const std::filesystem::path builtin_plugins = ORDO_BUILTIN_PLUGINS;
inline const std::filesystem::path shop_dump = data_directory / "store-posts.sql.gz";

/// Removed with everything in it.
class TempDirectory {
public:
    TempDirectory() {
        std::string name = (std::filesystem::temp_directory_path() / "ordo-test-XXXXXX").string();
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

inline std::string slurp(const std::filesystem::path& file) {
    std::ifstream in(file, std::ios::binary);
    return {std::istreambuf_iterator<char>(in), {}};
}

inline KernelOptions kernel_options(const std::filesystem::path& database) {
    KernelOptions options;
    options.database_url = "sqlite://" + database.string();
    options.builtin_plugin_directories = {builtin_plugins};
    options.log_level = Log::Level::error;
    return options;
}

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

inline std::vector<std::string> export_lines(Kernel& kernel, const std::string& store) {
    std::vector<std::string> lines;
    ExportOptions options;
    options.store = store;
    kernel.exporter().export_orders(options, [&](std::string_view line) { lines.emplace_back(line); });
    return lines;
}

/// The shop of tests/data in an SQLite file of its own. The import is done once; every fixture gets a copy.
class Shop {
public:
    explicit Shop(std::optional<KernelOptions> options = std::nullopt, const std::filesystem::path& dump = shop_dump) {
        static std::map<std::filesystem::path, std::unique_ptr<TempDirectory>> imported;
        auto& origin = imported[dump];
        if (!origin) {
            origin = std::make_unique<TempDirectory>();
            Kernel importing(kernel_options(origin->path() / "shop.db"));
            importing.importer().import_dump(dump, {});
        }
        std::filesystem::copy_file(origin->path() / "shop.db", file());
        open(std::move(options));
    }
    /// Closes the kernel and opens another on the same file.
    void open(std::optional<KernelOptions> options = std::nullopt) {
        kernel_.reset();
        KernelOptions used = options.value_or(kernel_options(file()));
        used.database_url = "sqlite://" + file().string();
        kernel_ = std::make_unique<Kernel>(used);
    }
    void close() { kernel_.reset(); }

    Kernel& kernel() { return *kernel_; }
    Database& database() { return kernel_->database(); }
    DataSynchronizer& synchronizer() { return kernel_->synchronizer(); }
    std::filesystem::path file() const { return directory_.path() / "shop.db"; }
    const TempDirectory& directory() const { return directory_; }

private:
    TempDirectory directory_;
    std::unique_ptr<Kernel> kernel_;
};

}  // namespace ordo::test
