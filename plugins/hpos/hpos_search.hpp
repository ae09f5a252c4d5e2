/// Finding orders in the HPOS tables: where each field stands, by the mapping table. The conditions are the SDK's.
#pragma once

#include <ordo/order_search.hpp>

#include "hpos_schema.hpp"

namespace hpos {

inline constexpr std::string_view address_type(ordo::HposRow row) { return row == ordo::HposRow::billing_address ? "billing" : "shipping"; }

inline ordo::OrderTable order_table(const TableNames& tables) { return {tables.orders, "id", "type", "status", true}; }

/// The store's optional ability to find; beside its tables it knows nothing.
class OrdersTableQuery final : public ordo::OrderSearch {
public:
    explicit OrdersTableQuery(const TableNames& tables)
        : searched_{order_table(tables), [tables](const ordo::FieldSpec& spec) { return place_of(tables, spec); },
                    {ordo::OrderBy::id, ordo::OrderBy::date_created, ordo::OrderBy::date_modified}} {}

    std::vector<ordo::OrderId> find(ordo::Read& read, const ordo::OrderQuery& query) override { return ordo::find_orders(read, searched_, query); }
    std::uint64_t count(ordo::Read& read, const ordo::OrderQuery& query) override { return ordo::count_found(read, searched_, query); }
    std::vector<ordo::StatusCount> count_by_status(ordo::Read& read, std::span<const std::string> types) override { return ordo::count_found_by_status(read, searched_, types); }

private:
    static ordo::FieldPlace place_of(const TableNames& tables, const ordo::FieldSpec& spec) {
        using enum ordo::HposRow;
        ordo::FieldPlace place{.column = spec.column};
        if (spec.hpos_row == order) return place;
        place.order_id = "order_id";
        place.row_id = "id";
        place.table = tables.operational;
        if (spec.hpos_row == operational) return place;
        place.table = tables.addresses;
        place.kind_column = "address_type";
        place.kind = address_type(spec.hpos_row);
        return place;
    }

    ordo::SearchedTables searched_;
};

}  // namespace hpos
