/// The history of orders (`ordo_journal`): who changed which fields when, a row a save. Values only where the configuration
/// keeps them. It also knows a save again whose commit was not answered. Keeps no state; any thread.
#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include <ordo/orders.hpp>

namespace ordo::orders {

class Journal {
public:
    struct Settings {
        bool values = false;                ///< `[history] values`
        std::uint64_t retention_days = 0;   ///< `[history] retention_days`; 0: for ever
    };

    Journal(const std::string& table_prefix, Settings settings);
    Table schema() const;

    struct Entry {
        OrderId order;
        std::uint64_t version = 0;
        std::string operation;              ///< "create", "update", "trash" …
        std::vector<std::string> fields;
        std::string changes;                ///< JSON; kept only if the configuration says so
    };
    /// `key`: the save, the same for all of it.
    void add(Unit& unit, std::string_view key, const Actor& actor, std::string_view at_gmt, std::span<const Entry> entries) const;
    bool has(Read& read, std::string_view key) const;
    std::vector<HistoryEntry> list(Read& read, OrderId order) const;
    /// Takes the values of removed orders away; that they were there, and who changed them, stays.
    void forget_values(Unit& unit, std::span<const OrderId> orders) const;
    /// What is older than the configuration keeps. Gives the number of rows.
    std::uint64_t prune(Unit& unit, UtcSeconds now) const;
    bool keeps_values() const noexcept { return settings_.values; }

private:
    std::string table_;
    Settings settings_;
};

}  // namespace ordo::orders
