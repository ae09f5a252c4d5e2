/// A store of which every call fails, each with another kind of exception. Built twice, under two ids. Any thread.
#include <stdexcept>

#include <ordo/plugin.hpp>

/// A customer's address where it should not be: in the text of an exception.
constexpr const char* personal = "no such customer: jane@example.org";

class ThrowingStore final : public ordo::OrderDataStore, private ordo::DeletionRecords, private ordo::UnknownOrderTypes {
    const ordo::StoreTraits& traits() const noexcept override {
        static constexpr ordo::StoreTraits traits{.id = "throwing", .orders_table = "nowhere", .creates_tables_on_demand = false};
        return traits;
    }
    ordo::Schema schema() const override {
        throw ordo::Error(ordo::ErrorCode{"museum.own_code", ordo::ExitCode::locked}, "the shelves are bare", "buy shelves");
    }
    std::vector<ordo::OrderStamp> list(ordo::Read&, const ordo::ListRequest&) override { throw std::runtime_error(personal); }
    std::vector<ordo::OrderRecord> read(ordo::Read& read, std::span<const ordo::OrderId>) override {
        read.query("SELECT 1", [](const ordo::Row&) {});  // fails by the kernel's own error
        return {};
    }
    std::vector<ordo::WriteResult> write(ordo::Unit&, std::span<const ordo::OrderWrite>) override { throw 42; }
    ordo::StoreCount count(ordo::Read&, std::span<const std::string>) override { return {3, 1}; }
    void* find_interface(std::string_view id) noexcept override {
        if (id == ordo::DeletionRecords::interface_id) return static_cast<ordo::DeletionRecords*>(this);
        if (id == ordo::UnknownOrderTypes::interface_id) return static_cast<ordo::UnknownOrderTypes*>(this);
        if (id == "museum.raw/1") return this;
        return nullptr;
    }

    std::vector<ordo::OrderId> list_deleted(ordo::Read&, std::string_view, ordo::OrderId, std::size_t) override {
        throw std::out_of_range(personal);
    }
    void forget_deleted(ordo::Unit&, std::span<const ordo::OrderId>) override {}
    void record_deleted(ordo::Unit&, std::string_view, std::span<const ordo::OrderId>) override {}
    std::vector<Found> find_unknown_types(ordo::Read&, std::span<const std::string>) override { throw personal; }
};

class ThrowingStorePlugin final : public ordo::Plugin {
    void start(ordo::Host& host) override { host.register_store(store_); }

    ThrowingStore store_;
};
ORDO_PLUGIN(ThrowingStorePlugin)
