#include "bridge/core/final_cast.hpp"

#include <gtest/gtest.h>

namespace bridge::core {
namespace {

struct base {
    virtual ~base() = default;
};
struct first_base {
    virtual ~first_base() = default;
    int number = 1;
};
struct wanted final : first_base, base {};
struct other final : base {};

TEST(FinalCast, FindsTheWholeObjectOrNothing) {
    wanted object;
    other stranger;
    base* const part = &object;
    EXPECT_EQ(final_cast<wanted>(part), &object);
    EXPECT_EQ(final_cast<wanted>(static_cast<base*>(&stranger)), nullptr);
    EXPECT_EQ(final_cast<wanted>(static_cast<base*>(nullptr)), nullptr);
}

}  // namespace
}  // namespace bridge::core
