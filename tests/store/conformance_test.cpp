/// Both stores pass the suite that the SDK gives to authors of stores, and give the same transcripts on both databases; and
/// the suite finds what it is for: faults that are sown into a store, each by a trigger in its tables.
#include <fstream>

#include <ordo/testing/order_conformance.hpp>

#include "tests/support/empty_shop.hpp"

namespace ordo::test {
namespace {

const std::filesystem::path expected_file = data_directory / "order-conformance.txt";

std::vector<testing::ConformanceResult> run(const std::string& store) {
    return testing::run_order_conformance([&] {
        auto shop = std::make_shared<EmptyShop>(store);
        return std::shared_ptr<Kernel>(shop, &shop->kernel());
    });
}

/// A line a case: its transcript's digest and its name.
std::string digests(const std::vector<testing::ConformanceResult>& results) {
    std::string text;
    for (const auto& result : results) text += fmt::format("{:016x} {}\n", testing::detail::digest(result.transcript), result.name);
    return text;
}

/// What a store that is not right would do. `cases`: how the names begin of the cases that are to find it.
struct SownFault {
    std::string_view what, store, trigger, cases;
};
const std::vector<SownFault> sown_faults{
    {"rounds totals to two decimals", "hpos", "AFTER INSERT ON wp_wc_orders BEGIN UPDATE wp_wc_orders SET total_amount = ROUND(NEW.total_amount, 2) WHERE id = NEW.id; END", "TD155"},
    {"forgets a billing city", "hpos", "AFTER INSERT ON wp_wc_order_addresses WHEN NEW.address_type = 'billing' BEGIN UPDATE wp_wc_order_addresses SET city = NULL WHERE id = NEW.id; END", "TD15"},
    {"mixes up the addresses", "hpos", "AFTER INSERT ON wp_wc_order_addresses BEGIN UPDATE wp_wc_order_addresses SET phone = 'other' WHERE order_id = NEW.order_id AND address_type <> NEW.address_type; END", "every field at once"},
    {"never changes an address", "hpos", "BEFORE UPDATE ON wp_wc_order_addresses BEGIN SELECT RAISE(IGNORE); END", "TD15"},
    {"forgets changes of operational data", "hpos", "BEFORE UPDATE ON wp_wc_order_operational_data BEGIN SELECT RAISE(IGNORE); END", "TD107"},
    {"shifts dates by an hour", "hpos", "AFTER INSERT ON wp_wc_orders BEGIN UPDATE wp_wc_orders SET date_created_gmt = datetime(NEW.date_created_gmt, '+1 hour') WHERE id = NEW.id; END", "TD17"},
    {"loses the date of payment", "hpos", "AFTER INSERT ON wp_wc_order_operational_data BEGIN UPDATE wp_wc_order_operational_data SET date_paid_gmt = NULL WHERE id = NEW.id; END", "CR3"},
    {"trims meta", "hpos", "AFTER INSERT ON wp_wc_orders_meta BEGIN UPDATE wp_wc_orders_meta SET meta_value = TRIM(NEW.meta_value) WHERE id = NEW.id; END", "TD9"},
    {"strips backslashes", "hpos", "AFTER INSERT ON wp_wc_orders_meta BEGIN UPDATE wp_wc_orders_meta SET meta_value = REPLACE(NEW.meta_value, '\\', '') WHERE id = NEW.id; END", "TD9"},
    {"makes meta keys small", "hpos", "AFTER INSERT ON wp_wc_orders_meta BEGIN UPDATE wp_wc_orders_meta SET meta_key = LOWER(NEW.meta_key) WHERE id = NEW.id; END", "meta"},
    {"keeps one value a key", "hpos", "AFTER INSERT ON wp_wc_orders_meta BEGIN DELETE FROM wp_wc_orders_meta WHERE order_id = NEW.order_id AND meta_key = NEW.meta_key AND id < NEW.id; END", "TD157"},
    {"takes NULL for the empty text", "hpos", "AFTER INSERT ON wp_wc_orders_meta WHEN NEW.meta_value IS NULL BEGIN UPDATE wp_wc_orders_meta SET meta_value = '' WHERE id = NEW.id; END", "meta keeps"},
    {"cuts long meta", "hpos", "AFTER INSERT ON wp_wc_orders_meta BEGIN UPDATE wp_wc_orders_meta SET meta_value = SUBSTR(NEW.meta_value, 1, 60000) WHERE id = NEW.id; END", "meta keeps"},
    {"does not delete meta", "hpos", "BEFORE DELETE ON wp_wc_orders_meta BEGIN SELECT RAISE(IGNORE); END", "meta"},
    {"does not delete items", "posts", "BEFORE DELETE ON wp_woocommerce_order_items BEGIN SELECT RAISE(IGNORE); END", "an item of"},
    {"forgets an item's meta", "posts", "AFTER INSERT ON wp_woocommerce_order_itemmeta WHEN NEW.meta_key = '_tax_class' BEGIN DELETE FROM wp_woocommerce_order_itemmeta WHERE meta_id = NEW.meta_id; END", "CR17"},
    {"writes statuses without prefix", "posts", "AFTER UPDATE ON wp_posts BEGIN UPDATE wp_posts SET post_status = REPLACE(NEW.post_status, 'wc-', '') WHERE ID = NEW.ID; END", "OF15"},
    {"never changes a status", "posts", "BEFORE UPDATE OF post_status ON wp_posts WHEN NEW.post_status <> OLD.post_status AND OLD.post_type = 'shop_order' BEGIN SELECT RAISE(IGNORE); END", "transition"},
    {"turns flags off", "posts", "AFTER INSERT ON wp_postmeta WHEN NEW.meta_value = 'yes' BEGIN UPDATE wp_postmeta SET meta_value = 'no' WHERE meta_id = NEW.meta_id; END", "TD107"},
    {"drops what stands after the point", "posts", "AFTER INSERT ON wp_postmeta WHEN NEW.meta_key = '_order_total' BEGIN UPDATE wp_postmeta SET meta_value = CAST(NEW.meta_value AS INTEGER) WHERE meta_id = NEW.meta_id; END", "CR5"},
    {"loses a refund's parent", "posts", "AFTER UPDATE ON wp_posts WHEN NEW.post_parent <> 0 BEGIN UPDATE wp_posts SET post_parent = 0 WHERE ID = NEW.ID; END", "RF1"},
    {"leaves an order's meta", "posts", "BEFORE DELETE ON wp_postmeta BEGIN SELECT RAISE(IGNORE); END", "meta"},
    {"forgets the note of an order", "posts", "AFTER UPDATE ON wp_posts BEGIN UPDATE wp_posts SET post_excerpt = '' WHERE ID = NEW.ID; END", "texts"},
    {"writes a change of meta twice", "posts", "AFTER UPDATE ON wp_postmeta WHEN NEW.meta_key = 'k' BEGIN INSERT INTO wp_postmeta (post_id, meta_key, meta_value) VALUES (NEW.post_id, NEW.meta_key, NEW.meta_value); END", "meta: update"},
};

}  // namespace

TEST_CASE("faults sown into a store are found by the conformance suite", "[sqlite]") {
    for (const SownFault& fault : sown_faults) {
        CAPTURE(fault.what);
        const auto results = testing::run_order_conformance(
            [&] {
                auto shop = std::make_shared<EmptyShop>(std::string(fault.store));
                execute(shop->database(), fmt::format("CREATE TRIGGER sown {}", fault.trigger));
                return std::shared_ptr<Kernel>(shop, &shop->kernel());
            },
            [&](std::string_view name) { return name.starts_with(fault.cases); });
        CHECK_FALSE(results.empty());
        CHECK(std::any_of(results.begin(), results.end(), [](const auto& result) { return !result.failures.empty(); }));
    }
}

TEST_CASE("every case of the conformance suite passes in both stores, with the same transcript, which both databases share [G3] [G19] [G33]") {
    const auto posts = run("posts"), hpos = run("hpos");
    REQUIRE(posts.size() == hpos.size());
    CHECK(posts.size() >= 300);
    std::set<std::string> names;
    for (std::size_t i = 0; i < posts.size(); ++i) {
        CAPTURE(posts[i].name);
        CHECK(names.insert(posts[i].name).second);
        CHECK(posts[i].failures == std::vector<std::string>{});
        CHECK(hpos[i].failures == std::vector<std::string>{});
        CHECK(posts[i].transcript == hpos[i].transcript);
    }

    // A new transcript is written beside the test's data only when it is asked for: `ORDO_WRITE_EXPECTED=1`.
    const std::string found = digests(posts);
    if (std::getenv("ORDO_WRITE_EXPECTED")) std::ofstream(expected_file, std::ios::binary) << found;
    const std::string expected = slurp(expected_file);
    if (found == expected) return;
    for (const auto& result : posts)
        if (expected.find(digests({result})) == std::string::npos) FAIL_CHECK("another transcript than " << expected_file.filename() << " has: " << result.name << "\n" << result.transcript);
    CHECK(found == expected);
}

}  // namespace ordo::test
