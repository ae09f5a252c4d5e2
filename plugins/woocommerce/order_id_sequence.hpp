/// Ids of orders in a database without `wp_posts`: a table that counts. It gives none twice, also when the order of an id is
/// long gone. Any thread.
#pragma once

#include <algorithm>
#include <string>
#include <vector>

#include <ordo/host.hpp>

namespace woocommerce {

class OrderIdSequence {
public:
    explicit OrderIdSequence(const ordo::Host& host) : table_(host.table("ordo_order_ids")), orders_(host.table("wc_orders")) {}

    ordo::Schema schema() const {
        using namespace ordo::columns;
        return {{table_, {id("order_id", true), required("given", flag(), "1")}, {"order_id"}, {}}};
    }

    std::vector<ordo::OrderId> allocate(ordo::Unit& unit, std::size_t count) const {
        std::vector<ordo::OrderId> ids;
        std::uint64_t largest = 0;
        if (unit.table_exists(orders_)) unit.query("SELECT MAX(id) FROM " + orders_, [&](const ordo::Row& row) { largest = row.number(0); });
        while (ids.size() < count) {
            unit.insert({table_, {"given"}, {"1"}});
            const ordo::OrderId id{unit.last_insert_id()};
            if (id.value > largest) ids.push_back(id);
            else skip(unit, largest);  // orders that came without asking here
        }
        // AUTO_INCREMENT, which both databases spell so that it remembers, needs no rows.
        unit.execute("DELETE FROM " + table_ + " WHERE order_id IN " + ordo::id_list(ids));
        return ids;
    }

    /// Gives no id up to this one any more. Before the table is made it has given none.
    void skip(ordo::Unit& unit, std::uint64_t id) const {
        if (!unit.table_exists(table_)) return;
        const std::string text = std::to_string(id);
        unit.upsert({{table_, {"order_id", "given"}, {text, "1"}}, "order_id", {"given"}, {}});
        unit.execute("DELETE FROM " + table_ + " WHERE order_id <= " + text);
    }

private:
    std::string table_, orders_;
};

}  // namespace woocommerce
