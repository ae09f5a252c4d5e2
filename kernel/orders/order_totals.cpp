/// See order_totals.hpp.
#include "kernel/orders/order_totals.hpp"

#include <algorithm>

#include <boost/json/value.hpp>
#include <fmt/format.h>

#include "kernel/orders/php_serialized.hpp"
#include "kernel/orders/woocommerce_items.hpp"

namespace ordo::orders {
namespace {

std::string meta_text(const ItemRecord& item, std::string_view key) { return first_meta(item.meta, key).value_or(""); }

void set_meta(ItemRecord& item, std::string_view key, std::string value) {
    const auto row = std::find_if(item.meta.begin(), item.meta.end(), [&](const MetaRow& known) { return known.key == key; });
    if (row == item.meta.end()) item.meta.push_back({0, std::string(key), std::move(value)});
    else if (row->value != value) row->value = std::move(value);
}

std::uint64_t meta_id(const ItemRecord& item, std::string_view key) { return static_cast<std::uint64_t>(php_absint(meta_text(item, key)).as_int64()); }

/// An item's price in the order, after discounts.
std::string total_text(const ItemRecord& item) { return meta_text(item, item.type == "shipping" ? "cost" : "_line_total"); }
Decimal total_of(const ItemRecord& item) { return amount_of(total_text(item)); }

/// A line's price before discounts: never below the one after them.
std::string subtotal_text(const ItemRecord& line) {
    std::string subtotal = meta_text(line, "_line_subtotal"), total = total_text(line);
    return amount_of(subtotal) < amount_of(total) ? total : subtotal;
}

Decimal sum_of(const Taxes& taxes) {
    Decimal sum;
    for (const auto& [rate, amount] : taxes) sum = sum + amount;
    return sum;
}

void add_tax(Taxes& taxes, const TaxRate* rate, Decimal amount) {
    const auto at = std::find_if(taxes.begin(), taxes.end(), [&](const auto& known) { return known.first == rate; });
    if (at == taxes.end()) taxes.emplace_back(rate, amount);
    else at->second = at->second + amount;
}

PhpEntry php_taxes(const char* part, const Taxes& taxes) {
    PhpArray rates;
    for (const auto& [rate, amount] : taxes) rates.push_back({PhpKey{static_cast<std::int64_t>(rate->id)}, PhpValue{amount.to_string()}});
    return {PhpKey{std::string(part)}, PhpValue{std::move(rates)}};
}

/// `sanitize_title` of a class's name, where it is ASCII: "Reduced rate" is `reduced-rate`.
std::string slug(std::string_view name) {
    std::string result;
    for (const char c : name) {
        const char lower = c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
        const bool kept = ordo::detail::is_digit(lower) || (lower >= 'a' && lower <= 'z') || lower == '_' || static_cast<unsigned char>(lower) >= 0x80U;
        if (kept) result += lower;
        else if ((lower == '-' || ordo::detail::is_blank(lower)) && !result.empty() && result.back() != '-') result += '-';
    }
    if (result.ends_with('-')) result.pop_back();
    return result;
}

class Calculation {
public:
    Calculation(OrderRecord& order, const TotalsSettings& settings, const TaxRates* rates, const std::map<std::uint64_t, TaxStatus>& untaxed_products)
        : order_(order), settings_(settings), rates_(rates), untaxed_products_(untaxed_products) {}

    void run() {
        Decimal subtotals, totals, shipping;
        for_each("line_item", [&](ItemRecord& line) {
            subtotals = subtotals + amount_of(subtotal_text(line), items_decimals());
            totals = totals + amount_of(total_text(line), items_decimals());
        });
        for_each("shipping", [&](ItemRecord& item) { shipping = shipping + amount_of(total_text(item), settings_.price_decimals); });
        set(FieldId::shipping_total_amount, shipping);
        const Decimal fees = limit_fees(totals + shipping);
        if (rates_) {
            calculate_taxes();
            update_tax_items();
        }
        set(FieldId::discount_total_amount, to_price(subtotals - totals));
        set(FieldId::discount_tax_amount, amount_of(discounted_tax().to_string(), settings_.price_decimals, tax_halves()));
        set(FieldId::total_amount, to_price(totals + fees + shipping + get(FieldId::tax_amount) + get(FieldId::shipping_tax_amount)));
    }

private:
    struct Place {
        std::string country, state, postcode, city;
    };

    /// A rate's taxes over all items.
    struct RateTotal {
        const TaxRate* rate;
        Decimal cart, shipping;
        bool has_item = false;
    };

