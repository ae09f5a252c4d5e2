/// See order_util.hpp.
#include "kernel/orders/order_util.hpp"

namespace ordo::orders {
namespace {

class Util final : public OrderUtil {
public:
    explicit Util(OrderUtilServices services) : services_(std::move(services)) {}

    bool custom_orders_table_usage_is_enabled() override { return services_.controller->custom_orders_table_usage_is_enabled(); }
    bool custom_orders_table_datastore_cache_enabled() override { return services_.controller->hpos_data_caching_is_enabled(); }
    bool orders_cache_usage_is_enabled() override { return services_.options->get(option::orders_cache_enabled).value_or("yes") == "yes"; }

    bool is_custom_order_tables_in_sync() override {
        if (!services_.synchronizer->data_sync_is_enabled()) return false;
        const SyncStatus status = services_.synchronizer->get_status();
        return status.pending == 0 && status.quarantined == 0;
    }

    std::string get_table_for_orders() override { return services_.table_prefix + std::string(authoritative().traits().orders_table); }
    std::string get_table_for_order_meta() override { return services_.table_prefix + std::string(authoritative().traits().meta_table); }

    std::uint64_t get_count_for_type(std::string_view type) override {
        const std::string store = services_.controller->get_orders_data_store();
        const std::string types(type);
        std::uint64_t orders = 0;
        services_.database->read([&](Read& read) {
            if (StoreView(*services_.stores, read).has_tables(store)) orders = services_.stores->get(store).count(read, {&types, 1}).orders;
        });
        return orders;
    }

    bool is_custom_order_tables_usage_enabled() override {
        return custom_orders_table_usage_is_enabled() || services_.synchronizer->data_sync_is_enabled();
    }

private:
    OrderDataStore& authoritative() const { return services_.stores->get(services_.controller->get_orders_data_store()); }

    OrderUtilServices services_;
};

}  // namespace

std::unique_ptr<OrderUtil> make_order_util(OrderUtilServices services) { return std::make_unique<Util>(std::move(services)); }

}  // namespace ordo::orders
