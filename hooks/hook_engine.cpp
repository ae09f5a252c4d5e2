/// The hook engine on Boost.Signals2: one signal per hook and priority, slots kept outside the signals so that their
/// end is ours to decide. A family's members are hooks too, which nobody declared: whoever connects first makes them. The only
/// file that includes Signals2; it knows nothing of argument types. Thread-safe: one mutex guards the register, one per hook
/// its published priorities and members, and none is held while a slot runs or is destroyed.
#include "hooks/hook_engine.hpp"

#include <algorithm>
#include <atomic>
#include <deque>
#include <functional>
#include <map>
#include <mutex>
#include <numeric>
#include <optional>
#include <ranges>
#include <set>
#include <span>
#include <string>
#include <tuple>
#include <unordered_map>
#include <utility>
#include <vector>

#include <boost/core/demangle.hpp>
#include <boost/signals2/signal.hpp>
#include <cxxabi.h>

#include <ordo/error.hpp>
#include <ordo/nearest.hpp>

namespace ordo {
namespace {

using Signal = boost::signals2::signal<void(void* value, const void* const* arguments)>;
using Levels = std::map<int, std::shared_ptr<Signal>>;  // by priority

struct Owner {
    explicit Owner(std::string id) : name(std::move(id)) {}

    const std::string name;
    bool gone = false;           // its slots were removed and it may add no more; guarded by the register's mutex
    std::atomic<int> holds = 0;  // slots that still exist and calls in flight: what disconnect_owner waits for
};

class Hold {
public:
    explicit Hold(Owner& owner) : owner_(owner) { ++owner_.holds; }
    Hold(const Hold&) = delete;
    Hold& operator=(const Hold&) = delete;
    ~Hold() {
        --owner_.holds;
        owner_.holds.notify_all();
    }

private:
    Owner& owner_;
};

constexpr bool is_of_word(char c) { return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '_' || c == '-'; }
bool is_word(std::string_view text) { return !text.empty() && std::ranges::all_of(text, is_of_word); }

/// What stands around the braces of a name: of "order_{from}_to_{to}" it is "order_", "_to_", "". Nothing if the braces make no
/// pattern; two of them without text between could not be told apart.
std::vector<std::string> literals_of(std::string_view name) {
    std::vector<std::string> literals;
    for (;;) {
        const std::size_t open = name.find_first_of("{}");
        literals.emplace_back(name.substr(0, open));
        if (open == std::string_view::npos) return literals;
        const std::size_t close = name.find('}', open);
        if (close == open || close == std::string_view::npos || !is_word(name.substr(open + 1, close - open - 1))) return {};
        name.remove_prefix(close + 1);
        if (name.starts_with('{')) return {};
    }
}

/// Whether `name` is the literals with a word in each gap.
bool matches(std::span<const std::string> literals, std::string_view name) {
    if (literals.size() == 1) return name == literals.front();
    if (!name.starts_with(literals.front())) return false;
    name.remove_prefix(literals.front().size());
    while (!name.empty() && is_of_word(name.front())) {
        name.remove_prefix(1);
        if (matches(literals.subspan(1), name)) return true;
    }
    return false;
}

/// A declared hook, or a member of a declared family. It lives until the engine and its views are gone, also when its owner has
/// left: emitters point to it.
class HookState {
    const std::string name_, arguments_, fires_, on_throw_;  // copies: the originals stand in a library that may be unloaded first

public:
    HookState(const HookSpec& given, const Owner& declarer, const void* its_engine, Log& its_log, HookState* its_family = nullptr)
        : name_(given.name),
          arguments_(given.arguments),
          fires_(given.fires),
          on_throw_(given.on_throw),
          spec{name_, declarer.name, given.kind, arguments_, fires_, on_throw_, given.signature, given.subject, given.family},
          literals(literals_of(name_)),
          owner(declarer),
          engine(its_engine),
          log(its_log),
          family(its_family) {}

