/// The one exception of Ordo and the list of all its codes. Expected outcomes (not found, refused, conflict) are
/// values; an Error says what happened, where, and what to do. Messages and hints carry no personal data.
#pragma once

#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>

namespace ordo {

/// What the program `ordo` exits with. Scripts rely on these numbers.
enum class ExitCode : int {
    done = 0,
    differences = 1,
    usage = 2,
    refused = 3,
    interrupted = 4,
    locked = 5,
    partly_done = 6,
    bad_input = 65,
    internal = 70,
    no_database = 69,
    io = 74,
};

/// A stable name of a failure and the exit code that belongs to it. `name` points to static storage.
struct ErrorCode {
    std::string_view name;
    ExitCode exit;
    friend bool operator==(ErrorCode a, ErrorCode b) noexcept { return a.name == b.name; }
};

/// Every code there is, so that a reader finds them in one place.
namespace errc {
inline constexpr ErrorCode usage{"ordo.usage", ExitCode::usage};
inline constexpr ErrorCode internal{"ordo.internal", ExitCode::internal};
inline constexpr ErrorCode io{"ordo.io", ExitCode::io};

inline constexpr ErrorCode config_unreadable{"ordo.config.unreadable", ExitCode::usage};
inline constexpr ErrorCode config_syntax{"ordo.config.syntax", ExitCode::usage};
inline constexpr ErrorCode config_unknown_key{"ordo.config.unknown_key", ExitCode::usage};
inline constexpr ErrorCode config_wrong_type{"ordo.config.wrong_type", ExitCode::usage};
inline constexpr ErrorCode config_bad_value{"ordo.config.bad_value", ExitCode::usage};

/// There is none at that place yet. Unlike `database_unavailable`, which says nothing of what stands in it.
inline constexpr ErrorCode database_missing{"ordo.database.missing", ExitCode::no_database};
inline constexpr ErrorCode database_unavailable{"ordo.database.unavailable", ExitCode::no_database};
inline constexpr ErrorCode database_not_a_shop{"ordo.database.not_a_shop", ExitCode::no_database};
inline constexpr ErrorCode database_statement{"ordo.database.statement", ExitCode::internal};
inline constexpr ErrorCode database_full{"ordo.database.full", ExitCode::io};
inline constexpr ErrorCode database_busy{"ordo.database.busy", ExitCode::locked};
inline constexpr ErrorCode database_connection_lost{"ordo.database.connection_lost", ExitCode::no_database};
inline constexpr ErrorCode database_schema{"ordo.database.schema", ExitCode::differences};
inline constexpr ErrorCode database_table_needed{"ordo.database.table_needed", ExitCode::refused};

inline constexpr ErrorCode plugin_missing{"ordo.plugin.missing", ExitCode::usage};
inline constexpr ErrorCode plugin_manifest{"ordo.plugin.manifest", ExitCode::usage};
inline constexpr ErrorCode plugin_not_a_library{"ordo.plugin.not_a_library", ExitCode::usage};
inline constexpr ErrorCode plugin_truncated{"ordo.plugin.truncated", ExitCode::usage};
inline constexpr ErrorCode plugin_not_a_plugin{"ordo.plugin.not_a_plugin", ExitCode::usage};
inline constexpr ErrorCode plugin_abi_mismatch{"ordo.plugin.abi_mismatch", ExitCode::usage};
inline constexpr ErrorCode plugin_load_failed{"ordo.plugin.load_failed", ExitCode::usage};
inline constexpr ErrorCode plugin_duplicate{"ordo.plugin.duplicate", ExitCode::usage};
inline constexpr ErrorCode plugin_conflict{"ordo.plugin.conflict", ExitCode::usage};
inline constexpr ErrorCode plugin_requires{"ordo.plugin.requires", ExitCode::usage};
inline constexpr ErrorCode plugin_cycle{"ordo.plugin.cycle", ExitCode::usage};
inline constexpr ErrorCode plugin_failed{"ordo.plugin.failed", ExitCode::internal};
inline constexpr ErrorCode plugin_incompatible{"ordo.plugin.incompatible", ExitCode::refused};

inline constexpr ErrorCode hook_unknown{"ordo.hook.unknown", ExitCode::usage};
inline constexpr ErrorCode hook_signature{"ordo.hook.signature", ExitCode::usage};

inline constexpr ErrorCode store_unknown{"ordo.store.unknown", ExitCode::usage};
inline constexpr ErrorCode order_missing{"ordo.order.missing", ExitCode::bad_input};
inline constexpr ErrorCode order_exists{"ordo.order.exists", ExitCode::refused};
inline constexpr ErrorCode order_refused{"ordo.order.refused", ExitCode::refused};
inline constexpr ErrorCode order_bad_value{"ordo.order.bad_value", ExitCode::bad_input};
inline constexpr ErrorCode order_unknown_field{"ordo.order.unknown_field", ExitCode::usage};
inline constexpr ErrorCode order_conflict{"ordo.order.conflict", ExitCode::refused};
inline constexpr ErrorCode order_vetoed{"ordo.order.vetoed", ExitCode::refused};
inline constexpr ErrorCode order_type_unknown{"ordo.order.type_unknown", ExitCode::refused};

inline constexpr ErrorCode option_missing{"ordo.option.missing", ExitCode::usage};
inline constexpr ErrorCode option_read_only{"ordo.option.read_only", ExitCode::refused};
inline constexpr ErrorCode option_bad_value{"ordo.option.bad_value", ExitCode::usage};

inline constexpr ErrorCode import_bad_dump{"ordo.import.bad_dump", ExitCode::bad_input};
inline constexpr ErrorCode import_truncated{"ordo.import.truncated", ExitCode::bad_input};
inline constexpr ErrorCode import_statement_refused{"ordo.import.statement_refused", ExitCode::bad_input};
inline constexpr ErrorCode import_table_exists{"ordo.import.table_exists", ExitCode::refused};
inline constexpr ErrorCode import_not_a_shop{"ordo.import.not_a_shop", ExitCode::bad_input};
inline constexpr ErrorCode import_bad_order{"ordo.import.bad_order", ExitCode::bad_input};
inline constexpr ErrorCode import_interrupted{"ordo.import.interrupted", ExitCode::interrupted};

inline constexpr ErrorCode sync_locked{"ordo.sync.locked", ExitCode::locked};
inline constexpr ErrorCode sync_direction{"ordo.sync.direction", ExitCode::refused};
inline constexpr ErrorCode conflict_missing{"ordo.conflict.missing", ExitCode::bad_input};
inline constexpr ErrorCode repair_bad_plan{"ordo.repair.bad_plan", ExitCode::bad_input};
inline constexpr ErrorCode cleanup_refused{"ordo.cleanup.refused", ExitCode::refused};
inline constexpr ErrorCode rollback_refused{"ordo.rollback.refused", ExitCode::refused};
inline constexpr ErrorCode switch_refused{"ordo.switch.refused", ExitCode::refused};
inline constexpr ErrorCode needs_confirmation{"ordo.needs_confirmation", ExitCode::refused};
}  // namespace errc

/// What happened (`what()`), how it is called (`code()`) and what to do about it (`hint()`, may be empty).
class Error : public std::runtime_error {
public:
    Error(ErrorCode code, const std::string& message, std::string hint = {})
        : std::runtime_error(message), code_(code), hint_(std::move(hint)) {}

    ErrorCode code() const noexcept { return code_; }
    const std::string& hint() const noexcept { return hint_; }

private:
    ErrorCode code_;
    std::string hint_;
};

}  // namespace ordo
