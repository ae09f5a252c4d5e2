/// Reads the fingerprint that a plugin's exported function carries in its name, and says how two differ. Pure functions;
/// any thread.
#pragma once

#include <string>
#include <string_view>

namespace ordo::plugins {

/// "SDK abc123, libstdc++ 12, AddressSanitizer": what a library was built for.
std::string describe_fingerprint(std::string_view fingerprint);

/// One sentence of what differs only: "built for SDK abc123, this program has SDK def456: rebuild it with this SDK".
std::string describe_mismatch(std::string_view built_for, std::string_view this_program);

}  // namespace ordo::plugins
