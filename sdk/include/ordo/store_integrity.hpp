/// Rows that no record of an order shows: nobody reads them, so a comparison of records cannot find them. Optional
/// interfaces of a store (`ordo.store.integrity/1`) and of what hangs on orders (`ordo.order_details.integrity/1`); the
/// verifier asks for both. Called from one thread at a time per `Read` or `Unit`.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include <ordo/database.hpp>
#include <ordo/types.hpp>

namespace ordo {

/// Ids above `after`, up to and including `until`; where `only` is not empty, of these just those.
/// A range that begins at 0 and names no ids includes rows that name no order at all (id NULL or 0).
struct IdRange {
    OrderId after{};
    OrderId until{INT64_MAX};
    std::span<const OrderId> only{};

    bool includes_rows_without_id() const noexcept { return after.value == 0 && only.empty(); }
};

/// Rows of one table that stand for nothing, of one order and one kind.
struct StrayRows {
    enum class Kind : std::uint8_t {
        orphan,      ///< the order they name is not there
        duplicate,   ///< the order has such a row already; the first one counts
        unknown,     ///< of a kind nobody reads: another address type, an order without a type
    };
    Kind kind;
    OrderId order;                    ///< 0: they name none
    std::string table;                ///< prefix included
    std::string what;                 ///< address type, meta key, column; may be empty
    std::vector<std::uint64_t> rows;  ///< primary keys, ascending
};

using EachStrayRows = std::function<void(const StrayRows&)>;

/// Optional ability of a store.
class StoreIntegrity {
public:
    static constexpr std::string_view interface_id = "ordo.store.integrity/1";
    virtual ~StoreIntegrity() = default;

    /// Those of the ids that the store has a row for, whatever it is: an order of an unknown type, a draft, another post.
    virtual std::vector<OrderId> find_existing(Read&, std::span<const OrderId> ids) = 0;
    /// Rows of the store's own tables, table by table, each ascending by order. A fixed number of queries.
    virtual void find_stray_rows(Read&, const IdRange& range, const EachStrayRows& each) = 0;
    /// Removes rows of one of the store's tables by their primary keys. Whoever calls has made sure, in the same unit,
    /// that `find_stray_rows` still names them. Throws `ordo.internal` for a table that is not the store's.
    virtual void remove_rows(Unit&, std::string_view table, std::span<const std::uint64_t> rows) = 0;
};

/// Optional ability beside `OrderDetails`: items and notes belong to orders of any store, so only the kernel knows whether
/// their order is there.
class OrderDetailsIntegrity {
public:
    static constexpr std::string_view interface_id = "ordo.order_details.integrity/1";
    virtual ~OrderDetailsIntegrity() = default;

    /// Orders that items or notes name, ascending, each once, at most `count_max`. Ids of other things may be among them.
    virtual std::vector<OrderId> list_owners(Read&, const IdRange& range, std::size_t count_max) = 0;
    /// The rows that name these orders, as orphans.
    virtual void find_rows_of(Read&, std::span<const OrderId> orders, const EachStrayRows& each) = 0;
};

/// Gathers rows that come ascending by order into one `StrayRows` a kind, table and `what`. For stores.
class StrayRowsOfOrders {
public:
    explicit StrayRowsOfOrders(const EachStrayRows& each) : each_(&each) {}
    StrayRowsOfOrders(const StrayRowsOfOrders&) = delete;
    StrayRowsOfOrders& operator=(const StrayRowsOfOrders&) = delete;

    void add(StrayRows::Kind kind, OrderId order, std::string_view table, std::string_view what, std::uint64_t row) {
        if (!gathered_.empty() && gathered_.front().order != order) finish();
        for (StrayRows& stray : gathered_) {
            if (stray.kind != kind || stray.table != table || stray.what != what) continue;
            stray.rows.push_back(row);
            return;
        }
        gathered_.push_back({kind, order, std::string(table), std::string(what), {row}});
    }
    /// Call after the last row.
    void finish() {
        for (const StrayRows& stray : gathered_) (*each_)(stray);
        gathered_.clear();
    }

private:
    const EachStrayRows* each_;
    std::vector<StrayRows> gathered_;
};

}  // namespace ordo
