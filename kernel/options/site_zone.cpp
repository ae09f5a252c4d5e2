/// The zone of the site by Howard Hinnant's date library: g++ 12 has no time zones of its own.
#include <charconv>
#include <cmath>
#include <stdexcept>

#include <date/tz.h>

#include "kernel/options/options_table.hpp"

namespace ordo::options {
namespace {

constexpr std::chrono::seconds kept_for{5};  // so that a batch of orders asks the database once

/// How much later than a year with the same calendar an instant lies. The date library (3.0.1, with the system's tables) knows
/// no summer time after 2037, where those tables have a rule instead of instants; the rule is that of the years before.
std::chrono::seconds beyond_the_tables(UtcSeconds instant) {
    using namespace std::chrono;
    constexpr int last_year = 2036, cycle_years = 28;  // a whole cycle of weekdays and leap years ends there
    const auto first_of = [](int year) { return sys_days{std::chrono::year{year} / January / 1}; };
    const int wanted = static_cast<int>(year_month_day{floor<days>(instant)}.year());
    if (wanted <= last_year) return seconds{0};
    for (int known = last_year; known > last_year - cycle_years; --known)
        if (std::chrono::year{known}.is_leap() == std::chrono::year{wanted}.is_leap() && weekday{first_of(known)} == weekday{first_of(wanted)})
            return first_of(wanted) - first_of(known);
    return seconds{0};
}

}  // namespace

struct OptionSiteZone::Zone {
    const date::time_zone* named = nullptr;   ///< null: the offset
    std::chrono::seconds offset{0};
    std::chrono::steady_clock::time_point read_at;
};

std::shared_ptr<const OptionSiteZone::Zone> OptionSiteZone::current() const {
    const auto now = std::chrono::steady_clock::now();
    const std::lock_guard lock(mutex_);
    if (zone_ && now - zone_->read_at < kept_for) return zone_;
    auto zone = std::make_shared<Zone>();
    zone->read_at = now;
    if (const auto name = options_->get(option::timezone_string); name && !name->empty()) {
        try {
            zone->named = date::locate_zone(*name);
        } catch (const std::runtime_error&) {
            // A zone this machine does not know: WordPress falls back to the offset, and so do we.
        }
    }
    const std::string offset = options_->get(option::gmt_offset).value_or("0");
    double hours = 0;
    std::from_chars(offset.data(), offset.data() + offset.size(), hours);
    // No place on earth is further from UTC; anything else is damage.
    if (hours >= -14 && hours <= 14) zone->offset = std::chrono::seconds{std::lround(hours * 3600)};
    return zone_ = zone;
}

std::string OptionSiteZone::to_local(UtcSeconds instant) const {
    const auto zone = current();
    const auto beyond = beyond_the_tables(instant);
    const UtcSeconds local = zone->named ? UtcSeconds{zone->named->to_local(instant - beyond).time_since_epoch()} + beyond : instant + zone->offset;
    return format_datetime(fits_datetime(local) ? local : instant);  // at the ends of the calendar
}

std::optional<UtcSeconds> OptionSiteZone::to_utc(UtcSeconds wall_clock) const {
    const auto zone = current();
    if (!zone->named) return wall_clock - zone->offset;
    const date::local_info info = zone->named->get_info(date::local_seconds{(wall_clock - beyond_the_tables(wall_clock)).time_since_epoch()});
    if (info.result == date::local_info::nonexistent) return std::nullopt;
    return wall_clock - info.first.offset;
}

}  // namespace ordo::options
