/// The plugin `posts`: orders in WordPress' own tables, a post and its meta rows each. Internal meta keys are fields; of
/// several rows of one internal key the first counts. What only posts have (title, name, author …) is left as it is.
/// Keeps no state between calls.
#include <ordo/backup_rows.hpp>
#include <ordo/captured_tables.hpp>
#include <ordo/plugin.hpp>
#include <ordo/store_integrity.hpp>
#include <ordo/store_queries.hpp>

#include <algorithm>
#include <array>
#include <bitset>
#include <deque>
#include <optional>
#include <random>
#include <unordered_map>
#include <utility>

#include "posts_schema.hpp"
#include "posts_search.hpp"

namespace {

using ordo::Bytes;
using ordo::BytesView;
using ordo::FieldArray;
using ordo::FieldId;
using ordo::FieldSpec;
using ordo::FieldType;
using ordo::FieldValue;
using ordo::OrderId;
using ordo::OrderRecord;
using ordo::OrderWrite;
using ordo::Outcome;
using ordo::PostsPlace;
using ordo::Row;
using ordo::WriteResult;

constexpr std::string_view placeholder_type = "shop_order_placehold";

constexpr std::size_t index_of(FieldId id) { return static_cast<std::size_t>(id); }

std::optional<FieldValue> from_meta(const FieldSpec& spec, BytesView stored) {
    return ordo::canonicalize(spec, stored, ordo::DateSpelling::unix_time);
}

/// "Order &ndash; July 2, 2026 @ 12:35 PM" or "Refund &ndash; Jul 02, 2026 @ 12:35 PM", as WooCommerce titles posts.
std::string post_title(std::string_view type, const std::string& local) {
    const bool refund = type == "shop_order_refund";
    const std::string_view word = refund ? "Refund" : "Order";
    static constexpr std::array<std::string_view, 12> months{"January", "February", "March", "April", "May", "June",
                                       "July", "August", "September", "October", "November", "December"};
    const auto time = ordo::parse_datetime(local);
    if (!time) return std::string(word);
    const std::string_view month = months[static_cast<std::size_t>(std::stoi(local.substr(5, 2)) - 1)];
    const int hour = std::stoi(local.substr(11, 2));
    return fmt::format("{} &ndash; {} {}, {} @ {:02}:{} {}", word, refund ? month.substr(0, 3) : month, refund ? local.substr(8, 2) : std::to_string(std::stoi(local.substr(8, 2))),
                       local.substr(0, 4), hour % 12 == 0 ? 12 : hour % 12, local.substr(14, 2), hour < 12 ? "AM" : "PM");
}

/// What WordPress makes up for a new post: its name in links, from the title's words; the id keeps it apart from others.
std::string post_name(std::string_view type, const std::string& local, std::uint64_t id) {
    static constexpr std::array months{"jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"};
    const std::string_view word = type == "shop_order_refund" ? "refund" : "order";
    if (!ordo::parse_datetime(local)) return fmt::format("{}-{}", word, id);
    const int hour = std::stoi(local.substr(11, 2));
    return fmt::format("{}-{}-{}-{}-{:02}{}-{}-{}", word, months[static_cast<std::size_t>(std::stoi(local.substr(5, 2)) - 1)], local.substr(8, 2), local.substr(0, 4),
                       hour % 12 == 0 ? 12 : hour % 12, local.substr(14, 2), hour < 12 ? "am" : "pm", id);
}

/// WooCommerce locks an order's post with a password that nobody is told.
std::string post_password() {
    static constexpr std::string_view letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";
    std::random_device random;
    std::string password = "wc_order_";
    for (int i = 0; i < 11; ++i) password += letters[random() % letters.size()];
    return password;
}

/// A post as it stands: the record, and what writing needs beyond it.
struct Post {
    OrderRecord record;
    std::array<std::uint64_t, ordo::order_fields.size()> meta_rows{};   ///< first row of each internal key, 0 if none
    std::bitset<ordo::order_fields.size()> repeated;                    ///< internal keys with further rows
    bool titled = false;                                                ///< a placeholder with a title was an order's post before
};

class PostsDataStore final : public ordo::OrderDataStore, public ordo::UnknownOrderTypes, public ordo::StoreIntegrity, public ordo::BackupRows,
                             public ordo::CapturedTables {
public:
    explicit PostsDataStore(const ordo::Host& host)
        : posts_(host.table("posts")), postmeta_(host.table("postmeta")), options_(host.table("options")), zone_(&host.site_zone()), query_(posts_, postmeta_) {}

    const ordo::StoreTraits& traits() const noexcept override {
        static constexpr ordo::StoreTraits traits{.id = ordo::store_posts, .orders_table = "posts", .creates_tables_on_demand = false, .meta_table = "postmeta"};
        return traits;
    }

    ordo::Schema schema() const override { return posts::schema(posts_, postmeta_); }

    void* find_interface(std::string_view id) noexcept override {
        if (id == ordo::UnknownOrderTypes::interface_id) return static_cast<ordo::UnknownOrderTypes*>(this);
        if (id == ordo::StoreIntegrity::interface_id) return static_cast<ordo::StoreIntegrity*>(this);
        if (id == ordo::BackupRows::interface_id) return static_cast<ordo::BackupRows*>(this);
        if (id == ordo::CapturedTables::interface_id) return static_cast<ordo::CapturedTables*>(this);
        if (id == ordo::OrderSearch::interface_id) return static_cast<ordo::OrderSearch*>(&query_);
        return nullptr;
    }

    std::vector<ordo::OrderStamp> list(ordo::Read& read, const ordo::ListRequest& request) override {
        return ordo::list_orders(read, posts::order_table(posts_), request);
    }

    // CapturedTables

    std::vector<ordo::CapturedTable> captured_tables() const override {
        // WordPress' own and WooCommerce's types of posts that are no orders. Meta does not say whose it is.
        return {{posts_, "ID", "post_type",
                 {"post", "page", "attachment", "revision", "nav_menu_item", "custom_css", "customize_changeset", "oembed_cache", "user_request", "wp_block", "wp_template", "wp_template_part",
                  "wp_global_styles", "wp_navigation", "product", "product_variation", "shop_coupon"}},
                {postmeta_, "post_id"}};
    }
    std::vector<ordo::OrderStamp> find_stamps(ordo::Read& read, std::span<const OrderId> ids) override {
        return ordo::find_order_stamps(read, posts::order_table(posts_), ids);
    }

    ordo::StoreCount count(ordo::Read& read, std::span<const std::string> types) override {
        return ordo::count_orders(read, posts::order_table(posts_), types);
    }

    std::vector<OrderRecord> read(ordo::Read& read, std::span<const OrderId> ids) override {
        std::vector<OrderRecord> records;
        for (Post& post : load(read, ids))
            if (post.record.type != placeholder_type) records.push_back(std::move(post.record));
        return records;
    }

    std::vector<WriteResult> write(ordo::Unit& unit, std::span<const OrderWrite> writes) override {
        std::vector<WriteResult> results;
        std::vector<OrderId> ids, inserted, erased;
        for (const OrderWrite& write : writes) {
            ids.push_back(write.id);
            if (write.op == ordo::WriteOp::insert) inserted.push_back(write.id);
        }
        const std::vector<Post> posts = load(unit, ids, unit.dialect().for_update());
        // Meta of a post that is gone, or of a placeholder, is nobody's.
        std::erase_if(inserted, [&](OrderId id) {
            const Post* const post = find_post(posts, id);
            return post && post->record.type != placeholder_type;
        });
        erase_meta(unit, inserted);
        const bool births = std::any_of(writes.begin(), writes.end(), [](const OrderWrite& write) { return write.born; });
        const std::string home = births ? site_address(unit) : std::string{};
        Statements statements(posts_, postmeta_);
        for (const OrderWrite& write : writes) {
            WriteResult result{write.id, Outcome::written, {}};
            const Post* const post = find_post(posts, write.id);
            const bool placeholder = post && post->record.type == placeholder_type;
            if (status_too_long(write)) {
                result.outcome = Outcome::refused;
                result.faults.push_back({FieldId::status, {}, 0, ordo::Rule::too_long, true, {}});
            } else if (write.op == ordo::WriteOp::erase) {
                // The id may have become another post's.
                if (post && post->record.type == write.type) erased.push_back(write.id);
                else result.outcome = Outcome::missing;
            } else if (write.op == ordo::WriteOp::insert) {
                if (post && !placeholder) {  // the id belongs to a post of another kind, or to an order that is there already
                    result.outcome = Outcome::refused;
                    result.faults.push_back({std::nullopt, "post_type", 0, ordo::Rule::store_refused, true, {}});
                } else {
                    insert(statements, write, placeholder ? post : nullptr, home, result.faults);
                }
            } else if (!post || placeholder) {
                result.outcome = Outcome::missing;
            } else if (!ordo::still_holds(post->record, write)) {
                result.outcome = Outcome::conflict;
            } else {
                update(unit, statements, *post, write, result.faults);
            }
            results.push_back(std::move(result));
        }
        statements.run(unit);
        erase(unit, erased);
        return results;
    }

    // UnknownOrderTypes

    std::vector<Found> find_unknown_types(ordo::Read& read, std::span<const std::string> known) override {
        std::vector<BytesView> values(known.begin(), known.end());
        std::vector<Found> found;
        const auto has = [&](std::string_view key) {
            return fmt::format(" AND EXISTS (SELECT 1 FROM {0} m WHERE m.post_id = p.ID AND m.meta_key = '{1}')", postmeta_, key);
        };
        const std::string type = read.dialect().exact("p.post_type");
        read.query("SELECT " + type + ", COUNT(*) FROM " + posts_ + " p WHERE p.post_status <> 'auto-draft'" +
                       (known.empty() ? "" : " AND " + type + " NOT IN " + ordo::placeholders(known.size())) + has("_order_key") +
                       has("_order_total") + " GROUP BY " + type + " ORDER BY " + type,
                   values, [&](const Row& row) { found.push_back({std::string(row.text(0)), row.number(1)}); });
        return found;
    }

    // StoreIntegrity

    std::vector<OrderId> find_existing(ordo::Read& read, std::span<const OrderId> ids) override {
        std::vector<OrderId> existing;
        if (!ids.empty())
            read.query("SELECT ID FROM " + posts_ + " WHERE ID IN " + ordo::id_list(ids) + " ORDER BY ID",
                       [&](const Row& row) { existing.push_back(OrderId{row.number(0)}); });
        return existing;
    }

    /// Meta of posts that are gone. Only if an internal key is among it: other meta without a post is not of orders.
    void find_stray_rows(ordo::Read& read, const ordo::IdRange& range, const ordo::EachStrayRows& each) override {
        const std::string after = std::to_string(range.after.value), until = std::to_string(range.until.value);
        const std::array<BytesView, 2> values{after, until};
        bool of_an_order = false;
        const ordo::EachStrayRows if_of_an_order = [&](const ordo::StrayRows& stray) {
            if (std::exchange(of_an_order, false)) each(stray);
        };
        ordo::StrayRowsOfOrders rows(if_of_an_order);
        OrderId last{};
        // From one post to the next by the index: only of posts that are gone are the rows read.
        read.query("SELECT m.post_id, m.meta_id, m.meta_key FROM (SELECT DISTINCT post_id FROM " + postmeta_ + " WHERE post_id > ? AND post_id <= ?" +
                       (range.only.empty() ? "" : " AND post_id IN " + ordo::id_list(range.only)) + ") d LEFT JOIN " + posts_ +
                       " p ON p.ID = d.post_id JOIN " + postmeta_ + " m ON m.post_id = d.post_id WHERE p.ID IS NULL ORDER BY m.post_id, m.meta_id",
                   values, [&](const Row& row) {
                       const OrderId post{row.number(0)};
                       if (std::exchange(last, post) != post) rows.finish();
                       rows.add(ordo::StrayRows::Kind::orphan, post, postmeta_, "", row.number(1));
                       of_an_order = of_an_order || ordo::find_internal_key(row.text(2)) != nullptr;
                   });
        rows.finish();
    }

    void remove_rows(ordo::Unit& unit, std::string_view table, std::span<const std::uint64_t> rows) override {
        if (table != postmeta_) throw ordo::Error(ordo::errc::internal, fmt::format("the store posts removes no rows of {}", table));
        if (!rows.empty()) unit.execute("DELETE FROM " + postmeta_ + " WHERE meta_id IN " + ordo::number_list(rows));
    }

    // BackupRows

    std::vector<ordo::StoredRow> read_rows(ordo::Read& read, std::span<const OrderId> ids) override {
        std::vector<ordo::StoredRow> rows;
        if (ids.empty()) return rows;
        const auto take = [&](const ordo::Table& table, std::string_view name, const std::string& where) {
            read.query("SELECT " + names_of(table) + " FROM " + table.name + where, [&](const Row& row) {
                ordo::StoredRow& stored = rows.emplace_back();
                stored.table = name;
                for (std::size_t i = 0; i < table.columns.size(); ++i) stored.columns.emplace_back(table.columns[i].name, ordo::own(row[i]));
                stored.order = OrderId{row.number(name == "posts" ? 0 : 1)};
            });
        };
        const ordo::Schema tables = schema();
        const std::string orders = " IN " + ordo::id_list(ids), kind = read.dialect().exact("post_type") + " <> '" + std::string(placeholder_type) + "'";
        take(tables[0], "posts", " WHERE ID" + orders + " AND " + kind + " ORDER BY ID");
        take(tables[1], "postmeta", " WHERE post_id IN (SELECT ID FROM " + posts_ + " WHERE ID" + orders + " AND " + kind + ") ORDER BY post_id, meta_id");
        std::stable_sort(rows.begin(), rows.end(), [](const ordo::StoredRow& a, const ordo::StoredRow& b) { return a.order < b.order; });
        return rows;
    }

    std::vector<OrderId> clean_up(ordo::Unit& unit, std::span<const OrderRecord> expected) override {
        std::vector<OrderId> ids, cleaned;
        for (const OrderRecord& order : expected) ids.push_back(order.id);
        const std::vector<Post> posts = load(unit, ids, unit.dialect().for_update());
        for (const OrderRecord& order : expected) {
            const Post* const post = find_post(posts, order.id);
            if (post && post->record.type == order.type && post->record.fields == order.fields && same_rows(post->record.meta, order.meta)) cleaned.push_back(order.id);
        }
        if (cleaned.empty()) return cleaned;
        erase_meta(unit, cleaned);
        // What is no order's own stays in the row, for the day the order comes back.
        unit.execute("UPDATE " + posts_ + " SET post_type = '" + std::string(placeholder_type) + "', post_status = 'draft', post_excerpt = '' WHERE ID IN " + ordo::id_list(cleaned));
        return cleaned;
    }

    std::vector<OrderId> restore_rows(ordo::Unit& unit, std::span<const ordo::StoredRow> rows) override {
        std::vector<OrderId> ids, restored;
        const ordo::Schema tables = schema();
        for (const ordo::StoredRow& row : rows) {
            check_columns(row, row.table == "posts" ? tables[0] : tables[1]);
            ids.push_back(row.order);
        }
        if (ids.empty()) return restored;
        unit.query("SELECT ID FROM " + posts_ + " WHERE ID IN " + ordo::id_list(ids) + " AND " + unit.dialect().exact("post_type") + " = '" + std::string(placeholder_type) + "' ORDER BY ID" +
                       std::string(unit.dialect().for_update()),
                   [&](const Row& row) { restored.push_back(OrderId{row.number(0)}); });
        erase_meta(unit, restored);
        // A meta row's number may be another row's by now.
        std::vector<std::uint64_t> numbers, taken;
        for (const ordo::StoredRow& row : rows)
            if (row.table != "posts") numbers.push_back(meta_number(row));
        if (!numbers.empty())
            unit.query("SELECT meta_id FROM " + postmeta_ + " WHERE meta_id IN " + ordo::number_list(numbers) + " ORDER BY meta_id", [&](const Row& row) { taken.push_back(row.number(0)); });
        ordo::Upsert posts{{posts_, column_names(tables[0], 0), {}}, "ID", column_names(tables[0], 1)};
        ordo::Insert numbered{postmeta_, column_names(tables[1], 0), {}}, others{postmeta_, column_names(tables[1], 1), {}};
        for (const ordo::StoredRow& row : rows) {
            if (!std::binary_search(restored.begin(), restored.end(), row.order)) continue;
            const bool is_post = row.table == "posts", is_taken = !is_post && std::binary_search(taken.begin(), taken.end(), meta_number(row));
            ordo::Insert& into = is_post ? posts.rows : is_taken ? others : numbered;
            for (std::size_t i = is_taken ? 1 : 0; i < row.columns.size(); ++i) into.values.push_back(ordo::view(row.columns[i].second));
        }
        unit.upsert(posts);
        unit.insert(numbered);
        unit.insert(others);
        return restored;
    }

private:
    static bool same_rows(const std::vector<ordo::MetaRow>& a, const std::vector<ordo::MetaRow>& b) {
        return std::equal(a.begin(), a.end(), b.begin(), b.end(), [](const auto& one, const auto& other) { return one.row == other.row && one.key == other.key && one.value == other.value; });
    }
    static std::vector<std::string_view> column_names(const ordo::Table& table, std::size_t first) {
        std::vector<std::string_view> names;
        for (std::size_t i = first; i < table.columns.size(); ++i) names.push_back(table.columns[i].name);
        return names;
    }
    static std::string names_of(const ordo::Table& table) {
        std::string names;
        for (const ordo::Column& column : table.columns) names += (names.empty() ? "" : ", ") + column.name;
        return names;
    }
    /// The rows come from a file: what stands there as a column's name becomes part of no statement.
    static void check_columns(const ordo::StoredRow& row, const ordo::Table& table) {
        const bool known = (row.table == "posts" || row.table == "postmeta") &&
                           std::equal(row.columns.begin(), row.columns.end(), table.columns.begin(), table.columns.end(),
                                      [](const auto& column, const ordo::Column& wanted) { return column.first == wanted.name; });
        const std::string id = std::to_string(row.order.value);
        const bool of_order = known && row.columns[row.table == "posts" ? 0 : 1].second == id;
        const Bytes number = known ? row.columns[0].second : Bytes{};
        if (!of_order || !number || number->empty() || number->size() > 19 || number->find_first_not_of("0123456789") != std::string::npos)
            throw ordo::Error(ordo::errc::import_bad_order, fmt::format("order {} of the archive has a row that is none of wp_posts or wp_postmeta", id), "use the archive as the clean-up wrote it");
    }
    static std::uint64_t meta_number(const ordo::StoredRow& row) { return std::stoull(*row.columns[0].second); }

    /// Of the site, for the identifier that WordPress gives each post.
    std::string site_address(ordo::Read& read) const {
        std::string home;
        if (read.table_exists(options_))
            read.query("SELECT option_value FROM " + options_ + " WHERE option_name = 'home'", [&](const Row& row) { home = row.text(0); });
        return home;
    }

    /// `end_of_sql`: what holds the rows, for whoever is going to change them.
    std::vector<Post> load(ordo::Read& read, std::span<const OrderId> ids, std::string_view end_of_sql = {}) {
        std::vector<Post> posts;
        if (ids.empty()) return posts;
        std::vector<FieldArray> fields;
        std::unordered_map<std::uint64_t, std::size_t> at;
        std::string columns;
        std::vector<const FieldSpec*> specs;
        for (const FieldSpec& spec : ordo::order_fields) {
            if (spec.posts_place != PostsPlace::column) continue;
            columns += ", " + std::string(spec.posts_key);
            specs.push_back(&spec);
        }
        read.query("SELECT ID, post_type, post_title" + columns + " FROM " + posts_ + " WHERE ID IN " + ordo::id_list(ids) + " ORDER BY ID" + std::string(end_of_sql), [&](const Row& row) {
            at.emplace(row.number(0), posts.size());
            Post& post = posts.emplace_back();
            post.record.id = OrderId{row.number(0)};
            post.record.type = row.text(1);
            post.titled = !row.text(2).empty();
            FieldArray& values = fields.emplace_back();
            for (std::size_t i = 0; i < specs.size(); ++i) values[index_of(specs[i]->id)] = ordo::canonicalize(*specs[i], row[3 + i]);
        });
        std::vector<OrderId> with_meta;  // what hangs on a placeholder is nobody's
        for (const Post& post : posts)
            if (post.record.type != placeholder_type) with_meta.push_back(post.record.id);
        if (!with_meta.empty()) {
            // In the order of the index on post_id, so that no server sorts or reads the whole table.
            read.query("SELECT post_id, meta_id, meta_key, meta_value FROM " + postmeta_ + " WHERE post_id IN " + ordo::id_list(with_meta) +
                           " ORDER BY post_id, meta_id" + std::string(end_of_sql),
                       [&](const Row& row) {
                           const std::size_t found = at.at(row.number(0));
                           take_meta(row, posts[found], fields[found]);
                       });
        }
        for (std::size_t i = 0; i < posts.size(); ++i) {
            for (const FieldSpec& spec : ordo::order_fields)
                if (spec.posts_place == PostsPlace::meta_copy) fields[i][index_of(spec.id)] = fields[i][index_of(original(spec))];
            posts[i].record.fields = ordo::to_fields(std::move(fields[i]));
        }
        return posts;
    }

    static void take_meta(const Row& row, Post& post, FieldArray& fields) {
        const FieldSpec* spec = ordo::find_internal_key(row.text(2));
        if (spec && post.meta_rows[index_of(spec->id)] == 0) {
            post.meta_rows[index_of(spec->id)] = row.number(1);
            fields[index_of(spec->id)] = from_meta(*spec, row[3]);
            return;
        }
        if (spec) post.repeated.set(index_of(spec->id));
        post.record.meta.push_back({row.number(1), std::string(row.text(2)), ordo::own(row[3])});
    }

    static const Post* find_post(std::span<const Post> ascending, OrderId id) {
        const auto at = std::lower_bound(ascending.begin(), ascending.end(), id, [](const Post& post, OrderId wanted) { return post.record.id < wanted; });
        return at != ascending.end() && at->record.id == id ? &*at : nullptr;
    }

    /// The field whose meta row a copy is read from.
    static FieldId original(const FieldSpec& copy) { return ordo::find_internal_key(copy.posts_key)->id; }

    static bool status_too_long(const OrderWrite& write) {
        const FieldSpec& spec = ordo::field_spec(FieldId::status);
        return std::any_of(write.fields.begin(), write.fields.end(), [&](const ordo::FieldChange& change) {
            return change.id == FieldId::status && change.value &&
                   ordo::fitting_prefix(change.value->text, spec.length_max, false).size() < change.value->text.size();
        });
    }

    /// Columns and values of `wp_posts` for changed fields, local dates included.
    struct Columns {
        std::vector<std::string_view> names;
        std::vector<BytesView> values;
        std::deque<std::string> texts;
        void set(std::string_view name, std::string text) {
            names.push_back(name);
            values.emplace_back(texts.emplace_back(std::move(text)));
        }
    };

    /// What a batch writes in few statements: whole posts, placeholders that become orders, rows of meta.
    class Statements {
    public:
        Statements(const std::string& posts, const std::string& postmeta) {
            posts_.table = posts;
            placeholders_.rows.table = former_.rows.table = posts;
            born_.rows.table = posts;
            meta_ = {postmeta, {"post_id", "meta_key", "meta_value"}, {}};
        }
        /// All posts have the same columns, and so have all placeholders.
        void add_post(Columns&& columns) { add(posts_, std::move(columns)); }
        /// `former`: it was an order's post before, and keeps more.
        void add_placeholder(Columns&& columns, std::span<const std::string_view> kept, bool former) {
            ordo::Upsert& upsert = former ? former_ : placeholders_;
            upsert.key = "ID";
            upsert.updated.clear();
            for (const std::string_view name : columns.names)
                if (name != "ID" && std::find(kept.begin(), kept.end(), name) == kept.end()) upsert.updated.push_back(name);
            add(upsert.rows, std::move(columns));
        }
        /// New orders; their placeholders are there, or not.
        void add_born(Columns&& columns) {
            born_.key = "ID";
            born_.updated.assign(columns.names.begin(), columns.names.end());
            std::erase(born_.updated, "ID");
            add(born_.rows, std::move(columns));
        }
        void add_meta(const std::string& id, std::string_view key, BytesView value) {
            meta_.values.insert(meta_.values.end(), {texts_.emplace_back(id), key, value});
        }
        void add_meta(const std::string& id, std::string_view key, Bytes&& value) {
            if (!value) return add_meta(id, key, BytesView{});
            add_meta(id, key, BytesView{texts_.emplace_back(std::move(*value))});
        }
        void delete_meta(std::uint64_t row) { deleted_meta_.push_back(OrderId{row}); }
        void run(ordo::Unit& unit) const {
            unit.insert(posts_);
            unit.upsert(placeholders_);
            unit.upsert(former_);
            unit.upsert(born_);
            if (!deleted_meta_.empty()) unit.execute("DELETE FROM " + std::string(meta_.table) + " WHERE meta_id IN " + ordo::id_list(deleted_meta_));
            unit.insert(meta_);
        }

    private:
        void add(ordo::Insert& rows, Columns&& columns) {
            rows.columns = columns.names;
            rows.values.insert(rows.values.end(), columns.values.begin(), columns.values.end());
            owned_.push_back(std::move(columns));  // the texts stay where they are: a deque's
        }

        ordo::Insert posts_, meta_;
        ordo::Upsert placeholders_, former_, born_;
        std::vector<OrderId> deleted_meta_;
        std::deque<std::string> texts_;
        std::deque<Columns> owned_;
    };

    void set_columns(Columns& columns, std::span<const ordo::FieldChange> changes, std::vector<ordo::Fault>& faults) const {
        for (const ordo::FieldChange& change : changes) {
            const FieldSpec& spec = ordo::field_spec(change.id);
            if (spec.posts_place != PostsPlace::column) continue;
            ordo::ColumnValue column = ordo::to_column(spec, change.value);
            // No column of wp_posts is NULL: a number is 0, a date the zero date, a text empty.
            std::string text = column.stored.value_or(spec.type == FieldType::id         ? "0"
                                                      : spec.type == FieldType::datetime ? std::string(ordo::zero_datetime)
                                                                                         : std::string{});
            if (spec.type == FieldType::datetime) {
                const auto instant = ordo::parse_datetime(text);
                columns.set(change.id == FieldId::date_created_gmt ? "post_date" : "post_modified",
                            instant ? zone_->to_local(*instant) : std::string(ordo::zero_datetime));
            }
            note_fault(spec, change.value, ordo::canonicalize(spec, text), column.broken.value_or(ordo::Rule::not_nullable), faults);
            columns.set(spec.posts_key, std::move(text));
        }
    }

    /// What was wanted and what the store reads back differ: the kernel must keep the value.
    static void note_fault(const FieldSpec& spec, const std::optional<FieldValue>& wanted, const std::optional<FieldValue>& reads,
                           ordo::Rule rule, std::vector<ordo::Fault>& faults) {
        if (wanted != reads) faults.push_back({spec.id, {}, 0, rule, true, reads ? Bytes{reads->text} : Bytes{}});
    }

    void insert(Statements& statements, const OrderWrite& write, const Post* placeholder, const std::string& home, std::vector<ordo::Fault>& faults) {
        // Every column is set, those without a value too: neither a default nor what a placeholder held is the order's.
        std::vector<ordo::FieldChange> changes;
        for (const FieldSpec& spec : ordo::order_fields) {
            if (spec.posts_place != PostsPlace::column) continue;
            const auto listed = std::find_if(write.fields.begin(), write.fields.end(), [&](const auto& change) { return change.id == spec.id; });
            changes.push_back(listed != write.fields.end() ? *listed : ordo::FieldChange{spec.id, std::nullopt, std::nullopt});
        }
        Columns columns;
        set_columns(columns, changes, faults);
        std::string local(ordo::zero_datetime);
        for (std::size_t i = 0; i < columns.names.size(); ++i)
            if (columns.names[i] == "post_date") local = *columns.values[i];
        columns.set("post_type", write.type);
        columns.set("post_title", post_title(write.type, local));
        columns.set("comment_status", write.born && write.type == "shop_order" ? "open" : "closed");
        columns.set("ping_status", "closed");
        const std::string id = std::to_string(write.id.value);
        // Without a default on a server; a placeholder keeps what it has, one that was an order's post its title too.
        std::vector<std::string_view> contents{"post_content", "to_ping", "pinged", "post_content_filtered"};
        for (const std::string_view name : contents) columns.set(name, "");
        if (placeholder && placeholder->titled) contents.insert(contents.end(), {"post_title", "comment_status", "ping_status"});
        columns.set("ID", id);
        if (write.born) {
            columns.set("post_author", "1");
            columns.set("post_password", post_password());
            columns.set("post_name", post_name(write.type, local, write.id.value));
            columns.set("guid", fmt::format("{}/?post_type={}&#038;p={}", home, write.type, id));
            statements.add_born(std::move(columns));
        } else if (placeholder) statements.add_placeholder(std::move(columns), contents, placeholder->titled);
        else statements.add_post(std::move(columns));
        for (const ordo::FieldChange& change : write.fields) {
            const FieldSpec& spec = ordo::field_spec(change.id);
            if (spec.posts_place != PostsPlace::meta || !change.value) continue;
            std::string text = ordo::to_postmeta(spec, *change.value);
            note_fault(spec, change.value, from_meta(spec, text), ordo::Rule::not_a_date, faults);
            statements.add_meta(id, spec.posts_key, Bytes{std::move(text)});
        }
        note_copies(write, nullptr, faults);
        for (const FieldSpec* spec : keys_without_first_row(write, nullptr)) statements.add_meta(id, spec->posts_key, BytesView{});
        for (const ordo::MetaChange& change : write.meta) statements.add_meta(id, change.key, ordo::view(change.value));
    }

    /// Internal keys of which the write adds further rows while the field itself has no row: a NULL row must come first, or
    /// a further row would be taken for the field.
    static std::vector<const FieldSpec*> keys_without_first_row(const OrderWrite& write, const Post* post) {
        std::vector<const FieldSpec*> specs;
        for (const ordo::MetaChange& change : write.meta) {
            const FieldSpec* const spec = change.op == ordo::MetaChange::Op::insert ? ordo::find_internal_key(change.key) : nullptr;
            if (!spec || (post && post->meta_rows[index_of(spec->id)] != 0)) continue;
            const bool set = std::any_of(write.fields.begin(), write.fields.end(), [&](const auto& field) { return field.id == spec->id && field.value; });
            if (!set && std::find(specs.begin(), specs.end(), spec) == specs.end()) specs.push_back(spec);
        }
        return specs;
    }

    /// Copies share their original's meta row: where they were to differ, the kernel keeps the copy.
    static void note_copies(const OrderWrite& write, const OrderRecord* held, std::vector<ordo::Fault>& faults) {
        for (const FieldSpec& spec : ordo::order_fields) {
            if (spec.posts_place != PostsPlace::meta_copy) continue;
            bool touched = false;
            const auto wanted = [&](FieldId id) {
                for (const ordo::FieldChange& change : write.fields) {
                    if (change.id != id) continue;
                    touched = true;
                    return change.value;
                }
                return held ? held->get(id) : std::nullopt;
            };
            const auto shared = wanted(original(spec));
            const auto copy = wanted(spec.id);
            if (touched) note_fault(spec, copy, shared, ordo::Rule::one_key_for_two_columns, faults);
        }
    }

    void update(ordo::Unit& unit, Statements& statements, const Post& post, const OrderWrite& write, std::vector<ordo::Fault>& faults) {
        const std::string id = std::to_string(write.id.value);
        Columns columns;
        set_columns(columns, write.fields, faults);
        if (post.record.type != write.type) columns.set("post_type", write.type);
        if (!columns.names.empty()) update_post(unit, columns, id);
        for (const ordo::FieldChange& change : write.fields) {
            const FieldSpec& spec = ordo::field_spec(change.id);
            if (spec.posts_place != PostsPlace::meta) continue;
            Bytes text;
            if (change.value) {
                text = ordo::to_postmeta(spec, *change.value);
                note_fault(spec, change.value, from_meta(spec, *text), ordo::Rule::not_a_date, faults);
            }
            const std::uint64_t row = post.meta_rows[index_of(spec.id)];
            if (row == 0 && text) statements.add_meta(id, spec.posts_key, std::move(text));
            if (row == 0) continue;
            // Without the first row a further one would take its place; NULL is no value either.
            const bool further = post.repeated.test(index_of(spec.id)) ||
                                 std::any_of(write.meta.begin(), write.meta.end(), [&](const auto& meta) { return meta.key == spec.posts_key; });
            if (text || further) update_meta(unit, row, text);
            else statements.delete_meta(row);
        }
        note_copies(write, &post.record, faults);
        for (const FieldSpec* spec : keys_without_first_row(write, &post)) statements.add_meta(id, spec->posts_key, BytesView{});
        for (const ordo::MetaChange& change : write.meta) {
            if (change.op == ordo::MetaChange::Op::insert) statements.add_meta(id, change.key, ordo::view(change.value));
            else if (change.op == ordo::MetaChange::Op::update) update_meta(unit, change.row, change.value);
            else if (change.row != 0) statements.delete_meta(change.row);
        }
    }

    void update_post(ordo::Unit& unit, Columns& columns, const std::string& id) {
        std::string sql = "UPDATE " + posts_ + " SET ";
        for (std::size_t i = 0; i < columns.names.size(); ++i) sql += (i ? ", " : "") + std::string(columns.names[i]) + " = ?";
        columns.values.emplace_back(id);
        unit.execute(sql + " WHERE ID = ?", columns.values);
    }

    void update_meta(ordo::Unit& unit, std::uint64_t row, const Bytes& value) {
        const std::string handle = std::to_string(row);
        const std::array<BytesView, 2> values{ordo::view(value), handle};
        unit.execute("UPDATE " + postmeta_ + " SET meta_value = ? WHERE meta_id = ?", values);
    }
    void erase(ordo::Unit& unit, std::span<const OrderId> ids) {
        if (ids.empty()) return;
        unit.execute("DELETE FROM " + posts_ + " WHERE ID IN " + ordo::id_list(ids));
        erase_meta(unit, ids);
    }
    void erase_meta(ordo::Unit& unit, std::span<const OrderId> ids) {
        if (!ids.empty()) unit.execute("DELETE FROM " + postmeta_ + " WHERE post_id IN " + ordo::id_list(ids));
    }

    std::string posts_, postmeta_, options_;
    const ordo::SiteZone* zone_;
    posts::PostsQuery query_;
};

}  // namespace

class Posts final : public ordo::Plugin {
    void start(ordo::Host& host) override {
        store_.emplace(host);
        host.register_store(*store_);
    }

    std::optional<PostsDataStore> store_;
};

ORDO_PLUGIN(Posts)
