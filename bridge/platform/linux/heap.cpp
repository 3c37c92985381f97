#include "bridge/platform/heap.hpp"

#include <malloc.h>
#include <sys/mman.h>
#include <unistd.h>

#include <cstdint>

#ifdef __SANITIZE_ADDRESS__
#include <sanitizer/asan_interface.h>
#endif

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

#ifdef __SANITIZE_ADDRESS__
void guard_freed(void* begin, std::size_t bytes) {
    ASAN_POISON_MEMORY_REGION(begin, bytes);
}
#else
void guard_freed(void*, std::size_t) {}
#endif

void return_pages(void* begin, std::size_t bytes) {
    static const auto page = static_cast<std::uintptr_t>(sysconf(_SC_PAGESIZE));
    const auto first = reinterpret_cast<std::uintptr_t>(begin);
    const std::uintptr_t whole = (first + page - 1) / page * page;
    const std::uintptr_t end = (first + bytes) / page * page;
    // If the system refuses, it gets the pages when the block is freed.
    if (whole < end) madvise(reinterpret_cast<void*>(whole), end - whole, MADV_DONTNEED);
}

void trim_heap() {
    malloc_trim(0);
}

}  // namespace bridge::platform
