/// `ordo order`: orders in their canonical form.
#include <boost/json.hpp>
#include <fmt/format.h>

#include "context.hpp"
#include "whole_file.hpp"

namespace ordo::cli {
namespace {

struct Arguments {
    std::uint64_t id = 0;
    std::string store, output;
    bool include_auto_drafts = false;

    ExportOptions options() const {
        ExportOptions options;
        if (!store.empty()) options.store = store;
        options.include_auto_drafts = include_auto_drafts;
        options.stop_requested = stop_requested;
        return options;
    }
};

void print_order(const std::string& form) {
    const boost::json::value order = boost::json::parse(form);
    const auto text = [](const boost::json::value& value) {
        return value.is_string() ? std::string(value.as_string()) : value.is_null() ? "NULL" : boost::json::serialize(value);
    };
    std::vector<std::vector<std::string>> rows{{"id", text(order.at("id"))}, {"type", text(order.at("type"))}};
    for (const auto& [name, value] : order.at("fields").as_object()) rows.push_back({std::string(name), text(value)});
    for (const auto& row : order.at("meta").as_array()) rows.push_back({text(row.at(0)), text(row.at(1))});
    for (const auto& item : order.at("items").as_array())
        rows.push_back({fmt::format("item {} ({})", text(item.at("id")), text(item.at("type"))), text(item.at("name"))});
    for (const auto& note : order.at("notes").as_array())
        rows.push_back({fmt::format("note {} ({})", text(note.at("id")), text(note.at("date_gmt"))), text(note.at("content"))});
    print_table({"field", "value"}, rows);
}

}  // namespace

void add_order(CLI::App& app, Context& context) {
    CLI::App& noun = *app.add_subcommand("order", "Orders in their canonical form: everything that is stored, nothing computed");
    noun.require_subcommand(1);
    noun.fallthrough();

    auto get = std::make_shared<Arguments>();
    CLI::App* get_command = add_command(noun, "get", "One order", "ordo order get 43 --format=json", [&context, get] {
        const auto kernel = context.open();
        kernel->require_shop();
        const auto form = kernel->exporter().get(OrderId{get->id}, get->options());
        if (!form) throw Error(errc::order_missing, fmt::format("there is no order {}", get->id), "`ordo order export` writes all there are");
        if (context.json()) print_line(*form);
        else print_order(*form);
    });
    add_order_id(*get_command, get->id);
    get_command->add_option("--store", get->store, "posts or hpos (default: the authoritative one)");

    auto all = std::make_shared<Arguments>();
    CLI::App* export_command = add_command(noun, "export", "All orders, a JSON line each, by ascending id", "ordo order export --store hpos --output orders.jsonl", [&context, all] {
        const auto kernel = context.open();
        kernel->require_shop();
        std::optional<WholeFile> file;
        if (!all->output.empty()) file.emplace(all->output);
        const auto exported = kernel->exporter().export_orders(all->options(), [&](std::string_view line) {
            if (file) file->write_line(line);
            else print_line(line);
        });
        if (stop_requested()) {
            context.exit = ExitCode::interrupted;
            context.say(file ? "interrupted; no file was written" : "interrupted");
            return;
        }
        if (file) file->finish();
        context.say(fmt::format("{} orders", exported));
    });
    export_command->add_option("--store", all->store, "posts or hpos (default: the authoritative one)");
    export_command->add_option("--output", all->output, "A file instead of standard output")->type_name("FILE");
    export_command->add_flag("--include-auto-drafts", all->include_auto_drafts, "Auto-drafts too; they are no orders");
}

}  // namespace ordo::cli
