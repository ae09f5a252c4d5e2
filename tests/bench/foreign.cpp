/// See foreign.hpp. Statuses, keys and values are this program's own: nothing in them needs quoting.
#include "tests/bench/foreign.hpp"

#include <iterator>
#include <sstream>

#include <fmt/format.h>
#include <mysql.h>
#include <mysqld_error.h>

namespace bench {

void ForeignShop::Close::operator()(st_mysql* connection) const noexcept { mysql_close(connection); }

ForeignShop::ForeignShop(const std::string& socket, const std::string& database) : connection_(mysql_init(nullptr)) {
    mysql_options(connection_.get(), MYSQL_SET_CHARSET_NAME, "utf8mb4");
    if (!mysql_real_connect(connection_.get(), "localhost", "root", nullptr, database.c_str(), 0, socket.c_str(), 0))
        throw std::runtime_error(fmt::format("cannot connect: {}", mysql_error(connection_.get())));
}

void ForeignShop::run(const std::string& sql) {
    ++queries_;
    if (mysql_real_query(connection_.get(), sql.data(), sql.size()) == 0) return;
    const unsigned number = mysql_errno(connection_.get());
    const std::string words = fmt::format("{} ({}): {}", mysql_error(connection_.get()), number, sql.substr(0, 60));
    if (number != ER_LOCK_DEADLOCK && number != ER_LOCK_WAIT_TIMEOUT) throw std::runtime_error(words);
    if (sql != "ROLLBACK") roll_back();
    throw GivenUp(words);
}

std::string ForeignShop::one(const std::string& sql) {
    run(sql);
    const std::unique_ptr<MYSQL_RES, decltype(&mysql_free_result)> result(mysql_store_result(connection_.get()), mysql_free_result);
    const MYSQL_ROW row = result ? mysql_fetch_row(result.get()) : nullptr;
    return row && row[0] ? row[0] : "";
}

void ForeignShop::read(const std::string& sql) {
    run(sql);
    mysql_free_result(mysql_store_result(connection_.get()));
}

void ForeignShop::load(const std::string& store, std::uint64_t order) {
    if (store == "posts") {
        read(fmt::format("SELECT * FROM wp_posts WHERE ID = {} LIMIT 1", order));
        read(fmt::format("SELECT post_id, meta_key, meta_value FROM wp_postmeta WHERE post_id IN ({}) ORDER BY meta_id", order));
    } else {
        read(fmt::format("SELECT o.*, b.*, s.*, p.* FROM wp_wc_orders o LEFT JOIN wp_wc_order_addresses b ON b.order_id = o.id AND b.address_type = 'billing' LEFT JOIN wp_wc_order_addresses s"
                         " ON s.order_id = o.id AND s.address_type = 'shipping' LEFT JOIN wp_wc_order_operational_data p ON p.order_id = o.id WHERE o.id IN ({})", order));
        read(fmt::format("SELECT id, order_id, meta_key, meta_value FROM wp_wc_orders_meta WHERE order_id IN ({})", order));
    }
    read(fmt::format("SELECT order_item_type, order_item_id, order_id, order_item_name FROM wp_woocommerce_order_items WHERE order_id = {} ORDER BY order_item_id", order));
    read(fmt::format("SELECT m.order_item_id, m.meta_key, m.meta_value FROM wp_woocommerce_order_itemmeta m JOIN wp_woocommerce_order_items i ON i.order_item_id = m.order_item_id"
                     " WHERE i.order_id = {}", order));
}

void ForeignShop::read_options(std::uint64_t queries) {
    static constexpr const char* names[] = {"siteurl", "timezone_string", "woocommerce_currency", "woocommerce_calc_taxes", "woocommerce_default_country", "active_plugins"};
    while (queries_ < queries) read(fmt::format("SELECT option_value FROM wp_options WHERE option_name = '{}' LIMIT 1", names[queries_ % std::size(names)]));
}

void ForeignShop::add_note(std::uint64_t order) {
    run(fmt::format("INSERT INTO wp_comments (comment_post_ID, comment_author, comment_date, comment_date_gmt, comment_content, comment_approved, comment_agent, comment_type)"
                    " VALUES ({}, 'WooCommerce', UTC_TIMESTAMP() + INTERVAL 1 HOUR, UTC_TIMESTAMP(), 'Order status changed.', '1', 'WooCommerce', 'order_note')", order));
    const std::string notes = one(fmt::format("SELECT COUNT(*) FROM wp_comments WHERE comment_post_ID = {} AND comment_approved = '1'", order));
    run(fmt::format("UPDATE wp_posts SET comment_count = {} WHERE ID = {}", notes, order));
}

std::uint64_t ForeignShop::insert(const std::string& sql) {
    run(sql);
    return mysql_insert_id(connection_.get());
}

std::string ForeignShop::authoritative() {
    return one("SELECT option_value FROM wp_options WHERE option_name = 'woocommerce_custom_orders_table_enabled' LOCK IN SHARE MODE") == "yes" ? "hpos" : "posts";
}

std::vector<std::uint64_t> ForeignShop::orders(const std::string& store) {
    run("SET SESSION group_concat_max_len = 100000000");
    std::istringstream list(one(store == "posts" ? "SELECT GROUP_CONCAT(ID ORDER BY ID SEPARATOR ' ') FROM wp_posts WHERE post_type = 'shop_order'"
                                                 : "SELECT GROUP_CONCAT(id ORDER BY id SEPARATOR ' ') FROM wp_wc_orders WHERE type = 'shop_order'"));
    std::vector<std::uint64_t> ids;
    for (std::uint64_t id = 0; list >> id;) ids.push_back(id);
    return ids;
}

void ForeignShop::set_meta(const std::string& store, std::uint64_t order, const std::string& key, const std::string& value) {
    const bool posts = store == "posts";
    const std::string table = posts ? "wp_postmeta" : "wp_wc_orders_meta", of = posts ? "post_id" : "order_id", id = posts ? "meta_id" : "id";
    const std::string row = one(fmt::format("SELECT {} FROM {} WHERE {} = {} AND meta_key = '{}' LIMIT 1", id, table, of, order, key));
    run(row.empty() ? fmt::format("INSERT INTO {} ({}, meta_key, meta_value) VALUES ({}, '{}', {})", table, of, order, key, value)
                    : fmt::format("UPDATE {} SET meta_value = {} WHERE {} = {}", table, value, id, row));
}

void ForeignShop::save(const std::string& store, std::uint64_t order, std::uint64_t number, const std::string& counter) {
    const std::string total = fmt::format("{}.50", number % 1000), status = number % 2 == 0 ? "wc-on-hold" : "wc-pending";
    if (store == "posts") {
        run(fmt::format("UPDATE wp_posts SET post_status = '{}', post_modified = UTC_TIMESTAMP() + INTERVAL 1 HOUR, post_modified_gmt = UTC_TIMESTAMP() WHERE ID = {}", status, order));
        set_meta(store, order, "_order_total", fmt::format("'{}'", total));
    } else {
        run(fmt::format("UPDATE wp_wc_orders SET status = '{}', total_amount = {}, date_updated_gmt = UTC_TIMESTAMP() WHERE id = {}", status, total, order));
    }
    count(store, order, counter);
    set_meta(store, order, "bench_seen", std::to_string(number));
}

std::uint64_t ForeignShop::create(const std::string& store, const std::string& counter) {
    const bool posts = store == "posts";
    const std::uint64_t order = insert(
        fmt::format("INSERT INTO wp_posts (post_author, post_date, post_date_gmt, post_content, post_title, post_excerpt, post_status, comment_status, ping_status, post_password,"
                    " to_ping, pinged, post_modified, post_modified_gmt, post_content_filtered, post_type) VALUES"
                    " (1, UTC_TIMESTAMP() + INTERVAL 1 HOUR, UTC_TIMESTAMP(), '', '', '', '{}', 'open', 'closed', '', '', '', UTC_TIMESTAMP() + INTERVAL 1 HOUR, UTC_TIMESTAMP(), '', '{}')",
                    posts ? "wc-pending" : "draft", posts ? "shop_order" : "shop_order_placehold"));
    if (posts) {
        for (const auto& [name, text] : {std::pair{"_order_currency", "CZK"}, std::pair{"_order_total", "12.50"}, std::pair{"_customer_user", "0"}, std::pair{"_billing_email", "ana@example.com"}})
            run(fmt::format("INSERT INTO wp_postmeta (post_id, meta_key, meta_value) VALUES ({}, '{}', '{}')", order, name, text));
        run(fmt::format("INSERT INTO wp_postmeta (post_id, meta_key, meta_value) VALUES ({}, '_order_key', 'wc_order_{}')", order, order));
    } else {
        run(fmt::format("INSERT INTO wp_wc_orders (id, status, currency, type, tax_amount, total_amount, customer_id, billing_email, date_created_gmt, date_updated_gmt, parent_order_id)"
                        " VALUES ({}, 'wc-pending', 'CZK', 'shop_order', 0, 12.5, 0, 'ana@example.com', UTC_TIMESTAMP(), UTC_TIMESTAMP(), 0)", order));
        run(fmt::format("INSERT INTO wp_wc_order_addresses (order_id, address_type, email) VALUES ({}, 'billing', 'ana@example.com')", order));
        run(fmt::format("INSERT INTO wp_wc_order_operational_data (order_id, created_via, order_key) VALUES ({}, 'checkout', 'wc_order_{}')", order, order));
    }
    count(store, order, counter);
    return order;
}

}  // namespace bench
