/// Keeps its host and asks too late for what `start` alone may do. Any thread.
#include <ordo/plugin.hpp>

class LateRegister final : public ordo::Plugin {
    void start(ordo::Host& host) override {
        host_ = &host;
        attempt("during start", [&] { host.register_order_type("in_time"); });
        attempt("21 bytes", [&] { host.register_order_type("an_order_type_too_big"); });
        attempt("empty", [&] { host.register_order_type(""); });
        attempt("no feature", [&] { host.declare_compatibility("time_travel", true); });
        host.hooks().on(ordo::hook::before_woocommerce_init, [this] {
            attempt("order type", [&] { host_->register_order_type("too_late"); });
            attempt("interface", [&] { host_->register_interface("museum.late/1", this); });
            attempt("declaration", [&] { ordo::FeaturesUtil::declare_compatibility(*host_, "custom_order_tables", true); });
        });
    }
    template <class Call>
    void attempt(std::string_view what, Call call) {
        try {
            call();
            host_->log().info("{}: accepted", what);
        } catch (const ordo::Error& error) {
            host_->log().info("{}: {}", what, error.code().name);
        }
    }

    ordo::Host* host_ = nullptr;
};
ORDO_PLUGIN(LateRegister)
