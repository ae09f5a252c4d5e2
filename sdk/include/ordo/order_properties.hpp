/// An order's properties by WooCommerce's names, and the fields they are. The form that WooCommerce's API reads, `Order::get`
/// and `Order::set`, and the command line all look here. Constants; any thread.
/// Source: WooCommerce 11's `WC_Order` data.
#pragma once

#include <array>
#include <string_view>

#include <ordo/order_fields.hpp>

namespace ordo {

struct OrderProperty {
    std::string_view name;
    FieldId field;
};

/// Properties that orders and refunds have.
inline constexpr std::array common_order_properties{
    OrderProperty{"parent_id", FieldId::parent_order_id},
    OrderProperty{"status", FieldId::status},
    OrderProperty{"currency", FieldId::currency},
    OrderProperty{"version", FieldId::woocommerce_version},
    OrderProperty{"prices_include_tax", FieldId::prices_include_tax},
    OrderProperty{"date_created", FieldId::date_created_gmt},
    OrderProperty{"date_modified", FieldId::date_updated_gmt},
    OrderProperty{"discount_total", FieldId::discount_total_amount},
    OrderProperty{"discount_tax", FieldId::discount_tax_amount},
    OrderProperty{"shipping_total", FieldId::shipping_total_amount},
    OrderProperty{"shipping_tax", FieldId::shipping_tax_amount},
    OrderProperty{"cart_tax", FieldId::tax_amount},
    OrderProperty{"total", FieldId::total_amount},
};

/// Properties that orders have and refunds do not, beside the two addresses, whose properties are called as their fields.
inline constexpr std::array order_only_properties{
    OrderProperty{"customer_id", FieldId::customer_id},
    OrderProperty{"order_key", FieldId::order_key},
    OrderProperty{"payment_method", FieldId::payment_method},
    OrderProperty{"payment_method_title", FieldId::payment_method_title},
    OrderProperty{"transaction_id", FieldId::transaction_id},
    OrderProperty{"customer_ip_address", FieldId::ip_address},
    OrderProperty{"customer_user_agent", FieldId::user_agent},
    OrderProperty{"created_via", FieldId::created_via},
    OrderProperty{"customer_note", FieldId::customer_note},
    OrderProperty{"date_completed", FieldId::date_completed_gmt},
    OrderProperty{"date_paid", FieldId::date_paid_gmt},
    OrderProperty{"cart_hash", FieldId::cart_hash},
    OrderProperty{"order_stock_reduced", FieldId::order_stock_reduced},
    OrderProperty{"download_permissions_granted", FieldId::download_permission_granted},
    OrderProperty{"new_order_email_sent", FieldId::new_order_email_sent},
    OrderProperty{"recorded_sales", FieldId::recorded_sales},
    OrderProperty{"recorded_coupon_usage_counts", FieldId::coupon_usages_are_counted},
};

/// The field of a property's name, or of a field's own; null if there is none.
inline const FieldSpec* find_property(std::string_view name) noexcept {
    for (const OrderProperty& property : common_order_properties)
        if (property.name == name) return &field_spec(property.field);
    for (const OrderProperty& property : order_only_properties)
        if (property.name == name) return &field_spec(property.field);
    return find_field(name);
}

/// The five flags that WooCommerce also reads and writes as if they were meta, each under all the names it knows.
struct FlagAlias {
    std::string_view name;
    FieldId field;
};
inline constexpr std::array flag_aliases{
    FlagAlias{"_download_permissions_granted", FieldId::download_permission_granted},
    FlagAlias{"download_permissions_granted", FieldId::download_permission_granted},
    FlagAlias{"_recorded_sales", FieldId::recorded_sales},
    FlagAlias{"recorded_sales", FieldId::recorded_sales},
    FlagAlias{"_recorded_coupon_usage_counts", FieldId::coupon_usages_are_counted},
    FlagAlias{"recorded_coupon_usage_counts", FieldId::coupon_usages_are_counted},
    FlagAlias{"_order_stock_reduced", FieldId::order_stock_reduced},
    FlagAlias{"order_stock_reduced", FieldId::order_stock_reduced},
    FlagAlias{"stock_reduced", FieldId::order_stock_reduced},
    FlagAlias{"_new_order_email_sent", FieldId::new_order_email_sent},
    FlagAlias{"new_order_email_sent", FieldId::new_order_email_sent},
    FlagAlias{"email_sent", FieldId::new_order_email_sent},
};

inline const FieldSpec* find_flag_alias(std::string_view name) noexcept {
    for (const FlagAlias& alias : flag_aliases)
        if (alias.name == name) return &field_spec(alias.field);
    return nullptr;
}

}  // namespace ordo
