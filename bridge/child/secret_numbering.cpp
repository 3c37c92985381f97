#include "bridge/child/secret_numbering.hpp"

#include <bit>

namespace bridge::child {
namespace {

constexpr std::uint16_t low(std::uint64_t bits) {
    return static_cast<std::uint16_t>(bits & 0xFFFF);
}

// GCC and Clang work on the elements of such a type at once.
using half_blocks = std::uint16_t __attribute__((vector_size(16)));

constexpr bool is_in_range(std::uint32_t number) {
    return number != 0 && number <= secret_numbering::largest;
}

}  // namespace

secret_numbering::secret_numbering(std::uint64_t key) {
    std::uint16_t round_key = low(key);
    std::array<std::uint16_t, 3> rest = {low(key >> 16), low(key >> 32), low(key >> 48)};
    for (std::size_t i = 0; i < round_keys_.size(); ++i) {
        round_keys_[i] = round_key;
        const std::uint16_t mixed = low((std::uint32_t{round_key} + std::rotr(rest[i % 3], 7)) ^ i);
        rest[i % 3] = mixed;
        round_key = low(std::rotl(round_key, 2) ^ mixed);
    }
}

std::uint32_t secret_numbering::decrypt(std::uint32_t block) const {
    std::uint16_t x = low(block >> 16);
    std::uint16_t y = low(block);
    for (auto key = round_keys_.rbegin(); key != round_keys_.rend(); ++key) {
        y = std::rotr(low(x ^ y), 2);
        x = std::rotl(low(std::uint32_t{low(x ^ *key)} - y), 7);
    }
    return std::uint32_t{x} << 16 | y;
}

void secret_numbering::encrypt_batch(std::uint32_t first) {
    half_blocks x{};
    half_blocks y{};
    for (std::uint32_t i = 0; i < batch_size; ++i) {
        x[i] = low((first + i) >> 16);
        y[i] = low(first + i);
    }
    for (const std::uint16_t key : round_keys_) {
        x = ((x >> 7 | x << 9) + y) ^ key;
        y = (y << 2 | y >> 14) ^ x;
    }
    for (std::size_t i = 0; i < batch_size; ++i) batch_[i] = std::uint32_t{x[i]} << 16 | y[i];
}

std::uint32_t secret_numbering::next() {
    for (;;) {
        const std::size_t in_batch = position_ % batch_size;
        if (in_batch == 0) encrypt_batch(static_cast<std::uint32_t>(position_));
        ++position_;
        if (is_in_range(batch_[in_batch])) return batch_[in_batch];
    }
}

bool secret_numbering::has_returned(std::uint32_t number) const {
    return is_in_range(number) && decrypt(number) < position_;
}

}  // namespace bridge::child
