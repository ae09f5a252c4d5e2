/// Orders back from their canonical form: an export, imported into an empty database and exported again, has the same bytes.
/// Long values are compared within a second pair of parentheses: Catch2 would take minutes to print them.
#include <algorithm>
#include <random>

#include "kernel/orders/canonical_form.hpp"
#include "kernel/sync/run_lock.hpp"
#include "tests/support/empty_shop.hpp"
#include "tests/support/random_orders.hpp"

namespace ordo::test {
namespace {

Lines shop_lines(Shop& shop) {
    Lines lines;
    shop.kernel().exporter().export_orders({"posts", true, {}}, [&](std::string_view line) { lines.emplace_back(line); });
    return lines;
}

Lines random_lines(std::uint64_t seed, std::size_t count) {
    RandomOrders orders(seed, mariadb_socket().empty());
    Lines lines;
    for (std::size_t i = 0; i < count; ++i) lines.push_back(orders::canonical_form(orders.next()));
    return lines;
}

std::string order_line(int id, const std::string& fields = "", const std::string& items = "", const std::string& type = "shop_order", const std::string& meta = "") {
    return R"({"id":)" + std::to_string(id) + R"(,"type":")" + type + R"(","fields":{)" + fields + R"(},"meta":[)" + meta + R"(],"items":[)" + items + R"(],"notes":[]})";
}

std::string item(int id, const std::string& name = "Tea") {
    return R"({"id":)" + std::to_string(id) + R"(,"type":"line_item","name":")" + name + R"(","meta":[["_qty","1"]]})";
}

std::string note(int id) {
    return R"({"id":)" + std::to_string(id) +
           R"(,"parent":0,"user_id":0,"author":"W","author_email":"","date_gmt":"2026-07-20 10:00:00","approved":"1","agent":"W","content":"Hi","meta":[["k","v"]]})";
}

bool has(const std::string& text, const std::string& part) { return text.find(part) != std::string::npos; }

const std::vector<std::string> both_stores{"posts", "hpos"};

}  // namespace

TEST_CASE("the shop, exported and imported into an empty database, gives the same bytes again [G1] [G10]") {
    Shop shop;
    const Lines original = shop_lines(shop);
    REQUIRE(original.size() == 466);
    for (const std::string& store : both_stores) {
        INFO(store);
        EmptyShop fresh(store);
        fresh.kernel().options().update("timezone_string", shop.kernel().options().get("timezone_string").value());
        const OrderImportReport report = fresh.import_lines(original);
        CHECK(report.store == store);
        CHECK(report.imported == 466);
        CHECK(report.skipped == 0);
        CHECK(!report.interrupted);
        CHECK((fresh.export_all(store) == original));

        // Items and notes are the shop's rows, local dates and comment counts included; only ids of meta rows are new.
        for (const std::string sql : {"SELECT * FROM wp_woocommerce_order_items ORDER BY order_item_id", "SELECT * FROM wp_comments ORDER BY comment_ID",
                                      "SELECT order_item_id, meta_key, meta_value FROM wp_woocommerce_order_itemmeta ORDER BY order_item_id, meta_id",
                                      "SELECT comment_id, meta_key, meta_value FROM wp_commentmeta ORDER BY comment_id, meta_id",
                                      "SELECT ID, comment_count FROM wp_posts WHERE post_type LIKE 'shop_order%' AND comment_count > 0 ORDER BY ID"}) {
            INFO(sql);
            const auto wanted = select(shop.database(), sql);
            CHECK((select(fresh.database(), sql) == wanted));
        }
        // And it is a whole shop: the other store gets the orders, and both are equal.
        fresh.kernel().synchronizer().sync({});
        CHECK(fresh.kernel().verifier().verify({}).orders_different == 0);
        CHECK(fresh.kernel().synchronizer().get_total_pending_count() == 0);
        CHECK((export_lines(fresh.kernel(), "posts") == export_lines(fresh.kernel(), "hpos")));
    }
}

TEST_CASE("address indexes are what WooCommerce made of the same orders, but for the backslashes that WordPress drops") {
    Shop shop;
    const std::string indexes = "SELECT post_id, meta_key, REPLACE(meta_value, CHAR(92), '') FROM wp_postmeta WHERE meta_key IN"
                                " ('_billing_address_index', '_shipping_address_index') ORDER BY post_id, meta_key";
    const auto wanted = select(shop.database(), indexes);
    REQUIRE(wanted.size() == 800);  // two of each order and auto-draft, none of refunds
    EmptyShop fresh("posts");
    fresh.import_lines(shop_lines(shop));
    CHECK((select(fresh.database(), indexes) == wanted));
}

TEST_CASE("random hostile orders, imported and exported, are the same bytes; so are they after the way to the other store [G1] [G2]") {
    const auto seed = std::random_device{}();
    INFO("seed " << seed);
    const Lines original = random_lines(seed, 200);
    for (const std::string& store : both_stores) {
        INFO(store);
        EmptyShop fresh(store);
        fresh.kernel().options().update("timezone_string", "Europe/Prague");
        CHECK(fresh.import_lines(original).imported == original.size());
        CHECK((fresh.export_all(store) == original));
        CHECK(fresh.skip_existing(original).skipped == original.size());
        fresh.kernel().synchronizer().sync({});
        CHECK((export_lines(fresh.kernel(), "posts") == export_lines(fresh.kernel(), "hpos")));
    }
}

TEST_CASE("what a column of hpos cannot hold is kept whole beside it, as a migration does [G2]") {
    EmptyShop fresh("hpos");
    const std::string transaction(150, 't');
    const Lines lines{order_line(43, R"("total_amount":{"raw":"12,5"},"transaction_id":")" + transaction + "\"", "", "shop_order",
                                 R"(["_deleted_from","x"],["_order_key","second"])")};
    fresh.import_lines(lines);
    CHECK((fresh.export_all("hpos") == lines));
    CHECK(select(fresh.database(), "SELECT total_amount, LENGTH(transaction_id) FROM wp_wc_orders") == std::vector<SqlRow>{{"12.00000000", "100"}});
    std::vector<std::string> kept;
    for (const OverflowReport& report : fresh.kernel().synchronizer().list_overflow(1000)) kept.push_back(report.field + " " + std::string(to_string(report.rule)));
    CHECK(kept == std::vector<std::string>{"total_amount not_a_number", "transaction_id too_long", "_deleted_from reserved_key", "_order_key repeated_internal_key"});
}

