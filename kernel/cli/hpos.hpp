/// The verbs of `ordo hpos` that have a file of their own, and how differences are printed.
#pragma once

#include <string>
#include <vector>

#include <boost/json.hpp>

#include "context.hpp"

namespace ordo::cli {

void add_hpos_verify(CLI::App& noun, Context& context);    ///< verify-data, diff
void add_hpos_repair(CLI::App& noun, Context& context);    ///< repair
void add_hpos_backfill(CLI::App& noun, Context& context);  ///< backfill
void add_hpos_conflicts(CLI::App& noun, Context& context); ///< conflicts list, show, restore, drop
void add_hpos_cleanup(CLI::App& noun, Context& context);   ///< cleanup
void add_hpos_capture(CLI::App& noun, Context& context);   ///< capture install, remove, status; vanished
void add_hpos_rehearse(CLI::App& noun, Context& context);  ///< rehearse

inline CLI::Option* add_unknown_types(CLI::App& command, bool& wanted) {
    return command.add_flag("--include-unknown-types", wanted, "Orders of types that no plugin knows are orders, too");
}
/// What a command that is advised needs for the same orders.
constexpr std::string_view unknown_types_words(bool wanted) noexcept { return wanted ? " --include-unknown-types" : ""; }

boost::json::object to_json(const Difference& difference);

/// A repair plan: a JSON object a line. The first says between which stores, each other one is a difference with the
/// digests of its order as it was seen. Lines may be taken out; nothing else may be changed.
std::string plan_header(const Direction& way);
std::string plan_line(const Difference& difference, const Direction& way);

}  // namespace ordo::cli
