#include "bridge/core/sealing_key.hpp"

#include <sodium.h>

namespace bridge::core {
namespace {

constexpr std::size_t nonce_bytes = crypto_aead_xchacha20poly1305_ietf_NPUBBYTES;
constexpr std::size_t tag_bytes = crypto_aead_xchacha20poly1305_ietf_ABYTES;
constexpr int text_form = sodium_base64_VARIANT_URLSAFE_NO_PADDING;

// Keeps the key apart from what the same secret may be used for elsewhere.
constexpr std::string_view purpose = "mcp-bridge sealing key 1";

const unsigned char* bytes_of(std::string_view text) {
    return reinterpret_cast<const unsigned char*>(text.data());
}

unsigned char* bytes_of(std::string& text) {
    return reinterpret_cast<unsigned char*>(text.data());
}

}  // namespace

sealing_key sealing_key::random() {
    sealing_key out;
    static_assert(sizeof out.bytes_ == crypto_aead_xchacha20poly1305_ietf_KEYBYTES);
    randombytes_buf(out.bytes_.data(), out.bytes_.size());
    out.is_random_ = true;
    return out;
}

sealing_key sealing_key::from(std::string_view secret) {
    sealing_key out;
    crypto_generichash(out.bytes_.data(), out.bytes_.size(), bytes_of(secret), secret.size(), bytes_of(purpose), purpose.size());
    return out;
}

sealing_key::~sealing_key() {
    sodium_memzero(bytes_.data(), bytes_.size());
}

std::size_t sealing_key::sealed_size(std::size_t bytes) {
    return sodium_base64_encoded_len(nonce_bytes + bytes + tag_bytes, text_form) - 1;
}

std::string sealing_key::seal(std::string_view text, std::string_view context) const {
    std::string sealed(nonce_bytes + text.size() + tag_bytes, '\0');
    randombytes_buf(sealed.data(), nonce_bytes);
    crypto_aead_xchacha20poly1305_ietf_encrypt(bytes_of(sealed) + nonce_bytes, nullptr, bytes_of(text), text.size(), bytes_of(context),
                                               context.size(), nullptr, bytes_of(sealed), bytes_.data());
    std::string out(sealed_size(text.size()) + 1, '\0');
    sodium_bin2base64(out.data(), out.size(), bytes_of(sealed), sealed.size(), text_form);
    out.pop_back();
    return out;
}

std::optional<std::string> sealing_key::open(std::string_view sealed, std::string_view context) const {
    std::string raw(sealed.size(), '\0');
    std::size_t size = 0;
    if (sodium_base642bin(bytes_of(raw), raw.size(), sealed.data(), sealed.size(), nullptr, &size, nullptr, text_form) != 0) return std::nullopt;
    if (size < nonce_bytes + tag_bytes) return std::nullopt;
    std::string out(size - nonce_bytes - tag_bytes, '\0');
    const int outcome = crypto_aead_xchacha20poly1305_ietf_decrypt(bytes_of(out), nullptr, nullptr, bytes_of(raw) + nonce_bytes, size - nonce_bytes,
                                                                   bytes_of(context), context.size(), bytes_of(raw), bytes_.data());
    if (outcome != 0) return std::nullopt;
    return out;
}

}  // namespace bridge::core
