/// Orders are made, changed, trashed, refunded and removed at random, in either store, by Ordo and by WooCommerce behind its back, mirrored
/// in every mode, switched there and back and killed in between; a model in plain maps says what must be left. ORDO_TEST_SEED repeats a run.
#include <array>

#include <ordo/orders.hpp>

#include "tests/support/model_run.hpp"
#include "tests/support/soak.hpp"

namespace ordo::test {
namespace {

constexpr std::size_t orders_max = 7, operations_a_run = 25;

class RandomRun final : ModelRun {
public:
    using ModelRun::ModelRun;

    void run() {
        try {
            shop_.empty();
            if (captured_) kernel().foreign_capture().install();
            else kernel().foreign_capture().remove();
            set_option(option::data_sync_enabled, below(3) ? "yes" : "no");
            set_option(option::background_sync_mode, "interval");
            const std::string first = below(2) ? "posts" : "hpos";
            require(kernel().controller().switch_authoritative_store(first, {}).obstacles.empty(), "an empty shop is switched");
            tell("{} is authoritative, compatibility mode is {}", first, kernel().options().get(option::data_sync_enabled).value_or(""));
            for (std::size_t i = 0; i < operations_a_run; ++i) step();
            quiesce();
        } catch (const std::exception& error) {
            INFO(story_);
            FAIL(error.what());
        }
    }

private:
    // What happens.

    void step() {
        struct Operation {
            unsigned weight;
            void (RandomRun::*run)();
        };
        static constexpr auto operations = std::to_array<Operation>({
            {5, &RandomRun::create}, {6, &RandomRun::update}, {3, &RandomRun::trash}, {3, &RandomRun::untrash}, {3, &RandomRun::remove}, {2, &RandomRun::add_note},
            {3, &RandomRun::refund}, {2, &RandomRun::write_new}, {4, &RandomRun::write_change}, {2, &RandomRun::write_trash}, {5, &RandomRun::write_in_backup},
            {1, &RandomRun::erase_in_backup}, {2, &RandomRun::write_in_both}, {2, &RandomRun::erase_with_record}, {4, &RandomRun::sync}, {3, &RandomRun::run_actions},
            {4, &RandomRun::switch_store}, {3, &RandomRun::set_mode}, {2, &RandomRun::write_new_in_backup}, {2, &RandomRun::vanish},
            {1, &RandomRun::resolve_vanished}});
        static constexpr unsigned all = [] {
            unsigned sum = 0;
            for (const Operation& one : operations) sum += one.weight;
            return sum;
        }();
        std::size_t at = below(all);
        for (const Operation& one : operations) {
            if (at < one.weight) return (this->*one.run)();
            at -= one.weight;
        }
    }

    void create() {
        if (shop_orders_.size() >= orders_max) return update();
        const ModelOrder fresh = new_order();
        OrderId id;
        act(fmt::format("create {} in {}", fresh.city, fresh.status), [&] {
                Order order;
                order.set_status(fresh.status);
                order.set_total(fresh.total);
                order.set_billing_city(fresh.city);
                order.set_customer_note(fresh.note);
                for (const auto& [key, values] : fresh.meta)
                    for (const std::string& value : values) order.add_meta_data(key, value);
                if (below(2)) order.add_product("Tea", "1", "10", "10");
                orders().require_saved(order);
                id = order.get_id();
            },
            [&](ModelShop& model, OrderId made) { model[id == OrderId{} ? made : id] = fresh; });
    }

    void update() {
        const auto id = any(everyone);
        if (!id) return;
        OrderChanges changes;
        for (std::size_t i = 1 + below(3); i > 0; --i) changes.push_back(any_change(model(*id)));
        act(fmt::format("update {}:{}", *id, told(changes)), [&] {
                orders().update(*id, [&](Order& order) {
                    for (const OrderChange& change : changes) apply(order, change);
                });
            },
            [&](ModelShop& model, OrderId) {
                for (const OrderChange& change : changes) model.at(*id).apply(change);
            });
    }

    void trash() {
        const auto id = any([](OrderId, const ModelOrder& order) { return !order.is_refund(); });
        if (!id) return;
        act(fmt::format("trash {}", *id), [&] { Orders::require_success(orders().trash(*id)); },
            [&](ModelShop& model, OrderId) {
                if (model.at(*id).status != in_trash)
                    for (const OrderChange& change : model.at(*id).trashing()) model.at(*id).apply(change);
                for (auto& [refund, order] : model)
                    if (order.parent == *id) order.status = in_trash;
            });
    }

    void untrash() {
        // Back to `refunded`, what remains would be refunded.
        const auto id = any([&](OrderId one, const ModelOrder& order) {
            return order.status == in_trash && !order.is_refund() && (order.at("meta " + std::string(trashed_status_key)) != "wc-refunded\n" || remains_of(one) == 0);
        });
        if (!id) return;
        act(fmt::format("untrash {}", *id), [&] { Orders::require_success(orders().untrash(*id)); },
            [&](ModelShop& model, OrderId) {
                for (const OrderChange& change : model.at(*id).untrashing()) model.at(*id).apply(change);
                for (auto& [refund, order] : model)
                    if (order.parent == *id && order.status == in_trash) order.status = "wc-completed";
            });
    }

