/// Optional interface of a store whose rows are more than the orders in them (a post is one): it can let go of the orders and
/// keep the rows that other things hang on, and put orders back. Used by `LegacyDataHandler::cleanup_post_data`. Since 0.1.
#pragma once

#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <ordo/database.hpp>
#include <ordo/order_record.hpp>

namespace ordo {

/// One row of the store as it stands, every column of it.
struct StoredRow {
    OrderId order;
    std::string table;                                        ///< without prefix
    std::vector<std::pair<std::string, Bytes>> columns;
};

class BackupRows {
public:
    static constexpr std::string_view interface_id = "ordo.store.backup_rows/1";
    virtual ~BackupRows() = default;

    /// Every row of these orders, ascending by order and row; of ids that are no orders here, none.
    virtual std::vector<StoredRow> read_rows(Read&, std::span<const OrderId> ids) = 0;
    /// Lets go of the orders (ascending) that still are what `expected` says, as `OrderDataStore::read` gave it. What hangs on
    /// their ids keeps its place. Gives those it let go of.
    virtual std::vector<OrderId> clean_up(Unit&, std::span<const OrderRecord> expected) = 0;
    /// Puts rows back of orders that were let go of and whose place is still kept. Gives those it put back.
    virtual std::vector<OrderId> restore_rows(Unit&, std::span<const StoredRow> rows) = 0;
};

}  // namespace ordo
