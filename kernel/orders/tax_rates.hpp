/// The shop's tax rates: which of them apply at a place, and the taxes they make of a price without them. WooCommerce's
/// `WC_Tax`. Loaded once, then only read; any thread.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <ordo/database.hpp>
#include <ordo/decimal.hpp>

namespace ordo::orders {

struct TaxRate {
    std::uint64_t id = 0;
    std::string country, state;                 ///< empty: everywhere
    std::string name, tax_class;                ///< the class's slug; empty: the standard class
    std::string rate;                           ///< per cent, as stored: "21.0000"
    int priority = 1;                           ///< of each priority one rate applies
    bool compound = false;                      ///< on top of the other taxes
    bool shipping = true;                       ///< on shipping too
    std::uint64_t order = 0;                    ///< in the shop's list of rates; which one applies does not depend on it
    std::vector<std::string> postcodes, cities; ///< none: everywhere
};

/// `CZ-DPH 12 %-1`: what a tax item of an order is named.
std::string rate_code(const TaxRate& rate);

/// A tax by its rate, in the order in which they are computed: those on top of others last.
using Taxes = std::vector<std::pair<const TaxRate*, Decimal>>;

/// `of / whole` of something.
struct Share {
    Decimal of, whole;
};

/// `WC_Tax::calc_exclusive_tax`: the taxes on a price, or on a share of it, computed exactly and each rounded half away from
/// zero. The price reads as its numeric prefix.
Taxes exclusive_taxes(std::string_view price, std::span<const TaxRate* const> rates, unsigned decimals, std::optional<Share> share = std::nullopt);

/// The share of an amount, exact, rounded half away from zero. `whole` is not 0.
Decimal share_of(Decimal amount, const Share& share, unsigned decimals);

class TaxRates {
public:
    TaxRates() = default;
    explicit TaxRates(std::vector<TaxRate> rates, std::vector<std::string> tax_classes = {}) : rates_(std::move(rates)), tax_classes_(std::move(tax_classes)) {}

    /// Empty where the tables do not exist.
    static TaxRates load(Read& read, const std::string& table_prefix);

    /// `WC_Tax::find_rates`: of each priority the rate that fits the place most closely, by priority. None without a country.
    /// The pointers last as long as this object.
    std::vector<const TaxRate*> find(std::string_view country, std::string_view state, std::string_view postcode, std::string_view city, std::string_view tax_class) const;

    const TaxRate* get(std::uint64_t id) const noexcept;

    /// Slugs of the shop's classes beside the standard one, by name: since WooCommerce 3.7 a table and no option.
    const std::vector<std::string>& tax_classes() const noexcept { return tax_classes_; }

private:
    std::vector<TaxRate> rates_;
    std::vector<std::string> tax_classes_;
};

}  // namespace ordo::orders
