/// The ledger of orders (`ordo_ledger`), a row an order: its version, whether it was removed, the digest of its canonical form
/// as the last scan found it; and how many orders there are of each type and status (`ordo_counts`). What the stores hold is the
/// truth: the ledger is a cache of it that a scan makes anew. Writing an order's row is what makes two saves of it wait for
/// each other. Keeps no state; any thread.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include <ordo/database.hpp>
#include <ordo/order_record.hpp>

namespace ordo::orders {

class Ledger {
public:
    explicit Ledger(const std::string& table_prefix);
    Schema schema() const;

    struct Entry {
        OrderId id;
        std::string_view type;
    };
    /// Holds the orders (ascending ids, none twice) until the unit is over, and gives their next versions. Their digests are
    /// forgotten. A unit that writes some of its orders and leaves others advances these too: a version says only that an
    /// order that still has it was not saved.
    std::vector<std::uint64_t> advance(Unit& unit, std::span<const Entry> orders) const;
    /// Notes that the orders were removed. They are held already.
    void bury(Unit& unit, std::span<const OrderId> orders) const;

    /// One order more, or one less, of a type and status. Auto-drafts are no orders.
    class CountChanges {
    public:
        void add(std::string_view type, std::string_view status, int orders);
        friend class Ledger;

    private:
        std::map<std::pair<std::string, std::string>, int> changes_;
    };
    /// The last statement of a unit that takes locks: each kind of order has several rows, of which each writer takes one.
    void count(Unit& unit, const CountChanges& changes) const;

    /// By type and stored status; kinds of which there are none are left out.
    using Counts = std::map<std::pair<std::string, std::string>, std::int64_t>;
    Counts counts(Read& read) const;
    /// When the last scan ended, Unix seconds; `nullopt`: there was none, and the counts are only of what was saved since.
    std::optional<std::int64_t> scanned_at(Read& read) const;

    struct Row {
        std::uint64_t version = 0;
        bool removed = false;
        std::string digest;   ///< empty: none since the last save
    };
    std::optional<Row> find(Read& read, OrderId order) const;

    /// Holds the orders (ascending ids, none twice) until the unit is over; what is kept of them stays as it is.
    void hold(Unit& unit, std::span<const Entry> orders) const;
    /// For a scan that holds the orders and has just seen them: their digests. Versions stay.
    struct Digest {
        OrderId id;
        std::string type, digest;
    };
    void set_digests(Unit& unit, std::span<const Digest> digests) const;
    /// The digests there are, of these ids.
    std::map<OrderId, std::string> digests(Read& read, std::span<const OrderId> ids) const;
    void set_counts(Unit& unit, const Counts& counts, std::int64_t scanned_at) const;

private:
    void upsert(Unit& unit, std::span<const Entry> orders, std::vector<std::string_view> replaced, std::string_view version) const;

    std::string ledger_, counts_;
};

}  // namespace ordo::orders
