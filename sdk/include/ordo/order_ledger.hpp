/// What Ordo keeps of orders beside them: their versions, digests and counts. What the stores hold is the truth; a scan makes
/// the ledger anew. Implemented by the kernel; any thread.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <utility>

#include <ordo/types.hpp>

namespace ordo {

/// Orders by type and stored status, auto-drafts left out.
using OrderCounts = std::map<std::pair<std::string, std::string>, std::int64_t>;

struct LedgerReport {
    std::uint64_t orders = 0;                  ///< that were looked at
    std::uint64_t without_digest = 0;          ///< not scanned since they were saved
    std::uint64_t changed_outside = 0;         ///< whose content is another than at the last scan, though nobody saved them through Ordo
    OrderCounts kept, counted;                 ///< what the ledger says, and what there is
    std::optional<std::int64_t> scanned_at;    ///< of the scan before this one, Unix seconds
    bool interrupted = false;

    /// Counts are exact for what is saved through Ordo; other writers are seen by the next scan.
    bool counts_agree() const { return kept == counted; }
};

class OrderLedger {
public:
    virtual ~OrderLedger() = default;
    /// Holds the ledger against the authoritative store; writes nothing.
    virtual LedgerReport check(const std::function<bool()>& stop_requested = {}) = 0;
    /// The same, and makes digests and counts what the store holds. Saves go on meanwhile, but for the moment of counting.
    virtual LedgerReport rebuild(const std::function<bool()>& stop_requested = {}) = 0;
    /// What the ledger says, without a look at the orders.
    virtual OrderCounts counts() = 0;
    /// Removes history that is older than `[history] retention_days`. Gives the number of saves forgotten.
    virtual std::uint64_t prune_history() = 0;
};

}  // namespace ordo
