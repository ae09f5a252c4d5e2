/// No room left, at any moment: one clear error, exit 74, nothing half-written; with room the same command completes.
#include <algorithm>
#include <cstdlib>

#include <fmt/format.h>

#include "tests/faults/fire_shop.hpp"
#include "tests/support/paths.hpp"

namespace ordo::test {
namespace {

using Holds = FireShop::Holds;

/// One error with a code and what to do, on few lines.
void check_says_why(const Result& result) {
    CHECK(result.exit == 74);
    CHECK((has(result.err, "[ordo.database.full]") || has(result.err, "[ordo.io]")));
    CHECK(!has(result.err, "warning"));
    CHECK(lines_of(result.err).size() <= 4);
}

/// SQLite's files alone have a limit of size here; those of a server are not the program's.
std::size_t bytes_of(const FireShop& shop) {
    std::size_t bytes = 0;
    for (const char* name : {"", "-wal"}) {
        std::error_code none;
        const auto size = std::filesystem::file_size(shop.url().substr(9) + name, none);
        if (!none) bytes = std::max(bytes, static_cast<std::size_t>(size));
    }
    return bytes;
}

/// A server whose tables have one file of limited size. Not the other tests' server.
class SmallServer {
public:
    explicit SmallServer(std::uintmax_t megabytes) { call("start", megabytes); }
    SmallServer(const SmallServer&) = delete;
    SmallServer& operator=(const SmallServer&) = delete;
    ~SmallServer() { std::system(fmt::format("{} stop {}", paths::server(), folder().string()).c_str()); }

    void restart(std::uintmax_t megabytes) const { call("restart", megabytes); }
    std::string url(const std::string& database) const { return fmt::format("mariadb://root@localhost/{}?socket={}", database, (folder() / "socket").string()); }
    std::uintmax_t megabytes() const { return std::filesystem::file_size(folder() / "data" / "ibdata1") >> 20; }

private:
    std::filesystem::path folder() const { return directory_.path() / "server"; }
    void call(const char* command, std::uintmax_t megabytes) const {
        const std::string options = fmt::format("--innodb-file-per-table=0 --innodb-autoextend-increment=1 --innodb-data-file-path=ibdata1:12M:autoextend:max:{}M", megabytes);
        REQUIRE(std::system(fmt::format("ORDO_MARIADB_OPTIONS='{}' {} {} {}", options, paths::server(), command, folder().string()).c_str()) == 0);
    }

    TempDirectory directory_;
};

}  // namespace

TEST_CASE("on a full disk a synchronisation ends with exit 74 and no half order; with room it completes [G4] [G12]", "[sqlite]") {
    const Command sync{"hpos", "sync", "--batch-size", "10"};
    const FireShop undisturbed(Holds::posts);
    REQUIRE(undisturbed.ordo(sync).exit == 0);
    const Contents wanted = undisturbed.contents();
    int refused = 0;
    for (std::size_t room = 40'000; room < 20'000'000; room = room * 3 / 2) {
        const FireShop shop(Holds::posts);
        RunOptions small_disk;
        small_disk.file_bytes_max = room;
        const Result result = shop.ordo(sync, small_disk);
        INFO("room " << room << " of " << bytes_of(shop));
        INFO(result);
        if (result.exit == 0) break;
        ++refused;
        check_says_why(result);
        // What is there is whole: no row without its order, and nobody in quarantine for it.
        const Contents left = shop.contents();
        if (left.contains("wp_wc_order_operational_data")) {
            CHECK(left.at("wp_wc_order_operational_data").size() == left.at("wp_wc_orders").size());
            CHECK(left.at("wp_ordo_quarantine").empty());
        }
        const Result rest = shop.ordo(sync);
        INFO(rest);
        CHECK(rest.exit == 0);
        CHECK(difference(wanted, shop.contents()) == "");
    }
    CHECK(refused >= 3);
}

TEST_CASE("on a server without room a synchronisation ends with exit 74 and no half order; with room it completes [G4] [G12]", "[mariadb]") {
    const std::uintmax_t plenty = 300;
    const SmallServer server(plenty);
    QuietLog log;
    database::SqlDatabase administration(database::make_dialect(server.url("mysql")), log);
    execute(administration, "CREATE DATABASE shop");
    database::SqlDatabase shop(database::make_dialect(server.url("shop")), log);
    const TempDirectory folder;
    const auto ordo = [&](Command command) {
        command.insert(command.end(), {"--database", server.url("shop")});
        return Process(folder.path(), command).wait();
    };
    REQUIRE(ordo({"import", shop_dump.string()}).exit == 0);
    const std::uintmax_t size = server.megabytes();
    int refused = 0;
    for (const std::uintmax_t more : {0, 1, 2, 4, 6, 8, 10}) {
        server.restart(size + more);
        const Result result = ordo({"hpos", "sync", "--batch-size", "20"});
        INFO(more << " MiB more than " << size);
        INFO(result);
        if (result.exit == 0) break;
        ++refused;
        check_says_why(result);
        const auto tables = table_names(shop);
        if (std::find(tables.begin(), tables.end(), "wp_wc_orders") == tables.end()) continue;
        for (const char* table : {"wp_wc_order_operational_data", "(SELECT DISTINCT order_id FROM wp_wc_order_addresses)"})
            CHECK(select_one(shop, fmt::format("SELECT COUNT(*) FROM {} AS d", table)) == select_one(shop, "SELECT COUNT(*) FROM wp_wc_orders"));
    }
    CHECK(refused >= 2);
    server.restart(plenty);
    const Result quarantine = ordo({"hpos", "quarantine", "list"});
    INFO(quarantine);
    CHECK(has(quarantine.out, "no order is in quarantine"));
    CHECK(ordo({"hpos", "sync"}).exit == 0);
    const Result verified = ordo({"hpos", "verify-data"});
    INFO(verified);
    CHECK(verified.exit == 0);
}

TEST_CASE("on a full disk an import ends with exit 74 and leaves nothing; with room it completes [G12]", "[sqlite]") {
    for (const std::size_t room : {std::size_t{60'000}, std::size_t{300'000}, std::size_t{1'000'000}}) {
        const FireShop shop(Holds::nothing);
        RunOptions small_disk;
        small_disk.file_bytes_max = room;
        const Result result = shop.ordo({"import", shop_dump.string()}, small_disk);
        INFO("room " << room);
        INFO(result);
        check_says_why(result);
        CHECK(shop.contents().empty());
        const Result rest = shop.ordo({"import", shop_dump.string()});
        INFO(rest);
        CHECK(rest.exit == 0);
    }
}

TEST_CASE("on a full disk an export ends with exit 74 and leaves no file, whole or half") {
    const FireShop shop(Holds::posts);
    RunOptions small_disk;
    small_disk.file_bytes_max = 100'000;
    const Result result = shop.ordo({"order", "export", "--output", "orders.jsonl"}, small_disk);
    INFO(result);
    check_says_why(result);
    CHECK(!std::filesystem::exists(shop.folder() / "orders.jsonl"));
    CHECK(!std::filesystem::exists(shop.folder() / "orders.jsonl.partial"));
    CHECK(shop.ordo({"order", "export", "--output", "orders.jsonl"}).exit == 0);
}

}  // namespace ordo::test
