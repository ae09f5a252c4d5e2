/// `ordo order list`: which orders there are, by simple conditions that all must hold.
#include <algorithm>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "date_range.hpp"
#include "order.hpp"

namespace ordo::cli {
namespace {

namespace json = boost::json;

constexpr std::size_t batch_orders = 500;   // read at once

struct Range {
    std::string option;
    FieldId field;
    std::string text;
};

struct Arguments {
    std::vector<OrderId> ids, exclude, parents;
    std::vector<std::string> types, statuses, customers;
    Assignments fields;
    std::vector<Range> ranges;
    std::int64_t limit = 20, page = 1;
    std::string order_by = "id";
    bool descending = false;
};

/// Canonical text, as `order update --set` would store it.
std::string canonical_text(const FieldSpec& spec, const std::string& value) {
    Order probe;
    probe.set(spec.name, value);
    return probe.text(spec.id);
}

void add_field_condition(OrderQuery& query, const std::string& name, const std::string& value, const SiteZone& zone) {
    const FieldSpec& spec = require_property(name);
    if (spec.type == FieldType::datetime) {
        query.dates.push_back(parse_date_range("--field " + name, spec.id, value, zone));
        return;
    }
    const auto same = std::find_if(query.fields.begin(), query.fields.end(), [&](const FieldCondition& condition) { return condition.field == spec.id; });
    FieldCondition& condition = same == query.fields.end() ? query.fields.emplace_back(FieldCondition{spec.id, {}}) : *same;
    condition.any_of.push_back(canonical_text(spec, value));
}

std::variant<std::uint64_t, std::string> parse_customer(const std::string& text) {
    if (const auto id = detail::canonical_id(text); id && !text.empty()) return detail::to_number(*id);
    if (text.find('@') == std::string::npos) throw Error(errc::usage, "--customer: neither an id nor an e-mail address", "--customer 7,ana@example.com");
    return text;
}

/// A status that no plugin registers may still be that of an order; one that neither knows was meant otherwise.
void require_status(Orders& orders, const std::string& status) {
    const std::string stored = stored_status(status);
    if (status == "all" || is_draft_status(status) || clean_status(status) == "trash") return;
    const auto known = orders.get_statuses();
    if (std::any_of(known.begin(), known.end(), [&](const auto& one) { return one.first == stored; })) return;
    OrderQuery with_it;
    with_it.statuses = {status};
    with_it.limit = 1;
    if (status.empty() || orders.find(with_it).total == 0)
        throw Error(errc::usage, fmt::format("--status: \"{}\" is no status, and no order has it", printable(status.substr(0, 40))), "`ordo order statuses` lists them; all: the trash too");
}

OrderQuery make_query(const Arguments& arguments, Orders& orders) {
    const SiteZone& zone = orders.site_zone();
    OrderQuery query;
    query.types = arguments.types;
    for (const std::string& status : arguments.statuses) require_status(orders, status);
    query.statuses = arguments.statuses;
    query.ids = arguments.ids;
    query.exclude = arguments.exclude;
    query.parents = arguments.parents;
    for (const std::string& customer : arguments.customers) query.customers.push_back(parse_customer(customer));
    for (const auto& [name, value] : arguments.fields) add_field_condition(query, name, value, zone);
    for (const Range& range : arguments.ranges) query.dates.push_back(parse_date_range(range.option, range.field, range.text, zone));
    if (arguments.limit > 0) {
        query.limit = static_cast<std::size_t>(arguments.limit);
        query.page = static_cast<std::size_t>(arguments.page);
    }
    query.order_by = arguments.order_by == "date" ? OrderBy::date_created : arguments.order_by == "modified" ? OrderBy::date_modified
                     : arguments.order_by == "total" ? OrderBy::total : OrderBy::id;
    query.descending = arguments.descending;
    return query;
}

/// Calls for each order, in the order of the ids; one that went meanwhile is left out.
void each_order(Orders& orders, std::span<const OrderId> ids, const std::function<void(const Order&)>& call) {
    for (std::size_t at = 0; at < ids.size(); at += batch_orders) {
        const auto some = ids.subspan(at, std::min(batch_orders, ids.size() - at));
        const std::vector<Order> found = orders.get_many(some);
        for (const OrderId id : some) {
            const auto order = std::lower_bound(found.begin(), found.end(), id, [](const Order& one, OrderId wanted) { return one.get_id() < wanted; });
            if (order != found.end() && order->get_id() == id) call(*order);
        }
    }
}

const std::vector<std::string> columns{"id", "type", "status", "date_created", "total", "currency", "customer_id"};

std::vector<std::string> cells_of(const Order& order, const std::string& date) {
    return {fmt::format("{}", order.get_id()), order.get_type(), order.get_status(), date, order.get_total().to_string(), order.get_currency(), std::to_string(order.get_customer_id())};
}

/// For programs: an instant is an instant, whatever the site's clocks show.
std::string utc_time(const std::optional<UtcSeconds>& instant) {
    if (!instant) return "";
    std::string text = format_datetime(*instant) + "Z";
    text[10] = 'T';
    return text;
}

std::string to_json_text(const Order& order) {
    const auto date = order.get_date_created();
    return json::serialize(json::object{{"id", order.get_id().value}, {"type", order.get_type()}, {"status", order.get_status()},
                                        {"date_created", date ? json::value(utc_time(date)) : json::value(nullptr)}, {"total", order.get_total().to_string()},
                                        {"currency", order.get_currency()}, {"customer_id", order.get_customer_id()}});
}

/// RFC 4180, but for the line ends.
std::string csv_line(const std::vector<std::string>& cells) {
    std::string line;
    for (const std::string& cell : cells) {
        if (&cell != &cells.front()) line += ',';
        if (cell.find_first_of(",\"\r\n") == std::string::npos) {
            line += cell;
            continue;
        }
        line += '"';
        for (const char c : cell) line += c == '"' ? "\"\"" : std::string(1, c);
        line += '"';
    }
    return line;
}

void print_as_json(Orders& orders, const OrderPage& page) {
    std::string text = "{\"orders\":[";
    each_order(orders, page.ids, [&](const Order& order) { text += (text.back() == '[' ? "" : ",") + to_json_text(order); });
    print_line(fmt::format("{}],\"total\":{},\"pages\":{}}}", text, page.total, page.pages));
}

void print_as_table(const Context& context, Orders& orders, const OrderPage& page, const OrderQuery& query) {
    std::vector<std::vector<std::string>> rows;
    each_order(orders, page.ids, [&](const Order& order) { rows.push_back(cells_of(order, local_time(order.get_date_created(), orders.site_zone()))); });
    print_table(columns, rows);
    if (page.pages > 1) context.say(fmt::format("page {} of {}, {} orders in all; --page and --limit show others, --limit -1 all", query.page, page.pages, page.total));
}

void list(const Context& context, const Arguments& arguments) {
    const auto kernel = context.open_shop();
    Orders& orders = kernel->orders();
    OrderQuery query = make_query(arguments, orders);
    if (context.format == "count") {
        query.limit = query.page = 1;
        print_line(std::to_string(orders.find(query).total));
        return;
    }
    const OrderPage page = orders.find(query);
    if (context.format == "ids") print_line(fmt::format("{}", fmt::join(page.ids, " ")));
    else if (context.json()) print_as_json(orders, page);
    else if (context.format == "jsonl") each_order(orders, page.ids, [](const Order& order) { print_line(to_json_text(order)); });
    else if (context.format == "csv") {
        print_line(csv_line(columns));
        each_order(orders, page.ids, [](const Order& order) { print_line(csv_line(cells_of(order, utc_time(order.get_date_created())))); });
    } else print_as_table(context, orders, page, query);
}

}  // namespace

void add_order_list(CLI::App& noun, Context& context) {
    auto arguments = std::make_shared<Arguments>();
    CLI::App* command = add_command(noun, "list", "Which orders there are; those in the trash only with --status",
                                    "ordo order list --status processing,on-hold --date-created \">=2026-01-01\" --order-by date --desc", [&context, arguments] { list(context, *arguments); });
    context.more_formats[command] = {"jsonl", "csv", "ids", "count"};
    const auto add_texts = [&](const std::string& name, std::vector<std::string>& texts, const std::string& help) {
        command->add_option(name, texts, help)->delimiter(',')->allow_extra_args(false);
    };
    add_order_ids(*command, "--ids", arguments->ids, "Only these");
    add_order_ids(*command, "--exclude", arguments->exclude, "But not these");
    add_order_ids(*command, "--parent", arguments->parents, "Children of these");
    add_texts("--type", arguments->types, "Order types (default: all but refunds)");
    add_texts("--status", arguments->statuses, "With or without wc-; all: the trash and auto-drafts too");
    add_texts("--customer", arguments->customers, "Ids (0: guests) or billing e-mail addresses");
    add_assignments(*command, "--field", arguments->fields, "A property's value, like payment_method=cheque; the same one again: any of the values");
    const auto add_range = [&](const std::string& name, FieldId field, const std::string& help, const std::string& sign = "") {
        command->add_option_function<std::string>(name, [arguments, name, field, sign](const std::string& text) { arguments->ranges.push_back({name, field, sign + text}); }, help)
            ->type_name(sign.empty() ? "RANGE" : "DATE");
    };
    add_range("--date-created", FieldId::date_created_gmt, "2026-01-05, A...B, >A, >=A, <A, <=A; days and times are the site's, days count as a whole");
    add_range("--date-paid", FieldId::date_paid_gmt, "The same");
    add_range("--date-completed", FieldId::date_completed_gmt, "The same");
    add_range("--date-modified", FieldId::date_updated_gmt, "The same");
    add_range("--before", FieldId::date_created_gmt, "The same as --date-created \"<DATE\"", "<");
    add_range("--after", FieldId::date_created_gmt, "The same as --date-created \">DATE\"", ">");
    add_number(*command, "--limit", arguments->limit, any_number, "Orders on a page (default: 20; less than 1: all)");
    add_number(*command, "--page", arguments->page, 1, "Which page (default: 1)");
    command->add_option("--order-by", arguments->order_by, "id, date, modified or total")->check(CLI::IsMember({"id", "date", "modified", "total"}))->capture_default_str();
    command->add_flag("--desc", arguments->descending, "The largest or latest first");
}

}  // namespace ordo::cli
