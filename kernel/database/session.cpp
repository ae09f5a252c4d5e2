/// See session.hpp.
#include "kernel/database/session.hpp"

#include <map>
#include <vector>

#include <fmt/format.h>
#include <soci/soci.h>

#include "kernel/database/fault_point.hpp"

namespace ordo::database {
namespace {

// Statements with long id lists differ every time; caching them would only push out the others.
constexpr std::size_t cached_sql_bytes_max = 1500;
constexpr std::size_t cached_statements_max = 100;
// A statement must fit into the server's packet; longer ones are no faster.
constexpr std::size_t insert_bytes_max = 1U << 20U;

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
    Prepared(soci::session& connection, std::string_view sql, std::size_t values)
        : statement(connection), in(values), in_null(values, soci::i_ok) {
        statement.alloc();
        statement.prepare(named_placeholders(sql));
        for (std::size_t i = 0; i < values; ++i) statement.exchange(soci::use(in[i], in_null[i]));
        statement.define_and_bind();
    }

    soci::statement statement;
    std::vector<std::string> in;                      // SOCI keeps their addresses: never resized again
    std::vector<soci::indicator> in_null;
    bool in_use = false;
    std::uint64_t last_used = 0;
};

struct Session::Cache {
    std::map<std::string, std::unique_ptr<Prepared>, std::less<>> statements;
    std::uint64_t uses = 0;

    /// Makes room by the statement that nobody has used for longest. False: all are in use.
    bool make_room() {
        if (statements.size() < cached_statements_max) return true;
        auto oldest = statements.end();
        for (auto at = statements.begin(); at != statements.end(); ++at)
            if (!at->second->in_use && (oldest == statements.end() || at->second->last_used < oldest->second->last_used)) oldest = at;
        if (oldest == statements.end()) return false;
        statements.erase(oldest);
        return true;
    }
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
                       : failure.code == errc::database_connection_lost ? "is the server running? Run the command again: what was committed stays"
                                                             : "";
    throw Error(failure.code, fmt::format("{}: {} (in: {})", dialect_.description(), failure.message, beginning(sql)), hint);
}

void Session::refuse_if_lost() const {
    if (transaction_is_lost_) throw Error(errc::database_busy, dialect_.description() + ": the database ended the transaction", "nothing of it was written; it is tried again");
}

Session::Prepared& Session::bind(Loan& loan, std::string_view sql, std::span<const BytesView> values) {
    refuse_if_lost();
    const auto found = cache_->statements.find(sql);
    if (found != cache_->statements.end() && !found->second->in_use && found->second->in.size() == values.size()) {
        loan.prepared = found->second.get();
    } else {
        auto made = std::make_unique<Prepared>(*connection_, sql, values.size());
        if (found == cache_->statements.end() && sql.size() <= cached_sql_bytes_max && cache_->make_room()) {
            loan.prepared = cache_->statements.emplace(sql, std::move(made)).first->second.get();
        } else {
            loan.own = std::move(made);
            loan.prepared = loan.own.get();
        }
    }
    Prepared& prepared = *loan.prepared;
    prepared.in_use = true;
    prepared.last_used = ++cache_->uses;
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
        try {
            prepared.statement.execute(true);
            dialect_.each_row(prepared.statement, [&](std::span<const BytesView> row) { each_row(Row{row}); });
        } catch (...) {
            dialect_.abandon(prepared.statement);
            throw;
        }
    } catch (const soci::soci_error& error) {
        forget(loan, sql);
        fail(error, sql);
    }
}

void Session::forget(Loan& loan, std::string_view sql) {
    if (loan.prepared) dialect_.abandon(loan.prepared->statement);
    if (!loan.prepared || loan.own) return;
    loan.prepared = nullptr;
    if (const auto cached = cache_->statements.find(sql); cached != cache_->statements.end()) cache_->statements.erase(cached);
}

std::uint64_t Session::execute(std::string_view sql, std::span<const BytesView> values) {
    fault_point(sql);
    Loan loan;
    try {
        Prepared& prepared = bind(loan, sql, values);
        prepared.statement.execute(true);
        const long long rows = prepared.statement.get_affected_rows();
        return rows > 0 ? static_cast<std::uint64_t>(rows) : 0;
    } catch (const soci::soci_error& error) {
        forget(loan, sql);
        fail(error, sql);
    }
}

void Session::insert(const Insert& rows, const std::string& end_of_sql) {
    const std::size_t width = rows.columns.size();
    if (width == 0 || rows.values.empty()) return;
    std::string head = "INSERT INTO " + dialect_.quote_identifier(rows.table) + " (";
    for (std::size_t i = 0; i < width; ++i) head += (i ? ", " : "") + dialect_.quote_identifier(rows.columns[i]);
    head += ") VALUES ";
    const std::string one_row = placeholders(width);
    const std::size_t per_statement = dialect_.rows_per_insert(width);
    const std::span<const BytesView> values(rows.values);
    std::string sql;
    std::size_t sql_rows = 0;
    for (std::size_t at = 0; at < values.size();) {
        std::size_t end = at;
        for (std::size_t count = 0, bytes = 0; end < values.size() && count < per_statement && bytes < insert_bytes_max; ++count, end += width)
            for (const BytesView& value : values.subspan(end, width)) bytes += value.value_or(std::string_view{}).size();
        const std::size_t count = (end - at) / width;
        if (count != sql_rows) {
            sql = head + one_row;
            for (std::size_t i = 1; i < count; ++i) sql += ", " + one_row;
            sql += end_of_sql;
            sql_rows = count;
        }
        execute(sql, values.subspan(at, end - at));
        at = end;
    }
}

bool Session::load(const Insert& rows) {
    fault_point(rows.table);
    refuse_if_lost();
    try {
        return dialect_.load(*connection_, rows);
    } catch (const soci::soci_error& error) {
        fail(error, "bulk load");
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
