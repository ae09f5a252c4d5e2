/// The rows of an INSERT, taken from the dump one by one and written some hundred at a time, so that neither the length of
/// the statement nor that of the dump costs memory. Belongs to one thread.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include <ordo/database.hpp>

#include "kernel/transfer/sql_tokens.hpp"

namespace ordo::transfer {

class RowReader {
public:
    static constexpr std::size_t chunk_rows_max = 500;
    static constexpr std::size_t chunk_bytes_max = 1024 * 1024;

    RowReader(SqlTokens& tokens, Unit& unit) : tokens_(tokens), unit_(unit) {}

    /// From behind VALUES to the `;`, which stays current. Gives the number of rows written.
    std::uint64_t insert_rows(std::string_view table, const std::vector<std::string>& columns);

private:
    // By place, for the bytes move while they grow.
    struct Value {
        std::size_t begin = 0;
        std::size_t size = 0;
        bool is_null = false;
    };

    void read_row(std::size_t columns);
    void read_value();
    void flush(Insert& insert);

    SqlTokens& tokens_;
    Unit& unit_;
    std::string bytes_;
    std::vector<Value> values_;
};

}  // namespace ordo::transfer
