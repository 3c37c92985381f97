// Promise: of the tasks of a shared server each client sees and reaches its own only: those of its key, or those of its session where
// nobody says who a client is.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/e2e/hosted_fixture.hpp"

namespace e2e {
namespace {

using testing::AllOf;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;

constexpr long invalid_params = -32602;
constexpr long method_not_found = -32601;
constexpr const char* alices = "alice-key-0123456789";
constexpr const char* bobs = "bob-key-0123456789";

class shared_tasks : public testing::Test {
protected:
    static hosting with_tasks() { return {.isolation = "shared", .arguments = {}, .flags = {"--tasks"}}; }
    static hosting with_keys() {
        hosting out = with_tasks();
        out.environment = {std::string("MCP_BRIDGE_KEYS=alice=") + alices + ",bob=" + bobs};
        return out;
    }
    static mcp_session session_with(const hosted_fixture& host, const std::string& key) {
        return host.session({.headers = {{"x-functions-key", key}}});
    }
    /// Creates a task for `owner`, which is done after `ms`, and gives its raw id.
    static std::string create(mcp_session& session, const std::string& owner, int ms = 600'000, const std::string& more = {}) {
        const mcp_answer answer = session.request("tools/call", R"({"name":"echo","arguments":{"who":)" + json_string(owner) + R"(,"ms":)" +
                                                                    std::to_string(ms) + more + R"(},"task":{"ttl":60000}})");
        const std::string id = answer.at("result/task/taskId");
        EXPECT_NE(id, "") << answer.message;
        return id;
    }
    static std::string named(const std::string& id) { return R"({"taskId":)" + id + "}"; }

