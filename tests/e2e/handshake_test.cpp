// Promise: a client opens a session as if it spoke to the server itself, each session is its own, and a
// closed one is gone.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/e2e/hosted_fixture.hpp"

namespace e2e {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

constexpr const char* legacy_revisions[] = {"2024-11-05", "2025-03-26", "2025-06-18", "2025-11-25"};

class handshake : public in_both_isolations {};
IN_BOTH_ISOLATIONS(handshake);

TEST_P(handshake, gives_the_session_id_on_initialize_only) {
    hosted_fixture host(how());
    mcp_session session = host.client();
    const mcp_answer opened = session.initialize();
    EXPECT_EQ(opened.http.status, 200);
    EXPECT_EQ(opened.http.header("content-type"), "application/json");
    EXPECT_EQ(opened.at("id"), "1");
    EXPECT_GE(session.id().size(), 32U);
    EXPECT_EQ(opened.http.headers.count("mcp-session-id"), 1U);

    const http_response announced = session.notify("notifications/initialized");
    EXPECT_EQ(announced.status, 202);
    EXPECT_EQ(announced.body, "");
    EXPECT_EQ(announced.headers.count("mcp-session-id"), 0U);
    EXPECT_EQ(session.call("echo").http.headers.count("mcp-session-id"), 0U);
}

TEST_P(handshake, then_serves_ping_list_and_calls) {
    hosted_fixture host(how());
    mcp_session session = host.session();
    EXPECT_EQ(session.request("ping").at("result"), "{}");
    EXPECT_THAT(session.request("tools/list").at("result/tools"), HasSubstr(R"("name":"echo")"));
    EXPECT_EQ(session.call("echo", R"({"n":1})").text(), "ok");
    const mcp_answer unknown = session.request("foo/bar");
    EXPECT_EQ(unknown.http.status, 200);
    EXPECT_EQ(error_code(unknown.message), -32601);
    EXPECT_EQ(error_text(unknown.message), "Method not found: foo/bar");
}

TEST_P(handshake, answers_each_legacy_revision_with_itself) {
    hosted_fixture host(how());
    for (const char* revision : legacy_revisions) {
        mcp_session session = host.session({.version = revision});
        EXPECT_EQ(session.version(), revision);
        EXPECT_EQ(session.call("echo").text(), "ok") << revision;
    }
}

TEST_P(handshake, takes_the_header_of_any_known_revision_and_of_none) {
    hosted_fixture host(how());
    mcp_session session = host.session();
    http_headers headers = session.headers();
    const auto ping = [&] { return host.connect().post("/mcp", headers, request_text("1", "ping")); };
    headers.erase("MCP-Protocol-Version");
    EXPECT_EQ(ping().status, 200);
    for (const char* revision : legacy_revisions) {
        headers.erase("MCP-Protocol-Version");
        headers.emplace("MCP-Protocol-Version", revision);
        EXPECT_EQ(ping().status, 200) << revision;
    }
    headers.erase("MCP-Protocol-Version");
    headers.emplace("MCP-Protocol-Version", "1999-01-01");
    const http_response refused = ping();
    EXPECT_EQ(refused.status, 400);
    EXPECT_THAT(error_text(refused.body), HasSubstr("2025-11-25"));
}

TEST_P(handshake, opens_sessions_that_know_nothing_of_each_other) {
    hosted_fixture host(how());
    mcp_session first = host.session();
    mcp_session second = host.session();
    EXPECT_NE(first.id(), second.id());
    EXPECT_EQ(first.terminate().status, 200);
    EXPECT_EQ(second.call("echo").text(), "ok");
    EXPECT_EQ(host.starts_since_ready(), is_shared() ? 0U : 2U);
}

TEST_P(handshake, forgets_a_session_that_was_deleted) {
    hosted_fixture host(how());
    mcp_session session = host.session();
    EXPECT_EQ(session.terminate().status, 200);
    const mcp_answer after = session.call("echo");
    EXPECT_EQ(after.http.status, 404);
    EXPECT_EQ(error_code(after.message), -32001);
    EXPECT_EQ(after.at("id"), std::to_string(session.last_request_id()));
    EXPECT_EQ(session.terminate().status, 404);
    EXPECT_EQ(session.notify("notifications/initialized").status, 404);
    if (!is_shared()) {
        EXPECT_TRUE(eventually([&] { return children_of(host.bridge().pid()).empty(); }));
    }
}

TEST(handshake_in_session_isolation, forwards_initialize_byte_for_byte) {
    hosted_fixture host;
    mcp_session session = host.client();
    const std::string params = R"({"protocolVersion" : "2025-06-18","capabilities":{"x":{"n":1.0}, "roots":{ }},)"
                               R"("clientInfo":{"version":"1e2","name":"é\u00e9"},"x_vendor":9007199254740993})";
    const mcp_answer opened = session.request("initialize", params);
    EXPECT_EQ(opened.at("result"), R"({"protocolVersion":"2025-06-18","capabilities":{"tools":{},"logging":{}},)"
                                   R"("serverInfo":{"name":"stdio-fixture","version":"1.0.0"}})");
    session.set_id(opened.http.header("mcp-session-id"));
    session.notify("notifications/initialized");
    ASSERT_TRUE(host.receives("notifications/initialized"));
    EXPECT_THAT(host.received(), ElementsAre(R"({"jsonrpc":"2.0","id":1,"method":"initialize","params":)" + params + "}",
                                             R"({"jsonrpc":"2.0","method":"notifications/initialized"})"));
}

// Servers take an unknown revision for a reason to offer their newest one, which may be of another era.
TEST(handshake_in_session_isolation, offers_the_newest_legacy_revision_for_one_that_it_does_not_know) {
    hosted_fixture host;
    for (const char* revision : {"2026-07-28", "2099-01-01", "DRAFT-2027"}) {
        mcp_session session = host.session({.version = revision});
        EXPECT_EQ(session.version(), "2025-11-25") << revision;
        EXPECT_EQ(session.call("echo").text(), "ok") << revision;
        const auto lines = received_by_child_of(session);
        ASSERT_FALSE(lines.empty());
        EXPECT_EQ(at(lines[0], "params/protocolVersion"), R"("2025-11-25")") << revision;
        // Some clients send the revision that they asked for.
        http_headers headers = session.headers();
        headers.erase("MCP-Protocol-Version");
        headers.emplace("MCP-Protocol-Version", revision);
        EXPECT_EQ(host.connect().post("/mcp", headers, request_text("1", "ping")).status, 200) << revision;
        headers.erase("MCP-Protocol-Version");
        headers.emplace("MCP-Protocol-Version", "2098-01-01");
        EXPECT_EQ(host.connect().post("/mcp", headers, request_text("1", "ping")).status, 400) << revision;
    }
}

TEST(handshake_in_session_isolation, offers_the_same_again_to_the_next_process) {
    hosted_fixture host;
    mcp_session session = host.session({.version = "2026-07-28"});
    session.call("crash");
    const auto lines = received_by_child_of(session);
    ASSERT_FALSE(lines.empty());
    EXPECT_EQ(at(lines[0], "params/protocolVersion"), R"("2025-11-25")");
    EXPECT_EQ(host.starts_since_ready(), 2U);
}

TEST(handshake_in_session_isolation, leaves_a_draft_of_the_legacy_era_to_client_and_server) {
    hosted_fixture host;
    mcp_session session = host.session({.version = "2024-10-07"});
    EXPECT_EQ(session.version(), "2024-10-07");
    EXPECT_EQ(session.call("echo").text(), "ok");
}

TEST(handshake_in_session_isolation, passes_on_the_answer_of_a_server_that_insists) {
    hosted_fixture host({.flags = {"--protocol-version", "2026-07-28"}});
    mcp_session session = host.session({.version = "2026-07-28"});
    EXPECT_EQ(session.version(), "2026-07-28");
    EXPECT_EQ(session.call("echo").text(), "ok");
}

TEST(handshake_in_session_isolation, passes_the_servers_own_choice_of_revision_on) {
    hosted_fixture host({.flags = {"--protocol-version", "2025-03-26"}});
    EXPECT_EQ(host.session({.version = "2025-11-25"}).version(), "2025-03-26");
}

TEST(handshake_in_session_isolation, passes_the_servers_refusal_on_and_opens_nothing) {
    const temp_folder folder;
    // A server that refuses every initialize, in the words of its own.
    const std::string script = folder.file("refuse.sh",
                                           "while read -r line; do "
                                           R"(printf '{"jsonrpc":"2.0","id":1,"error":{"code":-32602,"message":"no","data":{"n":1.0}}}\n'; done)");
    bridge_process bridge({.server = {"/bin/sh", script}});
    const mcp_answer refused = mcp_session(bridge.port()).initialize();
    EXPECT_EQ(refused.http.status, 200);
    EXPECT_EQ(refused.at("error"), R"({"code":-32602,"message":"no","data":{"n":1.0}})");
    EXPECT_EQ(refused.http.headers.count("mcp-session-id"), 0U);
}

TEST(handshake_in_shared_isolation, answers_the_older_of_both_revisions) {
    hosted_fixture host({.isolation = "shared", .flags = {"--protocol-version", "2025-06-18"}});
    EXPECT_EQ(host.session({.version = "2025-11-25"}).version(), "2025-06-18");
    EXPECT_EQ(host.session({.version = "2025-06-18"}).version(), "2025-06-18");
    EXPECT_EQ(host.session({.version = "2025-03-26"}).version(), "2025-03-26");
    EXPECT_EQ(host.session({.version = "2099-01-01"}).version(), "2025-06-18");
}

TEST(handshake_in_shared_isolation, initialises_the_server_once_and_tells_it_of_no_client) {
    hosted_fixture host({.isolation = "shared"});
    mcp_session first = host.session({.capabilities = R"({"sampling":{}})"});
    mcp_session second = host.session();
    const auto lines = received_by_child_of(first);
    ASSERT_EQ(lines.size(), 3U);
    EXPECT_EQ(at(lines[0], "params/clientInfo/name"), R"("mcp-bridge")");
    EXPECT_EQ(at(lines[0], "params/capabilities"), "{}");
    EXPECT_EQ(lines[1], R"({"jsonrpc":"2.0","method":"notifications/initialized"})");
    EXPECT_EQ(at(lines[2], "method"), R"("tools/list")") << "the bridge asks once, to say in its log that the server is ready";
}

}  // namespace
}  // namespace e2e
