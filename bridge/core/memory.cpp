#include "bridge/core/memory.hpp"

#include <malloc.h>

#include "bridge/core/loop_watch.hpp"

namespace bridge::core {
namespace {

// Returning less memory is not worth the page faults when the bridge needs it again.
constexpr std::size_t worth_returning = 1024 * 1024;

}  // namespace

#ifdef __GLIBC__
void set_up_memory() {
    mallopt(M_MMAP_THRESHOLD, static_cast<int>(mapped_bytes));
    // With the fixed threshold above, this one is fixed too. Its own default would make the allocator request memory from the system, and
    // return it, at every second message.
    mallopt(M_TRIM_THRESHOLD, static_cast<int>(2 * mapped_bytes));
}

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
void set_up_memory() {}

heap_state heap() {
    return {};
}

void give_back_memory() {}
#endif

}  // namespace bridge::core
