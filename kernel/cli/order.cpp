/// `ordo order`: orders as they are stored, or as WooCommerce reads them; what is done with them every day stands in its own files.
#include <boost/json.hpp>
#include <fmt/format.h>

#include "order.hpp"
#include "whole_file.hpp"

namespace ordo::cli {
namespace {

struct Arguments {
    std::uint64_t id = 0;
    std::string store, output, form = "canonical";
    bool include_auto_drafts = false;

    ExportOptions options() const {
        ExportOptions options;
        if (!store.empty()) options.store = store;
        options.include_auto_drafts = include_auto_drafts;
        options.stop_requested = stop_requested;
        if (form == "woocommerce") options.form = ExportForm::woocommerce;
        return options;
    }
};

using Rows = std::vector<std::vector<std::string>>;

std::string text(const boost::json::value& value) {
    if (value.is_double()) return fmt::to_string(value.as_double());  // Boost.JSON would write 8.375E0
    return value.is_string() ? std::string(value.as_string()) : value.is_null() ? "NULL" : boost::json::serialize(value);
}

void add_canonical_rows(const boost::json::value& order, Rows& rows) {
    for (const auto& [name, value] : order.at("fields").as_object()) rows.push_back({std::string(name), text(value)});
    for (const auto& row : order.at("meta").as_array()) rows.push_back({text(row.at(0)), text(row.at(1))});
    for (const auto& item : order.at("items").as_array())
        rows.push_back({fmt::format("item {} ({})", text(item.at("id")), text(item.at("type"))), text(item.at("name"))});
    for (const auto& note : order.at("notes").as_array())
        rows.push_back({fmt::format("note {} ({})", text(note.at("id")), text(note.at("date_gmt"))), text(note.at("content"))});
}

void add_woocommerce_rows(const boost::json::value& order, Rows& rows) {
    const auto add_properties = [&](const std::string& prefix, const boost::json::value& properties) {
        for (const auto& [name, value] : properties.as_object()) {
            if (name == "id" || name == "order_id") continue;  // said before
            if (!value.is_object()) {
                rows.push_back({prefix + std::string(name), text(value)});
                continue;
            }
            for (const auto& [part, inner] : value.as_object()) rows.push_back({fmt::format("{}{}.{}", prefix, std::string_view(name), std::string_view(part)), text(inner)});
        }
    };
    const auto add_meta = [&](const std::string& prefix, const boost::json::value& meta) {
        for (const auto& row : meta.as_array()) rows.push_back({prefix + text(row.at("key")), text(row.at("value"))});
    };
    add_properties("", order.at("data"));
    add_meta("", order.at("meta"));
    for (const auto& item : order.at("items").as_array()) {
        const std::string prefix = fmt::format("item {} ({}) ", text(item.at("data").at("id")), text(item.at("type")));
        add_properties(prefix, item.at("data"));
        add_meta(prefix, item.at("meta"));
    }
}

void print_order(const std::string& line, ExportForm form) {
    const boost::json::value order = boost::json::parse(line);
    Rows rows{{"id", text(order.at("id"))}, {"type", text(order.at("type"))}};
    if (form == ExportForm::canonical) add_canonical_rows(order, rows);
    else add_woocommerce_rows(order, rows);
    print_table({"field", "value"}, rows);
}

void add_form(CLI::App& command, std::string& form) {
    command.add_option("--as", form, "canonical: everything that is stored, nothing computed (the default); woocommerce: what WooCommerce's API reads")
        ->check(CLI::IsMember({"canonical", "woocommerce"}));
}

}  // namespace

void add_order(CLI::App& app, Context& context) {
    CLI::App& noun = *app.add_subcommand("order", "Orders: list, create, change, refund, trash and remove them; in and out as files");
    noun.require_subcommand(1);
    noun.fallthrough();

    add_order_list(noun, context);
    auto get = std::make_shared<Arguments>();
    CLI::App* get_command = add_command(noun, "get", "One order", "ordo order get 43 --format=json", [&context, get] {
        const auto kernel = context.open_shop();
        const auto form = kernel->exporter().get(OrderId{get->id}, get->options());
        if (!form) throw Error(errc::order_missing, fmt::format("there is no order {}", get->id), "`ordo order list` shows which there are");
        if (context.json()) print_line(*form);
        else print_order(*form, get->options().form);
    });
    add_order_id(*get_command, get->id);
    get_command->add_option("--store", get->store, "posts or hpos (default: the authoritative one)");
    add_form(*get_command, get->form);

    add_order_create(noun, context);
    add_order_edit(noun, context);
    add_order_notes(noun, context);
    add_order_refund(noun, context);
    add_order_removal(noun, context);
    add_order_lookup(noun, context);

    auto all = std::make_shared<Arguments>();
    CLI::App* export_command = add_command(noun, "export", "All orders, a JSON line each, by ascending id", "ordo order export --as woocommerce --output orders.jsonl", [&context, all] {
        const auto kernel = context.open_shop();
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
    add_form(*export_command, all->form);
    export_command->add_option("--output", all->output, "A file instead of standard output")->type_name("FILE");
    export_command->add_flag("--include-auto-drafts", all->include_auto_drafts, "Auto-drafts too; they are no orders");

    struct ImportArguments {
        std::string file, store;
        bool skip_existing = false;
    };
    auto in = std::make_shared<ImportArguments>();
    CLI::App* import_command = add_command(noun, "import", "The inverse of export: JSON lines, plain or gzip, become orders again",
                                           "ordo order import orders.jsonl.gz --store hpos", [&context, in] {
        const auto kernel = context.open_shop();
        OrderImportOptions options;
        if (!in->store.empty()) options.store = in->store;
        if (in->skip_existing) options.existing = ExistingOrders::skip_equal;
        options.stop_requested = stop_requested;
        std::error_code no_size;
        const auto size = std::filesystem::file_size(in->file, no_size);
        OrderImportReport report;
        {
            Progress progress(context, "bytes read");
            options.progress = [&](std::uint64_t bytes) { progress.show(bytes, no_size ? bytes : size); };
            report = kernel->order_importer().import_orders(in->file, options);
        }
        if (report.interrupted) {
            context.exit = ExitCode::interrupted;
            context.say("interrupted; what is counted is in, and with --skip-existing the next import goes on after it");
        }
        if (context.json()) {
            print_json(boost::json::object{{"store", report.store}, {"imported", report.imported}, {"skipped", report.skipped}, {"seconds", report.seconds}});
            return;
        }
        print_table({"imported into", report.store}, {{"imported", std::to_string(report.imported)},
                                                      {"skipped (equal already)", std::to_string(report.skipped)},
                                                      {"seconds", fmt::format("{:.2f}", report.seconds)}});
    });
    import_command->add_option("FILE", in->file, "JSON lines as `ordo order export` writes them; - for standard input")->required();
    import_command->add_option("--store", in->store, "posts or hpos (default: the authoritative one)");
    import_command->add_flag("--skip-existing", in->skip_existing, "Leave out orders that are there already and equal (otherwise any ends the import)");
}

}  // namespace ordo::cli