    template <class Action>
    void for_each(std::string_view type, Action action) {
        for (ItemRecord& item : order_.items)
            if (item.type == type) action(item);
    }

    std::string text(FieldId field) const {
        const auto value = order_.get(field);
        return value ? value->text : "";
    }
    Decimal get(FieldId field) const { return amount_of(text(field)); }
    void set(FieldId field, Decimal amount) { order_.set(field, FieldValue{amount.to_string(), false}); }

    unsigned items_decimals() const { return settings_.tax_round_at_subtotal ? Decimal::decimals : settings_.price_decimals; }
    unsigned tax_decimals() const { return std::clamp(settings_.price_decimals + 2, 6U, static_cast<unsigned>(Decimal::decimals)); }
    Halves tax_halves() const { return settings_.prices_include_tax ? Halves::toward_zero : Halves::away_from_zero; }
    Decimal to_price(Decimal amount) const { return amount_of(amount.to_string(), settings_.price_decimals); }
    /// One tax of one item, as it goes into sums.
    Decimal summand(Decimal tax) const { return amount_of(tax.to_string(), items_decimals(), tax_halves()); }

    /// The sum of the fees. A negative one takes no more than there is.
    Decimal limit_fees(Decimal before) {
        Decimal fees;
        for_each("fee", [&](ItemRecord& fee) {
            const Decimal most = -to_price(before + fees);
            if (most < Decimal{} && total_of(fee) < most) set_meta(fee, "_line_total", most.to_string());
            fees = fees + total_of(fee);
        });
        return fees;
    }

    void calculate_taxes() {
        const bool taxed = settings_.calc_taxes && first_meta(order_.meta, "is_vat_exempt") != "yes";
        place_ = taxed ? tax_place() : Place{};  // without a country there are no rates
        classes_ = line_classes();
        for_each("line_item", [&](ItemRecord& line) {
            const auto rates = item_rates(line);
            set_line_taxes(line, exclusive_taxes(total_text(line), rates, tax_decimals()), exclusive_taxes(subtotal_text(line), rates, tax_decimals()));
        });
        for_each("fee", [&](ItemRecord& fee) {
            const bool negative = total_of(fee) < Decimal{};
            set_taxes(fee, "_line_tax_data", "_line_tax", negative ? apportioned_taxes(total_of(fee)) : exclusive_taxes(total_text(fee), item_rates(fee), tax_decimals()));
        });
        const auto shipping_rates = find_shipping_rates();
        for_each("shipping", [&](ItemRecord& item) {
            set_taxes(item, "taxes", "total_tax", is_taxable(item) ? exclusive_taxes(total_text(item), shipping_rates, tax_decimals()) : Taxes{});
        });
    }

    /// `get_tax_location`. Who fetches the goods pays the shop's own taxes.
    Place tax_place() const {
        using enum FieldId;
        const bool billing = settings_.tax_based_on == "billing" || (settings_.tax_based_on == "shipping" && text(shipping_country).empty());
        const bool fetched = std::any_of(order_.items.begin(), order_.items.end(), [](const ItemRecord& item) {
            return item.type == "shipping" && (meta_text(item, "method_id") == "local_pickup" || meta_text(item, "method_id") == "legacy_local_pickup");
        });
        Place place = billing ? Place{text(billing_country), text(billing_state), text(billing_postcode), text(billing_city)}
                              : Place{text(shipping_country), text(shipping_state), text(shipping_postcode), text(shipping_city)};
        if (settings_.tax_based_on == "base" || fetched || place.country.empty()) place = {settings_.base_country, settings_.base_state, settings_.base_postcode, settings_.base_city};
        return place;
    }

    std::vector<const TaxRate*> find_rates(std::string_view tax_class) const { return rates_->find(place_.country, place_.state, place_.postcode, place_.city, tax_class); }

    bool is_taxable(const ItemRecord& item) const {
        if (item.type != "line_item") return meta_text(item, item.type == "fee" ? "_tax_status" : "tax_status") != "none";
        return tax_status(item) == TaxStatus::taxable;
    }

    TaxStatus tax_status(const ItemRecord& line) const {
        for (const char* key : {"_variation_id", "_product_id"})
            if (const auto known = untaxed_products_.find(meta_id(line, key)); known != untaxed_products_.end()) return known->second;
        return TaxStatus::taxable;
    }

    std::vector<const TaxRate*> item_rates(const ItemRecord& item) const {
        const std::string tax_class = meta_text(item, "_tax_class");
        return tax_class != "0" && is_taxable(item) ? find_rates(tax_class) : std::vector<const TaxRate*>{};
    }

