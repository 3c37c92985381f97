// Promise: when as many server processes run as may, an idle session gives up its process but stays open. A new client is served,
// nobody gets 404, and the session's next request finds a process that was set up as the last one was.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>

#include "tests/e2e/modern_client.hpp"
#include "tests/support/sse_session.hpp"

namespace e2e {
namespace {

using testing::HasSubstr;

/// With so many processes; sessions may fall asleep after a moment.
hosting with_places(const std::string& count, std::vector<std::string> more = {}) {
    hosting out{.arguments = {"--max-children", count, "--limit", "sleep-listed-after=0.1", "--limit", "sleep-after=0.1", "--stop-grace", "0.3",
                              "--metrics-listen", "0"}};
    out.arguments.insert(out.arguments.end(), more.begin(), more.end());
    return out;
}

double asleep(const hosted_fixture& host) {
    return host.metric("mcp_bridge_sessions_asleep");
}

/// Nobody runs any more but what is ending.
[[nodiscard]] bool has_no_child(hosted_fixture& host) {
    return eventually([&] { return children_of(host.bridge().pid()).empty(); });
}

int status_of_opening(const hosted_fixture& host) {
    return host.client().initialize().http.status;
}

[[nodiscard]] bool is_served_in_the_end(const hosted_fixture& host) {
    return eventually([&] { return status_of_opening(host) == 200; });
}

TEST(sleeping, lets_the_65th_client_in_and_loses_none_of_64_that_listen) {
    hosted_fixture host(with_places("64"));
    std::vector<mcp_session> sessions;
    std::vector<http_client> streams;
    for (int i = 0; i < 64; ++i) {
        sessions.push_back(host.client().open());
        streams.push_back(sessions.back().listen());
    }
    sessions.push_back(host.client());
    EXPECT_EQ(sessions.back().initialize().http.status, 200);
    EXPECT_EQ(asleep(host), 1);
    std::vector<http_client> calls;
    for (std::size_t i = 0; i < sessions.size(); ++i) {
        calls.push_back(sessions[i].begin_call("echo", R"({"text":"of )" + std::to_string(i) + R"("})"));
    }
    for (std::size_t i = 0; i < sessions.size(); ++i) {
        const mcp_answer answer = read_answer(calls[i], sessions[i].last_request_id(), 30s);
        EXPECT_EQ(answer.http.status, 200) << answer.http.body;
        EXPECT_THAT(echoed(answer), HasSubstr("of " + std::to_string(i)));
    }
    EXPECT_EQ(host.metric("mcp_bridge_sessions"), 65);
    EXPECT_GE(host.metric("mcp_bridge_children_put_to_sleep_total"), 2);
    EXPECT_THAT(host.bridge().log(), HasSubstr("falls asleep"));
}

TEST(sleeping, wakes_with_the_handshake_and_the_log_level) {
    hosted_fixture host(with_places("1"));
    mcp_session sleeper = host.session({.capabilities = R"({"roots":{}})"});
    EXPECT_EQ(sleeper.request("logging/setLevel", R"({"level":"debug"})").at("result"), "{}");
    mcp_session other = host.session();
    EXPECT_EQ(asleep(host), 1);
    const auto lines = received_by_child_of(sleeper);
    ASSERT_EQ(lines.size(), 3U);
    EXPECT_EQ(at(lines[0], "params/capabilities"), R"({"roots":{}})");
    EXPECT_EQ(member(lines[1], "method"), R"("notifications/initialized")");
    EXPECT_EQ(at(lines[2], "params/level"), R"("debug")");
    EXPECT_EQ(other.call("echo").text(), "ok");
}

// Most servers say that their lists can change, and the new process is the same program: clients need not list again.
TEST(sleeping, tells_nobody_that_lists_have_changed) {
    hosting wanted = with_places("1");
    wanted.flags = {"--capabilities", R"({"tools":{"listChanged":true}})"};
    hosted_fixture host(wanted);
    mcp_session sleeper = host.session();
    http_client stream = sleeper.listen();
    mcp_session other = host.session();
    EXPECT_EQ(asleep(host), 1);
    sleeper.call("notify", R"({"method":"notifications/prompts/list_changed"})");
    EXPECT_EQ(member(stream.read_event().value_or(sse_event()).data, "method"), R"("notifications/prompts/list_changed")");
}

TEST(sleeping, takes_no_process_by_itself) {
    hosted_fixture host(with_places("1"));
    mcp_session sleeper = host.session();
    http_client stream = sleeper.listen();
    mcp_session other = host.session();
    EXPECT_EQ(other.terminate().status, 200);
    EXPECT_TRUE(has_no_child(host));
    http_client again = sleeper.listen();
    EXPECT_TRUE(stays_true([&] { return children_of(host.bridge().pid()).empty(); }, 500ms));
    EXPECT_EQ(asleep(host), 1);
    EXPECT_EQ(sleeper.call("echo").text(), "ok");
    EXPECT_EQ(asleep(host), 0);
}

TEST(sleeping, is_for_those_first_that_have_only_listed) {
    hosted_fixture host(with_places("2"));
    mcp_session worked = host.session();
    const std::string pid = worked.call("process").at("result/structuredContent/pid");
    mcp_session listed = host.session();
    EXPECT_EQ(listed.request("tools/list").http.status, 200);
    EXPECT_TRUE(stays_true([&] { return asleep(host) == 0; }, 300ms)) << "nobody needs a place, and both become idle";
    mcp_session third = host.session();
    EXPECT_EQ(worked.call("process").at("result/structuredContent/pid"), pid) << "though it was idle for longer";
}

TEST(sleeping, is_for_those_first_that_have_only_listed_whatever_their_revision) {
    hosted_fixture host(with_places("2"));
    mcp_session worked = host.session();
    const std::string pid = worked.call("process").at("result/structuredContent/pid");
    modern_client listed(host);
    EXPECT_EQ(listed.request("tools/list").http.status, 200);
    EXPECT_TRUE(stays_true([&] { return asleep(host) == 0; }, 300ms));
    mcp_session third = host.session();
    EXPECT_EQ(worked.call("process").at("result/structuredContent/pid"), pid) << "though it was idle for longer";
}

TEST(sleeping, is_forbidden_to_processes_of_modern_clients_that_are_kept) {
    hosted_fixture host(with_places("1", {"--idle-process", "keep", "--limit", "place-timeout=0.5"}));
    modern_client client(host);
    const std::string pid = client.call("process").at("result/structuredContent/pid");
    EXPECT_EQ(status_of_opening(host), 503);
    EXPECT_EQ(client.call("process").at("result/structuredContent/pid"), pid);
}

TEST(sleeping, is_no_failure) {
    hosted_fixture host(with_places("1"));
    mcp_session one = host.session();
    mcp_session other = host.session();
    for (int i = 0; i < 8; ++i) {
        EXPECT_EQ(one.call("echo").text(), "ok");
        EXPECT_EQ(other.call("echo").text(), "ok");
    }
    EXPECT_EQ(host.connect().get("/readyz").status, 200);
    EXPECT_EQ(host.metric(R"(mcp_bridge_child_ends_total{reason="died"})"), 0);
}

TEST(sleeping, is_forbidden_to_processes_that_are_kept) {
    hosted_fixture host(with_places("1", {"--idle-process", "keep", "--limit", "place-timeout=0.5"}));
    mcp_session session = host.session();
    const pid_t child = host.last_child();
    mcp_session other = host.client();
    const mcp_answer refused = other.initialize();
    EXPECT_EQ(refused.http.status, 503);
    EXPECT_GE(integer(refused.http.header("retry-after"), 0), 1);
    EXPECT_EQ(session.call("echo").text(), "ok");
    EXPECT_TRUE(is_running(child));
}

TEST(sleeping, leaves_alone_who_has_a_call_in_flight) {
    hosted_fixture host(with_places("1", {"--limit", "place-timeout=0.5"}));
    mcp_session session = host.session();
    http_client call = session.begin_call("slow", R"({"ms":600000})");
    ASSERT_TRUE(host.receives("slow"));
    EXPECT_EQ(status_of_opening(host), 503);
    session.notify("notifications/cancelled", R"({"requestId":)" + std::to_string(session.last_request_id()) + "}");
    EXPECT_TRUE(is_served_in_the_end(host));
}

TEST(sleeping, leaves_alone_who_is_subscribed) {
    hosted_fixture host(with_places("1", {"--limit", "place-timeout=0.5"}));
    mcp_session session = host.session();
    EXPECT_EQ(session.request("resources/subscribe", R"({"uri":"test://one"})").at("result"), "{}");
    EXPECT_EQ(status_of_opening(host), 503);
    EXPECT_EQ(session.request("resources/unsubscribe", R"({"uri":"test://one"})").at("result"), "{}");
    EXPECT_TRUE(is_served_in_the_end(host));
}

TEST(sleeping, leaves_alone_who_is_asked_something) {
    hosting how = with_places("1", {"--limit", "place-timeout=0.5"});
    how.flags = {"--ask-when-initialized", "roots/list"};
    hosted_fixture host(how);
    mcp_session session = host.session({.capabilities = R"({"roots":{}})"});
    http_client stream = session.listen();
    const auto question = stream.read_event();
    ASSERT_TRUE(question);
    EXPECT_EQ(status_of_opening(host), 503);
    EXPECT_EQ(session.send(R"({"jsonrpc":"2.0","id":)" + std::string(member(question->data, "id")) + R"(,"result":{"roots":[]}})").status, 202);
    EXPECT_TRUE(is_served_in_the_end(host));
}

TEST(sleeping, is_told_when_it_cannot_wake) {
    hosted_fixture host(with_places("1", {"--limit", "place-timeout=0.5"}));
    mcp_session sleeper = host.session();
    mcp_session other = host.session();
    http_client call = other.begin_call("slow", R"({"ms":600000})");
    ASSERT_TRUE(host.receives("slow"));
    const mcp_answer refused = sleeper.call("echo");
    EXPECT_EQ(refused.http.status, 503) << refused.http.body;
    EXPECT_GE(integer(refused.http.header("retry-after"), 0), 1);
    EXPECT_EQ(error_code(refused.message), -32000);
    EXPECT_THAT(error_text(refused.message), HasSubstr("1 server processes that may run"));
    EXPECT_EQ(asleep(host), 1) << "and stays asleep";
    other.notify("notifications/cancelled", R"({"requestId":)" + std::to_string(other.last_request_id()) + "}");
    EXPECT_TRUE(eventually([&] { return sleeper.call("echo").text() == "ok"; }));
}

TEST(sleeping, keeps_what_a_stream_can_be_resumed_with) {
    hosted_fixture host(with_places("1"));
    mcp_session sleeper = host.session();
    http_client call = sleeper.begin("tools/call", R"({"name":"progress","arguments":{"count":3,"ms":1},"_meta":{"progressToken":1}})");
    call.read_head();
    const auto first = call.read_event();
    ASSERT_TRUE(first);
    while (call.read_event()) {
    }
    mcp_session other = host.session();
    EXPECT_EQ(asleep(host), 1);
    http_client rest = sleeper.listen(first->id);
    int count = 0;
    while (rest.read_event()) ++count;
    EXPECT_EQ(count, 3) << "two steps of progress and the answer";
    EXPECT_EQ(asleep(host), 1);
}

TEST(sleeping, is_for_sessions_of_http_sse_too) {
    hosted_fixture host(with_places("1"));
    sse_session sleeper(host.port());
    sleeper.open();
    mcp_session other = host.session();
    EXPECT_EQ(asleep(host), 1);
    EXPECT_EQ(sleeper.call("echo").text(), "ok");
    EXPECT_EQ(other.call("echo").text(), "ok");
}

TEST(sleeping, does_not_hold_up_a_stop) {
    hosted_fixture host(with_places("1", {"--drain-timeout", "0.2"}));
    mcp_session sleeper = host.session();
    mcp_session other = host.session();
    http_client call = other.begin_call("slow", R"({"ms":600000})");
    ASSERT_TRUE(host.receives("slow"));
    http_client waits = sleeper.begin_call("echo");
    ASSERT_TRUE(eventually([&] { return host.metric("mcp_bridge_requests_in_flight") == 2; }));
    EXPECT_TRUE(host.bridge().stop(5s));
    EXPECT_TRUE(children_of(host.bridge().pid()).empty());
}

}  // namespace
}  // namespace e2e
