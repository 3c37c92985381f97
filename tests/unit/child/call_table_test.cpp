#include "bridge/child/call_table.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <set>

namespace bridge::child {
namespace {

class sink_of_a_client final : public call_sink {
public:
    void on_answer(const jsonrpc::envelope&) override {}
    bool on_message(const jsonrpc::envelope&) override { return true; }
    void on_lost(std::string_view) override {}
};

TEST(CallTable, CountsFromOneAndNeverUsesANumberTwice) {
    call_table table;
    EXPECT_EQ(table.add(std::make_shared<sink_of_a_client>()), 1U);
    EXPECT_EQ(table.add(std::make_shared<sink_of_a_client>()), 2U);
    table.remove(2);
    EXPECT_EQ(table.add(std::make_shared<sink_of_a_client>()), 3U);
}

TEST(CallTable, GivesEachCallToItsOwnAnswerInAnyOrder) {
    call_table table;
    std::vector<std::shared_ptr<sink_of_a_client>> sinks;
    for (int i = 0; i < 100; ++i) {
        sinks.push_back(std::make_shared<sink_of_a_client>());
        table.add(sinks.back());
    }
    for (std::size_t i = 0; i < 100; ++i) {
        const std::size_t at = i * 37 % 100;
        EXPECT_EQ(table.find(at + 1), sinks[at].get());
        EXPECT_EQ(table.remove(at + 1), sinks[at]);
        EXPECT_EQ(table.remove(at + 1), nullptr);
    }
    EXPECT_EQ(table.size(), 0U);
}

TEST(CallTable, KnowsLateAnswersFromWrongOnes) {
    call_table table;
    table.add(std::make_shared<sink_of_a_client>());
    table.remove(1);
    EXPECT_TRUE(table.was_minted(1));
    EXPECT_FALSE(table.was_minted(2));
}

TEST(CallTable, GivesRandomNumbersInRangeThatNeverComeAgain) {
    call_table table;
    table.randomize(0x0123'4567'89AB'CDEFU);
    std::set<std::uint64_t> numbers;
    std::uint64_t highest = 0;
    for (int i = 0; i < 10'000; ++i) {
        const std::uint64_t number = table.add(std::make_shared<sink_of_a_client>());
        EXPECT_GE(number, 1U);
        EXPECT_LE(number, 0x7FFF'FFFFU);
        EXPECT_TRUE(numbers.insert(number).second) << "a number comes twice: " << number;
        highest = std::max(highest, number);
        if (i % 2 == 0) table.remove(number);
    }
    EXPECT_GT(highest, 0x7000'0000U) << "they are not spread over the range";
    EXPECT_EQ(table.minted(), 10'000U);
    EXPECT_EQ(table.size(), 5'000U);
}

TEST(CallTable, FindsRandomNumbersAndKnowsTheLateOnes) {
    call_table table;
    table.randomize(7);
    std::vector<std::pair<std::uint64_t, std::shared_ptr<sink_of_a_client>>> all;
    for (int i = 0; i < 200; ++i) {
        auto sink = std::make_shared<sink_of_a_client>();
        all.emplace_back(table.add(sink), sink);
    }
    EXPECT_EQ(table.oldest(), all.front().second.get());
    for (std::size_t i = 0; i < all.size(); ++i) {
        const auto& [number, sink] = all[i * 37 % all.size()];
        EXPECT_EQ(table.find(number), sink.get());
        EXPECT_EQ(table.remove(number), sink);
        EXPECT_EQ(table.remove(number), nullptr);
        EXPECT_TRUE(table.was_minted(number));
    }
    std::size_t unknown = 0;
    for (std::uint64_t number = 1; number <= 1000; ++number) unknown += table.was_minted(number) ? 0 : 1;
    EXPECT_GE(unknown, 999U) << "what was never given out is known";
    for (const std::uint64_t number : {std::uint64_t{0}, std::uint64_t{0x8000'0000}, std::uint64_t{1} << 52U}) {
        EXPECT_FALSE(table.was_minted(number));
        EXPECT_EQ(table.find(number), nullptr);
    }
}

TEST(CallTable, NumbersDifferFromOneSecretToTheNext) {
    call_table first;
    call_table second;
    first.randomize(1);
    second.randomize(2);
    std::size_t equal = 0;
    for (int i = 0; i < 1000; ++i) {
        equal += first.add(std::make_shared<sink_of_a_client>()) == second.add(std::make_shared<sink_of_a_client>()) ? 1 : 0;
    }
    EXPECT_LE(equal, 1U);
}

// The vector that its authors published (Beaulieu and others, "The Simon and Speck families", 2013, appendix C).
TEST(SecretNumbering, IsTheCipherThatItSays) {
    EXPECT_EQ(secret_numbering(0x1918'1110'0908'0100U).decrypt(0xA868'42F2U), 0x6574'694CU);
}

TEST(SecretNumbering, ReturnsTheEncryptedPositionsInTheirOrder) {
    secret_numbering numbering(42);
    std::uint32_t last = 0;
    for (int i = 0; i < 100'000; ++i) {
        const std::uint32_t number = numbering.next();
        const std::uint32_t position = numbering.decrypt(number);
        ASSERT_TRUE(i == 0 || position > last) << "the number at " << i << " is not the next one";
        // About every second block is in range, so long gaps mean that numbers are left out.
        ASSERT_LT(position - last, 64U);
        last = position;
    }
    EXPECT_LT(last, 210'000U);
}

TEST(CallTable, NamesTheOldest) {
    call_table table;
    EXPECT_EQ(table.oldest(), nullptr);
    const auto first = std::make_shared<sink_of_a_client>();
    const auto second = std::make_shared<sink_of_a_client>();
    table.add(first);
    table.add(second);
    EXPECT_EQ(table.oldest(), first.get());
    table.remove(1);
    EXPECT_EQ(table.oldest(), second.get());
    EXPECT_EQ(table.remove_all().size(), 1U);
    EXPECT_EQ(table.oldest(), nullptr);
}

// A sink that nobody needs any more must not live on in the table.
TEST(CallTable, LetsGoOfWhatItGivesAway) {
    call_table table;
    std::weak_ptr<call_sink> watched;
    {
        const auto sink = std::make_shared<sink_of_a_client>();
        watched = sink;
        table.add(sink);
    }
    EXPECT_FALSE(watched.expired());
    table.remove(1);
    EXPECT_TRUE(watched.expired());
}

// A call whose outcome the bridge ignores would keep the child from being idle, so the link gives it up in the end.
TEST(CallTable, KnowsTheOwnCallsThatNobodyWaitsForAnyMore) {
    const auto now = core::clock::now();
    call_table table;
    table.add(std::make_shared<sink_of_a_client>());
    table.add(std::make_shared<silent_sink>(now));
    table.add(std::make_shared<silent_sink>(now + std::chrono::seconds(5)));
    EXPECT_TRUE(table.overdue(now + silent_sink::patience - std::chrono::seconds(1)).empty());
    EXPECT_EQ(table.overdue(now + silent_sink::patience), std::vector<std::uint64_t>{2});
    EXPECT_EQ(table.overdue(now + std::chrono::hours(1)), (std::vector<std::uint64_t>{2, 3}));
}

}  // namespace
}  // namespace bridge::child
