/// Orders of a made-up shop for measuring: what WooCommerce 11 stores of an order in the posts storage. Order N of a seed is
/// always the same, whatever was made before it, so that a shop of any size can be written table by table in constant memory.
/// Not for tests of content: the data is plausible, but has none of the oddities of tests/data. No state; any thread.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace bench {

using Meta = std::vector<std::pair<std::string_view, std::string>>;

struct Item {
    std::string name;
    std::string_view type;
    Meta meta;
};

struct Note {
    std::string content;
    bool by_system = true;
    std::int64_t written = 0;   ///< Unix time
};

/// A row of `wp_posts` and what hangs on it.
struct Post {
    std::string_view type, status;
    std::int64_t created = 0, modified = 0;   ///< Unix time
    std::string title, excerpt, password, name;
    Meta meta;
    std::vector<Item> items;
    std::vector<Note> notes;
};

struct Order {
    Post post;
    std::optional<Post> refund;
};

/// Order `number` (from 0) of `count`; their dates are spread over the three years 2023 to 2025.
Order make_order(std::uint64_t seed, std::uint64_t number, std::uint64_t count);

/// The shop's products, by number from 0; an order's items name them as `first_product_id + number`.
constexpr std::uint64_t first_product_id = 10;
constexpr std::uint64_t product_count = 30;
struct Product {
    std::string_view name;
    std::int64_t price_millionths;
};
Product product(std::uint64_t number);

/// "2025-07-03 08:10:24"; local: in Europe/Prague, the shop's zone.
std::string utc_text(std::int64_t time);
std::string local_text(std::int64_t time);

/// 12500000 -> "12.5".
std::string amount_text(std::int64_t millionths);

}  // namespace bench
