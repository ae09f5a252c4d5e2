/// A shop without orders, and orders brought into it by their canonical form.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "tests/support/shop.hpp"

namespace ordo::test {

using Lines = std::vector<std::string>;

/// A database as `ordo db init` makes it, with one store authoritative.
class EmptyShop {
public:
    explicit EmptyShop(const std::string& store, std::optional<KernelOptions> options = std::nullopt)
        : kernel_(with_url(options.value_or(kernel_options()), storage_.url())) {
        kernel_.init_database();
        REQUIRE(kernel_.controller().switch_authoritative_store(store, {}).obstacles.empty());
        REQUIRE(kernel_.controller().get_orders_data_store() == store);
    }
    Kernel& kernel() { return kernel_; }
    Database& database() { return kernel_.database(); }
    std::string url() const { return storage_.url(); }

    OrderImportReport import_lines(const Lines& lines, OrderImportOptions options = {}) {
        std::string text;
        for (const std::string& line : lines) text += line + '\n';
        return kernel_.order_importer().import_orders(directory_.write("orders.jsonl", text), options);
    }
    OrderImportReport skip_existing(const Lines& lines) {
        OrderImportOptions options;
        options.existing = ExistingOrders::skip_equal;
        return import_lines(lines, options);
    }
    /// Code, message and hint of the import's failure, which has changed nothing: for people to read.
    std::string refusal_of(const Lines& lines, OrderImportOptions options = {}) {
        const auto before = everything();
        std::string refusal;
        try {
            import_lines(lines, options);
        } catch (const Error& error) {
            refusal = std::string(error.code().name) + ": " + error.what() + " | " + error.hint();
        }
        CHECK((everything() == before));
        return refusal;
    }
    Lines export_all(const std::string& store) {
        Lines lines;
        ExportOptions options{store, true, {}};
        kernel_.exporter().export_orders(options, [&](std::string_view line) { lines.emplace_back(line); });
        return lines;
    }

private:
    static KernelOptions with_url(KernelOptions options, const std::string& url) {
        options.database_url = url;
        return options;
    }
    std::vector<std::vector<SqlRow>> everything() {
        std::vector<std::vector<SqlRow>> tables;
        for (const std::string& table : table_names(database()))
            if (table != "wp_ordo_lock" && !table.starts_with("sqlite")) tables.push_back(select(database(), "SELECT * FROM " + table));
        return tables;
    }

    TempDirectory directory_;
    TestDatabase storage_;
    Kernel kernel_;
};

}  // namespace ordo::test
