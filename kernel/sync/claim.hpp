/// What entitles a run to write: the lock of the whole shop, or a lease on a range of ids. Confirmed inside every unit of
/// work, so that whoever lost it writes nothing more. One thread at a time.
#pragma once

#include <string>

#include <ordo/database.hpp>

#include "kernel/schedule/holder.hpp"

namespace ordo::sync {

class Claim {
public:
    virtual ~Claim() = default;
    /// Inside each unit: renews it. Throws `ordo.sync.locked` if it is somebody else's by now.
    virtual void confirm(Unit& unit) const = 0;
    /// Between units: the same, in a unit of its own, if the last time is long ago. For stretches in which nothing is written.
    virtual void keep_alive() const = 0;
};

using schedule::describe_holder;
using schedule::is_dead;
using schedule::make_holder;
using schedule::now_s;

/// A claim that was silent for longer is given up.
inline constexpr long claim_silent_s_max = 60;

}  // namespace ordo::sync