    void remove() {
        const auto id = any(everyone);
        if (!id) return;
        act(fmt::format("remove {}", *id), [&] { Orders::require_success(orders().remove(*id)); }, [&](ModelShop& model, OrderId) { erase_with_refunds(model, *id); });
    }

    void add_note() {
        const auto id = any(everyone);
        if (!id) return;
        const std::string content = fmt::format("n {}", ++made_);
        act(fmt::format("note {}", *id), [&] { orders().add_note({*id, content}); }, [&](ModelShop& model, OrderId) { model.at(*id).notes.push_back(content); });
    }

    void refund() {
        const auto id = any([&](OrderId one, const ModelOrder& order) { return !order.is_refund() && remains_of(one) > 0; });
        if (!id || shop_orders_.size() >= orders_max) return;
        const bool full = model(*id).status != in_trash && below(4) == 0;
        const int amount = full ? remains_of(*id) : 1;
        OrderId made;
        act(fmt::format("refund {} of {}", amount, *id), [&] { made = orders().refund({*id, Decimal::parse(std::to_string(amount)), "broken"}).get_id(); },
            [&](ModelShop& model, OrderId fresh) {
                ModelOrder refund;
                refund.parent = *id;
                refund.status = "wc-completed";
                refund.total = std::to_string(-amount);
                model[made == OrderId{} ? fresh : made] = refund;
                if (amount == remains_of(*id)) model.at(*id).status = "wc-refunded";
            });
    }

    void write_new() {
        if (shop_orders_.size() >= orders_max) return;
        const ModelOrder fresh = new_order();
        const OrderId id = shop_.hand.create(store(), fresh);
        tell("WooCommerce: new {} in {}", id, store());
        shop_orders_[id] = fresh;
    }

    void write_change() {
        const auto id = any(everyone);
        if (!id) return;
        const OrderChange change = any_change(model(*id));
        tell("WooCommerce: {} in {}: {}", *id, store(), change.told());
        write(store(), *id, {change});
        model(*id).apply(change);
    }

    void write_trash() {
        const auto id = any([](OrderId, const ModelOrder& order) { return !order.is_refund(); });
        if (!id) return;
        ModelOrder& order = model(*id);
        const OrderChanges changes = order.status == in_trash ? order.untrashing() : order.trashing();
        tell("WooCommerce: {} in {}: {}", *id, store(), told(changes));
        write(store(), *id, changes);
        for (const OrderChange& change : changes) order.apply(change);
    }

    /// An old plugin's, or that of a process which has not noticed the switch: to be overwritten, and kept.
    void write_in_backup() {
        const auto id = any_in_backup();
        if (!id) return;
        const std::string value = fmt::format("wc-f{}x", ++made_), odd_key = fmt::format("m_f{}", made_);
        OrderChange change = pick<OrderChange>({{Kind::status, "", value}, {Kind::city, "", value}, {Kind::note, "", value}, {Kind::set_meta, any_key(), value},
                                                {Kind::add_meta, any_key(), value}, {Kind::add_meta, odd_key, value}, {Kind::drop_meta, any_key(), ""}});
        if (change.kind == Kind::city && shop_.look(backup()).at(*id).is_refund()) change.kind = Kind::note;  // it has no address
        tell("somebody: {} in {}: {}", *id, backup(), change.told());
        if (change.kind != Kind::add_meta) forget_foreign(*id, change.place());
        write(backup(), *id, {change});
        changed_copies_.insert(*id);
        if (change.kind != Kind::drop_meta) foreign_.push_back({*id, change.place(), value});
    }

    void erase_in_backup() {
        const auto id = any_in_backup();
        if (!id) return;
        tell("somebody: deletes {} in {}", *id, backup());
        forget_foreign(*id, {});
        shop_.hand.erase(backup(), *id);
    }

    /// WooCommerce with its own mirroring on.
    void write_in_both() {
        const auto id = any([](OrderId, const ModelOrder& order) { return !order.is_refund(); });
        if (!id) return;
        const OrderChange change = any_change(model(*id));
        const bool mirrored = shop_.look(backup()).contains(*id);
        tell("WooCommerce: {} in {}: {}", *id, mirrored ? "both" : store(), change.told());
        write(store(), *id, {change});
        model(*id).apply(change);
        if (!mirrored) return;
        // It writes the whole order there. Once Ordo has changed the order again, nobody can tell that from a change of the copy alone.
        changed_copies_.insert(*id);
        forget_foreign(*id, {});
        const ModelOrder copy = shop_.look(backup()).at(*id), wanted = model(*id);
        OrderChanges rest{{Kind::status, "", wanted.status}, {Kind::city, "", wanted.city}, {Kind::note, "", wanted.note}};
        for (const auto& [key, values] : copy.meta) rest.push_back({Kind::drop_meta, key, ""});
        for (const auto& [key, values] : wanted.meta)
            for (const std::string& value : values) rest.push_back({Kind::add_meta, key, value});
        shop_.hand.change(backup(), *id, rest);
        shop_.hand.touch({"posts", "hpos"}, *id);
    }

