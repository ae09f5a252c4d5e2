/// See schema_installer.hpp.
#include "kernel/database/schema_installer.hpp"

#include <chrono>
#include <set>
#include <thread>

#include <fmt/format.h>

namespace ordo::database {
namespace {

std::set<std::string> names(Read& read, std::string_view sql, const std::string& table) {
    std::set<std::string> found;
    const BytesView value{table};
    read.query(sql, {&value, 1}, [&](const Row& row) { found.emplace(row.text(0)); });
    return found;
}

struct Missing {
    bool table = false;
    std::vector<std::string> columns;
    std::vector<const Index*> indexes;
};

Missing find_missing(Read& read, const SqlDialect& dialect, const Table& table) {
    Missing missing;
    if (!read.table_exists(table.name)) {
        missing.table = true;
        return missing;
    }
    const auto columns = names(read, dialect.column_names_sql(), table.name);
    for (const Column& column : table.columns)
        if (!columns.contains(column.name)) missing.columns.push_back(column.name);
    const auto indexes = names(read, dialect.index_names_sql(), table.name);
    for (const Index& index : table.indexes)
        if (!dialect.create_index(table, index).empty() && !indexes.contains(dialect.index_name(table, index)))
            missing.indexes.push_back(&index);
    return missing;
}

std::string join(const std::vector<std::string>& texts) {
    std::string joined;
    for (const std::string& text : texts) joined += (joined.empty() ? "" : ", ") + text;
    return joined;
}

}  // namespace

std::vector<std::string> find_problems(Database& database, const SqlDialect& dialect, const Schema& schema) {
    std::vector<std::string> problems;
    database.read([&](Read& read) {
        problems.clear();
        for (const Table& table : schema) {
            const Missing missing = find_missing(read, dialect, table);
            if (missing.table) problems.push_back(fmt::format("table {} is missing", table.name));
            for (const std::string& column : missing.columns)
                problems.push_back(fmt::format("column {} of table {} is missing", column, table.name));
            for (const Index* index : missing.indexes)
                problems.push_back(fmt::format("index {} of table {} is missing", index->name, table.name));
        }
    });
    return problems;
}

std::vector<std::string> install(SqlDatabase& database, const Schema& schema) {
    std::vector<std::string> created;
    database.run([&](DdlUnit& unit) {
        created.clear();
        for (const Table& table : schema) {
            const Missing missing = find_missing(unit, database.dialect(), table);
            if (missing.table) {
                unit.create_table(table);
                created.push_back("table " + table.name);
            }
            for (const Index* index : missing.indexes) {
                unit.execute(database.dialect().create_index(table, *index));
                created.push_back(fmt::format("index {} of {}", index->name, table.name));
            }
        }
    });
    // A statement whose connection was lost may still be at work on the server, which shows tables without their indexes then.
    for (int looks_left = database.dialect().has_transactional_ddl() ? 1 : 4;; std::this_thread::sleep_for(std::chrono::milliseconds(500))) {
        const auto problems = find_problems(database, database.dialect(), schema);
        if (problems.empty()) return created;
        if (--looks_left == 0)
            throw Error(errc::database_schema, "the tables are not as they must be: " + join(problems),
                        "an existing table is never altered; add what is missing, or move the table away");
    }
}

bool all_tables_exist(Read& read, const Schema& schema) {
    for (const Table& table : schema)
        if (!read.table_exists(table.name)) return false;
    return true;
}

}  // namespace ordo::database
