/// How stores that keep one row an order find orders: the SQL of an `OrderQuery`, the same for all of them. A store says where
/// it keeps each field (`FieldPlace`). Functions without state; as thread-safe as the `Read` they get.
#pragma once

#include <algorithm>
#include <chrono>
#include <deque>
#include <functional>
#include <limits>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>
#include <vector>

#include <fmt/format.h>

#include <ordo/error.hpp>
#include <ordo/order_query.hpp>
#include <ordo/store_queries.hpp>

namespace ordo {

/// How a value is spelled where it stands.
enum class FieldSpelling : std::uint8_t {
    column,  ///< as the column's type has it
    meta,    ///< in a text, in any way that `canonicalize` understands
};

/// Where a store keeps a field: in a column of the order's row, or in one of a row of another table.
struct FieldPlace {
    std::string_view column;
    FieldSpelling spelling = FieldSpelling::column;
    std::string_view table = {};                  ///< prefix included; empty: the order's row
    std::string_view order_id = {}, row_id = {};  ///< columns of that table. Of several rows of an order the first one counts
    std::string_view kind_column = {}, kind = {}; ///< which of its rows hold the field: `meta_key`, `_order_total`; empty: all
};

/// A store's tables as a search sees them. The places' views live as long.
struct SearchedTables {
    OrderTable orders;
    std::function<FieldPlace(const FieldSpec&)> place_of;
    std::vector<OrderBy> sorted_by_index = {OrderBy::id};  ///< what an index of the orders' table sorts by
};

namespace detail {

/// The conditions of a query over the table of orders as `o`, and the values they bind.
class OrderCondition {
public:
    OrderCondition(const Dialect& dialect, const SearchedTables& tables, const OrderQuery& query) : dialect_(dialect), tables_(tables) {
        const OrderTable& orders = tables.orders;
        std::string type = fmt::format("o.{}", orders.type), status = fmt::format("o.{}", orders.status);
        if (is_a_page_of_most(query)) type = dialect.unindexed(type), status = dialect.unindexed(status);
        if (!query.types.empty()) add(orders.every_row_is_an_order ? type + " IN " + bound(query.types) : exactly_one_of(type, query.types));
        if (!query.statuses.empty()) add(exactly_one_of(status, query.statuses));
        if (!query.ids.empty()) add(fmt::format("o.{} IN {}", orders.id, id_list(query.ids)));
        if (!query.exclude.empty()) add(fmt::format("o.{} NOT IN {}", orders.id, id_list(query.exclude)));
        add_any_of(FieldId::parent_order_id, query.parents, [](OrderId id) { return std::to_string(id.value); });
        add_customers(query);
        for (const FieldCondition& field : query.fields) add_any_of(field.field, field.any_of, [](const std::string& text) { return text; });
        for (const DateCondition& date : query.dates) add(within(date));
    }
    OrderCondition(const OrderCondition&) = delete;
    OrderCondition& operator=(const OrderCondition&) = delete;

    /// " FROM … WHERE …"
    std::string from() const { return fmt::format(" FROM {} o{}", tables_.orders.table, sql_); }
    std::span<const BytesView> values() const noexcept { return values_; }

    /// What to sort by so that a field's values come in their order, those without a value first.
    std::string sorted_by(FieldId id) const {
        const FieldSpec& spec = field_spec(id);
        const FieldPlace place = tables_.place_of(spec);
        std::string value = fmt::format("o.{}", place.column);
        if (!place.table.empty())
            value = fmt::format("(SELECT r.{} FROM {} r WHERE r.{} = o.{}{} ORDER BY r.{} LIMIT 1)", place.column, place.table, place.order_id, tables_.orders.id,
                                of_kind(place, "r"), place.row_id);
        return spec.type == FieldType::amount ? dialect_.number(value, NumberForm::prefix) : value;
    }

private:
    static constexpr std::string_view nothing = "1 = 0";

    /// Best read by an index that sorts until the page is full: nothing but types and statuses, which most orders have.
    bool is_a_page_of_most(const OrderQuery& query) const {
        const auto& sorted = tables_.sorted_by_index;
        return query.limit > 0 && query.types.size() * query.statuses.size() > 1 && query.ids.empty() && query.parents.empty() && query.customers.empty() &&
               query.fields.empty() && query.dates.empty() && std::find(sorted.begin(), sorted.end(), query.order_by) != sorted.end();
    }

    void add(std::string_view condition) { sql_ += fmt::format("{}{}", sql_.empty() ? " WHERE " : " AND ", condition); }

    /// "(?,?)", each perhaps within an expression.
    std::string bound(std::span<const std::string> texts, const std::function<std::string(std::string_view)>& within = nullptr) {
        std::string list;
        for (const std::string& text : texts) {
            list += list.empty() ? '(' : ',';
            list += within ? within("?") : "?";
            values_.emplace_back(texts_.emplace_back(text));
        }
        return list + ')';
    }