TEST_CASE("orders that are there are refused by number and id; equal ones are left out on request") {
    for (const std::string& store : both_stores) {
        INFO(store);
        EmptyShop shop(store);
        Lines lines;
        for (int id = 10; id < 20; ++id) lines.push_back(order_line(id, R"("status":"wc-pending")", item(id)));
        shop.import_lines(Lines(lines.begin(), lines.begin() + 7));

        const std::string refusal = shop.refusal_of(lines);
        INFO(refusal);
        CHECK(has(refusal, "ordo.order.exists: already in " + store + ": 7 orders: 10, 11, 12, 13, 14 …"));
        CHECK(has(refusal, "--skip-existing"));
        OrderImportOptions skip;
        skip.existing = ExistingOrders::skip_equal;
        for (const std::string& other : {order_line(12, R"("status":"wc-completed")", item(12)), order_line(12, R"("status":"wc-pending")", item(12, "Coffee")),
                                         order_line(12, R"("status":"wc-pending")", item(12), "shop_order_refund")}) {
            INFO(other);
            Lines changed = lines;
            changed[2] = other;
            CHECK(has(shop.refusal_of(changed, skip), "different there: 1 order: 12 |"));
        }
        const OrderImportReport report = shop.skip_existing(lines);
        CHECK(report.imported == 3);
        CHECK(report.skipped == 7);
        CHECK((shop.export_all(store) == lines));
    }
}

