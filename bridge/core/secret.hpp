// Randomness, and comparisons that reveal nothing about secrets (libsodium).
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace bridge::core {

/// Call it once before any other function of this file. Returns false if the system provides no randomness.
bool set_up_secrets();

/// Returns 128 bits from the system's generator, as 32 hexadecimal digits. It is used as a session id (MCP specification, Transports:
/// session ids must be globally unique and cryptographically secure, in visible ASCII).
std::string random_token();

/// Returns 64 bits from the system's generator.
std::uint64_t random_bits();

/// A SHA-256 digest. The bridge compares secrets by their digests: all digests have one length, so a comparison reveals nothing about the
/// length of the secret.
using digest = std::array<unsigned char, 32>;

digest digest_of(std::string_view text);

/// Returns the first `bytes` of a digest as hexadecimal digits.
std::string hex_of(const digest& shown, std::size_t bytes = std::tuple_size_v<digest>);

/// Parses 64 hexadecimal digits, as `sha256sum` writes them. Returns nothing if `hex` is anything else.
std::optional<digest> read_digest(std::string_view hex);

/// Compares two digests in constant time.
bool same_digest(const digest& a, const digest& b);

}  // namespace bridge::core
