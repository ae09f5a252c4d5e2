/// Clean-up of posts by scheduled actions: while WooCommerce's option says so, a batch of orders at a time, until none are left.
/// Nothing is archived. Thread-safe.
#pragma once

#include <string>

#include <ordo/actions.hpp>
#include <ordo/legacy_data_handler.hpp>

#include "kernel/options/options_table.hpp"

namespace ordo::sync {

class BackgroundCleanup {
public:
    /// Makes itself the handler of the action.
    BackgroundCleanup(Actions& actions, LegacyDataHandler& legacy, Database& database, const options::OptionsTable& options);

    /// The option was changed: the batches begin, or stop. Throws `ordo.cleanup.refused`, before it is changed, if nothing may be cleaned up.
    void refuse_unless_allowed() const;
    void settle(bool wanted) const;
    /// By what the option says: batches go on that failed for good, or whose process ended before it scheduled the first.
    void settle() const;

private:
    std::string run_batch(const std::string& args) const;
    std::string stop(const std::string& why) const;

    Actions& actions_;
    LegacyDataHandler& legacy_;
    Database& database_;
    const options::OptionsTable& options_;
};

}  // namespace ordo::sync
