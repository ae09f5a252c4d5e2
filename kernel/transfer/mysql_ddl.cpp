/// The grammar of CREATE TABLE. Character sets, engines, comments, checks and ON UPDATE are left out: they bear no data,
/// and whoever wrote the row has obeyed them already. One thread.
#include "kernel/transfer/mysql_ddl.hpp"

#include <algorithm>
#include <charconv>
#include <string_view>
#include <utility>

#include <fmt/format.h>

namespace ordo::transfer {
namespace {

class TableReader {
public:
    TableReader(SqlTokens& tokens, std::string name) : tokens_(tokens) { table_.name = std::move(name); }

    Table read() {
        if (!tokens_.current().is_symbol('(')) {
            if (tokens_.current().is_word("LIKE") || tokens_.current().is_word("AS") || tokens_.current().is_word("SELECT"))
                refuse("made like another table");
            tokens_.fail_expected("'('");
        }
        do {
            tokens_.next();
            read_definition();
        } while (tokens_.current().is_symbol(','));
        tokens_.expect_symbol(')');
        read_options();
        check();
        return std::move(table_);
    }

private:
    void read_definition() {
        const Token& token = tokens_.current();
        if (token.kind == TokenKind::name) return read_column();
        if (tokens_.accept_word("PRIMARY")) {
            tokens_.expect_word("KEY");
            if (!table_.primary_key.empty()) tokens_.fail("a second primary key");
            for (IndexPart& part : read_parts()) table_.primary_key.push_back(std::move(part.column));
            return skip_index_options();
        }
        if (tokens_.accept_word("UNIQUE")) return read_index(Index::Kind::unique);
        if (tokens_.accept_word("FULLTEXT")) return read_index(Index::Kind::full_text);
        if (token.is_word("KEY") || token.is_word("INDEX")) return read_index(Index::Kind::ordinary);
        if (token.is_word("CONSTRAINT") || token.is_word("FOREIGN")) refuse("constraints and foreign keys");
        for (const std::string_view word : {"SPATIAL", "CHECK", "PERIOD"})
            if (token.is_word(word)) refuse(word);
        read_column();
    }

    void read_index(Index::Kind kind) {
        if (!tokens_.accept_word("KEY")) tokens_.accept_word("INDEX");
        Index index;
        index.kind = kind;
        if (!tokens_.current().is_symbol('(')) index.name = tokens_.expect_name();
        index.parts = read_parts();
        if (index.name.empty()) index.name = index.parts.front().column;
        table_.indexes.push_back(std::move(index));
        skip_index_options();
    }

    std::vector<IndexPart> read_parts() {
        std::vector<IndexPart> parts;
        tokens_.expect_symbol('(');
        do {
            if (tokens_.current().is_symbol('(')) refuse("an index over an expression");
            IndexPart part;
            part.column = tokens_.expect_name();
            if (tokens_.accept_symbol('(')) {
                part.prefix = read_number<std::uint32_t>();
                tokens_.expect_symbol(')');
            }
            if (!tokens_.accept_word("ASC")) tokens_.accept_word("DESC");
            parts.push_back(std::move(part));
        } while (tokens_.accept_symbol(','));
        tokens_.expect_symbol(')');
        return parts;
    }

    void skip_index_options() {
        while (!tokens_.current().is_symbol(',') && !tokens_.current().is_symbol(')')) skip_token();
    }

    void read_column() {
        Column column;
        column.name = tokens_.expect_name();
        column.type = read_type();
        while (!tokens_.current().is_symbol(',') && !tokens_.current().is_symbol(')')) read_attribute(column);
        table_.columns.push_back(std::move(column));
    }

    ColumnType read_type() {
        if (tokens_.current().kind != TokenKind::word) tokens_.fail_expected("a type");
        ColumnType type{tokens_.expect_name(), {}, false};
        for (char& c : type.name)
            if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
        if (!tokens_.accept_symbol('(')) return type;
        do {
            if (!type.arguments.empty()) type.arguments += ',';
            const Token& token = tokens_.current();
            if (token.kind == TokenKind::number)
                type.arguments += token.text;
            else if (token.kind == TokenKind::text)
                type.arguments += quoted(token.text);
            else
                tokens_.fail_expected("a type's argument");
            tokens_.next();
        } while (tokens_.accept_symbol(','));
        tokens_.expect_symbol(')');
        return type;
    }

    void read_attribute(Column& column) {
        const auto accept = [this](std::string_view word) { return tokens_.accept_word(word); };
        if (accept("UNSIGNED") || accept("ZEROFILL")) {
            column.type.is_unsigned = true;
        } else if (accept("NOT")) {
            tokens_.expect_word("NULL");
            column.nullable = false;
        } else if (accept("NULL")) {
            column.nullable = true;
        } else if (accept("DEFAULT")) {
            read_default(column);
        } else if (accept("AUTO_INCREMENT")) {
            column.auto_increment = true;
        } else if (accept("ON")) {
            tokens_.expect_word("UPDATE");
            read_current_timestamp(column);
        } else if (accept("CHARACTER")) {
            tokens_.expect_word("SET");
            skip_token();
        } else if (accept("CHARSET") || accept("COLLATE") || accept("COMMENT")) {
            skip_token();
        } else if (accept("CHECK")) {
            if (!tokens_.current().is_symbol('(')) tokens_.fail_expected("'('");
            tokens_.skip_parentheses();
        } else if (tokens_.current().is_word("GENERATED") || tokens_.current().is_word("AS")) {
            refuse(fmt::format("the generated column {}", column.name));
        } else if (tokens_.current().kind == TokenKind::word) {
            refuse(fmt::format("an attribute of the column {}", column.name));
        } else {
            tokens_.fail_expected("a column's attribute");
        }
    }

