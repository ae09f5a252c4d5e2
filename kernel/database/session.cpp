/// See session.hpp. Results are always read as texts: SOCI's own types would turn amounts into binary fractions and
/// dates into `std::tm`.
#include "kernel/database/session.hpp"

#include <map>
#include <vector>

#include <fmt/format.h>
#include <soci/soci.h>

namespace ordo::database {
namespace {

// Statements with id lists differ every time; caching them would only push out the others.
constexpr std::size_t cached_sql_bytes_max = 1500;
constexpr std::size_t cached_statements_max = 100;

/// SOCI wants `:name` where we write `?`. Texts in quotes are left alone.
std::string named_placeholders(std::string_view sql) {
    std::string named;
    named.reserve(sql.size() + 32);
    char quote = 0;
    int count = 0;
    for (const char c : sql) {
        if (quote) {
            if (c == quote) quote = 0;
        } else if (c == '\'' || c == '"' || c == '`') {
            quote = c;
        } else if (c == '?') {
            named += fmt::format(":v{}", ++count);
            continue;
        }
        named += c;
    }
    return named;
}

/// The beginning of a statement, for messages: it holds no values, they are bound.
std::string beginning(std::string_view sql) {
    std::string text;
    for (const char c : sql.substr(0, 80)) text += c == '\n' ? ' ' : c;
    return sql.size() > 80 ? text + "…" : text;
}

}  // namespace

struct Session::Prepared {
    Prepared(soci::session& connection, const SqlDialect& dialect, std::string_view sql, std::size_t values)
        : statement(connection), in(values), in_null(values, soci::i_ok) {
        statement.alloc();
        statement.prepare(named_placeholders(sql));
        for (std::size_t i = 0; i < values; ++i) statement.exchange(soci::use(in[i], in_null[i]));
        const std::size_t columns = dialect.result_columns(statement);
        out.resize(columns);
        out_null.resize(columns, soci::i_ok);
        row.resize(columns);
        for (std::size_t i = 0; i < columns; ++i) statement.exchange(soci::into(out[i], out_null[i]));
        statement.define_and_bind();
    }

    soci::statement statement;
    std::vector<std::string> in, out;                 // SOCI keeps their addresses: never resized again
    std::vector<soci::indicator> in_null, out_null;
    std::vector<BytesView> row;
    bool in_use = false;
};

struct Session::Cache {
    std::map<std::string, std::unique_ptr<Prepared>, std::less<>> statements;
};

/// A prepared statement for the length of a call: from the cache, or made for this call.
class Session::Loan {
public:
    Loan() = default;
    Loan(const Loan&) = delete;
    Loan& operator=(const Loan&) = delete;
    ~Loan() {
        if (prepared) prepared->in_use = false;
    }
    Prepared* prepared = nullptr;
    std::unique_ptr<Prepared> own;
};

Session::Session(const SqlDialect& dialect, Access access)
    : dialect_(dialect), connection_(dialect.connect(access)), cache_(std::make_unique<Cache>()) {}

Session::~Session() = default;

void Session::fail(const soci::soci_error& error, std::string_view sql) {
    const Failure failure = dialect_.explain(error);
    const char* hint = failure.code == errc::database_full   ? "make room, then run the command again: nothing half-written is left"
                       : failure.code == errc::database_busy ? "another program holds the database; run the command again when it is done"
                                                             : "";
    throw Error(failure.code, fmt::format("{}: {} (in: {})", dialect_.description(), failure.message, beginning(sql)), hint);
}

Session::Prepared& Session::bind(Loan& loan, std::string_view sql, std::span<const BytesView> values) {
    const auto found = cache_->statements.find(sql);
    if (found != cache_->statements.end() && !found->second->in_use && found->second->in.size() == values.size()) {
        loan.prepared = found->second.get();
    } else {
        auto made = std::make_unique<Prepared>(*connection_, dialect_, sql, values.size());
        if (found == cache_->statements.end() && sql.size() <= cached_sql_bytes_max &&
            cache_->statements.size() < cached_statements_max) {
            loan.prepared = cache_->statements.emplace(sql, std::move(made)).first->second.get();
        } else {
            loan.own = std::move(made);
            loan.prepared = loan.own.get();
        }
    }
    Prepared& prepared = *loan.prepared;
    prepared.in_use = true;
    for (std::size_t i = 0; i < values.size(); ++i) {
        prepared.in_null[i] = values[i] ? soci::i_ok : soci::i_null;
        prepared.in[i].assign(values[i].value_or(std::string_view{}));
    }
    return prepared;
}

void Session::query(std::string_view sql, std::span<const BytesView> values, const std::function<void(const Row&)>& each_row) {
    Loan loan;
    try {
        Prepared& prepared = bind(loan, sql, values);
        bool there = prepared.statement.execute(true);
        try {
            for (; there; there = prepared.statement.fetch()) {
                for (std::size_t i = 0; i < prepared.row.size(); ++i)
                    prepared.row[i] = prepared.out_null[i] == soci::i_null ? BytesView{} : BytesView{prepared.out[i]};
                each_row(Row{prepared.row});
            }
        } catch (...) {
            dialect_.abandon(prepared.statement);
            throw;
        }
    } catch (const soci::soci_error& error) {
        fail(error, sql);
    }
}

std::uint64_t Session::execute(std::string_view sql, std::span<const BytesView> values) {
    Loan loan;
    try {
        Prepared& prepared = bind(loan, sql, values);
        prepared.statement.execute(true);
        const long long rows = prepared.statement.get_affected_rows();
        return rows > 0 ? static_cast<std::uint64_t>(rows) : 0;
    } catch (const soci::soci_error& error) {
        if (loan.prepared) dialect_.abandon(loan.prepared->statement);
        fail(error, sql);
    }
}

bool Session::table_exists(std::string_view table) {
    bool exists = false;
    const BytesView value{table};
    query(dialect_.table_exists_sql(), {&value, 1}, [&](const Row&) { exists = true; });
    return exists;
}

std::uint64_t Session::last_insert_id() {
    long long id = 0;
    if (!connection_->get_last_insert_id({}, id)) throw Error(errc::internal, "the database gives no id of an insert");
    return static_cast<std::uint64_t>(id);
}

}  // namespace ordo::database
