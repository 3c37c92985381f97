// Eight bytes of a text at once.
#pragma once

#include <cstdint>
#include <cstring>

namespace bridge::core {

/// Returns a word whose bytes all are `value`.
constexpr std::uint64_t each_byte(unsigned char value) {
    return 0x0101'0101'0101'0101U * value;
}

/// Returns the eight bytes at `p`, in the order of this machine.
inline std::uint64_t word_at(const char* p) noexcept {
    std::uint64_t word;
    std::memcpy(&word, p, sizeof word);
    return word;
}

}  // namespace bridge::core