    /// With its own mirroring on WooCommerce deletes both, else it leaves a record for whoever mirrors next.
    void erase_with_record() {
        const auto id = any(everyone);
        if (!id) return;
        const bool both = below(2);
        std::vector<OrderId> gone{*id};
        for (const auto& [refund, order] : shop_orders_)
            if (order.parent == *id) gone.push_back(refund);
        tell("WooCommerce: deletes {} {}", fmt::join(gone, ", "), both ? "in both" : "with a record");
        const ModelShop copies = shop_.look(backup());
        for (const OrderId one : gone) {
            shop_.hand.erase(store(), one);
            shop_.hand.erase_details(one);
            if (!copies.contains(one)) continue;
            if (both) forget_foreign(one, {}), shop_.hand.erase(backup(), one);
            else shop_.hand.record_deleted(store(), one);
        }
        erase_with_refunds(shop_orders_, *id);
    }

    // Mirroring.

    void sync() {
        SyncOptions options;
        options.batch_size = 1 + below(5);
        if (below(4) == 0) options.role = SyncRole::worker;
        SyncReport report;
        if (attempt(fmt::format("sync in batches of {}", *options.batch_size), 90, [&] { report = kernel().synchronizer().sync(options); })) return;
        require(report.quarantined == 0, "no order is in quarantine");
        check_mirrored();
    }

    void run_actions() {
        const bool looks = kernel().synchronizer().get_background_sync_mode() != BackgroundSyncMode::off;
        const bool died = attempt("actions", 90, [&] {
            kernel().actions().run_due({});  // what a dead runner has left waits again
            for (const char* hook : {"wc_schedule_pending_batch_process", "wc_run_batch_process"})
                for (const auto& action : kernel().actions().list({ActionStatus::pending, hook})) kernel().actions().run(action.id);
        });
        if (!died && looks && waits_for_nobody()) require(kernel().synchronizer().get_total_pending_count() == 0, "after the actions nothing waits");
    }

    void set_mode() {
        const bool sync = below(2);
        const std::string name(sync ? option::data_sync_enabled : option::background_sync_mode);
        const std::string value = sync ? pick<std::string>({"yes", "yes", "no"}) : pick<std::string>({"interval", "continuous", "continuous", "off"});
        if (attempt(fmt::format("{} = {}", name, value), 20, [&] { kernel().options().update(name, value); })) shop_.open();
    }

    void switch_store() {
        if (!waits_for_nobody()) {
            resolve_vanished();
            sync_alive();
        }
        if (below(2)) sync_alive();
        const std::string from = store(), to = backup();
        const bool mirrored = kernel().options().get(option::data_sync_enabled) == "yes";
        const std::uint64_t pending = kernel().synchronizer().get_total_pending_count();
        SwitchResult result;
        const bool died = attempt(fmt::format("switch to {}, {} wait", to, pending), 60, [&] { result = kernel().controller().switch_authoritative_store(to, {}); });
        if (!died) {
            require(result.switched == (mirrored || pending == 0), "switched unless orders wait that nobody mirrors");
            require(result.switched == result.obstacles.empty(), "refused only with reasons");
            require(store() == (result.switched ? to : from), "switched or not, as it says");
        }
        check_authoritative();
        if (store() == to) check_mirrored();
    }

    // Orders that one store alone has.

    void write_new_in_backup() {
        if (shop_orders_.size() >= orders_max) return;
        const ModelOrder fresh = new_order();
        const OrderId id = shop_.hand.create(backup(), fresh);
        tell("somebody: new {} in {}", id, backup());
        in_backup_only_[id] = fresh;
    }

    void vanish() {
        sync_alive();
        const auto id = any([&](OrderId one, const ModelOrder& order) { return !order.is_refund() && remains_of(one) == full_total; });
        if (!id) return;
        tell("{} vanishes from {}", *id, store());
        shop_.hand.erase(store(), *id);
        vanished_[*id] = model(*id);
        shop_orders_.erase(*id);
    }
};

}  // namespace

TEST_CASE("whatever is done to orders in either store, by Ordo and by others, ends as the model says [G6] [G7] [G14] [G15]") {
    const std::uint64_t seed = new_seed("orders against a model"), runs = soaking() ? 10000 : mariadb_socket().empty() ? 300 : 75;
    ModelledShop shop;
    for (std::uint64_t run = 0; run < runs; ++run) RandomRun(shop, seed + run, fmt::format("run {}: ORDO_TEST_SEED={} repeats it as the first one", run, seed + run)).run();
}

}  // namespace ordo::test
