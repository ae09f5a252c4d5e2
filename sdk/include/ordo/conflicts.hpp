/// What somebody else had written into the backup store and a synchronisation overwrote there. The authoritative store
/// wins; the overwritten order is kept until it is restored or dropped. Implemented by the kernel; any thread. Since 0.1.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include <ordo/order_verifier.hpp>
#include <ordo/time.hpp>
#include <ordo/types.hpp>

namespace ordo {

enum class ConflictKind : std::uint8_t {
    changed,            ///< the backup was changed since it was last written or found equal
    no_common_version,  ///< the stores differed the first time they were compared: who changed what is not known
    erased,             ///< as `changed`; the order had been removed from the authoritative store
    restored_over,      ///< of the authoritative store: what a restored order took the place of
};

constexpr std::string_view to_string(ConflictKind kind) noexcept {
    switch (kind) {
        case ConflictKind::changed: return "changed";
        case ConflictKind::no_common_version: return "no_common_version";
        case ConflictKind::erased: return "erased";
        case ConflictKind::restored_over: return "restored_over";
    }
    return "changed";
}

struct ConflictReport {
    std::uint64_t id = 0;      ///< of the conflict
    OrderId order;
    std::string store;         ///< whose order was overwritten
    ConflictKind kind = ConflictKind::changed;
    std::string detected_gmt;  ///< `YYYY-MM-DD HH:MM:SS`
};

/// How many are looked at in one call; conflicts below `after` are over.
struct ConflictRange {
    std::uint64_t after = 0;
    std::size_t count_max = 1000;
};

class Conflicts {
public:
    virtual ~Conflicts() = default;

    /// Ascending by id.
    virtual std::vector<ConflictReport> list(const ConflictRange& range) = 0;
    virtual std::uint64_t count() = 0;
    virtual std::optional<ConflictReport> find(std::uint64_t conflict) = 0;
    /// What the kept order (`source`) and the authoritative store's (`target`) have different, values masked. Throws
    /// `ordo.conflict.missing`; `ordo.order.missing` if the order is no more.
    virtual std::vector<Difference> compare(std::uint64_t conflict) = 0;
    /// The kept order's canonical form, with personal data. Throws `ordo.conflict.missing`.
    virtual std::string get_record(std::uint64_t conflict) = 0;
    /// Makes the kept order's fields and meta the authoritative store's; items and notes are everybody's and stay. What they take
    /// the place of is kept in turn, as a conflict whose id is given: restoring that one undoes it. 0: they were equal. Counts
    /// as a save without business events. Throws `ordo.conflict.missing`; `ordo.order.missing` if the order was removed.
    virtual std::uint64_t restore(std::uint64_t conflict) = 0;
    /// Forgets these, or (none given) all of them. Gives how many there were.
    virtual std::uint64_t drop(std::span<const std::uint64_t> conflicts) = 0;
};

}  // namespace ordo
