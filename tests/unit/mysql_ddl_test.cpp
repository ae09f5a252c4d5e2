/// Lexing MySQL's statements and reading CREATE TABLE. Not whole dumps: those are in dump_import_test.cpp. One thread.
#include "tests/catch.hpp"

#include <cstdlib>
#include <string>
#include <string_view>
#include <vector>

#include "kernel/transfer/mysql_ddl.hpp"
#include "tests/support/paths.hpp"

using namespace ordo;
using namespace ordo::transfer;

namespace {

struct Lexed {
    TokenKind kind;
    std::string text;
    friend bool operator==(const Lexed&, const Lexed&) = default;
};

// Every block ends after `piece` bytes, so that each token is met at each place of a block's end.
std::vector<Lexed> lex(std::string_view text, std::size_t piece = static_cast<std::size_t>(-1)) {
    DumpReader reader("test", text_source(text, piece));
    SqlTokens tokens(reader);
    std::vector<Lexed> all;
    while (tokens.next().kind != TokenKind::end) all.push_back({tokens.current().kind, tokens.current().text});
    return all;
}

Table read_table(std::string_view text) {
    DumpReader reader("test", text_source(text));
    SqlTokens tokens(reader);
    REQUIRE(tokens.next_statement());
    tokens.expect_word("CREATE");
    tokens.expect_word("TABLE");
    std::string name = read_created_name(tokens);
    Table table = read_created_table(tokens, std::move(name));
    REQUIRE(tokens.current().is_symbol(';'));
    return table;
}

Table with_column(std::string_view column) { return read_table("CREATE TABLE `t` (\n  " + std::string(column) + "\n) ENGINE=InnoDB;"); }

std::string_view failure_of(std::string_view text) {
    try {
        read_table(text);
    } catch (const Error& error) {
        INFO(error.what());
        return error.code().name;
    }
    return "none";
}

Column column(std::string name, ColumnType type, bool nullable, std::optional<std::string> default_value = std::nullopt,
              bool auto_increment = false) {
    return {std::move(name), std::move(type), nullable, std::move(default_value), auto_increment};
}

}  // namespace

TEST_CASE("strings are decoded as MySQL decodes them") {
    struct Case {
        std::string_view sql;
        std::string text;
    };
    const Case cases[] = {
        {"'plain'", "plain"},
        {"''", ""},
        {"'it''s'", "it's"},
        {R"('it\'s')", "it's"},
        {R"("he said ""no"" and \"yes\" 'maybe'")", R"(he said "no" and "yes" 'maybe')"},
        {R"('a\nb\rc\td\be\Zf\\g')", "a\nb\rc\td\be\x1a" "f\\g"},
        {R"('zero\0zero')", std::string("zero\0zero", 9)},
        {R"('50\% \_x')", R"(50\% \_x)"},
        {R"('\q\N')", "qN"},
        {R"('ends in \\')", R"(ends in \)"},
        {"'a -- b # c /* d */ ; e'", "a -- b # c /* d */ ; e"},
        {"'日本茶 🍵'", "日本茶 🍵"},
    };
    for (const Case& one : cases) {
        CAPTURE(one.sql);
        CHECK(lex(one.sql) == std::vector<Lexed>{{TokenKind::text, one.text}});
    }
    CHECK(lex("`a``b\\`") == std::vector<Lexed>{{TokenKind::name, "a`b\\"}});
}

TEST_CASE("numbers, bytes, bits, variables and words are told apart") {
    const std::vector<Lexed> expected{
        {TokenKind::number, "12"},     {TokenKind::number, "1.50"},   {TokenKind::number, ".5"},
        {TokenKind::number, "1e-10"},  {TokenKind::bytes, "\xAB\xCD"}, {TokenKind::bytes, "AB"},
        {TokenKind::bytes, ""},        {TokenKind::bits, "0101"},     {TokenKind::word, "_binary"},
        {TokenKind::text, "x"},        {TokenKind::variable, "OLD_X"}, {TokenKind::system_variable, "SESSION.x"},
        {TokenKind::word, "NULL"},     {TokenKind::symbol, "-"},      {TokenKind::number, "7"},
        {TokenKind::symbol, ";"}};
    CHECK(lex("12 1.50 .5 1E-10 0xABcd x'4142' X'' b'0101' _binary'x' @OLD_X @@SESSION.x NULL -7;") == expected);
}

