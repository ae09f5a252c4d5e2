/// See order_unit.hpp.
#include "kernel/orders/order_unit.hpp"

#include <algorithm>
#include <random>

#include <boost/json.hpp>

#include <ordo/order_details.hpp>

#include "kernel/orders/address_index.hpp"
#include "kernel/orders/json_text.hpp"
#include "kernel/orders/order_compare.hpp"
#include "kernel/orders/order_statuses.hpp"
#include "kernel/orders/order_writer.hpp"

namespace ordo::orders {
namespace {

constexpr std::string_view posts_table = "posts";

std::string make_save_key() {
    std::random_device random;  // the system's own: no two programs may ever make the same key
    return fmt::format("{:08x}{:08x}{:08x}{:08x}", random(), random(), random(), random());
}

std::string status_of(const OrderRecord& order) {
    const auto status = order.get(FieldId::status);
    return status ? status->text : "";
}

/// The address indexes as the order's addresses are now. Orders that never had any get them when they are saved.
void refresh_address_indexes(OrderRecord& order) {
    for (MetaRow& index : make_address_indexes(order)) ordo::detail::set_meta_row(order.meta, index.key, std::move(*index.value));
}

/// {"field":[before,after]}; of repeated keys the first rows' values, of secrets none.
std::string changes_json(const OrderRecord& before, const OrderRecord& after, std::span<const std::string> names) {
    const auto value_of = [](const OrderRecord& order, const std::string& name) -> boost::json::value {
        if (const FieldSpec* spec = find_field(name)) {
            const auto value = spec->privacy == Privacy::secret ? std::nullopt : order.get(spec->id);
            return to_json(value ? Bytes{value->text} : std::nullopt);
        }
        if (!name.starts_with("meta ")) return nullptr;
        const auto row = ordo::detail::find_meta_row(order.meta, std::string_view(name).substr(5));
        return row ? to_json(order.meta[*row].value) : nullptr;
    };
    boost::json::object changes;
    for (const std::string& name : names)
        if (!name.starts_with("item ")) changes[json_name(name)] = boost::json::array{value_of(before, name), value_of(after, name)};
    return boost::json::serialize(changes);
}

bool has_new_rows(const std::vector<MetaRow>& meta) {
    return std::any_of(meta.begin(), meta.end(), [](const MetaRow& row) { return row.row == 0; });
}

bool has_new_rows(const std::vector<ItemRecord>& items) {
    return std::any_of(items.begin(), items.end(), [](const ItemRecord& item) { return item.id == 0 || has_new_rows(item.meta); });
}

}  // namespace

/// Ends a transaction in which nothing came to be written: the ledger's rows, by which the orders were held, are as before.
struct NothingWritten : std::exception {};

/// One run of a plan's body within its unit.
class OrderUnit::Body {
public:
    Body(const OrderUnit& owner, const std::string& store, const Plan& plan, const std::string& key, Unit& unit, std::vector<OrderWork>& works)
        : owner_(owner), services_(owner.services_), store_(store), plan_(plan), key_(key), unit_(unit), works_(works),
          details_(find_interface<OrderDetails>(owner.services_.stores->registry())),
          ids_(find_interface<OrderIds>(owner.services_.stores->registry())) {}

    void run() {
        hold(0);
        if (plan_.look) {
            const std::size_t known = works_.size();
            plan_.look(unit_, store_, works_);
            hold(known);
        }
        allocate();
        load();
        find_foreign_copies();
        decide();
        write_store();
        if (plan_.together)
            for (const OrderWork& work : works_) Orders::require_success(work.result);
        erase_rest();
        write_items();
        add_notes();
        for (OrderWork& work : works_)
            if (work.written() && work.kind != OrderWork::Kind::erase) work.changed = changed_names(work.before, work.after);
        read_back();
        keep_record();
    }
    /// Orders were not there to be erased, their copies were.
    bool erased_copies() const noexcept { return erased_copies_; }

private:
    /// Takes the ledger's rows of orders that are there, from the `first` work on, in the order of their ids.
    void hold(std::size_t first) {
        std::vector<Ledger::Entry> entries;
        for (std::size_t i = first; i < works_.size(); ++i)
            if (works_[i].id != OrderId{}) entries.push_back({works_[i].id, works_[i].type});
        advance(std::move(entries));
    }
    void advance(std::vector<Ledger::Entry> entries) {
        std::sort(entries.begin(), entries.end(), [](const auto& a, const auto& b) { return a.id < b.id; });
        const auto versions = owner_.ledger_.advance(unit_, entries);
        for (std::size_t i = 0; i < entries.size(); ++i) versions_[entries[i].id] = i < versions.size() ? versions[i] : 0;
    }

