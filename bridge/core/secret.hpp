// Randomness and comparisons that give nothing away (libsodium).
#pragma once

#include <cstdint>
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

/// Compares without telling by its time where two texts differ, or by how much their lengths do.
bool same_secret(std::string_view a, std::string_view b);

}  // namespace bridge::core
