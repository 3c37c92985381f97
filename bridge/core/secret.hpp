// Randomness and comparisons that give nothing away (libsodium).
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace bridge::core {

/// Must be called once before anything else here. False if the system gives no randomness.
bool set_up_secrets();

/// 128 bits from the system's generator, as 32 hexadecimal digits: a session id (MCP specification, Transports: session
/// ids must be globally unique and cryptographically secure, in visible ASCII).
std::string random_token();

/// 64 bits from the system's generator.
std::uint64_t random_bits();

/// A SHA-256 digest. Secrets are compared by their digests: those have one length, so a comparison tells nothing about the secret's.
using digest = std::array<unsigned char, 32>;

digest digest_of(std::string_view text);

/// Reads 64 hexadecimal digits, as `sha256sum` writes them; nothing if `hex` is anything else.
std::optional<digest> read_digest(std::string_view hex);

/// Compares in constant time.
bool same_digest(const digest& a, const digest& b);

}  // namespace bridge::core
