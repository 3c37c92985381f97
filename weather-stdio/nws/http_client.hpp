// Asks web services over HTTP/1.1, encrypted or plain, directly or through a proxy.
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

/// Bounds of one request. Whatever happens, the caller's deadline ends it.
struct http_limits {
    /// To resolve the name and make the connection, a proxy's tunnel included.
    std::chrono::seconds connect{10};
    /// Of TLS.
    std::chrono::seconds handshake{10};
    /// To send the request and read the whole answer.
    std::chrono::seconds exchange{20};
    /// Bytes.
    std::size_t header = std::size_t{64} * 1024;
    /// Bytes. The largest usual answer, the alerts of a big state, is below 1 MiB.
    std::size_t body = std::size_t{4} * 1024 * 1024;
    unsigned redirects = 5;
};

/// A client for GET requests, one connection for each. Certificates and host names are verified against the
/// system's authorities, or those that the environment variables SSL_CERT_FILE and SSL_CERT_DIR name.
class http_client {
public:
    /// `user_agent`: value of that header, sent with every request. `proxies` are read once.
    http_client(std::string user_agent, proxy_settings proxies, http_limits limits = {});
    ~http_client();
    http_client(http_client&&) noexcept;

    /// The body of a successful answer (status 200) as it came. Follows redirects. Fails with an `http_errc`,
    /// with a status of `status_category`, or is ended by terminal cancellation. `until` bounds all of it.
    bridge::core::task<bridge::core::result<std::string>> get(http_target target, deadline until);

private:
    boost::asio::ssl::context& tls();

    std::string user_agent_;
    proxy_settings proxies_;
    http_limits limits_;
    std::unique_ptr<boost::asio::ssl::context>
        tls_;  // made for the first https request: reading all authorities is slow
};

}  // namespace nws
