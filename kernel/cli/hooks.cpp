/// `ordo hooks`: the catalogue and who listens.
#include <boost/json.hpp>
#include <fmt/format.h>

#include "context.hpp"

namespace ordo::cli {

void add_hooks(CLI::App& app, Context& context) {
    CLI::App& noun = *app.add_subcommand("hooks", "Every hook there is, and who listens");
    noun.require_subcommand(1);
    noun.fallthrough();
    add_command(noun, "list", "Every hook of the catalogue: kind, arguments, when it fires, who listens", "ordo hooks list --format=json", [&context] {
        const auto kernel = context.open();
        boost::json::array json;
        std::vector<std::vector<std::string>> rows;
        for (const HookInfo& hook : kernel->hook_catalogue()) {
            boost::json::array listeners;
            std::string names;
            for (const HookListener& listener : hook.listeners) {
                boost::json::object one{{"plugin", listener.plugin}, {"priority", listener.priority}};
                if (!listener.hook.empty()) one["hook"] = listener.hook;
                listeners.push_back(std::move(one));
                names += fmt::format("{}{} ({}{}{})", names.empty() ? "" : ", ", listener.plugin, listener.priority, listener.hook.empty() ? "" : " ", listener.hook);
            }
            json.push_back(boost::json::object{{"name", hook.name}, {"kind", to_string(hook.kind)}, {"owner", hook.owner}, {"arguments", hook.arguments},
                                               {"fires", hook.fires}, {"a_throw", hook.on_throw}, {"listeners", listeners}});
            rows.push_back({hook.name, std::string(to_string(hook.kind)), hook.arguments.empty() ? "-" : hook.arguments, names.empty() ? "-" : names, hook.fires});
        }
        if (context.json()) print_json(json);
        else print_table({"hook", "kind", "arguments", "listeners", "fires"}, rows);
    });
}

}  // namespace ordo::cli
