/// Verification, verified: every kind of damage is found under its name, in exactly the orders that have it; what differs
/// without a difference is not reported; what was found can be repaired.
#include <algorithm>
#include <fstream>
#include <map>
#include <set>

#include <fmt/format.h>

#include "tests/store/damages.hpp"

namespace ordo::test {
namespace {

std::string to_text(const Difference& difference) {
    return fmt::format("{} {}{}{}", difference.order, to_string(difference.kind), difference.field.empty() ? "" : " ", difference.field);
}

std::vector<std::string> findings(Shop& shop, VerifyOptions options = {}) {
    std::vector<std::string> found;
    options.on_difference = [&](const Difference& difference) { found.push_back(to_text(difference)); };
    const VerifyReport report = shop.kernel().verifier().verify(options);
    CHECK(report.found_nothing() == found.empty());
    return found;
}

bool fits(const std::string& finding, const std::string& pattern) {
    return pattern.ends_with("*") ? finding.starts_with(pattern.substr(0, pattern.size() - 1)) : finding == pattern;
}

/// Every expected finding is there, and nothing else is.
void check_findings(const std::vector<std::string>& found, const std::vector<Damage>& damages, const std::vector<std::vector<std::string>>& expected) {
    std::set<std::string> explained;
    for (std::size_t i = 0; i < damages.size(); ++i) {
        for (const std::string& pattern : expected[i]) {
            INFO(damages[i].name << ": " << pattern);
            bool named = false;
            for (const std::string& finding : found) {
                if (!fits(finding, pattern)) continue;
                named = true;
                explained.insert(finding);
            }
            CHECK(named);
        }
    }
    for (const std::string& finding : found) {
        INFO("nobody expected: " << finding);
        CHECK(explained.contains(finding));
    }
}

/// Unique keys forbid some of the damages, and not every shop still has them.
void drop_unique_keys(Shop& shop) {
    drop_index(shop.database(), "wp_wc_order_addresses", "address_type_order_id");
    drop_index(shop.database(), "wp_wc_order_operational_data", "order_id");
}

void make_hpos_authoritative(Shop& shop) { REQUIRE(shop.kernel().controller().switch_authoritative_store("hpos", {}).switched); }

std::vector<Difference> plan(Shop& shop) {
    std::vector<Difference> differences;
    VerifyOptions options;
    options.with_digests = true;
    options.on_difference = [&](const Difference& difference) { differences.push_back(difference); };
    shop.kernel().verifier().verify(options);
    return differences;
}

std::vector<std::uint64_t> numbers(const std::vector<OrderId>& ids) {
    std::vector<std::uint64_t> values;
    for (const OrderId id : ids) values.push_back(id.value);
    return values;
}

}  // namespace

TEST_CASE("verification names every kind of damage to the backup hpos, and nothing else [G16]") {
    Shop shop;
    shop.synchronizer().sync({});
    REQUIRE(findings(shop).empty());
    drop_unique_keys(shop);
    const auto damages = damages_of_hpos();
    CHECK(damages.size() >= 55);
    const auto expected = inflict(shop, damages);
    const auto found = findings(shop);
    check_findings(found, damages, expected);

    VerifyOptions page_by_page;
    page_by_page.batch_size = 7;
    auto sorted = [](std::vector<std::string> texts) {
        std::sort(texts.begin(), texts.end());
        return texts;
    };
    CHECK(sorted(findings(shop, page_by_page)) == sorted(found));

    // `diff` names the same of each order.
    std::vector<std::string> one_by_one, of_orders;
    std::set<std::uint64_t> ids;
    for (const std::string& finding : found) {
        if (finding.starts_with("0 ")) continue;  // rows that name no order
        of_orders.push_back(finding);
        ids.insert(std::stoull(finding));
    }
    for (const std::uint64_t id : ids)
        for (const Difference& difference : shop.kernel().verifier().diff(OrderId{id})) one_by_one.push_back(to_text(difference));
    CHECK(sorted(one_by_one) == sorted(of_orders));
}

TEST_CASE("verification names every kind of damage to the backup posts, and nothing else [G16]") {
    Shop shop;
    shop.synchronizer().sync({});
    make_hpos_authoritative(shop);
    REQUIRE(findings(shop).empty());
    drop_unique_keys(shop);
    const auto damages = damages_of_posts();
    CHECK(damages.size() >= 15);
    const auto expected = inflict(shop, damages);
    check_findings(findings(shop), damages, expected);
}

TEST_CASE("what differs without a difference is not reported [G16]") {
    Shop shop;
    shop.synchronizer().sync({});
    const auto differences = benign_differences();
    for (const Damage& difference : differences) {
        INFO(difference.name);
        inflict(shop, {difference});
        const auto found = findings(shop);
        for (const std::string& finding : found) INFO(finding);
        CHECK(found == std::vector<std::string>{});
    }
}

TEST_CASE("the page on verification names each kind of damage and each harmless difference, and no other [G16]") {
    std::ifstream page(data_directory.parent_path().parent_path() / "kernel/sync/README.md");
    REQUIRE(page);
    std::map<std::string, std::string> rows;  // name -> the whole line
    std::string kinds, table;
    for (std::string line; std::getline(page, line);) {
        if (line.empty()) table.clear();
        else if (table.empty()) table = line;
        if (table.starts_with("| kind |")) kinds += line;
        if ((!table.starts_with("| damage |") && !table.starts_with("| not reported |")) || !line.starts_with("| `")) continue;
        const std::string name = line.substr(3, line.find('`', 3) - 3);
        INFO(name);
        CHECK(rows.emplace(name, line).second);
    }
    for (int kind = 0; kind <= static_cast<int>(Difference::Kind::parent_missing); ++kind) {
        const std::string name(to_string(static_cast<Difference::Kind>(kind)));
        INFO(name);
        CHECK(kinds.find("`" + name + "`") != std::string::npos);
        CHECK(to_difference_kind(name) == static_cast<Difference::Kind>(kind));
    }
    std::set<std::string> known;
    for (const auto& damages : {damages_of_hpos(), damages_of_posts(), benign_differences()}) {
        for (const Damage& damage : damages) {
            INFO(damage.name);
            known.insert(damage.name);
            REQUIRE(rows.contains(damage.name));
            CHECK(rows[damage.name].find(damage.what) != std::string::npos);
            for (const std::string& finding : damage.findings) {
                const std::string kind = finding.substr(finding.find(' ') + 1, finding.find(' ', finding.find(' ') + 1) - finding.find(' ') - 1);
                CHECK(rows[damage.name].find("`" + kind + "`") != std::string::npos);
            }
        }
    }
    for (const auto& [name, line] : rows) {
        INFO("in the page only: " << name);
        CHECK(known.contains(name));
    }
}

TEST_CASE("every kind of damage is repaired by a plan, but for what only a person can decide [G16]") {
    Shop shop;
    shop.synchronizer().sync({});
    drop_unique_keys(shop);
    inflict(shop, damages_of_hpos());
    const auto differences = plan(shop);
    REQUIRE(differences.size() > 100);
    const Direction way{"posts", "hpos"};
    const RepairReport report = shop.kernel().repairer().repair(way, differences);
    for (const LeftDifference& left : report.left) {
        INFO(to_text(left.difference) << ": " << left.message);
        CHECK(left.reason == LeftDifference::Reason::decide);
        CHECK(remedy_for(left.difference, way) == Remedy::decide);
        CHECK(!left.message.empty());
    }
    CHECK(report.repaired + report.left.size() == differences.size());
    // What stays: extra orders, a missing parent, rows in tables of both stores.
    std::set<std::string> kinds;
    for (const Difference& rest : plan(shop)) {
        INFO(to_text(rest));
        CHECK(remedy_for(rest, way) == Remedy::decide);
        kinds.insert(std::string(to_string(rest.kind)));
    }
    CHECK(kinds == std::set<std::string>{"extra", "orphan_row", "parent_missing"});
    CHECK(select_one(shop.database(), "SELECT COUNT(*) FROM wp_wc_orders WHERE id >= 990000") == "2");  // orders only the backup has
    CHECK(select_one(shop.database(), "SELECT COUNT(*) FROM wp_woocommerce_order_items WHERE order_id >= 990000") == "1");

    const RepairReport again = shop.kernel().repairer().repair(way, differences);
    CHECK(again.repaired == 0);
    CHECK(again.rows_removed == 0);
    CHECK(again.left.size() == report.left.size());
}

TEST_CASE("damage to the backup posts is repaired too, and nothing is removed from the authoritative store") {
    Shop shop;
    shop.synchronizer().sync({});
    make_hpos_authoritative(shop);
    execute(shop.database(), "UPDATE wp_ordo_state SET value = value - 300 WHERE name = 'switched'");  // nobody can be late any more
    drop_unique_keys(shop);
    inflict(shop, damages_of_posts());
    const std::string rows = "SELECT (SELECT COUNT(*) FROM wp_wc_orders) + (SELECT COUNT(*) FROM wp_wc_order_operational_data) + "
                             "(SELECT COUNT(*) FROM wp_wc_orders_meta WHERE meta_key <> '_deleted_from')";
    const std::string before = select_one(shop.database(), rows);
    const Direction way{"hpos", "posts"};
    const RepairReport report = shop.kernel().repairer().repair(way, plan(shop));
    CHECK(report.repaired > 20);
    std::set<std::string> kinds;
    for (const Difference& rest : plan(shop)) kinds.insert(std::string(to_string(rest.kind)) + " " + rest.store);
    CHECK(kinds == std::set<std::string>{"duplicate_row hpos", "extra ", "orphan_row hpos"});
    CHECK(select_one(shop.database(), rows) == before);
}

TEST_CASE("an order that has changed since the plan was made is left and named, on either side") {
    Shop shop;
    shop.synchronizer().sync({});
    execute(shop.database(), "UPDATE wp_wc_orders SET currency = 'XXX' WHERE id IN (43, 44, 45)");
    execute(shop.database(), "INSERT INTO wp_ordo_quarantine (target, order_id, field, reason, digest) VALUES ('hpos', 47, '', 'no room', 'x')");
    const auto differences = plan(shop);
    REQUIRE(differences.size() == 4);
    execute(shop.database(), "UPDATE wp_postmeta SET meta_value = 'EUR2' WHERE post_id = 44 AND meta_key = '_order_currency'");
    execute(shop.database(), "UPDATE wp_wc_orders SET currency = 'YYY' WHERE id = 45");
    execute(shop.database(), "UPDATE wp_wc_orders SET currency = 'YYY' WHERE id = 47");
    const RepairReport report = shop.kernel().repairer().repair({"posts", "hpos"}, differences);
    CHECK(report.repaired == 1);
    CHECK(report.settled == 1);  // order 47 is not equal any more: its quarantine is not stale
    REQUIRE(report.left.size() == 2);
    for (const LeftDifference& left : report.left) {
        CHECK(left.reason == LeftDifference::Reason::changed);
        CHECK(left.message.find("verify-data") != std::string::npos);
    }
    CHECK(select_one(shop.database(), "SELECT currency FROM wp_wc_orders WHERE id = 43") != "XXX");
    CHECK(select_one(shop.database(), "SELECT currency FROM wp_wc_orders WHERE id = 44") == "XXX");
    CHECK(select_one(shop.database(), "SELECT currency FROM wp_wc_orders WHERE id = 45") == "YYY");

    SECTION("a plan of the other direction is refused") {
        shop.synchronizer().sync({});
        make_hpos_authoritative(shop);
        CHECK_THROWS_AS(shop.kernel().repairer().repair({"posts", "hpos"}, differences), Error);
    }
    SECTION("an order that cannot be copied is left, with the reason") {
        const auto now = plan(shop);
        execute(shop.database(), "UPDATE wp_posts SET post_status = 'wc-a-status-too-long' WHERE ID = 44");
        refuse_updates(shop.database(), "wp_wc_orders", "NEW.id = 45", "no room");
        const RepairReport second = shop.kernel().repairer().repair({"posts", "hpos"}, now);
        std::map<std::uint64_t, LeftDifference::Reason> left;
        for (const LeftDifference& one : second.left) left[one.difference.order.value] = one.reason;
        CHECK(left == std::map<std::uint64_t, LeftDifference::Reason>{{44, LeftDifference::Reason::changed}, {45, LeftDifference::Reason::failed}});
        CHECK(second.repaired == 1);
    }
}

TEST_CASE("verification of some orders: ids, a range, types, and a sample that its seed gives again") {
    Shop shop;
    shop.synchronizer().sync({});
    execute(shop.database(), "UPDATE wp_wc_orders SET currency = 'XXX' WHERE id IN (43, 200, 405, 508)");
    execute(shop.database(), "UPDATE wp_wc_orders SET type = 'shop_order' WHERE id = 405");
    execute(shop.database(), "INSERT INTO wp_wc_orders_meta (order_id, meta_key, meta_value) VALUES (300000, 'a', 'b'), (NULL, 'a', 'b')");
    OrderVerifier& verifier = shop.kernel().verifier();
    const auto with = [&](const std::function<void(VerifyOptions&)>& set) {
        VerifyOptions options;
        set(options);
        return findings(shop, options);
    };
    CHECK(with([](VerifyOptions& o) { o.ids = {OrderId{200}, OrderId{44}, OrderId{200}}; }) == std::vector<std::string>{"200 field currency"});
    CHECK(with([](VerifyOptions& o) { o.ids = {OrderId{300000}}; }) == std::vector<std::string>{"300000 orphan_row wp_wc_orders_meta"});
    CHECK(with([](VerifyOptions& o) { o.start_from = OrderId{200}; o.end_at = OrderId{405}; }) ==
          std::vector<std::string>{"200 field currency", "405 type type", "405 field currency"});
    CHECK(with([](VerifyOptions& o) { o.start_from = OrderId{406}; }) == std::vector<std::string>{"508 field currency", "300000 orphan_row wp_wc_orders_meta"});
    CHECK(with([](VerifyOptions& o) { o.end_at = OrderId{42}; }) == std::vector<std::string>{"0 orphan_row wp_wc_orders_meta"});
    CHECK(with([](VerifyOptions& o) { o.start_from = OrderId{500}; o.end_at = OrderId{400}; }).empty());
    // An order whose type differs is one of both types.
    CHECK(with([](VerifyOptions& o) { o.order_types = {"shop_order_refund"}; }) == std::vector<std::string>{"405 type type", "405 field currency"});
    CHECK(with([](VerifyOptions& o) { o.order_types = {"shop_order"}; o.batch_size = 10; }).size() == 5);
    CHECK(with([](VerifyOptions& o) { o.ids = {OrderId{200}, OrderId{405}}; o.order_types = {"shop_order_refund"}; }).size() == 2);
    CHECK_THROWS_AS(with([](VerifyOptions& o) { o.order_types = {"shop_odrer"}; }), Error);

    VerifyOptions absent;
    absent.ids = {OrderId{43}, OrderId{1}};
    CHECK(numbers(verifier.verify(absent).not_found) == std::vector<std::uint64_t>{1});

    VerifyOptions sample;
    sample.sample = 20;
    const VerifyReport drawn = verifier.verify(sample);
    REQUIRE(drawn.sample.size() == 20);
    CHECK(drawn.orders == 20);
    INFO("seed " << drawn.seed);
    sample.seed = drawn.seed;
    CHECK(numbers(verifier.verify(sample).sample) == numbers(drawn.sample));
    sample.seed = drawn.seed + 1;
    CHECK(numbers(verifier.verify(sample).sample) != numbers(drawn.sample));
    sample.sample = 10000;
    CHECK(verifier.verify(sample).sample.size() == 433);
    sample.start_from = OrderId{43};
    sample.end_at = OrderId{44};
    CHECK(numbers(verifier.verify(sample).sample) == std::vector<std::uint64_t>{43, 44});
}

TEST_CASE("a sample is drawn evenly: in many draws every order comes up about as often") {
    Shop shop;
    VerifyOptions sample;
    sample.sample = 5;
    sample.end_at = OrderId{62};
    sample.seed = 1;
    std::map<std::uint64_t, int> drawn;
    constexpr int draws = 400;
    for (int i = 0; i < draws; ++i, ++*sample.seed)
        for (const OrderId id : shop.kernel().verifier().verify(sample).sample) ++drawn[id.value];
    const int orders = std::stoi(select_one(shop.database(), "SELECT COUNT(*) FROM wp_posts WHERE post_type IN ('shop_order', 'shop_order_refund') AND post_status <> 'auto-draft' AND ID <= 62"));
    CHECK(static_cast<int>(drawn.size()) == orders);
    for (const auto& [id, times] : drawn) {
        INFO(id);
        CHECK(times > draws * 5 / orders / 2);
        CHECK(times < draws * 5 / orders * 2);
    }
}

TEST_CASE("orders side by side: every compared value once, equal or not, and none of it in clear") {
    Shop shop;
    shop.synchronizer().sync({});
    execute(shop.database(), "UPDATE wp_wc_order_addresses SET first_name = 'Somebody' WHERE order_id = 43 AND address_type = 'billing'");
    execute(shop.database(), "INSERT INTO wp_wc_orders_meta (order_id, meta_key, meta_value) VALUES (43, '_uninvited', 'x')");
    execute(shop.database(), "DELETE FROM wp_wc_orders WHERE id = 44");
    const auto compared = shop.kernel().verifier().compare({OrderId{44}, OrderId{43}, OrderId{1}});
    REQUIRE(compared.size() == 2);
    CHECK(compared[0].order == OrderId{43});
    std::vector<std::string> different;
    for (const ComparedValue& value : compared[0].values) {
        if (!value.equal) different.push_back(value.name + " " + value.source + " " + value.target);
        CHECK(value.target.find("Somebody") == std::string::npos);
    }
    REQUIRE(different.size() == 2);
    CHECK(different[0].ends_with("(8 bytes)"));
    CHECK(different[1] == "_uninvited - (1 bytes)");
    CHECK(compared[0].values.size() > 30);
    CHECK(compared[1].in_source);
    CHECK(!compared[1].in_target);
    CHECK(std::all_of(compared[1].values.begin(), compared[1].values.end(), [](const ComparedValue& value) { return !value.equal && value.target == "-"; }));
}

TEST_CASE("verification writes nothing and needs no right to [G3]") {
    Shop shop;
    shop.synchronizer().sync({});
    drop_unique_keys(shop);
    inflict(shop, damages_of_hpos());
    ReadOnlyAccess access(shop);
    Kernel reader(kernel_options(access.url()));
    CHECK(!reader.verifier().verify({}).found_nothing());
}

TEST_CASE("verification fires no hook, repair those of a synchronisation, once for each order it has copied [G18]") {
    Shop shop;
    shop.synchronizer().sync({});
    execute(shop.database(), "UPDATE wp_wc_orders SET currency = 'XXX', status = 'wc-failed' WHERE id IN (43, 44)");
    execute(shop.database(), "INSERT INTO wp_wc_orders_meta (order_id, meta_key, meta_value) VALUES (300000, 'a', 'b')");
    std::vector<std::string> heard;
    Hooks& hooks = shop.kernel().hooks();
    hooks.on(hook::before_order_sync, [&](OrderId id, const Direction& way) { heard.push_back(fmt::format("before {} {}", id, way)); });
    hooks.on(hook::after_order_sync, [&](OrderId id, const Direction& way) { heard.push_back(fmt::format("after {} {}", id, way)); });
    hooks.on(hook::before_order_sync_to_posts, [&](OrderId) { heard.push_back("to posts"); });
    hooks.on(hook::after_order_sync_to_posts, [&](OrderId) { heard.push_back("to posts"); });
    const auto differences = plan(shop);
    CHECK(heard.empty());
    shop.kernel().repairer().repair({"posts", "hpos"}, differences);
    CHECK(heard == std::vector<std::string>{"before 43 posts -> hpos", "before 44 posts -> hpos", "after 43 posts -> hpos", "after 44 posts -> hpos"});
}

}  // namespace ordo::test
