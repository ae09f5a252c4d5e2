/// The small values that cross every boundary: order ids, nullable bytes, a direction between two stores.
/// Plain data without threads or ownership; every function here may be called from any thread.
#pragma once

#include <compare>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>

#include <fmt/format.h>

namespace ordo {

/// The id of an order or refund: the key of its row in `wp_posts` and in `wp_wc_orders`. 0 is no order.
struct OrderId {
    std::uint64_t value = 0;
    friend constexpr auto operator<=>(OrderId, OrderId) = default;
};

/// Bytes as a database holds them; `std::nullopt` is SQL NULL, which is not the empty text.
using Bytes = std::optional<std::string>;

/// Bytes somebody else owns, valid for the duration of the call that hands them over.
using BytesView = std::optional<std::string_view>;

inline BytesView view(const Bytes& bytes) noexcept {
    return bytes ? BytesView{*bytes} : std::nullopt;
}

inline Bytes own(BytesView bytes) {
    return bytes ? Bytes{std::in_place, *bytes} : std::nullopt;
}

/// Ids of stores (`posts`, `hpos` …): from where to where orders are copied.
struct Direction {
    std::string source;
    std::string target;
    friend bool operator==(const Direction&, const Direction&) = default;
};

/// The ids of the two stores every WooCommerce shop knows.
inline constexpr std::string_view store_posts = "posts";
inline constexpr std::string_view store_hpos = "hpos";

}  // namespace ordo

template <>
struct std::hash<ordo::OrderId> {
    std::size_t operator()(ordo::OrderId id) const noexcept { return std::hash<std::uint64_t>{}(id.value); }
};

template <>
struct fmt::formatter<ordo::OrderId> : fmt::formatter<std::uint64_t> {
    template <class Context>
    auto format(ordo::OrderId id, Context& context) const {
        return fmt::formatter<std::uint64_t>::format(id.value, context);
    }
};

template <>
struct fmt::formatter<ordo::Direction> : fmt::formatter<std::string_view> {
    template <class Context>
    auto format(const ordo::Direction& way, Context& context) const {
        return fmt::format_to(context.out(), "{} -> {}", way.source, way.target);
    }
};
