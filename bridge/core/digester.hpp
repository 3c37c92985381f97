// The digest of a text that comes in parts (libsodium).
#pragma once

#include <array>
#include <cstddef>
#include <string_view>

#include "bridge/core/secret.hpp"

namespace bridge::core {

/// Makes a BLAKE2b digest of 256 bits (RFC 7693), which takes a third of the time of SHA-256. Parts are fed one after the other; where one ends and
/// the next begins does not count.
class digester {
public:
    digester();

    void add(std::string_view part);

    /// Nothing can be added afterwards.
    digest finish();

private:
    alignas(64) std::array<unsigned char, 384> state_;
};

}  // namespace bridge::core
