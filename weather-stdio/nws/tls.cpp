#include "weather-stdio/nws/tls.hpp"

#include <openssl/x509v3.h>

#include <spdlog/spdlog.h>
#include <boost/asio/ip/address.hpp>
#include <boost/beast/core/error.hpp>
#include <cstdlib>
#include <filesystem>

#include "weather-stdio/nws/http_error.hpp"

namespace nws {
namespace {

bool is_set(const char* variable) {
    const char* value = std::getenv(variable);
    return value != nullptr && *value != '\0';
}

// OpenSSL's own places are fixed when it is built. A static binary from Debian that runs on another
// distribution finds nothing there, so the bundles of the others are tried, in the order in which Go's
// crypto/x509 does.
void add_bundle_of_other_distributions(boost::asio::ssl::context& context) {
    if (is_set(X509_get_default_cert_file_env()) || is_set(X509_get_default_cert_dir_env())) return;
    std::error_code ignored;
    if (std::filesystem::exists(X509_get_default_cert_file(), ignored) ||
        std::filesystem::exists(X509_get_default_cert_dir(), ignored)) {
        return;
    }
    for (const auto* bundle : {"/etc/ssl/certs/ca-certificates.crt", "/etc/pki/tls/certs/ca-bundle.crt",
                               "/etc/ssl/ca-bundle.pem", "/etc/pki/tls/cacert.pem", "/etc/ssl/cert.pem"}) {
        boost::system::error_code error;
        context.load_verify_file(bundle, error);
        if (!error) return;
    }
    spdlog::error("no certificate authorities were found: set {}", X509_get_default_cert_file_env());
}

}  // namespace

std::unique_ptr<boost::asio::ssl::context> make_tls_context() {
    namespace ssl = boost::asio::ssl;
    auto context = std::make_unique<ssl::context>(ssl::context::tls_client);
    SSL_CTX_set_min_proto_version(context->native_handle(), TLS1_2_VERSION);
    context->set_verify_mode(ssl::verify_peer);
    boost::system::error_code error;
    context->set_default_verify_paths(error);
    // Without authorities every certificate is refused, which is safe.
    if (error) spdlog::error("cannot read the system's certificate authorities: {}", error.message());
    add_bundle_of_other_distributions(*context);
    return context;
}

bool expect_host(SSL* connection, const std::string& host) {
    boost::system::error_code not_an_address;
    boost::asio::ip::make_address(host, not_an_address);
    if (!not_an_address) {
        // SNI is for names only (RFC 6066, 3).
        return X509_VERIFY_PARAM_set1_ip_asc(SSL_get0_param(connection), host.c_str()) == 1;
    }
    SSL_set_hostflags(connection, X509_CHECK_FLAG_NO_PARTIAL_WILDCARDS);
    if (SSL_set1_host(connection, host.c_str()) != 1) return false;
    // The macro SSL_set_tlsext_host_name, without its C cast.
    auto* const name = const_cast<char*>(host.c_str());
    return SSL_ctrl(connection, SSL_CTRL_SET_TLSEXT_HOSTNAME, TLSEXT_NAMETYPE_host_name, name) == 1;
}

boost::system::error_code explain_handshake_failure(SSL* connection, const boost::system::error_code& error) {
    if (error == boost::beast::error::timeout) return http_errc::timed_out;
    const long verdict = SSL_get_verify_result(connection);
    if (verdict == X509_V_OK) {
        spdlog::warn("TLS handshake failed: {}", error.message());
        return http_errc::tls_failed;
    }
    spdlog::warn("certificate refused: {}", X509_verify_cert_error_string(verdict));
    const bool wrong_host =
        verdict == X509_V_ERR_HOSTNAME_MISMATCH || verdict == X509_V_ERR_IP_ADDRESS_MISMATCH;
    return wrong_host ? http_errc::wrong_host : http_errc::untrusted;
}

}  // namespace nws
