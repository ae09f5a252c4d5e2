/// `ordo order import`: the inverse of `ordo order export`, as a shell uses both.
#include <zlib.h>

#include "tests/cli/folder.hpp"

namespace ordo::test {
namespace {

/// The lines of the shop of tests/data, auto-drafts included.
const std::string& exported() {
    static const std::string text = Folder(Holds::imported_shop).ordo({"order", "export", "--include-auto-drafts"}).out;
    return text;
}

void write_gzip(const std::filesystem::path& file, const std::string& text) {
    const gzFile out = gzopen(file.c_str(), "wb");
    REQUIRE(out != nullptr);
    CHECK(gzwrite(out, text.data(), static_cast<unsigned>(text.size())) == static_cast<int>(text.size()));
    CHECK(gzclose(out) == Z_OK);
}

/// A folder with an empty database, hpos authoritative as `db init` chooses.
struct Fresh : Folder {
    Fresh() : Folder(Holds::nothing) { CHECK(ordo({"db", "init"}).exit == 0); }
    std::string exported(const std::string& store = "hpos") const { return ordo({"order", "export", "--include-auto-drafts", "--store", store}).out; }
};

}  // namespace

TEST_CASE("export, import into an empty database, export: the same bytes, from a plain file, a gzip file and standard input [G1]") {
    const Fresh plain, packed, input, posts;
    plain.write("orders.jsonl", exported());
    const Result table = plain.ordo({"order", "import", "orders.jsonl"});
    INFO(table);
    CHECK(table.exit == 0);
    CHECK(has(table.out, "imported into            hpos"));
    CHECK(has(table.out, "imported                 466"));
    CHECK((plain.exported() == exported()));

    write_gzip(packed / "orders.jsonl.gz", exported());
    const boost::json::value report = packed.json({"order", "import", "orders.jsonl.gz"});
    CHECK(report.at("imported") == 466);
    CHECK(report.at("skipped") == 0);
    CHECK(report.at("seconds").is_double());
    CHECK((packed.exported() == exported()));

    RunOptions from_input;
    from_input.stdin_from = packed / "orders.jsonl.gz";
    const Result piped = input.ordo({"order", "import", "-", "--quiet"}, from_input);
    INFO(piped);
    CHECK(piped.exit == 0);
    CHECK(piped.err.empty());
    CHECK((input.exported() == exported()));

    CHECK(posts.ordo({"hpos", "disable"}).exit == 0);
    CHECK(posts.json({"order", "import", (plain / "orders.jsonl").string()}).at("store") == "posts");
    CHECK((posts.exported("posts") == exported()));
    CHECK(posts.ordo({"hpos", "sync"}).exit == 0);
    CHECK(posts.ordo({"hpos", "verify-data"}).exit == 0);
}

TEST_CASE("a line that is no order is bad input, named with file, line and place, and the database stays as it was") {
    const Fresh folder;
    const std::string whole = exported();
    const std::size_t second = whole.find('\n') + 1;
    struct Bad {
        std::string what, text, says;
        std::string code = "ordo.import.bad_order";
    };
    for (const Bad& bad : std::vector<Bad>{{"a letter", "Dear shop,\n", "orders.jsonl, line 1: byte 1"},
                                           {"an order without an id", whole.substr(0, second) + "{\"id\":0}\n", "orders.jsonl, line 2: /"},
                                           {"an empty line", whole.substr(0, second) + "\n" + whole.substr(second), "orders.jsonl, line 2: byte 1"},
                                           {"the last line cut off", whole.substr(0, whole.size() - 20), "orders.jsonl, line 466: byte"},
                                           {"one order twice", whole.substr(0, second) + whole, "orders.jsonl, line 2: /id"}}) {
        folder.write("orders.jsonl", bad.text);
        const std::string before = folder.exported();
        const Result result = folder.ordo({"order", "import", "orders.jsonl"});
        INFO(bad.what << ": " << result);
        CHECK(result.exit == 65);
        CHECK(result.out.empty());
        CHECK(has(result.err, bad.says));
        CHECK(has(result.err, "[" + bad.code + "]"));
        CHECK_FALSE(has(result.err, "@"));
        CHECK((folder.exported() == before));
    }
    write_gzip(folder / "whole.gz", whole);
    const std::string packed = slurp(folder / "whole.gz");
    folder.write("cut.gz", packed.substr(0, packed.size() / 2));
    CHECK(folder.ordo({"order", "import", "cut.gz"}).exit == 65);
    CHECK(folder.exported().empty());
}

TEST_CASE("orders that are there already are refused, and with --skip-existing only those that differ") {
    const Folder folder(Holds::imported_shop);
    folder.write("orders.jsonl", exported());
    const std::string before = folder.stored();
    const Result refused = folder.ordo({"order", "import", "orders.jsonl"});
    INFO(refused);
    CHECK(refused.exit == 3);
    CHECK(has(refused.err, "already in posts: 466 orders: 43, 44, 45, 46, 47 …"));
    CHECK(has(refused.err, "[ordo.order.exists]"));
    CHECK(folder.json({"order", "import", "orders.jsonl", "--skip-existing"}).at("skipped") == 466);
    folder.sql().run("UPDATE wp_posts SET post_excerpt = 'changed since' WHERE ID = 50");
    const Result different = folder.ordo({"order", "import", "orders.jsonl", "--skip-existing"});
    INFO(different);
    CHECK(different.exit == 3);
    CHECK(has(different.err, "different there: 1 order: 50"));
    CHECK(folder.sql().one("SELECT post_excerpt FROM wp_posts WHERE ID = 50") == "changed since");
}

TEST_CASE("what cannot be read or written is a failure of input or output; no shop is no place to import into") {
    const Fresh folder;
    folder.write("orders.jsonl", exported());
    for (const std::string file : {"absent.jsonl", "."}) {
        const Result result = folder.ordo({"order", "import", file});
        INFO(file << ": " << result);
        CHECK(result.exit == 74);
        CHECK(has(result.err, "[ordo.io]"));
    }
    RunOptions full;
    full.file_bytes_max = 400000;
    const Result no_room = folder.ordo({"order", "import", "orders.jsonl"}, full);
    INFO(no_room);
    CHECK(no_room.exit == 74);
    CHECK(folder.exported().empty());
    CHECK(folder.ordo({"order", "import", "orders.jsonl", "--store", "bogus"}).exit == 2);
    CHECK(Folder(Holds::nothing).ordo({"order", "import", (folder / "orders.jsonl").string()}).exit == 69);
}

}  // namespace ordo::test
