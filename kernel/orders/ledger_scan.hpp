/// The scan that holds the ledger against the authoritative store, and makes it anew. See `ordo::OrderLedger`.
#pragma once

#include <ordo/order_ledger.hpp>

#include "kernel/orders/order_unit.hpp"

namespace ordo::orders {

class LedgerScan final : public OrderLedger {
public:
    /// `hold_authority`: within a unit, waits for every save under way and holds the next ones back until it ends.
    LedgerScan(const OrderUnit& orders, std::function<void(Unit&)> hold_authority) : orders_(orders), hold_authority_(std::move(hold_authority)) {}

    LedgerReport check(const std::function<bool()>& stop_requested) override { return scan(false, stop_requested); }
    LedgerReport rebuild(const std::function<bool()>& stop_requested) override { return scan(true, stop_requested); }
    OrderCounts counts() override;
    std::uint64_t prune_history() override;

private:
    LedgerReport scan(bool rebuild, const std::function<bool()>& stop_requested);
    void look(Read& read, const std::vector<OrderRecord>& page, LedgerReport& report) const;
    OrderCounts count(Read& read, const std::string& store) const;

    const OrderUnit& orders_;
    std::function<void(Unit&)> hold_authority_;
};

}  // namespace ordo::orders
