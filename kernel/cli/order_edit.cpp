/// `ordo order update`, `status` and `pay`: what is changed in orders that are there.
#include <fmt/format.h>

#include "order.hpp"

namespace ordo::cli {
namespace {

namespace json = boost::json;

struct Changes {
    std::vector<OrderId> ids;
    Assignments properties, meta, added_meta;
    std::vector<std::string> deleted_keys;
    std::optional<std::string> status_note;
    bool totals = false;

    bool empty() const { return properties.empty() && meta.empty() && added_meta.empty() && deleted_keys.empty() && !totals; }

    void apply(Order& order, Orders& orders) const {
        for (const auto& [name, value] : properties) {
            set_property(order, name, value, orders.site_zone());
            if (name == "status" && status_note) order.set_status(value, *status_note);
        }
        for (const std::string& key : deleted_keys) order.delete_meta_data(key);
        for (const auto& [key, value] : meta) order.update_meta_data(key, value);
        for (const auto& [key, value] : added_meta) order.add_meta_data(key, value);
        if (totals) orders.calculate_totals(order, !order.is_refund());
    }
};

void update(Context& context, const Changes& changes) {
    if (changes.empty()) throw Error(errc::usage, "nothing to change", "--set, --meta, --add-meta, --delete-meta or --totals say what; --note-status goes with --set status=…");
    const auto kernel = context.open_shop();
    Orders& orders = kernel->orders();
    OrderReport report(context, changes.ids.size());
    for (const OrderId id : changes.ids) {
        if (report.stop()) break;
        try {
            orders.update(id, [&](Order& order) { changes.apply(order, orders); }, by_operator());
            report.add(id, "updated");
        } catch (const Error& failure) {
            report.add_failure(id, failure);
        }
    }
    report.finish();
}

void print_status(const Context& context, const Order& order, std::string_view from) {
    const std::string status = order.get_status();
    if (context.json()) print_json(json::object{{"order", order.get_id().value}, {"from", from}, {"status", status}});
    else if (status == from) print_line(fmt::format("order {} is {} already", order.get_id(), status));
    else print_line(fmt::format("order {} is {} now, no longer {}", order.get_id(), status, from));
}

}  // namespace

void add_order_edit(CLI::App& noun, Context& context) {
    auto changes = std::make_shared<Changes>();
    CLI::App* command = add_command(noun, "update", "Change properties and meta of orders; each is read, changed and saved, again if somebody else came between",
                                    "ordo order update 43 44 --set billing_email=ana@example.com --meta gift_note=\"for you\"", [&context, changes] { update(context, *changes); });
    add_order_ids(*command, "ID", changes->ids, "Orders, by id")->required();
    add_assignments(*command, "--set", changes->properties, "A property, like date_paid=\"2026-01-05 10:30\"; `ordo order fields` lists them");
    add_assignments(*command, "--meta", changes->meta, "A row of meta, KEY=VALUE, in place of all of that key");
    add_assignments(*command, "--add-meta", changes->added_meta, "One more row of meta");
    command->add_option("--delete-meta", changes->deleted_keys, "A meta key, all rows of which go")->type_name("KEY")->allow_extra_args(false);
    command->add_option("--note-status", changes->status_note, "With --set status=…: begins the note that the change of status leaves")->type_name("TEXT");
    command->add_flag("--totals", changes->totals, "Calculate the totals from the items anew");

    struct Arguments {
        std::uint64_t id = 0;
        std::string value, note;
    };
    auto status = std::make_shared<Arguments>();
    CLI::App* status_command = add_command(noun, "status", "Change an order's status", "ordo order status 43 completed --note \"Sent by post.\"", [&context, status] {
        const auto kernel = context.open_shop();
        Orders& orders = kernel->orders();
        std::string from;
        const Order order = orders.update(OrderId{status->id}, [&](Order& loaded) {
            from = loaded.get_status();
            set_property(loaded, "status", status->value, orders.site_zone());
            loaded.set_status(status->value, status->note);
        }, by_operator());
        print_status(context, order, from);
    });
    add_order_id(*status_command, status->id);
    status_command->add_option("STATUS", status->value, "With or without wc-; `ordo order statuses` lists them")->required();
    status_command->add_option("--note", status->note, "Begins the note that the change leaves")->type_name("TEXT");

    auto pay = std::make_shared<Arguments>();
    CLI::App* pay_command = add_command(noun, "pay", "An order was paid: it becomes processing, or completed if nothing is to be shipped", "ordo order pay 43 --transaction-id ch_1",
                                        [&context, pay] {
        const auto kernel = context.open_shop();
        const OrderId id{pay->id};
        const std::string from = kernel->orders().require(id).get_status();
        if (!kernel->orders().payment_complete(id, pay->value, by_operator()))
            throw Error(errc::order_refused, fmt::format("order {} is {}, which cannot be paid", id, from), "on-hold, pending, failed and cancelled orders can");
        print_status(context, kernel->orders().require(id), from);
    });
    add_order_id(*pay_command, pay->id);
    pay_command->add_option("--transaction-id", pay->value, "The payment's, at the gateway");
}

}  // namespace ordo::cli
