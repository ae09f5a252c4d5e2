/// `ordo hpos rehearse`: what a switch of the authoritative store would find now, without switching.
#include <fmt/format.h>

#include "hpos.hpp"

namespace ordo::cli {
namespace {

namespace json = boost::json;

void rehearse(Context& context, bool include_unknown_types) {
    const auto kernel = context.open_shop();
    const Direction way = kernel->synchronizer().get_direction();
    SwitchOptions options;
    options.ignore_plugin_compatibility = context.ignore_plugin_compatibility;
    options.include_unknown_types = include_unknown_types;
    const auto obstacles = kernel->controller().get_switch_obstacles(way.target, options);
    VerifyOptions whole;
    whole.stop_requested = stop_requested;
    whole.include_unknown_types = include_unknown_types;
    const VerifyReport found = kernel->verifier().verify(whole);
    // With compatibility mode on the few that wait are copied in the switch's own transaction: no obstacle says otherwise.
    const std::uint64_t waiting = found.orders_different - found.extra;
    const std::uint64_t along = obstacles.empty() && kernel->synchronizer().data_sync_is_enabled() ? waiting : 0, lost = waiting - along;
    if (context.json()) {
        json::array reasons;
        for (const SwitchObstacle& obstacle : obstacles) reasons.push_back(json::object{{"kind", to_string(obstacle.kind)}, {"subject", obstacle.subject}, {"orders", obstacle.orders}, {"message", obstacle.message}});
        print_json(json::object{{"to", way.target}, {"orders", found.orders}, {"would_be_lost", lost}, {"would_come_along", along}, {"only_in_target", found.extra},
                                {"stray_rows", found.stray_rows}, {"obstacles", reasons}, {"interrupted", found.interrupted}});
    } else {
        print_table({"switching to " + way.target + " now", ""}, {{"orders compared", std::to_string(found.orders)},
                                                                {"would be lost, or be as they were", std::to_string(lost)},
                                                                {"would be copied in the switch itself", std::to_string(along)},
                                                                {"only in " + way.target + ", would appear", std::to_string(found.extra)},
                                                                {"stray rows", std::to_string(found.stray_rows)}});
    }
    std::vector<std::string> messages;
    for (const SwitchObstacle& obstacle : obstacles) messages.push_back(obstacle.message);
    if (found.interrupted) context.exit = ExitCode::interrupted;
    else if (!messages.empty()) print_refusal(context, "the switch would be refused", messages, errc::switch_refused);
    else if (lost + found.extra > 0) context.exit = ExitCode::differences;
    if (found.orders_different > 0) context.say(fmt::format("`ordo hpos verify-data{0}` names the orders, `ordo hpos sync{0}` copies those that wait", unknown_types_words(include_unknown_types)));
    const bool there = way.target == store_hpos;
    if (context.exit == ExitCode::done)
        context.say(fmt::format("nothing was changed; `ordo hpos {}{}` would lose no order", there ? "enable" : "disable", unknown_types_words(there && include_unknown_types)));
}

}  // namespace

void add_hpos_rehearse(CLI::App& noun, Context& context) {
    auto include_unknown_types = std::make_shared<bool>(false);
    CLI::App* command = add_command(noun, "rehearse", "Prove that a switch to the other store would lose no order now, without switching; exit 1 or 3 if it would not do",
                                    "ordo hpos rehearse", [&context, include_unknown_types] { rehearse(context, *include_unknown_types); });
    add_unknown_types(*command, *include_unknown_types);
}

}  // namespace ordo::cli
