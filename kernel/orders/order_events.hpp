/// The hooks of what happens to orders, and the order in which they fire. Emitters only; any thread.
#pragma once

#include <ordo/hook_catalogue.hpp>

namespace ordo::orders {

struct OrderEvents {
    explicit OrderEvents(Hooks& hooks)
        : before_save(hooks.declare(hook::before_order_object_save)), filter_save(hooks.declare(hook::order_before_save)),
          can_save(hooks.declare(hook::can_save_order)), can_delete(hooks.declare(hook::can_delete_order)), new_order(hooks.declare(hook::new_order)),
          update_order(hooks.declare(hook::update_order)), update_refund(hooks.declare(hook::update_order_refund)),
          new_item(hooks.declare(hook::new_order_item)), update_item(hooks.declare(hook::update_order_item)),
          before_delete_item(hooks.declare(hook::before_delete_order_item)), delete_item(hooks.declare(hook::delete_order_item)),
          after_save(hooks.declare(hook::after_order_object_save)), status(hooks.declare(hook::order_status)),
          transition(hooks.declare(hook::order_status_transition)), status_changed(hooks.declare(hook::order_status_changed)),
          payment_status_changed(hooks.declare(hook::order_payment_status_changed)), note_added(hooks.declare(hook::order_note_added)),
          create_refund(hooks.declare(hook::create_refund)), partially_refunded(hooks.declare(hook::order_partially_refunded)),
          fully_refunded(hooks.declare(hook::order_fully_refunded)), refund_created(hooks.declare(hook::refund_created)),
          refunded(hooks.declare(hook::order_refunded)), before_trash(hooks.declare(hook::before_trash_order)), trash(hooks.declare(hook::trash_order)),
          untrash(hooks.declare(hook::untrash_order)), before_delete(hooks.declare(hook::before_delete_order)), deleted(hooks.declare(hook::delete_order)) {}

    Emitter<Action<OrderId, Order>> before_save;
    Emitter<Filter<Order, OrderId>> filter_save;
    Emitter<Veto<OrderId, Order>> can_save, can_delete;
    Emitter<Action<OrderId, Order>> new_order, update_order, update_refund;
    Emitter<Action<OrderId, ItemRecord>> new_item, update_item;
    Emitter<Action<OrderId, std::uint64_t>> before_delete_item, delete_item;
    Emitter<Action<OrderId, Order>> after_save;
    Emitter<ActionFamily<OrderId, Order>> status, transition;
    Emitter<Action<OrderId, std::string, std::string, Order>> status_changed;
    Emitter<Action<OrderId, Order>> payment_status_changed;
    Emitter<Action<OrderId, std::uint64_t>> note_added;
    Emitter<Action<OrderId, Order, RefundRequest>> create_refund;
    Emitter<Action<OrderId, OrderId>> partially_refunded, fully_refunded, refund_created, refunded;
    Emitter<Action<OrderId, Order>> before_trash;
    Emitter<Action<OrderId>> trash;
    Emitter<Action<OrderId, std::string>> untrash;
    Emitter<Action<OrderId, Order>> before_delete;
    Emitter<Action<OrderId>> deleted;
};

}  // namespace ordo::orders
