/// See run_lock.hpp.
#include "kernel/sync/run_lock.hpp"

#include <array>
#include <chrono>
#include <fstream>
#include <random>
#include <sstream>

#include <fmt/format.h>
#include <unistd.h>

#include <ordo/error.hpp>

namespace ordo::sync {
namespace {

constexpr std::string_view lock_name = "sync";
constexpr long silent_s_max = 60;

long now_s() {
    return static_cast<long>(std::chrono::duration_cast<std::chrono::seconds>(std::chrono::system_clock::now().time_since_epoch()).count());
}

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
    for (int i = 3; i <= 22 && fields >> field; ++i) continue;
    return field;
}

/// "host pid start nonce"
std::string make_holder() {
    const std::string pid = std::to_string(getpid());
    return fmt::format("{} {} {} {:08x}", host_name(), pid, start_of(pid), std::random_device{}());
}

bool is_dead(const std::string& holder) {
    std::istringstream parts(holder);
    std::string host, pid, start;
    parts >> host >> pid >> start;
    return host == host_name() && start_of(pid) != start;
}

}  // namespace

Table run_lock_schema(const std::string& table_prefix) {
    using namespace columns;
    return {table_prefix + "ordo_lock",
            {required("name", varchar(64)), required("holder", varchar(255)), required("heartbeat", bigint())},
            {"name"},
            {}};
}

RunLock::RunLock(Database& database, const std::string& table_prefix)
    : database_(&database), table_(table_prefix + "ordo_lock"), holder_(make_holder()) {
    confirmed_s_ = now_s();
    database.write([&](Unit& unit) {
        const BytesView name{lock_name};
        std::string other;
        long heartbeat = 0;
        unit.query("SELECT holder, heartbeat FROM " + table_ + " WHERE name = ?", {&name, 1}, [&](const Row& row) {
            other = row.text(0);
            heartbeat = static_cast<long>(row.number(1));
        });
        const long silent_s = now_s() - heartbeat;
        if (!other.empty() && !is_dead(other) && silent_s < silent_s_max) {
            std::istringstream parts(other);
            std::string host, pid;
            parts >> host >> pid;
            throw Error(errc::sync_locked, fmt::format("another run holds this shop: process {} on {}, last heard of {} s ago", pid, host, silent_s),
                        "wait for it to end; a lock whose process was killed is taken over by itself");
        }
        unit.execute("DELETE FROM " + table_ + " WHERE name = ?", {&name, 1});
        const std::string now = std::to_string(now_s());
        unit.insert({table_, {"name", "holder", "heartbeat"}, {lock_name, holder_, now}});
    });
}

void RunLock::confirm(Unit& unit) const {
    const std::string now = std::to_string(now_s());
    const std::array<BytesView, 3> values{now, lock_name, holder_};
    if (unit.execute("UPDATE " + table_ + " SET heartbeat = ? WHERE name = ? AND holder = ?", values) == 0)
        throw Error(errc::sync_locked, "another run has taken this shop over; this one ends without writing more",
                    "run `ordo hpos status` to see what is left to do");
    confirmed_s_ = now_s();
}

void RunLock::keep_alive() const {
    if (now_s() - confirmed_s_ >= silent_s_max / 4) database_->write([&](Unit& unit) { confirm(unit); });
}

RunLock::~RunLock() {
    try {
        database_->write([&](Unit& unit) {
            const std::array<BytesView, 2> values{lock_name, holder_};
            unit.execute("DELETE FROM " + table_ + " WHERE name = ? AND holder = ?", values);
        });
    } catch (const std::exception&) {
        // The holder's process ends, so the next run takes the lock over anyway.
    }
}

}  // namespace ordo::sync
