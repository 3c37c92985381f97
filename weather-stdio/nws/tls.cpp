#include "weather-stdio/nws/tls.hpp"

#include <openssl/x509v3.h>

#include <spdlog/spdlog.h>
#include <boost/asio/ip/address.hpp>
#include <boost/beast/core/error.hpp>
#include <cstdlib>
#include <filesystem>
#include <sstream>

#include "weather-stdio/nws/http_error.hpp"

namespace nws {
namespace {

// A system's openssl.cnf can name modules to load. A static program cannot load them, because they belong to another OpenSSL.
void set_up_openssl() {
#ifdef MCP_BRIDGE_STATIC
    OPENSSL_init_ssl(OPENSSL_INIT_NO_LOAD_CONFIG, nullptr);
#endif
}

// The files in which distributions keep all authorities: Debian and Alpine, Fedora and Red Hat (two files; newer systems lack the first),
// SUSE (likewise), OpenELEC, Alpine and BSD.
constexpr const char* bundles[] = {"/etc/ssl/certs/ca-certificates.crt",
                                   "/etc/pki/tls/certs/ca-bundle.crt",
                                   "/etc/pki/ca-trust/extracted/pem/tls-ca-bundle.pem",
                                   "/etc/ssl/ca-bundle.pem",
                                   "/var/lib/ca-certificates/ca-bundle.pem",
                                   "/etc/pki/tls/cacert.pem",
                                   "/etc/ssl/cert.pem"};

std::string variable(const char* name) {
    const char* value = std::getenv(name);
    return value == nullptr ? std::string() : std::string(value);
}

bool has_certificates(boost::asio::ssl::context& context) {
    STACK_OF(X509_OBJECT)* const known = X509_STORE_get0_objects(SSL_CTX_get_cert_store(context.native_handle()));
    return known != nullptr && sk_X509_OBJECT_num(known) > 0;
}

// OpenSSL reads folders only when it verifies. It looks for files that are named by the hash of a subject: `5ed36f99.0`.
bool has_hashed_files(const std::string& folder) {
    std::error_code error;
    for (std::filesystem::directory_iterator at(folder, error), end; !error && at != end; at.increment(error)) {
        const auto name = at->path().filename().string();
        if (name.size() >= 10 && name[8] == '.' && name.find_first_not_of("0123456789abcdef") == 8) return true;
    }
    return false;
}

// `folders` is a list separated by colons.
bool has_hashed_files_in_any(std::string folders) {
    std::istringstream rest(std::move(folders));
    for (std::string folder; std::getline(rest, folder, ':');) {
        if (has_hashed_files(folder)) return true;
    }
    return false;
}

// The paths that OpenSSL searches are fixed when it is built. A static binary from Debian finds nothing there on other distributions. If
// the environment names authorities, only those are used, because a user who trusts few authorities must not get more.
void find_authorities(boost::asio::ssl::context& context) {
    const auto file = variable(X509_get_default_cert_file_env());
    const auto folders = variable(X509_get_default_cert_dir_env());
    if (has_certificates(context) || has_hashed_files_in_any(folders.empty() ? X509_get_default_cert_dir() : folders)) return;
    if (!file.empty() || !folders.empty()) {
        spdlog::error("no certificate authorities were found in {} '{}' or {} '{}', so every certificate will be refused",
                      X509_get_default_cert_file_env(), file, X509_get_default_cert_dir_env(), folders);
        return;
    }
    for (const auto* bundle : bundles) {
        boost::system::error_code error;
        context.load_verify_file(bundle, error);
        if (!error) return;
    }
    spdlog::error(
        "no certificate authorities were found on this system, so every certificate will be refused: install "
        "them (ca-certificates), or set {}",
        X509_get_default_cert_file_env());
}

}  // namespace

std::unique_ptr<boost::asio::ssl::context> make_tls_context() {
    namespace ssl = boost::asio::ssl;
    set_up_openssl();
    auto context = std::make_unique<ssl::context>(ssl::context::tls_client);
    SSL_CTX_set_min_proto_version(context->native_handle(), TLS1_2_VERSION);
    context->set_verify_mode(ssl::verify_peer);
    boost::system::error_code error;
    context->set_default_verify_paths(error);
    // Without authorities every certificate is refused, which is safe.
    if (error) spdlog::error("cannot read the system's certificate authorities: {}", error.message());
    find_authorities(*context);
    return context;
}

bool expect_host(SSL* connection, const std::string& host) {
    boost::system::error_code not_an_address;
    boost::asio::ip::make_address(host, not_an_address);
    if (!not_an_address) {
        // SNI is only for names (RFC 6066, 3).
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
    const bool wrong_host = verdict == X509_V_ERR_HOSTNAME_MISMATCH || verdict == X509_V_ERR_IP_ADDRESS_MISMATCH;
    return wrong_host ? http_errc::wrong_host : http_errc::untrusted;
}

}  // namespace nws
