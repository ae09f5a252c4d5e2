/// Reads a TOML file so that every mistake becomes an `ordo::Error` with file, line and column. What the keys mean stands
/// in settings.cpp and manifest.cpp. Only this folder may include it (it brings toml++). Values; any thread.
#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <fmt/format.h>
#include <toml++/toml.h>

#include "kernel/config/settings.hpp"

namespace ordo::config {

/// What each kind of mistake is called: a configuration tells them apart, a manifest does not.
struct MistakeCodes {
    ErrorCode unreadable, syntax, unknown_key, wrong_type, bad_value;
};

[[noreturn]] void fail(ErrorCode code, const Location& where, std::string_view message, std::string hint = {});

/// `did you mean "load"?`; else what there is: `known are "a", "b"`; empty if there is nothing.
std::string suggest(std::string_view word, const std::vector<std::string>& candidates);

template <class T>
struct Located {
    T value;
    Location where;
};

/// "an integer", "a text" …: what stands in the file.
std::string_view describe(const toml::node& node);
/// "an integer", "a text" …: what a setting is.
std::string_view describe(const SettingValue& value);
/// The value of a setting; absent if the node is none (an array, a table, a date).
std::optional<SettingValue> setting_value(const toml::node& node);

/// The largest length of a post type, and so of an order type: `wp_posts.post_type` and `wp_wc_orders.type` hold no more.
inline constexpr std::size_t order_type_bytes_max = 20;

/// One table of a file, with its name as people write it. A view: the document must outlive it.
class TomlTable {
public:
    /// `name`: empty for the whole document, else "plugins" or "plugin.gift-wrap".
    TomlTable(const toml::table& table, std::string name, std::string file, const MistakeCodes& codes)
        : table_(&table), name_(std::move(name)), file_(std::move(file)), codes_(&codes) {}

    /// Refuses every key but these.
    void allow_only(const std::vector<std::string>& keys) const;

    /// Each is absent if the key is, and throws if its value is something else.
    std::optional<Located<std::string>> text(std::string_view key) const { return get<std::string>(key, "a text"); }
    std::optional<Located<std::int64_t>> integer(std::string_view key) const { return get<std::int64_t>(key, "an integer"); }
    std::optional<Located<bool>> flag(std::string_view key) const { return get<bool>(key, "a flag (true or false)"); }
    std::optional<std::vector<LocatedText>> texts(std::string_view key) const;
    std::optional<TomlTable> table(std::string_view key) const;
    /// The same as `texts`, each checked to fit the column of a post type.
    std::vector<std::string> order_types(std::string_view key) const;

    /// Calls `each(key, where the key stands, node)` for every entry, in alphabetical order.
    template <class Each>
    void for_each(Each each) const {
        for (const auto& [key, node] : *table_) each(std::string(key.str()), locate(key.source()), node);
    }
    template <class Each>
    void for_each_table(Each each) const {
        for_each([&](const std::string& key, const Location& where, const toml::node&) { each(key, where, *table(key)); });
    }

    /// Where the key's value stands; the table if there is none.
    Location where(std::string_view key) const;
    Location locate(const toml::source_region& region) const { return {file_, region.begin.line, region.begin.column}; }
    /// "[plugins] load", or "id" in the whole document.
    std::string label(std::string_view key) const { return name_.empty() ? std::string(key) : fmt::format("[{}] {}", name_, key); }
    const toml::node* find(std::string_view key) const { return table_->get(key); }

private:
    template <class T>
    std::optional<Located<T>> get(std::string_view key, std::string_view wanted) const {
        const toml::node* const node = find(key);
        if (!node) return std::nullopt;
        if (const auto* const value = node->as<T>()) return Located<T>{value->get(), locate(node->source())};
        fail_type(key, wanted, *node);
    }
    [[noreturn]] void fail_type(std::string_view key, std::string_view wanted, const toml::node& node) const;

    const toml::table* table_;
    std::string name_, file_;
    const MistakeCodes* codes_;
};

/// Throws `codes.unreadable` or `codes.syntax`.
toml::table parse_file(const std::filesystem::path& file, const MistakeCodes& codes);

}  // namespace ordo::config
