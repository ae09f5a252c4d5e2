/// Instants as WooCommerce's tables hold them: whole seconds of UTC, spelled `YYYY-MM-DD HH:MM:SS`, and the site's zone
/// for the columns that are local. Values; any thread.
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include <fmt/format.h>

namespace ordo {

using UtcSeconds = std::chrono::sys_seconds;

/// What MySQL stores where there is no date. Reads as no date.
inline constexpr std::string_view zero_datetime = "0000-00-00 00:00:00";

/// The instant of `YYYY-MM-DD HH:MM:SS` read as UTC; `nullopt`: not such a date (a zero date, the 31st of February …).
inline std::optional<UtcSeconds> parse_datetime(std::string_view text) {
    if (text.size() != 19 || text[4] != '-' || text[7] != '-' || text[10] != ' ' || text[13] != ':' || text[16] != ':')
        return std::nullopt;
    const auto number = [&](std::size_t from, std::size_t count) {
        int value = 0;
        for (std::size_t i = from; i < from + count; ++i) {
            if (text[i] < '0' || text[i] > '9') return -1;
            value = value * 10 + (text[i] - '0');
        }
        return value;
    };
    const int year = number(0, 4), month = number(5, 2), day = number(8, 2);
    const int hour = number(11, 2), minute = number(14, 2), second = number(17, 2);
    if (year < 1 || month < 0 || day < 0 || hour < 0 || hour > 23 || minute < 0 || minute > 59 || second < 0 || second > 59)
        return std::nullopt;
    const std::chrono::year_month_day date{std::chrono::year{year}, std::chrono::month{static_cast<unsigned>(month)},
                                           std::chrono::day{static_cast<unsigned>(day)}};
    if (!date.ok()) return std::nullopt;
    return std::chrono::sys_days{date} + std::chrono::hours{hour} + std::chrono::minutes{minute} + std::chrono::seconds{second};
}

/// The years a DATETIME column holds.
inline bool fits_datetime(UtcSeconds instant) {
    const auto year = static_cast<int>(std::chrono::year_month_day{std::chrono::floor<std::chrono::days>(instant)}.year());
    return year >= 1 && year <= 9999;
}

/// `YYYY-MM-DD HH:MM:SS`. The instant must satisfy `fits_datetime`.
inline std::string format_datetime(UtcSeconds instant) {
    const auto day = std::chrono::floor<std::chrono::days>(instant);
    const std::chrono::year_month_day date{day};
    const std::chrono::hh_mm_ss time{instant - day};
    return fmt::format("{:04}-{:02}-{:02} {:02}:{:02}:{:02}", static_cast<int>(date.year()), static_cast<unsigned>(date.month()),
                       static_cast<unsigned>(date.day()), time.hours().count(), time.minutes().count(), time.seconds().count());
}

/// A whole number of seconds since 1970 in decimal digits; `nullopt`: anything else, or beyond the years of a DATETIME.
inline std::optional<UtcSeconds> parse_unix_time(std::string_view text) {
    const bool negative = !text.empty() && text.front() == '-';
    const std::string_view digits = negative ? text.substr(1) : text;
    if (digits.empty() || digits.size() > 12) return std::nullopt;
    std::int64_t seconds = 0;
    for (const char c : digits) {
        if (c < '0' || c > '9') return std::nullopt;
        seconds = seconds * 10 + (c - '0');
    }
    const UtcSeconds instant{std::chrono::seconds{negative ? -seconds : seconds}};
    return fits_datetime(instant) ? std::optional{instant} : std::nullopt;
}

/// The zone of the site (options `timezone_string` or `gmt_offset`). Implemented by the kernel; any thread.
class SiteZone {
public:
    virtual ~SiteZone() = default;

    /// The local wall-clock spelling of an instant, as `wp_posts.post_date` holds it.
    virtual std::string to_local(UtcSeconds instant) const = 0;
    /// The instant of a wall-clock time, given as if it were UTC. Of one that the clocks show twice the first; `nullopt`: the
    /// clocks skip it.
    virtual std::optional<UtcSeconds> to_utc(UtcSeconds wall_clock) const = 0;
};

/// The instant people mean: `2026-11-22` (midnight), `2026-11-22 10:30` and `… 10:30:00` (with a `T` too) by the site's clocks,
/// the same with `Z` or an offset `+01:00`, or Unix seconds. `nullopt`, with the reason in `why`: anything else, or a time that
/// the clocks skip. Without a `zone` the wall clock is UTC.
inline std::optional<UtcSeconds> parse_date(std::string_view text, const SiteZone* zone, std::string& why) {
    if (const auto unix_time = parse_unix_time(text)) return unix_time;
    why = "not a date";
    std::string_view rest = text;
    std::optional<std::chrono::seconds> offset;
    if (rest.ends_with('Z') || rest.ends_with('z')) {
        rest.remove_suffix(1);
        offset = std::chrono::seconds{0};
    } else if (rest.size() > 16 && rest[rest.size() - 3] == ':' && (rest[rest.size() - 6] == '+' || rest[rest.size() - 6] == '-')) {
        const auto wall = parse_datetime("2000-01-01 " + std::string(rest.substr(rest.size() - 5)) + ":00");
        if (!wall) return std::nullopt;
        const auto distance = *wall - std::chrono::floor<std::chrono::days>(*wall);
        offset = rest[rest.size() - 6] == '+' ? distance : -distance;
        rest.remove_suffix(6);
    }
    std::string spelled(rest);
    if (spelled.size() == 10) spelled += " 00:00:00";
    if (spelled.size() == 16) spelled += ":00";
    if (spelled.size() == 19 && spelled[10] == 'T') spelled[10] = ' ';
    const auto wall_clock = parse_datetime(spelled);
    if (!wall_clock) return std::nullopt;
    auto instant = offset ? std::optional{*wall_clock - *offset} : zone ? zone->to_utc(*wall_clock) : wall_clock;
    if (!instant) why = "the site's clocks skip this time";
    else if (!fits_datetime(*instant)) instant.reset();
    return instant;
}

}  // namespace ordo
