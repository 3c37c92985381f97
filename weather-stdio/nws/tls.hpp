// The verification of encrypted connections.
#pragma once

#include <openssl/ssl.h>
#include <boost/asio/ssl/context.hpp>
#include <boost/system/error_code.hpp>
#include <memory>
#include <string>

namespace nws {

/// Makes the TLS context of a client: TLS 1.2 or later, with the system's authorities or those of SSL_CERT_FILE and SSL_CERT_DIR.
std::unique_ptr<boost::asio::ssl::context> make_tls_context();

/// Prepares a connection to `host`: sets SNI, and the name or address that the certificate must have. Returns false if OpenSSL refuses the
/// name.
bool expect_host(SSL* connection, const std::string& host);

/// Returns the reason why the handshake on `connection` failed with `error`: `untrusted`, `wrong_host`, `timed_out` or `tls_failed`.
boost::system::error_code explain_handshake_failure(SSL* connection, const boost::system::error_code& error);

}  // namespace nws
