/// `wp_posts` and `wp_postmeta` as WordPress makes them.
#pragma once

#include <string>

#include <ordo/schema.hpp>

namespace posts {

inline ordo::Schema schema(const std::string& posts, const std::string& postmeta) {
    using namespace ordo::columns;
    const std::string zero = "0000-00-00 00:00:00";
    return {
        {posts,
         {id("ID", true), required("post_author", bigint(), "0"), required("post_date", datetime(), zero),
          required("post_date_gmt", datetime(), zero), required("post_content", longtext()), required("post_title", text()),
          required("post_excerpt", text()), required("post_status", varchar(20), "publish"),
          required("comment_status", varchar(20), "open"), required("ping_status", varchar(20), "open"),
          required("post_password", varchar(255), ""), required("post_name", varchar(200), ""), required("to_ping", text()),
          required("pinged", text()), required("post_modified", datetime(), zero), required("post_modified_gmt", datetime(), zero),
          required("post_content_filtered", longtext()), required("post_parent", bigint(), "0"), required("guid", varchar(255), ""),
          required("menu_order", integer(), "0"), required("post_type", varchar(20), "post"),
          required("post_mime_type", varchar(100), ""), required("comment_count", {"bigint", "20", false}, "0")},
         {"ID"},
         {{"post_name", {{"post_name", 191}}},
          {"type_status_date", {{"post_type"}, {"post_status"}, {"post_date"}, {"ID"}}},
          {"post_parent", {{"post_parent"}}},
          {"post_author", {{"post_author"}}},
          {"type_status_author", {{"post_type"}, {"post_status"}, {"post_author"}}}}},
        {postmeta,
         {id("meta_id", true), required("post_id", bigint(), "0"), nullable("meta_key", varchar(255)), nullable("meta_value", longtext())},
         {"meta_id"},
         {{"post_id", {{"post_id"}}}, {"meta_key", {{"meta_key", 191}}}}},
    };
}

}  // namespace posts
