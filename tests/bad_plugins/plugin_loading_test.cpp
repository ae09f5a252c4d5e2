/// A visit to the museum: what each kind of bad plugin is refused with, that none of its code ran, and that a plugin that
/// was let in can neither throw through its guard nor be called after its end.
#include <cstddef>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <random>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include <elf.h>
#include <unistd.h>

#include <ordo/plugin.hpp>

#include "kernel/plugins/plugin_loader.hpp"
#include "tests/catch.hpp"
#include "tests/support/paths.hpp"

namespace fs = std::filesystem;
using namespace ordo;
using namespace ordo::plugins;

namespace {

const fs::path museum = test::paths::museum();

fs::path room(const std::string& plugin) { return museum / plugin; }
fs::path library(const std::string& plugin) { return room(plugin) / (plugin + ".so"); }

/// A folder of its own, gone afterwards.
class Scratch {
public:
    Scratch() {
        static int count = 0;
        path_ = fs::temp_directory_path() / fmt::format("ordo-museum-{}-{}", ::getpid(), ++count);
        fs::remove_all(path_);
        fs::create_directories(path_);
    }
    Scratch(const Scratch&) = delete;
    Scratch& operator=(const Scratch&) = delete;
    ~Scratch() {
        std::error_code ignored;
        fs::remove_all(path_, ignored);
    }
    fs::path operator/(const std::string& name) const { return path_ / name; }
    const fs::path& path() const { return path_; }

private:
    fs::path path_;
};

void write_file(const fs::path& file, std::string_view text) { std::ofstream(file, std::ios::binary) << text; }

void write_manifest(const fs::path& file, const std::string& id) {
    write_file(file, fmt::format("id = \"{}\"\nversion = \"1.0.0\"\nkind = \"extension\"\n", id));
}

/// Copies a plugin into a folder, which it makes.
fs::path copy_plugin(const std::string& plugin, const fs::path& folder) {
    fs::create_directories(folder);
    fs::copy_file(room(plugin) / (plugin + ".toml"), folder / (plugin + ".toml"));
    fs::copy_file(library(plugin), folder / (plugin + ".so"));
    return folder / (plugin + ".so");
}

/// Makes the first segment of a library claim a gigabyte more than the file has; everything else stays true.
fs::path enlarge_first_segment(const fs::path& library) {
    std::fstream file(library, std::ios::binary | std::ios::in | std::ios::out);
    Elf64_Ehdr header{};
    file.read(reinterpret_cast<char*>(&header), sizeof header);
    for (std::uint64_t at = header.e_phoff, i = 0; i < header.e_phnum; ++i, at += sizeof(Elf64_Phdr)) {
        Elf64_Phdr segment{};
        file.seekg(static_cast<std::streamoff>(at)).read(reinterpret_cast<char*>(&segment), sizeof segment);
        if (segment.p_type != PT_LOAD) continue;
        segment.p_filesz += std::uint64_t{1} << 30;
        file.seekp(static_cast<std::streamoff>(at)).write(reinterpret_cast<const char*>(&segment), sizeof segment);
        break;
    }
    return library;
}

/// Makes a library say that the names of its sections stand in a section it does not have.
fs::path lose_section_names(const fs::path& library) {
    const Elf64_Half nowhere = 0xfffe;
    std::fstream file(library, std::ios::binary | std::ios::in | std::ios::out);
    file.seekp(offsetof(Elf64_Ehdr, e_shstrndx)).write(reinterpret_cast<const char*>(&nowhere), sizeof nowhere);
    return library;
}

class MemoryLog final : public Log {
public:
    MemoryLog(std::string who, std::vector<std::string>& lines) : who_(std::move(who)), lines_(lines) {}
    bool enabled(Level) const noexcept override { return true; }
    void write(Level, std::string_view message) noexcept override { lines_.push_back(fmt::format("{}: {}", who_, message)); }

private:
    std::string who_;
    std::vector<std::string>& lines_;
};

class NoZone final : public SiteZone {
    std::string to_local(UtcSeconds instant) const override { return format_datetime(instant); }
    std::optional<UtcSeconds> to_utc(UtcSeconds wall_clock) const override { return wall_clock; }
};

/// A database that is down.
class BrokenUnit final : public Unit {
    const Dialect& dialect() const noexcept override { std::abort(); }
    void query(std::string_view, std::span<const BytesView>, const std::function<void(const Row&)>&) override {
        throw Error(errc::database_busy, "the database is busy", "try again later");
    }
    bool table_exists(std::string_view) override { return false; }
    std::uint64_t execute(std::string_view, std::span<const BytesView>) override { return 0; }
    std::uint64_t last_insert_id() override { return 0; }
    void insert(const Insert&) override {}
    void upsert(const Upsert&) override {}
    void savepoint(const std::function<void()>& part) override { part(); }
    void after_commit(std::function<void()>) override {}
};

/// What the kernel would be: a hook engine, a log, and the plugins.
class Shop {
public:
    Shop()
        : engine_(engine_log_), kernel_hooks_(engine_.view_for("kernel")), init_(kernel_hooks_->declare(hook::before_woocommerce_init)) {}

