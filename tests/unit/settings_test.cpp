/// The configuration file and the plugins' manifests as their readers promise them: what is accepted, and which error,
/// with file, line and column, everything else is.
#include <filesystem>
#include <fstream>
#include <string>
#include <vector>

#include <ordo/nearest.hpp>
#include <unistd.h>

#include "kernel/config/settings.hpp"
#include "tests/catch.hpp"

namespace fs = std::filesystem;
using namespace ordo;
using namespace ordo::config;

namespace {

/// A file in a folder of its own, gone afterwards.
class TextFile {
public:
    explicit TextFile(std::string_view text, const std::string& name = "ordo.toml") {
        static int count = 0;
        folder_ = fs::temp_directory_path() / fmt::format("ordo-settings-{}-{}", ::getpid(), ++count);
        fs::create_directories(folder_);
        path = folder_ / name;
        std::ofstream(path, std::ios::binary) << text;
    }
    TextFile(const TextFile&) = delete;
    TextFile& operator=(const TextFile&) = delete;
    ~TextFile() {
        std::error_code ignored;
        fs::remove_all(folder_, ignored);
    }
    const fs::path& folder() const { return folder_; }

    fs::path path;

private:
    fs::path folder_;
};

struct Failure {
    std::string code, message, hint;
};

/// The error of a call; messages without the folder, so that they read as a user in that folder sees them.
template <class Call>
Failure failure_of(const TextFile& file, Call&& call) {
    try {
        call();
    } catch (const Error& error) {
        std::string message = error.what();
        const std::string folder = file.folder().string() + "/";
        if (message.starts_with(folder)) message.erase(0, folder.size());
        return {std::string(error.code().name), message, error.hint()};
    }
    return {"nothing was thrown", "", ""};
}

Failure failure_of_settings(std::string_view text) {
    const TextFile file(text);
    return failure_of(file, [&] { read_settings(file.path); });
}

Failure failure_of_manifest(std::string_view text) {
    const TextFile file(text, "gift.toml");
    return failure_of(file, [&] { read_manifest(file.path); });
}

std::vector<std::string> texts(const std::vector<LocatedText>& located) {
    std::vector<std::string> list;
    for (const LocatedText& each : located) list.push_back(each.text);
    return list;
}

constexpr std::string_view good_manifest = "id = \"gift\"\nversion = \"1.0.0\"\nkind = \"extension\"\n";

}  // namespace

TEST_CASE("an empty file leaves every default", "[config]") {
    const TextFile file("");
    const Settings settings = read_settings(file.path);
    CHECK(settings.file == file.path);
    CHECK(settings.database_url == "sqlite://ordo.db");
    CHECK(settings.table_prefix == "wp_");
    CHECK(settings.plugin_directories.empty());
    CHECK(texts(settings.load) == std::vector<std::string>{"woocommerce", "posts", "hpos"});
    CHECK_FALSE(settings.strict_compatibility);
    CHECK(settings.plugins.empty());
    CHECK_FALSE(settings.force_custom_orders_table);
    CHECK(settings.order_types.empty());
    CHECK_FALSE(settings.migration_batch_size);
    CHECK(settings.options.empty());
}

