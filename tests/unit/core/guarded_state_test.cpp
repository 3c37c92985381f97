#include "bridge/core/guarded_state.hpp"

#include <gtest/gtest.h>

#include <array>

namespace bridge::core {
namespace {

enum class door { shut, open, locked };

constexpr std::array changes{state_change{door::shut, door::open}, state_change{door::open, door::shut}, state_change{door::shut, door::locked}};

TEST(GuardedState, MakesTheChangesOfItsTable) {
    guarded_state<door, changes> state(door::shut);
    state.enter(door::open);
    EXPECT_TRUE(state.is(door::open));
    state.enter(door::shut);
    state.enter(door::locked);
    EXPECT_EQ(state.now(), door::locked);
}

TEST(GuardedState, MayEnterTheStateThatItIsIn) {
    guarded_state<door, changes> state(door::open);
    state.enter(door::open);
    EXPECT_TRUE(state.is(door::open));
}

TEST(GuardedState, RefusesAnyOtherChange) {
    guarded_state<door, changes> state(door::open);
    EXPECT_THROW(state.enter(door::locked), std::logic_error);
    EXPECT_TRUE(state.is(door::open));
}

}  // namespace
}  // namespace bridge::core
