// The return of large freed blocks to the system, a piece in each turn of the loop.
#pragma once

#include <cstddef>

#include "bridge/core/async.hpp"
#include "bridge/core/event.hpp"
#include "bridge/core/memory_budget.hpp"
#include "bridge/core/memory_charge.hpp"

namespace bridge::core {

/// Blocks of at least `mapped_bytes` that the program has freed, and that the system does not have back yet. To unmap a block takes some 6 ms for
/// 100 MB, and owners often free many blocks together: a session that ends frees all its calls. While this object lives, the program's operator
/// delete leaves such blocks here, whoever frees them, and `run` returns them piece by piece. Until then the budget is charged for them. There is
/// one such object at most.
class freed_blocks {
public:
    /// The memory that one turn of the loop returns, in bytes. It takes about a millisecond.
    static constexpr std::size_t piece = std::size_t{16} * 1024 * 1024;

    /// `memory` must outlive this object.
    freed_blocks(executor loop_executor, memory_budget& memory);
    /// Returns what is left. From then on, blocks go back at once.
    ~freed_blocks();
    freed_blocks(const freed_blocks&) = delete;
    freed_blocks& operator=(const freed_blocks&) = delete;

    /// Returns blocks until `stop`. Spawn it.
    task<void> run();
    void stop();

    /// The memory that waits here, in bytes.
    std::size_t bytes() const { return charge_.bytes(); }

    /// The function that frees a block.
    using release = void (*)(void*);

    /// Takes `block`, which has `bytes` bytes, if it is large and such an object lives. Otherwise returns false. For the functions that free blocks.
    static bool take(void* block, std::size_t bytes, release function) noexcept;

private:
    struct header;

    void add(void* block, std::size_t bytes, release function);
    void return_up_to(std::size_t bytes);

    executor executor_;
    header* first_ = nullptr;
    memory_charge charge_;
    event wake_;
    bool is_stopped_ = false;
};

}  // namespace bridge::core