TEST_CASE("every key is read, with its place where an error may follow", "[config]") {
    const TextFile file(R"([database]
url = "mysql://host=db"
table_prefix = "shop_2_"

[plugins]
directories = ["extra", "/opt/plugins", "../beside"]
load = ["woocommerce",
        "gift-wrap"]
strict_compatibility = true

[plugin.gift-wrap]
paper = "red"
layers = 2
weight = 1.5
bow = true

[custom_orders_table]
force = "disabled"
order_types = ["shop_order", "exactly_20_bytes_abc"]
migration_batch_size = 10000
data_sync_enabled = true
background_sync_mode = "continuous"
background_sync_interval = 60
transactions_isolation_level = "SERIALIZABLE"
datastore_caching_enabled = false
orders_cache_enabled = true
)");
    const Settings settings = read_settings(file.path);
    CHECK(settings.database_url == "mysql://host=db");
    CHECK(settings.table_prefix == "shop_2_");
    CHECK(settings.plugin_directories ==
          std::vector<fs::path>{file.folder() / "extra", "/opt/plugins", file.folder().parent_path() / "beside"});
    CHECK(texts(settings.load) == std::vector<std::string>{"woocommerce", "gift-wrap"});
    CHECK(to_string(settings.load[1].where) == file.path.string() + ":8:9");
    CHECK(settings.strict_compatibility);
    CHECK(settings.force_custom_orders_table == false);
    CHECK(settings.force_where.line == 18);
    CHECK(settings.order_types == std::vector<std::string>{"shop_order", "exactly_20_bytes_abc"});
    CHECK(settings.migration_batch_size == 10000U);
    CHECK(settings.options == std::map<std::string, std::string, std::less<>>{
                                  {"woocommerce_custom_orders_table_data_sync_enabled", "yes"},
                                  {"woocommerce_custom_orders_table_background_sync_mode", "continuous"},
                                  {"woocommerce_custom_orders_table_background_sync_interval", "60"},
                                  {"woocommerce_db_transactions_isolation_level_for_custom_orders_table_data_sync", "SERIALIZABLE"},
                                  {"woocommerce_hpos_datastore_caching_enabled", "no"},
                                  {"woocommerce_orders_cache_enabled", "yes"}});

    REQUIRE(settings.plugins.size() == 1);
    const PluginSection& section = settings.plugins.at("gift-wrap");
    CHECK(section.where.line == 11);
    CHECK(section.values.at("paper").value == SettingValue{std::string("red")});
    CHECK(section.values.at("layers").value == SettingValue{std::int64_t{2}});
    CHECK(section.values.at("weight").value == SettingValue{1.5});
    CHECK(section.values.at("bow").value == SettingValue{true});
    CHECK(section.values.at("layers").where.line == 13);
}

TEST_CASE("every mistake has its code, its place and what was meant", "[config]") {
    struct Case {
        std::string text, code, message, hint;
    };
    for (const Case& each : std::vector<Case>{
             {"\n[plugins]\nlaod = []", "unknown_key", "ordo.toml:3:1: unknown key \"laod\" in [plugins]", "did you mean \"load\"?"},
             {"[plugins]\n  LOAD = []", "unknown_key", "ordo.toml:2:3: unknown key \"LOAD\" in [plugins]", "did you mean \"load\"?"},
             {"plugins.laod = []", "unknown_key", "ordo.toml:1:9: unknown key \"laod\" in [plugins]", "did you mean \"load\"?"},
             {"[databse]\nurl = \"x\"", "unknown_key", "ordo.toml:1:2: unknown key \"databse\"", "did you mean \"database\"?"},
             {"[database]\nzebra = 1", "unknown_key", "ordo.toml:2:1: unknown key \"zebra\" in [database]",
              "known are \"url\", \"table_prefix\""},
             {"[custom_orders_table]\nforced = \"enabled\"", "unknown_key",
              "ordo.toml:2:1: unknown key \"forced\" in [custom_orders_table]", "did you mean \"force\"?"},

             {"[database]\nurl = 5", "wrong_type", "ordo.toml:2:7: [database] url is a text, not an integer", ""},
             {"[plugins]\nload = \"hpos\"", "wrong_type", "ordo.toml:2:8: [plugins] load is an array of texts, not a text", ""},
             {"[plugins]\nload = [\"hpos\", 2.5]", "wrong_type", "ordo.toml:2:17: [plugins] load holds texts, not a number", ""},
             {"[plugins]\nstrict_compatibility = \"yes\"", "wrong_type",
              "ordo.toml:2:24: [plugins] strict_compatibility is a flag (true or false), not a text", ""},
             {"plugins = 1", "wrong_type", "ordo.toml:1:11: plugins is a table, not an integer", ""},
             {"[plugin]\ngift = true", "wrong_type", "ordo.toml:2:8: [plugin] gift is a table, not a flag (true or false)", ""},
             {"[plugin.gift]\ndays = [1]", "wrong_type",
              "ordo.toml:2:8: [plugin.gift] days is a text, an integer, a number or a flag, not an array", ""},
             {"[plugin.gift]\nday = 2024-02-29", "wrong_type",
              "ordo.toml:2:7: [plugin.gift] day is a text, an integer, a number or a flag, not a date or time", ""},
             {"[custom_orders_table]\nmigration_batch_size = 1.0", "wrong_type",
              "ordo.toml:2:24: [custom_orders_table] migration_batch_size is an integer, not a number", ""},

             {"[custom_orders_table]\nmigration_batch_size = 0", "bad_value",
              "ordo.toml:2:24: [custom_orders_table] migration_batch_size cannot be 0", "use 1 to 10000"},
             {"[custom_orders_table]\nmigration_batch_size = 10001", "bad_value",
              "ordo.toml:2:24: [custom_orders_table] migration_batch_size cannot be 10001", "use 1 to 10000"},
             {"[custom_orders_table]\nbackground_sync_mode = \"continous\"", "bad_value",
              "ordo.toml:2:24: [custom_orders_table] background_sync_mode cannot be \"continous\"", "did you mean \"continuous\"?"},
             {"[custom_orders_table]\nbackground_sync_interval = 4", "bad_value",
              "ordo.toml:2:28: [custom_orders_table] background_sync_interval cannot be 4", "seconds, at least 5"},
             {"[custom_orders_table]\ndata_sync_enabled = \"yes\"", "wrong_type",
              "ordo.toml:2:21: [custom_orders_table] data_sync_enabled is a flag (true or false), not a text", ""},
             {"[custom_orders_table]\nforce = \"enable\"", "bad_value", "ordo.toml:2:9: [custom_orders_table] force cannot be \"enable\"",
              "did you mean \"enabled\"?"},
             {"[database]\ntable_prefix = \"wp-\"", "bad_value", "ordo.toml:2:16: [database] table_prefix cannot be \"wp-\"",
              "use letters, digits and _ only, such as \"wp_\""},
             {"[database]\ntable_prefix = \"\"", "bad_value", "ordo.toml:2:16: [database] table_prefix cannot be \"\"",
              "use letters, digits and _ only, such as \"wp_\""},
         }) {
        INFO(each.text);
        const Failure failure = failure_of_settings(each.text);
        CHECK(failure.code == "ordo.config." + each.code);
        CHECK(failure.message == each.message);
        CHECK(failure.hint == each.hint);
    }
}

