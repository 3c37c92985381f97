// Promise: what clients did that broke other bridges, together or by leaving, breaks nothing here (cases 5, 6, 8 to 12, 18, 20).
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/e2e/peer_failures.hpp"
#include "tests/e2e/stream_reader.hpp"

namespace e2e {

using testing::HasSubstr;

// https://github.com/anthropics/claude-code/issues/78762, https://github.com/mark3labs/mcp-go/issues/913,
// https://github.com/agentgateway/agentgateway/issues/445
TEST_P(peer_failure, 05_numbers_and_unknown_members) {
    hosted_fixture host(how());
    mcp_session session = host.session();
    const std::string params = R"({"name":"echo","arguments":{"a":9007199254740993,"b":1915883588174806058,"c":1e400,"d":1.0,"e":-0,"f":1,"f":2},)"
                               R"("x_vendor":{"y":1E-7},"_meta":{"x/y":0.10}})";
    EXPECT_EQ(echoed(session.request("tools/call", params)), params);
    const std::string result = R"({"content":[],"n":9007199254740993,"m":1e400,"k":-0,"x_vendor":1.0,"x_vendor":2,"_meta":{"z":0.10}})";
    EXPECT_EQ(session.call("raw_result", R"({"result":)" + result + "}").at("result"), result);
}

// https://github.com/modelcontextprotocol/python-sdk/issues/961 and 1720, https://github.com/DeusData/codebase-memory-mcp/issues/253,
// https://github.com/kcaldas/genie/issues/14, https://github.com/can1357/oh-my-pi/issues/12572
TEST_P(peer_failure, 06_ids_come_back_as_they_were) {
    hosted_fixture host(how());
    mcp_session session = host.session();
    for (const char* id : {"0", R"("")", "-1", R"("1")", "1", "9007199254740993", R"("550e8400-e29b-41d4-a716-446655440000")"}) {
        EXPECT_EQ(member(session.post(call_text(id, "echo")).body, "id"), id);
    }
    http_client text = session.begin_post(call_text(R"("1")", "slow", R"({"ms":100,"echo":true,"who":"text"})"));
    http_client number = session.begin_post(call_text("1", "slow", R"({"ms":50,"echo":true,"who":"number"})"));
    EXPECT_THAT(read_answer(text, R"("1")").text(), HasSubstr("text"));
    EXPECT_THAT(read_answer(number, "1").text(), HasSubstr("number"));
    for (const char* id : {"null", "1.5", R"({"a":1})"}) {
        const http_response refused = session.post(call_text(id, "echo"));
        EXPECT_EQ(refused.status, 400) << id;
        EXPECT_EQ(error_code(refused.body), -32600) << id;
    }
    for (const std::string& line : host.received()) {
        if (!member(line, "id").empty()) {
            EXPECT_GT(integer(member(line, "id"), 0), 0) << "small integers for the server: " << line;
        }
    }
}

// https://github.com/cloudflare/agents/issues/1632. Decided here: both are served, as ids are minted anew towards the server.
TEST_P(peer_failure, 08_an_id_twice_in_flight) {
    hosted_fixture host(how());
    mcp_session session = host.session();
    mcp_session other = host.session();
    http_client first = session.begin_post(call_text("5", "slow", R"({"ms":300,"echo":true,"who":"first"})"));
    ASSERT_TRUE(host.receives(R"("who":"first")"));
    http_client second = session.begin_post(call_text("5", "slow", R"({"ms":10,"echo":true,"who":"second"})"));
    http_client others = other.begin_post(call_text("5", "slow", R"({"ms":20,"echo":true,"who":"other"})"));
    EXPECT_THAT(read_answer(second, "5").text(), HasSubstr("second"));
    EXPECT_THAT(read_answer(others, "5").text(), HasSubstr("other"));
    EXPECT_THAT(read_answer(first, "5").text(), HasSubstr("first"));
}

/// One round of a client: a call that gives back `who`, and one with `steps` of progress, both with the id 1 and the token 1.
struct round_of_calls {
    round_of_calls(mcp_session& session, std::string caller, int count)
        : who(std::move(caller)), steps(count), answers(session.begin("tools/call", R"({"name":"slow","arguments":{"ms":1,"echo":true,"who":)" +
                                                                                        json_string(who) + R"(},"_meta":{"progressToken":1}})")),
          progresses(session.begin_post(request_text("1", "tools/call", progress_of(steps, 0, "1")))) {}

