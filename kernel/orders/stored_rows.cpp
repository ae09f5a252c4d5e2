/// See stored_rows.hpp.
#include "kernel/orders/stored_rows.hpp"

#include <boost/json.hpp>
#include <fmt/format.h>

#include <ordo/error.hpp>

#include "kernel/orders/json_text.hpp"

namespace ordo::orders {
namespace {

namespace json = boost::json;

[[noreturn]] void bad_line(std::string_view what) {
    throw Error(errc::import_bad_order, fmt::format("an archive's line {}", what), "each line is one order, as `ordo hpos cleanup --archive` wrote it");
}

Bytes parse_bytes(const json::value& value) {
    if (value.is_null()) return std::nullopt;
    if (value.is_string()) return std::string(value.as_string());
    const json::value* hex = value.is_object() ? value.as_object().if_contains("hex") : nullptr;
    if (!hex || !hex->is_string()) bad_line("has a value that is neither text, null nor {\"hex\": …}");
    const auto bytes = from_hex(std::string_view(hex->as_string()));
    if (!bytes) bad_line("has bytes that are not in lower-case hex digits");
    return bytes;
}

}  // namespace

std::string to_line(OrderId order, std::span<const StoredRow> rows) {
    json::array array;
    for (const StoredRow& row : rows) {
        json::object columns;
        for (const auto& [name, value] : row.columns) columns[name] = to_json(value);
        array.push_back(json::object{{"table", row.table}, {"columns", std::move(columns)}});
    }
    return json::serialize(json::object{{"order", order.value}, {"rows", std::move(array)}});
}

std::vector<StoredRow> parse_stored_rows(std::string_view line) {
    json::error_code failed;
    const json::value value = json::parse(line, failed);
    const json::object* object = failed ? nullptr : value.if_object();
    const json::value* id = object ? object->if_contains("order") : nullptr;
    const json::value* rows = object ? object->if_contains("rows") : nullptr;
    if (!id || !id->is_int64() || id->as_int64() < 1 || !rows || !rows->is_array()) bad_line("is no archived order");
    std::vector<StoredRow> stored;
    for (const json::value& row : rows->as_array()) {
        const json::value* table = row.is_object() ? row.as_object().if_contains("table") : nullptr;
        const json::value* columns = row.is_object() ? row.as_object().if_contains("columns") : nullptr;
        if (!table || !table->is_string() || !columns || !columns->is_object()) bad_line("has a row without table and columns");
        StoredRow one{OrderId{static_cast<std::uint64_t>(id->as_int64())}, std::string(table->as_string()), {}};
        for (const auto& [name, text] : columns->as_object()) one.columns.emplace_back(name, parse_bytes(text));
        stored.push_back(std::move(one));
    }
    if (stored.empty()) bad_line("has no rows");
    return stored;
}

}  // namespace ordo::orders
