/// Finding orders in WordPress' tables: where each field stands, by the mapping table. The conditions are the SDK's.
#pragma once

#include <ordo/order_search.hpp>

namespace posts {

inline ordo::OrderTable order_table(const std::string& posts) { return {posts, "ID", "post_type", "post_status"}; }

/// The store's optional ability to find; beside its tables it knows nothing.
class PostsQuery final : public ordo::OrderSearch {
public:
    PostsQuery(const std::string& posts, const std::string& postmeta)
        : searched_{order_table(posts), [postmeta](const ordo::FieldSpec& spec) { return place_of(postmeta, spec); }} {}

    std::vector<ordo::OrderId> find(ordo::Read& read, const ordo::OrderQuery& query) override { return ordo::find_orders(read, searched_, query); }
    std::uint64_t count(ordo::Read& read, const ordo::OrderQuery& query) override { return ordo::count_found(read, searched_, query); }
    std::vector<ordo::StatusCount> count_by_status(ordo::Read& read, std::span<const std::string> types) override { return ordo::count_found_by_status(read, searched_, types); }

private:
    static ordo::FieldPlace place_of(const std::string& postmeta, const ordo::FieldSpec& spec) {
        if (spec.posts_place == ordo::PostsPlace::column) return {.column = spec.posts_key};
        return {.column = "meta_value", .spelling = ordo::FieldSpelling::meta, .table = postmeta, .order_id = "post_id", .row_id = "meta_id",
                .kind_column = "meta_key", .kind = spec.posts_key};
    }

    ordo::SearchedTables searched_;
};

}  // namespace posts
