/// `ordo order refund`: what is given back of an order, as an amount or item by item.
#include <fmt/format.h>

#include "order.hpp"

namespace ordo::cli {
namespace {

namespace json = boost::json;

struct Arguments {
    std::uint64_t id = 0;
    std::optional<std::string> amount;
    std::string reason;
    Assignments items;
    std::int64_t refunded_by = 0;
    bool refunded_payment = false;
};

/// `ITEM=QUANTITY` takes the quantity's share of the item's total, `ITEM=QUANTITY:TOTAL` that total; taxes in proportion to it.
RefundLine parse_line(Orders& orders, Order& order, const std::string& item_id, std::string_view text) {
    const std::size_t colon = text.find(':');
    const auto id = detail::canonical_id(item_id);
    const std::string place = fmt::format("--item {}", printable(item_id.substr(0, 24)));
    if (!id || !order.get_item(detail::to_number(*id))) {
        std::string names;
        for (const OrderItem& one : order.get_items({"line_item", "shipping", "fee"})) names += fmt::format("{}{} ({})", names.empty() ? "" : ", ", one.get_id(), one.get_type());
        throw Error(errc::order_bad_value, fmt::format("{}: order {} has no such item", place, order.get_id()), names.empty() ? "it has none at all" : "it has " + names);
    }
    std::optional<Decimal> total;
    if (colon != std::string_view::npos) total = parse_amount(place, text.substr(colon + 1));
    return orders.refund_line(order, detail::to_number(*id), parse_amount(place, text.substr(0, colon)), total);
}

void refund(const Context& context, const Arguments& arguments) {
    const auto kernel = context.open_shop();
    Orders& orders = kernel->orders();
    RefundRequest request;
    request.order = OrderId{arguments.id};
    if (arguments.amount) request.amount = parse_amount("amount", *arguments.amount);
    request.reason = arguments.reason;
    request.refunded_by = static_cast<std::uint64_t>(arguments.refunded_by);
    request.refunded_payment = arguments.refunded_payment;
    request.actor = by_operator().actor;
    Order order = orders.require(request.order);
    for (const auto& [item, text] : arguments.items) request.lines.push_back(parse_line(orders, order, item, text));
    const Order made = orders.refund(request);
    const std::string amount = made.get_amount().to_string(), remaining = orders.get_remaining_refund_amount(request.order).to_string();
    if (context.format == "ids") print_line(fmt::format("{}", made.get_id()));
    else if (context.json()) print_json(json::object{{"order", arguments.id}, {"refund", made.get_id().value}, {"amount", amount}, {"remaining", remaining}});
    else print_line(fmt::format("refund {} of order {}: {} {}; {} remain", made.get_id(), arguments.id, amount, order.get_currency(), remaining));
}

}  // namespace

void add_order_refund(CLI::App& noun, Context& context) {
    auto arguments = std::make_shared<Arguments>();
    CLI::App* command = add_command(noun, "refund", "Refund an order: an amount, some items, or all that remains. The gateway is not told",
                                    "ordo order refund 43 --item 2=1 --reason \"came broken\"", [&context, arguments] { refund(context, *arguments); });
    context.more_formats[command] = {"ids"};
    add_order_id(*command, arguments->id);
    command->add_option("--amount", arguments->amount, "How much, with taxes (default: the sum of the items, else all that remains)");
    command->add_option("--reason", arguments->reason, "Why")->type_name("TEXT");
    add_assignments(*command, "--item", arguments->items, "ITEM=QUANTITY: an item's id and how many of it; ITEM=QUANTITY:TOTAL: for so much, without taxes. Taxes follow in proportion");
    add_number(*command, "--refunded-by", arguments->refunded_by, 0, "The id of the user who refunds");
    command->add_flag("--refunded-payment", arguments->refunded_payment, "The gateway has given the money back");
}

}  // namespace ordo::cli
