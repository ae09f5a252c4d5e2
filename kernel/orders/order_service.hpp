/// The order service. What a save comes to before and after its transaction stands here; the transaction in order_unit.hpp.
/// Any thread.
#pragma once

#include <set>
#include <atomic>

#include <ordo/orders.hpp>

#include "kernel/orders/order_events.hpp"
#include "kernel/orders/order_statuses.hpp"
#include "kernel/orders/order_unit.hpp"

namespace ordo::orders {

class OrderService final : public Orders {
public:
    /// `events` must outlive the service.
    OrderService(OrderServices services, const OrderEvents& events);

    std::vector<Order> get_many(std::span<const OrderId> ids) override;
    OrderPage find(const OrderQuery& query) override;
    OrderId get_id_by_order_key(std::string_view key) override;
    std::vector<Order> get_refunds(OrderId parent) override;
    std::vector<NoteRecord> get_notes(OrderId order) override;
    std::vector<HistoryEntry> get_history(OrderId order) override;
    std::vector<std::pair<std::string, std::string>> get_statuses() override { return statuses_.all(); }
    const SiteZone& site_zone() override { return *unit_.services().site_zone; }

    std::vector<SaveResult> save_many(std::span<Order> orders, const SaveOptions& options) override;
    void calculate_totals(Order& order, bool and_taxes) override;
    bool payment_complete(OrderId id, std::string_view transaction_id, const SaveOptions& options) override;
    std::vector<SaveResult> trash_many(std::span<const OrderId> ids, const SaveOptions& options) override;
    std::vector<SaveResult> untrash_many(std::span<const OrderId> ids, const SaveOptions& options) override;
    std::vector<SaveResult> remove_many(std::span<const OrderId> ids, const SaveOptions& options) override;
    std::uint64_t empty_trash(UtcSeconds trashed_before, const SaveOptions& options) override;
    Order refund(const RefundRequest& request) override;
    RefundLine refund_line(const Order& order, std::uint64_t item, Decimal quantity, std::optional<Decimal> total) override;
    Decimal get_total_refunded(OrderId order) override;
    Decimal get_remaining_refund_amount(OrderId order) override;
    Decimal get_remaining_refund_items(OrderId order) override;
    std::uint64_t add_note(const NoteRequest& request, const SaveOptions& options) override;
    bool delete_note(OrderId order, std::uint64_t note) override;

    const OrderUnit& unit() const noexcept { return unit_; }
    OrderUnit& unit() noexcept { return unit_; }

private:
    /// A change of status, as its actions are told it. Statuses without `wc-`.
    struct Transition {
        std::string from, to;
    };
    /// An order on its way into a transaction.
    struct Prepared {
        Order order;                            ///< as the filters left it
        std::optional<Transition> transition;
        std::vector<Refusal> refusals;
    };

    /// Whether paid orders have something that the shop must handle. Their products are asked for once, for all of them.
    class Processing {
    public:
        Processing(const OrderServices& services, std::span<const Order> orders) : services_(services), orders_(orders) {}
        bool needed_by(const OrderRecord& order);
        std::string paid_status(const OrderRecord& order) { return needed_by(order) ? "processing" : "completed"; }

    private:
        const OrderServices& services_;
        std::span<const Order> orders_;             ///< until they were asked for
        std::map<std::uint64_t, bool> products_;
    };

    Prepared prepare(const Order& order, const options::OptionValues& shop, Processing& processing);
    /// The options that saving goes by, read once for a call.
    options::OptionValues read_shop() const;
    /// As WooCommerce: an order without a billing address' e-mail has that of its customer's account.
    /// Gives them to new orders, and by their orders' ids for those that are there: whether they lack one is known when they are held.
    std::map<OrderId, std::string> take_customers_emails(std::span<Order> orders);
    /// What remains of an order whose status somebody has set to refunded.
    void refund_the_rest(OrderId id, const Actor& actor);
    void settle_status(Order& order, const Transition& change, Processing& processing);
    void require_parent(const Order& refund);

    // Announcements, after the commit
    void announce_saved(const OrderWork& work, const std::optional<Transition>& change, const Actor& actor);
    void announce_items(const OrderWork& work);
    void announce_transition(const OrderWork& work, const Transition& change, const Actor& actor);

    NoteRecord make_note(const options::OptionValues& shop, std::string content, std::string_view group, NoteKind kind);
    NoteRecord transition_note(const options::OptionValues& shop, const Transition& change, std::string_view begins);
    void read(const std::function<void(Read&, const std::string& store)>& body);
    /// Only orders of which `still` holds, when they are loaded and when they are held; others are unchanged.
    /// Those of the ids that were mirrored once, are not there, and nobody removed.
    std::vector<OrderId> find_vanished(std::span<const OrderId> ids, const std::set<OrderId>& there) const;
    std::vector<SaveResult> remove_if(std::span<const OrderId> ids, const SaveOptions& options, const std::function<bool(const Order&)>& still);
    std::vector<SaveResult> run_for(std::span<const OrderId> ids, OrderUnit::Plan plan, std::vector<SaveResult> others);
    Decimal refunded_by(Read& read, const std::string& store, OrderId order);
    UtcSeconds now() const { return std::chrono::floor<std::chrono::seconds>(std::chrono::system_clock::now()); }

    OrderUnit unit_;
    const OrderEvents& events_;
    OrderStatuses statuses_;
};

}  // namespace ordo::orders
