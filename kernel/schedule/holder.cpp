/// See holder.hpp.
#include "kernel/schedule/holder.hpp"

#include <array>
#include <chrono>
#include <fstream>
#include <random>
#include <sstream>

#include <fmt/format.h>
#include <unistd.h>

namespace ordo::schedule {
namespace {

std::string host_name() {
    std::array<char, 256> name{};
    return gethostname(name.data(), name.size() - 1) == 0 ? name.data() : "localhost";
}

/// When a process started, in the kernel's clock ticks; empty: there is no such process. A pid alone may be given again.
std::string start_of(const std::string& pid) {
    std::ifstream stat("/proc/" + pid + "/stat");
    std::string line;
    if (!std::getline(stat, line)) return {};
    std::istringstream fields(line.substr(line.rfind(')') + 1));  // the name before it may hold blanks
    std::string field;
    fields >> field;
    if (field == "Z" || field == "X") return {};  // killed, and not yet waited for
    for (int i = 4; i <= 22 && fields >> field; ++i) continue;
    return field;
}

struct Holder {
    std::string host, pid, start;
    explicit Holder(const std::string& text) { std::istringstream(text) >> host >> pid >> start; }
};

}  // namespace

std::string make_holder() {
    const std::string pid = std::to_string(getpid());
    return fmt::format("{} {} {} {:08x}", host_name(), pid, start_of(pid), std::random_device{}());
}

bool is_dead(const std::string& holder) {
    const Holder parts(holder);
    return parts.host == host_name() && start_of(parts.pid) != parts.start;
}

std::string describe_holder(const std::string& holder) {
    const Holder parts(holder);
    return fmt::format("process {} on {}", parts.pid, parts.host);
}

long now_s() {
    return static_cast<long>(std::chrono::duration_cast<std::chrono::seconds>(std::chrono::system_clock::now().time_since_epoch()).count());
}

}  // namespace ordo::schedule
