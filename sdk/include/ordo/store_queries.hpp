/// Queries that every store in SQL tables would write alike: the ascending stream of ids, and the counts. For stores that
/// keep one row an order. Functions without state; as thread-safe as the `Read` they get.
#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include <fmt/format.h>

#include <ordo/data_store.hpp>

namespace ordo {

/// Where a store keeps one row an order: the table (prefix included) and three of its columns.
struct OrderTable {
    std::string table;
    std::string_view id, type, status;
    bool every_row_is_an_order = false;   ///< so a type that only its column's collation takes for one of the types is one too
    std::string compared_type(const Dialect& dialect) const { return every_row_is_an_order ? std::string(type) : dialect.exact(type); }
};

/// What `OrderDataStore::list` promises, by the primary key.
inline std::vector<OrderStamp> list_orders(Read& read, const OrderTable& orders, const ListRequest& request) {
    std::vector<OrderStamp> stamps;
    if (request.types.empty()) return stamps;
    const std::string after = std::to_string(request.after.value);
    std::vector<BytesView> values{after};
    values.insert(values.end(), request.types.begin(), request.types.end());
    const std::string drafts = request.auto_drafts == AutoDrafts::include
                                   ? std::string{}
                                   : fmt::format(" AND ({} IS NULL OR {} <> 'auto-draft')", orders.status, read.dialect().exact(orders.status));
    read.query(fmt::format("SELECT {0}, {1} FROM {2} WHERE {0} > ? AND {3} IN {4}{5} ORDER BY {0} LIMIT {6}", orders.id, orders.type, orders.table,
                           orders.compared_type(read.dialect()), placeholders(request.types.size()), drafts, request.count_max),
               values, [&](const Row& row) { stamps.push_back({OrderId{row.number(0)}, std::string(row.text(1))}); });
    return stamps;
}

/// What `CapturedTables::find_stamps` promises.
inline std::vector<OrderStamp> find_order_stamps(Read& read, const OrderTable& orders, std::span<const OrderId> ids) {
    std::vector<OrderStamp> stamps;
    if (!ids.empty())
        read.query(fmt::format("SELECT {0}, {1} FROM {2} WHERE {0} IN {3} ORDER BY {0}", orders.id, orders.type, orders.table, id_list(ids)),
                   [&](const Row& row) { stamps.push_back({OrderId{row.number(0)}, std::string(row.text(1))}); });
    return stamps;
}

/// What `OrderDataStore::count` promises.
inline StoreCount count_orders(Read& read, const OrderTable& orders, std::span<const std::string> types) {
    StoreCount counted;
    if (types.empty()) return counted;
    const std::vector<BytesView> values(types.begin(), types.end());
    const Dialect& dialect = read.dialect();
    read.query(fmt::format("SELECT COUNT(*), SUM(CASE WHEN {} = 'auto-draft' THEN 1 ELSE 0 END) FROM {} WHERE {} IN {}", dialect.exact(orders.status),
                           orders.table, orders.compared_type(dialect), placeholders(types.size())),
               values, [&](const Row& row) {
                   counted.auto_drafts = row.number(1);
                   counted.orders = row.number(0) - counted.auto_drafts;
               });
    return counted;
}

}  // namespace ordo
