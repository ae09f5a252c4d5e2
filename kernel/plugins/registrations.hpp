/// What started plugins have registered, each with its guard. Knows nothing of files and of starting. Any thread: a slot
/// may look something up while another plugin starts.
#pragma once

#include <algorithm>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <vector>

#include <fmt/format.h>

#include <ordo/data_store.hpp>
#include <ordo/error.hpp>

#include "kernel/plugins/guard.hpp"

namespace ordo::plugins {

class Registrations {
public:
    /// Throws `ordo.plugin.conflict` if another plugin was first.
    void add_store(const std::string& plugin, OrderDataStore& store) {
        std::string id(store.traits().id);
        add(stores_, "store", plugin, std::move(id), std::shared_ptr<OrderDataStore>(guard_store(plugin, store)));
    }
    void add_interface(const std::string& plugin, std::string_view id, void* implementation) {
        add(interfaces_, "interface", plugin, std::string(id), guard_interface(id, plugin, implementation));
    }

    void add_participant(const std::string& plugin, OrderParticipant& participant) {
        const std::lock_guard lock(mutex_);
        participants_.push_back({std::string(), plugin, guard_participant(plugin, participant)});
    }
    /// Throws `ordo.plugin.conflict` if another plugin was first.
    void add_status(const std::string& plugin, std::string status, std::string label) {
        add(statuses_, "order status", plugin, std::move(status), std::make_shared<std::string>(std::move(label)));
    }

    OrderDataStore* find_store(std::string_view id) const noexcept { return find(stores_, id); }
    void* find_interface(std::string_view id) const noexcept { return find(interfaces_, id); }

    /// In the order of registration, each alive while the result is held.
    std::vector<std::shared_ptr<OrderParticipant>> participants() const {
        const std::lock_guard lock(mutex_);
        std::vector<std::shared_ptr<OrderParticipant>> list;
        for (const auto& entry : participants_) list.push_back(entry.guard);
        return list;
    }
    /// Stored spelling and label, in the order of registration.
    std::vector<std::pair<std::string, std::string>> statuses() const {
        const std::lock_guard lock(mutex_);
        std::vector<std::pair<std::string, std::string>> list;
        for (const auto& entry : statuses_) list.emplace_back(entry.id, *entry.guard);
        return list;
    }

    std::vector<std::string> store_ids() const {
        const std::lock_guard lock(mutex_);
        std::vector<std::string> ids;
        for (const auto& entry : stores_) ids.push_back(entry.id);
        return ids;
    }

    /// Forgets everything of a plugin that is about to be destroyed, so that plugins which stop after it find nothing of it.
    void remove(std::string_view plugin) {
        const std::lock_guard lock(mutex_);
        std::erase_if(stores_, [&](const auto& entry) { return entry.plugin == plugin; });
        std::erase_if(interfaces_, [&](const auto& entry) { return entry.plugin == plugin; });
        std::erase_if(participants_, [&](const auto& entry) { return entry.plugin == plugin; });
        std::erase_if(statuses_, [&](const auto& entry) { return entry.plugin == plugin; });
    }

private:
    template <class T>
    struct Entry {
        std::string id, plugin;
        std::shared_ptr<T> guard;
    };

    template <class T>
    void add(std::vector<Entry<T>>& entries, std::string_view what, const std::string& plugin, std::string id, std::shared_ptr<T> guard) {
        const std::lock_guard lock(mutex_);
        for (const Entry<T>& entry : entries)
            if (entry.id == id)
                throw Error(errc::plugin_conflict,
                            fmt::format("the plugins \"{}\" and \"{}\" both register the {} \"{}\"", entry.plugin, plugin, what, id),
                            "remove one of them from [plugins] load");
        entries.push_back({std::move(id), plugin, std::move(guard)});
    }

    template <class T>
    T* find(const std::vector<Entry<T>>& entries, std::string_view id) const noexcept {
        const std::lock_guard lock(mutex_);
        const auto at = std::find_if(entries.begin(), entries.end(), [&](const Entry<T>& entry) { return entry.id == id; });
        return at == entries.end() ? nullptr : at->guard.get();
    }

    mutable std::mutex mutex_;
    std::vector<Entry<OrderDataStore>> stores_;
    std::vector<Entry<void>> interfaces_;
    std::vector<Entry<OrderParticipant>> participants_;
    std::vector<Entry<std::string>> statuses_;   ///< the label
};

}  // namespace ordo::plugins
