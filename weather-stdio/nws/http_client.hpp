// A client of web services over HTTP/1.1, encrypted or plain, direct or through a proxy.
#pragma once

#include <chrono>
#include <cstddef>
#include <memory>
#include <string>

#include "bridge/core/async.hpp"
#include "bridge/core/error.hpp"
#include "weather-stdio/nws/http_target.hpp"
#include "weather-stdio/nws/proxy_settings.hpp"

namespace boost::asio::ssl {
class context;
}

namespace nws {

using deadline = std::chrono::steady_clock::time_point;

/// The limits of one request. The caller's deadline ends the request in any case.
struct http_limits {
    /// Time to resolve the name and make the connection, including a proxy's tunnel.
    std::chrono::seconds connect{10};
    /// Time for the TLS handshake.
    std::chrono::seconds handshake{10};
    /// Time to send the request and read the whole answer.
    std::chrono::seconds exchange{20};
    /// Longest header, in bytes.
    std::size_t header = std::size_t{64} * 1024;
    /// Longest body, in bytes. The largest usual answer, the alerts of a big state, is below 1 MiB.
    std::size_t body = std::size_t{4} * 1024 * 1024;
    unsigned redirects = 5;
};

/// A client for GET requests, with one connection for each request. It verifies certificates and host names with the system's authorities,
/// or with those that the environment variables SSL_CERT_FILE and SSL_CERT_DIR name.
class http_client {
public:
    /// `user_agent` is the value of that header, which every request has. `proxies` are read once.
    http_client(std::string user_agent, proxy_settings proxies, http_limits limits = {});
    ~http_client();
    http_client(http_client&&) noexcept;

    /// Returns the unchanged body of a successful answer (status 200). Follows redirects. Fails with an `http_errc` or with a status of
    /// `status_category`, or ends by terminal cancellation. `last_moment` limits the whole call.
    bridge::core::task<bridge::core::result<std::string>> get(http_target target, deadline last_moment);

private:
    boost::asio::ssl::context& tls();

    std::string user_agent_;
    proxy_settings proxies_;
    http_limits limits_;
    std::unique_ptr<boost::asio::ssl::context> tls_;  // created for the first https request, because reading all authorities is slow
};

}  // namespace nws
