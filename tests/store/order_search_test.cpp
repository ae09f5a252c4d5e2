/// Finding orders in either store: what the query says, no more and no less. ORDO_TEST_SEED repeats a run.
#include <algorithm>
#include <deque>
#include <map>
#include <numeric>
#include <random>
#include <set>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <ordo/order_query.hpp>

#include "kernel/database/text_key.hpp"
#include "kernel/orders/canonical_form.hpp"
#include "tests/support/empty_shop.hpp"
#include "tests/support/loaded_stores.hpp"
#include "tests/support/random_orders.hpp"
#include "tests/support/soak.hpp"

namespace ordo::test {
namespace {

using Ids = std::vector<std::uint64_t>;
const std::vector<std::string> all_types{"shop_order", "shop_order_refund"};

bool on_server() { return !mariadb_socket().empty(); }

UtcSeconds at(std::string_view text) { return *parse_datetime(text); }

/// The optional interface of both stores, and what they hold.
class Searched {
public:
    explicit Searched(Database& database) : database_(database), stores_(database) {}

    Ids find(const std::string& store, const OrderQuery& query) {
        Ids ids;
        database_.read([&](Read& read) {
            ids.clear();
            for (const OrderId id : search(store).find(read, query)) ids.push_back(id.value);
        });
        return ids;
    }
    std::uint64_t count(const std::string& store, const OrderQuery& query) {
        std::uint64_t count = 0;
        database_.read([&](Read& read) { count = search(store).count(read, query); });
        return count;
    }
    std::vector<OrderRecord> records(const std::string& store) {
        std::vector<OrderRecord> records;
        database_.read([&](Read& read) {
            std::vector<OrderId> ids;
            for (const OrderStamp& stamp : stores_[store].list(read, {all_types, {}, 100000, AutoDrafts::include})) ids.push_back(stamp.id);
            records = stores_[store].read(read, ids);
        });
        return records;
    }
    OrderSearch& search(const std::string& store) {
        auto* const search = find_interface<OrderSearch>(stores_[store]);
        REQUIRE(search);
        return *search;
    }

private:
    Database& database_;
    LoadedStores stores_;
};

// The naive evaluator: every record looked at, one condition after the other.

bool has(const std::vector<std::string>& texts, std::string_view wanted) { return std::find(texts.begin(), texts.end(), wanted) != texts.end(); }
bool has(const std::vector<OrderId>& ids, OrderId wanted) { return std::find(ids.begin(), ids.end(), wanted) != ids.end(); }

bool equals(const OrderRecord& order, FieldId field, const std::string& wanted) {
    const FieldSpec& spec = field_spec(field);
    const auto held = order.get(field), value = canonicalize(spec, wanted);
    if (!held || held->raw || !value || value->raw) return false;
    return spec.type == FieldType::text ? database::text_key(held->text) == database::text_key(value->text) : *held == *value;
}

bool is_within(const OrderRecord& order, const DateCondition& date) {
    const auto held = order.get(date.field);
    if (!held || held->raw) return false;
    const auto instant = parse_datetime(held->text);
    return instant && (!date.from || *instant >= *date.from) && (!date.before || *instant < *date.before);
}

bool is_customers(const OrderRecord& order, const OrderQuery& query) {
    return std::any_of(query.customers.begin(), query.customers.end(), [&](const auto& customer) {
        if (const auto* id = std::get_if<std::uint64_t>(&customer)) return equals(order, FieldId::customer_id, std::to_string(*id));
        return equals(order, FieldId::billing_email, std::get<std::string>(customer));
    });
}

bool meets(const OrderRecord& order, const OrderQuery& query) {
    const auto status = order.get(FieldId::status), parent = order.get(FieldId::parent_order_id);
    if (!has(query.types, order.type) || !status || !has(query.statuses, status->text)) return false;
    if ((!query.ids.empty() && !has(query.ids, order.id)) || has(query.exclude, order.id)) return false;
    if (!query.parents.empty() && (!parent || parent->raw || !has(query.parents, OrderId{std::stoull(parent->text)}))) return false;
    if (!query.customers.empty() && !is_customers(order, query)) return false;
    for (const FieldCondition& field : query.fields)
        if (!field.any_of.empty() && std::none_of(field.any_of.begin(), field.any_of.end(), [&](const auto& wanted) { return equals(order, field.field, wanted); })) return false;
    return std::all_of(query.dates.begin(), query.dates.end(), [&](const DateCondition& date) { return is_within(order, date); });
}

/// Exact, of any length; what is no number begins with one or is 0.
bool is_less(const std::string& a, const std::string& b) {
    const auto number = [](std::string text) {
        bool whole = false;
        if (on_server() && text == "1e999") text = "1e35";  // the greatest number there
        return numeric_prefix(text, whole);
    };
    const NumericText x = number(a), y = number(b);
    const auto sign = [](const NumericText& n) { return n.digits.empty() ? 0 : n.negative ? -1 : 1; };
    if (sign(x) != sign(y)) return sign(x) < sign(y);
    const bool smaller = std::pair(x.point, x.digits) < std::pair(y.point, y.digits), greater = std::pair(y.point, y.digits) < std::pair(x.point, x.digits);
    return sign(x) < 0 ? greater : smaller;
}

bool comes_before(const OrderRecord& a, const OrderRecord& b, OrderBy by) {
    const FieldId field = by == OrderBy::date_created ? FieldId::date_created_gmt : by == OrderBy::date_modified ? FieldId::date_updated_gmt : FieldId::total_amount;
    if (by != OrderBy::id) {
        const auto x = a.get(field), y = b.get(field);
        if (!x || !y) {
            if (x.has_value() != y.has_value()) return !x;
        } else if (by == OrderBy::total) {
            if (is_less(x->text, y->text)) return true;
            if (is_less(y->text, x->text)) return false;
        } else if (x->text != y->text) {
            return x->text < y->text;
        }
    }
    return a.id < b.id;
}

Ids naive(const std::vector<OrderRecord>& records, const OrderQuery& query) {
    std::vector<const OrderRecord*> found;
    for (const OrderRecord& order : records)
        if (meets(order, query)) found.push_back(&order);
    const bool as_given = query.order_by == OrderBy::given && !query.ids.empty();
    std::sort(found.begin(), found.end(), [&](const OrderRecord* a, const OrderRecord* b) {
        if (as_given) return std::find(query.ids.begin(), query.ids.end(), a->id) < std::find(query.ids.begin(), query.ids.end(), b->id);
        const OrderBy by = query.order_by == OrderBy::given ? OrderBy::id : query.order_by;
        return query.descending ? comes_before(*b, *a, by) : comes_before(*a, *b, by);
    });
    Ids ids;
    for (const OrderRecord* order : found) ids.push_back(order->id.value);
    if (query.limit == 0) return ids;
    const std::size_t first = std::min((query.page - 1) * query.limit, ids.size()), end = std::min(first + query.limit, ids.size());
    return {ids.begin() + static_cast<std::ptrdiff_t>(first), ids.begin() + static_cast<std::ptrdiff_t>(end)};
}

/// Queries about values that some of the orders have, or nearly have.
class RandomQueries {
public:
    RandomQueries(std::uint64_t seed, const std::vector<OrderRecord>& records) : random_(seed), records_(records) {
        std::set<std::string> statuses;
        for (const OrderRecord& order : records)
            if (const auto status = order.get(FieldId::status)) statuses.insert(status->text);
        statuses_.assign(statuses.begin(), statuses.end());
    }

