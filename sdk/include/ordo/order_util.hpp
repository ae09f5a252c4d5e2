/// Short answers about where the orders are, for whoever asks often. A thin face of the controller, the synchroniser and
/// the stores. The role and its methods are WooCommerce's `OrderUtil` (document 004 section 8.4). Implemented by the kernel;
/// reads only; any thread.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace ordo {

class OrderUtil {
public:
    virtual ~OrderUtil() = default;

    /// Whether HPOS is authoritative.
    virtual bool custom_orders_table_usage_is_enabled() = 0;
    /// Whether rows of orders may be cached: option `woocommerce_hpos_datastore_caching_enabled`, yes where it is not set.
    virtual bool custom_orders_table_datastore_cache_enabled() = 0;
    /// Whether orders may be cached as objects: option `woocommerce_orders_cache_enabled`, yes where it is not set.
    virtual bool orders_cache_usage_is_enabled() = 0;
    /// Whether compatibility mode is on and both stores hold the same: nothing waits, nothing is in quarantine.
    virtual bool is_custom_order_tables_in_sync() = 0;
    /// The table of the authoritative store, prefix included: "wp_posts" or "wp_wc_orders".
    virtual std::string get_table_for_orders() = 0;
    /// The same for meta: "wp_postmeta" or "wp_wc_orders_meta".
    virtual std::string get_table_for_order_meta() = 0;
    /// How many orders of a type the authoritative store has; auto-drafts are none.
    virtual std::uint64_t get_count_for_type(std::string_view type) = 0;
    /// Whether the HPOS tables are in use at all: authoritative, or kept as a copy by compatibility mode.
    virtual bool is_custom_order_tables_usage_enabled() = 0;
};

}  // namespace ordo
