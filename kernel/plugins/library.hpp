/// Shared libraries by way of Boost.DLL, which is included in library.cpp only. `check_elf` must have passed a file before
/// any of these sees it. Any thread.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include <ordo/plugin.hpp>

namespace ordo::plugins {

/// The exported symbols that begin with `ordo::fingerprint_prefix`. Reads the file only; nothing of it is run.
/// Throws exceptions of many kinds, with useless texts, for a damaged file.
std::vector<std::string> list_fingerprints(const std::filesystem::path& library);

using CreatePlugin = Plugin*();

/// Opens the library, which runs its static constructors, keeps it mapped until the process ends, and gives the function
/// that makes its plugin. Throws `ordo.plugin.load_failed`.
CreatePlugin* open_library(const std::filesystem::path& library);

}  // namespace ordo::plugins
