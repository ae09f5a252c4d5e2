/// Where messages go. Implemented by the kernel, which adds the plugin's id; any thread. Log no personal data.
#pragma once

#include <cstdint>
#include <string_view>
#include <utility>

#include <fmt/format.h>

namespace ordo {

class Log {
public:
    enum class Level : std::uint8_t { debug, info, warning, error };

    virtual ~Log() = default;
    virtual bool enabled(Level level) const noexcept = 0;
    virtual void write(Level level, std::string_view message) noexcept = 0;

    template <class... Args>
    void debug(fmt::format_string<Args...> text, Args&&... args) { put(Level::debug, text, std::forward<Args>(args)...); }
    template <class... Args>
    void info(fmt::format_string<Args...> text, Args&&... args) { put(Level::info, text, std::forward<Args>(args)...); }
    template <class... Args>
    void warning(fmt::format_string<Args...> text, Args&&... args) { put(Level::warning, text, std::forward<Args>(args)...); }
    template <class... Args>
    void error(fmt::format_string<Args...> text, Args&&... args) { put(Level::error, text, std::forward<Args>(args)...); }

private:
    template <class... Args>
    void put(Level level, fmt::format_string<Args...> text, Args&&... args) {
        if (enabled(level)) write(level, fmt::format(text, std::forward<Args>(args)...));
    }
};

}  // namespace ordo