    void fire(void* value, const void* const* arguments) {
        ++fired;
        if (slots == 0) return;
        // Walked live: the slots of one level may have added or removed later levels.
        std::shared_ptr<const Levels> now = levels();
        for (auto level = now->begin(); level != now->end();) {
            const int priority = level->first;
            (*level->second)(value, arguments);
            now = levels();
            level = now->upper_bound(priority);
        }
    }

    /// Fires a family. The names of members are looked up rather than kept by words: two ways to fill the braces may give one name.
    void fire(std::span<const std::string_view> words, void* value, const void* const* arguments) {
        refuse_other_count(words);
        ++fired;
        if (known_members == 0) return;
        if (HookState* const known = member(name_with(words))) known->fire(value, arguments);
    }

    std::string name_with(std::span<const std::string_view> words) const {
        refuse_other_count(words);
        std::string name = literals.front();
        for (std::size_t i = 0; i < words.size(); ++i) name.append(words[i]).append(literals[i + 1]);
        return name;
    }

    /// Null if nobody ever connected to it.
    HookState* member(std::string_view name) const {
        const std::lock_guard lock(mutex_);
        const auto found = members_.find(name);
        return found == members_.end() ? nullptr : found->second;
    }
    void publish(HookState& member) {
        const std::lock_guard lock(mutex_);
        members_.emplace(member.spec.name, &member);
        known_members = members_.size();
    }

    std::shared_ptr<const Levels> levels() const {
        const std::lock_guard lock(mutex_);
        return levels_;
    }
    void publish(Levels levels) {
        auto next = std::make_shared<const Levels>(std::move(levels));
        const std::lock_guard lock(mutex_);
        levels_.swap(next);
    }

    const HookSpec spec;
    const std::vector<std::string> literals;
    const Owner& owner;
    const void* const engine;
    Log& log;
    HookState* const family;  // if this is a member
    bool declared = true;     // guarded by the register's mutex
    std::atomic<std::uint64_t> fired = 0;
    std::atomic<std::uint64_t> slots = 0;        // a family's: of all members
    std::atomic<std::size_t> known_members = 0;  // never shrinks: a member without slots still counts its firings

private:
    void refuse_other_count(std::span<const std::string_view> words) const {
        const std::size_t wanted = literals.size() - 1;
        if (words.size() == wanted) return;
        throw Error(errc::hook_unknown,
                    fmt::format("hook \"{}\" takes {} word{}, not {}", spec.name, wanted, wanted == 1 ? "" : "s", words.size()),
                    "give one word for each pair of braces, or the full name");
    }

    mutable std::mutex mutex_;
    std::shared_ptr<const Levels> levels_ = std::make_shared<const Levels>();
    std::unordered_map<std::string_view, HookState*> members_;  // by full name
};

/// What this thread is inside of, innermost first, over all engines.
struct Frame {
    const HookState& hook;
    const Owner& owner;
    const Frame* outer;
};
thread_local const Frame* innermost = nullptr;

class Call {
public:
    Call(const HookState& hook, Owner& owner) : hold_(owner), frame_{hook, owner, innermost} { innermost = &frame_; }
    Call(const Call&) = delete;
    Call& operator=(const Call&) = delete;
    ~Call() { innermost = frame_.outer; }

private:
    const Hold hold_;
    const Frame frame_;
};

int calls_of_this_thread(const Owner& owner) {
    int calls = 0;
    for (const Frame* frame = innermost; frame; frame = frame->outer) calls += &frame->owner == &owner;
    return calls;
}

/// The exception that is being handled, without personal data: only our own errors promise to hold none.
std::string describe_current_exception() {
    try {
        throw;
    } catch (const Error& error) {
        return error.what();
    } catch (...) {
        return boost::core::demangle(abi::__cxa_current_exception_type()->name());
    }
}

/// What a signal calls. It only borrows the slot, since Signals2 keeps a disconnected function until it tidies up.
struct SlotCaller {
    HookState& hook;
    Owner& owner;
    std::weak_ptr<const Slot> slot;

