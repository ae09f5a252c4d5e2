/// Takes ids of orders as a store of its own would: two new ones, and three given ones of which a post has one already.
#include <ordo/plugin.hpp>

#include <array>

class AllocatesIds final : public ordo::Plugin {
    void start(ordo::Host& host) override {
        host.hooks().on(ordo::hook::before_woocommerce_init, [&host] {
            auto* ids = ordo::find_interface<ordo::OrderIds>(host);
            host.database().write([&](ordo::Unit& unit) {
                ids->allocate(unit, 2, "2026-07-01 12:00:00");
                const std::string_view created = "2026-07-01 12:00:00";
                const std::array taken{ordo::ReservedId{{9000}, created, {8999}}, ordo::ReservedId{{43}, created}, ordo::ReservedId{{8999}, created}};
                ids->reserve(unit, taken);
            });
        });
    }
};
ORDO_PLUGIN(AllocatesIds)
