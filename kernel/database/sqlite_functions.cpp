/// See sqlite_functions.hpp. No exception may leave a function that SQLite calls.
#include "kernel/database/sqlite_functions.hpp"

#include <cstdint>
#include <exception>
#include <optional>
#include <string>

#include <fmt/format.h>

#include <ordo/database.hpp>
#include <ordo/decimal.hpp>
#include <ordo/order_fields.hpp>

#include "kernel/database/text_key.hpp"

namespace ordo::database {
namespace {

using sqlite_api::sqlite3_context;
using sqlite_api::sqlite3_value;

std::string_view text_of(sqlite3_value* value) {
    const auto* const text = reinterpret_cast<const char*>(sqlite_api::sqlite3_value_text(value));
    return {text ? text : "", static_cast<std::size_t>(sqlite_api::sqlite3_value_bytes(value))};
}

/// A text for each number, sorting by bytes as the numbers do by value: sign, place of the point, digits; of a negative number
/// the ninth complement, and an end that is greater than any digit.
std::string number_key(const NumericText& number) {
    if (number.digits.empty()) return "1";
    constexpr std::int64_t places = 10'000'000'000;  // no text is as long
    if (!number.negative) return fmt::format("2{:011}{}", places + number.point, number.digits);
    std::string key = fmt::format("0{:011}", places - number.point);
    for (const char digit : number.digits) key += static_cast<char>('0' + '9' - digit);
    return key + '~';
}

/// The number's text in the form; none if the text is of another form.
std::optional<std::string> number_in(std::string_view text, NumberForm form) {
    switch (form) {
        case NumberForm::amount: return canonical_number(text);
        case NumberForm::id: return detail::canonical_id(text);
        case NumberForm::unix_time: return parse_unix_time(text) ? std::optional{std::string(text)} : std::nullopt;
        case NumberForm::prefix: return std::string(text);
    }
    return std::nullopt;
}

/// Any value gives a text, none gives none: NULL.
template <std::optional<std::string> (*compute)(sqlite3_value**)>
void function(sqlite3_context* context, int, sqlite3_value** values) {
    if (sqlite_api::sqlite3_value_type(values[0]) == SQLITE_NULL) return sqlite_api::sqlite3_result_null(context);
    try {
        const std::optional<std::string> result = compute(values);
        if (!result) return sqlite_api::sqlite3_result_null(context);
        const auto copy = reinterpret_cast<sqlite_api::sqlite3_destructor_type>(std::intptr_t{-1});  // SQLITE_TRANSIENT, without its cast
        sqlite_api::sqlite3_result_blob64(context, result->data(), result->size(), copy);
    } catch (const std::bad_alloc&) {
        sqlite_api::sqlite3_result_error_nomem(context);
    } catch (const std::exception& error) {
        sqlite_api::sqlite3_result_error(context, error.what(), -1);
    }
}

std::optional<std::string> folded(sqlite3_value** values) { return text_key(text_of(values[0])); }

std::optional<std::string> number(sqlite3_value** values) {
    const auto text = number_in(text_of(values[0]), static_cast<NumberForm>(sqlite_api::sqlite3_value_int(values[1])));
    if (!text) return std::nullopt;
    bool whole = false;
    return number_key(numeric_prefix(*text, whole));
}

}  // namespace

void add_functions(sqlite_api::sqlite3* connection) {
    const int traits = SQLITE_UTF8 | SQLITE_DETERMINISTIC;
    sqlite_api::sqlite3_create_function_v2(connection, sqlite_folded.data(), 1, traits, nullptr, function<folded>, nullptr, nullptr, nullptr);
    sqlite_api::sqlite3_create_function_v2(connection, sqlite_number.data(), 2, traits, nullptr, function<number>, nullptr, nullptr, nullptr);
}

}  // namespace ordo::database
