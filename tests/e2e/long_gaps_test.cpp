// Promise: white space of any length, long parts that the bridge leaves out, and texts whose length it does not know before make nobody else wait.
#include <gtest/gtest.h>

#include <sstream>

#include "tests/e2e/modern_client.hpp"
#include "tests/e2e/tested_bridge.hpp"

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

// A string that grows by itself copies itself.
TEST(long_gaps, a_body_of_unknown_length_holds_up_nobody) {
    hosted_fixture host(watched());
    mcp_session session = host.session();
    http_client connection = host.connect();
    std::string head = "POST /mcp HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\n";
    for (const auto& [name, value] : session.headers()) head += name + ": " + value + "\r\n";
    // With sanitizers, realloc copies the long line of the answer.
    const std::size_t length = (is_sanitized() ? 12U : 68U) * 1024 * 1024;
    const std::string body = call_text("7", "echo", R"({"a":1,"text":")" + std::string(length, 'x') + R"("})");
    std::ostringstream size;
    size << std::hex << body.size();
    connection.send_raw(head + "\r\n" + size.str() + "\r\n" + body + "\r\n0\r\n\r\n");
    EXPECT_EQ(connection.read_head(60s).status, 200);
    EXPECT_GT(connection.read_body(60s).size(), body.size());
    expect_short_turns(host);
}

// The result was read and copied to leave out the member that names the task.
TEST(long_gaps, the_long_result_of_a_task_of_the_server_holds_up_nobody) {
    hosted_fixture host(watched({"--tasks", "--task-required", "slow"}));
    modern_client client(host);
    EXPECT_EQ(client.request("tools/list").http.status, 200);
    const mcp_answer answer = client.send(client.call_message("slow", R"({"ms":1,"bytes":)" + std::to_string(2 * bytes) + '}'), 60s);
    EXPECT_EQ(answer.at("result/resultType"), R"("complete")") << answer.message.substr(0, 300);
    EXPECT_GT(answer.message.size(), 2 * bytes);
    EXPECT_EQ(answer.message.find("related-task"), std::string::npos);
    EXPECT_EQ(answer.at("result/_meta").front(), '{');
    expect_short_turns(host);
}

// The bridge searched the answer for the type that a question has anyway.
TEST(long_gaps, long_questions_hold_up_nobody) {
    hosting how = watched({"--era", "modern"});
    how.works = false;
    hosted_fixture host(how);
    modern_client client(host, R"({"elicitation":{}})");
    const std::string result = R"({"inputRequests":{"q":{"method":"elicitation/create"}},"requestState":"s","x":")" +
                               std::string(3 * 1024 * 1024, 'r') + R"(","resultType":"input_required"})";
    EXPECT_EQ(client.call("raw_result", R"({"result":)" + result + '}').at("result/resultType"), R"("input_required")");
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
