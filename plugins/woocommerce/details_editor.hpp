/// Changes items and notes of orders that somebody holds, as `ordo::OrderDetails` promises of all that is not a whole copy.
/// Keeps no state between calls; any thread.
#pragma once

#include "details_tables.hpp"

namespace woocommerce {

class DetailsEditor {
public:
    explicit DetailsEditor(const DetailsTables& tables) : tables_(tables) {}

    std::vector<std::uint64_t> write_items(ordo::Unit& unit, std::span<const ordo::ItemWrite> writes) const;
    std::vector<std::uint64_t> add_notes(ordo::Unit& unit, std::span<const ordo::OrderDetails::NewNote> notes) const;
    bool remove_note(ordo::Unit& unit, ordo::OrderId order, std::uint64_t note) const;
    void approve_notes(ordo::Unit& unit, ordo::OrderId order, std::span<const std::uint64_t> notes, std::string_view approved) const;
    void erase(ordo::Unit& unit, std::span<const ordo::OrderId> orders) const;

private:
    const DetailsTables& tables_;
};

}  // namespace woocommerce
