/// Hooks: filters, actions and vetoes with WordPress' habits. A hook is specified once (a constant of type `Action`,
/// `ActionFamily`, `Filter` or `Veto`), apart from the slots that listen to it; who declares a hook gets its only emitter.
/// A family is an action whose name holds words that are known only when it fires: `woocommerce_order_status_{to}`. What
/// it fires as, `woocommerce_order_status_completed`, is a member; members are made by connecting, never by emitting.
/// Connecting, removing and emitting may happen on any thread, also while the hook runs. A slot must not outlive the
/// library it stands in; the kernel disconnects a plugin's slots before it destroys the plugin.
#pragma once

#include <array>
#include <cstdint>
#include <functional>
#include <initializer_list>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <type_traits>
#include <typeinfo>
#include <utility>
#include <vector>

#include <fmt/format.h>

#include <ordo/types.hpp>

namespace ordo {

/// What a slot's return does.
enum class HookKind : std::uint8_t {
    action,  ///< nothing comes back
    filter,  ///< the value goes through every slot in turn
    veto,    ///< any slot may refuse, with a reason
};

constexpr std::string_view to_string(HookKind kind) noexcept {
    return kind == HookKind::action ? "action" : kind == HookKind::filter ? "filter" : "veto";
}

/// A hook's specification. Texts have static storage.
struct HookSpec {
    std::string_view name;       ///< a family's is a pattern: "order_{from}_to_{to}"
    std::string_view owner;      ///< who fires it: "kernel", or a plugin's id
    HookKind kind;
    std::string_view arguments;  ///< for people: "OrderId order, Direction way"
    std::string_view fires;      ///< when it fires
    std::string_view on_throw;   ///< what a throwing slot does
    const std::type_info& (*signature)();
    std::string (*subject)(const void* const* arguments);  ///< which order a call is about, for the log; may be empty
    bool family = false;
};

namespace detail {
template <class First, class... Rest>
std::string subject_of([[maybe_unused]] const void* const* arguments) {
    if constexpr (std::is_same_v<First, OrderId>) return fmt::format("order {}", *static_cast<const OrderId*>(arguments[0]));
    else return {};
}
template <class... Args>
constexpr auto subject_function() {
    if constexpr (sizeof...(Args) == 0) return +[](const void* const*) { return std::string{}; };
    else return &subject_of<Args...>;
}
template <class Signature>
const std::type_info& signature_of() { return typeid(Signature); }
}  // namespace detail

/// `Action<OrderId, Direction>`: slots are called with both, by const reference or value, and return nothing.
template <class... Args>
struct Action {
    using Signature = void(Args...);
    HookSpec spec;
    constexpr Action(std::string_view name, std::string_view owner, std::string_view arguments, std::string_view fires,
                     std::string_view on_throw = "is logged; the next slots run")
        : spec{name, owner, HookKind::action, arguments, fires, on_throw, &detail::signature_of<Signature>,
               detail::subject_function<Args...>()} {}
};

/// `ActionFamily<OrderId>`: actions that differ in the words of their names. The pattern's braces hold what a word is called, and
/// text stands between two of them; each word is one or more of [a-z0-9_-]. Since words may hold the pattern's own text, a full
/// name can be read in two ways; whoever connects by family and words says which one is meant.
template <class... Args>
struct ActionFamily {
    using Signature = void(Args...);
    HookSpec spec;
    constexpr ActionFamily(std::string_view pattern, std::string_view owner, std::string_view arguments, std::string_view fires,
                           std::string_view on_throw = "is logged; the next slots run")
        : spec{pattern, owner, HookKind::action, arguments, fires, on_throw, &detail::signature_of<Signature>,
               detail::subject_function<Args...>(), true} {}
};

/// `Filter<std::string>`: slots get the value (and any further arguments) and return the next value.
template <class Value, class... Args>
struct Filter {
    static_assert(!std::is_same_v<Value, std::optional<std::string>>, "such a value would look like a veto's answer");
    using Signature = Value(Value, Args...);
    HookSpec spec;
    constexpr Filter(std::string_view name, std::string_view owner, std::string_view arguments, std::string_view fires,
                     std::string_view on_throw = "is logged; the value stays as it was, the next slots run")
        : spec{name, owner, HookKind::filter, arguments, fires, on_throw, &detail::signature_of<Signature>,
               detail::subject_function<Args...>()} {}
};

/// `Veto<Direction>`: slots return a reason to refuse, or `std::nullopt`.
template <class... Args>
struct Veto {
    using Signature = std::optional<std::string>(Args...);
    HookSpec spec;
    constexpr Veto(std::string_view name, std::string_view owner, std::string_view arguments, std::string_view fires,
                   std::string_view on_throw = "refuses, with the error as the reason")
        : spec{name, owner, HookKind::veto, arguments, fires, on_throw, &detail::signature_of<Signature>,
               detail::subject_function<Args...>()} {}
};

/// A refusal, or a failure that was asked for, and whose slot it was.
struct Refusal {
    std::string plugin, reason;
};

/// A slot without its type: context, call, destroy. Owns the context.
class Slot {
public:
    using Call = void (*)(void* context, void* value, const void* const* arguments);
    using Destroy = void (*)(void* context) noexcept;