    /// Loads `wanted` from their own rooms of the museum and from other folders.
    PluginSet& load(const std::vector<std::string>& wanted, const std::vector<fs::path>& more_folders = {}) {
        settings.load.clear();
        settings.plugin_directories.clear();
        for (const std::string& id : wanted) settings.load.push_back({id, {}});
        for (const auto& entry : fs::directory_iterator(museum))
            if (entry.is_directory()) settings.plugin_directories.push_back(entry.path());
        set_ = PluginSet::load(settings, more_folders, services());
        return *set_;
    }
    HostServices services() {
        return {&engine_, [this](std::string id) { return std::make_unique<MemoryLog>(std::move(id), lines); }, nullptr, &zone_, "shop_"};
    }
    void init() { init_(); }
    void stop() { set_.reset(); }
    std::vector<std::string> take_lines() { return std::exchange(lines, {}); }
    std::size_t listeners() { return kernel_hooks_->has_filter("before_woocommerce_init"); }

    config::Settings settings;
    std::vector<std::string> lines;

private:
    NoZone zone_;
    MemoryLog engine_log_{"engine", lines};
    HookEngine engine_;
    std::unique_ptr<Hooks> kernel_hooks_;
    Emitter<Action<>> init_;
    std::unique_ptr<PluginSet> set_;
};

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

bool has(const std::string& text, std::string_view part) { return text.find(part) != std::string::npos; }

/// The file that the tattlers would write, watched while this lives.
class TattleWatch {
public:
    TattleWatch() { ::setenv("ORDO_TATTLE", file_.c_str(), 1); }
    TattleWatch(const TattleWatch&) = delete;
    TattleWatch& operator=(const TattleWatch&) = delete;
    ~TattleWatch() { ::unsetenv("ORDO_TATTLE"); }
    bool somebody_tattled() const { return fs::exists(file_); }

private:
    Scratch scratch_;
    fs::path file_ = scratch_ / "tattle";
};

}  // namespace

TEST_CASE("inspect tells what a good plugin is", "[plugins]") {
    const PluginInspection good = inspect(library("well-behaved"));
    INFO(good.reason);
    CHECK(good.loadable);
    CHECK(good.reason.empty());
    CHECK(good.id == "well-behaved");
    CHECK(good.version == "2.3.4");
    CHECK(good.kind == "extension");
    CHECK(good.compatibility == Compatibility::compatible);
    CHECK(has(good.built_for, fmt::format("SDK {}, libstdc++ {}", ORDO_STRING(ORDO_SDK_DIGEST), _GLIBCXX_RELEASE)));

    CHECK(inspect(library("throwing-store")).kind == "store");
    CHECK(inspect(library("incompatible")).compatibility == Compatibility::incompatible);
    CHECK(inspect(library("no-declaration")).compatibility == Compatibility::uncertain);
}

