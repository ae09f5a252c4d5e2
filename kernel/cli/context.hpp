/// What every command of `ordo` shares: the global options, the kernel, and how results are printed. Data goes to standard
/// output, everything else to standard error.
#pragma once

#include <cstdint>
#include <functional>
#include <limits>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include <CLI/CLI.hpp>
#include <boost/json/fwd.hpp>

#include <ordo/kernel.hpp>

namespace ordo::cli {

struct Context {
    std::string config_file, database_url, format = "table";
    bool quiet = false, yes = false, ignore_plugin_compatibility = false;
    ExitCode exit = ExitCode::done;   ///< what the command that ran wants to exit with

    bool json() const noexcept { return format == "json"; }
    /// What `--format` may be of a command beside `table` and `json`.
    std::map<const CLI::App*, std::vector<std::string>> more_formats;
    /// To be called when all is parsed, before any command runs. Throws `CLI::ValidationError`.
    void check_format(const CLI::App& app) const;
    /// Opens the kernel with the global options. Throws `ordo::Error`.
    std::unique_ptr<Kernel> open() const;
    /// The same, of a database that must hold a shop.
    std::unique_ptr<Kernel> open_shop() const;
    /// A line for people: to standard error, not with --quiet.
    void say(std::string_view line) const;
    /// Asks before something that cannot be undone. `--yes` answers; without a terminal it throws `ordo.needs_confirmation`.
    bool confirm(std::string_view question) const;
};

/// Set by the first SIGINT or SIGTERM: end after the current batch.
bool stop_requested() noexcept;
void install_signal_handlers();

/// What happened, what to do about it, and the code, on standard error. `about` begins the message.
void print_error(const Error& error, std::string_view about = {});
/// The same of what is refused for several reasons; the program exits with the code's.
void print_refusal(Context& context, std::string_view what, const std::vector<std::string>& obstacles, ErrorCode code);
void print_line(std::string_view line);
/// Without line ends and control characters.
std::string printable(std::string_view text);
inline std::string yes_no(bool value) { return value ? "yes" : "no"; }
void print_json(const boost::json::value& value);
enum class Colour : std::uint8_t { none, red, green, yellow };
/// Columns as wide as their widest cell; texts without line ends or control characters. Colours of rows show on a terminal
/// only, and not with $NO_COLOR.
void print_table(const std::vector<std::string>& header, const std::vector<std::vector<std::string>>& rows, const std::vector<Colour>& colours = {});

/// "43 of 433" on one line that is drawn anew on a terminal; a line every few seconds otherwise; nothing with --quiet.
class Progress {
public:
    Progress(const Context& context, std::string what);
    Progress(const Progress&) = delete;
    Progress& operator=(const Progress&) = delete;
    ~Progress();
    void show(std::uint64_t done, std::uint64_t total);

private:
    bool quiet_, terminal_, drawn_ = false;
    std::string what_;
    double last_s_, started_s_;
};

/// A command: its name, help and what it does. `setup` adds its arguments; aliases are the underscore spellings.
CLI::App* add_command(CLI::App& noun, const std::string& name, const std::string& help, const std::string& example,
                      std::function<void()> run);

/// Adds the argument ID, or an option: a decimal number, nothing else.
CLI::Option* add_order_id(CLI::App& command, std::uint64_t& id, const std::string& name = "ID", const std::string& help = "The order's id");
/// Adds any number of order ids, as an argument or as an option with commas between them.
CLI::Option* add_order_ids(CLI::App& command, const std::string& name, std::vector<OrderId>& ids, const std::string& help);

inline constexpr std::int64_t any_number = std::numeric_limits<std::int64_t>::min();
/// Adds an option, or argument, for a whole decimal number of at least `min`.
CLI::Option* add_number(CLI::App& command, const std::string& name, std::int64_t& number, std::int64_t min, const std::string& help);

using Assignments = std::vector<std::pair<std::string, std::string>>;
/// Adds an option `NAME=VALUE` that may be given several times; the name is not empty.
CLI::Option* add_assignments(CLI::App& command, const std::string& name, Assignments& assignments, const std::string& help);

// One function a noun, each in its own file.
void add_import(CLI::App& app, Context& context);
void add_db(CLI::App& app, Context& context);
void add_plugin(CLI::App& app, Context& context);
void add_hooks(CLI::App& app, Context& context);
void add_order(CLI::App& app, Context& context);
void add_hpos(CLI::App& app, Context& context);
void add_hpos_quarantine(CLI::App& hpos, Context& context);
void add_hpos_migration(CLI::App& hpos, Context& context);
void add_option(CLI::App& app, Context& context);
void add_action(CLI::App& app, Context& context);
void add_serve(CLI::App& app, Context& context);

}  // namespace ordo::cli
