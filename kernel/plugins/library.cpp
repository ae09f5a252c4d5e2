/// The only file that includes Boost.DLL. It decides nothing about plugins. Any thread.
#define BOOST_DLL_USE_STD_FS
#include "kernel/plugins/library.hpp"

#include <dlfcn.h>

#include <algorithm>
#include <mutex>
#include <utility>

#include <fmt/format.h>
#include <boost/dll/library_info.hpp>
#include <boost/dll/runtime_symbol_info.hpp>
#include <boost/dll/shared_library.hpp>

#include "kernel/plugins/plugin_loader.hpp"

namespace ordo::plugins {
namespace {

/// Libraries stay mapped. A stopped plugin has no slot left, but its code and constants may still be reached by what
/// outlives it: an exception's type on its way up, an `ErrorCode`'s name, a function in a queue. Unmapping saves a few
/// pages and turns each of these into a crash.
void keep_mapped(boost::dll::shared_library&& library) {
    static std::mutex mutex;
    static auto& kept = *new std::vector<boost::dll::shared_library>;  // never destroyed: that would unmap them at exit
    const std::lock_guard lock(mutex);
    kept.push_back(std::move(library));
}

[[noreturn]] void fail(const std::filesystem::path& library, std::string_view reason) {
    throw Error(errc::plugin_load_failed, fmt::format("{} cannot be loaded: {}", library.string(), reason),
                "is everything there that it links to (ldd shows it), and was it built for this machine?");
}

}  // namespace

std::vector<std::string> list_fingerprints(const std::filesystem::path& library) {
    boost::dll::library_info info(library);
    std::vector<std::string> symbols = info.symbols();
    std::erase_if(symbols, [](const std::string& symbol) { return !symbol.starts_with(fingerprint_prefix); });
    return symbols;
}

CreatePlugin* open_library(const std::filesystem::path& library) {
    boost::dll::shared_library opened;
    std::error_code error;
    // Lazy loading would accept a library with missing symbols and end the process at the first call of one.
    opened.load(library, error, boost::dll::load_mode::rtld_now | boost::dll::load_mode::rtld_local);
    if (error) {
        // Boost.DLL 1.81 calls every failure "bad file descriptor"; only what dlerror() says is true.
        const char* const reason = dlerror();
        fail(library, reason ? reason : "no reason was given");
    }
    const std::string name(fingerprint);
    if (!opened.has(name)) fail(library, fmt::format("it does not export {}", name));
    auto& create = opened.get<CreatePlugin>(name);
    keep_mapped(std::move(opened));
    return &create;
}

std::filesystem::path builtin_plugin_directory() {
    std::error_code error;
    // The dynamic linker names the main program as it was called, perhaps without a folder; libraries by their path.
    std::filesystem::path here = boost::dll::this_line_location(error);
    if (error || !here.has_parent_path()) here = boost::dll::program_location();
    const std::filesystem::path whole = std::filesystem::canonical(here, error);
    return (error ? here : whole).parent_path() / "ordo" / "plugins";
}

}  // namespace ordo::plugins
