/// The plugin `woocommerce`: what hangs on orders in tables that every store shares - items, notes, ids. It makes
/// `shop_order` and `shop_order_refund` order types (by its manifest).
#include <ordo/plugin.hpp>
#include <ordo/store_integrity.hpp>

#include <algorithm>
#include <deque>
#include <set>
#include <unordered_map>
#include <utility>

#include "details_writer.hpp"
#include "woocommerce_schema.hpp"

namespace {

using ordo::BytesView;
using ordo::OrderId;
using ordo::OrderRecord;
using ordo::Read;
using ordo::Row;

/// Items from `wp_woocommerce_order_items`, notes from `wp_comments`, each with its meta: four queries a batch.
class SharedTables final : public ordo::OrderDetails, public ordo::OrderDetailsIntegrity {
public:
    explicit SharedTables(const ordo::Host& host)
        : items_(host.table("woocommerce_order_items")), itemmeta_(host.table("woocommerce_order_itemmeta")),
          comments_(host.table("comments")), commentmeta_(host.table("commentmeta")), writer_(host) {}

    ordo::Schema schema() const override { return woocommerce::schema(items_, itemmeta_, comments_, commentmeta_); }

    void attach(Read& read, std::span<OrderRecord> orders) override {
        if (orders.empty()) return;
        std::vector<OrderId> ids;
        std::unordered_map<std::uint64_t, OrderRecord*> by_id;
        for (OrderRecord& order : orders) {
            ids.push_back(order.id);
            by_id.emplace(order.id.value, &order);
        }
        const std::string list = ordo::id_list(ids);
        // A database may lack these tables (orders only): then there is nothing to attach.
        if (read.table_exists(items_)) attach_items(read, list, by_id);
        if (read.table_exists(comments_)) attach_notes(read, list, by_id);
    }

    void insert(ordo::Unit& unit, std::span<const OrderRecord> orders) override { writer_.insert(unit, orders); }

    // OrderDetailsIntegrity

    std::vector<OrderId> list_owners(Read& read, const ordo::IdRange& range, std::size_t count_max) override {
        const std::string after = std::to_string(range.after.value), until = std::to_string(range.until.value), limit = std::to_string(count_max);
        std::string sql;
        std::vector<BytesView> values;
        const auto add = [&](const std::string& table, const std::string& column) {
            if (!read.table_exists(table)) return;
            sql += (sql.empty() ? "SELECT id FROM (SELECT DISTINCT " : " UNION SELECT id FROM (SELECT DISTINCT ") + column + " AS id FROM " + table +
                   " WHERE " + column + " > ? AND " + column + " <= ?" + (range.only.empty() ? "" : " AND " + column + " IN " + ordo::id_list(range.only)) +
                   " ORDER BY id LIMIT " + limit + ") of_" + table;
            values.insert(values.end(), {after, until});
        };
        add(items_, "order_id");
        // Other comments too: with their type among the conditions MariaDB may take the index of the types and read all notes
        // for each page. Whose posts are there is no question; `find_rows_of` gives notes only.
        add(comments_, "comment_post_ID");
        std::vector<OrderId> owners;
        if (!sql.empty()) read.query(sql + " ORDER BY id LIMIT " + limit, values, [&](const Row& row) { owners.push_back(OrderId{row.number(0)}); });
        return owners;
    }

    void find_rows_of(Read& read, std::span<const OrderId> orders, const ordo::EachStrayRows& each) override {
        if (orders.empty()) return;
        const std::string list = ordo::id_list(orders);
        const auto find = [&](const std::string& table, const std::string& sql) {
            if (!read.table_exists(table)) return;
            ordo::StrayRowsOfOrders rows(each);
            read.query(sql, [&](const Row& row) { rows.add(ordo::StrayRows::Kind::orphan, OrderId{row.number(0)}, table, "", row.number(1)); });
            rows.finish();
        };
        find(items_, "SELECT order_id, order_item_id FROM " + items_ + " WHERE order_id IN " + list + " ORDER BY order_id, order_item_id");
        find(comments_, "SELECT comment_post_ID, comment_ID FROM " + comments_ + " WHERE comment_type = 'order_note' AND comment_post_ID IN " + list +
                            " ORDER BY comment_post_ID, comment_ID");
    }

private:
    using ById = std::unordered_map<std::uint64_t, OrderRecord*>;

    void attach_items(Read& read, const std::string& list, const ById& by_id) {
        read.query("SELECT order_id, order_item_id, order_item_type, order_item_name FROM " + items_ + " WHERE order_id IN " + list +
                       " ORDER BY order_item_id",
                   [&](const Row& row) {
                       by_id.at(row.number(0))->items.push_back({row.number(1), std::string(row.text(2)), std::string(row.text(3)), {}});
                   });
        std::unordered_map<std::uint64_t, std::vector<ordo::MetaRow>*> owners;
        for (const auto& [id, order] : by_id)
            for (ordo::ItemRecord& item : order->items) owners.emplace(item.id, &item.meta);
        attach_meta(read, owners,
                    "SELECT m.order_item_id, m.meta_id, m.meta_key, m.meta_value FROM " + itemmeta_ + " m JOIN " + items_ +
                        " i ON i.order_item_id = m.order_item_id WHERE i.order_id IN " + list + " ORDER BY m.meta_id");
    }

