/// A plugin that does nothing but what its setting `declare` says. Any thread.
#include <ordo/plugin.hpp>

class Plain final : public ordo::Plugin {
    void start(ordo::Host& host) override {
        host_ = &host;
        host.log().info("start");
        host.hooks().on(ordo::hook::before_woocommerce_init, [this] {
            const std::string& declare = host_->settings().get<std::string>("declare");
            if (declare != "nothing") ordo::FeaturesUtil::declare_compatibility(*host_, "custom_order_tables", declare == "compatible");
        });
    }
    void stop() noexcept override { host_->log().info("stop"); }

    ordo::Host* host_ = nullptr;
};
ORDO_PLUGIN(Plain)
