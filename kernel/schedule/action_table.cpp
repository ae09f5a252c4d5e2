/// See action_table.hpp.
#include "kernel/schedule/action_table.hpp"

#include <array>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "kernel/schedule/holder.hpp"

namespace ordo::schedule {
namespace {

constexpr std::chrono::minutes silent_max{5};

std::string waits_as(std::string_view hook, std::string_view group) { return fmt::format("{} {}", hook, group); }

/// As it stands in `schedule`.
std::string every_text(std::chrono::seconds every) { return fmt::format(R"({{"every":{}}})", every.count()); }

/// 0 of what is no such text: WooCommerce keeps PHP objects there.
std::chrono::seconds parse_every(std::string_view text) {
    constexpr std::string_view begins = R"({"every":)";
    std::chrono::seconds every{0};
    if (!text.starts_with(begins)) return every;
    for (const char c : text.substr(begins.size())) {
        if (c < '0' || c > '9') break;
        every = every * 10 + std::chrono::seconds(c - '0');
    }
    return every;
}

ActionStatus parse_status(std::string_view text) {
    for (const ActionStatus status : {ActionStatus::pending, ActionStatus::in_progress, ActionStatus::complete, ActionStatus::canceled})
        if (text == to_string(status)) return status;
    return ActionStatus::failed;
}

ScheduledAction read_action(const Row& row) {
    ScheduledAction action;
    action.id = row.number(0);
    action.hook = row.text(1);
    action.status = parse_status(row.text(2));
    action.scheduled = parse_datetime(row.text(3));
    action.args = row.text(4);
    action.every = parse_every(row.text(5));
    action.group = row.text(6);
    action.attempts = row.number(7);
    action.last_attempt = parse_datetime(row.text(8));
    return action;
}

}  // namespace

ActionTable::ActionTable(const std::string& table_prefix, const SiteZone& zone)
    : actions_(table_prefix + "ordo_actions"), claims_(actions_ + "_claims"), groups_(actions_ + "_groups"), logs_(actions_ + "_logs"),
      woocommerce_actions_(table_prefix + "actionscheduler_actions"), woocommerce_groups_(table_prefix + "actionscheduler_groups"), zone_(&zone) {}

Schema ActionTable::schema() const {
    using namespace columns;
    const auto date = [](const char* name) { return nullable(name, datetime()); };
    const auto index = [](const char* name, std::vector<IndexPart> parts) { return Index{name, std::move(parts)}; };
    return {{actions_,
             {id("action_id", true), required("hook", varchar(191)), required("status", varchar(20)), date("scheduled_date_gmt"), date("scheduled_date_local"),
              required("priority", {"tinyint", "3", true}, "10"), nullable("args", varchar(191)), nullable("schedule", longtext()), required("group_id", bigint(), "0"),
              required("attempts", integer(), "0"), date("last_attempt_gmt"), date("last_attempt_local"), required("claim_id", bigint(), "0"),
              nullable("extended_args", varchar(8000)), nullable("waits_as", varchar(191))},
             {"action_id"},
             {index("hook_status_scheduled_date_gmt", {{"hook", 163}, {"status"}, {"scheduled_date_gmt"}}),
              index("claim_id_status_priority_scheduled_date_gmt", {{"claim_id"}, {"status"}, {"priority"}, {"scheduled_date_gmt"}}),
              index("status_last_attempt_gmt", {{"status"}, {"last_attempt_gmt"}}), Index{"waits_as", {{"waits_as"}}, Index::Kind::unique}}},
            {claims_, {id("claim_id", true), date("date_created_gmt"), required("holder", varchar(191))}, {"claim_id"}, {}},
            {groups_, {id("group_id", true), required("slug", varchar(255))}, {"group_id"}, {index("slug", {{"slug", 191}})}},
            {logs_,
             {id("log_id", true), id("action_id"), required("message", text()), date("log_date_gmt"), date("log_date_local")},
             {"log_id"},
             {index("action_id", {{"action_id"}}), index("log_date_gmt", {{"log_date_gmt"}})}}};
}

std::uint64_t ActionTable::group_id(Unit& unit, const std::string& group) const {
    std::uint64_t found = 0;
    if (group.empty()) return found;
    const BytesView slug{group};
    unit.query(fmt::format("SELECT MIN(group_id) FROM {} WHERE slug = ? AND {} = ?", groups_, unit.dialect().exact("slug")), std::array{slug, slug},
               [&](const Row& row) { found = row.number(0); });
    if (found != 0) return found;
    unit.insert({groups_, {"slug"}, {slug}});
    return unit.last_insert_id();
}

std::uint64_t ActionTable::add(Unit& unit, const ActionRequest& request, UtcSeconds at) const {
    const std::string key = waits_as(request.hook, request.group), gmt = format_datetime(at), local = zone_->to_local(at), every = every_text(request.every),
                      priority = std::to_string(request.priority), group = std::to_string(group_id(unit, request.group));
    // Whoever is second finds the first one's row. Who asks for once leaves it to come again.
    const std::string_view changed = request.every.count() > 0 ? "schedule" : "hook";
    unit.upsert({{actions_,
                  {"hook", "status", "scheduled_date_gmt", "scheduled_date_local", "priority", "args", "schedule", "group_id", "waits_as"},
                  {request.hook, to_string(ActionStatus::pending), gmt, local, priority, request.args, every, group, key}},
                 "waits_as",
                 {changed}});
    bring_forward(unit, key, at);
    std::uint64_t action = 0;
    const BytesView waits{key};
    unit.query(fmt::format("SELECT action_id FROM {} WHERE waits_as = ?", actions_), {&waits, 1}, [&](const Row& row) { action = row.number(0); });
    return action;
}

void ActionTable::bring_forward(Unit& unit, const std::string& key, UtcSeconds at) const {
    const std::string gmt = format_datetime(at), local = zone_->to_local(at);
    unit.execute(fmt::format("UPDATE {} SET scheduled_date_gmt = ?, scheduled_date_local = ? WHERE waits_as = ? AND scheduled_date_gmt > ?", actions_),
                 std::array{BytesView{gmt}, BytesView{local}, BytesView{key}, BytesView{gmt}});
}

std::uint64_t ActionTable::cancel(Unit& unit, std::string_view hook) const {
    return unit.execute(fmt::format("UPDATE {} SET status = ?, waits_as = NULL WHERE hook = ? AND status = ?", actions_),
                        std::array{BytesView{to_string(ActionStatus::canceled)}, BytesView{hook}, BytesView{to_string(ActionStatus::pending)}});
}

bool ActionTable::cancel(Unit& unit, std::uint64_t action) const {
    return unit.execute(fmt::format("UPDATE {} SET status = ?, waits_as = NULL WHERE action_id = {} AND status = ?", actions_, action),
                        std::array{BytesView{to_string(ActionStatus::canceled)}, BytesView{to_string(ActionStatus::pending)}}) > 0;
}

std::string ActionTable::select(const std::string& actions, const std::string& groups) const {
    return fmt::format("SELECT a.action_id, a.hook, a.status, a.scheduled_date_gmt, a.args, a.schedule, g.slug, a.attempts, a.last_attempt_gmt FROM {} a"
                       " LEFT JOIN {} g ON g.group_id = a.group_id", actions, groups);
}

std::vector<ScheduledAction> ActionTable::list(Read& read, const ActionFilter& filter) const {
    std::vector<ScheduledAction> found;
    std::vector<BytesView> values;
    std::string where;
    const auto add = [&](std::string_view condition, std::string_view value) {
        where += fmt::format("{}{} = ?", where.empty() ? " WHERE " : " AND ", condition);
        values.emplace_back(value);
    };
    if (filter.status) add("a.status", to_string(*filter.status));
    if (!filter.hook.empty()) add("a.hook", filter.hook);
    const bool over = filter.status && *filter.status != ActionStatus::pending && *filter.status != ActionStatus::in_progress;
    const std::string order = over ? " ORDER BY a.last_attempt_gmt DESC, a.action_id DESC" : " ORDER BY a.scheduled_date_gmt, a.action_id";
    const std::string limit = fmt::format(" LIMIT {}", std::min<std::size_t>(filter.limit, 1000000));
    const auto gather = [&](const std::string& actions, const std::string& groups, bool of_woocommerce) {
        if (!read.table_exists(actions) || !read.table_exists(groups)) return;
        read.query(select(actions, groups) + where + order + limit, values, [&](const Row& row) {
            found.push_back(read_action(row));
            found.back().of_woocommerce = of_woocommerce;
        });
    };
    gather(actions_, groups_, false);
    if (filter.of_woocommerce) gather(woocommerce_actions_, woocommerce_groups_, true);
    if (found.size() > filter.limit) found.resize(filter.limit);
    return found;
}

std::optional<ScheduledAction> ActionTable::find(Read& read, std::uint64_t action) const {
    std::optional<ScheduledAction> found;
    if (exists(read)) read.query(select(actions_, groups_) + fmt::format(" WHERE a.action_id = {}", action), [&](const Row& row) { found = read_action(row); });
    return found;
}

std::vector<ActionLogEntry> ActionTable::logs(Read& read, std::uint64_t action, std::size_t limit) const {
    std::vector<ActionLogEntry> entries;
    if (!exists(read)) return entries;
    const std::string which = action == 0 ? " ORDER BY log_id DESC" : fmt::format(" WHERE action_id = {} ORDER BY log_id", action);
    read.query(fmt::format("SELECT action_id, log_date_gmt, message FROM {}{} LIMIT {}", logs_, which, std::min<std::size_t>(limit, 1000000)),
               [&](const Row& row) { entries.push_back({row.number(0), std::string(row.text(1)), std::string(row.text(2))}); });
    return entries;
}

void ActionTable::log(Unit& unit, std::uint64_t action, std::string_view message, UtcSeconds now) const {
    const std::string id = std::to_string(action), gmt = format_datetime(now), local = zone_->to_local(now);
    unit.insert({logs_, {"action_id", "message", "log_date_gmt", "log_date_local"}, {id, message.substr(0, 1000), gmt, local}});
}

std::optional<ScheduledAction> ActionTable::claim(Unit& unit, std::span<const std::string> hooks, std::optional<std::uint64_t> action, std::string_view holder,
                                                  UtcSeconds now) const {
    const std::string gmt = format_datetime(now), local = zone_->to_local(now);
    std::vector<BytesView> values{to_string(ActionStatus::pending)};
    std::string condition = "claim_id = 0 AND status = ?";
    if (action) {
        condition += fmt::format(" AND action_id = {}", *action);
    } else {
        condition += " AND scheduled_date_gmt <= ?";
        values.emplace_back(gmt);
    }
    std::string marks;
    for (const std::string& hook : hooks) {
        marks += marks.empty() ? "?" : ",?";
        values.emplace_back(hook);
    }
    std::uint64_t due = 0;
    // Who comes second to the same row waits here, and then finds that it waits no more.
    unit.query(fmt::format("SELECT action_id FROM {} WHERE {} AND hook IN ({}) ORDER BY priority, scheduled_date_gmt, action_id LIMIT 1{}", actions_, condition, marks,
                           unit.dialect().for_update()),
               values, [&](const Row& row) { due = row.number(0); });
    if (due == 0) return std::nullopt;
    unit.insert({claims_, {"date_created_gmt", "holder"}, {gmt, holder}});
    unit.execute(fmt::format("UPDATE {} SET status = ?, claim_id = {}, attempts = attempts + 1, last_attempt_gmt = ?, last_attempt_local = ?, waits_as = NULL WHERE action_id = {}",
                             actions_, unit.last_insert_id(), due),
                 std::array{BytesView{to_string(ActionStatus::in_progress)}, BytesView{gmt}, BytesView{local}});
    return find(unit, due);
}

void ActionTable::release(Unit& unit, std::span<const std::uint64_t> claims) const {
    if (!claims.empty()) unit.execute(fmt::format("DELETE FROM {} WHERE claim_id IN {}", claims_, number_list(claims)));
}

std::vector<std::uint64_t> ActionTable::recover(Unit& unit, UtcSeconds now) const {
    std::vector<std::uint64_t> lost, actions;
    std::vector<std::string> keys;
    unit.query("SELECT claim_id, holder, date_created_gmt FROM " + claims_, [&](const Row& row) {
        const auto since = parse_datetime(row.text(2));
        if (is_dead(std::string(row.text(1))) || !since || now - *since > silent_max) lost.push_back(row.number(0));
    });
    if (lost.empty()) return actions;
    unit.query(fmt::format("{} WHERE a.claim_id IN {} ORDER BY a.action_id{}", select(actions_, groups_), number_list(lost), unit.dialect().for_update()), [&](const Row& row) {
        actions.push_back(row.number(0));
        keys.push_back(waits_as(row.text(1), row.text(6)));
    });
    for (std::size_t i = 0; i < actions.size(); ++i) wait_again(unit, actions[i], keys[i], now);
    release(unit, lost);
    return actions;
}

void ActionTable::wait_again(Unit& unit, std::uint64_t action, const std::string& key, UtcSeconds at) const {
    bool another_waits = false;
    const BytesView waits{key};
    unit.query(fmt::format("SELECT 1 FROM {} WHERE waits_as = ?", actions_), {&waits, 1}, [&](const Row&) { another_waits = true; });
    // What comes again may have been scheduled anew for its next time while this one ran.
    if (another_waits) bring_forward(unit, key, at);
    const std::string gmt = format_datetime(at), local = zone_->to_local(at);
    unit.execute(fmt::format("UPDATE {} SET status = ?, claim_id = 0, scheduled_date_gmt = ?, scheduled_date_local = ?, waits_as = ? WHERE action_id = {}", actions_, action),
                 std::array{BytesView{to_string(another_waits ? ActionStatus::canceled : ActionStatus::pending)}, BytesView{gmt}, BytesView{local}, another_waits ? BytesView{} : waits});
}

bool ActionTable::finish(Unit& unit, std::uint64_t action, std::string_view holder, ActionStatus status, std::optional<UtcSeconds> again) const {
    std::vector<std::uint64_t> claims;
    std::string key;
    const BytesView who{holder};
    unit.query(fmt::format("SELECT a.claim_id, a.hook, g.slug FROM {} a JOIN {} c ON c.claim_id = a.claim_id LEFT JOIN {} g ON g.group_id = a.group_id"
                           " WHERE a.action_id = {} AND c.holder = ?", actions_, claims_, groups_, action),
               {&who, 1}, [&](const Row& row) {
                   claims.push_back(row.number(0));
                   key = waits_as(row.text(1), row.text(2));
               });
    if (claims.empty()) return false;
    if (again) wait_again(unit, action, key, *again);
    else
        unit.execute(fmt::format("UPDATE {} SET status = ?, claim_id = 0 WHERE action_id = {}", actions_, action), std::array{BytesView{to_string(status)}});
    release(unit, claims);
    return true;
}

void ActionTable::prune(Unit& unit, UtcSeconds over_before) const {
    const std::string before = format_datetime(over_before);
    const BytesView canceled{to_string(ActionStatus::canceled)};
    const std::array values{BytesView{to_string(ActionStatus::complete)}, BytesView{to_string(ActionStatus::failed)}, canceled, BytesView{before}, canceled, BytesView{before}};
    std::vector<std::uint64_t> over;
    // After every action: by the index, what is kept is not looked at.
    unit.query(fmt::format("SELECT action_id FROM {0} WHERE status IN (?,?,?) AND last_attempt_gmt < ?"
                           " UNION ALL SELECT action_id FROM {0} WHERE status = ? AND last_attempt_gmt IS NULL AND scheduled_date_gmt < ? LIMIT 1000", actions_),
               values, [&](const Row& row) { over.push_back(row.number(0)); });
    if (over.empty()) return;
    for (const std::string& table : {logs_, actions_}) unit.execute(fmt::format("DELETE FROM {} WHERE action_id IN {}", table, number_list(over)));
}

}  // namespace ordo::schedule
