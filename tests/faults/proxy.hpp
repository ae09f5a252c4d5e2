/// Stands between clients and the server of ORDO_TEST_MARIADB, on a socket of its own, and does to connections what
/// networks do. Its threads end with it.
#pragma once

#include <atomic>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <string>
#include <thread>

#include "tests/cli/program.hpp"
#include "tests/support/test_database.hpp"

namespace ordo::test {

class Proxy {
public:
    /// Every connection is cut after a random number of bytes, both ways together, of this mean; 0: none is.
    explicit Proxy(std::uint64_t seed = 0, std::size_t bytes_mean = 0);
    Proxy(const Proxy&) = delete;
    Proxy& operator=(const Proxy&) = delete;
    ~Proxy();

    /// The database of `url` through the proxy.
    std::string url(const std::string& url) const;

    /// The n-th COMMIT from now on reaches the server and is carried out, but its answer never comes back. From 1; 0: none.
    void lose_answer_of_commit(int nth) noexcept { lost_commit_ = nth; }
    /// The server seems to be gone: connections are closed, new ones too.
    void refuse(bool refusing) noexcept { refusing_ = refusing; }

    int connections() const noexcept { return connections_; }
    int cuts() const noexcept { return cuts_; }

private:
    void serve();
    void pass(Descriptor client, std::uint64_t seed);

    TempDirectory directory_;
    std::uint64_t seed_;
    std::size_t bytes_mean_;
    Descriptor listener_;
    std::atomic<bool> ending_{false}, refusing_{false};
    std::atomic<int> lost_commit_{0}, connections_{0}, cuts_{0}, passing_{0};
    std::thread server_;
};

}  // namespace ordo::test