    Slot(void* context, Call call, Destroy destroy) noexcept : context_(context, destroy), call_(call) {}
    /// `value`: a filter's value, or a veto's `std::optional<std::string>`; an action's slot does not look at it.
    void operator()(void* value, const void* const* arguments) const { call_(context_.get(), value, arguments); }

private:
    std::unique_ptr<void, Destroy> context_;
    Call call_;
};

namespace detail {
template <class Function, class Call>
Slot make_slot(Function&& function, Call call) {
    using Stored = std::decay_t<Function>;
    return Slot(new Stored(std::forward<Function>(function)), call, [](void* context) noexcept { delete static_cast<Stored*>(context); });
}

template <class... Args, class Function, std::size_t... I>
decltype(auto) call_with(Function& function, const void* const* arguments, std::index_sequence<I...>) {
    return std::invoke(function, *static_cast<const std::remove_cvref_t<Args>*>(arguments[I])...);
}

template <class... Args, class Function>
Slot action_slot(Function&& function) {
    return make_slot(std::forward<Function>(function), +[](void* context, void*, const void* const* arguments) {
        call_with<Args...>(*static_cast<std::decay_t<Function>*>(context), arguments, std::index_sequence_for<Args...>{});
    });
}

template <class Value, class... Args, class Function>
Slot filter_slot(Function&& function) {
    return make_slot(std::forward<Function>(function), +[](void* context, void* value, const void* const* arguments) {
        auto bound = [&](const Args&... args) -> Value {
            return std::invoke(*static_cast<std::decay_t<Function>*>(context), std::as_const(*static_cast<Value*>(value)), args...);
        };
        Value next = call_with<Args...>(bound, arguments, std::index_sequence_for<Args...>{});
        *static_cast<Value*>(value) = std::move(next);  // assigned only after success: a throw leaves the value as it was
    });
}

template <class... Args, class Function>
Slot veto_slot(Function&& function) {
    return make_slot(std::forward<Function>(function), +[](void* context, void* value, const void* const* arguments) {
        *static_cast<std::optional<std::string>*>(value) =
            call_with<Args...>(*static_cast<std::decay_t<Function>*>(context), arguments, std::index_sequence_for<Args...>{});
    });
}

/// The signature of a function object without overloads, arguments decayed.
template <class T>
struct CallTraits : CallTraits<decltype(&T::operator())> {};
template <class R, class C, class... A>
struct CallTraits<R (C::*)(A...) const> { using Signature = std::remove_cvref_t<R>(std::remove_cvref_t<A>...); };
template <class R, class C, class... A>
struct CallTraits<R (C::*)(A...)> { using Signature = std::remove_cvref_t<R>(std::remove_cvref_t<A>...); };
template <class R, class... A>
struct CallTraits<R (*)(A...)> { using Signature = std::remove_cvref_t<R>(std::remove_cvref_t<A>...); };

template <class Signature>
struct SlotFor {
    static_assert(sizeof(Signature*) == 0,
                  "a slot returns nothing (action), its first parameter's type (filter) or std::optional<std::string> (veto)");
};
template <class... A>
struct SlotFor<void(A...)> {
    template <class F> static Slot make(F&& f) { return action_slot<A...>(std::forward<F>(f)); }
};
template <class... A>
struct SlotFor<std::optional<std::string>(A...)> {
    template <class F> static Slot make(F&& f) { return veto_slot<A...>(std::forward<F>(f)); }
};
template <class V, class... A>
    requires(!std::is_same_v<V, std::optional<std::string>>)
struct SlotFor<V(V, A...)> {
    template <class F> static Slot make(F&& f) { return filter_slot<V, A...>(std::forward<F>(f)); }
};
}  // namespace detail

/// Names one connection, so that it can be removed.
struct Connection {
    std::uint64_t id = 0;
};

template <class Hook>
class Emitter;

/// A plugin's view of the hook engine: it can connect, remove, ask, and declare hooks of its own; it cannot fire others'.
class Hooks {
public:
    static constexpr int priority_default = 10;

