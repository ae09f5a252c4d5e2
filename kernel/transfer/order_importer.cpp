/// See order_importer.hpp. Lines become records, a batch of them one unit: what is there already is looked at first, then
/// placeholders, the store's rows, kept values, items and notes are written.
#include "kernel/transfer/order_importer.hpp"

#include <algorithm>
#include <chrono>

#include <fmt/format.h>

#include <ordo/order_details.hpp>

#include "kernel/orders/address_index.hpp"
#include "kernel/orders/canonical_form.hpp"
#include "kernel/orders/canonical_reader.hpp"
#include "kernel/orders/order_compare.hpp"
#include "kernel/orders/order_writer.hpp"
#include "kernel/transfer/dump_reader.hpp"

namespace ordo::transfer {
namespace {

constexpr std::size_t batch_lines_max = 500;
constexpr std::size_t batch_bytes_max = std::size_t{32} << 20U;
constexpr std::size_t line_bytes_max = std::size_t{256} << 20U;

struct Line {
    std::uint64_t number = 0;
    std::string text;         ///< the order's canonical form
    OrderRecord record;
};

/// Ascending by the orders' ids.
using Batch = std::vector<Line>;

/// Without its end; `nullopt` behind the last one.
std::optional<std::string> read_line(DumpReader& reader, std::uint64_t number) {
    if (reader.at_end()) return std::nullopt;
    std::string line;
    for (std::string_view ahead = reader.ahead(); !ahead.empty(); ahead = reader.ahead()) {
        const std::size_t end = ahead.find('\n');
        line += ahead.substr(0, end);
        if (line.size() > line_bytes_max) throw reader.error(errc::import_bad_order, number, fmt::format("longer than {} bytes", line_bytes_max));
        reader.take(std::min(end, ahead.size() - 1) + 1);
        if (end != std::string_view::npos) break;
    }
    return line;
}

Batch read_batch(DumpReader& reader) {
    Batch batch;
    for (std::size_t bytes = 0; batch.size() < batch_lines_max && bytes < batch_bytes_max;) {
        const std::uint64_t number = reader.line();
        auto text = read_line(reader, number);
        if (!text) break;
        bytes += text->size();
        try {
            OrderRecord record = orders::read_canonical(*text);
            for (MetaRow& row : orders::make_address_indexes(record)) record.meta.push_back(std::move(row));
            batch.push_back({number, std::move(*text), std::move(record)});
        } catch (const Error& error) {
            throw reader.error(error.code(), number, error.what(), error.hint());
        }
    }
    std::stable_sort(batch.begin(), batch.end(), [](const Line& a, const Line& b) { return a.record.id < b.record.id; });
    for (std::size_t i = 1; i < batch.size(); ++i)
        if (batch[i].record.id == batch[i - 1].record.id)
            throw reader.error(errc::import_bad_order, batch[i].number,
                               fmt::format("/id: order {} stands on line {} already", batch[i].record.id, batch[i - 1].number));
    return batch;
}

/// "3 orders: 43, 44, 45"; of many the first few.
std::string name(std::span<const OrderId> ids) {
    constexpr std::size_t named_max = 5;
    std::string named = fmt::format("{} order{}: ", ids.size(), ids.size() == 1 ? "" : "s");
    for (std::size_t i = 0; i < std::min(ids.size(), named_max); ++i) named += fmt::format("{}{}", i ? ", " : "", ids[i]);
    return named + (ids.size() > named_max ? " …" : "");
}

bool has_details(const OrderRecord& order) { return !order.items.empty() || !order.notes.empty(); }

/// An order's items and notes alone, to be compared or written.
OrderRecord details_of(const OrderRecord& order) { return {order.id, {}, {}, {}, order.items, order.notes}; }

/// One batch within its unit.
class BatchWriter {
public:
    BatchWriter(const OrderImportServices& services, const std::string& target, ExistingOrders existing, Unit& unit, std::span<const Line> batch)
        : services_(services), target_(target), existing_(existing), unit_(unit), batch_(batch), view_(*services.stores, unit),
          details_(find_interface<OrderDetails>(services.stores->registry())) {
        for (const Line& line : batch) ids_.push_back(line.record.id);
    }

