/// Takes ids of orders as a store of its own would: two new ones, and three given ones of which a post has one already.
#include <ordo/plugin.hpp>

#include <array>

class AllocatesIds final : public ordo::Plugin {
    void start(ordo::Host& host) override {
        host.hooks().on(ordo::hook::before_woocommerce_init, [&host] {
            auto* ids = ordo::find_interface<ordo::OrderIds>(host);
            host.database().write([&](ordo::Unit& unit) {
                ids->allocate(unit, 2, "2026-07-01 12:00:00");
                const std::array taken{ordo::OrderId{9000}, ordo::OrderId{43}, ordo::OrderId{8999}};
                ids->reserve(unit, taken, "2026-07-01 12:00:00");
            });
        });
    }
};
ORDO_PLUGIN(AllocatesIds)
