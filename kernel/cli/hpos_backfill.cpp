/// `ordo hpos backfill`: single orders, or parts of them, from one store to the other, whichever is authoritative.
#include <fmt/format.h>

#include "hpos.hpp"

namespace ordo::cli {
namespace {

namespace json = boost::json;

std::string_view word_for(Outcome outcome) {
    switch (outcome) {
        case Outcome::written: return "written";
        case Outcome::unchanged: return "equal already";
        case Outcome::conflict: return "conflict";
        case Outcome::refused: return "refused";
        case Outcome::missing: return "missing";
    }
    return "missing";
}

std::string name_of(const Fault& fault) { return fault.field ? std::string(field_spec(*fault.field).name) : fault.meta_key; }

void backfill(Context& context, const std::vector<OrderId>& ids, BackfillOptions options) {
    const auto kernel = context.open();
    kernel->require_shop();
    if (options.to == kernel->controller().get_orders_data_store()) {
        if (!context.confirm(fmt::format("{} is authoritative: {} of its orders are overwritten with what {} says. Go on?", options.to, ids.size(), options.from))) {
            context.say("nothing was changed");
            context.exit = ExitCode::refused;
            return;
        }
        options.authoritative = BackfillOptions::Authoritative::overwrite;
    }
    const auto results = kernel->legacy_data().backfill_order_to_datastore(ids, options);
    json::array array;
    std::vector<std::vector<std::string>> rows;
    for (const BackfillResult& result : results) {
        const bool done = result.outcome == Outcome::written || result.outcome == Outcome::unchanged;
        if (!done) context.exit = ExitCode::partly_done;
        json::array kept;
        std::string names;
        for (const Fault& fault : result.faults) {
            kept.push_back(json::object{{"field", name_of(fault)}, {"rule", to_string(fault.rule)}});
            names += fmt::format("{}{}: {}", names.empty() ? "" : ", ", name_of(fault), to_string(fault.rule));
        }
        array.push_back(json::object{{"order", result.order.value}, {"outcome", word_for(result.outcome)}, {"message", result.message}, {"overflow", std::move(kept)}});
        rows.push_back({fmt::format("{}", result.order), std::string(word_for(result.outcome)), done ? names : result.message});
    }
    if (context.json()) print_json(array);
    else print_table({"order", fmt::format("{} -> {}", options.from, options.to), "kept beside the store"}, rows);
    if (!options.fields.empty() || !options.meta_keys.empty())
        context.say("only the named parts were copied: where others differ the order stays pending, and the next synchronisation brings all of it to the authoritative store's");
}

}  // namespace

void add_hpos_backfill(CLI::App& noun, Context& context) {
    struct Arguments {
        std::vector<OrderId> ids;
        BackfillOptions options;
    };
    auto arguments = std::make_shared<Arguments>();
    CLI::App* command = add_command(noun, "backfill", "Copy orders, or parts of them, from one store to the other; asks before it overwrites the authoritative one",
                                    "ordo hpos backfill 43 44 --from hpos --to posts --fields status,customer_note",
                                    [&context, arguments] { backfill(context, arguments->ids, arguments->options); });
    add_order_ids(*command, "ID", arguments->ids, "Order ids")->required();
    command->add_option("--from", arguments->options.from, "posts or hpos")->required();
    command->add_option("--to", arguments->options.to, "hpos or posts")->required();
    command->add_option("--fields,--props", arguments->options.fields, "Only these fields (default: the whole order)")->delimiter(',')->allow_extra_args(false);
    command->add_option("--meta-keys,--meta_keys", arguments->options.meta_keys, "Only the rows of these meta keys")->delimiter(',')->allow_extra_args(false);
}

}  // namespace ordo::cli
