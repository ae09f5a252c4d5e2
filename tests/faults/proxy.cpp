/// See proxy.hpp.
#include "tests/faults/proxy.hpp"

#include <array>
#include <chrono>
#include <random>
#include <string_view>

#include <poll.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

namespace ordo::test {
namespace {

constexpr int poll_ms = 5;

Descriptor socket_at(const std::string& path, int (*join)(int, const sockaddr*, socklen_t)) {
    Descriptor made(socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0));
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    path.copy(address.sun_path, sizeof address.sun_path - 1);
    return join(made.get(), reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0 ? std::move(made) : Descriptor{};
}

bool send_all(int to, std::string_view bytes) {
    while (!bytes.empty()) {
        const ssize_t sent = send(to, bytes.data(), bytes.size(), MSG_NOSIGNAL);
        if (sent <= 0) return false;
        bytes.remove_prefix(static_cast<std::size_t>(sent));
    }
    return true;
}

bool readable(int descriptor, int wait_ms) {
    pollfd one{descriptor, POLLIN, 0};
    return poll(&one, 1, wait_ms) > 0;
}

/// As the client library sends it: a packet of 7 bytes, the first of its exchange, a query.
constexpr std::string_view commit_packet{"\x07\0\0\0\x03" "COMMIT", 11};

}  // namespace

Proxy::Proxy(std::uint64_t seed, std::size_t bytes_mean) : seed_(seed), bytes_mean_(bytes_mean) {
    listener_ = socket_at((directory_.path() / "socket").string(), bind);
    REQUIRE(listener_.get() >= 0);
    REQUIRE(listen(listener_.get(), 100) == 0);
    server_ = std::thread([this] { serve(); });
}

Proxy::~Proxy() {
    ending_ = true;
    server_.join();
    while (passing_ > 0) std::this_thread::sleep_for(std::chrono::milliseconds(1));
}

std::string Proxy::url(const std::string& url) const { return url.substr(0, url.find('?')) + "?socket=" + (directory_.path() / "socket").string(); }

void Proxy::serve() {
    std::mt19937_64 seeds(seed_);
    while (!ending_) {
        if (!readable(listener_.get(), poll_ms)) continue;
        Descriptor client(accept4(listener_.get(), nullptr, nullptr, SOCK_CLOEXEC));
        if (client.get() < 0 || refusing_) continue;
        ++connections_;
        ++passing_;
        std::thread([this, seed = seeds(), held = std::make_shared<Descriptor>(std::move(client))] {
            pass(std::move(*held), seed);
            --passing_;
        }).detach();
    }
}

void Proxy::pass(Descriptor client, std::uint64_t seed) {
    const Descriptor server = socket_at(mariadb_socket(), connect);
    if (server.get() < 0) return;
    std::mt19937_64 random(seed);
    std::size_t left = bytes_mean_ ? std::uniform_int_distribution<std::size_t>(1, 2 * bytes_mean_)(random) : SIZE_MAX;
    std::array<char, 65536> block{};
    const auto forward = [&](int from, int to) {
        const ssize_t got = read(from, block.data(), block.size());
        if (got <= 0) return false;
        const std::string_view bytes(block.data(), static_cast<std::size_t>(got));
        if (from == client.get() && bytes == commit_packet && lost_commit_ > 0 && --lost_commit_ == 0) {
            ++cuts_;
            // The server's answer is waited for: only then is it certain that the commit was carried out.
            if (send_all(to, bytes)) readable(to, 5000);
            return false;
        }
        const std::size_t passed = std::min(left, bytes.size());
        left -= passed;
        if (!send_all(to, bytes.substr(0, passed))) return false;
        if (left > 0) return true;
        ++cuts_;
        return false;
    };
    std::array<pollfd, 2> ends{{{client.get(), POLLIN, 0}, {server.get(), POLLIN, 0}}};
    while (!ending_ && !refusing_) {
        if (poll(ends.data(), ends.size(), poll_ms) <= 0) continue;
        if (ends[0].revents && !forward(client.get(), server.get())) return;
        if (ends[1].revents && !forward(server.get(), client.get())) return;
    }
}

}  // namespace ordo::test