TEST_CASE("[G28] no code of a file runs when it is inspected, nor when a stranger is refused", "[plugins][G28]") {
    const TattleWatch watch;
    Shop shop;

    CHECK(inspect(library("tattler")).loadable);
    CHECK_FALSE(inspect(library("foreign-tattler")).loadable);
    CHECK_FALSE(watch.somebody_tattled());

    CHECK(failure_of([&] { shop.load({"foreign-tattler"}); }).code == "ordo.plugin.abi_mismatch");
    CHECK_FALSE(watch.somebody_tattled());

    // A good plugin before the stranger in the list is not opened either: all are inspected first.
    const Failure second = failure_of([&] { shop.load({"tattler", "foreign-tattler"}); });
    CHECK(second.code == "ordo.plugin.abi_mismatch");
    CHECK(has(second.message, "foreign-tattler"));
    CHECK_FALSE(watch.somebody_tattled());

    // The watch can see: a plugin that is let in does tattle.
    shop.load({"tattler"});
    CHECK(watch.somebody_tattled());
}

TEST_CASE("[G28] a plugin built against another SDK is refused in one sentence that says what to do", "[plugins][G28]") {
    const PluginInspection stranger = inspect(library("foreign-tattler"));
    CHECK_FALSE(stranger.loadable);
    CHECK(stranger.code == errc::plugin_abi_mismatch);
    CHECK(static_cast<int>(stranger.code.exit) == 2);
    CHECK(stranger.reason ==
          fmt::format("built for SDK 0ddba11c0ffee, this program has SDK {}: rebuild it with this SDK", ORDO_STRING(ORDO_SDK_DIGEST)));
    CHECK(has(stranger.built_for, "SDK 0ddba11c0ffee"));
    CHECK(stranger.id == "foreign-tattler");
    CHECK_FALSE(stranger.hint.empty());
}

TEST_CASE("what is no library, no plugin or without its manifest has a code of its own", "[plugins][G28]") {
    const Scratch scratch;
    struct Case {
        std::string name;
        std::function<fs::path()> make;
        ErrorCode code;
    };
    const auto beside_manifest = [&](const std::string& name, std::string_view bytes) {
        write_manifest(scratch / (name + ".toml"), name);
        write_file(scratch / (name + ".so"), bytes);
        return scratch / (name + ".so");
    };
    const std::string zeros(200, '\0');
    const std::vector<Case> cases{
        {"absent", [&] { return scratch / "absent.so"; }, errc::plugin_missing},
        {"a folder", [&] { return scratch.path(); }, errc::plugin_not_a_library},
        {"empty", [&] { return beside_manifest("empty", ""); }, errc::plugin_not_a_library},
        {"text", [&] { return beside_manifest("text", "I am a library, honestly.\n"); }, errc::plugin_not_a_library},
        {"a script", [&] { return beside_manifest("script", "#!/bin/sh\nexit 0\n"); }, errc::plugin_not_a_library},
        {"32 bits", [&] { return beside_manifest("small", "\177ELF\1\1\1" + zeros); }, errc::plugin_not_a_library},
        {"zeros after the magic", [&] { return beside_manifest("zeros", "\177ELF\2\1\1" + zeros); }, errc::plugin_not_a_library},
        {"magic alone", [&] { return beside_manifest("magic", "\177ELF"); }, errc::plugin_truncated},
        {"a segment that ends after the file", [&] { return enlarge_first_segment(copy_plugin("well-behaved", scratch / "long")); },
         errc::plugin_truncated},
        {"no names of sections", [&] { return lose_section_names(copy_plugin("well-behaved", scratch / "nameless")); },
         errc::plugin_not_a_library},
        {"a device", [] { return fs::path("/dev/zero"); }, errc::plugin_not_a_library},
        {"no ORDO_PLUGIN", [] { return library("no-plugin"); }, errc::plugin_not_a_plugin},
        {"no manifest",
         [&] {
             const fs::path copy = copy_plugin("well-behaved", scratch / "bare");
             fs::remove(scratch / "bare/well-behaved.toml");
             return copy;
         },
         errc::plugin_manifest},
        {"a bad manifest",
         [&] {
             const fs::path copy = copy_plugin("well-behaved", scratch / "typo");
             std::ofstream(scratch / "typo/well-behaved.toml", std::ios::app) << "\n[compatibilty]\ncustom_order_tables = true\n";
             return copy;
         },
         errc::plugin_manifest},
    };
    for (const Case& each : cases) {
        INFO(each.name);
        const PluginInspection inspection = inspect(each.make());
        INFO(inspection.reason);
        CHECK_FALSE(inspection.loadable);
        CHECK(inspection.code.name == each.code.name);
        CHECK_FALSE(inspection.reason.empty());
        CHECK_FALSE(inspection.hint.empty());
    }
}

