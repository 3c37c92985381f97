#include "bridge/era/task_rounds.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/unit/session/memory_link.hpp"

namespace bridge::era {
namespace {

using session::envelope_of;
using testing::HasSubstr;

const std::string call_text =
    R"({"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"t","arguments":{ "a":1.0},"inputResponses":{"old":{}},)"
    R"("requestState":"old","_meta":{"progressToken":7}}})";

core::shared_text shared(const std::string& text) {
    return core::shared_text(text);
}

// The link's own number is written as #.
std::string next_params(task_rounds& rounds) {
    const child::spliced_params all = rounds.next_params();
    return all.before_token.joined() + (all.behind_token ? '#' + all.behind_token->joined() : std::string());
}

std::string begin(task_rounds& rounds, const std::string& members) {
    const std::string text = R"({"jsonrpc":"2.0","id":1,"result":{"resultType":"input_required",)" + members + "}}";
    const jsonrpc::envelope answer = envelope_of(text);
    return rounds.begin(answer, jsonrpc::members_of(answer.result));
}

TEST(TaskRounds, RepeatTheRequestWithTheAnswers) {
    task_rounds rounds(envelope_of(call_text), nullptr);
    EXPECT_EQ(begin(rounds, R"("requestState":"s\u0041","inputRequests":{"k":{"method":"m","params":{ "x":1}},"l\u0041":{}})"), "");
    ASSERT_EQ(rounds.questions().size(), 2U);
    EXPECT_EQ(rounds.questions()[0].method, R"("m")");
    EXPECT_EQ(rounds.questions()[0].request, R"({"method":"m","params":{ "x":1}})");
    rounds.questions()[0].number = 5;
    rounds.questions()[1].number = 6;
    EXPECT_FALSE(rounds.answer(7, shared("{}"))) << "nobody asked that";
    EXPECT_FALSE(rounds.answer(6, shared(R"({ "n":1.0})")));
    EXPECT_FALSE(rounds.answer(6, shared("{}"))) << "it is answered";
    EXPECT_TRUE(rounds.answer(5, shared("{}")));
    EXPECT_EQ(rounds.method(), R"("tools/call")");
    EXPECT_EQ(next_params(rounds), R"({"name":"t","arguments":{ "a":1.0},"_meta":{"progressToken":#},)"
                                   R"("inputResponses":{"k":{},"l\u0041":{ "n":1.0}},"requestState":"s\u0041"})");
}

TEST(TaskRounds, NeedNoQuestionsIfThereIsAState) {
    task_rounds rounds(envelope_of(call_text), nullptr);
    EXPECT_EQ(begin(rounds, R"("requestState":"s")"), "");
    EXPECT_TRUE(rounds.questions().empty());
    EXPECT_THAT(next_params(rounds), HasSubstr(R"("_meta":{"progressToken":#},"requestState":"s"})"));
    EXPECT_EQ(begin(rounds, R"("inputRequests":{})"), "it has neither questions nor a state");
}

TEST(TaskRounds, AreNotForLongRequests) {
    const std::string text = R"({"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":")" + std::string(300'000, 'x') + R"("}})";
    task_rounds rounds(envelope_of(text), nullptr);
    EXPECT_THAT(begin(rounds, R"("requestState":"s")"), HasSubstr("too long"));
}

TEST(TaskRounds, EndAfterTen) {
    task_rounds rounds(envelope_of(call_text), nullptr);
    for (int i = 0; i < 10; ++i) EXPECT_EQ(begin(rounds, R"("requestState":"s")"), "");
    EXPECT_THAT(begin(rounds, R"("requestState":"s")"), HasSubstr("10 times"));
}

}  // namespace
}  // namespace bridge::era
