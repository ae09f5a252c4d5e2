/// `ordo hpos verify-data` and `diff`: both stores held against each other, of all orders, some, or one.
#include <optional>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "hpos.hpp"
#include "whole_file.hpp"

namespace ordo::cli {
namespace {

namespace json = boost::json;

constexpr std::size_t orders_at_once = 100;

std::string name_of(const std::string& name, std::uint32_t ordinal) { return ordinal ? fmt::format("{} #{}", name, ordinal + 1) : name; }

std::vector<std::string> to_row(const Difference& difference) {
    return {fmt::format("{}", difference.order), std::string(to_string(difference.kind)), name_of(difference.field, difference.ordinal), difference.source,
            difference.target};
}

/// Everything but what `compare` shows: rows around the order.
bool concerns_rows(const Difference& difference) { return difference.kind > Difference::Kind::meta_value; }

void say_repair(const Context& context, const Direction& way, bool include_unknown_types = false) {
    context.say(fmt::format("`ordo hpos sync{}` brings {} to what {} says; orders that only {} has are left as they are", unknown_types_words(include_unknown_types), way.target, way.source, way.target));
    context.say("`ordo hpos verify-data --repair-plan FILE` writes down what was found, rows without an order too; `ordo hpos repair FILE` puts it right");
}

/// Orders side by side: a block each.
class SideBySide {
public:
    enum class Values : std::uint8_t { different, all };
    SideBySide(const Context& context, const Direction& way, Values shown) : context_(&context), way_(&way), shown_(shown) {}

    void print(const ComparedOrder& order, const std::vector<Difference>& rows) const {
        std::vector<std::vector<std::string>> cells;
        std::vector<Colour> colours;
        const auto add = [&](std::vector<std::string> row, Colour colour) {
            cells.push_back(std::move(row));
            colours.push_back(colour);
        };
        for (const ComparedValue& value : order.values) {
            if (value.equal && shown_ == Values::different) continue;
            const bool only_source = value.target == "-", only_target = value.source == "-";
            add({name_of(value.name, value.ordinal), value.source, value.target,
                 value.equal ? "equal" : only_source ? "only in " + way_->source : only_target ? "only in " + way_->target : "different"},
                value.equal ? Colour::none : only_source ? Colour::red : only_target ? Colour::green : Colour::yellow);
        }
        for (const Difference& row : rows)
            if (concerns_rows(row)) add({row.field, row.source, row.target, std::string(to_string(row.kind))}, Colour::yellow);
        print_table({fmt::format("order {} ({})", order.order, order.type), way_->source, way_->target, ""}, cells, colours);
    }

    void print_json_line(const ComparedOrder& order) const {
        json::array values;
        bool equal = order.in_source && order.in_target;
        for (const ComparedValue& value : order.values) {
            equal = equal && value.equal;
            if (value.equal && shown_ == Values::different) continue;
            values.push_back(json::object{{"field", value.name}, {"ordinal", value.ordinal}, {"source", value.source}, {"target", value.target}, {"equal", value.equal}});
        }
        print_json(json::object{{"order", order.order.value}, {"type", order.type}, {"equal", equal}, {"values", std::move(values)}});
    }

private:
    const Context* context_;
    const Direction* way_;
    Values shown_;
};

struct VerifyArguments {
    std::vector<OrderId> ids;
    std::uint64_t start_from = 0, end_at = 0, batch_size = 0, sample = 0;
    std::optional<std::uint64_t> seed;
    std::vector<std::string> order_types;
    std::string plan;
    bool include_unknown_types = false;

