// The heap: what of it is in use, and giving the rest back to the system.
#pragma once

#include <cstddef>

namespace bridge::core {

/// Bytes. What is in use is exact; the allocator keeps what was freed, for its next need, spread between what is in use.
struct heap_state {
    std::size_t in_use = 0;
    std::size_t kept = 0;  ///< freed, and still held from the system
};

/// Walks the allocator's lists of free blocks: some microseconds, not for every request. All zero where the C library cannot tell.
heap_state heap();

/// Returns the pages of freed memory to the system if there are many: otherwise a burst of large messages would stay in the resident memory
/// for good, as the last block in use keeps all that lies below it. To be called now and then; costs little when there is little to return.
void give_back_memory();

}  // namespace bridge::core
