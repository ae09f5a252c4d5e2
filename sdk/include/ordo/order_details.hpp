/// What hangs on an order in tables that every store shares: items, notes, ids. Interfaces of the plugin `woocommerce`.
#pragma once

#include <cstdint>
#include <map>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include <ordo/data_store.hpp>
#include <ordo/database.hpp>
#include <ordo/order_record.hpp>

namespace ordo {

/// A write of one item. An insert lists every meta row and gets its id from the tables; an update changes the name and the
/// meta rows it lists; an erase removes the item with its meta.
struct ItemWrite {
    OrderId order;
    WriteOp op;
    std::uint64_t id = 0;                ///< 0: a new one
    std::string type, name;
    std::vector<MetaChange> meta;        ///< handles and keys as for orders; what is expected has been compared by then
};

/// What of the shared tables is read.
enum class DetailParts : std::uint8_t { all, items, notes };

/// Items and notes of any number of orders at once.
class OrderDetails {
public:
    static constexpr std::string_view interface_id = "ordo.order_details/2";
    virtual ~OrderDetails() = default;

    /// The shared tables, prefix included.
    virtual Schema schema() const = 0;

    /// Fills `items` and `notes` of the records (ascending by id) from the shared tables, ascending by their own ids.
    virtual void attach(Read&, std::span<OrderRecord> orders, DetailParts parts = DetailParts::all) = 0;

    /// The same for whoever is going to change them: the rows stay as they are read until the unit is over.
    virtual void attach_for_update(Unit&, std::span<OrderRecord> orders, DetailParts parts = DetailParts::all) = 0;

    /// Writes items of orders that the caller holds (by the ledger, say). Gives each item's id, one a write.
    virtual std::vector<std::uint64_t> write_items(Unit&, std::span<const ItemWrite> writes) = 0;

    /// Adds notes and gives their ids. A note's own id is not looked at. Posts' comment counts are kept.
    struct NewNote {
        OrderId order;
        NoteRecord note;
    };
    virtual std::vector<std::uint64_t> add_notes(Unit&, std::span<const NewNote> notes) = 0;
    /// False if the order has no such note.
    virtual bool remove_note(Unit&, OrderId order, std::uint64_t note) = 0;
    /// Sets what WordPress calls approved ("1", "post-trashed") of notes of one order.
    virtual void approve_notes(Unit&, OrderId order, std::span<const std::uint64_t> notes, std::string_view approved) = 0;

    /// Removes all items and notes of orders that are removed.
    virtual void erase(Unit&, std::span<const OrderId> orders) = 0;

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

/// Ids of orders. While `wp_posts` exists they are ids of posts, taken by placeholder rows, as WooCommerce does; without it
/// they come from a sequence of their own.
class OrderIds {
public:
    static constexpr std::string_view interface_id = "ordo.order_ids/2";
    virtual ~OrderIds() = default;

    /// The tables, prefix included, that a database without `wp_posts` needs.
    virtual Schema schema() const { return {}; }

    /// New ids, ascending, never given before. `created_gmt`: the placeholder's date, canonical text.
    /// `parent`: of refunds.
    virtual std::vector<OrderId> allocate(Unit&, std::size_t count, std::string_view created_gmt, OrderId parent = {}) = 0;
    /// Takes given ids with placeholders where no post has them. Ids a post already has are left as they are.
    virtual void reserve(Unit&, std::span<const ReservedId> ids) = 0;
    /// Gives up the placeholders of orders that are removed; posts of any other kind stay. The ids are not given again.
    virtual void release(Unit&, std::span<const OrderId> ids) = 0;
};

/// What of a product is taxed, by its `_tax_status`: itself and its shipping, its shipping alone, nothing.
enum class TaxStatus : std::uint8_t { taxable, shipping, none };

struct UntaxedProduct {
    std::uint64_t product = 0;
    TaxStatus status = TaxStatus::none;
    friend bool operator==(const UntaxedProduct&, const UntaxedProduct&) = default;
};

/// What a save has to know of products. Items whose product is gone are of no product.
class OrderProducts {
public:
    static constexpr std::string_view interface_id = "ordo.order_products/2";
    virtual ~OrderProducts() = default;

    /// Of these products and variations, ascending: those that are there and need handling by the shop, that is, are not both
    /// virtual and downloadable. A paid order without any is completed at once.
    virtual std::vector<std::uint64_t> find_needing_processing(Read&, std::span<const std::uint64_t> products) = 0;
    /// Of these products and variations, those that are not `taxable`, ascending.
    virtual std::vector<UntaxedProduct> find_untaxed(Read&, std::span<const std::uint64_t> products) = 0;
};

/// What a save has to know of customers.
class OrderCustomers {
public:
    static constexpr std::string_view interface_id = "ordo.order_customers/1";
    virtual ~OrderCustomers() = default;

    /// The e-mail addresses of these customers' accounts, by customer; of those that are there.
    virtual std::map<std::uint64_t, std::string> find_emails(Read&, std::span<const std::uint64_t> customers) = 0;
};

}  // namespace ordo
