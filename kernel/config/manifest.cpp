/// The keys of a plugin's manifest, as `ordo_add_plugin()` writes them. It does not look at the library beside the
/// manifest. Values; any thread.
#include <algorithm>
#include <vector>

#include "kernel/config/toml_reader.hpp"

namespace ordo::config {
namespace {

constexpr MistakeCodes codes{errc::plugin_manifest, errc::plugin_manifest, errc::plugin_manifest, errc::plugin_manifest,
                             errc::plugin_manifest};

std::string required_text(const TomlTable& table, std::string_view key) {
    auto text = table.text(key);
    if (!text || text->value.empty()) fail(errc::plugin_manifest, table.where(key), fmt::format("{} is missing", table.label(key)));
    return std::move(text->value);
}

void check_id(const std::string& id, const Location& where) {
    const auto lower_or_digit = [](char c) { return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9'); };
    const bool good =
        lower_or_digit(id.front()) && std::all_of(id.begin(), id.end(), [&](char c) { return lower_or_digit(c) || c == '-'; });
    if (!good) fail(errc::plugin_manifest, where, fmt::format("id cannot be \"{}\"", id), "use lower-case letters, digits and hyphens");
}

std::vector<std::string> ids(const TomlTable& table, std::string_view key) {
    std::vector<std::string> ids;
    for (auto& located : table.texts(key).value_or(std::vector<LocatedText>{})) ids.push_back(std::move(located.text));
    return ids;
}

/// What a setting's `type` says, as the value that a setting of this type has before any other.
SettingValue empty_value(const std::string& type, const Location& where) {
    if (type == "flag") return false;
    if (type == "integer") return std::int64_t{0};
    if (type == "number") return 0.0;
    if (type == "text") return std::string{};
    fail(errc::plugin_manifest, where, fmt::format("a setting cannot be of type \"{}\"", type),
         suggest(type, {"text", "integer", "number", "flag"}));
}

SettingDeclaration read_declaration(const TomlTable& table) {
    table.allow_only({"type", "default", "help"});
    SettingDeclaration declaration{empty_value(required_text(table, "type"), table.where("type")), {}};
    if (auto help = table.text("help")) declaration.help = std::move(help->value);
    const toml::node* const node = table.find("default");
    if (!node) fail(errc::plugin_manifest, table.where("type"), fmt::format("{} is missing", table.label("default")));
    auto value = setting_value(*node);
    if (value && std::holds_alternative<double>(declaration.default_value) && std::holds_alternative<std::int64_t>(*value))
        value = static_cast<double>(std::get<std::int64_t>(*value));  // 3 is a number as much as 3.0
    if (!value || value->index() != declaration.default_value.index())
        fail(errc::plugin_manifest, table.where("default"),
             fmt::format("{} is {}, not {}", table.label("default"), describe(declaration.default_value), describe(*node)));
    declaration.default_value = std::move(*value);
    return declaration;
}

}  // namespace

Manifest read_manifest(const std::filesystem::path& file) {
    const toml::table document = parse_file(file, codes);
    const TomlTable root(document, "", file.string(), codes);
    root.allow_only({"id", "version", "kind", "requires", "conflicts", "order_types", "compatibility", "settings"});
    Manifest manifest;
    manifest.file = file;
    manifest.id = required_text(root, "id");
    check_id(manifest.id, root.where("id"));
    manifest.version = required_text(root, "version");
    manifest.kind = required_text(root, "kind");
    if (manifest.kind != "store" && manifest.kind != "extension")
        fail(errc::plugin_manifest, root.where("kind"), fmt::format("kind cannot be \"{}\"", manifest.kind),
             suggest(manifest.kind, {"store", "extension"}));
    manifest.requires_ids = ids(root, "requires");
    manifest.conflicts = ids(root, "conflicts");
    manifest.order_types = root.order_types("order_types");
    if (const auto table = root.table("compatibility")) {
        table->allow_only({"custom_order_tables"});
        if (const auto declared = table->flag("custom_order_tables")) manifest.custom_order_tables = declared->value;
    }
    if (const auto table = root.table("settings")) {
        table->for_each_table([&](const std::string& name, const Location&, const TomlTable& setting) {
            manifest.settings.emplace(name, read_declaration(setting));
        });
    }
    return manifest;
}

}  // namespace ordo::config
