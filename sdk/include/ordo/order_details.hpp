/// What hangs on an order in tables that every store shares: items, notes, ids. Interfaces of the plugin `woocommerce`.
#pragma once

#include <span>
#include <string_view>
#include <vector>

#include <ordo/database.hpp>
#include <ordo/order_record.hpp>

namespace ordo {

/// Items and notes of any number of orders at once.
class OrderDetails {
public:
    static constexpr std::string_view interface_id = "ordo.order_details/1";
    virtual ~OrderDetails() = default;

    /// The shared tables, prefix included.
    virtual Schema schema() const = 0;

    /// Fills `items` and `notes` of the records (ascending by id) from the shared tables, ascending by their own ids.
    virtual void attach(Read&, std::span<OrderRecord> orders) = 0;

    /// Writes the records' items and notes, with their meta in the records' order, under the ids they have, and brings the
    /// posts' comment counts up to date. For orders that have neither items nor notes yet. Throws `ordo.order.exists`, before
    /// anything is written, if an id is another's, also within the batch. Nothing else of the records is looked at.
    virtual void insert(Unit&, std::span<const OrderRecord> orders) = 0;
};

/// An id that an order is to have, with what its placeholder tells of the order.
struct ReservedId {
    OrderId id;
    std::string_view created_gmt;  ///< canonical text; empty or no date: the zero date
    OrderId parent{};              ///< of a refund; 0: none
};

/// Ids of orders. While `wp_posts` exists they are ids of posts, taken by placeholder rows, as WooCommerce does.
class OrderIds {
public:
    static constexpr std::string_view interface_id = "ordo.order_ids/1";
    virtual ~OrderIds() = default;

    /// New ids, ascending, never given before. `created_gmt`: the placeholder's date, canonical text.
    virtual std::vector<OrderId> allocate(Unit&, std::size_t count, std::string_view created_gmt) = 0;
    /// Takes given ids with placeholders where no post has them. Ids a post already has are left as they are.
    virtual void reserve(Unit&, std::span<const ReservedId> ids) = 0;
};

}  // namespace ordo
