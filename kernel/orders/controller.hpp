/// Which store is authoritative, and the one door through which that changes. See `ordo::CustomOrdersTableController`.
#pragma once

#include <atomic>
#include <functional>
#include <mutex>
#include <optional>
#include <string>

#include <ordo/custom_orders_table_controller.hpp>
#include <ordo/hook_catalogue.hpp>
#include <ordo/log.hpp>

#include "kernel/options/options_table.hpp"
#include "kernel/orders/store_access.hpp"

namespace ordo::orders {

/// What a switch waits for. Given by the synchronizer, which stands above this folder.
struct PendingOrders {
    std::uint64_t pending = 0, quarantined = 0;
    std::uint64_t vanished = 0;   ///< gone from the authoritative store, and nobody knows why
};

struct ControllerSettings {
    std::optional<bool> force;                        ///< `[custom_orders_table] force`
    bool ignore_plugin_compatibility = false;
};

struct ControllerHooks {
    Emitter<Filter<std::string>> order_data_store, order_refund_data_store;
    Emitter<Veto<Direction>> can_switch_store;
};

class Controller final : public CustomOrdersTableController {
public:
    Controller(Database& database, const options::OptionsTable& options, const StoreAccess& stores, ControllerSettings settings,
               ControllerHooks hooks, Log& log);

    /// Set once, by the kernel, before anything else is called.
    std::function<PendingOrders(Read&, const Direction&, std::span<const std::string> more_types)> count_pending;
    std::function<void(const std::string& target)> create_tables;   ///< our own, and those of the HPOS storage before it becomes authoritative
    std::function<bool()> has_shop;        ///< whether there is a database with a shop in it
    /// Waits for the units of runs under way and holds their next ones back until this unit ends.
    std::function<void(Unit&)> hold_runs;
    std::function<void()> sync_turned_on;  ///< after a switch that turned compatibility mode on
    /// Within the unit of a switch: copies what waits. Gives what was copied, which `rest_brought` tells once it is committed.
    std::function<std::vector<OrderId>(Unit&, const Direction&, std::span<const std::string> more_types)> bring_rest;
    std::function<void(std::span<const OrderId>, const Direction&)> rest_brought;
    std::function<void(Unit&, const std::string& store)> switched;   ///< within that unit, at its end

    bool custom_orders_table_usage_is_enabled() override;
    std::string get_orders_data_store() override;
    std::string get_orders_refund_data_store() override;
    bool hpos_data_caching_is_enabled() override;
    std::vector<SwitchObstacle> get_switch_obstacles(std::string_view store, const SwitchOptions& options) override;
    SwitchResult switch_authoritative_store(std::string_view store, const SwitchOptions& options) override;
    std::vector<PluginCompatibility> get_compatibility_info() override;

    /// What option and configuration say, before the filter.
    std::string configured_store() const;
    /// Within a unit: throws `ordo.sync.direction` if by now another store than `store` is authoritative.
    void confirm_authoritative(Unit& unit, std::string_view store) const;
    /// At the start: what the configuration forces is switched to through the gate, once. Throws `ordo.switch.refused`.
    void apply_forced_store();
    /// What stands in the way of turning compatibility mode off while HPOS is authoritative.
    std::vector<SwitchObstacle> get_hpos_only_obstacles();
    /// A sync or an option may have opened or closed the gate for a filter's answer.
    void forget_filter_decision();

private:
    bool stored_hpos() const;
    SwitchResult perform_switch(const Direction& way, const SwitchOptions& options);
    std::vector<SwitchObstacle> get_switch_obstacles_between(const Direction& way, const SwitchOptions& options);
    std::vector<SwitchObstacle> plugin_obstacles(std::string_view target, const SwitchOptions& options);
    std::vector<SwitchObstacle> obstacles_in(Read& read, const Direction& way, const SwitchOptions& options);
    std::vector<SwitchObstacle> veto_obstacles(const Direction& way) const;
    /// Unknown types whose orders the switch takes along.
    std::vector<std::string> more_types(Read& read, const Direction& way, const SwitchOptions& options) const;
    bool filter_answer_is_accepted(const std::string& configured, const std::string& answer);

    Database* database_;
    const options::OptionsTable* options_;
    const StoreAccess* stores_;
    ControllerSettings settings_;
    ControllerHooks hooks_;
    Log* log_;
    std::mutex mutex_;
    std::optional<std::string> refused_answer_;   ///< of the filter; asked again after a sync or a switch
};

/// The refusal as one error that names every obstacle.
Error refusal(std::string_view store, const std::vector<SwitchObstacle>& obstacles);

/// The store orders are mirrored to while `authoritative` is.
std::string backup_of(std::string_view authoritative);

}  // namespace ordo::orders
