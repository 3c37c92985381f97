#include "bridge/core/memory_budget.hpp"

#include <gtest/gtest.h>

#include "bridge/core/default_memory_budget.hpp"
#include "bridge/core/memory_charge.hpp"
#include "bridge/core/metrics.hpp"

namespace bridge::core {
namespace {

constexpr std::size_t KiB = 1024;
constexpr std::size_t MiB = 1024 * KiB;

TEST(MemoryCharge, FollowsItsBufferAndGivesBackWhatItCharged) {
    memory_budget budget(100 * MiB);
    const memory_account_ptr alice = budget.account_of("alice");
    {
        memory_charge first(alice, memory_use::request_body);
        first.set(10);
        first.set(30);
        EXPECT_EQ(budget.used(), 30U);
        EXPECT_EQ(budget.used_for(memory_use::request_body), 30U);
        EXPECT_EQ(alice->used(), 30U);
        memory_charge second = std::move(first);
        EXPECT_EQ(first.bytes(), 0U);
        EXPECT_EQ(second.bytes(), 30U);
        second.set(5);
        EXPECT_EQ(budget.used(), 5U);
        memory_charge other(budget.account_of("bob"), memory_use::request_body);
        other.set(7);
        second = std::move(other);
        EXPECT_EQ(budget.used(), 12U) << "what was moved over lives in what was moved from";
    }
    EXPECT_EQ(budget.used(), 0U);
    EXPECT_EQ(alice->used(), 0U);
}

TEST(MemoryCharge, WithoutAnAccountIsNothing) {
    memory_charge nobody;
    nobody.set(1000 * MiB);
    EXPECT_TRUE(nobody.may_grow_to(2000 * MiB));
    EXPECT_FALSE(nobody.is_full());
}

TEST(MemoryCharge, CanBePaidByAnother) {
    memory_budget budget(100 * MiB);
    memory_charge charge(budget.common(), memory_use::child_line);
    charge.set(20);
    const memory_account_ptr alice = budget.account_of("alice");
    charge.pay_from(alice);
    EXPECT_EQ(budget.common()->used(), 0U);
    EXPECT_EQ(alice->used(), 20U);
    EXPECT_EQ(budget.used(), 20U);
}

TEST(MemoryBudget, KeepsAQuarterInReserve) {
    memory_budget budget(100 * MiB);
    memory_charge charge(budget.account_of("alice"), memory_use::request_body);
    EXPECT_TRUE(charge.may_grow_to(75 * MiB));
    EXPECT_FALSE(charge.may_grow_to(75 * MiB + 1));
    charge.set(75 * MiB);
    EXPECT_TRUE(budget.is_tight());
    EXPECT_FALSE(budget.is_full());
    EXPECT_TRUE(budget.has_reserve(25 * MiB));
    EXPECT_FALSE(budget.has_reserve(25 * MiB + 1));
    charge.set(100 * MiB);
    EXPECT_TRUE(budget.is_full());
}

TEST(MemoryBudget, LetsAPrincipalHoldMoreThanHalfOnlyWhileNoOtherWaits) {
    memory_budget budget(100 * MiB);
    memory_charge alice(budget.account_of("alice"), memory_use::request_body);
    alice.set(60 * MiB);
    EXPECT_TRUE(alice.may_grow_to(70 * MiB));
    const memory_account_ptr bob = budget.account_of("bob");
    budget.record_want(*bob);
    EXPECT_FALSE(alice.may_grow_to(61 * MiB));
    EXPECT_TRUE(budget.has_room(*bob, 10 * MiB)) << "who holds less than half is not held back by those who wait";
    EXPECT_TRUE(budget.others_wait(*bob)) << "alice wanted more";
}

TEST(MemoryBudget, HasOneAccountForEachPrincipalAsLongAsAnybodyHasIt) {
    memory_budget budget(100 * MiB);
    const memory_account_ptr alice = budget.account_of("alice");
    EXPECT_EQ(budget.account_of("alice"), alice);
    EXPECT_NE(budget.account_of("bob"), alice);
    for (int i = 0; i < 100'000; ++i) budget.account_of("user:" + std::to_string(i));
    EXPECT_EQ(budget.account_of("alice"), alice);
}

TEST(MemoryBudget, TellsWhenRoomAppears) {
    memory_budget budget(100 * MiB);
    int calls = 0;
    budget.on_room([&calls] { ++calls; });
    memory_charge charge(budget.common(), memory_use::stream);
    charge.set(80 * MiB);
    charge.set(70 * MiB);
    EXPECT_EQ(calls, 0) << "nobody wanted any";
    charge.set(80 * MiB);
    EXPECT_FALSE(budget.has_room(*budget.common(), 1));
    budget.record_want(*budget.common());
    charge.set(76 * MiB);
    EXPECT_EQ(calls, 0);
    charge.set(70 * MiB);
    EXPECT_EQ(calls, 1);
    charge.set(0);
    EXPECT_EQ(calls, 1) << "who could not get any even now says so again";
}

TEST(MemoryBudget, IsTightAsLongAsSomebodyWantsMore) {
    memory_budget budget(100 * MiB);
    memory_charge charge(budget.common(), memory_use::stream);
    charge.set(50 * MiB);
    EXPECT_FALSE(budget.is_tight());
    EXPECT_FALSE(charge.may_grow_to(80 * MiB));
    EXPECT_TRUE(budget.is_tight()) << "although there is a little left";
}

TEST(MemoryBudget, WantsToTrimOnceSixteenMebibytesWereFreed) {
    memory_budget budget(100 * MiB);
    memory_charge charge(budget.common(), memory_use::stream);
    charge.set(40 * MiB);
    charge.set(25 * MiB);
    EXPECT_FALSE(budget.consume_trim());
    charge.set(24 * MiB);
    EXPECT_TRUE(budget.consume_trim());
    EXPECT_FALSE(budget.consume_trim());
}

TEST(MemoryBudget, CountsEachMeasure) {
    memory_budget budget(100 * MiB);
    const auto index = static_cast<std::size_t>(memory_measure::stream_cut);
    const auto before = meters().memory_measures[index];
    budget.report(memory_measure::stream_cut, "a test was cut");
    budget.report(memory_measure::stream_cut, "a test was cut");
    EXPECT_EQ(meters().memory_measures[index], before + 2);
    EXPECT_EQ(name_of(memory_measure::backlog_dropped), "backlog_dropped");
    EXPECT_EQ(name_of(memory_use::request), "request");
    EXPECT_EQ(name_of(memory_use::freed), "freed");
}

TEST(DefaultMemoryBudget, IsAQuarterAndNotTooLittle) {
    EXPECT_EQ(default_memory_budget(8192 * MiB), 2048 * MiB);
    EXPECT_EQ(default_memory_budget(128 * MiB), 96 * MiB);
}

}  // namespace
}  // namespace bridge::core
