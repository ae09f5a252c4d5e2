/// The ledger of orders (`ordo_ledger`), a row an order: its version, whether it was removed, the digest of its canonical form
/// as the last scan found it, the version that was last mirrored and the digest of the copy as it was left then, since when a
/// saved version waits to be mirrored; and how many orders there are of each type and status (`ordo_counts`). What the stores hold is the
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
    /// forgotten, and they wait to be mirrored; nothing is said of whether they are there. A unit that writes some of its orders and leaves others advances these too: a version says only that an
    /// order that still has it was not saved.
    std::vector<std::uint64_t> advance(Unit& unit, std::span<const Entry> orders) const;
    /// Notes that the orders were removed, which nobody need mirror. They are held already.
    void bury(Unit& unit, std::span<const OrderId> orders) const;

    /// What is known of an order's copy in the other store.
    struct Copy {
        std::uint64_t version = 0;    ///< the order's
        std::uint64_t mirrored = 0;   ///< the version that the copy was last made of or found equal to
        std::string digest;           ///< of the copy then (`StoreView::mirror_digest`); empty: it was never looked at
        bool waits = false;
        bool cleaned = false;         ///< there is none on purpose, until it is made again
        bool removed = false;         ///< the order was removed
        bool operator==(const Copy&) const = default;
    };
    /// Of orders the ledger has no row of, nothing.
    std::map<OrderId, Copy> copies(Read& read, std::span<const OrderId> ids) const;
    /// The same of orders (ascending ids, none twice) that are held from now on until the unit is over. Orders without a row get one.
    std::map<OrderId, Copy> hold_copies(Unit& unit, std::span<const Entry> orders) const;
    /// What the copies of held orders are now. Those that are `left` differ on purpose, by a part: they wait on.
    struct Mirrored {
        OrderId id;
        std::string_view type;
        std::uint64_t version;
        std::string digest;
        bool left = false;
    };
    void set_mirrored(Unit& unit, std::span<const Mirrored> copies) const;
    /// Orders above `after` that were saved since they were last mirrored, ascending, at most `count_max`. Cleaned ones, too.
    std::vector<OrderId> list_waiting(Read& read, OrderId after, std::size_t count_max) const;
    /// Of held orders there is nothing to mirror: they are no orders (any more).
    void stop_waiting(Unit& unit, std::span<const OrderId> orders) const;
    /// Orders that are not what their copies are, and stay so until somebody does something: they wait, if they do not yet. Rows are
    /// made where there are none. Ascending ids, none twice.
    void keep_waiting(Unit& unit, std::span<const Entry> orders) const;
    /// The copies of held orders are no more, and nobody waits for them.
    void set_cleaned(Unit& unit, std::span<const OrderId> orders) const;
    /// Whether there is a row at all.
    bool has_orders(Read& read) const;
    struct Waiting {
        std::uint64_t orders = 0;
        std::optional<std::int64_t> since;   ///< the earliest last save, Unix seconds
    };
    /// What was cleaned up waits for nothing while nothing is mirrored.
    enum class Cleaned : std::uint8_t { leave_out, include };
    /// Saved since they were last mirrored. By an index: as many rows as wait are looked at.
    Waiting waiting(Read& read, Cleaned cleaned) const;

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
    void select_copies(Read& read, std::span<const OrderId> ids, std::string_view for_update, std::map<OrderId, Copy>& found) const;
    void upsert(Unit& unit, std::span<const Entry> orders, std::vector<std::string_view> replaced, std::string_view version) const;

    std::string ledger_, counts_;
};

}  // namespace ordo::orders