    void allocate() {
        std::vector<Ledger::Entry> entries;
        for (OrderWork& work : works_) {
            if (work.kind != OrderWork::Kind::create) continue;
            const auto created = work.fresh.get(FieldId::date_created_gmt);
            const auto parent = work.fresh.get(FieldId::parent_order_id);
            if (!ids_) throw Error(errc::usage, "no loaded plugin gives ids to orders", "load the plugin woocommerce: [plugins] load");
            work.id = ids_->allocate(unit_, 1, created ? created->text : "", OrderId{parent ? ordo::detail::to_number(parent->text) : 0}).front();
            work.fresh.id = work.id;
            entries.push_back({work.id, work.type});
        }
        advance(std::move(entries));
    }

    void load() {
        std::vector<OrderId> ids;
        for (const OrderWork& work : works_)
            if (work.kind != OrderWork::Kind::create) ids.push_back(work.id);
        std::sort(ids.begin(), ids.end());
        held_ = owner_.load_kept(unit_, store_, ids);
        std::vector<OrderRecord> with_items;
        for (const OrderWork& work : works_)
            if (const LoadedOrder* held = find_order(held_, work.id); held && work.items) with_items.push_back({work.id, {}, {}, {}, {}, {}});
        if (!details_ || with_items.empty()) return;
        std::sort(with_items.begin(), with_items.end(), [](const auto& a, const auto& b) { return a.id < b.id; });
        details_->attach_for_update(unit_, with_items, DetailParts::items);
        for (LoadedOrder& held : held_)
            if (const OrderRecord* found = find_record(with_items, held.record.id)) held.record.items = found->items;
    }

    /// Of the orders that are to be erased those whose copies are neither as they were last mirrored nor as the order is now.
    void find_foreign_copies() {
        const Direction way{store_, backup_of(store_)};
        std::vector<OrderId> erased;
        for (const OrderWork& work : works_)
            if (work.kind == OrderWork::Kind::erase && find_order(held_, work.id)) erased.push_back(work.id);
        if (erased.empty() || !services_.stores->knows(way.target) || !is_mirrored()) return;
        std::sort(erased.begin(), erased.end());
        const StoreView view(*services_.stores, unit_);
        const auto known = owner_.ledger_.copies(unit_, erased);
        const auto orders = view.read_mirrored(way, way.source, erased);
        for (const LoadedOrder& copy : view.read_mirrored(way, way.target, erased)) {
            const auto left = known.find(copy.record.id);
            const LoadedOrder* const order = find_order(orders, copy.record.id);
            const bool as_left = left == known.end() || left->second.digest.empty() || left->second.digest == services_.stores->mirror_digest(way, copy.record);
            if (!as_left && !(order && compare(order->record, copy).empty())) foreign_copies_.push_back(copy.record.id);
        }
    }

    bool is_mirrored() const { return services_.options->get(unit_, option::data_sync_enabled) == "yes"; }

    /// What becomes of each order.
    void decide() {
        for (OrderWork& work : works_) {
            work.result = {work.id, Outcome::written, {}, {}, {}};
            if (work.kind == OrderWork::Kind::create) {
                work.after = work.fresh;
                refresh_address_indexes(work.after);
                for (const ItemRecord& item : work.after.items) add_item_insert(work, item);
                add_insert(work);
                continue;
            }
            const LoadedOrder* const held = find_order(held_, work.id);
            if (!held) {
                work.result.outcome = Outcome::missing;
                if (work.kind == OrderWork::Kind::erase) missing_.push_back(work.id);
                continue;
            }
            work.before = held->record;
            if (work.copies_only) {
                work.result.outcome = Outcome::conflict;
                continue;
            }
            if (work.kind == OrderWork::Kind::erase) {
                add(work, {WriteOp::erase, work.id, held->record.type, {}, {}}, nullptr);
                continue;
            }
            MergedOrder merged = work.change(held->record);
            if (!merged.conflicts.empty()) {
                work.result.outcome = Outcome::conflict;
                work.result.conflicts = std::move(merged.conflicts);
                continue;
            }
            work.after = std::move(merged.record);
            work.written_items = std::move(merged.items);
            if (work.after.fields != work.before.fields) refresh_address_indexes(work.after);
            if (work.note_tells_status && status_of(work.before) == status_of(work.after)) work.note.reset();
            Changes changes = compare(work.after, *held, DerivedMeta::include);
            if (changes.empty() && work.written_items.empty() && !work.note && !work.always) work.result.outcome = Outcome::unchanged;
            else if (!changes.empty()) add(work, {WriteOp::update, work.id, work.after.type, std::move(changes.fields), std::move(changes.meta)}, &work.after);
        }
    }
    static void add_item_insert(OrderWork& work, const ItemRecord& item) {
        ItemWrite write{work.id, WriteOp::insert, 0, item.type, item.name, {}};
        for (const MetaRow& row : item.meta) write.meta.push_back({MetaChange::Op::insert, 0, row.key, std::nullopt, row.value, 0});
        work.written_items.push_back(std::move(write));
    }
    void add_insert(OrderWork& work) {
        OrderWrite write = make_insert(work.after);
        write.born = true;
        add(work, std::move(write), &work.after);
    }
    void add(OrderWork& work, OrderWrite write, const OrderRecord* source) {
        writes_.push_back(std::move(write));
        sources_.push_back(source);
        writers_.push_back(&work);
    }

