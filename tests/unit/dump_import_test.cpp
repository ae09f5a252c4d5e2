/// Whole dumps through `DumpImporter`: what is run, what is refused, and that a failure leaves nothing. The database here is a
/// small one in memory that records; the import into a real one is tested with the stores. One thread.
#include "tests/catch.hpp"

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <map>
#include <string>
#include <string_view>
#include <unistd.h>
#include <vector>

#include <zlib.h>

#include <ordo/error.hpp>

#include "kernel/transfer/dump_importer.hpp"
#include "tests/support/paths.hpp"

using namespace ordo;
namespace fs = std::filesystem;

namespace {

struct StoredTable {
    Table table;
    std::vector<std::map<std::string, Bytes>> rows;
};

class MemoryDatabase final : public Database, public database::Ddl, public Dialect {
public:
    std::map<std::string, StoredTable> tables;
    std::vector<std::string> dropped;
    std::size_t rows_at_once_max = 0;
    int runs = 1;

    const Dialect& dialect() const noexcept override { return *this; }
    std::string_view name() const noexcept override { return "memory"; }
    std::string quote_identifier(std::string_view identifier) const override { return std::string(identifier); }
    std::string exact(std::string_view expression) const override { return std::string(expression); }
    std::string folded(std::string_view expression) const override { return std::string(expression); }
    std::string number(std::string_view expression, NumberForm) const override { return std::string(expression); }
    std::string unindexed(std::string_view column) const override { return std::string(column); }
    std::string_view for_update() const noexcept override { return {}; }
    std::string_view for_share() const noexcept override { return {}; }
    std::vector<std::string> create_table(const Table&) const override { return {}; }
    void read(const std::function<void(Read&)>& body) override {
        MemoryUnit unit(*this);
        body(unit);
    }
    void read_once(const std::function<void(Read&)>& body) override { read(body); }
    void write(const std::function<void(Unit&)>&) override { FAIL("an import is one Ddl::run"); }
    void run(const std::function<void(database::DdlUnit&)>& body) override {
        const auto before = tables;
        for (int i = 0; i < runs; ++i) {
            tables = before;
            try {
                MemoryUnit unit(*this);
                body(unit);
            } catch (...) {
                tables = before;
                throw;
            }
        }
    }

private:
    class MemoryUnit final : public database::DdlUnit {
    public:
        explicit MemoryUnit(MemoryDatabase& database) : database_(database) {}
        const Dialect& dialect() const noexcept override { return database_; }
        void query(std::string_view, std::span<const BytesView>, const std::function<void(const Row&)>&) override { FAIL("no query"); }
        bool table_exists(std::string_view table) override { return database_.tables.contains(std::string(table)); }
        std::uint64_t execute(std::string_view, std::span<const BytesView>) override { throw std::logic_error("no statement"); }
        void insert(const Insert& rows) override {
            auto& stored = database_.tables.at(std::string(rows.table)).rows;
            REQUIRE(rows.values.size() % rows.columns.size() == 0);
            database_.rows_at_once_max = std::max(database_.rows_at_once_max, rows.values.size() / rows.columns.size());
            for (std::size_t i = 0; i < rows.values.size(); ++i) {
                if (i % rows.columns.size() == 0) stored.emplace_back();
                stored.back()[std::string(rows.columns[i % rows.columns.size()])] = own(rows.values[i]);
            }
        }
        std::uint64_t last_insert_id() override { return 0; }
        void upsert(const Upsert&) override {}
        void savepoint(const std::function<void()>& part) override { part(); }
        void after_commit(std::function<void()>) override {}
        void create_table(const Table& table) override { REQUIRE(database_.tables.emplace(table.name, StoredTable{table, {}}).second); }
        void drop_table(std::string_view table) override {
            if (database_.tables.erase(std::string(table)) > 0) database_.dropped.emplace_back(table);
        }

