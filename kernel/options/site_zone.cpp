/// The zone of the site by Howard Hinnant's date library: g++ 12 has no time zones of its own.
#include <charconv>
#include <cmath>
#include <stdexcept>

#include <date/tz.h>

#include "kernel/options/options_table.hpp"

namespace ordo::options {
namespace {

constexpr std::chrono::seconds kept_for{5};  // so that a batch of orders asks the database once

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
    const UtcSeconds local = zone->named ? UtcSeconds{zone->named->to_local(instant).time_since_epoch()} : instant + zone->offset;
    return format_datetime(fits_datetime(local) ? local : instant);  // at the ends of the calendar
}

}  // namespace ordo::options
