/// Answers the filter that chooses the authoritative store with the store its settings name.
#include <ordo/plugin.hpp>

class ChoosesStore final : public ordo::Plugin {
    void start(ordo::Host& host) override {
        host.hooks().on(ordo::hook::order_data_store, [store = host.settings().get<std::string>("store")](const std::string&) { return store; });
    }
};
ORDO_PLUGIN(ChoosesStore)
