/// Orders that Ordo makes are WooCommerce's own: beside each order of a real shop one with the same values is made, and every
/// row and meta key that WooCommerce wrote for its order stands there for ours too.
#include <algorithm>
#include <map>
#include <set>

#include "tests/support/shop.hpp"

namespace ordo::test {
namespace {

using Rows = std::multiset<std::string>;

/// A value as it is compared: numbers by value (`0.00` is 0), and without the backslashes that WordPress loses in address indexes.
std::string text(const Bytes& bytes) {
    if (!bytes) return "NULL";
    const auto number = bytes->empty() ? std::nullopt : canonical_number(*bytes);
    std::string value = number.value_or(*bytes);
    std::erase(value, '\\');
    return value;
}

/// The rows of a query, their values joined.
Rows rows(Database& database, const std::string& sql) {
    Rows found;
    for (const SqlRow& row : select(database, sql)) {
        std::string line;
        for (const Bytes& value : row) line += text(value) + " | ";
        found.insert(line);
    }
    return found;
}

/// Every row of `wanted` that `found` lacks, whatever else it has.
std::string lacking(const Rows& wanted, const Rows& found) {
    std::string names;
    Rows left = found;
    for (const std::string& row : wanted) {
        const auto at = left.find(row);
        if (at == left.end()) names += row.substr(0, 300) + "\n";
        else left.erase(at);
    }
    return names;
}

/// A new order with all an order has. Dates of payment come with some statuses where the original, made by hand, lacks them.
Order copy_of(const Order& original) {
    Order copy(original.get_type());
    copy.record().fields = original.record().fields;
    for (const MetaRow& row : original.record().meta) copy.record().meta.push_back({0, row.key, row.value});
    for (const ItemRecord& item : original.record().items) {
        ItemRecord& added = copy.record().items.emplace_back(ItemRecord{0, item.type, item.name, {}});
        for (const MetaRow& row : item.meta) added.meta.push_back({0, row.key, row.value});
    }
    return copy;
}

/// One made as refunded is refunded anew, which sets its date; of one paid or completed without a date it is set.
bool is_comparable(const Order& order) {
    const bool repeated = std::any_of(order.record().meta.begin(), order.record().meta.end(), [](const MetaRow& row) { return find_internal_key(row.key) != nullptr; });
    const bool paid = order.is_paid() && !order.get_date_paid();
    return !order.is_refund() && !repeated && !paid && order.get_status() != "trash" && order.get_status() != "refunded" && !(order.has_status("completed") && !order.get_date_completed());
}

/// The columns of a table but those named.
std::string columns_but(Database& database, const std::string& table, const std::set<std::string>& left_out) {
    std::string list;
    const bool sqlite = database.dialect().name() == "sqlite";
    const std::string sql = sqlite ? "SELECT name FROM pragma_table_info('" + table + "')"
                                   : "SELECT column_name FROM information_schema.columns WHERE table_schema = DATABASE() AND table_name = '" + table + "'";
    std::set<std::string> names;
    for (const SqlRow& row : select(database, sql)) names.insert(text(row[0]));
    for (const std::string& name : names)
        if (!left_out.contains(name)) list += (list.empty() ? "" : ", ") + name;
    return list;
}

}  // namespace

TEST_CASE("an order made by Ordo has every row and key that WooCommerce writes for such an order [G33]") {
    struct Case {
        const char* store;
        std::filesystem::path dump;
    };
    const auto c = GENERATE_COPY(Case{"posts", shop_dump}, Case{"hpos", data_directory / "born-in-hpos.sql.gz"});
    Shop shop(std::nullopt, c.dump);
    const std::string store = c.store;
    REQUIRE(shop.kernel().controller().get_orders_data_store() == store);
    Database& database = shop.database();
    Orders& orders = shop.kernel().orders();
    OrderQuery query;
    query.types = {"shop_order"};
    std::vector<std::pair<OrderId, OrderId>> pairs;
    for (const Order& original : orders.get_many(orders.find(query).ids)) {
        if (!is_comparable(original)) continue;
        Order copy = copy_of(original);
        try {
            if (orders.save(copy)) pairs.emplace_back(original.get_id(), copy.get_id());
        } catch (const Error& error) {
            REQUIRE(error.code() == errc::order_bad_value);  // values that no interface would take: `12,5`, nine decimals …
        }
    }
    REQUIRE(pairs.size() > 40);

    struct Table {
        std::string name, id;
        std::set<std::string> left_out;
    };
    const std::vector<Table> tables =
        store == "posts" ? std::vector<Table>{{"wp_posts", "ID", {"ID", "guid", "post_name", "post_password", "comment_count", "post_title"}},
                                              {"wp_postmeta", "post_id", {"meta_id", "post_id"}}}
                         : std::vector<Table>{{"wp_wc_orders", "id", {"id"}},
                                              {"wp_wc_order_addresses", "order_id", {"id", "order_id"}},
                                              {"wp_wc_order_operational_data", "order_id", {"id", "order_id"}},
                                              {"wp_wc_orders_meta", "order_id", {"id", "order_id"}},
                                              {"wp_posts", "ID", {"ID", "guid", "comment_count"}}};
    for (const Table& table : tables) {
        const std::string columns = columns_but(database, table.name, table.left_out);
        for (const auto& [original, copy] : pairs) {
            const auto rows_of = [&](OrderId id) { return rows(database, fmt::format("SELECT {} FROM {} WHERE {} = {}", columns, table.name, table.id, id)); };
            INFO(table.name << " of order " << original.value << " and its copy " << copy.value);
            CHECK(lacking(rows_of(original), rows_of(copy)) == "");
        }
    }
    for (const auto& [original, copy] : pairs) {
        const auto items = [&](OrderId id) {
            return rows(database, fmt::format("SELECT i.order_item_type, i.order_item_name, m.meta_key, m.meta_value FROM wp_woocommerce_order_items i"
                                              " LEFT JOIN wp_woocommerce_order_itemmeta m ON m.order_item_id = i.order_item_id WHERE i.order_id = {}", id));
        };
        CHECK(items(original) == items(copy));
    }
}

TEST_CASE("a refund made by Ordo has the rows and keys of WooCommerce's refunds") {
    const bool posts = GENERATE(true, false);
    Shop shop(std::nullopt, posts ? shop_dump : data_directory / "born-in-hpos.sql.gz");
    Database& database = shop.database();
    Orders& orders = shop.kernel().orders();
    Order order;
    order.set_total("100");
    REQUIRE(orders.save(order));
    const Order refund = orders.refund({order.get_id(), Decimal::parse("40"), "broken", 1});
    const auto keys = [&](OrderId id) {
        return rows(database, fmt::format("SELECT meta_key FROM {} WHERE {} = {} AND meta_key NOT LIKE '\\_lab%'{}", posts ? "wp_postmeta" : "wp_wc_orders_meta", posts ? "post_id" : "order_id", id,
                                          database.dialect().name() == "sqlite" ? " ESCAPE '\\'" : ""));
    };
    const std::string first = select_one(database, posts ? "SELECT MIN(ID) FROM wp_posts WHERE post_type = 'shop_order_refund'" : "SELECT MIN(id) FROM wp_wc_orders WHERE type = 'shop_order_refund'");
    CHECK(keys(OrderId{std::stoull(first)}) == keys(refund.get_id()));
    if (!posts) {
        CHECK(select_one(database, fmt::format("SELECT COUNT(*) FROM wp_wc_order_addresses WHERE order_id = {}", refund.get_id())) == "0");
        CHECK(select_one(database, fmt::format("SELECT customer_id FROM wp_wc_orders WHERE id = {}", refund.get_id())) == "NULL");
        CHECK(select_one(database, fmt::format("SELECT order_key FROM wp_wc_order_operational_data WHERE order_id = {}", refund.get_id())) == "NULL");
    }
}

}  // namespace ordo::test
