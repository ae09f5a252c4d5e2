/// See legacy_data_handler.hpp.
#include "kernel/sync/legacy_data_handler.hpp"

#include <algorithm>

#include <fmt/format.h>
#include <fmt/ranges.h>
#include <ordo/nearest.hpp>

#include "kernel/orders/ledger.hpp"
#include "kernel/orders/order_compare.hpp"
#include "kernel/orders/order_writer.hpp"
#include "kernel/sync/quarantine.hpp"
#include "kernel/sync/run_lock.hpp"

namespace ordo::sync {
namespace {

std::string_view table_of(HposRow row) {
    switch (row) {
        case HposRow::order: return "wc_orders";
        case HposRow::billing_address:
        case HposRow::shipping_address: return "wc_order_addresses";
        case HposRow::operational: return "wc_order_operational_data";
    }
    return "wc_orders";
}

/// What stands in a column of `wp_posts`, none of which is NULL.
std::string post_column(const FieldSpec& spec, const std::optional<FieldValue>& value) {
    if (value) return value->text;
    return spec.type == FieldType::id ? "0" : spec.type == FieldType::datetime ? std::string(zero_datetime) : std::string{};
}

class Handler final : public LegacyDataHandler {
public:
    Handler(BackfillServices services, BackfillHooks hooks)
        : services_(std::move(services)), hooks_(std::move(hooks)), ledger_(services_.table_prefix), quarantine_(services_.table_prefix), cleaner_(services_.cleanup) {}

    LegacyOrder convert_order_to_legacy_format(const OrderRecord& order) const override {
        LegacyOrder legacy{order.id, {{"post_type", order.type}}, {}};
        for (const FieldSpec& spec : order_fields) {
            const auto value = order.get(spec.id);
            if (spec.posts_place == PostsPlace::column) {
                std::string text = post_column(spec, value);
                if (spec.type == FieldType::datetime) {
                    const auto instant = parse_datetime(text);
                    legacy.post.emplace_back(spec.id == FieldId::date_created_gmt ? "post_date" : "post_modified",
                                             instant ? services_.zone->to_local(*instant) : std::string(zero_datetime));
                }
                legacy.post.emplace_back(spec.posts_key, std::move(text));
            } else if (spec.posts_place == PostsPlace::meta) {
                // Where further rows of the key follow, a NULL row keeps the first place: the first one is the field.
                const bool further = std::any_of(order.meta.begin(), order.meta.end(), [&](const MetaRow& row) { return row.key == spec.posts_key; });
                if (value) legacy.meta.emplace_back(spec.posts_key, to_postmeta(spec, *value));
                else if (further) legacy.meta.emplace_back(spec.posts_key, std::nullopt);
            }
        }
        for (const MetaRow& row : order.meta) legacy.meta.emplace_back(row.key, row.value);
        return legacy;
    }

    OrderRecord convert_legacy_format_to_order(const LegacyOrder& data) const override {
        OrderRecord order;
        order.id = data.id;
        for (const auto& [name, value] : data.post) {
            if (name == "post_type") order.type = value;
            for (const FieldSpec& spec : order_fields)
                if (spec.posts_place == PostsPlace::column && spec.posts_key == name) order.set(spec.id, canonicalize(spec, value));
        }
        std::vector<const FieldSpec*> seen;
        for (const auto& [key, value] : data.meta) {
            const FieldSpec* const spec = find_internal_key(key);
            if (!spec || std::find(seen.begin(), seen.end(), spec) != seen.end()) {
                order.meta.push_back({0, key, value});
                continue;
            }
            seen.push_back(spec);
            order.set(spec->id, canonicalize(*spec, view(value), DateSpelling::unix_time));
        }
        for (const FieldSpec& spec : order_fields)
            if (spec.posts_place == PostsPlace::meta_copy) order.set(spec.id, order.get(find_internal_key(spec.posts_key)->id));
        return order;
    }

    std::vector<LegacyKeyMapping> get_legacy_meta_key_mappings() const override {
        std::vector<LegacyKeyMapping> mappings;
        for (const FieldSpec& spec : order_fields)
            mappings.push_back({spec.posts_key, spec.posts_place == PostsPlace::column, table_of(spec.hpos_row), spec.column, spec.name});
        return mappings;
    }

    std::optional<OrderRecord> get_order_from_datastore(OrderId order, std::string_view store) override {
        services_.stores->get(store);
        std::optional<OrderRecord> record;
        services_.database->read([&](Read& read) {
            for (auto& loaded : orders::StoreView(*services_.stores, read).read(store, {&order, 1})) record = std::move(loaded.record);
        });
        return record;
    }