    void write_store() {
        if (writes_.empty()) return;
        auto results = write_orders(unit_, *services_.stores, store_, writes_, sources_);
        for (std::size_t i = 0; i < results.size(); ++i) {
            OrderWork& work = *writers_[i];
            // Somebody who does not know the ledger wrote it after it was read: everything is looked at again.
            if (results[i].outcome == Outcome::conflict)
                throw Error(errc::database_busy, fmt::format("order {} was changed by another program meanwhile", work.id));
            if (results[i].outcome == Outcome::missing && work.kind == OrderWork::Kind::erase) results[i].outcome = Outcome::written;
            work.result.outcome = results[i].outcome;
            if (results[i].outcome == Outcome::written) {
                work.result.kept = std::move(results[i].faults);
                continue;
            }
            for (const Fault& fault : results[i].faults)
                work.result.refusals.push_back({store_, fmt::format("{}: {}", fault.field ? field_spec(*fault.field).name : std::string_view(fault.meta_key), to_string(fault.rule))});
            if (work.kind == OrderWork::Kind::create) ids_->release(unit_, {&work.id, 1});
        }
    }

    /// What hangs on orders that are gone, and what the other store has of them.
    void erase_rest() {
        std::vector<OrderId> erased;
        for (const OrderWork& work : works_)
            if (work.kind == OrderWork::Kind::erase && work.written()) erased.push_back(work.id);
        if (!missing_.empty()) {
            // Gone already, and now it is said that this is meant: the copy of one that vanished goes too.
            owner_.ledger_.bury(unit_, missing_);
            erased_copies_ = erase_backup(missing_);
            if (erased_copies_ && details_) details_->erase(unit_, missing_);
        }
        if (erased.empty()) return;
        if (details_) details_->erase(unit_, erased);
        erase_backup(erased);
        if (ids_) ids_->release(unit_, erased);
        owner_.ledger_.bury(unit_, erased);
        owner_.journal_.forget_values(unit_, erased);
    }
    /// Mirrored: gone there too. Not mirrored, changed there by somebody else, or gone here before: a record, by which the next synchronisation
    /// removes the copy, WooCommerce's too. It keeps what it takes away of somebody else's.
    /// True: there were copies.
    bool erase_backup(std::span<const OrderId> erased) {
        const std::string backup = backup_of(store_);
        if (!services_.stores->knows(backup)) return false;
        const Schema schema = services_.stores->get(backup).schema();
        if (!std::all_of(schema.begin(), schema.end(), [&](const Table& table) { return unit_.table_exists(table.name); })) return false;
        const bool mirrored = is_mirrored();
        std::vector<OrderId> sorted(erased.begin(), erased.end());
        std::sort(sorted.begin(), sorted.end());
        std::vector<OrderId> recorded;
        std::vector<OrderWrite> writes;
        // Through the view: by now the id may be a post's that is no order.
        for (const LoadedOrder& copy : StoreView(*services_.stores, unit_).read(backup, sorted, AutoDrafts::include)) {
            if (!mirrored || std::find(missing_.begin(), missing_.end(), copy.record.id) != missing_.end() || std::binary_search(foreign_copies_.begin(), foreign_copies_.end(), copy.record.id)) recorded.push_back(copy.record.id);
            else writes.push_back({WriteOp::erase, copy.record.id, copy.record.type, {}, {}});
        }
        if (!writes.empty()) write_orders(unit_, *services_.stores, backup, writes, std::vector<const OrderRecord*>(writes.size(), nullptr));
        if (auto* records = recorded.empty() ? nullptr : find_interface<DeletionRecords>(services_.stores->get(store_hpos))) records->record_deleted(unit_, store_, recorded);
        return !recorded.empty() || !writes.empty();
    }

