/// Optional interface of a store whose tables other programs write too: which tables those are, so that triggers can note
/// whose rows were written (`ForeignCapture`). Any thread. Since 0.1.
#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include <ordo/data_store.hpp>

namespace ordo {

/// A table of the store, each row of which belongs to one order or to something else.
struct CapturedTable {
    std::string table;                       ///< whole, prefix included
    std::string order_column;                ///< the order's id; rows in which it is NULL belong to none
    std::string kind_column = {};            ///< empty: rows do not say what they belong to
    std::vector<std::string> other_kinds = {};   ///< of `kind_column`: rows that certainly belong to no order. Letters, digits, _ and - only
};

class CapturedTables {
public:
    static constexpr std::string_view interface_id = "ordo.store.captured_tables/1";
    virtual ~CapturedTables() = default;

    virtual std::vector<CapturedTable> captured_tables() const = 0;
    /// Id and type of those of the ids (ascending) that the store has a row of, ascending. Rows of other things may be among them.
    virtual std::vector<OrderStamp> find_stamps(Read&, std::span<const OrderId> ids) = 0;
};

}  // namespace ordo
