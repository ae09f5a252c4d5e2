/// The four HPOS tables as WooCommerce 11 makes them, column by column and index by index.
#pragma once

#include <string>

#include <ordo/schema.hpp>

namespace hpos {

struct TableNames {
    std::string orders, addresses, operational, meta;
};

inline ordo::Schema schema(const TableNames& names) {
    using namespace ordo::columns;
    using Kind = ordo::Index::Kind;
    return {
        {names.orders,
         {id("id"), nullable("status", varchar(20)), nullable("currency", varchar(10)), nullable("type", varchar(20)),
          nullable("tax_amount", amount()), nullable("total_amount", amount()), nullable("customer_id", bigint()),
          nullable("billing_email", varchar(320)), nullable("date_created_gmt", datetime()), nullable("date_updated_gmt", datetime()),
          nullable("parent_order_id", bigint()), nullable("payment_method", varchar(100)), nullable("payment_method_title", text()),
          nullable("transaction_id", varchar(100)), nullable("ip_address", varchar(100)), nullable("user_agent", text()),
          nullable("customer_note", text())},
         {"id"},
         {{"status", {{"status"}}},
          {"date_created", {{"date_created_gmt"}}},
          {"customer_id_billing_email", {{"customer_id"}, {"billing_email", 171}}},
          {"customer_id_status", {{"customer_id"}, {"status"}}},
          {"billing_email", {{"billing_email", 191}}},
          {"transaction_id", {{"transaction_id", 20}}},
          {"type_status_date", {{"type"}, {"status"}, {"date_created_gmt"}}},
          {"parent_order_id", {{"parent_order_id"}}},
          {"date_updated", {{"date_updated_gmt"}}}}},
        {names.addresses,
         {id("id", true), id("order_id"), nullable("address_type", varchar(20)), nullable("first_name", text()),
          nullable("last_name", text()), nullable("company", text()), nullable("address_1", text()), nullable("address_2", text()),
          nullable("city", text()), nullable("state", text()), nullable("postcode", text()), nullable("country", text()),
          nullable("email", varchar(320)), nullable("phone", varchar(100))},
         {"id"},
         {{"address_type_order_id", {{"address_type"}, {"order_id"}}, Kind::unique},
          {"order_id", {{"order_id"}}},
          {"email", {{"email", 191}}},
          {"phone", {{"phone"}}}}},
        {names.operational,
         {id("id", true), nullable("order_id", bigint()), nullable("created_via", varchar(100)),
          nullable("woocommerce_version", varchar(20)), nullable("prices_include_tax", flag()),
          nullable("coupon_usages_are_counted", flag()), nullable("download_permission_granted", flag()),
          nullable("cart_hash", varchar(100)), nullable("new_order_email_sent", flag()), nullable("order_key", varchar(100)),
          nullable("order_stock_reduced", flag()), nullable("date_paid_gmt", datetime()), nullable("date_completed_gmt", datetime()),
          nullable("shipping_tax_amount", amount()), nullable("shipping_total_amount", amount()),
          nullable("discount_tax_amount", amount()), nullable("discount_total_amount", amount()), nullable("recorded_sales", flag())},
         {"id"},
         {{"order_id", {{"order_id"}}, Kind::unique}, {"order_key", {{"order_key"}}}}},
        {names.meta,
         {id("id", true), nullable("order_id", bigint()), nullable("meta_key", varchar(255)), nullable("meta_value", text())},
         {"id"},
         {{"meta_key_value", {{"meta_key", 50}, {"meta_value", 20}}},
          {"order_id_meta_key_meta_value", {{"order_id"}, {"meta_key", 100}, {"meta_value", 82}}}}},
    };
}

}  // namespace hpos
