/// Which dialect a database's URL asks for.
#include "kernel/database/dialect.hpp"

#include <fmt/format.h>

namespace ordo::database {

std::unique_ptr<SqlDialect> make_dialect(const std::string& url, int busy_timeout_s) {
    const std::size_t end = url.find("://");
    const std::string scheme = url.substr(0, end);
    const std::string location = end == std::string::npos ? std::string{} : url.substr(end + 3);
    if (end != std::string::npos && scheme == "sqlite") return make_sqlite_dialect(location, busy_timeout_s);
    if (end != std::string::npos && (scheme == "mariadb" || scheme == "mysql")) return make_mariadb_dialect(location, busy_timeout_s);
    // Only the scheme is repeated: the rest may hold a password.
    throw Error(errc::config_bad_value, fmt::format("database url: \"{}\" is no database this version knows", scheme),
                "write sqlite://FILE or mariadb://USER:PASSWORD@HOST/DATABASE");
}

}  // namespace ordo::database
