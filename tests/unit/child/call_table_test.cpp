#include "bridge/child/call_table.hpp"

#include <gtest/gtest.h>

namespace bridge::child {
namespace {

class silent_sink final : public call_sink {
public:
    void on_answer(const jsonrpc::envelope&) override {}
    bool on_message(const jsonrpc::envelope&) override { return true; }
    void on_lost(std::string_view) override {}
};

TEST(CallTable, CountsFromOneAndNeverUsesANumberTwice) {
    call_table table;
    EXPECT_EQ(table.add(std::make_shared<silent_sink>()), 1U);
    EXPECT_EQ(table.add(std::make_shared<silent_sink>()), 2U);
    table.take(2);
    EXPECT_EQ(table.add(std::make_shared<silent_sink>()), 3U);
}

TEST(CallTable, GivesEachCallToItsOwnAnswerInAnyOrder) {
    call_table table;
    std::vector<std::shared_ptr<silent_sink>> sinks;
    for (int i = 0; i < 100; ++i) {
        sinks.push_back(std::make_shared<silent_sink>());
        table.add(sinks.back());
    }
    for (std::size_t i = 0; i < 100; ++i) {
        const std::size_t at = i * 37 % 100;
        EXPECT_EQ(table.find(at + 1), sinks[at].get());
        EXPECT_EQ(table.take(at + 1), sinks[at]);
        EXPECT_EQ(table.take(at + 1), nullptr);
    }
    EXPECT_EQ(table.size(), 0U);
}

TEST(CallTable, KnowsLateAnswersFromWrongOnes) {
    call_table table;
    table.add(std::make_shared<silent_sink>());
    table.take(1);
    EXPECT_TRUE(table.was_minted(1));
    EXPECT_FALSE(table.was_minted(2));
}

TEST(CallTable, NamesTheOldest) {
    call_table table;
    EXPECT_EQ(table.oldest(), nullptr);
    const auto first = std::make_shared<silent_sink>();
    const auto second = std::make_shared<silent_sink>();
    table.add(first);
    table.add(second);
    EXPECT_EQ(table.oldest(), first.get());
    table.take(1);
    EXPECT_EQ(table.oldest(), second.get());
    EXPECT_EQ(table.take_all().size(), 1U);
    EXPECT_EQ(table.oldest(), nullptr);
}

// A sink that nobody needs any more must not live on in the table.
TEST(CallTable, LetsGoOfWhatItGivesAway) {
    call_table table;
    std::weak_ptr<call_sink> watched;
    {
        const auto sink = std::make_shared<silent_sink>();
        watched = sink;
        table.add(sink);
    }
    EXPECT_FALSE(watched.expired());
    table.take(1);
    EXPECT_TRUE(watched.expired());
}

}  // namespace
}  // namespace bridge::child
