/// See canonical_reader.hpp. The JSON library reads the text, each value is taken only in the place and of the kind that the
/// form has there, and in the end the order is spelled anew: what the library forgives (blanks, escapes, an order of keys,
/// a key twice) shows as a difference.
#include "kernel/orders/canonical_reader.hpp"

#include <algorithm>
#include <initializer_list>

#include <boost/json.hpp>
#include <fmt/format.h>

#include <ordo/error.hpp>

#include "kernel/orders/canonical_form.hpp"
#include "kernel/orders/json_text.hpp"

namespace ordo::orders {
namespace {

namespace json = boost::json;

/// Where in the line: a chain of steps, spelled as a JSON pointer only when something is wrong there.
class Place {
public:
    Place() = default;
    Place(const Place& outer, std::string_view key) : outer_(&outer), key_(key) {}
    Place(const Place& outer, std::size_t index) : outer_(&outer), index_(index) {}

    [[noreturn]] void fail(std::string_view what, std::string hint = {}) const {
        throw Error(errc::import_bad_order, fmt::format("{}: {}", outer_ ? pointer() : "/", what), std::move(hint));
    }

private:
    std::string pointer() const { return outer_ ? outer_->pointer() + '/' + (key_.empty() ? std::to_string(index_) : std::string(key_)) : ""; }

