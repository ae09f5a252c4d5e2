/// See details_writer.hpp. One statement a table and batch (two for what lost owners left behind).
#include "details_writer.hpp"

#include <algorithm>
#include <deque>

namespace woocommerce {
namespace {

using ordo::BytesView;
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

/// Calls `each` with "(1,2,3)" for all ids, some thousands at a time: a statement has a longest length.
template <class Each>
void for_id_lists(std::span<const Hung> hung, Each each) {
    constexpr std::size_t ids_max = 10000;
    for (std::size_t at = 0; at < hung.size(); at += ids_max) {
        std::string list = "(";
        for (const Hung& one : hung.subspan(at, std::min(ids_max, hung.size() - at))) list += (list.size() > 1 ? "," : "") + std::to_string(one.id);
        each(list + ")");
    }
}

/// Where items or notes stand.
struct Place {
    std::string_view word, table, id_column, owner_column, meta_table, meta_owner;
};

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
    for_id_lists(hung, [&](const std::string& list) {
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
    for_id_lists(hung, [&](const std::string& list) { unit.execute(fmt::format("DELETE FROM {} WHERE {} IN {}", place.meta_table, place.meta_owner, list)); });
}

/// Rows for one table; owns the numbers' texts.
class Rows {
public:
    Rows(std::string_view table, std::vector<std::string_view> columns) : insert_{table, std::move(columns), {}} {}
    Rows& add(BytesView value) {
        insert_.values.push_back(value);
        return *this;
    }
    Rows& add_own(std::string text) { return add(texts_.emplace_back(std::move(text))); }
    Rows& add_number(std::uint64_t number) { return add_own(std::to_string(number)); }
    void add_meta(std::uint64_t owner, const std::vector<ordo::MetaRow>& meta) {
        for (const ordo::MetaRow& row : meta) add_number(owner).add(row.key).add(ordo::view(row.value));
    }
    void insert_into(ordo::Unit& unit) const { unit.insert(insert_); }

private:
    ordo::Insert insert_;
    std::deque<std::string> texts_;  // a deque: views stay valid while it grows
};

}  // namespace

DetailsWriter::DetailsWriter(const ordo::Host& host)
    : items_(host.table("woocommerce_order_items")), itemmeta_(host.table("woocommerce_order_itemmeta")), comments_(host.table("comments")),
      commentmeta_(host.table("commentmeta")), posts_(host.table("posts")), zone_(&host.site_zone()) {}

void DetailsWriter::insert(ordo::Unit& unit, std::span<const OrderRecord> orders) const {
    const Place items{"item", items_, "order_item_id", "order_id", itemmeta_, "order_item_id"};
    const Place notes{"note", comments_, "comment_ID", "comment_post_ID", commentmeta_, "comment_id"};
    const auto hung_items = collect(orders, &OrderRecord::items);
    const auto hung_notes = collect(orders, &OrderRecord::notes);
    require_free_ids(unit, items, hung_items);
    require_free_ids(unit, notes, hung_notes);
    if (!hung_items.empty()) {
        erase_left_meta(unit, items, hung_items);
        insert_items(unit, orders);
    }
    if (!hung_notes.empty()) {
        erase_left_meta(unit, notes, hung_notes);
        insert_notes(unit, orders);
        count_comments(unit, orders);
    }
}

void DetailsWriter::insert_items(ordo::Unit& unit, std::span<const OrderRecord> orders) const {
    Rows items(items_, {"order_item_id", "order_id", "order_item_type", "order_item_name"});
    Rows meta(itemmeta_, {"order_item_id", "meta_key", "meta_value"});
    for (const OrderRecord& order : orders)
        for (const ordo::ItemRecord& item : order.items) {
            items.add_number(item.id).add_number(order.id.value).add(item.type).add(item.name);
            meta.add_meta(item.id, item.meta);
        }
    items.insert_into(unit);
    meta.insert_into(unit);
}

void DetailsWriter::insert_notes(ordo::Unit& unit, std::span<const OrderRecord> orders) const {
    Rows notes(comments_, {"comment_ID", "comment_post_ID", "comment_author", "comment_author_email", "comment_date", "comment_date_gmt",
                           "comment_content", "comment_approved", "comment_agent", "comment_type", "comment_parent", "user_id"});
    Rows meta(commentmeta_, {"comment_id", "meta_key", "meta_value"});
    for (const OrderRecord& order : orders)
        for (const ordo::NoteRecord& note : order.notes) {
            const auto written = ordo::parse_datetime(note.date_gmt);
            notes.add_number(note.id).add_number(order.id.value).add(note.author).add(note.author_email);
            notes.add_own(written ? zone_->to_local(*written) : std::string(ordo::zero_datetime)).add(note.date_gmt);
            notes.add(note.content).add(note.approved).add(note.agent).add("order_note").add_number(note.parent).add_number(note.user_id);
            meta.add_meta(note.id, note.meta);
        }
    notes.insert_into(unit);
    meta.insert_into(unit);
}

/// As WordPress counts: comments that are approved, or were when their post went to the trash.
void DetailsWriter::count_comments(ordo::Unit& unit, std::span<const OrderRecord> orders) const {
    if (!unit.table_exists(posts_)) return;
    std::vector<ordo::OrderId> ids;
    for (const OrderRecord& order : orders)
        if (!order.notes.empty()) ids.push_back(order.id);
    unit.execute(fmt::format("UPDATE {0} SET comment_count = (SELECT COUNT(*) FROM {1} c WHERE c.comment_post_ID = {0}.ID"
                             " AND c.comment_approved IN ('1', 'post-trashed')) WHERE ID IN {2}",
                             posts_, comments_, ordo::id_list(ids)));
}

}  // namespace woocommerce
