/// See conflicts.hpp.
#include "kernel/sync/conflicts.hpp"

#include <fmt/format.h>

#include "kernel/orders/canonical_form.hpp"
#include "kernel/orders/canonical_reader.hpp"
#include "kernel/orders/order_compare.hpp"

namespace ordo::sync {
namespace {

class KeptConflicts final : public Conflicts {
public:
    KeptConflicts(orders::OrderUnit& unit, ConflictTable table) : unit_(unit), table_(std::move(table)) {}

    std::vector<ConflictReport> list(const ConflictRange& range) override {
        std::vector<ConflictReport> reports;
        database().read([&](Read& read) { reports = table_.list(read, range); });
        return reports;
    }
    std::uint64_t count() override {
        std::uint64_t counted = 0;
        database().read([&](Read& read) { counted = table_.count(read); });
        return counted;
    }
    std::optional<ConflictReport> find(std::uint64_t conflict) override {
        std::optional<ConflictReport> report;
        database().read([&](Read& read) { report = table_.find(read, conflict); });
        return report;
    }
    std::string get_record(std::uint64_t conflict) override {
        std::optional<std::string> record;
        database().read([&](Read& read) { record = table_.record(read, conflict); });
        if (!record) throw Error(errc::conflict_missing, fmt::format("there is no conflict {}", conflict), "`ordo hpos conflicts list` shows which there are");
        return *record;
    }

    std::vector<Difference> compare(std::uint64_t conflict) override {
        const OrderRecord kept = orders::read_canonical(get_record(conflict));
        const std::string store = unit_.services().controller->get_orders_data_store();
        std::vector<Difference> differences;
        database().read([&](Read& read) {
            const auto held = orders::StoreView(*unit_.services().stores, read).read(store, {&kept.id, 1});
            if (held.empty()) throw Error(errc::order_missing, fmt::format("order {} was removed; what it was is kept", kept.id), fmt::format("`ordo hpos conflicts show {} --record` gives it whole", conflict));
            differences = orders::describe(orders::compare(kept, held.front()), kept, held.front().record);
        });
        return differences;
    }

    std::uint64_t restore(std::uint64_t conflict) override {
        orders::OrderUnit::Plan plan;
        const OrderRecord kept = orders::read_canonical(get_record(conflict));
        const std::optional<ConflictReport> report = find(conflict);
        if (!report) throw Error(errc::conflict_missing, fmt::format("there is no conflict {}", conflict), "somebody else restored or dropped it");
        orders::OrderWork work;
        work.id = kept.id;
        work.type = kept.type;
        work.operation = "restore";
        work.change = [kept, store = report->store, stores = unit_.services().stores](const OrderRecord& held) {
            orders::MergedOrder merged{stores->overlay(store, kept, held), {}, {}};
            for (const MetaRow& row : held.meta)
                if (is_derived_key(row.key)) merged.record.meta.push_back(row);
            return merged;
        };
        plan.works.push_back(std::move(work));
        plan.look = [&, this](Unit& unit, const std::string& store, std::vector<orders::OrderWork>&) { exchange(unit, store, kept, conflict); };
        const auto works = unit_.run(std::move(plan));
        if (works.front().result.outcome == Outcome::unchanged) return 0;
        Orders::require_success(works.front().result);
        std::uint64_t undo = 0;
        database().read([&](Read& read) { undo = table_.newest(read, kept.id); });
        return undo;
    }

    std::uint64_t drop(std::span<const std::uint64_t> conflicts) override {
        std::uint64_t dropped = 0;
        database().write([&](Unit& unit) {
            if (table_.count(unit) > 0) dropped = std::max(dropped, table_.remove(unit, conflicts));  // none the second time, if only the answer was lost
        });
        return dropped;
    }

private:
    Database& database() const { return *unit_.services().database; }

    /// The order is held: what it is now takes the kept one's place.
    void exchange(Unit& unit, const std::string& store, const OrderRecord& kept, std::uint64_t conflict) const {
        const auto held = orders::StoreView(*unit_.services().stores, unit).read(store, {&kept.id, 1});
        if (held.empty()) return;  // the work says so
        const Overwritten now{kept.id, ConflictKind::restored_over, orders::canonical_form(held.front().record)};
        table_.put(unit, store, {&now, 1});
        table_.remove(unit, {&conflict, 1});
    }

    orders::OrderUnit& unit_;
    ConflictTable table_;
};

}  // namespace

std::unique_ptr<Conflicts> make_conflicts(orders::OrderUnit& unit, ConflictTable table) { return std::make_unique<KeptConflicts>(unit, std::move(table)); }

}  // namespace ordo::sync
