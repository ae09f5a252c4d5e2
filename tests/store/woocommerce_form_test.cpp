/// `--as woocommerce` held against what a real WooCommerce's API read from the same shops (tests/data/*.jsonl.gz).
#include <algorithm>
#include <sstream>

#include <boost/json.hpp>

#include "tests/support/gzip.hpp"
#include "tests/support/shop.hpp"

namespace ordo::test {
namespace {

namespace json = boost::json;

/// Numbers by value, and the golden files' mark of a float ("f:8.375"); all else as it is.
bool same_scalar(const json::value& ours, const json::value& theirs) {
    if (ours.is_number() && theirs.is_number()) return ours.to_number<double>() == theirs.to_number<double>();
    if (ours.is_number() && theirs.is_string() && theirs.as_string().starts_with("f:"))
        return ours.to_number<double>() == std::stod(std::string(theirs.as_string()).substr(2));
    return ours == theirs;
}

/// The places where two values differ, "data.total" or "items.2.meta"; `class` keys are the golden files' own.
void find_differences(const json::value& ours, const json::value& theirs, const std::string& place, std::vector<std::string>& differences) {
    if (ours.is_object() && theirs.is_object()) {
        for (const auto& member : theirs.as_object())
            if (member.key() != "class" && !ours.as_object().contains(member.key())) differences.push_back(place + std::string(member.key()) + " is missing");
        for (const auto& [name, value] : ours.as_object()) {
            const json::value* const other = theirs.as_object().if_contains(name);
            if (other) find_differences(value, *other, place + std::string(name) + ".", differences);
            else differences.push_back(place + std::string(name) + " is not WooCommerce's");
        }
    } else if (ours.is_array() && theirs.is_array() && ours.as_array().size() == theirs.as_array().size()) {
        for (std::size_t i = 0; i < ours.as_array().size(); ++i) find_differences(ours.at(i), theirs.at(i), place + std::to_string(i) + ".", differences);
    } else if (!same_scalar(ours, theirs)) {
        differences.push_back(place.substr(0, place.size() - 1));
    }
}

using Orders = std::map<std::int64_t, json::value>;

void add_order(Orders& orders, std::string_view line) {
    json::value order = json::parse(json::string_view(line));
    const std::int64_t id = order.at("id").to_number<std::int64_t>();
    REQUIRE(orders.emplace(id, std::move(order)).second);
}

Orders golden(const std::string& file) {
    Orders orders;
    std::istringstream lines(unpacked(data_directory / file));
    for (std::string line; std::getline(lines, line);) add_order(orders, line);
    return orders;
}

Orders exported(Kernel& kernel, const std::string& store, bool include_auto_drafts) {
    Orders orders;
    ExportOptions options;
    options.store = store;
    options.include_auto_drafts = include_auto_drafts;
    options.form = ExportForm::woocommerce;
    kernel.exporter().export_orders(options, [&](std::string_view line) { add_order(orders, line); });
    return orders;
}

bool is_auto_draft(const json::value& order) { return order.at("data").at("status") == "auto-draft"; }

/// "43 data.total" of every difference.
std::vector<std::string> differences(const Orders& ours, const Orders& theirs) {
    std::vector<std::string> all;
    for (const auto& [id, order] : ours) {
        const auto other = theirs.find(id);
        std::vector<std::string> places;
        if (other == theirs.end()) places.emplace_back("is not WooCommerce's");
        else find_differences(order, other->second, "", places);
        for (const std::string& place : places) all.push_back(std::to_string(id) + " " + place);
    }
    for (const auto& member : theirs)
        if (!ours.contains(member.first)) all.push_back(std::to_string(member.first) + " is missing");
    return all;
}

}  // namespace

TEST_CASE("the 433 orders of the shop read as WooCommerce's API reads them, from posts and from hpos, without exception [G1]") {
    Orders theirs = golden("store-posts.jsonl.gz");
    REQUIRE(theirs.size() == 466);
    Shop shop;
    CHECK(differences(exported(shop.kernel(), "posts", true), theirs) == std::vector<std::string>{});

    std::erase_if(theirs, [](const auto& order) { return is_auto_draft(order.second); });
    REQUIRE(theirs.size() == 433);
    CHECK(differences(exported(shop.kernel(), "posts", false), theirs) == std::vector<std::string>{});
    shop.synchronizer().sync({});
    CHECK(differences(exported(shop.kernel(), "hpos", false), theirs) == std::vector<std::string>{});
}

TEST_CASE("a shop born in HPOS reads as WooCommerce's API reads it, but for what its HPOS storage alone does [G1]") {
    Orders theirs = golden("born-in-hpos.jsonl.gz");
    REQUIRE(theirs.size() == 177);
    Shop shop({}, data_directory / "born-in-hpos.sql.gz");
    const Orders ours = exported(shop.kernel(), "hpos", true);

    // The two differences, both of WooCommerce's HPOS storage only: it shows the address-index keys, which its posts storage
    // hides, and it reads equal keys in the order of an index on (key, value) instead of the order they were written in.
    std::size_t index_rows = 0, reordered_orders = 0;
    for (auto& [id, order] : theirs) {
        json::array& meta = order.at("meta").as_array();
        json::array shown;
        for (const json::value& row : meta) {
            const bool index = row.at("key") == "_billing_address_index" || row.at("key") == "_shipping_address_index";
            if (index) ++index_rows;
            else shown.push_back(row);
        }
        meta = shown;
        const auto at = ours.find(id);
        if (at == ours.end() || at->second.at("meta") == order.at("meta")) continue;
        const auto by_key_and_value = [](json::array rows) {
            std::vector<std::string> texts;
            for (const json::value& row : rows) texts.push_back(json::serialize(row));
            std::sort(texts.begin(), texts.end());
            return texts;
        };
        if (by_key_and_value(meta) != by_key_and_value(at->second.at("meta").as_array())) continue;
        ++reordered_orders;
        meta = at->second.at("meta").as_array();
    }
    CHECK(index_rows == 300);
    CHECK(reordered_orders == 24);
    CHECK(differences(ours, theirs) == std::vector<std::string>{});
    CHECK(exported(shop.kernel(), "hpos", false).size() == 165);
}

TEST_CASE("the shop's options decide how WooCommerce reads it") {
    Shop shop;
    const auto total = [&] {
        ExportOptions options;
        options.form = ExportForm::woocommerce;
        return json::parse(*shop.kernel().exporter().get(OrderId{54}, options)).at("data").at("total");
    };
    CHECK(total() == "125.00");
    shop.kernel().options().update("woocommerce_price_decimal_sep", ",");
    shop.kernel().options().update("woocommerce_price_num_decimals", "3");
    CHECK(total() == "12.500");
}

}  // namespace ordo::test
