/// The SET statements of a dump. They change nothing here, but their saves (`SET @OLD_x=@@x`) and restores
/// (`SET x=@OLD_x`) frame every mysqldump, so they tell one that was cut off. Belongs to one thread.
#pragma once

#include <set>
#include <string>

#include "kernel/transfer/sql_tokens.hpp"

namespace ordo::transfer {

class SessionSettings {
public:
    /// From behind SET to the `;`, which stays current. Refuses what is no session's setting and what would change the
    /// meaning of the rows. Throws `import_truncated` if a mysqldump begins before the one ahead of it has ended.
    void read(SqlTokens& tokens);
    /// Whether everything saved was restored.
    bool restored() const noexcept { return saved_.empty(); }

private:
    void read_assignment(SqlTokens& tokens);

    std::set<std::string> saved_;
};

}  // namespace ordo::transfer
