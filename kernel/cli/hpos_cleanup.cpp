/// `ordo hpos cleanup`: after the migration, posts let go of the orders; and take them back.
#include <algorithm>
#include <cerrno>
#include <cstring>
#include <fstream>

#include <fcntl.h>
#include <unistd.h>

#include <boost/json.hpp>
#include <fmt/format.h>

#include "hpos.hpp"

namespace ordo::cli {
namespace {

namespace json = boost::json;

/// Lines that are on the disk when `write` returns. For the owner alone: they hold personal data.
class DurableFile {
public:
    explicit DurableFile(std::string name) : name_(std::move(name)), file_(::open(name_.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600)) {
        if (file_ < 0)
            throw Error(errc::io, fmt::format("cannot make {}: {}", name_, std::strerror(errno)), errno == EEXIST ? "each run has an archive of its own: give another name" : "");
    }
    DurableFile(const DurableFile&) = delete;
    DurableFile& operator=(const DurableFile&) = delete;
    ~DurableFile() { ::close(file_); }
    void write(std::span<const std::string> lines) {
        std::string text;
        for (const std::string& line : lines) text += line + '\n';
        for (std::string_view rest = text; !rest.empty();) {
            const ssize_t written = ::write(file_, rest.data(), rest.size());
            if (written < 0 && errno == EINTR) continue;
            if (written < 0) fail();
            rest.remove_prefix(static_cast<std::size_t>(written));
        }
        if (::fsync(file_) != 0) fail();
    }

private:
    [[noreturn]] void fail() const { throw Error(errc::io, fmt::format("writing {} failed: {}", name_, std::strerror(errno))); }
    std::string name_;
    int file_;
};

struct Arguments {
    std::vector<std::string> what;
    std::string archive, restore;
    std::int64_t batch_size = 500;
    bool dry_run = false, optimize = false;
};

std::optional<OrderId> parse_id(const std::string& text) {
    const bool number = !text.empty() && text.size() <= 18 && text.find_first_not_of("0123456789") == std::string::npos;
    return number ? std::optional{OrderId{std::stoull(text)}} : std::nullopt;
}

/// Empty: all.
std::vector<OrderRange> parse_ranges(const std::vector<std::string>& what) {
    if (what.empty()) throw Error(errc::usage, "which orders?", "name ids or ranges such as 100-200, or say `all`");
    std::vector<OrderRange> ranges;
    for (const std::string& text : what) {
        if (text == "all") continue;
        const std::size_t dash = text.find('-');
        const auto first = parse_id(text.substr(0, dash)), last = dash == std::string::npos ? first : parse_id(text.substr(dash + 1));
        if (!first || !last) throw Error(errc::usage, fmt::format("\"{}\" is neither an order's id, a range such as 100-200, nor \"all\"", printable(text)));
        ranges.push_back({*first, *last});
    }
    if (!ranges.empty() && ranges.size() < what.size()) throw Error(errc::usage, "\"all\" stands alone");
    return ranges;
}

void print_skipped(const Context& context, const CleanupReport& report) {
    if (report.skipped == 0) return;
    constexpr std::size_t listed_max = 20;
    context.say(fmt::format("\n{} orders stay in posts:", report.skipped));
    std::vector<std::vector<std::string>> rows;
    for (const SkippedCleanup& one : std::span(report.first_skipped).first(std::min(report.first_skipped.size(), listed_max)))
        rows.push_back({fmt::format("{}", one.order), std::string(to_string(one.reason)), fmt::format("ordo hpos diff {}", one.order)});
    print_table({"order", "why", "look at it"}, rows);
    if (report.skipped > rows.size()) context.say(fmt::format("and {} more: `ordo hpos verify-data` names them", report.skipped - rows.size()));
}

void report_cleanup(Context& context, const CleanupReport& report) {
    if (context.json()) {
        json::array skipped;
        for (const SkippedCleanup& one : report.first_skipped) skipped.push_back(json::object{{"order", one.order.value}, {"reason", to_string(one.reason)}});
        print_json(json::object{{"cleaned", report.cleaned}, {"skipped", report.skipped}, {"first_skipped", std::move(skipped)},
                                {"obstacles", json::array(report.obstacles.begin(), report.obstacles.end())}});
    } else if (report.obstacles.empty()) {
        print_line(fmt::format("{} orders were removed from posts; placeholders keep their ids", report.cleaned));
        print_skipped(context, report);
    }
    if (!report.obstacles.empty()) {
        print_refusal(context, "nothing is cleaned up", report.obstacles, errc::cleanup_refused);
    } else if (report.interrupted) {
        context.say("interrupted after a batch; run it again to go on");
        context.exit = ExitCode::interrupted;
    } else if (report.skipped > 0) {
        context.exit = ExitCode::differences;
    }
}

void clean_up(Context& context, const Arguments& arguments) {
    CleanupOptions options;
    options.orders = parse_ranges(arguments.what);
    options.batch_size = static_cast<std::size_t>(arguments.batch_size);
    options.optimize = arguments.optimize;
    const auto kernel = context.open_shop();
    LegacyDataHandler& legacy = kernel->legacy_data();
    if (CleanupReport refused{.first_skipped = {}, .obstacles = legacy.get_cleanup_obstacles()}; !refused.obstacles.empty()) return report_cleanup(context, refused);
    const std::uint64_t count = legacy.count_orders_for_cleanup(options.orders);
    if (arguments.dry_run) {
        if (context.json()) print_json(json::object{{"orders", count}});
        else print_line(fmt::format("{} orders of posts would be looked at; those that hpos has with the same content would be removed there", count));
        return;
    }
    const bool archived = !arguments.archive.empty();
    if (count > 0 && !context.confirm(fmt::format("Remove {} orders from posts, where hpos has the same? {}", count,
                                                  archived ? "They are archived first" : "Without --archive the way back is to mirror them again")))
        throw Error(errc::needs_confirmation, "nothing was removed");
    std::optional<DurableFile> archive;
    if (archived) {
        archive.emplace(arguments.archive);
        options.archive = [&](std::span<const std::string> lines) { archive->write(lines); };
    }
    Progress progress(context, "orders");
    options.progress = [&](std::uint64_t done, std::uint64_t total) { progress.show(done, total); };
    options.stop_requested = stop_requested;
    report_cleanup(context, legacy.cleanup_post_data(options));
}

void restore(Context& context, const std::string& name) {
    const auto kernel = context.open_shop();
    std::ifstream file(name, std::ios::binary);
    if (!file) throw Error(errc::io, fmt::format("cannot read {}: {}", name, std::strerror(errno)));
    std::size_t line_number = 0;
    const auto next_line = [&]() -> std::optional<std::string> {
        std::string line;
        ++line_number;
        return std::getline(file, line) ? std::optional{line} : std::nullopt;
    };
    RestoreReport report;
    try {
        report = kernel->legacy_data().restore_post_data(next_line);
    } catch (const Error& error) {
        if (error.code() != errc::import_bad_order) throw;
        throw Error(error.code(), fmt::format("{}, up to line {}: {}", name, line_number, error.what()), error.hint());
    }
    if (file.bad()) throw Error(errc::io, fmt::format("reading {} failed", name));
    if (context.json()) {
        print_json(json::object{{"restored", report.restored}, {"changed_since", report.changed_since}, {"skipped", report.skipped},
                                {"obstacles", json::array(report.obstacles.begin(), report.obstacles.end())}});
    } else if (report.obstacles.empty()) {
        print_line(fmt::format("{} orders are in posts again; of {} the post is no placeholder, and stays as it is", report.restored, report.skipped));
    }
    if (report.changed_since > 0) context.say(fmt::format("{} of them were changed in hpos since: `ordo hpos sync` brings them up to date", report.changed_since));
    if (!report.obstacles.empty()) print_refusal(context, "nothing is restored", report.obstacles, errc::cleanup_refused);
}

}  // namespace

void add_hpos_cleanup(CLI::App& noun, Context& context) {
    auto arguments = std::make_shared<Arguments>();
    CLI::App* command = add_command(noun, "cleanup", "Remove from posts the orders that hpos has with the same content: with HPOS on, compatibility mode off; asks first",
                                    "ordo hpos cleanup all --archive posts.jsonl", [&context, arguments] {
                                        if (arguments->restore.empty()) clean_up(context, *arguments);
                                        else restore(context, arguments->restore);
                                    });
    CLI::Option* what = command->add_option("WHAT", arguments->what, "all, ids, ranges such as 100-200");
    command->add_option("--archive", arguments->archive, "Write what is removed to this new file first: personal data, for --restore");
    command->add_option("--restore", arguments->restore, "Put the orders of such a file back")->excludes(what);
    command->add_flag("--dry-run", arguments->dry_run, "Say how many orders would be looked at");
    command->add_flag("--optimize", arguments->optimize, "Give the room back to the system in the end; others may have to wait for it");
    add_number(*command, "--batch-size", arguments->batch_size, 1, "Orders in one transaction (default: 500)");
}

}  // namespace ordo::cli
