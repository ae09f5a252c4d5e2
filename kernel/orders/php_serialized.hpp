/// Values in PHP's own serialised text, as WordPress keeps arrays in options and meta: read strictly, written byte for byte
/// as PHP writes them. Objects, references and enumerations are not understood. Pure functions; any thread.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include <ordo/decimal.hpp>

namespace ordo::orders {

/// A key of a PHP array. PHP holds a text that spells an integer ("7", "-1", not "07") as that integer: `php_key`.
using PhpKey = std::variant<std::int64_t, std::string>;
PhpKey php_key(std::string_view text);

struct PhpEntry;
/// Entries in order; no key twice.
using PhpArray = std::vector<PhpEntry>;

/// monostate: null. Strings are bytes.
struct PhpValue {
    std::variant<std::monostate, bool, std::int64_t, double, std::string, PhpArray> value;

    /// The value as a type; null if it is another.
    template <class Type>
    const Type* get() const noexcept {
        return std::get_if<Type>(&value);
    }
    friend bool operator==(const PhpValue&, const PhpValue&);
};

struct PhpEntry {
    PhpKey key;
    PhpValue value;
    friend bool operator==(const PhpEntry&, const PhpEntry&) = default;
};

inline bool operator==(const PhpValue& a, const PhpValue& b) { return a.value == b.value; }

/// The entry's value; null if the array has no such key.
const PhpValue* find_entry(const PhpArray& array, const PhpKey& key) noexcept;

/// Arrays nest no deeper than this.
inline constexpr std::size_t php_depth_max = 128;

/// The value of a whole text; `nullopt`: anything PHP would not have written, or that is not understood.
std::optional<PhpValue> parse_php(std::string_view text);

/// PHP's text of a value. Floats have the fewest digits that read back the same (`serialize_precision = -1`).
std::string to_php(const PhpValue& value);

/// A number as PHP keeps it, as a text, an integer or a float: to eight decimals; of anything else 0.
Decimal number_of(const PhpValue& value);

}  // namespace ordo::orders