    virtual ~Hooks() = default;

    /// Connects a slot. Lower priorities run first, equal ones first come first served.
    template <class... Args, class Function>
    Connection on(const Action<Args...>& hook, Function&& slot, int priority = priority_default) {
        return connect(hook.spec.name, {}, hook.spec.signature(), detail::action_slot<Args...>(std::forward<Function>(slot)), priority);
    }
    template <class Value, class... Args, class Function>
    Connection on(const Filter<Value, Args...>& hook, Function&& slot, int priority = priority_default) {
        return connect(hook.spec.name, {}, hook.spec.signature(), detail::filter_slot<Value, Args...>(std::forward<Function>(slot)), priority);
    }
    template <class... Args, class Function>
    Connection on(const Veto<Args...>& hook, Function&& slot, int priority = priority_default) {
        return connect(hook.spec.name, {}, hook.spec.signature(), detail::veto_slot<Args...>(std::forward<Function>(slot)), priority);
    }
    /// Connects to one member of a family: `on(hook::order_status, {"completed"}, slot)`. The words fill the braces in order; they
    /// are copied. Throws `ordo.hook.unknown` if they are too few, too many or not words, `ordo.hook.signature` as below.
    template <class... Args, class Function>
    Connection on(const ActionFamily<Args...>& family, std::initializer_list<std::string_view> words, Function&& slot,
                  int priority = priority_default) {
        return connect(family.spec.name, {words.begin(), words.size()}, family.spec.signature(),
                       detail::action_slot<Args...>(std::forward<Function>(slot)), priority);
    }
    /// Connects by name, to a hook of another plugin, say. A hook declared under exactly that name wins; otherwise it is a member of
    /// the family that matches with the most characters outside braces. The slot's parameter and return types must be the hook's.
    /// Throws `ordo.hook.unknown` (with a suggestion) or `ordo.hook.signature`.
    template <class Function>
    Connection on(std::string_view name, Function&& slot, int priority = priority_default) {
        using Signature = typename detail::CallTraits<std::decay_t<Function>>::Signature;
        return connect(name, {}, typeid(Signature), detail::SlotFor<Signature>::make(std::forward<Function>(slot)), priority);
    }

    /// Removes a connection of one's own; false if it was gone. A slot removed while its hook runs is not called any more.
    virtual bool off(Connection connection) = 0;

    /// How many slots listen: to a hook, to a member by its full name, or to all members by the family's pattern.
    virtual std::size_t has_filter(std::string_view name) const = 0;
    /// How often the action has been fired since the start; a member, since somebody first connected to it; a pattern counts every
    /// firing of the family.
    virtual std::uint64_t did_action(std::string_view name) const = 0;
    /// The hook that is running on this thread, innermost, a member by its full name; empty if none.
    virtual std::string_view current_filter() const = 0;