TEST_CASE("[G31] an order type that the column of a post type cannot hold is refused", "[config][G31]") {
    for (const std::string type : {"", "an_order_type_too_big"}) {
        CHECK(failure_of_settings("[custom_orders_table]\norder_types = [\"" + type + "\"]").code == "ordo.config.bad_value");
        CHECK(failure_of_manifest(std::string(good_manifest) + "order_types = [\"" + type + "\"]").code == "ordo.plugin.manifest");
    }
}

TEST_CASE("broken syntax tells where, an unreadable file that it is unreadable", "[config]") {
    const Failure twice = failure_of_settings("[database]\nurl = \"a\"\nurl = \"b\"\n");
    CHECK(twice.code == "ordo.config.syntax");
    CHECK(twice.message.starts_with("ordo.toml:3:"));
    const Failure open = failure_of_settings("[plugins]\nload = [\"hpos\"\nx");
    CHECK(open.code == "ordo.config.syntax");
    CHECK(open.message.starts_with("ordo.toml:3:"));
    CHECK(failure_of_settings("\xff\xfe").code == "ordo.config.syntax");
    CHECK(failure_of_settings(std::string("a = 1\0", 6)).code == "ordo.config.syntax");

    const TextFile file("");
    const Failure absent = failure_of(file, [&] { read_settings(file.folder() / "absent.toml"); });
    CHECK(absent.code == "ordo.config.unreadable");
    CHECK(absent.message == "absent.toml: cannot be read");
    CHECK(failure_of(file, [&] { read_settings(file.folder()); }).code == "ordo.config.unreadable");
}

TEST_CASE("a place is spelled as editors read it", "[config]") {
    CHECK(to_string(Location{"ordo.toml", 3, 8}) == "ordo.toml:3:8");
    CHECK(to_string(Location{"ordo.toml", 0, 0}) == "ordo.toml");
    CHECK(to_string(Location{}).empty());
}