    void read_default(Column& column) {
        if (tokens_.accept_word("NULL")) return;
        if (tokens_.current().kind == TokenKind::word && tokens_.current().text.starts_with('_')) tokens_.next();
        const std::string sign(tokens_.accept_symbol('-') ? 1 : 0, '-');
        switch (tokens_.current().kind) {
            case TokenKind::text:
            case TokenKind::bytes:
            case TokenKind::number: column.default_value = sign + tokens_.current().text; break;
            case TokenKind::bits: column.default_value = fmt::format("b'{}'", tokens_.current().text); break;
            case TokenKind::word: column.default_value = read_current_timestamp(column); return;
            case TokenKind::symbol:
                if (tokens_.current().is_symbol('(')) refuse_default(column);
                [[fallthrough]];
            default: tokens_.fail_expected("a default value");
        }
        tokens_.next();
    }

    std::string read_current_timestamp(const Column& column) {
        if (!tokens_.current().is_word("CURRENT_TIMESTAMP")) refuse_default(column);
        std::string text = tokens_.expect_name();
        if (!tokens_.accept_symbol('(')) return text;
        text += '(';
        if (tokens_.current().kind == TokenKind::number) text += std::to_string(read_number<std::uint32_t>());
        tokens_.expect_symbol(')');
        return text + ')';
    }

    void read_options() {
        while (!tokens_.current().is_symbol(';')) {
            if (tokens_.current().is_word("SELECT") || tokens_.current().is_word("AS")) refuse("filled from a query");
            if (!tokens_.accept_word("AUTO_INCREMENT")) {
                skip_token();
                continue;
            }
            tokens_.accept_symbol('=');
            table_.auto_increment_next = read_number<std::uint64_t>();
        }
    }

    void skip_token() {
        if (tokens_.current().kind == TokenKind::end || tokens_.current().is_symbol(';')) tokens_.fail_expected("more");
        if (tokens_.current().is_symbol('('))
            tokens_.skip_parentheses();
        else
            tokens_.next();
    }

    template <class Number>
    Number read_number() {
        const std::string& text = tokens_.current().text;
        Number number = 0;
        const auto [rest, problem] = std::from_chars(text.data(), text.data() + text.size(), number);
        if (tokens_.current().kind != TokenKind::number || problem != std::errc{} || rest != text.data() + text.size())
            tokens_.fail_expected("a number");
        tokens_.next();
        return number;
    }

    // Keys take over the columns' own spelling: MySQL does not tell `ID` from `id` there, others do.
    void check() {
        for (std::size_t i = 0; i < table_.columns.size(); ++i)
            if (column_called(table_.columns[i].name) != table_.columns[i].name || position(table_.columns[i].name) != i)
                fail("a column twice");
        for (std::string& key : table_.primary_key) key = column_called(key);
        for (Index& index : table_.indexes)
            for (IndexPart& part : index.parts) part.column = column_called(part.column);
    }

    std::size_t position(std::string_view name) const {
        const auto found = std::find_if(table_.columns.begin(), table_.columns.end(),
                                        [name](const Column& column) { return same_word(column.name, name); });
        return static_cast<std::size_t>(found - table_.columns.begin());
    }

    const std::string& column_called(std::string_view name) {
        const std::size_t place = position(name);
        if (place == table_.columns.size()) fail("a key over a column there is not");
        return table_.columns[place].name;
    }

    // As SHOW CREATE TABLE spells it.
    static std::string quoted(std::string_view text) {
        std::string literal = "'";
        for (const char c : text) {
            if (c == '\'' || c == '\\') literal += c;
            literal += c;
        }
        return literal + "'";
    }

    [[noreturn]] void fail(std::string_view what) { tokens_.fail(fmt::format("{}: {}", table_.name, what)); }
    [[noreturn]] void refuse(std::string_view what) { tokens_.refuse(fmt::format("{}: {}", table_.name, what)); }
    [[noreturn]] void refuse_default(const Column& column) {
        refuse(fmt::format("the column {} has an expression for a default", column.name));
    }

    SqlTokens& tokens_;
    Table table_;
};

}  // namespace

bool accept_create_table(SqlTokens& tokens) { return tokens.accept_word("CREATE") && tokens.accept_word("TABLE"); }

std::string read_created_name(SqlTokens& tokens) {
    if (tokens.accept_word("IF")) {
        tokens.expect_word("NOT");
        tokens.expect_word("EXISTS");
    }
    return tokens.expect_name();
}

Table read_created_table(SqlTokens& tokens, std::string name) { return TableReader(tokens, std::move(name)).read(); }

Schema read_create_tables(std::string_view sql) {
    const auto last = sql.find_last_not_of(" \t\r\n;");
    if (last == std::string_view::npos) return {};
    const std::string whole = std::string(sql.substr(0, last + 1)) + "\n;";
    DumpReader reader("the statements", text_source(whole));
    SqlTokens tokens(reader);
    Schema schema;
    while (tokens.next_statement()) {
        if (!accept_create_table(tokens)) tokens.refuse();
        std::string name = read_created_name(tokens);
        schema.push_back(read_created_table(tokens, std::move(name)));
    }
    return schema;
}

}  // namespace ordo::transfer