TEST_CASE("comments are left out and version comments are opened, wherever they stand") {
    struct Case {
        std::string_view sql;
        std::vector<std::string> tokens;
    };
    const Case cases[] = {
        {"a -- to the end\nb --\nc", {"a", "b", "c"}},
        {"a # to the end\nb", {"a", "b"}},
        {"a /* in * between **/ b /**/ c", {"a", "b", "c"}},
        {"/*!40101 SET x */;", {"SET", "x", ";"}},
        {"/*!SET x*/;", {"SET", "x", ";"}},
        {"/*M!100100 SET x */;", {"SET", "x", ";"}},
        {"CREATE TABLE /*!32312 IF NOT EXISTS*/ t", {"CREATE", "TABLE", "IF", "NOT", "EXISTS", "t"}},
        {"a /*M!999999\\- enable the sandbox mode */ b", {"a", "b"}},
        {"/*!50100 a /* inner */ b */ c", {"a", "b", "c"}},
        {"/*!50100 '*/' */ c", {"*/", "c"}},
        {"a--b", {"a", "-", "-", "b"}},
        {"/*+ hint */ a", {"a"}},
    };
    for (const Case& one : cases) {
        CAPTURE(one.sql);
        std::vector<std::string> tokens;
        for (const Lexed& token : lex(one.sql)) tokens.push_back(token.text);
        CHECK(tokens == one.tokens);
    }
}

TEST_CASE("tokens do not depend on where a block ends") {
    constexpr std::string_view text =
        "/*M!999999\\- x */ -- c\n# d\n/*!40101 SET @OLD_A=@@A, B='a\\'b''c\\\\' */; INSERT INTO `a``b` VALUES\n(-1.5e10,NULL,0xAB12,x'00',"
        "_binary 'z'),(\"q\"\"\\\"\",'\xF0\x9F\x8D\xB5');";
    const std::vector<Lexed> whole = lex(text);
    REQUIRE(whole.size() == 33);
    for (std::size_t piece = 1; piece < 20; ++piece) CHECK(lex(text, piece) == whole);
}

TEST_CASE("the table of orders is read whole") {
    const Table table = read_table(R"(CREATE TABLE `wp_wc_orders` (
  `id` bigint(20) unsigned NOT NULL,
  `status` varchar(20) DEFAULT NULL,
  `tax_amount` decimal(26,8) DEFAULT NULL,
  `billing_email` varchar(320) DEFAULT NULL,
  `date_created_gmt` datetime DEFAULT NULL,
  `user_agent` text DEFAULT NULL,
  PRIMARY KEY (`id`),
  UNIQUE KEY `once` (`status`,`id`) USING BTREE,
  KEY `customer_id_billing_email` (`id`,`billing_email`(171)) COMMENT 'a, b) c',
  FULLTEXT KEY `agent` (`user_agent`) /*!50100 WITH PARSER `ngram` */
) ENGINE=InnoDB AUTO_INCREMENT=509 DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_unicode_520_ci COMMENT='x;y';)");
    CHECK(table.name == "wp_wc_orders");
    CHECK(table.auto_increment_next == 509);
    CHECK(table.primary_key == std::vector<std::string>{"id"});
    CHECK(table.columns == std::vector<Column>{columns::id("id"), columns::nullable("status", columns::varchar(20)),
                                               columns::nullable("tax_amount", columns::amount()),
                                               columns::nullable("billing_email", columns::varchar(320)),
                                               columns::nullable("date_created_gmt", columns::datetime()),
                                               columns::nullable("user_agent", columns::text())});
    CHECK(table.indexes == std::vector<Index>{{"once", {{"status", 0}, {"id", 0}}, Index::Kind::unique},
                                              {"customer_id_billing_email", {{"id", 0}, {"billing_email", 171}}, Index::Kind::ordinary},
                                              {"agent", {{"user_agent", 0}}, Index::Kind::full_text}});
}

TEST_CASE("columns are read with their types, defaults and attributes") {
    struct Case {
        std::string_view sql;
        Column column;
    };
    const Case cases[] = {
        {"`ID` bigint(20) unsigned NOT NULL AUTO_INCREMENT", columns::id("ID", true)},
        {"`a` int(11) NOT NULL DEFAULT 0", column("a", {"int", "11", false}, false, "0")},
        {"`a` int DEFAULT -1", column("a", {"int", "", false}, true, "-1")},
        {"`a` decimal(19,4) DEFAULT 0.5000", column("a", {"decimal", "19,4", false}, true, "0.5000")},
        {"`a` datetime NOT NULL DEFAULT '0000-00-00 00:00:00'", column("a", {"datetime", "", false}, false, "0000-00-00 00:00:00")},
        {"`a` varchar(20) COLLATE utf8mb4_bin NOT NULL DEFAULT ''", column("a", {"varchar", "20", false}, false, "")},
        {"`a` varchar(9) CHARACTER SET ascii COLLATE ascii_bin DEFAULT 'it''s \\\\' COMMENT 'never, )'",
         column("a", {"varchar", "9", false}, true, "it's \\")},
        {"`a` TIMESTAMP NULL DEFAULT NULL", column("a", {"timestamp", "", false}, true)},
        {"`a` timestamp NOT NULL DEFAULT current_timestamp() ON UPDATE current_timestamp()",
         column("a", {"timestamp", "", false}, false, "current_timestamp()")},
        {"`a` datetime(6) DEFAULT CURRENT_TIMESTAMP(6) ON UPDATE CURRENT_TIMESTAMP(6)",
         column("a", {"datetime", "6", false}, true, "CURRENT_TIMESTAMP(6)")},
        {"`a` datetime DEFAULT CURRENT_TIMESTAMP", column("a", {"datetime", "", false}, true, "CURRENT_TIMESTAMP")},
        {"`a` enum('a','b''c','d\\\\e') NOT NULL DEFAULT 'a'", column("a", {"enum", "'a','b''c','d\\\\e'", false}, false, "a")},
        {"`a` bit(1) NOT NULL DEFAULT b'0'", column("a", {"bit", "1", false}, false, "b'0'")},
        {"`a` longtext CHECK (json_valid(`a`))", column("a", {"longtext", "", false}, true)},
        {"`a` int(5) unsigned zerofill /*!50606 COMMENT 'x' */", column("a", {"int", "5", true}, true)},
        {"a double", column("a", {"double", "", false}, true)},
        {"`key` text", column("key", {"text", "", false}, true)},
    };
    for (const Case& one : cases) {
        CAPTURE(one.sql);
        CHECK(with_column(one.sql).columns == std::vector<Column>{one.column});
    }
}