TEST_CASE("ids of posts, items and notes that are somebody else's are refused before anything is written") {
    for (const std::string& store : both_stores) {
        INFO(store);
        EmptyShop shop(store);
        execute(shop.database(), "INSERT INTO wp_posts (ID, post_type, post_content, post_title, post_excerpt, to_ping, pinged, post_content_filtered)"
                                 " VALUES (7, 'product', '', '', '', '', '', '')");
        execute(shop.database(), "INSERT INTO wp_woocommerce_order_items (order_item_id, order_item_name, order_id) VALUES (5, 'x', 99)");
        execute(shop.database(), "INSERT INTO wp_comments (comment_ID, comment_post_ID, comment_author, comment_content) VALUES (6, 7, '', 'a review')");
        std::string with_note = order_line(43);
        with_note.replace(with_note.find("\"notes\":[]"), 10, "\"notes\":[" + note(6) + "]");
        CHECK(has(shop.refusal_of({order_line(7)}), "ids of 1 order: 7 |"));
        CHECK(has(shop.refusal_of({order_line(43, "", item(4)), order_line(44, "", item(5))}), "ids of items are taken: 5 by order 99"));
        CHECK(has(shop.refusal_of({order_line(43, "", item(4)), order_line(44, "", item(4))}), "ids of items are taken: 4 by order 43 and order 44 alike"));
        CHECK(has(shop.refusal_of({with_note}), "ids of notes are taken: 6 by order 7"));
        CHECK(has(shop.refusal_of({order_line(99, "", item(8))}), "other items or notes hang already on the ids of 1 order: 99"));
        CHECK(has(shop.refusal_of({order_line(99)}), "other items or notes hang already"));
        CHECK(has(shop.refusal_of({order_line(43), order_line(44), order_line(43)}), "line 3: /id: order 43 stands on line 1 already"));
    }
}

TEST_CASE("orders go into a second store while the first has them: their items and notes are there already") {
    Shop shop;
    const auto lines = export_lines(shop.kernel(), "posts");
    TempDirectory directory;
    std::string text;
    for (const std::string& line : lines) text += line + '\n';
    const auto items = select(shop.database(), "SELECT * FROM wp_woocommerce_order_itemmeta");
    OrderImportOptions options;
    options.store = "hpos";
    CHECK(shop.kernel().order_importer().import_orders(directory.write("orders.jsonl", text), options).imported == 433);
    CHECK((export_lines(shop.kernel(), "hpos") == lines));
    CHECK((select(shop.database(), "SELECT * FROM wp_woocommerce_order_itemmeta") == items));
    CHECK(shop.synchronizer().get_total_pending_count() == 0);
}

TEST_CASE("a bad line leaves nothing of its batch and all of the batches before; the mended file goes on [G12]") {
    Lines original;
    for (int id = 1; id <= 1100; ++id) original.push_back(order_line(id, R"("status":"wc-pending","total_amount":{"raw":"12,5"})", item(id)));
    const std::vector<std::pair<std::string, std::string>> bad_lines{
        {R"({"id":0})", "line 1051: /"},
        {order_line(999999, R"("status":"wc-a-status-that-is-too-long")"), "cannot hold order 999999: status: too_long"},
        {order_line(999999, "", "", "shop_subscription"), "order 999999 on line 1051 is of the type \"shop_subscription\""}};
    for (const std::string& store : both_stores)
        for (const auto& [line, says] : bad_lines) {
            INFO(store << ": " << line);
            EmptyShop shop(store);
            Lines bad = original;
            bad[1050] = line;
            try {
                shop.import_lines(bad);
                FAIL("the bad line was imported");
            } catch (const Error& error) {
                INFO(error.what() << " | " << error.hint());
                CHECK(has(error.what(), says));
                CHECK(has(error.hint(), "1000 orders of it are in; with --skip-existing the next import goes on after them"));
            }
            CHECK((shop.export_all(store) == Lines(original.begin(), original.begin() + 1000)));
            CHECK(shop.skip_existing(original).imported == 100);
            CHECK((shop.export_all(store) == original));
        }
}

TEST_CASE("orders of a type that no plugin registers are refused with what would help, and taken once it is listed [G11]") {
    const Lines lines{order_line(43, R"("status":"wc-active")", "", "shop_subscription")};
    {
        EmptyShop shop("hpos");
        const std::string refusal = shop.refusal_of(lines);
        INFO(refusal);
        CHECK(has(refusal, "ordo.order.type_unknown: "));
        CHECK(has(refusal, "\"shop_subscription\""));
        CHECK(has(refusal, "[custom_orders_table] order_types"));
    }
    TempDirectory directory;
    KernelOptions options = kernel_options();
    options.config_file = directory.write("ordo.toml", "[custom_orders_table]\norder_types = [\"shop_subscription\"]\n");
    for (const std::string& store : both_stores) {
        EmptyShop shop(store, options);
        CHECK(shop.import_lines(lines).imported == 1);
        CHECK((shop.export_all(store) == lines));
        CHECK(select_one(shop.database(), "SELECT COUNT(*) FROM wp_postmeta WHERE meta_key LIKE '%address_index'") == "0");
    }
}