    /// Makes a hook of one's own known and gives its only emitter. Throws `ordo.hook.signature` if the name is taken, by a pattern
    /// that differs only within the braces too, or if its braces are not those of a family.
    template <class Hook>
    Emitter<Hook> declare(const Hook& hook) { return Emitter<Hook>(*this, add_hook(hook.spec)); }

protected:
    template <class Hook>
    friend class Emitter;
    using Token = void*;

    /// `words` only with a family's pattern for a name.
    virtual Connection connect(std::string_view name, std::span<const std::string_view> words, const std::type_info& signature, Slot slot,
                               int priority) = 0;
    virtual Token add_hook(const HookSpec& spec) = 0;
    /// `value`: a filter's value; for a veto a `std::vector<Refusal>`, for an action that or null.
    virtual void fire(Token hook, void* value, const void* const* arguments) = 0;
    virtual void fire_member(Token family, std::span<const std::string_view> words, void* value, const void* const* arguments) = 0;
};

/// Fires one hook, on any thread. Must not outlive the `Hooks` it came from. An unheard hook costs a few nanoseconds. What slots
/// throw is logged and does not come through.
template <class... Args>
class Emitter<Action<Args...>> {
public:
    void operator()(const Args&... args) const {
        const std::array<const void*, sizeof...(Args)> arguments{&args...};
        hooks_->fire(token_, nullptr, arguments.data());
    }
    /// Fires as usual and gives the slots that threw, in the order in which they ran; the reason is the error as it is logged,
    /// without personal data.
    std::vector<Refusal> report(const Args&... args) const {
        const std::array<const void*, sizeof...(Args)> arguments{&args...};
        std::vector<Refusal> failures;
        hooks_->fire(token_, &failures, arguments.data());
        return failures;
    }

private:
    friend class Hooks;
    Emitter(Hooks& hooks, Hooks::Token token) : hooks_(&hooks), token_(token) {}
    Hooks* hooks_;
    Hooks::Token token_;
};

/// Fires the member of a family that the words name: `status({"completed"}, order)`. A word that could be none (a status' slug
/// with a blank, say) is simply heard by nobody. Throws `ordo.hook.unknown` if the words are too few or too many, heard or not.
/// A family nobody ever connected to costs a few nanoseconds, any other the look-up of a name.
template <class... Args>
class Emitter<ActionFamily<Args...>> {
public:
    void operator()(std::initializer_list<std::string_view> words, const Args&... args) const {
        const std::array<const void*, sizeof...(Args)> arguments{&args...};
        hooks_->fire_member(token_, {words.begin(), words.size()}, nullptr, arguments.data());
    }
    /// As the report of an action.
    std::vector<Refusal> report(std::initializer_list<std::string_view> words, const Args&... args) const {
        const std::array<const void*, sizeof...(Args)> arguments{&args...};
        std::vector<Refusal> failures;
        hooks_->fire_member(token_, {words.begin(), words.size()}, &failures, arguments.data());
        return failures;
    }

private:
    friend class Hooks;
    Emitter(Hooks& hooks, Hooks::Token token) : hooks_(&hooks), token_(token) {}
    Hooks* hooks_;
    Hooks::Token token_;
};

template <class Value, class... Args>
class Emitter<Filter<Value, Args...>> {
public:
    Value operator()(Value value, const Args&... args) const {
        const std::array<const void*, sizeof...(Args)> arguments{&args...};
        hooks_->fire(token_, &value, arguments.data());
        return value;
    }

private:
    friend class Hooks;
    Emitter(Hooks& hooks, Hooks::Token token) : hooks_(&hooks), token_(token) {}
    Hooks* hooks_;
    Hooks::Token token_;
};

/// Asks every slot; gives all refusals.
template <class... Args>
class Emitter<Veto<Args...>> {
public:
    std::vector<Refusal> operator()(const Args&... args) const {
        const std::array<const void*, sizeof...(Args)> arguments{&args...};
        std::vector<Refusal> refusals;
        hooks_->fire(token_, &refusals, arguments.data());
        return refusals;
    }

private:
    friend class Hooks;
    Emitter(Hooks& hooks, Hooks::Token token) : hooks_(&hooks), token_(token) {}
    Hooks* hooks_;
    Hooks::Token token_;
};

}  // namespace ordo
