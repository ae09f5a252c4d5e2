/// A shop that Ordo and WooCommerce are both at, for many runs one after the other; and processes that die in the middle.
#pragma once

#include <atomic>
#include <filesystem>
#include <functional>
#include <memory>
#include <stdexcept>
#include <string>
#include <vector>

#include <unistd.h>

#include "kernel/database/fault_point.hpp"
#include "tests/support/order_model.hpp"
#include "tests/support/shop.hpp"
#include "tests/support/woocommerce_hand.hpp"

namespace ordo::test {

/// Runs the work; the process that does it dies at its `nth` statement (0: lives): from then on it gets nothing done. True: it died.
#if defined(ORDO_FAULT_POINTS)
inline constexpr bool kills = true;
inline bool killed_at(unsigned nth, const std::function<void()>& work) {
    struct Killed : std::runtime_error {
        Killed() : std::runtime_error("killed") {}
    };
    struct Restore {
        ~Restore() { database::fault_handler() = {}; }
    } restore;
    if (nth == 0) return work(), false;
    std::atomic<unsigned> passed = 0;
    database::fault_handler() = [&](std::string_view) {
        if (++passed >= nth) throw Killed{};
    };
    try {
        work();
    } catch (const Killed&) {
    } catch (const Error&) {  // it came by way of a plugin
        if (passed < nth) throw;
    }
    return passed >= nth;
}
#else
inline constexpr bool kills = false;
inline bool killed_at(unsigned, const std::function<void()>& work) { return work(), false; }
#endif

/// A shop's database, one for all runs, with Ordo and WooCommerce at it.
class ModelledShop {
public:
    ModelledShop() : other_(database::make_dialect(url()), log_), hand(other_) {
        open();
        kernel_->init_database();
        for (const char* store : {"hpos", "posts"}) REQUIRE(kernel_->controller().switch_authoritative_store(store, {}).obstacles.empty());
        for (const std::string& table : table_names(other_))
            if (table != "wp_options" && table != "wp_ordo_lock" && !table.starts_with("sqlite")) tables_.push_back(table);
    }
    void open() {
        kernel_.reset();
        KernelOptions options = kernel_options(url());
        // A switch is over at once: what only the old store has is a conflict, not a late change.
        options.config_file = directory_.write("ordo.toml", "[custom_orders_table]\nswitch_grace_s = 0\n");
        kernel_ = std::make_unique<Kernel>(options);
    }
    Kernel& kernel() { return *kernel_; }
    /// As on its first day. No id is given twice even so.
    void empty() {
        other_.write([&](Unit& unit) {
            for (const std::string& table : tables_) unit.execute("DELETE FROM " + table);
            unit.execute("DELETE FROM wp_ordo_capture");  // what the others' triggers noted of that
        });
        open();
    }
    /// What a process held that is dead: here, where it is this very process, nobody would take it for dead.
    void bury() {
        execute(other_, "UPDATE wp_ordo_lock SET heartbeat = 1 WHERE name = 'sync'");
        for (const char* sql : {"UPDATE wp_ordo_lease SET heartbeat = 1", "UPDATE wp_ordo_actions_claims SET date_created_gmt = '2000-01-01 00:00:00'"})
            execute(other_, sql);
    }
    std::vector<std::string> lines(const std::string& store) { return export_lines(*kernel_, store); }
    ModelShop look(const std::string& store) { return to_model(lines(store)); }

private:
    /// In memory where there is room: ten thousands of commits would wait for the disk.
    std::string url() const { return mariadb_socket().empty() ? "sqlite://" + (memory_.path() / "shop.db").string() : server_.url(); }

    TempDirectory directory_, memory_{access("/dev/shm", W_OK) == 0 ? "/dev/shm" : std::filesystem::temp_directory_path()};
    TestDatabase server_;
    QuietLog log_;
    database::SqlDatabase other_;
    std::unique_ptr<Kernel> kernel_;
    std::vector<std::string> tables_;

public:
    WooCommerceHand hand;
};

}  // namespace ordo::test
