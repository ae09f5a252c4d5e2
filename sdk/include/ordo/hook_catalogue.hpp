/// Every hook the kernel fires: name, arguments, when, and what a throw does. `ordo hooks list` prints this table.
/// Names are WooCommerce's where it has one; `ordo_…` are ours.
#pragma once

#include <cstdint>
#include <string>

#include <ordo/hooks.hpp>
#include <ordo/schema.hpp>
#include <ordo/types.hpp>

namespace ordo::hook {

inline constexpr Action<> before_woocommerce_init{
    "before_woocommerce_init", "kernel", "",
    "once, after every plugin has started: the last moment to declare compatibility"};

inline constexpr Filter<std::string> order_data_store{
    "woocommerce_order_data_store", "kernel", "string store_id",
    "when the authoritative store of orders is asked for. Another store than the present one is a switch: it passes the gate and is kept",
    "is logged; the value stays as it was. An unknown store, or one the gate refuses, is ignored and logged"};

inline constexpr Filter<std::string> order_refund_data_store{
    "woocommerce_order-refund_data_store", "kernel", "string store_id",
    "when the authoritative store of refunds is chosen; only the store of the orders is accepted"};

inline constexpr Filter<std::uint64_t> migration_batch_size{
    "woocommerce_orders_cot_migration_batch_size", "kernel", "uint64 orders",
    "before a migration or synchronisation, after the option and the command line; clamped to 1-10,000"};

inline constexpr Filter<Schema> orders_table_schema{
    "woocommerce_orders_table_schema", "kernel", "Schema tables",
    "before a store's tables are created or verified"};

inline constexpr Action<> after_orders_table_created{
    "woocommerce_after_orders_table_created", "kernel", "",
    "after missing tables of the HPOS storage were created"};

inline constexpr Action<OrderId> before_order_sync_to_posts{
    "woocommerce_before_order_sync_to_posts", "kernel", "OrderId order",
    "outside the transaction, before an order is written to posts"};

inline constexpr Action<OrderId> after_order_sync_to_posts{
    "woocommerce_after_order_sync_to_posts", "kernel", "OrderId order",
    "after the commit, for each order that was written to posts"};

inline constexpr Action<OrderId, Direction> before_order_sync{
    "ordo_before_order_sync", "kernel", "OrderId order, Direction way",
    "outside the transaction, before an order is written to another store"};

inline constexpr Action<OrderId, Direction> after_order_sync{
    "ordo_after_order_sync", "kernel", "OrderId order, Direction way",
    "after the commit, for each order that was written to another store"};

inline constexpr Veto<Direction> can_switch_store{
    "ordo_can_switch_store", "kernel", "Direction way",
    "before another store becomes authoritative"};

}  // namespace ordo::hook
