// Promise: what the bridge says of its heap is true, and memory that it freed goes back to the system.
#include "bridge/platform/heap.hpp"

#include <gtest/gtest.h>

#include <cstring>
#include <memory>
#include <vector>

#include "bridge/platform/process_usage.hpp"

namespace bridge::platform {
namespace {

constexpr std::size_t MiB = std::size_t{1024} * 1024;

using block = std::unique_ptr<char[]>;

block make_block(std::size_t bytes) {
    block out(new char[bytes]);
    std::memset(out.get(), 1, bytes);
    return out;
}

class Heap : public testing::Test {
protected:
    void SetUp() override {
        const std::size_t before = read_heap().in_use;
        const block some = make_block(MiB);
        if (read_heap().in_use == before) GTEST_SKIP() << "a sanitizer replaces the allocator";
    }
};

TEST_F(Heap, CountsWhatIsInUse) {
    const std::size_t before = read_heap().in_use;
    block some = make_block(8 * MiB);
    EXPECT_GE(read_heap().in_use, before + 8 * MiB);
    some.reset();
    EXPECT_LT(read_heap().in_use, before + MiB);
}

TEST_F(Heap, ReturnsFreedMemoryWhenItIsTrimmed) {
    // Small blocks between the freed ones keep the end of the heap where it is.
    std::vector<block> freed;
    std::vector<block> kept;
    for (int i = 0; i < 1000; ++i) {
        freed.push_back(make_block(MiB / 16));
        kept.push_back(make_block(100));
    }
    freed.clear();
    EXPECT_GE(read_heap().kept, 60 * MiB);
    const auto before = read_process_usage().resident_bytes;
    trim_heap();
    EXPECT_LT(read_process_usage().resident_bytes, before - 50 * MiB);
}

// Without a fixed threshold, the first free of a large block would make the allocator keep the next ones.
TEST_F(Heap, KeepsNoLargeBlocks) {
    map_large_blocks(MiB / 4);
    const std::size_t before = read_heap().kept;
    for (int i = 0; i < 3; ++i) {
        const block large = make_block(8 * MiB);
        const block behind = make_block(100);
    }
    EXPECT_LT(read_heap().kept, before + MiB);
}

}  // namespace
}  // namespace bridge::platform
