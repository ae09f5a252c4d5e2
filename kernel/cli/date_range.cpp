/// See date_range.hpp.
#include "date_range.hpp"

#include <chrono>
#include <string>

#include <fmt/format.h>

#include <ordo/error.hpp>

namespace ordo::cli {
namespace {

/// From the first second, up to and without the last.
struct Span {
    UtcSeconds first, after;
};

/// A day begins at midnight, or when the clocks show the next time after it: some zones skip midnight in spring.
UtcSeconds begin_of_day(std::chrono::sys_days day, const SiteZone& zone) {
    using namespace std::chrono_literals;
    for (auto skipped = 0min; skipped <= 36h; skipped += 15min)
        if (const auto instant = zone.to_utc(UtcSeconds{day} + skipped)) return *instant;
    return UtcSeconds{day};
}

Span span_of(std::string_view option, std::string_view text, const SiteZone& zone) {
    if (const auto midnight = text.size() == 10 ? parse_datetime(fmt::format("{} 00:00:00", text)) : std::nullopt) {
        const auto day = std::chrono::floor<std::chrono::days>(*midnight);
        return {begin_of_day(day, zone), begin_of_day(day + std::chrono::days{1}, zone)};
    }
    std::string why;
    const auto instant = parse_date(text, &zone, why);
    if (!instant)
        throw Error(errc::usage, fmt::format("{}: {}", option, why),
                    "2026-01-05, 2026-01-01...2026-01-31, >2026-01-05, \"<=2026-01-05 10:30\", or Unix seconds");
    return {*instant, *instant + std::chrono::seconds{1}};
}

}  // namespace

DateCondition parse_date_range(std::string_view option, FieldId field, std::string_view text, const SiteZone& zone) {
    DateCondition condition{field, {}, {}};
    if (const std::size_t dots = text.find("..."); dots != std::string_view::npos) {
        condition.from = span_of(option, text.substr(0, dots), zone).first;
        condition.before = span_of(option, text.substr(dots + 3), zone).after;
        if (*condition.before <= *condition.from) throw Error(errc::usage, fmt::format("{}: it ends before it begins", option));
    } else if (text.starts_with(">=")) {
        condition.from = span_of(option, text.substr(2), zone).first;
    } else if (text.starts_with("<=")) {
        condition.before = span_of(option, text.substr(2), zone).after;
    } else if (text.starts_with('>')) {
        condition.from = span_of(option, text.substr(1), zone).after;
    } else if (text.starts_with('<')) {
        condition.before = span_of(option, text.substr(1), zone).first;
    } else {
        const Span span = span_of(option, text, zone);
        condition.from = span.first;
        condition.before = span.after;
    }
    // Beyond the year 9999 there are no orders, and no spelling of a date either.
    if (condition.before && !fits_datetime(*condition.before)) condition.before.reset();
    return condition;
}

}  // namespace ordo::cli
