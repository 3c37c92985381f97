// The sockets on which a server listens.
#pragma once

#include <boost/asio/basic_socket_acceptor.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "bridge/core/event.hpp"
#include "bridge/http/given_socket.hpp"

namespace bridge::http {

/// The socket of one address.
struct listening_socket {
    explicit listening_socket(core::executor loop_executor) : acceptor(loop_executor), slot(loop_executor) {}

    boost::asio::basic_socket_acceptor<boost::asio::ip::tcp, core::executor> acceptor;
    core::event slot;         ///< a connection has ended; wakes the accept loop of this socket
    bool is_managed = false;  ///< see `given_socket`
};

/// The sockets of one listener: one for each of the `listen_addresses` of its host, all on the same port.
class listening_sockets {
public:
    explicit listening_sockets(core::executor loop_executor) : executor_(loop_executor) {}

    /// Binds and listens on all `listen_addresses` of `host`. An address of "localhost" that this machine does not have is left out. With port 0 the
    /// system chooses a port. A socket of `given` that has the address and port, or any port if `port` is 0, is used instead of a new one. Returns an
    /// empty text, or the failure in words.
    std::string listen(const std::string& host, std::uint16_t port, std::vector<given_socket> given = {});

    /// Uses `given`, and no other socket. Returns an empty text, or the failure in words.
    std::string use(std::vector<given_socket> given);

    std::uint16_t port() const { return port_; }

    /// The addresses of the sockets, in their order.
    std::vector<boost::asio::ip::address> addresses() const;

    /// The socket of that number in `addresses`.
    listening_socket& at(std::size_t number) { return *all_.at(number); }

    /// The sockets that listen.
    std::vector<listening_socket*> open();

    /// Wakes all accept loops.
    void wake();

    /// Stops listening. Connections that wait in the queue of a socket which another process has too are served by that process.
    void close();

private:
    std::string listen_on_all(const std::vector<boost::asio::ip::address>& addresses, std::uint16_t port);
    std::string add(given_socket given);
    std::string listen_on(const boost::asio::ip::address& address, std::uint16_t port, boost::system::error_code& error);

    core::executor executor_;
    std::vector<std::unique_ptr<listening_socket>> all_;
    std::vector<given_socket> given_;  // those that are not used yet
    std::uint16_t port_ = 0;
};

}  // namespace bridge::http
