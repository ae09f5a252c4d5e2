/// The verbs of `ordo order` that have a file of their own, and what they share.
#pragma once

#include <functional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include <boost/json.hpp>

#include "context.hpp"

namespace ordo::cli {

void add_order_list(CLI::App& noun, Context& context);      ///< list
void add_order_create(CLI::App& noun, Context& context);    ///< create
void add_order_edit(CLI::App& noun, Context& context);      ///< update, status, pay
void add_order_notes(CLI::App& noun, Context& context);     ///< note, notes, note-delete
void add_order_refund(CLI::App& noun, Context& context);    ///< refund
void add_order_removal(CLI::App& noun, Context& context);   ///< trash, untrash, delete, empty-trash
void add_order_lookup(CLI::App& noun, Context& context);    ///< history, statuses, fields

/// Whoever runs the command, for the history.
SaveOptions by_operator();

/// The field of a property. Throws `ordo.order.unknown_field`, with the name that may have been meant.
const FieldSpec& require_property(std::string_view name);
/// A property from what people write: dates without an offset are the site's time.
void set_property(Order& order, std::string_view name, std::string_view value, const SiteZone& zone);
/// Throws `ordo.order.bad_value` where the text is no amount of at most 8 decimals.
Decimal parse_amount(std::string_view name, std::string_view text);
/// By the site's clocks; empty if there is none.
std::string local_time(const std::optional<UtcSeconds>& instant, const SiteZone& zone);

/// The whole of a file, or of standard input for "-". Throws `ordo.io`, and `ordo.order.bad_value` beyond `bytes_max`.
std::string read_input(const std::string& file, std::size_t bytes_max);

/// What became of several orders, a line each. All of them are tried; those that fail are named on standard error, and the first
/// decides the exit code. The failure of an order that was the only one is thrown.
class OrderReport {
public:
    OrderReport(Context& context, std::size_t orders) : context_(&context), orders_(orders) {}

    void add(OrderId id, std::string_view outcome);
    void add_failure(OrderId id, const Error& failure);
    /// What the service gave: `written` or `unchanged` in words, or a failure.
    void add(const SaveResult& result, std::string_view written, std::string_view unchanged);
    /// True, once a signal asked to stop: the remaining orders are left alone.
    bool stop();
    /// Prints what `--format=json` prints.
    void finish();

private:
    Context* context_;
    std::size_t orders_;
    bool failed_ = false;
    boost::json::array json_;
};

}  // namespace ordo::cli
