// Unpredictable numbers that do not repeat.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>

namespace bridge::child {

/// A sequence of numbers from 1 to 2^31 - 1 in an order that a secret key chooses. The numbers look random, and none repeats before all have been
/// returned. The class stores nothing per number. The cipher is Speck32/64 (Beaulieu and others, 2013), which is a permutation of the 32-bit numbers:
/// the sequence is the encryption of 0, 1, 2, ... without the numbers that are out of range, about half of them.
class secret_numbering {
public:
    static constexpr std::uint32_t largest = 0x7FFF'FFFF;

    explicit secret_numbering(std::uint64_t key);

    /// Returns the next number.
    std::uint32_t next();
    /// True if `next` has returned `number`.
    bool has_returned(std::uint32_t number) const;

    /// The position of a block in the sequence of all blocks.
    std::uint32_t decrypt(std::uint32_t block) const;

private:
    // The blocks of a batch are encrypted at once, with vector instructions, because each call on a shared child costs two of them.
    static constexpr std::size_t batch_size = 8;

    void encrypt_batch(std::uint32_t first);

    std::array<std::uint16_t, 22> round_keys_{};
    std::array<std::uint32_t, batch_size> batch_{};  // the encryption of the next multiple of `batch_size` and its successors
    std::uint64_t position_ = 0;                     // of the next block; beyond 2^32 the sequence starts again
};

}  // namespace bridge::child