TEST_CASE("a library cut anywhere is refused and does not kill the process", "[plugins][G28]") {
    const Scratch scratch;
    const fs::path copy = copy_plugin("well-behaved", scratch / "cut");
    const auto whole = fs::file_size(copy);
    REQUIRE(inspect(copy).loadable);

    // Every length near the ends, where the headers stand, and one in a while between.
    std::set<std::uintmax_t, std::greater<>> lengths;
    for (std::uintmax_t n = 0; n < 700; ++n) {
        lengths.insert(n);
        lengths.insert(whole - 1 - n);
        lengths.insert(whole * n / 700);
    }
    for (const std::uintmax_t length : lengths) {
        fs::resize_file(copy, length);
        const PluginInspection inspection = inspect(copy);
        INFO(length << " of " << whole << " bytes");
        REQUIRE_FALSE(inspection.loadable);
        REQUIRE(inspection.code == (length < 4 ? errc::plugin_not_a_library : errc::plugin_truncated));
    }

    Shop shop;
    const Scratch half;
    const fs::path half_copy = copy_plugin("well-behaved", half.path());
    fs::resize_file(half_copy, whole / 2);
    shop.settings.load = {{"well-behaved", {}}};
    shop.settings.plugin_directories = {half.path()};
    const Failure failure = failure_of([&] { PluginSet::load(shop.settings, {}, shop.services()); });
    CHECK(failure.code == "ordo.plugin.truncated");
    CHECK(has(failure.message, half_copy.string()));
    CHECK(shop.lines.empty());
}

TEST_CASE("inspect survives any damage to the headers", "[plugins][G28]") {
    const Scratch scratch;
    const fs::path copy = copy_plugin("well-behaved", scratch / "damaged");
    std::string bytes(fs::file_size(copy), '\0');
    std::ifstream(copy, std::ios::binary).read(bytes.data(), static_cast<std::streamsize>(bytes.size()));

    Elf64_Ehdr header{};
    std::memcpy(&header, bytes.data(), sizeof header);
    const std::size_t table = header.e_shoff;  // where the sections are described
    REQUIRE(table < bytes.size());
    std::mt19937 random(20240229);
    const auto below = [&](std::size_t limit) { return std::uniform_int_distribution<std::size_t>(0, limit - 1)(random); };
    int refused = 0;
    for (int round = 0; round < 1500; ++round) {
        std::vector<std::pair<std::size_t, char>> undo;
        for (std::size_t i = 0, flips = 1 + below(4); i < flips; ++i) {
            // After the magic: the head of the file, the table of sections, or anywhere.
            const std::size_t at = round % 3 == 0   ? 4 + below(600)
                                   : round % 3 == 1 ? table + below(bytes.size() - table)
                                                    : 4 + below(bytes.size() - 4);
            undo.emplace_back(at, bytes[at]);
            bytes[at] = below(2) ? static_cast<char>(below(256)) : '\xff';
        }
        write_file(copy, bytes);
        refused += inspect(copy).loadable ? 0 : 1;
        for (auto step = undo.rbegin(); step != undo.rend(); ++step) bytes[step->first] = step->second;
    }
    CHECK(refused > 300);  // the damage was real
    write_file(copy, bytes);
    CHECK(inspect(copy).loadable);
}

TEST_CASE("a library with missing symbols is refused by name of the symbol, not at its first call", "[plugins]") {
    Shop shop;
    const Failure failure = failure_of([&] { shop.load({"unresolved"}); });
    CHECK(failure.code == "ordo.plugin.load_failed");
    CHECK(has(failure.message, "ordo_museum_function_that_nobody_wrote"));
    CHECK_FALSE(has(failure.message, "Bad file descriptor"));
}

