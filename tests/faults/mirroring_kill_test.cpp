/// Mirroring under fire: the program is killed at each of its writing statements and after each of its commits, while it mirrors
/// in the background, beside a save, and while it switches. Run again, it leaves the rows of a run that nobody disturbed.
/// Only in builds that report these points.
#include <algorithm>
#include <chrono>
#include <csignal>
#include <thread>

#include <fmt/format.h>

#include "tests/faults/kill_points.hpp"

#if defined(ORDO_FAULT_POINTS)
namespace ordo::test {
namespace {

using Holds = FireShop::Holds;

void run(const FireShop& shop, const Command& command) {
    const Result result = shop.ordo(command);
    INFO(result);
    REQUIRE(result.exit == 0);
}

/// An order of the shop that is completed; `which` from 0.
std::string order(const FireShop& shop, const std::string& store, int which) {
    return select_one(shop.database(), (store == "posts" ? "SELECT ID FROM wp_posts WHERE post_type = 'shop_order' AND post_status = 'wc-completed' ORDER BY ID LIMIT 1 OFFSET "
                                                         : "SELECT id FROM wp_wc_orders WHERE type = 'shop_order' AND status = 'wc-completed' ORDER BY id LIMIT 1 OFFSET ") +
                                           std::to_string(which));
}

/// Both stores hold the same orders, and `store` is authoritative.
void make_equal(const FireShop& shop, const std::string& store) {
    run(shop, {"hpos", "sync"});
    if (store == "hpos") run(shop, {"hpos", "enable"});
}

/// The row without the instants of these days, dates and seconds since 1970: a save that is made again has others.
std::string without_instants(const std::string& row) {
    static const UtcSeconds since = std::chrono::floor<std::chrono::seconds>(std::chrono::system_clock::now()) - std::chrono::hours(24);
    std::string kept;
    for (std::size_t at = 0; at < row.size();) {
        const std::size_t digits = std::min(row.find_first_not_of("0123456789", at), row.size()) - at;
        const auto date = digits == 4 ? parse_datetime(row.substr(at, 19)) : std::nullopt;
        const auto instant = digits == 10 ? parse_unix_time(row.substr(at, 10)) : date;
        const std::size_t length = date ? 19 : std::max<std::size_t>(digits, 1);
        kept += instant && *instant >= since ? "now" : row.substr(at, length);
        at += length;
    }
    return kept;
}

/// What a shop holds, but for what is scheduled, for digests, which instants go into, and for what is drawn at random: an entry's
/// key, the stripe that a count is kept in.
Contents lasting(const FireShop& shop) {
    Contents all = shop.contents();
    std::erase_if(all, [](const auto& table) { return table.first.starts_with("wp_ordo_actions"); });
    const auto replace = [&](const std::string& table, const std::string& sql) {
        const auto held = all.find(table);
        if (held == all.end()) return;
        held->second.clear();
        for (const SqlRow& row : select(shop.database(), sql)) held->second.push_back(text_of(row));
    };
    replace("wp_ordo_counts", "SELECT order_type, status, SUM(orders) FROM wp_ordo_counts GROUP BY order_type, status HAVING SUM(orders) <> 0");
    replace("wp_ordo_ledger", "SELECT order_id, order_type, version, removed, digest IS NULL, mirrored, mirrored_digest IS NULL, waits_since IS NULL, cleaned FROM wp_ordo_ledger");
    if (const auto journal = all.find("wp_ordo_journal"); journal != all.end())
        for (std::string& row : journal->second) row.erase(row.rfind('|', row.size() - 2));
    for (auto& [table, rows] : all) {
        std::transform(rows.begin(), rows.end(), rows.begin(), without_instants);
        std::sort(rows.begin(), rows.end());
    }
    return all;
}

std::string pending(const FireShop& shop) {
    const Result counted = shop.ordo({"hpos", "count-unmigrated"});
    INFO(counted);
    REQUIRE(counted.exit == 0);
    return counted.out;
}

}  // namespace

TEST_CASE("killed at any statement, mirroring in the background goes on and ends like an undisturbed one [G5] [G12]") {
    const auto begins = GENERATE(Holds::posts, Holds::hpos);
    const Command work{"action", "run"};
    const FireShop waiting(begins);
    run(waiting, {"db", "init"});  // killed while tables are made: that is looked at for itself
    run(waiting, {"hpos", "compatibility-mode", "enable"});
    const FireShop undisturbed(waiting);
    const auto points = points_of(undisturbed, work);
    REQUIRE(pending(undisturbed) == "0\n");
    const Contents wanted = lasting(undisturbed);
    REQUIRE(points.size() > 20);
    for (const std::size_t point : choose(points, 6)) {
        INFO((begins == Holds::posts ? "to hpos" : "to posts") << ", point " << point << " of " << points.size() << ": " << points[point - 1]);
        const FireShop shop(waiting);
        const Result killed = killed_at(shop, work, point);
        INFO(killed);
        REQUIRE(killed_or_done(killed, point, points));
        const Result finished = shop.ordo(work);
        INFO(finished);
        REQUIRE(finished.exit == 0);
        CHECK(pending(shop) == "0\n");
        REQUIRE(difference(wanted, lasting(shop)) == "");
        // What the killed one had begun is over, and only the next look waits.
        CHECK(select_one(shop.database(), "SELECT COUNT(*) FROM wp_ordo_actions WHERE status IN ('in-progress', 'failed')") == "0");
        CHECK(select_one(shop.database(), "SELECT COUNT(*) FROM wp_ordo_actions_claims") == "0");
        CHECK(select_one(shop.database(), "SELECT COUNT(*) FROM wp_ordo_actions WHERE status = 'pending'") == "1");
        CHECK(select_one(shop.database(), "SELECT hook FROM wp_ordo_actions WHERE status = 'pending'") == "wc_schedule_pending_batch_process");
    }
}

TEST_CASE("killed at any statement, a save that is mirrored at once is done and mirrored when it is made again [G5] [G12]") {
    const std::string store = GENERATE("posts", "hpos");
    const FireShop mirrored(Holds::posts);
    make_equal(mirrored, store);
    run(mirrored, {"option", "update", "woocommerce_custom_orders_table_background_sync_mode", "continuous"});
    run(mirrored, {"hpos", "compatibility-mode", "enable"});
    const std::string id = order(mirrored, store, 0);
    const Command save = GENERATE_COPY(Command{"order", "update", id, "--set", "billing_city=Brno", "--set", "total=12.34", "--meta", "gift=yes"},
                                       Command{"order", "delete", id, "--yes"});
    run(mirrored, {"order", "update", id, "--meta", "first=save"});  // which makes the tables that are missing
    std::this_thread::sleep_for(std::chrono::seconds(1));            // a second save within this one would not renew the date
    const FireShop undisturbed(mirrored);
    const auto points = points_of(undisturbed, save);
    REQUIRE(pending(undisturbed) == "0\n");
    const Contents wanted = lasting(undisturbed);
    for (const std::size_t point : choose(points, 4)) {
        INFO(store << ", " << save[1] << ", point " << point << " of " << points.size() << ": " << points[point - 1]);
        const FireShop shop(mirrored);
        const Result killed = killed_at(shop, save, point);
        INFO(killed);
        REQUIRE(killed_or_done(killed, point, points));
        const Result again = shop.ordo(save);  // finds nothing to do where it had been done
        INFO(again);
        run(shop, {"hpos", "sync"});
        CHECK(pending(shop) == "0\n");
        REQUIRE(difference(wanted, lasting(shop)) == "");
    }
}

TEST_CASE("killed at any statement, a run that folds what others wrote, keeps what it overwrites and takes over what is new ends like an undisturbed one [G5] [G6] [G12] [G15]") {
    const std::string store = GENERATE("posts", "hpos");
    const Command sync{"hpos", "sync"};
    const FireShop waiting(Holds::posts);
    make_equal(waiting, store);
    run(waiting, {"hpos", "capture", "install"});
    run(waiting, sync);
    execute(waiting.database(), "DELETE FROM wp_ordo_state WHERE name = 'switched'");  // nobody is late
    const std::string first = order(waiting, store, 0), second = order(waiting, store, 1);
    for (const std::string& sql : {"UPDATE wp_posts SET post_status = 'wc-failed' WHERE ID = " + (store == "posts" ? first : second),
                                   "UPDATE wp_wc_orders SET status = 'wc-on-hold' WHERE id = " + (store == "posts" ? second : first)})
        execute(waiting.database(), sql);
    if (store == "posts") execute(waiting.database(), "INSERT INTO wp_wc_orders (id, type, status, currency) VALUES (90001, 'shop_order', 'wc-pending', 'EUR')");
    else execute(waiting.database(), "INSERT INTO wp_posts (ID, post_content, post_title, post_excerpt, post_status, to_ping, pinged, post_content_filtered, post_type) "
                                     "VALUES (90001, '', 'Order', '', 'wc-pending', '', '', '', 'shop_order')");
    REQUIRE(select_one(waiting.database(), "SELECT COUNT(*) FROM wp_ordo_capture") == "3");
    const FireShop undisturbed(waiting);
    const auto points = points_of(undisturbed, sync);
    REQUIRE(pending(undisturbed) == "0\n");
    REQUIRE(select_one(undisturbed.database(), "SELECT COUNT(*) FROM wp_ordo_capture") == "0");
    REQUIRE(select_one(undisturbed.database(), "SELECT COUNT(*) FROM wp_ordo_conflicts") == "1");
    const Contents wanted = lasting(undisturbed);
    for (const std::size_t point : choose(points, 6)) {
        INFO(store << ", point " << point << " of " << points.size() << ": " << points[point - 1]);
        const FireShop shop(waiting);
        const Result killed = killed_at(shop, sync, point);
        INFO(killed);
        REQUIRE(killed_or_done(killed, point, points));
        run(shop, sync);
        CHECK(pending(shop) == "0\n");
        REQUIRE(difference(wanted, lasting(shop)) == "");
    }
}

TEST_CASE("killed at any statement, a switch that brings the last orders along is done or not done at all [G12] [G13] [G14]") {
    const std::string store = GENERATE("posts", "hpos");
    const Command change{"hpos", store == "posts" ? "enable" : "disable"};
    const FireShop waiting(Holds::posts);
    make_equal(waiting, store);
    const std::string removed = order(waiting, store, 2);
    run(waiting, {"order", "delete", removed, "--yes"});  // in both stores at once, were compatibility mode on
    run(waiting, {"hpos", "compatibility-mode", "enable"});
    for (int which = 0; which < 2; ++which)
        run(waiting, {"order", "update", order(waiting, store, which), "--set", "billing_city=Brno", "--set", "total=12.34", "--meta", "gift=yes"});
    REQUIRE(pending(waiting) == "3\n");
    const Contents before = lasting(waiting);
    const FireShop undisturbed(waiting);
    const auto points = points_of(undisturbed, change);
    REQUIRE(pending(undisturbed) == "0\n");
    run(undisturbed, {"hpos", "verify-data"});
    const Contents wanted = lasting(undisturbed);
    for (const std::size_t point : choose(points, 8)) {
        INFO(change[1] << ", point " << point << " of " << points.size() << ": " << points[point - 1]);
        const FireShop shop(waiting);
        const Result killed = killed_at(shop, change, point);
        INFO(killed);
        REQUIRE(killed_or_done(killed, point, points));
        const std::string enabled = select_one(shop.database(), "SELECT option_value FROM wp_options WHERE option_name = 'woocommerce_custom_orders_table_enabled'");
        const bool switched = (enabled == "yes") == (store == "posts");
        REQUIRE(difference(switched ? wanted : before, lasting(shop)) == "");
        CHECK(pending(shop) == (switched ? "0\n" : "3\n"));
        const Result finished = shop.ordo(change);
        INFO(finished);
        REQUIRE(finished.exit == 0);
        CHECK(has(finished.out, switched ? "was already" : "is now"));
        REQUIRE(difference(wanted, lasting(shop)) == "");
    }
}

}  // namespace ordo::test
#endif
