/// The keys of the configuration file and what each may be. It opens no database and looks for no plugin; whether a
/// `[plugin.<id>]` belongs to a loaded plugin is known only where plugins are loaded. Values; any thread.
#include <algorithm>
#include <vector>

#include <ordo/data_synchronizer.hpp>
#include <ordo/options.hpp>

#include "kernel/config/toml_reader.hpp"

namespace ordo::config {
namespace {

constexpr MistakeCodes codes{errc::config_unreadable, errc::config_syntax, errc::config_unknown_key, errc::config_wrong_type,
                             errc::config_bad_value};
constexpr std::int64_t migration_batch_size_max = 10000;

void read_database(const TomlTable& table, Settings& settings) {
    table.allow_only({"url", "table_prefix"});
    if (auto url = table.text("url")) settings.database_url = std::move(url->value);
    if (auto prefix = table.text("table_prefix")) {
        // The prefix becomes part of identifiers in every statement: nothing else may ever get in.
        const bool plain = !prefix->value.empty() && std::all_of(prefix->value.begin(), prefix->value.end(), [](char c) {
            return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_';
        });
        if (!plain)
            fail(errc::config_bad_value, prefix->where, fmt::format("[database] table_prefix cannot be \"{}\"", prefix->value),
                 "use letters, digits and _ only, such as \"wp_\"");
        settings.table_prefix = std::move(prefix->value);
    }
}

void read_plugins(const TomlTable& table, Settings& settings) {
    table.allow_only({"directories", "load", "strict_compatibility"});
    for (const auto& [directory, where] : table.texts("directories").value_or(std::vector<LocatedText>{}))
        settings.plugin_directories.push_back((settings.file->parent_path() / directory).lexically_normal());
    if (auto load = table.texts("load")) settings.load = std::move(*load);
    if (const auto strict = table.flag("strict_compatibility")) settings.strict_compatibility = strict->value;
}

PluginSection read_plugin_section(const TomlTable& table, const Location& where) {
    PluginSection section{where, {}};
    table.for_each([&](const std::string& key, const Location& key_where, const toml::node& node) {
        auto value = setting_value(node);
        if (!value)
            fail(errc::config_wrong_type, table.where(key),
                 fmt::format("{} is a text, an integer, a number or a flag, not {}", table.label(key), describe(node)));
        section.values.emplace(key, LocatedSetting{std::move(*value), key_where});
    });
    return section;
}

void read_compatibility(const TomlTable& table, Settings& settings) {
    table.allow_only({"posts_mirror"});
    if (const auto mirror = table.text("posts_mirror")) {
        if (mirror->value != "full" && mirror->value != "core")
            fail(errc::config_bad_value, mirror->where, fmt::format("[compatibility] posts_mirror cannot be \"{}\"", mirror->value),
                 suggest(mirror->value, {"full", "core"}));
        settings.posts_mirror = mirror->value == "core" ? PostsMirror::core : PostsMirror::full;
    }
}

void read_history(const TomlTable& table, Settings& settings) {
    table.allow_only({"values", "retention_days"});
    if (const auto values = table.flag("values")) settings.history_values = values->value;
    if (const auto days = table.integer("retention_days")) {
        if (days->value < 0) fail(errc::config_bad_value, days->where, fmt::format("[history] retention_days cannot be {}", days->value), "days, or 0 for ever");
        settings.history_retention_days = static_cast<std::uint64_t>(days->value);
    }
}

/// Document 004 section 9.1, under the names' last words.
void read_options(const TomlTable& table, Settings& settings) {
    const auto set = [&](std::string_view option, std::string value) { settings.options.insert_or_assign(std::string(option), std::move(value)); };
    const auto set_flag = [&](const char* key, std::string_view option) {
        if (const auto flag = table.flag(key)) set(option, flag->value ? "yes" : "no");
    };
    const auto set_choice = [&](const char* key, std::string_view option, const std::vector<std::string>& choices) {
        const auto text = table.text(key);
        if (!text) return;
        if (std::find(choices.begin(), choices.end(), text->value) == choices.end())
            fail(errc::config_bad_value, text->where, fmt::format("[custom_orders_table] {} cannot be \"{}\"", key, text->value), suggest(text->value, choices));
        set(option, text->value);
    };
    set_flag("data_sync_enabled", option::data_sync_enabled);
    set_choice("background_sync_mode", option::background_sync_mode, {"interval", "continuous", "off"});
    if (const auto seconds = table.integer("background_sync_interval")) {
        if (seconds->value < sync_interval_min.count() || seconds->value > INT32_MAX)
            fail(errc::config_bad_value, seconds->where, fmt::format("[custom_orders_table] background_sync_interval cannot be {}", seconds->value),
                 fmt::format("seconds, at least {}", sync_interval_min.count()));
        set(option::background_sync_interval, std::to_string(seconds->value));
    }
    set_choice("transactions_isolation_level", option::sync_isolation_level, {"READ UNCOMMITTED", "READ COMMITTED", "REPEATABLE READ", "SERIALIZABLE"});
    set_flag("datastore_caching_enabled", option::datastore_caching_enabled);
    set_flag("orders_cache_enabled", option::orders_cache_enabled);
}

void read_custom_orders_table(const TomlTable& table, Settings& settings) {
    table.allow_only({"force", "order_types", "migration_batch_size", "data_sync_enabled", "background_sync_mode", "background_sync_interval", "transactions_isolation_level",
                      "datastore_caching_enabled", "orders_cache_enabled", "mirror_owner", "switch_grace_s"});
    read_options(table, settings);
    if (const auto force = table.text("force")) {
        if (force->value != "enabled" && force->value != "disabled")
            fail(errc::config_bad_value, force->where, fmt::format("[custom_orders_table] force cannot be \"{}\"", force->value),
                 suggest(force->value, {"enabled", "disabled"}));
        settings.force_custom_orders_table = force->value == "enabled";
        settings.force_where = force->where;
    }
    settings.order_types = table.order_types("order_types");
    if (const auto owner = table.text("mirror_owner")) {
        if (owner->value != "ordo" && owner->value != "woocommerce")
            fail(errc::config_bad_value, owner->where, fmt::format("[custom_orders_table] mirror_owner cannot be \"{}\"", owner->value), suggest(owner->value, {"ordo", "woocommerce"}));
        settings.mirror_owner = owner->value == "ordo" ? MirrorOwner::ordo : MirrorOwner::woocommerce;
    }
    if (const auto grace = table.integer("switch_grace_s")) {
        if (grace->value < 0 || grace->value > 86400)
            fail(errc::config_bad_value, grace->where, fmt::format("[custom_orders_table] switch_grace_s cannot be {}", grace->value), "seconds, 0 to 86400");
        settings.switch_grace_s = static_cast<std::uint64_t>(grace->value);
    }
    if (const auto size = table.integer("migration_batch_size")) {
        if (size->value < 1 || size->value > migration_batch_size_max)
            fail(errc::config_bad_value, size->where, fmt::format("[custom_orders_table] migration_batch_size cannot be {}", size->value),
                 fmt::format("use 1 to {}", migration_batch_size_max));
        settings.migration_batch_size = static_cast<std::uint64_t>(size->value);
    }
}

std::vector<std::string> keys_of(const std::map<std::string, SettingDeclaration, std::less<>>& declared) {
    std::vector<std::string> keys;
    for (const auto& [key, declaration] : declared) keys.push_back(key);
    return keys;
}

}  // namespace

std::string to_string(const Location& where) {
    return where.line == 0 ? where.file : fmt::format("{}:{}:{}", where.file, where.line, where.column);
}

Settings read_settings(const std::filesystem::path& file) {
    const toml::table document = parse_file(file, codes);
    const TomlTable root(document, "", file.string(), codes);
    root.allow_only({"database", "plugins", "plugin", "custom_orders_table", "compatibility", "history"});
    Settings settings;
    settings.file = file;
    if (const auto table = root.table("database")) read_database(*table, settings);
    if (const auto table = root.table("plugins")) read_plugins(*table, settings);
    if (const auto table = root.table("plugin")) {
        table->for_each_table([&](const std::string& id, const Location& where, const TomlTable& section) {
            settings.plugins.emplace(id, read_plugin_section(section, where));
        });
    }
    if (const auto table = root.table("compatibility")) read_compatibility(*table, settings);
    if (const auto table = root.table("history")) read_history(*table, settings);
    if (const auto table = root.table("custom_orders_table")) read_custom_orders_table(*table, settings);
    return settings;
}

PluginSettings check_plugin_settings(std::string_view plugin, const PluginSection* section,
                                     const std::map<std::string, SettingDeclaration, std::less<>>& declared) {
    std::map<std::string, SettingValue, std::less<>> values;
    for (const auto& [key, declaration] : declared) values.emplace(key, declaration.default_value);
    if (!section) return PluginSettings(std::move(values));
    for (const auto& [key, setting] : section->values) {
        const auto at = values.find(key);
        if (at == values.end())
            fail(errc::config_unknown_key, setting.where, fmt::format("unknown key \"{}\" in [plugin.{}]", key, plugin),
                 declared.empty() ? fmt::format("the plugin \"{}\" has no settings", plugin) : suggest(key, keys_of(declared)));
        if (setting.value.index() == at->second.index())
            at->second = setting.value;
        else if (std::holds_alternative<double>(at->second) && std::holds_alternative<std::int64_t>(setting.value))
            at->second = static_cast<double>(std::get<std::int64_t>(setting.value));  // 3 is a number as much as 3.0
        else
            fail(errc::config_wrong_type, setting.where,
                 fmt::format("[plugin.{}] {} is {}, not {}", plugin, key, describe(at->second), describe(setting.value)));
    }
    return PluginSettings(std::move(values));
}

}  // namespace ordo::config
