/// Databases that are none, are no shop, or take no more: what each command says of them, and that it leaves them alone.
#include <sched.h>
#include <sys/mount.h>
#include <unistd.h>

#include "tests/cli/folder.hpp"

namespace ordo::test {
namespace {

const Commands commands_on_a_shop{
    {"hpos", "status"},
    {"hpos", "sync"},
    {"hpos", "verify-data"},
    {"hpos", "diff", "43"},
    {"hpos", "count-unmigrated"},
    {"hpos", "enable"},
    {"hpos", "disable"},
    {"order", "get", "43"},
    {"order", "export"},
    {"db", "check"},
    {"option", "get", "siteurl"},
    {"option", "list"},
    {"option", "update", "some_option", "1"},
    {"option", "delete", "some_option"},
};

void check_refused(const Folder& folder, const std::string& code, const std::string& hint) {
    for (const Command& command : commands_on_a_shop) {
        const Result result = folder.ordo(command);
        INFO(command[0] << " " << command[1] << ": " << result);
        CHECK(result.exit == 69);
        CHECK(result.out.empty());
        CHECK(has(result.err, "ordo.db"));
        CHECK(has(result.err, "[" + code + "]"));
        CHECK(has(result.err, hint));
    }
}

/// A file system of this size on the folder, seen by this process and its children only. False: not allowed here.
bool mount_small_disk(const std::filesystem::path& folder, const std::string& size) {
    return unshare(CLONE_NEWNS) == 0 && mount(nullptr, "/", nullptr, MS_REC | MS_PRIVATE, nullptr) == 0 &&
           mount("tmpfs", folder.c_str(), "tmpfs", 0, ("size=" + size).c_str()) == 0;
}

}  // namespace

TEST_CASE("a database that is no shop is said to be none, and not touched") {
    const Folder folder(Holds::nothing);
    SECTION("another program's") {
        Sql(folder.write("ordo.db", "")).run("CREATE TABLE birds (name TEXT); INSERT INTO birds VALUES ('wren')");
        const std::string before = folder.stored();
        check_refused(folder, "ordo.database.not_a_shop", "ordo import");
        CHECK((folder.stored() == before));
    }
    SECTION("a shop with another prefix") {
        Sql(folder.write("ordo.db", "")).run("CREATE TABLE shop_posts (ID INTEGER PRIMARY KEY)");
        const std::string before = folder.stored();
        check_refused(folder, "ordo.database.not_a_shop", "table_prefix");
        CHECK((folder.stored() == before));
    }
    SECTION("an empty file") {
        folder.write("ordo.db", "");
        check_refused(folder, "ordo.database.not_a_shop", "ordo import");
        CHECK(folder.stored().empty());
    }
    SECTION("a text file") {
        const std::string text = "This is not the database you are looking for.\n" + std::string(5000, 'x');
        folder.write("ordo.db", text);
        check_refused(folder, "ordo.database.unavailable", "SQLite");
        CHECK((folder.stored() == text));
    }
    SECTION("a folder") {
        std::filesystem::create_directory(folder.database());
        check_refused(folder, "ordo.database.unavailable", "SQLite");
    }
}

TEST_CASE("where there is no database the way to one is shown, and none appears by itself") {
    const Folder folder(Holds::nothing);
    check_refused(folder, "ordo.database.missing", "ordo import");
    CHECK(folder.file_names().empty());
}

TEST_CASE("a database in a folder that is not there cannot be made: no database") {
    const Folder folder(Holds::nothing);
    for (const Command& command : Commands{{"import", shop_dump.string()}, {"db", "init"}}) {
        const Result result = folder.ordo({command[0], command[1], "--database=sqlite://no/such/ordo.db"});
        INFO(result);
        CHECK(result.exit == 69);
        CHECK(has(result.err, "no/such/ordo.db"));
    }
}

TEST_CASE("a URL of a database that this version does not know is refused without saying its password [G20]") {
    const Folder folder(Holds::nothing);
    const Result result = folder.ordo({"hpos", "status", "--database=oracle://scott:tiger@host/shop"});
    INFO(result);
    CHECK(result.exit == 2);
    CHECK(has(result.err, "oracle"));
    CHECK_FALSE(has(result.err, "tiger"));
}

TEST_CASE("a broken database file is no crash") {
    const Folder folder(Holds::migrated_shop);
    std::string bytes = folder.stored();
    for (std::size_t i = 8192; i < bytes.size(); i += 97) bytes[i] = 'x';
    folder.write("ordo.db", bytes);
    for (const Command& command : Commands{{"hpos", "status"}, {"hpos", "sync"}, {"hpos", "verify-data"}}) {
        const Result result = folder.ordo(command);
        INFO(result);
        CHECK(result.exit == 69);
        CHECK(has(result.err, "[ordo.database.unavailable]"));
    }
}

TEST_CASE("db init makes a new shop on HPOS, db check finds what was taken away") {
    const Folder folder(Holds::nothing);
    const Result made = folder.ordo({"db", "init"});
    INFO(made);
    CHECK(made.exit == 0);
    CHECK(has(made.out, "wp_wc_orders"));
    CHECK(folder.json({"hpos", "status"}).at("authoritative") == "hpos");
    CHECK(folder.ordo({"db", "check"}).exit == 0);
    CHECK(folder.json({"db", "init"}).at("created").as_array().empty());

    folder.sql().run("DROP INDEX wp_wc_orders_billing_email; DROP TABLE wp_wc_order_addresses");
    const Result checked = folder.ordo({"db", "check"});
    INFO(checked);
    CHECK(checked.exit == 1);
    CHECK(has(checked.out, "wp_wc_order_addresses"));
    CHECK(has(checked.out, "billing_email"));
    CHECK(folder.ordo({"db", "init"}).exit == 0);
    CHECK(folder.ordo({"db", "check"}).exit == 0);
}

TEST_CASE("a file that may not grow ends an import and a synchronisation with 74, nothing half-written") {
    RunOptions small;
    small.file_bytes_max = std::size_t{3} << 20U;
    {
        const Folder folder(Holds::nothing);
        const Result result = folder.ordo({"import", shop_dump.string()}, small);
        INFO(result);
        CHECK(result.exit == 74);
        CHECK(has(result.err, "error: "));
        if (exists(folder.database())) CHECK(folder.sql().rows("SELECT name FROM sqlite_master").empty());
        CHECK(folder.ordo({"import", shop_dump.string()}).exit == 0);
    }
    const Folder folder(Holds::imported_shop);
    const Result result = folder.ordo({"hpos", "sync", "--batch-size", "20"}, small);
    INFO(result);
    CHECK(result.exit == 74);
    const boost::json::value status = folder.json({"hpos", "status"});
    CHECK(status.at("pending").as_int64() + status.at("orders_in_hpos").as_int64() == 433);
    CHECK(status.at("quarantined") == 0);
    CHECK(folder.json({"hpos", "sync"}).at("quarantined") == 0);
    CHECK(folder.ordo({"hpos", "verify-data"}).exit == 0);
}

TEST_CASE("a full disk ends an import and a synchronisation with 74; with room again the next run goes on") {
    const Folder folder(Holds::nothing), shop(Holds::imported_shop);
    if (!mount_small_disk(folder.path(), "4m")) {
        WARN("no file system can be mounted here: a really full disk is not tested");
        return;
    }
    const auto resize = [&](const std::string& size) {
        REQUIRE(mount(nullptr, folder.path().c_str(), nullptr, MS_REMOUNT, ("size=" + size).c_str()) == 0);
    };
    const Result imported = folder.ordo({"import", shop_dump.string()});
    INFO(imported);
    CHECK(imported.exit == 74);
    CHECK(has(imported.err, "full"));
    if (exists(folder.database())) CHECK(folder.sql().rows("SELECT name FROM sqlite_master").empty());

    resize("8m");
    std::filesystem::copy_file(shop.database(), folder.database(), std::filesystem::copy_options::overwrite_existing);
    const Result synced = folder.ordo({"hpos", "sync", "--batch-size", "20"});
    INFO(synced);
    CHECK(synced.exit == 74);
    CHECK(has(synced.err, "[ordo.database.full]"));
    resize("100m");
    const boost::json::value status = folder.json({"hpos", "status"});
    CHECK(status.at("pending").as_int64() > 0);
    CHECK(status.at("pending").as_int64() + status.at("orders_in_hpos").as_int64() == 433);
    CHECK(status.at("quarantined") == 0);
    CHECK(folder.ordo({"hpos", "sync"}).exit == 0);
    CHECK(folder.ordo({"hpos", "verify-data"}).exit == 0);
    CHECK((migrated_rows(folder.sql()) == migrated_rows(Folder(Holds::migrated_shop).sql())));

    resize(std::to_string(std::filesystem::space(folder.path()).capacity - std::filesystem::space(folder.path()).available + 65536));
    const Result exported = folder.ordo({"order", "export", "--output", "orders.jsonl"});
    INFO(exported);
    CHECK(exported.exit == 74);
    CHECK_FALSE(exists(folder / "orders.jsonl"));
    CHECK_FALSE(exists(folder / "orders.jsonl.partial"));
    umount2(folder.path().c_str(), MNT_DETACH);
}

}  // namespace ordo::test
