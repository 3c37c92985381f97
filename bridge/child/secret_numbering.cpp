#include "bridge/child/secret_numbering.hpp"

#include <bit>

namespace bridge::child {
namespace {

constexpr std::uint16_t low(std::uint64_t bits) {
    return static_cast<std::uint16_t>(bits & 0xFFFF);
}

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

std::uint32_t secret_numbering::encrypt(std::uint32_t block) const {
    std::uint16_t x = low(block >> 16);
    std::uint16_t y = low(block);
    for (const std::uint16_t key : round_keys_) {
        x = low((std::uint32_t{std::rotr(x, 7)} + y) ^ key);
        y = low(std::rotl(y, 2) ^ x);
    }
    return std::uint32_t{x} << 16 | y;
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

std::uint32_t secret_numbering::number_at(std::uint32_t place) const {
    do place = encrypt(place);
    while (!is_in_range(place));
    return place;
}

std::uint32_t secret_numbering::place_of(std::uint32_t number) const {
    do number = decrypt(number);
    while (!is_in_range(number));
    return number;
}

}  // namespace bridge::child
