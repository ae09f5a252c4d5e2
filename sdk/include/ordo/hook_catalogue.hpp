/// Every hook the kernel fires: name, arguments, when, and what a throw does. `ordo hooks list` prints this table.
/// Names are WooCommerce's where it has one; `ordo_…` are ours.
#pragma once

#include <cstdint>
#include <string>

#include <ordo/hooks.hpp>
#include <ordo/orders.hpp>
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

// ---- What happens to orders. The same list for an operation whichever store is authoritative and whether or not it is
// mirrored, in the order in which WooCommerce with HPOS fires them. Actions after the commit get the order as it was saved. ----

inline constexpr Action<OrderId, Order> before_order_object_save{
    "woocommerce_before_order_object_save", "kernel", "OrderId order (0: a new one), Order order",
    "before an order is checked and saved, outside the transaction; what is to be changed in it goes through ordo_order_before_save"};

inline constexpr Filter<Order, OrderId> order_before_save{
    "ordo_order_before_save", "kernel", "Order order, OrderId order_id (0: a new one)",
    "before an order or refund is checked and saved, outside the transaction: what the slots make of it is saved"};

inline constexpr Veto<OrderId, Order> can_save_order{
    "ordo_can_save_order", "kernel", "OrderId order (0: a new one), Order order",
    "before the transaction of a save, of trashing and of restoring; the reasons reach the caller"};

inline constexpr Veto<OrderId, Order> can_delete_order{
    "ordo_can_delete_order", "kernel", "OrderId order, Order order",
    "before an order is removed for ever; the reasons reach the caller"};

inline constexpr Action<OrderId, Order> new_order{
    "woocommerce_new_order", "kernel", "OrderId order, Order order",
    "after an order was created, or a draft became an order; not for auto-drafts, drafts and checkout-drafts"};

inline constexpr Action<OrderId, Order> update_order{
    "woocommerce_update_order", "kernel", "OrderId order, Order order",
    "after an order was changed, also by restoring it from the trash; once a save"};

inline constexpr Action<OrderId, Order> update_order_refund{
    "woocommerce_update_order_refund", "kernel", "OrderId refund, Order refund",
    "after a refund was written, also a new one; once a save"};

inline constexpr Action<OrderId, ItemRecord> new_order_item{
    "woocommerce_new_order_item", "kernel", "OrderId order, ItemRecord item",
    "after an item was added"};

inline constexpr Action<OrderId, ItemRecord> update_order_item{
    "woocommerce_update_order_item", "kernel", "OrderId order, ItemRecord item",
    "after an item was changed"};

inline constexpr Action<OrderId, std::uint64_t> before_delete_order_item{
    "woocommerce_before_delete_order_item", "kernel", "OrderId order, uint64 item",
    "before the transaction that removes an item from an order that stays"};

inline constexpr Action<OrderId, std::uint64_t> delete_order_item{
    "woocommerce_delete_order_item", "kernel", "OrderId order, uint64 item",
    "after an item was removed from an order that stays"};

inline constexpr Action<OrderId, Order> after_order_object_save{
    "woocommerce_after_order_object_save", "kernel", "OrderId order, Order order",
    "after an order was saved, before the actions of its status"};

inline constexpr ActionFamily<OrderId, Order> order_status{
    "woocommerce_order_status_{to}", "kernel", "OrderId order, Order order",
    "after an order's status became another. Status without wc-",
    "is logged; the next slots run, and the order gets a note that the transition failed"};

inline constexpr ActionFamily<OrderId, Order> order_status_transition{
    "woocommerce_order_status_{from}_to_{to}", "kernel", "OrderId order, Order order",
    "after the note about a change of status. Statuses without wc-",
    "is logged; the next slots run, and the order gets a note that the transition failed"};

inline constexpr Action<OrderId, std::string, std::string, Order> order_status_changed{
    "woocommerce_order_status_changed", "kernel", "OrderId order, string from, string to, Order order",
    "after every change of status",
    "is logged; the next slots run, and the order gets a note that the transition failed"};

inline constexpr Action<OrderId, Order> order_payment_status_changed{
    "woocommerce_order_payment_status_changed", "kernel", "OrderId order, Order order",
    "after a status of orders that wait for payment became one of paid orders",
    "is logged; the next slots run, and the order gets a note that the transition failed"};

inline constexpr Action<OrderId, std::uint64_t> order_note_added{
    "woocommerce_order_note_added", "kernel", "OrderId order, uint64 note",
    "after a note was added, also one about a change of status"};

inline constexpr Action<OrderId, Order, RefundRequest> create_refund{
    "woocommerce_create_refund", "kernel", "OrderId refund, Order refund, RefundRequest request",
    "after a refund was created"};

inline constexpr Action<OrderId, OrderId> order_partially_refunded{
    "woocommerce_order_partially_refunded", "kernel", "OrderId order, OrderId refund",
    "after a refund that leaves something to be refunded"};

inline constexpr Action<OrderId, OrderId> order_fully_refunded{
    "woocommerce_order_fully_refunded", "kernel", "OrderId order, OrderId refund",
    "after a refund that leaves nothing to be refunded"};

inline constexpr Action<OrderId, OrderId> refund_created{
    "woocommerce_refund_created", "kernel", "OrderId refund, OrderId order",
    "after a refund was created and its order was saved"};

inline constexpr Action<OrderId, OrderId> order_refunded{
    "woocommerce_order_refunded", "kernel", "OrderId order, OrderId refund",
    "after every refund, last"};

inline constexpr Action<OrderId, Order> before_trash_order{
    "woocommerce_before_trash_order", "kernel", "OrderId order, Order order",
    "before an order goes to the trash, outside the transaction"};

inline constexpr Action<OrderId> trash_order{
    "woocommerce_trash_order", "kernel", "OrderId order",
    "after an order went to the trash"};

inline constexpr Action<OrderId, std::string> untrash_order{
    "woocommerce_untrash_order", "kernel", "OrderId order, string previous_status",
    "before an order is restored from the trash, outside the transaction. Status without wc-"};

inline constexpr Action<OrderId, Order> before_delete_order{
    "woocommerce_before_delete_order", "kernel", "OrderId order, Order order",
    "before an order is removed for ever, outside the transaction"};

inline constexpr Action<OrderId> delete_order{
    "woocommerce_delete_order", "kernel", "OrderId order",
    "after an order was removed for ever"};

}  // namespace ordo::hook
