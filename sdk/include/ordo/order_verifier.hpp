/// Holds two stores against each other by canonical content, both ways. Implemented by the kernel; reads only; any thread.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <ordo/types.hpp>

namespace ordo {

struct Difference {
    enum class Kind : std::uint8_t { missing, extra, type, field, meta_missing, meta_extra, meta_value };
    OrderId order;
    Kind kind;
    std::string field;             ///< field name or meta key; empty where the whole order is meant
    std::uint32_t ordinal = 0;     ///< of a meta row among equal keys
    std::string source, target;    ///< masked: personal data and secrets as their length only
};

constexpr std::string_view to_string(Difference::Kind kind) noexcept {
    switch (kind) {
        case Difference::Kind::missing: return "missing";
        case Difference::Kind::extra: return "extra";
        case Difference::Kind::type: return "type";
        case Difference::Kind::field: return "field";
        case Difference::Kind::meta_missing: return "meta_missing";
        case Difference::Kind::meta_extra: return "meta_extra";
        case Difference::Kind::meta_value: return "meta_value";
    }
    return "field";
}

struct VerifyReport {
    Direction way;
    std::uint64_t orders = 0;           ///< compared, those in one store only included
    std::uint64_t orders_different = 0;
    std::uint64_t differences = 0;
    std::uint64_t missing = 0, extra = 0;
    std::uint64_t missing_addresses = 0, missing_operational_data = 0, meta_counts_different = 0;
    bool interrupted = false;
    double seconds = 0;
};

struct VerifyOptions {
    std::function<void(const Difference&)> on_difference;   ///< in ascending order of ids
    std::function<bool()> stop_requested;
    std::uint64_t batch_size = 500;
};

class OrderVerifier {
public:
    virtual ~OrderVerifier() = default;
    virtual VerifyReport verify(const VerifyOptions& options) = 0;
    /// One order's differences. Throws `ordo.order.missing` if neither store has it.
    virtual std::vector<Difference> diff(OrderId order) = 0;
};

}  // namespace ordo
