/// See order_compare.hpp.
#include "kernel/orders/order_compare.hpp"

#include <algorithm>
#include <map>

#include <fmt/compile.h>
#include <fmt/format.h>

#include "kernel/orders/digest.hpp"

namespace ordo::orders {
namespace {

void compare_fields(const OrderRecord& source, const LoadedOrder& target, Changes& changes) {
    auto s = source.fields.begin();
    auto t = target.record.fields.begin();
    const auto change = [&](FieldId id, std::optional<FieldValue> value) {
        changes.fields.push_back({id, target.stored(id), std::move(value)});
    };
    while (s != source.fields.end() || t != target.record.fields.end()) {
        const bool source_first = t == target.record.fields.end() || (s != source.fields.end() && s->id < t->id);
        const bool target_first = s == source.fields.end() || (t != target.record.fields.end() && t->id < s->id);
        if (source_first) {
            change(s->id, s->value);
            ++s;
        } else if (target_first) {
            change(t->id, std::nullopt);
            ++t;
        } else {
            if (s->value != t->value) change(s->id, s->value);
            ++s, ++t;
        }
    }
}

void compare_key(const std::string& key, const OrderRecord& source, std::span<const std::size_t> s, const LoadedOrder& target,
                 std::span<const std::size_t> t, Changes& changes) {
    const bool equal = std::equal(s.begin(), s.end(), t.begin(), t.end(), [&](std::size_t a, std::size_t b) {
        return source.meta[a].value == target.record.meta[b].value;
    });
    if (equal) return;
    for (std::size_t i = 0; i < std::max(s.size(), t.size()); ++i) {
        MetaChange change;
        change.key = key;
        change.ordinal = static_cast<std::uint32_t>(i);
        if (i < t.size()) {
            change.row = target.record.meta[t[i]].row;
            change.expected = target.stored_meta(t[i]);
        }
        if (i < s.size()) change.value = source.meta[s[i]].value;
        if (i >= s.size()) {
            change.op = MetaChange::Op::remove;
        } else if (i >= t.size()) {
            change.op = MetaChange::Op::insert;
        } else {
            // A row with overflow is written again although it is equal: overflow is kept for a whole key at a time.
            if (source.meta[s[i]].value == target.record.meta[t[i]].value && !target.overflows(t[i])) continue;
            change.op = MetaChange::Op::update;
        }
        changes.meta.push_back(std::move(change));
    }
}

void compare_meta(const OrderRecord& source, const LoadedOrder& target, DerivedMeta derived, Changes& changes) {
    const auto s = compared_meta(source, derived);
    const auto t = compared_meta(target.record, derived);
    std::size_t i = 0, j = 0;
    while (i < s.size() || j < t.size()) {
        const std::string* key = i < s.size() ? &source.meta[s[i]].key : nullptr;
        if (j < t.size() && (!key || target.record.meta[t[j]].key < *key)) key = &target.record.meta[t[j]].key;
        std::size_t i_end = i, j_end = j;
        while (i_end < s.size() && source.meta[s[i_end]].key == *key) ++i_end;
        while (j_end < t.size() && target.record.meta[t[j_end]].key == *key) ++j_end;
        compare_key(*key, source, std::span(s).subspan(i, i_end - i), target, std::span(t).subspan(j, j_end - j), changes);
        i = i_end, j = j_end;
    }
}

/// The compared meta of a record by key and rank.
std::map<std::pair<std::string, std::uint32_t>, const Bytes*> ranked_meta(const OrderRecord* record) {
    std::map<std::pair<std::string, std::uint32_t>, const Bytes*> ranked;
    if (!record) return ranked;
    for (const std::size_t i : compared_meta(*record)) {
        std::uint32_t rank = 0;
        while (!ranked.try_emplace({record->meta[i].key, rank}, &record->meta[i].value).second) ++rank;
    }
    return ranked;
}

std::string masked_meta(const Bytes& value) { return value ? fmt::format("({} bytes)", value->size()) : "NULL"; }

}  // namespace

std::vector<std::size_t> compared_meta(const OrderRecord& record, DerivedMeta derived) {
    std::vector<std::size_t> indexes;
    for (std::size_t i = 0; i < record.meta.size(); ++i)
        if (derived == DerivedMeta::include || !is_derived_key(record.meta[i].key)) indexes.push_back(i);
    std::stable_sort(indexes.begin(), indexes.end(),
                     [&](std::size_t a, std::size_t b) { return record.meta[a].key < record.meta[b].key; });
    return indexes;
}

Changes compare(const OrderRecord& source, const LoadedOrder& target, DerivedMeta derived) {
    Changes changes;
    changes.type_differs = source.type != target.record.type;
    compare_fields(source, target, changes);
    compare_meta(source, target, derived, changes);
    return changes;
}

std::string content_digest(const OrderRecord& order) {
    Digest digest;
    // Lengths before the texts: what ends where is part of the content.
    const auto add = [&](std::string_view text) {
        digest.add(fmt::format(FMT_COMPILE("{}:"), text.size()));
        digest.add(text);
    };
    add(order.type);
    for (const Field& field : order.fields) {
        add(field_spec(field.id).name);
        digest.add(field.value.raw ? "raw" : "");
        add(field.value.text);
    }
    for (const std::size_t i : compared_meta(order)) {
        add(order.meta[i].key);
        if (order.meta[i].value) add(*order.meta[i].value);
        else digest.add("-");
    }
    return digest.hex();
}

bool overwrites(const Changes& changes) noexcept {
    return changes.type_differs || std::any_of(changes.fields.begin(), changes.fields.end(), [](const FieldChange& one) { return one.expected.has_value(); }) ||
           std::any_of(changes.meta.begin(), changes.meta.end(), [](const MetaChange& one) { return one.op != MetaChange::Op::insert; });
}

OrderWrite make_insert(const OrderRecord& source) {
    OrderWrite write{WriteOp::insert, source.id, source.type, {}, {}};
    for (const Field& field : source.fields) write.fields.push_back({field.id, std::nullopt, field.value});
    std::map<std::string_view, std::uint32_t> ranks;
    for (const MetaRow& row : source.meta)
        write.meta.push_back({MetaChange::Op::insert, 0, row.key, std::nullopt, row.value, ranks[row.key]++});
    return write;
}

std::vector<Difference> describe(const Changes& changes, const OrderRecord& source, const OrderRecord& target) {
    std::vector<Difference> differences;
    if (changes.type_differs) differences.push_back({source.id, Difference::Kind::type, "type", 0, source.type, target.type});
    for (const FieldChange& change : changes.fields) {
        const FieldSpec& spec = field_spec(change.id);
        differences.push_back({source.id, Difference::Kind::field, std::string(spec.name), 0, masked(spec.privacy, change.value),
                               masked(spec.privacy, target.get(change.id))});
    }
    for (const MetaChange& change : changes.meta) {
        const auto kind = change.op == MetaChange::Op::insert   ? Difference::Kind::meta_missing
                          : change.op == MetaChange::Op::remove ? Difference::Kind::meta_extra
                                                                : Difference::Kind::meta_value;
        const auto value_of = [&](const OrderRecord& record) {
            std::uint32_t rank = 0;
            for (const MetaRow& row : record.meta)
                if (row.key == change.key && rank++ == change.ordinal) return row.value;
            return Bytes{};
        };
        const Bytes held = value_of(target);
        if (change.op == MetaChange::Op::update && held == change.value) continue;  // written again only for its overflow
        differences.push_back({source.id, kind, change.key, change.ordinal,
                               kind == Difference::Kind::meta_extra ? "-" : masked_meta(change.value),
                               kind == Difference::Kind::meta_missing ? "-" : masked_meta(held)});
    }
    return differences;
}

std::vector<ComparedValue> side_by_side(const OrderRecord* source, const OrderRecord* target) {
    std::vector<ComparedValue> values;
    const auto type_of = [](const OrderRecord* record) { return record ? '"' + record->type + '"' : "-"; };
    values.push_back({"type", 0, type_of(source), type_of(target), source && target && source->type == target->type});
    for (const FieldSpec& spec : order_fields) {
        const auto value_of = [&](const OrderRecord* record) { return record ? record->get(spec.id) : std::nullopt; };
        const auto s = value_of(source), t = value_of(target);
        if (!s && !t) continue;
        values.push_back({std::string(spec.name), 0, source ? masked(spec.privacy, s) : "-", target ? masked(spec.privacy, t) : "-", s == t});
    }
    const auto s = ranked_meta(source), t = ranked_meta(target);
    auto all = s;
    all.insert(t.begin(), t.end());
    for (const auto& [name, value] : all) {
        const auto in_s = s.find(name), in_t = t.find(name);
        const bool both = in_s != s.end() && in_t != t.end();
        values.push_back({name.first, name.second, in_s != s.end() ? masked_meta(*in_s->second) : "-", in_t != t.end() ? masked_meta(*in_t->second) : "-",
                          both && *in_s->second == *in_t->second});
    }
    return values;
}

}  // namespace ordo::orders