    /// An index finds by the column's collation; what it finds must be the same bytes too.
    std::string exactly_one_of(const std::string& column, std::span<const std::string> texts) {
        std::string condition = column + " IN " + bound(texts);
        if (const std::string exact = dialect_.exact(column); exact != column) condition += " AND " + exact + " IN " + bound(texts);
        return condition;
    }

    std::string of_kind(const FieldPlace& place, std::string_view rows) const {
        if (place.kind.empty()) return {};
        const std::string column = fmt::format("{}.{}", rows, place.kind_column), exact = dialect_.exact(column);
        return fmt::format(" AND {} = '{}'", column, place.kind) + (exact == column ? "" : fmt::format(" AND {} = '{}'", exact, place.kind));
    }

    /// `condition` gets the column and how its values are spelled. It may bind values, so it is called but once.
    template <class Condition>
    std::string where(const FieldSpec& spec, Condition condition) {
        const FieldPlace place = tables_.place_of(spec);
        if (place.table.empty()) return condition(fmt::format("o.{}", place.column), place.spelling);
        // As a set of ids, so that a database may begin with its rows; the few that meet the condition are looked at again.
        return fmt::format("o.{} IN (SELECT r.{} FROM {} r WHERE {}{} AND NOT EXISTS (SELECT 1 FROM {} f WHERE f.{} = r.{} AND f.{} < r.{}{}))",
                           tables_.orders.id, place.order_id, place.table, condition(fmt::format("r.{}", place.column), place.spelling), of_kind(place, "r"),
                           place.table, place.order_id, place.order_id, place.row_id, place.row_id, of_kind(place, "f"));
    }

    /// Values that are none of the field's type are nobody's.
    std::string any_of(const FieldSpec& spec, std::span<const std::string> texts) {
        std::vector<FieldValue> values;
        for (const std::string& text : texts)
            if (auto value = canonicalize(spec, text); value && !value->raw) values.push_back(std::move(*value));
        if (values.empty()) return std::string(nothing);
        return where(spec, [&](const std::string& column, FieldSpelling spelling) {
            const bool meta = spelling == FieldSpelling::meta;
            std::vector<std::string> spelled;
            for (const FieldValue& value : values) spelled.push_back(meta && spec.type == FieldType::datetime ? to_postmeta(spec, value) : value.text);
            switch (spec.type) {
                case FieldType::text: return dialect_.folded(column) + " IN " + bound(spelled, [&](std::string_view text) { return dialect_.folded(text); });
                case FieldType::amount: return number_in(column, NumberForm::amount, spelled);
                case FieldType::id: return meta ? number_in(column, NumberForm::id, spelled) : fmt::format("{} IN ({})", column, fmt::join(spelled, ","));
                case FieldType::flag: return flag_in(column, values);
                case FieldType::datetime: return meta ? number_in(column, NumberForm::unix_time, spelled) : column + " IN " + bound(spelled);
            }
            return std::string(nothing);
        });
    }

    std::string number_in(const std::string& column, NumberForm form, std::span<const std::string> numbers) {
        return dialect_.number(column, form) + " IN " + bound(numbers, [&](std::string_view number) { return dialect_.number(number, NumberForm::prefix); });
    }

    std::string flag_in(const std::string& column, std::span<const FieldValue> values) const {
        std::vector<std::string> words;
        for (const FieldValue& value : values) {
            const std::span<const std::string_view> spellings = value.text == "1" ? std::span<const std::string_view>(words_for_on) : words_for_off;
            for (const std::string_view word : spellings) words.push_back(fmt::format("'{}'", word));
        }
        return fmt::format("{} IN ({})", dialect_.exact("LOWER(" + column + ")"), fmt::join(words, ","));
    }

    template <class Value, class Spell>
    void add_any_of(FieldId id, const std::vector<Value>& values, Spell spell) {
        if (values.empty()) return;
        std::vector<std::string> texts;
        for (const Value& value : values) texts.push_back(spell(value));
        add(any_of(field_spec(id), texts));
    }

    void add_customers(const OrderQuery& query) {
        std::vector<std::string> ids, emails;
        for (const auto& customer : query.customers) {
            if (const auto* id = std::get_if<std::uint64_t>(&customer)) ids.push_back(std::to_string(*id));
            else emails.push_back(std::get<std::string>(customer));
        }
        std::string either;
        if (!ids.empty()) either = any_of(field_spec(FieldId::customer_id), ids);
        if (!emails.empty()) either += (either.empty() ? "" : " OR ") + any_of(field_spec(FieldId::billing_email), emails);
        if (!either.empty()) add("(" + either + ")");
    }

