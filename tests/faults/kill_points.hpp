/// The points at which a command can be killed: which it passes, which of them a test takes, and the kill itself. Only in
/// builds that report points. One thread.
#pragma once

#if defined(ORDO_FAULT_POINTS)
#include <csignal>
#include <set>
#include <string>
#include <vector>

#include "tests/faults/fire_shop.hpp"

namespace ordo::test {

/// The points a command passes when nobody disturbs it.
inline std::vector<std::string> points_of(const FireShop& shop, const Command& command) {
    const std::filesystem::path report = shop.folder() / "points";
    const Result result = shop.ordo(command, {.environment = {{"ORDO_REPORT_POINTS", report.string()}}});
    INFO(result);
    REQUIRE(result.exit == 0);
    return lines_of(slurp(report));
}

#if defined(__SANITIZE_ADDRESS__)
constexpr bool sanitized = true;   // five times as slow; what a point leaves behind other builds look at
#else
constexpr bool sanitized = false;
#endif

/// In the long run every point; else the first one of each statement's text, evenly spread ones, the last one. From 1. Under a
/// sanitizer evenly spread ones alone.
inline std::set<std::size_t> choose(const std::vector<std::string>& points, std::size_t spread) {
    std::set<std::size_t> chosen{1, points.size()};
    std::set<std::string> seen;
    for (std::size_t i = 0; i < points.size(); ++i)
        if (soaking() || i % (points.size() / spread + 1) == 0 || (!sanitized && seen.insert(points[i].substr(0, 30)).second)) chosen.insert(i + 1);
    return chosen;
}

inline Result killed_at(const FireShop& shop, const Command& command, std::size_t point) {
    return shop.ordo(command, {.environment = {{"ORDO_KILL_AT", std::to_string(point)}}});
}

/// Whether it was killed there. Where seconds matter a run may need a statement less than the one whose points were counted: then
/// the last point is not reached, and it ends undisturbed.
inline bool killed_or_done(const Result& result, std::size_t point, const std::vector<std::string>& points) {
    return result.exit == -SIGKILL || (result.exit == 0 && point + 2 > points.size());
}

}  // namespace ordo::test
#endif
