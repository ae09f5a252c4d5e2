/// See `ordo::Conflicts`. A restored order is written as a save is: the same unit, without business events.
#pragma once

#include <memory>

#include <ordo/conflicts.hpp>

#include "kernel/orders/order_unit.hpp"
#include "kernel/sync/conflict_table.hpp"

namespace ordo::sync {

std::unique_ptr<Conflicts> make_conflicts(orders::OrderUnit& unit, ConflictTable table);

}  // namespace ordo::sync
