// Promise: with --isolation request every request is served by a process that serves no other, and that is gone
// afterwards.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <set>

#include "tests/e2e/hosted_fixture.hpp"

namespace e2e {
namespace {

using testing::HasSubstr;

hosting fresh(std::vector<std::string> arguments = {}) {
    return {.isolation = "request", .arguments = std::move(arguments)};
}

long pid_of(const mcp_answer& answer) {
    return integer(answer.at("result/structuredContent/pid"), -1);
}

bool has_no_child(hosted_fixture& host) {
    return eventually([&] { return children_of(host.bridge().pid()).empty(); });
}

TEST(request_isolation, gives_every_request_a_process_of_its_own_and_ends_it) {
    hosted_fixture host(fresh());
    mcp_session session = host.session();
    std::set<long> pids;
    for (int i = 0; i < 3; ++i) pids.insert(pid_of(session.call("process")));
    EXPECT_EQ(pids.size(), 3U);
    EXPECT_FALSE(pids.contains(-1));
    EXPECT_TRUE(has_no_child(host));
}

TEST(request_isolation, initializes_each_process_itself_and_declares_nothing) {
    hosted_fixture host(fresh());
    mcp_session session = host.session({.version = "2025-06-18", .capabilities = R"({"sampling":{},"roots":{}})"});
    EXPECT_EQ(session.version(), "2025-06-18");
    const auto lines = received_by_child_of(session);
    ASSERT_EQ(lines.size(), 2U);
    EXPECT_EQ(at(lines[0], "params/capabilities"), "{}");
    EXPECT_EQ(at(lines[0], "params/clientInfo/name"), R"("mcp-bridge")");
    EXPECT_EQ(member(lines[1], "method"), R"("notifications/initialized")");
}

TEST(request_isolation, serves_requests_side_by_side) {
    hosted_fixture host(fresh());
    mcp_session session = host.session();
    http_client slow = session.begin_post(call_text("1", "slow", R"({"ms":600000,"who":"it"})"));
    ASSERT_TRUE(host.receives(R"("who":"it")"));
    EXPECT_EQ(session.call("echo").text(), "ok");
}

TEST(request_isolation, waits_for_a_place_when_all_processes_are_at_work) {
    hosted_fixture host(fresh({"--max-children", "1", "--stop-grace", "0.1"}));
    mcp_session session = host.session();
    std::vector<http_client> calls;
    for (int i = 1; i <= 3; ++i) calls.push_back(session.begin_post(call_text(std::to_string(i), "slow", R"({"ms":100})")));
    for (int i = 1; i <= 3; ++i) EXPECT_EQ(read_answer(calls[static_cast<std::size_t>(i - 1)], i).text(), "slept");
}

TEST(request_isolation, says_when_no_place_came_free_in_time) {
    hosted_fixture host(fresh({"--max-children", "1", "--start-timeout", "1"}));
    mcp_session session = host.session();
    http_client endless = session.begin_post(call_text("1", "slow", R"({"ms":600000,"who":"it"})"));
    ASSERT_TRUE(host.receives(R"("who":"it")"));
    const mcp_answer answer = session.call("echo");
    EXPECT_THAT(error_text(answer.message), HasSubstr("all 1 server processes that may run at once are running"));
}

TEST(request_isolation, refuses_what_a_process_asks_its_client) {
    hosted_fixture host(fresh());
    mcp_session session = host.session({.capabilities = R"({"sampling":{}})"});
    const mcp_answer answer = session.call("ask", R"({"method":"sampling/createMessage","params":{}})");
    EXPECT_EQ(answer.at("result/structuredContent/answer/error/code"), "-32601");
}

TEST(request_isolation, ends_the_process_of_a_cancelled_request) {
    hosted_fixture host(fresh());
    mcp_session session = host.session();
    http_client call = session.begin_post(call_text("1", "slow", R"({"ms":600000,"who":"it"})"));
    ASSERT_TRUE(host.receives(R"("who":"it")"));
    session.notify("notifications/cancelled", R"({"requestId":1})");
    EXPECT_TRUE(has_no_child(host));
}

TEST(request_isolation, ends_the_process_of_a_client_that_closes_its_session) {
    hosted_fixture host(fresh());
    mcp_session session = host.session();
    http_client call = session.begin_post(call_text("1", "slow", R"({"ms":600000,"who":"it"})"));
    ASSERT_TRUE(host.receives(R"("who":"it")"));
    EXPECT_EQ(session.terminate().status, 200);
    EXPECT_THAT(error_text(read_answer(call, 1).message), HasSubstr("closed the session"));
    EXPECT_TRUE(has_no_child(host));
}

TEST(request_isolation, survives_a_process_that_dies) {
    hosted_fixture host(fresh());
    mcp_session session = host.session();
    const mcp_answer lost = session.call("crash", R"({"how":"exit:3","stderr":"out of coffee"})");
    EXPECT_THAT(error_text(lost.message), HasSubstr("exit status 3"));
    EXPECT_THAT(error_text(lost.message), HasSubstr("out of coffee"));
    EXPECT_EQ(session.call("echo").text(), "ok");
}

TEST(warm_processes, spare_a_session_the_start_of_its_own) {
    hosted_fixture host({.arguments = {"--warm", "1"}, .works = false});
    const auto one_waits = [&] { return host.starts().size() >= 2 && children_of(host.bridge().pid()).size() == 1; };
    ASSERT_TRUE(eventually(one_waits)) << "after the first look another one is started ahead";
    // Not the last that noted its start: the one that was looked at could have been slower to do so.
    const long waiting = children_of(host.bridge().pid()).front();
    mcp_session session = host.client().open();
    EXPECT_EQ(pid_of(session.call("process")), waiting);
    EXPECT_TRUE(eventually([&] { return children_of(host.bridge().pid()).size() == 2; }));
}

}  // namespace
}  // namespace e2e
