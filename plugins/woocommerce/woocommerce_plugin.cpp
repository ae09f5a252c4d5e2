/// The plugin `woocommerce`: what hangs on orders in tables that every store shares - items, notes, ids, products. It makes
/// `shop_order` and `shop_order_refund` order types (by its manifest).
#include <ordo/plugin.hpp>
#include <ordo/store_integrity.hpp>

#include <algorithm>
#include <deque>
#include <set>
#include <unordered_map>
#include <utility>

#include "customer_users.hpp"
#include "details_editor.hpp"
#include "details_writer.hpp"
#include "order_id_sequence.hpp"
#include "order_products.hpp"
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
    explicit SharedTables(const ordo::Host& host) : tables_(host) {}

    ordo::Schema schema() const override {
        return woocommerce::schema(tables_.items.table, tables_.items.meta_table, tables_.notes.table, tables_.notes.meta_table);
    }

    void attach(Read& read, std::span<OrderRecord> orders, ordo::DetailParts parts) override { attach(read, orders, parts, ""); }
    void attach_for_update(ordo::Unit& unit, std::span<OrderRecord> orders, ordo::DetailParts parts) override {
        attach(unit, orders, parts, std::string(unit.dialect().for_update()));
    }
    std::vector<std::uint64_t> write_items(ordo::Unit& unit, std::span<const ordo::ItemWrite> writes) override { return editor_.write_items(unit, writes); }
    std::vector<std::uint64_t> add_notes(ordo::Unit& unit, std::span<const NewNote> notes) override { return editor_.add_notes(unit, notes); }
    bool remove_note(ordo::Unit& unit, OrderId order, std::uint64_t note) override { return editor_.remove_note(unit, order, note); }
    void approve_notes(ordo::Unit& unit, OrderId order, std::span<const std::uint64_t> notes, std::string_view approved) override {
        editor_.approve_notes(unit, order, notes, approved);
    }
    void erase(ordo::Unit& unit, std::span<const OrderId> orders) override { editor_.erase(unit, orders); }
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
        add(tables_.items.table, "order_id");
        // Other comments too: with their type among the conditions MariaDB may take the index of the types and read all notes
        // for each page. Whose posts are there is no question; `find_rows_of` gives notes only.
        add(tables_.notes.table, "comment_post_ID");
        std::vector<OrderId> owners;
        if (!sql.empty()) read.query(sql + " ORDER BY id LIMIT " + limit, values, [&](const Row& row) { owners.push_back(OrderId{row.number(0)}); });
        return owners;
    }

    void find_rows_of(Read& read, std::span<const OrderId> orders, const ordo::EachStrayRows& each) override {
        if (orders.empty()) return;
        for (const woocommerce::Place* place : {&tables_.items, &tables_.notes}) {
            if (!read.table_exists(place->table)) continue;
            const std::string columns = place->owner_column + ", " + place->id_column;
            ordo::StrayRowsOfOrders rows(each);
            read.query("SELECT " + columns + place->from(orders) + " ORDER BY " + columns,
                       [&](const Row& row) { rows.add(ordo::StrayRows::Kind::orphan, OrderId{row.number(0)}, place->table, "", row.number(1)); });
            rows.finish();
        }
    }