TEST_CASE("two plugins of one id and a ring of requirements load nothing", "[plugins]") {
    Shop shop;
    const Scratch scratch;
    copy_plugin("no-declaration", scratch / "twin");
    const Failure twins = failure_of([&] { shop.load({"no-declaration"}, {scratch / "twin"}); });
    CHECK(twins.code == "ordo.plugin.duplicate");
    CHECK(has(twins.message, library("no-declaration").string()));
    CHECK(has(twins.message, (scratch / "twin/no-declaration.so").string()));

    // The same folder once more, by another name, is no twin.
    CHECK(shop.load({"no-declaration"}, {museum / "incompatible" / ".." / "no-declaration"}).list().size() == 1);
    shop.stop();

    shop.take_lines();
    const Failure ring = failure_of([&] { shop.load({"well-behaved", "cycle-a"}); });
    CHECK(ring.code == "ordo.plugin.cycle");
    CHECK(has(ring.message, "cycle-a -> cycle-b -> cycle-a"));
    CHECK(shop.lines.empty());
}

TEST_CASE("[G30] plugins start after what they require and stop in reverse, with nothing of theirs connected", "[plugins][G30]") {
    Shop shop;
    PluginSet& plugins = shop.load({"needs-well-behaved"});
    CHECK(shop.take_lines() == std::vector<std::string>{"well-behaved: start hello 1 1.5 false shop_posts", "needs-well-behaved: start"});
    CHECK(plugins.order_types() == std::vector<std::string>{"gift_order", "gift_refund"});

    const std::vector<PluginInfo> list = plugins.list();
    REQUIRE(list.size() == 2);
    CHECK(list[0].id == "well-behaved");
    CHECK(list[0].version == "2.3.4");
    CHECK(list[0].state == "started");
    CHECK(list[0].library == library("well-behaved"));
    CHECK(list[0].order_types == std::vector<std::string>{"gift_order", "gift_refund"});
    CHECK(list[1].requires_ids == std::vector<std::string>{"well-behaved"});
    CHECK(list[1].order_types.empty());

    CHECK(shop.listeners() == 2);
    shop.init();
    CHECK(shop.take_lines() == std::vector<std::string>{"well-behaved: slot"});

    shop.stop();
    CHECK(shop.take_lines() == std::vector<std::string>{"needs-well-behaved: stop", "well-behaved: stop, interface gone"});
    CHECK(shop.listeners() == 0);
    shop.init();
    CHECK(shop.lines.empty());

    // And once more in the same process.
    CHECK(shop.load({"well-behaved"}).list().size() == 1);
}

TEST_CASE("[G30] a throw in start names the plugin, stops those already started and leaves nothing behind", "[plugins][G30]") {
    struct Case {
        std::string what, message, hint;
    };
    for (const Case& each : std::vector<Case>{
             {"runtime_error", "the dog ate it", ""}, {"error", "the moon is not full", "wait a fortnight"}, {"int", "int", ""}}) {
        Shop shop;
        shop.settings.plugins["throws-in-start"].values["what"] = {each.what, {}};
        const Failure failure = failure_of([&] { shop.load({"throws-in-start"}); });
        CHECK(failure.code == "ordo.plugin.failed");
        CHECK(has(failure.message, "plugin throws-in-start: start"));
        CHECK(has(failure.message, each.message));
        CHECK(failure.hint == each.hint);
        CHECK(shop.listeners() == 0);
        CHECK(shop.take_lines() == std::vector<std::string>{"well-behaved: start hello 1 1.5 false shop_posts",
                                                            "throws-in-start: destroyed", "well-behaved: stop, interface gone"});
        shop.init();
        CHECK(shop.lines.empty());
    }
}

