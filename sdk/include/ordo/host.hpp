/// What the kernel gives a plugin. A `Host` belongs to one plugin and lives as long as it. Any thread, except where said.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <type_traits>
#include <variant>

#include <ordo/data_store.hpp>
#include <ordo/error.hpp>
#include <ordo/hook_catalogue.hpp>
#include <ordo/hooks.hpp>
#include <ordo/log.hpp>
#include <ordo/order_details.hpp>
#include <ordo/order_participant.hpp>
#include <ordo/time.hpp>

namespace ordo {

using SettingValue = std::variant<bool, std::int64_t, double, std::string>;

/// A plugin's section of the configuration, already checked against its manifest; defaults are filled in.
class PluginSettings {
public:
    PluginSettings() = default;
    explicit PluginSettings(std::map<std::string, SettingValue, std::less<>> values) : values_(std::move(values)) {}

    /// The setting's value. `T`: bool, std::int64_t, double or std::string, as the manifest declares it.
    /// Throws `ordo.config.unknown_key` for a name or type that the manifest does not declare.
    template <class T>
    const T& get(std::string_view name) const {
        const auto at = values_.find(name);
        if (at == values_.end() || !std::holds_alternative<T>(at->second))
            throw Error(errc::config_unknown_key, fmt::format("the manifest declares no setting \"{}\" of this type", name));
        return std::get<T>(at->second);
    }

private:
    std::map<std::string, SettingValue, std::less<>> values_;
};

class Host {
public:
    virtual ~Host() = default;

    virtual std::string_view plugin_id() const noexcept = 0;
    virtual Hooks& hooks() noexcept = 0;
    virtual Log& log() noexcept = 0;
    virtual const PluginSettings& settings() const noexcept = 0;
    /// The shop's database. It may not exist yet: then reading throws `ordo.database.missing`. Not from inside a slot that
    /// already has a `Read` or `Unit`: use that one.
    virtual Database& database() noexcept = 0;
    virtual const SiteZone& site_zone() const noexcept = 0;
    /// The whole name of a table: `table("posts")` is "wp_posts".
    virtual std::string table(std::string_view name) const = 0;

    /// Only during `start`: makes a store known. The plugin keeps it alive until it is destroyed.
    virtual void register_store(OrderDataStore& store) = 0;
    /// Only during `start`: offers an interface under its id and revision.
    virtual void register_interface(std::string_view id_and_revision, void* implementation) = 0;
    /// An interface another plugin offers; null is a normal answer.
    virtual void* find_interface(std::string_view id_and_revision) noexcept = 0;
    /// Only during `start`: makes a post type an order type, beside those of the manifest.
    virtual void register_order_type(std::string_view type) = 0;
    /// Only during `start`: makes a status of orders known (`packed` or `wc-packed`), with what people call it. Throws
    /// `ordo.plugin.failed` if no column holds it (17 characters beside `wc-`) or another plugin was first.
    virtual void register_order_status(std::string_view status, std::string_view label) = 0;
    /// Only during `start`: is called inside every save and erasure of an order. The plugin keeps it alive until it is destroyed.
    virtual void register_participant(OrderParticipant& participant) = 0;
    /// Until `before_woocommerce_init` has fired. See `FeaturesUtil`.
    virtual void declare_compatibility(std::string_view feature, bool compatible) = 0;
};

/// WooCommerce's name for the declaration.
struct FeaturesUtil {
    /// Declares whether the plugin works with a feature; the only one is `custom_order_tables`.
    static void declare_compatibility(Host& host, std::string_view feature, bool compatible) {
        host.declare_compatibility(feature, compatible);
    }
};

/// `register_interface<OrderDetails>(host, details)`. The type is named, so that the pointer is one to the interface.
template <class Interface>
void register_interface(Host& host, std::type_identity_t<Interface>& implementation) {
    host.register_interface(Interface::interface_id, &implementation);
}

}  // namespace ordo
