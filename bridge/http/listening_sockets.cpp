#include "bridge/http/listening_sockets.hpp"

#include <algorithm>
#include <cerrno>
#include <utility>

#include "bridge/http/listen_addresses.hpp"

namespace bridge::http {

namespace asio = boost::asio;
using asio::ip::tcp;

namespace {

// Attempts to find one port that is free on all addresses.
constexpr int most_ports_tried = 10;

}  // namespace

std::string listening_sockets::listen(const std::string& host, std::uint16_t port, std::vector<given_socket> given) {
    given_ = std::move(given);
    const std::vector<asio::ip::address> addresses = listen_addresses(host);
    if (addresses.empty()) return "'" + host + "' is neither an IP address nor localhost";
    std::string wrong;
    // A port that the system chose for one address can be in use at another one.
    for (int attempts = port == 0 ? most_ports_tried : 1; attempts > 0; --attempts) {
        wrong = listen_on_all(addresses, port);
        if (wrong.empty()) break;
    }
    given_.clear();
    return wrong;
}

std::string listening_sockets::listen_on_all(const std::vector<asio::ip::address>& addresses, std::uint16_t port) {
    all_.clear();
    std::string absent;
    for (const asio::ip::address& each : addresses) {
        boost::system::error_code error;
        std::string wrong = listen_on(each, all_.empty() ? port : port_, error);
        if (wrong.empty()) continue;
        // Many containers have no IPv6, and then nobody can connect to ::1 either.
        const bool is_absent = error == asio::error::address_family_not_supported || error.value() == EADDRNOTAVAIL;
        if (!is_absent) return wrong;
        absent = std::move(wrong);
    }
    return all_.empty() ? absent : std::string();
}

std::string listening_sockets::listen_on(const asio::ip::address& address, std::uint16_t port, boost::system::error_code& error) {
    const auto is_wanted = [&](const given_socket& each) { return each.is_for(address, port); };
    if (const auto same = std::ranges::find_if(given_, is_wanted); same != given_.end()) {
        given_socket found = std::move(*same);
        given_.erase(same);
        return add(std::move(found));
    }
    const tcp::endpoint endpoint(address, port);
    const auto failed = [&](const char* step) {
        return std::string("cannot ") + step + " " + address.to_string() + " port " + std::to_string(port) + ": " + error.message();
    };
    auto opened = std::make_unique<listening_socket>(executor_);
    auto& acceptor = opened->acceptor;
    if (acceptor.open(endpoint.protocol(), error); error) return failed("open a socket for");
    // The Functions host starts the next process on this port right after the last one.
    if (acceptor.set_option(tcp::acceptor::reuse_address(true), error); error) return failed("share");
    if (acceptor.bind(endpoint, error); error) return failed("bind to");
    if (acceptor.listen(asio::socket_base::max_listen_connections, error); error) return failed("listen on");
    port_ = acceptor.local_endpoint(error).port();
    all_.push_back(std::move(opened));
    return {};
}

std::string listening_sockets::use(std::vector<given_socket> given) {
    for (given_socket& each : given) {
        if (std::string wrong = add(std::move(each)); !wrong.empty()) return wrong;
    }
    return {};
}

std::string listening_sockets::add(given_socket given) {
    auto opened = std::make_unique<listening_socket>(executor_);
    boost::system::error_code error;
    opened->acceptor.assign(given.endpoint.protocol(), given.descriptor.get(), error);
    if (error) return "cannot use the socket of " + given.endpoint.address().to_string() + ": " + error.message();
    given.descriptor.release();
    opened->is_managed = given.is_managed;
    port_ = given.endpoint.port();
    all_.push_back(std::move(opened));
    return {};
}

std::vector<asio::ip::address> listening_sockets::addresses() const {
    std::vector<asio::ip::address> out;
    boost::system::error_code ignored;
    for (const auto& each : all_) out.push_back(each->acceptor.local_endpoint(ignored).address());
    return out;
}

std::vector<listening_socket*> listening_sockets::open() {
    std::vector<listening_socket*> out;
    for (const auto& each : all_) {
        if (each->acceptor.is_open()) out.push_back(each.get());
    }
    return out;
}

void listening_sockets::wake() {
    for (const auto& each : all_) each->slot.notify();
}

// Asio removes a socket from its epoll descriptor only when it releases the socket. A socket that was merely closed would stay registered while
// another process has it open.
void listening_sockets::close() {
    for (const auto& each : all_) {
        if (!each->acceptor.is_open()) continue;
        boost::system::error_code failed;
        const core::unique_fd released(each->acceptor.release(failed));
    }
}

}  // namespace bridge::http