    void expect_own() {
        answers.read_head();
        EXPECT_THAT(answers.read_body(), HasSubstr(who));
        progresses.read_head();
        const stream_reader all = read_on(progresses);
        EXPECT_EQ(all.steps, up_to(steps));
        EXPECT_EQ(all.tokens, std::set<std::string>{"1"});
    }

    std::string who;
    int steps;
    http_client answers;
    http_client progresses;
};

// https://github.com/jlowin/fastmcp/issues/1083 and 1068, https://github.com/stacklok/toolhive/issues/5117: 1000 calls
TEST_P(peer_failure, 09_sessions_with_equal_ids_and_tokens) {
    hosted_fixture host(how());
    mcp_session first = host.session();
    mcp_session second = host.session();
    for (int i = 0; i < 250; ++i) {
        round_of_calls a(first, "a-" + std::to_string(i) + ".", 1);
        round_of_calls b(second, "b-" + std::to_string(i) + ".", 2);
        b.expect_own();
        a.expect_own();
        if (HasFailure()) return;
    }
}

TEST_P(peer_failure, 09_a_servers_question_goes_to_its_cause_or_to_nobody) {
    hosted_fixture host(how());
    const mcp_options able{.capabilities = R"({"elicitation":{}})"};
    mcp_session cause = host.session(able);
    mcp_session other = host.session(able);
    http_client stream = other.listen();
    http_client call = cause.begin_call("ask", R"({"method":"elicitation/create"})");
    const long id = cause.last_request_id();
    if (is_shared()) {
        EXPECT_EQ(read_answer(call, id).at("result/structuredContent/answer/error/code"), "-32601");
    } else {
        call.read_head();
        const auto asked = call.read_event();
        ASSERT_TRUE(asked);
        EXPECT_EQ(member(asked->data, "method"), R"("elicitation/create")");
    }
    EXPECT_THROW(stream.read_event(300ms), http_failure) << "never the other client";
}

// https://github.com/supercorp-ai/supergateway/issues/214. Over the revisions so far a client that leaves cancels nothing: its call
// goes on, and what it brings waits for the client to come back. The one of 2026-07-28 will cancel.
TEST_P(peer_failure, 10_progress_after_an_abandoned_request) {
    hosted_fixture host(how());
    mcp_session gone = host.session();
    mcp_session here = host.session();
    http_client abandoned = gone.begin("tools/call", progress_of(100, 10, "1"));
    abandoned.read_head();
    stream_reader seen;
    seen.take(abandoned, 1);
    abandoned.close(true);
    for (int i = 0; i < 3; ++i) {
        http_client call = here.begin("tools/call", progress_of(5, 20, "1"));
        call.read_head();
        const stream_reader own = read_on(call);
        EXPECT_EQ(own.steps, up_to(5));
        EXPECT_EQ(own.answers, 1);
    }
    EXPECT_EQ(gone.call("echo").text(), "ok");
}

// https://github.com/PrefectHQ/fastmcp/issues/4124, https://github.com/cyanheads/mcp-ts-core/issues/401
TEST_P(peer_failure, 11_cancellation_with_mapped_ids) {
    hosted_fixture host(how());
    mcp_session session = host.session();
    http_client call = session.begin_post(call_text(R"("mine")", "slow", R"({"ms":500,"stubborn":true,"who":"it"})"));
    ASSERT_TRUE(host.receives(R"("who":"it")"));
    const std::string number(member(host.line_with(R"("who":"it")"), "id"));
    EXPECT_EQ(session.notify("notifications/cancelled", R"({"requestId":"nobody's"})").status, 202) << "and ignored";
    EXPECT_EQ(session.notify("notifications/cancelled", R"({"requestId":"mine"})").status, 202);
    ASSERT_TRUE(host.receives("notifications/cancelled"));
    EXPECT_EQ(at(host.line_with("notifications/cancelled"), "params/requestId"), number);
    EXPECT_EQ(read_answer(call, R"("mine")").message, "") << "the stream just ends";
    EXPECT_EQ(session.call("slow", R"({"ms":700})").text(), "slept") << "the late answer is dropped";
    // Without a session there is nothing to cancel, so an initialize cannot be.
    EXPECT_EQ(host.client().notify("notifications/cancelled", R"({"requestId":1})").status, 400);
}

// https://github.com/IBM/mcp-context-forge/issues/1983: 1000 of them. To cancel is what the revision of 2026-07-28 adds.
TEST_P(peer_failure, 12_a_thousand_disconnects) {
    hosted_fixture host(shown());
    mcp_session session = host.session();
    session.call("echo");
    const std::size_t before = descriptors_of(host.bridge().pid());
    for (int i = 0; i < 1000; ++i) {
        http_client call = session.begin_call("slow", R"({"ms":5})");
        call.close(i % 2 == 0);
    }
    EXPECT_TRUE(eventually([&] { return host.metric("mcp_bridge_requests_in_flight") == 0; }));
    EXPECT_TRUE(eventually([&] { return descriptors_of(host.bridge().pid()) <= before; }));
    EXPECT_EQ(host.line_with("notifications/cancelled"), "") << "to leave is not to cancel";
    EXPECT_EQ(session.call("echo").text(), "ok");
}

TEST_P(peer_failure, 12_the_answer_is_kept_for_who_comes_back) {
    hosted_fixture host(how({"--silence", "0.05"}));
    mcp_session session = host.session();
    http_client call = session.begin_call("slow", R"({"ms":400})");
    call.read_head();
    const auto bookmark = call.read_any_event();
    ASSERT_TRUE(bookmark);
    call.close(true);
    EXPECT_EQ(session.call("slow", R"({"ms":500})").text(), "slept");
    http_client resumed = session.listen(bookmark->id);
    EXPECT_THAT(read_on(resumed).answer, HasSubstr("slept"));
}

// https://github.com/punkpeye/mcp-proxy/issues/79 (10,593 made, 108 deleted), https://github.com/prowler-cloud/prowler/issues/12235,
// https://github.com/modelcontextprotocol/python-sdk/issues/1283, https://github.com/supercorp-ai/supergateway/issues/108 and 111.
// Scaled to the time that a test may take: 2000 where a session is cheap, 100 where each is a process.
TEST_P(peer_failure, 18_abandoned_sessions) {
    hosted_fixture host(shown({"--max-sessions", "20", "--limit", "session-evict=0.001", "--stop-grace", "0.2"}));
    const int many = is_shared() ? 2000 : 100;
    const auto abandon_one = [&] { EXPECT_TRUE(eventually([&] { return host.client().initialize().http.status == 200; })); };
    for (int i = 0; i < 50; ++i) abandon_one();
    const std::size_t descriptors = descriptors_of(host.bridge().pid());
    for (int i = 0; i < many; ++i) abandon_one();
    EXPECT_LE(host.metric("mcp_bridge_sessions"), 20);
    EXPECT_GE(host.metric("mcp_bridge_sessions_opened_total"), many);
    EXPECT_TRUE(eventually([&] { return children_of(host.bridge().pid()).size() <= 21; }));
    // Three for each process, and for those that are ending.
    EXPECT_TRUE(eventually([&] { return descriptors_of(host.bridge().pid()) <= descriptors + 10; }));
}

TEST_P(peer_failure, 18_a_session_in_use_is_not_idle) {
    hosted_fixture host(how({"--session-idle", "0.3"}));
    mcp_session working = host.session();
    mcp_session listening = host.session();
    http_client stream = listening.listen();
    EXPECT_EQ(working.call("slow", R"({"ms":1200})").text(), "slept");
    EXPECT_EQ(working.call("echo").text(), "ok");
    EXPECT_EQ(listening.call("echo").text(), "ok");
}

// https://github.com/punkpeye/mcp-proxy/issues/72. An id that no stream of this session has gets 405, which ends an SDK's attempts.
TEST_P(peer_failure, 20_resumption) {
    hosted_fixture host(how());
    mcp_session session = host.session();
    mcp_session foreign = host.session();
    http_client call = session.begin("tools/call", progress_of(20, 20));
    call.read_head();
    stream_reader all;
    all.take(call, 3);
    call.close(true);
    EXPECT_EQ(foreign.get(all.last_id).status, 405);
    EXPECT_EQ(session.get("nonsense").status, 400);
    EXPECT_EQ(session.get("4711-1").status, 405);
    http_client resumed = session.listen(all.last_id);
    all.take_all(resumed);
    EXPECT_EQ(all.steps, up_to(20)) << "each once";
    EXPECT_EQ(all.answers, 1);
}

TEST_P(peer_failure, 20_what_is_kept_for_it_is_bounded) {
    hosted_fixture host(how({"--limit", "max-replay-events=5"}));
    mcp_session session = host.session();
    http_client call = session.begin("tools/call", progress_of(50, 1));
    call.read_head();
    stream_reader all;
    all.take(call, 1);
    call.close(true);
    EXPECT_EQ(session.call("slow", R"({"ms":700})").text(), "slept");
    http_client resumed = session.listen(all.last_id);
    const stream_reader rest = read_on(resumed);
    EXPECT_EQ(rest.comments_with("messages were lost"), 1);
    EXPECT_EQ(rest.answers, 1);
}

}  // namespace e2e
