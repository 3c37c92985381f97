// The sockets that a service manager opened for the bridge.
#pragma once

#include <string>
#include <vector>

#include "bridge/http/given_socket.hpp"

namespace bridge::app {

/// The sockets of a service manager, by listener.
struct activated_sockets {
    std::vector<http::given_socket> clients;
    std::vector<http::given_socket> metrics;  ///< those with the name "metrics" (FileDescriptorName= in a .socket unit)
};

/// Acquires the sockets that systemd passed to this process (sd_listen_fds(3)), and removes the variables that say so from the environment. Returns
/// none if no socket was passed to this process. If a socket cannot be used, `wrong` says which and why.
activated_sockets acquire_activated_sockets(std::string& wrong);

}  // namespace bridge::app
