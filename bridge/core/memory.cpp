#include "bridge/core/memory.hpp"

#include "bridge/core/loop_watch.hpp"
#include "bridge/platform/heap.hpp"

namespace bridge::core {
namespace {

// Returning less memory is not worth the page faults when the bridge needs it again.
constexpr std::size_t worth_returning = 1024 * 1024;

}  // namespace

void set_up_memory() {
    platform::map_large_blocks(mapped_bytes);
}

heap_state heap() {
    const platform::heap_state now = platform::read_heap();
    return {.in_use = now.in_use, .kept = now.kept};
}

void give_back_memory() {
    if (heap().kept < worth_returning) return;
    const long_step_scope scope(long_step::return_memory);
    platform::trim_heap();
}

}  // namespace bridge::core
