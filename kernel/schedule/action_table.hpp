/// The tables of scheduled actions (`ordo_actions`, `…_claims`, `…_groups`, `…_logs`): WooCommerce's columns, and two of our own -
/// `waits_as`, by which at most one action of a hook and group waits, and a claim's `holder`. Only rows; who runs what is the
/// scheduler's business. Keeps no state; any thread.
#pragma once

#include <chrono>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include <ordo/actions.hpp>
#include <ordo/database.hpp>

namespace ordo::schedule {

class ActionTable {
public:
    ActionTable(const std::string& table_prefix, const SiteZone& zone);
    Schema schema() const;
    bool exists(Read& read) const { return read.table_exists(actions_); }

    /// The id of the action of this hook and group that waits: a new one, or the one that waits already and now comes no later.
    std::uint64_t add(Unit& unit, const ActionRequest& request, UtcSeconds at) const;
    std::uint64_t cancel(Unit& unit, std::string_view hook) const;
    bool cancel(Unit& unit, std::uint64_t action) const;
    std::vector<ScheduledAction> list(Read& read, const ActionFilter& filter) const;
    std::optional<ScheduledAction> find(Read& read, std::uint64_t action) const;
    std::vector<ActionLogEntry> logs(Read& read, std::uint64_t action, std::size_t limit) const;
    void log(Unit& unit, std::uint64_t action, std::string_view message, UtcSeconds now) const;

    /// Claims one action that is due, of these hooks; the one named, due or not. Absent: there is none that somebody else has not.
    std::optional<ScheduledAction> claim(Unit& unit, std::span<const std::string> hooks, std::optional<std::uint64_t> action, std::string_view holder, UtcSeconds now) const;
    /// What is claimed by programs that are gone, or were silent for too long, waits again. Gives those actions.
    std::vector<std::uint64_t> recover(Unit& unit, UtcSeconds now) const;
    /// Ends a claimed action; `again`: it waits once more, unless another of its kind does. False: it is not the holder's any more.
    bool finish(Unit& unit, std::uint64_t action, std::string_view holder, ActionStatus status, std::optional<UtcSeconds> again) const;
    /// Forgets actions that were over before an instant, and their logs.
    void prune(Unit& unit, UtcSeconds over_before) const;

private:
    std::string select(const std::string& actions, const std::string& groups) const;
    std::uint64_t group_id(Unit& unit, const std::string& group) const;
    /// What waits under this key comes no later than that.
    void bring_forward(Unit& unit, const std::string& key, UtcSeconds at) const;
    /// Claimed until now; where another of its kind waits by now, that one comes instead, and this one is canceled.
    void wait_again(Unit& unit, std::uint64_t action, const std::string& key, UtcSeconds at) const;
    void release(Unit& unit, std::span<const std::uint64_t> claims) const;

    std::string actions_, claims_, groups_, logs_, woocommerce_actions_, woocommerce_groups_;
    const SiteZone* zone_;
};

}  // namespace ordo::schedule
