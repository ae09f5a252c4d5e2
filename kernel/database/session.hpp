/// One connection with its prepared statements. Belongs to one thread at a time.
#pragma once

#include <functional>
#include <memory>
#include <span>
#include <string>
#include <string_view>

#include <ordo/database.hpp>

#include "kernel/database/dialect.hpp"

namespace ordo::database {

class Session {
public:
    Session(const SqlDialect& dialect, Access access);
    ~Session();

    void query(std::string_view sql, std::span<const BytesView> values, const std::function<void(const Row&)>& each_row);
    std::uint64_t execute(std::string_view sql, std::span<const BytesView> values);
    /// All rows, in as few statements as the dialect takes.
    void insert(const Insert& rows) { insert(rows, {}); }
    void upsert(const Upsert& rows) { insert(rows.rows, dialect_.update_if_there(rows)); }
    /// The database's bulk load; false: it has none for these rows, and nothing was inserted.
    bool load(const Insert& rows);
    bool table_exists(std::string_view table);
    std::uint64_t last_insert_id();
    const SqlDialect& dialect() const noexcept { return dialect_; }
    /// The database ended the transaction by itself: nothing more is sent, not even its end. What is asked from here on throws
    /// `ordo.database.busy`, so that the whole unit runs again.
    void lose_transaction() noexcept { transaction_is_lost_ = true; }

private:
    struct Prepared;
    struct Cache;
    class Loan;
    void insert(const Insert& rows, const std::string& end);
    void refuse_if_lost() const;
    Prepared& bind(Loan& loan, std::string_view sql, std::span<const BytesView> values);
    [[noreturn]] void fail(const soci::soci_error& error, std::string_view sql);
    /// A statement that failed is not used again: SOCI 4.0.3 would lose the values it had made for the server.
    void forget(Loan& loan, std::string_view sql);

    const SqlDialect& dialect_;
    std::unique_ptr<soci::session> connection_;
    std::unique_ptr<Cache> cache_;
    bool transaction_is_lost_ = false;
};

}  // namespace ordo::database
