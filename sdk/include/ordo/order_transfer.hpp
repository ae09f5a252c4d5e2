/// Orders and whole shops in and out: the two forms of an order, and mysqldumps. Implemented by the kernel.
#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <ordo/types.hpp>

namespace ordo {

/// How an exported order is written. Either is a JSON object, the same bytes from either store and either database.
enum class ExportForm : std::uint8_t {
    canonical,    ///< everything that is stored, nothing computed: what "lossless" is measured by
    woocommerce,  ///< what WooCommerce's API reads: properties computed and rounded as it does, hidden meta left out
};

struct ExportOptions {
    std::optional<std::string> store;      ///< "posts", "hpos" …; default: the authoritative one
    bool include_auto_drafts = false;
    std::function<bool()> stop_requested;
    ExportForm form = ExportForm::canonical;
};

/// Orders as JSON, an object an order.
class OrderExporter {
public:
    virtual ~OrderExporter() = default;
    /// Calls `line` for every order, ascending by id, without a line end. Gives their number.
    virtual std::uint64_t export_orders(const ExportOptions& options, const std::function<void(std::string_view line)>& line) = 0;
    /// One order's line; `nullopt` if the store does not have it.
    virtual std::optional<std::string> get(OrderId order, const ExportOptions& options) = 0;
};

/// What becomes of orders that the store has already.
enum class ExistingOrders : std::uint8_t {
    refuse,      ///< any is an error
    skip_equal,  ///< those whose canonical form is the line's are left as they are; others are an error
};

struct OrderImportOptions {
    std::optional<std::string> store;      ///< "posts", "hpos" …; default: the authoritative one
    ExistingOrders existing = ExistingOrders::refuse;
    std::function<void(std::uint64_t bytes_read)> progress;  ///< of the file as it lies on disk
    std::function<bool()> stop_requested;  ///< asked between batches
};

struct OrderImportReport {
    std::string store;
    std::uint64_t imported = 0, skipped = 0;
    bool interrupted = false;              ///< what is reported is in; `skip_equal` goes on after it
    double seconds = 0;
};

/// The inverse of `OrderExporter`: orders in their canonical form become orders again, ids of orders, items and notes kept, so
/// that an export gives the same bytes. What the form leaves out is made anew (address indexes, placeholders, comment counts).
/// Nothing that is there is changed; other stores get the orders when they are next synchronised.
class OrderImporter {
public:
    virtual ~OrderImporter() = default;
    /// Reads a file (plain or gzip; "-": standard input), a batch of at most 500 lines in one transaction, in constant memory.
    /// The first line that cannot be imported ends it; then nothing of its batch is in, the batches before stay, and the
    /// error's hint says how many orders that is. Throws `ordo.import.bad_order` (no canonical form, with line and place),
    /// `ordo.order.exists`, `ordo.order.type_unknown`, `ordo.order.refused` (with field and rule), `ordo.sync.locked`.
    virtual OrderImportReport import_orders(const std::filesystem::path& file, const OrderImportOptions& options) = 0;
};

enum class ExistingTables : std::uint8_t { refuse, replace };

struct ImportOptions {
    ExistingTables existing = ExistingTables::refuse;
    std::function<void(std::uint64_t bytes_read)> progress;  ///< of the file as it lies on disk
    std::function<bool()> stop_requested;
};

struct ImportReport {
    struct TableRows {
        std::string table;
        std::uint64_t rows = 0;
    };
    std::vector<TableRows> tables;         ///< in the order of the dump
    std::uint64_t rows = 0;
    double seconds = 0;
};

class DumpImporter {
public:
    virtual ~DumpImporter() = default;
    /// Reads one or several mysqldumps in a row (plain or gzip). A failed import leaves the database as it was.
    /// Throws `ordo.import.*` with the line of the dump.
    virtual ImportReport import_dump(const std::filesystem::path& dump, const ImportOptions& options) = 0;
    /// Tables of the dump that exist already, for asking before `replace`. Reads the whole file.
    virtual std::vector<std::string> existing_tables(const std::filesystem::path& dump) = 0;
};

}  // namespace ordo
