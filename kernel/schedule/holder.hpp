/// Who holds a claim on work, and whether that program still runs. Functions without state; any thread.
#pragma once

#include <string>

namespace ordo::schedule {

/// This program, as it stands in the tables: host, process id, start of the process, a number of its own.
std::string make_holder();
/// True: its process ran on this host and is gone.
bool is_dead(const std::string& holder);
/// "process 4711 on shop-1"
std::string describe_holder(const std::string& holder);
/// Seconds since 1970.
long now_s();

}  // namespace ordo::schedule
