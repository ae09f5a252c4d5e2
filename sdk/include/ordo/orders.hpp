/// The order service: orders are created, read, changed, refunded, trashed and removed through it, in whichever store is
/// authoritative, with the same events. Implemented by the kernel (`Kernel::orders()`); any thread.
///
///     ordo::Order order;                                   // WooCommerce's wc_create_order()
///     order.set_billing_email("ana@example.com");
///     order.add_product("Tea", "2", "9.00", "9.00");
///     kernel.orders().calculate_totals(order);
///     kernel.orders().save(order);                         // has an id now
///     kernel.orders().update(order.get_id(), [](ordo::Order& o) { o.set_status("processing"); });   // reloads and retries
///
/// **A save** is one transaction, all or nothing, over every table it touches. It writes what was changed since the order was
/// loaded, and each change only if the store still holds what was loaded; otherwise - also where both wanted the same - the outcome is `conflict`, with both values,
/// and nothing of that order is written. Values that are computed together conflict together: the totals with the items, a
/// status with its dates. Inside a caller's own `Database::write` a save joins that transaction; its actions fire after the
/// outermost commit.
/// **Hooks**: `woocommerce_before_order_object_save`, the filter `ordo_order_before_save` and the veto `ordo_can_save_order` run
/// before the transaction; actions after it, in WooCommerce's order (hook_catalogue.hpp). A save that changes nothing fires none,
/// every other one fires them once, however soon it follows another.
/// Since 0.4. Source: WooCommerce 11's order functions and `WC_Order`.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include <ordo/data_store.hpp>
#include <ordo/hooks.hpp>
#include <ordo/order.hpp>
#include <ordo/order_query.hpp>

namespace ordo {

/// Who does something, for the history: `kind` is "user", "plugin" or "core".
struct Actor {
    std::string kind = "core", name;
};

struct SaveOptions {
    Actor actor;
};

/// A value that somebody else has changed since the order was loaded. Values as they are: not for logs.
struct Conflict {
    std::string field;                    ///< a field's name, `meta KEY`, `item ID` …
    Bytes loaded, stored, wanted;
};

struct SaveResult {
    OrderId id;                           ///< 0: a new order that was not written
    Outcome outcome = Outcome::unchanged;
    std::vector<Conflict> conflicts;      ///< outcome conflict
    std::vector<Refusal> refusals;        ///< outcome refused: the vetoes, or the store's own
    std::vector<Fault> kept;              ///< written: values the store could not hold, kept whole beside it

    explicit operator bool() const noexcept { return outcome == Outcome::written || outcome == Outcome::unchanged; }
};

/// What a refund takes back of one item. Amounts are positive.
struct RefundLine {
    std::uint64_t item = 0;
    Decimal quantity, total;
    std::map<std::uint64_t, Decimal> taxes;   ///< by tax rate
};

struct RefundRequest {
    OrderId order;
    std::optional<Decimal> amount = {};        ///< absent: the sum of the lines, or what remains if there are none
    std::string reason = {};
    std::uint64_t refunded_by = 0;        ///< a user's id
    bool refunded_payment = false;        ///< the gateway has given the money back
    bool restock_items = false;           ///< told to `woocommerce_create_refund`; stock is the platform's
    std::vector<RefundLine> lines = {};
    std::optional<UtcSeconds> date_created = {};
    Actor actor = {};
};

enum class NoteKind : std::uint8_t {
    internal,       ///< for the shop's staff
    customer,       ///< told to the customer
};

struct NoteRequest {
    OrderId order;
    std::string content;                  ///< at most 65,535 bytes
    NoteKind kind = NoteKind::internal;
    std::string author = {};              ///< empty: the shop itself ("WooCommerce")
    std::string author_email = {};
    std::uint64_t user_id = 0;
    std::string group = {};                    ///< WooCommerce's `note_group`; may be empty
};

struct HistoryEntry {
    OrderId order;
    std::uint64_t version = 0;
    std::string at_gmt, actor_kind, actor, operation;
    std::vector<std::string> fields;      ///< names of what was changed
    std::string changes;                  ///< JSON of the values, where `[history] values` keeps them
};

struct OrderPage {
    std::vector<OrderId> ids;
    std::uint64_t total = 0;              ///< without limit and page
    std::uint64_t pages = 0;              ///< 0 without a limit
};

class Orders {
public:
    virtual ~Orders() = default;

    // ---- Reading. Auto-drafts and orders in the trash are given; ids of other posts are not. ----

    /// Ascending by id; ids that are no orders are left out.
    virtual std::vector<Order> get_many(std::span<const OrderId> ids) = 0;
    std::optional<Order> get(OrderId id) {
        std::vector<Order> found = get_many({&id, 1});
        return found.empty() ? std::nullopt : std::optional{std::move(found.front())};
    }
    /// Throws `ordo.order.missing`.
    Order require(OrderId id) {
        if (auto order = get(id)) return std::move(*order);
        throw Error(errc::order_missing, fmt::format("there is no order {}", id), "`ordo order list` shows which there are");
    }
    /// The order as it is stored now; what was changed in it is lost.
    void reload(Order& order) { order = require(order.get_id()); }
    virtual OrderPage find(const OrderQuery& query) = 0;
    /// 0 if no order has the key.
    virtual OrderId get_id_by_order_key(std::string_view key) = 0;
    virtual std::vector<Order> get_refunds(OrderId parent) = 0;
    virtual std::vector<NoteRecord> get_notes(OrderId order) = 0;
    /// Oldest first.
    virtual std::vector<HistoryEntry> get_history(OrderId order) = 0;
    /// Statuses in WooCommerce's order, then those plugins registered: (`wc-…`, label).
    virtual std::vector<std::pair<std::string, std::string>> get_statuses() = 0;
    virtual const SiteZone& site_zone() = 0;