    OrderQuery next() {
        OrderQuery query;
        query.types = below(3) ? all_types : std::vector{all_types[below(2)]};
        query.statuses = statuses_;
        if (below(3) == 0) std::shuffle(query.statuses.begin(), query.statuses.end(), random_), query.statuses.resize(1 + below(statuses_.size()));
        if (below(6) == 0) query.ids = ids(40);
        if (below(8) == 0) query.exclude = ids(20);
        if (below(12) == 0) query.parents = parents();
        if (below(6) == 0)
            for (std::size_t i = 1 + below(3); i > 0; --i) query.customers.push_back(customer());
        for (std::size_t i = below(3); i > 0; --i) {
            const FieldId field = order_fields[below(order_fields.size())].id;
            query.fields.push_back({field, {value_of(field)}});
            while (below(2)) query.fields.back().any_of.push_back(value_of(field));
        }
        if (below(4) == 0) query.dates.push_back(date());
        query.order_by = static_cast<OrderBy>(below(5));
        query.descending = below(2);
        if (below(2)) query.limit = 1 + below(20), query.page = 1 + below(4);
        return query;
    }

private:
    std::size_t below(std::size_t end) { return std::uniform_int_distribution<std::size_t>(0, end - 1)(random_); }
    const OrderRecord& any() { return records_[below(records_.size())]; }

    std::vector<OrderId> ids(std::size_t count_max) {
        std::vector<OrderId> ids;
        for (std::size_t i = 1 + below(count_max); i > 0; --i) ids.push_back(OrderId{any().id.value + below(2)});
        return ids;
    }
    std::vector<OrderId> parents() {
        std::vector<OrderId> parents{OrderId{below(2) ? 0U : 7U}};
        for (int i = 0; i < 30; ++i)
            if (const auto parent = any().get(FieldId::parent_order_id); parent && !parent->raw) parents.push_back(OrderId{std::stoull(parent->text)});
        return parents;
    }
    std::variant<std::uint64_t, std::string> customer() {
        if (below(2)) return value_of(FieldId::billing_email);
        const auto id = any().get(FieldId::customer_id);
        return std::uint64_t{id && !id->raw ? std::stoull(id->text) : below(3)};
    }
    std::string value_of(FieldId field) {
        const auto value = any().get(field);
        if (!value) return below(2) ? "" : "0";
        std::string text = value->text;
        if (field_spec(field).type != FieldType::text) return text;
        switch (below(4)) {
            case 0:
                for (char& c : text) c = c >= 'a' && c <= 'z' ? static_cast<char>(c - 'a' + 'A') : c;
                return text;
            case 1: return text + "  ";
            case 2: {
                const std::size_t e = text.find('e');
                return e == std::string::npos ? text : text.replace(e, 1, "é");
            }
            default: return text;
        }
    }
    std::optional<UtcSeconds> instant(FieldId field) {
        const auto value = any().get(field);
        const auto instant = value ? parse_datetime(value->text) : std::nullopt;
        if (!instant || below(3) == 0) return std::nullopt;
        return *instant + std::chrono::seconds{static_cast<int>(below(3)) - 1};
    }
    DateCondition date() {
        static constexpr std::array fields{FieldId::date_created_gmt, FieldId::date_updated_gmt, FieldId::date_paid_gmt, FieldId::date_completed_gmt};
        const FieldId field = fields[below(fields.size())];
        return {field, instant(field), instant(field)};
    }