    void write_items() {
        std::vector<ItemWrite> writes;
        for (OrderWork& work : works_) {
            if (!work.written()) continue;
            for (ItemWrite& item : work.written_items) {
                item.order = work.id;
                writes.push_back(item);
            }
        }
        if (writes.empty()) return;
        if (!details_) throw Error(errc::usage, "no loaded plugin keeps items of orders", "load the plugin woocommerce: [plugins] load");
        const auto ids = details_->write_items(unit_, writes);
        std::size_t next = 0;
        for (OrderWork& work : works_) {
            if (!work.written()) continue;
            auto unnamed = work.after.items.begin();
            for (ItemWrite& item : work.written_items) {
                item.id = ids.at(next++);
                if (item.op != WriteOp::insert) continue;
                unnamed = std::find_if(unnamed, work.after.items.end(), [](const ItemRecord& one) { return one.id == 0; });
                if (unnamed != work.after.items.end()) unnamed->id = item.id;
            }
        }
    }

    void add_notes() {
        std::vector<OrderDetails::NewNote> notes;
        std::vector<OrderWork*> owners;
        for (OrderWork& work : works_) {
            if (!work.written() || !work.note) continue;
            notes.push_back({work.id, *work.note});
            owners.push_back(&work);
        }
        if (notes.empty()) return;
        if (!details_) throw Error(errc::usage, "no loaded plugin keeps notes of orders", "load the plugin woocommerce: [plugins] load");
        const auto ids = details_->add_notes(unit_, notes);
        for (std::size_t i = 0; i < ids.size(); ++i) owners[i]->note_id = ids[i];
    }

    /// New rows have handles by now; who goes on with the order needs them.
    void read_back() {
        std::vector<OrderId> ids;
        bool items = false;
        for (const OrderWork& work : works_) {
            if (!work.written() || work.kind == OrderWork::Kind::erase) continue;
            const bool new_items = has_new_rows(work.after.items);
            if (new_items || has_new_rows(work.after.meta)) ids.push_back(work.id);
            items = items || new_items;
        }
        if (ids.empty()) return;
        std::sort(ids.begin(), ids.end());
        const std::vector<OrderRecord> stored = owner_.load(unit_, store_, ids, items);
        for (OrderWork& work : works_) {
            const OrderRecord* const found = find_record(stored, work.id);
            if (!found || !work.written()) continue;
            std::vector<ItemRecord> same_items = std::move(work.after.items);
            work.after = *found;
            if (!items) work.after.items = std::move(same_items);
        }
    }

    void keep_record() {
        Ledger::CountChanges counts;
        std::vector<Journal::Entry> entries;
        const auto participants = services_.stores->registry().participants();
        for (const OrderWork& work : works_) {
            if (!work.written()) continue;
            const bool erased = work.kind == OrderWork::Kind::erase, created = work.kind == OrderWork::Kind::create;
            if (!created) counts.add(work.before.type, status_of(work.before), -1);
            if (!erased) counts.add(work.after.type, status_of(work.after), 1);
            Journal::Entry entry{work.id, versions_[work.id], work.operation, work.changed, {}};
            if (owner_.journal_.keeps_values() && !erased) entry.changes = changes_json(work.before, work.after, entry.fields);
            entries.push_back(std::move(entry));
            for (const auto& participant : participants) {
                if (erased) participant->order_erased(unit_, work.before);
                else participant->order_saved(unit_, created ? nullptr : &work.before, work.after);
            }
        }
        if (entries.empty()) return;
        const auto now = std::chrono::floor<std::chrono::seconds>(std::chrono::system_clock::now());
        owner_.journal_.add(unit_, key_, plan_.actor, format_datetime(now), entries);
        owner_.ledger_.count(unit_, counts);
    }

