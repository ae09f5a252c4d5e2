/// Runs a dump's statements on the database: which there are, and when the dump as a whole is to be refused. One thread an
/// import; importers share nothing.
#include "kernel/transfer/dump_importer.hpp"

#include <algorithm>
#include <chrono>
#include <map>
#include <set>
#include <utility>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "kernel/transfer/dump_reader.hpp"
#include "kernel/transfer/mysql_ddl.hpp"
#include "kernel/transfer/row_reader.hpp"
#include "kernel/transfer/session_settings.hpp"
#include "kernel/transfer/sql_tokens.hpp"

namespace ordo::transfer {
namespace {

/// One reading of the dump into the database.
class ImportRun {
public:
    ImportRun(DumpReader& reader, database::DdlUnit& unit, ExistingTables existing, std::string_view table_prefix)
        : reader_(reader), tokens_(reader), unit_(unit), rows_(tokens_, unit), existing_(existing), table_prefix_(table_prefix) {}

    ImportReport run() {
        while (tokens_.next_statement()) run_statement();
        check_whole();
        check_shop();
        return std::move(report_);
    }

private:
    void run_statement() {
        if (tokens_.current().is_word("INSERT")) return insert();
        if (tokens_.current().is_word("CREATE")) return create_table();
        if (tokens_.accept_word("SET")) return settings_.read(tokens_);
        if (tokens_.accept_word("DROP")) return drop_table();
        if (tokens_.accept_word("LOCK") || tokens_.accept_word("UNLOCK")) {
            if (!tokens_.accept_word("TABLES")) tokens_.refuse();
            return tokens_.skip_statement();
        }
        if (tokens_.accept_word("ALTER")) return alter_keys();
        tokens_.refuse();
    }

    void create_table() {
        if (!accept_create_table(tokens_)) tokens_.refuse();
        Table table = read_created_table(tokens_, read_created_name(tokens_));
        if (columns_.contains(table.name)) tokens_.fail(fmt::format("the table {} a second time", table.name));
        if (existing_ == ExistingTables::refuse && unit_.table_exists(table.name)) refuse_existing(table.name);
        if (existing_ == ExistingTables::replace) unit_.drop_table(table.name);
        unit_.create_table(table);

        std::vector<std::string>& columns = columns_[table.name];
        for (Column& column : table.columns) columns.push_back(std::move(column.name));
        dropped_.erase(table.name);
        report_.tables.push_back({std::move(table.name), 0});
    }

    // Names all such tables, so that one reading tells what `--replace` would take away.
    [[noreturn]] void refuse_existing(std::string first) {
        std::vector<std::string> tables{std::move(first)};
        const std::uint64_t line = tokens_.statement_line();
        while (tokens_.next_statement()) {
            if (accept_create_table(tokens_)) {
                std::string name = read_created_name(tokens_);
                if (!columns_.contains(name) && unit_.table_exists(name)) tables.push_back(std::move(name));
            }
            tokens_.skip_statement();
        }
        throw reader_.error(errc::import_table_exists, line, fmt::format("there already: {}", fmt::join(tables, ", ")),
                            "--replace drops these tables and takes the dump's");
    }

    // Only noted: with `replace` a table goes when its successor comes, without it there is none to drop.
    void drop_table() {
        if (!tokens_.accept_word("TABLE") || !tokens_.accept_word("IF") || !tokens_.accept_word("EXISTS")) tokens_.refuse();
        do {
            std::string name = tokens_.expect_name();
            if (columns_.contains(name)) tokens_.fail(fmt::format("drops the table {}, which it made", name));
            dropped_.emplace(std::move(name), tokens_.statement_line());
        } while (tokens_.accept_symbol(','));
        tokens_.expect_end_of_statement();
    }

    void alter_keys() {
        if (!tokens_.accept_word("TABLE")) tokens_.refuse();
        tokens_.expect_name();
        if ((!tokens_.accept_word("DISABLE") && !tokens_.accept_word("ENABLE")) || !tokens_.accept_word("KEYS")) tokens_.refuse();
        tokens_.expect_end_of_statement();
    }

    void insert() {
        tokens_.next();
        if (!tokens_.accept_word("INTO")) tokens_.refuse();
        const std::string table = tokens_.expect_name();
        const auto made = columns_.find(table);
        if (made == columns_.end()) tokens_.refuse("into a table this dump does not create");
        const std::vector<std::string>* columns = &made->second;
        std::vector<std::string> named;
        if (tokens_.current().is_symbol('(')) {
            named = read_column_list(made->second);
            columns = &named;
        }
        if (!tokens_.accept_word("VALUES")) tokens_.refuse();
        const std::uint64_t rows = rows_.insert_rows(table, *columns);
        const auto same_table = [&table](const ImportReport::TableRows& entry) { return entry.table == table; };
        std::find_if(report_.tables.begin(), report_.tables.end(), same_table)->rows += rows;
        report_.rows += rows;
    }

