#include "bridge/era/input_round.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace bridge::era {
namespace {

using testing::HasSubstr;
using testing::MatchesRegex;
using testing::SizeIs;

std::string members_of(const input_round& round) {
    spliced_object out;
    round.add_members(out);
    return out.finish().before_token.joined();
}

TEST(InputRound, collects_the_answers_under_the_keys_of_the_questions) {
    input_round round;
    ASSERT_EQ(round.begin({}, jsonrpc::members_of(
                                  R"({"inputRequests":{"a\n":{"method":"roots/list"},"b":{"method":"elicitation/create","params":{"message":"m"}}},)"
                                  R"("requestState":"\u0073 "})")),
              "");
    ASSERT_THAT(round.requests(), SizeIs(2));
    EXPECT_EQ(round.requests()[1].params, R"({"message":"m"})");
    round.requests()[0].response = core::shared_text(std::string(R"({"roots":[]})"));
    EXPECT_FALSE(round.is_complete());
    round.requests()[1].response = core::shared_text(std::string(R"({"action":"cancel"})"));
    EXPECT_TRUE(round.is_complete());
    EXPECT_EQ(members_of(round), R"({"inputResponses":{"a\n":{"roots":[]},"b":{"action":"cancel"}},"requestState":"\u0073 "})");
}

TEST(InputRound, may_have_questions_or_a_state_alone) {
    input_round round;
    EXPECT_EQ(round.begin({}, jsonrpc::members_of(R"({"requestState":"s"})")), "");
    EXPECT_EQ(members_of(round), R"({"requestState":"s"})");
    EXPECT_EQ(round.begin({}, jsonrpc::members_of(R"({"inputRequests":{"a":{"method":"roots/list"}}})")), "");
    round.requests()[0].response = core::shared_text(std::string("{}"));
    EXPECT_EQ(members_of(round), R"({"inputResponses":{"a":{}}})");
}

TEST(InputRound, refuses_what_it_cannot_ask) {
    input_round round;
    EXPECT_THAT(round.begin({}, jsonrpc::members_of("{}")), HasSubstr("neither"));
    EXPECT_THAT(round.begin({}, jsonrpc::members_of(R"({"requestState":1})")), HasSubstr("requestState"));
    EXPECT_THAT(round.begin({}, jsonrpc::members_of(R"({"inputRequests":{"a":{"method":"tools/call"}}})")), HasSubstr("method"));
    EXPECT_THAT(round.begin({}, jsonrpc::members_of(R"({"inputRequests":{"a":1}})")), HasSubstr("method"));
    std::string many = R"({"inputRequests":{)";
    for (int i = 0; i < 65; ++i) many += (i == 0 ? "\"" : ",\"") + std::to_string(i) + R"(":{"method":"roots/list"})";
    EXPECT_THAT(round.begin({}, jsonrpc::members_of(many + "}}")), HasSubstr("64"));
}

TEST(InputRound, gives_questions_with_a_page_the_id_of_the_legacy_era) {
    input_round round;
    ASSERT_EQ(round.begin({}, jsonrpc::members_of(R"({"inputRequests":{"a":{"method":"elicitation/create","params":{"mode":"url","url":"u:"}}}})")),
              "");
    EXPECT_THAT(round.requests()[0].params, MatchesRegex(R"(\{"elicitationId":"[0-9a-f]{32}","mode":"url","url":"u:"\})"));
}

}  // namespace
}  // namespace bridge::era
