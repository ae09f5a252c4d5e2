/// The lexer behind `SqlTokens`. Runs of ordinary bytes are taken at once, so its cost is that of copying. One thread.
#include "kernel/transfer/sql_tokens.hpp"

#include <algorithm>
#include <array>

#include <fmt/format.h>

namespace ordo::transfer {
namespace {

// The only words of a refused statement that are shown: anything else could be somebody's name.
constexpr std::array<std::string_view, 77> sql_words{
    "ADD", "ALGORITHM", "ALTER", "ANALYZE", "BEGIN", "BINLOG", "CALL", "CHANGE", "CHECK", "COLUMN", "COMMIT", "CREATE", "DATA",
    "DATABASE", "DEFINER", "DELAYED", "DELETE", "DELIMITER", "DISABLE", "DO", "DROP", "ENABLE", "EVENT", "EXECUTE", "EXISTS", "FLUSH",
    "FROM", "FUNCTION", "GLOBAL", "GRANT", "HANDLER", "IF", "IGNORE", "INDEX", "INSERT", "INSTALL", "INTO", "KEY", "KEYS", "KILL",
    "LOAD", "LOCK", "NAMES", "OPTIMIZE", "OR", "PASSWORD", "PREPARE", "PRIMARY", "PRIVILEGES", "PROCEDURE", "PURGE", "RENAME",
    "REPLACE", "RESET", "REVOKE", "ROLE", "ROLLBACK", "SAVEPOINT", "SCHEMA", "SELECT", "SEQUENCE", "SET", "SHOW", "START", "TABLE",
    "TABLES", "TABLESPACE", "TEMPORARY", "TRANSACTION", "TRIGGER", "TRUNCATE", "UNIQUE", "UNLOCK", "UPDATE", "USE", "USER", "VIEW"};

constexpr std::string_view dump_hint =
    "Ordo reads what mysqldump writes for tables, plain or gzip: dump the shop's tables without --databases, views, triggers and routines";

constexpr char lower(char c) noexcept { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; }

constexpr bool is_blank(int c) noexcept { return c == ' ' || (c >= '\t' && c <= '\r'); }
constexpr bool is_digit(int c) noexcept { return c >= '0' && c <= '9'; }
constexpr bool is_letter(int c) noexcept { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); }
constexpr bool is_word_byte(int c) noexcept { return is_letter(c) || is_digit(c) || c == '_' || c == '$' || c >= 0x80; }

constexpr int hex_value(char c) noexcept {
    if (is_digit(c)) return c - '0';
    const char letter = lower(c);
    return letter >= 'a' && letter <= 'f' ? letter - 'a' + 10 : -1;
}

bool is_sql_word(std::string_view word) noexcept {
    return std::any_of(sql_words.begin(), sql_words.end(), [word](std::string_view known) { return same_word(known, word); });
}

}  // namespace

bool same_word(std::string_view a, std::string_view b) noexcept {
    return a.size() == b.size() && std::equal(a.begin(), a.end(), b.begin(), [](char x, char y) { return lower(x) == lower(y); });
}

bool Token::is_word(std::string_view word) const noexcept { return kind == TokenKind::word && same_word(text, word); }

bool SqlTokens::next_statement() {
    if (!any_statement_ && reader_.peek() == 0xEF && reader_.peek(1) == 0xBB && reader_.peek(2) == 0xBF) reader_.take(3);
    skip_blanks();
    while (reader_.peek() == ';') {
        reader_.take(1);
        skip_blanks();
    }
    statement_line_ = reader_.line();
    first_words_.clear();
    if (reader_.at_end()) {
        if (in_version_comment_) fail_truncated("the dump ends inside a comment");
        if (!any_statement_) throw reader_.error(errc::import_bad_dump, statement_line_, "no statement in it", std::string(dump_hint));
        return false;
    }
    words_to_note_ = 3;
    // Looked at before it is read: what begins like a string in a picture is no string that was cut off.
    const bool may_be_sql = any_statement_ || is_letter(reader_.peek());
    if (may_be_sql) next();
    if (!may_be_sql || (!any_statement_ && first_words_.empty()))
        throw reader_.error(errc::import_bad_dump, statement_line_, "this is no SQL", std::string(dump_hint));
    any_statement_ = true;
    return true;
}

const Token& SqlTokens::next() {
    skip_blanks();
    token_.text.clear();
    const int c = reader_.peek();
    if (c == DumpReader::end) {
        token_.kind = TokenKind::end;
    } else if (c == '\'' || c == '"' || c == '`') {
        token_.kind = c == '`' ? TokenKind::name : TokenKind::text;
        read_quoted(static_cast<char>(c));
    } else if (is_digit(c) || (c == '.' && is_digit(reader_.peek(1)))) {
        read_number();
    } else if (is_word_byte(c)) {
        read_word();
    } else if (c == '@') {
        read_variable();
    } else {
        token_.kind = TokenKind::symbol;
        token_.text.push_back(static_cast<char>(c));
        reader_.take(1);
    }
    if (words_to_note_ > 0) {
        if (token_.kind == TokenKind::word && is_sql_word(token_.text)) {
            if (!first_words_.empty()) first_words_ += ' ';
            first_words_ += token_.text;
            --words_to_note_;
        } else {
            words_to_note_ = 0;
        }
    }
    return token_;
}

