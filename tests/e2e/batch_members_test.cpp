// Promise: in a batch no member spoils another: what is wrong with one, what becomes of one and what is over a
// limit is told for that one, and every request is answered unless the client cancels it.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>

#include "tests/e2e/hosted_fixture.hpp"

namespace e2e {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

constexpr long parse_error = -32700;
constexpr long invalid_request = -32600;
constexpr long internal_error = -32603;
constexpr long server_error = -32000;
constexpr const char* endless = R"({"ms":600000})";

class batch_members : public in_both_isolations {
protected:
    static mcp_session session_of(const hosted_fixture& host) { return host.session({.version = "2025-03-26"}); }
    static std::string batch_of(const std::vector<std::string>& all) {
        std::string text;
        for (const std::string& each : all) text += (text.empty() ? "[" : ",") + each;
        return text + "]";
    }
    static std::string cancellation_of(const std::string& id) {
        return R"({"jsonrpc":"2.0","method":"notifications/cancelled","params":{"requestId":)" + id + "}}";
    }
    static std::string answer_in(const std::string& body, std::string_view id) {
        const auto all = elements(body);
        const auto found = std::ranges::find_if(all, [id](auto each) { return member(each, "id") == id; });
        return found == all.end() ? std::string() : std::string(*found);
    }
    static std::vector<std::string> ids_in(const std::string& body) {
        std::vector<std::string> ids;
        for (const auto each : elements(body)) ids.emplace_back(member(each, "id"));
        std::ranges::sort(ids);
        return ids;
    }
};
IN_BOTH_ISOLATIONS(batch_members);

TEST_P(batch_members, that_are_bad_get_errors_of_their_own) {
    hosted_fixture host(how());
    mcp_session session = session_of(host);
    const http_response response = session.post(batch_of({"1", R"({"jsonrpc":"2.0","id":8,"method":5})", request_text("1", "ping"), "[]",
                                                          R"({"jsonrpc":"2.0","id":null,"method":"ping"})", R"({"id":"v","method":"ping"})"}));
    EXPECT_EQ(response.status, 200);
    EXPECT_THAT(ids_in(response.body), ElementsAre(R"("v")", "1", "8", "null", "null", "null"));
    EXPECT_EQ(at(answer_in(response.body, "1"), "result"), "{}");
    for (const char* id : {"8", R"("v")", "null"}) {
        EXPECT_EQ(error_code(answer_in(response.body, id)), invalid_request) << id;
    }
}

TEST_P(batch_members, that_are_bad_make_it_a_bad_request_if_nothing_else_is_asked) {
    hosted_fixture host(how());
    mcp_session session = session_of(host);
    const http_response response = session.post(batch_of({"1", R"({"jsonrpc":"2.0","method":"notifications/x_good"})", R"({"id":3})"}));
    EXPECT_EQ(response.status, 400);
    EXPECT_THAT(ids_in(response.body), ElementsAre("3", "null"));
    if (!is_shared()) {
        EXPECT_TRUE(host.receives("notifications/x_good"));
    }
}

TEST_P(batch_members, must_be_there_and_be_json) {
    hosted_fixture host(how());
    mcp_session session = session_of(host);
    const auto before = host.received();
    const http_response empty = session.post(" [ ] ");
    EXPECT_EQ(empty.status, 400);
    EXPECT_EQ(error_code(empty.body), invalid_request);
    EXPECT_THAT(error_text(empty.body), HasSubstr("empty"));
    for (const std::string& body :
         {"[" + request_text("1", "ping"), "[" + request_text("1", "ping") + ",]", "[" + request_text("1", "ping") + R"(,{"a":"\x"}])",
          "[" + request_text("1", "ping") + "] x", "[" + request_text("1", "ping") + ",\"\xff\"]", std::string(100'000, '[')}) {
        const http_response refused = session.post(body);
        EXPECT_EQ(refused.status, 400) << body.substr(0, 100);
        EXPECT_EQ(error_code(refused.body), parse_error) << body.substr(0, 100);
    }
    EXPECT_EQ(host.received(), before);
}

TEST_P(batch_members, never_open_a_session) {
    hosted_fixture host(how());
    mcp_session session = session_of(host);
    const http_response response =
        session.post(batch_of({request_text("1", "initialize", R"({"protocolVersion":"2025-03-26","capabilities":{}})"), request_text("2", "ping")}));
    EXPECT_EQ(response.status, 200);
    EXPECT_EQ(response.headers.count("mcp-session-id"), 0U);
    EXPECT_EQ(error_code(answer_in(response.body, "1")), invalid_request);
    EXPECT_THAT(error_text(answer_in(response.body, "1")), HasSubstr("initialize"));
    EXPECT_EQ(at(answer_in(response.body, "2"), "result"), "{}");
}

TEST_P(batch_members, are_bounded_in_number) {
    hosted_fixture host(how({"--limit", "max-batch=3"}));
    mcp_session session = session_of(host);
    const std::string ping = request_text("1", "ping");
    EXPECT_EQ(elements(session.post(batch_of({ping, ping, ping})).body).size(), 3U);
    const auto before = host.received();
    const http_response refused = session.post(batch_of({ping, ping, ping, ping}));
    EXPECT_EQ(refused.status, 400);
    EXPECT_EQ(error_code(refused.body), invalid_request);
    EXPECT_THAT(error_text(refused.body), HasSubstr("3"));
    EXPECT_EQ(host.received(), before);
}

TEST_P(batch_members, over_the_limit_of_the_session_are_told_so) {
    hosted_fixture host(how({"--max-session-requests", "2"}));
    mcp_session session = session_of(host);
    const std::string slow = R"({"ms":200})";
    const http_response response =
        session.post(batch_of({call_text("1", "slow", slow), call_text("2", "slow", slow), call_text("3", "slow", slow), request_text("4", "ping")}));
    EXPECT_EQ(response.status, 200);
    for (const char* id : {"1", "2"}) EXPECT_EQ(at(answer_in(response.body, id), "result/content/0/text"), R"("slept")");
    for (const char* id : {"3", "4"}) EXPECT_EQ(error_code(answer_in(response.body, id)), server_error) << id;
    EXPECT_EQ(session.call("echo").text(), "ok");
}

TEST_P(batch_members, over_the_limit_of_the_server_are_told_so) {
    hosted_fixture host(how({"--max-child-requests", "1"}));
    mcp_session session = session_of(host);
    const http_response response = session.post(batch_of({call_text("1", "slow", R"({"ms":200})"), call_text("2", "echo")}));
    EXPECT_EQ(response.status, 200);
    EXPECT_EQ(at(answer_in(response.body, "1"), "result/content/0/text"), R"("slept")");
    EXPECT_EQ(error_code(answer_in(response.body, "2")), server_error);
    EXPECT_EQ(session.call("echo").text(), "ok");
}

TEST_P(batch_members, that_are_cancelled_are_left_out) {
    hosted_fixture host(how());
    mcp_session session = session_of(host);
    http_client reply = session.begin_post(batch_of({call_text("1", "slow", endless), call_text("2", "slow", R"({"ms":300})")}));
    ASSERT_TRUE(host.receives(R"("ms":300)"));
    EXPECT_EQ(session.post(cancellation_of("1")).status, 202);
    EXPECT_EQ(reply.read_head().header("content-type"), "application/json");
    EXPECT_THAT(ids_in(reply.read_body()), ElementsAre("2"));
    EXPECT_TRUE(host.receives("notifications/cancelled"));
}

TEST_P(batch_members, may_all_be_cancelled) {
    hosted_fixture host(how());
    mcp_session session = session_of(host);
    const std::string calls = batch_of({call_text("1", "slow", endless), call_text("2", "slow", R"({"ms":600001})")});
    http_client reply = session.begin_post(calls);
    ASSERT_TRUE(host.receives("600001"));
    EXPECT_EQ(session.post(batch_of({cancellation_of("2"), cancellation_of("1")})).status, 202);
    EXPECT_TRUE(reply.read_head().is_event_stream());
    EXPECT_FALSE(reply.read_event());
}

TEST_P(batch_members, may_cancel_each_other) {
    hosted_fixture host(how());
    mcp_session session = session_of(host);
    const http_response response = session.post(batch_of({call_text("1", "slow", endless), cancellation_of("1"), request_text("2", "ping")}));
    EXPECT_EQ(response.status, 200);
    EXPECT_THAT(ids_in(response.body), ElementsAre("2"));
}

TEST_P(batch_members, that_are_cancelled_get_an_error_where_only_json_is_taken) {
    hosted_fixture host(how());
    mcp_session session = session_of(host);
    http_headers headers = session.headers();
    headers.erase("Accept");
    headers.emplace("Accept", "application/json");
    const http_response response =
        host.connect().post("/mcp", headers, batch_of({call_text("1", "slow", endless), cancellation_of("1"), request_text("2", "ping")}));
    EXPECT_EQ(error_code(answer_in(response.body, "1")), -32800);
    EXPECT_EQ(at(answer_in(response.body, "2"), "result"), "{}");
}

TEST_P(batch_members, are_each_told_of_the_death_of_their_server) {
    hosted_fixture host(how());
    mcp_session session = session_of(host);
    const http_response response = session.post(batch_of({request_text("0", "ping"), call_text("1", "slow", endless), call_text("2", "slow", endless),
                                                          call_text("3", "crash", R"({"how":"signal:9"})")}));
    EXPECT_EQ(response.status, 200);
    EXPECT_EQ(at(answer_in(response.body, "0"), "result"), "{}");
    for (const char* id : {"1", "2", "3"}) {
        EXPECT_EQ(error_code(answer_in(response.body, id)), internal_error) << id;
        EXPECT_THAT(error_text(answer_in(response.body, id)), HasSubstr("killed by signal 9")) << id;
    }
}

TEST_P(batch_members, that_find_no_server_share_the_next_one) {
    hosted_fixture host(how({}, {"--start-delay", "100"}));
    mcp_session session = session_of(host);
    session.call("crash");
    const std::size_t before = host.starts().size();
    const http_response response = session.post(
        batch_of({call_text("1", "echo", R"({"n":1})"), "{}", request_text("2", "ping"), call_text("3", "slow", endless), cancellation_of("3")}));
    EXPECT_THAT(ids_in(response.body), ElementsAre("1", "2", "null"));
    EXPECT_EQ(at(answer_in(response.body, "1"), "result/structuredContent/params/arguments"), R"({"n":1})");
    EXPECT_EQ(at(answer_in(response.body, "2"), "result"), "{}");
    EXPECT_EQ(host.starts().size(), before + 1);
    EXPECT_EQ(host.line_with("600000"), "") << "cancelled before there was a server";
}

TEST_P(batch_members, are_each_told_when_no_server_comes) {
    const temp_folder folder;
    const std::string script =
        folder.file("server.sh", "[ -e " + folder.path("broken") + " ] && { echo 'went away' >&2; exit 9; }\nexec " + fixture_binary());
    bridge_process bridge({.arguments = {"--isolation", GetParam()}, .server = {"/bin/sh", script}});
    mcp_session session(bridge.port(), {.version = "2025-03-26"});
    session.open();
    folder.file("broken", "");
    session.call("crash");
    const http_response response = session.post(batch_of({call_text("1", "echo"), "7", request_text("2", "ping")}));
    EXPECT_THAT(ids_in(response.body), ElementsAre("1", "2", "null"));
    for (const char* id : {"1", "2"}) {
        EXPECT_EQ(error_code(answer_in(response.body, id)), internal_error) << id;
        EXPECT_THAT(error_text(answer_in(response.body, id)), HasSubstr("went away")) << id;
    }
}

TEST_P(batch_members, of_the_same_id_are_both_served) {
    hosted_fixture host(how());
    mcp_session session = session_of(host);
    const http_response response = session.post(batch_of({call_text("1", "echo", R"({"n":1})"), call_text("1", "echo", R"({"n":2})")}));
    EXPECT_THAT(ids_in(response.body), ElementsAre("1", "1"));
    EXPECT_THAT(response.body, HasSubstr(R"({"n":1})"));
    EXPECT_THAT(response.body, HasSubstr(R"({"n":2})"));
}

}  // namespace
}  // namespace e2e
