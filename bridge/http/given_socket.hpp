// A listening socket that another program opened.
#pragma once

#include <boost/asio/ip/tcp.hpp>
#include <cstdint>
#include <optional>
#include <string>

#include "bridge/core/unique_fd.hpp"

namespace bridge::http {

/// A TCP socket that listens already, and that this process did not open itself: a service manager, or the process before this one, passed it on.
/// Connections wait in its queue whoever reads it, so none is lost while the reader changes.
struct given_socket {
    core::unique_fd descriptor;
    boost::asio::ip::tcp::endpoint endpoint;  ///< its local address and port
    bool is_managed = false;                  ///< a service manager keeps it open: if no process read it, its clients would wait for ever

    /// True if the socket is right for a listener on that address and port; 0 stands for any port.
    bool is_for(const boost::asio::ip::address& address, std::uint16_t port) const {
        return endpoint.address() == address && (port == 0 || endpoint.port() == port);
    }
};

/// Makes a `given_socket` of `descriptor`, which child processes will not inherit. Returns nothing if it is no listening TCP socket; `wrong` then
/// says what it is instead.
std::optional<given_socket> inspect_socket(core::unique_fd descriptor, std::string& wrong);

}  // namespace bridge::http
