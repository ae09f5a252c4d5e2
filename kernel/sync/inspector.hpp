/// What is wrong with the orders of a page: the comparison of their contents, and the rows around them that no content
/// shows. One path for verification, `diff` and repair. Belongs to the snapshot or unit it is made in.
#pragma once

#include <functional>
#include <map>
#include <string>
#include <vector>

#include <ordo/order_verifier.hpp>
#include <ordo/store_integrity.hpp>

#include "kernel/orders/store_access.hpp"
#include "kernel/sync/merge.hpp"
#include "kernel/sync/quarantine.hpp"

namespace ordo::sync {

enum class Digests : std::uint8_t { leave_out, fill_in };

class Inspector {
public:
    using EachDifference = std::function<void(const Difference&)>;

    Inspector(const orders::StoreAccess& stores, const orders::StoreView& view, const QuarantineTable& quarantine, Direction way);

    /// All findings about the page; counts them in the report. `only`: the page stands for just these ids, not for its range.
    void inspect(const MergedPage& page, std::span<const OrderId> only, Digests digests, VerifyReport& report, const EachDifference& each);
    MergedPage page_of(std::span<const OrderId> ids) const { return sync::page_of(*view_, way_, ids); }

private:
    struct Findings;
    void compare_contents(const MergedPage& page, VerifyReport& report, Findings& found) const;
    void find_stray_rows(const MergedPage& page, const IdRange& range, Findings& found) const;
    void find_shared_orphans(const IdRange& range, Findings& found) const;
    void find_stale_overflow(const MergedPage& page, const IdRange& range, Findings& found) const;
    void find_stale_quarantine(const MergedPage& page, const IdRange& range, Findings& found) const;
    void find_stale_deletions(const MergedPage& page, const IdRange& range, Findings& found) const;
    void find_missing_parents(const MergedPage& page, Findings& found) const;
    std::vector<OrderId> list_deleted(std::string_view lost_by, const IdRange& range) const;
    /// Those of the ids that no store has a row for.
    std::vector<OrderId> find_absent(std::vector<OrderId> ids) const;
    std::vector<OrderId> find_existing(const std::string& store, std::span<const OrderId> ids) const;

    const orders::StoreAccess* stores_;
    const orders::StoreView* view_;
    const QuarantineTable* quarantine_;
    Direction way_;
    std::map<OrderId, std::string> quarantined_;
};

}  // namespace ordo::sync
