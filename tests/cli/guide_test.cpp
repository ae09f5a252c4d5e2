/// The guide of kernel/sync/README.md: what it says can be typed, in the order in which it says it.
#include <fstream>

#include "tests/cli/folder.hpp"

namespace ordo::test {
namespace {

/// The words of a command line; those in quotes are one.
Command words_of(const std::string& line) {
    Command words(1);
    bool quoted = false;
    for (const char c : line) {
        if (c == '"') quoted = !quoted;
        else if (c == ' ' && !quoted) words.emplace_back();
        else words.back() += c;
    }
    return words;
}

/// The lines of the page's `sh` blocks.
std::vector<std::string> commands_of(const std::filesystem::path& page) {
    std::ifstream in(page);
    std::vector<std::string> commands;
    bool block = false;
    for (std::string line; std::getline(in, line);) {
        if (line.starts_with("```")) block = line == "```sh";
        else if (block) commands.push_back(line);
    }
    return commands;
}

}  // namespace

TEST_CASE("every command of the guide works, from posts to HPOS and all the way back, and no order is lost") {
    const Folder folder(Holds::imported_shop);
    const auto commands = commands_of(data_directory.parent_path().parent_path() / "kernel/sync/README.md");
    REQUIRE(commands.size() > 40);
    const std::string before = folder.ordo({"order", "export", "--store", "posts"}).out;
    for (const std::string& line : commands) {
        Command words = words_of(line);
        REQUIRE(words.front() == "ordo");
        words.erase(words.begin());
        const Result result = folder.ordo(words);
        INFO(line << ": " << result);
        CHECK(result.exit == 0);
        if (line == "ordo hpos count-unmigrated") CHECK(result.out == "0\n");
    }
    // All of the shop, but the orders that the guide changes: 282, and 65 with its refund. Two were made.
    const std::string after = folder.ordo({"order", "export", "--store", "posts"}).out;
    std::size_t changed = 0;
    for (const std::string& order : lines_of(before)) changed += !has(after, order);
    CHECK(changed == 2);
    CHECK(lines_of(after).size() == lines_of(before).size() + 3);
}

}  // namespace ordo::test
