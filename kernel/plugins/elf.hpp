/// Whether a file is a whole ELF library, judged from its headers alone. Not a parser of symbols. Any thread.
#pragma once

#include <filesystem>
#include <optional>
#include <string>

#include <ordo/error.hpp>

namespace ordo::plugins {

struct Refusal {
    ErrorCode code;
    std::string reason, hint;
};

/// Why the file cannot be opened as a library; `nullopt` if every table, segment and section it announces lies within it.
/// Safe for any bytes. Opening a truncated library kills the process with SIGBUS, and Boost.DLL 1.81's `library_info`
/// trusts sizes it reads: both need this check first.
std::optional<Refusal> check_elf(const std::filesystem::path& library);

}  // namespace ordo::plugins
