/// The program is killed at each of its writing statements and after each of its commits, and run again: in the end the
/// same rows stand as after a run that nobody disturbed. Only in builds that report these points.
#include <csignal>
#include <set>

#include <fmt/format.h>

#include "tests/faults/fire_shop.hpp"

#if defined(ORDO_FAULT_POINTS)
namespace ordo::test {
namespace {

using Holds = FireShop::Holds;

/// The points a command passes when nobody disturbs it.
std::vector<std::string> points_of(const FireShop& shop, const Command& command) {
    const std::filesystem::path report = shop.folder() / "points";
    const Result result = shop.ordo(command, {.environment = {{"ORDO_REPORT_POINTS", report.string()}}});
    INFO(result);
    REQUIRE(result.exit == 0);
    return lines_of(slurp(report));
}

/// In the long run every point; else the first one of each statement's text, evenly spread ones, the last one. From 1.
std::set<std::size_t> choose(const std::vector<std::string>& points, std::size_t spread) {
    std::set<std::size_t> chosen{1, points.size()};
    std::set<std::string> seen;
    for (std::size_t i = 0; i < points.size(); ++i)
        if (soaking() || i % (points.size() / spread + 1) == 0 || seen.insert(points[i].substr(0, 30)).second) chosen.insert(i + 1);
    return chosen;
}

/// One more than the last one: where the threads of a run pass their points in another order the last one may be missed.
Result killed_at(const FireShop& shop, const Command& command, std::size_t point) {
    return shop.ordo(command, {.environment = {{"ORDO_KILL_AT", std::to_string(point)}}});
}

struct Scenario {
    const char* name;
    Holds begins;
    Command command, again;
};

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

}  // namespace ordo::test
#endif
