/// Reads mysqldumps into the configured database. See `ordo::DumpImporter`.
#pragma once

#include <memory>
#include <string>

#include <ordo/database.hpp>
#include <ordo/order_transfer.hpp>

#include "kernel/database/ddl.hpp"

namespace ordo::transfer {

/// `table_prefix`: the dump must hold the posts or the orders table of this prefix, else it is no shop of ours.
std::unique_ptr<DumpImporter> make_dump_importer(Database& database, database::Ddl& ddl, std::string table_prefix);

}  // namespace ordo::transfer
