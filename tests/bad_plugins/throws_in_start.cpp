/// Connects and registers, then fails: nothing of it may be left. One thread.
#include <stdexcept>

#include <ordo/plugin.hpp>

class ThrowsInStart final : public ordo::Plugin {
public:
    ~ThrowsInStart() override {
        if (host_) host_->log().info("destroyed");
    }

private:
    void start(ordo::Host& host) override {
        host_ = &host;
        host.hooks().on(ordo::hook::before_woocommerce_init, [this] { host_->log().info("a slot of the dead"); });
        host.register_interface("museum.half_made/1", this);
        const std::string& what = host.settings().get<std::string>("what");
        if (what == "error") throw ordo::Error(ordo::errc::option_missing, "the moon is not full", "wait a fortnight");
        if (what == "int") throw 42;
        throw std::runtime_error("the dog ate it");
    }
    void stop() noexcept override { host_->log().info("stop of what never started"); }

    ordo::Host* host_ = nullptr;
};
ORDO_PLUGIN(ThrowsInStart)