    VerifyOptions options() const {
        VerifyOptions options;
        options.ids = ids;
        if (start_from) options.start_from = OrderId{start_from};
        if (end_at) options.end_at = OrderId{end_at};
        if (batch_size) options.batch_size = batch_size;
        options.order_types = order_types;
        options.sample = sample;
        options.seed = seed;
        options.with_digests = !plan.empty();
        options.include_unknown_types = include_unknown_types;
        options.stop_requested = stop_requested;
        return options;
    }
};

void print_difference(const Context& context, const Difference& difference) {
    if (context.json()) {
        print_json(to_json(difference));
        return;
    }
    std::string line;
    for (const std::string& cell : to_row(difference)) line += (line.empty() ? "" : "  ") + (cell.empty() ? "-" : printable(cell));
    print_line(line);
}

void print_sample(const Context& context, Kernel& kernel, const VerifyReport& report, const std::map<OrderId, std::vector<Difference>>& rows) {
    const SideBySide side_by_side(context, report.way, SideBySide::Values::all);
    for (std::size_t at = 0; at < report.sample.size(); at += orders_at_once) {
        const auto first = report.sample.begin() + static_cast<std::ptrdiff_t>(at);
        const auto last = report.sample.begin() + static_cast<std::ptrdiff_t>(std::min(report.sample.size(), at + orders_at_once));
        for (const ComparedOrder& order : kernel.verifier().compare({first, last})) {
            const auto found = rows.find(order.order);
            if (context.json()) {
                side_by_side.print_json_line(order);
                continue;
            }
            side_by_side.print(order, found == rows.end() ? std::vector<Difference>{} : found->second);
            print_line("");
        }
    }
}

void print_summary(const Context& context, const VerifyReport& report) {
    if (context.json()) {
        json::object summary{{"orders", report.orders}, {"orders_different", report.orders_different}, {"differences", report.differences},
                             {"missing", report.missing}, {"extra", report.extra}, {"deletions_pending", report.deletions_pending},
                             {"missing_addresses", report.missing_addresses}, {"missing_operational_data", report.missing_operational_data},
                             {"meta_counts_different", report.meta_counts_different}, {"stray_rows", report.stray_rows},
                             {"equal", report.found_nothing() && !report.interrupted}, {"seconds", report.seconds}};
        if (!report.sample.empty()) summary["seed"] = report.seed;
        print_json(summary);
        return;
    }
    std::vector<std::vector<std::string>> rows{{"orders compared", std::to_string(report.orders)},
                                               {"all orders migrated", yes_no(report.missing == 0)},
                                               {"no orders only in " + report.way.target, yes_no(report.extra == 0)},
                                               {"no deletions to be carried out", yes_no(report.deletions_pending == 0)},
                                               {"no missing addresses", yes_no(report.missing_addresses == 0)},
                                               {"no missing operational data", yes_no(report.missing_operational_data == 0)},
                                               {"metadata counts match", yes_no(report.meta_counts_different == 0)},
                                               {"orders that differ", std::to_string(report.orders_different)},
                                               {"rows out of place", std::to_string(report.stray_rows)},
                                               {"consistent", yes_no(report.found_nothing())},
                                               {"seconds", fmt::format("{:.2f}", report.seconds)}};
    if (!report.sample.empty()) rows.push_back({"seed of the sample", std::to_string(report.seed)});
    print_table({"verified", fmt::format("{}", report.way)}, rows);
}

void verify(Context& context, const VerifyArguments& arguments) {
    const auto kernel = context.open();
    kernel->require_shop();
    const Direction way = kernel->synchronizer().get_direction();
    VerifyOptions options = arguments.options();
    std::optional<WholeFile> plan;
    if (!arguments.plan.empty()) {
        plan.emplace(arguments.plan);
        plan->write_line(plan_header(way));
    }
    bool first = true;
    std::map<OrderId, std::vector<Difference>> of_sample;
    // Each difference is printed as it is found: there may be more of them than fit into memory.
    options.on_difference = [&](const Difference& difference) {
        if (plan) plan->write_line(plan_line(difference, way));
        if (arguments.sample > 0 && !context.json()) {
            of_sample[difference.order].push_back(difference);
            return;
        }
        if (std::exchange(first, false) && !context.json()) print_line(fmt::format("order  kind  field  {}  {}", way.source, way.target));
        print_difference(context, difference);
    };
    const VerifyReport report = kernel->verifier().verify(options);
    if (arguments.sample > 0) print_sample(context, *kernel, report, of_sample);
    print_summary(context, report);
    if (!report.not_found.empty()) context.say(fmt::format("in neither store: {}", fmt::join(report.not_found, ", ")));
    if (report.interrupted) {
        context.say(plan ? "interrupted; no plan was written" : "interrupted");
        context.exit = ExitCode::interrupted;
        return;
    }
    if (plan) {
        plan->finish();
        context.say(fmt::format("the plan is in {}; read it, then `ordo hpos repair {}`", arguments.plan, arguments.plan));
    }
    if (!report.found_nothing()) {
        if (!plan) say_repair(context, way, arguments.include_unknown_types);
        context.exit = ExitCode::differences;
    } else if (!report.not_found.empty()) {
        context.exit = ExitCode::bad_input;
    }
}

void diff(Context& context, std::uint64_t id, bool all) {
    const auto kernel = context.open();
    kernel->require_shop();
    const Direction way = kernel->synchronizer().get_direction();
    const auto differences = kernel->verifier().diff(OrderId{id});
    if (!differences.empty()) context.exit = ExitCode::differences;
    const SideBySide side_by_side(context, way, all ? SideBySide::Values::all : SideBySide::Values::different);
    if (context.json()) {
        if (all) {
            for (const ComparedOrder& order : kernel->verifier().compare({OrderId{id}})) side_by_side.print_json_line(order);
            return;
        }
        json::array array;
        for (const Difference& difference : differences) array.push_back(to_json(difference));
        print_json(array);
        return;
    }
    if (differences.empty()) print_line(fmt::format("order {} is equal in {} and {}", id, way.source, way.target));
    if (differences.empty() && !all) return;
    ComparedOrder order{OrderId{id}, false, false, "no order", {}};
    for (ComparedOrder& compared : kernel->verifier().compare({OrderId{id}})) order = std::move(compared);
    side_by_side.print(order, differences);
    if (!differences.empty()) say_repair(context, way);
}

}  // namespace

json::object to_json(const Difference& difference) {
    json::object object{{"order", difference.order.value}, {"kind", to_string(difference.kind)}, {"field", difference.field},
                        {"ordinal", difference.ordinal}, {"source", difference.source}, {"target", difference.target}};
    if (difference.store.empty()) return object;
    object["store"] = difference.store;
    object["table"] = difference.table;
    object["what"] = difference.what;
    object["rows"] = json::array(difference.rows.begin(), difference.rows.end());
    return object;
}

void add_hpos_verify(CLI::App& noun, Context& context) {
    auto arguments = std::make_shared<VerifyArguments>();
    CLI::App* verify_command = add_command(noun, "verify-data", "Compare both stores by content, name each difference and each row out of place; exit 1 if there is one",
                                           "ordo hpos verify-data --start-from 1000 --end-at 2000 --repair-plan plan.jsonl",
                                           [&context, arguments] { verify(context, *arguments); });
    verify_command->alias("verify-cot-data");
    add_order_ids(*verify_command, "--ids", arguments->ids, "Just these orders");
    add_order_id(*verify_command, arguments->start_from, "--start-from", "Lowest order id");
    add_order_id(*verify_command, arguments->end_at, "--end-at", "Highest order id");
    verify_command->add_option("--order-types", arguments->order_types, "Just orders of these types")->delimiter(',')->allow_extra_args(false);
    CLI::Option* const sample = verify_command->add_option("--sample", arguments->sample, "So many orders, drawn at random, shown side by side")->check(CLI::Range(1, 1000000));
    verify_command->add_option_function<std::uint64_t>("--seed", [arguments](const std::uint64_t& seed) { arguments->seed = seed; }, "The seed of an earlier sample draws the same orders");
    verify_command->add_option("--batch-size", arguments->batch_size, "Orders compared at a time, 1-10000 (default: 500)")->check(CLI::Range(1, 10000));
    CLI::Option* const plan = verify_command->add_option("--repair-plan", arguments->plan, "Write what was found to a file for `ordo hpos repair`")->type_name("FILE");
    // What reads single orders or repairs them knows order types only, and once such orders were copied theirs is one.
    add_unknown_types(*verify_command, arguments->include_unknown_types)->excludes(sample)->excludes(plan);

    auto id = std::make_shared<std::uint64_t>(0);
    auto all = std::make_shared<bool>(false);
    CLI::App* diff_command = add_command(noun, "diff", "One order side by side where it differs; exit 1 if it does", "ordo hpos diff 43", [&context, id, all] { diff(context, *id, *all); });
    add_order_id(*diff_command, *id);
    diff_command->add_flag("--all", *all, "Equal values too");
}

}  // namespace ordo::cli
