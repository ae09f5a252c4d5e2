/// A second program on a shop's database that knows nothing of Ordo: a connection of its own, SQL as WooCommerce writes it.
#pragma once

#include <string>

#include <fmt/format.h>

#include "tests/support/test_database.hpp"

namespace ordo::test {

class OtherProgram {
public:
    explicit OtherProgram(const std::string& url) : database_(database::make_dialect(url), log_) {}
    Database& database() { return database_; }
    void run(const std::string& sql) { execute(database_, sql); }
    std::string one(const std::string& sql) { return select_one(database_, sql); }

    /// A status that is changed in one store and not in the other.
    void set_status(const std::string& store, OrderId order, const std::string& status) {
        run(store == "posts" ? fmt::format("UPDATE wp_posts SET post_status = '{}' WHERE ID = {}", status, order) : fmt::format("UPDATE wp_wc_orders SET status = '{}' WHERE id = {}", status, order));
    }
    /// One more row of meta.
    void add_meta(const std::string& store, OrderId order, const std::string& key, const std::string& value) {
        run(store == "posts" ? fmt::format("INSERT INTO wp_postmeta (post_id, meta_key, meta_value) VALUES ({}, '{}', '{}')", order, key, value)
                             : fmt::format("INSERT INTO wp_wc_orders_meta (order_id, meta_key, meta_value) VALUES ({}, '{}', '{}')", order, key, value));
    }
    /// An order that only this store has; its id is taken from posts, as WooCommerce takes it.
    OrderId make_order(const std::string& store, const std::string& city = "Brno") {
        const std::string dates = "'2026-10-01 10:00:00', '2026-10-01 10:00:00', '2026-10-01 10:00:00', '2026-10-01 10:00:00'";
        const std::string id = std::to_string(std::stoull(one("SELECT COALESCE(MAX(ID), 0) FROM wp_posts")) + 1);
        const std::string type = store == "posts" ? "shop_order" : "shop_order_placehold", status = store == "posts" ? "wc-processing" : "draft";
        run(fmt::format("INSERT INTO wp_posts (ID, post_date, post_date_gmt, post_modified, post_modified_gmt, post_content, post_title, post_excerpt, post_status, to_ping, pinged, "
                        "post_content_filtered, post_type) VALUES ({}, {}, '', 'Order', '', '{}', '', '', '', '{}')", id, dates, status, type));
        const OrderId order{std::stoull(id)};
        if (store == "posts") {
            for (const auto& [key, value] : {std::pair{"_order_total", "12.5"}, {"_order_currency", "EUR"}, {"_billing_city", city.c_str()}, {"_order_key", "wc_order_made"}, {"_customer_user", "0"}})
                add_meta(store, order, key, value);
        } else {
            run(fmt::format("INSERT INTO wp_wc_orders (id, status, type, currency, total_amount, customer_id, date_created_gmt, date_updated_gmt) "
                            "VALUES ({}, 'wc-processing', 'shop_order', 'EUR', 12.5, 0, '2026-10-01 10:00:00', '2026-10-01 10:00:00')", id));
            run(fmt::format("INSERT INTO wp_wc_order_addresses (order_id, address_type, city) VALUES ({}, 'billing', '{}')", id, city));
            run(fmt::format("INSERT INTO wp_wc_order_operational_data (order_id, order_key) VALUES ({}, 'wc_order_made')", id));
        }
        return order;
    }
    /// Every row of the order in that store, and no word of it. A post stays as a placeholder where the other store needs its id.
    void lose_order(const std::string& store, OrderId order) {
        if (store == "posts") {
            run(fmt::format("DELETE FROM wp_postmeta WHERE post_id = {}", order));
            run(fmt::format("DELETE FROM wp_posts WHERE ID = {}", order));
            return;
        }
        for (const char* table : {"wp_wc_orders_meta", "wp_wc_order_addresses", "wp_wc_order_operational_data"}) run(fmt::format("DELETE FROM {} WHERE order_id = {}", table, order));
        run(fmt::format("DELETE FROM wp_wc_orders WHERE id = {}", order));
    }

private:
    QuietLog log_;
    database::SqlDatabase database_;
};

}  // namespace ordo::test
