#include "bridge/core/memory_use.hpp"

#include <array>
#include <cstddef>

namespace bridge::core {
namespace {

constexpr std::array<std::string_view, static_cast<std::size_t>(memory_use::count_)> use_names = {
    "connection", "request_body", "child_line", "child_input", "stream", "replay", "handshake", "reply", "request", "freed"};

}  // namespace

std::string_view name_of(memory_use use) {
    return use_names[static_cast<std::size_t>(use)];
}

}  // namespace bridge::core
