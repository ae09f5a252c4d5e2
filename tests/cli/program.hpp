/// Runs the real program `ordo` as a user would, without a shell, and catches what it says. One thread.
#pragma once

#include <chrono>
#include <filesystem>
#include <iosfwd>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <sys/types.h>

namespace ordo::test {

using Command = std::vector<std::string>;  ///< the words after `ordo`
using Commands = std::vector<Command>;

/// What a finished program left behind. `exit` of a program that a signal ended is the signal's number, negative.
struct Result {
    int exit = 0;
    std::string out, err;
};
std::ostream& operator<<(std::ostream& stream, const Result& result);

struct RunOptions {
    std::map<std::string, std::string> environment{};  ///< added to the test's own, from which every ORDO_… is removed
    std::optional<std::string> typed{};              ///< a terminal as stdin and stderr, on which this is typed; else stdin is empty
    std::filesystem::path stdout_to{};               ///< instead of catching it
    std::filesystem::path stdin_from{};              ///< read as standard input, where nothing is typed
    std::optional<std::size_t> file_bytes_max{};     ///< no file grows beyond this: writing fails, as on a full disk
};

/// An open file descriptor, closed at the end.
class Descriptor {
public:
    explicit Descriptor(int number = -1) noexcept : number_(number) {}
    Descriptor(Descriptor&& other) noexcept : number_(std::exchange(other.number_, -1)) {}
    Descriptor& operator=(Descriptor&& other) noexcept {
        std::swap(number_, other.number_);
        return *this;
    }
    ~Descriptor();
    int get() const noexcept { return number_; }

private:
    int number_;
};

/// A running `ordo`; killed at the end if it still runs.
class Process {
public:
    Process(const std::filesystem::path& folder, const Command& arguments, const RunOptions& options = {});
    Process(const Process&) = delete;
    Process& operator=(const Process&) = delete;
    ~Process();

    void signal(int number) const;
    /// False once it has ended.
    bool is_running();
    /// Waits for the end. A program that takes longer than a minute is killed, which its `exit` tells.
    Result wait();

private:
    pid_t pid_ = -1;
    std::optional<int> status_;
    Descriptor out_, err_, terminal_;
};

inline bool has(std::string_view text, std::string_view part) { return text.find(part) != std::string_view::npos; }
std::vector<std::string> lines_of(const std::string& text);

}  // namespace ordo::test
