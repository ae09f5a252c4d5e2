/// See details_editor.hpp. New items and notes are inserted one by one: how ids of rows that are inserted together follow each
/// other depends on the server (`innodb_autoinc_lock_mode`, `auto_increment_increment` of a cluster, LOAD DATA). All their meta
/// goes in together.
#include "details_editor.hpp"

#include <array>
#include <unordered_map>

namespace woocommerce {
namespace {

using ordo::ItemWrite;
using ordo::MetaChange;
using ordo::OrderId;
using ordo::Row;
using ordo::WriteOp;

/// Who asks has read what is there and holds it: what is gone now never was the order's.
[[noreturn]] void refuse(const std::string& what, OrderId order) {
    throw ordo::Error(ordo::errc::order_conflict, fmt::format("order {} has no {}", order, what), "load the order again");
}

/// Names of the items that are to be updated or removed, by id; each is its order's.
std::unordered_map<std::uint64_t, std::string> hold_items(ordo::Unit& unit, const Place& items, std::span<const ItemWrite> writes) {
    std::unordered_map<std::uint64_t, std::pair<OrderId, std::string>> held;
    std::vector<std::uint64_t> wanted;
    for (const ItemWrite& write : writes)
        if (write.op != WriteOp::insert) wanted.push_back(write.id);
    for_id_lists(wanted, [&](const std::string& list) {
        unit.query(fmt::format("SELECT order_item_id, order_id, order_item_name FROM {} WHERE order_item_id IN {}{}", items.table, list, unit.dialect().for_update()),
                   [&](const Row& row) { held.emplace(row.number(0), std::pair{OrderId{row.number(1)}, std::string(row.text(2))}); });
    });
    std::unordered_map<std::uint64_t, std::string> names;
    for (const ItemWrite& write : writes) {
        if (write.op == WriteOp::insert) continue;
        const auto item = held.find(write.id);
        if (item == held.end() || item->second.first != write.order) refuse(fmt::format("item {}", write.id), write.order);
        names.emplace(write.id, item->second.second);
    }
    return names;
}

void rename_item(ordo::Unit& unit, const Place& items, const ItemWrite& write) {
    const std::string id = std::to_string(write.id), order = std::to_string(write.order.value);
    const std::array<ordo::BytesView, 3> values{write.name, id, order};
    unit.execute("UPDATE " + items.table + " SET order_item_name = ? WHERE order_item_id = ? AND order_id = ?", values);
}

/// Updates and removes the rows of meta that one item's update names.
void change_meta(ordo::Unit& unit, const Place& items, const ItemWrite& write) {
    const std::string id = std::to_string(write.id);
    std::vector<std::uint64_t> removed;
    for (const MetaChange& change : write.meta) {
        if (change.op == MetaChange::Op::remove) removed.push_back(change.row);
        if (change.op != MetaChange::Op::update) continue;
        const std::string row = std::to_string(change.row);
        const std::array<ordo::BytesView, 3> values{ordo::view(change.value), row, id};
        if (unit.execute("UPDATE " + items.meta_table + " SET meta_value = ? WHERE meta_id = ? AND order_item_id = ?", values) != 1)
            refuse(fmt::format("meta row {} of item {}", row, id), write.order);
    }
    for_id_lists(removed, [&](const std::string& list) {
        const std::uint64_t rows = unit.execute(fmt::format("DELETE FROM {} WHERE meta_id IN {} AND order_item_id = {}", items.meta_table, list, id));
        if (rows != static_cast<std::uint64_t>(std::count(list.begin(), list.end(), ',') + 1)) refuse(fmt::format("meta rows {} of item {}", list, id), write.order);
    });
}

/// Items or notes themselves, with their meta.
void erase_rows(ordo::Unit& unit, const Place& place, std::span<const std::uint64_t> ids) {
    if (ids.empty()) return;
    const bool has_meta = unit.table_exists(place.meta_table);
    for_id_lists(ids, [&](const std::string& list) {
        if (has_meta) unit.execute(fmt::format("DELETE FROM {} WHERE {} IN {}", place.meta_table, place.meta_owner, list));
        unit.execute(fmt::format("DELETE FROM {} WHERE {} IN {}", place.table, place.id_column, list));
    });
}

/// Everything of these orders. The ids are looked up first: MariaDB would look at the whole of the meta for a condition on its owners.
bool erase_all(ordo::Unit& unit, const Place& place, std::span<const OrderId> orders) {
    if (!unit.table_exists(place.table)) return false;
    std::vector<std::uint64_t> ids;
    unit.query("SELECT " + place.id_column + place.from(orders) + std::string(unit.dialect().for_update()), [&](const Row& row) { ids.push_back(row.number(0)); });
    erase_rows(unit, place, ids);
    return !ids.empty();
}

}  // namespace

std::vector<std::uint64_t> DetailsEditor::write_items(ordo::Unit& unit, std::span<const ItemWrite> writes) const {
    const Place& items = tables_.items;
    const auto names = hold_items(unit, items, writes);
    std::vector<std::uint64_t> ids, erased;
    Rows meta = Rows::of_meta(items);
    for (const ItemWrite& write : writes) {
        std::uint64_t id = write.id;
        if (write.op == WriteOp::insert) {
            Rows item(items.table, {"order_id", "order_item_type", "order_item_name"});
            item.add_number(write.order.value).add(write.type).add(write.name).insert_into(unit);
            id = unit.last_insert_id();
        } else if (write.op == WriteOp::erase) {
            erased.push_back(id);
        } else {
            if (names.at(id) != write.name) rename_item(unit, items, write);
            change_meta(unit, items, write);
        }
        ids.push_back(id);
        if (write.op == WriteOp::erase) continue;
        for (const MetaChange& change : write.meta)
            if (change.op == MetaChange::Op::insert) meta.add_number(id).add(change.key).add(ordo::view(change.value));
    }
    erase_rows(unit, items, erased);
    meta.insert_into(unit);
    return ids;
}

std::vector<std::uint64_t> DetailsEditor::add_notes(ordo::Unit& unit, std::span<const ordo::OrderDetails::NewNote> notes) const {
    std::vector<std::uint64_t> ids;
    std::vector<OrderId> orders;
    Rows meta = Rows::of_meta(tables_.notes);
    for (const auto& [order, note] : notes) {
        Rows row = Rows::of_notes(tables_, {});
        row.add_note(tables_, order, note);
        row.insert_into(unit);
        ids.push_back(unit.last_insert_id());
        orders.push_back(order);
        meta.add_meta(ids.back(), note.meta);
    }
    meta.insert_into(unit);
    count_comments(unit, tables_, std::move(orders));
    return ids;
}

bool DetailsEditor::remove_note(ordo::Unit& unit, OrderId order, std::uint64_t note) const {
    const Place& notes = tables_.notes;
    const std::string id = std::to_string(note);
    std::string parent;
    unit.query("SELECT comment_parent" + notes.from({&order, 1}) + " AND comment_ID = " + id + std::string(unit.dialect().for_update()),
               [&](const Row& row) { parent = row.text(0); });
    if (parent.empty()) return false;
    // Answers become those of what it answered, as WordPress has it.
    unit.execute("UPDATE " + notes.table + " SET comment_parent = " + parent + " WHERE comment_parent = " + id);
    erase_rows(unit, notes, {&note, 1});
    count_comments(unit, tables_, {order});
    return true;
}

/// Comment counts stay: WordPress, too, does not count when it moves the comments of a post to the trash and back.
void DetailsEditor::approve_notes(ordo::Unit& unit, OrderId order, std::span<const std::uint64_t> notes, std::string_view approved) const {
    const ordo::BytesView value = approved;
    for_id_lists(notes, [&](const std::string& list) {
        unit.execute(fmt::format("UPDATE {} SET comment_approved = ? WHERE comment_ID IN {} AND comment_post_ID = {}{}", tables_.notes.table, list, order,
                                 tables_.notes.condition),
                     {&value, 1});
    });
}

void DetailsEditor::erase(ordo::Unit& unit, std::span<const OrderId> orders) const {
    if (orders.empty()) return;
    erase_all(unit, tables_.items, orders);
    if (erase_all(unit, tables_.notes, orders)) count_comments(unit, tables_, {orders.begin(), orders.end()});
}

}  // namespace woocommerce
