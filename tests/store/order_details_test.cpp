/// Items, notes and ids of orders, changed in place, and what is asked of products: the plugin `woocommerce` by its interfaces.
#include <algorithm>
#include <array>

#include <ordo/order_details.hpp>

#include "kernel/options/options_table.hpp"
#include "kernel/plugins/plugin_loader.hpp"
#include "tests/support/empty_shop.hpp"

namespace ordo::test {
namespace {

/// An empty shop, and the plugin loaded beside its kernel, which shows its interfaces to nobody.
class Fixture {
public:
    Fixture() : shop("hpos"), options_(shop.database(), "wp_"), zone_(options_) {
        config::Settings settings;
        settings.load.push_back({"woocommerce", {}});
        const auto log_for = [](const std::string&) { return std::make_unique<QuietLog>(); };
        plugins_ = plugins::PluginSet::load(settings, {builtin_plugins}, {&engine_, log_for, &database(), &zone_, "wp_"});
        details = find_interface<OrderDetails>(*plugins_);
        ids = find_interface<OrderIds>(*plugins_);
        products = find_interface<OrderProducts>(*plugins_);
        REQUIRE((details && ids && products));
    }
    Database& database() { return shop.database(); }

    std::vector<std::uint64_t> write_items(const std::vector<ItemWrite>& writes) {
        std::vector<std::uint64_t> given;
        database().write([&](Unit& unit) { given = details->write_items(unit, writes); });
        return given;
    }
    std::uint64_t add_item(std::uint64_t order, const std::string& name, std::vector<MetaChange> meta = {}) {
        return write_items({{OrderId{order}, WriteOp::insert, 0, "line_item", name, std::move(meta)}}).at(0);
    }
    std::vector<std::uint64_t> add_notes(const std::vector<OrderDetails::NewNote>& notes) {
        std::vector<std::uint64_t> given;
        database().write([&](Unit& unit) { given = details->add_notes(unit, notes); });
        return given;
    }
    bool remove_note(std::uint64_t order, std::uint64_t note) {
        bool removed = false;
        database().write([&](Unit& unit) { removed = details->remove_note(unit, OrderId{order}, note); });
        return removed;
    }
    std::vector<OrderId> allocate(std::size_t count, std::uint64_t parent = 0) {
        std::vector<OrderId> given;
        database().write([&](Unit& unit) { given = ids->allocate(unit, count, "2026-07-20 10:00:00", OrderId{parent}); });
        return given;
    }
    void release(const std::vector<OrderId>& given) {
        database().write([&](Unit& unit) { ids->release(unit, given); });
    }
    void erase(const std::vector<OrderId>& orders) {
        database().write([&](Unit& unit) { details->erase(unit, orders); });
    }
    OrderRecord read(std::uint64_t order) {
        std::vector<OrderRecord> records(1);
        database().read([&](Read& read) {
            records[0] = {};
            records[0].id = OrderId{order};
            details->attach(read, records);
        });
        return records[0];
    }
    void add_post(std::uint64_t id, const std::string& type, std::uint64_t parent = 0) {
        execute(database(), fmt::format("INSERT INTO wp_posts (ID, post_type, post_parent, post_content, post_title, post_excerpt, to_ping, pinged, post_content_filtered)"
                                        " VALUES ({}, '{}', {}, '', '', '', '', '', '')", id, type, parent));
    }
    void add_post_meta(std::uint64_t post, const std::string& key, const std::string& value) {
        execute(database(), fmt::format("INSERT INTO wp_postmeta (post_id, meta_key, meta_value) VALUES ({}, '{}', '{}')", post, key, value));
    }
    /// Everything that hangs on orders.
    std::vector<std::vector<SqlRow>> all_details() {
        std::vector<std::vector<SqlRow>> tables;
        for (const std::string table : {"woocommerce_order_items", "woocommerce_order_itemmeta", "comments", "commentmeta"})
            tables.push_back(select(database(), "SELECT * FROM wp_" + table));
        return tables;
    }

