/// Orders made at every minute around the changes of daylight saving time: whatever the site's zone, no date moves.
#include <cstdlib>
#include <ctime>
#include <optional>
#include <utility>

#include <fmt/format.h>

#include "tests/support/empty_shop.hpp"

namespace ordo::test {
namespace {

/// What the C library says of a zone: not the library that the kernel asks.
class SystemZone {
public:
    explicit SystemZone(const std::string& name) {
        if (const char* before = std::getenv("TZ")) before_ = before;
        setenv("TZ", name.c_str(), 1);
        tzset();
    }
    SystemZone(const SystemZone&) = delete;
    SystemZone& operator=(const SystemZone&) = delete;
    ~SystemZone() {
        if (before_) setenv("TZ", before_->c_str(), 1);
        else unsetenv("TZ");
        tzset();
    }
    static std::tm local(std::time_t instant) {
        std::tm parts{};
        localtime_r(&instant, &parts);
        return parts;
    }

private:
    std::optional<std::string> before_;
};

std::string text(const std::tm& parts) {
    return fmt::format("{:04}-{:02}-{:02} {:02}:{:02}:{:02}", parts.tm_year + 1900, parts.tm_mon + 1, parts.tm_mday, parts.tm_hour, parts.tm_min, parts.tm_sec);
}

std::string utc(std::time_t instant) {
    std::tm parts{};
    gmtime_r(&instant, &parts);
    return text(parts);
}

constexpr std::time_t hour = 3600, year_1985 = 473385600, year_1987 = 536457600, year_2006 = 1136073600, year_2008 = 1199145600, year_2024 = 1704067200,
                      year_2027 = 1798761600;

/// The instants at which the zone's offset changes, in years that have something of their own: Kathmandu's last change (from
/// 5:30 to 5:45), New York's new rules, the years of today.
std::vector<std::time_t> changes_of_offset() {
    std::vector<std::time_t> changes;
    for (const auto& [from, until] : {std::pair{year_1985, year_1987}, std::pair{year_2006, year_2008}, std::pair{year_2024, year_2027}})
        for (std::time_t at = from; at < until; at += hour / 4)
            if (SystemZone::local(at).tm_gmtoff != SystemZone::local(at - hour / 4).tm_gmtoff) changes.push_back(at);
    return changes;
}

struct Made {
    int id;
    std::time_t instant;
};

const std::string dates = "SELECT ID, post_date, post_date_gmt, post_modified, post_modified_gmt FROM wp_posts ORDER BY ID";
const std::string stored_dates = "SELECT o.id, date_created_gmt, date_updated_gmt, date_paid_gmt, date_completed_gmt FROM wp_wc_orders o JOIN wp_wc_order_operational_data d ON d.order_id = o.id ORDER BY o.id";

}  // namespace

TEST_CASE("in any zone, at both edges of daylight saving time, a second migration writes 0 rows and no date moves by a second [G9]") {
    const auto [zone, edges] = GENERATE(table<const char*, std::size_t>({{"Europe/Prague", 14}, {"Asia/Kathmandu", 1}, {"America/New_York", 14}}));
    INFO(zone);
    const SystemZone system(zone);
    std::vector<std::time_t> changes = changes_of_offset();
    REQUIRE(changes.size() == edges);
    changes.push_back(year_2027);  // a New Year of another date in each zone
    std::vector<Made> made;
    Lines lines;
    for (const std::time_t change : changes) {
        // An hour to each side: local minutes that are there twice, and those next to the ones that are never there.
        std::vector<std::time_t> instants{change - 1};
        for (std::time_t at = change - hour; at <= change + hour; at += 60) instants.push_back(at);
        for (const std::time_t at : instants) {
            made.push_back({static_cast<int>(made.size()) + 1, at});
            const std::string gmt = utc(at);
            lines.push_back(fmt::format(R"({{"id":{},"type":"shop_order","fields":{{"status":"wc-completed","date_created_gmt":"{}","date_updated_gmt":"{}","date_paid_gmt":"{}","date_completed_gmt":"{}"}},"meta":[],"items":[],"notes":[]}})",
                                        made.back().id, gmt, gmt, gmt, gmt));
        }
    }
    EmptyShop shop("posts");
    shop.kernel().options().update("timezone_string", zone);
    shop.import_lines(lines);
    const auto check_posts = [&] {
        const auto rows = select(shop.database(), dates);
        REQUIRE(rows.size() == made.size());
        bool right = true;
        for (std::size_t i = 0; i < rows.size(); ++i) {
            const std::string local = text(SystemZone::local(made[i].instant)), gmt = utc(made[i].instant);
            right = right && rows[i] == SqlRow{std::to_string(made[i].id), local, gmt, local, gmt};
        }
        CHECK(right);
        CHECK(select_one(shop.database(), "SELECT COUNT(*) FROM wp_postmeta WHERE meta_key IN ('_date_paid', '_date_completed')") == std::to_string(2 * made.size()));
    };
    const auto check_second = [&] {
        const SyncReport second = shop.kernel().synchronizer().sync({});
        CHECK(second.migrated == 0);
        CHECK(second.skipped == made.size());
    };
    check_posts();
    const auto paid = select(shop.database(), "SELECT post_id, meta_value FROM wp_postmeta WHERE meta_key = '_date_paid' ORDER BY post_id");
    for (std::size_t i = 0; i < 3; ++i) CHECK(paid[i][1] == std::to_string(made[i].instant));

    CHECK(shop.kernel().synchronizer().sync({}).migrated == made.size());
    check_second();
    const auto rows = select(shop.database(), stored_dates);
    REQUIRE(rows.size() == made.size());
    bool right = true;
    for (std::size_t i = 0; i < rows.size(); ++i) {
        const std::string gmt = utc(made[i].instant);
        right = right && rows[i] == SqlRow{std::to_string(made[i].id), gmt, gmt, gmt, gmt};
    }
    CHECK(right);

    REQUIRE(shop.kernel().controller().switch_authoritative_store("hpos", {}).switched);
    execute(shop.database(), "DELETE FROM wp_postmeta");
    SECTION("back into placeholders") { execute(shop.database(), "UPDATE wp_posts SET post_type = 'shop_order_placehold', post_status = 'draft'"); }
    SECTION("back into posts that are made anew") { execute(shop.database(), "DELETE FROM wp_posts"); }
    CHECK(shop.kernel().synchronizer().sync({}).migrated == made.size());
    check_second();
    check_posts();
    CHECK((select(shop.database(), stored_dates) == rows));
    CHECK((select(shop.database(), "SELECT post_id, meta_value FROM wp_postmeta WHERE meta_key = '_date_paid' ORDER BY post_id") == paid));
    CHECK((shop.export_all("posts") == lines));
}

TEST_CASE("local times that a zone has never had are moved as they stand, and stay equal in the second run [G9]") {
    // Written by hand or by a plugin: the local clock jumped over them, or no GMT was noted at all.
    EmptyShop shop("posts");
    shop.kernel().options().update("timezone_string", "Europe/Prague");
    shop.import_lines({R"({"id":1,"type":"shop_order","fields":{"status":"wc-completed","date_created_gmt":"2026-03-29 01:30:00"},"meta":[],"items":[],"notes":[]})",
                       R"({"id":2,"type":"shop_order","fields":{"status":"wc-completed"},"meta":[],"items":[],"notes":[]})"});
    execute(shop.database(), "UPDATE wp_posts SET post_date = '2026-03-29 02:30:00', post_modified = '2026-03-29 02:59:59'");
    execute(shop.database(), "UPDATE wp_posts SET post_date_gmt = '0000-00-00 00:00:00' WHERE ID = 2");
    const auto original = shop.export_all("posts");
    const auto before = select(shop.database(), dates);
    CHECK(shop.kernel().synchronizer().sync({}).migrated == 2);
    CHECK(shop.kernel().synchronizer().sync({}).migrated == 0);
    REQUIRE(shop.kernel().controller().switch_authoritative_store("hpos", {}).switched);
    CHECK(shop.kernel().synchronizer().sync({}).migrated == 0);
    CHECK((select(shop.database(), dates) == before));
    execute(shop.database(), "UPDATE wp_posts SET post_type = 'shop_order_placehold', post_status = 'draft'");
    CHECK(shop.kernel().synchronizer().sync({}).migrated == 2);
    CHECK((shop.export_all("posts") == original));
}

TEST_CASE("the site's clocks are known in years that no table of zones lists, both ways, and skip what they skip [G9]") {
    EmptyShop shop("hpos");
    const SiteZone& zone = shop.kernel().orders().site_zone();
    shop.kernel().options().update(option::timezone_string, "Europe/Prague");
    const SystemZone system("Europe/Prague");
    constexpr std::time_t day = 24 * hour, year_2100 = 4102444800;
    for (std::time_t instant = year_2027; instant < year_2100; instant += 9 * day + hour) {
        const UtcSeconds at{std::chrono::seconds{instant}};
        const std::string local = text(SystemZone::local(instant));
        REQUIRE(zone.to_local(at) == local);
        // Of an hour that comes twice the first is meant.
        const bool again = text(SystemZone::local(instant - hour)) == local;
        REQUIRE(zone.to_utc(*parse_datetime(local)) == (again ? at - std::chrono::hours{1} : at));
    }
    for (const char* skipped : {"2026-03-29 02:30:00", "2040-03-25 02:30:00"}) CHECK(!zone.to_utc(*parse_datetime(skipped)));
    // What the clocks show twice is the first of the two.
    CHECK(zone.to_utc(*parse_datetime("2026-10-25 02:30:00")) == parse_datetime("2026-10-25 00:30:00"));
}

}  // namespace ordo::test
