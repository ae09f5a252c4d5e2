/// See repairer.hpp.
#include "kernel/sync/repairer.hpp"

#include <algorithm>
#include <map>

#include <fmt/format.h>

#include "kernel/orders/canonical_form.hpp"
#include "kernel/sync/inspector.hpp"
#include "kernel/sync/run_lock.hpp"

namespace ordo::sync {
namespace {

using Kind = Difference::Kind;

/// Whether two findings are the same one. Of contents the order is enough: an order is copied whole.
bool same(const Difference& a, const Difference& b, const Direction& way) {
    if (a.order != b.order) return false;
    if (remedy_for(a, way) == Remedy::copy) return remedy_for(b, way) == Remedy::copy;
    return a.kind == b.kind && a.store == b.store && a.table == b.table && a.what == b.what && a.rows == b.rows;
}

class Repairer final : public OrderRepairer {
public:
    explicit Repairer(RepairServices services) : services_(std::move(services)), quarantine_(services_.table_prefix) {}

    RepairReport repair(const Direction& way, std::span<const Difference> differences) override {
        const Direction now = services_.synchronizer->get_direction();
        if (now != way)
            throw Error(errc::sync_direction, fmt::format("the differences were seen {}, and by now orders are copied {}", way, now),
                        "verify again: `ordo hpos verify-data --repair-plan FILE`");
        // Not the target's: a unique key that a shop has lost cannot be made anew before its duplicates are gone.
        services_.create_own_tables();
        RepairReport report;
        std::vector<const Difference*> to_copy;
        {
            const RunLock lock(*services_.database, services_.table_prefix);
            services_.database->write([&](Unit& unit) {
                report = {};  // the body may run again
                to_copy.clear();
                lock.confirm(unit);
                services_.forget_known(unit);
                repair_rows(unit, way, differences, report, to_copy);
            });
        }
        copy(way, to_copy, report);
        return report;
    }

private:
    static std::vector<OrderId> ids_of(std::span<const Difference> differences) {
        std::vector<OrderId> ids;
        for (const Difference& difference : differences) ids.push_back(difference.order);
        std::sort(ids.begin(), ids.end());
        ids.erase(std::unique(ids.begin(), ids.end()), ids.end());
        return ids;
    }

    /// What is found about these orders now. Rows that name no order are found only where the ids are not restricted.
    std::vector<Difference> inspect(Read& read, const Direction& way, const std::vector<OrderId>& ids) const {
        const orders::StoreView view(*services_.stores, read);
        Inspector inspector(*services_.stores, view, quarantine_, way);
        std::vector<Difference> found;
        VerifyReport report;
        const auto gather = [&](const Difference& difference) { found.push_back(difference); };
        std::vector<OrderId> named = ids;
        std::erase(named, OrderId{});
        if (!named.empty()) inspector.inspect(inspector.page_of(named), named, Digests::fill_in, report, gather);
        if (named.size() < ids.size()) inspector.inspect({}, {}, Digests::leave_out, report, gather);  // the empty range: just those without an id
        return found;
    }

    /// Digests of both stores' orders, as the plan's.
    std::map<OrderId, std::pair<std::string, std::string>> digests(Read& read, const Direction& way, const std::vector<OrderId>& ids) const {
        const orders::StoreView view(*services_.stores, read);
        std::map<OrderId, std::pair<std::string, std::string>> digests;
        for (const auto& order : view.read_mirrored(way, way.source, ids)) digests[order.record.id].first = orders::canonical_digest(order.record);
        for (const auto& order : view.read_mirrored(way, way.target, ids)) digests[order.record.id].second = orders::canonical_digest(order.record);
        return digests;
    }

    void repair_rows(Unit& unit, const Direction& way, std::span<const Difference> differences, RepairReport& report,
                     std::vector<const Difference*>& to_copy) const {
        const auto ids = ids_of(differences);
        const auto found = inspect(unit, way, ids);
        auto seen = digests(unit, way, ids);
        for (const Difference& wanted : differences) {
            const Remedy remedy = remedy_for(wanted, way);
            const bool there = std::any_of(found.begin(), found.end(), [&](const Difference& one) { return same(wanted, one, way); });
            if (!there) {
                ++report.settled;
            } else if (remedy == Remedy::decide) {
                report.left.push_back({wanted, LeftDifference::Reason::decide, advice(wanted, way)});
            } else if (seen[wanted.order] != std::pair{wanted.source_digest, wanted.target_digest}) {
                report.left.push_back({wanted, LeftDifference::Reason::changed,
                                       fmt::format("order {} has changed since it was seen; `ordo hpos verify-data --ids {} --repair-plan FILE` looks again",
                                                   wanted.order, wanted.order)});
            } else if (remedy == Remedy::copy) {
                to_copy.push_back(&wanted);
            } else if (is_order_row(wanted, way) && seen[wanted.order].first.empty()) {
                report.left.push_back({wanted, LeftDifference::Reason::decide, fmt::format("only {} has anything of order {}", way.target, wanted.order)});
            } else {
                remove(unit, wanted, report);
                ++report.repaired;
            }
        }
    }