    EmptyShop shop;
    OrderDetails* details = nullptr;
    OrderIds* ids = nullptr;
    OrderProducts* products = nullptr;

private:
    options::OptionsTable options_;
    options::OptionSiteZone zone_;
    QuietLog log_;
    HookEngine engine_{log_};
    std::unique_ptr<plugins::PluginSet> plugins_;
};

MetaChange added(const std::string& key, Bytes value) { return {MetaChange::Op::insert, 0, key, {}, std::move(value)}; }
MetaChange updated(std::uint64_t row, const std::string& key, Bytes value) { return {MetaChange::Op::update, row, key, {}, std::move(value)}; }
MetaChange removed(std::uint64_t row, const std::string& key) { return {MetaChange::Op::remove, row, key, {}, {}}; }

NoteRecord note(const std::string& content, std::vector<MetaRow> meta = {}) {
    NoteRecord record;
    record.id = 4711;  // not looked at
    record.author = "WooCommerce";
    record.author_email = "woocommerce@example.com";
    record.date_gmt = "2026-07-20 10:00:00";
    record.content = content;
    record.approved = "1";
    record.agent = "WooCommerce";
    record.meta = std::move(meta);
    return record;
}

/// "key=value …" in stored order.
std::string text_of(const std::vector<MetaRow>& meta) {
    std::string text;
    for (const MetaRow& row : meta) text += (text.empty() ? "" : " ") + row.key + "=" + row.value.value_or("NULL");
    return text;
}

}  // namespace

TEST_CASE_METHOD(Fixture, "new items get ids of their table and their meta in order, many as well as few") {
    execute(database(), "INSERT INTO wp_woocommerce_order_items (order_item_id, order_item_name, order_id) VALUES (70, 'there', 1)");
    const std::string bytes("\0\\'\"\xF0\x9F\x8D\xB5", 8);
    const auto few = write_items({{OrderId{7}, WriteOp::insert, 0, "line_item", bytes, {added("_qty", "2"), added("colour", "red"), added("colour", "blue")}},
                                  {OrderId{7}, WriteOp::insert, 0, "shipping", "", {}},
                                  {OrderId{8}, WriteOp::insert, 0, "fee", "Gift", {added("nothing", std::nullopt), added("", bytes)}}});
    CHECK(few == std::vector<std::uint64_t>{71, 72, 73});
    const OrderRecord seven = read(7), eight = read(8);
    REQUIRE(seven.items.size() == 2);
    CHECK(seven.items[0].name == bytes);
    CHECK(text_of(seven.items[0].meta) == "_qty=2 colour=red colour=blue");
    CHECK(seven.items[1].type == "shipping");
    CHECK(seven.items[1].meta.empty());
    REQUIRE(eight.items.size() == 1);
    CHECK(eight.items[0].id == 73);
    CHECK(!eight.items[0].meta.at(0).value);
    CHECK(eight.items[0].meta.at(1).value == bytes);

    std::vector<ItemWrite> many;
    for (int i = 0; i < 150; ++i)
        many.push_back({OrderId{9u + i % 2}, WriteOp::insert, 0, "line_item", std::to_string(i), {added("a", std::to_string(i)), added("b", std::to_string(-i))}});
    const auto given = write_items(many);
    REQUIRE(given.size() == many.size());
    for (const std::uint64_t order : {9, 10})
        for (const ItemRecord& item : read(order).items) {
            const auto at = std::stoul(item.name);
            CHECK(given.at(at) == item.id);
            CHECK(many[at].order.value == order);
            CHECK(text_of(item.meta) == "a=" + item.name + " b=" + std::to_string(-static_cast<long>(at)));
        }
    CHECK(write_items({}).empty());
}

TEST_CASE_METHOD(Fixture, "an item changes in what its write names and in nothing else") {
    const auto first = add_item(7, "Tea", {added("_qty", "1"), added("colour", "red"), added("colour", "blue")});
    const auto second = add_item(7, "Milk", {added("_qty", "5")});
    const auto third = add_item(8, "Honey", {added("_qty", "6")});
    const auto meta = read(7).items[0].meta;
    const std::vector<MetaChange> changes{removed(meta[1].row, "colour"), updated(meta[0].row, "_qty", "3"), added("size", "big")};
    const auto given = write_items({{OrderId{7}, WriteOp::update, first, "ignored", "tea", changes},
                                  {OrderId{7}, WriteOp::erase, second, "", "", {}},
                                  {OrderId{7}, WriteOp::insert, 0, "fee", "Gift", {added("x", "y")}},
                                  {OrderId{8}, WriteOp::update, third, "", "Honey", {}}});
    CHECK(given == std::vector<std::uint64_t>{first, second, third + 1, third});
    const OrderRecord order = read(7);
    REQUIRE(order.items.size() == 2);
    CHECK(order.items[0].type == "line_item");
    CHECK(order.items[0].name == "tea");
    CHECK(text_of(order.items[0].meta) == "_qty=3 colour=blue size=big");
    CHECK(order.items[0].meta[0].row == meta[0].row);
    CHECK(text_of(order.items[1].meta) == "x=y");
    CHECK(text_of(read(8).items.at(0).meta) == "_qty=6");
    CHECK(select_one(database(), "SELECT COUNT(*) FROM wp_woocommerce_order_itemmeta WHERE order_item_id = " + std::to_string(second)) == "0");
}

TEST_CASE_METHOD(Fixture, "items and meta that are another's, or gone, end the unit and nothing has changed") {
    const auto own = add_item(7, "Tea", {added("_qty", "1")}), other = add_item(7, "Milk", {added("_qty", "5")}), foreign = add_item(8, "Honey", {added("_qty", "6")});
    const OrderRecord seven = read(7), eight = read(8);
    const std::uint64_t row = seven.items[1].meta[0].row, foreign_row = eight.items[0].meta[0].row;
    const auto before = all_details();
    const std::vector<ItemWrite> wrong{{OrderId{7}, WriteOp::update, foreign, "", "x", {}},
                                       {OrderId{7}, WriteOp::erase, foreign, "", "", {}},
                                       {OrderId{7}, WriteOp::update, foreign + 1, "", "x", {}},
                                       {OrderId{7}, WriteOp::update, own, "", "x", {updated(row, "_qty", "9")}},
                                       {OrderId{7}, WriteOp::update, own, "", "x", {updated(foreign_row, "_qty", "9")}},
                                       {OrderId{7}, WriteOp::update, own, "", "x", {removed(row, "_qty"), removed(seven.items[0].meta[0].row, "_qty")}},
                                       {OrderId{7}, WriteOp::update, own, "", "x", {removed(foreign_row + 9, "_qty")}}};
    for (std::size_t i = 0; i < wrong.size(); ++i) {
        INFO(i);
        CHECK(code_of([&] { write_items({{OrderId{7}, WriteOp::erase, other, "", "", {}}, {OrderId{7}, WriteOp::insert, 0, "fee", "y", {added("k", "v")}}, wrong[i]}); }) ==
              "ordo.order.conflict");
        CHECK((all_details() == before));
    }
}

TEST_CASE_METHOD(Fixture, "notes are comments with both dates, counted as their post's") {
    shop.kernel().options().update("timezone_string", "Europe/Prague");
    const auto orders = allocate(2);
    const std::uint64_t first = orders[0].value, second = orders[1].value;
    execute(database(), "INSERT INTO wp_comments (comment_ID, comment_post_ID, comment_author, comment_content, comment_approved) VALUES (30, 9999, '', 'a review', '1')");
    NoteRecord held = note("held");
    held.approved = "0";
    held.parent = 31;
    held.user_id = 5;
    const auto given = add_notes({{orders[1], note("paid", {{0, "is_customer_note", "1"}, {0, "_group", std::nullopt}})}, {orders[0], note("")}, {orders[1], held},
                                {orders[1], note("sent", {{0, "k", "v"}})}});
    CHECK(given == std::vector<std::uint64_t>{31, 32, 33, 34});
    const OrderRecord order = read(second);
    REQUIRE(order.notes.size() == 3);
    CHECK(order.notes[0].author_email == "woocommerce@example.com");
    CHECK(text_of(order.notes[0].meta) == "is_customer_note=1 _group=NULL");
    CHECK(order.notes[1].approved == "0");
    CHECK(order.notes[1].parent == 31);
    CHECK(order.notes[1].user_id == 5);
    CHECK(text_of(order.notes[2].meta) == "k=v");
    CHECK(select(database(), "SELECT comment_date, comment_date_gmt, comment_type, comment_karma, comment_author_url, comment_author_IP FROM wp_comments"
                             " WHERE comment_ID = 31") ==
          std::vector<SqlRow>{{"2026-07-20 12:00:00", "2026-07-20 10:00:00", "order_note", "0", "", ""}});
    const std::string counts = "SELECT ID, comment_count FROM wp_posts ORDER BY ID";
    const auto is = [&](const std::string& of_first, const std::string& of_second) {
        return select(database(), counts) == std::vector<SqlRow>{{std::to_string(first), of_first}, {std::to_string(second), of_second}};
    };
    CHECK(is("1", "2"));

    // Gone with its meta, once, and only from its own order. What answered it answers what it answered.
    CHECK(!remove_note(first, 31));
    CHECK(!remove_note(9999, 30));
    CHECK(!remove_note(first, 9999));
    CHECK(is("1", "2"));
    CHECK(remove_note(second, 31));
    CHECK(!remove_note(second, 31));
    CHECK(is("1", "1"));
    CHECK(read(second).notes.size() == 2);
    CHECK(read(second).notes.at(0).parent == 0);
    CHECK(select(database(), "SELECT comment_id, meta_key FROM wp_commentmeta") == std::vector<SqlRow>{{"34", "k"}});

    // To the trash and back: those that are asked for, of this order.
    const auto approve = [&](const std::vector<std::uint64_t>& notes, std::string_view approved) {
        database().write([&](Unit& unit) { details->approve_notes(unit, orders[1], notes, approved); });
        std::string found;
        for (const SqlRow& row : select(database(), "SELECT comment_approved FROM wp_comments ORDER BY comment_ID")) found += (found.empty() ? "" : " ") + *row[0];
        return found;
    };
    CHECK(approve({34, 32, 30}, "post-trashed") == "1 1 0 post-trashed");
    CHECK(is("1", "1"));
    CHECK(approve({}, "x") == "1 1 0 post-trashed");
    CHECK(approve({34}, "1") == "1 1 0 1");

    CHECK(add_notes({}).empty());
    execute(database(), "DROP TABLE wp_posts");
    CHECK(add_notes({{orders[0], note("without posts")}}).size() == 1);
}

TEST_CASE_METHOD(Fixture, "orders that are removed take all their items and notes along, and nobody else's") {
    const auto orders = allocate(3);
    for (const OrderId order : orders) {
        add_item(order.value, "Tea", {added("_qty", "1"), added("_tax", "2")});
        add_item(order.value, "Milk");
        add_notes({{order, note("paid", {{0, "k", "v"}})}, {order, note("sent")}});
    }
    execute(database(), fmt::format("INSERT INTO wp_comments (comment_ID, comment_post_ID, comment_author, comment_content) VALUES (900, {}, '', 'no note')", orders[0]));
    execute(database(), "INSERT INTO wp_commentmeta (comment_id, meta_key, meta_value) VALUES (900, 'stays', '1')");
    const OrderRecord kept = read(orders[1].value);
    erase({orders[2], orders[0], OrderId{12345}});
    for (const OrderId gone : {orders[0], orders[2]}) {
        const OrderRecord record = read(gone.value);
        CHECK(record.items.empty());
        CHECK(record.notes.empty());
    }
    const OrderRecord still = read(orders[1].value);
    CHECK(still.items.size() == 2);
    CHECK(text_of(still.items.at(0).meta) == "_qty=1 _tax=2");
    CHECK(text_of(still.notes.at(0).meta) == "k=v");
    CHECK(select_one(database(), "SELECT COUNT(*) FROM wp_woocommerce_order_itemmeta") == "2");
    CHECK(select(database(), "SELECT meta_key FROM wp_commentmeta ORDER BY meta_id") == std::vector<SqlRow>{{"k"}, {"stays"}});
    CHECK(select(database(), "SELECT comment_count FROM wp_posts ORDER BY ID") == std::vector<SqlRow>{{"1"}, {"2"}, {"0"}});

    erase({});
    for (const std::string table : {"wp_commentmeta", "wp_woocommerce_order_itemmeta", "wp_posts", "wp_comments", "wp_woocommerce_order_items"}) {
        INFO("without " << table);
        execute(database(), "DROP TABLE " + table);
        CHECK(code_of([&] { erase(orders); }).empty());
    }
}

TEST_CASE_METHOD(Fixture, "placeholders are given up, their ids never given again") {
    const auto first = allocate(3);
    CHECK(std::is_sorted(first.begin(), first.end()));
    const auto refund = allocate(1, first[0].value);
    CHECK(select_one(database(), fmt::format("SELECT post_parent FROM wp_posts WHERE ID = {}", refund[0])) == std::to_string(first[0].value));
    add_post(500, "shop_order");
    add_post(501, "SHOP_ORDER_PLACEHOLD");
    for (const std::uint64_t post : {first[0].value, first[1].value, std::uint64_t{500}}) add_post_meta(post, "k", "v");
    release({refund[0], first[2], first[1], OrderId{500}, OrderId{501}, OrderId{9999}});
    release({});
    CHECK(select(database(), "SELECT ID FROM wp_posts ORDER BY ID") == std::vector<SqlRow>{{std::to_string(first[0].value)}, {"500"}, {"501"}});
    CHECK(select(database(), "SELECT post_id FROM wp_postmeta ORDER BY post_id") == std::vector<SqlRow>{{std::to_string(first[0].value)}, {"500"}});

    // The newest is gone, and with it every trace of its id in the rows.
    OrderId last = allocate(1)[0];
    CHECK(last == OrderId{502});
    for (int i = 0; i < 3; ++i) {
        release({last});
        const OrderId next = allocate(1)[0];
        CHECK(next > last);
        last = next;
    }
    execute(database(), "DELETE FROM wp_posts");
    CHECK(allocate(1)[0] > last);
    const auto item = add_item(7, "Tea");
    erase({OrderId{7}});
    CHECK(add_item(7, "Tea") > item);

    execute(database(), "DROP TABLE wp_postmeta");
    release({last});
    execute(database(), "DROP TABLE wp_posts");
    release({last});
}

TEST_CASE("ids of a dump's table go on from where the dump says, even if no row has them") {
    TempDirectory directory;
    TestDatabase storage;
    Kernel kernel(kernel_options(storage.url()));
    kernel.importer().import_dump(directory.write("dump.sql", "CREATE TABLE `wp_posts` (`ID` bigint(20) unsigned NOT NULL AUTO_INCREMENT, `post_type` varchar(20) NOT NULL,"
                                                              " PRIMARY KEY (`ID`)) ENGINE=InnoDB AUTO_INCREMENT=509;\nINSERT INTO `wp_posts` VALUES (4,'page');\n"
                                                              "-- Dump completed on 2026-07-20 10:00:00\n"), {});
    std::uint64_t id = 0;
    kernel.database().write([&](Unit& unit) {
        unit.insert({"wp_posts", {"post_type"}, {"shop_order_placehold"}});
        id = unit.last_insert_id();
    });
    CHECK(id == 509);
}

TEST_CASE_METHOD(Fixture, "products need handling unless they are both virtual and downloadable") {
    const std::string yes = "_virtual=yes _downloadable=yes";
    struct Case {
        std::uint64_t id;
        std::string type, meta;
        bool needs;
    };
    const std::vector<Case> cases{
        {1, "product", "", true}, {2, "product", yes, false}, {3, "product_variation", yes, false}, {4, "product", "_virtual=yes _downloadable=no", true},
        {5, "product", "_downloadable=yes", true}, {6, "page", "", false}, {7, "product", "_VIRTUAL=yes _downloadable=yes", true}, {8, "product", "_virtual=no " + yes, true},
        {9, "product", yes + " _virtual=no", false}, {10, "product", "_virtual=YES _downloadable=1", false}, {11, "product", "_virtual= _downloadable=yes", true}, {12, "PRODUCT", "", false},
        {13, "product_variation", "_price=1", true},
    };
    std::vector<std::uint64_t> asked{9999}, needing;
    for (const Case& one : cases) {
        add_post(one.id, one.type);
        for (std::size_t at = 0; at < one.meta.size();) {
            const std::size_t end = std::min(one.meta.find(' ', at), one.meta.size()), equals = one.meta.find('=', at);
            add_post_meta(one.id, one.meta.substr(at, equals - at), one.meta.substr(equals + 1, end - equals - 1));
            at = end + 1;
        }
        asked.insert(asked.begin(), one.id);
        if (one.needs) needing.push_back(one.id);
    }
    const auto find = [&](const std::vector<std::uint64_t>& wanted) {
        std::vector<std::uint64_t> found;
        database().read([&](Read& read) { found = products->find_needing_processing(read, wanted); });
        return found;
    };
    CHECK(find(asked) == needing);
    CHECK(find({4}) == std::vector<std::uint64_t>{4});
    CHECK(find({}).empty());
    execute(database(), "DROP TABLE wp_postmeta");
    CHECK(find(asked).empty());
    execute(database(), "DROP TABLE wp_posts");
    CHECK(find(asked).empty());
}

TEST_CASE_METHOD(Fixture, "products are taxed unless their tax status says otherwise; a variation is taxed as its product is") {
    for (const auto& [id, status] : std::vector<std::pair<std::uint64_t, std::string>>{{1, "taxable"}, {2, "none"}, {3, "shipping"}, {4, ""}, {5, "0"}, {7, "NONE"}}) {
        add_post(id, "product");
        add_post_meta(id, "_tax_status", status);
    }
    add_post(6, "product");
    add_post_meta(6, "_TAX_status", "none");
    add_post(8, "product");
    add_post_meta(8, "_tax_status", "taxable");
    add_post_meta(8, "_tax_status", "none");
    add_post(9, "page");
    add_post_meta(9, "_tax_status", "none");
    for (const auto& [id, parent] : std::vector<std::pair<std::uint64_t, std::uint64_t>>{{20, 2}, {21, 1}, {22, 6}, {23, 9999}}) {
        add_post(id, "product_variation", parent);
        add_post_meta(id, "_tax_status", id == 20 ? "taxable" : "none");  // never read
    }
    const auto find = [&](const std::vector<std::uint64_t>& wanted) {
        std::vector<UntaxedProduct> found;
        database().read([&](Read& read) { found = products->find_untaxed(read, wanted); });
        return found;
    };
    using enum TaxStatus;
    CHECK((find({23, 22, 21, 20, 9999, 9, 8, 7, 6, 5, 4, 3, 2, 1}) == std::vector<UntaxedProduct>{{2, none}, {3, shipping}, {7, none}, {20, none}}));
    CHECK(find({}).empty());
    execute(database(), "DROP TABLE wp_postmeta");
    CHECK(find({2}).empty());
}

TEST_CASE_METHOD(Fixture, "who is going to change items and notes holds them, and reads the same", "[mariadb]") {
    add_item(7, "Tea", {added("_qty", "1")});
    add_item(8, "Milk", {added("_qty", "1")});
    add_notes({{OrderId{7}, note("paid", {{0, "k", "v"}})}, {OrderId{8}, note("paid", {{0, "k", "v"}})}});
    QuietLog log;
    database::SqlDatabase other(database::make_dialect(shop.url(), 1), log);
    const auto free_rows = [&](const std::string& table) {
        std::string count;
        other.write([&](Unit& unit) {
            std::size_t rows = 0;
            unit.query("SELECT 1 FROM wp_" + table + " FOR UPDATE SKIP LOCKED", [&](const Row&) { ++rows; });
            count = std::to_string(rows);
        });
        return count;
    };
    database().write([&](Unit& unit) {
        std::vector<OrderRecord> records(1);
        records[0].id = OrderId{7};
        details->attach_for_update(unit, records);
        CHECK(text_of(records[0].items.at(0).meta) == "_qty=1");
        CHECK(text_of(records[0].notes.at(0).meta) == "k=v");
        for (const std::string table : {"woocommerce_order_items", "woocommerce_order_itemmeta", "comments", "commentmeta"}) {
            INFO(table);
            CHECK(free_rows(table) == "1");
        }
    });
    CHECK(free_rows("comments") == "2");
}

}  // namespace ordo::test