    std::string within(const DateCondition& date) {
        const FieldSpec& spec = field_spec(date.field);
        if (spec.type != FieldType::datetime) throw Error(errc::internal, fmt::format("{} is no date to search by", spec.name));
        // A zero date is none, so that there is always a first instant.
        const UtcSeconds first = *parse_datetime("0001-01-01 00:00:00"), last = *parse_datetime("9999-12-31 23:59:59");
        const UtcSeconds from = std::max(date.from.value_or(first), first);
        if (from > last || (date.before && *date.before <= from)) return std::string(nothing);
        return where(spec, [&](const std::string& column, FieldSpelling spelling) {
            const bool meta = spelling == FieldSpelling::meta;
            const auto compared = [&](std::string_view sign, UtcSeconds instant) {
                values_.emplace_back(texts_.emplace_back(meta ? std::to_string(instant.time_since_epoch().count()) : format_datetime(instant)));
                return meta ? fmt::format("{} {} {}", dialect_.number(column, NumberForm::unix_time), sign, dialect_.number("?", NumberForm::prefix))
                            : fmt::format("{} {} ?", column, sign);
            };
            std::string condition = compared(">=", from);
            if (date.before && *date.before <= last) condition += " AND " + compared("<", *date.before);
            return condition;
        });
    }

    const Dialect& dialect_;
    const SearchedTables& tables_;
    std::string sql_;
    std::vector<BytesView> values_;
    std::deque<std::string> texts_;  // a deque: views stay valid while it grows
};

inline std::string order_by(const OrderCondition& condition, const SearchedTables& tables, const OrderQuery& query) {
    const char* const direction = query.descending ? " DESC" : "";
    const auto sorted_by = [&](FieldId field) { return condition.sorted_by(field) + direction + ", "; };
    const std::string first = query.order_by == OrderBy::date_created    ? sorted_by(FieldId::date_created_gmt)
                              : query.order_by == OrderBy::date_modified ? sorted_by(FieldId::date_updated_gmt)
                              : query.order_by == OrderBy::total         ? sorted_by(FieldId::total_amount)
                                                                         : std::string{};
    return fmt::format(" ORDER BY {}o.{}{}", first, tables.orders.id, direction);
}

/// Sorts by the first place each id has in the list.
inline void sort_as_given(std::vector<OrderId>& found, std::span<const OrderId> given) {
    std::unordered_map<std::uint64_t, std::size_t> places;
    for (std::size_t i = 0; i < given.size(); ++i) places.emplace(given[i].value, i);
    std::sort(found.begin(), found.end(), [&](OrderId a, OrderId b) { return places.at(a.value) < places.at(b.value); });
}

}  // namespace detail

/// What `OrderSearch::find` promises.
inline std::vector<OrderId> find_orders(Read& read, const SearchedTables& tables, const OrderQuery& query) {
    std::vector<OrderId> found;
    const std::size_t before = std::max<std::size_t>(query.page, 1) - 1;
    constexpr auto most = static_cast<std::size_t>(std::numeric_limits<std::int64_t>::max());
    if (query.limit > 0 && before > most / query.limit) return found;
    const std::size_t skipped = before * query.limit;

    const detail::OrderCondition condition(read.dialect(), tables, query);
    const bool as_given = query.order_by == OrderBy::given && !query.ids.empty();
    std::string sql = fmt::format("SELECT o.{}{}", tables.orders.id, condition.from());
    if (!as_given) sql += detail::order_by(condition, tables, query);
    if (!as_given && query.limit > 0) sql += fmt::format(" LIMIT {} OFFSET {}", std::min(query.limit, most), skipped);
    read.query(sql, condition.values(), [&](const Row& row) { found.push_back(OrderId{row.number(0)}); });
    if (!as_given) return found;

    detail::sort_as_given(found, query.ids);
    if (query.limit == 0) return found;
    found.erase(found.begin(), found.begin() + static_cast<std::ptrdiff_t>(std::min(skipped, found.size())));
    found.resize(std::min(query.limit, found.size()));
    return found;
}

/// What `OrderSearch::count` promises.
inline std::uint64_t count_found(Read& read, const SearchedTables& tables, const OrderQuery& query) {
    std::uint64_t count = 0;
    const detail::OrderCondition condition(read.dialect(), tables, query);
    read.query("SELECT COUNT(*)" + condition.from(), condition.values(), [&](const Row& row) { count = row.number(0); });
    return count;
}

/// What `OrderSearch::count_by_status` promises.
inline std::vector<StatusCount> count_found_by_status(Read& read, const SearchedTables& tables, std::span<const std::string> types) {
    std::vector<StatusCount> counts;
    OrderQuery query;
    query.types.assign(types.begin(), types.end());
    const detail::OrderCondition condition(read.dialect(), tables, query);
    const std::string type = read.dialect().exact(fmt::format("o.{}", tables.orders.type)), status = read.dialect().exact(fmt::format("o.{}", tables.orders.status));
    read.query(fmt::format("SELECT {}, {}, COUNT(*){} GROUP BY {}, {}", type, status, condition.from(), type, status), condition.values(),
               [&](const Row& row) { counts.push_back({std::string(row.text(0)), std::string(row.text(1)), row.number(2)}); });
    return counts;
}

}  // namespace ordo