    void operator()(void* value, const void* const* arguments) const {
        const Call call(hook, owner);  // before the lock: whoever removes the slot sees either this call or no slot to call
        const std::shared_ptr<const Slot> running = slot.lock();
        if (!running) return;

        const bool is_veto = hook.spec.kind == HookKind::veto;
        auto* const refusals = hook.spec.kind == HookKind::filter ? nullptr : static_cast<std::vector<Refusal>*>(value);
        std::optional<std::string> refusal;
        try {
            (*running)(is_veto ? &refusal : value, arguments);
        } catch (...) {
            std::string what = describe_current_exception();
            const std::string subject = hook.spec.subject(arguments);
            hook.log.error("plugin {}: its slot on {} failed{}{}: {}", owner.name, hook.spec.name,
                           subject.empty() ? "" : " for ", subject, what);
            refusal = is_veto ? "failed: " + what : std::move(what);
        }
        if (refusals && refusal) refusals->push_back({owner.name, std::move(*refusal)});
    }
};

/// One connection. Owns the slot; whoever takes a record from the register destroys it after unlocking.
struct Record {
    Record(HookState& on, Owner& by, int at) : hook(on), owner(by), priority(at), hold(by) {}

    HookState& hook;
    Owner& owner;
    const int priority;
    const Hold hold;  // above the slot: the slot is destroyed first
    std::shared_ptr<const Slot> slot;
    boost::signals2::connection connection;
};
using Records = std::map<std::uint64_t, Record>;  // by id, so in the order of connecting

}  // namespace

/// The register. Shared with the views, so that a view that is called late finds it empty rather than gone.
struct HookEngine::State {
    explicit State(Log& log_target) : log(log_target) {}

    HookState* find(std::string_view name) const {
        const auto found = by_name.find(name);
        return found == by_name.end() ? nullptr : found->second;
    }

    HookState* find_family(std::string_view member) const {
        const auto found = std::ranges::find_if(families, [&](const HookState* family) { return matches(family->literals, member); });
        return found == families.end() ? nullptr : *found;
    }

    /// The member of a family, made if nobody has connected to it yet.
    HookState& member_of(HookState& family, std::string_view name) {
        if (HookState* const known = family.member(name)) return *known;
        HookSpec spec = family.spec;
        spec.name = name;
        spec.family = false;
        HookState& made = hooks.emplace_back(spec, family.owner, this, log, &family);
        family.publish(made);
        return made;
    }

    /// A count over all that goes by a name: members of several families may.
    std::uint64_t total(std::string_view name, std::atomic<std::uint64_t> HookState::* count) const {
        const HookState* const hook = find(name);
        std::uint64_t sum = hook ? (hook->*count).load() : 0;
        for (const HookState* family : families) {
            if (const HookState* const member = family->member(name)) sum += member->*count;
        }
        return sum;
    }

    Error unknown(std::string_view name) const {
        const std::string_view meant = nearest(name, std::views::keys(by_name));
        const std::string hint = meant.empty() ? "`ordo hooks list` shows every hook there is" : fmt::format("did you mean \"{}\"?", meant);
        return Error(errc::hook_unknown, fmt::format("there is no hook \"{}\"", name), hint);
    }

    /// Takes a record out of the register. No code of a plugin runs in here.
    Records::node_type take(Records::iterator position) {
        Record& record = position->second;
        HookState& hook = record.hook;
        record.connection.disconnect();
        for (HookState* each = &hook; each; each = each->family) --each->slots;
        Levels levels = *hook.levels();
        if (levels.at(record.priority)->empty()) {
            levels.erase(record.priority);
            hook.publish(std::move(levels));
        }
        return records.extract(position);
    }

    void disconnect_owner(std::string_view name);

