/// `ordo order create`: a new order, from options, from a JSON file or from both.
#include <fmt/format.h>
#include <fmt/ranges.h>

#include "order.hpp"
#include "order_document.hpp"

namespace ordo::cli {
namespace {

namespace json = boost::json;

/// An option that gives one line of an order, as the JSON form names its members.
struct LineOption {
    std::string option, lines, example;
};
const std::vector<LineOption>& line_options() {
    static const std::vector<LineOption> options{{"--item", "line_items", "name=Tea,quantity=2,total=18.00"},
                                                 {"--shipping", "shipping_lines", "method_title=Post,total=4.90"},
                                                 {"--fee", "fee_lines", "name=Gift wrap,total=2.00"},
                                                 {"--coupon", "coupon_lines", "code=SPRING,discount=1.00"}};
    return options;
}

struct Arguments {
    std::string type = std::string(type_shop_order), status, file;
    Assignments properties, meta;
    std::vector<std::pair<const LineOption*, std::string>> lines;   ///< as they were given
    bool no_totals = false;
};

/// `name=Tea, green,quantity=2`: a comma ends a value only where another member begins.
json::object parse_line(const LineOption& option, std::string_view text) {
    const auto members = line_members(option.lines);
    const auto member_at = [&](std::string_view rest) -> std::string_view {
        for (const std::string_view member : members)
            if (member != "meta_data" && rest.starts_with(member) && rest.substr(member.size()).starts_with('=')) return member;
        return {};
    };
    json::object line;
    while (true) {
        const std::string_view name = member_at(text);
        if (name.empty() || line.contains(name))
            throw Error(errc::usage, fmt::format("{}: {}", option.option, name.empty() ? "it does not begin with a member" : fmt::format("{} is there twice", name)),
                        fmt::format("like {} \"{}\"; members are {}", option.option, option.example, fmt::join(members.first(members.size() - 1), ", ")));
        text.remove_prefix(name.size() + 1);
        std::size_t comma = text.find(',');
        while (comma != std::string_view::npos && member_at(text.substr(comma + 1)).empty()) comma = text.find(',', comma + 1);
        line[name] = text.substr(0, comma);
        if (comma == std::string_view::npos) return line;
        text.remove_prefix(comma + 1);
    }
}

Error said_of(const std::string& source, const Error& error) { return Error(error.code(), fmt::format("{}{}{}", source, *error.what() == '/' ? " " : ": ", error.what()), error.hint()); }

void create(const Context& context, const Arguments& arguments) {
    const auto kernel = context.open_shop();
    Orders& orders = kernel->orders();
    const SiteZone& zone = orders.site_zone();
    Order order(arguments.type);
    bool paid = false;
    if (!arguments.file.empty()) {
        const std::string text = read_input(arguments.file, document_bytes_max);
        try {
            paid = apply_document(parse_document(text), order, zone);
        } catch (const Error& error) {
            throw said_of(arguments.file == "-" ? "standard input" : arguments.file, error);
        }
    }
    for (const auto& [name, value] : arguments.properties) set_property(order, name, value, zone);
    if (!arguments.status.empty()) set_property(order, "status", arguments.status, zone);
    for (const auto& [key, value] : arguments.meta) order.add_meta_data(key, value);
    for (const auto& [option, text] : arguments.lines) {
        const json::object line = parse_line(*option, text);
        try {
            add_line(order, option->lines, line);
        } catch (const Error& error) {
            throw said_of(option->option, error);
        }
    }
    if (!arguments.no_totals && !order.record().get(FieldId::total_amount)) orders.calculate_totals(order, !order.is_refund());
    const SaveResult result = orders.save(order, by_operator());
    Orders::require_success(result);
    if (paid && !order.is_paid() && orders.payment_complete(order.get_id(), {}, by_operator())) orders.reload(order);
    for (const Fault& fault : result.kept)
        context.say(fmt::format("{} is kept whole beside the store, whose column could not hold it", fault.field ? field_spec(*fault.field).name : std::string_view(fault.meta_key)));
    ExportOptions any;
    any.include_auto_drafts = true;
    if (context.format == "ids") print_line(fmt::format("{}", order.get_id()));
    else if (context.json()) print_line(kernel->exporter().get(order.get_id(), any).value_or("null"));
    else print_line(fmt::format("order {} is created: {}, {} {}", order.get_id(), order.get_status(), order.get_total().to_string(), order.get_currency()));
}

}  // namespace

void add_order_create(CLI::App& noun, Context& context) {
    auto arguments = std::make_shared<Arguments>();
    CLI::App* command = add_command(noun, "create", "A new order; prints its id. Totals come from its lines, unless `total` is set",
                                    "ordo order create --set billing_email=ana@example.com --item \"name=Tea,quantity=2,total=18.00\" --shipping \"method_title=Post,total=4.90\"",
                                    [&context, arguments] { create(context, *arguments); });
    context.more_formats[command] = {"ids"};
    add_assignments(*command, "--set", arguments->properties, "A property, like billing_email=ana@example.com; `ordo order fields` lists them");
    add_assignments(*command, "--meta", arguments->meta, "A row of meta, KEY=VALUE");
    for (const LineOption& option : line_options())
        command->add_option_function<std::vector<std::string>>(option.option,
                                                               [arguments, &option](const std::vector<std::string>& texts) {
                                                                   for (const std::string& text : texts) arguments->lines.emplace_back(&option, text);
                                                               },
                                                               fmt::format("A line, like \"{}\"", option.example))
            ->type_name("LINE")
            ->allow_extra_args(false);
    command->add_option("--status", arguments->status, "The same as --set status=STATUS (default: pending)");
    command->add_option("--type", arguments->type, "An order type")->capture_default_str();
    command->add_option("--from", arguments->file, "A JSON object with what WooCommerce's REST API takes; - for standard input. Options come after it")->type_name("FILE");
    command->add_flag("--no-totals", arguments->no_totals, "Leave the totals as they are set");
}

}  // namespace ordo::cli
