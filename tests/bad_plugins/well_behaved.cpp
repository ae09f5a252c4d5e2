/// A good plugin, to compare the bad ones with: everything it does it tells the log. Any thread.
#include <ordo/plugin.hpp>

class WellBehaved final : public ordo::Plugin, private ordo::OrderIds {
    void start(ordo::Host& host) override {
        host_ = &host;
        const auto& settings = host.settings();
        host.log().info("start {} {} {} {} {}", settings.get<std::string>("greeting"), settings.get<std::int64_t>("times"),
                        settings.get<double>("weight"), settings.get<bool>("loud"), host.table("posts"));
        host.hooks().on(ordo::hook::before_woocommerce_init, [this] { host_->log().info("slot"); });
        host.register_order_type("gift_refund");
        host.register_order_type("gift_order");
        ordo::register_interface<ordo::OrderIds>(host, *this);
        host.register_interface("museum.answer/1", &answer_);
    }
    void stop() noexcept override { host_->log().info("stop, interface {}", host_->find_interface("museum.answer/1") ? "there" : "gone"); }

    std::vector<ordo::OrderId> allocate(ordo::Unit&, std::size_t count, std::string_view, ordo::OrderId) override {
        return std::vector<ordo::OrderId>(count, ordo::OrderId{7});
    }
    void reserve(ordo::Unit&, std::span<const ordo::ReservedId>) override { throw 42; }
    void release(ordo::Unit&, std::span<const ordo::OrderId>) override {}

    ordo::Host* host_ = nullptr;
    int answer_ = 42;
};
ORDO_PLUGIN(WellBehaved)
