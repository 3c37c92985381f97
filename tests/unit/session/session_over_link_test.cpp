// A session and its child, without a process: the child is a link in memory.
#include "tests/unit/session/session_over_link.hpp"

#include <gmock/gmock.h>

namespace bridge::session {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

TEST_F(SessionOverLink, AnswersUnderTheIdOfTheClientWithTheBytesOfTheChild) {
    send(R"({"jsonrpc":"2.0","id":"seven","method":"tools/call","params":{"name":"a","x":1.0}})");
    EXPECT_THAT(link_->lines, ElementsAre(R"({"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"a","x":1.0}})"));
    link_->say(R"({"jsonrpc":"2.0","id":1,"result":{"n":12345678901234567890}})");
    EXPECT_THAT(next(*reply_), ElementsAre(R"({"jsonrpc":"2.0","id":"seven","result":{"n":12345678901234567890}})"));
    EXPECT_TRUE(reply_->has_ended());
}

TEST_F(SessionOverLink, ForwardsProgressUnderTheTokenOfTheClient) {
    send(R"({"jsonrpc":"2.0","id":7,"method":"tools/call","params":{"_meta":{"progressToken":"mine"}}})");
    EXPECT_THAT(link_->lines, ElementsAre(HasSubstr(R"("progressToken":1)")));
    link_->say(R"({"jsonrpc":"2.0","method":"notifications/progress","params":{"progressToken":1,"progress":2}})");
    EXPECT_THAT(next(*reply_), ElementsAre(HasSubstr(R"("progressToken":"mine","progress":2)")));
    link_->say(R"({"jsonrpc":"2.0","method":"notifications/progress","params":{"progressToken":9,"progress":3}})");
    EXPECT_THAT(next(*reply_), IsEmpty()) << "a token that was never given out belongs to no client";
}

TEST_F(SessionOverLink, CancelsACallOfTheClientOnTheLink) {
    send(R"({"jsonrpc":"2.0","id":7,"method":"tools/call"})");
    post(R"({"jsonrpc":"2.0","method":"notifications/cancelled","params":{"requestId":7,"reason":"too slow"}})");
    EXPECT_THAT(link_->lines.back(), HasSubstr("cancelled 1"));
    EXPECT_EQ(link_->calls().size(), 0U);
}

TEST_F(SessionOverLink, CarriesAQuestionOfTheChildToTheClientAndTheAnswerBack) {
    send(R"({"jsonrpc":"2.0","id":7,"method":"tools/call"})");
    link_->say(R"({"jsonrpc":"2.0","id":"q","method":"roots/list"})");
    EXPECT_THAT(next(*reply_), ElementsAre(R"({"jsonrpc":"2.0","id":1,"method":"roots/list"})"));
    post(R"({"jsonrpc":"2.0","id":1,"result":{"roots":[]}})");
    EXPECT_EQ(link_->lines.back(), R"({"jsonrpc":"2.0","id":"q","result":{"roots":[]}})");
    post(R"({"jsonrpc":"2.0","id":1,"result":{"roots":[]}})");
    EXPECT_EQ(link_->lines.size(), 2U) << "a second answer does not reach the child";
}

TEST_F(SessionOverLink, RefusesAQuestionThatTheClientCannotAnswer) {
    send(R"({"jsonrpc":"2.0","id":7,"method":"tools/call"})");
    for (const char* method : {"sampling/createMessage", "elicitation/create", "tasks/get", "tasks/result", "tasks/list", "tasks/cancel"}) {
        link_->say(R"({"jsonrpc":"2.0","id":"q","method":")" + std::string(method) + R"(","params":{}})");
        EXPECT_THAT(link_->lines.back(), HasSubstr(R"("id":"q","error":{"code":-32601)")) << method;
        EXPECT_THAT(next(*reply_), IsEmpty()) << method;
    }
}

TEST_F(SessionOverLink, CarriesAQuestionThatTheBridgeDoesNotKnow) {
    send(R"({"jsonrpc":"2.0","id":7,"method":"tools/call"})");
    link_->say(R"({"jsonrpc":"2.0","id":"q","method":"x_vendor/ask","params":{"n":1.0}})");
    EXPECT_THAT(next(*reply_), ElementsAre(R"({"jsonrpc":"2.0","id":1,"method":"x_vendor/ask","params":{"n":1.0}})"));
    post(R"({"jsonrpc":"2.0","id":1,"error":{"code":-32601,"message":"no"}})");
    EXPECT_EQ(link_->lines.back(), R"({"jsonrpc":"2.0","id":"q","error":{"code":-32601,"message":"no"}})");
}

TEST_F(SessionOverLink, CarriesQuestionsAboutTheTasksOfTheClient) {
    session_->declare(mcp::client_capabilities::read(
        R"({"capabilities":{"elicitation":{},"tasks":{"list":{},"cancel":{},"requests":{"elicitation":{"create":{}}}}}})"));
    send(R"({"jsonrpc":"2.0","id":7,"method":"tools/call"})");
    int number = 0;
    for (const char* method : {"elicitation/create", "tasks/get", "tasks/result", "tasks/list", "tasks/cancel"}) {
        link_->say(R"({"jsonrpc":"2.0","id":"q","method":")" + std::string(method) + R"(","params":{"taskId":"t","task":{}}})");
        EXPECT_THAT(next(*reply_), ElementsAre(R"({"jsonrpc":"2.0","id":)" + std::to_string(++number) + R"(,"method":")" + method +
                                               R"(","params":{"taskId":"t","task":{}}})"));
    }
}

TEST_F(SessionOverLink, AnswersAllCallsWhenTheChildFails) {
    const auto call = send(R"({"jsonrpc":"2.0","id":7,"method":"tools/call"})");
    link_->fail("the server process ended (exit status 3)");
    EXPECT_THAT(next(*reply_), ElementsAre(HasSubstr("exit status 3")));
    EXPECT_FALSE(call->is_waiting());
    EXPECT_EQ(session_->calls().size(), 0U);
}

}  // namespace
}  // namespace bridge::session
