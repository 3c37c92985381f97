#include "bridge/core/memory_measure.hpp"

#include <array>
#include <cstddef>

namespace bridge::core {
namespace {

constexpr std::array<std::string_view, static_cast<std::size_t>(memory_measure::count_)> measure_names = {
    "head_refused", "body_refused", "body_ended", "line_refused", "stream_cut", "message_refused", "backlog_dropped"};

}  // namespace

std::string_view name_of(memory_measure measure) {
    return measure_names[static_cast<std::size_t>(measure)];
}

}  // namespace bridge::core
