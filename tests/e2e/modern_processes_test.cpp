// Promise: a client of revision 2026-07-28 gets a process by its key, learns about the server before that, and can be served beside older clients.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <set>

#include "tests/e2e/modern_client.hpp"

namespace e2e {
namespace {

using testing::HasSubstr;
using testing::Not;
using testing::SizeIs;

constexpr long unsupported_version = -32022;
constexpr long method_not_found = -32601;

long pid_of(const mcp_answer& answer) {
    return integer(answer.at("result/structuredContent/pid"), -1);
}

TEST(modern_requests, of_one_key_share_a_process_and_others_have_another) {
    hosted_fixture host({.arguments = {"--key", "a=aaaaaaaaaaaaaaaaaaaaaaaa", "--key", "b=bbbbbbbbbbbbbbbbbbbbbbbb"},
                         .headers = {{"Authorization", "Bearer aaaaaaaaaaaaaaaaaaaaaaaa"}}});
    modern_client one(host, "{}", {{"Authorization", "Bearer aaaaaaaaaaaaaaaaaaaaaaaa"}});
    modern_client same(host, R"({"experimental":{"x":{}}})", {{"Authorization", "Bearer aaaaaaaaaaaaaaaaaaaaaaaa"}});
    modern_client with_extension(host, R"({"extensions":{"io.modelcontextprotocol/ui":{ "a" : [1] }}})",
                                 {{"Authorization", "Bearer aaaaaaaaaaaaaaaaaaaaaaaa"}});
    modern_client other(host, "{}", {{"Authorization", "Bearer bbbbbbbbbbbbbbbbbbbbbbbb"}});
    const long first = pid_of(one.call("process"));
    EXPECT_EQ(pid_of(one.call("process")), first);
    EXPECT_EQ(pid_of(same.call("process")), first);
    const std::set<long> all = {first, pid_of(with_extension.call("process")), pid_of(other.call("process"))};
    EXPECT_THAT(all, SizeIs(3));
    EXPECT_THAT(host.line_with("io.modelcontextprotocol/ui"), HasSubstr(R"("extensions":{"io.modelcontextprotocol/ui":{"a":[1]}})"));
}

TEST(modern_requests, of_strangers_each_have_a_process_of_their_own) {
    hosted_fixture host({.arguments = {"--host", "0.0.0.0", "--allow-anonymous"}});
    modern_client client(host);
    EXPECT_EQ(client.discover().http.status, 200);
    EXPECT_NE(pid_of(client.call("process")), pid_of(client.call("process")));
}

TEST(modern_requests, of_strangers_share_a_process_if_the_operator_says_so) {
    hosted_fixture host({.arguments = {"--host", "0.0.0.0", "--allow-anonymous", "--modern-process", "key"}});
    modern_client client(host);
    EXPECT_EQ(pid_of(client.call("process")), pid_of(client.call("process")));
}

TEST(modern_requests, each_have_a_process_of_their_own_if_the_operator_says_so) {
    hosted_fixture host(
        {.flags = {"--capabilities", R"({"tools":{"listChanged":true},"logging":{}})"}, .environment = {"MCP_BRIDGE_MODERN_PROCESS=request"}});
    modern_client client(host, R"({"extensions":{"x/y":{}}})");
    EXPECT_THAT(client.discover().at("result/capabilities"), Not(HasSubstr("listChanged"))) << "a process that ends reports no change";
    const long first = pid_of(client.call("process"));
    EXPECT_NE(pid_of(client.call("process")), first);
    EXPECT_THAT(host.line_with(R"("method":"initialize")"), HasSubstr("x/y")) << "it knows its client";
    mcp_session legacy = host.session();
    EXPECT_EQ(pid_of(legacy.call("process")), pid_of(legacy.call("process"))) << "a session keeps its process";
}

TEST(modern_requests, that_have_processes_of_their_own_leave_none_behind) {
    hosted_fixture host({.arguments = {"--modern-process", "request", "--max-children", "1"}});
    modern_client client(host, R"({"extensions":{"x/y":{}}})");
    for (int i = 0; i < 5; ++i) EXPECT_EQ(client.call("echo").text(), "ok");
    EXPECT_EQ(error_code(client.call("crash").message), -32603);
    EXPECT_EQ(client.call("echo").text(), "ok");
}

TEST(modern_requests, survive_the_end_of_the_process) {
    hosted_fixture host;
    modern_client client(host);
    const mcp_answer lost = client.call("crash");
    EXPECT_EQ(lost.http.status, 200);
    EXPECT_EQ(error_code(lost.message), -32603);
    EXPECT_EQ(client.call("echo").text(), "ok");
}

TEST(modern_requests, of_an_idle_client_give_up_their_process_to_another) {
    hosted_fixture host({.arguments = {"--max-children", "1", "--limit", "sleep-after=0.1", "--key", "a=aaaaaaaaaaaaaaaaaaaaaaaa", "--key",
                                       "b=bbbbbbbbbbbbbbbbbbbbbbbb"}});
    modern_client one(host, "{}", {{"Authorization", "Bearer aaaaaaaaaaaaaaaaaaaaaaaa"}});
    modern_client other(host, "{}", {{"Authorization", "Bearer bbbbbbbbbbbbbbbbbbbbbbbb"}});
    EXPECT_EQ(one.call("echo").text(), "ok");
    EXPECT_EQ(other.call("echo").text(), "ok");
    EXPECT_EQ(one.call("echo").text(), "ok");
}

// Behind a server that does not answer, each of them would hold a process that nobody can use.
TEST(modern_requests, of_clients_that_have_left_start_no_process) {
    for (const std::string capabilities : {"{}", R"({"sampling":{}})"}) {
        hosted_fixture host({.isolation = "request", .arguments = {"--max-children", "1", "--stop-grace", "0.3"}});
        modern_client client(host, capabilities);
        EXPECT_EQ(client.call("echo").text(), "ok");
        http_client at_work = client.begin(client.call_message("slow", R"({"ms":1500,"who":"it"})"));
        ASSERT_TRUE(host.receives(R"("who":"it")"));
        const std::size_t before = host.received().size();
        // For this one the bridge would ask the server for its tools first.
        modern_client newcomer(host, R"({"roots":{}})");
        for (modern_client* each : {&client, &newcomer}) {
            http_client left = each->begin(each->call_message("echo"));
            EXPECT_TRUE(stays_true([] { return true; }, 200ms));
            left.close();
        }
        at_work.read_head();
        EXPECT_TRUE(stays_true([&] { return host.received().size() == before; }, 1s)) << capabilities;
        EXPECT_EQ(client.call("echo").text(), "ok");
    }
}

// They wait for what the server says of itself. Each kind of client has a process of its own for that.
TEST(modern_openings, of_clients_that_have_left_start_no_process) {
    for (const char* isolation : {"session", "request"}) {
        hosted_fixture host({.isolation = isolation, .arguments = {"--max-children", "1", "--stop-grace", "0.3"}});
        modern_client client(host);
        EXPECT_EQ(client.call("echo").text(), "ok");
        http_client at_work = client.begin(client.call_message("slow", R"({"ms":1500,"who":"it"})"));
        ASSERT_TRUE(host.receives(R"("who":"it")"));
        const std::size_t before = host.received().size();
        modern_client discovering(host, R"({"roots":{}})");
        modern_client listening(host, R"({"sampling":{}})");
        std::vector<http_client> left;
        left.push_back(discovering.begin(discovering.message("server/discover")));
        left.push_back(listening.begin(listening.message("subscriptions/listen", R"({"notifications":{"toolsListChanged":true}})")));
        EXPECT_TRUE(stays_true([] { return true; }, 200ms));
        for (http_client& each : left) each.close();
        at_work.read_head();
        EXPECT_TRUE(stays_true([&] { return host.received().size() == before; }, 1s)) << isolation;
        EXPECT_EQ(client.call("echo").text(), "ok");
    }
}

// The client is known, but its process sleeps. It waits for a place.
TEST(modern_openings, of_a_known_client_that_has_left_start_no_process) {
    for (const char* era : {"legacy", "modern"}) {
        hosted_fixture host({.arguments = {"--max-children", "1", "--stop-grace", "0.3", "--limit", "sleep-after=0.1"},
                             .flags = {"--era", era, "--capabilities", R"({"tools":{"listChanged":true}})"},
                             .works = false});
        modern_client listening(host, R"({"roots":{}})");
        EXPECT_EQ(listening.call("echo").text(), "ok") << era;
        modern_client working(host);
        http_client at_work = working.begin(working.call_message("slow", R"({"ms":1500,"who":"it"})"));
        ASSERT_TRUE(host.receives(R"("who":"it")")) << era;
        const std::size_t before = host.received().size();
        http_client left = listening.begin(listening.message("subscriptions/listen", R"({"notifications":{"toolsListChanged":true}})"));
        EXPECT_TRUE(stays_true([] { return true; }, 200ms));
        left.close();
        at_work.read_head();
        EXPECT_TRUE(stays_true([&] { return host.received().size() == before; }, 1s)) << era;
        EXPECT_EQ(listening.call("echo").text(), "ok") << era;
    }
}

TEST(modern_openings, of_clients_that_have_left_give_up_their_process_to_one_that_is_there) {
    for (const char* method : {"server/discover", "subscriptions/listen"}) {
        hosted_fixture host({.arguments = {"--max-children", "1", "--stop-grace", "0.3", "--limit", "sleep-listed-after=60"},
                             .flags = {"--start-delay", "1500"},
                             .works = false});
        modern_client absent(host, R"({"roots":{}})");
        http_client left = absent.begin(absent.message(method, R"({"notifications":{"toolsListChanged":true}})"));
        ASSERT_TRUE(eventually([&] { return !host.starts().empty(); }));
        left.close();
        modern_client present(host);
        EXPECT_EQ(present.call("echo").text(), "ok") << method;
        EXPECT_EQ(host.starts().size(), 2U) << "one for each of them";
    }
}

// The process that was started for it is nobody's, but what it has said is kept.
TEST(modern_openings, of_a_client_that_has_left_tell_the_next_one_about_the_server) {
    hosted_fixture host({.isolation = "request", .arguments = {"--max-children", "1"}, .flags = {"--start-delay", "1500"}, .works = false});
    modern_client client(host, R"({"roots":{}})");
    http_client left = client.begin(client.message("server/discover"));
    ASSERT_TRUE(eventually([&] { return !host.starts().empty(); }));
    left.close();
    EXPECT_TRUE(host.receives(R"("method":"initialize")"));
    const mcp_answer known = client.discover();
    EXPECT_EQ(known.http.status, 200);
    EXPECT_LE(host.starts().size(), 2U);
}

// The bridge asks for the lines that a request wants. A server that does not answer keeps no process busy for a client that is gone.
// A client that can be asked got no log messages of a server of its own revision.
TEST(modern_requests, with_a_process_of_their_own_get_its_log_lines) {
    for (const char* const era : {"legacy", "modern"}) {
        hosted_fixture host({.isolation = "request", .flags = {"--era", era}, .works = false});
        for (const char* const capabilities : {"{}", R"({"elicitation":{}})"}) {
            modern_client client(host, capabilities);
            const mcp_answer answer = client.call("log", R"({"count":2})", R"(,"io.modelcontextprotocol/logLevel":"info")");
            EXPECT_EQ(answer.earlier.size(), 2U) << era << ' ' << capabilities;
        }
    }
}

TEST(modern_requests, of_clients_that_have_left_leave_no_request_for_log_lines_open) {
    hosted_fixture host({.flags = {"--capabilities", R"({"tools":{},"logging":{}})", "--silent-on", "logging/setLevel"}});
    modern_client client(host);
    EXPECT_EQ(client.call("echo").text(), "ok");
    http_client left = client.begin(client.call_message("slow", R"({"ms":600000})", R"(,"io.modelcontextprotocol/logLevel":"info")"));
    ASSERT_TRUE(host.receives(R"("name":"slow")"));
    const std::string id(member(host.line_with("logging/setLevel"), "id"));
    left.close();
    EXPECT_TRUE(host.receives(R"("requestId":)" + id + ",")) << "the request of the bridge is cancelled";
}

TEST(modern_requests, that_want_more_log_lines_replace_the_request_for_fewer) {
    hosted_fixture host({.flags = {"--capabilities", R"({"tools":{},"logging":{}})", "--silent-on", "logging/setLevel"}});
    modern_client client(host);
    EXPECT_EQ(client.call("echo").text(), "ok");
    http_client first = client.begin(client.call_message("slow", R"({"ms":600000,"who":"1"})", R"(,"io.modelcontextprotocol/logLevel":"warning")"));
    ASSERT_TRUE(host.receives(R"("who":"1")"));
    const std::string id(member(host.line_with("logging/setLevel"), "id"));
    http_client second = client.begin(client.call_message("slow", R"({"ms":600000,"who":"2"})", R"(,"io.modelcontextprotocol/logLevel":"debug")"));
    EXPECT_TRUE(host.receives(R"("requestId":)" + id + ","));
    EXPECT_TRUE(host.receives(R"("level":"debug")"));
}

TEST(modern_requests, of_clients_that_have_left_hold_no_fresh_process_for_their_log_lines) {
    hosted_fixture host({.isolation = "request",
                         .arguments = {"--max-children", "1", "--stop-grace", "0.3"},
                         .flags = {"--capabilities", R"({"tools":{},"logging":{}})", "--silent-on", "logging/setLevel"}});
    modern_client client(host);
    EXPECT_EQ(client.call("echo").text(), "ok");
    modern_client other(host, R"({"sampling":{}})");
    http_client left = client.begin(client.call_message("echo", "{}", R"(,"io.modelcontextprotocol/logLevel":"info")"));
    ASSERT_TRUE(host.receives("logging/setLevel"));
    left.close();
    EXPECT_EQ(other.call("echo").text(), "ok") << "within seconds, not after the start timeout";
}

TEST(modern_discovery, does_not_wait_for_a_slow_start_and_knows_then_what_was_learnt) {
    hosted_fixture host({.arguments = {"--key", "a=aaaaaaaaaaaaaaaaaaaaaaaa", "--key", "b=bbbbbbbbbbbbbbbbbbbbbbbb"},
                         .flags = {"--start-delay", "6000"},
                         .works = false});
    modern_client one(host, "{}", {{"Authorization", "Bearer aaaaaaaaaaaaaaaaaaaaaaaa"}});
    modern_client other(host, "{}", {{"Authorization", "Bearer bbbbbbbbbbbbbbbbbbbbbbbb"}});
    const mcp_answer unknown = one.discover();
    EXPECT_EQ(unknown.http.status, 404);
    EXPECT_EQ(error_code(unknown.message), method_not_found);
    EXPECT_EQ(one.call("echo").text(), "ok");
    EXPECT_EQ(one.discover().http.status, 200);
    EXPECT_EQ(other.discover().http.status, 200);
}

TEST(modern_discovery, counts_as_a_request_of_its_client) {
    hosted_fixture host({.arguments = {"--limit", "max-session-requests=2"}, .flags = {"--start-delay", "3000"}, .works = false});
    modern_client client(host);
    const modern_message discover = client.message("server/discover");
    http_client first = client.begin(discover);
    http_client second = client.begin(discover);
    EXPECT_TRUE(eventually([&] { return client.discover().http.status == 429; }));
}

// The call goes on after some seconds, and the question would stay in the table of the child's calls.
TEST(modern_requests, cancel_the_question_for_tools_that_the_server_does_not_answer) {
    hosted_fixture host({.flags = {"--silent-on", "tools/list"}});
    modern_client client(host);
    EXPECT_EQ(client.call("echo").text(), "ok");
    EXPECT_TRUE(host.receives(R"("method":"notifications/cancelled")"));
}

TEST(served_eras, can_be_the_legacy_one_only) {
    hosted_fixture host({.arguments = {"--eras", "legacy"}});
    modern_client client(host);
    const mcp_answer unknown = client.discover();
    EXPECT_EQ(unknown.http.status, 404);
    EXPECT_EQ(error_code(unknown.message), method_not_found);
    EXPECT_EQ(client.call("echo").http.status, 400);
    EXPECT_EQ(host.session().call("echo").text(), "ok");
}

TEST(served_eras, can_be_the_modern_one_only) {
    hosted_fixture host({.arguments = {"--eras", "modern"}});
    const mcp_answer refused = host.client().initialize();
    EXPECT_EQ(refused.http.status, 400);
    EXPECT_EQ(error_code(refused.message), unsupported_version);
    EXPECT_EQ(refused.at("error/data/supported"), R"(["2026-07-28"])");
    EXPECT_EQ(refused.at("error/data/requested"), R"("2025-11-25")");
    EXPECT_EQ(host.connect().get("/sse", {{"Accept", "text/event-stream"}}).status, 404);
    EXPECT_EQ(modern_client(host).call("echo").text(), "ok");
}

TEST(served_eras, are_served_side_by_side) {
    hosted_fixture host;
    mcp_session session = host.session();
    modern_client client(host);
    const long of_session = pid_of(session.call("process"));
    EXPECT_NE(pid_of(client.call("process")), of_session);
    // The body decides: a session that the request names changes nothing.
    modern_message named = client.call_message("process");
    named.headers.emplace("Mcp-Session-Id", session.id());
    EXPECT_NE(pid_of(client.send(named)), of_session);
    EXPECT_EQ(pid_of(session.call("process")), of_session);
}

}  // namespace
}  // namespace e2e
