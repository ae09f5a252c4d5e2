/// How TOML becomes located values and located mistakes. Knows no key of any file. Values; any thread.
#include "kernel/config/toml_reader.hpp"

#include <algorithm>
#include <fstream>
#include <iterator>

#include <ordo/nearest.hpp>

namespace ordo::config {

void fail(ErrorCode code, const Location& where, std::string_view message, std::string hint) {
    const std::string place = to_string(where);
    throw Error(code, place.empty() ? std::string(message) : fmt::format("{}: {}", place, message), std::move(hint));
}

std::string suggest(std::string_view word, const std::vector<std::string>& candidates) {
    if (candidates.empty()) return {};
    const std::string_view near = nearest(word, candidates);
    if (!near.empty()) return fmt::format("did you mean \"{}\"?", near);
    return fmt::format("known are \"{}\"", fmt::join(candidates, "\", \""));
}

std::string_view describe(const toml::node& node) {
    switch (node.type()) {
        case toml::node_type::string:
            return "a text";
        case toml::node_type::integer:
            return "an integer";
        case toml::node_type::floating_point:
            return "a number";
        case toml::node_type::boolean:
            return "a flag (true or false)";
        case toml::node_type::array:
            return "an array";
        case toml::node_type::table:
            return "a table";
        default:
            return "a date or time";
    }
}

std::string_view describe(const SettingValue& value) {
    if (std::holds_alternative<bool>(value)) return "a flag (true or false)";
    if (std::holds_alternative<std::int64_t>(value)) return "an integer";
    if (std::holds_alternative<double>(value)) return "a number";
    return "a text";
}

std::optional<SettingValue> setting_value(const toml::node& node) {
    if (const auto* const flag = node.as_boolean()) return flag->get();
    if (const auto* const integer = node.as_integer()) return integer->get();
    if (const auto* const number = node.as_floating_point()) return number->get();
    if (const auto* const text = node.as_string()) return text->get();
    return std::nullopt;
}

void TomlTable::allow_only(const std::vector<std::string>& keys) const {
    for_each([&](const std::string& key, const Location& where, const toml::node&) {
        if (std::find(keys.begin(), keys.end(), key) != keys.end()) return;
        const std::string message =
            name_.empty() ? fmt::format("unknown key \"{}\"", key) : fmt::format("unknown key \"{}\" in [{}]", key, name_);
        fail(codes_->unknown_key, where, message, suggest(key, keys));
    });
}

std::optional<std::vector<LocatedText>> TomlTable::texts(std::string_view key) const {
    const toml::node* const node = find(key);
    if (!node) return std::nullopt;
    const toml::array* const array = node->as_array();
    if (!array) fail_type(key, "an array of texts", *node);
    std::vector<LocatedText> texts;
    for (const toml::node& element : *array) {
        const auto* const text = element.as_string();
        if (!text) fail(codes_->wrong_type, locate(element.source()), fmt::format("{} holds texts, not {}", label(key), describe(element)));
        texts.push_back({text->get(), locate(element.source())});
    }
    return texts;
}

std::optional<TomlTable> TomlTable::table(std::string_view key) const {
    const toml::node* const node = find(key);
    if (!node) return std::nullopt;
    const toml::table* const inner = node->as_table();
    if (!inner) fail_type(key, "a table", *node);
    return TomlTable(*inner, name_.empty() ? std::string(key) : fmt::format("{}.{}", name_, key), file_, *codes_);
}

std::vector<std::string> TomlTable::order_types(std::string_view key) const {
    std::vector<std::string> types;
    for (auto& [type, where] : texts(key).value_or(std::vector<LocatedText>{})) {
        if (type.empty() || type.size() > order_type_bytes_max)
            fail(codes_->bad_value, where,
                 fmt::format("{}: the order type \"{}\" must have 1 to {} bytes", label(key), type, order_type_bytes_max),
                 "the column of a post type holds no more; its plugin must use a shorter one");
        types.push_back(std::move(type));
    }
    return types;
}

Location TomlTable::where(std::string_view key) const {
    const toml::node* const node = find(key);
    return locate(node ? node->source() : table_->source());
}

void TomlTable::fail_type(std::string_view key, std::string_view wanted, const toml::node& node) const {
    fail(codes_->wrong_type, locate(node.source()), fmt::format("{} is {}, not {}", label(key), wanted, describe(node)));
}

toml::table parse_file(const std::filesystem::path& file, const MistakeCodes& codes) {
    // Read here rather than by toml++, whose errors do not tell an unreadable file from one that is wrong.
    std::error_code error;
    std::ifstream stream;
    if (!std::filesystem::is_directory(file, error)) stream.open(file, std::ios::binary);
    const std::string text{std::istreambuf_iterator<char>(stream), {}};
    if (!stream.is_open() || stream.bad())
        throw Error(codes.unreadable, fmt::format("{}: cannot be read", file.string()), "does the file exist, and may this user read it?");
    try {
        return toml::parse(text, file.string());
    } catch (const toml::parse_error& mistake) {
        const auto& begin = mistake.source().begin;
        fail(codes.syntax, {file.string(), begin.line, begin.column}, mistake.description());
    }
}

}  // namespace ordo::config
