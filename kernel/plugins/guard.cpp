/// One guard class per interface of the SDK; each method is one `guarded` call. No logic of orders. As thread-safe as
/// what is guarded.
#include "kernel/plugins/guard.hpp"

#include <cxxabi.h>

#include <cstdlib>
#include <map>
#include <mutex>
#include <typeinfo>

#include <fmt/format.h>

#include <ordo/captured_tables.hpp>
#include <ordo/error.hpp>
#include <ordo/order_details.hpp>
#include <ordo/order_query.hpp>
#include <ordo/store_integrity.hpp>

namespace ordo::plugins {
namespace {

class GuardedUnknownOrderTypes final : public UnknownOrderTypes {
public:
    GuardedUnknownOrderTypes(std::string plugin, UnknownOrderTypes& inner) : plugin_(std::move(plugin)), inner_(inner) {}
    std::vector<Found> find_unknown_types(Read& read, std::span<const std::string> known) override {
        return guarded(plugin_, "find_unknown_types", [&] { return inner_.find_unknown_types(read, known); });
    }

private:
    std::string plugin_;
    UnknownOrderTypes& inner_;
};

class GuardedStoredOrderTypes final : public StoredOrderTypes {
public:
    GuardedStoredOrderTypes(std::string plugin, StoredOrderTypes& inner) : plugin_(std::move(plugin)), inner_(inner) {}
    std::vector<std::string> stored_order_types(Read& read) override {
        return guarded(plugin_, "stored_order_types", [&] { return inner_.stored_order_types(read); });
    }

private:
    std::string plugin_;
    StoredOrderTypes& inner_;
};

class GuardedCapturedTables final : public CapturedTables {
public:
    GuardedCapturedTables(std::string plugin, CapturedTables& inner) : plugin_(std::move(plugin)), inner_(inner) {}
    std::vector<CapturedTable> captured_tables() const override {
        return guarded(plugin_, "captured_tables", [&] { return inner_.captured_tables(); });
    }
    std::vector<OrderStamp> find_stamps(Read& read, std::span<const OrderId> ids) override {
        return guarded(plugin_, "find_stamps", [&] { return inner_.find_stamps(read, ids); });
    }

private:
    std::string plugin_;
    CapturedTables& inner_;
};

class GuardedDeletionRecords final : public DeletionRecords {
public:
    GuardedDeletionRecords(std::string plugin, DeletionRecords& inner) : plugin_(std::move(plugin)), inner_(inner) {}
    std::vector<OrderId> list_deleted(Read& read, std::string_view lost_by, OrderId after, std::size_t count_max) override {
        return guarded(plugin_, "list_deleted", [&] { return inner_.list_deleted(read, lost_by, after, count_max); });
    }
    void forget_deleted(Unit& unit, std::span<const OrderId> ids) override {
        guarded(plugin_, "forget_deleted", [&] { inner_.forget_deleted(unit, ids); });
    }
    void record_deleted(Unit& unit, std::string_view lost_by, std::span<const OrderId> ids) override {
        guarded(plugin_, "record_deleted", [&] { inner_.record_deleted(unit, lost_by, ids); });
    }

private:
    std::string plugin_;
    DeletionRecords& inner_;
};

class GuardedStoreIntegrity final : public StoreIntegrity {
public:
    GuardedStoreIntegrity(std::string plugin, StoreIntegrity& inner) : plugin_(std::move(plugin)), inner_(inner) {}
    std::vector<OrderId> find_existing(Read& read, std::span<const OrderId> ids) override {
        return guarded(plugin_, "find_existing", [&] { return inner_.find_existing(read, ids); });
    }
    void find_stray_rows(Read& read, const IdRange& range, const EachStrayRows& each) override {
        guarded(plugin_, "find_stray_rows", [&] { inner_.find_stray_rows(read, range, each); });
    }
    void remove_rows(Unit& unit, std::string_view table, std::span<const std::uint64_t> rows) override {
        guarded(plugin_, "remove_rows", [&] { inner_.remove_rows(unit, table, rows); });
    }

private:
    std::string plugin_;
    StoreIntegrity& inner_;
};

class GuardedOrderDetailsIntegrity final : public OrderDetailsIntegrity {
public:
    GuardedOrderDetailsIntegrity(std::string plugin, OrderDetailsIntegrity& inner) : plugin_(std::move(plugin)), inner_(inner) {}
    std::vector<OrderId> list_owners(Read& read, const IdRange& range, std::size_t count_max) override {
        return guarded(plugin_, "list_owners", [&] { return inner_.list_owners(read, range, count_max); });
    }
    void find_rows_of(Read& read, std::span<const OrderId> orders, const EachStrayRows& each) override {
        guarded(plugin_, "find_rows_of", [&] { inner_.find_rows_of(read, orders, each); });
    }

private:
    std::string plugin_;
    OrderDetailsIntegrity& inner_;
};

class GuardedOrderDetails final : public OrderDetails {
public:
    GuardedOrderDetails(std::string plugin, OrderDetails& inner) : plugin_(std::move(plugin)), inner_(inner) {}
    Schema schema() const override {
        return guarded(plugin_, "schema", [&] { return inner_.schema(); });
    }
    void attach(Read& read, std::span<OrderRecord> orders, DetailParts parts) override {
        guarded(plugin_, "attach", [&] { inner_.attach(read, orders, parts); });
    }
    void attach_for_update(Unit& unit, std::span<OrderRecord> orders, DetailParts parts) override {
        guarded(plugin_, "attach_for_update", [&] { inner_.attach_for_update(unit, orders, parts); });
    }
    std::vector<std::uint64_t> write_items(Unit& unit, std::span<const ItemWrite> writes) override {
        return guarded(plugin_, "write_items", [&] { return inner_.write_items(unit, writes); });
    }
    std::vector<std::uint64_t> add_notes(Unit& unit, std::span<const NewNote> notes) override {
        return guarded(plugin_, "add_notes", [&] { return inner_.add_notes(unit, notes); });
    }
    bool remove_note(Unit& unit, OrderId order, std::uint64_t note) override {
        return guarded(plugin_, "remove_note", [&] { return inner_.remove_note(unit, order, note); });
    }
    void approve_notes(Unit& unit, OrderId order, std::span<const std::uint64_t> notes, std::string_view approved) override {
        guarded(plugin_, "approve_notes", [&] { inner_.approve_notes(unit, order, notes, approved); });
    }
    void erase(Unit& unit, std::span<const OrderId> orders) override {
        guarded(plugin_, "erase", [&] { inner_.erase(unit, orders); });
    }
    void insert(Unit& unit, std::span<const OrderRecord> orders) override {
        guarded(plugin_, "insert", [&] { inner_.insert(unit, orders); });
    }

private:
    std::string plugin_;
    OrderDetails& inner_;
};

class GuardedOrderIds final : public OrderIds {
public:
    GuardedOrderIds(std::string plugin, OrderIds& inner) : plugin_(std::move(plugin)), inner_(inner) {}
    Schema schema() const override {
        return guarded(plugin_, "schema", [&] { return inner_.schema(); });
    }
    std::vector<OrderId> allocate(Unit& unit, std::size_t count, std::string_view created_gmt, OrderId parent) override {
        return guarded(plugin_, "allocate", [&] { return inner_.allocate(unit, count, created_gmt, parent); });
    }
    void reserve(Unit& unit, std::span<const ReservedId> ids) override {
        guarded(plugin_, "reserve", [&] { inner_.reserve(unit, ids); });
    }
    void release(Unit& unit, std::span<const OrderId> ids) override {
        guarded(plugin_, "release", [&] { inner_.release(unit, ids); });
    }

private:
    std::string plugin_;
    OrderIds& inner_;
};

class GuardedOrderProducts final : public OrderProducts {
public:
    GuardedOrderProducts(std::string plugin, OrderProducts& inner) : plugin_(std::move(plugin)), inner_(inner) {}
    std::vector<std::uint64_t> find_needing_processing(Read& read, std::span<const std::uint64_t> products) override {
        return guarded(plugin_, "find_needing_processing", [&] { return inner_.find_needing_processing(read, products); });
    }
    std::vector<UntaxedProduct> find_untaxed(Read& read, std::span<const std::uint64_t> products) override {
        return guarded(plugin_, "find_untaxed", [&] { return inner_.find_untaxed(read, products); });
    }

private:
    std::string plugin_;
    OrderProducts& inner_;
};

class GuardedOrderCustomers final : public OrderCustomers {
public:
    GuardedOrderCustomers(std::string plugin, OrderCustomers& inner) : plugin_(std::move(plugin)), inner_(inner) {}
    std::map<std::uint64_t, std::string> find_emails(Read& read, std::span<const std::uint64_t> customers) override {
        return guarded(plugin_, "find_emails", [&] { return inner_.find_emails(read, customers); });
    }

private:
    std::string plugin_;
    OrderCustomers& inner_;
};

class GuardedOrderSearch final : public OrderSearch {
public:
    GuardedOrderSearch(std::string plugin, OrderSearch& inner) : plugin_(std::move(plugin)), inner_(inner) {}
    std::vector<OrderId> find(Read& read, const OrderQuery& query) override {
        return guarded(plugin_, "find", [&] { return inner_.find(read, query); });
    }
    std::uint64_t count(Read& read, const OrderQuery& query) override {
        return guarded(plugin_, "count", [&] { return inner_.count(read, query); });
    }
    std::vector<StatusCount> count_by_status(Read& read, std::span<const std::string> types) override {
        return guarded(plugin_, "count_by_status", [&] { return inner_.count_by_status(read, types); });
    }

private:
    std::string plugin_;
    OrderSearch& inner_;
};

class GuardedOrderParticipant final : public OrderParticipant {
public:
    GuardedOrderParticipant(std::string plugin, OrderParticipant& inner) : plugin_(std::move(plugin)), inner_(inner) {}
    void order_saved(Unit& unit, const OrderRecord* before, const OrderRecord& after) override {
        guarded(plugin_, "order_saved", [&] { inner_.order_saved(unit, before, after); });
    }
    void order_erased(Unit& unit, const OrderRecord& before) override {
        guarded(plugin_, "order_erased", [&] { inner_.order_erased(unit, before); });
    }

private:
    std::string plugin_;
    OrderParticipant& inner_;
};

class GuardedStore final : public OrderDataStore {
public:
    GuardedStore(std::string plugin, OrderDataStore& inner) : plugin_(std::move(plugin)), inner_(inner) {}

