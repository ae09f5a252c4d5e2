/// What stores exchange: an order as a record of texts. Not a typed order, which could not hold `12,5` as a total.
/// Plain values, owned by whoever holds them; any thread.
#pragma once

#include <algorithm>
#include <array>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <ordo/order_fields.hpp>
#include <ordo/types.hpp>

namespace ordo {

struct Field {
    FieldId id;
    FieldValue value;
    friend bool operator==(const Field&, const Field&) = default;
};

/// All fields of an order by id; for stores that collect them from several rows.
using FieldArray = std::array<std::optional<FieldValue>, order_fields.size()>;

/// The fields that have a value, ascending.
inline std::vector<Field> to_fields(FieldArray&& values) {
    std::vector<Field> fields;
    for (std::size_t i = 0; i < values.size(); ++i)
        if (values[i]) fields.push_back({static_cast<FieldId>(i), std::move(*values[i])});
    return fields;
}

/// A row of custom meta. `row` is the store's own handle for it, 0 if the row does not exist yet.
struct MetaRow {
    std::uint64_t row = 0;
    std::string key;
    Bytes value;
};

/// An item of an order (`line_item`, `shipping`, `tax`, `fee`, `coupon`) with its meta in stored order.
struct ItemRecord {
    std::uint64_t id = 0;
    std::string type, name;
    std::vector<MetaRow> meta;
};

/// A note of an order: a comment of type `order_note`.
struct NoteRecord {
    std::uint64_t id = 0;
    std::string author, author_email, date_gmt, content, approved, agent;
    std::uint64_t parent = 0, user_id = 0;
    std::vector<MetaRow> meta;
};

struct OrderRecord {
    OrderId id;
    std::string type;             ///< `shop_order`, `shop_order_refund` …
    std::vector<Field> fields;    ///< ascending by id; a field that has no value (NULL) is not listed
    std::vector<MetaRow> meta;    ///< in stored order; equal keys and repeated internal keys included
    std::vector<ItemRecord> items;
    std::vector<NoteRecord> notes;

    /// The field's value; `nullopt` if it has none.
    std::optional<FieldValue> get(FieldId field) const {
        const auto at = position(field);
        return at != fields.end() && at->id == field ? std::optional{at->value} : std::nullopt;
    }

    /// Sets or, with `nullopt`, removes a field.
    void set(FieldId field, std::optional<FieldValue> value) {
        const auto at = fields.begin() + (position(field) - fields.cbegin());
        const bool there = at != fields.end() && at->id == field;
        if (there && value) at->value = std::move(*value);
        else if (there) fields.erase(at);
        else if (value) fields.insert(at, Field{field, std::move(*value)});
    }

private:
    std::vector<Field>::const_iterator position(FieldId field) const {
        return std::lower_bound(fields.cbegin(), fields.cend(), field, [](const Field& f, FieldId wanted) { return f.id < wanted; });
    }
};

/// The record of an id among records that are ascending by id; null if it is not there.
inline const OrderRecord* find_record(std::span<const OrderRecord> ascending, OrderId id) noexcept {
    const auto at = std::lower_bound(ascending.begin(), ascending.end(), id, [](const OrderRecord& record, OrderId wanted) { return record.id < wanted; });
    return at != ascending.end() && at->id == id ? &*at : nullptr;
}

}  // namespace ordo
