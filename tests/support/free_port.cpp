#include "tests/support/free_port.hpp"

#include <arpa/inet.h>
#include <sys/socket.h>

#include <random>
#include <stdexcept>

#include "tests/support/unique_fd.hpp"

namespace test_support {
namespace {

// Below the range from which Linux chooses ports by itself (ip_local_port_range, 32768 and up): another test that binds port 0 between this choice
// and its use would get a port from that range.
constexpr std::uint16_t lowest = 20'000;
constexpr std::uint16_t highest = 31'999;

bool is_free(std::uint16_t port) {
    const unique_fd socket(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    address.sin_port = htons(port);
    return ::bind(socket.get(), reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0;
}

}  // namespace

std::uint16_t free_port() {
    std::random_device random;
    std::uniform_int_distribution<std::uint16_t> any(lowest, highest);
    for (int attempt = 0; attempt < 1000; ++attempt) {
        const std::uint16_t port = any(random);
        if (is_free(port)) return port;
    }
    throw std::runtime_error("no port is free");
}

}  // namespace test_support
