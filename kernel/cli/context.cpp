/// See context.hpp.
#include "context.hpp"

#include <algorithm>
#include <chrono>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <iostream>

#include <boost/json.hpp>
#include <fmt/format.h>
#include <fmt/ranges.h>
#include <unistd.h>

namespace ordo::cli {
namespace {

volatile std::sig_atomic_t signals_seen = 0;

extern "C" void note_signal(int signal) {
    // The second one is meant at once.
    signals_seen = signals_seen + 1;
    if (signals_seen > 1) {
        std::signal(signal, SIG_DFL);
        std::raise(signal);
    }
}

double now_s() { return std::chrono::duration<double>(std::chrono::steady_clock::now().time_since_epoch()).count(); }

/// Columns on the screen: characters, not bytes.
std::size_t width(std::string_view text) {
    return static_cast<std::size_t>(std::count_if(text.begin(), text.end(), [](char c) { return (static_cast<unsigned char>(c) & 0xC0U) != 0x80U; }));
}

std::string_view escape_sequence(Colour colour) {
    switch (colour) {
        case Colour::none: return "";
        case Colour::red: return "\x1b[31m";
        case Colour::green: return "\x1b[32m";
        case Colour::yellow: return "\x1b[33m";
    }
    return "";
}

bool shows_colours() {
    const char* no_colour = std::getenv("NO_COLOR");
    return isatty(STDOUT_FILENO) != 0 && !(no_colour && *no_colour);
}

CLI::Validator is_order_id() {
    return {[](std::string& text) {
                const bool decimal = !text.empty() && text.size() <= 19 && text.find_first_not_of("0123456789") == std::string::npos;
                return decimal ? std::string{} : "\"" + text + "\" is no order id";
            },
            ""};
}

}  // namespace

std::string printable(std::string_view text) {
    std::string clean;
    for (const char c : text) {
        const auto byte = static_cast<unsigned char>(c);
        if (byte < 0x20 || byte == 0x7F) clean += fmt::format("\\x{:02x}", byte);
        else clean += c;
    }
    return clean;
}

bool stop_requested() noexcept { return signals_seen != 0; }

void install_signal_handlers() {
    struct sigaction action {};
    action.sa_handler = note_signal;
    sigaction(SIGINT, &action, nullptr);
    sigaction(SIGTERM, &action, nullptr);
}

std::unique_ptr<Kernel> Context::open() const {
    KernelOptions options;
    if (!config_file.empty()) options.config_file = config_file;
    if (!database_url.empty()) options.database_url = database_url;
    options.ignore_plugin_compatibility = ignore_plugin_compatibility;
    options.log_level = quiet ? Log::Level::error : Log::Level::warning;
    return std::make_unique<Kernel>(options);
}

std::unique_ptr<Kernel> Context::open_shop() const {
    auto kernel = open();
    kernel->require_shop();
    return kernel;
}

void Context::check_format(const CLI::App& app) const {
    const CLI::App* command = &app;
    while (!command->get_subcommands().empty()) command = command->get_subcommands().front();
    std::vector<std::string> formats{"table", "json"};
    if (const auto more = more_formats.find(command); more != more_formats.end()) formats.insert(formats.end(), more->second.begin(), more->second.end());
    if (std::find(formats.begin(), formats.end(), format) == formats.end())
        throw CLI::ValidationError("--format", fmt::format("`{}` prints no {}, but {}", command->get_name(), format, fmt::join(formats, ", ")));
}

void Context::say(std::string_view line) const {
    if (quiet) return;
    std::fflush(stdout);  // both may go to one file: in the order in which they were said
    fmt::print(stderr, "{}\n", line);
}

bool Context::confirm(std::string_view question) const {
    if (yes) return true;
    if (!isatty(STDIN_FILENO))
        throw Error(errc::needs_confirmation, fmt::format("{} - this needs an answer, and there is no terminal to ask on", question), "say --yes");
    fmt::print(stderr, "{} [y/N] ", question);
    std::string answer;
    std::getline(std::cin, answer);
    return answer == "y" || answer == "Y" || answer == "yes";
}

void print_error(const Error& error, std::string_view about) {
    std::fflush(stdout);
    fmt::print(stderr, "error: {}{}{}\n", about, about.empty() ? "" : ": ", error.what());
    if (!error.hint().empty()) fmt::print(stderr, "  {}\n", error.hint());
    fmt::print(stderr, "  [{}]\n", error.code().name);
}

void print_refusal(Context& context, std::string_view what, const std::vector<std::string>& obstacles, ErrorCode code) {
    fmt::print(stderr, "error: {}:\n", what);
    for (const std::string& obstacle : obstacles) fmt::print(stderr, "  - {}\n", obstacle);
    fmt::print(stderr, "  [{}]\n", code.name);
    context.exit = code.exit;
}

void print_line(std::string_view line) {
    std::fwrite(line.data(), 1, line.size(), stdout);
    std::fputc('\n', stdout);
    if (std::ferror(stdout)) throw Error(errc::io, "standard output cannot be written");
}

void print_json(const boost::json::value& value) { print_line(boost::json::serialize(value)); }

void print_table(const std::vector<std::string>& header, const std::vector<std::vector<std::string>>& rows, const std::vector<Colour>& colours) {
    std::vector<std::size_t> widths;
    for (const std::string& title : header) widths.push_back(width(title));
    for (const auto& row : rows)
        for (std::size_t i = 0; i < row.size(); ++i) widths[i] = std::max(widths[i], width(printable(row[i])));
    const bool coloured = !colours.empty() && shows_colours();
    const auto print_row = [&](const std::vector<std::string>& cells, Colour colour) {
        std::string line;
        for (std::size_t i = 0; i < cells.size(); ++i) {
            const std::string cell = printable(cells[i]);
            line += cell;
            if (i + 1 < cells.size()) line += std::string(widths[i] - width(cell) + 2, ' ');
        }
        print_line(colour == Colour::none ? line : std::string(escape_sequence(colour)) + line + "\x1b[0m");
    };
    print_row(header, Colour::none);
    for (std::size_t i = 0; i < rows.size(); ++i) print_row(rows[i], coloured ? colours[i] : Colour::none);
}

Progress::Progress(const Context& context, std::string what)
    : quiet_(context.quiet), terminal_(isatty(STDERR_FILENO) != 0), what_(std::move(what)), last_s_(now_s()), started_s_(last_s_) {}

Progress::~Progress() {
    if (drawn_) fmt::print(stderr, "\n");
}

void Progress::show(std::uint64_t done, std::uint64_t total) {
    if (quiet_) return;
    const double now = now_s();
    const bool last = done >= total;
    if (now - last_s_ < (terminal_ ? 0.1 : 3.0) && !(last && terminal_)) return;
    last_s_ = now;
    const double rate = now > started_s_ ? static_cast<double>(done) / (now - started_s_) : 0;
    if (!terminal_) {
        fmt::print(stderr, "{}: {} of {} ({:.0f}/s)\n", what_, done, total, rate);
        return;
    }
    constexpr std::uint64_t bar_width = 30;
    const auto filled = static_cast<std::size_t>(total ? std::min(bar_width, done * bar_width / total) : bar_width);
    fmt::print(stderr, "\r{} [{}{}] {} of {} ({:.0f}/s) ", what_, std::string(filled, '#'), std::string(bar_width - filled, '.'), done, total, rate);
    std::fflush(stderr);
    drawn_ = true;
}

CLI::App* add_command(CLI::App& noun, const std::string& name, const std::string& help, const std::string& example, std::function<void()> run) {
    CLI::App* command = noun.add_subcommand(name, help);
    std::string underscores = name;
    std::replace(underscores.begin(), underscores.end(), '-', '_');
    if (underscores != name) command->alias(underscores);
    command->footer("Example:\n  " + example);
    command->fallthrough();
    command->callback(std::move(run));
    return command;
}

CLI::Option* add_order_id(CLI::App& command, std::uint64_t& id, const std::string& name, const std::string& help) {
    // Not as a number of CLI11's: it would take 043 for an octal and -1 for a very large one.
    CLI::Option* option = command.add_option_function<std::string>(name, [&id](const std::string& text) { id = std::stoull(text); }, help);
    return option->required(!name.starts_with('-'))->check(is_order_id())->type_name("NUMBER");
}

CLI::Option* add_order_ids(CLI::App& command, const std::string& name, std::vector<OrderId>& ids, const std::string& help) {
    CLI::Option* option = command.add_option_function<std::vector<std::string>>(
        name,
        [&ids](const std::vector<std::string>& texts) {
            for (const std::string& text : texts) ids.push_back(OrderId{std::stoull(text)});
        },
        help);
    option->delimiter(',')->check(is_order_id())->type_name("NUMBER");
    if (name.starts_with('-')) option->allow_extra_args(false);
    return option;
}

CLI::Option* add_number(CLI::App& command, const std::string& name, std::int64_t& number, std::int64_t min, const std::string& help) {
    const auto check = [min](std::string& text) -> std::string {
        const std::string_view digits = std::string_view(text).substr(text.starts_with('-') ? 1 : 0);
        const bool decimal = !digits.empty() && digits.size() <= 18 && digits.find_first_not_of("0123456789") == std::string_view::npos;
        if (decimal && std::stoll(text) >= min) return {};
        return fmt::format("\"{}\" is no whole number{}", text, min == any_number ? "" : fmt::format(" of at least {}", min));
    };
    CLI::Option* option = command.add_option_function<std::string>(name, [&number](const std::string& text) { number = std::stoll(text); }, help);
    return option->required(!name.starts_with('-'))->check(CLI::Validator(check, ""))->type_name("NUMBER");
}

CLI::Option* add_assignments(CLI::App& command, const std::string& name, Assignments& assignments, const std::string& help) {
    const auto check = [](std::string& text) -> std::string {
        const std::size_t equals = text.find('=');
        return equals == std::string::npos || equals == 0 ? "a name, = and a value are expected" : "";
    };
    CLI::Option* option = command.add_option_function<std::vector<std::string>>(
        name,
        [&assignments](const std::vector<std::string>& texts) {
            for (const std::string& text : texts) assignments.emplace_back(text.substr(0, text.find('=')), text.substr(text.find('=') + 1));
        },
        help);
    return option->allow_extra_args(false)->check(CLI::Validator(check, ""))->type_name("NAME=VALUE");
}

}  // namespace ordo::cli
