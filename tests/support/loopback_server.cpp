#include "tests/support/loopback_server.hpp"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cerrno>
#include <system_error>
#include <utility>

namespace test_support {
namespace {

sockaddr_in loopback(std::uint16_t port) {
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(port);
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    return address;
}

int checked(int result, const char* call_name) {
    if (result < 0) throw std::system_error(errno, std::system_category(), call_name);
    return result;
}

}  // namespace

loopback_server::loopback_server() {
    listener_ = checked(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0), "socket");
    auto address = loopback(0);
    socklen_t size = sizeof(address);
    auto* const generic = reinterpret_cast<sockaddr*>(&address);
    checked(::bind(listener_, generic, size), "bind");
    checked(::listen(listener_, 16), "listen");
    checked(::getsockname(listener_, generic, &size), "getsockname");
    port_ = ntohs(address.sin_port);
}

void loopback_server::start(handler serve) {
    serve_ = std::move(serve);
    acceptor_ = std::thread([this] { accept_all(); });
}

void loopback_server::accept_all() {
    for (;;) {
        const int fd = ::accept4(listener_, nullptr, nullptr, SOCK_CLOEXEC);
        if (fd < 0) return;  // `stop` shut the listener down
        const std::lock_guard lock(mutex_);
        if (stopping_) {
            ::close(fd);
            return;
        }
        // Closed by `stop` only, after the join, so that no number is used twice meanwhile.
        connections_.push_back({fd, std::thread([this, fd] {
                                    serve_(fd);
                                    ::shutdown(fd, SHUT_RDWR);
                                })});
    }
}

void loopback_server::stop() {
    {
        const std::lock_guard lock(mutex_);
        if (std::exchange(stopping_, true)) return;
        for (const auto& open : connections_) ::shutdown(open.fd, SHUT_RDWR);
    }
    ::shutdown(listener_, SHUT_RDWR);
    if (acceptor_.joinable()) acceptor_.join();
    ::close(listener_);
    for (auto& open : connections_) {
        open.thread.join();
        ::close(open.fd);
    }
}

bool loopback_server::stopping() const {
    const std::lock_guard lock(mutex_);
    return stopping_;
}

int connect_loopback(std::uint16_t port) {
    const int fd = checked(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0), "socket");
    const auto address = loopback(port);
    checked(::connect(fd, reinterpret_cast<const sockaddr*>(&address), sizeof(address)), "connect");
    return fd;
}

bool write_all(int fd, std::string_view text) {
    while (!text.empty()) {
        const auto written = ::send(fd, text.data(), text.size(), MSG_NOSIGNAL);
        if (written <= 0) return false;
        text.remove_prefix(static_cast<std::size_t>(written));
    }
    return true;
}

}  // namespace test_support
