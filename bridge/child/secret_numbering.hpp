// Unpredictable numbers that do not repeat.
#pragma once

#include <array>
#include <cstdint>

namespace bridge::child {

/// A permutation of 1 .. 2^31 - 1 that a secret key chooses. It maps the sequence 1, 2, 3, ... to numbers that look random, none of which repeats
/// before all have been used, and it maps each number back to its position in the sequence. Both directions cost a few dozen operations, and the
/// class stores nothing per number. The cipher is Speck32/64 (Beaulieu and others, 2013), whose blocks have 32 bits. A block outside the range is
/// encrypted again until it is in the range, twice on average.
class secret_numbering {
public:
    static constexpr std::uint32_t largest = 0x7FFF'FFFF;

    explicit secret_numbering(std::uint64_t key);

    /// The number at position `place`, 1 .. `largest`.
    std::uint32_t number_at(std::uint32_t place) const;
    /// The position of `number`, 1 .. `largest`.
    std::uint32_t place_of(std::uint32_t number) const;

    std::uint32_t encrypt(std::uint32_t block) const;
    std::uint32_t decrypt(std::uint32_t block) const;

private:
    std::array<std::uint16_t, 22> round_keys_{};
};

}  // namespace bridge::child