TEST_CASE("what was meant is near, or nothing", "[config]") {
    const std::vector<std::string> ids{"hpos", "posts", "woocommerce"};
    CHECK(nearest("hops", ids) == "hpos");
    CHECK(nearest("post", ids) == "posts");
    CHECK(nearest("WooComerce", ids) == "woocommerce");
    CHECK(nearest("redis", ids).empty());
    CHECK(nearest("", ids).empty());
    CHECK(nearest(std::string(200, 'x'), ids).empty());
    CHECK(nearest("x", std::vector<std::string_view>{"y"}).empty());
    CHECK(nearest("hpos", std::vector<std::string_view>{}).empty());
}

TEST_CASE("a manifest is read as ordo_add_plugin() writes it", "[config]") {
    const TextFile file(R"(id = "gift-wrap"
version = "1.2.0"
kind = "store"
requires = ["woocommerce", "posts"]
conflicts = ["gift-box"]
order_types = ["gift_order"]

[compatibility]
custom_order_tables = false

[settings.paper]
type = "text"
default = "red"
help = "the colour"

[settings.layers]
type = "integer"
default = 2

[settings.weight]
type = "number"
default = 3

[settings.bow]
type = "flag"
default = true
)",
                        "gift-wrap.toml");
    const Manifest manifest = read_manifest(file.path);
    CHECK(manifest.id == "gift-wrap");
    CHECK(manifest.version == "1.2.0");
    CHECK(manifest.kind == "store");
    CHECK(manifest.requires_ids == std::vector<std::string>{"woocommerce", "posts"});
    CHECK(manifest.conflicts == std::vector<std::string>{"gift-box"});
    CHECK(manifest.order_types == std::vector<std::string>{"gift_order"});
    CHECK(manifest.custom_order_tables == false);
    CHECK(manifest.file == file.path);
    REQUIRE(manifest.settings.size() == 4);
    CHECK(manifest.settings.at("paper").default_value == SettingValue{std::string("red")});
    CHECK(manifest.settings.at("paper").help == "the colour");
    CHECK(manifest.settings.at("layers").default_value == SettingValue{std::int64_t{2}});
    CHECK(manifest.settings.at("weight").default_value == SettingValue{3.0});
    CHECK(manifest.settings.at("bow").default_value == SettingValue{true});
}

TEST_CASE("a manifest that says nothing of compatibility is uncertain", "[config]") {
    const TextFile file(good_manifest, "gift.toml");
    CHECK_FALSE(read_manifest(file.path).custom_order_tables.has_value());
}

