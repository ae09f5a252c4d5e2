/// See details_tables.hpp.
#include "details_tables.hpp"

namespace woocommerce {

Rows Rows::of_notes(const DetailsTables& tables, std::vector<std::string_view> columns) {
    for (const std::string_view column : {"comment_post_ID", "comment_author", "comment_author_email", "comment_date", "comment_date_gmt", "comment_content",
                                          "comment_approved", "comment_agent", "comment_type", "comment_parent", "user_id"})
        columns.push_back(column);
    return {tables.notes.table, std::move(columns)};
}

void Rows::add_note(const DetailsTables& tables, ordo::OrderId order, const ordo::NoteRecord& note) {
    const auto written = ordo::parse_datetime(note.date_gmt);
    add_number(order.value).add(note.author).add(note.author_email);
    add_own(written ? tables.zone->to_local(*written) : std::string(ordo::zero_datetime)).add(note.date_gmt);
    add(note.content).add(note.approved).add(note.agent).add("order_note").add_number(note.parent).add_number(note.user_id);
}

/// As WordPress counts: comments that are approved, or were when their post went to the trash.
void count_comments(ordo::Unit& unit, const DetailsTables& tables, std::vector<ordo::OrderId> orders) {
    if (orders.empty() || !unit.table_exists(tables.posts)) return;
    std::sort(orders.begin(), orders.end());
    orders.erase(std::unique(orders.begin(), orders.end()), orders.end());
    unit.execute(fmt::format("UPDATE {0} SET comment_count = (SELECT COUNT(*) FROM {1} c WHERE c.comment_post_ID = {0}.ID"
                             " AND c.comment_approved IN ('1', 'post-trashed')) WHERE ID IN {2}",
                             tables.posts, tables.notes.table, ordo::id_list(orders)));
}

}  // namespace woocommerce
