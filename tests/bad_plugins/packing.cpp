/// An extension whose table changes with the orders, and whose orders have a status of their own. Any thread.
#include <ordo/plugin.hpp>

class Packing final : public ordo::Plugin, private ordo::OrderParticipant {
    void start(ordo::Host& host) override {
        table_ = host.table("packing");
        host.register_order_status(host.settings().get<std::string>("status"), "Packed");
        host.register_participant(*this);
    }
    void order_saved(ordo::Unit& unit, const ordo::OrderRecord* before, const ordo::OrderRecord& after) override {
        add(unit, after.id, status_of(before), status_of(&after));
        if (status_of(&after) == "wc-failed") throw ordo::Error(ordo::errc::internal, "the shelf is full");
    }
    void order_erased(ordo::Unit& unit, const ordo::OrderRecord& before) override { add(unit, before.id, status_of(&before), "gone"); }

    void add(ordo::Unit& unit, ordo::OrderId order, std::string_view before, std::string_view after) {
        unit.insert({table_, {"order_id", "before_status", "after_status"}, {std::to_string(order.value), before, after}});
    }
    static std::string status_of(const ordo::OrderRecord* order) {
        const auto status = order ? order->get(ordo::FieldId::status) : std::nullopt;
        return status ? status->text : "none";
    }

    std::string table_;
};
ORDO_PLUGIN(Packing)