    /// Classes of the lines that are taxed, or whose shipping is, each once.
    std::vector<std::string> line_classes() {
        std::vector<std::string> classes;
        for_each("line_item", [&](ItemRecord& line) {
            const std::string tax_class = meta_text(line, "_tax_class");
            if (tax_status(line) != TaxStatus::none && std::find(classes.begin(), classes.end(), tax_class) == classes.end()) classes.push_back(tax_class);
        });
        return classes;
    }

    std::vector<const TaxRate*> find_shipping_rates() const {
        std::optional<std::string> tax_class = settings_.shipping_tax_class;
        if (tax_class == "inherit") {
            std::vector<std::string> known = settings_.tax_classes.empty() ? rates_->tax_classes() : settings_.tax_classes;
            known.insert(known.begin(), "");
            const auto first = std::find_first_of(known.begin(), known.end(), classes_.begin(), classes_.end());
            tax_class = first == known.end() ? std::nullopt : std::optional{*first};
        }
        std::vector<const TaxRate*> rates = tax_class ? find_rates(*tax_class) : std::vector<const TaxRate*>{};
        std::erase_if(rates, [](const TaxRate* rate) { return !rate->shipping; });
        return rates;
    }

    /// A negative fee is a discount on everything that costs something: it takes of each class its share, whatever its own class.
    Taxes apportioned_taxes(Decimal fee) {
        std::vector<std::pair<std::string, Decimal>> costs;
        for (const std::string& tax_class : classes_) costs.emplace_back(tax_class, Decimal{});
        Decimal all;
        for (const std::string_view type : {"line_item", "fee", "shipping"}) {
            for_each(type, [&](ItemRecord& item) {
                const Decimal cost = total_of(item);
                if (cost < Decimal{}) return;
                all = all + cost;
                std::string tax_class = type == "shipping" ? settings_.shipping_tax_class : meta_text(item, "_tax_class");
                if (!is_taxable(item) || (tax_class == "inherit" && classes_.empty())) return;
                if (tax_class == "inherit") tax_class = classes_.front();
                const auto at = std::find_if(costs.begin(), costs.end(), [&](const auto& known) { return known.first == tax_class; });
                if (at == costs.end()) costs.emplace_back(tax_class, cost);
                else at->second = at->second + cost;
            });
        }
        Taxes taxes;
        for (const auto& [tax_class, cost] : costs) {
            if (cost == Decimal{}) continue;
            for (const auto& [rate, amount] : exclusive_taxes(fee.to_string(), find_rates(tax_class), tax_decimals(), Share{cost, all})) add_tax(taxes, rate, amount);
        }
        return taxes;
    }

    void set_line_taxes(ItemRecord& line, const Taxes& total, Taxes subtotal) {
        if (sum_of(subtotal) < sum_of(total)) subtotal = total;
        set_meta(line, "_line_tax_data", to_php(PhpValue{PhpArray{php_taxes("total", total), php_taxes("subtotal", subtotal)}}));
        set_meta(line, "_line_tax", sum_of(summands(total)).to_string());
        set_meta(line, "_line_subtotal_tax", sum_of(summands(subtotal)).to_string());
        collect(total, &RateTotal::cart);
    }

    void set_taxes(ItemRecord& item, std::string_view data_key, std::string_view sum_key, const Taxes& total) {
        set_meta(item, data_key, to_php(PhpValue{PhpArray{php_taxes("total", total)}}));
        set_meta(item, sum_key, sum_of(summands(total)).to_string());
        collect(total, item.type == "shipping" ? &RateTotal::shipping : &RateTotal::cart);
    }

    Taxes summands(Taxes taxes) const {
        for (auto& [rate, amount] : taxes) amount = summand(amount);
        return taxes;
    }

    void collect(const Taxes& taxes, Decimal RateTotal::*kind) {
        for (const auto& [rate, amount] : summands(taxes)) {
            RateTotal* known = find_total(rate->id);
            if (!known) known = &totals_.emplace_back(RateTotal{rate, {}, {}});
            known->*kind = known->*kind + amount;
        }
    }

    RateTotal* find_total(std::uint64_t rate_id) {
        const auto at = std::find_if(totals_.begin(), totals_.end(), [&](const RateTotal& total) { return total.rate->id == rate_id; });
        return at == totals_.end() ? nullptr : &*at;
    }

