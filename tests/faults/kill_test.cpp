/// The program is killed at each of its writing statements and after each of its commits, and run again: in the end the
/// same rows stand as after a run that nobody disturbed. Only in builds that report these points.
#include <csignal>

#include <fmt/format.h>

#include "tests/faults/kill_points.hpp"

#if defined(ORDO_FAULT_POINTS)
namespace ordo::test {
namespace {

using Holds = FireShop::Holds;

struct Scenario {
    const char* name;
    Holds begins;
    Command command, again;
};

/// A dump of the smallest shop there is.
std::string small_dump(const std::string& name, int posts) {
    std::string sql = "DROP TABLE IF EXISTS `wp_posts`;\nCREATE TABLE `wp_posts` (`ID` bigint(20) unsigned NOT NULL, `post_title` text, PRIMARY KEY (`ID`), KEY `t` (`post_title`(9)));\n"
                      "DROP TABLE IF EXISTS `wp_options`;\nCREATE TABLE `wp_options` (`option_id` bigint(20) NOT NULL, `option_name` varchar(191), `option_value` longtext, PRIMARY KEY (`option_id`));\n"
                      "DROP TABLE IF EXISTS `wp_" + name + "`;\nCREATE TABLE `wp_" + name + "` (`id` bigint(20) NOT NULL, PRIMARY KEY (`id`));\n";
    for (int id = 1; id <= posts; ++id) sql += fmt::format("INSERT INTO `wp_posts` VALUES ({}, '{}');\n", id, name);
    return sql + "INSERT INTO `wp_options` VALUES (1, 'blogname', '" + name + "');\nINSERT INTO `wp_" + name + "` VALUES (1),(2);\n";
}

}  // namespace

TEST_CASE("killed at any statement, a synchronisation ends like an undisturbed one [G5] [G12]") {
    const Command sync{"hpos", "sync", "--batch-size", "30"};
    const Command work{"hpos", "sync", "--batch-size", "30", "--worker"};
    const auto scenario = GENERATE_COPY(Scenario{"to hpos", Holds::posts, sync, sync}, Scenario{"into placeholders", Holds::hpos, sync, sync},
                                        Scenario{"as a worker", Holds::posts, work, work});
    const FireShop undisturbed(scenario.begins);
    const auto points = points_of(undisturbed, scenario.command);
    const Contents wanted = undisturbed.contents();
    REQUIRE(points.size() > 20);
    for (const std::size_t point : choose(points, 12)) {
        INFO(scenario.name << ", point " << point << " of " << points.size() << ": " << points[point - 1]);
        const FireShop shop(scenario.begins);
        const Result killed = killed_at(shop, scenario.command, point);
        INFO(killed);
        REQUIRE(killed.exit == -SIGKILL);
        const Result finished = shop.ordo(scenario.again);
        INFO(finished);
        REQUIRE(finished.exit == 0);
        REQUIRE(difference(wanted, shop.contents()) == "");
    }
}

TEST_CASE("killed at any statement, an import of a dump has brought everything or nothing, and the next one completes it [G12]") {
    const bool replacing = GENERATE(false, true);
    const FireShop undisturbed(Holds::nothing);
    const auto dump = undisturbed.folder() / "shop.sql", newer = undisturbed.folder() / "newer.sql";
    std::ofstream(dump) << small_dump("old", 40);
    std::ofstream(newer) << small_dump("new", 60);
    const Command first{"import", dump.string()}, second{"import", newer.string(), "--replace", "--yes"};
    const auto begin = [&](const FireShop& shop) {
        if (replacing) REQUIRE(shop.ordo(first).exit == 0);
        return shop.contents();
    };
    const Contents before = begin(undisturbed);
    const auto points = points_of(undisturbed, second);
    const Contents wanted = undisturbed.contents();
    for (const std::size_t point : choose(points, 8)) {
        INFO("point " << point << " of " << points.size() << ": " << points[point - 1]);
        const FireShop shop(Holds::nothing);
        begin(shop);
        REQUIRE(killed_at(shop, second, point).exit == -SIGKILL);
        Contents left = shop.contents();
        std::erase_if(left, [](const auto& table) { return table.first.starts_with("ordo_"); });  // staged, never seen by a shop
        INFO(difference(before, left));
        INFO(difference(wanted, left));
        REQUIRE((left == before || left == wanted));
        const Result finished = shop.ordo(second);
        INFO(finished);
        REQUIRE(finished.exit == 0);
        REQUIRE(difference(wanted, shop.contents()) == "");
    }
}

TEST_CASE("killed at any statement, an import of orders has brought whole batches, and the next one completes it [G12]") {
    const std::string store = GENERATE("posts", "hpos");
    const FireShop undisturbed(Holds::no_orders);
    const TempDirectory directory;
    const auto file = write_orders(directory, 1100);
    const Command import{"order", "import", file.string(), "--store", store, "--skip-existing"};
    const auto points = points_of(undisturbed, import);
    const Contents wanted = undisturbed.contents();
    for (const std::size_t point : choose(points, 6)) {
        INFO(store << ", point " << point << " of " << points.size() << ": " << points[point - 1]);
        const FireShop shop(Holds::no_orders);
        REQUIRE(killed_at(shop, import, point).exit == -SIGKILL);
        const std::string there = select_one(shop.database(), store == "posts" ? "SELECT COUNT(*) FROM wp_posts" : "SELECT COUNT(*) FROM wp_wc_orders");
        CHECK((there == "0" || there == "500" || there == "1000" || there == "1100"));
        const Result finished = shop.ordo(import);
        INFO(finished);
        REQUIRE(finished.exit == 0);
        REQUIRE(difference(wanted, shop.contents()) == "");
    }
}

TEST_CASE("killed at any statement, db init completes when it is called again [G12] [G32]") {
    const Command init{"db", "init"};
    const FireShop undisturbed(Holds::nothing);
    const auto points = points_of(undisturbed, init);
    const Contents wanted = undisturbed.contents();
    for (const std::size_t point : choose(points, 8)) {
        INFO("point " << point << " of " << points.size() << ": " << points[point - 1]);
        const FireShop shop(Holds::nothing);
        REQUIRE(killed_at(shop, init, point).exit == -SIGKILL);
        const Result finished = shop.ordo(init);
        INFO(finished);
        REQUIRE(finished.exit == 0);
        REQUIRE(difference(wanted, shop.contents()) == "");
    }
}

TEST_CASE("killed at any statement, a save of an order has done everything or nothing [G12]") {
    const auto begins = GENERATE(Holds::posts, Holds::hpos);
    const FireShop undisturbed(begins);
    const std::string id = select_one(undisturbed.database(), begins == Holds::posts ? "SELECT MIN(ID) FROM wp_posts WHERE post_type = 'shop_order' AND post_status = 'wc-completed'"
                                                                                    : "SELECT MIN(id) FROM wp_wc_orders WHERE type = 'shop_order' AND status = 'wc-completed'");
    const auto command = GENERATE_COPY(Command{"order", "update", id, "--set", "status=on-hold", "--set", "billing_city=Brno", "--meta", "gift=yes"},
                                       Command{"order", "refund", id, "--amount", "0.01"}, Command{"order", "trash", id}, Command{"order", "delete", id, "--yes"});
    // A first save makes the tables that are missing.
    const auto begin = [&](const FireShop& shop) {
        REQUIRE(shop.ordo({"order", "update", id, "--meta", "first=save"}).exit == 0);
        return shop.contents();
    };
    // What tells that it was done, one thing of each kind that it writes.
    const auto outcome = [&](const FireShop& shop) {
        const std::string orders = begins == Holds::posts ? "SELECT post_status FROM wp_posts WHERE ID = " + id : "SELECT status FROM wp_wc_orders WHERE id = " + id;
        return select_one(shop.database(), orders) + select_one(shop.database(), "SELECT COUNT(*) FROM wp_ordo_journal") + select_one(shop.database(), "SELECT SUM(version) FROM wp_ordo_ledger") +
               select_one(shop.database(), "SELECT COUNT(*) FROM wp_posts") + select_one(shop.database(), "SELECT COUNT(*) FROM wp_comments");
    };
    begin(undisturbed);
    const auto points = points_of(undisturbed, command);
    const std::string done = outcome(undisturbed);
    for (const std::size_t point : choose(points, 6)) {
        INFO(command[1] << ", point " << point << " of " << points.size() << ": " << points[point - 1]);
        const FireShop shop(begins);
        const Contents before = begin(shop);
        const Result killed = killed_at(shop, command, point);
        INFO(killed);
        REQUIRE(killed_or_done(killed, point, points));  // within a second of the save before
        const std::string changed = difference(before, shop.contents());
        CHECK((changed == "" || outcome(shop) == done));
    }
}

}  // namespace ordo::test
#endif