    const OrderUnit& owner_;
    const OrderServices& services_;
    const std::string& store_;
    const Plan& plan_;
    const std::string& key_;
    Unit& unit_;
    std::vector<OrderWork>& works_;
    OrderDetails* details_;
    OrderIds* ids_;
    std::vector<LoadedOrder> held_;
    std::vector<OrderWrite> writes_;
    std::vector<const OrderRecord*> sources_;
    std::vector<OrderWork*> writers_;
    std::vector<OrderId> missing_;         ///< to be erased, and not there
    std::vector<OrderId> foreign_copies_;  ///< of orders to be erased, with what somebody else wrote
    bool erased_copies_ = false;
    std::map<OrderId, std::uint64_t> versions_;
};

OrderUnit::OrderUnit(OrderServices services)
    : services_(std::move(services)), ledger_(services_.table_prefix), journal_(services_.table_prefix, services_.history) {}

Schema OrderUnit::schema() const {
    Schema schema = ledger_.schema();
    schema.push_back(journal_.schema());
    return schema;
}

std::vector<OrderWork> OrderUnit::run(Plan plan) {
    constexpr int switches_max = 5;  // in the middle of one save
    const std::string key = make_save_key();
    const auto shared = std::make_shared<Plan>(std::move(plan));
    for (int attempt = 1;; ++attempt) {
        const std::string store = services_.controller->get_orders_data_store();
        require_tables(store);
        auto works = std::make_shared<std::vector<OrderWork>>();
        try {
            bool ran = false;
            services_.database->write([&](Unit& unit) {
                // Announced are the works of the run that was committed.
                const auto announce = [this, store, shared, works] {
                    remember_tables(store);
                    tell_saved(*works, shared->announce);
                };
                if (ran && journal_.has(unit, key)) return unit.after_commit(announce);  // only the answer to its commit was lost
                services_.share_authority(unit);
                services_.controller->confirm_authoritative(unit, store);
                *works = shared->works;
                ran = true;
                Body body(*this, store, *shared, key, unit, *works);
                body.run();
                if (!body.erased_copies() && std::none_of(works->begin(), works->end(), [](const OrderWork& work) { return work.written(); })) throw NothingWritten{};
                unit.after_commit(announce);
            });
            return *works;
        } catch (const NothingWritten&) {
            return *works;
        } catch (const Error& error) {
            if (error.code() != errc::sync_direction || attempt == switches_max) throw;
        }
    }
}

void OrderUnit::tell_saved(const std::vector<OrderWork>& works, const std::function<void(const std::vector<OrderWork>&)>& announce) const {
    std::vector<OrderId> saved;
    for (const OrderWork& work : works)
        if (work.written() && work.kind != OrderWork::Kind::erase) saved.push_back(work.id);
    const auto tell = [&] {
        if (!saved.empty()) services_.saved(saved);
    };
    try {
        if (announce) announce(works);
    } catch (...) {
        tell();
        throw;
    }
    tell();
}

void OrderUnit::require_tables(const std::string& store) {
    {
        const std::lock_guard lock(tables_mutex_);
        if (stores_with_tables_.contains(store)) return;
    }
    services_.create_tables(store);
}

/// Within a caller's transaction the tables may go with it.
void OrderUnit::remember_tables(const std::string& store) {
    const std::lock_guard lock(tables_mutex_);
    stores_with_tables_.insert(store);
}

std::vector<LoadedOrder> OrderUnit::load_kept(Read& read, const std::string& store, std::span<const OrderId> ids) const {
    if (ids.empty()) return {};
    const StoreAccess& stores = *services_.stores;
    std::vector<OrderRecord> records = stores.get(store).read(read, ids);
    if (!find_interface<StoredOrderTypes>(stores.get(store))) {
        // Posts of other types are no orders. Which types another store has rows of is asked only if it matters.
        const auto& types = stores.declared_order_types();
        const auto declared = [&](const OrderRecord& record) { return std::find(types.begin(), types.end(), record.type) != types.end(); };
        if (!std::all_of(records.begin(), records.end(), declared)) return StoreView(stores, read).read(store, ids, AutoDrafts::include);
    }
    return stores.overflow().apply(read, store, std::move(records));
}

std::vector<OrderRecord> OrderUnit::load(Read& read, const std::string& store, std::span<const OrderId> ids, bool items) const {
    std::vector<OrderRecord> records;
    for (LoadedOrder& loaded : load_kept(read, store, ids)) records.push_back(std::move(loaded.record));
    if (auto* details = find_interface<OrderDetails>(services_.stores->registry()); details && items) details->attach(read, records, DetailParts::items);
    return records;
}

OrderSearch& OrderUnit::search_of(const std::string& store) const {
    auto* search = find_interface<OrderSearch>(services_.stores->get(store));
    if (!search) throw Error(errc::store_unknown, fmt::format("the store {} cannot find orders", store), fmt::format("its plugin lacks {}", OrderSearch::interface_id));
    return *search;
}

std::vector<OrderId> OrderUnit::find_children(Read& read, const std::string& store, std::span<const OrderId> parents) const {
    OrderQuery query;
    query.types = {std::string(type_shop_order_refund)};
    query.parents.assign(parents.begin(), parents.end());
    return search_of(store).find(read, query);
}

}  // namespace ordo::orders
