#include "bridge/core/memory.hpp"

#include <malloc.h>

#include "bridge/core/loop_watch.hpp"

namespace bridge::core {
namespace {

// Less is not worth the page faults that follow when it is needed again.
constexpr std::size_t worth_returning = 1024 * 1024;

}  // namespace

#ifdef __GLIBC__
heap_state heap() {
    const struct mallinfo2 now = mallinfo2();
    return {.in_use = now.uordblks + now.hblkhd, .kept = now.fordblks};
}

void give_back_memory() {
    if (heap().kept < worth_returning) return;
    const long_step_scope scope(long_step::return_memory);
    malloc_trim(0);
}
#else
heap_state heap() {
    return {};
}

void give_back_memory() {}
#endif

}  // namespace bridge::core
