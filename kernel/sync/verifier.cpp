/// See verifier.hpp.
#include "kernel/sync/verifier.hpp"

#include <algorithm>
#include <chrono>
#include <random>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "kernel/orders/order_compare.hpp"
#include "kernel/sync/inspector.hpp"

namespace ordo::sync {
namespace {

constexpr OrderId highest_id{INT64_MAX};  // PHP and SQLite hold no more

void sort_once(std::vector<OrderId>& ids) {
    std::sort(ids.begin(), ids.end());
    ids.erase(std::unique(ids.begin(), ids.end()), ids.end());
}

MergeRange range_of(const VerifyOptions& options) {
    const OrderId first = std::max(options.start_from, OrderId{1});
    return {OrderId{first.value - 1}, std::min(options.end_at.value_or(highest_id), highest_id), options.order_types};
}

class Verifier final : public OrderVerifier {
public:
    Verifier(Database& database, const orders::StoreAccess& stores, const std::string& table_prefix, std::function<Direction()> direction)
        : database_(&database), stores_(&stores), quarantine_(table_prefix), direction_(std::move(direction)) {}

    VerifyReport verify(const VerifyOptions& options) override {
        const auto started = std::chrono::steady_clock::now();
        VerifyReport report;
        report.way = direction_();
        database_->read_once([&](Read& read) {
            std::vector<std::string> more_types;
            if (options.include_unknown_types) more_types = orders::list_unknown_types(*stores_, read);
            const orders::StoreView view(*stores_, read, more_types);
            check_types(view, options.order_types);
            if (options.sample > 0) report.sample = draw(view, options, report);
            if (options.sample > 0 || !options.ids.empty()) verify_ids(view, options, report);
            else verify_range(view, options, report);
        });
        report.seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - started).count();
        return report;
    }

    std::vector<Difference> diff(OrderId order) override {
        std::vector<Difference> differences;
        database_->read([&](Read& read) {
            differences.clear();
            const orders::StoreView view(*stores_, read);
            VerifyReport report;
            report.way = direction_();
            Inspector inspector(*stores_, view, quarantine_, report.way);
            const MergedPage page = inspector.page_of({&order, 1});
            inspector.inspect(page, {&order, 1}, Digests::leave_out, report, [&](const Difference& difference) { differences.push_back(difference); });
            if (report.orders == 0 && differences.empty())
                throw Error(errc::order_missing, fmt::format("there is no order {} in {} or {}", order, report.way.source, report.way.target));
        });
        return differences;
    }

    std::vector<ComparedOrder> compare(std::vector<OrderId> ids) override {
        sort_once(ids);
        const Direction way = direction_();
        std::vector<ComparedOrder> compared;
        database_->read([&](Read& read) {
            compared.clear();
            const orders::StoreView view(*stores_, read);
            const auto source = view.read_mirrored(way, way.source, ids), target = view.read_mirrored(way, way.target, ids);
            for (const OrderId id : ids) {
                const auto* s = orders::find_order(source, id);
                const auto* t = orders::find_order(target, id);
                if (!s && !t) continue;
                compared.push_back({id, s != nullptr, t != nullptr, (s ? s : t)->record.type,
                                    orders::side_by_side(s ? &s->record : nullptr, t ? &t->record : nullptr)});
            }
        });
        return compared;
    }

private:
    void check_types(const orders::StoreView& view, const std::vector<std::string>& types) const {
        for (const std::string& type : types)
            if (std::find(view.order_types().begin(), view.order_types().end(), type) == view.order_types().end())
                throw Error(errc::usage, fmt::format("\"{}\" is no order type", type), fmt::format("order types: {}", fmt::join(view.order_types(), ", ")));
    }

    void inspect(Inspector& inspector, const MergedPage& page, std::span<const OrderId> only, const VerifyOptions& options, VerifyReport& report) const {
        inspector.inspect(page, only, options.with_digests ? Digests::fill_in : Digests::leave_out, report, [&](const Difference& difference) {
            if (options.on_difference) options.on_difference(difference);
        });
    }

