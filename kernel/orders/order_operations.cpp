/// See order_service.hpp. What is done to whole orders: trash, removal, refunds, notes, totals.
#include <algorithm>
#include <set>

#include "kernel/orders/order_input.hpp"
#include "kernel/orders/order_service.hpp"
#include "kernel/orders/order_totals.hpp"
#include "kernel/orders/php_serialized.hpp"
#include "kernel/orders/woocommerce_items.hpp"
#include "kernel/orders/woocommerce_numbers.hpp"

namespace ordo::orders {
namespace {

constexpr std::string_view in_trash = "trash", trashed_status_key = "_wp_trash_meta_status", trashed_time_key = "_wp_trash_meta_time",
                           trashed_comments_key = "_wp_trash_meta_comments_status", trashed_slug_key = "_wp_desired_post_slug";

OrderWork change_of(OrderId id, std::string_view type, std::string operation, std::function<void(Order&)> change) {
    OrderWork work;
    work.id = id;
    work.type = type;
    work.operation = std::move(operation);
    work.items = true;  // listeners and participants are given the whole order
    // Whatever the order is by now is changed; nothing was loaded that it could conflict with.
    work.change = [change = std::move(change)](const OrderRecord& held) {
        Order order(held);
        change(order);
        return MergedOrder{order.record(), {}, {}};
    };
    return work;
}

OrderWork erasure_of(OrderId id, std::string_view type) {
    OrderWork work;
    work.kind = OrderWork::Kind::erase;
    work.id = id;
    work.type = type;
    work.operation = "delete";
    work.items = true;
    return work;
}

bool is_in_trash(const Order& order) { return order.record().get(FieldId::status) == FieldValue{std::string(in_trash), false}; }

/// The comments that WordPress hid when it trashed the order, with what each was before.
std::vector<std::pair<std::uint64_t, std::string>> hidden_comments(const OrderRecord& order) {
    std::vector<std::pair<std::uint64_t, std::string>> comments;
    const auto row = ordo::detail::find_meta_row(order.meta, trashed_comments_key);
    const auto value = row && order.meta[*row].value ? parse_php(*order.meta[*row].value) : std::nullopt;
    const PhpArray* const array = value ? value->get<PhpArray>() : nullptr;
    if (!array) return comments;
    for (const PhpEntry& entry : *array) {
        const auto* id = std::get_if<std::int64_t>(&entry.key);
        const auto* approved = entry.value.get<std::string>();
        if (id && *id > 0 && approved) comments.emplace_back(static_cast<std::uint64_t>(*id), *approved);
    }
    return comments;
}

/// The taxes of a refund's items, by rate: of products and fees, and of shipping. Positive.
struct RefundTaxes {
    Decimal cart, shipping;
};

/// A tax item for each rate, described as the order's own is.
void add_tax_items(Order& refund, const OrderRecord& parent, const std::map<std::uint64_t, RefundTaxes>& taxes) {
    for (const auto& [rate, amounts] : taxes) {
        const std::string id = std::to_string(rate);
        OrderItem item = refund.add_item("tax", "", {{"rate_id", id}, {"label", "Tax"}, {"compound", ""}});
        for (const ItemRecord& of_order : parent.items) {
            if (of_order.type != "tax" || first_meta(of_order.meta, "rate_id") != id) continue;
            item.set_name(of_order.name);
            for (const MetaRow& row : of_order.meta)
                if (row.value) item.set_meta(row.key, *row.value);
        }
        item.set_meta("tax_amount", (-amounts.cart).to_string());
        item.set_meta("shipping_tax_amount", (-amounts.shipping).to_string());
    }
}

/// In the amounts that people see and pay: totals of some shops have more decimals than their currency.
Decimal in_prices(Decimal amount, const TotalsSettings& settings) { return amount_of(amount.to_string(), settings.price_decimals); }

Decimal remaining_of(const Order& order, Decimal refunded, const TotalsSettings& settings) { return in_prices(order.get_total() - refunded, settings); }

std::string refund_text(Decimal amount) { return (-amount).to_string(); }

}  // namespace

/// One result an id: of the plan's works, else of the `others`, else there is no such order.
std::vector<SaveResult> OrderService::run_for(std::span<const OrderId> ids, OrderUnit::Plan plan, std::vector<SaveResult> others) {
    if (!plan.works.empty())
        for (OrderWork& work : unit_.run(std::move(plan))) others.push_back(std::move(work.result));
    std::vector<SaveResult> results;
    for (const OrderId id : ids) {
        const auto known = std::find_if(others.begin(), others.end(), [&](const SaveResult& one) { return one.id == id; });
        results.push_back(known == others.end() ? SaveResult{id, Outcome::missing, {}, {}, {}} : *known);
    }
    return results;
}

std::vector<SaveResult> OrderService::trash_many(std::span<const OrderId> ids, const SaveOptions& options) {
    OrderUnit::Plan plan;
    plan.actor = options.actor;
    std::vector<SaveResult> others;
    for (const Order& order : get_many(ids)) {
        if (!is_in_trash(order)) {
            events_.before_trash(order.get_id(), order);
            if (auto refusals = events_.can_save(order.get_id(), order); !refusals.empty()) {
                others.push_back({order.get_id(), Outcome::refused, {}, std::move(refusals), {}});
                continue;
            }
        }
        plan.works.push_back(change_of(order.get_id(), order.get_type(), "trash", [this](Order& held) {
            if (is_in_trash(held)) return;
            const std::string status = held.text(FieldId::status);
            held.set_text(FieldId::status, in_trash);
            held.set_date_modified(now());
            held.update_meta_data(trashed_status_key, status);
            held.update_meta_data(trashed_time_key, std::to_string(now().time_since_epoch().count()));
        }));
    }
    const std::size_t parents = plan.works.size();
    plan.look = [this](Unit& unit, const std::string& store, std::vector<OrderWork>& works) {
        std::vector<OrderId> of;
        for (const OrderWork& work : works) of.push_back(work.id);
        if (of.empty()) return;
        for (const OrderId child : unit_.find_children(unit, store, of))
            if (std::find(of.begin(), of.end(), child) == of.end())
                works.push_back(change_of(child, type_shop_order_refund, "trash", [](Order& refund) { refund.set_text(FieldId::status, in_trash); }));
    };
    plan.announce = [this, parents](const std::vector<OrderWork>& works) {
        for (std::size_t i = 0; i < parents; ++i)
            if (works[i].written()) events_.trash(works[i].id);
    };
    return run_for(ids, std::move(plan), std::move(others));
}

std::vector<SaveResult> OrderService::untrash_many(std::span<const OrderId> ids, const SaveOptions& options) {
    OrderUnit::Plan plan;
    plan.actor = options.actor;
    std::vector<SaveResult> others;
    auto transitions = std::make_shared<std::vector<Transition>>();
    std::optional<options::OptionValues> shop;
    for (const Order& order : get_many(ids)) {
        if (!is_in_trash(order)) {
            others.push_back({order.get_id(), Outcome::unchanged, {}, {}, {}});
            continue;
        }
        std::string status = order.get_meta(trashed_status_key);
        if (!statuses_.knows(status) || status == in_trash) status = "wc-pending";
        events_.untrash(order.get_id(), std::string(clean_status(status)));
        events_.before_save(order.get_id(), order);
        if (auto refusals = events_.can_save(order.get_id(), order); !refusals.empty()) {
            others.push_back({order.get_id(), Outcome::refused, {}, std::move(refusals), {}});
            continue;
        }
        const Transition change{std::string(in_trash), std::string(clean_status(status))};
        OrderWork work = change_of(order.get_id(), order.get_type(), "untrash", [this, status](Order& held) {
            if (!is_in_trash(held)) return;
            held.set_text(FieldId::status, status);
            held.set_date_modified(now());
            for (const std::string_view key : {trashed_status_key, trashed_time_key, trashed_comments_key, trashed_slug_key}) held.delete_meta_data(key);
        });
        if (!shop) shop = read_shop();
        work.note = transition_note(*shop, change, "");
        work.note_tells_status = true;
        transitions->push_back(change);
        plan.works.push_back(std::move(work));
    }
    plan.look = [this](Unit& unit, const std::string& store, std::vector<OrderWork>& works) {
        std::vector<OrderId> of;
        for (const OrderWork& work : works) of.push_back(work.id);
        for (const OrderId child : unit_.find_children(unit, store, of))
            if (std::find(of.begin(), of.end(), child) == of.end())
                works.push_back(change_of(child, type_shop_order_refund, "untrash", [](Order& refund) {
                if (is_in_trash(refund)) refund.set_text(FieldId::status, "wc-completed");
            }));
        if (auto* details = find_interface<OrderDetails>(unit_.services().stores->registry()))
            for (const OrderRecord& order : unit_.load(unit, store, of))
                for (const auto& [comment, approved] : hidden_comments(order)) details->approve_notes(unit, order.id, {&comment, 1}, approved);
    };
    plan.announce = [this, transitions, actor = options.actor](const std::vector<OrderWork>& works) {
        for (std::size_t i = 0; i < transitions->size(); ++i) {
            if (!works[i].written()) continue;
            const Order order(works[i].after);
            events_.update_order(works[i].id, order);
            events_.after_save(works[i].id, order);
            announce_transition(works[i], (*transitions)[i], actor);
        }
    };
    return run_for(ids, std::move(plan), std::move(others));
}

std::vector<SaveResult> OrderService::remove_many(std::span<const OrderId> ids, const SaveOptions& options) { return remove_if(ids, options, nullptr); }

std::vector<OrderId> OrderService::find_vanished(std::span<const OrderId> ids, const std::set<OrderId>& there) const {
    std::vector<OrderId> absent;
    std::copy_if(ids.begin(), ids.end(), std::back_inserter(absent), [&](OrderId id) { return !there.contains(id); });
    std::vector<OrderId> vanished;
    if (absent.empty()) return vanished;
    unit_.services().database->read([&](Read& read) {
        vanished.clear();
        for (const auto& [id, copy] : unit_.ledger().copies(read, absent))
            if (!copy.digest.empty() && !copy.removed) vanished.push_back(id);
    });
    return vanished;
}

std::vector<SaveResult> OrderService::remove_if(std::span<const OrderId> ids, const SaveOptions& options, const std::function<bool(const Order&)>& still) {
    OrderUnit::Plan plan;
    plan.actor = options.actor;
    std::vector<SaveResult> others;
    std::set<OrderId> there;
    for (const Order& order : get_many(ids)) {
        there.insert(order.get_id());
        if (still && !still(order)) {
            others.push_back({order.get_id(), Outcome::unchanged, {}, {}, {}});
            continue;
        }
        events_.before_delete(order.get_id(), order);
        if (auto refusals = events_.can_delete(order.get_id(), order); !refusals.empty()) {
            others.push_back({order.get_id(), Outcome::refused, {}, std::move(refusals), {}});
            continue;
        }
        plan.works.push_back(erasure_of(order.get_id(), order.get_type()));
    }
    const std::size_t asked = plan.works.size();
    // Of those that somebody removed behind everybody's back the copies may be there.
    for (const OrderId id : still ? std::vector<OrderId>{} : find_vanished(ids, there)) {
        plan.works.push_back(erasure_of(id, type_shop_order));
        plan.works.back().copies_only = true;
    }
    plan.look = [this, still](Unit& unit, const std::string& store, std::vector<OrderWork>& works) {
        std::vector<OrderId> of;
        for (const OrderWork& work : works) of.push_back(work.id);
        if (still) {
            std::sort(of.begin(), of.end());
            for (const OrderRecord& held : unit_.load(unit, store, of, false))
                if (!still(Order(held))) {
                    const auto work = std::find_if(works.begin(), works.end(), [&](const OrderWork& one) { return one.id == held.id; });
                    *work = change_of(held.id, held.type, "delete", [](Order&) {});
                    std::erase(of, held.id);
                }
        }
        for (const OrderId child : unit_.find_children(unit, store, of))
            if (std::find(of.begin(), of.end(), child) == of.end()) works.push_back(erasure_of(child, type_shop_order_refund));
    };
    plan.announce = [this, asked](const std::vector<OrderWork>& works) {
        for (std::size_t i = 0; i < asked; ++i)
            if (works[i].written()) events_.deleted(works[i].id);
    };
    return run_for(ids, std::move(plan), std::move(others));
}

std::uint64_t OrderService::empty_trash(UtcSeconds trashed_before, const SaveOptions& options) {
    constexpr std::size_t batch = 100;
    OrderQuery query;
    query.statuses = {std::string(in_trash)};
    const std::vector<OrderId> ids = find(query).ids;
    std::uint64_t removed = 0;
    for (std::size_t at = 0; at < ids.size(); at += batch) {
        // Somebody may restore one in the very moment.
        const auto is_old = [&](const Order& order) {
            const auto when = is_in_trash(order) ? parse_unix_time(order.get_meta(trashed_time_key)) : std::nullopt;
            return when && *when < trashed_before;
        };
        for (const SaveResult& result : remove_if(std::span(ids).subspan(at, std::min(batch, ids.size() - at)), options, is_old)) removed += result.outcome == Outcome::written;
    }
    return removed;
}

Decimal OrderService::refunded_by(Read& read, const std::string& store, OrderId order) {
    Decimal total;
    for (const OrderRecord& refund : unit_.load(read, store, unit_.find_children(read, store, {&order, 1}))) total = total - Order(refund).get_total();
    return total;
}

Decimal OrderService::get_total_refunded(OrderId order) {
    Decimal total;
    read([&](Read& read, const std::string& store) { total = refunded_by(read, store, order); });
    return total;
}

Decimal OrderService::get_remaining_refund_amount(OrderId order) {
    const TotalsSettings settings = totals_settings(read_shop());
    return remaining_of(require(order), get_total_refunded(order), settings);
}

Decimal OrderService::get_remaining_refund_items(OrderId order) {
    Decimal items;
    const auto add = [&](Order& one) {
        for (const OrderItem& line : one.get_items({"line_item"})) items = items + line.get_quantity();  // a refund's are negative
    };
    Order of = require(order);
    add(of);
    for (Order& refund : get_refunds(order)) add(refund);
    return items;
}

RefundLine OrderService::refund_line(const Order& order, std::uint64_t id, Decimal quantity, std::optional<Decimal> total) {
    Order copy = order;
    const auto item = copy.get_item(id);
    if (!item) throw Error(errc::order_bad_value, fmt::format("items: order {} has no item {}", order.get_id(), id));
    const TotalsSettings settings = totals_settings(read_shop());
    const Decimal all = item->get_type() == "line_item" ? item->get_quantity() : *Decimal::parse("1");
    if (quantity < Decimal{} || all < quantity) throw Error(errc::order_bad_value, fmt::format("item {}: the quantity is none of 0 to {}", id, all.to_string()));
    // A part of the total tells a part of the taxes; without one the quantity tells both.
    const Share share = total ? Share{*total, item->get_total()} : Share{quantity, all};
    const auto part = [&](Decimal amount) {
        return share.whole == Decimal{} ? Decimal{} : share.of == share.whole ? amount : share_of(amount, share, settings.price_decimals);
    };
    RefundLine line{id, quantity, total ? *total : part(item->get_total()), {}};
    const auto data = parse_php(item->get_meta(item->get_type() == "shipping" ? "taxes" : "_line_tax_data"));
    const PhpArray* const parts = data ? data->get<PhpArray>() : nullptr;
    const PhpValue* const totals = parts ? find_entry(*parts, PhpKey{std::string("total")}) : nullptr;
    if (const PhpArray* const rates = totals ? totals->get<PhpArray>() : nullptr)
        for (const PhpEntry& entry : *rates) {
            const auto* rate = std::get_if<std::int64_t>(&entry.key);
            const Decimal tax = rate ? part(number_of(entry.value)) : Decimal{};
            if (tax != Decimal{}) line.taxes[static_cast<std::uint64_t>(*rate)] = tax;
        }
    return line;
}

Order OrderService::refund(const RefundRequest& request) {
    Order parent = require(request.order);
    if (parent.is_refund()) throw Error(errc::order_bad_value, fmt::format("order {} is a refund itself", request.order), "refund the order it is of");
    const options::OptionValues shop = read_shop();
    const TotalsSettings settings = totals_settings(shop);
    std::map<std::uint64_t, RefundTaxes> rate_taxes;
    Decimal of_lines;
    Order made{std::string(type_shop_order_refund)};
    for (const RefundLine& line : request.lines) {
        const auto item = parent.get_item(line.item);
        if (!item) throw Error(errc::order_bad_value, fmt::format("items: order {} has no item {}", request.order, line.item));
        if (line.quantity < Decimal{} || line.total < Decimal{}) throw Error(errc::order_bad_value, fmt::format("item {}: less than 0", line.item), "a refund's quantities and amounts are positive");
        if (line.quantity == Decimal{} && line.total == Decimal{} && line.taxes.empty()) continue;
        PhpArray taxes;
        Decimal tax_total;
        for (const auto& [rate, amount] : line.taxes) {
            if (amount < Decimal{}) throw Error(errc::order_bad_value, fmt::format("item {}: a tax less than 0", line.item), "a refund's amounts are positive");
            taxes.push_back({static_cast<std::int64_t>(rate), PhpValue{refund_text(amount)}});
            // Rounded as the item's own are, by item and rate.
            const Decimal rounded_tax = settings.tax_round_at_subtotal ? amount : amount_of(amount.to_string(), settings.price_decimals);
            tax_total = tax_total + rounded_tax;
            Decimal& of_kind = item->get_type() == "shipping" ? rate_taxes[rate].shipping : rate_taxes[rate].cart;
            of_kind = of_kind + rounded_tax;
        }
        of_lines = of_lines + line.total + tax_total;
        // A copy of the item's properties, not of its other meta.
        OrderItem copy = made.add_item(item->get_type(), item->get_name(), {});
        for (const MetaRow& row : item->record().meta)
            if (row.value && (row.key.starts_with('_') || item->get_type() == "shipping") && row.key != "_refunded_item_id") copy.add_meta(row.key, *row.value);
        const bool is_line = item->get_type() == "line_item", is_shipping = item->get_type() == "shipping";
        if (is_line) copy.set_quantity(refund_text(line.quantity));
        copy.set_total(refund_text(line.total));
        PhpArray parts;
        if (is_line) {
            copy.set_subtotal(refund_text(line.total));
            copy.set_meta("_line_subtotal_tax", refund_text(tax_total));
            parts.push_back({std::string("subtotal"), PhpValue{taxes}});
        }
        parts.push_back({std::string("total"), PhpValue{taxes}});
        copy.set_meta(is_shipping ? "total_tax" : "_line_tax", refund_text(tax_total));
        copy.set_meta(is_shipping ? "taxes" : "_line_tax_data", to_php(PhpValue{parts}));
        copy.set_meta("_refunded_item_id", std::to_string(line.item));
    }
    const Decimal refunded_now = get_total_refunded(request.order), remaining_now = remaining_of(parent, refunded_now, settings);
    // Rounded once, as the order's total was.
    const Decimal amount = request.amount ? *request.amount : request.lines.empty() ? remaining_now : in_prices(of_lines, settings);
    const auto settles = [=](const Order& order, Decimal refunded) { return !(Decimal{} < remaining_of(order, refunded + amount, settings)); };
    const auto refuse_amount = [&](Decimal remaining) {
        if (amount < Decimal{}) throw Error(errc::order_bad_value, "amount: less than 0", "a refund's amount is positive");
        if (remaining < amount)
            throw Error(errc::order_bad_value, fmt::format("amount: {} is more than the {} that remain of order {}", amount.to_string(), remaining.to_string(), request.order));
    };
    if (!request.amount && request.lines.empty() && amount == Decimal{}) throw Error(errc::order_bad_value, fmt::format("amount: nothing remains of order {}", request.order));
    refuse_amount(remaining_now);
    check_text("reason", request.reason, ordo::detail::text_bytes_max);

    made.set_parent_id(request.order);
    made.set_currency(parent.get_currency());
    made.set_prices_include_tax(parent.get_prices_include_tax());
    if (request.date_created) made.set_date_created(request.date_created);
    add_tax_items(made, parent.record(), rate_taxes);
    RefundTaxes tax_sums;
    for (const auto& [rate, amounts] : rate_taxes) tax_sums = {tax_sums.cart + amounts.cart, tax_sums.shipping + amounts.shipping};
    made.set_cart_tax(refund_text(tax_sums.cart));
    made.set_shipping_tax(refund_text(tax_sums.shipping));
    calculate_totals(made, false);
    made.set_total((-amount).to_string());
    const auto describe = [&](bool full) {
        made.set_amount(amount.to_string());
        made.set_refunded_by(request.refunded_by);
        made.set_refunded_payment(request.refunded_payment);
        made.set_reason(request.reason);
        made.update_meta_data("_refund_type", full ? "full" : "partial");
    };
    describe(settles(parent, refunded_now));
    Processing processing(unit_.services(), {});
    Prepared prepared = prepare(made, shop, processing);
    events_.before_save(request.order, parent);
    for (Refusal& refusal : events_.can_save(request.order, parent)) prepared.refusals.push_back(std::move(refusal));
    if (!prepared.refusals.empty()) Orders::require_success({request.order, Outcome::refused, {}, std::move(prepared.refusals), {}});

    OrderUnit::Plan plan;
    plan.actor = request.actor;
    OrderWork of_parent = change_of(request.order, parent.get_type(), "refund", [this, amount](Order& held) { held.set_date_modified(now()); });
    of_parent.always = true;  // it is the order's history too
    plan.together = true;
    plan.works.push_back(std::move(of_parent));
    OrderWork create;
    create.kind = OrderWork::Kind::create;
    create.type = type_shop_order_refund;
    create.operation = "create";
    create.items = true;
    create.fresh = prepared.order.record();
    plan.works.push_back(std::move(create));
    auto full = std::make_shared<bool>(false);
    auto from = std::make_shared<std::string>();
    // What remains is known for sure only while the order is held.
    plan.look = [=, this](Unit& unit, const std::string& store, std::vector<OrderWork>& works) {
        const auto held = unit_.load(unit, store, {&request.order, 1});
        if (held.empty()) throw Error(errc::order_missing, fmt::format("there is no order {}", request.order));
        const Order order(held.front());
        const Decimal refunded = refunded_by(unit, store, request.order);
        refuse_amount(remaining_of(order, refunded, settings));
        *full = settles(order, refunded);
        *from = order.get_status();
        ordo::detail::set_meta_row(works[1].fresh.meta, "_refund_type", *full ? "full" : "partial");
        if (!*full || *from == "refunded") return;
        works[0].change = [this](const OrderRecord& record) {
            Order changed(record);
            changed.set_status("refunded");
            changed.set_date_modified(now());
            return MergedOrder{changed.record(), {}, {}};
        };
        works[0].note = transition_note(shop, {*from, "refunded"}, "");
        works[0].note_tells_status = true;
    };
    auto id = std::make_shared<OrderId>();
    plan.announce = [=, this](const std::vector<OrderWork>& works) {
        const Order refund(works[1].after), order(works[0].after);
        *id = refund.get_id();
        events_.create_refund(*id, refund, request);
        events_.update_refund(*id, refund);
        (*full ? events_.fully_refunded : events_.partially_refunded)(request.order, *id);
        events_.update_order(request.order, order);
        events_.after_save(request.order, order);
        if (*full && *from != "refunded") announce_transition(works[0], {*from, "refunded"}, request.actor);
        events_.refund_created(*id, request.order);
        events_.refunded(request.order, *id);
    };
    const auto works = unit_.run(std::move(plan));
    return Order(works[1].after);
}

void OrderService::refund_the_rest(OrderId id, const Actor& actor) {
    if (!(Decimal{} < get_remaining_refund_amount(id))) return;
    RefundRequest rest;
    rest.order = id;
    rest.reason = "Order fully refunded.";
    rest.actor = actor;
    refund(rest);
    NoteRequest note;
    note.order = id;
    note.content = "Order status set to refunded. To return funds to the customer you will need to issue a refund through your payment gateway.";
    add_note(note, {actor});
}

std::uint64_t OrderService::add_note(const NoteRequest& request, const SaveOptions& options) {
    if (request.content.empty()) throw Error(errc::order_bad_value, "note: it is empty");
    check_text("note", request.content, ordo::detail::text_bytes_max);
    check_text("author", request.author, 245);  // `comment_author` is a tinytext
    check_text("author_email", request.author_email, 100);
    check_text("group", request.group, ordo::detail::text_bytes_max);
    const Order order = require(request.order);
    OrderUnit::Plan plan;
    plan.actor = options.actor;
    OrderWork work = change_of(request.order, order.get_type(), "note", [this](Order& held) { held.set_date_modified(now()); });
    work.note = make_note(read_shop(), request.content, request.group, request.kind);
    if (!request.author.empty()) work.note->author = request.author;
    if (!request.author_email.empty()) work.note->author_email = request.author_email;
    work.note->user_id = request.user_id;
    plan.works.push_back(std::move(work));
    plan.announce = [this](const std::vector<OrderWork>& works) {
        if (works[0].written()) events_.note_added(works[0].id, works[0].note_id);
    };
    const auto works = unit_.run(std::move(plan));
    Orders::require_success(works[0].result);
    return works[0].note_id;
}

bool OrderService::delete_note(OrderId order, std::uint64_t note) {
    auto* details = find_interface<OrderDetails>(unit_.services().stores->registry());
    bool removed = false;
    if (details) unit_.services().database->write([&](Unit& unit) { removed = details->remove_note(unit, order, note) || removed; });
    return removed;
}

void OrderService::calculate_totals(Order& order, bool and_taxes) {
    const OrderServices& services = unit_.services();
    const TotalsSettings settings = totals_settings(read_shop());
    std::optional<TaxRates> rates;
    std::map<std::uint64_t, TaxStatus> untaxed;
    if (and_taxes) {
        std::set<std::uint64_t> products;
        for (OrderItem& line : order.get_items({"line_item"}))
            for (const std::uint64_t product : {line.get_product_id(), line.get_variation_id()})
                if (product != 0) products.insert(product);
        const std::vector<std::uint64_t> asked(products.begin(), products.end());
        services.database->read([&](Read& read) {
            rates = TaxRates::load(read, services.table_prefix);
            auto* known = find_interface<OrderProducts>(services.stores->registry());
            if (!known || asked.empty()) return;
            untaxed.clear();
            for (const UntaxedProduct& one : known->find_untaxed(read, asked)) untaxed.emplace(one.product, one.status);
        });
    }
    orders::calculate_totals(order.record(), settings, rates ? &*rates : nullptr, untaxed);
}

}  // namespace ordo::orders
