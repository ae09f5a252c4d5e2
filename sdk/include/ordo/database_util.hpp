/// Work on tables for installers and tools. A thin face of the schema installer and the mapping of fields. The role and its
/// methods are WooCommerce's `DatabaseUtil` (document 004 section 8.5). Implemented by the kernel; any thread.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include <ordo/order_fields.hpp>
#include <ordo/types.hpp>

namespace ordo {

/// What becomes of a table that still has rows.
enum class RowsInTable : std::uint8_t {
    refuse,   ///< it is not dropped
    drop,     ///< they go with it
};

class DatabaseUtil {
public:
    virtual ~DatabaseUtil() = default;

    /// Creates the tables and indexes of `CREATE TABLE` statements that are missing, in this database's dialect, and gives
    /// what was made ("table wp_x", "index y of wp_x"). A table that is there is never altered: if a column is missing it
    /// throws `ordo.database.schema`. Throws `ordo.import.bad_dump` or `.statement_refused` for anything but CREATE TABLE.
    virtual std::vector<std::string> dbdelta(std::string_view sql) = 0;
    /// The tables of these `CREATE TABLE` statements that do not exist; without statements: of all stores, of items, notes
    /// and options. Whole names, prefix included.
    virtual std::vector<std::string> get_missing_tables(std::string_view sql = {}) = 0;
    /// Drops a table (whole name). False: there is none. Throws `ordo.database.table_needed` where orders would be lost or
    /// the shop needs it - HPOS tables go only while posts are authoritative, compatibility mode is off and no order is in
    /// them - and where it has rows and `rows` does not say that they may go.
    virtual bool drop_database_table(std::string_view table, RowsInTable rows = RowsInTable::refuse) = 0;
    /// Makes a column a table's primary key. False: the table has one already. SQLite cannot add one to a table that is
    /// there; a unique index takes its place. Throws `ordo.database.schema` if there is no such table or column, or if the
    /// column has a NULL.
    virtual bool create_primary_key(std::string_view table, std::string_view column) = 0;
    /// A value as a column of the HPOS tables holds it. `type`: decimal, int, bool, string, date (`YYYY-MM-DD HH:MM:SS`,
    /// UTC) or date_epoch (seconds since 1970); NULL and an empty date are NULL. What does not fit entirely comes with the
    /// rule it broke. Throws `ordo.usage` for another type.
    virtual ColumnValue format_object_value_for_db(BytesView value, std::string_view type) = 0;
    /// Whether the table of addresses has the full-text index `order_addresses_fts`. Always false on SQLite.
    virtual bool fts_index_on_order_address_table_exists() = 0;
};

}  // namespace ordo
