/// One transaction that writes orders: who is authoritative, the ledger's rows, the store, items and notes, counts, history,
/// participants. Its body may run several times; no hook fires in it. What it was given to announce runs after the outermost
/// commit. Any thread.
#pragma once

#include <functional>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include <ordo/orders.hpp>

#include "kernel/options/options_table.hpp"
#include "kernel/orders/controller.hpp"
#include "kernel/orders/journal.hpp"
#include "kernel/orders/ledger.hpp"
#include "kernel/orders/order_merge.hpp"
#include "kernel/orders/store_access.hpp"

namespace ordo::orders {

struct OrderServices {
    Database* database;
    const StoreAccess* stores;
    const options::OptionsTable* options;
    Controller* controller;
    const SiteZone* site_zone;
    Log* log;
    std::string table_prefix;
    Journal::Settings history;
    std::function<void(std::string_view store)> create_tables;   ///< the store's, items' and notes', and our own
    std::function<void(Unit&)> share_authority;                  ///< until the unit is over no switch decides
    std::function<void(std::span<const OrderId>)> saved;         ///< after the outermost commit and its announcement
};

/// What is to become of one order, and what became of it.
struct OrderWork {
    enum class Kind : std::uint8_t { create, change, erase };

    Kind kind = Kind::change;
    OrderId id;                                                  ///< 0: gets one
    std::string type, operation;                                 ///< operation: for the history
    OrderRecord fresh;                                           ///< create: the whole order
    /// change: what the order is to be, from what is held. No other effect: it may be called again.
    std::function<MergedOrder(const OrderRecord& held)> change;
    bool items = false;                                          ///< change looks at items
    bool always = false;                                         ///< counts as written although nothing of the order itself changed
    std::optional<NoteRecord> note;                              ///< is added with it
    bool copies_only = false;                                    ///< erase: the order is gone; if it is there after all, nothing happens
    bool note_tells_status = false;                              ///< so it is left out if the status is the new one already

    // Of the last run of the body
    SaveResult result;
    OrderRecord before, after;                                   ///< with items if they were looked at
    std::vector<ItemWrite> written_items;                        ///< with the ids they were given
    std::vector<std::string> changed;                            ///< names, for the history
    std::uint64_t note_id = 0;

    bool written() const noexcept { return result.outcome == Outcome::written; }
};

class OrderUnit {
public:
    explicit OrderUnit(OrderServices services);

    struct Plan {
        std::vector<OrderWork> works;                            ///< of orders that differ
        /// Called once the orders are held: throws what forbids the whole, or adds further works (of children, say).
        std::function<void(Unit& unit, const std::string& store, std::vector<OrderWork>& works)> look;
        /// After the outermost commit; a throw is logged. The works stay alive until then.
        std::function<void(const std::vector<OrderWork>& works)> announce;
        Actor actor;
        bool together = false;                                   ///< one that is not written takes all of them back, by a throw
    };
    /// Runs the plan and gives its works, those that `look` added too, in order.
    std::vector<OrderWork> run(Plan plan);

    /// Orders of the authoritative store, ascending, with their items if they are asked for.
    std::vector<OrderRecord> load(Read& read, const std::string& store, std::span<const OrderId> ids, bool items = true) const;
    /// How orders of the store are found. Throws `ordo.store.unknown` if it has no way.
    OrderSearch& search_of(const std::string& store) const;
    /// Children of orders in the store, ascending.
    std::vector<OrderId> find_children(Read& read, const std::string& store, std::span<const OrderId> parents) const;

    const OrderServices& services() const noexcept { return services_; }
    const Ledger& ledger() const noexcept { return ledger_; }
    const Journal& journal() const noexcept { return journal_; }
    Schema schema() const;

private:
    class Body;
    std::vector<LoadedOrder> load_kept(Read& read, const std::string& store, std::span<const OrderId> ids) const;
    void require_tables(const std::string& store);
    void tell_saved(const std::vector<OrderWork>& works, const std::function<void(const std::vector<OrderWork>&)>& announce) const;
    void remember_tables(const std::string& store);

    OrderServices services_;
    Ledger ledger_;
    Journal journal_;
    std::mutex tables_mutex_;
    std::set<std::string> stores_with_tables_;
};

}  // namespace ordo::orders