    const Place* outer_ = nullptr;
    std::string_view key_;
    std::size_t index_ = 0;
};

/// A key as it may be shown: nobody's data looks like a name of ours.
std::string shown(std::string_view key) {
    const bool plain = key.size() <= 40 && key.find_first_not_of("abcdefghijklmnopqrstuvwxyz0123456789_") == std::string_view::npos;
    return plain ? fmt::format("\"{}\"", key) : fmt::format("of {} bytes", key.size());
}

/// The object at a place, if it has exactly these keys.
const json::object& read_object(const json::value& value, const Place& place, std::initializer_list<std::string_view> keys) {
    const json::object* object = value.if_object();
    if (!object) place.fail("is no object");
    for (const auto& [key, ignored] : *object)
        if (std::find(keys.begin(), keys.end(), std::string_view(key)) == keys.end()) place.fail(fmt::format("has an unknown key {}", shown(key)));
    for (const std::string_view key : keys)
        if (!object->contains(key)) Place(place, key).fail("is missing");
    return *object;
}

const json::array& read_array(const json::value& value, const Place& place) {
    const json::array* array = value.if_array();
    if (!array) place.fail("is no array");
    return *array;
}

std::uint64_t read_number(const json::value& value, const Place& place, std::int64_t least) {
    // The library reads a whole number beyond 2^63-1 as another kind.
    const std::int64_t* number = value.if_int64();
    if (!number || *number < least) place.fail(fmt::format("is no whole number from {} to 2^63-1", least));
    return static_cast<std::uint64_t>(*number);
}

Bytes read_bytes(const json::value& value, const Place& place) {
    if (value.is_null()) return std::nullopt;
    if (const json::string* text = value.if_string()) return std::string(*text);
    if (!value.is_object()) place.fail("is neither text, null nor {\"hex\": …}");
    const Place within(place, "hex");
    const json::string* hex = read_object(value, place, {"hex"}).at("hex").if_string();
    if (!hex) within.fail("is no text");
    if (hex->size() % 2 != 0) within.fail("is an odd number of hex digits");
    auto bytes = from_hex(std::string_view(*hex));
    if (!bytes) within.fail("is not in lower-case hex digits");
    return bytes;
}

std::string read_text(const json::value& value, const Place& place) {
    Bytes bytes = read_bytes(value, place);
    if (!bytes) place.fail("is null");
    return std::move(*bytes);
}

std::string_view form_of(FieldType type) {
    switch (type) {
        case FieldType::text: return "a text";
        case FieldType::amount: return "an amount such as \"12.5\"";
        case FieldType::id: return "an id such as \"43\"";
        case FieldType::flag: return "a flag, \"1\" or \"0\"";
        case FieldType::datetime: return "a date such as \"2026-07-20 10:00:00\"";
    }
    return "";
}

/// Whether some store reads the bytes as they are. A date's meta row and its column are spelled differently, so that what one
/// of them cannot read the other may.
bool may_be_raw(const FieldSpec& spec, const std::string& text) {
    const auto is_raw = [&](DateSpelling spelling) {
        const auto value = canonicalize(spec, text, spelling);
        return value && value->raw;
    };
    return is_raw(DateSpelling::datetime) || (spec.posts_place == PostsPlace::meta && is_raw(DateSpelling::unix_time));
}

FieldValue read_field(const FieldSpec& spec, const json::value& value, const Place& place) {
    if (const json::object* object = value.if_object(); object && object->contains("raw")) {
        const Place within(place, "raw");
        FieldValue raw{read_text(read_object(value, place, {"raw"}).at("raw"), within), true};
        if (!may_be_raw(spec, raw.text)) within.fail(fmt::format("is {}, which stands without \"raw\"", form_of(spec.type)));
        return raw;
    }
    FieldValue field{read_text(value, place), false};
    if (canonicalize(spec, field.text) != field)
        place.fail(fmt::format("is not spelled as {}", form_of(spec.type)), "an amount has no needless zeros; what is none at all is {\"raw\": …}");
    return field;
}

std::vector<Field> read_fields(const json::value& value, const Place& place) {
    const json::object* object = value.if_object();
    if (!object) place.fail("is no object");
    std::vector<Field> fields;
    for (const auto& [name, content] : *object) {
        const FieldSpec* spec = find_field(name);
        if (!spec) place.fail(fmt::format("has an unknown key {}", shown(name)));
        const Place within(place, spec->name);
        if (!fields.empty() && fields.back().id >= spec->id)
            within.fail(fmt::format("stands behind {}, which comes after it", field_spec(fields.back().id).name));
        fields.push_back({spec->id, read_field(*spec, content, within)});
    }
    return fields;
}

std::vector<MetaRow> read_meta(const json::value& value, const Place& place) {
    std::vector<MetaRow> rows;
    for (const json::value& entry : read_array(value, place)) {
        const Place within(place, rows.size());
        const json::array& pair = read_array(entry, within);
        if (pair.size() != 2) within.fail("is not [key, value]");
        rows.push_back({0, read_text(pair[0], Place(within, std::size_t{0})), read_bytes(pair[1], Place(within, std::size_t{1}))});
    }
    return rows;
}

/// The order's own meta: sorted, without what is derived.
std::vector<MetaRow> read_order_meta(const json::value& value, const Place& place) {
    std::vector<MetaRow> rows = read_meta(value, place);
    for (std::size_t i = 0; i < rows.size(); ++i) {
        const Place row(place, i);
        const Place key(row, std::size_t{0});
        if (is_derived_key(rows[i].key)) key.fail("is a derived key, which the form leaves out");
        if (i > 0 && rows[i].key < rows[i - 1].key) key.fail("sorts before the key in front of it");
    }
    return rows;
}

/// The id of the next item or note: they ascend.
template <class Record>
std::uint64_t read_next_id(const json::object& object, const Place& place, const std::vector<Record>& before) {
    const Place within(place, "id");
    const std::uint64_t id = read_number(object.at("id"), within, 1);
    if (!before.empty() && id <= before.back().id) within.fail("is not above the id in front of it");
    return id;
}

std::vector<ItemRecord> read_items(const json::value& value, const Place& place) {
    std::vector<ItemRecord> items;
    for (const json::value& entry : read_array(value, place)) {
        const Place within(place, items.size());
        const json::object& object = read_object(entry, within, {"id", "type", "name", "meta"});
        ItemRecord item;
        item.id = read_next_id(object, within, items);
        item.type = read_text(object.at("type"), Place(within, "type"));
        item.name = read_text(object.at("name"), Place(within, "name"));
        item.meta = read_meta(object.at("meta"), Place(within, "meta"));
        items.push_back(std::move(item));
    }
    return items;
}

std::vector<NoteRecord> read_notes(const json::value& value, const Place& place) {
    std::vector<NoteRecord> notes;
    for (const json::value& entry : read_array(value, place)) {
        const Place within(place, notes.size());
        const json::object& object = read_object(
            entry, within, {"id", "parent", "user_id", "author", "author_email", "date_gmt", "approved", "agent", "content", "meta"});
        const auto text = [&](std::string_view key) { return read_text(object.at(key), Place(within, key)); };
        NoteRecord note;
        note.id = read_next_id(object, within, notes);
        note.parent = read_number(object.at("parent"), Place(within, "parent"), 0);
        note.user_id = read_number(object.at("user_id"), Place(within, "user_id"), 0);
        note.author = text("author");
        note.author_email = text("author_email");
        note.date_gmt = text("date_gmt");
        note.approved = text("approved");
        note.agent = text("agent");
        note.content = text("content");
        note.meta = read_meta(object.at("meta"), Place(within, "meta"));
        notes.push_back(std::move(note));
    }
    return notes;
}

json::value parse(std::string_view line) {
    json::parser parser;
    json::error_code failed;
    const std::size_t read = parser.write_some(line.data(), line.size(), failed);
    if (failed || read < line.size())
        throw Error(errc::import_bad_order, fmt::format("byte {}: {}", read + 1, failed ? failed.message() : "more than one JSON value"),
                    "each line is one order, as `ordo order export` writes it");
    return parser.release();
}

/// The JSON pointer of the value that the text before `end` stops in. The text is JSON, and its keys are ours.
std::string pointer_before(std::string_view text, std::size_t end) {
    struct Level {
        bool object, key_next;
        std::string_view key;
        std::size_t index = 0;
    };
    std::vector<Level> levels;
    for (std::size_t i = 0; i < end; ++i) {
        const char c = text[i];
        if (c == '{' || c == '[') levels.push_back({c == '{', true, {}, 0});
        if (c == '}' || c == ']') levels.pop_back();
        if (c == ':') levels.back().key_next = false;
        if (c == ',') levels.back().key_next = true, ++levels.back().index;
        if (c != '"') continue;
        const std::size_t first = ++i;
        while (text[i] != '"') i += text[i] == '\\' ? 2 : 1;
        if (levels.back().object && levels.back().key_next) levels.back().key = text.substr(first, i - first);
    }
    std::string pointer;
    for (const Level& level : levels) pointer += '/' + (level.object ? std::string(level.key) : std::to_string(level.index));
    return pointer.empty() ? "/" : pointer;
}

}  // namespace

OrderRecord read_canonical(std::string_view line) {
    const json::value value = parse(line);
    const Place place;
    const json::object& object = read_object(value, place, {"id", "type", "fields", "meta", "items", "notes"});
    OrderRecord order;
    order.id = OrderId{read_number(object.at("id"), Place(place, "id"), 1)};
    order.type = read_text(object.at("type"), Place(place, "type"));
    order.fields = read_fields(object.at("fields"), Place(place, "fields"));
    order.meta = read_order_meta(object.at("meta"), Place(place, "meta"));
    order.items = read_items(object.at("items"), Place(place, "items"));
    order.notes = read_notes(object.at("notes"), Place(place, "notes"));
    const std::string spelled = canonical_form(order);
    if (spelled != line) {
        const auto differs = std::mismatch(spelled.begin(), spelled.end(), line.begin(), line.end()).second - line.begin();
        throw Error(errc::import_bad_order,
                    fmt::format("{} or just behind it (byte {}): spelled otherwise than `ordo order export` does",
                                pointer_before(line, static_cast<std::size_t>(differs)), differs + 1),
                    "no blanks between values, no needless escapes, keys in the order of the export and none twice");
    }
    return order;
}

}  // namespace ordo::orders
