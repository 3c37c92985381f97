#include "bridge/core/freed_blocks.hpp"

#include <boost/asio/post.hpp>
#include <cstdlib>
#include <limits>
#include <new>
#include <utility>

#include "bridge/core/free_block.hpp"
#include "bridge/core/memory.hpp"
#include "bridge/core/passing.hpp"
#include "bridge/platform/heap.hpp"

namespace bridge::core {
namespace {

constinit freed_blocks* living = nullptr;

}  // namespace

// Stands at the beginning of each block: a list that needs memory of its own would need it at the moment when memory is freed.
struct freed_blocks::header {
    header* next;
    std::size_t bytes;  // of the block, without what was returned of its end
    release function;
};

freed_blocks::freed_blocks(executor loop_executor, memory_budget& memory)
    : executor_(loop_executor), charge_(memory.common(), memory_use::freed), wake_(loop_executor) {
    living = this;
}

freed_blocks::~freed_blocks() {
    living = nullptr;
    return_up_to(std::numeric_limits<std::size_t>::max());
}

task<void> freed_blocks::run() {
    while (!is_stopped_) {
        if (first_ == nullptr) {
            co_await wake_.wait_until(clock::time_point::max());
            continue;
        }
        co_await boost::asio::post(executor_, nothrow);
        pass("freed_blocks.run");
        return_up_to(piece);
    }
}

void freed_blocks::stop() {
    is_stopped_ = true;
    wake_.notify();
}

bool freed_blocks::take(void* block, std::size_t bytes, release function) noexcept {
    if (bytes < mapped_bytes || living == nullptr) return false;
    living->add(block, bytes, function);
    return true;
}

void freed_blocks::add(void* block, std::size_t bytes, release function) {
    if (first_ == nullptr) wake_.notify();
    first_ = ::new (block) header{first_, bytes, function};
    platform::guard_freed(first_ + 1, bytes - sizeof(header));
    charge_.set(charge_.bytes() + bytes);
}

void freed_blocks::return_up_to(std::size_t bytes) {
    std::size_t left = bytes;
    while (first_ != nullptr && left > 0) {
        if (first_->bytes > left) {
            first_->bytes -= left;
            platform::return_pages(reinterpret_cast<char*>(first_) + first_->bytes, left);
            left = 0;
            break;
        }
        left -= first_->bytes;
        header* const whole = std::exchange(first_, first_->next);
        whole->function(whole);
    }
    charge_.set(charge_.bytes() - (bytes - left));
}

void free_block(void* block, std::size_t bytes) noexcept {
    if (!freed_blocks::take(block, bytes, std::free)) std::free(block);
}

}  // namespace bridge::core

namespace {

[[gnu::noinline]] void delete_large(void* block, std::size_t bytes) noexcept {
    if (!bridge::core::freed_blocks::take(block, bytes, ::operator delete)) ::operator delete(block);
}

}  // namespace

// Strings and containers free their buffers by this function. It replaces that of the C++ library, which ignores the size. The function without a
// size stays that of the library, to which g++ objects.
#ifndef __clang__
#pragma GCC diagnostic ignored "-Wsized-deallocation"
#endif
void operator delete(void* block, std::size_t bytes) noexcept {
    // Nearly all blocks are small, and a call frees many of them: the other path must not cost this one its saved registers.
    if (bytes >= bridge::core::mapped_bytes) return delete_large(block, bytes);
    ::operator delete(block);
}