TEST_CASE("a plugin's settings are its section over its manifest's defaults", "[plugins]") {
    Shop shop;
    config::PluginSection& section = shop.settings.plugins["well-behaved"];
    section.values["greeting"] = {std::string("ahoy"), {}};
    section.values["weight"] = {std::int64_t{3}, {}};
    shop.load({"well-behaved"});
    CHECK(shop.take_lines() == std::vector<std::string>{"well-behaved: start ahoy 1 3 false shop_posts"});
    shop.stop();
    shop.take_lines();

    section.values["greting"] = {std::string("ahoy"), {"ordo.toml", 9, 1}};
    const Failure failure = failure_of([&] { shop.load({"no-declaration", "well-behaved"}); });
    CHECK(failure.code == "ordo.config.unknown_key");
    CHECK(has(failure.message, "ordo.toml:9:1"));
    CHECK(has(failure.hint, "greeting"));
    CHECK(shop.lines.empty());
}

TEST_CASE("a section of a plugin that is not loaded is a mistake", "[plugins]") {
    Shop shop;
    const auto refuse = [&](const std::string& id) {
        shop.settings.plugins.clear();
        shop.settings.plugins[id].where = {"ordo.toml", 7, 9};
        return failure_of([&] { shop.load({"needs-well-behaved"}); });
    };
    const Failure typo = refuse("wel-behaved");
    CHECK(typo.code == "ordo.config.unknown_key");
    CHECK(typo.message == "ordo.toml:7:9: [plugin.wel-behaved] belongs to no loaded plugin");
    CHECK(typo.hint == "did you mean \"well-behaved\"?");
    CHECK(refuse("no-declaration").hint == "add \"no-declaration\" to [plugins] load");
    CHECK(shop.lines.empty());
    // What is pulled in by a requirement counts as loaded.
    CHECK(refuse("well-behaved").code == "nothing was thrown");
}

TEST_CASE("the manifest and the declaration at run time: incompatible wins, silence is uncertain", "[plugins][G13]") {
    struct Case {
        std::string plugin, declares;
        Compatibility result;
    };
    for (const Case& each : std::vector<Case>{
             {"no-declaration", "nothing", Compatibility::uncertain},
             {"no-declaration", "compatible", Compatibility::compatible},
             {"no-declaration", "incompatible", Compatibility::incompatible},
             {"incompatible", "nothing", Compatibility::incompatible},
             {"incompatible", "compatible", Compatibility::incompatible},
             {"needs-well-behaved", "nothing", Compatibility::compatible},
             {"needs-well-behaved", "compatible", Compatibility::compatible},
             {"needs-well-behaved", "incompatible", Compatibility::incompatible},
         }) {
        INFO(each.plugin << " declares " << each.declares);
        Shop shop;
        shop.settings.plugins[each.plugin].values["declare"] = {each.declares, {}};
        PluginSet& plugins = shop.load({each.plugin});
        shop.init();
        plugins.close_declarations();
        CHECK(plugins.compatibility().back().plugin == each.plugin);
        CHECK(plugins.compatibility().back().compatibility == each.result);
        CHECK(plugins.list().back().compatibility == each.result);
    }
}

TEST_CASE("[G31] what start alone may do is refused later, and an order type its column cannot hold is refused at once", "[plugins][G31]") {
    Shop shop;
    PluginSet& plugins = shop.load({"late-register"});
    CHECK(shop.take_lines() ==
          std::vector<std::string>{"late-register: during start: accepted", "late-register: 21 bytes: ordo.plugin.failed",
                                   "late-register: empty: ordo.plugin.failed", "late-register: no feature: ordo.usage"});
    CHECK(plugins.order_types() == std::vector<std::string>{"in_time"});

    shop.init();
    CHECK(shop.take_lines() == std::vector<std::string>{"late-register: order type: ordo.plugin.failed",
                                                        "late-register: interface: ordo.plugin.failed",
                                                        "late-register: declaration: accepted"});
    plugins.close_declarations();
    shop.init();
    CHECK(shop.take_lines().back() == "late-register: declaration: ordo.usage");
    CHECK(plugins.order_types() == std::vector<std::string>{"in_time"});
    CHECK(plugins.find_interface("museum.late/1") == nullptr);
}