    private:
        MemoryDatabase& database_;
    };
};

class TemporaryFile {
public:
    explicit TemporaryFile(std::string_view content)
        : path_(fs::temp_directory_path() / ("ordo-dump-" + std::to_string(::getpid()) + "-" + std::to_string(++made_) + ".sql")) {
        std::ofstream(path_, std::ios::binary).write(content.data(), static_cast<std::streamsize>(content.size()));
    }
    ~TemporaryFile() { fs::remove(path_); }
    TemporaryFile(const TemporaryFile&) = delete;
    TemporaryFile& operator=(const TemporaryFile&) = delete;
    const fs::path& path() const { return path_; }

private:
    static inline int made_ = 0;
    fs::path path_;
};

ImportReport import_file(MemoryDatabase& database, const fs::path& file, const ImportOptions& options = {}) {
    return transfer::make_dump_importer(database, database, "wp_")->import_dump(file, options);
}

ImportReport import_text(MemoryDatabase& database, std::string_view text, const ImportOptions& options = {}) {
    const TemporaryFile file(text);
    return import_file(database, file.path(), options);
}

// The error of an import into an empty database, which must be empty after it.
Error failure_of(std::string_view text, const ImportOptions& options = {}) {
    MemoryDatabase database;
    try {
        import_text(database, text, options);
    } catch (const Error& error) {
        CHECK(database.tables.empty());
        return error;
    }
    return Error(errc::internal, "no error");
}

std::string gzip(std::string_view text) {
    z_stream stream{};
    REQUIRE(deflateInit2(&stream, 6, Z_DEFLATED, MAX_WBITS + 16, 8, Z_DEFAULT_STRATEGY) == Z_OK);
    std::string packed(deflateBound(&stream, text.size()) + 64, '\0');
    stream.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(text.data()));
    stream.avail_in = static_cast<uInt>(text.size());
    stream.next_out = reinterpret_cast<Bytef*>(packed.data());
    stream.avail_out = static_cast<uInt>(packed.size());
    REQUIRE(deflate(&stream, Z_FINISH) == Z_STREAM_END);
    packed.resize(stream.total_out);
    deflateEnd(&stream);
    return packed;
}

const std::string header = R"(/*M!999999\- enable the sandbox mode */ 
-- MariaDB dump 10.19  Distrib 10.11.6-MariaDB
--
/*!40101 SET @OLD_CHARACTER_SET_CLIENT=@@CHARACTER_SET_CLIENT */;
/*!40101 SET NAMES utf8mb4 */;
/*!40103 SET @OLD_TIME_ZONE=@@TIME_ZONE */;
/*!40103 SET TIME_ZONE='+00:00' */;
/*!40014 SET @OLD_UNIQUE_CHECKS=@@UNIQUE_CHECKS, UNIQUE_CHECKS=0 */;
/*!40101 SET @OLD_SQL_MODE=@@SQL_MODE, SQL_MODE='NO_AUTO_VALUE_ON_ZERO' */;
/*!40111 SET @OLD_SQL_NOTES=@@SQL_NOTES, SQL_NOTES=0 */;
)";
const std::string posts = R"(DROP TABLE IF EXISTS `wp_posts`;
/*!40101 SET @saved_cs_client     = @@character_set_client */;
/*!40101 SET character_set_client = utf8mb4 */;
CREATE TABLE `wp_posts` (
  `ID` bigint(20) unsigned NOT NULL AUTO_INCREMENT,
  `post_title` text NOT NULL,
  `menu_order` int(11) DEFAULT NULL,
  PRIMARY KEY (`ID`)
) ENGINE=InnoDB AUTO_INCREMENT=509 DEFAULT CHARSET=utf8mb4;
/*!40101 SET character_set_client = @saved_cs_client */;
LOCK TABLES `wp_posts` WRITE;
/*!40000 ALTER TABLE `wp_posts` DISABLE KEYS */;
INSERT INTO `wp_posts` VALUES
(1,'Mug \"Dad\'s\"; -- no comment',-5),
(2,'50\% /* off */ \\',NULL);
/*!40000 ALTER TABLE `wp_posts` ENABLE KEYS */;
UNLOCK TABLES;
)";
const std::string footer = R"(/*!40103 SET TIME_ZONE=@OLD_TIME_ZONE */;

