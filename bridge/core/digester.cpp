#include "bridge/core/digester.hpp"

#include <sodium.h>

namespace bridge::core {
namespace {

static_assert(sizeof(crypto_generichash_state) <= 384 && alignof(crypto_generichash_state) <= 64);
static_assert(std::tuple_size_v<digest> == crypto_generichash_BYTES);

crypto_generichash_state* state_in(std::array<unsigned char, 384>& bytes) {
    return reinterpret_cast<crypto_generichash_state*>(bytes.data());
}

}  // namespace

digester::digester() {
    crypto_generichash_init(state_in(state_), nullptr, 0, std::tuple_size_v<digest>);
}

void digester::add(std::string_view part) {
    crypto_generichash_update(state_in(state_), reinterpret_cast<const unsigned char*>(part.data()), part.size());
}

digest digester::finish() {
    digest out;
    crypto_generichash_final(state_in(state_), out.data(), out.size());
    return out;
}

}  // namespace bridge::core
