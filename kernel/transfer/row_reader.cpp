/// Values of an INSERT as MySQL writes them. One thread.
#include "kernel/transfer/row_reader.hpp"

#include <algorithm>
#include <array>

#include <fmt/format.h>

namespace ordo::transfer {
namespace {

// What precedes a string whose bytes are what they are.
bool is_introducer(const Token& token) {
    constexpr std::array<std::string_view, 4> introducers{"_binary", "_utf8mb4", "_utf8mb3", "_utf8"};
    return token.kind == TokenKind::word &&
           std::any_of(introducers.begin(), introducers.end(), [&token](std::string_view word) { return same_word(token.text, word); });
}

}  // namespace

std::uint64_t RowReader::insert_rows(std::string_view table, const std::vector<std::string>& columns) {
    Insert insert;
    insert.table = table;
    insert.columns.assign(columns.begin(), columns.end());
    std::uint64_t rows = 0;
    do {
        read_row(columns.size());
        ++rows;
        if (values_.size() >= chunk_rows_max * columns.size() || bytes_.size() >= chunk_bytes_max) flush(insert);
    } while (tokens_.accept_symbol(','));
    tokens_.expect_end_of_statement();
    flush(insert);
    return rows;
}

void RowReader::read_row(std::size_t columns) {
    tokens_.expect_symbol('(');
    std::size_t count = 0;
    if (!tokens_.current().is_symbol(')')) {
        do {
            if (++count > columns) tokens_.fail(fmt::format("a row of more than the {} columns", columns));
            read_value();
        } while (tokens_.accept_symbol(','));
    }
    if (tokens_.current().is_symbol(')') && count < columns)
        tokens_.fail(fmt::format("a row of {} values, but there are {} columns", count, columns));
    tokens_.expect_symbol(')');
}

void RowReader::read_value() {
    const Token& token = tokens_.current();
    Value value{bytes_.size(), 0, false};
    if (token.kind == TokenKind::text || token.kind == TokenKind::bytes || token.kind == TokenKind::number) {
        bytes_ += token.text;
    } else if (token.is_word("NULL")) {
        value.is_null = true;
    } else if (token.is_symbol('-') || token.is_symbol('+')) {
        if (token.is_symbol('-')) bytes_ += '-';
        if (tokens_.next().kind != TokenKind::number) tokens_.fail_expected("a number");
        bytes_ += token.text;
    } else if (is_introducer(token)) {
        const TokenKind kind = tokens_.next().kind;
        if (kind != TokenKind::text && kind != TokenKind::bytes) tokens_.fail_expected("a string");
        bytes_ += token.text;
    } else {
        tokens_.fail_expected("a value");
    }
    value.size = bytes_.size() - value.begin;
    values_.push_back(value);
    tokens_.next();
}

void RowReader::flush(Insert& insert) {
    if (values_.empty()) return;
    insert.values.clear();
    insert.values.reserve(values_.size());
    for (const Value& value : values_)
        insert.values.push_back(value.is_null ? BytesView{} : BytesView{std::string_view(bytes_).substr(value.begin, value.size)});
    unit_.insert(insert);
    bytes_.clear();
    values_.clear();
}

}  // namespace ordo::transfer
