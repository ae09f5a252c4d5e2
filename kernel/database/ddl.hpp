/// Making and dropping tables. Apart from units of work because MariaDB commits on every such statement.
#pragma once

#include <functional>
#include <string_view>

#include <ordo/database.hpp>
#include <ordo/schema.hpp>

namespace ordo::database {

/// Inside `Ddl::run`: tables may be made and dropped between writes.
class DdlUnit : public Unit {
public:
    virtual void create_table(const Table& table) = 0;
    /// Nothing happens if it does not exist.
    virtual void drop_table(std::string_view table) = 0;
};

class Ddl {
public:
    virtual ~Ddl() = default;
    /// Runs the body so that after a throw the database is as it was before. On SQLite by one transaction.
    virtual void run(const std::function<void(DdlUnit&)>& body) = 0;
};

}  // namespace ordo::database
