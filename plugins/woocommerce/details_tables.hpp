/// The shared tables of items and notes by name, and what all who write them have in common. Keeps no state; any thread.
#pragma once

#include <algorithm>
#include <deque>
#include <string>
#include <vector>

#include <ordo/host.hpp>

namespace woocommerce {

/// Where items or notes stand, and which rows of the table they are.
struct Place {
    std::string_view word;
    std::string table, id_column, owner_column, meta_table, meta_owner, condition;

    /// " FROM table WHERE …" of what hangs on these orders.
    std::string from(std::span<const ordo::OrderId> orders) const {
        return " FROM " + table + " WHERE " + owner_column + " IN " + ordo::id_list(orders) + condition;
    }
};

struct DetailsTables {
    explicit DetailsTables(const ordo::Host& host)
        : items{"item", host.table("woocommerce_order_items"), "order_item_id", "order_id", host.table("woocommerce_order_itemmeta"), "order_item_id", ""},
          notes{"note", host.table("comments"), "comment_ID", "comment_post_ID", host.table("commentmeta"), "comment_id", " AND comment_type = 'order_note'"},
          posts(host.table("posts")), zone(&host.site_zone()) {}

    Place items, notes;
    std::string posts;
    const ordo::SiteZone* zone;
};

/// Calls `each` with "(1,2,3)" for all ids, some thousands at a time: a statement has a longest length.
template <class Each>
void for_id_lists(std::span<const std::uint64_t> ids, Each each) {
    constexpr std::size_t ids_max = 10000;
    for (std::size_t at = 0; at < ids.size(); at += ids_max) each(ordo::number_list(ids.subspan(at, std::min(ids_max, ids.size() - at))));
}

/// Rows for one table; owns the numbers' texts.
class Rows {
public:
    Rows(std::string_view table, std::vector<std::string_view> columns) : insert_{table, std::move(columns), {}} {}
    /// Rows of meta of items or notes.
    static Rows of_meta(const Place& place) { return {place.meta_table, {place.meta_owner, "meta_key", "meta_value"}}; }
    /// Rows of notes: the columns that `add_note` fills behind these.
    static Rows of_notes(const DetailsTables& tables, std::vector<std::string_view> columns);

    Rows& add(ordo::BytesView value) {
        insert_.values.push_back(value);
        return *this;
    }
    Rows& add_own(std::string text) { return add(texts_.emplace_back(std::move(text))); }
    Rows& add_number(std::uint64_t number) { return add_own(std::to_string(number)); }
    void add_meta(std::uint64_t owner, const std::vector<ordo::MetaRow>& meta) {
        for (const ordo::MetaRow& row : meta) add_number(owner).add(row.key).add(ordo::view(row.value));
    }
    void add_note(const DetailsTables& tables, ordo::OrderId order, const ordo::NoteRecord& note);
    void insert_into(ordo::Unit& unit) const { unit.insert(insert_); }

private:
    ordo::Insert insert_;
    std::deque<std::string> texts_;  // a deque: views stay valid while it grows
};

/// Brings the comment counts of the orders' posts up to date, if there are posts.
void count_comments(ordo::Unit& unit, const DetailsTables& tables, std::vector<ordo::OrderId> orders);

}  // namespace woocommerce
