/// MySQL's CREATE TABLE, as `SHOW CREATE TABLE` and so mysqldump writes it, read into an `ordo::Table`. Says no to what a
/// `Table` cannot hold and a shop's data would miss. Free of state; any thread with tokens of its own.
#pragma once

#include <string>

#include <ordo/schema.hpp>

#include "kernel/transfer/sql_tokens.hpp"

namespace ordo::transfer {

/// From behind CREATE TABLE: the table's name.
std::string read_created_name(SqlTokens& tokens);

/// From behind the table's name to the `;`, which stays current.
Table read_created_table(SqlTokens& tokens, std::string name);

}  // namespace ordo::transfer
