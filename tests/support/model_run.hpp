/// One run against a model: what every operation does to both, and what must be so after it. Which operations, says the test.
#pragma once

#include <functional>
#include <map>
#include <optional>
#include <random>
#include <set>
#include <string>
#include <vector>

#include <fmt/format.h>

#include "tests/support/modelled_shop.hpp"

namespace ordo::test {

/// The shop begins empty.
class ModelRun {
public:
    ModelRun(ModelledShop& shop, std::uint64_t seed, std::string name) : shop_(shop), captured_(seed / 8 % 2 == 1), random_(seed), story_(std::move(name)) {}

protected:
    using Kind = OrderChange::Kind;
    using Filter = std::function<bool(OrderId, const ModelOrder&)>;

    // How it is done.

    /// By Ordo, killed now and then: then it is either done or not. `model` is given the order that there was not before, if there is one.
    void act(const std::string& what, const std::function<void()>& work, const std::function<void(ModelShop&, OrderId)>& model) {
        if (!attempt(what, 40, work)) {
            const ModelShop before = std::exchange(shop_orders_, {});
            ModelShop after = before;
            model_in(after, before, model, {});
            check_copies(before);
            return;
        }
        const ModelShop now = shop_.look(store());
        if (now == shop_orders_) return;
        OrderId fresh;
        for (const auto& [id, order] : now)
            if (!shop_orders_.contains(id)) fresh = id;
        const ModelShop before = shop_orders_;
        ModelShop after = before;
        model_in(after, before, model, fresh);
        require(now == shop_orders_, [&] { return fmt::format("done or not: {} is now{}\nafter it:{}\nbefore:{}", store(), told(now), told(shop_orders_), told(before)); });
    }
    void model_in(ModelShop& after, const ModelShop& before, const std::function<void(ModelShop&, OrderId)>& model, OrderId fresh) {
        shop_orders_ = before;  // what the model asks is how it was
        model(after, fresh);
        shop_orders_ = std::move(after);
    }

    /// Whether it was killed. If so, another process goes on now and then.
    bool attempt(const std::string& what, unsigned statements, const std::function<void()>& work) {
        const unsigned nth = kills && below(5) == 0 ? 1 + static_cast<unsigned>(below(statements)) : 0;
        tell("{}{}", what, nth ? fmt::format(" (killed at statement {})", nth) : "");
        const bool died = killed_at(nth, work);
        if (nth && !died) tell("  was done before");
        if (died) {
            shop_.bury();
            if (below(3) == 0) shop_.open();
        }
        settle_adopted();
        return died;
    }

    void write(const std::string& in, OrderId id, const OrderChanges& changes) {
        shop_.hand.change(in, id, changes);
        if (below(3)) shop_.hand.touch({in}, id);
    }
    void sync_alive() {
        tell("sync");
        require(kernel().synchronizer().sync({}).quarantined == 0, "no order is in quarantine");
        settle_adopted();
        check_mirrored();
    }
    void set_option(std::string_view name, const std::string& value) { kernel().options().update(name, value); }

    void resolve_vanished() {
        for (const auto& [id, order] : std::exchange(vanished_, {})) {
            const bool bring_back = below(2);
            tell("{} {}", id, bring_back ? "is brought back" : "is removed for good");
            if (bring_back) {
                BackfillOptions options{backup(), store(), {}, {}};
                options.authoritative = BackfillOptions::Authoritative::overwrite;
                require(kernel().legacy_data().backfill_order_to_datastore({&id, 1}, options).at(0).outcome == Outcome::written, "what vanished is brought back");
                shop_orders_[id] = order;
            } else {
                orders().remove(id);
            }
        }
    }

    // What must be.