void SqlTokens::skip_blanks() {
    for (;;) {
        const int c = reader_.peek();
        if (is_blank(c))
            reader_.take(1);
        else if ((c != '#' && c != '-' && c != '/' && c != '*') || !skip_comment())
            return;
    }
}

// Also a version comment's opening and closing: what stands between is no comment. False if no comment begins here.
bool SqlTokens::skip_comment() {
    const int first = reader_.peek();
    const int second = reader_.peek(1);
    if (first == '#') {
        skip_line();
        return true;
    }
    if (first == '-') {
        // MySQL wants a blank after the dashes: 5--1 is a sum.
        if (second != '-' || !(is_blank(reader_.peek(2)) || reader_.peek(2) == DumpReader::end)) return false;
        skip_line();
        return true;
    }
    if (first == '*') {
        if (!in_version_comment_ || second != '/') return false;
        reader_.take(2);
        in_version_comment_ = false;
        return true;
    }
    if (second != '*') return false;
    const bool mariadb_only = reader_.peek(2) == 'M' && reader_.peek(3) == '!';
    const bool versioned = mariadb_only || reader_.peek(2) == '!';
    reader_.take(mariadb_only ? 4 : versioned ? 3 : 2);
    int version = 0;
    for (int digits = 0; versioned && digits < 6 && is_digit(reader_.peek()); ++digits) {
        version = version * 10 + (reader_.peek() - '0');
        reader_.take(1);
    }
    // 999999 is a version no server has: how mariadb-dump hides its sandbox command.
    constexpr int no_server = 999999;
    if (!versioned || version == no_server) {
        skip_to_comment_end();
        return true;
    }
    if (in_version_comment_) fail("a comment begins that the one ahead of it has not ended");
    in_version_comment_ = true;
    return true;
}

void SqlTokens::skip_line() {
    for (std::string_view ahead = reader_.ahead(); !ahead.empty(); ahead = reader_.ahead()) {
        const std::size_t line_end = ahead.find('\n');
        reader_.take(std::min(line_end, ahead.size()));
        if (line_end != ahead.npos) return;
    }
}

void SqlTokens::skip_to_comment_end() {
    for (std::string_view ahead = reader_.ahead(); !ahead.empty(); ahead = reader_.ahead()) {
        reader_.take(std::min(ahead.find('*'), ahead.size()));
        if (reader_.peek() == '*' && reader_.peek(1) == '/') {
            reader_.take(2);
            return;
        }
        if (!reader_.at_end() && reader_.peek() == '*') reader_.take(1);
    }
    fail_truncated("the dump ends inside a comment");
}

template <class Belongs>
void SqlTokens::append_while(Belongs belongs) {
    for (std::string_view ahead = reader_.ahead(); !ahead.empty(); ahead = reader_.ahead()) {
        std::size_t count = 0;
        while (count < ahead.size() && belongs(static_cast<unsigned char>(ahead[count]))) ++count;
        if (token_.text.size() + count > value_bytes_max) fail("a value longer than 1 GiB");
        token_.text.append(ahead.substr(0, count));
        reader_.take(count);
        if (count < ahead.size()) return;
    }
}

void SqlTokens::read_word() {
    token_.kind = TokenKind::word;
    append_while(is_word_byte);
    if (token_.text.size() != 1 || reader_.peek() != '\'') return;
    const char letter = lower(token_.text[0]);
    if (letter != 'x' && letter != 'b') return;
    token_.text.clear();
    reader_.take(1);
    append_while([](int c) { return is_digit(c) || is_letter(c); });
    if (reader_.peek() != '\'') fail("a literal of digits that are none");
    reader_.take(1);
    token_.kind = letter == 'x' ? TokenKind::bytes : TokenKind::bits;
    if (letter == 'b' && token_.text.find_first_not_of("01") != token_.text.npos) fail("a literal of digits that are none");
    if (letter == 'x') decode_hex();
}

void SqlTokens::read_number() {
    token_.kind = TokenKind::number;
    if (reader_.peek() == '0' && reader_.peek(1) == 'x') {
        token_.kind = TokenKind::bytes;
        reader_.take(2);
        append_while(is_word_byte);
        if (token_.text.size() % 2 != 0) token_.text.insert(token_.text.begin(), '0');
        if (token_.text.empty()) fail("a literal of digits that are none");
        decode_hex();
        return;
    }
    append_while(is_digit);
    if (reader_.peek() == '.') {
        token_.text += '.';
        reader_.take(1);
        append_while(is_digit);
    }
    if (lower(static_cast<char>(reader_.peek())) == 'e') {
        token_.text += 'e';
        reader_.take(1);
        if (reader_.peek() == '-' || reader_.peek() == '+') {
            token_.text += static_cast<char>(reader_.peek());
            reader_.take(1);
        }
        if (!is_digit(reader_.peek())) fail("a number that is none");
        append_while(is_digit);
    }
    if (is_word_byte(reader_.peek())) fail("a number that is none");
}

