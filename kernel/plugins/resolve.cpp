/// Which plugins are loaded and in which order, from manifests alone. Opens no library. Any thread.
#include <algorithm>

#include <fmt/format.h>
#include <fmt/ranges.h>
#include <ordo/nearest.hpp>

#include "kernel/plugins/plugin_loader.hpp"

namespace ordo::plugins {
namespace {

std::filesystem::path whole_path(const std::filesystem::path& path) {
    std::error_code error;
    const auto whole = std::filesystem::weakly_canonical(path, error);
    return error ? path.lexically_normal() : whole;
}

/// Walks requirements depth first, so that each plugin comes after what it requires.
class Resolver {
public:
    explicit Resolver(const std::vector<Candidate>& found) : found_(&found) {}

    void add(const config::LocatedText& wanted) {
        const Candidate* const candidate = find(wanted.text);
        if (!candidate)
            fail(errc::plugin_missing, wanted.where, fmt::format("no plugin \"{}\" in the plugin folders", wanted.text),
                 suggestion(wanted.text));
        visit(*candidate, wanted.where);
    }

    std::vector<Candidate> take() {
        for (const Candidate& candidate : order_) refuse_conflicts(candidate);
        return std::move(order_);
    }

private:
    [[noreturn]] static void fail(ErrorCode code, const config::Location& where, std::string_view message, std::string hint) {
        const std::string place = config::to_string(where);
        throw Error(code, place.empty() ? std::string(message) : fmt::format("{}: {}", place, message), std::move(hint));
    }

    std::string suggestion(std::string_view id) const {
        std::vector<std::string> ids;
        for (const Candidate& candidate : *found_) ids.push_back(candidate.manifest.id);
        if (const std::string_view near = nearest(id, ids); !near.empty()) return fmt::format("did you mean \"{}\"?", near);
        return "a plugin is a library with its manifest (.toml) beside it, in a folder of [plugins] directories";
    }

    /// The one candidate of this id; null if there is none. The same file found twice is one candidate.
    const Candidate* find(std::string_view id) const {
        const Candidate* first = nullptr;
        for (const Candidate& candidate : *found_) {
            if (candidate.manifest.id != id) continue;
            if (first && whole_path(first->library) != whole_path(candidate.library))
                throw Error(
                    errc::plugin_duplicate,
                    fmt::format("two plugins have the id \"{}\": {} and {}", id, first->library.string(), candidate.library.string()),
                    "remove one of them, or its folder from [plugins] directories");
            if (!first) first = &candidate;
        }
        return first;
    }

    bool is_loaded(std::string_view id) const {
        return std::any_of(order_.begin(), order_.end(), [&](const Candidate& loaded) { return loaded.manifest.id == id; });
    }

    /// `where`: the entry of `load` that brought the plugin in.
    void visit(const Candidate& candidate, const config::Location& where) {
        const std::string& id = candidate.manifest.id;
        if (is_loaded(id)) return;
        if (const auto at = std::find(path_.begin(), path_.end(), id); at != path_.end())
            fail(errc::plugin_cycle, where,
                 fmt::format("plugins require each other in a ring: {} -> {}", fmt::join(at, path_.end(), " -> "), id),
                 "one of them must do without the other");
        path_.push_back(id);
        for (const std::string& required : candidate.manifest.requires_ids) {
            const Candidate* const needed = find(required);
            if (!needed)
                fail(errc::plugin_requires, where,
                     fmt::format("the plugin \"{}\" requires \"{}\", which is not in the plugin folders", id, required),
                     suggestion(required));
            visit(*needed, where);
        }
        path_.pop_back();
        order_.push_back(candidate);
    }

    void refuse_conflicts(const Candidate& candidate) const {
        for (const std::string& other : candidate.manifest.conflicts)
            if (other != candidate.manifest.id && is_loaded(other))
                throw Error(errc::plugin_conflict,
                            fmt::format("the plugin \"{}\" cannot be loaded together with \"{}\"", candidate.manifest.id, other),
                            "remove one of them from [plugins] load");
    }

    const std::vector<Candidate>* found_;
    std::vector<Candidate> order_;
    std::vector<std::string> path_;  ///< ids on the way from the wanted plugin to here
};

}  // namespace

std::vector<Candidate> resolve(const std::vector<config::LocatedText>& wanted, const std::vector<Candidate>& found) {
    Resolver resolver(found);
    for (const config::LocatedText& text : wanted) resolver.add(text);
    return resolver.take();
}

std::vector<Candidate> find_candidates(const std::vector<std::filesystem::path>& directories) {
    std::vector<Candidate> found;
    std::vector<std::filesystem::path> seen;
    for (const std::filesystem::path& directory : directories) {
        if (std::error_code error; !std::filesystem::exists(directory, error)) continue;
        std::error_code error;
        std::vector<std::filesystem::path> manifests;
        for (std::filesystem::directory_iterator entry(directory, error), end; !error && entry != end; entry.increment(error))
            if (entry->path().extension() == ".toml") manifests.push_back(entry->path());
        if (error)
            throw Error(errc::config_unreadable,
                        fmt::format("the plugin folder {} cannot be read: {}", directory.string(), error.message()),
                        "correct [plugins] directories, or the folder's permissions");
        std::sort(manifests.begin(), manifests.end());  // a folder has no order of its own
        for (const std::filesystem::path& manifest : manifests) {
            std::filesystem::path library = manifest;
            library.replace_extension(".so");
            if (!std::filesystem::exists(library, error)) continue;
            const auto whole = whole_path(library);
            if (std::find(seen.begin(), seen.end(), whole) != seen.end()) continue;
            seen.push_back(whole);
            found.push_back({config::read_manifest(manifest), std::move(library)});
        }
    }
    return found;
}

}  // namespace ordo::plugins
