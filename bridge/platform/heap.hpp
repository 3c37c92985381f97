// The heap of the C library.
#pragma once

#include <cstddef>

namespace bridge::platform {

/// The sizes of the heap in bytes. All are 0 where the C library does not report them.
struct heap_state {
    std::size_t in_use = 0;
    std::size_t kept = 0;  ///< freed, but not returned to the system
};

/// From now on, blocks of at least `bytes` are mapped from the system one by one, and the end of the heap goes back once twice as much of it is free.
/// The thresholds no longer change by themselves. Where the C library has no such thresholds, does nothing.
void map_large_blocks(std::size_t bytes);

/// Takes a few microseconds, and longer with many freed blocks.
heap_state read_heap();

/// Tells a sanitizer that nobody may use these bytes any more until the block that they are a part of is freed. Without a sanitizer, does nothing.
void guard_freed(void* begin, std::size_t bytes);

/// Returns the whole pages among these bytes to the system, as part of a block that is still to be freed. Their content is lost.
void return_pages(void* begin, std::size_t bytes);

/// Returns the pages of freed memory to the system. Takes milliseconds for a large heap.
void trim_heap();

}  // namespace bridge::platform
