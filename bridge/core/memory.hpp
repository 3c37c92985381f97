// The state of the heap, and the return of unused memory to the system.
#pragma once

#include <cstddef>

namespace bridge::core {

/// Sizes in bytes. `in_use` is exact. The allocator keeps freed memory for its next need, spread between the blocks in use.
struct heap_state {
    std::size_t in_use = 0;
    std::size_t kept = 0;  ///< freed, but not returned to the system
};

/// Blocks of at least this size are mapped from the system one by one, untouched, and go back to it when they are freed (`freed_blocks`).
inline constexpr std::size_t mapped_bytes = 1024 * 1024;

/// Makes the allocator map blocks by the rule of `mapped_bytes`. Call it once at the start. The C library would otherwise raise the
/// threshold up to 32 MiB as large blocks are freed, and keep such memory. The cost of a large buffer would then be unpredictable.
void set_up_memory();

/// Returns the state of the heap. It walks the allocator's lists of free blocks, which takes some microseconds: too much for every request.
/// All values are 0 where the C library does not report them.
heap_state heap();

/// Returns the pages of freed memory to the system if there are many. Without it a burst of large messages would stay in the resident
/// memory for good, because the last block in use keeps all memory below it. Call it now and then; it costs little when there is little to
/// return.
void give_back_memory();

}  // namespace bridge::core