    Log& log;
    mutable std::mutex mutex;
    std::deque<Owner> owners;     // never shortened: frames and hooks point to them
    std::deque<HookState> hooks;  // in the order of declaration, and members; never shortened: emitters point to them
    std::unordered_map<std::string_view, HookState*> by_name;  // those still declared; no members
    std::vector<HookState*> families;  // those still declared, in the order in which they are tried for a full name
    Records records;
    std::uint64_t last_id = 0;
};

void HookEngine::State::disconnect_owner(std::string_view name) {
    std::vector<Owner*> leaving;
    std::vector<Records::node_type> removed;
    {
        const std::lock_guard lock(mutex);
        for (Owner& owner : owners) {
            if (owner.name != name) continue;
            owner.gone = true;
            leaving.push_back(&owner);
        }
        for (HookState& hook : hooks) {
            if (!hook.declared || hook.owner.name != name) continue;
            hook.declared = false;
            if (!hook.family) by_name.erase(hook.spec.name);
        }
        std::erase_if(families, [](const HookState* family) { return !family->declared; });
        for (auto position = records.begin(); position != records.end();) {
            const auto current = position++;
            if (current->second.owner.name == name || !current->second.hook.declared) removed.push_back(take(current));
        }
    }
    removed.clear();
    for (Owner* owner : leaving) {
        const int own = calls_of_this_thread(*owner);
        for (int holds = owner->holds; holds != own; holds = owner->holds) owner->holds.wait(holds);
    }
}

class HookEngine::View final : public Hooks {
public:
    View(std::shared_ptr<State> state, Owner& owner) : state_(std::move(state)), owner_(owner) {}

    bool off(Connection connection) override {
        Records::node_type removed;  // declared before the lock, destroyed after it
        const std::lock_guard lock(state_->mutex);
        const auto found = state_->records.find(connection.id);
        if (found == state_->records.end() || &found->second.owner != &owner_) return false;
        removed = state_->take(found);
        return true;
    }

    std::size_t has_filter(std::string_view name) const override {
        const std::lock_guard lock(state_->mutex);
        return state_->total(name, &HookState::slots);
    }

    std::uint64_t did_action(std::string_view name) const override {
        const std::lock_guard lock(state_->mutex);
        return state_->total(name, &HookState::fired);
    }

    std::string_view current_filter() const override {
        for (const Frame* frame = innermost; frame; frame = frame->outer) {
            if (frame->hook.engine == state_.get()) return frame->hook.spec.name;
        }
        return {};
    }

protected:
    Connection connect(std::string_view name, std::span<const std::string_view> words, const std::type_info& signature, Slot slot,
                       int priority) override {
        auto kept = std::make_shared<const Slot>(std::move(slot));  // before the lock: if anything throws, it is destroyed after it
        const std::lock_guard lock(state_->mutex);
        refuse_if_gone(name);
        HookState* hook = state_->find(name);
        std::string member(name);
        if (hook) member = hook->name_with(words);
        else if (words.empty()) hook = state_->find_family(name);
        if (!hook) throw state_->unknown(name);
        if (const auto bad = std::ranges::find_if_not(words, is_word); bad != words.end()) {
            throw Error(errc::hook_unknown, fmt::format("\"{}\" is no word of hook \"{}\"", *bad, name),
                        "words are one or more of a-z, 0-9, _ and -");
        }
        if (signature != hook->spec.signature()) {
            throw Error(errc::hook_signature,
                        fmt::format("the slot does not fit hook \"{}\", which is {} {} ({})", name,
                                    hook->spec.kind == HookKind::action ? "an" : "a", to_string(hook->spec.kind), hook->spec.arguments),
                        "give the slot the hook's parameter and return types");
        }

        if (hook->spec.family) hook = &state_->member_of(*hook, member);

        std::shared_ptr<Signal> signal;
        Levels levels = *hook->levels();
        if (const auto level = levels.find(priority); level != levels.end()) signal = level->second;
        else signal = levels[priority] = std::make_shared<Signal>();

        const std::uint64_t id = ++state_->last_id;
        Record& record = state_->records.try_emplace(id, *hook, owner_, priority).first->second;
        record.connection = signal->connect(SlotCaller{*hook, owner_, kept});
        record.slot = std::move(kept);
        hook->publish(std::move(levels));
        for (HookState* each = hook; each; each = each->family) ++each->slots;
        return {id};
    }

