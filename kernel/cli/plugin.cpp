/// `ordo plugin`: what is loaded, and why a file would be refused.
#include <boost/json.hpp>
#include <fmt/format.h>
#include <fmt/ranges.h>

#include "context.hpp"

namespace ordo::cli {

void add_plugin(CLI::App& app, Context& context) {
    CLI::App& noun = *app.add_subcommand("plugin", "Loaded plugins, and files that may become one");
    noun.require_subcommand(1);
    noun.fallthrough();

    add_command(noun, "list", "Every loaded plugin: id, version, kind, state, compatibility with custom_order_tables", "ordo plugin list", [&context] {
        const auto kernel = context.open();
        boost::json::array json;
        std::vector<std::vector<std::string>> rows;
        for (const PluginInfo& plugin : kernel->plugins()) {
            json.push_back(boost::json::object{{"id", plugin.id}, {"version", plugin.version}, {"kind", plugin.kind}, {"state", plugin.state},
                                               {"compatibility", to_string(plugin.compatibility)}, {"library", plugin.library.string()},
                                               {"requires", boost::json::array(plugin.requires_ids.begin(), plugin.requires_ids.end())},
                                               {"order_types", boost::json::array(plugin.order_types.begin(), plugin.order_types.end())}});
            rows.push_back({plugin.id, plugin.version, plugin.kind, plugin.state, std::string(to_string(plugin.compatibility)),
                            fmt::format("{}", fmt::join(plugin.requires_ids, ", "))});
        }
        if (context.json()) print_json(json);
        else print_table({"id", "version", "kind", "state", "compatibility", "requires"}, rows);
    });

    auto file = std::make_shared<std::string>();
    CLI::App* inspect = add_command(noun, "inspect", "Say whether a library could be loaded, without running anything of it; exit 2 if not",
                                    "ordo plugin inspect ./gift-wrap.so", [&context, file] {
        const PluginInspection inspection = Kernel::inspect_plugin(*file);
        if (!inspection.loadable) context.exit = inspection.code.exit;
        if (context.json()) {
            print_json(boost::json::object{{"loadable", inspection.loadable}, {"id", inspection.id}, {"version", inspection.version},
                                           {"kind", inspection.kind}, {"compatibility", to_string(inspection.compatibility)},
                                           {"built_for", inspection.built_for}, {"code", inspection.code.name},
                                           {"reason", inspection.reason}, {"hint", inspection.hint}});
            return;
        }
        std::vector<std::vector<std::string>> rows{{"loadable", inspection.loadable ? "yes" : "no"}};
        if (!inspection.id.empty()) {
            rows.insert(rows.end(), {{"id", inspection.id}, {"version", inspection.version}, {"kind", inspection.kind},
                                     {"compatibility", std::string(to_string(inspection.compatibility))}});
        }
        if (!inspection.built_for.empty()) rows.push_back({"built for", inspection.built_for});
        if (!inspection.loadable) {
            rows.push_back({"reason", inspection.reason});
            rows.push_back({"what to do", inspection.hint});
            rows.push_back({"code", std::string(inspection.code.name)});
        }
        print_table({"file", *file}, rows);
    });
    inspect->add_option("FILE", *file, "The shared library")->required();
}

}  // namespace ordo::cli
