/// A shop's orders as a test believes them to be, in plain maps: what is done to orders is done to these too, and in the
/// end a store's export must say the same.
#pragma once

#include <map>
#include <string>
#include <string_view>
#include <vector>

#include <boost/json.hpp>
#include <fmt/format.h>

#include <ordo/order.hpp>

namespace ordo::test {

inline constexpr std::string_view trashed_status_key = "_wp_trash_meta_status", in_trash = "trash";

/// One thing that is done to an order, by whomever.
struct OrderChange {
    enum class Kind : std::uint8_t { status, city, note, add_meta, set_meta, drop_meta };
    Kind kind;
    std::string key, value;   ///< `key`: of meta
    /// What it writes over: two changes of one place do not both stand.
    std::string place() const { return kind == Kind::status ? "status" : kind == Kind::city ? "city" : kind == Kind::note ? "note" : "meta " + key; }
    std::string told() const { return place() + (kind == Kind::add_meta ? " + " : kind == Kind::drop_meta ? " -" : " = ") + value; }
};
using OrderChanges = std::vector<OrderChange>;

struct ModelOrder {
    OrderId parent{};         ///< of a refund; 0: it is none
    std::string status, total, city, note;
    std::map<std::string, std::vector<std::string>> meta;   ///< values of a key as they are stored one after the other
    std::vector<std::string> notes;                         ///< those the test wrote
    bool operator==(const ModelOrder&) const = default;

    bool is_refund() const { return parent != OrderId{}; }
    void apply(const OrderChange& change) {
        switch (change.kind) {
            case OrderChange::Kind::status: status = change.value; break;
            case OrderChange::Kind::city: city = change.value; break;
            case OrderChange::Kind::note: note = change.value; break;
            case OrderChange::Kind::add_meta: meta[change.key].push_back(change.value); break;
            case OrderChange::Kind::set_meta: meta[change.key] = {change.value}; break;
            case OrderChange::Kind::drop_meta: meta.erase(change.key); break;
        }
    }
    /// What the order holds there, a line a value.
    std::string at(const std::string& place) const {
        if (place == "status") return status;
        if (place == "city") return city;
        if (place == "note") return note;
        std::string values;
        if (const auto rows = meta.find(place.substr(5)); rows != meta.end())
            for (const std::string& value : rows->second) values += value + '\n';
        return values;
    }
    OrderChanges trashing() const {
        return {{OrderChange::Kind::status, "", std::string(in_trash)}, {OrderChange::Kind::set_meta, std::string(trashed_status_key), status}};
    }
    OrderChanges untrashing() const {
        const std::string key(trashed_status_key);
        return {{OrderChange::Kind::status, "", meta.at(key).front()}, {OrderChange::Kind::drop_meta, key, ""}};
    }
};

inline void apply(Order& order, const OrderChange& change) {
    switch (change.kind) {
        case OrderChange::Kind::status: order.set_status(change.value); break;
        case OrderChange::Kind::city: order.set_billing_city(change.value); break;
        case OrderChange::Kind::note: order.set_customer_note(change.value); break;
        case OrderChange::Kind::add_meta: order.add_meta_data(change.key, change.value); break;
        case OrderChange::Kind::set_meta: order.update_meta_data(change.key, change.value); break;
        case OrderChange::Kind::drop_meta: order.delete_meta_data(change.key); break;
    }
}

using ModelShop = std::map<OrderId, ModelOrder>;

/// What an export says of all that a model knows of.
inline ModelShop to_model(const std::vector<std::string>& lines) {
    namespace json = boost::json;
    ModelShop shop;
    for (const std::string& line : lines) {
        const json::object order = json::parse(line).as_object();
        const json::object& fields = order.at("fields").as_object();
        const auto field = [&](const char* name) { return fields.contains(name) ? std::string(fields.at(name).as_string()) : ""; };
        ModelOrder& seen = shop[OrderId{order.at("id").to_number<std::uint64_t>()}];
        if (order.at("type").as_string() == "shop_order_refund") seen.parent = OrderId{std::stoull(field("parent_order_id"))};
        seen.status = field("status");
        seen.total = field("total_amount");
        seen.city = field("billing_city");
        seen.note = field("customer_note");
        for (const json::value& row : order.at("meta").as_array()) {
            const std::string_view key = row.at(0).as_string();
            if (key.starts_with("m_") || key == trashed_status_key) seen.meta[std::string(key)].emplace_back(row.at(1).as_string());
        }
        for (const json::value& note : order.at("notes").as_array())
            if (const std::string_view content = note.at("content").as_string(); content.starts_with("n ")) seen.notes.emplace_back(content);
    }
    return shop;
}

inline std::string told(const ModelShop& shop) {
    std::string text;
    for (const auto& [id, order] : shop) {
        text += fmt::format("\n  {}: {} {} city={} note={}", id, order.is_refund() ? fmt::format("refund of {}", order.parent) : "order", order.status, order.city, order.note);
        for (const auto& [key, values] : order.meta) text += fmt::format(" {}={}", key, fmt::join(values, "|"));
        text += fmt::format(" notes={}", order.notes.size());
    }
    return text;
}

}  // namespace ordo::test
