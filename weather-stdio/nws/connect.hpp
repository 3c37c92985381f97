// TCP connections with a deadline, direct or through the tunnel of a proxy.
#pragma once

#include <boost/asio/ip/tcp.hpp>
#include <string>

#include "bridge/core/async.hpp"
#include "bridge/core/error.hpp"
#include "weather-stdio/nws/http_client.hpp"

namespace nws {

using tcp_socket = boost::asio::basic_stream_socket<boost::asio::ip::tcp, bridge::core::executor>;

/// Connects to the first address of `host` that accepts. Fails with `unknown_host`, `unreachable` or `timed_out`.
bridge::core::task<bridge::core::result<tcp_socket>> connect_to(std::string host, std::string port, deadline last_moment);

/// Connects to `proxy` and requests a tunnel to `target` (RFC 9110, 9.3.6: CONNECT). Fails as `connect_to` does, or with `proxy_refused`.
bridge::core::task<bridge::core::result<tcp_socket>> connect_through(http_proxy proxy, http_target target, deadline last_moment);

}  // namespace nws
