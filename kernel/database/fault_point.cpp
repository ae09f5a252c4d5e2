/// See fault_point.hpp.
#include "kernel/database/fault_point.hpp"

#if defined(ORDO_FAULT_POINTS)
#include <atomic>
#include <csignal>
#include <cstdlib>
#include <string>

namespace ordo::database {

std::function<void(std::string_view point)>& fault_handler() {
    static std::function<void(std::string_view)> handler = [] {
        const char* kill_at = std::getenv("ORDO_KILL_AT");
        std::function<void(std::string_view)> kill;
        if (!kill_at) return kill;
        kill = [at = std::stoul(kill_at)](std::string_view) {
            static std::atomic<unsigned long> seen{0};
            if (++seen == at) std::raise(SIGKILL);
        };
        return kill;
    }();
    return handler;
}

void fault_point(std::string_view point) {
    if (const auto& handler = fault_handler()) handler(point);
}

}  // namespace ordo::database
#endif