private:
    using ById = std::unordered_map<std::uint64_t, OrderRecord*>;
    using MetaOfOwners = std::unordered_map<std::uint64_t, std::vector<ordo::MetaRow>*>;

    /// `ending`: what each SELECT ends with so that its rows are held; may be empty.
    void attach(Read& read, std::span<OrderRecord> orders, ordo::DetailParts parts, const std::string& ending) {
        if (orders.empty()) return;
        std::vector<OrderId> ids;
        ById by_id;
        for (OrderRecord& order : orders) {
            ids.push_back(order.id);
            by_id.emplace(order.id.value, &order);
        }
        const std::string list = ordo::id_list(ids);
        // A database may lack these tables (orders only): then there is nothing to attach.
        if (parts != ordo::DetailParts::notes && read.table_exists(tables_.items.table)) attach_items(read, list, ending, by_id);
        if (parts != ordo::DetailParts::items && read.table_exists(tables_.notes.table)) attach_notes(read, list, ending, by_id);
    }

    void attach_items(Read& read, const std::string& list, const std::string& ending, const ById& by_id) {
        read.query("SELECT order_id, order_item_id, order_item_type, order_item_name FROM " + tables_.items.table + " WHERE order_id IN " + list +
                       " ORDER BY order_item_id" + ending,
                   [&](const Row& row) { by_id.at(row.number(0))->items.push_back({row.number(1), std::string(row.text(2)), std::string(row.text(3)), {}}); });
        MetaOfOwners owners;
        for (const auto& [id, order] : by_id)
            for (ordo::ItemRecord& item : order->items) owners.emplace(item.id, &item.meta);
        attach_meta(read, tables_.items, list, ending, owners);
    }

    void attach_notes(Read& read, const std::string& list, const std::string& ending, const ById& by_id) {
        read.query("SELECT comment_post_ID, comment_ID, comment_author, comment_author_email, comment_date_gmt, comment_content,"
                   " comment_approved, comment_agent, comment_parent, user_id FROM " + tables_.notes.table +
                       " WHERE comment_type = 'order_note' AND comment_post_ID IN " + list + " ORDER BY comment_ID" + ending,
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
        MetaOfOwners owners;
        for (const auto& [id, order] : by_id)
            for (ordo::NoteRecord& note : order->notes) owners.emplace(note.id, &note.meta);
        attach_meta(read, tables_.notes, list, ending, owners);
    }

    static void attach_meta(Read& read, const woocommerce::Place& place, const std::string& list, const std::string& ending, const MetaOfOwners& owners) {
        const std::string select = "SELECT m." + place.meta_owner + ", m.meta_id, m.meta_key, m.meta_value FROM " + place.meta_table + " m";
        const auto attach = [&](const Row& row) {
            if (const auto owner = owners.find(row.number(0)); owner != owners.end())
                owner->second->push_back({row.number(1), std::string(row.text(2)), ordo::own(row[3])});
        };
        if (ending.empty())
            return read.query(select + " JOIN " + place.table + " o ON o." + place.id_column + " = m." + place.meta_owner + " WHERE o." + place.owner_column + " IN " +
                                  list + place.condition + " ORDER BY m.meta_id",
                              attach);
        // A join could hold rows of other orders, which it reads and does not want.
        std::vector<std::uint64_t> ids;
        for (const auto& [id, meta] : owners) ids.push_back(id);
        woocommerce::for_id_lists(ids, [&](const std::string& some) {
            read.query(select + " WHERE m." + place.meta_owner + " IN " + some + " ORDER BY m.meta_id" + ending, attach);
        });
    }

    woocommerce::DetailsTables tables_;
    woocommerce::DetailsEditor editor_{tables_};
    woocommerce::DetailsWriter writer_{tables_};
};

/// An order's id is a post's: a placeholder row of `wp_posts` takes it, as WooCommerce does. Without posts a sequence gives it.
class PlaceholderIds final : public ordo::OrderIds {
public:
    explicit PlaceholderIds(const ordo::Host& host)
        : posts_(host.table("posts")), postmeta_(host.table("postmeta")), sequence_(host), zone_(&host.site_zone()) {}

    ordo::Schema schema() const override { return sequence_.schema(); }

    std::vector<OrderId> allocate(ordo::Unit& unit, std::size_t count, std::string_view created_gmt, OrderId parent) override {
        if (!unit.table_exists(posts_)) return sequence_.allocate(unit, count);
        std::vector<OrderId> ids;
        const ordo::ReservedId next{OrderId{}, created_gmt, parent};
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
        if (!unit.table_exists(posts_)) return sequence_.skip(unit, free.back().id.value);
        std::vector<OrderId> wanted;
        for (const ordo::ReservedId& one : free) wanted.push_back(one.id);
        std::set<OrderId> taken;
        unit.query("SELECT ID FROM " + posts_ + " WHERE ID IN " + ordo::id_list(wanted), [&](const Row& row) { taken.insert(OrderId{row.number(0)}); });
        std::erase_if(free, [&](const ordo::ReservedId& one) { return taken.contains(one.id); });
        if (!free.empty()) insert_placeholders(unit, free);
    }

    void release(ordo::Unit& unit, std::span<const OrderId> ids) override {
        if (ids.empty()) return;
        if (!unit.table_exists(posts_)) return sequence_.skip(unit, std::max_element(ids.begin(), ids.end())->value);
        std::vector<OrderId> given_up;
        unit.query("SELECT ID FROM " + posts_ + " WHERE ID IN " + ordo::id_list(ids) + " AND post_type = 'shop_order_placehold' AND " +
                       unit.dialect().exact("post_type") + " = 'shop_order_placehold'" + std::string(unit.dialect().for_update()),
                   [&](const Row& row) { given_up.push_back(OrderId{row.number(0)}); });
        if (given_up.empty()) return;
        // AUTO_INCREMENT, which both databases spell so that it remembers, gives none of these ids again.
        unit.execute("DELETE FROM " + posts_ + " WHERE ID IN " + ordo::id_list(given_up));
        if (unit.table_exists(postmeta_)) unit.execute("DELETE FROM " + postmeta_ + " WHERE post_id IN " + ordo::id_list(given_up));
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

    std::string posts_, postmeta_;
    woocommerce::OrderIdSequence sequence_;
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
        products_.emplace(host);
        ordo::register_interface<ordo::OrderProducts>(host, *products_);
        customers_.emplace(host);
        ordo::register_interface<ordo::OrderCustomers>(host, *customers_);
    }

    std::optional<SharedTables> details_;
    std::optional<PlaceholderIds> ids_;
    std::optional<woocommerce::ProductPosts> products_;
    std::optional<woocommerce::CustomerUsers> customers_;
};

ORDO_PLUGIN(WooCommerce)
