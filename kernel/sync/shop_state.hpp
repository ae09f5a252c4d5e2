/// What is remembered of a shop as a whole (`ordo_state`), a text a name: which triggers capture foreign writes, since when the
/// ledger knows all orders that wait, since when which store is authoritative. Losing a row loses nothing but time. Keeps no
/// state of its own; any thread.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include <ordo/database.hpp>

namespace ordo::sync {

class ShopState {
public:
    explicit ShopState(const std::string& table_prefix) : table_(table_prefix + "ordo_state") {}
    Table schema() const;

    std::optional<std::string> get(Read& read, std::string_view name) const;
    void set(Unit& unit, std::string_view name, std::string_view value) const;
    void forget(Unit& unit, std::string_view name) const;

private:
    std::string table_;
};

namespace state {
inline constexpr std::string_view capture = "capture";             ///< one installation of triggers
inline constexpr std::string_view known = "known";                 ///< what a whole run left: installation and rules
inline constexpr std::string_view known_since = "known_since";     ///< Unix seconds
inline constexpr std::string_view authoritative = "authoritative"; ///< the store, as a run last saw it
inline constexpr std::string_view switched = "switched";           ///< Unix seconds
inline constexpr std::string_view speed = "speed";                 ///< orders a second of the last run that moved enough to tell
}  // namespace state

}  // namespace ordo::sync
