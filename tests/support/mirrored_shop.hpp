/// An empty shop in compatibility mode, and orders in it.
#pragma once

#include <functional>
#include <string>

#include <ordo/orders.hpp>

#include "tests/support/empty_shop.hpp"

namespace ordo::test {

struct MirroredShop {
    /// `way`: how it is mirrored. Nothing runs by itself: with "interval" the test says when.
    explicit MirroredShop(const std::string& name, const std::string& way = "continuous")
        : store(name), backup(name == "posts" ? "hpos" : "posts"), shop(name), orders(shop.kernel().orders()) {
        shop.kernel().options().update(option::background_sync_mode, way);
        shop.kernel().options().update(option::data_sync_enabled, "yes");
    }
    Order saved(const std::function<void(Order&)>& change) {
        Order order;
        change(order);
        orders.require_saved(order);
        return order;
    }
    Order in_backup(OrderId id) {
        const auto record = shop.kernel().legacy_data().get_order_from_datastore(id, backup);
        REQUIRE(record);
        return Order(*record);
    }
    std::string one(const std::string& sql) { return select_one(shop.database(), sql); }
    SyncReport sync() { return shop.kernel().synchronizer().sync({}); }
    void check_equal() {
        CHECK(shop.export_all("posts") == shop.export_all("hpos"));
        CHECK(shop.kernel().synchronizer().get_total_pending_count() == 0);
    }

    std::string store, backup;
    EmptyShop shop;
    Orders& orders;
};

}  // namespace ordo::test
