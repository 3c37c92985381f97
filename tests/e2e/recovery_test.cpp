// Promise: a client whose server process has died finds the next one as it left the last one, gets what it listens for
// without asking again, and is not left with questions that nobody asks any more.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <signal.h>

#include <filesystem>
#include <vector>

#include "tests/e2e/hosted_fixture.hpp"

namespace e2e {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::UnorderedElementsAre;

std::string uri_params(const std::string& uri) {
    return R"({"uri":)" + json_string(uri) + "}";
}

/// What the last child got between its handshake and its first call: "method params".
std::vector<std::string> restored(const hosted_fixture& host) {
    std::vector<std::string> out;
    for (const std::string& line : host.received()) {
        const std::string method = unquoted(member(line, "method"));
        if (method == "initialize") out.clear();
        if (method == "tools/call") return out;
        if (method == "initialize" || method == "notifications/initialized") continue;
        out.push_back(method + " " + std::string(member(line, "params")));
    }
    return out;
}

/// Ends the child without a word, and forgets what it was told.
void end_child(const hosted_fixture& host) {
    const pid_t last = host.last_child();
    std::filesystem::resize_file(host.folder().path("record"), 0);
    ::kill(last, SIGKILL);
    ASSERT_TRUE(eventually([&] { return !is_running(last); }));
}

class recovery : public in_both_isolations {};
IN_BOTH_ISOLATIONS(recovery);

TEST_P(recovery, restores_the_log_level_and_the_subscriptions_before_the_next_call) {
    hosted_fixture host(how());
    mcp_session session = host.session();
    if (!is_shared()) {
        session.request("logging/setLevel", R"({"level":"error"})");
        session.request("logging/setLevel", R"({ "level" : "debug" })");
    }
    for (const char* uri : {"test://kept", "test://left", "test://kept/é"}) session.request("resources/subscribe", uri_params(uri));
    session.request("resources/unsubscribe", uri_params("test://left"));
    end_child(host);
    const mcp_answer answer = session.call("echo");
    EXPECT_EQ(answer.text(), "ok");
    EXPECT_TRUE(answer.earlier.empty()) << "nothing of it reaches the client";
    std::vector<std::string> expected{R"(resources/subscribe {"uri":"test://kept"})", R"(resources/subscribe {"uri":"test://kept/é"})"};
    if (!is_shared()) expected.insert(expected.begin(), R"(logging/setLevel {"level":"debug"})");
    EXPECT_EQ(restored(host), expected);
}

TEST_P(recovery, restores_only_what_the_last_one_took) {
    hosted_fixture host(how({}, {"--refuse", "resources/subscribe", "--silent-on", "logging/setLevel"}));
    mcp_session session = host.session();
    EXPECT_EQ(error_text(session.request("resources/subscribe", uri_params("test://unknown")).message), "refused as told");
    if (is_shared()) {
        end_child(host);
    } else {
        http_client unanswered = session.begin("logging/setLevel", R"({"level":"debug"})");
        ASSERT_TRUE(host.receives("logging/setLevel"));
        end_child(host);
        EXPECT_THAT(error_text(read_answer(unanswered, session.last_request_id()).message), HasSubstr("ended"));
    }
    EXPECT_EQ(session.call("echo").text(), "ok");
    EXPECT_THAT(restored(host), ElementsAre());
}

TEST_P(recovery, goes_on_if_the_new_one_refuses_that) {
    const temp_folder folder;
    const std::string script = folder.file(
        "server.sh", "[ -e " + folder.path("changed") + " ] && set -- --refuse resources/subscribe\nexec " + fixture_binary() + " \"$@\"\n");
    bridge_process bridge({.arguments = {"--isolation", GetParam()}, .server = {"/bin/sh", script}});
    mcp_session session(bridge.port());
    session.open();
    EXPECT_EQ(session.request("resources/subscribe", uri_params("test://x")).at("result"), "{}");
    folder.file("changed", "");
    session.call("crash");
    const mcp_answer answer = session.call("echo");
    EXPECT_EQ(answer.text(), "ok");
    EXPECT_TRUE(answer.earlier.empty());
    EXPECT_TRUE(bridge.logs("refused as told"));
}

TEST(recovery_of_a_shared_server, restores_what_all_of_its_clients_want) {
    hosted_fixture host({.isolation = "shared"});
    mcp_session one = host.session();
    mcp_session two = host.session();
    mcp_session gone = host.session();
    one.request("resources/subscribe", uri_params("test://both"));
    two.request("resources/subscribe", uri_params("test://both"));
    two.request("resources/subscribe", uri_params("test://two"));
    gone.request("resources/subscribe", uri_params("test://gone"));
    gone.terminate();
    end_child(host);
    EXPECT_EQ(one.call("echo").text(), "ok");
    EXPECT_THAT(restored(host), UnorderedElementsAre(R"(resources/subscribe {"uri":"test://both"})", R"(resources/subscribe {"uri":"test://two"})"));
}

TEST(recovery_of_sessions, keeps_what_each_has_set_apart) {
    hosted_fixture host;
    mcp_session one = host.session();
    one.request("resources/subscribe", uri_params("test://one"));
    mcp_session two = host.session();
    two.request("resources/subscribe", uri_params("test://two"));
    end_child(host);  // the one of `two`
    EXPECT_EQ(two.call("echo").text(), "ok");
    EXPECT_THAT(restored(host), ElementsAre(R"(resources/subscribe {"uri":"test://two"})"));
}

// ---- without a request

/// The process that the next update comes from.
std::string updated_by(http_client& stream) {
    const auto event = stream.read_event();
    return event ? std::string(at(event->data, "params/pid")) : "the stream has ended";
}

TEST_P(recovery, brings_the_server_back_to_a_client_that_listens) {
    hosted_fixture host(how({}, {"--update-every-ms", "20"}));
    mcp_session session = host.session();
    session.request("resources/subscribe", uri_params("test://ticking"));
    http_client stream = session.listen();
    const pid_t first = host.last_child();
    EXPECT_EQ(updated_by(stream), std::to_string(first));
    end_child(host);
    EXPECT_TRUE(eventually([&] { return updated_by(stream) != std::to_string(first); }));
    EXPECT_NE(host.last_child(), first);
}

TEST_P(recovery, brings_it_back_for_an_open_stream_alone) {
    hosted_fixture host(how());
    mcp_session session = host.session();
    http_client stream = session.listen();
    const std::size_t before = host.starts().size();
    end_child(host);
    EXPECT_TRUE(eventually([&] { return host.starts().size() == before + 1; }));
    EXPECT_EQ(session.call("notify", R"({"method":"notifications/tools/list_changed"})").text(), "notified");
    EXPECT_TRUE(stream.read_event());
}

TEST_P(recovery, brings_it_back_for_a_subscription_alone) {
    hosted_fixture host(how());
    mcp_session session = host.session();
    session.request("resources/subscribe", uri_params("test://x"));
    const std::size_t before = host.starts().size();
    end_child(host);
    EXPECT_TRUE(host.receives("resources/subscribe"));
    EXPECT_EQ(host.starts().size(), before + 1);
}

TEST_P(recovery, brings_it_back_when_a_client_begins_to_listen) {
    hosted_fixture host(how());
    mcp_session session = host.session();
    const std::size_t before = host.starts().size();
    end_child(host);
    ASSERT_TRUE(eventually([&] { return children_of(host.bridge().pid()).empty(); }));
    EXPECT_TRUE(stays_true([&] { return host.starts().size() == before; }, 200ms)) << "nobody needs it";
    http_client stream = session.listen();
    EXPECT_TRUE(eventually([&] { return host.starts().size() == before + 1; }));
}

constexpr const char* changing = R"({"tools":{"listChanged":true},"resources":{"listChanged":true},"prompts":{}})";

std::string next_method(http_client& stream) {
    return std::string(member(stream.read_event().value_or(sse_event()).data, "method"));
}

// A client keeps the lists of the last process until it learns that they can be others.
TEST_P(recovery, says_which_lists_can_have_changed) {
    hosted_fixture host(how({}, {"--capabilities", changing}));
    mcp_session other = host.session();
    mcp_session session = host.session();
    http_client stream = session.listen();
    http_client of_other = other.listen();
    EXPECT_EQ(session.call("echo").text(), "ok");
    end_child(host);
    // Nobody calls the new process: that its lists can be others is all that the clients learn of it.
    for (http_client* const each : is_shared() ? std::vector{&stream, &of_other} : std::vector{&stream}) {
        EXPECT_EQ(next_method(*each), R"("notifications/tools/list_changed")");
        EXPECT_EQ(next_method(*each), R"("notifications/resources/list_changed")");
    }
    const std::string notice = R"({"method":"notifications/prompts/list_changed"})";
    session.call("notify", notice);
    EXPECT_EQ(next_method(stream), R"("notifications/prompts/list_changed")") << "the server does not say that this list can change";
    if (!is_shared()) other.call("notify", notice);
    EXPECT_EQ(next_method(of_other), R"("notifications/prompts/list_changed")") << "the process of another session is nothing to a client";
}

TEST_P(recovery, for_a_listener_obeys_the_restart_policy) {
    hosting dying =
        how({"--limit", "max-short-lives=3", "--limit", "restart-delay=0.01", "--limit", "crash-cool-down=1000"}, {"--crash-after-ms", "500"});
    dying.works = false;
    hosted_fixture host(dying);
    mcp_session session = host.client();
    session.open();
    http_client stream = session.listen();
    EXPECT_TRUE(host.bridge().logs("not started again"));
    const std::size_t before = host.starts().size();
    EXPECT_LE(before, 5U);
    EXPECT_EQ(host.connect().get("/readyz").status, 503);
    EXPECT_TRUE(stays_true([&] { return host.starts().size() == before; }, 500ms));
    EXPECT_EQ(session.call("echo").http.status, 503);
    EXPECT_EQ(session.terminate().status, 200);
    EXPECT_EQ(host.bridge().stop(), clean_exit);
}

// ---- the dead one's questions

std::string asking(const std::string& more = "") {
    return R"({"method":"sampling/createMessage")" + more + "}";
}

TEST(questions_of_a_dead_server, are_withdrawn_where_they_were_asked) {
    hosted_fixture host;
    mcp_session session = host.session({.capabilities = R"({"sampling":{}})"});
    http_client call = session.begin_call("ask", asking());
    EXPECT_TRUE(call.read_head().is_event_stream());
    const auto question = call.read_event();
    ASSERT_TRUE(question);
    const std::string id(member(question->data, "id"));
    ::kill(host.last_child(), SIGKILL);
    const auto withdrawn = call.read_event();
    ASSERT_TRUE(withdrawn);
    EXPECT_EQ(unquoted(member(withdrawn->data, "method")), "notifications/cancelled");
    EXPECT_EQ(at(withdrawn->data, "params/requestId"), id);
    const auto last = call.read_event();
    ASSERT_TRUE(last);
    EXPECT_THAT(error_text(last->data), HasSubstr("killed by signal 9"));
    // An answer that was on its way does no harm, and reaches nobody.
    EXPECT_EQ(session.send(R"({"jsonrpc":"2.0","id":)" + id + R"(,"result":{"late":true}})").status, 202);
    EXPECT_EQ(session.call("echo").text(), "ok");
    EXPECT_EQ(host.line_with("late"), "");
}

// ---- bounds

TEST_P(recovery, of_subscriptions_is_bounded_by_how_many_there_may_be) {
    hosted_fixture host(how({"--limit", "max-subscriptions=2"}));
    mcp_session session = host.session();
    EXPECT_EQ(session.request("resources/subscribe", uri_params("u:1")).at("result"), "{}");
    EXPECT_EQ(session.request("resources/subscribe", uri_params("u:2")).at("result"), "{}");
    EXPECT_EQ(session.request("resources/subscribe", uri_params("u:2")).at("result"), "{}") << "again";
    const mcp_answer full = session.request("resources/subscribe", uri_params("u:3"));
    EXPECT_EQ(error_code(full.message), -32000);
    EXPECT_THAT(error_text(full.message), HasSubstr("as many subscriptions as it may: 2"));
    EXPECT_EQ(host.line_with("u:3"), "") << "the server does not hear of it";
    EXPECT_EQ(session.request("resources/unsubscribe", uri_params("u:1")).at("result"), "{}");
    EXPECT_EQ(session.request("resources/subscribe", uri_params("u:3")).at("result"), "{}");
    EXPECT_EQ(host.session().request("resources/subscribe", uri_params("u:9")).at("result"), "{}") << "another client";
}

TEST_P(recovery, of_subscriptions_is_bounded_in_bytes) {
    hosted_fixture host(how({"--limit", "max-subscriptions-size=1KiB"}));
    mcp_session session = host.session();
    EXPECT_EQ(session.request("resources/subscribe", uri_params(std::string(1024, 'u'))).at("result"), "{}");
    EXPECT_THAT(error_text(session.request("resources/subscribe", uri_params("v")).message), HasSubstr("1024 bytes"));
}

}  // namespace
}  // namespace e2e
