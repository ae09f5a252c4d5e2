/// The parts of a fingerprint (`ordo_plugin_sdk_<digest>_libstdcxx_<release>_cxx11abi_<0|1>_debug_…_asan_…_tsan_…`) in
/// people's words. The name comes from an unknown file, so nothing of it is shown that was not checked. Any thread.
#include "kernel/plugins/fingerprint.hpp"

#include <algorithm>
#include <array>
#include <optional>

#include <fmt/format.h>

#include <ordo/plugin.hpp>

namespace ordo::plugins {
namespace {

struct Part {
    std::string_view key;
    std::string_view with, without;  ///< `{}` is the value; `without`: said instead of `with` for the value 0
    std::string_view remedy;
};
constexpr std::array<Part, 6> parts{{
    {"sdk", "SDK {}", "", "this SDK"},
    {"libstdcxx", "libstdc++ {}", "", "this program's release of g++"},
    {"cxx11abi", "_GLIBCXX_USE_CXX11_ABI=1", "_GLIBCXX_USE_CXX11_ABI=0", "the same _GLIBCXX_USE_CXX11_ABI"},
    {"debug", "_GLIBCXX_DEBUG", "no _GLIBCXX_DEBUG", "the same _GLIBCXX_DEBUG"},
    {"asan", "AddressSanitizer", "no AddressSanitizer", "the same sanitizers"},
    {"tsan", "ThreadSanitizer", "no ThreadSanitizer", "the same sanitizers"},
}};
using Values = std::array<std::string_view, parts.size()>;

/// The value of each part; `nullopt` if the name is not made as this SDK makes it.
std::optional<Values> parse(std::string_view name) {
    constexpr std::string_view start = "ordo_plugin";
    constexpr std::size_t value_length_max = 64;
    if (!name.starts_with(start)) return std::nullopt;
    name.remove_prefix(start.size());
    Values values;
    for (std::size_t i = 0; i < parts.size(); ++i) {
        const std::string head = fmt::format("_{}_", parts[i].key);
        if (!name.starts_with(head)) return std::nullopt;
        name.remove_prefix(head.size());
        values[i] = name.substr(0, name.find('_'));
        const bool plain = std::all_of(values[i].begin(), values[i].end(),
                                       [](char c) { return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); });
        if (values[i].empty() || values[i].size() > value_length_max || !plain) return std::nullopt;
        name.remove_prefix(values[i].size());
    }
    return name.empty() ? std::optional{values} : std::nullopt;
}

std::string say(const Part& part, std::string_view value) {
    if (value == "0" && !part.without.empty()) return std::string(part.without);
    return fmt::format(fmt::runtime(part.with), value);
}

void append(std::string& list, std::string_view separator, std::string_view item) {
    if (!list.empty()) list += separator;
    list += item;
}

}  // namespace

std::string describe_fingerprint(std::string_view fingerprint) {
    const auto values = parse(fingerprint);
    if (!values) return "an SDK that this program does not know";
    std::string text;
    for (std::size_t i = 0; i < parts.size(); ++i) {
        const bool usual = parts[i].key == "cxx11abi" ? (*values)[i] == "1" : (*values)[i] == "0";
        if (!usual) append(text, ", ", say(parts[i], (*values)[i]));
    }
    return text;
}

std::string describe_mismatch(std::string_view built_for, std::string_view this_program) {
    const auto theirs = parse(built_for), ours = parse(this_program);
    std::string they_have, we_have, remedies, last_remedy;
    if (theirs && ours) {
        for (std::size_t i = 0; i < parts.size(); ++i) {
            if ((*theirs)[i] == (*ours)[i]) continue;
            append(they_have, " and ", say(parts[i], (*theirs)[i]));
            append(we_have, " and ", say(parts[i], (*ours)[i]));
            if (parts[i].remedy != last_remedy) append(remedies, " and ", parts[i].remedy);
            last_remedy = parts[i].remedy;
        }
    }
    if (they_have.empty())
        return fmt::format("built for an SDK that this program does not know, this program has {}: rebuild it with this SDK",
                           describe_fingerprint(this_program));
    return fmt::format("built for {}, this program has {}: rebuild it with {}", they_have, we_have, remedies);
}

}  // namespace ordo::plugins
