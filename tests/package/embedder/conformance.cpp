/// Holds the authoritative store of a new shop to some cases of the conformance suite, as the author of a store would.
#include <fmt/core.h>
#include <ordo/testing/order_conformance.hpp>

int main(int, char** arguments) {
    const auto make_kernel = [&] {
        ordo::KernelOptions options;
        options.database_url = arguments[1];
        auto kernel = std::make_shared<ordo::Kernel>(options);
        kernel->init_database();
        return kernel;
    };
    int failures = 0;
    const auto results = ordo::testing::run_order_conformance(make_kernel, [](std::string_view name) { return name.starts_with("CR"); });
    for (const auto& result : results)
        for (const std::string& failure : result.failures) failures += 1, fmt::print("{}: {}\n", result.name, failure);
    fmt::print("{} cases, {} failures\n", results.size(), failures);
    return failures == 0 && !results.empty() ? 0 : 1;
}
