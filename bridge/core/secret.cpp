#include "bridge/core/secret.hpp"

#include <sodium.h>

#include <algorithm>
#include <array>
#include <span>

namespace bridge::core {

static_assert(std::tuple_size_v<digest> == crypto_hash_sha256_BYTES);

namespace {

std::string hex_digits(std::span<const unsigned char> bytes) {
    std::string hex(bytes.size() * 2 + 1, '\0');
    sodium_bin2hex(hex.data(), hex.size(), bytes.data(), bytes.size());
    hex.pop_back();
    return hex;
}

}  // namespace

bool set_up_secrets() {
    return sodium_init() >= 0;
}

std::string random_token() {
    std::array<unsigned char, 16> bytes;
    randombytes_buf(bytes.data(), bytes.size());
    return hex_digits(bytes);
}

std::uint64_t random_bits() {
    std::uint64_t bits = 0;
    randombytes_buf(&bits, sizeof bits);
    return bits;
}

digest digest_of(std::string_view text) {
    digest out;
    crypto_hash_sha256(out.data(), reinterpret_cast<const unsigned char*>(text.data()), text.size());
    return out;
}

std::string hex_of(const digest& shown, std::size_t bytes) {
    return hex_digits(std::span(shown).first(std::min(bytes, shown.size())));
}

std::optional<digest> read_digest(std::string_view hex) {
    digest out;
    std::size_t length = 0;
    if (hex.size() != 2 * out.size()) return std::nullopt;
    if (sodium_hex2bin(out.data(), out.size(), hex.data(), hex.size(), nullptr, &length, nullptr) != 0) return std::nullopt;
    return length == out.size() ? std::optional(out) : std::nullopt;
}

bool same_digest(const digest& a, const digest& b) {
    return sodium_memcmp(a.data(), b.data(), a.size()) == 0;
}

}  // namespace bridge::core
