/// See controller.hpp.
#include "kernel/orders/controller.hpp"

#include <algorithm>

#include <fmt/format.h>

namespace ordo::orders {
namespace {

using Kind = SwitchObstacle::Kind;

/// So many are copied within the unit of a switch; everybody who saves waits for it.
constexpr std::uint64_t rest_orders_max = 100;
constexpr int bring_tries_max = 3;

std::string quantity(std::uint64_t orders, std::string_view verb_one, std::string_view verb_many) {
    return fmt::format("{} order{} {}", orders, orders == 1 ? "" : "s", orders == 1 ? verb_one : verb_many);
}

/// While changes are mirrored a few always wait: the switch brings them along, and nobody can save more meanwhile.
bool are_brought_along(const std::vector<SwitchObstacle>& obstacles, bool mirrored) {
    return std::all_of(obstacles.begin(), obstacles.end(), [&](const SwitchObstacle& obstacle) {
        return mirrored && obstacle.kind == SwitchObstacle::Kind::pending_orders && obstacle.orders <= rest_orders_max;
    });
}

}  // namespace

std::string backup_of(std::string_view authoritative) {
    return std::string(authoritative == store_hpos ? store_posts : store_hpos);
}

Error refusal(std::string_view store, const std::vector<SwitchObstacle>& obstacles) {
    std::string message = fmt::format("the orders cannot be switched to \"{}\":", store);
    for (const SwitchObstacle& obstacle : obstacles) message += "\n  - " + obstacle.message;
    return Error(errc::switch_refused, message);
}

Controller::Controller(Database& database, const options::OptionsTable& options, const StoreAccess& stores, ControllerSettings settings,
                       ControllerHooks hooks, Log& log)
    : database_(&database), options_(&options), stores_(&stores), settings_(std::move(settings)), hooks_(std::move(hooks)), log_(&log) {}

std::string Controller::configured_store() const {
    return std::string(settings_.force.value_or(stored_hpos()) ? store_hpos : store_posts);
}

void Controller::confirm_authoritative(Unit& unit, std::string_view store) const {
    const bool hpos = settings_.force.value_or(options_->get(unit, option::custom_orders_table_enabled) == "yes");
    if (store != (hpos ? store_hpos : store_posts))
        throw Error(errc::sync_direction, fmt::format("{} is no longer authoritative: the shop was switched meanwhile, and this run ends without writing more", store),
                    "see `ordo hpos status`, then run the command again");
}

bool Controller::stored_hpos() const { return options_->get(option::custom_orders_table_enabled) == "yes"; }

bool Controller::custom_orders_table_usage_is_enabled() { return get_orders_data_store() == store_hpos; }

std::string Controller::get_orders_data_store() {
    const std::string configured = configured_store();
    std::string answer = hooks_.order_data_store(configured);
    return answer == configured || filter_answer_is_accepted(configured, answer) ? answer : configured;
}

std::string Controller::get_orders_refund_data_store() {
    const std::string orders = get_orders_data_store();
    const std::string answer = hooks_.order_refund_data_store(orders);
    if (answer != orders)
        log_->warning("woocommerce_order-refund_data_store answered \"{}\": ignored, refunds stay with their orders in \"{}\"", answer, orders);
    return orders;
}

bool Controller::hpos_data_caching_is_enabled() { return options_->get(option::datastore_caching_enabled).value_or("yes") == "yes"; }

bool Controller::filter_answer_is_accepted(const std::string& configured, const std::string& answer) {
    {
        const std::lock_guard lock(mutex_);
        if (refused_answer_ == answer) return false;
    }
    std::vector<std::string> reasons;
    if (!stores_->knows(answer)) {
        reasons.push_back("no loaded plugin provides it");
    } else if (settings_.force) {
        reasons.push_back("the configuration decides it: [custom_orders_table] force is set");
    } else if (answer != store_posts && answer != store_hpos) {
        reasons.push_back("only posts and hpos can be authoritative so far");
    } else {
        // A switch like any other: through the gate, and kept. Were it asked anew at each start, the first change in the new
        // store would close the gate, and the old store would silently be authoritative again.
        try {
            for (SwitchObstacle& obstacle : perform_switch({configured, answer}, {}).obstacles) reasons.push_back(std::move(obstacle.message));
        } catch (const Error& error) {
            reasons.push_back(error.what());  // no database yet, or none that can be written
        }
        if (reasons.empty()) return true;
    }
    for (const std::string& reason : reasons)
        log_->warning("woocommerce_order_data_store answered \"{}\": ignored, \"{}\" stays authoritative: {}", answer, configured, reason);
    const std::lock_guard lock(mutex_);
    refused_answer_ = answer;
    return false;
}

void Controller::forget_filter_decision() {
    const std::lock_guard lock(mutex_);
    refused_answer_.reset();
}

std::vector<PluginCompatibility> Controller::get_compatibility_info() { return stores_->registry().compatibility(); }

std::vector<SwitchObstacle> Controller::veto_obstacles(const Direction& way) const {
    std::vector<SwitchObstacle> obstacles;
    for (const Refusal& refusal : hooks_.can_switch_store(way))
        obstacles.push_back({Kind::veto, refusal.plugin, fmt::format("plugin {} refuses: {}", refusal.plugin, refusal.reason)});
    return obstacles;
}

std::vector<SwitchObstacle> Controller::plugin_obstacles(std::string_view target, const SwitchOptions& options) {
    std::vector<SwitchObstacle> obstacles;
    if (target != store_hpos || options.ignore_plugin_compatibility || settings_.ignore_plugin_compatibility) return obstacles;
    for (const PluginCompatibility& plugin : get_compatibility_info()) {
        if (plugin.compatibility == Compatibility::compatible) continue;
        obstacles.push_back({Kind::plugin, plugin.plugin,
                             plugin.compatibility == Compatibility::incompatible
                                 ? fmt::format("plugin {} declares itself incompatible with custom_order_tables", plugin.plugin)
                                 : fmt::format("plugin {} has not declared whether it is compatible with custom_order_tables", plugin.plugin)});
    }
    return obstacles;
}

std::vector<std::string> Controller::more_types(Read& read, const Direction& way, const SwitchOptions& options) const {
    return way.target == store_hpos && options.include_unknown_types ? list_unknown_types(*stores_, read) : std::vector<std::string>{};
}

std::vector<SwitchObstacle> Controller::obstacles_in(Read& read, const Direction& way, const SwitchOptions& options) {
    std::vector<SwitchObstacle> obstacles = plugin_obstacles(way.target, options);
    const auto more = more_types(read, way, options);
    const PendingOrders waiting = count_pending(read, way, more);
    if (waiting.pending > 0)
        obstacles.push_back({Kind::pending_orders, {},
                             fmt::format("{} to be synchronised to {}: run `ordo hpos sync{}`", quantity(waiting.pending, "waits", "wait"), way.target,
                                         more.empty() ? "" : " --include-unknown-types"),
                             waiting.pending});
    if (waiting.quarantined > 0)
        obstacles.push_back({Kind::quarantined_orders, {},
                             fmt::format("{} in quarantine: see `ordo hpos status`", quantity(waiting.quarantined, "is", "are")),
                             waiting.quarantined});
    if (waiting.vanished > 0)
        obstacles.push_back({Kind::vanished_orders, {},
                             fmt::format("{} in {} alone although {} had them once, and no deletion is recorded: see `ordo hpos vanished`", quantity(waiting.vanished, "is", "are"), way.target, way.source),
                             waiting.vanished});
    if (way.target == store_hpos && !options.include_unknown_types)
        for (const auto& found : StoreView(*stores_, read).find_unknown_types())
            obstacles.push_back({Kind::unknown_order_type, found.type,
                                 fmt::format("{} of the unknown type {}: load its plugin, list it in [custom_orders_table] order_types, or copy them "
                                             "as they are: `ordo hpos sync --include-unknown-types`",
                                             quantity(found.orders, "is", "are"), found.type),
                                 found.orders});
    return obstacles;
}

std::vector<SwitchObstacle> Controller::get_switch_obstacles(std::string_view store, const SwitchOptions& options) {
    stores_->get(store);
    auto obstacles = get_switch_obstacles_between({configured_store(), std::string(store)}, options);
    if (are_brought_along(obstacles, options_->get(option::data_sync_enabled) == "yes")) obstacles.clear();
    return obstacles;
}

std::vector<SwitchObstacle> Controller::get_switch_obstacles_between(const Direction& way, const SwitchOptions& options) {
    std::vector<SwitchObstacle> obstacles;
    if (way.source == way.target) return obstacles;
    database_->read([&](Read& read) { obstacles = obstacles_in(read, way, options); });
    for (SwitchObstacle& veto : veto_obstacles(way)) obstacles.push_back(std::move(veto));
    return obstacles;
}

SwitchResult Controller::switch_authoritative_store(std::string_view store, const SwitchOptions& options) {
    stores_->get(store);
    if (settings_.force) {
        SwitchResult result;
        result.obstacles.push_back({Kind::configuration, {},
                                    "the configuration decides it: [custom_orders_table] force is set; change or remove it there"});
        return result;
    }
    return perform_switch({configured_store(), std::string(store)}, options);
}

SwitchResult Controller::perform_switch(const Direction& way, const SwitchOptions& options) {
    SwitchResult result;
    const auto sync_set = options_->get(option::data_sync_enabled);
    result.compatibility_mode = sync_set == "yes";
    if (way.source == way.target) return result;
    // Everything is asked before the transaction, vetoes only here: no hook may run inside one.
    result.obstacles = get_switch_obstacles_between(way, options);
    if (!are_brought_along(result.obstacles, result.compatibility_mode)) return result;
    create_tables(way.target);
    const bool turn_on = options.sync == SyncAfterSwitch::turn_on || !sync_set;
    std::vector<OrderId> brought;
    database_->write([&](Unit& unit) {
        // Asked again inside: what was saved since then waits too. A run that copies the other way writes nothing after this.
        // So does a program that asked the option by a shared lock, and what it wrote before is seen.
        hold_runs(unit);
        options_->hold(unit, option::custom_orders_table_enabled);
        const auto turn_sync_on = [&] {
            if (turn_on && options_->get(unit, option::data_sync_enabled) != "yes") options_->set(unit, option::data_sync_enabled, "yes");
        };
        // By somebody else meanwhile, or by this unit, whose answer was lost: what the other store holds by now is not to be copied over it.
        if ((options_->get(unit, option::custom_orders_table_enabled) == "yes") == (way.target == store_hpos)) {
            result.obstacles.clear();
            return turn_sync_on();
        }
        brought.clear();
        result.obstacles = obstacles_in(unit, way, options);
        // Those who do not ask go on writing meanwhile.
        for (int tries = 0; tries < bring_tries_max && !result.obstacles.empty() && are_brought_along(result.obstacles, result.compatibility_mode); ++tries) {
            const auto more = bring_rest(unit, way, more_types(unit, way, options));
            brought.insert(brought.end(), more.begin(), more.end());
            result.obstacles = obstacles_in(unit, way, options);
        }
        if (!result.obstacles.empty()) return;
        options_->set(unit, option::custom_orders_table_enabled, way.target == store_hpos ? "yes" : "no");
        switched(unit, way.target);
        turn_sync_on();
    });
    rest_brought(brought, way);
    result.switched = result.obstacles.empty();
    if (result.switched && turn_on) result.compatibility_mode = true;
    forget_filter_decision();
    if (result.switched && turn_on && sync_set != "yes") sync_turned_on();
    return result;
}

std::vector<SwitchObstacle> Controller::get_hpos_only_obstacles() {
    return custom_orders_table_usage_is_enabled() ? plugin_obstacles(store_hpos, {}) : std::vector<SwitchObstacle>{};
}

void Controller::apply_forced_store() {
    if (!settings_.force) return;
    const std::string forced(*settings_.force ? store_hpos : store_posts);
    const std::string stored(stored_hpos() ? store_hpos : store_posts);
    std::vector<SwitchObstacle> obstacles = plugin_obstacles(forced, {});
    if (stored != forced && has_shop()) {
        // A switch like any other, through the same gate, and kept: the next start finds it done.
        obstacles = perform_switch({stored, forced}, {}).obstacles;
    }
    if (!obstacles.empty()) throw refusal(forced, obstacles);
}

}  // namespace ordo::orders
