/// `ordo order trash`, `untrash`, `delete` and `empty-trash`.
#include <chrono>
#include <span>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "order.hpp"

namespace ordo::cli {
namespace {

namespace json = boost::json;

constexpr std::size_t batch_orders = 100;   // in one transaction

using Operation = std::function<std::vector<SaveResult>(Orders&, std::span<const OrderId>)>;

void run(Context& context, Orders& orders, const std::vector<OrderId>& ids, const Operation& operation, std::string_view written, std::string_view unchanged) {
    OrderReport report(context, ids.size());
    for (std::size_t at = 0; at < ids.size() && !report.stop(); at += batch_orders)
        for (const SaveResult& result : operation(orders, std::span(ids).subspan(at, std::min(batch_orders, ids.size() - at)))) report.add(result, written, unchanged);
    report.finish();
}

std::string counted(std::size_t count, std::string_view what) { return fmt::format("{} {}{}", count, what, count == 1 ? "" : "s"); }

/// What would go with the orders that are there: for a question that somebody is going to read.
std::string describe_loss(Orders& orders, const std::vector<OrderId>& ids) {
    std::size_t there = 0, items = 0, notes = 0, refunds = 0;
    for (std::size_t at = 0; at < ids.size(); at += batch_orders)
        for (const Order& order : orders.get_many(std::span(ids).subspan(at, std::min(batch_orders, ids.size() - at)))) {
            ++there;
            items += order.record().items.size();
            notes += orders.get_notes(order.get_id()).size();
            refunds += orders.get_refunds(order.get_id()).size();
        }
    constexpr std::size_t named_max = 10;
    return fmt::format("{} ({}{}) with {}, {} and {}", counted(there, "order"), fmt::join(std::span(ids).first(std::min(ids.size(), named_max)), ", "),
                       ids.size() > named_max ? " …" : "", counted(items, "item"), counted(notes, "note"), counted(refunds, "refund"));
}

/// False: somebody said no.
bool confirm_loss(Context& context, const std::string& question) {
    if (context.confirm(question)) return true;
    context.say("nothing was removed");
    context.exit = ExitCode::refused;
    return false;
}

}  // namespace

void add_order_removal(CLI::App& noun, Context& context) {
    const auto add = [&](const std::string& name, const std::string& help, const std::string& example, std::function<void(Orders&, const std::vector<OrderId>&)> operate) {
        auto ids = std::make_shared<std::vector<OrderId>>();
        CLI::App* command = add_command(noun, name, help, example, [&context, ids, operate = std::move(operate)] {
            const auto kernel = context.open_shop();
            operate(kernel->orders(), *ids);
        });
        add_order_ids(*command, "ID", *ids, "Orders, by id")->required();
    };
    add("trash", "Move orders into the trash, their refunds with them", "ordo order trash 43 44", [&context](Orders& orders, const std::vector<OrderId>& ids) {
        run(context, orders, ids, [](Orders& all, std::span<const OrderId> some) { return all.trash_many(some, by_operator()); }, "in the trash now", "in the trash already");
    });
    add("untrash", "Take orders out of the trash, to the status they had", "ordo order untrash 43", [&context](Orders& orders, const std::vector<OrderId>& ids) {
        run(context, orders, ids, [](Orders& all, std::span<const OrderId> some) { return all.untrash_many(some, by_operator()); }, "out of the trash", "not in the trash");
    });
    add("delete", "Remove orders for ever, with items, notes and refunds; asks first", "ordo order delete 43 --yes", [&context](Orders& orders, const std::vector<OrderId>& ids) {
        if (!context.yes && !confirm_loss(context, fmt::format("Remove {} for ever?", describe_loss(orders, ids)))) return;
        run(context, orders, ids, [](Orders& all, std::span<const OrderId> some) { return all.remove_many(some, by_operator()); }, "removed", "removed already");
    });

    auto days = std::make_shared<std::int64_t>(30);
    CLI::App* empty = add_command(noun, "empty-trash", "Remove for ever what has been in the trash for long; asks first", "ordo order empty-trash --older-than-days 90 --yes", [&context, days] {
        const auto kernel = context.open_shop();
        OrderQuery in_trash;
        in_trash.statuses = {"trash"};
        in_trash.limit = 1;
        const auto there = kernel->orders().find(in_trash).total;
        if (!confirm_loss(context, fmt::format("Remove for ever what has been in the trash for more than {}, of the {} in it?", counted(static_cast<std::size_t>(*days), "day"), counted(there, "order")))) return;
        const auto now = std::chrono::floor<std::chrono::seconds>(std::chrono::system_clock::now());
        const auto removed = kernel->orders().empty_trash(now - std::chrono::days(*days), by_operator());
        if (context.json()) print_json(json::object{{"removed", removed}});
        else print_line(fmt::format("{} removed", counted(removed, "order")));
    });
    add_number(*empty, "--older-than-days", *days, 0, "Orders that went into the trash before so many days (default: 30)");
}

}  // namespace ordo::cli