    std::vector<BackfillResult> backfill_order_to_datastore(std::span<const OrderId> orders, const BackfillOptions& options) override {
        const Parts parts = check(options);
        check_orders(orders, options, parts);
        services_.create_tables(options.to);
        const RunLock lock(*services_.database, services_.table_prefix);
        std::vector<BackfillResult> results;
        for (const OrderId order : orders) results.push_back(backfill(order, {options.from, options.to}, parts, lock));
        return results;
    }

    std::uint64_t count_orders_for_cleanup(std::span<const OrderRange> orders) override { return cleaner_.count(orders); }
    std::vector<OrderId> get_orders_for_cleanup(std::span<const OrderRange> orders, std::size_t limit) override { return cleaner_.find(orders, {}, limit); }
    std::vector<std::string> get_cleanup_obstacles() override { return cleaner_.get_obstacles(); }
    CleanupReport cleanup_post_data(const CleanupOptions& options) override { return cleaner_.clean_up(options); }
    RestoreReport restore_post_data(const std::function<std::optional<std::string>()>& next_line) override { return cleaner_.restore(next_line); }

private:
    /// What of an order is copied.
    struct Parts {
        std::vector<FieldId> fields;
        std::vector<std::string> meta_keys;
        bool whole() const noexcept { return fields.empty() && meta_keys.empty(); }
    };

    Parts check(const BackfillOptions& options) const {
        for (const std::string& store : {options.from, options.to}) services_.stores->get(store);
        if (options.from == options.to) throw Error(errc::usage, fmt::format("orders are not copied from {} to itself", options.from));
        Parts parts;
        for (const std::string& name : options.fields) {
            const FieldSpec* spec = find_field(name);
            if (!spec) throw Error(errc::usage, fmt::format("an order has no field \"{}\"", name), suggestion(name));
            parts.fields.push_back(spec->id);
        }
        for (const std::string& key : options.meta_keys) {
            if (const FieldSpec* spec = find_internal_key(key))
                throw Error(errc::usage, fmt::format("\"{}\" is how posts keep the field {}", key, spec->name), fmt::format("say --fields {}", spec->name));
            if (is_derived_key(key) || key == deletion_record_key) throw Error(errc::usage, fmt::format("\"{}\" is no meta of an order", key));
            parts.meta_keys.push_back(key);
        }
        if (options.authoritative == BackfillOptions::Authoritative::keep && options.to == services_.controller->get_orders_data_store())
            throw Error(errc::needs_confirmation, fmt::format("{} is authoritative: its orders are not overwritten from {} unless that is asked for", options.to, options.from),
                        "say --yes");
        return parts;
    }

    static std::string suggestion(const std::string& name) {
        if (const FieldSpec* spec = find_internal_key(name)) return fmt::format("did you mean \"{}\"?", spec->name);
        std::vector<std::string> names;
        for (const FieldSpec& spec : order_fields) names.emplace_back(spec.name);
        const std::string_view near = nearest(name, names);
        return near.empty() ? fmt::format("fields: {}", fmt::join(names, ", ")) : fmt::format("did you mean \"{}\"? (custom meta: --meta-keys)", near);
    }

    void check_orders(std::span<const OrderId> orders, const BackfillOptions& options, const Parts& parts) const {
        std::vector<OrderId> ids(orders.begin(), orders.end());
        std::sort(ids.begin(), ids.end());
        services_.database->read([&](Read& read) {
            const orders::StoreView view(*services_.stores, read);
            for (const std::string& store : {options.from, options.to}) {
                if (store == options.to && parts.whole()) continue;
                const auto there = view.read(store, ids);
                for (const OrderId id : ids) {
                    if (orders::find_order(there, id)) continue;
                    throw Error(errc::order_missing, fmt::format("there is no order {} in {}", id, store),
                                store == options.to ? "parts are copied only to an order that is there: leave --fields and --meta-keys out" : "");
                }
            }
        });
    }

    /// The target's order with the named parts of the source's. What it lacks is compared like everything else.
    static OrderRecord merged(const OrderRecord& source, const OrderRecord& target, const Parts& parts) {
        OrderRecord record = target;
        for (const FieldId field : parts.fields) record.set(field, source.get(field));
        const auto named = [&](const MetaRow& row) { return std::find(parts.meta_keys.begin(), parts.meta_keys.end(), row.key) != parts.meta_keys.end(); };
        std::erase_if(record.meta, named);
        std::copy_if(source.meta.begin(), source.meta.end(), std::back_inserter(record.meta), named);
        return record;
    }

