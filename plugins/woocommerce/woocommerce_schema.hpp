/// The tables of items and notes as WordPress and WooCommerce make them.
#pragma once

#include <string>

#include <ordo/schema.hpp>

namespace woocommerce {

inline ordo::Table meta_table(const std::string& name, const std::string& owner, std::uint32_t key_prefix) {
    using namespace ordo::columns;
    ordo::Column owner_column = id(owner);
    if (owner == "comment_id") owner_column.default_value = "0";
    return {name,
            {id("meta_id", true), owner_column, nullable("meta_key", varchar(255)), nullable("meta_value", longtext())},
            {"meta_id"},
            {{owner, {{owner}}}, {"meta_key", {{"meta_key", key_prefix}}}}};
}

inline ordo::Schema schema(const std::string& items, const std::string& itemmeta, const std::string& comments,
                           const std::string& commentmeta) {
    using namespace ordo::columns;
    const std::string zero = "0000-00-00 00:00:00";
    return {
        {items,
         {id("order_item_id", true), required("order_item_name", text()), required("order_item_type", varchar(200), ""), id("order_id")},
         {"order_item_id"},
         {{"order_id", {{"order_id"}}}}},
        meta_table(itemmeta, "order_item_id", 32),
        {comments,
         {id("comment_ID", true), required("comment_post_ID", bigint(), "0"), required("comment_author", tinytext()),
          required("comment_author_email", varchar(100), ""), required("comment_author_url", varchar(200), ""),
          required("comment_author_IP", varchar(100), ""), required("comment_date", datetime(), zero),
          required("comment_date_gmt", datetime(), zero), required("comment_content", text()), required("comment_karma", integer(), "0"),
          required("comment_approved", varchar(20), "1"), required("comment_agent", varchar(255), ""),
          required("comment_type", varchar(20), "comment"), required("comment_parent", bigint(), "0"), required("user_id", bigint(), "0")},
         {"comment_ID"},
         {{"comment_post_ID", {{"comment_post_ID"}}},
          {"comment_approved_date_gmt", {{"comment_approved"}, {"comment_date_gmt"}}},
          {"comment_date_gmt", {{"comment_date_gmt"}}},
          {"comment_parent", {{"comment_parent"}}},
          {"comment_author_email", {{"comment_author_email", 10}}},
          {"woo_idx_comment_type", {{"comment_type"}}},
          {"woo_idx_comment_date_type", {{"comment_date_gmt"}, {"comment_type"}, {"comment_approved"}, {"comment_post_ID"}}},
          {"woo_idx_comment_approved_type", {{"comment_approved"}, {"comment_type"}, {"comment_post_ID"}}}}},
        meta_table(commentmeta, "comment_id", 191),
    };
}

}  // namespace woocommerce