    void verify_range(const orders::StoreView& view, const VerifyOptions& options, VerifyReport& report) const {
        Inspector inspector(*stores_, view, quarantine_, report.way);
        const auto each_page = [&](const MergedPage& page) {
            if (options.order_types.empty()) {
                inspect(inspector, page, {}, options, report);
            } else {
                // A type that differs hides an order in one of the streams; and only orders have a type, not rows without one.
                std::vector<OrderId> ids = page.both;
                ids.insert(ids.end(), page.only_source.begin(), page.only_source.end());
                ids.insert(ids.end(), page.only_target.begin(), page.only_target.end());
                std::sort(ids.begin(), ids.end());
                if (!ids.empty()) inspect(inspector, inspector.page_of(ids), ids, options, report);
            }
            report.interrupted = options.stop_requested && options.stop_requested();
            return !report.interrupted;
        };
        const MergeRange range = range_of(options);
        if (range.after < range.until) merge(view, report.way, options.batch_size, each_page, range);
    }

    void verify_ids(const orders::StoreView& view, const VerifyOptions& options, VerifyReport& report) const {
        const MergeRange range = range_of(options);
        std::vector<OrderId> ids = options.sample > 0 ? report.sample : options.ids;
        std::erase_if(ids, [&](OrderId id) { return id <= range.after || id > range.until; });
        sort_once(ids);
        Inspector inspector(*stores_, view, quarantine_, report.way);
        for (std::size_t at = 0; at < ids.size() && !report.interrupted; at += options.batch_size) {
            std::vector<OrderId> some(ids.begin() + static_cast<std::ptrdiff_t>(at),
                                      ids.begin() + static_cast<std::ptrdiff_t>(std::min<std::size_t>(ids.size(), at + options.batch_size)));
            MergedPage page = inspector.page_of(some);
            const auto has = [](const std::vector<OrderId>& list, OrderId id) { return std::binary_search(list.begin(), list.end(), id); };
            for (const OrderId id : some)
                if (!has(page.both, id) && !has(page.only_source, id) && !has(page.only_target, id)) report.not_found.push_back(id);
            if (options.sample == 0 && !options.order_types.empty()) {
                keep_types(view, report.way, options.order_types, some);
                page = inspector.page_of(some);
            }
            if (!some.empty()) inspect(inspector, page, some, options, report);
            report.interrupted = options.stop_requested && options.stop_requested();
        }
    }

    static void keep_types(const orders::StoreView& view, const Direction& way, const std::vector<std::string>& types, std::vector<OrderId>& ids) {
        std::vector<OrderId> kept;
        for (const std::string& store : {way.source, way.target})
            for (const auto& order : view.read(store, ids))
                if (std::find(types.begin(), types.end(), order.record.type) != types.end()) kept.push_back(order.record.id);
        sort_once(kept);
        ids = std::move(kept);
    }

    /// So many orders of the range, each as likely as any other, in one walk over the ids (a reservoir).
    std::vector<OrderId> draw(const orders::StoreView& view, const VerifyOptions& options, VerifyReport& report) const {
        report.seed = options.seed ? *options.seed : (std::uint64_t{std::random_device{}()} << 16) ^ std::random_device{}();
        std::mt19937_64 random(report.seed);
        std::vector<OrderId> drawn;
        std::uint64_t seen = 0;
        std::vector<OrderId> wanted = options.ids;
        sort_once(wanted);
        const MergeRange range = range_of(options);
        if (range.after >= range.until) return drawn;
        merge(view, report.way, options.batch_size, [&](const MergedPage& page) {
            std::vector<OrderId> ids = page.both;
            ids.insert(ids.end(), page.only_source.begin(), page.only_source.end());
            ids.insert(ids.end(), page.only_target.begin(), page.only_target.end());
            std::sort(ids.begin(), ids.end());
            for (const OrderId id : ids) {
                if (!wanted.empty() && !std::binary_search(wanted.begin(), wanted.end(), id)) continue;
                ++seen;
                if (drawn.size() < options.sample) drawn.push_back(id);
                else if (const std::uint64_t at = random() % seen; at < options.sample) drawn[at] = id;
            }
            return !(options.stop_requested && options.stop_requested());
        }, range);
        std::sort(drawn.begin(), drawn.end());
        return drawn;
    }

    Database* database_;
    const orders::StoreAccess* stores_;
    QuarantineTable quarantine_;
    std::function<Direction()> direction_;
};

}  // namespace

std::unique_ptr<OrderVerifier> make_verifier(Database& database, const orders::StoreAccess& stores, const std::string& table_prefix,
                                             std::function<Direction()> direction) {
    return std::make_unique<Verifier>(database, stores, table_prefix, std::move(direction));
}

}  // namespace ordo::sync
