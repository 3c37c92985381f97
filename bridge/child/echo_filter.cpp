#include "bridge/child/echo_filter.hpp"

#include <algorithm>
#include <functional>

namespace bridge::child {
namespace {

// The number of lines that are remembered. A terminal echoes a line at once, so few are on their way.
constexpr std::size_t most_lines = 256;

std::size_t hash_of(std::string_view line) {
    return std::hash<std::string_view>{}(line);
}

}  // namespace

void echo_filter::record(std::string_view line) {
    if (written_.size() == most_lines) written_.pop_front();
    written_.push_back({.size = line.size(), .hash = hash_of(line)});
}

bool echo_filter::removes(std::string_view line) {
    if (std::ranges::find(written_, line.size(), &fingerprint::size) == written_.end()) return false;
    const auto found = std::ranges::find(written_, fingerprint{.size = line.size(), .hash = hash_of(line)});
    if (found == written_.end()) return false;
    written_.erase(written_.begin(), found + 1);
    state_.enter(filter_state::echoing);
    return true;
}

void echo_filter::stop() {
    state_.enter(filter_state::off);
    written_ = {};
}

}  // namespace bridge::child
