/// See migration_record.hpp.
#include "kernel/sync/migration_record.hpp"

#include <algorithm>

#include <ordo/options.hpp>
#include <ordo/order_fields.hpp>

#include "kernel/orders/php_serialized.hpp"
#include "kernel/sync/claim.hpp"

namespace ordo::sync {
namespace {

using orders::PhpArray;
using orders::PhpKey;
using orders::PhpValue;

constexpr std::uint32_t message_bytes_max = 500;
/// WordPress need not read them with every request; every version understands "no".
constexpr std::string_view autoload = "no";

PhpValue number(std::uint64_t value) { return {static_cast<std::int64_t>(value)}; }

std::optional<std::uint64_t> get_number(const PhpArray& array, const char* key) {
    const PhpValue* entry = orders::find_entry(array, PhpKey{key});
    const auto* value = entry ? entry->get<std::int64_t>() : nullptr;
    return value && *value >= 0 ? std::optional{static_cast<std::uint64_t>(*value)} : std::nullopt;
}

std::optional<std::string> get_text(const PhpArray& array, const char* key) {
    const PhpValue* entry = orders::find_entry(array, PhpKey{key});
    const auto* value = entry ? entry->get<std::string>() : nullptr;
    return value ? std::optional{*value} : std::nullopt;
}

bool same_failure(const MigrationError& a, const MigrationError& b) { return a.order == b.order && a.field == b.field && a.message == b.message; }

std::uint64_t without(std::uint64_t count, std::uint64_t part) { return count - std::min(count, part); }

}  // namespace

std::string to_option(const MigrationStatus& status) {
    return orders::to_php({PhpArray{{PhpKey{"pending_count"}, number(status.pending_count)},
                                    {PhpKey{"migrated_count"}, number(status.migrated_count)},
                                    {PhpKey{"errors"}, number(status.errors)},
                                    {PhpKey{"last_batch_time"}, number(status.last_batch_time)}}});
}

std::string to_option(const std::vector<MigrationError>& errors) {
    PhpArray list;
    for (const MigrationError& error : errors)
        list.push_back({PhpKey{static_cast<std::int64_t>(list.size())}, {PhpArray{{PhpKey{"order_id"}, number(error.order.value)},
                                                                                  {PhpKey{"field"}, {error.field}},
                                                                                  {PhpKey{"message"}, {error.message}},
                                                                                  {PhpKey{"time"}, number(error.time)}}}});
    return orders::to_php({std::move(list)});
}

std::optional<MigrationStatus> parse_migration_status(std::string_view text) {
    const auto value = orders::parse_php(text);
    const auto* array = value ? value->get<PhpArray>() : nullptr;
    if (!array) return std::nullopt;
    const auto pending = get_number(*array, "pending_count"), migrated = get_number(*array, "migrated_count"), errors = get_number(*array, "errors"),
               time = get_number(*array, "last_batch_time");
    if (!pending || !migrated || !errors || !time) return std::nullopt;
    return MigrationStatus{*pending, *migrated, *errors, *time};
}

std::optional<std::vector<MigrationError>> parse_migration_errors(std::string_view text) {
    const auto value = orders::parse_php(text);
    const auto* list = value ? value->get<PhpArray>() : nullptr;
    if (!list) return std::nullopt;
    std::vector<MigrationError> errors;
    for (const orders::PhpEntry& entry : *list) {
        const auto* array = entry.value.get<PhpArray>();
        if (!array) return std::nullopt;
        const auto order = get_number(*array, "order_id"), time = get_number(*array, "time");
        auto field = get_text(*array, "field"), message = get_text(*array, "message");
        if (!order || !time || !field || !message) return std::nullopt;
        errors.push_back({OrderId{*order}, std::move(*field), std::move(*message), *time});
    }
    return errors;
}

MigrationRecord::MigrationRecord(database::SqlDatabase& database, const options::OptionsTable& options, const orders::StoreAccess& stores,
                                 QuarantineTable quarantine, Log& log)
    : database_(&database), options_(&options), stores_(&stores), quarantine_(std::move(quarantine)), log_(&log) {}

std::optional<MigrationStatus> MigrationRecord::status(Read& read) const {
    const auto text = options_->get(read, option::migration_status);
    return text ? parse_migration_status(*text) : std::nullopt;
}

std::vector<MigrationError> MigrationRecord::errors(Read& read) const {
    const auto text = options_->get(read, option::migration_errors);
    return (text ? parse_migration_errors(*text) : std::nullopt).value_or(std::vector<MigrationError>{});
}

/// The numbers of a whole run are exact. A part of one moves the last ones on: counting anew would cost more than the part.
MigrationStatus MigrationRecord::next_status(Unit& unit, const std::optional<MigrationStatus>& before, const Direction& way, const RunOutcome& outcome,
                                             std::uint64_t errors) const {
    MigrationStatus next;
    next.errors = errors;
    std::uint64_t orders = 0;
    if (outcome.all_orders) {
        orders = *outcome.all_orders;
        next.pending_count = outcome.changed_meanwhile;
    } else if (before) {
        orders = before->pending_count + before->migrated_count + before->errors;
        next.pending_count = without(before->pending_count, outcome.written);
    } else {
        orders = orders::StoreView(*stores_, unit).count(way.source).orders;
        next.pending_count = without(orders, outcome.written + outcome.unchanged + errors);
    }
    next.migrated_count = without(orders, next.pending_count + errors);
    if (before) next.last_batch_time = before->last_batch_time;
    return next;
}

/// Only what is in quarantine and not in the list yet: an order that fails in the same way again is no news.
bool MigrationRecord::add_new_errors(std::vector<MigrationError>& errors, Read& read, const Direction& way) const {
    bool added = false;
    for (const QuarantineReport& report : quarantine_.list_newest(read, way.target, migration_errors_max)) {
        const MigrationError error{report.order, report.field, std::string(fitting_prefix(report.reason, message_bytes_max, true)),
                                   static_cast<std::uint64_t>(now_s())};
        if (std::any_of(errors.begin(), errors.end(), [&](const MigrationError& known) { return same_failure(known, error); })) continue;
        errors.push_back(error);
        added = true;
    }
    if (errors.size() > migration_errors_max) errors.erase(errors.begin(), errors.end() - migration_errors_max);
    return added;
}

void MigrationRecord::note(const Direction& way, const RunOutcome& outcome) const {
    try {
        std::optional<MigrationStatus> before;
        bool seen = false;
        database_->write([&](Unit& unit) {
            if (!options_->exists(unit)) return;
            // Once: the second time it may be this run's own, if the answer to a commit was lost.
            if (!std::exchange(seen, true)) before = status(unit);
            std::vector<MigrationError> failed = errors(unit);
            const bool new_errors = add_new_errors(failed, unit, way);
            if (new_errors) options_->set(unit, option::migration_errors, to_option(failed), autoload);

            const bool moved = outcome.written > 0 || new_errors;
            if (!before && !moved && !outcome.all_orders) return;  // a batch in which nothing happened is no beginning
            MigrationStatus next = next_status(unit, before, way, outcome, quarantine_.digests(unit, way.target).size());
            if (moved) next.last_batch_time = static_cast<std::uint64_t>(now_s());
            const std::string text = to_option(next);
            if (!before || text != to_option(*before)) options_->set(unit, option::migration_status, text, autoload);
        });
    } catch (const Error& error) {
        log_->warning("how far the migration is was not written to {}: {}", option::migration_status, error.what());
    }
}

void MigrationRecord::forget(Unit& unit) const {
    options_->remove(unit, option::migration_status);
    options_->remove(unit, option::migration_errors);
}

}  // namespace ordo::sync
