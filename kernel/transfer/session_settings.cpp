/// What a SET may be in a dump. One thread.
#include "kernel/transfer/session_settings.hpp"

#include <algorithm>
#include <array>
#include <string_view>

namespace ordo::transfer {
namespace {

std::string upper(std::string_view text) {
    std::string result(text);
    for (char& c : result)
        if (c >= 'a' && c <= 'z') c = static_cast<char>(c - 'a' + 'A');
    return result;
}

// A dump in another character set would be taken for UTF-8 and its names come out as rubbish.
void read_character_set(SqlTokens& tokens) {
    const Token& token = tokens.current();
    constexpr std::array<std::string_view, 4> read_as_utf8{"utf8mb4", "utf8mb3", "utf8", "binary"};
    const bool known = std::any_of(read_as_utf8.begin(), read_as_utf8.end(),
                                   [&token](std::string_view name) { return same_word(token.text, name); });
    if (!known) tokens.refuse("another character set than utf8mb4");
    tokens.next();
    if (tokens.accept_word("COLLATE")) tokens.next();
}

// Both change what a string is, and with it every row.
void check_sql_mode(SqlTokens& tokens) {
    const std::string modes = upper(tokens.current().text);
    for (const std::string_view mode : {"ANSI", "NO_BACKSLASH_ESCAPES"})
        if (modes.find(mode) != modes.npos) tokens.refuse("an SQL mode in which strings are written otherwise");
}

}  // namespace

void SessionSettings::read(SqlTokens& tokens) {
    do {
        read_assignment(tokens);
    } while (tokens.accept_symbol(','));
    tokens.expect_end_of_statement();
}

void SessionSettings::read_assignment(SqlTokens& tokens) {
    if (tokens.accept_word("NAMES") || tokens.accept_word("CHARSET")) return read_character_set(tokens);
    if (tokens.accept_word("CHARACTER")) {
        tokens.expect_word("SET");
        return read_character_set(tokens);
    }
    if (!tokens.accept_word("SESSION")) tokens.accept_word("LOCAL");
    std::string target = upper(tokens.current().text);
    const TokenKind kind = tokens.current().kind;
    for (const std::string_view scope : {"SESSION.", "LOCAL."})
        if (kind == TokenKind::system_variable && target.starts_with(scope)) target.erase(0, scope.size());
    const bool is_variable = kind == TokenKind::variable;
    if (!is_variable && kind != TokenKind::word && kind != TokenKind::system_variable) tokens.fail_expected("a setting");
    // What has a dot left is of the server (GLOBAL., PERSIST.).
    if (!is_variable && (target == "PASSWORD" || target.find('.') != target.npos)) tokens.refuse("no setting of the session");
    tokens.next();
    tokens.accept_symbol(':');
    if (!tokens.accept_symbol('=')) tokens.refuse("no setting of the session");
    const Token& value = tokens.current();
    if (value.is_symbol(',') || value.is_symbol(';')) tokens.fail_expected("a value");
    if (is_variable && target.starts_with("OLD_") && value.kind == TokenKind::system_variable && !saved_.insert(target).second)
        tokens.fail_truncated("another dump begins before the one ahead of it has ended");
    for (std::size_t depth = 0; depth > 0 || !value.is_symbol(','); tokens.next()) {
        if (value.is_symbol(';')) return;
        // A dump cut ahead of its last `;` and followed by another goes on with that one's SET.
        if (value.kind == TokenKind::end || value.is_word("SET")) tokens.fail_expected("';'");
        if (value.is_symbol('(')) ++depth;
        if (value.is_symbol(')') && depth > 0) --depth;
        if (value.kind == TokenKind::variable && !is_variable) saved_.erase(upper(value.text));
        if (value.kind == TokenKind::text && target == "SQL_MODE") check_sql_mode(tokens);
    }
}

}  // namespace ordo::transfer
