#include "tests/support/test_certificate.hpp"

#include <openssl/ec.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/x509v3.h>
#include <unistd.h>

#include <filesystem>
#include <memory>
#include <stdexcept>

namespace test_support {
namespace {

template <class T, void (*Free)(T*)>
struct freed_by {
    void operator()(T* object) const { Free(object); }
};
using key_ptr = std::unique_ptr<EVP_PKEY, freed_by<EVP_PKEY, EVP_PKEY_free>>;
using x509_ptr = std::unique_ptr<X509, freed_by<X509, X509_free>>;
using extension_ptr = std::unique_ptr<X509_EXTENSION, freed_by<X509_EXTENSION, X509_EXTENSION_free>>;
using bio_ptr = std::unique_ptr<BIO, freed_by<BIO, BIO_vfree>>;

void check(bool ok, const char* step) {
    if (!ok) throw std::runtime_error(std::string("cannot make a certificate: ") + step);
}

void add_extension(X509* certificate, int nid, const std::string& value) {
    X509V3_CTX context;
    X509V3_set_ctx_nodb(&context);
    X509V3_set_ctx(&context, certificate, certificate, nullptr, nullptr, 0);
    const extension_ptr extension(X509V3_EXT_conf_nid(nullptr, &context, nid, value.c_str()));
    check(extension && X509_add_ext(certificate, extension.get(), -1) == 1, value.c_str());
}

std::string text_of(BIO* bio) {
    const char* data = nullptr;
    const auto size = BIO_ctrl(bio, BIO_CTRL_INFO, 0, &data);
    return {data, static_cast<std::size_t>(size)};
}

}  // namespace

test_certificate make_certificate(const std::string& alternative_names) {
    const key_ptr key(EVP_PKEY_Q_keygen(nullptr, nullptr, "EC", "P-256"));
    const x509_ptr certificate(X509_new());
    check(key && certificate, "key");
    X509_set_version(certificate.get(), 2);
    ASN1_INTEGER_set(X509_get_serialNumber(certificate.get()), 1);
    X509_gmtime_adj(X509_getm_notBefore(certificate.get()), -3600);
    X509_gmtime_adj(X509_getm_notAfter(certificate.get()), 86400);
    X509_set_pubkey(certificate.get(), key.get());
    auto* const name = X509_get_subject_name(certificate.get());
    const std::string common_name = "stand-in";
    X509_NAME_add_entry_by_txt(name, "CN", MBSTRING_ASC, reinterpret_cast<const unsigned char*>(common_name.c_str()), -1, -1, 0);
    X509_set_issuer_name(certificate.get(), name);
    add_extension(certificate.get(), NID_basic_constraints, "critical,CA:TRUE");
    add_extension(certificate.get(), NID_subject_alt_name, alternative_names);
    check(X509_sign(certificate.get(), key.get(), EVP_sha256()) > 0, "signature");

    const bio_ptr certificate_text(BIO_new(BIO_s_mem()));
    const bio_ptr key_text(BIO_new(BIO_s_mem()));
    check(PEM_write_bio_X509(certificate_text.get(), certificate.get()) == 1, "PEM");
    check(PEM_write_bio_PrivateKey(key_text.get(), key.get(), nullptr, nullptr, 0, nullptr, nullptr) == 1, "PEM");
    return {text_of(certificate_text.get()), text_of(key_text.get())};
}

temporary_file::temporary_file(const std::string& text) : path_((std::filesystem::temp_directory_path() / "weather-test-XXXXXX").string()) {
    const int fd = ::mkstemp(path_.data());
    const bool written = fd >= 0 && ::write(fd, text.data(), text.size()) == static_cast<ssize_t>(text.size());
    if (fd >= 0) ::close(fd);
    if (!written) throw std::runtime_error("cannot write a temporary file");
}

temporary_file::~temporary_file() {
    ::unlink(path_.c_str());
}

}  // namespace test_support
