// Promise: white space of any length, and long parts that the bridge leaves out, make nobody else wait.
#include <gtest/gtest.h>

#include "tests/e2e/modern_client.hpp"

namespace e2e {
namespace {

constexpr std::size_t bytes = 24 * 1024 * 1024;

// Made when it is needed: this program starts once for each test.
const std::string& gap() {
    static const std::string out(bytes, ' ');
    return out;
}

hosting watched(std::vector<std::string> flags = {}) {
    return {.arguments = {"--watch-loop", "--metrics-listen", "0", "--max-line-size", std::to_string(4 * bytes)}, .flags = std::move(flags)};
}

void expect_short_turns(hosted_fixture& host) {
    EXPECT_EQ(host.metric("mcp_bridge_loop_slow_turns_total"), 0) << host.bridge().log();
    EXPECT_GT(host.metric("mcp_bridge_loop_turns_total"), 20);
}

// `echo` has got its name and its arguments, and none of what was left out.
void expect_only_arguments(const mcp_answer& answer) {
    EXPECT_EQ(answer.at("result/structuredContent/params/name"), R"("echo")") << answer.message.substr(0, 300);
    EXPECT_EQ(answer.at("result/structuredContent/params/arguments"), R"({"a":1})");
    for (const char* left_out : {"task", "inputResponses"}) EXPECT_EQ(answer.at(std::string("result/structuredContent/params/") + left_out), "");
}

// A process per request runs no tasks, so the wish for one is left out. The white space around it was searched, and the wish overwritten.
TEST(long_gaps, around_a_task_that_is_left_out_hold_up_nobody) {
    hosting how = watched();
    how.isolation = "request";
    hosted_fixture host(how);
    mcp_session session = host.session();
    const std::string long_task = R"({"t":")" + std::string(bytes, 'x') + R"("})";
    for (const std::string& params :
         {'{' + gap() + R"("task":{},"name":"echo","arguments":{"a":1}})", R"({"name":"echo","task":{})" + gap() + R"(,"arguments":{"a":1}})",
          R"({"name":"echo","arguments":{"a":1},"task":)" + gap() + "{}" + gap() + '}',
          R"({"task":)" + long_task + R"(,"name":"echo","arguments":{"a":1}})"}) {
        expect_only_arguments(session.request("tools/call", params));
    }
    expect_short_turns(host);
}

// The bridge writes a wish for a task in front of the params of such a tool, and has to know whether they are empty.
TEST(long_gaps, in_front_of_params_with_a_task_hold_up_nobody) {
    hosted_fixture host(watched({"--tasks", "--task-required", "slow"}));
    modern_client client(host);
    EXPECT_EQ(client.request("tools/list").http.status, 200);
    const mcp_answer answer = client.request("tools/call", '{' + gap() + R"("name":"slow","arguments":{"ms":1}})", "slow");
    EXPECT_EQ(answer.at("result/resultType"), R"("complete")") << answer.message.substr(0, 300);
    expect_short_turns(host);
}

TEST(long_gaps, of_a_long_member_that_is_left_out_hold_up_nobody) {
    hosted_fixture host(watched());
    modern_client client(host);
    EXPECT_EQ(client.call("echo").http.status, 200);
    const std::string answers = R"({"q":")" + std::string(2 * bytes, 'x') + R"("})";
    for (const std::string& params : {R"({"inputResponses":)" + answers + R"(,"name":"echo","arguments":{"a":1}})",
                                      R"({"name":"echo","arguments":{"a":1},"task":)" + answers + '}'}) {
        expect_only_arguments(client.request("tools/call", params, "echo"));
    }
    expect_short_turns(host);
}

TEST(long_gaps, in_a_broken_answer_hold_up_nobody) {
    hosted_fixture host(watched());
    mcp_session session = host.session();
    for (const char* name : {"an answer that is no JSON, with white space", "an answer that is no JSON, with a long id",
                             "an answer that is no JSON, with a long name"}) {
        const std::string arguments = R"({"case":)" + json_string(name) + R"(,"bytes":)" + std::to_string(2 * bytes) + '}';
        EXPECT_EQ(session.call("worst", arguments, 60s).text(), "written");
    }
    expect_short_turns(host);
}

}  // namespace
}  // namespace e2e
