/// `ordo import`: what is no dump is refused and leaves nothing, what is there already is replaced only on purpose.
#include <functional>

#include "tests/cli/folder.hpp"
#include "tests/support/gzip.hpp"

namespace ordo::test {
namespace {

const std::string& plain_dump() {
    static const std::string text = unpacked(shop_dump);
    return text;
}

struct BadDump {
    std::string what, bytes, code;
};

/// The dump is refused with 65, and a database that was not there gets no table.
void check_refused(const BadDump& bad) {
    INFO(bad.what << ", " << bad.bytes.size() << " bytes");
    const Folder fresh(Holds::nothing);
    const auto dump = fresh.write("bad-dump.sql", bad.bytes);
    const Result result = fresh.ordo({"import", dump.string()});
    INFO(result);
    CHECK(result.exit == 65);
    CHECK(result.out.empty());
    CHECK(has(result.err, "error: "));
    CHECK(has(result.err, "[" + bad.code + "]"));
    // What stands in a dump is personal: no message quotes it.
    CHECK_FALSE(has(result.err, "@"));
    CHECK(result.err.size() < 600);
    if (exists(fresh.database())) CHECK(fresh.sql().rows("SELECT name FROM sqlite_master").empty());
    CHECK(fresh.ordo({"hpos", "status"}).exit == 69);
}

}  // namespace

TEST_CASE("a dump that is cut off is refused, wherever it is cut: nothing of it stays") {
    const std::string& whole = plain_dump();
    const std::string packed = slurp(shop_dump);
    const std::size_t last_insert_end = whole.find(";\n", whole.rfind("INSERT INTO")) + 2;
    const std::size_t second_table = whole.find("DROP TABLE", whole.find("INSERT INTO"));
    REQUIRE(last_insert_end < whole.size());
    REQUIRE(second_table < last_insert_end);
    for (const auto& [what, bytes] : std::vector<std::pair<std::string, std::string>>{
             {"a third", whole.substr(0, whole.size() / 3)},
             {"within the last row", whole.substr(0, last_insert_end - 10)},
             {"after the last row, all data there", whole.substr(0, last_insert_end)},
             {"between two tables", whole.substr(0, second_table)},
             {"gzip, a third", packed.substr(0, packed.size() / 3)},
             {"gzip, all but the last byte", packed.substr(0, packed.size() - 1)},
             {"gzip, all but the checksum", packed.substr(0, packed.size() - 8)},
         })
        check_refused({what, bytes, "ordo.import.truncated"});
}

TEST_CASE("a dump that is cut off takes nothing away from the shop it was to replace") {
    const Folder shop(Holds::migrated_shop);
    const auto before = migrated_rows(shop.sql());
    const std::string posts = shop.sql().one("SELECT COUNT(*), SUM(LENGTH(post_title)) FROM wp_posts");
    shop.write("cut.sql", plain_dump().substr(0, plain_dump().size() - 3000));
    const Result result = shop.ordo({"import", "cut.sql", "--replace", "--yes"});
    INFO(result);
    CHECK(result.exit == 65);
    CHECK(shop.sql().one("SELECT COUNT(*), SUM(LENGTH(post_title)) FROM wp_posts") == posts);
    CHECK((migrated_rows(shop.sql()) == before));
    CHECK(shop.ordo({"hpos", "verify-data"}).exit == 0);
}

TEST_CASE("what is no dump of a shop is refused") {
    const std::string& whole = plain_dump();
    std::string damaged = slurp(shop_dump);
    for (std::size_t i = damaged.size() / 2; i < damaged.size() / 2 + 64; ++i) damaged[i] = static_cast<char>(~damaged[i]);
    std::string other_prefix = whole;
    for (std::size_t at = 0; (at = other_prefix.find("`wp_", at)) != std::string::npos;) other_prefix.replace(at, 4, "`xy_");
    check_refused({"a damaged gzip", damaged, "ordo.import.bad_dump"});
    check_refused({"a letter", "Dear shop,\nplease migrate yourself.\n", "ordo.import.bad_dump"});
    check_refused({"nothing", "", "ordo.import.bad_dump"});
    check_refused({"another prefix", other_prefix, "ordo.import.not_a_shop"});
    check_refused({"a statement no dump has", whole + "\nDELETE FROM `wp_users`;\n", "ordo.import.statement_refused"});
}

TEST_CASE("a refused statement is named with its line, a prefix with the one that would fit") {
    const Folder folder(Holds::nothing);
    folder.write("evil.sql", "-- MySQL dump\n\nGRANT ALL ON *.* TO 'eve';\n");
    const Result evil = folder.ordo({"import", "evil.sql"});
    INFO(evil);
    CHECK(evil.exit == 65);
    CHECK(has(evil.err, "evil.sql, line 3"));

    folder.write("ordo.toml", "[database]\ntable_prefix = \"shop_\"\n");
    const Result prefix = folder.ordo({"import", shop_dump.string()});
    INFO(prefix);
    CHECK(prefix.exit == 65);
    CHECK(has(prefix.err, "table_prefix"));
    CHECK(has(prefix.err, "\"wp_\""));
}

TEST_CASE("a dump that cannot be read is a failure of reading") {
    const Folder folder(Holds::nothing);
    for (const std::string file : {"absent.sql.gz", "."}) {
        const Result result = folder.ordo({"import", file});
        INFO(file << ": " << result);
        CHECK(result.exit == 74);
        CHECK(has(result.err, file));
        CHECK(has(result.err, "[ordo.io]"));
    }
}

TEST_CASE("plain and gzip dumps give the same shop") {
    const Folder folder(Holds::nothing);
    folder.write("shop.sql", plain_dump());
    const boost::json::value report = folder.json({"import", "shop.sql"});
    CHECK(report.at("tables").at("wp_posts").as_int64() > 433);
    const Folder packed(Holds::imported_shop);
    CHECK((folder.ordo({"order", "export"}).out == packed.ordo({"order", "export"}).out));
}

TEST_CASE("tables that are there already are never overwritten by accident") {
    const Folder folder(Holds::migrated_shop);
    folder.sql().run("UPDATE wp_posts SET post_title = 'changed since' WHERE ID = 43");
    const std::string before = folder.ordo({"order", "export"}).out;
    const auto is_as_before = [&] {
        return folder.ordo({"order", "export"}).out == before &&
               folder.sql().one("SELECT post_title FROM wp_posts WHERE ID = 43") == "changed since";
    };

    const Result refused = folder.ordo({"import", shop_dump.string()});
    INFO(refused);
    CHECK(refused.exit == 3);
    CHECK(has(refused.err, "[ordo.import.table_exists]"));
    CHECK(has(refused.err, "wp_posts"));
    CHECK(has(refused.err, "wp_options"));
    CHECK(has(refused.err, "--replace"));
    CHECK(is_as_before());

    const Result unasked = folder.ordo({"import", shop_dump.string(), "--replace"});
    INFO(unasked);
    CHECK(unasked.exit == 3);
    CHECK(has(unasked.err, "[ordo.needs_confirmation]"));
    CHECK(has(unasked.err, "--yes"));
    CHECK(is_as_before());

    RunOptions says_no;
    says_no.typed = "n\n";
    const Result declined = folder.ordo({"import", shop_dump.string(), "--replace"}, says_no);
    INFO(declined);
    CHECK(declined.exit == 3);
    CHECK(has(declined.err, "wp_posts"));
    CHECK(has(declined.err, "[y/N]"));
    CHECK(is_as_before());

    RunOptions says_yes;
    SECTION("--yes replaces them") { CHECK(folder.ordo({"import", shop_dump.string(), "--replace", "--yes"}).exit == 0); }
    SECTION("so does a yes on the terminal") {
        says_yes.typed = "y\n";
        const Result replaced = folder.ordo({"import", shop_dump.string(), "--replace"}, says_yes);
        INFO(replaced);
        CHECK(replaced.exit == 0);
    }
    CHECK(folder.sql().one("SELECT post_title FROM wp_posts WHERE ID = 43") != "changed since");
    CHECK(folder.json({"hpos", "status"}).at("orders_in_posts") == 433);
}

TEST_CASE("--replace asks nothing where there is nothing to lose") {
    const Folder folder(Holds::nothing);
    const Result result = folder.ordo({"import", shop_dump.string(), "--replace"});
    INFO(result);
    CHECK(result.exit == 0);
}

}  // namespace ordo::test