    // ---- Writing ----

    /// One result an order, in the same order; a conflict or refusal of one leaves the others. Orders that were written become
    /// what is stored: ids, keys, dates, new rows. Throws `ordo.order.bad_value` (with the field; then nothing of any order is
    /// written), `ordo.order.missing`, `ordo.order.type_unknown`.
    virtual std::vector<SaveResult> save_many(std::span<Order> orders, const SaveOptions& options) = 0;
    SaveResult save(Order& order, const SaveOptions& options = {}) { return std::move(save_many({&order, 1}, options).front()); }
    /// A save that throws where it does not succeed: `ordo.order.conflict`, `ordo.order.vetoed`, `ordo.order.missing`.
    void require_saved(Order& order, const SaveOptions& options = {}) { require_success(save(order, options)); }
    /// Loads, changes and saves; again, from what is stored then, while somebody else's change comes between. Gives the order as
    /// it is then. `change` may run several times.
    Order update(OrderId id, const std::function<void(Order&)>& change, const SaveOptions& options = {}) {
        for (int attempt = 1;; ++attempt) {
            Order order = require(id);
            change(order);
            const SaveResult result = save(order, options);
            if (result.outcome != Outcome::conflict || attempt >= update_attempts_max) return require_success(result), order;
        }
    }
    static constexpr int update_attempts_max = 100;
    static void require_success(const SaveResult& result);

    /// Totals from the items, with taxes by the shop's rates or, with `false`, as the items have them.
    virtual void calculate_totals(Order& order, bool and_taxes = true) = 0;
    /// Paid: the status becomes `processing`, or `completed` if nothing is to be shipped; with the transaction's id. False: the
    /// order's status is none that can be paid.
    virtual bool payment_complete(OrderId id, std::string_view transaction_id = {}, const SaveOptions& options = {}) = 0;

    /// One result an id, in the same order. Refunds go with their order.
    virtual std::vector<SaveResult> trash_many(std::span<const OrderId> ids, const SaveOptions& options) = 0;
    SaveResult trash(OrderId id, const SaveOptions& options = {}) { return std::move(trash_many({&id, 1}, options).front()); }
    /// Back to the status it had; `pending` if there is none such any more. `unchanged`: it is not in the trash.
    virtual std::vector<SaveResult> untrash_many(std::span<const OrderId> ids, const SaveOptions& options) = 0;
    SaveResult untrash(OrderId id, const SaveOptions& options = {}) { return std::move(untrash_many({&id, 1}, options).front()); }
    /// For ever, with refunds, items and notes.
    virtual std::vector<SaveResult> remove_many(std::span<const OrderId> ids, const SaveOptions& options) = 0;
    SaveResult remove(OrderId id, const SaveOptions& options = {}) { return std::move(remove_many({&id, 1}, options).front()); }
    /// Removes orders that went into the trash before an instant. Gives their number.
    virtual std::uint64_t empty_trash(UtcSeconds trashed_before, const SaveOptions& options) = 0;

    /// Creates a refund; the order becomes `refunded` when nothing remains. Throws `ordo.order.bad_value` (more than remains, an
    /// item that is not the order's), `ordo.order.missing`, `ordo.order.vetoed`.
    virtual Order refund(const RefundRequest& request) = 0;
    /// What refunding a quantity of an item takes back: that share of its total or, with `total`, so much; taxes in proportion,
    /// each rounded to the shop's decimals. Of items that are not counted (shipping, fees) 1 is all. Throws `ordo.order.bad_value`.
    virtual RefundLine refund_line(const Order& order, std::uint64_t item, Decimal quantity, std::optional<Decimal> total = {}) = 0;
    /// What has been refunded so far, positive, and what can still be.
    virtual Decimal get_total_refunded(OrderId order) = 0;
    virtual Decimal get_remaining_refund_amount(OrderId order) = 0;
    /// How many things of the order's lines no refund has taken back.
    virtual Decimal get_remaining_refund_items(OrderId order) = 0;

    /// The note's id. Throws `ordo.order.missing`, `ordo.order.bad_value`.
    virtual std::uint64_t add_note(const NoteRequest& request, const SaveOptions& options = {}) = 0;
    /// False if the order has no such note.
    virtual bool delete_note(OrderId order, std::uint64_t note) = 0;
};

inline void Orders::require_success(const SaveResult& result) {
    switch (result.outcome) {
        case Outcome::written:
        case Outcome::unchanged: return;
        case Outcome::missing: throw Error(errc::order_missing, fmt::format("there is no order {}", result.id));
        case Outcome::refused: {
            std::string reasons;
            for (const Refusal& refusal : result.refusals) reasons += fmt::format("{}{}: {}", reasons.empty() ? "" : "; ", refusal.plugin, refusal.reason);
            throw Error(errc::order_vetoed, fmt::format("order {} was not saved: {}", result.id, reasons));
        }
        case Outcome::conflict: {
            std::string names;
            for (const Conflict& conflict : result.conflicts) names += (names.empty() ? "" : ", ") + conflict.field;
            throw Error(errc::order_conflict, fmt::format("order {} was changed by somebody else meanwhile: {}", result.id, names),
                        "load it again and repeat the change");
        }
    }
}

}  // namespace ordo
