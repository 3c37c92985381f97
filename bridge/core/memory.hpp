// The heap: what of it is in use, and giving the rest back to the system.
#pragma once

#include <cstddef>

namespace bridge::core {

/// Bytes. What is in use is exact; the allocator keeps what was freed, for its next need, spread between what is in use.
struct heap_state {
    std::size_t in_use = 0;
    std::size_t kept = 0;  ///< freed, and still held from the system
};

/// Blocks of at least this size are mapped from the system one by one, untouched, and go back to it as soon as they are freed.
inline constexpr std::size_t mapped_bytes = 1024 * 1024;

/// Makes that so; to be called once at the start. The C library would otherwise move the bound up to 32 MiB as large blocks are freed, and keep such
/// memory, so that nobody could say what a large buffer costs.
void set_up_memory();

/// Walks the allocator's lists of free blocks: some microseconds, not for every request. All zero where the C library cannot tell.
heap_state heap();

/// Returns the pages of freed memory to the system if there are many: otherwise a burst of large messages would stay in the resident memory
/// for good, as the last block in use keeps all that lies below it. To be called now and then; costs little when there is little to return.
void give_back_memory();

}  // namespace bridge::core
