/// Counts the orders that arrive in HPOS, and says at the end how many there are to wrap.
#include <atomic>
#include <ordo/plugin.hpp>

class GiftWrap final : public ordo::Plugin {
    void start(ordo::Host& host) override {
        host_ = &host;
        host.hooks().on(ordo::hook::after_order_sync, [this](ordo::OrderId, const ordo::Direction& way) {
            if (way.target == ordo::store_hpos) ++orders_;
        });
    }
    void stop() noexcept override {
        if (const int orders = orders_; orders > 0) host_->log().warning("{} orders arrived in hpos", orders);
    }
    ordo::Host* host_ = nullptr;
    std::atomic<int> orders_ = 0;  // slots may be called on any thread
};
ORDO_PLUGIN(GiftWrap)
