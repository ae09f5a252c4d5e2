/// Triggers that note whose rows others write, and the fold that tells the ledger. See `ordo::ForeignCapture`. Any thread.
#pragma once

#include <functional>
#include <map>
#include <string>
#include <vector>

#include <ordo/foreign_capture.hpp>

#include "kernel/database/sql_database.hpp"
#include "kernel/orders/ledger.hpp"
#include "kernel/orders/store_access.hpp"
#include "kernel/sync/shop_state.hpp"

namespace ordo::sync {

struct CaptureServices {
    database::SqlDatabase* database;
    const orders::StoreAccess* stores;
    std::string table_prefix;
    std::function<void()> create_tables;   ///< the stores' and our own
};

class Capture final : public ForeignCapture {
public:
    explicit Capture(CaptureServices services);

    std::uint64_t install() override;
    std::uint64_t remove() override;
    CaptureStatus get_status() override;
    std::uint64_t fold() override;

    /// Tables were made: they get their triggers, if the others have theirs.
    void complete();
    /// Of what is noted: a table that only grows.
    Table schema() const;
    /// The table by which triggers know our own units; where they know them by the session there is none.
    static std::string mark_table(const std::string& table_prefix) { return table_prefix + "ordo_capture_own"; }

    /// Orders above `after` that were noted and not folded yet, ascending, at most `count_max`.
    std::vector<OrderId> list_noted(Read& read, OrderId after, std::size_t count_max) const;
    /// Within a unit: all that is noted, for the ledger. Gives how many orders that were.
    std::uint64_t fold(Unit& unit) const;

    /// True: the ledger, together with `list_noted`, knows every order that waits.
    bool knows_all(Read& read) const;
    /// A whole run begins. Gives what `set_known` is to be told at its end; empty: nothing is captured.
    std::string begin_whole_run(Read& read) const { return rules(read); }
    void set_known(Unit& unit, const std::string& begun) const;
    /// Something was written of which neither ledger nor triggers know.
    void forget_known(Unit& unit) const { state_.forget(unit, state::known); }

private:
    /// What there has to be; of stores without tables nothing.
    std::vector<database::CaptureTrigger> triggers(Read& read) const;
    /// Ours that there are: name, and which one of that name.
    std::map<std::string, std::string> find_triggers(Read& read) const;
    std::vector<std::string> find_missing(Read& read, const std::vector<database::CaptureTrigger>& wanted) const;
    /// Empty: not everything is captured.
    std::string rules(Read& read) const;
    void begin_anew(Unit& unit) const;
    std::uint64_t fold_some(Unit& unit, bool& more) const;

    CaptureServices services_;
    std::string table_;
    ShopState state_;
    orders::Ledger ledger_;
};

}  // namespace ordo::sync
