#include "bridge/core/secret.hpp"

#include <sodium.h>

#include <array>

namespace bridge::core {
namespace {

using digest = std::array<unsigned char, crypto_generichash_BYTES>;

// Hashing first makes the comparison one of equal lengths, whatever was presented.
digest digest_of(std::string_view text) {
    digest out;
    crypto_generichash(out.data(), out.size(), reinterpret_cast<const unsigned char*>(text.data()), text.size(), nullptr,
                       0);
    return out;
}

}  // namespace

bool set_up_secrets() {
    return sodium_init() >= 0;
}

std::string random_token() {
    std::array<unsigned char, 16> bytes;
    randombytes_buf(bytes.data(), bytes.size());
    std::string hex(bytes.size() * 2 + 1, '\0');
    sodium_bin2hex(hex.data(), hex.size(), bytes.data(), bytes.size());
    hex.pop_back();
    return hex;
}

std::uint64_t random_bits() {
    std::uint64_t bits = 0;
    randombytes_buf(&bits, sizeof bits);
    return bits;
}

bool same_secret(std::string_view a, std::string_view b) {
    const digest left = digest_of(a);
    const digest right = digest_of(b);
    return sodium_memcmp(left.data(), right.data(), left.size()) == 0;
}

}  // namespace bridge::core
