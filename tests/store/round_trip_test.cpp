/// Random orders, and random damage done to them behind everybody's back, go to the other store and back: the canonical
/// form of what is stored does not change. ORDO_TEST_SEED repeats a run.
#include <algorithm>
#include <random>

#include <fmt/format.h>

#include "kernel/orders/canonical_form.hpp"
#include "tests/support/empty_shop.hpp"
#include "tests/support/random_orders.hpp"
#include "tests/support/soak.hpp"

namespace ordo::test {
namespace {

constexpr std::size_t orders_a_shop = 250;

const std::string order_posts = "(SELECT ID FROM wp_posts WHERE post_type IN ('shop_order', 'shop_order_refund') AND post_status <> 'auto-draft')";

/// Strange things that happen to rows: by plugins, imports, hands.
class Vandal {
public:
    Vandal(std::uint64_t seed, Database& database) : random_(seed), database_(database) {}

    void damage_posts() {
        each_order("SELECT ID FROM wp_posts WHERE post_type LIKE 'shop_order%'", [&](Unit& unit, const std::string& id) {
            const std::string key = below(5) ? internal_key() : other_key(), row = "post_id = " + id + " AND meta_key = '" + key + "'";
            switch (below(7)) {
                case 0:
                case 1: insert(unit, "wp_postmeta (post_id, meta_key, meta_value)", id, key); break;
                case 2: unit.execute("DELETE FROM wp_postmeta WHERE " + row); break;
                case 3: unit.execute("UPDATE wp_postmeta SET meta_value = " + value() + " WHERE " + row); break;
                case 4: move_to_the_end(unit, "wp_postmeta", "meta_id", "post_id", row); break;
                case 5: unit.execute("UPDATE wp_postmeta SET meta_key = '" + other_key() + "' WHERE " + row); break;
                default: unit.execute(fmt::format("UPDATE wp_posts SET {} WHERE ID = {}", post_column(), id)); break;
            }
        });
    }

    void damage_hpos() {
        if (!mariadb_socket().empty()) longest_ = 65535;  // what the column takes there
        each_order("SELECT id FROM wp_wc_orders", [&](Unit& unit, const std::string& id) {
            const FieldSpec& spec = order_fields[below(order_fields.size())];
            const std::string key = other_key(), row = "order_id = " + id + " AND meta_key = '" + key + "'";
            switch (below(7)) {
                case 0:
                case 1: insert(unit, "wp_wc_orders_meta (order_id, meta_key, meta_value)", id, key); break;
                case 2: unit.execute("DELETE FROM wp_wc_orders_meta WHERE " + row); break;
                case 3: unit.execute("UPDATE wp_wc_orders_meta SET meta_value = " + value() + " WHERE " + row); break;
                case 4: move_to_the_end(unit, "wp_wc_orders_meta", "id", "order_id", row); break;
                case 5: unit.execute(fmt::format("DELETE FROM {} WHERE order_id = {}", below(2) ? "wp_wc_order_addresses" : "wp_wc_order_operational_data", id)); break;
                default: unit.execute("UPDATE " + column(spec, id)); break;
            }
        });
    }

private:
    std::size_t below(std::size_t end) { return std::uniform_int_distribution<std::size_t>(0, end - 1)(random_); }
    std::string pick(std::initializer_list<std::string> of) { return *(of.begin() + static_cast<std::ptrdiff_t>(below(of.size()))); }

    void each_order(const std::string& ids, const std::function<void(Unit&, const std::string&)>& damage) {
        const auto orders = select(database_, ids);
        database_.write([&](Unit& unit) {
            for (const SqlRow& order : orders)
                for (std::size_t times = below(6); times > 0; --times) damage(unit, *order[0]);
        });
    }