    bool is_order_row(const Difference& difference, const Direction& way) const {
        return difference.table == services_.table_prefix + std::string(services_.stores->get(way.target).traits().orders_table);
    }

    void remove(Unit& unit, const Difference& difference, RepairReport& report) const {
        if (difference.kind == Kind::stale_overflow) {
            services_.stores->overflow().remove_rows(unit, difference.rows);
        } else if (difference.kind == Kind::stale_quarantine) {
            quarantine_.release(unit, difference.store, {&difference.order, 1});
        } else if (difference.kind == Kind::stale_deletion) {
            const orders::StoreView view(*services_.stores, unit);
            for (const std::string& store : services_.stores->registry().store_ids())
                if (auto* records = ordo::find_interface<DeletionRecords>(services_.stores->get(store)); records && view.has_tables(store))
                    records->forget_deleted(unit, {&difference.order, 1});
        } else {
            auto* const integrity = ordo::find_interface<StoreIntegrity>(services_.stores->get(difference.store));
            integrity->remove_rows(unit, difference.table, difference.rows);
        }
        report.rows_removed += std::max<std::uint64_t>(difference.rows.size(), 1);
    }

    static std::string advice(const Difference& difference, const Direction& way) {
        if (difference.kind == Kind::extra)
            return fmt::format("only {} has order {}; nothing deletes it: bring it into {} (`ordo hpos backfill {} --from {} --to {}`) or delete it by hand", way.target,
                               difference.order, way.source, difference.order, way.target, way.source);
        if (difference.kind == Kind::parent_missing)
            return fmt::format("the parent of order {} is in neither store: give it another one, or delete it", difference.order);
        return fmt::format("table {} belongs to {}: nothing removes rows there (primary keys: {})", difference.table,
                           difference.store == way.source ? "the authoritative store" : "both stores", number_list(difference.rows));
    }

    void copy(const Direction& way, const std::vector<const Difference*>& differences, RepairReport& report) const {
        if (differences.empty()) return;
        std::vector<OrderId> ids;
        for (const Difference* difference : differences)
            if (ids.empty() || ids.back() != difference->order) ids.push_back(difference->order);
        std::sort(ids.begin(), ids.end());
        ids.erase(std::unique(ids.begin(), ids.end()), ids.end());
        BatchResult result;
        try {
            result = services_.synchronizer->process_batch(ids);
        } catch (const Error& error) {
            if (error.code() != errc::database_statement) throw;
            for (const Difference* difference : differences) report.left.push_back({*difference, LeftDifference::Reason::failed, error.what()});
            return;
        }
        std::vector<Difference> rest;
        services_.database->read([&](Read& read) { rest = inspect(read, way, ids); });
        for (const OrderId id : ids) {
            const auto still = std::find_if(rest.begin(), rest.end(), [&](const Difference& one) { return one.order == id && remedy_for(one, way) == Remedy::copy; });
            report.orders_copied += still == rest.end();
        }
        for (const Difference* difference : differences) {
            if (std::none_of(rest.begin(), rest.end(), [&](const Difference& one) { return same(*difference, one, way); })) {
                ++report.repaired;
                continue;
            }
            const auto refused = std::find_if(result.quarantined.begin(), result.quarantined.end(), [&](const QuarantineReport& one) { return one.order == difference->order; });
            report.left.push_back({*difference, LeftDifference::Reason::failed,
                                   refused == result.quarantined.end()
                                       ? fmt::format("order {} was changed meanwhile; run the repair again", difference->order)
                                       : fmt::format("order {} was refused: {}{}{}; {}", difference->order, refused->field,
                                                     refused->field.empty() ? "" : ": ", refused->reason, refused->repair)});
        }
    }

    RepairServices services_;
    QuarantineTable quarantine_;
};

}  // namespace

std::unique_ptr<OrderRepairer> make_repairer(RepairServices services) { return std::make_unique<Repairer>(std::move(services)); }

}  // namespace ordo::sync
