/// The older form of an order, and single orders copied from one store to the other.
#include <algorithm>

#include "tests/support/shop.hpp"

#include "kernel/orders/canonical_form.hpp"

namespace ordo::test {
namespace {

const Direction to_hpos{"posts", "hpos"}, to_posts{"hpos", "posts"};

BackfillOptions backfill(const Direction& way, std::vector<std::string> fields = {}, std::vector<std::string> meta_keys = {}) {
    BackfillOptions options{way.source, way.target, std::move(fields), std::move(meta_keys)};
    options.authoritative = BackfillOptions::Authoritative::overwrite;
    return options;
}

Outcome backfill_one(Shop& shop, std::uint64_t id, const BackfillOptions& options) {
    const OrderId order{id};
    const auto results = shop.kernel().legacy_data().backfill_order_to_datastore({&order, 1}, options);
    REQUIRE(results.size() == 1);
    CHECK(results[0].order == order);
    return results[0].outcome;
}

std::vector<std::string> differing(Shop& shop, std::uint64_t id) {
    std::vector<std::string> names;
    for (const Difference& difference : shop.kernel().verifier().diff(OrderId{id})) names.push_back(difference.field);
    return names;
}

std::string form(Shop& shop, std::uint64_t id, const std::string& store) {
    return shop.kernel().exporter().get(OrderId{id}, {store, true, {}}).value_or("");
}

const std::string damage = "UPDATE wp_wc_orders SET status = 'wc-failed', currency = 'XXX', date_updated_gmt = '2001-02-03 04:05:06' WHERE id = 43";

}  // namespace

TEST_CASE("an order's older form and back is the identity for every order that came from posts") {
    Shop shop;
    shop.synchronizer().sync({});
    LegacyDataHandler& legacy = shop.kernel().legacy_data();
    for (const SqlRow& row : select(shop.database(), "SELECT id FROM wp_wc_orders")) {
        const OrderId id{std::stoull(*row[0])};
        INFO(id.value);
        for (const std::string store : {"posts", "hpos"}) {
            const auto order = legacy.get_order_from_datastore(id, store);
            REQUIRE(order);
            const LegacyOrder data = legacy.convert_order_to_legacy_format(*order);
            CHECK(orders::canonical_form(legacy.convert_legacy_format_to_order(data)) == orders::canonical_form(*order));
            // And it is what stands in the posts: columns as they are, meta row by row.
            for (const auto& [column, value] : data.post) {
                INFO(column);
                CHECK(select_one(shop.database(), "SELECT " + column + " FROM wp_posts WHERE ID = " + *row[0]) == value);
            }
            CHECK(std::to_string(data.meta.size()) == select_one(shop.database(), "SELECT COUNT(*) FROM wp_postmeta WHERE post_id = " + *row[0] +
                                                                                     " AND NOT (meta_key IN ('_date_paid', '_date_completed') AND meta_value = '')"));
        }
    }
    CHECK(!legacy.get_order_from_datastore(OrderId{10}, "posts"));  // a product
    CHECK_THROWS_AS(legacy.get_order_from_datastore(OrderId{43}, "nowhere"), Error);
}

TEST_CASE("the older form keeps a further row of a field's key from becoming the field") {
    Shop shop;
    LegacyDataHandler& legacy = shop.kernel().legacy_data();
    OrderRecord order;
    order.id = OrderId{7};
    order.type = "shop_order";
    order.meta = {{1, "_order_key", "a further row"}};
    const LegacyOrder data = legacy.convert_order_to_legacy_format(order);
    REQUIRE(data.meta.size() == 2);
    CHECK(data.meta[0] == std::pair<std::string, Bytes>{"_order_key", std::nullopt});
    const OrderRecord back = legacy.convert_legacy_format_to_order(data);
    CHECK(!back.get(FieldId::order_key));
    REQUIRE(back.meta.size() == 1);
    CHECK(back.meta[0].value == "a further row");
}

TEST_CASE("every key of the older form is mapped to a column that exists") {
    Shop shop;
    shop.kernel().init_database();
    const auto mappings = shop.kernel().legacy_data().get_legacy_meta_key_mappings();
    CHECK(mappings.size() == order_fields.size());
    for (const LegacyKeyMapping& mapping : mappings) {
        INFO(mapping.legacy_key);
        const auto columns = column_names(shop.database(), "wp_" + std::string(mapping.table));
        CHECK(std::find(columns.begin(), columns.end(), mapping.column) != columns.end());
        const auto posts = column_names(shop.database(), "wp_posts");
        CHECK(mapping.is_column == (std::find(posts.begin(), posts.end(), mapping.legacy_key) != posts.end()));
        CHECK(find_field(mapping.field) != nullptr);
    }
}

TEST_CASE("one store's order is read from that store, whichever is authoritative [LH15]") {
    Shop shop;
    shop.synchronizer().sync({});
    execute(shop.database(), damage);
    LegacyDataHandler& legacy = shop.kernel().legacy_data();
    CHECK(legacy.get_order_from_datastore(OrderId{43}, "hpos")->get(FieldId::currency)->text == "XXX");
    CHECK(legacy.get_order_from_datastore(OrderId{43}, "posts")->get(FieldId::currency)->text != "XXX");
}

TEST_CASE("a whole backfill makes the copy equal in either direction, the modified date included [LH17] [TD3] [TD7]") {
    for (const std::string authoritative : {"posts", "hpos"}) {
        Shop shop;
        shop.synchronizer().sync({});
        if (authoritative == "hpos") REQUIRE(shop.kernel().controller().switch_authoritative_store("hpos", {}).switched);
        for (const Direction& way : {to_hpos, to_posts}) {
            INFO(authoritative << " authoritative, " << way.source << " -> " << way.target);
            execute(shop.database(), damage);
            REQUIRE(!differing(shop, 43).empty());
            const std::string wanted = form(shop, 43, way.source);
            CHECK(backfill_one(shop, 43, backfill(way)) == Outcome::written);
            CHECK(form(shop, 43, way.target) == wanted);
            CHECK(form(shop, 43, way.source) == wanted);
            CHECK(backfill_one(shop, 43, backfill(way)) == Outcome::unchanged);
            CHECK(differing(shop, 43).empty());
            CHECK(shop.synchronizer().get_total_pending_count() == 0);
        }
        CHECK(select_one(shop.database(), "SELECT post_modified_gmt FROM wp_posts WHERE ID = 43") == "2001-02-03 04:05:06");
    }
}

TEST_CASE("a post that was blanked is whole again after a backfill, with the columns it had [TD3]") {
    Shop shop;
    const std::string post = "SELECT post_status, post_type, post_date, post_date_gmt, post_parent, menu_order, ping_status, post_excerpt FROM wp_posts WHERE ID = ";
    // An order, and a refund for its parent.
    const std::string refund = select_one(shop.database(), "SELECT MIN(ID) FROM wp_posts WHERE post_type = 'shop_order_refund'");
    for (const std::string& id : {std::string("43"), refund}) {
        CAPTURE(id);
        shop.synchronizer().sync({});
        const auto before = select(shop.database(), post + id);
        const std::string wanted = form(shop, std::stoull(id), "posts");
        execute(shop.database(), "UPDATE wp_posts SET post_status = 'draft', post_type = 'shop_order_placehold', post_date = '0000-00-00 00:00:00', post_date_gmt = '0000-00-00 00:00:00',"
                                 " post_modified = '0000-00-00 00:00:00', post_modified_gmt = '0000-00-00 00:00:00', post_parent = 0, post_excerpt = '' WHERE ID = " + id);
        execute(shop.database(), "DELETE FROM wp_postmeta WHERE post_id = " + id);
        CHECK(backfill_one(shop, std::stoull(id), backfill(to_posts)) == Outcome::written);
        CHECK(form(shop, std::stoull(id), "posts") == wanted);
        CHECK(select(shop.database(), post + id) == before);
    }
}

TEST_CASE("an order that the target lacks is made, with what its columns cannot hold kept beside it [G2]") {
    Shop shop;
    CHECK(backfill_one(shop, 54, backfill(to_hpos)) == Outcome::written);  // its total is `12,5`
    CHECK(form(shop, 54, "hpos") == form(shop, 54, "posts"));
    CHECK(select_one(shop.database(), "SELECT COUNT(*) FROM wp_ordo_overflow WHERE order_id = 54") == "1");
    CHECK(select_one(shop.database(), "SELECT COUNT(*) FROM wp_wc_orders") == "1");
}

TEST_CASE("a partial backfill changes what is named and nothing else, and leaves the order pending [LH19] [LH21]") {
    Shop shop;
    shop.synchronizer().sync({});
    execute(shop.database(), damage);
    execute(shop.database(), "UPDATE wp_wc_orders_meta SET meta_value = 'x' WHERE order_id = 43 AND meta_key IN ('_lab_case', '_lab_num')");
    execute(shop.database(), "UPDATE wp_wc_order_addresses SET first_name = 'x' WHERE order_id = 43 AND address_type = 'billing'");
    const auto before = differing(shop, 43);
    REQUIRE(before.size() >= 5);
    CHECK(backfill_one(shop, 43, backfill(to_hpos, {"status"})) == Outcome::written);
    std::vector<std::string> rest = before;
    std::erase(rest, "status");
    CHECK(differing(shop, 43) == rest);
    CHECK(shop.synchronizer().get_total_pending_count() == 1);
    CHECK(backfill_one(shop, 43, backfill(to_hpos, {"status"})) == Outcome::unchanged);

    CHECK(backfill_one(shop, 43, backfill(to_hpos, {"billing_first_name"}, {"_lab_case"})) == Outcome::written);
    std::erase(rest, "billing_first_name");
    std::erase(rest, "_lab_case");
    CHECK(differing(shop, 43) == rest);
    CHECK(select_one(shop.database(), "SELECT date_updated_gmt FROM wp_wc_orders WHERE id = 43") == "2001-02-03 04:05:06");

    CHECK(shop.synchronizer().sync({}).migrated == 1);  // carries the rest
    CHECK(differing(shop, 43).empty());
}

TEST_CASE("a partial backfill of equal keys takes all their rows in their order, and of lost ones removes them [TD79]") {
    Shop shop;
    shop.synchronizer().sync({});
    execute(shop.database(), "INSERT INTO wp_postmeta (post_id, meta_key, meta_value) VALUES (43, 'k', 'b'), (43, 'k', 'a'), (43, 'k', NULL), (43, 'k', 'b')");
    CHECK(backfill_one(shop, 43, backfill(to_hpos, {}, {"k"})) == Outcome::written);
    CHECK(differing(shop, 43).empty());
    execute(shop.database(), "DELETE FROM wp_postmeta WHERE post_id = 43 AND meta_key = 'k'");
    CHECK(backfill_one(shop, 43, backfill(to_hpos, {}, {"k"})) == Outcome::written);
    CHECK(select_one(shop.database(), "SELECT COUNT(*) FROM wp_wc_orders_meta WHERE order_id = 43 AND meta_key = 'k'") == "0");
}

TEST_CASE("a field that posts keep in another's row is changed alone, the other stays what it was [G1]") {
    Shop shop;
    shop.synchronizer().sync({});
    execute(shop.database(), "UPDATE wp_wc_orders SET billing_email = 'new@example.test' WHERE id = 43");
    const std::string address = select_one(shop.database(), "SELECT email FROM wp_wc_order_addresses WHERE order_id = 43 AND address_type = 'billing'");
    CHECK(backfill_one(shop, 43, backfill(to_posts, {"billing_email"})) == Outcome::written);
    const auto order = shop.kernel().legacy_data().get_order_from_datastore(OrderId{43}, "posts");
    CHECK(order->get(FieldId::billing_email)->text == "new@example.test");
    CHECK(order->get(FieldId::billing_address_email)->text == address);
    CHECK(differing(shop, 43).empty());
}

TEST_CASE("what cannot be named, or is not there, is refused before anything is written") {
    Shop shop;
    shop.synchronizer().sync({});
    execute(shop.database(), damage);
    execute(shop.database(), "DELETE FROM wp_wc_orders WHERE id = 44");
    const auto error = [&](std::vector<OrderId> orders, const BackfillOptions& options) -> std::pair<std::string, std::string> {
        try {
            shop.kernel().legacy_data().backfill_order_to_datastore(orders, options);
        } catch (const Error& refused) {
            return {std::string(refused.code().name), refused.hint()};
        }
        return {"nothing", ""};
    };
    const std::vector<OrderId> one{OrderId{43}};
    CHECK(error(one, backfill(to_hpos, {"statsu"})).second.find("\"status\"") != std::string::npos);
    CHECK(error(one, backfill(to_hpos, {"_order_total"})).second.find("\"total_amount\"") != std::string::npos);
    CHECK(error(one, backfill(to_hpos, {"no such field at all"})).first == "ordo.usage");
    CHECK(error(one, backfill(to_hpos, {}, {"_order_total"})).second.find("--fields total_amount") != std::string::npos);
    CHECK(error(one, backfill(to_hpos, {}, {"_edit_lock"})).first == "ordo.usage");
    CHECK(error(one, backfill({"hpos", "hpos"})).first == "ordo.usage");
    CHECK(error(one, backfill({"nowhere", "hpos"})).first == "ordo.store.unknown");
    CHECK(error({OrderId{43}, OrderId{1}}, backfill(to_hpos)).first == "ordo.order.missing");
    CHECK(error({OrderId{43}, OrderId{44}}, backfill(to_hpos, {"status"})).first == "ordo.order.missing");
    BackfillOptions onto_the_authoritative = backfill(to_posts);
    onto_the_authoritative.authoritative = BackfillOptions::Authoritative::keep;
    CHECK(error(one, onto_the_authoritative).first == "ordo.needs_confirmation");
    CHECK(select_one(shop.database(), "SELECT currency FROM wp_wc_orders WHERE id = 43") == "XXX");
    CHECK(select_one(shop.database(), "SELECT post_status FROM wp_posts WHERE ID = 43") != "wc-failed");
}

TEST_CASE("a backfill that the store refuses says why, and the other orders are copied [G20]") {
    Shop shop;
    shop.synchronizer().sync({});
    REQUIRE(shop.kernel().controller().switch_authoritative_store("hpos", {}).switched);
    execute(shop.database(), "UPDATE wp_posts SET post_type = 'product' WHERE ID = 43");
    execute(shop.database(), "UPDATE wp_wc_orders SET currency = 'XXX' WHERE id = 44");
    const std::vector<OrderId> orders{OrderId{43}, OrderId{44}};
    const auto results = shop.kernel().legacy_data().backfill_order_to_datastore(orders, backfill(to_posts));
    REQUIRE(results.size() == 2);
    CHECK(results[0].outcome == Outcome::refused);
    CHECK(results[0].message.find("order 43") != std::string::npos);
    CHECK(results[0].message.find("store_refused") != std::string::npos);
    CHECK(results[1].outcome == Outcome::written);
    CHECK(select_one(shop.database(), "SELECT post_type FROM wp_posts WHERE ID = 43") == "product");
}

TEST_CASE("a backfill takes an order out of quarantine and fires the hooks of a synchronisation, once each [G18]") {
    Shop shop;
    shop.synchronizer().sync({});
    execute(shop.database(), damage);
    execute(shop.database(), "INSERT INTO wp_ordo_quarantine (target, order_id, field, reason, digest) VALUES ('hpos', 43, '', 'no room', 'x')");
    std::vector<std::string> heard;
    Hooks& hooks = shop.kernel().hooks();
    hooks.on(hook::before_order_sync, [&](OrderId id, const Direction& way) { heard.push_back(fmt::format("before {} {}", id, way)); });
    hooks.on(hook::after_order_sync, [&](OrderId id, const Direction& way) { heard.push_back(fmt::format("after {} {}", id, way)); });
    hooks.on(hook::before_order_sync_to_posts, [&](OrderId) { heard.push_back("before to posts"); });
    hooks.on(hook::after_order_sync_to_posts, [&](OrderId) { heard.push_back("after to posts"); });
    CHECK(backfill_one(shop, 43, backfill(to_hpos, {"status"})) == Outcome::written);
    CHECK(shop.synchronizer().list_quarantine().size() == 1);  // the order as a whole was not moved
    CHECK(backfill_one(shop, 43, backfill(to_hpos)) == Outcome::written);
    CHECK(shop.synchronizer().list_quarantine().empty());
    CHECK(backfill_one(shop, 43, backfill(to_hpos)) == Outcome::unchanged);
    CHECK(heard == std::vector<std::string>{"before 43 posts -> hpos", "after 43 posts -> hpos", "before 43 posts -> hpos", "after 43 posts -> hpos"});
    heard.clear();
    execute(shop.database(), damage);
    CHECK(backfill_one(shop, 43, backfill(to_posts, {"status"})) == Outcome::written);
    CHECK(heard == std::vector<std::string>{"before to posts", "before 43 hpos -> posts", "after to posts", "after 43 hpos -> posts"});
}

}  // namespace ordo::test
