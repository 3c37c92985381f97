// Promise: large blocks that are freed together go back to the system in pieces, and the budget knows of them until then.
#include "bridge/core/freed_blocks.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <optional>
#include <string>
#include <vector>

#include "bridge/core/memory.hpp"
#include "bridge/core/spawn.hpp"
#include "bridge/platform/process_usage.hpp"

namespace bridge::core {
namespace {

constexpr std::size_t MiB = std::size_t{1024} * 1024;

class FreedBlocks : public testing::Test {
protected:
    FreedBlocks() {
        spawn_vital(loop_.get_executor(), "test", [this] { return freed_->run(); });
        loop_.poll();
    }
    ~FreedBlocks() override {
        if (freed_) freed_->stop();
        loop_.restart();
        loop_.run();
    }

    // Runs turns of the loop until none is pending, and returns the largest amount of memory that one of them returned.
    std::size_t largest_return() {
        std::size_t out = 0;
        loop_.restart();
        for (std::size_t before = freed_->bytes(); loop_.poll_one() != 0; before = freed_->bytes()) out = std::max(out, before - freed_->bytes());
        return out;
    }

    boost::asio::io_context loop_{BOOST_ASIO_CONCURRENCY_HINT_UNSAFE};
    memory_budget memory_{1024 * MiB};
    std::optional<freed_blocks> freed_{std::in_place, loop_.get_executor(), memory_};
};

TEST_F(FreedBlocks, GoBackInPieces) {
    std::vector<std::string> texts;
    for (const std::size_t size : {3, 40, 1, 70}) texts.emplace_back(size * MiB, 'x');
    EXPECT_EQ(freed_->bytes(), 0U);
    texts = {};
    EXPECT_GE(freed_->bytes(), 114 * MiB);
    EXPECT_EQ(memory_.used_for(memory_use::freed), freed_->bytes());
    const std::size_t most = largest_return();
    EXPECT_LE(most, freed_blocks::piece);
    EXPECT_GT(most, freed_blocks::piece / 2);
    EXPECT_EQ(freed_->bytes(), 0U);
    EXPECT_EQ(memory_.used(), 0U);
}

TEST_F(FreedBlocks, AreResidentUntilTheirTurn) {
    const auto resident = [] { return platform::read_process_usage().resident_bytes; };
    std::optional<std::string> text(std::in_place, 64 * MiB, 'x');
    const std::size_t before = resident();
    text.reset();
    EXPECT_GT(resident(), before - 8 * MiB);
    largest_return();
    // A sanitizer keeps freed memory, but has no page of what was returned before.
    EXPECT_LT(resident(), before - 40 * MiB);
}

TEST_F(FreedBlocks, SmallOnesAreNotAmongThem) {
    { const std::string text(mapped_bytes / 2, 'x'); }
    EXPECT_EQ(freed_->bytes(), 0U);
}

TEST_F(FreedBlocks, OfAnEndedOwnerGoBackAtOnce) {
    std::optional<std::string> first(std::in_place, 2 * MiB, 'x');
    std::string second(2 * MiB, 'x');
    first.reset();
    EXPECT_GT(memory_.used(), 0U);
    freed_->stop();
    largest_return();
    freed_.reset();
    EXPECT_EQ(memory_.used(), 0U);
}

}  // namespace
}  // namespace bridge::core