    BackfillResult backfill(OrderId order, const Direction& way, const Parts& parts, const RunLock& lock) const {
        BackfillResult result{order, Outcome::unchanged, {}, {}};
        OrderRecord wanted;
        OrderWrite write;
        std::uint64_t version = 0;
        services_.database->read([&](Read& read) {
            result.outcome = Outcome::unchanged;
            version = ledger_.copies(read, {&order, 1})[order].version;
            const orders::StoreView view(*services_.stores, read);
            const auto source = read_part(view, way, way.source, order, parts, AutoDrafts::leave_out);
            const auto target = read_part(view, way, way.target, order, parts, AutoDrafts::include);
            if (source.empty() || (target.empty() && !parts.whole())) {  // it was there a moment ago
                result.outcome = Outcome::missing;
                return;
            }
            wanted = parts.whole() ? source.front().record : merged(source.front().record, target.front().record, parts);
            if (target.empty()) {
                write = orders::make_insert(wanted);
                result.outcome = Outcome::written;
                return;
            }
            orders::Changes changes = orders::compare(wanted, target.front());
            if (!changes.empty()) result.outcome = Outcome::written;
            write = {WriteOp::update, order, wanted.type, std::move(changes.fields), std::move(changes.meta)};
        });
        if (result.outcome != Outcome::written) return result;
        const bool to_posts = way.target == store_posts;
        if (to_posts) hooks_.before_to_posts(order);
        hooks_.before(order, way);
        const OrderRecord* const source = &wanted;
        const bool to_authoritative = way.target == services_.controller->get_orders_data_store();
        bool again = false;
        services_.database->write([&](Unit& unit) {
            lock.confirm(unit);
            // A second time: the connection was lost. If that was in the commit itself, all of it may be there.
            if (std::exchange(again, true) && is_there(unit, way, wanted, parts)) {
                result.outcome = Outcome::written;
                return;
            }
            const orders::Ledger::Entry entry{order, wanted.type};
            const orders::Ledger::Copy held = ledger_.hold_copies(unit, {&entry, 1})[order];
            const WriteResult written = orders::write_orders(unit, *services_.stores, way.target, {&write, 1}, {&source, 1}).front();
            result.outcome = written.outcome;
            result.faults = written.faults;
            if (written.outcome != Outcome::written) return;
            if (parts.whole()) quarantine_.release(unit, way.target, {&order, 1});
            if (to_authoritative) ledger_.advance(unit, {&entry, 1});
            else note_copy(unit, way, entry, held, parts.whole() && held.version == version);
        });
        if (result.outcome == Outcome::written) {
            if (to_posts) hooks_.after_to_posts(order);
            hooks_.after(order, way);
        } else {
            result.message = explain(result, way);
        }
        return result;
    }

    /// What the copy is now is nobody else's change. A part of an order leaves the rest of it waiting.
    void note_copy(Unit& unit, const Direction& way, const orders::Ledger::Entry& order, const orders::Ledger::Copy& before, bool whole) const {
        for (const auto& copy : orders::StoreView(*services_.stores, unit).read_mirrored(way, way.target, {&order.id, 1}, AutoDrafts::include)) {
            const orders::Ledger::Mirrored now{order.id, order.type, whole ? before.version : before.mirrored, services_.stores->mirror_digest(way, copy.record), !whole};
            ledger_.set_mirrored(unit, {&now, 1});
        }
    }

    /// As a synchronisation would copy it; what is named is copied even if it is no part of that.
    static std::vector<orders::LoadedOrder> read_part(const orders::StoreView& view, const Direction& way, const std::string& store, OrderId order,
                                                      const Parts& parts, AutoDrafts drafts) {
        return parts.whole() ? view.read_mirrored(way, store, {&order, 1}, drafts) : view.read(store, {&order, 1}, drafts);
    }

    bool is_there(Unit& unit, const Direction& way, const OrderRecord& wanted, const Parts& parts) const {
        const auto held = read_part({*services_.stores, unit}, way, way.target, wanted.id, parts, AutoDrafts::include);
        return !held.empty() && orders::compare(wanted, held.front()).empty();
    }

    static std::string explain(const BackfillResult& result, const Direction& way) {
        if (result.outcome == Outcome::conflict) return fmt::format("order {} changed in {} meanwhile; run it again", result.order, way.target);
        std::string message = fmt::format("{} refused order {}", way.target, result.order);
        for (const Fault& fault : result.faults)
            message += fmt::format("; {}: {}", fault.field ? field_spec(*fault.field).name : std::string_view(fault.meta_key), to_string(fault.rule));
        return message + "; correct the order, then run it again";
    }

    BackfillServices services_;
    BackfillHooks hooks_;
    orders::Ledger ledger_;
    QuarantineTable quarantine_;
    PostCleaner cleaner_;
};

}  // namespace

std::unique_ptr<LegacyDataHandler> make_legacy_data_handler(BackfillServices services, BackfillHooks hooks) {
    return std::make_unique<Handler>(std::move(services), std::move(hooks));
}

}  // namespace ordo::sync
