/// See verifier.hpp.
#include "kernel/sync/verifier.hpp"

#include <chrono>

#include <fmt/format.h>

#include "kernel/orders/order_compare.hpp"
#include "kernel/sync/merge.hpp"

namespace ordo::sync {
namespace {

bool has_fields_of(const OrderRecord& record, std::initializer_list<HposRow> rows) {
    return std::any_of(record.fields.begin(), record.fields.end(), [&](const Field& field) {
        return std::find(rows.begin(), rows.end(), field_spec(field.id).hpos_row) != rows.end();
    });
}

/// True: the source has such fields and the target has none at all.
bool lacks(const OrderRecord& source, const OrderRecord& target, std::initializer_list<HposRow> rows) {
    return has_fields_of(source, rows) && !has_fields_of(target, rows);
}

class Verifier final : public OrderVerifier {
public:
    Verifier(Database& database, const orders::StoreAccess& stores, std::function<Direction()> direction)
        : database_(&database), stores_(&stores), direction_(std::move(direction)) {}

    VerifyReport verify(const VerifyOptions& options) override {
        const auto started = std::chrono::steady_clock::now();
        VerifyReport report;
        report.way = direction_();
        database_->read_once([&](Read& read) {
            const orders::StoreView view(*stores_, read);
            merge(view, report.way, options.batch_size, [&](const MergedPage& page) {
                for (const Difference& difference : compare(view, page, report))
                    if (options.on_difference) options.on_difference(difference);
                report.interrupted = options.stop_requested && options.stop_requested();
                return !report.interrupted;
            });
        });
        report.seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - started).count();
        return report;
    }

    std::vector<Difference> diff(OrderId order) override {
        const Direction way = direction_();
        std::vector<Difference> differences;
        database_->read([&](Read& read) {
            const orders::StoreView view(*stores_, read);
            const auto source = view.read_mirrored(way, way.source, {&order, 1});
            const auto target = view.read_mirrored(way, way.target, {&order, 1});
            if (source.empty() && target.empty())
                throw Error(errc::order_missing, fmt::format("there is no order {} in {} or {}", order, way.source, way.target));
            MergedPage page;
            (target.empty() ? page.only_source : source.empty() ? page.only_target : page.both).push_back(order);
            VerifyReport report;
            report.way = way;
            differences = compare(view, page, report);
        });
        return differences;
    }

private:
    /// The page's differences, ascending by id; counts them in the report.
    std::vector<Difference> compare(const orders::StoreView& view, const MergedPage& page, VerifyReport& report) const {
        std::vector<Difference> differences;
        for (const OrderId id : page.only_source)
            differences.push_back({id, Difference::Kind::missing, {}, 0, "present", "missing"});
        for (const OrderId id : page.only_target)
            differences.push_back({id, Difference::Kind::extra, {}, 0, "missing", "present"});
        report.missing += page.only_source.size();
        report.extra += page.only_target.size();
        report.orders_different += differences.size();
        report.orders += page.both.size() + page.only_source.size() + page.only_target.size();

        const auto source = view.read_mirrored(report.way, report.way.source, page.both);
        const auto target = view.read_mirrored(report.way, report.way.target, page.both);
        for (const orders::LoadedOrder& order : source) {
            const OrderRecord& wanted = order.record;
            const orders::LoadedOrder* const other = orders::find_order(target, wanted.id);
            if (!other) throw Error(errc::internal, fmt::format("order {} is listed in {} but not read", wanted.id, report.way.target));
            const OrderRecord& held = other->record;
            const auto changes = orders::compare(wanted, *other);
            if (changes.empty()) continue;
            ++report.orders_different;
            report.missing_addresses += lacks(wanted, held, {HposRow::billing_address, HposRow::shipping_address});
            report.missing_operational_data += lacks(wanted, held, {HposRow::operational});
            report.meta_counts_different += orders::compared_meta(wanted).size() != orders::compared_meta(held).size();
            for (Difference& difference : orders::describe(changes, wanted, held)) differences.push_back(std::move(difference));
        }
        report.differences += differences.size();
        std::stable_sort(differences.begin(), differences.end(), [](const Difference& a, const Difference& b) { return a.order < b.order; });
        return differences;
    }

    Database* database_;
    const orders::StoreAccess* stores_;
    std::function<Direction()> direction_;
};

}  // namespace

std::unique_ptr<OrderVerifier> make_verifier(Database& database, const orders::StoreAccess& stores, std::function<Direction()> direction) {
    return std::make_unique<Verifier>(database, stores, std::move(direction));
}

}  // namespace ordo::sync