/*!40101 SET SQL_MODE=@OLD_SQL_MODE */;
/*!40101 SET CHARACTER_SET_CLIENT=@OLD_CHARACTER_SET_CLIENT */;
/*!40014 SET UNIQUE_CHECKS=@OLD_UNIQUE_CHECKS */;
/*!40111 SET SQL_NOTES=@OLD_SQL_NOTES */;

-- Dump completed on 2026-11-22  3:56:10
)";
const std::string small_dump = header + posts + footer;
const std::string small_table = "CREATE TABLE `wp_posts` (`a` text, `b` text);\n";

}  // namespace

TEST_CASE("a mysqldump is run: its table made as it says, its rows as they were") {
    MemoryDatabase database;
    const ImportReport report = import_text(database, small_dump);
    REQUIRE(report.tables.size() == 1);
    CHECK(report.tables[0].table == "wp_posts");
    CHECK(report.tables[0].rows == 2);
    CHECK(report.rows == 2);
    const StoredTable& stored = database.tables.at("wp_posts");
    CHECK(stored.table.auto_increment_next == 509);
    CHECK(stored.table.primary_key == std::vector<std::string>{"ID"});
    using Stored = std::map<std::string, Bytes>;
    CHECK(stored.rows == std::vector<Stored>{{{"ID", "1"}, {"post_title", "Mug \"Dad's\"; -- no comment"}, {"menu_order", "-5"}},
                                             {{"ID", "2"}, {"post_title", "50\\% /* off */ \\"}, {"menu_order", std::nullopt}}});
}

TEST_CASE("gzip, several gzip members, several dumps in a row and a second run of the body all import the same") {
    const std::string meta = "CREATE TABLE `wp_postmeta` (`a` text);\nINSERT INTO `wp_postmeta` VALUES ('x');\n";
    const std::string two = small_dump + header + meta + footer;
    const std::size_t middle = two.size() / 2;
    const std::string members = gzip(two.substr(0, middle)) + gzip("") + gzip(two.substr(middle));
    for (const std::string& file : {two, gzip(two), members, "\xEF\xBB\xBF" + two}) {
        MemoryDatabase database;
        database.runs = 2;
        const ImportReport report = import_text(database, file);
        CHECK(report.rows == 3);
        CHECK(report.tables.size() == 2);
        CHECK(database.tables.at("wp_posts").rows.size() == 2);
        CHECK(database.tables.at("wp_postmeta").rows.size() == 1);
    }
}

TEST_CASE("values of every spelling arrive, with and without a list of columns") {
    MemoryDatabase database;
    import_text(database, small_table + R"(
INSERT INTO `wp_posts` (`b`, A) VALUES (0xAB00, _binary 'x'), (x'4142', _utf8mb4'č'), (+1.5, -2e10), ("d""q", null);
INSERT INTO wp_posts VALUES ('1' /* , */, '2') -- end
, # and
('3','4');)");
    const auto& rows = database.tables.at("wp_posts").rows;
    REQUIRE(rows.size() == 6);
    CHECK(rows[0] == std::map<std::string, Bytes>{{"b", std::string("\xAB\0", 2)}, {"A", "x"}});
    CHECK(rows[1] == std::map<std::string, Bytes>{{"b", "AB"}, {"A", "č"}});
    CHECK(rows[2] == std::map<std::string, Bytes>{{"b", "1.5"}, {"A", "-2e10"}});
    CHECK(rows[3] == std::map<std::string, Bytes>{{"b", "d\"q"}, {"A", std::nullopt}});
    CHECK(rows[5] == std::map<std::string, Bytes>{{"a", "3"}, {"b", "4"}});
}