    std::mt19937_64 random_;
    const std::vector<OrderRecord>& records_;
    std::vector<std::string> statuses_;
};

std::string describe(const OrderQuery& query) {
    std::string text = fmt::format("types {} statuses {} ids {} exclude {} parents {} customers {} order_by {}{} limit {} page {}", query.types, query.statuses, query.ids.size(),
                                   query.exclude.size(), query.parents.size(), query.customers.size(), static_cast<int>(query.order_by), query.descending ? " desc" : "", query.limit,
                                   query.page);
    for (const FieldCondition& field : query.fields) {
        text += fmt::format("; {} in", field_spec(field.field).name);
        for (const std::string& value : field.any_of) text += " [" + value.substr(0, 100) + "]";
    }
    for (const DateCondition& date : query.dates)
        text += fmt::format("; {} from {} before {}", field_spec(date.field).name, date.from ? format_datetime(*date.from) : "-", date.before ? format_datetime(*date.before) : "-");
    return text;
}

/// How many of the queries found something.
std::size_t ask_at_random(Searched& searched, std::uint64_t seed, const std::string& store, std::size_t queries) {
    const std::vector<OrderRecord> records = searched.records(store);
    REQUIRE(records.size() > 100);
    RandomQueries random(seed, records);
    std::size_t found_some = 0;
    for (std::size_t i = 0; i < queries; ++i) {
        OrderQuery query = random.next();
        const Ids wanted = naive(records, query), found = searched.find(store, query);
        INFO("ORDO_TEST_SEED=" << seed << " " << store << " query " << i << ": " << describe(query));
        CHECK(found == wanted);
        query.limit = 0;
        CHECK(searched.count(store, query) == naive(records, query).size());
        found_some += !wanted.empty();
    }
    return found_some;
}

/// Orders made one after the other, in both stores.
class Orders {
public:
    using Fields = std::vector<std::pair<FieldId, std::string>>;

