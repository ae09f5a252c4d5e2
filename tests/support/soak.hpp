/// Random tests: their seed, and how long they go on.
#pragma once

#include <cstdint>
#include <cstdlib>
#include <iostream>
#include <random>

namespace ordo::test {

/// True in the long run (`tests/run --soak`).
inline bool soaking() {
    const char* value = std::getenv("ORDO_TEST_SOAK");
    return value && *value;
}

/// A seed by chance, or ORDO_TEST_SEED; printed, so that a failed test can be given it again.
inline std::uint64_t new_seed(const char* test) {
    const char* given = std::getenv("ORDO_TEST_SEED");
    const std::uint64_t seed = given ? std::strtoull(given, nullptr, 10) : std::random_device{}();
    std::cout << test << ": ORDO_TEST_SEED=" << seed << std::endl;
    return seed;
}

}  // namespace ordo::test
