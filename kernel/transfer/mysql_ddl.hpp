/// MySQL's CREATE TABLE, as `SHOW CREATE TABLE` and so mysqldump writes it, read into an `ordo::Table`. Says no to what a
/// `Table` cannot hold and a shop's data would miss. Free of state; any thread with tokens of its own.
#pragma once

#include <string>
#include <string_view>

#include <ordo/schema.hpp>

#include "kernel/transfer/sql_tokens.hpp"

namespace ordo::transfer {

/// True: the statement is a CREATE TABLE, whose two words are consumed.
bool accept_create_table(SqlTokens& tokens);

/// From behind CREATE TABLE: the table's name.
std::string read_created_name(SqlTokens& tokens);

/// From behind the table's name to the `;`, which stays current.
Table read_created_table(SqlTokens& tokens, std::string name);

/// The tables of a text that is CREATE TABLE statements and nothing else. The last `;` may be missing.
Schema read_create_tables(std::string_view sql);

}  // namespace ordo::transfer
