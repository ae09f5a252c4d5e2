/// See order_service.hpp. Reading and saving; what is done to whole orders stands in order_operations.cpp.
#include "kernel/orders/order_service.hpp"

#include <algorithm>
#include <array>
#include <set>

#include "kernel/orders/order_input.hpp"

namespace ordo::orders {
namespace {

/// Posts keep the dates of payment and completion a second time, by the site's clocks: old plugins read them there.
void set_local_date(OrderRecord& order, FieldId field, std::string_view key, const SiteZone& zone) {
    const auto date = order.get(field);
    const auto instant = date && !date->raw ? parse_datetime(date->text) : std::nullopt;
    if (instant) ordo::detail::set_meta_row(order.meta, key, zone.to_local(*instant));
}

/// An address' part that is emptied is absent, as WooCommerce leaves it; and the billing e-mail serves two columns.
void normalise_addresses(Order& order) {
    OrderRecord& record = order.record();
    for (const FieldSpec& spec : order_fields) {
        const bool address = spec.hpos_row == HposRow::billing_address || spec.hpos_row == HposRow::shipping_address || spec.id == FieldId::billing_email;
        const auto value = address ? record.get(spec.id) : std::nullopt;
        if (value && value->text.empty() && order.loaded().get(spec.id) != value) record.set(spec.id, std::nullopt);
    }
    if (order.loaded().get(FieldId::billing_email) != record.get(FieldId::billing_email) &&
        order.loaded().get(FieldId::billing_address_email) == record.get(FieldId::billing_address_email))
        record.set(FieldId::billing_address_email, record.get(FieldId::billing_email));
}

bool is_to_be_saved(const Order& order) { return order.get_id() == OrderId{} || !equal_content(order.loaded(), order.record()); }

std::vector<std::uint64_t> products_of(const OrderRecord& order) {
    std::vector<std::uint64_t> products;
    for (const ItemRecord& item : order.items) {
        const auto id_of = [&](std::string_view key) {
            const auto row = ordo::detail::find_meta_row(item.meta, key);
            return row ? ordo::detail::to_number(item.meta[*row].value.value_or("")) : 0;
        };
        const std::uint64_t variation = item.type == "line_item" ? id_of("_variation_id") : 0;
        const std::uint64_t product = item.type == "line_item" && variation == 0 ? id_of("_product_id") : variation;
        if (product != 0) products.push_back(product);
    }
    return products;
}

/// Only who has the order open in an editor: that is no change of it.
bool only_edit_lock(const Order& order) {
    OrderRecord before = order.loaded(), after = order.record();
    for (OrderRecord* record : {&before, &after}) std::erase_if(record->meta, [](const MetaRow& row) { return row.key == "_edit_lock"; });
    return equal_content(before, after);
}

}  // namespace

OrderService::OrderService(OrderServices services, const OrderEvents& events)
    : unit_(std::move(services)), events_(events), statuses_(unit_.services().stores->registry().order_statuses()) {}

void OrderService::read(const std::function<void(Read&, const std::string& store)>& body) {
    const std::string store = unit_.services().controller->get_orders_data_store();
    unit_.services().database->read([&](Read& read) { body(read, store); });
}

std::vector<Order> OrderService::get_many(std::span<const OrderId> ids) {
    std::vector<OrderId> sorted(ids.begin(), ids.end());
    std::sort(sorted.begin(), sorted.end());
    sorted.erase(std::unique(sorted.begin(), sorted.end()), sorted.end());
    std::vector<Order> orders;
    read([&](Read& read, const std::string& store) {
        orders.clear();
        for (OrderRecord& record : unit_.load(read, store, sorted)) orders.emplace_back(std::move(record));
    });
    return orders;
}

OrderPage OrderService::find(const OrderQuery& query) {
    OrderPage page;
    read([&](Read& read, const std::string& store) {
        page = {};
        OrderSearch& search = unit_.search_of(store);
        const StoreView view(*unit_.services().stores, read);
        if (!view.has_tables(store)) return;
        OrderQuery asked = query;
        if (asked.types.empty())
            for (const std::string& type : view.order_types())
                if (type != type_shop_order_refund) asked.types.push_back(type);
        const bool any = std::find(asked.statuses.begin(), asked.statuses.end(), "all") != asked.statuses.end();
        if (any) {
            asked.statuses.clear();  // those, too, that no plugin registers any more
        } else if (asked.statuses.empty()) {
            asked.statuses = statuses_.stored();
            std::erase_if(asked.statuses, [](const std::string& status) { return status == "trash" || status == "auto-draft"; });
        } else {
            for (std::string& status : asked.statuses) status = stored_status(status);
        }
        page.ids = search.find(read, asked);
        page.total = asked.limit == 0 ? page.ids.size() : search.count(read, asked);
        page.pages = asked.limit == 0 ? 0 : (page.total + asked.limit - 1) / asked.limit;
    });
    return page;
}

OrderId OrderService::get_id_by_order_key(std::string_view key) {
    if (key.empty()) return {};
    OrderQuery query;
    query.fields = {{FieldId::order_key, {std::string(key)}}};
    query.statuses = {"all"};
    for (const Order& order : get_many(find(query).ids))
        if (order.key_is_valid(key)) return order.get_id();  // the column's collation takes others for it too
    return {};
}

std::vector<Order> OrderService::get_refunds(OrderId parent) {
    std::vector<Order> refunds;
    read([&](Read& read, const std::string& store) {
        refunds.clear();
        for (OrderRecord& record : unit_.load(read, store, unit_.find_children(read, store, {&parent, 1}))) refunds.emplace_back(std::move(record));
    });
    return refunds;
}

std::vector<NoteRecord> OrderService::get_notes(OrderId order) {
    std::vector<OrderRecord> records;
    read([&](Read& read, const std::string&) {
        records.assign(1, {order, {}, {}, {}, {}, {}});
        if (auto* details = find_interface<OrderDetails>(unit_.services().stores->registry())) details->attach(read, records, DetailParts::notes);
    });
    return std::move(records.front().notes);
}

std::vector<HistoryEntry> OrderService::get_history(OrderId order) {
    std::vector<HistoryEntry> entries;
    unit_.services().database->read([&](Read& read) { entries = unit_.journal().list(read, order); });
    return entries;
}

bool OrderService::Processing::needed_by(const OrderRecord& order) {
    const std::vector<std::uint64_t> products = products_of(order);
    const auto is_known = [&](std::uint64_t product) { return products_.contains(product); };
    auto* interface = find_interface<OrderProducts>(services_.stores->registry());
    if (interface && !std::all_of(products.begin(), products.end(), is_known)) {
        std::set<std::uint64_t> unknown(products.begin(), products.end());
        for (const Order& other : std::exchange(orders_, {})) for (const std::uint64_t product : products_of(other.record())) unknown.insert(product);
        const std::vector<std::uint64_t> asked(unknown.begin(), unknown.end());
        std::vector<std::uint64_t> needing;
        services_.database->read([&](Read& read) { needing = interface->find_needing_processing(read, asked); });
        for (const std::uint64_t product : asked) products_[product] = std::binary_search(needing.begin(), needing.end(), product);
    }
    return interface && std::any_of(products.begin(), products.end(), [&](std::uint64_t product) { return products_.at(product); });
}

std::map<OrderId, std::string> OrderService::take_customers_emails(std::span<Order> orders) {
    auto* customers = find_interface<OrderCustomers>(unit_.services().stores->registry());
    const auto lacks = [](const Order& order) {
        return !order.is_refund() && order.get_customer_id() != 0 && order.get_billing_email().empty() && is_to_be_saved(order);
    };
    std::vector<std::uint64_t> asked;
    for (const Order& order : orders)
        if (lacks(order)) asked.push_back(order.get_customer_id());
    std::map<OrderId, std::string> of_orders;
    if (asked.empty() || !customers) return of_orders;
    std::sort(asked.begin(), asked.end());
    asked.erase(std::unique(asked.begin(), asked.end()), asked.end());
    std::map<std::uint64_t, std::string> emails;
    unit_.services().database->read([&](Read& read) { emails = customers->find_emails(read, asked); });
    for (Order& order : orders) {
        const auto email = lacks(order) ? emails.find(order.get_customer_id()) : emails.end();
        if (email == emails.end() || !is_email(email->second)) continue;
        if (order.get_id() == OrderId{}) order.set_billing_email(email->second);
        else of_orders[order.get_id()] = email->second;
    }
    return of_orders;
}

void OrderService::settle_status(Order& order, const Transition& change, Processing& processing) {
    // A date that came with the status stays.
    const bool completed_given = order.loaded().get(FieldId::date_completed_gmt) != order.record().get(FieldId::date_completed_gmt);
    if (!order.get_date_paid() && is_paid_status(change.to)) {
        const std::string paid = processing.paid_status(order.record());
        if (change.to == paid || paid == "processing") order.set_date_paid(now());
    }
    if (change.to == "completed" && !completed_given) order.set_date_completed(now());
}

void OrderService::require_parent(const Order& refund) {
    const OrderId parent = refund.get_parent_id();
    const auto found = parent == OrderId{} ? std::nullopt : get(parent);
    if (!found || found->is_refund())
        throw Error(errc::order_bad_value, fmt::format("parent_id: there is no order {} that a refund could be of", parent), "create refunds with refund(), or `ordo order refund ID`");
}

options::OptionValues OrderService::read_shop() const {
    static constexpr std::array<std::string_view, 14> names{
        "siteurl", "woocommerce_calc_taxes", "woocommerce_currency", "woocommerce_default_country", "woocommerce_price_decimal_sep",
        "woocommerce_price_num_decimals", "woocommerce_prices_include_tax", "woocommerce_shipping_tax_class", "woocommerce_store_city",
        "woocommerce_store_postcode", "woocommerce_tax_based_on", "woocommerce_tax_classes", "woocommerce_tax_round_at_subtotal", "woocommerce_version"};
    return unit_.services().options->get_many(names);
}

OrderService::Prepared OrderService::prepare(const Order& given, const options::OptionValues& shop, Processing& processing) {
    const OrderId id = given.get_id();
    const bool is_new = id == OrderId{};
    if (!given.is_refund()) events_.before_save(id, given);
    Prepared prepared{events_.filter_save(given, id), {}, {}};
    Order& order = prepared.order;
    if (is_new) {
        const auto& types = unit_.services().stores->declared_order_types();
        if (std::find(types.begin(), types.end(), order.get_type()) == types.end())
            throw Error(errc::order_type_unknown, fmt::format("no plugin registers the order type \"{}\"", fitting_prefix(order.get_type(), 40, false)),
                        "load its plugin, or list the type in [custom_orders_table] order_types");
    }
    check_input(order, statuses_);
    normalise_addresses(order);
    const NewOrderDefaults defaults = new_order_defaults(shop);
    const std::string from = is_new ? "pending" : Order(order.loaded()).get_status();
    if (is_new) {
        complete_new_order(order, defaults, now());
    } else {
        const bool modified_given = order.loaded().get(FieldId::date_updated_gmt) != order.record().get(FieldId::date_updated_gmt);
        if (!modified_given && !only_edit_lock(order)) order.set_date_modified(now());
        order.set_text(FieldId::woocommerce_version, defaults.version);
    }
    const std::string to = order.get_status();
    if (!order.is_refund() && from != to && !(is_new && is_draft_status(to))) {
        prepared.transition = Transition{from, to};
        settle_status(order, *prepared.transition, processing);
    }
    for (const auto& [field, key] : {std::pair{FieldId::date_paid_gmt, "_paid_date"}, std::pair{FieldId::date_completed_gmt, "_completed_date"}})
        if (order.loaded().get(field) != order.record().get(field)) set_local_date(order.record(), field, key, *unit_.services().site_zone);
    for (const ItemRecord& item : order.loaded().items)
        if (!order.get_item(item.id)) events_.before_delete_item(id, item.id);
    prepared.refusals = events_.can_save(id, order);
    return prepared;
}

std::vector<SaveResult> OrderService::save_many(std::span<Order> orders, const SaveOptions& options) {
    std::set<OrderId> ids;
    for (const Order& order : orders)
        if (order.get_id() != OrderId{} && !ids.insert(order.get_id()).second) throw Error(errc::usage, fmt::format("order {} is twice among the orders to be saved", order.get_id()));
    const std::map<OrderId, std::string> emails = take_customers_emails(orders);
    std::vector<SaveResult> results(orders.size());
    std::vector<Prepared> prepared;
    std::vector<std::size_t> positions;   // of the works, among the orders
    std::optional<options::OptionValues> shop;
    Processing processing(unit_.services(), orders);
    OrderUnit::Plan plan;
    plan.actor = options.actor;
    auto transitions = std::make_shared<std::vector<std::optional<Transition>>>();
    for (std::size_t i = 0; i < orders.size(); ++i) {
        results[i].id = orders[i].get_id();
        if (!is_to_be_saved(orders[i])) continue;
        if (!shop) shop = read_shop();
        Prepared one = prepare(orders[i], *shop, processing);
        if (orders[i].get_id() == OrderId{} && one.order.is_refund()) require_parent(one.order);
        if (!one.refusals.empty()) {
            results[i].outcome = Outcome::refused;
            results[i].refusals = std::move(one.refusals);
            continue;
        }
        OrderWork work;
        work.id = orders[i].get_id();
        work.type = one.order.get_type();
        const bool is_new = work.id == OrderId{};
        work.kind = is_new ? OrderWork::Kind::create : OrderWork::Kind::change;
        work.operation = is_new ? "create" : one.transition ? "status" : "update";
        // A totals' change is looked at together with the items it is made from.
        work.items = true;
        if (is_new) work.fresh = one.order.record();
        else
            work.change = [order = one.order, email = emails.contains(work.id) ? emails.at(work.id) : ""](const OrderRecord& held) {
                MergedOrder merged = merge(order.loaded(), order.record(), held);
                if (Order now(merged.record); !email.empty() && now.get_billing_email().empty()) {
                    now.set_billing_email(email);
                    normalise_addresses(now);
                    merged.record = now.record();
                }
                return merged;
            };
        if (one.transition) {
            work.note = transition_note(*shop, *one.transition, one.order.status_note());
            work.note_tells_status = !is_new;
        }
        transitions->push_back(one.transition);
        plan.works.push_back(std::move(work));
        positions.push_back(i);
    }
    if (plan.works.empty()) return results;
    plan.announce = [this, transitions, actor = options.actor](const std::vector<OrderWork>& works) {
        for (std::size_t i = 0; i < works.size(); ++i)
            if (works[i].written()) announce_saved(works[i], (*transitions)[i], actor);
    };
    std::vector<OrderWork> works = unit_.run(std::move(plan));
    for (std::size_t i = 0; i < works.size(); ++i) {
        results[positions[i]] = works[i].result;
        if (works[i].kind == OrderWork::Kind::create && !works[i].written()) results[positions[i]].id = {};
        if (works[i].result.outcome == Outcome::written || works[i].result.outcome == Outcome::unchanged) orders[positions[i]] = Order(std::move(works[i].after));
    }
    return results;
}

void OrderService::announce_items(const OrderWork& work) {
    for (const ItemWrite& item : work.written_items)
        if (item.op == WriteOp::erase) events_.delete_item(work.id, item.id);
    for (const WriteOp op : {WriteOp::insert, WriteOp::update})
        for (const ItemWrite& write : work.written_items)
            for (const ItemRecord& item : work.after.items)
                if (write.op == op && write.id == item.id) (op == WriteOp::insert ? events_.new_item : events_.update_item)(work.id, item);
}

void OrderService::announce_saved(const OrderWork& work, const std::optional<Transition>& change, const Actor& actor) {
    const Order order(work.after);
    const bool was_draft = work.kind == OrderWork::Kind::create || is_draft_status(Order(work.before).get_status());
    if (order.is_refund()) {
        events_.update_refund(work.id, order);
        return announce_items(work);
    }
    if (!is_draft_status(order.get_status())) (was_draft ? events_.new_order : events_.update_order)(work.id, order);
    else if (work.kind != OrderWork::Kind::create && order.get_status() != "auto-draft") events_.update_order(work.id, order);
    announce_items(work);
    events_.after_save(work.id, order);
    if (change && order.get_status() != Order(work.before).get_status()) announce_transition(work, *change, actor);
}

void OrderService::announce_transition(const OrderWork& work, const Transition& change, const Actor& actor) {
    const Order order(work.after);
    std::vector<Refusal> failures;
    const auto gather = [&](std::vector<Refusal> more) { failures.insert(failures.end(), more.begin(), more.end()); };
    gather(events_.status.report({change.to}, work.id, order));
    if (change.to == "refunded") {
        try {
            refund_the_rest(work.id, actor);
        } catch (const Error& error) {
            failures.push_back({"ordo", error.what()});
        }
    }
    if (work.note_id != 0) events_.note_added(work.id, work.note_id);
    gather(events_.transition.report({change.from, change.to}, work.id, order));
    gather(events_.status_changed.report(work.id, change.from, change.to, order));
    if ((change.from == "pending" || change.from == "failed") && is_paid_status(change.to)) gather(events_.payment_status_changed.report(work.id, order));
    for (const Refusal& failure : failures) {
        try {
            add_note({work.id, fmt::format("Error during status transition. plugin {}: {}", failure.plugin, failure.reason), NoteKind::internal, {}, {}, 0, {}}, {});
        } catch (const Error& error) {
            // The other orders' events go on.
            unit_.services().log->error("order {}: the failure of a listener could not be noted: {}", work.id, error.what());
        }
    }
}

NoteRecord OrderService::make_note(const options::OptionValues& shop, std::string content, std::string_view group, NoteKind kind) {
    NoteRecord note;
    note.author = note.agent = "WooCommerce";
    // As WooCommerce does where no request names a host: the site's own.
    std::string host = shop("siteurl").value_or("");
    if (const std::size_t at = host.find("//"); at != std::string::npos) host.erase(0, at + 2);
    host = host.substr(0, host.find_first_of("/:"));
    if (host.starts_with("www.")) host.erase(0, 4);
    note.author_email = "woocommerce@" + (host.empty() ? "noreply.com" : host);
    note.date_gmt = format_datetime(now());
    note.content = std::move(content);
    note.approved = "1";
    if (kind == NoteKind::customer) note.meta.push_back({0, "is_customer_note", "1"});
    if (!group.empty()) note.meta.push_back({0, "note_group", std::string(group)});
    return note;
}

NoteRecord OrderService::transition_note(const options::OptionValues& shop, const Transition& change, std::string_view begins) {
    std::string content = fmt::format("Order status changed from {} to {}.", statuses_.label(stored_status(change.from)), statuses_.label(stored_status(change.to)));
    if (!begins.empty()) content = fmt::format("{} {}", begins, content);
    check_text("note", content, ordo::detail::text_bytes_max);
    return make_note(shop, std::move(content), "order_update", NoteKind::internal);
}

bool OrderService::payment_complete(OrderId id, std::string_view transaction_id, const SaveOptions& options) {
    bool paid = false;
    update(id, [&](Order& order) {
        paid = order.has_status({"on-hold", "pending", "failed", "cancelled"});
        if (!paid) return;
        if (!transaction_id.empty()) order.set_transaction_id(transaction_id);
        if (!order.get_date_paid()) order.set_date_paid(now());
        order.set_status(Processing(unit_.services(), {}).paid_status(order.record()));
    }, options);
    return paid;
}

}  // namespace ordo::orders
