/// Which orders to find: simple conditions that all must hold. Values; any thread.
/// Source: the arguments of WooCommerce's `wc_get_orders`; where it would find everything for a value it cannot understand,
/// nothing is found here.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include <ordo/database.hpp>
#include <ordo/order_fields.hpp>

namespace ordo {

/// Instants of a date field: from the first, up to and without the last; an absent end is open. Orders without the date are
/// not found.
struct DateCondition {
    FieldId field = FieldId::date_created_gmt;
    std::optional<UtcSeconds> from, before;
};

/// The field has one of these values, in canonical text: texts compare by the column's collation (letters' case and accents do
/// not matter), amounts as numbers. What is no value of the field's type finds nothing.
struct FieldCondition {
    FieldId field;
    std::vector<std::string> any_of;
};

enum class OrderBy : std::uint8_t {
    id, date_created, date_modified, total,
    given,  ///< as `ids` lists them, whatever the direction; without ids: by id
};

/// What a store is asked. Ids and the like that are empty are no condition.
struct OrderQuery {
    std::vector<std::string> types;           ///< empty: every order type but refunds
    std::vector<std::string> statuses;        ///< with or without `wc-`; empty: all but auto-drafts and trash; `all`: these too
    std::vector<OrderId> ids, exclude, parents;
    std::vector<std::variant<std::uint64_t, std::string>> customers;  ///< an id (0: guests) or a billing e-mail; any of them
    std::vector<FieldCondition> fields;
    std::vector<DateCondition> dates;
    OrderBy order_by = OrderBy::id;           ///< equal values by id, in the same direction
    bool descending = false;
    std::size_t limit = 0;                    ///< 0: all
    std::size_t page = 1;                     ///< of `limit` orders, from 1
};

/// How many orders of a type have a status, both as they are stored.
struct StatusCount {
    std::string type, status;
    std::uint64_t orders = 0;
};

/// Optional: a store that finds orders itself. `types` and `statuses` are given as they are stored, and never empty.
/// Values that stand in overflow are found by what the store holds of them.
class OrderSearch {
public:
    static constexpr std::string_view interface_id = "ordo.store.query/2";
    virtual ~OrderSearch() = default;

    virtual std::vector<OrderId> find(Read&, const OrderQuery& query) = 0;
    /// Without `limit` and `page`.
    virtual std::uint64_t count(Read&, const OrderQuery& query) = 0;
    /// Of the orders of these types, in any status; those that none has are left out.
    virtual std::vector<StatusCount> count_by_status(Read&, std::span<const std::string> types) = 0;
};

}  // namespace ordo
