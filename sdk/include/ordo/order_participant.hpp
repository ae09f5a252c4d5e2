/// What an extension writes together with an order. Called by the kernel on the thread that saves.
#pragma once

#include <ordo/database.hpp>
#include <ordo/order_record.hpp>

namespace ordo {

/// What a save or an erasure writes beside the order, in the same transaction: for extensions whose tables must change with it.
/// Called for orders of any type, inside the unit: no hooks, no other transaction; it may be called again for the same save.
/// A throw undoes the save and reaches its caller.
class OrderParticipant {
public:
    virtual ~OrderParticipant() = default;
    /// `before`: as the store held it; null: a new order.
    virtual void order_saved(Unit& unit, const OrderRecord* before, const OrderRecord& after) = 0;
    virtual void order_erased(Unit& unit, const OrderRecord& before) = 0;
};

}  // namespace ordo
