#include "bridge/app/health_check.hpp"

#include <sys/socket.h>
#include <sys/time.h>

#include <array>
#include <boost/asio/ip/tcp.hpp>
#include <cerrno>
#include <cstring>
#include <string_view>
#include <vector>

#include "bridge/core/unique_fd.hpp"
#include "bridge/http/listen_addresses.hpp"

namespace bridge::app {
namespace {

namespace ip = boost::asio::ip;

// For each step. Container runtimes give a check 30 s.
constexpr timeval step_limit{.tv_sec = 3, .tv_usec = 0};
constexpr std::string_view request = "GET /healthz HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n";
constexpr std::string_view good_status = "HTTP/1.1 200 ";

ip::address reachable(const ip::address& listening) {
    if (!listening.is_unspecified()) return listening;
    if (listening.is_v6()) return ip::address_v6::loopback();
    return ip::address_v4::loopback();
}

// With a deadline for each step, connect, send and recv fail with these instead of waiting on.
std::string reason(int error) {
    if (error == EAGAIN || error == EWOULDBLOCK || error == EINPROGRESS) return "no answer in time";
    return std::strerror(error);
}

std::string ask(const ip::tcp::endpoint& place) {
    const core::unique_fd connection(socket(place.protocol().family(), SOCK_STREAM, 0));
    if (connection.get() < 0) return reason(errno);
    for (const int option : {SO_RCVTIMEO, SO_SNDTIMEO}) setsockopt(connection.get(), SOL_SOCKET, option, &step_limit, sizeof step_limit);
    if (connect(connection.get(), place.data(), static_cast<socklen_t>(place.size())) != 0) return reason(errno);
    if (send(connection.get(), request.data(), request.size(), MSG_NOSIGNAL) != static_cast<ssize_t>(request.size())) return reason(errno);
    std::array<char, good_status.size()> answer{};
    const ssize_t length = recv(connection.get(), answer.data(), answer.size(), MSG_WAITALL);
    if (length < 0) return reason(errno);
    if (std::string_view(answer.data(), static_cast<std::size_t>(length)) != good_status) return "its answer is not 200 OK";
    return {};
}

}  // namespace

std::string sickness_of(const std::string& host, std::uint16_t port) {
    const std::vector<ip::address> listening = http::listen_addresses(host);
    if (listening.empty()) return "'" + host + "' is no address of this machine";
    const ip::tcp::endpoint place(reachable(listening.front()), port);
    const std::string wrong = ask(place);
    if (wrong.empty()) return {};
    return "the bridge on " + place.address().to_string() + ", port " + std::to_string(port) + ", is not well: " + wrong;
}

}  // namespace bridge::app
