/// Creates what is missing of a schema, and verifies what is there. An existing table is used as it is; only missing
/// tables and indexes are made. Idempotent.
#pragma once

#include <string>
#include <vector>

#include <ordo/schema.hpp>

#include "kernel/database/sql_database.hpp"

namespace ordo::database {

/// What was made: "table wp_wc_orders", "index order_key of wp_wc_order_operational_data". Verifies it afterwards;
/// throws `ordo.database.schema` if something is still missing.
std::vector<std::string> install(SqlDatabase& database, const Schema& schema);

/// What is missing: tables, columns, indexes. Writes nothing.
std::vector<std::string> find_problems(Database& database, const SqlDialect& dialect, const Schema& schema);

/// Whether all tables are there.
bool all_tables_exist(Read& read, const Schema& schema);

}  // namespace ordo::database
