/// Decorators around what plugins offer: every call is caught, named after plugin and operation, and thrown again as
/// `ordo::Error` in the kernel's own memory. They contain exceptions, not crashes or hangs. As thread-safe as what they guard.
#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <utility>

#include <ordo/data_store.hpp>
#include <ordo/order_participant.hpp>

namespace ordo::plugins {

/// Only inside a `catch`: throws the caught exception again. An `ordo::Error` keeps code and hint and gets "plugin <id>:
/// <operation>: " before its message; of anything else only the type's name is told, for its text may quote personal data.
[[noreturn]] void rethrow_attributed(std::string_view plugin, std::string_view operation);

/// The name of the type of the exception that is being handled, readable.
std::string current_exception_type();

template <class Call>
auto guarded(std::string_view plugin, std::string_view operation, Call&& call) -> decltype(call()) {
    try {
        return std::forward<Call>(call)();
    } catch (...) {
        rethrow_attributed(plugin, operation);
    }
}

/// The store must outlive the guard. Its optional interfaces are guarded as well.
std::unique_ptr<OrderDataStore> guard_store(std::string plugin, OrderDataStore& store);

/// The participant must outlive the guard.
std::unique_ptr<OrderParticipant> guard_participant(std::string plugin, OrderParticipant& participant);

/// The pointer to give away for an interface: a guard, if the id is one of the SDK's own, else the implementation itself
/// (of which the kernel knows no shape). Valid as long as the result lives.
std::shared_ptr<void> guard_interface(std::string_view id_and_revision, std::string plugin, void* implementation);

}  // namespace ordo::plugins