    std::string internal_key() {
        for (;;)
            if (const FieldSpec& spec = order_fields[below(order_fields.size())]; spec.posts_place == PostsPlace::meta) return std::string(spec.posts_key);
    }
    std::string other_key() { return pick({"key", "Key", "key ", "_Billing_Email", "_order_total ", "_edit_last", "", "_deleted_from"}); }
    std::string value() {
        return pick({"NULL", "''", "' '", "'12,5'", "'1e999'", "'-0'", "'0000-00-00 00:00:00'", "'2026-03-29 02:30:00'", "'1774747800'", "'99999999999999999999'", "'yes'", "'no'", "'wc-'",
                     "'a:1:{i:0;'", "'🍵 ž'", "'" + std::string(below(40) ? 30 : longest_, 'x') + "'"});
    }
    void insert(Unit& unit, const std::string& into, const std::string& id, const std::string& key) {
        unit.execute("INSERT INTO " + into + " VALUES (" + id + ", '" + key + "', " + value() + ")");
    }

    /// The first row of a key becomes the last one.
    static void move_to_the_end(Unit& unit, const std::string& table, const std::string& row_id, const std::string& owner, const std::string& rows) {
        std::string first;
        unit.query("SELECT MIN(" + row_id + ") FROM " + table + " WHERE " + rows, [&](const Row& row) { first = row.text(0); });
        if (first.empty()) return;
        unit.execute(fmt::format("INSERT INTO {0} ({1}, meta_key, meta_value) SELECT {1}, meta_key, meta_value FROM {0} WHERE {2} = {3}", table, owner, row_id, first));
        unit.execute(fmt::format("DELETE FROM {} WHERE {} = {}", table, row_id, first));
    }

    std::string post_column() {
        return pick({"post_status = 'draft'", "post_status = ''", "post_status = 'wc-žluť'", "post_excerpt = '\\\\'", "post_parent = 7", "post_date_gmt = '0000-00-00 00:00:00'",
                     "post_modified_gmt = '2026-10-25 00:30:00'", "post_date = '1999-01-01 00:00:00'", "post_title = 'x'"});
    }

    /// A value for a column of an order's tables, such as it takes.
    std::string column(const FieldSpec& spec, const std::string& id) {
        const bool main = spec.hpos_row == HposRow::order;
        const std::string table = main ? "wp_wc_orders" : spec.hpos_row == HposRow::operational ? "wp_wc_order_operational_data" : "wp_wc_order_addresses";
        std::string new_value = pick({"NULL", "''", "'x'", "'ž'"});
        if (spec.type == FieldType::amount) new_value = pick({"NULL", "'-0.00000001'", "'99999999.5'"});
        if (spec.type == FieldType::datetime) new_value = pick({"NULL", "'2026-10-25 00:30:00'", "'1969-12-31 23:59:59'"});
        if (spec.type == FieldType::id || spec.type == FieldType::flag) new_value = pick({"NULL", "0", "1"});
        // Only SQLite's columns take anything. A status that is too long is refused by every store.
        if (spec.id == FieldId::status) new_value = pick({"NULL", "''", "'draft'", "'wc-žluť'"});
        else if (mariadb_socket().empty() && below(3) == 0) new_value = value();
        std::string where = (main ? "id = " : "order_id = ") + id;
        if (spec.hpos_row == HposRow::billing_address) where += " AND address_type = 'billing'";
        if (spec.hpos_row == HposRow::shipping_address) where += " AND address_type = 'shipping'";
        return fmt::format("{} SET {} = {} WHERE {}", table, spec.column, new_value, where);
    }

