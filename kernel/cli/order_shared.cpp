/// See order.hpp.
#include <algorithm>
#include <cerrno>
#include <cstring>
#include <fstream>
#include <iostream>
#include <limits>

#include <fmt/format.h>
#include <pwd.h>
#include <ordo/nearest.hpp>
#include <unistd.h>

#include "order.hpp"

namespace ordo::cli {
namespace {

/// The property that is spelled most like it; empty if none is near.
std::string_view nearest_property(std::string_view name) {
    std::vector<std::string_view> known;
    for (const OrderProperty& property : common_order_properties) known.push_back(property.name);
    for (const OrderProperty& property : order_only_properties) known.push_back(property.name);
    for (const FieldSpec& spec : order_fields) known.push_back(spec.name);
    return nearest(name, known);
}

}  // namespace

SaveOptions by_operator() {
    const passwd* const user = getpwuid(geteuid());
    return {{"user", user ? user->pw_name : fmt::format("uid {}", geteuid())}};
}

const FieldSpec& require_property(std::string_view name) {
    if (const FieldSpec* spec = find_property(name)) return *spec;
    const std::string_view nearest = nearest_property(name);
    throw Error(errc::order_unknown_field, fmt::format("an order has no property \"{}\"{}", printable(name.substr(0, 64)), nearest.empty() ? "" : fmt::format("; {} is one", nearest)),
                "`ordo order fields` lists them; anything else is meta");
}

void set_property(Order& order, std::string_view name, std::string_view value, const SiteZone& zone) {
    const bool of_refund = order.is_refund() && (name == "amount" || name == "reason");
    if (!of_refund && name != "id" && name != "type" && require_property(name).id == FieldId::status && clean_status(value) == "trash")
        throw Error(errc::order_bad_value, "status: orders get into the trash another way", "`ordo order trash ID`, which `ordo order untrash ID` undoes");
    order.set(name, value, &zone);
}

Decimal parse_amount(std::string_view name, std::string_view text) {
    const std::string plain = detail::checked_amount(name, text);
    const auto amount = Decimal::parse(plain);
    if (!amount) detail::refuse_value(name, "not an amount of at most 18 digits before the point");
    if (amount->to_string() != plain) detail::refuse_value(name, fmt::format("more than {} decimals", Decimal::decimals), "round it first");
    return *amount;
}

std::string local_time(const std::optional<UtcSeconds>& instant, const SiteZone& zone) { return instant ? zone.to_local(*instant) : ""; }

std::string read_input(const std::string& file, std::size_t bytes_max) {
    const bool standard = file == "-";
    std::ifstream opened;
    if (!standard) opened.open(file, std::ios::binary);
    std::istream& in = standard ? std::cin : opened;
    std::string text(bytes_max + 1, '\0');
    // A folder can be opened, but not read.
    if (!standard && !opened) throw Error(errc::io, fmt::format("cannot read {}: {}", file, std::strerror(errno)));
    in.read(text.data(), static_cast<std::streamsize>(text.size()));
    if (in.bad()) throw Error(errc::io, fmt::format("cannot read {}: {}", standard ? "standard input" : file, std::strerror(errno)));
    text.resize(static_cast<std::size_t>(in.gcount()));
    if (text.size() > bytes_max) throw Error(errc::order_bad_value, fmt::format("{} is longer than {} bytes", standard ? "standard input" : file, bytes_max));
    return text;
}

void OrderReport::add(OrderId id, std::string_view outcome) {
    if (context_->json()) json_.push_back(boost::json::object{{"order", id.value}, {"outcome", outcome}, {"message", ""}});
    else print_line(fmt::format("order {}: {}", id, outcome));
}

void OrderReport::add_failure(OrderId id, const Error& failure) {
    if (orders_ == 1) throw failure;
    print_error(failure, fmt::format("order {}", id));
    if (!std::exchange(failed_, true)) context_->exit = failure.code().exit;
    if (context_->json()) json_.push_back(boost::json::object{{"order", id.value}, {"outcome", failure.code().name}, {"message", failure.what()}});
}

void OrderReport::add(const SaveResult& result, std::string_view written, std::string_view unchanged) {
    try {
        Orders::require_success(result);
        add(result.id, result.outcome == Outcome::written ? written : unchanged);
    } catch (const Error& failure) {
        add_failure(result.id, failure);
    }
}

bool OrderReport::stop() {
    if (!stop_requested()) return false;
    context_->exit = ExitCode::interrupted;
    context_->say("interrupted; the remaining orders were left alone");
    return true;
}

void OrderReport::finish() {
    if (context_->json()) print_json(json_);
}

}  // namespace ordo::cli
