#include "bridge/http/descriptor_share.hpp"

#include <sys/resource.h>

#include <algorithm>
#include <limits>

#include "bridge/platform/process_usage.hpp"

namespace bridge::http {
namespace {

// The start of a server process needs nine descriptors for a moment (three pipes, one more for its report, and the descriptor of the process), and
// fewer while the process lives. So four processes can be started at once.
constexpr std::size_t usual_reserve = 36;

// A new bridge has no more than this open.
constexpr std::size_t open_at_start = 24;

}  // namespace

std::size_t most_descriptors() {
    rlimit limit{};
    constexpr rlim_t plenty = std::numeric_limits<int>::max();
    return ::getrlimit(RLIMIT_NOFILE, &limit) == 0 ? std::min(limit.rlim_cur, plenty) : plenty;
}

// Without /proc this is a guess.
std::size_t open_descriptors() {
    const std::uint64_t counted = platform::read_process_usage().open_files;
    return counted != 0 ? counted : open_at_start;
}

// If there are few descriptors, most of them are still for clients.
std::size_t reserved_descriptors(std::size_t most) {
    return std::min(usual_reserve, most / 4);
}

std::size_t processes_within(std::size_t most, std::size_t open, std::size_t wanted) {
    const std::size_t others = std::max(open, open_at_start) + passing_descriptors + reserved_descriptors(most) + most / 4;
    return std::clamp<std::size_t>((most - std::min(most, others)) / descriptors_of_process, 1, std::max<std::size_t>(wanted, 1));
}

}  // namespace bridge::http