    Token add_hook(const HookSpec& spec) override {
        const std::lock_guard lock(state_->mutex);
        refuse_if_gone(spec.name);
        const std::vector<std::string> literals = literals_of(spec.name);
        if (spec.family ? literals.size() < 2 : literals.size() != 1) {
            throw Error(errc::hook_signature,
                        fmt::format("the braces in \"{}\" are not those of {}", spec.name, spec.family ? "a family's pattern" : "a hook's name"),
                        "braces name the words of an ActionFamily: order_{from}_to_{to}, with text between them; other hooks have none");
        }
        const HookState* taken = state_->find(spec.name);
        for (const HookState* family : state_->families) {
            if (family->literals == literals) taken = family;
        }
        if (taken) {
            throw Error(errc::hook_signature, fmt::format("hook \"{}\" is already declared by {}", taken->spec.name, taken->owner.name),
                        "a hook has one owner: choose another name, or connect to that hook");
        }
        HookState& hook = state_->hooks.emplace_back(spec, owner_, state_.get(), state_->log);
        state_->by_name.emplace(hook.spec.name, &hook);
        if (spec.family) {
            const auto literal_characters = [](const HookState* family) {
                return std::accumulate(family->literals.begin(), family->literals.end(), std::size_t{0},
                                       [](std::size_t sum, const std::string& literal) { return sum + literal.size(); });
            };
            auto& families = state_->families;
            families.insert(std::ranges::upper_bound(families, literal_characters(&hook), std::greater{}, literal_characters), &hook);
        }
        return &hook;
    }

    void fire(Token hook, void* value, const void* const* arguments) override { static_cast<HookState*>(hook)->fire(value, arguments); }
    void fire_member(Token family, std::span<const std::string_view> words, void* value, const void* const* arguments) override {
        static_cast<HookState*>(family)->fire(words, value, arguments);
    }

private:
    void refuse_if_gone(std::string_view hook) const {
        if (!owner_.gone) return;
        throw Error(errc::plugin_failed, fmt::format("plugin {} used hook \"{}\" after its hooks had been removed", owner_.name, hook),
                    "connect and declare hooks between a plugin's start and its stop");
    }

    const std::shared_ptr<State> state_;
    Owner& owner_;
};

HookEngine::HookEngine(Log& log) : state_(std::make_shared<State>(log)) {}

HookEngine::~HookEngine() {
    std::set<std::string> names;
    {
        const std::lock_guard lock(state_->mutex);
        for (const Owner& owner : state_->owners) names.insert(owner.name);
    }
    for (const std::string& name : names) state_->disconnect_owner(name);  // a view may outlive us, no slot and no use of the log may
}

std::unique_ptr<Hooks> HookEngine::view_for(std::string owner) {
    const std::lock_guard lock(state_->mutex);
    const auto known = std::ranges::find_if(state_->owners, [&](const Owner& each) { return !each.gone && each.name == owner; });
    Owner& found = known != state_->owners.end() ? *known : state_->owners.emplace_back(std::move(owner));
    return std::make_unique<View>(state_, found);
}

void HookEngine::disconnect_owner(std::string_view owner) { state_->disconnect_owner(owner); }

std::vector<HookEngine::Listing> HookEngine::list() const {
    const std::lock_guard lock(state_->mutex);
    std::vector<Listing> listings;
    for (const HookState& hook : state_->hooks) {
        if (!hook.declared || hook.family) continue;
        Listing& listing = listings.emplace_back(Listing{hook.spec, {}});
        for (const auto& [id, record] : state_->records) {
            if (&record.hook == &hook) listing.listeners.push_back({record.owner.name, record.priority, {}});
            else if (record.hook.family == &hook) {
                listing.listeners.push_back({record.owner.name, record.priority, std::string(record.hook.spec.name)});
            }
        }
        std::ranges::stable_sort(listing.listeners, {}, [](const Listener& each) { return std::tie(each.hook, each.priority); });
    }
    return listings;
}

}  // namespace ordo
