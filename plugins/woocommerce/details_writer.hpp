/// Writes items and notes into the shared tables, as `ordo::OrderDetails::insert` promises. Reads none and changes none that
/// is there. Keeps no state between calls; any thread.
#pragma once

#include <string>

#include <ordo/host.hpp>

namespace woocommerce {

class DetailsWriter {
public:
    explicit DetailsWriter(const ordo::Host& host);
    void insert(ordo::Unit& unit, std::span<const ordo::OrderRecord> orders) const;

private:
    void insert_items(ordo::Unit& unit, std::span<const ordo::OrderRecord> orders) const;
    void insert_notes(ordo::Unit& unit, std::span<const ordo::OrderRecord> orders) const;
    void count_comments(ordo::Unit& unit, std::span<const ordo::OrderRecord> orders) const;

    std::string items_, itemmeta_, comments_, commentmeta_, posts_;
    const ordo::SiteZone* zone_;
};

}  // namespace woocommerce
