/// Notices what other programs (WooCommerce, its plugins, a person with SQL) write into the stores' tables. Triggers append
/// the order's id to a table, nothing else; a later look ("folding") tells the ledger that those orders wait. From the next whole
/// `sync` on the ledger knows every order that waits, and nobody need compare all contents to find them. Implemented by the
/// kernel; any thread. Since 0.1.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace ordo {

struct CaptureStatus {
    bool installed = false;                  ///< every trigger there has to be is there
    std::vector<std::string> missing;        ///< triggers that are not; all of them if it was never installed
    std::uint64_t waiting = 0;               ///< rows that nobody has looked at yet
    /// When the last whole synchronisation ended since which the ledger knows every order that waits, in seconds since 1970.
    /// Absent: what waits is found by comparing contents.
    std::optional<std::int64_t> known_since;
};

class ForeignCapture {
public:
    virtual ~ForeignCapture() = default;

    /// Makes tables and triggers; those there are stay. Waits for transactions that are writing the tables. Gives how many triggers were
    /// made. Throws `ordo.database.statement` if the database's user may not make triggers.
    virtual std::uint64_t install() = 0;
    /// Removes the triggers; what they noted is folded first. Gives how many there were.
    virtual std::uint64_t remove() = 0;
    virtual CaptureStatus get_status() = 0;
    /// Tells the ledger what was noted. Gives how many orders that were. Runs by itself before each synchronisation and each action
    /// that mirrors; a switch looks at what is noted within its own transaction.
    virtual std::uint64_t fold() = 0;
};

}  // namespace ordo
