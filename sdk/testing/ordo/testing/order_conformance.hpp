/// The conformance suite of order stores: what a store's author runs against a kernel whose authoritative store is the one
/// under test. Each case makes its own orders through `ordo::Orders` and looks at them through it and through the export, so
/// a store is judged by what its users see. What else a store must do (answering `list`, `count` and `verify` alike) the export
/// and the case `its orders can be listed` cover; speed it does not judge.
///
///     #include <ordo/testing/order_conformance.hpp>          // in one file of a program that links Ordo::kernel
///     for (const auto& result : ordo::testing::run_order_conformance(make_kernel))
///         for (const std::string& failure : result.failures) fmt::print("{}: {}\n", result.name, failure);
///
/// A transcript holds what a case noted and every order it left, without what differs from run to run (ids, the present time,
/// order keys): two stores that keep the same orders give the same bytes. One thread. Throws what `make_kernel` throws.
/// Since 0.4.
#pragma once

#include <ordo/testing/cases_bad_input.hpp>
#include <ordo/testing/cases_concurrency.hpp>
#include <ordo/testing/cases_fields.hpp>
#include <ordo/testing/cases_find.hpp>
#include <ordo/testing/cases_items.hpp>
#include <ordo/testing/cases_life.hpp>
#include <ordo/testing/cases_meta.hpp>
#include <ordo/testing/cases_refunds.hpp>
#include <ordo/testing/cases_totals.hpp>
#include <ordo/testing/probe.hpp>
#include <ordo/testing/transcript.hpp>

namespace ordo::testing {

struct ConformanceResult {
    std::string name;
    std::vector<std::string> failures;   ///< empty: the store conforms
    std::string transcript;
};

/// Every case; names differ from each other and stay as they are.
inline ConformanceCases order_conformance_cases() {
    ConformanceCases cases;
    for (const auto& add : {add_field_cases, add_status_cases, add_meta_cases, add_item_cases, add_life_cases, add_refund_cases, add_find_cases, add_concurrency_cases,
                            add_bad_input_cases, add_totals_cases})
        add(cases);
    return cases;
}

/// `make_kernel` gives a shop without orders, with the store under test authoritative. It is called for the first case, for
/// each zone, and whenever a case leaves something that cannot be removed; a kernel is released before the function returns.
/// `chosen`: which cases to run; empty: all.
inline std::vector<ConformanceResult> run_order_conformance(const std::function<std::shared_ptr<Kernel>()>& make_kernel,
                                                            const std::function<bool(std::string_view name)>& chosen = nullptr) {
    std::map<std::string, std::shared_ptr<Kernel>> shops;   // by zone
    std::vector<ConformanceResult> results;
    for (const ConformanceCase& one : order_conformance_cases()) {
        if (chosen && !chosen(one.name)) continue;
        std::shared_ptr<Kernel>& kernel = shops[one.zone];
        if (!kernel) {
            kernel = make_kernel();
            if (!one.zone.empty()) detail::set_zone(*kernel, one.zone);
        }
        Probe probe(*kernel);
        const auto begin = detail::present();
        try {
            one.run(probe);
        } catch (const Error& error) {
            probe.fail(fmt::format("threw {}: {}", error.code().name, error.what()));
        } catch (const std::exception& error) {
            probe.fail(fmt::format("threw: {}", error.what()));
        }
        const Names left = probe.export_all();
        for (const std::string& line : left) probe.note(line);
        detail::Transcript transcript(begin, detail::present(), kernel->orders().site_zone());
        results.push_back({one.name, probe.failures(), transcript.normalised(probe.transcript())});
        // The next case finds an empty shop; that this is possible is part of the conformance.
        try {
            kernel->orders().remove_many(detail::ids_of(left), {});
            if (!probe.export_all().empty()) throw Error(errc::internal, "orders that were removed are there");
        } catch (const Error& error) {
            results.back().failures.push_back(fmt::format("its orders cannot be removed: {}: {}", error.code().name, error.what()));
            kernel.reset();
        }
    }
    return results;
}

}  // namespace ordo::testing
