/// WooCommerce, and plugins, at a shop's tables behind Ordo's back: the rows they would write, over a connection of their own.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include <fmt/format.h>

#include "tests/support/order_model.hpp"
#include "tests/support/test_database.hpp"

namespace ordo::test {

/// Writes a store's rows as WooCommerce does, over its own connection, and tells nobody.
class WooCommerceHand {
public:
    explicit WooCommerceHand(Database& database) : database_(database) {}

    void change(const std::string& store, OrderId id, const OrderChanges& changes) {
        database_.write([&](Unit& unit) {
            for (const OrderChange& one : changes) change(unit, store == "posts" ? posts : hpos, id, one);
        });
    }
    /// Plugins that write rows by themselves leave it as it is.
    void touch(const std::vector<std::string>& stores, OrderId id) {
        const std::string now = date();
        for (const std::string& store : stores)
            execute(database_, store == "posts" ? fmt::format("UPDATE wp_posts SET post_modified = '{0}', post_modified_gmt = '{0}' WHERE ID = {1}", now, id)
                                                : fmt::format("UPDATE wp_wc_orders SET date_updated_gmt = '{}' WHERE id = {}", now, id));
    }
    OrderId create(const std::string& store, const ModelOrder& order) {
        OrderId id;
        const std::string now = date();
        database_.write([&](Unit& unit) {
            const bool in_posts = store == "posts";
            unit.execute(fmt::format("INSERT INTO wp_posts (post_type, post_status, comment_status, ping_status, post_date, post_date_gmt, post_modified, post_modified_gmt, post_content, post_title, "
                                     "post_excerpt, to_ping, pinged, post_content_filtered) VALUES ('{0}', '{1}', 'closed', 'closed', '{2}', '{2}', '{2}', '{2}', '', 'Order', '{3}', '', '', '')",
                                     in_posts ? "shop_order" : "shop_order_placehold", in_posts ? order.status : "draft", now, in_posts ? order.note : ""));
            id = OrderId{unit.last_insert_id()};
            if (in_posts) {
                for (const auto& [key, value] : {std::pair{"_order_key", fmt::format("wc_order_{}", id)}, {"_order_currency", "EUR"}, {"_customer_user", "0"}, {"_order_version", "11.0.1"},
                                                 {"_billing_city", order.city}, {"_order_total", order.total + ".00"}, {"_prices_include_tax", "no"}})
                    add_meta(unit, posts, id, key, value);
            } else {
                unit.execute(fmt::format("INSERT INTO wp_wc_orders (id, status, currency, type, total_amount, customer_id, date_created_gmt, date_updated_gmt, parent_order_id, customer_note) VALUES "
                                         "({0}, '{1}', 'EUR', 'shop_order', '{2}.00000000', 0, '{3}', '{3}', 0, '{4}')", id, order.status, order.total, now, order.note));
                unit.execute(fmt::format("INSERT INTO wp_wc_order_addresses (order_id, address_type, city) VALUES ({0}, 'billing', '{1}'), ({0}, 'shipping', NULL)", id, order.city));
                unit.execute(fmt::format("INSERT INTO wp_wc_order_operational_data (order_id, created_via, woocommerce_version, prices_include_tax, order_key) VALUES "
                                         "({0}, 'checkout', '11.0.1', 0, 'wc_order_{0}')", id));
            }
            for (const auto& [key, values] : order.meta)
                for (const std::string& value : values) add_meta(unit, in_posts ? posts : hpos, id, key, value);
        });
        return id;
    }
    /// An order's rows; a post that hpos still needs for its id becomes a placeholder.
    void erase(const std::string& store, OrderId id) {
        if (store == "posts") {
            execute(database_, fmt::format("DELETE FROM wp_postmeta WHERE post_id = {}", id));
            execute(database_, fmt::format("DELETE FROM wp_posts WHERE ID = {} AND post_type <> 'shop_order_placehold'", id));
        } else {
            for (const char* table : {"wp_wc_orders WHERE id", "wp_wc_order_addresses WHERE order_id", "wp_wc_order_operational_data WHERE order_id", "wp_wc_orders_meta WHERE order_id"})
                execute(database_, fmt::format("DELETE FROM {} = {}", table, id));
            execute(database_, fmt::format("DELETE FROM wp_posts WHERE ID = {} AND post_type = 'shop_order_placehold'", id));
        }
    }
    /// Notes and items, which go with an order that is deleted for good.
    void erase_details(OrderId id) {
        execute(database_, fmt::format("DELETE FROM wp_comments WHERE comment_post_ID = {}", id));
        execute(database_, fmt::format("DELETE FROM wp_woocommerce_order_itemmeta WHERE order_item_id IN (SELECT order_item_id FROM wp_woocommerce_order_items WHERE order_id = {})", id));
        execute(database_, fmt::format("DELETE FROM wp_woocommerce_order_items WHERE order_id = {}", id));
    }
    /// That an order was deleted from that store while nothing was mirrored.
    void record_deleted(const std::string& store, OrderId id) {
        database_.write([&](Unit& unit) { add_meta(unit, hpos, id, "_deleted_from", store == "posts" ? "posts_table" : "orders_table"); });
    }

private:
    struct Names {
        std::string_view orders, id, status, note, meta, owner;
    };
    static constexpr Names posts{"wp_posts", "ID", "post_status", "post_excerpt", "wp_postmeta", "post_id"},
        hpos{"wp_wc_orders", "id", "status", "customer_note", "wp_wc_orders_meta", "order_id"};

    static void add_meta(Unit& unit, const Names& in, OrderId id, std::string_view key, std::string_view value) {
        unit.execute(fmt::format("INSERT INTO {} ({}, meta_key, meta_value) VALUES ({}, '{}', '{}')", in.meta, in.owner, id, key, value));
    }
    static void drop_meta(Unit& unit, const Names& in, OrderId id, std::string_view key) {
        unit.execute(fmt::format("DELETE FROM {} WHERE {} = {} AND meta_key = '{}'", in.meta, in.owner, id, key));
    }
    static void change(Unit& unit, const Names& in, OrderId id, const OrderChange& change) {
        const auto set = [&](std::string_view column) { unit.execute(fmt::format("UPDATE {} SET {} = '{}' WHERE {} = {}", in.orders, column, change.value, in.id, id)); };
        const bool in_posts = in.orders == posts.orders;
        switch (change.kind) {
            case OrderChange::Kind::status: set(in.status); break;
            case OrderChange::Kind::note: set(in.note); break;
            case OrderChange::Kind::city:
                if (in_posts) drop_meta(unit, in, id, "_billing_city"), add_meta(unit, in, id, "_billing_city", change.value);
                else unit.execute(fmt::format("UPDATE wp_wc_order_addresses SET city = '{}' WHERE order_id = {} AND address_type = 'billing'", change.value, id));
                break;
            case OrderChange::Kind::add_meta: add_meta(unit, in, id, change.key, change.value); break;
            case OrderChange::Kind::set_meta: drop_meta(unit, in, id, change.key), add_meta(unit, in, id, change.key, change.value); break;
            case OrderChange::Kind::drop_meta: drop_meta(unit, in, id, change.key); break;
        }
    }
    /// Never the same twice.
    std::string date() {
        ++dates_;
        return fmt::format("2026-01-{:02} {:02}:{:02}:{:02}", 1 + dates_ / 86400 % 28, dates_ / 3600 % 24, dates_ / 60 % 60, dates_ % 60);
    }

    Database& database_;
    unsigned dates_ = 0;
};

}  // namespace ordo::test