void SqlTokens::decode_hex() {
    const std::string digits = std::move(token_.text);
    token_.text.clear();
    if (digits.size() % 2 != 0) fail("a literal of digits that are none");
    for (std::size_t i = 0; i < digits.size(); i += 2) {
        const int high = hex_value(digits[i]);
        const int low = hex_value(digits[i + 1]);
        if (high < 0 || low < 0) fail("a literal of digits that are none");
        token_.text.push_back(static_cast<char>(high * 16 + low));
    }
}

void SqlTokens::read_variable() {
    token_.kind = TokenKind::variable;
    reader_.take(1);
    if (reader_.peek() == '@') {
        token_.kind = TokenKind::system_variable;
        reader_.take(1);
    }
    append_while([](int c) { return is_word_byte(c) || c == '.'; });
}

void SqlTokens::read_quoted(char quote) {
    reader_.take(1);
    const char escape = quote == '`' ? quote : '\\';
    for (;;) {
        append_while([quote, escape](unsigned char c) {
            return c != static_cast<unsigned char>(quote) && c != static_cast<unsigned char>(escape);
        });
        if (reader_.at_end()) fail_truncated(quote == '`' ? "the dump ends inside a name" : "the dump ends inside a string");
        const bool escaped = reader_.peek() != quote;
        const int second = reader_.peek(1);
        if (!escaped && second != quote) {
            reader_.take(1);
            return;
        }
        if (second == DumpReader::end) fail_truncated("the dump ends inside a string");
        reader_.take(2);
        if (!escaped) {
            token_.text += quote;
            continue;
        }
        switch (second) {
            case '0': token_.text += '\0'; break;
            case 'n': token_.text += '\n'; break;
            case 'r': token_.text += '\r'; break;
            case 't': token_.text += '\t'; break;
            case 'b': token_.text += '\b'; break;
            case 'Z': token_.text += '\x1a'; break;
            case '%': token_.text += "\\%"; break;
            case '_': token_.text += "\\_"; break;
            default: token_.text += static_cast<char>(second);
        }
    }
}

bool SqlTokens::accept_word(std::string_view word) {
    if (!token_.is_word(word)) return false;
    next();
    return true;
}

bool SqlTokens::accept_symbol(char symbol) {
    if (!token_.is_symbol(symbol)) return false;
    next();
    return true;
}

void SqlTokens::expect_word(std::string_view word) {
    if (!accept_word(word)) fail_expected(word);
}

void SqlTokens::expect_symbol(char symbol) {
    if (!accept_symbol(symbol)) fail_expected(fmt::format("'{}'", symbol));
}

std::string SqlTokens::expect_name() {
    if (token_.kind != TokenKind::name && token_.kind != TokenKind::word) fail_expected("a name");
    std::string name = std::move(token_.text);
    next();
    return name;
}

void SqlTokens::expect_end_of_statement() {
    if (!token_.is_symbol(';')) refuse();
}

void SqlTokens::skip_statement() {
    while (!token_.is_symbol(';')) {
        if (token_.kind == TokenKind::end) fail_expected("';'");
        next();
    }
}

void SqlTokens::skip_parentheses() {
    std::size_t depth = 0;
    do {
        if (token_.is_symbol('(')) ++depth;
        if (token_.is_symbol(')')) --depth;
        if (token_.kind == TokenKind::end || token_.is_symbol(';')) fail_expected("')'");
        next();
    } while (depth > 0);
}

bool SqlTokens::ends_early() { return token_.kind == TokenKind::end || (!token_.is_symbol(';') && reader_.at_end()); }

void SqlTokens::fail_truncated(std::string_view what) {
    throw reader_.error(errc::import_truncated, reader_.line(), fmt::format("{} (the statement of line {})", what, statement_line_),
                        "copy or make the dump again");
}

void SqlTokens::fail(std::string_view what) {
    if (ends_early()) fail_truncated("the dump ends inside a statement");
    throw reader_.error(errc::import_bad_dump, reader_.line(), what, std::string(dump_hint));
}

void SqlTokens::fail_expected(std::string_view what) { fail(fmt::format("{} was expected here", what)); }

void SqlTokens::refuse(std::string_view why) {
    for (skip_blanks(); words_to_note_ > 0 && is_letter(reader_.peek()); skip_blanks()) next();
    if (ends_early()) fail_truncated("the dump ends inside a statement");
    std::string what = first_words_.empty() ? "a statement Ordo does not know" : first_words_;
    if (!why.empty()) what += fmt::format(" ({})", why);
    throw reader_.error(errc::import_statement_refused, statement_line_, "refused: " + what, std::string(dump_hint));
}

}  // namespace ordo::transfer
