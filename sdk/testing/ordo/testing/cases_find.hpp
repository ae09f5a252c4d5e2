/// Finding orders by each simple condition. See order_conformance.hpp.
#pragma once

#include <ordo/testing/cases_refunds.hpp>

namespace ordo::testing {

namespace detail {

/// Orders that a query is asked about, by letters: `find` gives the letters of what it finds.
class Shelf {
public:
    explicit Shelf(Probe& probe) : probe_(probe) {}
    OrderId add(const std::function<void(Order&)>& change) { return ids_.emplace_back(probe_.saved(change).get_id()); }
    void add_refund(OrderId of) { ids_.push_back(probe_.orders().refund({of, Decimal::parse("0.01")}).get_id()); }
    OrderId id(char letter) const { return ids_.at(static_cast<std::size_t>(letter - 'a')); }
    std::string find(const OrderQuery& query) {
        std::string letters;
        const OrderPage page = probe_.orders().find(query);
        for (const OrderId id : page.ids) {
            const auto at = std::find(ids_.begin(), ids_.end(), id);
            letters += at == ids_.end() ? '?' : static_cast<char>('a' + (at - ids_.begin()));
        }
        if (query.limit == 0 && page.total != page.ids.size()) probe_.fail("the total is not the number of what was found");
        return letters;
    }
    void expect(const OrderQuery& query, std::string_view letters, std::string_view what) { probe_.equal(find(query), letters, what); }

private:
    Probe& probe_;
    std::vector<OrderId> ids_;
};

inline OrderQuery by_field(FieldId field, std::vector<std::string> any_of) {
    OrderQuery query;
    query.fields = {{field, std::move(any_of)}};
    return query;
}
inline OrderQuery by_date(FieldId field, std::optional<std::string_view> from, std::optional<std::string_view> before) {
    OrderQuery query;
    query.dates = {{field, from ? parse_datetime(*from) : std::nullopt, before ? parse_datetime(*before) : std::nullopt}};
    return query;
}

}  // namespace detail

inline void add_find_cases(ConformanceCases& cases) {
    using detail::by_date;
    using detail::by_field;
    using detail::Shelf;

    // Each text field: two orders have the value, one another, one none.
    for (const auto& row : detail::text_properties)
        cases.push_back({fmt::format("OF37: found by {}", row.name), [row](Probe& probe) {
                             Shelf shelf(probe);
                             const FieldId field = find_property(row.name)->id;
                             for (const std::string_view text : {row.first, row.second, row.first}) shelf.add([&](Order& o) { (o.*row.set)(text); });
                             shelf.add(nullptr);
                             shelf.expect(by_field(field, {std::string(row.first)}), "ac", "one value");
                             shelf.expect(by_field(field, {std::string(row.second), std::string(row.first)}), "abc", "any of two");
                             shelf.expect(by_field(field, {"nowhere"}), "", "no order's");
                             shelf.expect(by_field(field, {"' OR 1 = 1 --"}), "", "an attempt");
                         }});
    for (const auto& row : detail::amount_properties)
        cases.push_back({fmt::format("OQ3: found by {}", row.name), [row](Probe& probe) {
                             Shelf shelf(probe);
                             const FieldId field = find_property(row.name)->id;
                             for (const std::string_view text : {"100", "10.50", "10.5", "0"}) shelf.add([&](Order& o) { (o.*row.set)(text); });
                             shelf.expect(by_field(field, {"10.500"}), "bc", "amounts compare as numbers");
                             shelf.expect(by_field(field, {"100.00"}), "a", "100.00 is 100");
                             shelf.expect(by_field(field, {"0"}), "d", "0");
                             shelf.expect(by_field(field, {"ten"}), "", "no number finds nothing");
                             shelf.expect(by_field(field, {"10,5"}), "", "neither does a comma");
                         }});
    for (const auto& row : detail::flag_properties)
        cases.push_back({fmt::format("TD31: found by {}", row.name), [row](Probe& probe) {
                             Shelf shelf(probe);
                             const FieldId field = find_property(row.name)->id;
                             for (const bool on : {true, false, true}) shelf.add([&](Order& o) { (o.*row.set)(on); });
                             shelf.expect(by_field(field, {"1"}), "ac", "set");
                             shelf.expect(by_field(field, {"0"}), "b", "not set");
                             shelf.expect(by_field(field, {"perhaps"}), "", "no flag finds nothing");
                         }});
    for (const auto& row : detail::date_properties)
        cases.push_back({fmt::format("TD49, TD51, TD55, OQ11: found by {}", row.name), [row](Probe& probe) {
                             Shelf shelf(probe);
                             const FieldId field = find_property(row.name)->id;
                             for (const char* date : {"2022-06-03 10:00:00", "2022-06-04 09:00:00", "2022-06-04 10:00:00", "2022-06-04 11:00:00", "2022-06-05 10:00:00", "2023-06-04 10:00:00"})
                                 shelf.add([&](Order& o) { (o.*row.set)(parse_datetime(date)); });
                             shelf.expect(by_date(field, "2022-06-04 10:00:00", "2022-06-04 10:00:01"), "c", "a second");
                             shelf.expect(by_date(field, std::nullopt, "2022-06-04 10:00:01"), "abc", "up to it");
                             shelf.expect(by_date(field, "2022-06-04 00:00:00", "2022-06-05 00:00:00"), "bcd", "a day");
                             shelf.expect(by_date(field, "2022-06-05 00:00:00", std::nullopt), "ef", "after that day");
                             shelf.expect(by_date(field, "2022-06-05 00:00:00", "2022-06-04 00:00:00"), "", "from after before");
                             shelf.expect(by_date(field, std::nullopt, std::nullopt), "abcdef", "any date");
                         }});
    cases.push_back({"orders without a date are not found by it", [](Probe& probe) {
                         Shelf shelf(probe);
                         shelf.add(nullptr);
                         shelf.add([](Order& o) { o.set_date_completed(*parse_datetime("2022-06-04 10:00:00")); });
                         shelf.expect(by_date(FieldId::date_completed_gmt, std::nullopt, std::nullopt), "b", "any date");
                         shelf.expect(by_date(FieldId::date_paid_gmt, std::nullopt, "2030-01-01 00:00:00"), "", "another date");
                     }});
    cases.push_back({"TD57: conditions on two dates both hold", [](Probe& probe) {
                         Shelf shelf(probe);
                         for (const auto& [created, paid] : {std::pair{"2022-06-04 10:00:00", "2022-06-04 11:30:00"}, {"2022-06-04 10:00:00", "2022-06-04 14:00:00"}, {"2022-06-05 10:00:00", "2022-06-04 12:00:00"}})
                             shelf.add([created = created, paid = paid](Order& o) { o.set_date_created(parse_datetime(created)), o.set_date_paid(parse_datetime(paid)); });
                         OrderQuery query = by_date(FieldId::date_created_gmt, "2022-06-04 00:00:00", "2022-06-05 00:00:00");
                         query.dates.push_back(by_date(FieldId::date_paid_gmt, "2022-06-04 11:00:00", "2022-06-04 13:00:00").dates[0]);
                         shelf.expect(query, "a", "both");
                     }});
    cases.push_back({"OF15, OF5: found by status, with the prefix and without it", [](Probe& probe) {
                         Shelf shelf(probe);
                         for (const std::string_view status : order_statuses) shelf.add([&](Order& o) { o.set_status(status); });
                         for (std::size_t i = 0; i < order_statuses.size(); ++i)
                             for (const std::string& spelled : {std::string(order_statuses[i]), stored_status(order_statuses[i])}) {
                                 OrderQuery query;
                                 query.statuses = {spelled};
                                 shelf.expect(query, std::string(1, static_cast<char>('a' + i)), spelled);
                             }
                         OrderQuery query;
                         query.statuses = {"pending", "wc-failed"};
                         shelf.expect(query, "ag", "two");
                         query.statuses = {"shipped"};
                         shelf.expect(query, "", "an unknown status");
                     }});
    cases.push_back({"DS27: found without a status: all but the trash and auto-drafts", [](Probe& probe) {
                         Shelf shelf(probe);
                         for (const char* status : {"pending", "auto-draft", "checkout-draft", "completed"}) shelf.add([&](Order& o) { o.set_status(status); });
                         probe.orders().trash(shelf.add(nullptr));
                         shelf.expect({}, "acd", "no condition");
                         OrderQuery query;
                         query.statuses = {"all"};
                         shelf.expect(query, "abcde", "all");
                         query.statuses = {"trash"};
                         shelf.expect(query, "e", "the trash");
                         query.statuses = {"auto-draft"};
                         shelf.expect(query, "b", "auto-drafts");
                     }});
    cases.push_back({"OQ1, OF5: found by type: refunds only if they are asked for", [](Probe& probe) {
                         Shelf shelf(probe);
                         shelf.add([](Order& o) { o.set_total("10"); });
                         shelf.add_refund(shelf.id('a'));
                         shelf.expect({}, "a", "no condition");
                         OrderQuery query;
                         query.types = {std::string(type_shop_order_refund)};
                         shelf.expect(query, "b", "refunds");
                         query.types = {std::string(type_shop_order_refund), std::string(type_shop_order)};
                         shelf.expect(query, "ab", "both");
                         query.types = {"nothing"};
                         shelf.expect(query, "", "an unknown type");
                     }});
    cases.push_back({"OF19: found by parent", [](Probe& probe) {
                         Shelf shelf(probe);
                         const OrderId parent = shelf.add(nullptr);
                         shelf.add([&](Order& o) { o.set_parent_id(parent); });
                         shelf.add(nullptr);
                         OrderQuery query;
                         query.parents = {parent};
                         shelf.expect(query, "b", "its child");
                         query.parents = {shelf.id('c')};
                         shelf.expect(query, "", "one without children");
                     }});
    cases.push_back({"OF33, OF35, OQ19, TD45: found by customer, as an id and as an e-mail", [](Probe& probe) {
                         Shelf shelf(probe);
                         for (const auto& [id, email] : {std::pair{5U, "five@example.com"}, {6U, "six@example.com"}, {0U, "five@example.com"}, {0U, ""}, {5U, "other@example.com"}})
                             shelf.add([id = id, email = email](Order& o) { o.set_customer_id(id), o.set_billing_email(email); });
                         const auto by_customers = [](std::vector<std::variant<std::uint64_t, std::string>> customers) {
                             OrderQuery query;
                             query.customers = std::move(customers);
                             return query;
                         };
                         shelf.expect(by_customers({std::uint64_t{5}}), "ae", "an id");
                         shelf.expect(by_customers({std::uint64_t{0}}), "cd", "guests");
                         shelf.expect(by_customers({"five@example.com"}), "ac", "an e-mail");
                         shelf.expect(by_customers({"FIVE@EXAMPLE.COM"}), "ac", "in capitals");
                         shelf.expect(by_customers({std::uint64_t{6}, "other@example.com"}), "be", "any of them");
                         shelf.expect(by_customers({std::uint64_t{5}, std::uint64_t{6}}), "abe", "two ids");
                         shelf.expect(by_customers({std::uint64_t{77}}), "", "somebody else");
                     }});
    cases.push_back({"OF21, TD83: found without those excluded, and among given ids", [](Probe& probe) {
                         Shelf shelf(probe);
                         for (int i = 0; i < 4; ++i) shelf.add(nullptr);
                         OrderQuery query;
                         query.exclude = {shelf.id('b'), OrderId{999999999}};
                         shelf.expect(query, "acd", "excluded");
                         query.ids = {shelf.id('d'), shelf.id('b'), shelf.id('a'), OrderId{999999999}};
                         shelf.expect(query, "ad", "among ids");
                         query.order_by = OrderBy::given;
                         shelf.expect(query, "da", "in the given order");
                         query.ids = {shelf.id('a'), shelf.id('d')};
                         shelf.expect(query, "ad", "the other way round");
                     }});
    cases.push_back({"OF39: all conditions hold together", [](Probe& probe) {
                         Shelf shelf(probe);
                         for (const auto& [country, city, total] : {std::tuple{"US", "Reno", "5"}, {"US", "Reno", "6"}, {"GB", "Reno", "5"}, {"US", "Ely", "5"}})
                             shelf.add([country = country, city = city, total = total](Order& o) { o.set_billing_country(country), o.set_billing_city(city), o.set_total(total); });
                         OrderQuery query = by_field(FieldId::billing_country, {"US"});
                         query.fields.push_back({FieldId::billing_city, {"Reno"}});
                         shelf.expect(query, "ab", "two fields");
                         query.fields.push_back({FieldId::total_amount, {"5"}});
                         shelf.expect(query, "a", "three");
                         query.exclude = {shelf.id('a')};
                         shelf.expect(query, "", "and not that one");
                     }});
    cases.push_back({"texts compare without letters' case and accents", [](Probe& probe) {
                         Shelf shelf(probe);
                         for (const char* city : {"Zlín", "ZLIN", "zlin ", "Zlin2"}) shelf.add([&](Order& o) { o.set_billing_city(city); });
                         for (const char* asked : {"zlin", "Zlín", "ŽLÍN"}) shelf.expect(by_field(FieldId::billing_city, {asked}), "abc", asked);
                     }});
    cases.push_back({"OF17: found by version", [](Probe& probe) {
                         Shelf shelf(probe);
                         shelf.add(nullptr);
                         shelf.expect(by_field(FieldId::woocommerce_version, {probe.orders().require(shelf.id('a')).get_version()}), "a", "the current one");
                         shelf.expect(by_field(FieldId::woocommerce_version, {"2.1.0"}), "", "another");
                     }});
    cases.push_back({"OF23: pages of one order each", [](Probe& probe) {
                         Shelf shelf(probe);
                         for (int i = 0; i < 3; ++i) shelf.add(nullptr);
                         OrderQuery query;
                         query.limit = 1;
                         for (const auto& [page, letters] : {std::pair{1U, "a"}, {2U, "b"}, {3U, "c"}, {4U, ""}, {0U, "a"}, {1000000000U, ""}}) {
                             query.page = page;
                             shelf.expect(query, letters, fmt::format("page {}", page));
                         }
                     }});
    cases.push_back({"OF25, TD61: total and pages are of all that is found", [](Probe& probe) {
                         Shelf shelf(probe);
                         for (int i = 0; i < 7; ++i) shelf.add(nullptr);
                         OrderQuery query;
                         query.limit = 3, query.page = 3;
                         const OrderPage page = probe.orders().find(query);
                         probe.equal(page.ids.size(), 1, "on the last page");
                         probe.equal(page.total, 7, "total");
                         probe.equal(page.pages, 3, "pages");
                         probe.equal(probe.orders().find({}).ids.size(), 7, "without a limit");
                         probe.equal(probe.orders().find({}).pages, 0, "pages without a limit");
                         query.limit = 10, query.page = 1;
                         probe.equal(probe.orders().find(query).pages, 1, "one page holds all");
                         query.limit = std::numeric_limits<std::size_t>::max(), query.page = 1;
                         probe.equal(probe.orders().find(query).ids.size(), 7, "the largest limit");
                     }});
    cases.push_back({"OF27: both directions of every order", [](Probe& probe) {
                         Shelf shelf(probe);
                         for (const auto& [total, created, modified] : {std::tuple{"10", "2022-01-03 00:00:00", "2022-02-01 00:00:00"}, {"9", "2022-01-01 00:00:00", "2022-02-03 00:00:00"},
                                                                        {"100", "2022-01-02 00:00:00", "2022-02-02 00:00:00"}, {"9", "2022-01-02 00:00:00", "2022-02-02 00:00:00"}})
                             shelf.add([total = total, created = created, modified = modified](Order& o) {
                                 o.set_total(total), o.set_date_created(parse_datetime(created)), o.set_date_modified(parse_datetime(modified));
                             });
                         for (const auto& [by, up, down] : {std::tuple{OrderBy::id, "abcd", "dcba"}, {OrderBy::date_created, "bcda", "adcb"}, {OrderBy::date_modified, "acdb", "bdca"},
                                                            {OrderBy::total, "bdac", "cadb"}}) {
                             OrderQuery query;
                             query.order_by = by;
                             shelf.expect(query, up, "up");
                             query.descending = true;
                             shelf.expect(query, down, "down");
                             query.limit = 2;
                             shelf.expect(query, std::string_view(down).substr(0, 2), "the first two");
                         }
                     }});
    cases.push_back({"what is found follows a change, the trash and a removal", [](Probe& probe) {
                         Shelf shelf(probe);
                         shelf.add([](Order& o) { o.set_billing_city("Brno"); });
                         shelf.add([](Order& o) { o.set_billing_city("Brno"); });
                         const OrderQuery query = by_field(FieldId::billing_city, {"Brno"});
                         shelf.expect(query, "ab", "first");
                         probe.orders().update(shelf.id('a'), [](Order& o) { o.set_billing_city("Praha"); });
                         shelf.expect(query, "b", "changed");
                         probe.orders().trash(shelf.id('b'));
                         shelf.expect(query, "", "in the trash");
                         probe.orders().untrash(shelf.id('b'));
                         shelf.expect(query, "b", "back");
                         probe.orders().remove(shelf.id('b'));
                         shelf.expect(query, "", "removed");
                     }});
    cases.push_back({"OF5: an empty shop: nothing is found, in any status, known or not", [](Probe& probe) {
                         probe.equal(probe.orders().find({}).total, 0, "total");
                         OrderQuery of_status;
                         for (const std::string_view status : {"pending", "processing", "on-hold", "completed", "cancelled", "refunded", "failed", "trash", "shipped"}) {
                             of_status.statuses = {std::string(status)};
                             probe.equal(probe.orders().find(of_status).total, 0, status);
                         }
                         of_status.types = {"nothing"};
                         probe.equal(probe.orders().find(of_status).total, 0, "of an unknown type");
                         OrderQuery query;
                         query.limit = 10, query.statuses = {"all"};
                         probe.equal(probe.orders().find(query).pages, 0, "pages");
                         probe.check(probe.orders().get_refunds(OrderId{1}).empty() && probe.orders().get_notes(OrderId{1}).empty() && probe.orders().get_history(OrderId{999999999}).empty(), "of an order");
                     }});
}

}  // namespace ordo::testing