TEST_CASE("a long INSERT is written in chunks and one far over a block keeps every byte") {
    std::string sql = small_table + "INSERT INTO wp_posts VALUES ";
    for (int i = 0; i < 1201; ++i) sql += (i ? "," : "") + std::string("('") + std::to_string(i) + "',NULL)";
    std::string big(3'000'000, 'x');
    for (std::size_t i = 0; i < big.size(); i += 1000) big[i] = '\n';
    sql += ",('big','" + big + "'),('last','')\n;";
    MemoryDatabase database;
    CHECK(import_text(database, gzip(sql)).rows == 1203);
    CHECK(database.rows_at_once_max == 500);
    const auto& rows = database.tables.at("wp_posts").rows;
    CHECK(rows[1200].at("a") == "1200");
    CHECK((rows[1201].at("b") == big));
    CHECK(rows[1202].at("b") == "");
}

TEST_CASE("anything but a table's statements is refused with its line and its first words, never with a value") {
    struct Case {
        std::string_view sql;
        std::string_view words;
    };
    const Case cases[] = {
        {"INSERT IGNORE INTO `wp_posts` VALUES ('Jana','x');", "INSERT IGNORE INTO"},
        {"REPLACE INTO `wp_posts` VALUES ('Jana','x');", "REPLACE INTO"},
        {"INSERT INTO `wp_posts` VALUES ('Jana','x') ON DUPLICATE KEY UPDATE a='Jana';", "INSERT INTO"},
        {"INSERT INTO `wp_posts` SELECT 'Jana', 'x';", "INSERT INTO"},
        {"INSERT INTO `wp_posts` SET a='Jana';", "INSERT INTO"},
        {"INSERT INTO `wp_users` VALUES ('Jana');", "INSERT INTO (into a table this dump does not create)"},
        {"UPDATE wp_posts SET a='Jana';", "UPDATE"},
        {"DELETE FROM wp_posts WHERE a='Jana';", "DELETE FROM"},
        {"CREATE DATABASE Jana;", "CREATE DATABASE"},
        {"CREATE USER Jana;", "CREATE USER"},
        {"CREATE TEMPORARY TABLE t (a int);", "CREATE TEMPORARY TABLE"},
        {"/*!50001 CREATE VIEW `Jana` AS SELECT 1 */;", "CREATE VIEW"},
        {"USE `Jana`;", "USE"},
        {"DELIMITER ;;\n", "DELIMITER"},
        {"DROP TABLE `Jana`;", "DROP TABLE"},
        {"DROP VIEW IF EXISTS `Jana`;", "DROP VIEW IF"},
        {"DROP TABLE IF EXISTS wp_users;", "DROP TABLE of wp_users, which this dump does not create"},
        {"ALTER TABLE wp_posts ADD COLUMN jana int;", "ALTER TABLE"},
        {"LOCK INSTANCE FOR BACKUP;", "LOCK"},
        {"SET GLOBAL x = 1;", "SET GLOBAL (no setting of the session)"},
        {"SET @@GLOBAL.GTID_PURGED='Jana';", "SET (no setting of the session)"},
        {"SET PASSWORD = 'Jana';", "SET PASSWORD (no setting of the session)"},
        {"/*!40101 SET NAMES latin1 */;", "SET NAMES (another character set than utf8mb4)"},
        {"SET SQL_MODE='ANSI_QUOTES';", "SET (an SQL mode in which strings are written otherwise)"},
        {"SET x=1, @@session.sql_mode=CONCAT('NO_BACKSLASH_ESCAPES', '');", "SET (an SQL mode in which strings are written otherwise)"},
        {"Jana Jana;", "a statement Ordo does not know"},
        {"('Jana');", "a statement Ordo does not know"},
        {"CREATE TABLE x (a int, CONSTRAINT b FOREIGN KEY (a) REFERENCES c (a));", "CREATE TABLE (x: constraints and foreign keys)"},
    };
    for (const Case& one : cases) {
        CAPTURE(one.sql);
        const Error error = failure_of(small_table + "\n/* two\nlines */ " + std::string(one.sql) + "\nSET x=1;\n");
        const std::string what = error.what();
        CAPTURE(what);
        CHECK(error.code() == errc::import_statement_refused);
        CHECK(what.ends_with(".sql, line 4: refused: " + std::string(one.words)));
        CHECK(what.find("Jana") == std::string::npos);
    }
}

