#include "bridge/core/memory.hpp"

#include <malloc.h>

#include "bridge/core/loop_watch.hpp"

namespace bridge::core {
namespace {

// Less is not worth the page faults that follow when it is needed again.
constexpr std::size_t worth_returning = 1024 * 1024;

}  // namespace

#ifdef __GLIBC__
void set_up_memory() {
    mallopt(M_MMAP_THRESHOLD, static_cast<int>(mapped_bytes));
    // With a fixed bound above, this one is fixed too; its own default would ask the system for memory, and give it back, at every other message.
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
