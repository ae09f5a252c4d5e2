/// FNV-1a: enough to notice a change, and nothing to link against. Not for security. One thread.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include <fmt/format.h>

namespace ordo::orders {

class Digest {
public:
    void add(std::string_view bytes) noexcept {
        for (const char c : bytes) digest_ = (digest_ ^ static_cast<unsigned char>(c)) * 1099511628211U;
    }
    std::string hex() const { return fmt::format("{:016x}", digest_); }

private:
    std::uint64_t digest_ = 14695981039346656037U;
};

}  // namespace ordo::orders