    /// `update_taxes`: one item a rate.
    void update_tax_items() {
        std::vector<ItemRecord> items;
        for (ItemRecord& item : order_.items) {
            if (item.type == "tax") {
                RateTotal* const total = find_total(meta_id(item, "rate_id"));
                if (!total || total->has_item) continue;
                describe(item, *total);
            }
            items.push_back(std::move(item));
        }
        Decimal cart, shipping;
        for (RateTotal& total : totals_) {
            if (!total.has_item) describe(items.emplace_back(ItemRecord{0, "tax", "", {}}), total);
            cart = cart + total.cart;
            shipping = shipping + total.shipping;
        }
        order_.items = std::move(items);
        set(FieldId::shipping_tax_amount, shipping);
        set(FieldId::tax_amount, cart);
    }

    static void describe(ItemRecord& item, RateTotal& total) {
        const TaxRate& rate = *total.rate;
        item.name = rate_code(rate);
        set_meta(item, "rate_id", fmt::to_string(rate.id));
        set_meta(item, "label", rate.name.empty() ? "Tax" : rate.name);
        set_meta(item, "compound", rate.compound ? "1" : "");
        set_meta(item, "tax_amount", total.cart.to_string());
        set_meta(item, "shipping_tax_amount", total.shipping.to_string());
        set_meta(item, "rate_percent", rounded(rate.rate, Decimal::decimals));
        total.has_item = true;
    }

    /// What the lines' discounts took of their taxes, from the taxes as they are stored.
    Decimal discounted_tax() {
        Decimal difference;
        for_each("line_item", [&](ItemRecord& line) {
            const auto data = parse_php(meta_text(line, "_line_tax_data"));
            const PhpArray* const parts = data ? data->get<PhpArray>() : nullptr;
            const auto part = [&](const char* name) {
                const PhpValue* const rates = parts ? find_entry(*parts, PhpKey{std::string(name)}) : nullptr;
                const PhpArray* const array = rates ? rates->get<PhpArray>() : nullptr;
                return array && !array->empty() ? array : nullptr;
            };
            const PhpArray *const total = part("total"), *const subtotal = part("subtotal");
            // WooCommerce takes both or none, and a line's subtotal is never below its total.
            if (total && subtotal) difference = difference + std::max(stored_sum(*subtotal) - stored_sum(*total), Decimal{});
        });
        return difference;
    }

    Decimal stored_sum(const PhpArray& rates) const {
        Decimal sum;
        for (const PhpEntry& rate : rates) {
            const bool computed = rate.value.get<double>() != nullptr;
            const Decimal amount = number_of(rate.value);
            sum = sum + (computed ? amount_of(amount.to_string(), tax_decimals()) : amount);
        }
        return sum;
    }

    OrderRecord& order_;
    const TotalsSettings& settings_;
    const TaxRates* rates_;
    const std::map<std::uint64_t, TaxStatus>& untaxed_products_;
    Place place_;
    std::vector<std::string> classes_;
    std::vector<RateTotal> totals_;  ///< in the order the rates appear: those of lines and fees before those of shipping alone
};

}  // namespace

TotalsSettings totals_settings(const std::function<std::optional<std::string>(std::string_view)>& option) {
    const WooCommerceReading reading = woocommerce_reading(option);
    TotalsSettings settings;
    settings.price_decimals = reading.price_decimals;
    settings.prices_include_tax = reading.prices_include_tax;
    settings.tax_round_at_subtotal = reading.tax_round_at_subtotal;
    settings.calc_taxes = option("woocommerce_calc_taxes") == "yes";
    settings.tax_based_on = option("woocommerce_tax_based_on").value_or(settings.tax_based_on);
    settings.shipping_tax_class = option("woocommerce_shipping_tax_class").value_or(settings.shipping_tax_class);
    const std::string base = option("woocommerce_default_country").value_or("");
    const std::size_t colon = base.find(':');
    settings.base_country = base.substr(0, colon);
    if (colon != std::string::npos && base.substr(colon + 1) != "*") settings.base_state = base.substr(colon + 1);
    settings.base_postcode = option("woocommerce_store_postcode").value_or("");
    settings.base_city = option("woocommerce_store_city").value_or("");
    const std::string classes = option("woocommerce_tax_classes").value_or("");
    for (std::size_t at = 0; at < classes.size();) {
        const std::size_t end = std::min(classes.find('\n', at), classes.size());
        if (std::string one = slug(std::string_view(classes).substr(at, end - at)); !one.empty()) settings.tax_classes.push_back(std::move(one));
        at = end + 1;
    }
    return settings;
}

void calculate_totals(OrderRecord& order, const TotalsSettings& settings, const TaxRates* taxes, const std::map<std::uint64_t, TaxStatus>& untaxed_products) {
    Calculation(order, settings, taxes, untaxed_products).run();
}

}  // namespace ordo::orders
