/// The configuration file, read and checked into typed values. Every mistake is an error with file, line and column.
/// Values; any thread.
#pragma once

#include <filesystem>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include <ordo/host.hpp>

namespace ordo::config {

/// Where something stands in a file, for error messages.
struct Location {
    std::string file;
    std::uint32_t line = 0, column = 0;
};

/// "ordo.toml:3:8"; empty if there is no file.
std::string to_string(const Location& where);

struct LocatedSetting {
    SettingValue value;
    Location where;
};

struct PluginSection {
    Location where;
    std::map<std::string, LocatedSetting, std::less<>> values;
};

struct LocatedText {
    std::string text;
    Location where;
};

/// What is copied to posts while HPOS is authoritative: everything, or the documents' short list (`in_core_mirror`).
enum class PostsMirror : std::uint8_t { full, core };

/// Who copies orders in the background while compatibility mode is on.
enum class MirrorOwner : std::uint8_t { ordo, woocommerce };

struct Settings {
    std::optional<std::filesystem::path> file;                 ///< absent: the embedded default
    std::string database_url = "sqlite://ordo.db";             ///< relative paths are relative to the working directory
    std::string table_prefix = "wp_";                          ///< letters, digits and _ only
    std::vector<std::filesystem::path> plugin_directories;     ///< relative ones are made relative to the file's folder
    std::vector<LocatedText> load{{"woocommerce", {}}, {"posts", {}}, {"hpos", {}}};
    bool strict_compatibility = false;
    std::map<std::string, PluginSection, std::less<>> plugins; ///< `[plugin.<id>]`
    std::optional<bool> force_custom_orders_table;             ///< `force = "enabled" | "disabled"`
    Location force_where;
    std::vector<std::string> order_types;                      ///< `[custom_orders_table] order_types`
    MirrorOwner mirror_owner = MirrorOwner::ordo;              ///< `[custom_orders_table] mirror_owner`
    std::uint64_t switch_grace_s = 300;                        ///< `[custom_orders_table] switch_grace_s`: how long changes of the old store alone are taken over after a switch
    PostsMirror posts_mirror = PostsMirror::full;              ///< `[compatibility] posts_mirror = "full" | "core"`
    bool history_values = false;                               ///< `[history] values`: the history keeps values, not only names
    std::uint64_t history_retention_days = 0;                  ///< `[history] retention_days`, 0: for ever
    std::optional<std::uint64_t> migration_batch_size;         ///< `[custom_orders_table] migration_batch_size`, 1-10,000
    /// Options of the shop that the file decides, by their names in `wp_options`: `[custom_orders_table] data_sync_enabled` …
    std::map<std::string, std::string, std::less<>> options;
};

/// Reads and checks a file. Throws `ordo.config.*`.
Settings read_settings(const std::filesystem::path& file);

/// A plugin's settings: its section held against what its manifest declares, defaults filled in.
/// Throws `ordo.config.unknown_key` or `ordo.config.wrong_type` with the place in the file.
struct SettingDeclaration {
    SettingValue default_value;                                ///< its type is the setting's
    std::string help;
};
PluginSettings check_plugin_settings(std::string_view plugin, const PluginSection* section,
                                     const std::map<std::string, SettingDeclaration, std::less<>>& declared);

/// A plugin's manifest: the TOML file beside its library, written by `ordo_add_plugin()`.
struct Manifest {
    std::string id, version;
    std::string kind;                                          ///< "store" or "extension"
    std::vector<std::string> requires_ids, conflicts, order_types;
    std::optional<bool> custom_order_tables;                   ///< `[compatibility]`; absent: uncertain
    std::map<std::string, SettingDeclaration, std::less<>> settings;
    std::filesystem::path file;
};

/// Throws `ordo.plugin.manifest` with file, line and column.
Manifest read_manifest(const std::filesystem::path& file);

}  // namespace ordo::config
