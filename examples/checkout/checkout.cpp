/// Three who work on one order at the same time: the checkout adds what the customer chose, the payment provider calls back,
/// somebody of the staff edits. None waits for the others, and nothing of what any of them did is lost.
#include <cstdio>
#include <functional>
#include <string>
#include <thread>
#include <vector>

#include <ordo/kernel.hpp>

namespace {

constexpr int rounds = 20;

int failures = 0;

void expect(bool holds, const char* what) {
    if (holds) return;
    std::fprintf(stderr, "LOST: %s\n", what);
    ++failures;
}

}  // namespace

int main(int argc, char* argv[]) {
    ordo::KernelOptions options;
    options.database_url = argc > 1 ? argv[1] : "sqlite://checkout.db";
    try {
        ordo::Kernel kernel(options);
        kernel.init_database();
        ordo::Orders& orders = kernel.orders();

        ordo::Order order;
        order.set_billing_first_name("Ana");
        order.set_billing_email("ana@example.com");
        order.add_product("Tea", "1", "9.00", "9.00");
        orders.calculate_totals(order);
        orders.require_saved(order, {{"user", "checkout"}});
        const ordo::OrderId id = order.get_id();

        // Each change is written against what was loaded; whoever comes second loads again and repeats it.
        const auto repeat = [&](const char* who, const std::function<void(ordo::Order&, int)>& change) {
            for (int i = 0; i < rounds; ++i) orders.update(id, [&](ordo::Order& loaded) { change(loaded, i); }, {{"user", who}});
        };
        std::vector<std::thread> people;
        people.emplace_back([&] {
            repeat("checkout", [&](ordo::Order& loaded, int i) {
                loaded.add_product("Biscuit " + std::to_string(i), "1", "1.50", "1.50");
                orders.calculate_totals(loaded);
            });
        });
        people.emplace_back([&] {
            orders.payment_complete(id, "txn-4711", {{"user", "gateway"}});
            repeat("gateway", [](ordo::Order& loaded, int i) { loaded.update_meta_data("gateway_ping", std::to_string(i)); });
        });
        people.emplace_back([&] {
            repeat("staff", [](ordo::Order& loaded, int i) {
                loaded.set_billing_phone("+420 777 123 " + std::to_string(100 + i));
                loaded.add_meta_data("staff_note", "edit " + std::to_string(i));
            });
        });
        for (std::thread& person : people) person.join();

        ordo::Order now = orders.require(id);
        expect(now.get_items({"line_item"}).size() == rounds + 1, "a product");
        expect(now.get_total() == ordo::Decimal::parse("39"), "a part of the total");
        expect(now.is_paid() && now.get_transaction_id() == "txn-4711", "the payment");
        expect(now.get_billing_phone() == "+420 777 123 119", "the staff's last edit");
        expect(now.get_meta_values("staff_note").size() == rounds, "a note of the staff");
        expect(now.get_meta("gateway_ping") == "19", "the gateway's last word");
        std::printf("order %s: %s, %s %s, %zu items, %zu changes in its history\n", now.get_order_number().c_str(), now.get_status().c_str(),
                    now.get_total().to_string().c_str(), now.get_currency().c_str(), now.get_items().size(), orders.get_history(id).size());
        if (failures == 0) std::printf("nothing was lost\n");
        return failures == 0 ? 0 : 1;
    } catch (const ordo::Error& error) {
        std::fprintf(stderr, "error: %s\n  %s\n  [%s]\n", error.what(), error.hint().c_str(), std::string(error.code().name).c_str());
        return static_cast<int>(error.code().exit);
    }
}
