/// What a plugin may ask of the kernel, and when. Any thread.
#include "kernel/plugins/plugin_host.hpp"

#include <fmt/format.h>

#include <ordo/order.hpp>

namespace ordo::plugins {
namespace {

constexpr std::string_view custom_order_tables = "custom_order_tables";
/// `wp_posts.post_type` and `wp_wc_orders.type` hold no more: a longer type would be cut in silence (#54584).
constexpr std::size_t order_type_bytes_max = 20;

}  // namespace

PluginHost::PluginHost(Candidate candidate, PluginSettings settings, const HostServices& services, Registrations& registrations)
    : candidate_(std::move(candidate)),
      settings_(std::move(settings)),
      database_(services.database),
      site_zone_(services.site_zone),
      table_prefix_(services.table_prefix),
      registrations_(registrations),
      log_(services.log_for(id())),
      hooks_(services.hooks->view_for(id())) {}

void PluginHost::register_store(OrderDataStore& store) {
    require_start("register_store");
    registrations_.add_store(id(), store);
}

void PluginHost::register_interface(std::string_view id_and_revision, void* implementation) {
    require_start("register_interface");
    if (!implementation)
        throw Error(errc::plugin_failed,
                    fmt::format("plugin {}: register_interface(\"{}\"): the implementation is null", id(), id_and_revision));
    registrations_.add_interface(id(), id_and_revision, implementation);
}

void PluginHost::register_order_type(std::string_view type) {
    require_start("register_order_type");
    if (type.empty() || type.size() > order_type_bytes_max)
        throw Error(
            errc::plugin_failed,
            fmt::format("plugin {}: register_order_type(\"{}\"): an order type has 1 to {} bytes", id(), type, order_type_bytes_max),
            "the column of a post type holds no more; use a shorter one");
    if (std::find(order_types_.begin(), order_types_.end(), type) == order_types_.end()) order_types_.emplace_back(type);
}

void PluginHost::register_order_status(std::string_view status, std::string_view label) {
    require_start("register_order_status");
    const std::string stored = stored_status(status);
    const std::string_view word = clean_status(stored);
    const auto fits = [](char c) { return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-' || c == '_'; };
    if (word.empty() || stored.size() > field_spec(FieldId::status).length_max || stored == word || !std::all_of(word.begin(), word.end(), fits))
        throw Error(errc::plugin_failed,
                    fmt::format("plugin {}: register_order_status(\"{}\"): a status is 1 to {} of a-z 0-9 - _ beside wc-, and none of WordPress' own", id(), status,
                                field_spec(FieldId::status).length_max - 3),
                    "the column of a status holds no more; use another word");
    registrations_.add_status(id(), stored, std::string(label));
}

void PluginHost::register_participant(OrderParticipant& participant) {
    require_start("register_participant");
    registrations_.add_participant(id(), participant);
}

void PluginHost::declare_compatibility(std::string_view feature, bool compatible) {
    if (feature != custom_order_tables)
        throw Error(errc::usage, fmt::format("plugin {}: declare_compatibility: unknown feature \"{}\"", id(), feature),
                    fmt::format("the only feature is \"{}\"", custom_order_tables));
    if (!declarations_open_)
        throw Error(errc::usage, fmt::format("plugin {}: declare_compatibility: too late, before_woocommerce_init has fired", id()),
                    "declare in start(), in a slot of before_woocommerce_init, or in the manifest");
    (compatible ? declared_compatible_ : declared_incompatible_) = true;
}

Compatibility PluginHost::compatibility() const {
    const std::optional<bool>& manifest = candidate_.manifest.custom_order_tables;
    if (declared_incompatible_ || manifest == false) return Compatibility::incompatible;
    if (declared_compatible_ || manifest == true) return Compatibility::compatible;
    return Compatibility::uncertain;
}

void PluginHost::require_start(std::string_view operation) const {
    if (!starting_)
        throw Error(errc::plugin_failed, fmt::format("plugin {}: {} is allowed during start() only", id(), operation),
                    "the plugin's author must move the call into start()");
}

}  // namespace ordo::plugins