TEST_CASE("keys take the spelling of the columns") {
    const Table table = read_table("CREATE TABLE t (`ID` int, `B` text, primary key (`id`), key (b(10) DESC, id), INDEX i (`b`));");
    CHECK(table.primary_key == std::vector<std::string>{"ID"});
    CHECK(table.indexes == std::vector<Index>{{"b", {{"B", 10}, {"ID", 0}}, Index::Kind::ordinary},
                                              {"i", {{"B", 0}}, Index::Kind::ordinary}});
}

TEST_CASE("what a table cannot hold is refused, what is malformed is a bad dump, what ends early is truncated") {
    struct Case {
        std::string_view sql;
        ErrorCode code;
    };
    const ErrorCode refused = errc::import_statement_refused;
    const ErrorCode bad = errc::import_bad_dump;
    const Case cases[] = {
        {"CREATE TABLE t (a int, CONSTRAINT `f` FOREIGN KEY (`a`) REFERENCES `u` (`a`));", refused},
        {"CREATE TABLE t (a int, FOREIGN KEY (`a`) REFERENCES `u` (`a`));", refused},
        {"CREATE TABLE t (a int, b int GENERATED ALWAYS AS (a + 1) VIRTUAL);", refused},
        {"CREATE TABLE t (a int, b int AS (a + 1));", refused},
        {"CREATE TABLE t (a int DEFAULT (uuid()));", refused},
        {"CREATE TABLE t (a int DEFAULT uuid());", refused},
        {"CREATE TABLE t (a int INVISIBLE);", refused},
        {"CREATE TABLE t (a point, SPATIAL KEY k (a));", refused},
        {"CREATE TABLE t (a int, KEY k ((a + 1)));", refused},
        {"CREATE TABLE t LIKE u;", refused},
        {"CREATE TABLE t (a int) SELECT 1;", refused},
        {"CREATE TABLE t ();", bad},
        {"CREATE TABLE t;", bad},
        {"CREATE TABLE t (a int, A int);", bad},
        {"CREATE TABLE t (a int, a int);", bad},
        {"CREATE TABLE t (a int, PRIMARY KEY (b));", bad},
        {"CREATE TABLE t (a int, PRIMARY KEY (a), PRIMARY KEY (a));", bad},
        {"CREATE TABLE t (a int, KEY k (a(9999999999)));", bad},
        {"CREATE TABLE t (a varchar(x));", bad},
        {"CREATE TABLE t (a int NOT);", bad},
        {"CREATE TABLE t (a int DEFAULT);", bad},
        {"CREATE TABLE t (a int;", bad},
        {"CREATE TABLE t (a int) AUTO_INCREMENT=99999999999999999999;", bad},
        {"CREATE TABLE t (a int) ENGINE=InnoDB", errc::import_truncated},
        {"CREATE TABLE t (a int DEFAULT 'x", errc::import_truncated},
        {"CREATE TABLE t (a int, KEY", errc::import_truncated},
    };
    for (const Case& one : cases) {
        CAPTURE(one.sql);
        CHECK(failure_of(one.sql) == one.code.name);
    }
}

TEST_CASE("every table WooCommerce makes is read, and keeps every column and key") {
    DumpReader reader("schema.sql", open_dump_file(std::filesystem::path(test::paths::data()) / "schema.sql"));
    SqlTokens tokens(reader);
    std::size_t tables = 0, column_count = 0, indexes = 0, primary_keys = 0;
    while (tokens.next_statement()) {
        if (tokens.accept_word("CREATE")) {
            tokens.expect_word("TABLE");
            std::string name = read_created_name(tokens);
            const Table table = read_created_table(tokens, std::move(name));
            ++tables;
            column_count += table.columns.size();
            indexes += table.indexes.size();
            primary_keys += table.primary_key.empty() ? 0 : 1;
        }
        tokens.skip_statement();
    }
    CHECK(tables == 19);
    CHECK(column_count == 171);
    CHECK(indexes == 63);
    CHECK(primary_keys == 19);
}
