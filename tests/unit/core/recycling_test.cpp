#include "bridge/core/recycling.hpp"

#include <gtest/gtest.h>

#include <array>
#include <memory>
#include <vector>

namespace bridge::core {
namespace {

struct counted {
    explicit counted(int& alive) : alive_(alive) { ++alive_; }
    ~counted() { --alive_; }
    counted(const counted&) = delete;
    counted& operator=(const counted&) = delete;

    int& alive_;
    std::array<char, 100> rest{};
};

TEST(Recycling, MakesAndDestroysObjectsLikeMakeShared) {
    int alive = 0;
    for (int round = 0; round < 3; ++round) {
        // More than are kept.
        std::vector<std::shared_ptr<counted>> all;
        for (int i = 0; i < 1000; ++i) all.push_back(make_recycled<counted>(alive));
        EXPECT_EQ(alive, 1000);
        for (const auto& each : all) {
            EXPECT_EQ(each.use_count(), 1);
            EXPECT_EQ(each->rest, (std::array<char, 100>{}));
            each->rest.fill('x');
        }
        all.clear();
        EXPECT_EQ(alive, 0);
    }
}

TEST(Recycling, UsesTheMemoryOfTheLastObjectForTheNextOne) {
    if (checks_freed_memory) GTEST_SKIP() << "this build keeps no memory; one without AddressSanitizer does";
    int alive = 0;
    auto first = make_recycled<counted>(alive);
    const counted* const place = first.get();
    first.reset();
    EXPECT_EQ(make_recycled<counted>(alive).get(), place);
}

}  // namespace
}  // namespace bridge::core
