/// See order_products.hpp.
#include "order_products.hpp"

#include <map>

namespace woocommerce {
namespace {

using ordo::Row;

/// Products and variations of these ids, in any status: one in the trash is a product still.
std::string is_product(const ordo::Dialect& dialect, std::span<const std::uint64_t> products) {
    return fmt::format("p.ID IN {} AND p.post_type IN ('product', 'product_variation') AND {} IN ('product', 'product_variation')",
                       ordo::number_list(products), dialect.exact("p.post_type"));
}

/// What PHP's `wc_string_to_bool` takes for true.
bool is_yes(std::string_view value) {
    std::string lower(value);
    for (char& c : lower)
        if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
    return lower == "yes" || lower == "true" || lower == "1";
}

}  // namespace

std::vector<std::uint64_t> ProductPosts::find_needing_processing(ordo::Read& read, std::span<const std::uint64_t> products) {
    if (products.empty() || !are_there(read)) return {};
    // Of equal keys WordPress reads the first row.
    struct Product {
        ordo::Bytes is_virtual, is_downloadable;
    };
    std::map<std::uint64_t, Product> found;
    read.query(fmt::format("SELECT p.ID, m.meta_key, m.meta_value FROM {} p LEFT JOIN {} m ON m.post_id = p.ID AND m.meta_key IN ('_virtual', '_downloadable')"
                           " AND {} IN ('_virtual', '_downloadable') WHERE {} ORDER BY p.ID, m.meta_id",
                           posts_, postmeta_, read.dialect().exact("m.meta_key"), is_product(read.dialect(), products)),
               [&](const Row& row) {
                   Product& product = found[row.number(0)];
                   ordo::Bytes& value = row.text(1) == "_virtual" ? product.is_virtual : product.is_downloadable;
                   if (row[1] && !value) value = std::string(row.text(2));
               });
    std::vector<std::uint64_t> needing;
    for (const auto& [id, product] : found)
        if (!is_yes(product.is_virtual.value_or("")) || !is_yes(product.is_downloadable.value_or(""))) needing.push_back(id);
    return needing;
}

std::vector<ordo::UntaxedProduct> ProductPosts::find_untaxed(ordo::Read& read, std::span<const std::uint64_t> products) {
    if (products.empty() || !are_there(read)) return {};
    // A variation is taxed as its product is. It has a `_tax_status` of its own, from when it was saved, that WooCommerce never reads.
    std::map<std::uint64_t, std::string> found;
    read.query(fmt::format("SELECT p.ID, m.meta_value FROM {} p JOIN {} m ON m.post_id = CASE WHEN p.post_type = 'product' THEN p.ID ELSE p.post_parent END"
                           " AND m.meta_key = '_tax_status' AND {} = '_tax_status' WHERE {} ORDER BY p.ID, m.meta_id",
                           posts_, postmeta_, read.dialect().exact("m.meta_key"), is_product(read.dialect(), products)),
               [&](const Row& row) { found.emplace(row.number(0), row.text(1)); });
    std::vector<ordo::UntaxedProduct> untaxed;
    for (const auto& [id, status] : found)
        if (status != "taxable" && !status.empty() && status != "0")  // what PHP takes for empty is taxable
            untaxed.push_back({id, status == "shipping" ? ordo::TaxStatus::shipping : ordo::TaxStatus::none});
    return untaxed;
}

}  // namespace woocommerce
