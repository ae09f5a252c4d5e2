/// Writes items and notes into the shared tables, as `ordo::OrderDetails::insert` promises. Reads none and changes none that
/// is there. Keeps no state between calls; any thread.
#pragma once

#include "details_tables.hpp"

namespace woocommerce {

class DetailsWriter {
public:
    explicit DetailsWriter(const DetailsTables& tables) : tables_(tables) {}
    void insert(ordo::Unit& unit, std::span<const ordo::OrderRecord> orders) const;

private:
    void insert_items(ordo::Unit& unit, std::span<const ordo::OrderRecord> orders) const;
    void insert_notes(ordo::Unit& unit, std::span<const ordo::OrderRecord> orders) const;

    const DetailsTables& tables_;
};

}  // namespace woocommerce
