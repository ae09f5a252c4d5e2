/// `ordo order note`, `notes` and `note-delete`.
#include <algorithm>

#include <fmt/format.h>

#include "order.hpp"

namespace ordo::cli {
namespace {

namespace json = boost::json;

constexpr std::size_t typed_bytes_max = 16777216;  // what a note can hold, the service says

bool is_for_customer(const NoteRecord& note) {
    return std::any_of(note.meta.begin(), note.meta.end(), [](const MetaRow& row) { return row.key == "is_customer_note" && row.value == "1"; });
}

void list(const Context& context, OrderId id) {
    const auto kernel = context.open_shop();
    kernel->orders().require(id);
    json::array array;
    std::vector<std::vector<std::string>> rows;
    for (const NoteRecord& note : kernel->orders().get_notes(id)) {
        const std::string_view kind = is_for_customer(note) ? "customer" : "internal";
        array.push_back(json::object{{"id", note.id}, {"date_gmt", note.date_gmt}, {"kind", kind}, {"author", note.author}, {"content", note.content}});
        rows.push_back({std::to_string(note.id), local_time(parse_datetime(note.date_gmt), kernel->orders().site_zone()), std::string(kind), note.author, note.content});
    }
    if (context.json()) print_json(array);
    else print_table({"id", "date", "for", "author", "note"}, rows);
}

}  // namespace

void add_order_notes(CLI::App& noun, Context& context) {
    struct Arguments {
        std::uint64_t order = 0;
        std::int64_t note = 0;
        std::string text;
        bool customer = false;
    };
    auto added = std::make_shared<Arguments>();
    CLI::App* add = add_command(noun, "note", "Add a note to an order", "ordo order note 43 \"Your parcel is on its way.\" --customer", [&context, added] {
        const auto kernel = context.open_shop();
        std::string text = added->text;
        if (text == "-") {
            text = read_input("-", typed_bytes_max);
            text.erase(text.find_last_not_of("\r\n") + 1);
        }
        NoteRequest request;
        request.order = OrderId{added->order};
        request.content = std::move(text);
        if (added->customer) request.kind = NoteKind::customer;
        const std::uint64_t note = kernel->orders().add_note(request, by_operator());
        if (context.format == "ids") print_line(std::to_string(note));
        else if (context.json()) print_json(json::object{{"order", added->order}, {"note", note}});
        else print_line(fmt::format("order {} has note {}", added->order, note));
    });
    context.more_formats[add] = {"ids"};
    add_order_id(*add, added->order);
    add->add_option("TEXT", added->text, "The note; - for standard input")->required();
    add->add_flag("--customer", added->customer, "For the customer; otherwise for the shop's staff");

    auto listed = std::make_shared<std::uint64_t>(0);
    add_order_id(*add_command(noun, "notes", "An order's notes", "ordo order notes 43", [&context, listed] { list(context, OrderId{*listed}); }), *listed);

    auto removed = std::make_shared<Arguments>();
    CLI::App* remove = add_command(noun, "note-delete", "Remove a note of an order", "ordo order note-delete 43 7", [&context, removed] {
        const auto kernel = context.open_shop();
        if (!kernel->orders().delete_note(OrderId{removed->order}, static_cast<std::uint64_t>(removed->note)))
            throw Error(errc::order_missing, fmt::format("order {} has no note {}", removed->order, removed->note), fmt::format("`ordo order notes {}` lists them", removed->order));
        if (context.json()) print_json(json::object{{"order", removed->order}, {"note", removed->note}});
        else print_line(fmt::format("note {} is deleted", removed->note));
    });
    add_order_id(*remove, removed->order);
    add_number(*remove, "NOTE", removed->note, 1, "The note's id");
}

}  // namespace ordo::cli
