/// See fault_point.hpp.
#include "kernel/database/fault_point.hpp"

#if defined(ORDO_FAULT_POINTS)
#include <algorithm>
#include <atomic>
#include <csignal>
#include <cstdlib>
#include <fstream>
#include <memory>
#include <mutex>
#include <string>

namespace ordo::database {

std::function<void(std::string_view point)>& fault_handler() {
    static std::function<void(std::string_view)> handler = [] {
        std::function<void(std::string_view)> from_environment;
        if (const char* kill_at = std::getenv("ORDO_KILL_AT")) {
            from_environment = [at = std::stoul(kill_at)](std::string_view) {
                static std::atomic<unsigned long> seen{0};
                if (++seen == at) std::raise(SIGKILL);
            };
        } else if (const char* report = std::getenv("ORDO_REPORT_POINTS")) {
            from_environment = [file = std::make_shared<std::ofstream>(report, std::ios::app)](std::string_view point) {
                static std::mutex one_at_a_time;
                const std::lock_guard lock(one_at_a_time);
                std::string line(point);
                std::replace(line.begin(), line.end(), '\n', ' ');
                *file << line << std::endl;
            };
        }
        return from_environment;
    }();
    return handler;
}

void fault_point(std::string_view point) {
    if (const auto& handler = fault_handler()) handler(point);
}

}  // namespace ordo::database
#endif
