/// What tests of whole shops share: the imported shop of tests/data, its exports.
#pragma once

#include <filesystem>
#include <fstream>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include <ordo/kernel.hpp>

#include "tests/support/paths.hpp"
#include "tests/support/test_database.hpp"

namespace ordo::test {

inline const std::filesystem::path data_directory = paths::data();
inline const std::filesystem::path builtin_plugins = paths::builtin_plugins();
inline const std::filesystem::path shop_dump = data_directory / "store-posts.sql.gz";

inline std::string slurp(const std::filesystem::path& file) {
    std::ifstream in(file, std::ios::binary);
    return {std::istreambuf_iterator<char>(in), {}};
}

/// The code of the error that the work ends with; "" if it ends well.
inline std::string code_of(const std::function<void()>& work) {
    try {
        work();
    } catch (const Error& error) {
        return std::string(error.code().name);
    }
    return "";
}

inline KernelOptions kernel_options(const std::string& database_url = "sqlite://unused") {
    KernelOptions options;
    options.database_url = database_url;
    options.builtin_plugin_directories = {builtin_plugins};
    options.log_level = Log::Level::error;
    return options;
}

inline std::vector<std::string> export_lines(Kernel& kernel, const std::string& store) {
    std::vector<std::string> lines;
    ExportOptions options;
    options.store = store;
    kernel.exporter().export_orders(options, [&](std::string_view line) { lines.emplace_back(line); });
    return lines;
}

/// The shop of tests/data in a database of its own. The import is done once; every fixture gets a copy.
class Shop {
public:
    explicit Shop(std::optional<KernelOptions> options = std::nullopt, const std::filesystem::path& dump = shop_dump) {
        static std::map<std::filesystem::path, std::unique_ptr<TestDatabase>> imported;
        auto& origin = imported[dump];
        if (!origin) {
            origin = std::make_unique<TestDatabase>();
            Kernel importing(kernel_options(origin->url()));
            importing.importer().import_dump(dump, {});
        }
        storage_.copy(*origin);
        open(std::move(options));
    }
    /// Closes the kernel and opens another on the same database.
    void open(std::optional<KernelOptions> options = std::nullopt) {
        kernel_.reset();
        KernelOptions used = options.value_or(kernel_options());
        used.database_url = storage_.url();
        kernel_ = std::make_unique<Kernel>(used);
    }
    void close() { kernel_.reset(); }

    Kernel& kernel() { return *kernel_; }
    Database& database() { return kernel_->database(); }
    DataSynchronizer& synchronizer() { return kernel_->synchronizer(); }
    std::filesystem::path file() const { return storage_.file(); }
    std::string url() const { return storage_.url(); }

private:
    TestDatabase storage_;
    std::unique_ptr<Kernel> kernel_;
};

/// The shop's database for somebody who may only read: a file without the right to write, or a user with SELECT alone.
class ReadOnlyAccess {
public:
    explicit ReadOnlyAccess(Shop& shop) : shop_(shop), url_(shop.url()) {
        if (mariadb_socket().empty()) {
            shop.close();
            std::filesystem::permissions(shop.file(), std::filesystem::perms::owner_read);
            return;
        }
        execute(shop.database(), "CREATE OR REPLACE USER ordo_reader@localhost");
        execute(shop.database(), "GRANT SELECT ON " + select_one(shop.database(), "SELECT DATABASE()") + ".* TO ordo_reader@localhost");
        url_.replace(url_.find("root"), 4, "ordo_reader");
    }
    ReadOnlyAccess(const ReadOnlyAccess&) = delete;
    ReadOnlyAccess& operator=(const ReadOnlyAccess&) = delete;
    ~ReadOnlyAccess() {
        if (mariadb_socket().empty()) std::filesystem::permissions(shop_.file(), std::filesystem::perms::owner_all);
        else execute(shop_.database(), "DROP USER ordo_reader@localhost");
    }
    const std::string& url() const noexcept { return url_; }

private:
    Shop& shop_;
    std::string url_;
};

}  // namespace ordo::test