TEST_CASE("settings of the session, locks and keys change nothing") {
    MemoryDatabase database;
    CHECK(import_text(database, "SET NAMES 'utf8' COLLATE 'utf8_general_ci', @a := (SELECT 1, 2), SESSION y=1;\nSET SESSION x = DEFAULT;\n"
                                "SET @@session.x=1, @@LOCAL.y=@@z;;\nSET CHARACTER SET utf8mb4;SET @OLD_X=@@X;SET X=IFNULL(@OLD_X, 'y');\n"
                                "LOCK TABLES a WRITE, b READ;\nUNLOCK TABLES;" + small_table).rows == 0);
    CHECK(database.tables.size() == 1);
}

TEST_CASE("what is malformed is a bad dump and says where") {
    struct Case {
        std::string sql;
        int line;
    };
    const Case cases[] = {
        {"INSERT INTO wp_posts VALUES\n('1','2'),\n('Jana');", 4},
        {"INSERT INTO wp_posts VALUES\n('1','2','Jana');", 3},
        {"INSERT INTO wp_posts VALUES ();", 2},
        {"INSERT INTO wp_posts VALUES ('1',Jana);", 2},
        {"INSERT INTO wp_posts VALUES ('1','2')('3','4');", 0},
        {"INSERT INTO wp_posts VALUES ('1',_latin1'Jana');", 2},
        {"INSERT INTO wp_posts VALUES ('1',0xJana);", 2},
        {"INSERT INTO wp_posts VALUES ('1',12Jana);", 2},
        {"INSERT INTO wp_posts (`a`,`jana`) VALUES ('1','2');", 2},
        {"INSERT INTO wp_posts (`a`,`A`) VALUES ('1','2');", 2},
        {"CREATE TABLE `wp_posts` (\n`a` text);", 3},
        {"DROP TABLE IF EXISTS wp_posts;", 2},
        {"SET NAMES utf8mb4 Jana;", 0},
        {"SET = 5;", 2},
    };
    for (const Case& one : cases) {
        CAPTURE(one.sql);
        const Error error = failure_of(small_table + one.sql + "\nSET x=1;\n");
        const std::string what = error.what();
        CAPTURE(what);
        CHECK(error.code() == (one.line ? errc::import_bad_dump : errc::import_statement_refused));
        if (one.line) CHECK(what.find(".sql, line " + std::to_string(one.line) + ": ") != std::string::npos);
        CHECK(what.find("Jana") == std::string::npos);
    }
}

TEST_CASE("a file that is no dump is a bad dump") {
    using namespace std::string_literals;
    const std::string damaged = [] {
        std::string bytes = gzip(small_dump);
        bytes[bytes.size() / 2] = static_cast<char>(~bytes[bytes.size() / 2]);
        return bytes;
    }();
    for (const std::string& content :
         {""s, "\n \n"s, "-- only a comment\n"s, "\x89PNG\r\n\x1a\n\0\0\0\rIHDR"s, "\0\0\0\0"s, "'"s, "Dear Jana, here is the dump"s,
          "{\"json\":1}"s, gzip(""), gzip("hello"), gzip(small_dump) + "trailing garbage", damaged, "\xFF\xFE-\0-\0"s, "\x7F" "ELF"s}) {
        CAPTURE(content);
        CHECK(failure_of(content).code() == errc::import_bad_dump);
    }
}

TEST_CASE("a file that cannot be read is an io error") {
    MemoryDatabase database;
    for (const fs::path& path : {fs::path("/nonexistent/dump.sql"), fs::temp_directory_path()}) {
        CAPTURE(path);
        try {
            import_file(database, path);
            FAIL("no error");
        } catch (const Error& error) {
            CHECK(error.code() == errc::io);
            CHECK(std::string(error.what()).find(path.string()) != std::string::npos);
        }
    }
}