    void quiesce() {
        resolve_vanished();
        sync_alive();
        require(shop_.lines("posts") == shop_.lines("hpos"), "both stores have the same");
        require(kernel().synchronizer().sync({}).migrated == 0, "a second synchronisation has nothing to do");
        const SyncStatus status = kernel().synchronizer().get_status();
        require(status.saved_since == 0, "no save waits");
        require(status.pending == 0 && status.only_in_backup == 0, "the status says that nothing waits");
        require(status.orders_in_posts == shop_orders_.size() && status.orders_in_hpos == shop_orders_.size(), "the status counts what there is");
        require(kernel().verifier().verify({}).orders_different == 0, "verification finds nothing");
    }

    void check_authoritative() {
        const ModelShop now = shop_.look(store());
        require(now == shop_orders_, [&] { return fmt::format("{} has{}\nand should have{}", store(), told(now), told(shop_orders_)); });
    }
    void check_mirrored() {
        check_authoritative();
        require(in_backup_only_.empty(), "what only the backup had is adopted");
        ModelShop wanted = shop_orders_;
        wanted.insert(vanished_.begin(), vanished_.end());
        const ModelShop copies = shop_.look(backup());
        require(copies == wanted, [&] { return fmt::format("the backup {} has{}\nand should have{}", backup(), told(copies), told(wanted)); });
        require(kernel().synchronizer().get_total_pending_count() == 0, "nothing waits");
        check_kept();
    }
    /// What somebody wrote into the backup is overwritten by now, and kept [G6].
    void check_kept() {
        std::map<OrderId, std::string> kept;
        if (!foreign_.empty())
            for (const ConflictReport& conflict : kernel().conflicts().list({})) kept[conflict.order] += kernel().conflicts().get_record(conflict.id);
        for (const Foreign& one : foreign_)
            require(kept[one.order].find(one.value) != std::string::npos, [&] { return fmt::format("{} of order {} ({}) is kept as a conflict", one.value, one.order, one.place); });
        foreign_.clear();
        changed_copies_.clear();
    }
    /// Mirrored continuously, what Ordo has just changed is in the backup at once; a copy that somebody changed is removed by the next look.
    void check_copies(const ModelShop& before) {
        if (kernel().options().get(option::data_sync_enabled) != "yes" || kernel().options().get(option::background_sync_mode) != "continuous") return;
        const ModelShop copies = shop_.look(backup());
        for (const auto& [id, order] : shop_orders_) {
            const auto old = before.find(id);
            if (old != before.end() && old->second == order) continue;
            const auto copy = copies.find(id);
            require(copy != copies.end() && copy->second == order, [&, id = id] { return fmt::format("{} is mirrored at once; {} has{}", id, backup(), told(copies)); });
        }
        for (const auto& [id, order] : before)
            require(shop_orders_.contains(id) || !copies.contains(id) || changed_copies_.contains(id), [&, id = id] { return fmt::format("{} is removed at once; {} has{}", id, backup(), told(copies)); });
    }

    void require(bool holds, const std::function<std::string()>& what) const {
        if (holds) return;
        INFO(story_);
        FAIL("not so: " << what());
    }
    void require(bool holds, const char* what) const {
        require(holds, [what] { return std::string(what); });
    }

    // The model.

    struct Foreign {
        OrderId order;
        std::string place, value;
    };
    static constexpr int full_total = 100;

    static bool everyone(OrderId, const ModelOrder&) { return true; }
    ModelOrder& model(OrderId id) { return shop_orders_.at(id); }
    Kernel& kernel() { return shop_.kernel(); }
    Orders& orders() { return kernel().orders(); }
    std::string store() { return kernel().controller().get_orders_data_store(); }
    std::string backup() { return store() == "posts" ? "hpos" : "posts"; }

