// How encrypted connections are checked.
#pragma once

#include <openssl/ssl.h>
#include <boost/asio/ssl/context.hpp>
#include <boost/system/error_code.hpp>
#include <memory>
#include <string>

namespace nws {

/// A client's context: TLS 1.2 or later, the system's authorities or those of SSL_CERT_FILE and SSL_CERT_DIR.
std::unique_ptr<boost::asio::ssl::context> make_tls_context();

/// Prepares a connection for `host`: SNI, and the name or address that the certificate must bear. False if
/// OpenSSL refuses the name.
bool expect_host(SSL* connection, const std::string& host);

/// Why the handshake on `connection` failed with `error`: `untrusted`, `wrong_host`, `timed_out` or
/// `tls_failed`.
boost::system::error_code explain_handshake_failure(SSL* connection, const boost::system::error_code& error);

}  // namespace nws
