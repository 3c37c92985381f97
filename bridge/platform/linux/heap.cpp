#include "bridge/platform/heap.hpp"

#include <malloc.h>

namespace bridge::platform {

void map_large_blocks(std::size_t bytes) {
    mallopt(M_MMAP_THRESHOLD, static_cast<int>(bytes));
    // With the fixed threshold above, this one is fixed too. Its own default would make the allocator request memory from the system, and
    // return it, at every second message.
    mallopt(M_TRIM_THRESHOLD, static_cast<int>(2 * bytes));
}

heap_state read_heap() {
    const struct mallinfo2 now = mallinfo2();
    return {.in_use = now.uordblks + now.hblkhd, .kept = now.fordblks};
}

void trim_heap() {
    malloc_trim(0);
}

}  // namespace bridge::platform
