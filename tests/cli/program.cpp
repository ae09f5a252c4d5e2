/// See program.hpp. Output goes to files in memory rather than pipes: nothing blocks, however much is said and whoever is
/// stopped in the middle.
#include "tests/cli/program.hpp"

#include <array>
#include <csignal>
#include <cstdlib>
#include <ostream>
#include <sstream>
#include <thread>

#include <fcntl.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include "tests/catch.hpp"
#include "tests/support/paths.hpp"

namespace ordo::test {
namespace {

using namespace std::chrono_literals;

constexpr auto run_time_max = 60s;

std::vector<std::string> environment_with(const std::map<std::string, std::string>& added) {
    std::vector<std::string> variables;
    for (char** variable = environ; *variable; ++variable)
        if (!std::string_view(*variable).starts_with("ORDO_")) variables.emplace_back(*variable);
    for (const auto& [name, value] : added) variables.push_back(name + "=" + value);
    return variables;
}

std::vector<char*> pointers(std::vector<std::string>& texts) {
    std::vector<char*> result;
    for (std::string& text : texts) result.push_back(text.data());
    result.push_back(nullptr);
    return result;
}

/// Everything from the beginning (a file) or from here on (a terminal).
std::string read_all(int descriptor) {
    lseek(descriptor, 0, SEEK_SET);
    std::string text;
    std::array<char, 65536> block{};
    for (ssize_t bytes = 0; (bytes = read(descriptor, block.data(), block.size())) > 0;)
        text.append(block.data(), static_cast<std::size_t>(bytes));
    return text;
}

/// What stands between fork and exec: only calls that are safe there.
[[noreturn]] void become(const char* folder, char* const* arguments, char* const* environment, int in, int out, int err,
                         std::optional<std::size_t> file_bytes_max, const sigset_t& signals) {
    dup2(in, STDIN_FILENO);
    dup2(out, STDOUT_FILENO);
    dup2(err, STDERR_FILENO);
    if (file_bytes_max) {
        const rlimit limit{*file_bytes_max, *file_bytes_max};
        setrlimit(RLIMIT_FSIZE, &limit);
        ::signal(SIGXFSZ, SIG_IGN);  // so that the write fails instead of killing the program
    }
    // The test's own handlers are not the program's.
    for (const int number : {SIGINT, SIGTERM}) ::signal(number, SIG_DFL);
    sigprocmask(SIG_SETMASK, &signals, nullptr);
    if (chdir(folder) == 0) execve(arguments[0], arguments, environment);
    _exit(127);
}

}  // namespace

std::ostream& operator<<(std::ostream& stream, const Result& result) {
    return stream << "exit " << result.exit << "\nstdout: " << result.out.substr(0, 3000) << "\nstderr: " << result.err.substr(0, 3000);
}

std::vector<std::string> lines_of(const std::string& text) {
    std::vector<std::string> lines;
    std::istringstream stream(text);
    for (std::string line; std::getline(stream, line);) lines.push_back(line);
    return lines;
}

Descriptor::~Descriptor() {
    if (number_ >= 0) close(number_);
}

Process::Process(const std::filesystem::path& folder, const Command& arguments, const RunOptions& options) {
    Command words{paths::program()};
    words.insert(words.end(), arguments.begin(), arguments.end());
    std::vector<std::string> variables = environment_with(options.environment);
    const std::vector<char*> argument_pointers = pointers(words), variable_pointers = pointers(variables);

    out_ =
        Descriptor(options.stdout_to.empty() ? memfd_create("stdout", MFD_CLOEXEC) : open(options.stdout_to.c_str(), O_WRONLY | O_CLOEXEC));
    Descriptor in;
    if (options.typed) {
        terminal_ = Descriptor(posix_openpt(O_RDWR | O_NOCTTY | O_CLOEXEC));
        std::array<char, 100> name{};
        REQUIRE(
            (grantpt(terminal_.get()) == 0 && unlockpt(terminal_.get()) == 0 && ptsname_r(terminal_.get(), name.data(), name.size()) == 0));
        in = Descriptor(open(name.data(), O_RDWR | O_NOCTTY | O_CLOEXEC));
        REQUIRE(write(terminal_.get(), options.typed->data(), options.typed->size()) == static_cast<ssize_t>(options.typed->size()));
    } else {
        in = Descriptor(open(options.stdin_from.empty() ? "/dev/null" : options.stdin_from.c_str(), O_RDONLY | O_CLOEXEC));
        err_ = Descriptor(memfd_create("stderr", MFD_CLOEXEC));
    }
    const int err = options.typed ? in.get() : err_.get();
    REQUIRE((in.get() >= 0 && out_.get() >= 0 && err >= 0));
    sigset_t all, before;
    sigfillset(&all);
    sigprocmask(SIG_BLOCK, &all, &before);
    pid_ = fork();
    if (pid_ == 0)
        become(folder.c_str(), argument_pointers.data(), variable_pointers.data(), in.get(), out_.get(), err, options.file_bytes_max, before);
    sigprocmask(SIG_SETMASK, &before, nullptr);
    REQUIRE(pid_ >= 0);
}

Process::~Process() {
    if (!is_running()) return;
    kill(pid_, SIGKILL);
    waitpid(pid_, nullptr, 0);
}

void Process::signal(int number) const {
    if (!status_) kill(pid_, number);
}

bool Process::is_running() {
    int status = 0;
    if (!status_ && waitpid(pid_, &status, WNOHANG) == pid_) status_ = status;
    return !status_;
}

Result Process::wait() {
    const auto give_up = std::chrono::steady_clock::now() + run_time_max;
    while (is_running()) {
        if (std::chrono::steady_clock::now() > give_up) kill(pid_, SIGKILL);
        std::this_thread::sleep_for(1ms);
    }
    const int status = status_.value_or(0);
    return {WIFEXITED(status) ? WEXITSTATUS(status) : -WTERMSIG(status), read_all(out_.get()),
            read_all(terminal_.get() >= 0 ? terminal_.get() : err_.get())};
}

}  // namespace ordo::test
