// The freeing of blocks that the C library has allocated.
#pragma once

#include <cstddef>
#include <memory>

namespace bridge::core {

/// Frees `block`, which malloc or realloc has returned, and which has `bytes` bytes. A large block goes back to the system as those of strings do
/// (`freed_blocks`).
void free_block(void* block, std::size_t bytes) noexcept;

/// Frees a block of `bytes` bytes.
struct block_deleter {
    std::size_t bytes = 0;
    void operator()(char* block) const noexcept { free_block(block, bytes); }
};

/// The owner of a block that malloc or realloc has returned.
using c_block = std::unique_ptr<char, block_deleter>;

}  // namespace bridge::core