    std::mt19937_64 random_;
    Database& database_;
    std::size_t longest_ = 66000;
};

Lines random_lines(std::uint64_t seed) {
    RandomOrders orders(seed, mariadb_socket().empty());
    Lines lines;
    for (std::size_t i = 0; i < orders_a_shop; ++i) lines.push_back(orders::canonical_form(orders.next()));
    return lines;
}

void lose_posts(EmptyShop& shop, bool placeholders) {
    execute(shop.database(), "DELETE FROM wp_postmeta WHERE post_id IN " + order_posts);
    if (placeholders) execute(shop.database(), "UPDATE wp_posts SET post_type = 'shop_order_placehold', post_status = 'draft', post_excerpt = '' WHERE ID IN " + order_posts);
    else execute(shop.database(), "DELETE FROM wp_posts WHERE ID IN " + order_posts);
}

void lose_hpos(EmptyShop& shop) {
    execute(shop.database(), "DELETE FROM wp_wc_order_addresses");
    execute(shop.database(), "DELETE FROM wp_wc_order_operational_data");
    execute(shop.database(), "DELETE FROM wp_wc_orders_meta");
    execute(shop.database(), "DELETE FROM wp_wc_orders");
}

/// The first order that is not what it was, without its values' ends; empty: all are.
std::string first_difference(const Lines& wanted, const Lines& found) {
    if (wanted.size() != found.size()) return fmt::format("{} orders, not {}", found.size(), wanted.size());
    const auto [before, after] = std::mismatch(wanted.begin(), wanted.end(), found.begin());
    if (before == wanted.end()) return {};
    const auto at = static_cast<std::size_t>(std::mismatch(before->begin(), before->end(), after->begin(), after->end()).first - before->begin());
    const std::size_t from = at > 80 ? at - 80 : 0;
    return before->substr(0, 30) + " was … " + before->substr(from, 200) + " … and is … " + after->substr(from, 200);
}

void sync_completely(EmptyShop& shop, const Lines& original) {
    const SyncReport report = shop.kernel().synchronizer().sync({});
    CHECK(report.quarantined == 0);
    CHECK(first_difference(original, export_lines(shop.kernel(), "posts")) == "");
    CHECK(first_difference(original, export_lines(shop.kernel(), "hpos")) == "");
    CHECK(shop.kernel().synchronizer().sync({}).migrated == 0);
}

void switch_to(EmptyShop& shop, const std::string& store) {
    const SwitchResult result = shop.kernel().controller().switch_authoritative_store(store, {});
    for (const SwitchObstacle& obstacle : result.obstacles) UNSCOPED_INFO(obstacle.message);
    REQUIRE(result.switched);
}

std::uint64_t rounds() { return soaking() ? 100 : 4; }

}  // namespace

TEST_CASE("posts -> hpos -> posts is the identity on random orders with random damage [G1] [G2] [G33]") {
    static const std::uint64_t seed = new_seed("posts -> hpos -> posts");
    for (std::uint64_t round = 0; round < rounds(); ++round) {
        INFO("ORDO_TEST_SEED=" << seed << " round " << round);
        EmptyShop shop("posts");
        shop.kernel().options().update("timezone_string", "Europe/Prague");
        shop.import_lines(random_lines(seed + round));
        Vandal(seed + round, shop.database()).damage_posts();
        const Lines original = export_lines(shop.kernel(), "posts");
        sync_completely(shop, original);
        switch_to(shop, "hpos");
        lose_posts(shop, round % 2 == 0);
        sync_completely(shop, original);
        switch_to(shop, "posts");
        lose_hpos(shop);
        sync_completely(shop, original);
    }
}

TEST_CASE("hpos -> posts -> hpos is the identity on random orders with random damage [G1] [G2] [G33]") {
    static const std::uint64_t seed = new_seed("hpos -> posts -> hpos");
    for (std::uint64_t round = 0; round < rounds(); ++round) {
        INFO("ORDO_TEST_SEED=" << seed << " round " << round);
        EmptyShop shop("hpos");
        shop.kernel().options().update("timezone_string", "America/New_York");
        shop.import_lines(random_lines(seed + round));
        Vandal(seed + round, shop.database()).damage_hpos();
        const Lines original = export_lines(shop.kernel(), "hpos");
        sync_completely(shop, original);
        switch_to(shop, "posts");
        lose_hpos(shop);
        sync_completely(shop, original);
        switch_to(shop, "hpos");
        lose_posts(shop, round % 2 == 0);
        sync_completely(shop, original);
    }
}

}  // namespace ordo::test
