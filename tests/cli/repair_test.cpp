/// `ordo hpos verify-data` of some orders, `repair` by plan and `backfill`, as a user calls them.
#include <algorithm>

#include <fmt/format.h>

#include "tests/cli/folder.hpp"

namespace ordo::test {
namespace {

const std::string damage =
    "UPDATE wp_wc_orders SET total_amount = '1' WHERE id = 43; DELETE FROM wp_wc_order_addresses WHERE order_id = 44 AND address_type = 'billing';"
    "INSERT INTO wp_wc_orders_meta (order_id, meta_key, meta_value) VALUES (990001, 'a', 'b');"
    "INSERT INTO wp_wc_orders (id, type, status) VALUES (990002, 'shop_order', 'wc-pending')";

std::vector<boost::json::value> parsed(const std::string& text) {
    std::vector<boost::json::value> values;
    for (const std::string& line : lines_of(text)) values.push_back(boost::json::parse(line));
    return values;
}

}  // namespace

TEST_CASE("what verification finds is written to a plan, and the plan repairs it: exit 1, 3, 1, 0") {
    const Folder folder(Holds::migrated_shop);
    const auto whole = migrated_rows(folder.sql());
    folder.sql().run(damage);
    const Result verified = folder.ordo({"hpos", "verify-data", "--repair-plan", "plan.jsonl"});
    INFO(verified);
    CHECK(verified.exit == 1);
    CHECK(has(verified.err, "ordo hpos repair plan.jsonl"));
    const auto plan = parsed(slurp(folder / "plan.jsonl"));
    REQUIRE(plan.size() > 4);
    CHECK(plan[0].at("source") == "posts");
    for (std::size_t i = 1; i < plan.size(); ++i) {
        CHECK(plan[i].at("source_digest").is_string());
        CHECK(plan[i].at("remedy").is_string());
    }
    CHECK(plan.back().at("kind") == "orphan_row");

    const Result unasked = folder.ordo({"hpos", "repair", "plan.jsonl"});
    INFO(unasked);
    CHECK(unasked.exit == 3);
    CHECK(has(unasked.err, "[ordo.needs_confirmation]"));
    RunOptions no;
    no.typed = "n\n";
    CHECK(folder.ordo({"hpos", "repair", "plan.jsonl"}, no).exit == 3);
    CHECK(folder.sql().one("SELECT total_amount FROM wp_wc_orders WHERE id = 43") == "1");

    const boost::json::value report = folder.json({"hpos", "repair", "plan.jsonl", "--yes"}, 1);
    CHECK(report.at("orders_copied") == 2);
    CHECK(report.at("rows_removed") == 1);
    REQUIRE(report.at("left").as_array().size() == 1);
    const boost::json::value& left = report.at("left").as_array()[0];
    CHECK(left.at("order") == 990002);
    CHECK(left.at("reason") == "decide");
    CHECK(has(left.at("message").as_string(), "backfill 990002"));
    CHECK(folder.sql().one("SELECT COUNT(*) FROM wp_wc_orders WHERE id = 990002") == "1");
    folder.sql().run("DELETE FROM wp_wc_orders WHERE id = 990002");
    CHECK((migrated_rows(folder.sql()) == whole));
    CHECK(folder.ordo({"hpos", "verify-data"}).exit == 0);

    const boost::json::value again = folder.json({"hpos", "repair", "plan.jsonl", "--yes"}, 0);
    CHECK(again.at("repaired") == 0);
    CHECK(again.at("settled").as_int64() == static_cast<std::int64_t>(plan.size()) - 1);
}

TEST_CASE("a plan in which an order has changed leaves it, names it and says what to do") {
    const Folder folder(Holds::migrated_shop);
    folder.sql().run(damage);
    REQUIRE(folder.ordo({"hpos", "verify-data", "--ids", "43,44", "--repair-plan", "plan.jsonl"}).exit == 1);
    folder.sql().run("UPDATE wp_wc_orders SET total_amount = '2' WHERE id = 43");
    const Result repaired = folder.ordo({"hpos", "repair", "plan.jsonl", "--yes"});
    INFO(repaired);
    CHECK(repaired.exit == 1);
    CHECK(has(repaired.out, "changed"));
    CHECK(has(repaired.out, "ordo hpos verify-data --ids 43 --repair-plan FILE"));
    CHECK(folder.sql().one("SELECT total_amount FROM wp_wc_orders WHERE id = 43") == "2");
    CHECK(folder.sql().one("SELECT COUNT(*) FROM wp_wc_order_addresses WHERE order_id = 44") == "2");
}

TEST_CASE("a file that is no plan, and a plan of the other direction, change nothing") {
    const Folder folder(Holds::migrated_shop);
    folder.sql().run(damage);
    folder.write("empty.jsonl", "");
    folder.write("words.jsonl", "not a plan\n");
    folder.write("other.jsonl", "{\"plan\":\"something/1\",\"source\":\"posts\",\"target\":\"hpos\"}\n");
    REQUIRE(folder.ordo({"hpos", "verify-data", "--repair-plan", "plan.jsonl"}).exit == 1);
    folder.write("damaged.jsonl", slurp(folder / "plan.jsonl") + "{\"order\":43,\"kind\":\"fiedl\"}\n");
    const std::string before = folder.stored();
    for (const std::string name : {"empty.jsonl", "words.jsonl", "other.jsonl", "damaged.jsonl"}) {
        const Result result = folder.ordo({"hpos", "repair", name, "--yes"});
        INFO(name << ": " << result);
        CHECK(result.exit == 65);
        CHECK(has(result.err, name + ":"));
        CHECK(has(result.err, "[ordo.repair.bad_plan]"));
    }
    CHECK(folder.ordo({"hpos", "repair", "nothing.jsonl", "--yes"}).exit == 74);
    CHECK((folder.stored() == before));

    REQUIRE(folder.ordo({"hpos", "sync"}).exit == 0);
    REQUIRE(folder.ordo({"hpos", "enable"}).exit == 0);
    const Result turned = folder.ordo({"hpos", "repair", "plan.jsonl", "--yes"});
    INFO(turned);
    CHECK(turned.exit == 3);
    CHECK(has(turned.err, "[ordo.sync.direction]"));
}

TEST_CASE("a plan that cannot be written whole is not there at all") {
    const Folder folder(Holds::migrated_shop);
    folder.sql().run(damage);
    CHECK(folder.ordo({"hpos", "verify-data", "--repair-plan", "no/such/folder/plan.jsonl"}).exit == 74);
    RunOptions full;
    full.file_bytes_max = 300;
    folder.ordo({"hpos", "verify-data", "--repair-plan", "plan.jsonl"}, full);
    CHECK(!std::filesystem::exists(folder / "plan.jsonl"));
    CHECK(!std::filesystem::exists(folder / "plan.jsonl.partial"));
}

TEST_CASE("a lost unique key with duplicates behind it: repair removes them, then the key is made anew") {
    const Folder folder(Holds::migrated_shop);
    const auto whole = migrated_rows(folder.sql());
    folder.sql().run(
        "DROP INDEX wp_wc_order_addresses_address_type_order_id;"
        "INSERT INTO wp_wc_order_addresses (order_id, address_type, city) VALUES (43, 'billing', 'Twice'), (43, 'invoice', 'Nowhere');"
        "UPDATE wp_wc_orders SET currency = 'XXX' WHERE id = 44");
    REQUIRE(folder.ordo({"hpos", "verify-data", "--repair-plan", "plan.jsonl"}).exit == 1);
    const boost::json::value report = folder.json({"hpos", "repair", "plan.jsonl", "--yes"});
    CHECK(report.at("rows_removed") == 2);
    CHECK(report.at("orders_copied") == 1);
    CHECK((migrated_rows(folder.sql()) == whole));
    CHECK(folder.ordo({"db", "check"}).exit == 0);
}

TEST_CASE("a sample is shown side by side, its seed said, and drawn again by it") {
    const Folder folder(Holds::migrated_shop);
    const Result first = folder.ordo({"hpos", "verify-data", "--sample", "3"});
    INFO(first);
    CHECK(first.exit == 0);
    const auto lines = lines_of(first.out);
    CHECK(std::count_if(lines.begin(), lines.end(), [](const std::string& line) { return line.starts_with("order "); }) == 3);
    CHECK(has(first.out, "equal"));
    REQUIRE(lines.back().starts_with("seed of the sample"));
    const std::string seed = lines.back().substr(lines.back().rfind(' ') + 1);
    const Result again = folder.ordo({"hpos", "verify-data", "--sample", "3", "--seed", seed});
    const auto blocks = [](const std::string& text) { return text.substr(0, text.find("verified")); };
    CHECK(blocks(again.out) == blocks(first.out));
    const auto json = parsed(folder.ordo({"hpos", "verify-data", "--sample", "3", "--seed", seed, "--format=json"}).out);
    REQUIRE(json.size() == 4);
    CHECK(json[0].at("equal") == true);
    CHECK(json[0].at("values").as_array().size() > 10);
    CHECK(std::to_string(json[3].at("seed").to_number<std::uint64_t>()) == seed);
}

TEST_CASE("diff is side by side: values masked, each with its verdict, coloured on a terminal only") {
    const Folder folder(Holds::migrated_shop);
    folder.sql().run(
        "UPDATE wp_wc_order_addresses SET first_name = 'Leaky' WHERE order_id = 43 AND address_type = 'billing';"
        "INSERT INTO wp_wc_orders_meta (order_id, meta_key, meta_value) VALUES (43, '_uninvited', 'x');"
        "INSERT INTO wp_wc_order_addresses (order_id, address_type) VALUES (43, 'invoice')");
    const Result diff = folder.ordo({"hpos", "diff", "43"});
    INFO(diff);
    CHECK(diff.exit == 1);
    for (const char* part : {"order 43 (shop_order)", "posts", "hpos", "billing_first_name", "different", "_uninvited", "only in hpos", "wp_wc_order_addresses.invoice", "unknown_row"})
        CHECK(has(diff.out, part));
    for (const char* part : {"Leaky", "\x1b[", "total_amount"}) CHECK_FALSE(has(diff.out, part));
    const Result all = folder.ordo({"hpos", "diff", "43", "--all"});
    CHECK(all.exit == 1);
    CHECK(has(all.out, "total_amount"));
    CHECK(has(all.out, "equal"));
    const auto json = folder.json({"hpos", "diff", "43"}, 1).as_array();
    REQUIRE(json.size() == 3);
    CHECK(json[0].at("field") == "billing_first_name");
    CHECK(json[2].at("rows").as_array().size() == 1);
}

TEST_CASE("verify-data of ids nobody has says so: bad input, unless something was found") {
    const Folder folder(Holds::migrated_shop);
    const Result result = folder.ordo({"hpos", "verify-data", "--ids", "1,43"});
    INFO(result);
    CHECK(result.exit == 65);
    CHECK(has(result.err, "in neither store: 1"));
    folder.sql().run("UPDATE wp_wc_orders SET currency = 'XXX' WHERE id = 43");
    CHECK(folder.ordo({"hpos", "verify-data", "--ids", "1,43"}).exit == 1);
    CHECK(folder.ordo({"hpos", "verify-data", "--ids", "44,x"}).exit == 2);
    CHECK(folder.ordo({"hpos", "verify-data", "--order-types", "shop_odrer"}).exit == 2);
    CHECK(folder.ordo({"hpos", "verify-data", "--start-from", "44", "--end-at", "508"}).exit == 0);
    CHECK(folder.ordo({"hpos", "verify_data", "--order-types", "shop_order_refund"}).exit == 0);
    CHECK(folder.json({"hpos", "verify-data", "--order-types", "shop_order,shop_order_refund"}, 1).at("orders") == 433);
}

TEST_CASE("backfill copies one order or a part of it, and asks before it overwrites the authoritative store") {
    const Folder folder(Holds::migrated_shop);
    folder.sql().run("UPDATE wp_wc_orders SET status = 'wc-failed', currency = 'XXX' WHERE id = 43");
    const auto posts = [&] { return folder.sql().one("SELECT post_status FROM wp_posts WHERE ID = 43"); };
    const std::string status = posts();

    const Result unasked = folder.ordo({"hpos", "backfill", "43", "--from", "hpos", "--to", "posts"});
    INFO(unasked);
    CHECK(unasked.exit == 3);
    CHECK(has(unasked.err, "authoritative"));
    CHECK(posts() == status);
    RunOptions no;
    no.typed = "n\n";
    CHECK(folder.ordo({"hpos", "backfill", "43", "--from", "hpos", "--to", "posts"}, no).exit == 3);
    CHECK(posts() == status);

    const Result part = folder.ordo({"hpos", "backfill", "43", "--from", "posts", "--to", "hpos", "--fields", "status"});
    INFO(part);
    CHECK(part.exit == 0);
    CHECK(has(part.out, "written"));
    CHECK(has(part.err, "pending"));
    CHECK(folder.json({"hpos", "diff", "43"}, 1).as_array().size() == 1);
    CHECK(folder.json({"hpos", "backfill", "43", "44", "--from", "posts", "--to", "hpos"}).as_array()[1].at("outcome") == "equal already");
    CHECK(folder.ordo({"hpos", "diff", "43"}).exit == 0);

    folder.sql().run("UPDATE wp_wc_orders SET status = 'wc-failed' WHERE id = 43");
    CHECK(folder.ordo({"hpos", "backfill", "43", "--from", "hpos", "--to", "posts", "--yes"}).exit == 0);
    CHECK(posts() == "wc-failed");

    const Result unknown = folder.ordo({"hpos", "backfill", "43", "--from", "posts", "--to", "hpos", "--props", "statsu"});
    INFO(unknown);
    CHECK(unknown.exit == 2);
    CHECK(has(unknown.err, "did you mean \"status\"?"));
    CHECK(folder.ordo({"hpos", "backfill", "--from", "posts", "--to", "hpos"}).exit == 2);
    CHECK(folder.ordo({"hpos", "backfill", "43"}).exit == 2);
    CHECK(folder.ordo({"hpos", "backfill", "990001", "--from", "posts", "--to", "hpos"}).exit == 65);
    CHECK(folder.ordo({"hpos", "backfill", "43", "--from", "posts", "--to", "elsewhere"}).exit == 2);
}

}  // namespace ordo::test
