/// Plugins that must not be loaded: `plugin inspect` says why without opening them, and a start that would load them ends
/// before anything is started.
#include <functional>

#include <fmt/format.h>

#include "tests/cli/folder.hpp"

namespace ordo::test {
namespace {

namespace fs = std::filesystem;

struct BadPlugin {
    std::string what, id, code, says;
    std::function<fs::path(const fs::path& folder)> make;  ///< puts it into the folder; gives the library
};

fs::path write_plugin(const fs::path& folder, const std::string& id, const std::string& library) {
    fs::create_directories(folder);
    std::ofstream(folder / (id + ".toml")) << "id = \"" << id << "\"\nversion = \"1.0.0\"\nkind = \"extension\"\n";
    std::ofstream(folder / (id + ".so"), std::ios::binary) << library;
    return folder / (id + ".so");
}

BadPlugin cut_library(const std::string& what, double part) {
    return {"a library cut " + what, "well-behaved", "ordo.plugin.truncated", "", [part](const fs::path& folder) {
                const fs::path library = copy_plugin("well-behaved", folder);
                fs::resize_file(library, static_cast<std::uintmax_t>(static_cast<double>(fs::file_size(library)) * part));
                return library;
            }};
}

BadPlugin from_museum(const std::string& what, const std::string& id, const std::string& code, const std::string& says) {
    return {what, id, code, says, [id](const fs::path& folder) { return copy_plugin(id, folder); }};
}

std::vector<BadPlugin> bad_plugins() {
    return {
        {"a text file", "letter", "ordo.plugin.not_a_library", "",
         [](const fs::path& folder) { return write_plugin(folder, "letter", "I am a library, honestly."); }},
        {"an empty file", "empty", "ordo.plugin.not_a_library", "",
         [](const fs::path& folder) { return write_plugin(folder, "empty", ""); }},
        cut_library("within its header", 0.0005),
        cut_library("at a tenth", 0.1),
        cut_library("in the middle", 0.5),
        cut_library("at nine tenths", 0.9),
        cut_library("just before the end", 0.9999),
        from_museum("built against another SDK", "foreign-tattler", "ordo.plugin.abi_mismatch", "0ddba11c0ffee"),
        from_museum("a library that is no plugin", "no-plugin", "ordo.plugin.not_a_plugin", ""),
        {"a manifest with a mistake", "well-behaved", "ordo.plugin.manifest", "compatibilty",
         [](const fs::path& folder) {
             const fs::path library = copy_plugin("well-behaved", folder);
             std::ofstream(folder / "well-behaved.toml", std::ios::app) << "\n[compatibilty]\ncustom_order_tables = true\n";
             return library;
         }},
    };
}

/// Starting with this configuration ends with exit 2 and the code; no plugin's code ran, and the database is as it was.
Result check_no_start(const Folder& folder, const std::string& code) {
    const fs::path tattle = folder / "somebody-was-opened";
    const std::string before = folder.stored();
    RunOptions watched;
    watched.environment["ORDO_TATTLE"] = tattle;
    Result last;
    for (const Command& command : Commands{{"plugin", "list"}, {"hpos", "sync"}, {"hpos", "enable"}}) {
        last = folder.ordo(command, watched);
        INFO(command[0] << " " << command[1] << ": " << last);
        CHECK(last.exit == 2);
        CHECK(last.out.empty());
        CHECK(has(last.err, "[" + code + "]"));
        CHECK_FALSE(exists(tattle));
    }
    CHECK((folder.stored() == before));
    return last;
}

}  // namespace

TEST_CASE("a file that is no good plugin is refused with its code, inspected or loaded, and none of its code runs [G28]") {
    for (const BadPlugin& bad : bad_plugins()) {
        const Folder folder(Holds::imported_shop);
        const fs::path library = bad.make(folder / "mine");
        RunOptions watched;
        watched.environment["ORDO_TATTLE"] = folder / "somebody-was-opened";

        const Result inspected = folder.ordo({"plugin", "inspect", library.string()}, watched);
        INFO(bad.what << ": " << inspected);
        CHECK(inspected.exit == 2);
        CHECK(has(inspected.out, bad.code));
        CHECK(has(inspected.out, bad.says));
        CHECK(has(inspected.out, "what to do"));
        CHECK_FALSE(exists(folder / "somebody-was-opened"));
        const boost::json::value json = folder.json({"plugin", "inspect", library.string()}, 2);
        CHECK(json.at("loadable") == false);
        CHECK(json.at("code").as_string() == bad.code);
        CHECK(!json.at("reason").as_string().empty());
        CHECK(!json.at("hint").as_string().empty());

        // Before it in the list stands a good plugin that would tattle if it were opened.
        folder.write("ordo.toml", plugins_section({"tattler", bad.id}, {museum_room("tattler"), "mine"}));
        const Result loaded = check_no_start(folder, bad.code);
        INFO(loaded);
        CHECK(has(loaded.err, bad.id));
        CHECK(has(loaded.err, bad.says));
        CHECK(lines_of(loaded.err).size() >= 3);  // what, what to do, code
    }
}

TEST_CASE("the watch of these tests can see: a plugin that is let in does tattle") {
    const Folder folder(Holds::imported_shop);
    folder.write("ordo.toml", plugins_section({"tattler"}, {museum_room("tattler")}));
    RunOptions watched;
    watched.environment["ORDO_TATTLE"] = folder / "somebody-was-opened";
    const Result result = folder.ordo({"plugin", "list"}, watched);
    INFO(result);
    CHECK(result.exit == 0);
    CHECK(exists(folder / "somebody-was-opened"));
}

TEST_CASE("a library with unresolved symbols is refused when it is opened, with the symbol's name") {
    const Folder folder(Holds::imported_shop);
    folder.write("ordo.toml", plugins_section({"unresolved"}, {museum_room("unresolved")}));
    const Result result = check_no_start(folder, "ordo.plugin.load_failed");
    INFO(result);
    CHECK(has(result.err, "ordo_museum_function_that_nobody_wrote"));
}

TEST_CASE("two plugins of one id are both named, unless nobody wants them") {
    const Folder folder(Holds::imported_shop);
    copy_plugin("well-behaved", folder / "one");
    copy_plugin("well-behaved", folder / "two");
    folder.write("ordo.toml", plugins_section({"well-behaved"}, {"one", "two"}));
    const Result result = check_no_start(folder, "ordo.plugin.duplicate");
    INFO(result);
    CHECK(has(result.err, "one/well-behaved.so"));
    CHECK(has(result.err, "two/well-behaved.so"));
    folder.write("ordo.toml", plugins_section({}, {"one", "two"}));
    CHECK(folder.ordo({"plugin", "list"}).exit == 0);
}

TEST_CASE("a ring of requirements is shown as a ring, with the line of the configuration") {
    const Folder folder(Holds::imported_shop);
    folder.write("ordo.toml", plugins_section({"cycle-a"}, {museum_room("cycle-a"), museum_room("cycle-b")}));
    const Result result = check_no_start(folder, "ordo.plugin.cycle");
    INFO(result);
    CHECK(has(result.err, "cycle-a -> cycle-b -> cycle-a"));
    CHECK(has(result.err, "ordo.toml:3:"));
}

TEST_CASE("a requirement that is not there names who needs it") {
    const Folder folder(Holds::imported_shop);
    folder.write("ordo.toml", plugins_section({"needs-well-behaved"}, {museum_room("needs-well-behaved")}));
    const Result result = check_no_start(folder, "ordo.plugin.requires");
    INFO(result);
    CHECK(has(result.err, "\"needs-well-behaved\" requires \"well-behaved\""));
    CHECK(has(result.err, "ordo.toml:3:"));
}

TEST_CASE("a plugin that is not there is named with file, line, column and the one that was meant") {
    const Folder folder(Holds::imported_shop);
    folder.write("ordo.toml", "# my shop\n[plugins]\nload = [\"woocommerce\", \"posts\", \"hpso\"]\n");
    const Result result = check_no_start(folder, "ordo.plugin.missing");
    INFO(result);
    CHECK(has(result.err, "ordo.toml:3:33: no plugin \"hpso\""));
    CHECK(has(result.err, "did you mean \"hpos\"?"));
}

TEST_CASE("a plugin that throws in start ends the program with its name, nothing changed") {
    const Folder folder(Holds::imported_shop);
    const std::string before = folder.stored();
    folder.write("ordo.toml", bare_plugins_section({"throws-in-start"}, {museum_room("throws-in-start"), museum_room("well-behaved")}));
    const Result result = folder.ordo({"hpos", "sync"});
    INFO(result);
    CHECK(result.exit == 70);
    CHECK(has(result.err, "plugin throws-in-start"));
    CHECK(has(result.err, "the dog ate it"));
    CHECK(has(result.err, "[ordo.plugin.failed]"));
    CHECK((folder.stored() == before));
}

TEST_CASE("a good plugin is described, and listed once it is loaded") {
    const Folder folder(Holds::nothing);
    const boost::json::value inspected = folder.json({"plugin", "inspect", museum_library("well-behaved").string()});
    CHECK(inspected.at("loadable") == true);
    CHECK(inspected.at("id") == "well-behaved");
    CHECK(inspected.at("version") == "2.3.4");
    CHECK(inspected.at("kind") == "extension");
    CHECK(inspected.at("compatibility") == "compatible");

    folder.write("ordo.toml",
                 bare_plugins_section({"needs-well-behaved"}, {museum_room("needs-well-behaved"), museum_room("well-behaved")}));
    std::vector<std::string> ids;
    const boost::json::value listed = folder.json({"plugin", "list"});
    for (const boost::json::value& plugin : listed.as_array()) {
        ids.emplace_back(plugin.at("id").as_string());
        CHECK(plugin.at("state") == "started");
        CHECK(plugin.at("compatibility") == "compatible");
    }
    CHECK(ids == std::vector<std::string>{"well-behaved", "needs-well-behaved"});
    const Result table = folder.ordo({"plugin", "list"});
    INFO(table);
    CHECK(table.exit == 0);
    CHECK(has(table.out, "2.3.4"));
}

TEST_CASE("without any configuration the three built-in plugins are loaded") {
    const Folder folder(Holds::nothing);
    const Result table = folder.ordo({"plugin", "list"});
    INFO(table);
    const auto lines = lines_of(table.out);
    REQUIRE(lines.size() == 4);
    CHECK(lines[1].starts_with("woocommerce "));
    CHECK(has(lines[1], " extension "));
    CHECK(lines[2].starts_with("posts "));
    CHECK(has(lines[2], " store "));
    CHECK(lines[3].starts_with("hpos "));
    CHECK(has(lines[3], " compatible "));
}

TEST_CASE("two plugins that register one thing are both named, and nothing is written") {
    const Folder folder(Holds::imported_shop);
    folder.write("ordo.toml", plugins_section({"well-behaved"}, {museum_room("well-behaved")}));
    const Result result = folder.ordo({"hpos", "sync"});
    INFO(result);
    CHECK(result.exit == 2);
    CHECK(has(result.err, "\"woocommerce\" and \"well-behaved\""));
    CHECK(has(result.err, "[ordo.plugin.conflict]"));
    CHECK(folder.sql().rows("SELECT name FROM sqlite_master WHERE name = 'wp_wc_orders'").empty());
}

}  // namespace ordo::test
