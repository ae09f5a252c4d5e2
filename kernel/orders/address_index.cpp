/// See address_index.hpp.
#include "kernel/orders/address_index.hpp"

#include <span>

namespace ordo::orders {
namespace {

using enum FieldId;

constexpr std::array billing_fields{billing_first_name, billing_last_name, billing_company,  billing_address_1, billing_address_2, billing_city,
                                    billing_state,      billing_postcode,  billing_country, billing_email,     billing_phone};
constexpr std::array shipping_fields{shipping_first_name, shipping_last_name, shipping_company,  shipping_address_1, shipping_address_2,
                                     shipping_city,       shipping_state,     shipping_postcode, shipping_country,   shipping_phone};

std::string join(const OrderRecord& order, std::span<const FieldId> fields) {
    std::string joined;
    for (const FieldId field : fields) {
        if (field != fields.front()) joined += ' ';
        if (const auto value = order.get(field)) joined += value->text;
    }
    return joined;
}

}  // namespace

std::vector<MetaRow> make_address_indexes(const OrderRecord& order) {
    if (order.type != "shop_order") return {};
    return {{0, "_billing_address_index", join(order, billing_fields)}, {0, "_shipping_address_index", join(order, shipping_fields)}};
}

}  // namespace ordo::orders
