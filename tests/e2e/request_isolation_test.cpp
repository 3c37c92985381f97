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

TEST(request_isolation, shows_no_capability_that_needs_a_lasting_process) {
    const std::string capabilities = R"({"tools":{"listChanged":true},"logging":{ },"resources":{"subscribe":true , "listChanged":true,"x":1.0},)"
                                     R"("prompts":{"listChanged":false},"tasks":{"list":{},"requests":{}},"x_vendor":{"listChanged":true}})";
    hosted_fixture host({.isolation = "request", .flags = {"--capabilities", capabilities}});
    EXPECT_EQ(host.client().initialize().at("result/capabilities"),
              R"({"tools":{},"logging":{ },"resources":{"x":1.0},"prompts":{},"x_vendor":{"listChanged":true}})");
}

TEST(request_isolation, refuses_the_requests_that_need_a_lasting_process) {
    hosted_fixture host({.isolation = "request", .flags = {"--tasks"}});
    mcp_session session = host.session();
    const std::size_t before = host.received().size();
    for (const char* method : {"tasks/get", "tasks/result", "tasks/list", "tasks/cancel", "tasks/any", R"(t\u0061sks/get)", "resources/subscribe",
                               "resources/unsubscribe"}) {
        const http_response response =
            session.post(R"({"jsonrpc":"2.0","id":5,"method":")" + std::string(method) + R"(","params":{"taskId":"task-1","uri":"test://a"}})");
        EXPECT_EQ(response.status, 200) << method;
        EXPECT_EQ(error_code(response.body), -32601) << method;
        EXPECT_THAT(error_text(response.body), HasSubstr("a server process of its own")) << method;
    }
    EXPECT_EQ(host.received().size(), before) << "the server was asked";
}

TEST(request_isolation, makes_no_task_of_a_call) {
    hosted_fixture host({.isolation = "request", .flags = {"--tasks"}});
    mcp_session session = host.session();
    const mcp_answer small = session.request("tools/call", R"({"task":{"ttl":1},"name":"echo","_meta":{"progressToken":5}})");
    EXPECT_EQ(small.text(), "ok") << small.message;
    EXPECT_EQ(at(echoed(small), "task"), "");
    EXPECT_EQ(at(echoed(small), "name"), R"("echo")");
    const std::string large(200'000, 'x');
    const mcp_answer big = session.request("tools/call", R"({"name":"echo","arguments":{"x":")" + large + R"("},"task":{}})");
    EXPECT_EQ(big.text(), "ok");
    EXPECT_EQ(at(echoed(big), "arguments/x"), json_string(large));
    EXPECT_EQ(at(echoed(big), "task"), "");
}

TEST(request_isolation, sets_the_log_level_of_each_session_in_its_processes) {
    hosted_fixture host(fresh());
    mcp_session first = host.session();
    mcp_session second = host.session();
    EXPECT_EQ(first.request("logging/setLevel", R"({ "level" : "debug" })").at("result"), "{}");
    EXPECT_EQ(second.request("logging/setLevel", R"({"level":"error"})").at("result"), "{}");
    const auto level_of = [](mcp_session& session) {
        const auto lines = received_by_child_of(session);
        return lines.size() == 3 ? std::string(at(lines[2], "params/level")) : "none, after " + std::to_string(lines.size()) + " lines";
    };
    for (int i = 0; i < 2; ++i) {
        EXPECT_EQ(level_of(first), R"("debug")");
        EXPECT_EQ(level_of(second), R"("error")");
    }
    mcp_session third = host.session();
    EXPECT_EQ(received_by_child_of(third).size(), 2U) << "it has set none";
}

TEST(request_isolation, keeps_no_log_level_that_the_server_refused) {
    hosted_fixture host({.isolation = "request", .flags = {"--refuse", "logging/setLevel"}});
    mcp_session session = host.session();
    EXPECT_EQ(error_text(session.request("logging/setLevel", R"({"level":"loud"})").message), "refused as told");
    EXPECT_EQ(received_by_child_of(session).size(), 2U);
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

// Each process gets one call only. So nothing but the calls of others tells a broken server from a call that kills a sound one.
TEST(request_isolation, takes_a_server_whose_processes_all_die_of_their_first_call_for_broken) {
    hosted_fixture host(fresh({"--limit", "max-short-lives=2", "--limit", "crash-cool-down=1000"}));
    mcp_session session = host.session();
    int died = 0;
    while (died < 4 && session.call("crash").http.status == 200) ++died;
    EXPECT_GE(died, 2);
    EXPECT_LE(died, 3) << "one process more may have been started ahead";
    const mcp_answer refused = host.session().call("echo");
    EXPECT_EQ(refused.http.status, 503);
    EXPECT_THAT(error_text(refused.message), HasSubstr("exit status 3"));
}

TEST(request_isolation, takes_a_call_that_kills_for_its_clients_doing_if_others_are_answered) {
    hosted_fixture host(fresh({"--limit", "max-short-lives=2", "--limit", "crash-cool-down=1000"}));
    mcp_session other = host.session();
    EXPECT_EQ(other.call("echo").text(), "ok");
    mcp_session poisoner = host.session();
    for (int i = 0; i < 4; ++i) EXPECT_EQ(poisoner.call("crash").http.status, 200);
    EXPECT_EQ(other.call("echo").text(), "ok");
    EXPECT_EQ(host.connect().get("/readyz").status, 200);
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