    std::uint64_t add(const Fields& fields = {}, const std::string& type = "shop_order") {
        OrderRecord order{OrderId{++last_}, type, {}, {}, {}, {}};
        order.set(FieldId::status, FieldValue{"wc-pending", false});
        order.set(FieldId::date_created_gmt, FieldValue{"2022-06-04 10:00:00", false});
        for (const auto& [field, value] : fields) order.set(field, canonicalize(field_spec(field), value));
        lines_.push_back(orders::canonical_form(order));
        return last_;
    }
    /// With what every test here asks for: all types and statuses.
    static OrderQuery query() {
        OrderQuery query;
        query.types = all_types;
        query.statuses = {"wc-pending", "wc-processing", "wc-completed", "trash"};
        return query;
    }
    static OrderQuery of_field(FieldId field, std::vector<std::string> any_of) {
        OrderQuery query = Orders::query();
        query.fields.push_back({field, std::move(any_of)});
        return query;
    }
    static OrderQuery dated(FieldId field, std::optional<UtcSeconds> from, std::optional<UtcSeconds> before) {
        OrderQuery query = Orders::query();
        query.dates.push_back({field, from, before});
        return query;
    }
    /// The same from both stores.
    Ids find(const OrderQuery& query) {
        if (!searched_) {
            shop_.import_lines(lines_);
            REQUIRE(shop_.kernel().synchronizer().sync({}).quarantined == 0);
            searched_.emplace(shop_.database());
        }
        const Ids found = searched_->find("hpos", query);
        CHECK(searched_->find("posts", query) == found);
        OrderQuery all = query;
        all.limit = 0;
        CHECK(searched_->count("hpos", query) == searched_->find("hpos", all).size());
        CHECK(searched_->count("posts", query) == searched_->count("hpos", query));
        return found;
    }
    std::size_t count(const OrderQuery& query) { return find(query).size(); }
    Database& database() { return shop_.database(); }
    Searched& searched() { return *searched_; }

private:
    EmptyShop shop_{"hpos"};
    Lines lines_;
    std::uint64_t last_ = 0;
    std::optional<Searched> searched_;
};

/// Looks at how a database answers: on SQLite at its plan, on a server at the rows it read.
class ReadsCounted final : public Read {
public:
    explicit ReadsCounted(Read& inner) : inner_(inner) {}
    const Dialect& dialect() const noexcept override { return inner_.dialect(); }
    bool table_exists(std::string_view table) override { return inner_.table_exists(table); }
    void query(std::string_view sql, std::span<const BytesView> values, const std::function<void(const Row&)>& each_row) override {
        const std::uint64_t before = rows_read();
        inner_.query(sql, values, each_row);
        if (const std::uint64_t rows = rows_read() - before; rows > 500) worst_ = fmt::format("{} rows read", rows);
        if (on_server()) return;
        inner_.query("EXPLAIN QUERY PLAN " + std::string(sql), values, [&](const Row& row) {
            if (row.text(3).find("TEMP B-TREE") != std::string_view::npos) worst_ += std::string(row.text(3)) + "; ";
        });
    }
    /// Empty: all is well.
    const std::string& worst() const noexcept { return worst_; }

private:
    std::uint64_t rows_read() {
        std::uint64_t rows = 0;
        if (on_server())
            inner_.query("SELECT CAST(SUM(variable_value) AS UNSIGNED) FROM information_schema.session_status WHERE variable_name LIKE 'Handler_read%' AND "
                         "variable_name <> 'Handler_read_rnd_deleted'",
                         [&](const Row& row) { rows = row.number(0); });
        return rows;
    }
    Read& inner_;
    std::string worst_;
};

const UtcSeconds noon_of_tests = at("2022-06-04 10:00:00");
constexpr std::chrono::hours hour{1}, day{24};

std::size_t queries_a_store() { return soaking() ? 5000 : 250; }

}  // namespace

TEST_CASE("what a store finds is what its records say: the real shop") {
    const std::uint64_t seed = new_seed("finding in the real shop");
    Shop shop;
    shop.synchronizer().sync({});
    Searched searched(shop.database());
    for (const std::string store : {"posts", "hpos"}) CHECK(ask_at_random(searched, seed, store, queries_a_store()) > queries_a_store() / 5);
}

TEST_CASE("what a store finds is what its records say: random orders") {
    const std::uint64_t seed = new_seed("finding random orders");
    EmptyShop shop("posts");
    RandomOrders orders(seed, !on_server());
    Lines lines;
    for (int i = 0; i < 250; ++i) lines.push_back(orders::canonical_form(orders.next()));
    shop.import_lines(lines);
    shop.kernel().synchronizer().sync({});
    Searched searched(shop.database());
    for (const std::string store : {"posts", "hpos"}) CHECK(ask_at_random(searched, seed, store, queries_a_store()) > queries_a_store() / 20);
}

TEST_CASE("limits and pages: all, five, the next five [TD33] [TD61] [TD63] [OQ5] [OF23] [OF27]") {
    Orders orders;
    for (int i = 0; i < 30; ++i) orders.add();
    OrderQuery query = Orders::query();
    CHECK(orders.count(query) == 30);
    query.limit = 1;
    CHECK(orders.find(query) == Ids{1});
    query.limit = 5;
    query.page = 2;
    CHECK(orders.find(query) == Ids{6, 7, 8, 9, 10});
    query.order_by = OrderBy::date_created;  // all made in one second
    CHECK(orders.find(query) == Ids{6, 7, 8, 9, 10});
    query.descending = true;
    CHECK(orders.find(query) == Ids{25, 24, 23, 22, 21});
    query.page = 7;
    CHECK(orders.find(query).empty());
    query.page = std::numeric_limits<std::size_t>::max();
    CHECK(orders.find(query).empty());
    query.page = 0;
    CHECK(orders.find(query).front() == 30);
    query.limit = std::numeric_limits<std::size_t>::max();
    CHECK(orders.count(query) == 30);
}

TEST_CASE("flags, in whatever words they are stored [TD31] [OQ3] [OF29]") {
    Orders orders;
    const auto yes = orders.add({{FieldId::prices_include_tax, "1"}}), no = orders.add({{FieldId::prices_include_tax, "0"}, {FieldId::total_amount, "100"}}), none = orders.add();
    CHECK(orders.find(Orders::of_field(FieldId::prices_include_tax, {"1"})) == Ids{yes});
    OrderQuery query = Orders::of_field(FieldId::prices_include_tax, {"0"});
    CHECK(orders.find(query) == Ids{no});
    query.fields.push_back({FieldId::total_amount, {"100.00"}});
    CHECK(orders.find(query) == Ids{no});
    CHECK(orders.find(Orders::of_field(FieldId::prices_include_tax, {"0", "1"})) == Ids{yes, no});
    for (const auto& [word, on] : {std::pair{"TRUE", true}, {"Yes", true}, {"1", true}, {"False", false}, {"NO", false}, {"", false}}) {
        INFO(word);
        execute(orders.database(), fmt::format("UPDATE wp_postmeta SET meta_value = '{}' WHERE post_id = {} AND meta_key = '_prices_include_tax'", word, yes));
        CHECK(orders.searched().find("posts", Orders::of_field(FieldId::prices_include_tax, {"1"})) == (on ? Ids{yes} : Ids{}));
        CHECK(orders.searched().count("posts", Orders::of_field(FieldId::prices_include_tax, {"0"})) == (on ? 1 : 2));
    }
    CHECK(none == 3);
}

TEST_CASE("customers: accounts, guests and addresses, any of them [TD45] [OQ17] [OQ19] [OF33] [OF35]") {
    Orders orders;
    const auto first = orders.add({{FieldId::customer_id, "1"}, {FieldId::billing_email, "one@shop.test"}});
    const auto second = orders.add({{FieldId::customer_id, "2"}, {FieldId::billing_email, "two@shop.test"}});
    const auto guest = orders.add({{FieldId::customer_id, "0"}, {FieldId::billing_email, "one@shop.test"}}), unknown = orders.add();
    OrderQuery query = Orders::query();
    const auto of = [&](std::vector<std::variant<std::uint64_t, std::string>> customers) {
        query.customers = std::move(customers);
        return orders.find(query);
    };
    CHECK(of({std::uint64_t{1}}) == Ids{first});
    CHECK(of({std::uint64_t{1}, std::uint64_t{2}}) == Ids{first, second});
    CHECK(of({"one@shop.test"}) == Ids{first, guest});
    CHECK(of({"ONE@Shop.test "}) == Ids{first, guest});
    CHECK(of({"one@shop.test", std::uint64_t{2}}) == Ids{first, second, guest});
    CHECK(of({std::uint64_t{0}}) == Ids{guest});
    CHECK(of({std::numeric_limits<std::uint64_t>::max()}).empty());
    CHECK(of({""}).empty());
    CHECK(of({}) == Ids{first, second, guest, unknown});
    for (const std::string spelling : {"", "0", "000"}) {
        execute(orders.database(), fmt::format("UPDATE wp_postmeta SET meta_value = '{}' WHERE post_id = {} AND meta_key = '_customer_user'", spelling, guest));
        query.customers = {std::uint64_t{0}};
        CHECK(orders.searched().find("posts", query) == Ids{guest});
    }
    execute(orders.database(), fmt::format("UPDATE wp_postmeta SET meta_value = '0002' WHERE post_id = {} AND meta_key = '_customer_user'", guest));
    query.customers = {std::uint64_t{2}};
    CHECK(orders.searched().find("posts", query) == Ids{second, guest});
    execute(orders.database(), fmt::format("UPDATE wp_postmeta SET meta_value = '2 ' WHERE post_id = {} AND meta_key = '_customer_user'", guest));
    CHECK(orders.searched().find("posts", query) == Ids{second});
}

TEST_CASE("six orders around a day, by the date they were made [TD49] [TD51] [TD53] [TD55] [TD69] [OQ7] [OQ9] [OQ11]") {
    Orders orders;
    for (const std::chrono::seconds distance : {-day, -hour, hour - hour, hour, day, day * 365}) orders.add({{FieldId::date_created_gmt, format_datetime(noon_of_tests + distance)}});
    const auto count = [&](std::optional<UtcSeconds> from, std::optional<UtcSeconds> before) { return orders.count(Orders::dated(FieldId::date_created_gmt, from, before)); };
    const auto midnight = std::chrono::floor<std::chrono::days>(noon_of_tests);
    constexpr std::chrono::seconds second{1};
    CHECK(count(noon_of_tests, noon_of_tests + second) == 1);
    CHECK(count({}, noon_of_tests + second) == 3);
    CHECK(count(noon_of_tests - 2 * day, noon_of_tests - day + second) == 1);
    CHECK(count(noon_of_tests - 2 * day, noon_of_tests - day) == 0);
    CHECK(count(midnight + day, {}) == 2);
    CHECK(count(midnight, midnight + day) == 3);
    CHECK(count({}, midnight) == 1);
    CHECK(count({}, midnight - day) == 0);
    CHECK(count(midnight + day, midnight) == 0);
    CHECK(count({}, {}) == 6);
    CHECK(count(at("9999-12-31 23:59:59") + second, {}) == 0);
    CHECK(count({}, at("9999-12-31 23:59:59") + second) == 6);
    CHECK(count(at("0001-01-01 00:00:00") - second, at("0001-01-01 00:00:00")) == 0);
    CHECK_THROWS_WITH(orders.count(Orders::dated(FieldId::total_amount, noon_of_tests, {})), Catch::Matchers::Contains("total_amount is no date"));
}

TEST_CASE("before an instant and from another one on: the last instant is not in it [TQ1] [OF11] [OF13]") {
    Orders orders;
    const auto old = orders.add({{FieldId::date_created_gmt, "2000-01-01 00:00:00"}}), other = orders.add({{FieldId::date_created_gmt, "2000-12-31 23:59:59"}});
    orders.add({{FieldId::date_created_gmt, "2001-01-01 10:00:00"}});
    CHECK(orders.find(Orders::dated(FieldId::date_created_gmt, at("2000-01-01 00:00:00"), at("2001-01-01 10:00:00"))) == Ids{old, other});
    CHECK(orders.count(Orders::dated(FieldId::date_created_gmt, {}, at("2017-01-16 00:00:00"))) == 3);
    CHECK(orders.count(Orders::dated(FieldId::date_created_gmt, {}, at("2000-12-31 00:00:00"))) == 1);
}

TEST_CASE("dates of payment and completion: a column there, a Unix time here [TD57] [TD59] [OQ13] [OQ15]") {
    Orders orders;
    const auto dated = [&](int hours) {
        const std::string date = format_datetime(noon_of_tests + hour * hours);
        return orders.add({{FieldId::date_paid_gmt, date}, {FieldId::date_completed_gmt, date}, {FieldId::date_created_gmt, "2022-06-04 08:00:00"}});
    };
    const auto early = dated(0), noon = dated(1), later = dated(2), old = orders.add({{FieldId::date_completed_gmt, "1960-02-29 12:00:00"}});
    orders.add();
    OrderQuery query = Orders::dated(FieldId::date_paid_gmt, noon_of_tests + hour, noon_of_tests + 3 * hour);
    query.dates.push_back({FieldId::date_created_gmt, at("2022-06-04 00:00:00"), at("2022-06-05 00:00:00")});
    CHECK(orders.find(query) == Ids{noon, later});
    const auto completed = [&](std::optional<UtcSeconds> from, std::optional<UtcSeconds> before) { return orders.find(Orders::dated(FieldId::date_completed_gmt, from, before)); };
    CHECK(completed(noon_of_tests, noon_of_tests + hour) == Ids{early});
    CHECK(completed(noon_of_tests + hour, noon_of_tests) == Ids{});
    CHECK(completed({}, at("1970-01-01 00:00:00")) == Ids{old});
    CHECK(completed({}, {}) == Ids{early, noon, later, old});
    CHECK(completed({}, at("1950-01-01 00:00:00")) == Ids{});
    CHECK(orders.find(Orders::of_field(FieldId::date_completed_gmt, {"1960-02-29 12:00:00", "no date", ""})) == Ids{old});
    CHECK(orders.find(Orders::of_field(FieldId::date_completed_gmt, {"no date"})).empty());
    for (const std::string no_time : {"2022-06-04 12:00:00", "", "soon", "99999999999999"}) {
        execute(orders.database(), fmt::format("UPDATE wp_postmeta SET meta_value = '{}' WHERE post_id = {} AND meta_key = '_date_completed'", no_time, old));
        CHECK(orders.searched().find("posts", Orders::dated(FieldId::date_completed_gmt, {}, {})) == Ids{early, noon, later});
    }
}

TEST_CASE("statuses and types as they are stored [TD67] [OF15]") {
    Orders orders;
    std::map<std::string, std::size_t> made{{"wc-completed", 4}, {"wc-processing", 2}, {"wc-pending", 4}};
    for (const auto& [status, count] : made)
        for (std::size_t i = 0; i < count; ++i) orders.add({{FieldId::status, status}});
    const auto refund = orders.add({{FieldId::status, "wc-completed"}, {FieldId::parent_order_id, "1"}}, "shop_order_refund");
    OrderQuery query = Orders::query();
    query.types = {"shop_order"};
    CHECK(orders.count(query) == 10);
    for (const auto& [status, count] : made) {
        query.statuses = {status};
        CHECK(orders.count(query) == count);
    }
    query.statuses = {"wc-completed", "wc-pending"};
    CHECK(orders.count(query) == 8);
    query.statuses = {"WC-Pending", "wc-pending "};
    CHECK(orders.count(query) == 0);
    query = Orders::query();
    query.types = {"shop_order_refund"};
    CHECK(orders.find(query) == Ids{refund});
}

TEST_CASE("ids and exclusions and parents [OF19] [OF21]") {
    Orders orders;
    for (int i = 0; i < 4; ++i) orders.add({{FieldId::parent_order_id, i == 3 ? "2" : "0"}});
    OrderQuery query = Orders::query();
    query.parents = {OrderId{2}};
    CHECK(orders.find(query) == Ids{4});
    query.parents = {OrderId{0}};
    CHECK(orders.find(query) == Ids{1, 2, 3});
    query.parents = {};
    query.exclude = {OrderId{1}, OrderId{3}};
    CHECK(orders.find(query) == Ids{2, 4});
    query.ids = {OrderId{4}, OrderId{99}, OrderId{1}, OrderId{2}, OrderId{4}};
    CHECK(orders.find(query) == Ids{2, 4});
    query.exclude = {};
    query.order_by = OrderBy::given;
    query.descending = true;
    CHECK(orders.find(query) == Ids{4, 1, 2});
    query.limit = 2;
    query.page = 2;
    CHECK(orders.find(query) == Ids{2});
    query.page = 3;
    CHECK(orders.find(query).empty());
}

TEST_CASE("texts: keys, versions, titles, countries; conditions all hold [TD71] [OF17] [OF31] [OF37] [OF39]") {
    Orders orders;
    const auto first = orders.add({{FieldId::order_key, "wc_order_5S0qRe4GG0pUd"}, {FieldId::woocommerce_version, "11.0.1"}, {FieldId::payment_method_title, "Check payments"},
                                   {FieldId::billing_country, "US"}, {FieldId::shipping_country, "CZ"}, {FieldId::customer_note, "Ring twice"}});
    const auto second = orders.add({{FieldId::order_key, "wc_order_2"}, {FieldId::payment_method_title, "PayPal"}, {FieldId::billing_country, "US"}, {FieldId::billing_last_name, "Řehoř"}});
    const auto find = [&](FieldId field, std::vector<std::string> any_of) { return orders.find(Orders::of_field(field, std::move(any_of))); };
    CHECK(find(FieldId::order_key, {"wc_order_5S0qRe4GG0pUd"}) == Ids{first});
    CHECK(find(FieldId::order_key, {"wc_order_5S0qRe4GG0pU"}).empty());
    CHECK(find(FieldId::woocommerce_version, {"11.0.1"}) == Ids{first});
    CHECK(find(FieldId::woocommerce_version, {"2.1.0"}).empty());
    CHECK(find(FieldId::payment_method_title, {"Check payments"}) == Ids{first});
    CHECK(find(FieldId::payment_method_title, {"Check payments", "paypal"}) == Ids{first, second});
    CHECK(find(FieldId::billing_country, {"US"}) == Ids{first, second});
    CHECK(find(FieldId::billing_last_name, {"REHOR"}) == Ids{second});
    CHECK(find(FieldId::customer_note, {"ring twice"}) == Ids{first});
    CHECK(find(FieldId::billing_country, {"US' OR '1'='1", "?", "\\", std::string("U\0S", 3)}) == (Ids{first, second}));  // NUL has no weight
    CHECK(find(FieldId::billing_country, {}) == Ids{first, second});
    OrderQuery query = Orders::of_field(FieldId::billing_country, {"US"});
    query.fields.push_back({FieldId::shipping_country, {"CZ"}});
    CHECK(orders.find(query) == Ids{first});
    // Of several rows the first one is the order's.
    execute(orders.database(), fmt::format("INSERT INTO wp_postmeta (post_id, meta_key, meta_value) VALUES ({}, '_billing_country', 'DE')", first));
    CHECK(find(FieldId::billing_country, {"DE"}).empty());
    CHECK(find(FieldId::billing_country, {"US"}) == Ids{first, second});
}

TEST_CASE("amounts are numbers, however they are spelled and however long") {
    Orders orders;
    const auto total = [&](const std::string& amount) { return orders.add({{FieldId::total_amount, amount}}); };
    const auto nine = total("9"), ten = total("10"), tiny = total("0.00000001"), debt = total("-10.5"), large = total("123456789012345678"), next = total("123456789012345679"), none = orders.add();
    const auto find = [&](std::vector<std::string> any_of) { return orders.find(Orders::of_field(FieldId::total_amount, std::move(any_of))); };
    CHECK(find({"10"}) == Ids{ten});
    CHECK(find({"010.000", "1E1", " 10 "}) == Ids{ten});
    CHECK(find({"0.00000001"}) == Ids{tiny});
    CHECK(find({"123456789012345679"}) == Ids{next});
    CHECK(find({"-10.50"}) == Ids{debt});
    CHECK(find({"ten", "10,0"}).empty());
    CHECK(find({"0"}).empty());
    OrderQuery query = Orders::query();
    query.order_by = OrderBy::total;
    CHECK(orders.find(query) == Ids{none, debt, tiny, nine, ten, large, next});
    query.descending = true;
    CHECK(orders.find(query) == Ids{next, large, ten, nine, tiny, debt, none});
    for (const std::string spelling : {"10.00", "1.0E+1", " +10", "0010.", "10\t"}) {
        execute(orders.database(), fmt::format("UPDATE wp_postmeta SET meta_value = '{}' WHERE post_id = {} AND meta_key = '_order_total'", spelling, ten));
        CHECK(orders.searched().find("posts", Orders::of_field(FieldId::total_amount, {"10"})) == Ids{ten});
    }
    for (const std::string no_number : {"10,0", "10 CZK", "1e1000", "0x0A", " "}) {
        execute(orders.database(), fmt::format("UPDATE wp_postmeta SET meta_value = '{}' WHERE post_id = {} AND meta_key = '_order_total'", no_number, ten));
        CHECK(orders.searched().find("posts", Orders::of_field(FieldId::total_amount, {"10", "0"})).empty());
    }
}

TEST_CASE("what stands in overflow is found by what the column holds of it") {
    Orders orders;
    const std::string phone(120, '7');
    const auto order = orders.add({{FieldId::billing_phone, phone}, {FieldId::total_amount, "12,5"}});
    const auto find = [&](const std::string& store, FieldId field, const std::string& value) { return orders.searched().find(store, Orders::of_field(field, {value})); };
    CHECK(orders.count(Orders::query()) == 1);
    CHECK(find("posts", FieldId::billing_phone, phone) == Ids{order});
    CHECK(find("hpos", FieldId::billing_phone, phone).empty());
    CHECK(find("hpos", FieldId::billing_phone, phone.substr(0, 100)) == Ids{order});
    CHECK(find("hpos", FieldId::total_amount, "12") == Ids{order});
    CHECK(find("posts", FieldId::total_amount, "12").empty());
}

TEST_CASE("texts that people take for the same are, on SQLite as on a server") {
    struct Pair {
        std::string a, b;
        bool same;
        bool same_on_server = same;
    };
    const TestDatabase storage;
    QuietLog log;
    database::SqlDatabase db(database::make_dialect(storage.url()), log);
    execute(db, "CREATE TABLE made (the_file INT)");
    for (const Pair& pair : std::vector<Pair>{
             // Letters' case, accents, letters that are two.
             {"Novák", "NOVAK", true}, {"é", "e\u0301", true}, {"Straße", "STRASSE", true}, {"ẞ", "ss", true}, {"Ærø", "aero", true}, {"Łódź", "LODZ", true}, {"Đ", "d", true},
             {"ŒUVRE", "oeuvre", true}, {"ﬁ", "fi", true}, {"İstanbul", "istanbul", true}, {"ı", "i", false}, {"þ", "th", false}, {"ñ", "n", true}, {"Ο", "ό", true}, {"σ", "ς", true},
             {"a", "b", false}, {"ab", "ba", false}, {"a", "", false}, {"o", "0", false},
             // Cyrillic letters with accents are letters of their own, but some.
             {"Иванов", "ИВАНОВ", true}, {"й", "и", false}, {"ё", "е", true}, {"ї", "і", false}, {"Ї", "ї", true}, {"ґ", "г", true}, {"ѓ", "г", false}, {"ќ", "к", false}, {"ў", "у", false},
             {"ӯ", "у", true}, {"ӓ", "а", false},
             // Width, digits, kana.
             {"ＡＢＣ１２", "abc12", true}, {"٣", "3", true}, {"²", "2", true}, {"か", "カ", true}, {"が", "か", true}, {"ｶ", "カ", true}, {"漢", "字", false}, {"가", "나", false},
             // Blanks at the end do not count, others do; nor do signs nobody sees.
             {"a", "a  ", true}, {"", " ", true}, {"a", " a", false}, {"a b", "ab", false}, {"a b", "a\u00a0b", true}, {"a", "a\u00a0", true}, {"a", "a \u200b", true}, {"a", "a\t", false},
             {"a", "a\n", false}, {"a", "a\x01", true}, {std::string("a\0", 2), "a", true}, {"ab", "a\u200bb", true}, {"co\u00adop", "coop", false}, {"ـ", "", false},
             // Punctuation and symbols.
             {"a.b", "ab", false}, {"a-b", "a_b", false}, {"o'brien", "o’brien", false}, {"€", "$", false}, {"\\", "/", false}, {"%", "_", false}, {"½", "1⁄2", true},
             // Beyond 16 bits.
             {"🍵", "🍺", false}, {"🍵", "🍵", true}, {"🍵", "", false}, {"❤️", "❤", true}, {"👩‍👧", "👩👧", true}, {"👍🏽", "👍", false}, {"𝐀", "a", true}, {"𠀀", "𠀁", false}, {"\ufffd", "🍵", false},
             // Where they differ: Hangul in single letters, and letters that got their capitals after 2009.
             {"가", "\u1100\u1161", true, false}, {"가", "㉮", true, false}, {"ა", "Ა", true, false}, {"ꭰ", "Ꭰ", true, false}}) {
        INFO("[" << pair.a << "] [" << pair.b << "]");
        const std::array<BytesView, 2> values{pair.a, pair.b};
        std::string same;
        db.read([&](Read& read) {
            const Dialect& dialect = read.dialect();
            read.query(fmt::format("SELECT CASE WHEN {} = {} THEN 'same' ELSE 'different' END", dialect.folded("?"), dialect.folded("?")), values,
                       [&](const Row& row) { same = row.text(0); });
        });
        CHECK(same == ((on_server() ? pair.same_on_server : pair.same) ? "same" : "different"));
    }
}

TEST_CASE("texts that are no UTF-8 are the same as themselves only", "[sqlite]") {
    CHECK(database::text_key("\xff") == database::text_key("\xff"));
    for (const std::string other : {"", "\xfe", "\xff ", "\xff\xff", "\xef\xbf\xbd", "a"}) CHECK(database::text_key("\xff") != database::text_key(other));
}

TEST_CASE("a page of the newest orders reads a page, not the shop") {
    EmptyShop shop("hpos");
    shop.database().write([](Unit& unit) {
        std::deque<std::string> texts;
        Insert orders{"wp_wc_orders", {"id", "type", "status", "date_created_gmt"}, {}};
        Insert posts{"wp_posts", {"ID", "post_type", "post_status", "post_date_gmt", "post_content", "post_title", "post_excerpt", "to_ping", "pinged", "post_content_filtered"}, {}};
        for (std::uint64_t id = 1; id <= 20000; ++id) {
            for (const std::string& text : {std::to_string(id), std::string("shop_order"), std::string(id % 3 ? "wc-completed" : id % 5 ? "wc-processing" : "wc-pending"),
                                            format_datetime(noon_of_tests + hour * id)}) {
                orders.values.emplace_back(texts.emplace_back(text));
                posts.values.emplace_back(texts.back());
            }
            posts.values.resize(posts.columns.size() * id, std::string_view{});
        }
        unit.insert(orders);
        unit.insert(posts);
    });
    if (on_server())  // as the server does by itself, some time after many rows have changed
        for (const std::string table : {"wp_wc_orders", "wp_posts"}) select(shop.database(), "ANALYZE TABLE " + table);
    LoadedStores stores(shop.database());
    struct Page {
        std::string store;
        OrderBy order_by;
        bool one_status;
    };
    for (const Page& page : {Page{"hpos", OrderBy::id, false}, {"hpos", OrderBy::date_created, false}, {"hpos", OrderBy::date_modified, false}, {"hpos", OrderBy::id, true},
                             {"hpos", OrderBy::date_created, true}, {"posts", OrderBy::id, false}}) {
        INFO(page.store << " order_by " << static_cast<int>(page.order_by) << (page.one_status ? " one status" : ""));
        OrderQuery query = Orders::query();
        if (page.one_status) query.statuses = {"wc-completed"}, query.types = {"shop_order"};
        query.order_by = page.order_by;
        query.descending = true;
        query.limit = 20;
        shop.database().read([&](Read& read) {
            ReadsCounted counted(read);
            CHECK(find_interface<OrderSearch>(stores[page.store])->find(counted, query).size() == 20);
            CHECK(counted.worst() == "");
        });
    }
}

}  // namespace ordo::test
