/// `ordo order history`, `statuses` and `fields`.
#include <fmt/format.h>
#include <fmt/ranges.h>

#include "order.hpp"

namespace ordo::cli {
namespace {

namespace json = boost::json;

void history(const Context& context, OrderId id) {
    const auto kernel = context.open_shop();
    const auto entries = kernel->orders().get_history(id);
    if (entries.empty()) kernel->orders().require(id);   // one that was removed still has a history
    json::array array;
    std::vector<std::vector<std::string>> rows;
    for (const HistoryEntry& entry : entries) {
        json::object object{{"version", entry.version}, {"at_gmt", entry.at_gmt},       {"actor_kind", entry.actor_kind},
                            {"actor", entry.actor},     {"operation", entry.operation}, {"fields", json::value_from(entry.fields)}};
        json::error_code none;
        if (!entry.changes.empty()) object["changes"] = json::parse(entry.changes, none);
        array.push_back(std::move(object));
        rows.push_back({std::to_string(entry.version), local_time(parse_datetime(entry.at_gmt), kernel->orders().site_zone()),
                        fmt::format("{}{}{}", entry.actor_kind, entry.actor.empty() ? "" : " ", entry.actor), entry.operation, fmt::format("{}", fmt::join(entry.fields, ", "))});
    }
    if (context.json()) print_json(array);
    else if (rows.empty()) print_line(fmt::format("order {} has not been changed here", id));
    else print_table({"version", "at", "by", "what", "changed"}, rows);
}

void statuses(const Context& context) {
    const auto kernel = context.open();
    json::array array;
    std::vector<std::vector<std::string>> rows;
    for (const auto& [status, label] : kernel->orders().get_statuses()) {
        array.push_back(json::object{{"status", clean_status(status)}, {"label", label}});
        rows.push_back({std::string(clean_status(status)), label});
    }
    if (context.json()) print_json(array);
    else print_table({"status", "label"}, rows);
}

std::string_view name_of(FieldType type) {
    switch (type) {
        case FieldType::text: return "text";
        case FieldType::amount: return "amount";
        case FieldType::id: return "id";
        case FieldType::flag: return "yes or no";
        case FieldType::datetime: return "date";
    }
    return "";
}

/// WooCommerce's name of a field; its own where WooCommerce has no other.
std::string_view property_of(const FieldSpec& spec) {
    for (const OrderProperty& property : common_order_properties)
        if (property.field == spec.id) return property.name;
    for (const OrderProperty& property : order_only_properties)
        if (property.field == spec.id) return property.name;
    return spec.name;
}

void fields(const Context& context) {
    json::array array;
    std::vector<std::vector<std::string>> rows;
    for (const FieldSpec& spec : order_fields) {
        const std::string_view unit = spec.length_in_bytes ? "bytes" : "characters";
        json::object object{{"property", property_of(spec)}, {"type", name_of(spec.type)}, {"field", spec.name}};
        if (spec.length_max != 0) object[fmt::format("{}_max", unit)] = spec.length_max;
        array.push_back(std::move(object));
        rows.push_back({std::string(property_of(spec)), std::string(name_of(spec.type)), spec.length_max == 0 ? "" : fmt::format("{} {}", spec.length_max, unit), std::string(spec.name)});
    }
    if (context.json()) print_json(array);
    else print_table({"property", "type", "its column holds", "in exports"}, rows);
}

}  // namespace

void add_order_lookup(CLI::App& noun, Context& context) {
    auto id = std::make_shared<std::uint64_t>(0);
    add_order_id(*add_command(noun, "history", "Who changed what of an order, oldest first", "ordo order history 43", [&context, id] { history(context, OrderId{*id}); }), *id);
    add_command(noun, "statuses", "The statuses that orders can have", "ordo order statuses", [&context] { statuses(context); });
    add_command(noun, "fields", "The properties of an order, with their types", "ordo order fields", [&context] { fields(context); });
}

}  // namespace ordo::cli
