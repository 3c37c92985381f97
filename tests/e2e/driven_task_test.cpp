// Promise: a client of revision 2026-07-28 can call the tools of a server of 2025-11-25 that run as tasks only, and sees plain calls.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/e2e/modern_client.hpp"

namespace e2e {
namespace {

using testing::Contains;
using testing::HasSubstr;
using testing::Not;

class driven_task : public testing::TestWithParam<const char*> {
protected:
    static hosting how(std::vector<std::string> arguments = {}) {
        return {.isolation = GetParam(), .arguments = std::move(arguments), .flags = {"--tasks", "--task-required", "slow"}};
    }
};
IN_ALL_ISOLATIONS(driven_task);

TEST_P(driven_task, is_a_plain_call_to_the_client) {
    hosted_fixture host(how());
    modern_client client(host);
    const mcp_answer tools = client.request("tools/list");
    EXPECT_THAT(tools.at("result/tools"), HasSubstr(R"("slow")"));
    EXPECT_THAT(tools.at("result/tools"), Not(HasSubstr("execution")));
    const mcp_answer done = client.call("slow", R"({"ms":300,"who":"me"})");
    EXPECT_EQ(done.at("result/resultType"), R"("complete")");
    EXPECT_EQ(done.text(), "result for me");
    EXPECT_THAT(done.at("result/_meta"), Not(HasSubstr("related-task"))) << "the client knows no task";
    EXPECT_THAT(host.line_with(R"("name":"slow")"), HasSubstr(R"("task":{})"));
    EXPECT_THAT(host.received(), Contains(HasSubstr(R"("method":"tasks/result","params":{"taskId":"task-1"})")));
    EXPECT_EQ(client.call("echo").at("result/resultType"), R"("complete")");
    EXPECT_THAT(host.line_with(R"("name":"echo")"), Not(HasSubstr(R"("task")")));
}

TEST_P(driven_task, may_have_large_arguments) {
    hosted_fixture host(how());
    modern_client client(host);
    const std::string large(300'000, 'x');
    const mcp_answer done = client.call("slow", R"({"ms":10,"who":"me","more":")" + large + R"("})", R"(,"progressToken":"mine","x":1.0)");
    EXPECT_EQ(done.text(), "result for me") << done.message.substr(0, 1000);
    const std::string sent = host.line_with(R"("name":"slow")");
    EXPECT_THAT(sent, HasSubstr(R"("params":{"task":{},"name":"slow")"));
    EXPECT_THAT(sent, HasSubstr(large));
    EXPECT_THAT(sent, HasSubstr(R"("x":1.0)"));
    EXPECT_THAT(sent, Not(HasSubstr("clientCapabilities")));
}

TEST_P(driven_task, is_cancelled_when_the_client_leaves) {
    hosted_fixture host(how());
    modern_client client(host);
    {
        http_client connection = client.begin(client.call_message("slow", R"({"ms":60000})"));
        ASSERT_TRUE(host.receives("tasks/result"));
        connection.close();
    }
    EXPECT_TRUE(host.receives("tasks/cancel"));
}

TEST_P(driven_task, becomes_a_task_of_the_bridge_if_it_takes_long) {
    hosted_fixture host(how({"--task-after", "0.1"}));
    modern_client client(host, R"({"extensions":{"io.modelcontextprotocol/tasks":{}}})");
    const std::string id = client.call("slow", R"({"ms":2500,"who":"me"})").at("result/taskId");
    EXPECT_EQ(id.size(), 34U) << "an id of the bridge, not task-1";
    const modern_message question = client.message("tasks/get", R"({"taskId":)" + id + '}', id.substr(1, id.size() - 2));
    EXPECT_TRUE(eventually([&] { return client.send(question).at("result/status") == R"("completed")"; }));
    EXPECT_THAT(client.send(question).at("result/result/content"), HasSubstr("result for me"));
}

}  // namespace
}  // namespace e2e
