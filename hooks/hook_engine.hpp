/// The hook engine: keeps every declared hook and its slots, and runs them with WordPress' habits. It knows nothing of
/// orders or plugins beyond their ids. Thread-safe; a slot may connect, remove and emit while it runs.
#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include <ordo/hooks.hpp>
#include <ordo/log.hpp>

namespace ordo {

class HookEngine {
public:
    /// `log` gets the slots that throw: plugin, hook and order, never the arguments' content.
    explicit HookEngine(Log& log);
    HookEngine(const HookEngine&) = delete;
    HookEngine& operator=(const HookEngine&) = delete;
    ~HookEngine();

    /// The engine as one owner sees it: what it connects and declares is attributed to `owner`.
    /// The view must not outlive the engine.
    std::unique_ptr<Hooks> view_for(std::string owner);

    /// Removes every slot and hook of an owner, families with their members, and waits until no call into it is in flight,
    /// except calls that this thread itself is inside of. After it returns no code of the owner runs through a hook. Final for
    /// the owner's views: connecting through one afterwards throws `ordo.plugin.failed`; a new view starts afresh.
    void disconnect_owner(std::string_view owner);

    struct Listener {
        std::string owner;
        int priority;
        std::string hook;  ///< the member's full name, if the hook is a family; otherwise empty
    };
    struct Listing {
        HookSpec spec;
        std::vector<Listener> listeners;  ///< in the order in which they run; a family's by member first
    };
    /// Every declared hook, in the order of declaration; a family once, under its pattern.
    std::vector<Listing> list() const;

private:
    class View;
    struct State;
    std::shared_ptr<State> state_;
};

}  // namespace ordo
