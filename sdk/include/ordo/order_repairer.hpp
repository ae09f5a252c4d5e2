/// Puts right what a verification found and a person has read: the differences of a plan, each only if its order is still
/// as it was seen. Content goes the one way of every order, `DataSynchronizer::process_batch`; rows go by the store's
/// `StoreIntegrity`. Fires no business event. Implemented by the kernel; one thread at a time.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include <ordo/order_verifier.hpp>

namespace ordo {

/// A difference that was not put right, and why.
struct LeftDifference {
    enum class Reason : std::uint8_t {
        changed,   ///< the order is no longer as the plan saw it: verify again
        decide,    ///< only a person can tell (an order only the backup has, rows of the authoritative store …)
        failed,    ///< it was tried; `message` says more
    };
    Difference difference;
    Reason reason;
    std::string message;   ///< a sentence for people, with what to do
};

constexpr std::string_view to_string(LeftDifference::Reason reason) noexcept {
    return reason == LeftDifference::Reason::changed ? "changed" : reason == LeftDifference::Reason::decide ? "decide" : "failed";
}

struct RepairReport {
    std::uint64_t repaired = 0;       ///< differences that are gone because of this repair
    std::uint64_t settled = 0;        ///< differences that were gone before
    std::uint64_t rows_removed = 0;
    std::uint64_t orders_copied = 0;
    std::vector<LeftDifference> left;
};

class OrderRepairer {
public:
    virtual ~OrderRepairer() = default;
    /// Differences with their digests, as `verify` gives them with `with_digests`; some hundreds a call. Throws
    /// `ordo.sync.direction` if another store is authoritative than when they were seen, `ordo.sync.locked` if a run
    /// holds the shop.
    virtual RepairReport repair(const Direction& way, std::span<const Difference> differences) = 0;
};

}  // namespace ordo