    /// Gives the number of orders written. Throws before the first statement that writes if it is known by then.
    std::uint64_t run() {
        check_types();
        check_posts();
        load_details();
        find_fresh();
        if (fresh_.empty()) return 0;
        reserve_ids();
        write_store();
        if (details_ && !fresh_details_.empty()) details_->insert(unit_, fresh_details_);
        return fresh_.size();
    }

private:
    void check_types() const {
        const auto& types = view_.order_types();
        for (const Line& line : batch_)
            if (std::find(types.begin(), types.end(), line.record.type) == types.end())
                throw Error(errc::order_type_unknown,
                            fmt::format("order {} on line {} is of the type {}, which no plugin registers", line.record.id, line.number,
                                        masked(Privacy::open, FieldValue{line.record.type, false})),
                            "load its plugin, or list the type in [custom_orders_table] order_types");
    }

    /// An id that a product or a page has is no order's.
    void check_posts() const {
        if (!services_.stores->knows(store_posts) || !view_.has_tables(store_posts)) return;
        const auto& types = view_.order_types();
        std::vector<OrderId> taken;
        for (const OrderRecord& post : services_.stores->get(store_posts).read(unit_, ids_))
            if (std::find(types.begin(), types.end(), post.type) == types.end()) taken.push_back(post.id);
        if (!taken.empty())
            throw Error(errc::order_exists, fmt::format("posts that are no orders have the ids of {}", name(taken)),
                        "orders keep their ids; bring them into a database whose posts are not numbered alike");
    }

    /// What hangs on the orders' ids already, whoever has the order.
    void load_details() {
        for (const OrderId id : ids_) there_.push_back({id, {}, {}, {}, {}, {}});
        if (details_) details_->attach(unit_, there_);
        for (const Line& line : batch_)
            if (!details_ && has_details(line.record))
                throw Error(errc::usage, fmt::format("order {} has items or notes, and no loaded plugin keeps any", line.record.id),
                            "load the plugin woocommerce: [plugins] load");
    }

    /// Sorts out the orders to be written, with the items and notes that are not there yet.
    void find_fresh() {
        std::vector<OrderId> exist, differ, other_details;
        const auto held = view_.read(target_, ids_, AutoDrafts::include);
        auto next = held.begin();
        for (std::size_t i = 0; i < batch_.size(); ++i) {
            const OrderRecord& record = batch_[i].record;
            while (next != held.end() && next->record.id < record.id) ++next;
            if (next != held.end() && next->record.id == record.id) {
                OrderRecord whole = next->record;
                whole.items = there_[i].items;
                whole.notes = there_[i].notes;
                exist.push_back(record.id);
                if (orders::canonical_form(whole) != batch_[i].text) differ.push_back(record.id);
                continue;
            }
            fresh_.push_back(&record);
            if (!has_details(there_[i])) {
                if (has_details(record)) fresh_details_.push_back(details_of(record));
            } else if (orders::canonical_form(there_[i]) != orders::canonical_form(details_of(record))) {
                other_details.push_back(record.id);
            }
        }
        if (existing_ == ExistingOrders::refuse && !exist.empty())
            throw Error(errc::order_exists, fmt::format("already in {}: {}", target_, name(exist)), "--skip-existing leaves out those that are equal");
        if (!differ.empty())
            throw Error(errc::order_exists, fmt::format("already in {}, and different there: {}", target_, name(differ)),
                        "an import changes no order; look at one with `ordo order get ID`");
        if (!other_details.empty())
            throw Error(errc::order_exists, fmt::format("other items or notes hang already on the ids of {}", name(other_details)),
                        "an import changes none; they belong to an order of another store, or were left behind by one");
    }