TEST_CASE("a dump cut at any byte is told, and leaves nothing") {
    const std::size_t first_end = small_dump.find(';') + 1;
    const std::size_t last_end = small_dump.rfind(';') + 1;
    for (std::size_t cut = 0; cut < small_dump.size(); ++cut) {
        const Error error = failure_of(small_dump.substr(0, cut));
        if (cut >= last_end) {
            // Of "-- " a lone "-" is no comment.
            const bool half_a_comment = small_dump[cut - 1] == '-' && small_dump[cut - 2] == '\n';
            if (error.code() != (half_a_comment ? errc::import_truncated : errc::internal)) FAIL("cut at " << cut << ": " << error.what());
        } else if (cut >= first_end ? error.code() != errc::import_truncated : !error.code().name.starts_with("ordo.import.")) {
            FAIL("cut at " << cut << ": " << error.code().name << ", " << error.what());
        }
    }
    const std::string packed = gzip(small_dump);
    for (std::size_t cut = 0; cut < packed.size(); ++cut) {
        const Error error = failure_of(packed.substr(0, cut));
        if (error.code() != (cut < 2 ? errc::import_bad_dump : errc::import_truncated)) FAIL("gzip cut at " << cut << ": " << error.what());
    }
}

TEST_CASE("a dump cut and followed by another is told") {
    const std::string cut = header + posts;
    const Error error = failure_of(cut + header + "CREATE TABLE x (a int);\n" + footer);
    CHECK(error.code() == errc::import_truncated);
    for (std::size_t at = 1; at < small_dump.rfind(';'); ++at) {
        const Error either = failure_of(small_dump.substr(0, at) + "\n" + header + "CREATE TABLE x (a int);\n" + footer);
        if (at > small_dump.find(';') && !either.code().name.starts_with("ordo.import.")) FAIL("cut at " << at << ": " << either.what());
    }
}

TEST_CASE("any byte of a dump changed to any of its delimiters never crashes, and a failure leaves nothing") {
    for (std::size_t at = 0; at < small_dump.size(); at += 3) {
        for (const char c : {'\'', '`', '\\', '(', ')', ',', ';', '*', '/', '@', '0', 'x', '\0', '\xff'}) {
            std::string changed = small_dump;
            changed[at] = c;
            const Error error = failure_of(changed);
            if (error.code() != errc::internal && !error.code().name.starts_with("ordo.import."))
                FAIL(at << " " << c << ": " << error.what());
        }
    }
}

TEST_CASE("tables that exist are refused by name before anything changes, and replaced on request") {
    MemoryDatabase database;
    import_text(database, small_dump);
    database.tables.emplace("mine", StoredTable{});
    database.tables.emplace("wp_postmeta", StoredTable{});
    const std::string more = "CREATE TABLE wp_new (a int);\n" + small_dump + "CREATE TABLE `wp_postmeta` (`a` text);\n";
    const TemporaryFile file(gzip(more));
    const auto importer = transfer::make_dump_importer(database, database, "wp_");
    CHECK(importer->existing_tables(file.path()) == std::vector<std::string>{"wp_posts", "wp_postmeta"});
    try {
        importer->import_dump(file.path(), {});
        FAIL("no error");
    } catch (const Error& error) {
        CHECK(error.code() == errc::import_table_exists);
        CHECK(std::string(error.what()).ends_with("there already: wp_posts, wp_postmeta"));
        CHECK(error.hint().find("--replace") != std::string::npos);
    }
    CHECK(database.tables.size() == 3);
    CHECK(database.dropped.empty());

    ImportOptions replace;
    replace.existing = ExistingTables::replace;
    CHECK(importer->import_dump(file.path(), replace).rows == 2);
    CHECK(database.dropped == std::vector<std::string>{"wp_posts", "wp_postmeta"});
    CHECK(database.tables.contains("mine"));
    CHECK(database.tables.size() == 4);
}