    static void expect_unknown(hosted_fixture& host, mcp_session& session, const std::string& id) {
        const std::size_t before = host.received().size();
        for (const char* method : {"tasks/get", "tasks/result", "tasks/cancel", R"(t\u0061sks/get)"}) {
            const http_response response =
                session.post(R"({"jsonrpc":"2.0","id":5,"method":")" + std::string(method) + R"(","params":)" + named(id) + "}");
            EXPECT_EQ(response.status, 200) << method;
            EXPECT_EQ(error_code(response.body), invalid_params) << method << response.body;
            EXPECT_THAT(error_text(response.body), Not(HasSubstr("the server knows"))) << method;
        }
        EXPECT_EQ(host.received().size(), before) << "the server was asked";
    }
    static void expect_known(mcp_session& session, const std::string& id, const std::string& owner) {
        const mcp_answer got = session.request("tasks/get", named(id));
        EXPECT_EQ(got.at("result/taskId"), id) << got.message;
        EXPECT_EQ(got.at("result/statusMessage"), json_string("for " + owner)) << got.message;
    }
    static std::string shown_capabilities(const hosted_fixture& host, const http_headers& headers = {}) {
        return host.client({.headers = headers}).initialize().at("result/capabilities");
    }
};

TEST_F(shared_tasks, are_those_of_the_key_that_made_them) {
    hosted_fixture host(with_keys());
    mcp_session alice = session_with(host, alices);
    mcp_session bob = session_with(host, bobs);
    const std::string hers = create(alice, "alice");
    const std::string his = create(bob, "bob");
    expect_known(alice, hers, "alice");
    expect_unknown(host, bob, hers);
    expect_unknown(host, alice, his);
    expect_unknown(host, alice, R"("task-99")");
    expect_unknown(host, alice, "5");
    // Another session of the same key.
    mcp_session later = session_with(host, alices);
    alice.terminate();
    expect_known(later, hers, "alice");
    EXPECT_EQ(later.request("tasks/cancel", named(hers)).at("result/status"), R"("cancelled")");
    expect_known(bob, his, "bob");
}

TEST_F(shared_tasks, are_listed_to_their_owner_only) {
    hosted_fixture host(with_keys());
    mcp_session alice = session_with(host, alices);
    mcp_session bob = session_with(host, bobs);
    EXPECT_THAT(shown_capabilities(host, {{"x-functions-key", alices}}), HasSubstr(R"("list")"));
    std::vector<std::string> hers;
    for (int i = 0; i < 3; ++i) {
        hers.push_back(create(alice, "alice"));
        create(bob, "bob");
    }
    std::vector<std::string> listed;
    std::string cursor;
    std::size_t pages = 0;
    do {
        const mcp_answer page = alice.request("tasks/list", cursor.empty() ? "{}" : R"({"cursor":)" + cursor + "}");
        EXPECT_THAT(page.message, AllOf(Not(HasSubstr("for bob")), HasSubstr(R"("x":1.0)"))) << "the rest stays as it was";
        const std::string tasks = page.at("result/tasks");
        for (const auto each : elements(tasks)) listed.emplace_back(member(each, "taskId"));
        cursor = page.at("result/nextCursor");
    } while (!cursor.empty() && ++pages < 10);
    EXPECT_EQ(listed, hers);
    EXPECT_EQ(pages, 2U) << "cursors stay";
}

TEST_F(shared_tasks, are_those_of_the_session_where_nobody_has_a_name) {
    hosted_fixture host(with_tasks());
    mcp_session one = host.session();
    mcp_session two = host.session();
    const std::string ones = create(one, "one");
    expect_known(one, ones, "one");
    expect_unknown(host, two, ones);
    EXPECT_EQ(one.request("tasks/cancel", named(ones)).at("result/status"), R"("cancelled")");
    const std::string last = create(one, "one");
    one.terminate();
    expect_unknown(host, two, last);
}

TEST_F(shared_tasks, are_not_listed_where_nobody_has_a_name) {
    hosted_fixture host(with_tasks());
    // Nothing else of what the server said is touched.
    EXPECT_EQ(shown_capabilities(host), R"({"tools":{},"tasks":{ "cancel":{},"requests":{"tools":{"call":{}}}}})");
    mcp_session one = host.session();
    create(one, "one");
    const std::size_t before = host.received().size();
    EXPECT_EQ(error_code(one.request("tasks/list").message), method_not_found);
    EXPECT_EQ(error_code(one.request("tasks/list", R"({"cursor":"1"})").message), method_not_found);
    EXPECT_EQ(host.received().size(), before);
}

TEST_F(shared_tasks, tell_their_owner_only_what_becomes_of_them) {
    for (const bool has_keys : {true, false}) {
        hosted_fixture host(has_keys ? with_keys() : with_tasks());
        mcp_session alice = has_keys ? session_with(host, alices) : host.session();
        mcp_session bob = has_keys ? session_with(host, bobs) : host.session();
        http_client hears = alice.listen();
        http_client hears_not = bob.listen();
        const std::string id = create(alice, "alice", 50, R"(,"log":true)");
        const auto log = hears.read_event();
        ASSERT_TRUE(log);
        EXPECT_EQ(at(log->data, "params/data"), R"("log of alice")");
        const auto status = hears.read_event();
        ASSERT_TRUE(status);
        EXPECT_EQ(at(status->data, "method"), R"("notifications/tasks/status")");
        EXPECT_EQ(at(status->data, "params/taskId"), id);
        const mcp_answer result = alice.request("tasks/result", named(id));
        EXPECT_EQ(result.text(), "result for alice");
        EXPECT_THROW(hears_not.read_event(100ms), http_failure);
    }
}

TEST_F(shared_tasks, report_their_progress_to_the_session_that_made_them) {
    hosted_fixture host(with_keys());
    mcp_session alice = session_with(host, alices);
    mcp_session again = session_with(host, alices);
    http_client hears = alice.listen();
    http_client hears_not = again.listen();
    const mcp_answer created =
        alice.request("tools/call", R"({"name":"echo","arguments":{"who":"alice","ms":600000},"task":{},"_meta":{"progressToken":"hers"}})");
    const std::string id = created.at("result/task/taskId");
    again.request("tasks/get", named(id));
    const auto progress = hears.read_event();
    ASSERT_TRUE(progress);
    EXPECT_EQ(member(progress->data, "params"), R"({"progressToken":"hers","progress":1})");
    EXPECT_EQ(alice.request("tasks/cancel", named(id)).at("result/status"), R"("cancelled")");
    alice.request("tasks/get", named(id));
    EXPECT_THROW(hears.read_event(100ms), http_failure) << "it has ended";
    EXPECT_THROW(hears_not.read_event(100ms), http_failure);
}

TEST_F(shared_tasks, are_not_reached_by_messages_that_claim_to_belong_to_them) {
    hosted_fixture host(with_tasks());
    mcp_session one = host.session();
    mcp_session two = host.session();
    const std::string ones = create(one, "one");
    const auto claim = [&](const std::string& id) {
        return R"({"name":"echo","_meta":{"io.modelcontextprotocol/related-task":{"taskId":)" + id + "}}}";
    };
    EXPECT_EQ(one.request("tools/call", claim(ones)).text(), "ok");
    EXPECT_EQ(error_code(two.request("tools/call", claim(ones)).message), invalid_params);
    for (const std::string& params : {R"({"taskId":"x","TaskId":)" + ones + "}", R"({"TASKID":)" + ones + "}", R"({"taskId\u0000":)" + ones + "}"}) {
        EXPECT_EQ(error_code(two.post(request_text("5", "tasks/cancel", params)).body), -32600) << params;
    }
    expect_known(one, ones, "one");
}

// A tool that answers with what it was told would otherwise make another's task one's own.
TEST_F(shared_tasks, cannot_be_claimed) {
    hosted_fixture host({.isolation = "shared", .arguments = {}, .flags = {"--tasks", "--no-task-for", "raw_result"}});
    mcp_session one = host.session();
    mcp_session two = host.session();
    const std::string ones = create(one, "one");
    const mcp_answer forged =
        two.request("tools/call", R"({"name":"raw_result","arguments":{"result":{"task":{"taskId":)" + ones + R"(}}},"task":{}})");
    EXPECT_EQ(forged.at("result/task/taskId"), ones);
    expect_unknown(host, two, ones);
    expect_known(one, ones, "one");
}

TEST_F(shared_tasks, are_forgotten_with_the_process_that_had_them) {
    hosted_fixture host(with_keys());
    mcp_session alice = session_with(host, alices);
    mcp_session bob = session_with(host, bobs);
    const std::string hers = create(alice, "alice");
    alice.call("crash");
    EXPECT_EQ(alice.call("echo").text(), "ok");
    EXPECT_EQ(create(bob, "bob"), hers) << "the new process counts from one again";
    expect_unknown(host, alice, hers);
    expect_known(bob, hers, "bob");
}

TEST_F(shared_tasks, of_ones_own_process_are_left_to_it) {
    hosted_fixture host({.isolation = "session", .arguments = {}, .flags = {"--tasks"}});
    EXPECT_THAT(shown_capabilities(host), HasSubstr(R"("list")"));
    mcp_session one = host.session();
    const std::string id = create(one, "one");
    expect_known(one, id, "one");
    EXPECT_EQ(one.request("tasks/list").at("result/tasks/0/taskId"), id);
    EXPECT_THAT(error_text(one.request("tasks/get", named(R"("x")")).message), HasSubstr("the server knows"));
}

}  // namespace
}  // namespace e2e
