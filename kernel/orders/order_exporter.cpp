/// See order_exporter.hpp.
#include "kernel/orders/order_exporter.hpp"

#include <ordo/order_details.hpp>

#include "kernel/orders/canonical_form.hpp"
#include "kernel/orders/woocommerce_form.hpp"

namespace ordo::orders {
namespace {

constexpr std::size_t page_orders = 500;

class Exporter final : public OrderExporter {
public:
    Exporter(Database& database, const StoreAccess& stores, const options::OptionsTable& shop_options, std::function<std::string()> authoritative)
        : database_(&database), stores_(&stores), shop_options_(&shop_options), authoritative_(std::move(authoritative)) {}

    std::uint64_t export_orders(const ExportOptions& options, const std::function<void(std::string_view)>& line) override {
        const std::string store = options.store.value_or(authoritative_());
        stores_->get(store);
        std::uint64_t exported = 0;
        // One snapshot for the whole export: the lines belong together.
        const AutoDrafts drafts = options.include_auto_drafts ? AutoDrafts::include : AutoDrafts::leave_out;
        database_->read_once([&](Read& read) {
            const StoreView view(*stores_, read);
            const auto write = writer(options.form, read);
            for (OrderId after{};;) {
                const auto ids = view.list(store, after, page_orders, drafts);
                if (ids.empty() || (options.stop_requested && options.stop_requested())) return;
                for (const OrderRecord& record : load(view, store, ids)) {
                    line(write(record));
                    ++exported;
                }
                after = ids.back();
            }
        });
        return exported;
    }

    std::optional<std::string> get(OrderId order, const ExportOptions& options) override {
        const std::string store = options.store.value_or(authoritative_());
        stores_->get(store);
        std::optional<std::string> form;
        database_->read([&](Read& read) {
            const StoreView view(*stores_, read);
            for (const OrderRecord& record : load(view, store, {&order, 1})) form = writer(options.form, read)(record);
        });
        return form;
    }

private:
    std::function<std::string(const OrderRecord&)> writer(ExportForm form, Read& read) const {
        if (form == ExportForm::canonical) return canonical_form;
        return [reading = woocommerce_reading([&](std::string_view name) { return shop_options_->get(read, name); })](const OrderRecord& record) {
            return woocommerce_form(record, reading);
        };
    }

    std::vector<OrderRecord> load(const StoreView& view, const std::string& store, std::span<const OrderId> ids) const {
        std::vector<OrderRecord> records;
        for (LoadedOrder& loaded : view.read(store, ids, AutoDrafts::include)) records.push_back(std::move(loaded.record));
        if (auto* details = find_interface<OrderDetails>(stores_->registry())) details->attach(view.snapshot(), records);
        return records;
    }

    Database* database_;
    const StoreAccess* stores_;
    const options::OptionsTable* shop_options_;
    std::function<std::string()> authoritative_;
};

}  // namespace

std::unique_ptr<OrderExporter> make_order_exporter(Database& database, const StoreAccess& stores, const options::OptionsTable& options,
                                                   std::function<std::string()> authoritative) {
    return std::make_unique<Exporter>(database, stores, options, std::move(authoritative));
}

}  // namespace ordo::orders
