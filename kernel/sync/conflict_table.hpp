/// Orders of a backup that a synchronisation overwrote although somebody else had changed them there (`ordo_conflicts`), each
/// whole in its canonical form. Keeps no state; any thread.
#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include <ordo/conflicts.hpp>
#include <ordo/database.hpp>

namespace ordo::sync {

/// What is about to be overwritten.
struct Overwritten {
    OrderId order;
    ConflictKind kind;
    std::string record;   ///< canonical form
};

class ConflictTable {
public:
    explicit ConflictTable(const std::string& table_prefix);

    Table schema() const;
    void put(Unit& unit, std::string_view store, std::span<const Overwritten> overwritten) const;
    std::uint64_t count(Read& read) const;
    std::vector<ConflictReport> list(Read& read, const ConflictRange& range) const;
    std::optional<ConflictReport> find(Read& read, std::uint64_t conflict) const;
    std::optional<std::string> record(Read& read, std::uint64_t conflict) const;
    /// The newest of an order.
    std::uint64_t newest(Read& read, OrderId order) const;
    /// None given: all.
    std::uint64_t remove(Unit& unit, std::span<const std::uint64_t> conflicts) const;

private:
    std::vector<ConflictReport> select(Read& read, const std::string& rest) const;
    std::string table_;
};

}  // namespace ordo::sync
