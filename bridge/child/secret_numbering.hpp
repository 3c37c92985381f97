// Numbers in an order that nobody can foretell.
#pragma once

#include <array>
#include <cstdint>

namespace bridge::child {

/// A permutation of 1 .. 2^31 - 1 that a secret key chooses: it makes of 1, 2, 3, ... numbers that look random, none of which comes
/// again before all have come, and finds their places in the order again. Both directions cost the same few dozen operations, and
/// nothing has to be kept for a number. The cipher is Speck32/64 (Beaulieu and others, 2013), which has blocks of this size; a block
/// outside the range is encrypted again until it is in it, twice on average.
class secret_numbering {
public:
    static constexpr std::uint32_t largest = 0x7FFF'FFFF;

    explicit secret_numbering(std::uint64_t key);

    /// The number at `place`, 1 .. `largest`.
    std::uint32_t number_at(std::uint32_t place) const;
    /// The place of `number`, 1 .. `largest`.
    std::uint32_t place_of(std::uint32_t number) const;

    std::uint32_t encrypt(std::uint32_t block) const;
    std::uint32_t decrypt(std::uint32_t block) const;

private:
    std::array<std::uint16_t, 22> round_keys_{};
};

}  // namespace bridge::child