    const StoreTraits& traits() const noexcept override { return inner_.traits(); }
    Schema schema() const override {
        return guarded(plugin_, "schema", [&] { return inner_.schema(); });
    }
    std::vector<OrderStamp> list(Read& read, const ListRequest& request) override {
        return guarded(plugin_, "list", [&] { return inner_.list(read, request); });
    }
    std::vector<OrderRecord> read(Read& read, std::span<const OrderId> ids) override {
        return guarded(plugin_, "read", [&] { return inner_.read(read, ids); });
    }
    std::vector<WriteResult> write(Unit& unit, std::span<const OrderWrite> writes) override {
        return guarded(plugin_, "write", [&] { return inner_.write(unit, writes); });
    }
    StoreCount count(Read& read, std::span<const std::string> types) override {
        return guarded(plugin_, "count", [&] { return inner_.count(read, types); });
    }
    void* find_interface(std::string_view id_and_revision) noexcept override {
        void* const implementation = inner_.find_interface(id_and_revision);
        if (!implementation) return nullptr;
        const std::lock_guard lock(mutex_);
        auto& guard = guards_[std::string(id_and_revision)];
        if (!guard) guard = guard_interface(id_and_revision, plugin_, implementation);
        return guard.get();
    }

private:
    std::string plugin_;
    OrderDataStore& inner_;
    std::mutex mutex_;
    std::map<std::string, std::shared_ptr<void>, std::less<>> guards_;  ///< one for each interface that was asked for
};

template <class Guard, class Interface>
std::shared_ptr<void> make_guard(std::string plugin, void* implementation) {
    // By way of the interface's own type: whoever gets the pointer casts it back to exactly that.
    const std::shared_ptr<Interface> guard = std::make_shared<Guard>(std::move(plugin), *static_cast<Interface*>(implementation));
    return guard;
}

}  // namespace

std::string current_exception_type() {
    const std::type_info* const type = abi::__cxa_current_exception_type();
    if (!type) return "unknown";
    int status = 0;
    const std::unique_ptr<char, void (*)(void*)> readable(abi::__cxa_demangle(type->name(), nullptr, nullptr, &status), &std::free);
    return readable ? readable.get() : type->name();
}

void rethrow_attributed(std::string_view plugin, std::string_view operation) {
    try {
        throw;
    } catch (const Error& error) {
        throw Error(error.code(), fmt::format("plugin {}: {}: {}", plugin, operation, error.what()), error.hint());
    } catch (...) {
        throw Error(errc::plugin_failed, fmt::format("plugin {}: {} failed: {}", plugin, operation, current_exception_type()));
    }
}

std::unique_ptr<OrderDataStore> guard_store(std::string plugin, OrderDataStore& store) {
    return std::make_unique<GuardedStore>(std::move(plugin), store);
}

std::unique_ptr<OrderParticipant> guard_participant(std::string plugin, OrderParticipant& participant) {
    return std::make_unique<GuardedOrderParticipant>(std::move(plugin), participant);
}

std::shared_ptr<void> guard_interface(std::string_view id_and_revision, std::string plugin, void* implementation) {
    if (id_and_revision == OrderDetails::interface_id)
        return make_guard<GuardedOrderDetails, OrderDetails>(std::move(plugin), implementation);
    if (id_and_revision == OrderIds::interface_id) return make_guard<GuardedOrderIds, OrderIds>(std::move(plugin), implementation);
    if (id_and_revision == OrderProducts::interface_id) return make_guard<GuardedOrderProducts, OrderProducts>(std::move(plugin), implementation);
    if (id_and_revision == OrderCustomers::interface_id) return make_guard<GuardedOrderCustomers, OrderCustomers>(std::move(plugin), implementation);
    if (id_and_revision == OrderSearch::interface_id) return make_guard<GuardedOrderSearch, OrderSearch>(std::move(plugin), implementation);
    if (id_and_revision == UnknownOrderTypes::interface_id)
        return make_guard<GuardedUnknownOrderTypes, UnknownOrderTypes>(std::move(plugin), implementation);
    if (id_and_revision == StoredOrderTypes::interface_id)
        return make_guard<GuardedStoredOrderTypes, StoredOrderTypes>(std::move(plugin), implementation);
    if (id_and_revision == CapturedTables::interface_id) return make_guard<GuardedCapturedTables, CapturedTables>(std::move(plugin), implementation);
    if (id_and_revision == DeletionRecords::interface_id)
        return make_guard<GuardedDeletionRecords, DeletionRecords>(std::move(plugin), implementation);
    if (id_and_revision == StoreIntegrity::interface_id)
        return make_guard<GuardedStoreIntegrity, StoreIntegrity>(std::move(plugin), implementation);
    if (id_and_revision == OrderDetailsIntegrity::interface_id)
        return make_guard<GuardedOrderDetailsIntegrity, OrderDetailsIntegrity>(std::move(plugin), implementation);
    return {std::shared_ptr<void>(), implementation};  // owns nothing
}

}  // namespace ordo::plugins
