/// `ordo option`: settings of the shop that live in its database.
#include <boost/json.hpp>
#include <fmt/format.h>

#include "context.hpp"

namespace ordo::cli {

void add_option(CLI::App& app, Context& context) {
    CLI::App& noun = *app.add_subcommand("option", "Settings in wp_options, under WooCommerce's names");
    noun.require_subcommand(1);
    noun.fallthrough();
    struct Arguments {
        std::string name, value;
    };
    auto arguments = std::make_shared<Arguments>();

    CLI::App* get = add_command(noun, "get", "One option's value; exit 1 if it is not set", "ordo option get woocommerce_custom_orders_table_enabled", [&context, arguments] {
        const auto kernel = context.open();
        kernel->require_shop();
        const auto value = kernel->options().get(arguments->name);
        if (!value) {
            context.say(fmt::format("option {} is not set", arguments->name));
            context.exit = ExitCode::differences;
        }
        if (context.json()) print_json(value ? boost::json::value(*value) : boost::json::value(nullptr));
        else if (value) print_line(*value);
    });
    get->add_option("NAME", arguments->name)->required();

    CLI::App* update = add_command(noun, "update", "Set an option; the one that chooses the store passes the same gate as `ordo hpos enable`",
                                   "ordo option update woocommerce_orders_cot_migration_batch_size 250", [&context, arguments] {
        const auto kernel = context.open();
        kernel->require_shop();
        kernel->options().update(arguments->name, arguments->value);
        context.say(fmt::format("option {} is set", arguments->name));
    });
    update->add_option("NAME", arguments->name)->required();
    update->add_option("VALUE", arguments->value)->required();

    CLI::App* remove = add_command(noun, "delete", "Remove an option; exit 1 if it is not set", "ordo option delete woocommerce_orders_cot_migration_batch_size", [&context, arguments] {
        const auto kernel = context.open();
        kernel->require_shop();
        const bool removed = kernel->options().remove(arguments->name);
        context.say(fmt::format("option {} {}", arguments->name, removed ? "is removed" : "is not set"));
        if (!removed) context.exit = ExitCode::differences;
    });
    remove->add_option("NAME", arguments->name)->required();

    auto prefix = std::make_shared<std::string>("woocommerce_");
    CLI::App* list = add_command(noun, "list", "Options by name", "ordo option list --prefix woocommerce_custom_orders", [&context, prefix] {
        const auto kernel = context.open();
        kernel->require_shop();
        boost::json::object json;
        std::vector<std::vector<std::string>> rows;
        for (const OptionRow& row : kernel->options().list(*prefix)) {
            json[row.name] = row.value;
            rows.push_back({row.name, row.value});
        }
        if (context.json()) print_json(json);
        else print_table({"option", "value"}, rows);
    });
    list->add_option("--prefix", *prefix, "Only names that begin so")->capture_default_str();
}

}  // namespace ordo::cli
