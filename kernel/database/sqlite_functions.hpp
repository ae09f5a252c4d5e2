/// What SQLite lacks and our statements use: texts compared as `utf8mb4_unicode_520_ci` compares them, and numbers of any
/// length in texts. Only connections of ours have these functions, so no index, view or trigger may name them.
#pragma once

#include <string_view>

#include <soci/sqlite3/soci-sqlite3.h>

namespace ordo::database {

inline constexpr std::string_view sqlite_folded = "ordo_folded";  ///< (text)
inline constexpr std::string_view sqlite_number = "ordo_number";  ///< (text, `NumberForm` as a number)

void add_functions(sqlite_api::sqlite3* connection);

}  // namespace ordo::database
