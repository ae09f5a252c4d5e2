/// Splits a dump into statements and these into tokens, as MySQL does: comments left out, version comments opened,
/// strings decoded. Does not know what the statements mean. Belongs to one thread.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "kernel/transfer/dump_reader.hpp"

namespace ordo::transfer {

enum class TokenKind : std::uint8_t {
    end,              ///< of the dump
    word,             ///< a keyword or an unquoted name
    name,             ///< `in backticks`
    text,             ///< 'in quotes', decoded
    bytes,            ///< 0xABCD or x'ABCD', decoded
    bits,             ///< b'0101': its digits
    number,           ///< without its sign
    variable,         ///< @name, without the @
    system_variable,  ///< @@name, without the @@
    symbol,
};

struct Token {
    TokenKind kind = TokenKind::end;
    std::string text;

    bool is_symbol(char symbol) const noexcept { return kind == TokenKind::symbol && text[0] == symbol; }
    bool is_word(std::string_view word) const noexcept;  ///< whatever the case
};

bool same_word(std::string_view a, std::string_view b) noexcept;  ///< ASCII letters of either case are the same

class SqlTokens {
public:
    /// No value MySQL can send is longer (the largest `max_allowed_packet`); stops the reading of garbage.
    static constexpr std::size_t value_bytes_max = std::size_t{1} << 30;

    explicit SqlTokens(DumpReader& reader) : reader_(reader) {}

    /// To the first word of the next statement; false at the end of the dump.
    bool next_statement();
    std::uint64_t statement_line() const noexcept { return statement_line_; }

    /// The first token that is not consumed yet.
    const Token& current() const noexcept { return token_; }
    const Token& next();

    /// Consumes the token if it is the one.
    bool accept_word(std::string_view word);
    bool accept_symbol(char symbol);
    void expect_word(std::string_view word);
    void expect_symbol(char symbol);
    /// A table's or column's name, with backticks or without.
    std::string expect_name();
    /// The statement must be over here. Its `;` stays current, for what follows belongs to the next statement.
    void expect_end_of_statement();
    /// Everything up to the `;`.
    void skip_statement();
    /// From "(" to the ")" that closes it.
    void skip_parentheses();

    // Where the dump itself ends, these throw `import_truncated` instead: what is wrong is then that the rest is missing.
    [[noreturn]] void fail(std::string_view what);                             ///< import_bad_dump
    [[noreturn]] void fail_expected(std::string_view what);                    ///< import_bad_dump
    [[noreturn]] void fail_truncated(std::string_view what);                   ///< import_truncated, whatever follows
    /// import_statement_refused, with the statement's first words if SQL knows them. Values are never shown.
    [[noreturn]] void refuse(std::string_view why = {});

private:
    void skip_blanks();
    bool skip_comment();
    void skip_line();
    void skip_to_comment_end();
    void read_word();
    void read_number();
    void read_quoted(char quote);
    void read_variable();
    void read_hex_digits();
    void decode_hex();
    template <class Belongs>
    void append_while(Belongs belongs);
    bool ends_early();

    DumpReader& reader_;
    Token token_;
    bool in_version_comment_ = false;
    bool any_statement_ = false;
    std::uint64_t statement_line_ = 1;
    std::string first_words_;
    int words_to_note_ = 0;
};

}  // namespace ordo::transfer
