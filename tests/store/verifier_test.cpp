/// Verification, verified: every kind of damage is found under its name, in exactly the orders that have it; what differs
/// without a difference is not reported; what was found can be repaired.
#include <algorithm>
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

[[maybe_unused]] std::vector<Difference> plan(Shop& shop) {
    std::vector<Difference> differences;
    VerifyOptions options;
    options.with_digests = true;
    options.on_difference = [&](const Difference& difference) { differences.push_back(difference); };
    shop.kernel().verifier().verify(options);
    return differences;
}

[[maybe_unused]] std::vector<std::uint64_t> numbers(const std::vector<OrderId>& ids) {
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
    SECTION("in one page") { check_findings(findings(shop), damages, expected); }
    SECTION("page by page") {
        VerifyOptions options;
        options.batch_size = 7;
        check_findings(findings(shop, options), damages, expected);
    }
    SECTION("and `diff` names the same of each order") {
        std::multiset<std::string> all, one_by_one;
        std::set<std::uint64_t> ids;
        for (const std::string& finding : findings(shop)) {
            if (!finding.starts_with("0 ")) all.insert(finding);
            ids.insert(std::stoull(finding));
        }
        ids.erase(0);  // rows that name no order
        for (const std::uint64_t id : ids)
            for (const Difference& difference : shop.kernel().verifier().diff(OrderId{id})) one_by_one.insert(to_text(difference));
        CHECK(all == one_by_one);
    }
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

}  // namespace ordo::test
