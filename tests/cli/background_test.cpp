/// Compatibility mode as an operator has it: turned on, actions scheduled and run, switched there and back; and the daemon.
#include <csignal>
#include <thread>

#include "tests/cli/folder.hpp"

namespace ordo::test {
namespace {

using namespace std::chrono_literals;

std::string pending(const Folder& folder) { return folder.ordo({"hpos", "count-unmigrated"}).out; }

/// Until something holds, a minute at most.
bool wait_until(const std::function<bool()>& holds) {
    for (int i = 0; i < 600; ++i, std::this_thread::sleep_for(100ms))
        if (holds()) return true;
    return false;
}

}  // namespace

TEST_CASE("the way of the documents: compatibility mode on, 25 at a time until none waits, HPOS on, orders changed, and off again, nothing lost") {
    const Folder folder(Holds::imported_shop);
    const Result on = folder.ordo({"hpos", "compatibility-mode", "enable"});
    INFO(on);
    REQUIRE(on.exit == 0);
    CHECK(has(on.out, "compatibility mode is on; orders are mirrored: interval"));
    CHECK(has(folder.ordo({"hpos", "compatibility-mode", "enable"}).out, "was already on"));
    const Result scheduled = folder.ordo({"action", "list", "--status", "pending"});
    INFO(scheduled);
    CHECK(has(scheduled.out, "wc_schedule_pending_batch_process"));
    CHECK(has(scheduled.out, "300 s"));
    CHECK(pending(folder) == "433\n");

    const Result looked = folder.ordo({"action", "run", "--limit", "1"});
    INFO(looked);
    CHECK(looked.exit == 0);
    CHECK(has(looked.out, "wc_schedule_pending_batch_process: orders wait: wc_run_batch_process is scheduled"));
    const Result first = folder.ordo({"action", "run", "--limit", "1"});
    INFO(first);
    CHECK(has(first.out, "wc_run_batch_process: 25 orders to hpos: 25 written, 0 equal, 0 in quarantine"));
    CHECK(pending(folder) == "408\n");
    const Result refused = folder.ordo({"hpos", "enable"});
    CHECK(refused.exit == 3);
    CHECK(has(refused.err, "408"));
    const Result rest = folder.ordo({"action", "run"});
    INFO(rest);
    CHECK(rest.exit == 0);
    CHECK(lines_of(rest.out).size() == 18);
    CHECK(pending(folder) == "0\n");
    CHECK(folder.ordo({"action", "run"}).exit == 0);
    CHECK(folder.ordo({"hpos", "verify-data"}).exit == 0);

    REQUIRE(folder.ordo({"hpos", "enable"}).exit == 0);
    REQUIRE(folder.ordo({"order", "update", "43", "44", "--meta", "gift=yes"}).exit == 0);
    REQUIRE(folder.ordo({"order", "status", "45", "completed"}).exit == 0);
    // At once: the few that wait come along.
    CHECK(pending(folder) == "3\n");
    REQUIRE(folder.ordo({"hpos", "disable"}).exit == 0);
    CHECK(pending(folder) == "0\n");
    CHECK(folder.sql().one("SELECT COUNT(*) FROM wp_postmeta WHERE meta_key = 'gift' AND meta_value = 'yes'") == "2");
    CHECK(folder.ordo({"hpos", "verify-data"}).exit == 0);

    REQUIRE(folder.ordo({"hpos", "compatibility-mode", "disable"}).exit == 0);
    CHECK(folder.ordo({"action", "list", "--status", "pending"}).out == "no action\n");
}

TEST_CASE("actions are listed with WooCommerce's own, run, canceled and accounted for") {
    const Folder folder(Holds::imported_shop);
    // WooCommerce's scheduler, with one action that is due.
    folder.sql().run("CREATE TABLE wp_actionscheduler_groups (group_id INTEGER PRIMARY KEY, slug TEXT)");
    folder.sql().run("CREATE TABLE wp_actionscheduler_actions (action_id INTEGER PRIMARY KEY, hook TEXT, status TEXT, scheduled_date_gmt TEXT, args TEXT, schedule TEXT, group_id INTEGER, attempts INTEGER,"
                     " last_attempt_gmt TEXT)");
    folder.sql().run("INSERT INTO wp_actionscheduler_groups VALUES (2, 'wc_batch_processes')");
    folder.sql().run("INSERT INTO wp_actionscheduler_actions VALUES (900, 'wc_run_batch_process', 'pending', '2026-01-01 00:00:00', '[]', 'O:30:\"ActionScheduler_SimpleSchedule\"', 2, 0, NULL)");
    REQUIRE(folder.ordo({"hpos", "compatibility-mode", "enable"}).exit == 0);
    const auto actions = folder.json({"action", "list", "--status", "pending"}).as_array();
    REQUIRE(actions.size() == 2);
    std::int64_t ours = 0;
    for (const auto& action : actions) {
        const bool is_theirs = action.at("owner") == "woocommerce";
        CHECK(action.at("hook") == (is_theirs ? "wc_run_batch_process" : "wc_schedule_pending_batch_process"));
        CHECK(action.at("group") == "wc_batch_processes");
        if (is_theirs) CHECK(action.at("action") == 900);
        else ours = action.at("action").as_int64();
    }
    CHECK(folder.ordo({"action", "run", "900"}).exit == 2);
    CHECK(folder.ordo({"action", "cancel", "900"}).exit == 2);
    const Result canceled = folder.ordo({"action", "cancel", "wc_schedule_pending_batch_process"});
    INFO(canceled);
    CHECK(canceled.exit == 0);
    CHECK(canceled.out == "1 canceled\n");
    const Result none = folder.ordo({"action", "cancel", std::to_string(ours)});
    CHECK(none.exit == 2);
    CHECK(has(none.err, "waits"));
    // What the options want is scheduled again by whoever runs what is due.
    const Result due = folder.ordo({"action", "run"});
    CHECK(due.exit == 0);
    CHECK(has(due.err, "no action is due"));
    CHECK(folder.sql().one("SELECT status FROM wp_actionscheduler_actions") == "pending");
    REQUIRE(folder.ordo({"action", "run", folder.sql().one("SELECT action_id FROM wp_ordo_actions WHERE status = 'pending'")}).exit == 0);
    CHECK(has(folder.ordo({"action", "logs"}).out, "started by process"));
    CHECK(folder.ordo({"action", "run", "4711"}).exit == 2);
    CHECK(folder.ordo({"action", "list", "--status", "tomorrow"}).exit == 2);
}

TEST_CASE("two daemons serve one shop: everything is done once; SIGTERM ends them cleanly, and a killed one's work is taken over") {
    const Folder folder(Holds::imported_shop);
    REQUIRE(folder.ordo({"hpos", "compatibility-mode", "enable"}).exit == 0);
    Process one(folder.path(), {"serve", "--every", "1"}), other(folder.path(), {"serve", "--every", "1"});
    const Sql sql = folder.sql();
    REQUIRE(wait_until([&] { return sql.one("SELECT COUNT(*) FROM wp_ordo_actions WHERE status = 'complete'") > "1"; }));
    other.signal(SIGKILL);
    CHECK(other.wait().exit == -SIGKILL);
    CHECK(wait_until([&] { return pending(folder) == "0\n"; }));
    one.signal(SIGTERM);
    const Result stopped = one.wait();
    INFO(stopped);
    CHECK(stopped.exit == 0);
    CHECK(has(stopped.err, "stopped"));
    CHECK(sql.one("SELECT COUNT(*) FROM wp_ordo_actions WHERE status = 'in-progress'") == "0");
    CHECK(folder.ordo({"hpos", "verify-data"}).exit == 0);
}

}  // namespace ordo::test
