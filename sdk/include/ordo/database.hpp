/// A plugin's view of the database: text in, text out, values always bound. Only the kernel begins and commits;
/// what a plugin gets is a `Read` (one consistent snapshot) or a `Unit` (one transaction) for the length of a call.
/// A `Read` or `Unit` belongs to the thread that got it and must not be kept.
#pragma once

#include <cstdint>
#include <functional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include <ordo/schema.hpp>
#include <ordo/types.hpp>

namespace ordo {

/// One row of a result. Valid only inside the callback that got it.
class Row {
public:
    explicit Row(std::span<const BytesView> values) noexcept : values_(values) {}
    std::size_t size() const noexcept { return values_.size(); }
    BytesView operator[](std::size_t column) const noexcept { return values_[column]; }
    /// The value as text; NULL reads as the empty text.
    std::string_view text(std::size_t column) const noexcept { return values_[column].value_or(std::string_view{}); }
    /// The value as an unsigned integer; NULL and anything else read as 0.
    std::uint64_t number(std::size_t column) const noexcept {
        std::uint64_t value = 0;
        for (const char c : text(column)) {
            if (c < '0' || c > '9') return 0;
            value = value * 10 + static_cast<std::uint64_t>(c - '0');
        }
        return value;
    }

private:
    std::span<const BytesView> values_;
};

/// Texts that stand for numbers. See `Dialect::number`.
enum class NumberForm : std::uint8_t {
    amount,     ///< every spelling that reads as an amount: blanks around it, an exponent; the empty text is 0
    id,         ///< digits, up to 2^63-1; the empty text is 0
    unix_time,  ///< whole seconds since 1970, within the years of a date
    prefix,     ///< any text: the number that it begins with, or 0
};

/// What differs between databases. Every difference stands behind this interface.
class Dialect {
public:
    virtual ~Dialect() = default;
    virtual std::string_view name() const noexcept = 0;                                  ///< "sqlite", "mariadb"
    virtual std::string quote_identifier(std::string_view identifier) const = 0;
    /// A column or expression compared byte by byte, whatever collation its column has: `exact("meta_key") + " = ?"`.
    /// No index serves it; put it beside a condition that one does.
    virtual std::string exact(std::string_view expression) const = 0;
    /// A text compared as people compare texts: neither letters' case nor accents nor blanks at the end matter. Both sides of
    /// `=` or `IN` must be given so. On a server that is the collation of its column, which an index serves; SQLite computes
    /// the same as `utf8mb4_unicode_520_ci`, row by row. Its value means nothing but by comparison, and gives no order.
    virtual std::string folded(std::string_view expression) const = 0;
    /// The number that a text of this form stands for, as something that compares and sorts by value; NULL for a text of
    /// another form. Both sides of a comparison must be given so. A server holds 35 digits before the point and 30 after it.
    virtual std::string number(std::string_view expression, NumberForm form) const = 0;
    /// The column in a condition that most rows meet: SQLite, which keeps no statistics, is not to begin with an index for it.
    virtual std::string unindexed(std::string_view column) const = 0;
    /// What a SELECT in a unit ends with so that its rows stay as they are read until the unit is over. Empty where a unit
    /// has the database for itself.
    virtual std::string_view for_update() const noexcept = 0;
    /// The same for rows that others may read so too, but not write.
    virtual std::string_view for_share() const noexcept = 0;
    /// The statements that create a table and its indexes; nothing else.
    virtual std::vector<std::string> create_table(const Table& table) const = 0;
};

/// Reading from one consistent snapshot. Statements use `?` for each bound value.
/// Throws `ordo::Error` (`ordo.database.*`); messages never hold bound values.
class Read {
public:
    virtual ~Read() = default;
    virtual const Dialect& dialect() const noexcept = 0;
    virtual void query(std::string_view sql, std::span<const BytesView> values,
                       const std::function<void(const Row&)>& each_row) = 0;
    virtual bool table_exists(std::string_view table) = 0;

    void query(std::string_view sql, const std::function<void(const Row&)>& each_row) { query(sql, {}, each_row); }
};

/// Rows of one table to be inserted together. The views must live as long as the call.
struct Insert {
    std::string_view table;
    std::vector<std::string_view> columns;
    std::vector<BytesView> values;  ///< row after row, columns.size() values each
};

/// Rows that may be there already. Where a row with the same key exists only the `updated` columns change.
struct Upsert {
    Insert rows;
    std::string_view key;                       ///< a column with a unique index, one of the rows' columns
    std::vector<std::string_view> updated;      ///< some of the rows' columns
    std::vector<std::string_view> added = {};   ///< others, numbers, that are added to what is there
};

/// One transaction. Its body may run again after a deadlock or a lost connection, so it must have no other effect than
/// its statements. No hook may fire and no table may be made inside.
class Unit : public Read {
public:
    /// Rows matched by the statement.
    virtual std::uint64_t execute(std::string_view sql, std::span<const BytesView> values) = 0;
    /// Inserts all rows, in order. Throws without having inserted any.
    virtual void insert(const Insert& rows) = 0;
    /// Inserts or updates all rows, in order. Throws without having changed any.
    virtual void upsert(const Upsert& rows) = 0;
    /// The id that the last insert of one row into an AUTO_INCREMENT table was given.
    virtual std::uint64_t last_insert_id() = 0;
    /// Runs a part that can fail alone: a throw undoes the part and passes on.
    virtual void savepoint(const std::function<void()>& part) = 0;
    /// Runs once after the outermost commit; dropped on roll-back. A throw is logged.
    virtual void after_commit(std::function<void()> announce) = 0;

    std::uint64_t execute(std::string_view sql) { return execute(sql, {}); }
};

/// Opens snapshots and transactions. Any thread; each call has a connection of its own while it lasts.
class Database {
public:
    virtual ~Database() = default;
    virtual const Dialect& dialect() const noexcept = 0;
    /// One snapshot. The body runs again, on another one, if the connection was lost or the database is busy: what it gathers
    /// begins anew in it. Inside a unit of work of this thread it reads within that unit, and sees what it has written.
    virtual void read(const std::function<void(Read&)>& body) = 0;
    /// The same for a body that cannot begin anew, because it hands on what it reads: a lost connection ends it.
    virtual void read_once(const std::function<void(Read&)>& body) = 0;
    /// One transaction, all or nothing. The body runs again after a deadlock, a busy database or a lost connection.
    virtual void write(const std::function<void(Unit&)>& body) = 0;
};

/// "(1,2,3)" for `IN`. Numbers need no binding; there must be one.
inline std::string number_list(std::span<const std::uint64_t> numbers) {
    std::string list = "(";
    for (const std::uint64_t number : numbers) {
        if (list.size() > 1) list += ',';
        list += std::to_string(number);
    }
    return list + ")";
}

/// The same of order ids.
inline std::string id_list(std::span<const OrderId> ids) {
    std::vector<std::uint64_t> numbers;
    numbers.reserve(ids.size());
    for (const OrderId id : ids) numbers.push_back(id.value);
    return number_list(numbers);
}

/// "(?,?,?)"; `count` must not be 0.
inline std::string placeholders(std::size_t count) {
    std::string list = "(?";
    for (std::size_t i = 1; i < count; ++i) list += ",?";
    return list + ")";
}

}  // namespace ordo
