/// Tables as data. A store describes its tables once; the kernel filters the description
/// (`woocommerce_orders_table_schema`), spells it in the database's dialect, runs it and verifies it. Values; any thread.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace ordo {

/// A column's type by its MySQL name; dialects translate.
struct ColumnType {
    std::string name;           ///< lower case, without lengths: "bigint", "varchar", "decimal", "text", "datetime" …
    std::string arguments;      ///< what stands in its parentheses: "20", "26,8"; may be empty
    bool is_unsigned = false;
    friend bool operator==(const ColumnType&, const ColumnType&) = default;
};

struct Column {
    std::string name;
    ColumnType type;
    bool nullable = true;
    std::optional<std::string> default_value;  ///< unquoted, or current_timestamp(); absent: none, or NULL if nullable
    bool auto_increment = false;
    friend bool operator==(const Column&, const Column&) = default;
};

struct IndexPart {
    std::string column;
    std::uint32_t prefix = 0;                  ///< indexed characters; 0: all of it. SQLite always indexes all of it
    friend bool operator==(const IndexPart&, const IndexPart&) = default;
};

struct Index {
    enum class Kind : std::uint8_t { ordinary, unique, full_text };
    std::string name;
    std::vector<IndexPart> parts;
    Kind kind = Kind::ordinary;
    friend bool operator==(const Index&, const Index&) = default;
};

struct Table {
    std::string name;                          ///< whole, prefix included
    std::vector<Column> columns;
    std::vector<std::string> primary_key;
    std::vector<Index> indexes;
    std::uint64_t auto_increment_next = 0;     ///< the next id to be given; 0: as the rows say
};

using Schema = std::vector<Table>;

/// Short spellings for schema literals.
namespace columns {
inline Column id(std::string name, bool auto_increment = false) {
    return {std::move(name), {"bigint", "20", true}, false, std::nullopt, auto_increment};
}
inline Column nullable(std::string name, ColumnType type) { return {std::move(name), std::move(type), true, std::nullopt, false}; }
inline Column required(std::string name, ColumnType type, std::optional<std::string> default_value = std::nullopt) {
    return {std::move(name), std::move(type), false, std::move(default_value), false};
}
inline ColumnType bigint() { return {"bigint", "20", true}; }
inline ColumnType integer(std::string width = "11") { return {"int", std::move(width), false}; }
inline ColumnType flag() { return {"tinyint", "1", false}; }
inline ColumnType varchar(int characters) { return {"varchar", std::to_string(characters), false}; }
inline ColumnType text() { return {"text", "", false}; }
inline ColumnType tinytext() { return {"tinytext", "", false}; }
inline ColumnType longtext() { return {"longtext", "", false}; }
inline ColumnType amount() { return {"decimal", "26,8", false}; }
inline ColumnType datetime() { return {"datetime", "", false}; }
}  // namespace columns

}  // namespace ordo