    void attach_notes(Read& read, const std::string& list, const ById& by_id) {
        read.query("SELECT comment_post_ID, comment_ID, comment_author, comment_author_email, comment_date_gmt, comment_content,"
                   " comment_approved, comment_agent, comment_parent, user_id FROM " + comments_ +
                       " WHERE comment_type = 'order_note' AND comment_post_ID IN " + list + " ORDER BY comment_ID",
                   [&](const Row& row) {
                       ordo::NoteRecord note;
                       note.id = row.number(1);
                       note.author = row.text(2);
                       note.author_email = row.text(3);
                       note.date_gmt = row.text(4);
                       note.content = row.text(5);
                       note.approved = row.text(6);
                       note.agent = row.text(7);
                       note.parent = row.number(8);
                       note.user_id = row.number(9);
                       by_id.at(row.number(0))->notes.push_back(std::move(note));
                   });
        std::unordered_map<std::uint64_t, std::vector<ordo::MetaRow>*> owners;
        for (const auto& [id, order] : by_id)
            for (ordo::NoteRecord& note : order->notes) owners.emplace(note.id, &note.meta);
        attach_meta(read, owners,
                    "SELECT m.comment_id, m.meta_id, m.meta_key, m.meta_value FROM " + commentmeta_ + " m JOIN " + comments_ +
                        " c ON c.comment_ID = m.comment_id WHERE c.comment_type = 'order_note' AND c.comment_post_ID IN " + list +
                        " ORDER BY m.meta_id");
    }

    static void attach_meta(Read& read, const std::unordered_map<std::uint64_t, std::vector<ordo::MetaRow>*>& owners,
                            const std::string& sql) {
        read.query(sql, [&](const Row& row) {
            if (const auto owner = owners.find(row.number(0)); owner != owners.end())
                owner->second->push_back({row.number(1), std::string(row.text(2)), ordo::own(row[3])});
        });
    }

    std::string items_, itemmeta_, comments_, commentmeta_;
    woocommerce::DetailsWriter writer_;
};

/// An order's id is a post's: a placeholder row of `wp_posts` takes it, as WooCommerce does.
class PlaceholderIds final : public ordo::OrderIds {
public:
    explicit PlaceholderIds(const ordo::Host& host) : posts_(host.table("posts")), zone_(&host.site_zone()) {}

    std::vector<OrderId> allocate(ordo::Unit& unit, std::size_t count, std::string_view created_gmt) override {
        std::vector<OrderId> ids;
        const ordo::ReservedId next{OrderId{}, created_gmt};
        for (std::size_t i = 0; i < count; ++i) {
            insert_placeholders(unit, {&next, 1});
            ids.push_back(OrderId{unit.last_insert_id()});
        }
        return ids;
    }

    void reserve(ordo::Unit& unit, std::span<const ordo::ReservedId> ids) override {
        if (ids.empty()) return;
        std::vector<ordo::ReservedId> free(ids.begin(), ids.end());
        std::sort(free.begin(), free.end(), [](const auto& a, const auto& b) { return a.id < b.id; });
        std::vector<OrderId> wanted;
        for (const ordo::ReservedId& one : free) wanted.push_back(one.id);
        std::set<OrderId> taken;
        unit.query("SELECT ID FROM " + posts_ + " WHERE ID IN " + ordo::id_list(wanted), [&](const Row& row) { taken.insert(OrderId{row.number(0)}); });
        std::erase_if(free, [&](const ordo::ReservedId& one) { return taken.contains(one.id); });
        if (!free.empty()) insert_placeholders(unit, free);
    }

private:
    /// Inserts a placeholder for each id; the one without an id gets it from the database.
    void insert_placeholders(ordo::Unit& unit, std::span<const ordo::ReservedId> ids) {
        ordo::Insert insert{posts_,
                            {"post_type", "post_status", "comment_status", "ping_status", "post_date", "post_date_gmt", "post_modified",
                             "post_modified_gmt", "post_content", "post_title", "post_excerpt", "to_ping", "pinged", "post_content_filtered",
                             "post_parent"},
                            {}};
        const bool ids_given = ids.front().id != OrderId{};
        if (ids_given) insert.columns.push_back("ID");
        std::deque<std::string> texts;  // a deque: views stay valid while it grows
        for (const ordo::ReservedId& one : ids) {
            const auto instant = ordo::parse_datetime(one.created_gmt);
            const std::string& local = texts.emplace_back(instant ? zone_->to_local(*instant) : std::string(ordo::zero_datetime));
            const std::string_view gmt = instant ? one.created_gmt : ordo::zero_datetime;
            const std::string& parent = texts.emplace_back(std::to_string(one.parent.value));
            for (const std::string_view value : std::initializer_list<std::string_view>{
                     "shop_order_placehold", "draft", "closed", "closed", local, gmt, local, gmt, "", "", "", "", "", "", parent})
                insert.values.emplace_back(value);
            if (ids_given) insert.values.emplace_back(texts.emplace_back(std::to_string(one.id.value)));
        }
        unit.insert(insert);
    }

    std::string posts_;
    const ordo::SiteZone* zone_;
};

}  // namespace

class WooCommerce final : public ordo::Plugin {
    void start(ordo::Host& host) override {
        details_.emplace(host);
        ids_.emplace(host);
        ordo::register_interface<ordo::OrderDetails>(host, *details_);
        ordo::register_interface<ordo::OrderDetailsIntegrity>(host, *details_);
        ordo::register_interface<ordo::OrderIds>(host, *ids_);
    }

    std::optional<SharedTables> details_;
    std::optional<PlaceholderIds> ids_;
};

ORDO_PLUGIN(WooCommerce)
