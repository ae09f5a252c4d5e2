/// Kernels that load plugins of tests/bad_plugins beside the built-in ones.
#pragma once

#include <filesystem>
#include <string>

#include "tests/support/shop.hpp"

namespace ordo::test {

inline const std::filesystem::path museum = paths::museum();

/// Options that load the three built-in plugins and more from the museum: their ids, with a blank between.
inline KernelOptions with_config(const TempDirectory& directory, const std::string& plugins, const std::string& rest = "") {
    std::string directories, load = "\"woocommerce\", \"posts\", \"hpos\"";
    for (std::size_t at = 0; at < plugins.size();) {
        const std::size_t end = std::min(plugins.find(' ', at), plugins.size());
        const std::string id = plugins.substr(at, end - at);
        directories += (directories.empty() ? "\"" : ", \"") + (museum / id).string() + "\"";
        load += ", \"" + id + "\"";
        at = end + 1;
    }
    KernelOptions options = kernel_options();
    options.config_file = directory.write("ordo.toml", "[plugins]\ndirectories = [" + directories + "]\nload = [" + load + "]\n" + rest);
    return options;
}

}  // namespace ordo::test
