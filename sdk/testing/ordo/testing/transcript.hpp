/// What makes two runs' transcripts comparable: ids by their first appearance, the present time and order keys by a word, long
/// texts by their digest. Works on canonical lines as text, so that the suite needs no JSON. One thread.
#pragma once

#include <ordo/testing/probe.hpp>

namespace ordo::testing::detail {

inline UtcSeconds present() { return std::chrono::floor<std::chrono::seconds>(std::chrono::system_clock::now()); }

/// The ids of exported lines: each begins with `{"id":`.
inline std::vector<OrderId> ids_of(const Names& lines) {
    std::vector<OrderId> ids;
    for (const std::string& line : lines) ids.push_back({ordo::detail::to_number(std::string_view(line).substr(6, line.find(',') - 6))});
    return ids;
}

/// The kernel may hold on to a zone for some seconds.
inline void set_zone(Kernel& kernel, const std::string& zone) {
    kernel.options().update(option::timezone_string, zone);
    const UtcSeconds noon = *parse_datetime("2026-01-15 12:00:00");
    for (const UtcSeconds begin = present(); kernel.orders().site_zone().to_local(noon) == format_datetime(noon);)
        if (present() - begin > std::chrono::seconds{30}) throw Error(errc::usage, fmt::format("the site's zone did not become {}", zone));
}

class Transcript {
public:
    Transcript(UtcSeconds begin, UtcSeconds end, const SiteZone& zone) {
        for (UtcSeconds at = begin; at <= end; at += std::chrono::seconds{1})
            for (const std::string& spelled : {format_datetime(at), zone.to_local(at), std::to_string(at.time_since_epoch().count())}) present_.insert(spelled);
    }

    std::string normalised(std::string_view text) {
        std::string result;
        while (!text.empty()) {
            const std::size_t end = std::min(text.find('\n'), text.size());
            add_line(result, text.substr(0, end));
            text.remove_prefix(std::min(end + 1, text.size()));
        }
        return result;
    }

private:
    static constexpr std::size_t text_bytes_max = 400;

    void add_line(std::string& result, std::string_view line) {
        const bool is_order = line.starts_with("{\"id\":");
        for (std::size_t at = 0; at < line.size();) {
            const std::string_view rest = line.substr(at);
            if (is_order && replace_id(result, line, at)) continue;
            if (replace_present(result, line, at)) continue;
            if (constexpr std::string_view key = "wc_order_"; rest.starts_with(key) && rest.size() >= key.size() + 13) {
                result += "(key)";
                at += key.size() + 13;
            } else if (is_order && line[at] == '"') {
                add_string(result, line, at);
            } else {
                result += line[at++];
            }
        }
        result += '\n';
    }

    /// `"id":7`, `"parent_order_id":"7"`, `"_refunded_item_id","7"`.
    bool replace_id(std::string& result, std::string_view line, std::size_t& at) {
        const std::string_view rest = line.substr(at);
        for (const auto& [before, kind] : {std::pair<std::string_view, char>{"\"id\":", 'i'}, {"\"parent_order_id\":\"", 'o'}, {"\"_refunded_item_id\",\"", 'l'}}) {
            if (!rest.starts_with(before)) continue;
            std::size_t digits = before.size();
            while (digits < rest.size() && rest[digits] >= '0' && rest[digits] <= '9') ++digits;
            const std::string number(rest.substr(before.size(), digits - before.size()));
            const char of = kind != 'i' ? kind : at == 1 ? 'o' : rest.substr(digits).starts_with(",\"type\"") ? 'l' : 'n';
            auto& known = ids_[of];
            result.append(before);
            result += number == "0" ? "0" : fmt::format("{}{}", of == 'o' ? "order " : of == 'l' ? "item " : "note ", known.emplace(number, known.size() + 1).first->second);
            at += digits;
            return true;
        }
        return false;
    }
    bool replace_present(std::string& result, std::string_view line, std::size_t& at) {
        if (line[at] < '0' || line[at] > '9' || (at > 0 && line[at - 1] >= '0' && line[at - 1] <= '9')) return false;
        for (const std::size_t length : {std::size_t{19}, std::size_t{10}}) {
            if (at + length > line.size() || !present_.contains(std::string(line.substr(at, length)))) continue;
            result += "(now)";
            at += length;
            return true;
        }
        return false;
    }
    /// A long text becomes its beginning and digest; of a short one only the quote is taken, so that what is in it is looked at.
    static void add_string(std::string& result, std::string_view line, std::size_t& at) {
        std::size_t end = at + 1;
        while (end < line.size() && line[end] != '"') end += line[end] == '\\' ? 2 : 1;
        const std::string_view text = line.substr(at + 1, std::min(end, line.size()) - at - 1);
        result += '"';
        ++at;
        if (text.size() <= text_bytes_max) return;
        result += fmt::format("({} bytes, {:016x})", text.size(), digest(text));
        at += text.size();
    }

    std::set<std::string> present_;
    std::map<char, std::map<std::string, std::size_t>> ids_;
};

}  // namespace ordo::testing::detail
