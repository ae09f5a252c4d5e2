/// `ordo hpos repair`: puts right what a plan of `verify-data` names, each order only if it is still as it was seen.
#include <fstream>
#include <optional>

#include <fmt/format.h>

#include "hpos.hpp"

namespace ordo::cli {
namespace {

namespace json = boost::json;

constexpr std::string_view plan_format = "ordo.repair/1";
constexpr std::size_t differences_at_once = 500;

/// A plan, read line by line.
class Plan {
public:
    explicit Plan(const std::string& file) : file_(file), in_(file, std::ios::binary) {
        if (!in_) throw Error(errc::io, fmt::format("cannot read {}", file_));
        const std::optional<json::value> header = parse_line();
        guarded([&] {
            if (header.value().at("plan").as_string() != plan_format) throw std::invalid_argument("format");
            way_ = {std::string(header->at("source").as_string()), std::string(header->at("target").as_string())};
        });
    }

    const Direction& way() const noexcept { return way_; }

    /// The next difference; false at the end.
    bool next(Difference& difference) {
        const std::optional<json::value> parsed = parse_line();
        if (!parsed) return false;
        guarded([&] {
            const json::value& line = *parsed;
            const auto text = [&](const char* name) {
                const json::value* value = line.as_object().if_contains(name);
                return value ? std::string(value->as_string()) : std::string{};
            };
            const auto kind = to_difference_kind(text("kind"));
            if (!kind) throw std::invalid_argument("kind");
            difference = {OrderId{line.at("order").to_number<std::uint64_t>()}, *kind, text("field"), line.at("ordinal").to_number<std::uint32_t>(), text("source"), text("target")};
            difference.store = text("store");
            difference.table = text("table");
            difference.what = text("what");
            if (const json::value* rows = line.as_object().if_contains("rows"))
                for (const json::value& row : rows->as_array()) difference.rows.push_back(row.to_number<std::uint64_t>());
            difference.source_digest = text("source_digest");
            difference.target_digest = text("target_digest");
        });
        return true;
    }

private:
    /// `nullopt` at the end.
    std::optional<json::value> parse_line() {
        std::string line;
        ++line_;
        if (!std::getline(in_, line)) {
            if (in_.bad()) throw Error(errc::io, fmt::format("reading {} failed", file_));
            return std::nullopt;
        }
        json::value value;
        guarded([&] { value = json::parse(line); });
        return value;
    }
    template <class Body>
    void guarded(Body&& body) const {
        try {
            body();
        } catch (const std::exception&) {
            throw Error(errc::repair_bad_plan, fmt::format("{}:{} is no line of a repair plan", file_, line_), "`ordo hpos verify-data --repair-plan FILE` writes one");
        }
    }

    std::string file_;
    std::ifstream in_;
    std::uint64_t line_ = 0;
    Direction way_;
};

void add(RepairReport& sum, RepairReport part) {
    sum.repaired += part.repaired;
    sum.settled += part.settled;
    sum.rows_removed += part.rows_removed;
    sum.orders_copied += part.orders_copied;
    std::move(part.left.begin(), part.left.end(), std::back_inserter(sum.left));
}

void print(const Context& context, const Direction& way, const RepairReport& report) {
    if (context.json()) {
        json::array left;
        for (const LeftDifference& one : report.left) {
            json::object object = to_json(one.difference);
            object["reason"] = to_string(one.reason);
            object["message"] = one.message;
            left.push_back(std::move(object));
        }
        print_json(json::object{{"repaired", report.repaired}, {"settled", report.settled}, {"rows_removed", report.rows_removed},
                                {"orders_copied", report.orders_copied}, {"left", std::move(left)}});
        return;
    }
    print_table({"repaired", fmt::format("{}", way)}, {{"differences put right", std::to_string(report.repaired)},
                                                      {"gone before", std::to_string(report.settled)},
                                                      {"orders copied", std::to_string(report.orders_copied)},
                                                      {"rows removed", std::to_string(report.rows_removed)},
                                                      {"left as they are", std::to_string(report.left.size())}});
    if (report.left.empty()) return;
    context.say("\nleft as they are:");
    std::vector<std::vector<std::string>> rows;
    for (const LeftDifference& one : report.left)
        rows.push_back({fmt::format("{}", one.difference.order), std::string(to_string(one.difference.kind)), one.difference.field, std::string(to_string(one.reason)), one.message});
    print_table({"order", "kind", "field", "reason", "what to do"}, rows);
}

void repair(Context& context, const std::string& file) {
    // The whole plan is read before anything is changed.
    std::uint64_t planned = 0, to_copy = 0, to_remove = 0;
    Difference difference;
    {
        Plan plan(file);
        for (OrderId last{}; plan.next(difference); ++planned) {
            const Remedy remedy = remedy_for(difference, plan.way());
            to_copy += remedy == Remedy::copy && std::exchange(last, difference.order) != difference.order;
            to_remove += remedy == Remedy::remove_rows;
        }
    }
    const auto kernel = context.open();
    kernel->require_shop();
    const Direction way = Plan(file).way();
    if (to_copy + to_remove > 0 &&
        !context.confirm(fmt::format("{}: {} orders of {} are brought to what {} says, {} findings about rows are removed. Go on?", file, to_copy, way.target, way.source,
                                     to_remove))) {
        context.say("nothing was changed");
        context.exit = ExitCode::refused;
        return;
    }
    RepairReport report;
    bool interrupted = false;
    {
        Progress progress(context, "differences");
        std::uint64_t done = 0;
        // Rows first: duplicates keep a lost unique key from being made anew, and with it every copy.
        for (const bool rows : {true, false}) {
            Plan plan(file);
            std::vector<Difference> some;
            for (bool more = true; more && !interrupted;) {
                some.clear();
                while (some.size() < differences_at_once && (more = plan.next(difference)))
                    if ((remedy_for(difference, way) == Remedy::remove_rows) == rows) some.push_back(difference);
                if (!some.empty()) add(report, kernel->repairer().repair(way, some));
                progress.show(done += some.size(), planned);
                interrupted = more && stop_requested();
            }
        }
    }
    print(context, way, report);
    if (interrupted) {
        context.say("interrupted; run it again to go on");
        context.exit = ExitCode::interrupted;
    } else if (!report.left.empty()) {
        context.exit = ExitCode::differences;
    }
}

}  // namespace

std::string plan_header(const Direction& way) {
    return json::serialize(json::object{{"plan", plan_format}, {"source", way.source}, {"target", way.target}});
}

std::string plan_line(const Difference& difference, const Direction& way) {
    json::object object = to_json(difference);
    object["source_digest"] = difference.source_digest;
    object["target_digest"] = difference.target_digest;
    object["remedy"] = to_string(remedy_for(difference, way));
    return json::serialize(object);
}

void add_hpos_repair(CLI::App& noun, Context& context) {
    auto file = std::make_shared<std::string>();
    CLI::App* command = add_command(noun, "repair", "Put right what a plan of verify-data names; what has changed since, or only a person can decide, is listed and left",
                                    "ordo hpos repair plan.jsonl --yes", [&context, file] { repair(context, *file); });
    command->add_option("FILE", *file, "The plan")->required();
}

}  // namespace ordo::cli