TEST_CASE("a failed replacement leaves the old tables") {
    MemoryDatabase database;
    import_text(database, small_dump);
    ImportOptions replace;
    replace.existing = ExistingTables::replace;
    CHECK_THROWS_AS(import_text(database, header + posts, replace), Error);
    CHECK(database.tables.at("wp_posts").rows.size() == 2);
}

TEST_CASE("a dump without the shop's tables is refused and its prefix guessed") {
    const Error other = failure_of("CREATE TABLE `shop_posts` (a int);\nCREATE TABLE shop_wc_orders (a int);CREATE TABLE x_y (a int);");
    CHECK(other.code() == errc::import_not_a_shop);
    CHECK(other.hint().find("table_prefix") != std::string::npos);
    CHECK(other.hint().ends_with("it is \"shop_\""));
    const Error none = failure_of("CREATE TABLE `x` (a int);");
    CHECK(none.code() == errc::import_not_a_shop);
    CHECK(none.hint().find("table_prefix") != std::string::npos);
    MemoryDatabase database;
    CHECK(import_text(database, "CREATE TABLE wp_wc_orders (a int);").tables.size() == 1);
}

TEST_CASE("progress counts the bytes on disk and a request to stop is heard") {
    std::string sql = small_table + "INSERT INTO wp_posts VALUES ('1','2')";
    for (int i = 0; i < 200'000; ++i) sql += ",('" + std::to_string(i * 7919 % 100'003) + "','x')";
    const std::string packed = gzip(sql + ";");
    const TemporaryFile file(packed);
    std::vector<std::uint64_t> seen;
    ImportOptions options;
    options.progress = [&](std::uint64_t bytes) { seen.push_back(bytes); };
    MemoryDatabase database;
    import_file(database, file.path(), options);
    CHECK(seen.size() > 4);
    CHECK(std::is_sorted(seen.begin(), seen.end()));
    CHECK(seen.front() < packed.size());
    CHECK(seen.back() == packed.size());

    for (int allowed = 0; allowed < 5; ++allowed) {
        int asked = 0;
        ImportOptions stop;
        stop.stop_requested = [&] { return asked++ == allowed; };
        const Error error = failure_of(packed, stop);
        CHECK(error.code() == errc::import_interrupted);
        CHECK(error.code().exit == ExitCode::interrupted);
    }
}

TEST_CASE("the real shop's dump yields its tables and every row") {
    MemoryDatabase database;
    const ImportReport report = import_file(database, fs::path(test::paths::data()) / "store-posts.sql.gz");
    // Counted by a program of another hand, from the dump's text.
    const std::vector<std::pair<std::string, std::uint64_t>> expected{
        {"wp_posts", 499},                   {"wp_postmeta", 20870},
        {"wp_comments", 542},                {"wp_commentmeta", 436},
        {"wp_woocommerce_order_items", 1887}, {"wp_woocommerce_order_itemmeta", 14883},
        {"wp_woocommerce_tax_rates", 6},     {"wp_woocommerce_tax_rate_locations", 0},
        {"wp_wc_customer_lookup", 20},       {"wp_wc_product_meta_lookup", 30},
        {"wp_terms", 15},                    {"wp_term_taxonomy", 15},
        {"wp_term_relationships", 61},       {"wp_options", 17}};
    std::vector<std::pair<std::string, std::uint64_t>> got;
    for (const auto& table : report.tables) got.emplace_back(table.table, table.rows);
    CHECK(got == expected);
    CHECK(report.rows == 39281);
    for (const auto& [table, rows] : expected) CHECK(database.tables.at(table).rows.size() == rows);
    const auto& options = database.tables.at("wp_options").rows;
    CHECK(std::any_of(options.begin(), options.end(), [](const auto& row) {
        return row.at("option_name") == "active_plugins" && row.at("option_value") == "a:1:{i:0;s:27:\"woocommerce/woocommerce.php\";}";
    }));
}
