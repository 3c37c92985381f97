// A TCP server on the loopback with a thread for each connection: the base of the stand-ins.
#pragma once

#include <cstdint>
#include <functional>
#include <list>
#include <mutex>
#include <string>
#include <string_view>
#include <thread>

namespace test_support {

class loopback_server {
public:
    /// `serve` runs on a thread of its own for each connection; the descriptor is closed when it returns.
    using handler = std::function<void(int connection)>;

    /// Listens on 127.0.0.1 at a free port. Throws `std::system_error`.
    loopback_server();

    /// Starts to accept. Once.
    void start(handler serve);

    /// Shuts every connection down and waits for their threads. The owner's destructor calls it first.
    void stop();
    ~loopback_server() { stop(); }

    std::uint16_t port() const noexcept { return port_; }

    /// True once `stop` was called.
    bool stopping() const;

private:
    struct connection {
        int fd;
        std::thread thread;
    };

    void accept_all();

    int listener_ = -1;
    std::uint16_t port_ = 0;
    handler serve_;
    std::thread acceptor_;
    mutable std::mutex mutex_;
    std::list<connection> connections_;
    bool stopping_ = false;
};

/// Connects to a port on the loopback. Throws `std::system_error`.
int connect_loopback(std::uint16_t port);

/// Writes all of it; false if the peer has gone.
bool write_all(int fd, std::string_view text);

}  // namespace test_support
