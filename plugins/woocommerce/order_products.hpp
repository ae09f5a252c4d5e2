/// Products and variations as WooCommerce stores them: rows of `wp_posts` with `_virtual`, `_downloadable` and `_tax_status`
/// in `wp_postmeta`. Only reads. Keeps no state between calls; any thread.
#pragma once

#include <string>

#include <ordo/host.hpp>

namespace woocommerce {

class ProductPosts final : public ordo::OrderProducts {
public:
    explicit ProductPosts(const ordo::Host& host) : posts_(host.table("posts")), postmeta_(host.table("postmeta")) {}

    std::vector<std::uint64_t> find_needing_processing(ordo::Read& read, std::span<const std::uint64_t> products) override;
    std::vector<ordo::UntaxedProduct> find_untaxed(ordo::Read& read, std::span<const std::uint64_t> products) override;

private:
    bool are_there(ordo::Read& read) const { return read.table_exists(posts_) && read.table_exists(postmeta_); }

    std::string posts_, postmeta_;
};

}  // namespace woocommerce
