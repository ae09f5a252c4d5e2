/// Decides which store is authoritative, and is the one door through which that changes. Implemented by the kernel;
/// any thread. The role and its methods are WooCommerce's `CustomOrdersTableController`.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include <ordo/types.hpp>

namespace ordo {

/// What a plugin says of `custom_order_tables`.
enum class Compatibility : std::uint8_t { compatible, incompatible, uncertain };

constexpr std::string_view to_string(Compatibility compatibility) noexcept {
    return compatibility == Compatibility::compatible     ? "compatible"
           : compatibility == Compatibility::incompatible ? "incompatible"
                                                          : "uncertain";
}

struct PluginCompatibility {
    std::string plugin;
    Compatibility compatibility;
};

/// One reason why the switch is refused.
struct SwitchObstacle {
    enum class Kind : std::uint8_t { plugin, pending_orders, quarantined_orders, vanished_orders, unknown_order_type, veto, configuration };
    Kind kind;
    std::string subject;   ///< the plugin, the order type; empty for counts
    std::string message;   ///< a sentence for people, with what to do
    std::uint64_t orders = 0;
};

constexpr std::string_view to_string(SwitchObstacle::Kind kind) noexcept {
    switch (kind) {
        case SwitchObstacle::Kind::plugin: return "plugin";
        case SwitchObstacle::Kind::pending_orders: return "pending_orders";
        case SwitchObstacle::Kind::quarantined_orders: return "quarantined_orders";
        case SwitchObstacle::Kind::vanished_orders: return "vanished_orders";
        case SwitchObstacle::Kind::unknown_order_type: return "unknown_order_type";
        case SwitchObstacle::Kind::veto: return "veto";
        case SwitchObstacle::Kind::configuration: return "configuration";
    }
    return "configuration";
}

enum class SyncAfterSwitch : std::uint8_t {
    as_set,   ///< on if the option was never set, else as it is
    turn_on,  ///< `--with-sync`
};

struct SwitchOptions {
    SyncAfterSwitch sync = SyncAfterSwitch::as_set;
    bool ignore_plugin_compatibility = false;
    /// To hpos: orders of types that nobody registered count as orders, so they are copied before or in the switch, or refuse it.
    /// Without it such a type refuses it.
    bool include_unknown_types = false;
};

struct SwitchResult {
    bool switched = false;                  ///< false with no obstacle: it was authoritative already
    bool compatibility_mode = false;
    std::vector<SwitchObstacle> obstacles;
};

class CustomOrdersTableController {
public:
    virtual ~CustomOrdersTableController() = default;

    /// Whether `hpos` is authoritative.
    virtual bool custom_orders_table_usage_is_enabled() = 0;
    /// The id of the authoritative store: option, configuration, then the filter `woocommerce_order_data_store`. An answer of
    /// the filter that passes the gate is a switch and is stored; one that does not is logged and ignored.
    virtual std::string get_orders_data_store() = 0;
    /// The same for refunds (`woocommerce_order-refund_data_store`): always the store of the orders.
    virtual std::string get_orders_refund_data_store() = 0;
    /// Whether rows of orders may be cached (option `woocommerce_hpos_datastore_caching_enabled`, yes where it is not set).
    virtual bool hpos_data_caching_is_enabled() = 0;
    /// What stands in the way of making `store` authoritative now; empty: nothing. Writes nothing.
    virtual std::vector<SwitchObstacle> get_switch_obstacles(std::string_view store, const SwitchOptions& options) = 0;
    /// The one door. Either switches in one transaction or gives every obstacle and changes nothing. Where compatibility mode
    /// is on, up to a hundred orders that wait are no obstacle: they are copied in that transaction.
    virtual SwitchResult switch_authoritative_store(std::string_view store, const SwitchOptions& options) = 0;
    /// Every loaded plugin's declaration.
    virtual std::vector<PluginCompatibility> get_compatibility_info() = 0;
};

}  // namespace ordo
