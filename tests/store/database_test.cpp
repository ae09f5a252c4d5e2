/// The database over SOCI: texts byte by byte, units of work, the schema installer.
#include <atomic>
#include <thread>

#include "kernel/database/schema_installer.hpp"
#include "kernel/database/sql_database.hpp"
#include "kernel/orders/ledger.hpp"
#include "tests/support/shop.hpp"

namespace ordo::test {
namespace {

struct Fixture {
    TestDatabase storage;
    QuietLog log;
    database::SqlDatabase db{database::make_dialect(storage.url(), 1), log};
    Fixture() {
        db.run([](database::DdlUnit& unit) {
            using namespace columns;
            unit.create_table({"t", {id("id", true), nullable("text", longtext()), nullable("amount", amount()), nullable("name", varchar(50))}, {"id"},
                               {{"name", {{"name"}}, Index::Kind::unique}}, 100});
        });
    }
    std::string count() { return select_one(db, "SELECT COUNT(*) FROM t"); }
    std::uint64_t insert(Unit& unit, BytesView text, BytesView amount = std::nullopt) {
        unit.insert({"t", {"text", "amount"}, {text, amount}});
        return unit.last_insert_id();
    }
};

}  // namespace

TEST_CASE_METHOD(Fixture, "texts come back byte by byte: NUL, backslashes, emoji, quotes, 16 MB, NULL and empty") {
    const std::vector<Bytes> texts{std::string("a\0b", 3), "\\n \\' \" ' % _ ? :v1", "🍵 日本", std::string(16 << 20, 'x'), std::nullopt, ""};
    db.write([&](Unit& unit) {
        for (const Bytes& text : texts) insert(unit, view(text));
    });
    const auto rows = select(db, "SELECT text FROM t ORDER BY id");
    REQUIRE(rows.size() == texts.size());
    for (std::size_t i = 0; i < texts.size(); ++i) CHECK(rows[i][0] == texts[i]);
}

TEST_CASE_METHOD(Fixture, "many rows at once keep their order and every byte, by whatever way the database takes them") {
    std::vector<Bytes> texts;
    for (int i = 0; i < 2000; ++i) texts.push_back(i % 7 == 0 ? Bytes{} : Bytes{fmt::format("{}\t\\\n\r'\"{}", std::string(i % 5, '\0'), i % 3 ? "🍵" : "\\N")});
    Insert rows{"t", {"text", "name"}, {}};
    std::vector<std::string> names;
    for (std::size_t i = 0; i < texts.size(); ++i) names.push_back(std::to_string(i));
    for (std::size_t i = 0; i < texts.size(); ++i) rows.values.insert(rows.values.end(), {view(texts[i]), names[i]});
    db.write([&](Unit& unit) { unit.insert(rows); });
    const auto stored = select(db, "SELECT text, name FROM t ORDER BY id");
    REQUIRE(stored.size() == texts.size());
    for (std::size_t i = 0; i < texts.size(); ++i) CHECK((stored[i][0] == texts[i] && stored[i][1] == names[i]));
    // One row of many that cannot be stored: none is, and the caller hears which database rule it broke.
    names[1500] = "3";
    CHECK_THROWS_AS(db.write([&](Unit& unit) { unit.insert(rows); }), Error);
    CHECK(count() == "2000");
}

TEST_CASE_METHOD(Fixture, "amounts keep all their digits, ids go on from where the table says") {
    std::uint64_t id = 0;
    db.write([&](Unit& unit) { id = insert(unit, "x", "123456789012345678.12345678"); });
    CHECK(id == 100);
    CHECK(select_one(db, "SELECT amount FROM t") == "123456789012345678.12345678");
    execute(db, "DELETE FROM t");
    db.write([&](Unit& unit) { id = insert(unit, "y"); });
    CHECK(id == 101);  // an id is never given twice
}

TEST_CASE_METHOD(Fixture, "a unit that throws leaves nothing; a savepoint undoes only its part [G12]") {
    CHECK_THROWS_AS(db.write([&](Unit& unit) {
        insert(unit, "a");
        throw Error(errc::internal, "no");
    }), Error);
    CHECK(count() == "0");
    int foreign = 0;
    CHECK_THROWS_AS(db.write([&](Unit& unit) {
        insert(unit, "a");
        throw 42;  // not even a std::exception
    }), int);
    CHECK(count() == "0");
    std::vector<std::string> announced;
    db.write([&](Unit& unit) {
        insert(unit, "kept");
        unit.after_commit([&] { announced.emplace_back("kept"); });
        try {
            unit.savepoint([&] {
                insert(unit, "undone");
                unit.after_commit([&] { announced.emplace_back("undone"); });
                unit.savepoint([&] { insert(unit, "undone with it"); });
                throw Error(errc::internal, "no");
            });
        } catch (const Error&) {
            ++foreign;
        }
        unit.savepoint([&] { insert(unit, "kept too"); });
        CHECK(announced.empty());
    });
    CHECK(foreign == 1);
    CHECK(count() == "2");
    CHECK(announced == std::vector<std::string>{"kept"});
}

TEST_CASE_METHOD(Fixture, "whoever catches that the database ended the transaction goes on in none of his own: the unit runs again [G12]") {
    int runs = 0;
    db.write([&](Unit& unit) {
        ++runs;
        insert(unit, "first");
        try {
            unit.savepoint([&] {
                if (runs == 1) unit.execute("ROLLBACK", {});  // as after a deadlock
                throw Error(errc::database_statement, "a part that fails");
            });
        } catch (const Error&) {
        }
        insert(unit, "second");
    });
    CHECK(runs == 2);
    CHECK(count() == "2");
}

TEST_CASE_METHOD(Fixture, "a unit inside a unit joins it by a savepoint and never commits it [G12]") {
    std::vector<std::string> announced;
    CHECK_THROWS(db.write([&](Unit& outer) {
        insert(outer, "outer");
        db.write([&](Unit& inner) {
            insert(inner, "inner");
            inner.after_commit([&] { announced.emplace_back("inner"); });
        });
        CHECK(announced.empty());
        throw Error(errc::internal, "no");
    }));
    CHECK(count() == "0");
    CHECK(announced.empty());
}

TEST_CASE_METHOD(Fixture, "an announcement that throws is logged and stops neither the others nor the caller") {
    bool second = false;
    db.write([&](Unit& unit) {
        insert(unit, "x");
        unit.after_commit([] { throw Error(errc::internal, "bad announcement"); });
        unit.after_commit([&] { second = true; });
    });
    CHECK(second);
    CHECK(log.last.find("bad announcement") != std::string::npos);
    CHECK(count() == "1");
}

TEST_CASE_METHOD(Fixture, "the body runs again when another connection held the lock too long [G26]") {
    std::atomic<bool> holding{false}, release{false};
    db.write([&](Unit& unit) { insert(unit, "first"); });
    database::SqlDatabase other(database::make_dialect(storage.url(), 1), log);
    std::thread holder([&] {
        other.write([&](Unit& unit) {
            unit.execute("UPDATE t SET text = 'other'");
            holding = true;
            while (!release) std::this_thread::sleep_for(std::chrono::milliseconds(5));
        });
    });
    while (!holding) std::this_thread::sleep_for(std::chrono::milliseconds(5));
    std::thread releaser([&] {
        std::this_thread::sleep_for(std::chrono::milliseconds(1500));  // longer than one attempt waits, shorter than three
        release = true;
    });
    db.write([&](Unit& unit) { unit.execute("UPDATE t SET text = 'mine'"); });
    holder.join();
    releaser.join();
    CHECK(select_one(db, "SELECT text FROM t") == "mine");
    CHECK(log.last.find("trying again") != std::string::npos);
}

TEST_CASE_METHOD(Fixture, "a snapshot does not see what is written meanwhile") {
    db.read([&](Read& read) {
        int rows = 0;
        const auto count_rows = [&] {
            rows = 0;
            read.query("SELECT id FROM t", [&](const Row&) { ++rows; });
            return rows;
        };
        CHECK(count_rows() == 0);
        db.write([&](Unit& unit) { insert(unit, "new"); });
        CHECK(count_rows() == 0);
    });
    CHECK(count() == "1");
}

TEST_CASE_METHOD(Fixture, "a reading connection cannot write [G3]") {
    db.read([&](Read& read) {
        try {
            read.query("INSERT INTO t (text) VALUES ('x')", [](const Row&) {});
            FAIL("it wrote");
        } catch (const Error& error) {
            CHECK(error.code() == errc::io);
        }
    });
}

TEST_CASE_METHOD(Fixture, "errors name the database and the statement, never the values [G20]") {
    try {
        db.write([&](Unit& unit) {
            for (int i = 0; i < 2; ++i) unit.insert({"t", {"name"}, {"jan@example.com"}});
        });
        FAIL("no error");
    } catch (const Error& error) {
        const std::string message = error.what();
        CHECK(error.code() == errc::database_statement);
        CHECK((message.find("UNIQUE constraint failed") != std::string::npos || message.find("Duplicate entry") != std::string::npos));
        CHECK(message.find("INSERT INTO") != std::string::npos);
        CHECK(message.find("jan@") == std::string::npos);
    }
    CHECK(count() == "0");
}

TEST_CASE_METHOD(Fixture, "a statement may be used again inside its own rows") {
    db.write([&](Unit& unit) {
        for (const std::string text : {"a", "b"}) insert(unit, text);
    });
    std::string seen;
    db.read([&](Read& read) {
        read.query("SELECT text FROM t ORDER BY id", [&](const Row& outer) {
            const std::string name(outer.text(0));
            read.query("SELECT text FROM t ORDER BY id", [&](const Row& inner) { seen += name + std::string(inner.text(0)) + " "; });
        });
    });
    CHECK(seen == "aa ab ba bb ");
}

TEST_CASE_METHOD(Fixture, "the installer makes what is missing, verifies it and does nothing the second time [G32]") {
    using namespace columns;
    const Schema schema{{"u", {id("id", true), nullable("name", varchar(20))}, {"id"}, {{"name", {{"name", 10}}, Index::Kind::unique}}}};
    CHECK(database::find_problems(db, db.dialect(), schema) == std::vector<std::string>{"table u is missing"});
    CHECK(database::install(db, schema) == std::vector<std::string>{"table u"});
    CHECK(database::install(db, schema).empty());
    drop_index(db, "u", "name");
    CHECK(database::find_problems(db, db.dialect(), schema) == std::vector<std::string>{"index name of table u is missing"});
    CHECK(database::install(db, schema) == std::vector<std::string>{"index name of u"});
    execute(db, "DROP TABLE u");
    execute(db, "CREATE TABLE u (id INTEGER)");
    CHECK_THROWS_AS(database::install(db, schema), Error);
}

TEST_CASE_METHOD(Fixture, "a table found a moment ago is known, until it is removed here or a statement fails") {
    const auto knows = [&](const char* table) {
        bool there = false;
        db.read([&](Read& read) { there = read.table_exists(table); });
        return there;
    };
    CHECK_FALSE(knows("u"));
    execute(db, "CREATE TABLE u (id INTEGER)");
    CHECK(knows("u"));
    db.write([&](Unit& unit) {
        CHECK(unit.table_exists("u"));
        unit.execute("DROP TABLE u", {});
        CHECK_FALSE(unit.table_exists("u"));
    });
    CHECK_FALSE(knows("u"));

    execute(db, "CREATE TABLE u (id INTEGER)");
    REQUIRE(knows("u"));
    database::SqlDatabase other(database::make_dialect(storage.url(), 1), log);
    execute(other, "DROP TABLE u");  // by another program: the next call may fail once
    try {
        db.read([&](Read& read) {
            if (read.table_exists("u")) read.query("SELECT id FROM u", [](const Row&) {});
        });
    } catch (const Error& error) {
        CHECK(error.code() == errc::database_statement);
    }
    CHECK_FALSE(knows("u"));
}

TEST_CASE_METHOD(Fixture, "rows that are held are as they are now, not as the transaction saw them first [G5]", "[mariadb]") {
    const orders::Ledger ledger("wp_");
    for (const Table& table : ledger.schema()) database::install(db, {table});
    const std::vector<orders::Ledger::Entry> both{{OrderId{7}, "shop_order"}, {OrderId{8}, "shop_order"}};
    db.write([&](Unit& unit) { ledger.advance(unit, {both.data(), 1}); });
    database::SqlDatabase other(database::make_dialect(storage.url(), 1), log);
    db.write([&](Unit& unit) {
        CHECK(ledger.copies(unit, std::vector{OrderId{7}}).at(OrderId{7}).version == 1);
        other.write([&](Unit& theirs) { ledger.advance(theirs, {both.data(), 1}); });
        CHECK(ledger.hold_copies(unit, both).at(OrderId{7}).version == 2);
    }, "REPEATABLE READ");
}

TEST_CASE("a file that is no database, a folder, another database's url: one clear error each", "[sqlite]") {
    TempDirectory directory;
    QuietLog log;
    const auto code_of = [&](const std::string& url) {
        try {
            database::SqlDatabase db(database::make_dialect(url), log);
            db.read([](Read& read) { read.query("SELECT 1 FROM sqlite_master", [](const Row&) {}); });
        } catch (const Error& error) {
            CHECK(!error.hint().empty());
            return error.code();
        }
        return ErrorCode{};
    };
    CHECK(code_of("sqlite://" + directory.write("text", "this is no database, only a text that is long enough").string()) == errc::database_unavailable);
    CHECK(code_of("sqlite://" + directory.path().string()) == errc::database_unavailable);
    CHECK(code_of("sqlite://" + (directory.path() / "none.db").string()) == errc::database_missing);
    CHECK(!std::filesystem::exists(directory.path() / "none.db"));
    CHECK(code_of("oracle://user:secret@host/db") == errc::config_bad_value);
    CHECK(code_of("sqlite://") == errc::config_bad_value);
}

}  // namespace ordo::test