TEST_CASE("every exception of a store is named after plugin and operation, without its text", "[plugins]") {
    Shop shop;
    PluginSet& plugins = shop.load({"throwing-store"});
    CHECK(plugins.store_ids() == std::vector<std::string>{"throwing"});
    CHECK(plugins.find_store("posts") == nullptr);
    OrderDataStore* const store = plugins.find_store("throwing");
    REQUIRE(store);
    BrokenUnit unit;

    const Failure list = failure_of([&] { store->list(unit, {}); });
    CHECK(list.code == "ordo.plugin.failed");
    CHECK(list.message == "plugin throwing-store: list failed: std::runtime_error");
    CHECK(failure_of([&] { store->write(unit, {}); }).message == "plugin throwing-store: write failed: int");

    // The kernel's own error comes back as it was, but for who stood between.
    const Failure read = failure_of([&] { store->read(unit, {}); });
    CHECK(read.code == "ordo.database.busy");
    CHECK(read.message == "plugin throwing-store: read: the database is busy");
    CHECK(read.hint == "try again later");

    CHECK(store->count(unit, {}).orders == 3);
    CHECK(store->traits().id == "throwing");

    auto* const deletions = find_interface<DeletionRecords>(*store);
    REQUIRE(deletions);
    CHECK(find_interface<DeletionRecords>(*store) == deletions);
    const Failure deleted = failure_of([&] { deletions->list_deleted(unit, "posts", {}, 1); });
    CHECK(deleted.message == "plugin throwing-store: list_deleted failed: std::out_of_range");
    CHECK_NOTHROW(deletions->forget_deleted(unit, {}));
    auto* const unknown = find_interface<UnknownOrderTypes>(*store);
    REQUIRE(unknown);
    CHECK(failure_of([&] { unknown->find_unknown_types(unit, {}); }).message ==
          "plugin throwing-store: find_unknown_types failed: char const*");
    CHECK(store->find_interface("museum.raw/1") != nullptr);
    CHECK(store->find_interface("museum.other/1") == nullptr);

    // An error may be kept longer than the plugin that threw it.
    std::optional<Error> kept;
    try {
        store->schema();
    } catch (const Error& error) {
        kept = error;
    }
    shop.stop();
    REQUIRE(kept);
    CHECK(kept->code().name == "museum.own_code");
    CHECK(kept->code().exit == ExitCode::locked);
    CHECK(kept->what() == std::string("plugin throwing-store: schema: the shelves are bare"));
    CHECK(kept->hint() == "buy shelves");
}

TEST_CASE("interfaces are found by id and guarded where the SDK knows them", "[plugins]") {
    Shop shop;
    PluginSet& plugins = shop.load({"well-behaved"});
    BrokenUnit unit;
    auto* const ids = find_interface<OrderIds>(plugins);
    REQUIRE(ids);
    CHECK(ids->allocate(unit, 2, "2024-02-29 12:00:00") == std::vector<OrderId>{{7}, {7}});
    CHECK(failure_of([&] { ids->reserve(unit, {}); }).message == "plugin well-behaved: reserve failed: int");
    auto* const answer = static_cast<int*>(plugins.find_interface("museum.answer/1"));
    REQUIRE(answer);
    CHECK(*answer == 42);
    CHECK(plugins.find_interface("museum.question/1") == nullptr);
}

TEST_CASE("two plugins that register one store are both named, and neither stays", "[plugins]") {
    Shop shop;
    const Failure failure = failure_of([&] { shop.load({"well-behaved", "throwing-store", "same-store"}); });
    CHECK(failure.code == "ordo.plugin.conflict");
    CHECK(has(failure.message, "\"throwing-store\""));
    CHECK(has(failure.message, "\"same-store\""));
    CHECK(has(failure.message, "store \"throwing\""));
    CHECK(shop.listeners() == 0);
    CHECK(shop.lines.back() == "well-behaved: stop, interface gone");
}

TEST_CASE("the folder of the plugins that come with the program is beside the code", "[plugins]") {
    const fs::path folder = builtin_plugin_directory();
    CHECK(folder.is_absolute());
    CHECK(folder.parent_path().parent_path() == fs::canonical("/proc/self/exe").parent_path());
    CHECK(folder.filename() == "plugins");
}