TEST_CASE("what a store cannot hold in part is refused with order, field and rule [G20]") {
    const std::string long_key(256, 'k');
    EmptyShop hpos("hpos");
    const std::string refusal = hpos.refusal_of({order_line(43, "", "", "shop_order", "[\"" + long_key + "\",\"secret\"]")});
    INFO(refusal);
    CHECK(has(refusal, "ordo.order.refused: hpos cannot hold order 43: kkkk"));
    CHECK(has(refusal, "too_long"));
    CHECK(!has(refusal, "secret"));
    CHECK(!has(refusal, long_key));
}

TEST_CASE("an order in hpos takes its id among the posts by a placeholder of its date and parent, in the site's zone") {
    EmptyShop shop("hpos");
    shop.kernel().options().update("timezone_string", "Europe/Prague");
    shop.import_lines({order_line(43, R"("date_created_gmt":"2026-07-20 10:00:00")"), order_line(50, R"("parent_order_id":"43","date_created_gmt":"2026-12-20 10:00:00")", "", "shop_order_refund"),
                       order_line(51)});
    CHECK(select(shop.database(), "SELECT ID, post_type, post_status, post_date, post_date_gmt, post_parent FROM wp_posts ORDER BY ID") ==
          std::vector<SqlRow>{{"43", "shop_order_placehold", "draft", "2026-07-20 12:00:00", "2026-07-20 10:00:00", "0"},
                              {"50", "shop_order_placehold", "draft", "2026-12-20 11:00:00", "2026-12-20 10:00:00", "43"},
                              {"51", "shop_order_placehold", "draft", "0000-00-00 00:00:00", "0000-00-00 00:00:00", "0"}});
    // Without posts there is no placeholder to take, and the order is no worse for it.
    execute(shop.database(), "DROP TABLE wp_posts");
    execute(shop.database(), "DROP TABLE wp_comments");
    CHECK(shop.import_lines({order_line(60, "", item(1))}).imported == 1);
    CHECK((shop.export_all("hpos").back() == order_line(60, "", item(1))));
}

TEST_CASE("meta that lost items left behind does not become the new ones' [G1]") {
    EmptyShop shop("posts");
    execute(shop.database(), "INSERT INTO wp_woocommerce_order_itemmeta (order_item_id, meta_key, meta_value) VALUES (5, 'left', 'behind'), (6, 'another', 'one')");
    const Lines lines{order_line(43, "", item(5))};
    shop.import_lines(lines);
    CHECK((shop.export_all("posts") == lines));
    CHECK(select_one(shop.database(), "SELECT COUNT(*) FROM wp_woocommerce_order_itemmeta WHERE order_item_id = 6") == "1");
}

TEST_CASE("a stop ends the import between two batches, an empty file imports nothing, the last line needs no end") {
    EmptyShop shop("hpos");
    const Lines lines = random_lines(2, 700);
    int asked = 0;
    OrderImportOptions options;
    options.stop_requested = [&] { return ++asked > 1; };
    const OrderImportReport report = shop.import_lines(lines, options);
    CHECK(report.interrupted);
    CHECK(report.imported == 500);
    CHECK(shop.export_all("hpos").size() == 500);
    CHECK(shop.import_lines({}).imported == 0);
    TempDirectory directory;
    CHECK(shop.kernel().order_importer().import_orders(directory.write("one.jsonl", order_line(999999)), {}).imported == 1);
}

TEST_CASE("an import holds the shop's lock like any other run") {
    EmptyShop shop("hpos");
    shop.import_lines({order_line(43)});
    {
        QuietLog log;
        database::SqlDatabase elsewhere(database::make_dialect(shop.url()), log);
        const sync::RunLock other(elsewhere, "wp_");
        CHECK(has(shop.refusal_of({order_line(44)}), "ordo.sync.locked: "));
    }
    CHECK(shop.import_lines({order_line(44)}).imported == 1);
}

}  // namespace ordo::test
