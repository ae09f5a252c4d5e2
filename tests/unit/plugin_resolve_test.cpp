/// Which plugins are chosen and in which order, from manifests alone, and how two fingerprints are told apart. No
/// library is opened here: that is tests/bad_plugins.
#include <filesystem>
#include <fstream>
#include <string>
#include <vector>

#include <unistd.h>

#include "kernel/plugins/fingerprint.hpp"
#include "kernel/plugins/plugin_loader.hpp"
#include "tests/catch.hpp"

namespace fs = std::filesystem;
using namespace ordo;
using namespace ordo::plugins;

namespace {

Candidate candidate(const std::string& id, std::vector<std::string> requires_ids = {}, std::vector<std::string> conflicts = {},
                    const std::string& folder = "/plugins") {
    Candidate made;
    made.manifest.id = id;
    made.manifest.requires_ids = std::move(requires_ids);
    made.manifest.conflicts = std::move(conflicts);
    made.library = fs::path(folder) / (id + ".so");
    return made;
}

/// Each wanted id stands on a line of its own: the first is ordo.toml:1:5.
std::vector<config::LocatedText> want(const std::vector<std::string>& ids) {
    std::vector<config::LocatedText> wanted;
    for (const std::string& id : ids) wanted.push_back({id, {"ordo.toml", static_cast<std::uint32_t>(wanted.size() + 1), 5}});
    return wanted;
}

std::vector<std::string> ids(const std::vector<Candidate>& candidates) {
    std::vector<std::string> list;
    for (const Candidate& each : candidates) list.push_back(each.manifest.id);
    return list;
}

struct Failure {
    std::string code, message, hint;
};

template <class Call>
Failure failure_of(Call&& call) {
    try {
        call();
    } catch (const Error& error) {
        return {std::string(error.code().name), error.what(), error.hint()};
    }
    return {"nothing was thrown", "", ""};
}

using Ids = std::vector<std::string>;

}  // namespace

TEST_CASE("a plugin comes after what it requires, else as wanted", "[plugins]") {
    const std::vector<Candidate> found{candidate("a", {"c"}), candidate("b"), candidate("c", {"d"}), candidate("d"),
                                       candidate("e", {"d", "b"})};
    struct Case {
        Ids wanted, order;
    };
    for (const Case& each : std::vector<Case>{
             {{}, {}},
             {{"b", "d"}, {"b", "d"}},
             {{"d", "b"}, {"d", "b"}},
             {{"a"}, {"d", "c", "a"}},
             {{"b", "a"}, {"b", "d", "c", "a"}},
             {{"a", "b"}, {"d", "c", "a", "b"}},
             {{"e", "a"}, {"d", "b", "e", "c", "a"}},
             {{"a", "c", "d"}, {"d", "c", "a"}},
             {{"b", "b"}, {"b"}},
         })
        CHECK(ids(resolve(want(each.wanted), found)) == each.order);
}

TEST_CASE("a missing plugin is named with its place and what was meant", "[plugins]") {
    const std::vector<Candidate> found{candidate("hpos"), candidate("posts"), candidate("gift", {"woocommerce"})};
    const Failure typo = failure_of([&] { resolve(want({"posts", "hops"}), found); });
    CHECK(typo.code == "ordo.plugin.missing");
    CHECK(typo.message == "ordo.toml:2:5: no plugin \"hops\" in the plugin folders");
    CHECK(typo.hint == "did you mean \"hpos\"?");

    const Failure nowhere = failure_of([&] { resolve({{"redis", {}}}, found); });
    CHECK(nowhere.message == "no plugin \"redis\" in the plugin folders");
    CHECK_FALSE(nowhere.hint.empty());

    const Failure required = failure_of([&] { resolve(want({"gift"}), found); });
    CHECK(required.code == "ordo.plugin.requires");
    CHECK(required.message == "ordo.toml:1:5: the plugin \"gift\" requires \"woocommerce\", which is not in the plugin folders");
}

TEST_CASE("a cycle shows its ring and nothing else", "[plugins]") {
    const std::vector<Candidate> found{candidate("start", {"a"}), candidate("a", {"b"}), candidate("b", {"c"}), candidate("c", {"a"}),
                                       candidate("self", {"self"})};
    const Failure ring = failure_of([&] { resolve(want({"start"}), found); });
    CHECK(ring.code == "ordo.plugin.cycle");
    CHECK(ring.message == "ordo.toml:1:5: plugins require each other in a ring: a -> b -> c -> a");
    CHECK(failure_of([&] { resolve(want({"self"}), found); }).message ==
          "ordo.toml:1:5: plugins require each other in a ring: self -> self");
}

TEST_CASE("a conflict counts only if both would be loaded, whichever of them declares it", "[plugins]") {
    const std::vector<Candidate> found{candidate("a", {}, {"b"}), candidate("b"), candidate("c", {"b"}), candidate("d", {}, {"d"})};
    for (const Ids& wanted : {Ids{"a", "b"}, Ids{"b", "a"}, Ids{"a", "c"}}) {
        const Failure failure = failure_of([&] { resolve(want(wanted), found); });
        CHECK(failure.code == "ordo.plugin.conflict");
        CHECK(failure.message == "the plugin \"a\" cannot be loaded together with \"b\"");
    }
    CHECK(ids(resolve(want({"a"}), found)) == Ids{"a"});
    CHECK(ids(resolve(want({"d"}), found)) == Ids{"d"});
}

