/// Named points at which a test build can be stopped: before each writing statement and after each commit. Tests set a
/// handler; of the real program ORDO_REPORT_POINTS=file writes down the points, a line each, and ORDO_KILL_AT=n kills it at the
/// n-th of them. In other builds there is nothing of it.
#pragma once

#include <string_view>

#if defined(ORDO_FAULT_POINTS)
#include <functional>

namespace ordo::database {

/// What happens at a point; empty: nothing. Set by one thread, before anything runs.
std::function<void(std::string_view point)>& fault_handler();
void fault_point(std::string_view point);

}  // namespace ordo::database
#else
namespace ordo::database {
inline void fault_point(std::string_view) {}
}  // namespace ordo::database
#endif
