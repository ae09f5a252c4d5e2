/// See canonical_form.hpp.
#include "kernel/orders/canonical_form.hpp"

#include <boost/json.hpp>

#include "kernel/orders/digest.hpp"
#include "kernel/orders/json_text.hpp"
#include "kernel/orders/order_compare.hpp"

namespace ordo::orders {
namespace {

namespace json = boost::json;

json::array meta_rows(const std::vector<MetaRow>& rows, const std::vector<std::size_t>& indexes) {
    json::array array;
    for (const std::size_t i : indexes) array.push_back(json::array{to_json(rows[i].key), to_json(rows[i].value)});
    return array;
}

json::array meta_rows(const std::vector<MetaRow>& rows) {
    std::vector<std::size_t> all(rows.size());
    for (std::size_t i = 0; i < all.size(); ++i) all[i] = i;
    return meta_rows(rows, all);
}

}  // namespace

std::string canonical_form(const OrderRecord& order) {
    json::object object;
    object["id"] = order.id.value;
    object["type"] = to_json(order.type);
    json::object fields;
    for (const Field& field : order.fields) {
        json::value value = to_json(field.value.text);
        if (field.value.raw) value = json::object{{"raw", std::move(value)}};
        fields[field_spec(field.id).name] = std::move(value);
    }
    object["fields"] = std::move(fields);
    object["meta"] = meta_rows(order.meta, compared_meta(order));
    json::array items;
    for (const ItemRecord& item : order.items)
        items.push_back(json::object{{"id", item.id}, {"type", to_json(item.type)}, {"name", to_json(item.name)}, {"meta", meta_rows(item.meta)}});
    object["items"] = std::move(items);
    json::array notes;
    for (const NoteRecord& note : order.notes)
        notes.push_back(json::object{{"id", note.id},
                                     {"parent", note.parent},
                                     {"user_id", note.user_id},
                                     {"author", to_json(note.author)},
                                     {"author_email", to_json(note.author_email)},
                                     {"date_gmt", to_json(note.date_gmt)},
                                     {"approved", to_json(note.approved)},
                                     {"agent", to_json(note.agent)},
                                     {"content", to_json(note.content)},
                                     {"meta", meta_rows(note.meta)}});
    object["notes"] = std::move(notes);
    return json::serialize(object);
}

std::string canonical_digest(const OrderRecord& order) {
    Digest digest;
    digest.add(canonical_form(order));
    return digest.hex();
}

}  // namespace ordo::orders