    std::size_t below(std::size_t end) { return std::uniform_int_distribution<std::size_t>(0, end - 1)(random_); }
    template <typename T>
    T pick(std::initializer_list<T> of) {
        return *(of.begin() + static_cast<std::ptrdiff_t>(below(of.size())));
    }
    std::optional<OrderId> any_of(const ModelShop& orders, const Filter& filter) {
        std::vector<OrderId> ids;
        for (const auto& [id, order] : orders)
            if (filter(id, order)) ids.push_back(id);
        return ids.empty() ? std::nullopt : std::optional{ids[below(ids.size())]};
    }
    std::optional<OrderId> any(const Filter& filter) { return any_of(shop_orders_, filter); }
    /// Copies, those of removed orders too.
    std::optional<OrderId> any_in_backup() {
        return any_of(shop_.look(backup()), [&](OrderId id, const ModelOrder&) { return !vanished_.contains(id) && !in_backup_only_.contains(id); });
    }
    std::string any_key() { return pick<std::string>({"m_a", "m_b", "m_c"}); }
    OrderChange any_change(const ModelOrder& order) {
        const std::string value = fmt::format("v{}", ++made_), key = any_key();
        OrderChange change = pick<OrderChange>({{Kind::status, "", pick<std::string>({"wc-processing", "wc-on-hold", "wc-completed", "wc-pending", "wc-failed"})}, {Kind::city, "", value},
                                                {Kind::note, "", value}, {Kind::add_meta, key, value}, {Kind::set_meta, key, value}, {Kind::drop_meta, key, ""}});
        if (order.is_refund() && (change.kind == Kind::status || change.kind == Kind::city || change.kind == Kind::note)) change = {Kind::set_meta, key, value};
        return change;
    }
    ModelOrder new_order() {
        ModelOrder order;
        order.status = pick<std::string>({"wc-pending", "wc-processing", "wc-completed"});
        order.total = std::to_string(full_total);
        order.city = fmt::format("v{}", ++made_);
        order.note = fmt::format("v{}", ++made_);
        for (std::size_t i = below(4); i > 0; --i) order.meta[any_key()].push_back(fmt::format("v{}", ++made_));
        return order;
    }
    int remains_of(OrderId id) const {
        int remains = full_total;
        for (const auto& [refund, order] : shop_orders_)
            if (order.parent == id) remains += std::stoi(order.total);
        return remains;
    }
    static void erase_with_refunds(ModelShop& shop, OrderId id) {
        std::erase_if(shop, [id](const auto& one) { return one.first == id || one.second.parent == id; });
    }
    bool waits_for_nobody() const { return vanished_.empty() && in_backup_only_.empty(); }
    void settle_adopted() {
        if (in_backup_only_.empty()) return;
        const ModelShop now = shop_.look(store());
        for (auto one = in_backup_only_.begin(); one != in_backup_only_.end();)
            if (now.contains(one->first)) shop_orders_.insert(in_backup_only_.extract(one++));
            else ++one;
    }
    /// Whoever writes over what he wrote himself has lost it; what is not there any more was overwritten before. No place: anywhere.
    void forget_foreign(OrderId id, const std::string& place) {
        const ModelShop copies = shop_.look(backup());
        const auto copy = copies.find(id);
        std::erase_if(foreign_, [&](const Foreign& one) {
            return one.order == id && (place.empty() || one.place == place) && copy != copies.end() && copy->second.at(one.place).find(one.value) != std::string::npos;
        });
    }

    static std::string told(const OrderChanges& changes) {
        std::string text;
        for (const OrderChange& change : changes) text += (text.empty() ? " " : ", ") + change.told();
        return text;
    }
    static std::string told(const ModelShop& shop) { return test::told(shop); }
    template <typename... Values>
    void tell(fmt::format_string<Values...> words, Values&&... values) {
        story_ += "\n  " + fmt::format(words, std::forward<Values>(values)...);
    }

    ModelledShop& shop_;
    bool captured_;   ///< triggers note what others write; a few runs in a row, for making them takes time
    std::mt19937_64 random_;
    std::string story_;
    ModelShop shop_orders_, vanished_, in_backup_only_;
    std::vector<Foreign> foreign_;
    std::set<OrderId> changed_copies_;
    unsigned made_ = 0;
};

}  // namespace ordo::test
