/// What only a server can do: refuse a user, close a connection, let two units wait for each other.
#include <atomic>
#include <thread>

#include "kernel/database/schema_installer.hpp"
#include "tests/support/shop.hpp"

namespace ordo::test {
namespace {

struct Server {
    TestDatabase storage;
    QuietLog log;
    database::SqlDatabase db{database::make_dialect(storage.url(), 1), log};
    Server() {
        execute(db, "CREATE TABLE t (id INT PRIMARY KEY, text LONGTEXT) ENGINE=InnoDB");
        execute(db, "INSERT INTO t VALUES (1, 'one'), (2, 'two')");
    }
    std::string texts() { return select_one(db, "SELECT GROUP_CONCAT(text ORDER BY id) FROM t"); }
    static void kill(Database& killer, const std::string& connection) { execute(killer, "KILL " + connection); }
};

ErrorCode code_of(const std::string& url) {
    QuietLog log;
    try {
        database::SqlDatabase db(database::make_dialect(url), log);
        db.read([](Read& read) { read.query("SELECT 1", [](const Row&) {}); });
    } catch (const Error& error) {
        CHECK(!error.hint().empty());
        CHECK(std::string(error.what()).find("sec'ret") == std::string::npos);
        return error.code();
    }
    return {"connected", ExitCode::done};
}

/// Where the ids go on is no part of a table's shape.
std::string without_counter(std::string sql) {
    const std::string_view word = " AUTO_INCREMENT=";
    for (std::size_t at = 0; (at = sql.find(word, at)) != std::string::npos;) sql.erase(at, sql.find_first_not_of("0123456789", at + word.size()) - at);
    return sql;
}

}  // namespace

TEST_CASE("user, password and database of the url may hold any sign; what is wrong is said without the password [G20]", "[mariadb]") {
    Server server;
    execute(server.db, "CREATE OR REPLACE USER 'o''r@do'@localhost IDENTIFIED BY 'sec''ret \\\\ :/?@'");
    const std::string name = select_one(server.db, "SELECT DATABASE()");
    execute(server.db, "GRANT ALL ON " + name + ".* TO 'o''r@do'@localhost");
    const std::string end = "@localhost/" + name + "?socket=" + mariadb_socket();
    CHECK(code_of("mariadb://o'r%40do:sec'ret%20%5C%20%3A%2F%3F%40" + end).name == "connected");
    CHECK(code_of("mysql://o'r%40do:sec'ret" + end).name == errc::database_unavailable.name);
    CHECK(code_of("mariadb://root@localhost/no_such_database?socket=" + mariadb_socket()).name == errc::database_unavailable.name);
    CHECK(code_of("mariadb://root@localhost/x?socket=/no/such/socket").name == errc::database_unavailable.name);
    for (const char* bad : {"mariadb://root@localhost", "mariadb://root@localhost:0/x", "mariadb://root@localhost:99999/x", "mariadb://h/x?ssl=1", "mariadb://a%zz@h/x"})
        CHECK(code_of(bad).name == errc::config_bad_value.name);
    execute(server.db, "DROP USER 'o''r@do'@localhost");
}

TEST_CASE_METHOD(Server, "a unit whose connection is cut runs again, whole [G26] [G12]", "[mariadb]") {
    int runs = 0;
    db.write([&](Unit& unit) {
        unit.execute("UPDATE t SET text = CONCAT(text, '!')");
        if (++runs > 1) return;
        std::string connection;
        unit.query("SELECT CONNECTION_ID()", [&](const Row& row) { connection = row.text(0); });
        database::SqlDatabase killer(database::make_dialect(storage.url()), log);
        kill(killer, connection);
    });
    CHECK(runs == 2);
    CHECK(texts() == "one!,two!");
}

TEST_CASE_METHOD(Server, "connections that died while they waited are replaced unnoticed", "[mariadb]") {
    std::string reader, writer;
    db.read([&](Read& read) { read.query("SELECT CONNECTION_ID()", [&](const Row& row) { reader = row.text(0); }); });
    db.write([&](Unit& unit) { unit.query("SELECT CONNECTION_ID()", [&](const Row& row) { writer = row.text(0); }); });
    database::SqlDatabase killer(database::make_dialect(storage.url()), log);
    kill(killer, reader);
    kill(killer, writer);
    CHECK(texts() == "one,two");
    execute(db, "UPDATE t SET text = 'x'");
    CHECK(log.last.empty());
}

TEST_CASE_METHOD(Server, "the victim of a deadlock runs again; both units are in [G26]", "[mariadb]") {
    std::atomic<int> first_locked{0}, runs{0};
    const auto add = [&](const std::string& mine, const std::string& other, const std::string& sign) {
        db.write([&](Unit& unit) {
            ++runs;
            unit.execute("UPDATE t SET text = CONCAT(text, '" + sign + "') WHERE id = " + mine);
            ++first_locked;
            while (first_locked < 2) std::this_thread::sleep_for(std::chrono::milliseconds(1));
            unit.execute("UPDATE t SET text = CONCAT(text, '" + sign + "') WHERE id = " + other);
        });
    };
    std::thread a([&] { add("1", "2", "a"); }), b([&] { add("2", "1", "b"); });
    a.join();
    b.join();
    CHECK(runs >= 3);
    for (const std::string id : {"1", "2"}) {
        const std::string text = select_one(db, "SELECT text FROM t WHERE id = " + id);
        CHECK(text.find('a', 3) != std::string::npos);
        CHECK(text.find('b', 3) != std::string::npos);
    }
}

TEST_CASE_METHOD(Server, "values are never cut or bent: what does not fit is an error [G2]", "[mariadb]") {
    execute(db, "CREATE TABLE strict (short VARCHAR(3), number INT, day DATETIME)");
    for (const char* bad : {"INSERT INTO strict (short) VALUES ('long')", "INSERT INTO strict (number) VALUES ('12,5')",
                            "INSERT INTO strict (number) VALUES (99999999999)", "INSERT INTO strict (day) VALUES ('2026-02-30 00:00:00')"})
        CHECK_THROWS_AS(execute(db, bad), Error);
    execute(db, "INSERT INTO strict (day) VALUES ('0000-00-00 00:00:00')");  // WordPress writes these
    CHECK(select_one(db, "SELECT COUNT(*) FROM strict") == "1");
}

TEST_CASE("what db init makes is what WooCommerce makes, to the letter", "[mariadb]") {
    TestDatabase ours, theirs;
    Kernel kernel(kernel_options(ours.url()));
    kernel.init_database();
    Kernel other(kernel_options(theirs.url()));
    other.importer().import_dump(data_directory / "schema.sql", {});
    QuietLog log;
    const auto created = [&](Kernel& of, const std::string& table) {
        std::string sql;
        of.database().read([&](Read& read) { read.query("SHOW CREATE TABLE " + table, [&](const Row& row) { sql = row.text(1); }); });
        return without_counter(sql);
    };
    for (const char* table : {"wp_wc_orders", "wp_wc_order_addresses", "wp_wc_order_operational_data", "wp_wc_orders_meta", "wp_options"}) {
        const std::string literal = without_counter(slurp(data_directory / "schema.sql"));
        const std::string sql = created(kernel, table);
        CHECK(sql == created(other, table));
        CHECK(literal.find(sql) != std::string::npos);  // and the import changes nothing either
    }
}

TEST_CASE("a failed import with --replace leaves the shop that was there, whole", "[mariadb]") {
    Shop shop;
    TempDirectory directory;
    const auto before = export_lines(shop.kernel(), "posts");
    const auto tables = table_names(shop.database());
    const auto broken = directory.write("broken.sql", "CREATE TABLE `wp_posts` (`ID` bigint(20) NOT NULL, PRIMARY KEY (`ID`));\n"
                                                      "INSERT INTO `wp_posts` VALUES (1),(2);\nINSERT INTO `wp_posts` VALUES (1);\n");
    ImportOptions replace;
    replace.existing = ExistingTables::replace;
    CHECK_THROWS_AS(shop.kernel().importer().import_dump(broken, replace), Error);
    CHECK(table_names(shop.database()) == tables);
    CHECK(export_lines(shop.kernel(), "posts") == before);
    CHECK(shop.kernel().importer().import_dump(shop_dump, replace).rows == 39281);
    CHECK(table_names(shop.database()) == tables);
    CHECK(export_lines(shop.kernel(), "posts") == before);
}

}  // namespace ordo::test