TEST_CASE("two files of one id are refused if that plugin would be loaded", "[plugins]") {
    const std::vector<Candidate> found{candidate("a"), candidate("a", {}, {}, "/other"), candidate("b"), candidate("c", {"a"})};
    for (const Ids& wanted : {Ids{"a"}, Ids{"b", "c"}}) {
        const Failure failure = failure_of([&] { resolve(want(wanted), found); });
        CHECK(failure.code == "ordo.plugin.duplicate");
        CHECK(failure.message == "two plugins have the id \"a\": /plugins/a.so and /other/a.so");
    }
    CHECK(ids(resolve(want({"b"}), found)) == Ids{"b"});

    const std::vector<Candidate> same_twice{candidate("a"), candidate("a", {}, {}, "/other/../plugins")};
    CHECK(ids(resolve(want({"a"}), same_twice)) == Ids{"a"});
}

TEST_CASE("manifests with a library beside them are found in the order of folders and names", "[plugins]") {
    const fs::path root = fs::temp_directory_path() / fmt::format("ordo-candidates-{}", ::getpid());
    fs::remove_all(root);
    const auto make = [&](const std::string& folder, const std::string& id, bool with_library) {
        fs::create_directories(root / folder);
        std::ofstream(root / folder / (id + ".toml")) << "id = \"" << id << "\"\nversion = \"1\"\nkind = \"store\"\n";
        if (with_library) std::ofstream(root / folder / (id + ".so")) << "library";
    };
    make("second", "c", true);
    for (const char id : std::string_view("mqbxkzdtaf")) make("first", std::string(1, id), true);
    make("first", "lonely", false);
    std::ofstream(root / "first" / "notes.toml") << "this is no manifest, and no library lies beside it";
    fs::create_directory_symlink(root / "first", root / "again");

    const auto found = find_candidates({root / "first", root / "absent", root / "second", root / "first", root / "again"});
    CHECK(ids(found) == Ids{"a", "b", "d", "f", "k", "m", "q", "t", "x", "z", "c"});
    CHECK(found[0].library == root / "first" / "a.so");
    CHECK(found[0].manifest.file == root / "first" / "a.toml");

    std::ofstream(root / "second" / "c.toml", std::ios::app) << "colour = \"red\"\n";
    CHECK(failure_of([&] { find_candidates({root / "second"}); }).code == "ordo.plugin.manifest");
    CHECK(failure_of([&] { find_candidates({root / "first" / "a.so"}); }).code == "ordo.config.unreadable");
    fs::remove_all(root);
}

TEST_CASE("[G28] a mismatch names what differs, and only that", "[plugins][G28]") {
    const std::string ours = "ordo_plugin_sdk_def456_libstdcxx_12_cxx11abi_1_debug_0_asan_0_tsan_0";
    struct Case {
        std::string theirs, sentence;
    };
    for (const Case& each : std::vector<Case>{
             {"ordo_plugin_sdk_abc123_libstdcxx_12_cxx11abi_1_debug_0_asan_0_tsan_0",
              "built for SDK abc123, this program has SDK def456: rebuild it with this SDK"},
             {"ordo_plugin_sdk_def456_libstdcxx_13_cxx11abi_1_debug_0_asan_0_tsan_0",
              "built for libstdc++ 13, this program has libstdc++ 12: rebuild it with this program's release of g++"},
             {"ordo_plugin_sdk_def456_libstdcxx_12_cxx11abi_0_debug_1_asan_0_tsan_0",
              "built for _GLIBCXX_USE_CXX11_ABI=0 and _GLIBCXX_DEBUG, this program has _GLIBCXX_USE_CXX11_ABI=1 and no _GLIBCXX_DEBUG: "
              "rebuild it with the same _GLIBCXX_USE_CXX11_ABI and the same _GLIBCXX_DEBUG"},
             {"ordo_plugin_sdk_abc123_libstdcxx_12_cxx11abi_1_debug_0_asan_1_tsan_1",
              "built for SDK abc123 and AddressSanitizer and ThreadSanitizer, this program has SDK def456 and no AddressSanitizer and "
              "no ThreadSanitizer: rebuild it with this SDK and the same sanitizers"},
             {"ordo_plugin_sdk_\x1b[2J_libstdcxx_12",
              "built for an SDK that this program does not know, this program has SDK def456, libstdc++ 12: rebuild it with this SDK"},
             {"ordo_plugin_sdk_def456_libstdcxx_12_cxx11abi_1_debug_0_asan_0_tsan_0_ubsan_1",
              "built for an SDK that this program does not know, this program has SDK def456, libstdc++ 12: rebuild it with this SDK"},
         })
        CHECK(describe_mismatch(each.theirs, ours) == each.sentence);

    CHECK(describe_fingerprint(ours) == "SDK def456, libstdc++ 12");
    CHECK(describe_fingerprint("ordo_plugin_sdk_a_libstdcxx_12_cxx11abi_0_debug_1_asan_1_tsan_0") ==
          "SDK a, libstdc++ 12, _GLIBCXX_USE_CXX11_ABI=0, _GLIBCXX_DEBUG, AddressSanitizer");
}