    std::vector<std::string> read_column_list(const std::vector<std::string>& columns) {
        std::vector<std::string> named;
        do {
            tokens_.next();
            std::string name = tokens_.expect_name();
            const auto same_name = [&name](const std::string& column) { return same_word(column, name); };
            if (std::none_of(columns.begin(), columns.end(), same_name)) tokens_.fail("a column the table does not have");
            if (std::any_of(named.begin(), named.end(), same_name)) tokens_.fail("a column twice");
            named.push_back(std::move(name));
        } while (tokens_.current().is_symbol(','));
        tokens_.expect_symbol(')');
        return named;
    }

    void check_whole() {
        if (!settings_.restored())
            throw reader_.error(errc::import_truncated, reader_.line(), "the dump ends before its session settings are restored",
                                "copy or make the dump again");
        if (!dropped_.empty())
            throw reader_.error(errc::import_statement_refused, dropped_.begin()->second,
                                fmt::format("refused: DROP TABLE of {}, which this dump does not create", dropped_.begin()->first));
    }

    void check_shop() {
        std::set<std::string> prefixes;
        for (const auto& [name, columns] : columns_) {
            for (const std::string_view shop_table : {"posts", "wc_orders"}) {
                if (!name.ends_with(shop_table)) continue;
                const std::string prefix = name.substr(0, name.size() - shop_table.size());
                if (prefix == table_prefix_) return;
                prefixes.insert('"' + prefix + '"');
            }
        }
        throw Error(errc::import_not_a_shop,
                    fmt::format("the dump has neither {0}posts nor {0}wc_orders, so it is no shop with the prefix \"{0}\"", table_prefix_),
                    prefixes.empty() ? "dump the tables of a WooCommerce shop, or set table_prefix to the shop's"
                                     : fmt::format("set table_prefix to the shop's; by its tables it is {}", fmt::join(prefixes, " or ")));
    }

    DumpReader& reader_;
    SqlTokens tokens_;
    database::DdlUnit& unit_;
    RowReader rows_;
    ExistingTables existing_;
    std::string table_prefix_;
    SessionSettings settings_;
    std::map<std::string, std::vector<std::string>> columns_;  // of the tables made
    std::map<std::string, std::uint64_t> dropped_;             // and not made yet; the line
    ImportReport report_;
};

class MysqlDumpImporter final : public DumpImporter {
public:
    MysqlDumpImporter(Database& database, database::Ddl& ddl, std::string table_prefix)
        : database_(database), ddl_(ddl), table_prefix_(std::move(table_prefix)) {}

    ImportReport import_dump(const std::filesystem::path& dump, const ImportOptions& options) override {
        const auto began = std::chrono::steady_clock::now();
        const auto each_block = [&options](std::uint64_t bytes_read) {
            if (options.progress) options.progress(bytes_read);
            if (options.stop_requested && options.stop_requested())
                throw Error(errc::import_interrupted, "the import was interrupted; the database is as it was");
        };
        ImportReport report;
        // The body may run again, so everything it reads and counts begins in it.
        ddl_.run([&](database::DdlUnit& unit) {
            DumpReader reader(dump.string(), open_dump_file(dump), each_block);
            report = ImportRun(reader, unit, options.existing, table_prefix_).run();
        });
        report.seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - began).count();
        return report;
    }

    std::vector<std::string> existing_tables(const std::filesystem::path& dump) override {
        DumpReader reader(dump.string(), open_dump_file(dump));
        SqlTokens tokens(reader);
        std::vector<std::string> tables;
        while (tokens.next_statement()) {
            if (accept_create_table(tokens)) tables.push_back(read_created_name(tokens));
            tokens.skip_statement();
        }
        try {
            database_.read([&tables](Read& read) {
                std::erase_if(tables, [&read](const std::string& table) { return !read.table_exists(table); });
            });
        } catch (const Error& error) {
            if (error.code() != errc::database_missing) throw;
            tables.clear();  // no database yet, so none of them exists; what else may be wrong the import itself will tell
        }
        return tables;
    }

private:
    Database& database_;
    database::Ddl& ddl_;
    std::string table_prefix_;
};

}  // namespace

std::unique_ptr<DumpImporter> make_dump_importer(Database& database, database::Ddl& ddl, std::string table_prefix) {
    return std::make_unique<MysqlDumpImporter>(database, ddl, std::move(table_prefix));
}

}  // namespace ordo::transfer
