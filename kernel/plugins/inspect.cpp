/// What stands in a plugin's file and manifest, and whether it would be loaded. Opens no library; decides in an order in
/// which nothing is trusted before it was checked. Any thread.
#include <algorithm>
#include <exception>

#include "kernel/plugins/elf.hpp"
#include "kernel/plugins/fingerprint.hpp"
#include "kernel/plugins/library.hpp"
#include "kernel/plugins/plugin_loader.hpp"

namespace ordo::plugins {
namespace {

constexpr std::string_view rebuild_hint = "build it with ordo_add_plugin() of the SDK that came with this program";

/// Why the library itself would be refused. `built_for` is filled as soon as it is known.
std::optional<Refusal> check_library(const std::filesystem::path& library, std::string& built_for) {
    if (auto refusal = check_elf(library)) return refusal;
    std::vector<std::string> fingerprints;
    try {
        fingerprints = list_fingerprints(library);
    } catch (const std::exception&) {  // library_info throws many kinds, bad_alloc too, and none has a text worth showing
        return Refusal{errc::plugin_not_a_library, "the library's table of symbols cannot be read", "copy or build it again"};
    }
    if (fingerprints.empty())
        return Refusal{errc::plugin_not_a_plugin, "the library is no plugin of Ordo: it exports no plugin function",
                       "does one of its sources say ORDO_PLUGIN(Class), and was it built with ordo_add_plugin()?"};
    const bool ours = std::find(fingerprints.begin(), fingerprints.end(), fingerprint) != fingerprints.end();
    const std::string_view found = ours ? fingerprint : std::string_view(fingerprints.front());
    built_for = describe_fingerprint(found);
    if (ours) return std::nullopt;
    return Refusal{errc::plugin_abi_mismatch, describe_mismatch(found, fingerprint), std::string(rebuild_hint)};
}

/// Why the manifest would refuse the library; fills what it says.
std::optional<Refusal> check_manifest(std::filesystem::path library, PluginInspection& inspection) {
    try {
        const config::Manifest manifest = config::read_manifest(library.replace_extension(".toml"));
        inspection.id = manifest.id;
        inspection.version = manifest.version;
        inspection.kind = manifest.kind;
        if (manifest.custom_order_tables)
            inspection.compatibility = *manifest.custom_order_tables ? Compatibility::compatible : Compatibility::incompatible;
        return std::nullopt;
    } catch (const Error& error) {
        return Refusal{errc::plugin_manifest, error.what(), error.hint()};
    }
}

}  // namespace

PluginInspection inspect(const std::filesystem::path& library) {
    PluginInspection inspection;
    const auto manifest_refusal = check_manifest(library, inspection);
    const auto library_refusal = check_library(library, inspection.built_for);
    const auto& refusal = library_refusal ? library_refusal : manifest_refusal;
    inspection.loadable = !refusal;
    if (refusal) {
        inspection.code = refusal->code;
        inspection.reason = refusal->reason;
        inspection.hint = refusal->hint;
    }
    return inspection;
}

}  // namespace ordo::plugins
