// Promise: a principal that takes everything there is locks nobody out. Whoever holds less than a fair share is served within
// seconds, and with one principal alone nothing is kept back.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/e2e/modern_client.hpp"

namespace e2e {
namespace {

using testing::HasSubstr;

const mcp_options alice = {.headers = {{"x-functions-key", "alice-key-0123456789"}}};
const mcp_options bob = {.headers = {{"x-functions-key", "bob-key-0123456789"}}};

hosting with_two_keys(const std::string& isolation, std::vector<std::string> arguments) {
    arguments.insert(arguments.end(), {"--metrics-listen", "0", "--stop-grace", "0.3"});
    return {.isolation = isolation,
            .arguments = std::move(arguments),
            .environment = {"MCP_BRIDGE_KEYS=alice=alice-key-0123456789,bob=bob-key-0123456789"}};
}

constexpr const char* can_be_asked = R"({"elicitation":{"form":{}}})";
constexpr const char* endless = R"({"ms":600000})";

// Its requests have processes that are opened with what it declares. Once it has called, the bridge knows the tools.
modern_client modern(const hosted_fixture& host, const mcp_options& key, const std::string& capabilities) {
    modern_client made(host, capabilities, key.headers);
    EXPECT_EQ(made.call("echo").text(), "ok");
    return made;
}

TEST(fairness, of_processes_gives_those_of_one_key_to_another) {
    hosted_fixture host(with_two_keys("session", {"--max-children", "4", "--limit", "place-timeout=5"}));
    std::vector<mcp_session> sessions;
    std::vector<http_client> streams;
    for (int i = 0; i < 4; ++i) {
        sessions.push_back(host.session(alice));
        streams.push_back(sessions.back().listen());
        EXPECT_EQ(sessions.back().call("echo").text(), "ok") << "used just now, and so not to be disturbed by her own";
    }
    mcp_session first = host.session(bob);
    mcp_session second = host.session(bob);
    EXPECT_EQ(first.call("echo").text(), "ok");
    EXPECT_EQ(second.call("echo").text(), "ok");
    EXPECT_EQ(host.metric("mcp_bridge_sessions_asleep"), 2);
    mcp_session third = host.client(bob);
    EXPECT_EQ(third.initialize().http.status, 503) << "two of four are his share";
    int awake = 0;
    for (auto& each : sessions) awake += each.call("echo").http.status == 200 ? 1 : 0;
    EXPECT_EQ(awake, 2);
}

TEST(fairness, of_processes_serves_who_has_least_first) {
    hosted_fixture host(with_two_keys("session", {"--max-children", "2", "--limit", "place-timeout=3"}));
    std::vector<mcp_session> alices;
    std::vector<http_client> calls;
    for (int i = 0; i < 2; ++i) {
        alices.push_back(host.session(alice));
        const std::string who = "call " + std::to_string(i);
        calls.push_back(alices.back().begin_call("slow", R"({"ms":600000,"who":")" + who + R"("})"));
        ASSERT_TRUE(host.receives(who));
    }
    mcp_session next = host.client(alice);
    http_client of_alice = next.begin("initialize", R"({"protocolVersion":"2025-11-25","capabilities":{},"clientInfo":{"name":"a","version":"1"}})");
    mcp_session bobs = host.client(bob);
    http_client of_bob = bobs.begin("initialize", R"({"protocolVersion":"2025-11-25","capabilities":{},"clientInfo":{"name":"b","version":"1"}})");
    EXPECT_EQ(alices.front().terminate().status, 200);
    EXPECT_EQ(read_answer(of_bob, bobs.last_request_id()).http.status, 200);
    EXPECT_EQ(of_alice.read_head(20s).status, 503) << "one is hers already, and one his now";
}

TEST(fairness, of_calls_on_a_shared_process_keeps_some_for_another_key) {
    hosted_fixture host(with_two_keys("shared", {"--max-child-requests", "4"}));
    mcp_session alices = host.session(alice);
    std::vector<http_client> calls;
    for (int i = 0; i < 4; ++i) {
        const std::string who = "call " + std::to_string(i);
        calls.push_back(alices.begin_call("slow", R"({"ms":600000,"who":")" + who + R"("})"));
        ASSERT_TRUE(host.receives(who));
    }
    EXPECT_EQ(alices.call("echo").http.status, 503) << "all are hers";
    mcp_session bobs = host.session(bob);
    for (int i = 0; i < 3; ++i) EXPECT_EQ(bobs.call("echo").text(), "ok");
    EXPECT_EQ(alices.call("echo").http.status, 503);
}

TEST(fairness, of_the_line_refuses_who_has_most_and_serves_who_has_least) {
    hosted_fixture host(with_two_keys("request", {"--max-children", "2", "--limit", "max-waiting-requests=2"}));
    mcp_session alices = host.session(alice);
    mcp_session bobs = host.session(bob);
    std::vector<http_client> at_work;
    for (int i = 0; i < 2; ++i) {
        const std::string who = "call " + std::to_string(i);
        at_work.push_back(alices.begin_call("slow", R"({"ms":2500,"who":")" + who + R"("})"));
        ASSERT_TRUE(host.receives(who));
    }
    http_client waits = alices.begin_call("slow", R"({"ms":600000})");
    ASSERT_TRUE(eventually([&] { return host.metric("mcp_bridge_requests_in_flight") == 3; }));
    http_client newest = alices.begin_call("slow", R"({"ms":600000})");
    ASSERT_TRUE(eventually([&] { return host.metric("mcp_bridge_requests_in_flight") == 4; }));
    http_client of_bob = bobs.begin_call("echo");
    EXPECT_EQ(newest.read_head().status, 503);
    EXPECT_EQ(alices.call("echo").http.status, 503) << "the line is full, and she has most of it";
    EXPECT_EQ(read_answer(of_bob, bobs.last_request_id()).text(), "ok");
}

// Requests of clients that declare nothing share processes that are ready; those of others have processes of their own. Both wait in one line.
TEST(fairness, of_fresh_processes_is_between_keys_whatever_their_clients_declare) {
    for (const std::string of_alice : {"{}", can_be_asked}) {
        const std::string of_bob = of_alice == "{}" ? can_be_asked : "{}";
        hosted_fixture host(with_two_keys("request", {"--max-children", "2"}));
        modern_client alices = modern(host, alice, of_alice);
        modern_client bobs = modern(host, bob, of_bob);
        std::vector<http_client> calls;
        for (int i = 0; i < 2; ++i) {
            const std::string who = "call " + std::to_string(i);
            calls.push_back(alices.begin(alices.call_message("slow", R"({"ms":60000,"who":")" + who + R"("})")));
            ASSERT_TRUE(host.receives(who));
        }
        for (int i = 0; i < 3; ++i) calls.push_back(alices.begin(alices.call_message("slow", endless)));
        ASSERT_TRUE(eventually([&] { return host.metric("mcp_bridge_requests_in_flight") == 5; }));
        const modern_message wanted = bobs.call_message("echo");
        http_client waiting = bobs.begin(wanted);
        ASSERT_TRUE(eventually([&] { return host.metric("mcp_bridge_requests_in_flight") == 6; }));
        // She leaves one call, so a process becomes free.
        calls.erase(calls.begin());
        EXPECT_EQ(read_answer(waiting, wanted.id).text(), "ok") << of_alice;
    }
}

TEST(fairness, of_the_line_is_not_evaded_by_many_kinds_of_clients) {
    hosted_fixture host(with_two_keys("request", {"--max-children", "2", "--limit", "max-waiting-requests=2"}));
    modern_client plain = modern(host, alice, "{}");
    modern_client able = modern(host, alice, can_be_asked);
    modern_client other = modern(host, alice, R"({"sampling":{}})");
    modern_client bobs = modern(host, bob, can_be_asked);
    std::vector<http_client> at_work;
    for (const std::string who : {"call 0", "call 1"}) {
        at_work.push_back(plain.begin(plain.call_message("slow", R"({"ms":60000,"who":")" + who + R"("})")));
        ASSERT_TRUE(host.receives(who));
    }
    http_client first = plain.begin(plain.call_message("slow", endless));
    ASSERT_TRUE(eventually([&] { return host.metric("mcp_bridge_requests_in_flight") == 3; }));
    http_client second = able.begin(able.call_message("slow", endless));
    ASSERT_TRUE(eventually([&] { return host.metric("mcp_bridge_requests_in_flight") == 4; }));
    EXPECT_EQ(other.call("echo").http.status, 503);
    const modern_message wanted = bobs.call_message("echo");
    http_client of_bob = bobs.begin(wanted);
    EXPECT_EQ(second.read_head().status, 503) << "the newest of hers makes room";
    // She leaves one call, so a process becomes free.
    at_work.erase(at_work.begin());
    EXPECT_EQ(read_answer(of_bob, wanted.id).text(), "ok");
}

TEST(fairness, of_processes_takes_them_from_the_largest_holder_of_either_era) {
    hosted_fixture host(with_two_keys("session", {"--max-children", "4", "--limit", "sleep-after=0.1", "--limit", "sleep-listed-after=0.1"}));
    mcp_session bobs = host.session(bob);
    const std::string pid = bobs.call("process").at("result/structuredContent/pid");
    modern_client plain = modern(host, alice, "{}");
    modern_client able = modern(host, alice, can_be_asked);
    modern_client other = modern(host, alice, R"({"sampling":{}})");
    EXPECT_TRUE(stays_true([] { return true; }, 200ms)) << "all are idle";
    mcp_session next = host.session(bob);
    EXPECT_EQ(next.call("echo").text(), "ok");
    EXPECT_EQ(bobs.call("process").at("result/structuredContent/pid"), pid) << "though his was idle for longest";
    for (modern_client* each : {&plain, &able, &other}) EXPECT_EQ(each->call("echo").text(), "ok");
}

}  // namespace
}  // namespace e2e
