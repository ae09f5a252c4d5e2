/// The stores' plugins as the kernel loads them, guards included, over a test's database: for what no service of the kernel
/// hands on.
#pragma once

#include <memory>
#include <string>

#include "kernel/plugins/plugin_loader.hpp"
#include "tests/support/shop.hpp"

namespace ordo::test {

class LoadedStores {
public:
    explicit LoadedStores(Database& database)
        : plugins_(plugins::PluginSet::load({}, {builtin_plugins},
                                            {&engine_, [](const std::string&) { return std::make_unique<QuietLog>(); }, &database, &utc_, "wp_"})) {}

    OrderDataStore& operator[](const std::string& id) const {
        OrderDataStore* const store = plugins_->find_store(id);
        REQUIRE(store);
        return *store;
    }

private:
    class Utc final : public SiteZone {
        std::string to_local(UtcSeconds instant) const override { return format_datetime(instant); }
        std::optional<UtcSeconds> to_utc(UtcSeconds wall_clock) const override { return wall_clock; }
    };

    QuietLog log_;
    HookEngine engine_{log_};
    Utc utc_;
    std::unique_ptr<plugins::PluginSet> plugins_;
};

}  // namespace ordo::test
