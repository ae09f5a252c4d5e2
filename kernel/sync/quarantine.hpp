/// Orders that could not be moved (`ordo_quarantine`): why, and the digest of what was tried, so that an order which has
/// not changed since is not tried again. Any thread.
#pragma once

#include <map>
#include <string>
#include <string_view>
#include <vector>

#include <ordo/data_synchronizer.hpp>
#include <ordo/database.hpp>

namespace ordo::sync {

/// What to do about an order in quarantine, in words and a command.
std::string repair_command(OrderId order);

class QuarantineTable {
public:
    explicit QuarantineTable(const std::string& table_prefix);

    Table schema() const;
    void put(Unit& unit, std::string_view target, OrderId order, std::string_view field, std::string_view reason, std::string_view digest) const;
    void release(Unit& unit, std::string_view target, std::span<const OrderId> orders) const;
    /// The digest of each order in quarantine.
    std::map<OrderId, std::string> digests(Read& read, std::string_view target) const;
    std::vector<QuarantineReport> list(Read& read) const;
    /// Those that failed last on the way to a store, the newest last; at most `count_max`.
    std::vector<QuarantineReport> list_newest(Read& read, std::string_view target, std::size_t count_max) const;

private:
    std::vector<QuarantineReport> select(Read& read, const std::string& rest, std::span<const BytesView> values) const;
    std::string table_;
};

}  // namespace ordo::sync
