/// See details_writer.hpp. One statement a table and batch (two for what lost owners left behind).
#include "details_writer.hpp"

namespace woocommerce {
namespace {

using ordo::OrderRecord;
using ordo::Row;

/// An item or a note, by its id, and the order it hangs on.
struct Hung {
    std::uint64_t id;
    ordo::OrderId order;
};

template <class Record>
std::vector<Hung> collect(std::span<const OrderRecord> orders, std::vector<Record> OrderRecord::* part) {
    std::vector<Hung> hung;
    for (const OrderRecord& order : orders)
        for (const Record& record : order.*part) hung.push_back({record.id, order.id});
    std::sort(hung.begin(), hung.end(), [](const Hung& a, const Hung& b) { return a.id < b.id; });
    return hung;
}

std::vector<std::uint64_t> ids_of(std::span<const Hung> hung) {
    std::vector<std::uint64_t> ids;
    for (const Hung& one : hung) ids.push_back(one.id);
    return ids;
}

[[noreturn]] void refuse(const Place& place, const std::string& which) {
    throw ordo::Error(ordo::errc::order_exists, fmt::format("ids of {}s are taken: {}", place.word, which),
                      "items and notes keep their ids, which refunds and trash records refer to; bring the orders into a database that has none of them");
}

void require_free_ids(ordo::Unit& unit, const Place& place, std::span<const Hung> hung) {
    const auto twice = std::adjacent_find(hung.begin(), hung.end(), [](const Hung& a, const Hung& b) { return a.id == b.id; });
    if (twice != hung.end()) refuse(place, fmt::format("{} by order {} and order {} alike", twice->id, twice->order, (twice + 1)->order));
    constexpr int shown_max = 3;
    std::uint64_t taken = 0;
    std::string which;
    for_id_lists(ids_of(hung), [&](const std::string& list) {
        unit.query(fmt::format("SELECT {0}, {1} FROM {2} WHERE {0} IN {3} ORDER BY {0}", place.id_column, place.owner_column, place.table, list),
                   [&](const Row& row) {
                       if (++taken <= shown_max) which += fmt::format("{}{} by order {}", taken > 1 ? ", " : "", row.text(0), row.text(1));
                   });
    });
    if (taken > shown_max) which += fmt::format(" … {} in all", taken);
    if (taken > 0) refuse(place, which);
}

/// Meta that lost items or notes left behind would become the new ones'.
void erase_left_meta(ordo::Unit& unit, const Place& place, std::span<const Hung> hung) {
    for_id_lists(ids_of(hung), [&](const std::string& list) { unit.execute(fmt::format("DELETE FROM {} WHERE {} IN {}", place.meta_table, place.meta_owner, list)); });
}

}  // namespace

void DetailsWriter::insert(ordo::Unit& unit, std::span<const OrderRecord> orders) const {
    const auto hung_items = collect(orders, &OrderRecord::items);
    const auto hung_notes = collect(orders, &OrderRecord::notes);
    require_free_ids(unit, tables_.items, hung_items);
    require_free_ids(unit, tables_.notes, hung_notes);
    if (!hung_items.empty()) {
        erase_left_meta(unit, tables_.items, hung_items);
        insert_items(unit, orders);
    }
    if (!hung_notes.empty()) {
        erase_left_meta(unit, tables_.notes, hung_notes);
        insert_notes(unit, orders);
        std::vector<ordo::OrderId> noted;
        for (const Hung& note : hung_notes) noted.push_back(note.order);
        count_comments(unit, tables_, std::move(noted));
    }
}

void DetailsWriter::insert_items(ordo::Unit& unit, std::span<const OrderRecord> orders) const {
    Rows items(tables_.items.table, {"order_item_id", "order_id", "order_item_type", "order_item_name"});
    Rows meta = Rows::of_meta(tables_.items);
    for (const OrderRecord& order : orders)
        for (const ordo::ItemRecord& item : order.items) {
            items.add_number(item.id).add_number(order.id.value).add(item.type).add(item.name);
            meta.add_meta(item.id, item.meta);
        }
    items.insert_into(unit);
    meta.insert_into(unit);
}

void DetailsWriter::insert_notes(ordo::Unit& unit, std::span<const OrderRecord> orders) const {
    Rows notes = Rows::of_notes(tables_, {"comment_ID"});
    Rows meta = Rows::of_meta(tables_.notes);
    for (const OrderRecord& order : orders)
        for (const ordo::NoteRecord& note : order.notes) {
            notes.add_number(note.id).add_note(tables_, order.id, note);
            meta.add_meta(note.id, note.meta);
        }
    notes.insert_into(unit);
    meta.insert_into(unit);
}

}  // namespace woocommerce