TEST_CASE("every mistake in a manifest is one code with its place", "[config]") {
    struct Case {
        std::string text, message, hint;
    };
    const std::string good(good_manifest);
    for (const Case& each : std::vector<Case>{
             {good + "require = []", "gift.toml:4:1: unknown key \"require\"", "did you mean \"requires\"?"},
             {good + "requires = \"posts\"", "gift.toml:4:12: requires is an array of texts, not a text", ""},
             {"version = \"1\"\nkind = \"store\"", "gift.toml:1:1: id is missing", ""},
             {"id = \"gift\"\nkind = \"store\"", "gift.toml:1:1: version is missing", ""},
             {"id = \"gift\"\nversion = \"1\"", "gift.toml:1:1: kind is missing", ""},
             {"id = \"Gift\"\nversion = \"1\"\nkind = \"store\"", "gift.toml:1:6: id cannot be \"Gift\"",
              "use lower-case letters, digits and hyphens"},
             {"id = \"-gift\"\nversion = \"1\"\nkind = \"store\"", "gift.toml:1:6: id cannot be \"-gift\"",
              "use lower-case letters, digits and hyphens"},
             {"id = \"gift\"\nversion = \"1\"\nkind = \"stor\"", "gift.toml:3:8: kind cannot be \"stor\"", "did you mean \"store\"?"},
             {good + "[compatibility]\ncustom_orders_table = true", "gift.toml:5:1: unknown key \"custom_orders_table\" in [compatibility]",
              "did you mean \"custom_order_tables\"?"},
             {good + "[compatibility]\ncustom_order_tables = \"yes\"",
              "gift.toml:5:23: [compatibility] custom_order_tables is a flag (true or false), not a text", ""},
             {good + "[settings.bow]\ntype = \"boolean\"\ndefault = true", "gift.toml:5:8: a setting cannot be of type \"boolean\"",
              "known are \"text\", \"integer\", \"number\", \"flag\""},
             {good + "[settings.bow]\ntype = \"flag\"\ndefault = 1",
              "gift.toml:6:11: [settings.bow] default is a flag (true or false), not an integer", ""},
             {good + "[settings.bow]\ntype = \"integer\"\ndefault = 1.5",
              "gift.toml:6:11: [settings.bow] default is an integer, not a number", ""},
             {good + "[settings.bow]\ntype = \"flag\"", "gift.toml:5:8: [settings.bow] default is missing", ""},
             {good + "[settings.bow]\ndefault = true", "gift.toml:4:1: [settings.bow] type is missing", ""},
             {good + "settings.bow = true", "gift.toml:4:16: [settings] bow is a table, not a flag (true or false)", ""},
         }) {
        INFO(each.text);
        const Failure failure = failure_of_manifest(each.text);
        CHECK(failure.code == "ordo.plugin.manifest");
        CHECK(failure.message == each.message);
        CHECK(failure.hint == each.hint);
    }
    CHECK(failure_of_manifest("id = ").code == "ordo.plugin.manifest");
    const TextFile file("");
    CHECK(failure_of(file, [&] { read_manifest(file.folder() / "absent.toml"); }).code == "ordo.plugin.manifest");
}

TEST_CASE("a plugin's settings are its section over the declared defaults", "[config]") {
    const std::map<std::string, SettingDeclaration, std::less<>> declared{
        {"paper", {std::string("red"), ""}}, {"layers", {std::int64_t{2}, ""}}, {"weight", {1.5, ""}}, {"bow", {false, ""}}};

    const PluginSettings defaults = check_plugin_settings("gift", nullptr, declared);
    CHECK(defaults.get<std::string>("paper") == "red");
    CHECK(defaults.get<std::int64_t>("layers") == 2);
    CHECK(defaults.get<double>("weight") == 1.5);
    CHECK_FALSE(defaults.get<bool>("bow"));

    const TextFile file("[plugin.gift]\npaper = \"blue\"\nweight = 3\nbow = true\n");
    const Settings settings = read_settings(file.path);
    const PluginSettings given = check_plugin_settings("gift", &settings.plugins.at("gift"), declared);
    CHECK(given.get<std::string>("paper") == "blue");
    CHECK(given.get<std::int64_t>("layers") == 2);
    CHECK(given.get<double>("weight") == 3.0);
    CHECK(given.get<bool>("bow"));

    struct Case {
        std::string line, code, message, hint;
    };
    for (const Case& each : std::vector<Case>{
             {"papre = \"blue\"", "unknown_key", "ordo.toml:2:1: unknown key \"papre\" in [plugin.gift]", "did you mean \"paper\"?"},
             {"layers = \"two\"", "wrong_type", "ordo.toml:2:1: [plugin.gift] layers is an integer, not a text", ""},
             {"layers = 2.0", "wrong_type", "ordo.toml:2:1: [plugin.gift] layers is an integer, not a number", ""},
             {"bow = 1", "wrong_type", "ordo.toml:2:1: [plugin.gift] bow is a flag (true or false), not an integer", ""},
         }) {
        INFO(each.line);
        const TextFile bad("[plugin.gift]\n" + each.line + "\n");
        const Settings read = read_settings(bad.path);
        const Failure failure = failure_of(bad, [&] { check_plugin_settings("gift", &read.plugins.at("gift"), declared); });
        CHECK(failure.code == "ordo.config." + each.code);
        CHECK(failure.message == each.message);
        CHECK(failure.hint == each.hint);
    }
    const Failure none = failure_of(file, [&] { check_plugin_settings("gift", &settings.plugins.at("gift"), {}); });
    CHECK(none.code == "ordo.config.unknown_key");
    CHECK(none.hint == "the plugin \"gift\" has no settings");
}