    /// While there are posts, an order's id is one of theirs.
    void reserve_ids() const {
        if (target_ == store_posts || !unit_.table_exists(services_.table_prefix + "posts")) return;
        auto* ids = find_interface<OrderIds>(services_.stores->registry());
        if (!ids) throw Error(errc::usage, "no loaded plugin takes ids of posts for orders", "load the plugin woocommerce: [plugins] load");
        std::vector<FieldValue> dates;
        dates.reserve(fresh_.size());  // the views below stay valid
        std::vector<ReservedId> reserved;
        for (const OrderRecord* record : fresh_) {
            const auto parent = record->get(FieldId::parent_order_id);
            dates.push_back(record->get(FieldId::date_created_gmt).value_or(FieldValue{}));
            reserved.push_back({record->id, dates.back().text, OrderId{parent && !parent->raw ? std::stoull(parent->text) : 0}});
        }
        ids->reserve(unit_, reserved);
    }

    void write_store() const {
        std::vector<OrderWrite> writes;
        for (const OrderRecord* record : fresh_) writes.push_back(orders::make_insert(*record));
        for (const WriteResult& result : orders::write_orders(unit_, *services_.stores, target_, writes, fresh_))
            if (result.outcome != Outcome::written) refuse(result);
    }

    [[noreturn]] void refuse(const WriteResult& result) const {
        const Fault* fault = result.faults.empty() ? nullptr : &result.faults.front();
        const std::string field = !fault ? "" : fault->field ? std::string(field_spec(*fault->field).name) : fault->meta_key;
        throw Error(errc::order_refused,
                    fmt::format("{} cannot hold order {}: {}{}{}", target_, result.id, fitting_prefix(field, 60, false), field.empty() ? "" : ": ",
                                to_string(fault ? fault->rule : Rule::store_refused)),
                    "correct the order, or leave its line out");
    }

    const OrderImportServices& services_;
    const std::string& target_;
    ExistingOrders existing_;
    Unit& unit_;
    std::span<const Line> batch_;
    orders::StoreView view_;
    OrderDetails* details_;
    std::vector<OrderId> ids_;
    std::vector<OrderRecord> there_;              ///< what hangs on each id of the batch
    std::vector<const OrderRecord*> fresh_;
    std::vector<OrderRecord> fresh_details_;
};

class JsonLinesImporter final : public OrderImporter {
public:
    explicit JsonLinesImporter(OrderImportServices services) : services_(std::move(services)) {}

    OrderImportReport import_orders(const std::filesystem::path& file, const OrderImportOptions& options) override {
        const auto began = std::chrono::steady_clock::now();
        OrderImportReport report;
        report.store = options.store.value_or(services_.authoritative());
        services_.stores->get(report.store);
        const bool from_input = file == "-";
        DumpReader reader(from_input ? "standard input" : file.string(), from_input ? open_standard_input() : open_dump_file(file),
                          [&](std::uint64_t bytes_read) {
                              if (options.progress) options.progress(bytes_read);
                          });
        services_.create_tables(report.store);
        const auto confirm = services_.lock();
        try {
            for (Batch batch = read_batch(reader); !batch.empty(); batch = read_batch(reader)) {
                report.interrupted = options.stop_requested && options.stop_requested();
                if (report.interrupted) break;
                std::uint64_t written = 0;
                services_.database->write([&](Unit& unit) {
                    confirm(unit);
                    // A second time: the connection was lost. If that was in the commit itself, all of it is there, and equal.
                    const ExistingOrders existing = written > 0 ? ExistingOrders::skip_equal : options.existing;
                    written = std::max(written, BatchWriter(services_, report.store, existing, unit, batch).run());
                });
                report.imported += written;
                report.skipped += batch.size() - written;
            }
        } catch (const Error& error) {
            if (report.imported == 0) throw;
            throw Error(error.code(), error.what(),
                        fmt::format("{}{}{} orders of it are in; with --skip-existing the next import goes on after them", error.hint(),
                                    error.hint().empty() ? "" : "; ", report.imported));
        }
        report.seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - began).count();
        return report;
    }

private:
    OrderImportServices services_;
};

}  // namespace

std::unique_ptr<OrderImporter> make_order_importer(OrderImportServices services) {
    return std::make_unique<JsonLinesImporter>(std::move(services));
}

}  // namespace ordo::transfer
