/// The shop of tests/data after `sync`, held against what WooCommerce's own migration made of it.
#include <set>
#include <sstream>

#include "tests/support/shop.hpp"

namespace ordo::test {
namespace {

using Cell = std::pair<std::string, std::string>;                          // table, column
using Cells = std::map<std::pair<std::string, Cell>, Bytes>;               // order -> cell -> value

/// Every value of the four tables by order, table and column; surrogate ids left out, meta by key and rank.
Cells cells(Database& database) {
    Cells all;
    database.read([&](Read& read) {
        const auto take = [&](const std::string& table, const std::string& key, const std::string& qualifier) {
            const std::vector<std::string> columns = column_names(database, table);
            std::string list;
            for (const std::string& column : columns) list += ", " + column;
            read.query("SELECT " + key + ", " + qualifier + list + " FROM " + table, [&](const Row& row) {
                for (std::size_t i = 0; i < columns.size(); ++i)
                    if (columns[i] != "id" || key == "id")
                        all[{std::string(row.text(0)), {table, std::string(row.text(1)) + (row.text(1).empty() ? "" : ".") + columns[i]}}] = own(row[2 + i]);
            });
        };
        take("wp_wc_orders", "id", "''");
        take("wp_wc_order_addresses", "order_id", "address_type");
        take("wp_wc_order_operational_data", "order_id", "''");
        std::map<std::pair<std::string, std::string>, int> ranks;
        read.query("SELECT order_id, meta_key, meta_value FROM wp_wc_orders_meta ORDER BY id", [&](const Row& row) {
            const std::string order(row.text(0)), key(row.text(1));
            all[{order, {"wp_wc_orders_meta", key + "#" + std::to_string(ranks[{order, key}]++)}}] = own(row[2]);
        });
    });
    return all;
}

/// "order table column posts woocommerce" -> the two values.
std::map<std::pair<std::string, Cell>, std::pair<std::string, std::string>> named_losses() {
    std::map<std::pair<std::string, Cell>, std::pair<std::string, std::string>> losses;
    std::ifstream file(data_directory / "woocommerce-losses.txt");
    for (std::string line; std::getline(file, line);) {
        if (line.starts_with("#")) continue;
        std::istringstream words(line);
        std::string order, table, column, posts, woocommerce;
        words >> order >> table >> column >> posts >> woocommerce;
        losses[{order, {table, column}}] = {posts, woocommerce};
    }
    return losses;
}

std::string spelled(const Bytes& value) { return !value ? "NULL" : value->empty() ? "''" : *value; }

}  // namespace

TEST_CASE("the four tables equal WooCommerce's in every column, except the values WooCommerce lost [G1] [G2]") {
    Shop shop;
    shop.synchronizer().sync({});
    Shop woocommerce({}, data_directory / "store-migrated.sql.gz");
    const Cells ours = cells(shop.database());
    const Cells theirs = cells(woocommerce.database());
    auto losses = named_losses();
    REQUIRE(losses.size() == 128);
    REQUIRE(select_one(shop.database(), "SELECT COUNT(*) FROM wp_wc_orders") == "433");
    REQUIRE(select_one(shop.database(), "SELECT COUNT(*) FROM wp_wc_order_addresses") == "866");

    std::vector<std::string> unexplained;
    for (const auto& [place, value] : theirs) {
        const auto at = ours.find(place);
        const std::string name = place.first + " " + place.second.first + " " + place.second.second;
        if (at == ours.end()) {
            unexplained.push_back(name + " is missing");
            continue;
        }
        if (at->second == value) continue;
        const auto loss = losses.extract(place);
        if (loss.empty() || loss.mapped() != std::pair{spelled(at->second), spelled(value)}) unexplained.push_back(name);
    }
    for (const auto& [place, value] : ours)
        if (!theirs.contains(place)) unexplained.push_back(place.first + " " + place.second.first + " " + place.second.second + " is not WooCommerce's");
    CHECK(unexplained == std::vector<std::string>{});
    CHECK(losses.empty());
}

TEST_CASE("each value WooCommerce lost is the one that posts hold [G1]") {
    Shop shop;
    shop.synchronizer().sync({});
    const std::map<std::string, std::string> keys{{"tax_amount", "_order_tax"},
                                                  {"total_amount", "_order_total"},
                                                  {"shipping_total_amount", "_order_shipping"},
                                                  {"shipping_tax_amount", "_order_shipping_tax"},
                                                  {"discount_total_amount", "_cart_discount"}};
    for (const auto& [place, values] : named_losses()) {
        const auto& [order, cell] = place;
        const bool is_meta = cell.first == "wp_wc_orders_meta";
        const std::string key = is_meta ? cell.second.substr(0, cell.second.find('#')) : keys.at(cell.second);
        INFO("order " << order << " " << key);
        const auto rows = select(shop.database(), "SELECT meta_value FROM wp_postmeta WHERE post_id = " + order + " AND meta_key = '" + key + "' ORDER BY meta_id");
        REQUIRE(!rows.empty());
        if (is_meta) CHECK(!rows.at(static_cast<std::size_t>(std::stoi(cell.second.substr(cell.second.find('#') + 1))))[0].has_value());
        else CHECK(Decimal::parse(*rows[0][0])->to_fixed() == values.first);
    }
}

TEST_CASE("the canonical exports of posts and hpos are the same bytes [TD1] [TD5] [G1]") {
    Shop shop;
    shop.synchronizer().sync({});
    const auto posts = export_lines(shop.kernel(), "posts");
    CHECK(posts.size() == 433);
    CHECK(posts == export_lines(shop.kernel(), "hpos"));
}

TEST_CASE("a second synchronisation writes 0 rows") {
    Shop shop;
    shop.synchronizer().sync({});
    const auto all = [&] {
        std::vector<std::vector<SqlRow>> tables;
        for (const std::string table : {"wp_wc_orders", "wp_wc_order_addresses", "wp_wc_order_operational_data", "wp_wc_orders_meta", "wp_ordo_overflow",
                                        "wp_ordo_quarantine", "wp_posts", "wp_postmeta", "wp_options"})
            tables.push_back(select(shop.database(), "SELECT * FROM " + table + " ORDER BY 1"));
        return tables;
    };
    // Triggers see even a write that changes nothing.
    const WatchedWrites writes(shop.database(), {"wp_wc_orders", "wp_wc_order_addresses", "wp_wc_order_operational_data", "wp_wc_orders_meta",
                                                 "wp_ordo_overflow", "wp_posts", "wp_postmeta"});
    const auto before = all();
    const SyncReport second = shop.synchronizer().sync({});
    CHECK(second.migrated == 0);
    CHECK(second.skipped == 433);
    CHECK(writes.count() == "0");
    CHECK(all() == before);
}

TEST_CASE("auto-drafts are no orders: counted, left where they are, never copied") {
    Shop shop;
    const auto before = select(shop.database(), "SELECT * FROM wp_posts WHERE post_status = 'auto-draft' ORDER BY ID");
    REQUIRE(before.size() == 33);
    const SyncReport report = shop.synchronizer().sync({});
    CHECK(report.auto_drafts == 33);
    CHECK(report.migrated == 433);
    CHECK(select(shop.database(), "SELECT * FROM wp_posts WHERE post_status = 'auto-draft' ORDER BY ID") == before);
    CHECK(select_one(shop.database(), "SELECT COUNT(*) FROM wp_wc_orders WHERE status = 'auto-draft'") == "0");
    const SyncStatus status = shop.synchronizer().get_status();
    CHECK(status.auto_drafts == 33);
    CHECK(status.orders_in_posts == 433);
    CHECK(status.orders_in_hpos == 433);
    CHECK(status.pending == 0);
    std::uint64_t lines = 0;
    ExportOptions with_drafts;
    with_drafts.include_auto_drafts = true;
    CHECK(shop.kernel().exporter().export_orders(with_drafts, [&](std::string_view) { ++lines; }) == 466);
    CHECK(lines == 466);
}

TEST_CASE("a migration leaves posts as they were, byte by byte [G3]") {
    Shop shop;
    const auto everything = [&] {
        return std::pair{select(shop.database(), "SELECT * FROM wp_posts ORDER BY ID"), select(shop.database(), "SELECT * FROM wp_postmeta ORDER BY meta_id")};
    };
    const auto before = everything();
    shop.synchronizer().sync({});
    CHECK(everything() == before);
}

TEST_CASE("what a column cannot hold is kept whole, reported with order, field and rule, and read through [G2]") {
    Shop shop;
    shop.synchronizer().sync({});
    std::map<std::string, int> rules;
    for (const OverflowReport& report : shop.synchronizer().list_overflow(1000)) {
        CHECK(report.order.value > 0);
        CHECK(!report.field.empty());
        CHECK(report.store == "hpos");
        ++rules[std::string(to_string(report.rule))];
    }
    CHECK(rules == std::map<std::string, int>{{"not_a_number", 4}, {"repeated_internal_key", 7}, {"too_long", 7}});
    CHECK(select_one(shop.database(), "SELECT total_amount FROM wp_wc_orders WHERE id = 54") == "12.00000000");
    CHECK(shop.kernel().exporter().get(OrderId{54}, {"hpos", false, {}})->find("\"total_amount\":{\"raw\":\"12,5\"}") != std::string::npos);
    CHECK(select_one(shop.database(), "SELECT meta_value FROM wp_wc_orders_meta WHERE order_id = 365 AND meta_key = '_lab_70k_utf8'").size() == 65534);

    SECTION("a value somebody wrote into the column since counts more than what was kept") {
        execute(shop.database(), "UPDATE wp_wc_orders SET total_amount = '13.00000000' WHERE id = 54");
        CHECK(shop.kernel().exporter().get(OrderId{54}, {"hpos", false, {}})->find("\"total_amount\":\"13\"") != std::string::npos);
        CHECK(shop.synchronizer().get_total_pending_count() == 1);
        shop.synchronizer().sync({});
        CHECK(export_lines(shop.kernel(), "posts") == export_lines(shop.kernel(), "hpos"));
    }
    SECTION("the kept value follows its order when the source changes") {
        execute(shop.database(), "UPDATE wp_postmeta SET meta_value = '14.5' WHERE post_id = 54 AND meta_key = '_order_total'");
        execute(shop.database(), "UPDATE wp_postmeta SET meta_value = '15,5' WHERE post_id = 91 AND meta_key = '_order_total'");
        CHECK(shop.synchronizer().sync({}).migrated == 2);
        CHECK(select_one(shop.database(), "SELECT COUNT(*) FROM wp_ordo_overflow WHERE order_id = 54") == "0");
        CHECK(select_one(shop.database(), "SELECT whole_value FROM wp_ordo_overflow WHERE order_id = 91") == "15,5");
        CHECK(export_lines(shop.kernel(), "posts") == export_lines(shop.kernel(), "hpos"));
    }
}

}  // namespace ordo::test
