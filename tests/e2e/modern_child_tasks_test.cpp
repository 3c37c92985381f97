// Promise: the tasks that a server of revision 2026-07-28 makes itself reach the client that called, as the server describes them, and no other
// client; and the server process lives for as long as one of them runs.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <signal.h>

#include <chrono>

#include "tests/e2e/modern_client.hpp"

namespace e2e {
namespace {

using testing::Contains;
using testing::HasSubstr;
using testing::Not;
using testing::StartsWith;

constexpr const char* knows_tasks = R"({"elicitation":{},"extensions":{"io.modelcontextprotocol/tasks":{}}})";
constexpr const char* has_tasks = R"({"tools":{"listChanged":true},"extensions":{"io.modelcontextprotocol/tasks":{ }}})";
constexpr const char* for_ever = R"({"as_task":true,"who":"a","ms":60000})";
constexpr const char* asking = R"({"as_task":true,"who":"a","ask":{"method":"elicitation/create","params":{"message":"m" , "n":1.0}}})";
constexpr long invalid_params = -32602;
const std::string key_a = "aaaaaaaaaaaaaaaaaaaaaaaa";
const std::string key_b = "bbbbbbbbbbbbbbbbbbbbbbbb";

http_headers bearer(const std::string& key) {
    return {{"Authorization", "Bearer " + key}};
}

hosting with_tasks(std::string isolation, std::vector<std::string> arguments = {}) {
    return {.isolation = std::move(isolation),
            .arguments = std::move(arguments),
            .flags = {"--era", "modern", "--tasks", "--capabilities", has_tasks},
            .works = false};
}

hosting with_two_keys(std::string isolation, std::vector<std::string> arguments = {}) {
    arguments.insert(arguments.end(), {"--key", "a=" + key_a, "--key", "b=" + key_b});
    hosting out = with_tasks(std::move(isolation), std::move(arguments));
    out.headers = bearer(key_a);
    return out;
}

std::string id_in(const mcp_answer& answer) {
    return answer.at("result/taskId");
}

mcp_answer ask_about(modern_client& client, const char* method, const std::string& raw_id, const std::string& more = {}) {
    const std::string name = raw_id.size() < 2 ? std::string() : raw_id.substr(1, raw_id.size() - 2);
    return client.send(client.message(method, R"({"taskId":)" + raw_id + more + '}', name));
}

mcp_answer await_status(modern_client& client, const std::string& raw_id, const std::string& status) {
    mcp_answer state;
    EXPECT_TRUE(eventually([&] {
        state = ask_about(client, "tasks/get", raw_id);
        return state.at("result/status") == '"' + status + '"';
    })) << state.message;
    return state;
}

class modern_child_tasks : public testing::TestWithParam<const char*> {};
IN_BOTH_ISOLATIONS(modern_child_tasks);

TEST_P(modern_child_tasks, pass_as_the_server_describes_them) {
    hosted_fixture host(with_tasks(GetParam()));
    modern_client client(host, knows_tasks);
    EXPECT_EQ(client.discover().at("result/capabilities"), has_tasks);
    const mcp_answer made = client.call("echo", R"({"as_task":true,"who":"a","ms":300})");
    EXPECT_EQ(made.at("result"), R"({"resultType":"task", "taskId":"task-1","status":"working","statusMessage":"for a","createdAt":)"
                                 R"("2026-01-01T00:00:00Z","lastUpdatedAt":"2026-01-01T00:00:00Z","ttlMs":60000,"pollIntervalMs":100})");
    const mcp_answer done = await_status(client, id_in(made), "completed");
    EXPECT_THAT(done.at("result"), StartsWith(R"({"resultType":"complete", "taskId":"task-1","status":"completed",)"));
    EXPECT_THAT(done.at("result/result/content"), HasSubstr("result for a"));
    EXPECT_EQ(client.call("echo").at("result/resultType"), R"("complete")") << "the server decides";
}

TEST_P(modern_child_tasks, ask_their_client) {
    hosted_fixture host(with_tasks(GetParam()));
    modern_client client(host, knows_tasks);
    const std::string id = id_in(client.call("echo", asking));
    const mcp_answer asked = await_status(client, id, "input_required");
    EXPECT_EQ(asked.at("result/inputRequests"), R"({"k":{"method":"elicitation/create","params":{"message":"m" , "n":1.0}}})");
    const mcp_answer told = ask_about(client, "tasks/update", id, R"(,"inputResponses":{"k":{"action":"accept","content":{"n":1.0}}})");
    EXPECT_EQ(told.at("result"), R"({"resultType":"complete"})");
    EXPECT_EQ(await_status(client, id, "completed").at("result/result/structuredContent/answer"), R"({"action":"accept","content":{"n":1.0}})");
}

TEST_P(modern_child_tasks, are_cancelled_by_their_client) {
    hosted_fixture host(with_tasks(GetParam()));
    modern_client client(host, knows_tasks);
    const std::string id = id_in(client.call("echo", for_ever));
    EXPECT_EQ(ask_about(client, "tasks/cancel", id).at("result/resultType"), R"("complete")");
    EXPECT_EQ(ask_about(client, "tasks/get", id).at("result/status"), R"("cancelled")");
}

TEST_P(modern_child_tasks, do_not_exist_for_another_key) {
    hosted_fixture host(with_two_keys(GetParam()));
    modern_client owner(host, knows_tasks, bearer(key_a));
    modern_client thief(host, knows_tasks, bearer(key_b));
    thief.discover();
    const std::string id = id_in(owner.call("echo", for_ever));
    for (const char* const method : {"tasks/get", "tasks/update", "tasks/cancel"}) {
        const mcp_answer refused = ask_about(thief, method, id, R"(,"inputResponses":{})");
        EXPECT_EQ(refused.http.status, 200) << method;
        EXPECT_EQ(error_code(refused.message), invalid_params) << method;
        const mcp_answer unknown = ask_about(owner, method, R"("task-7")", R"(,"inputResponses":{})");
        EXPECT_EQ(error_code(unknown.message), invalid_params) << method;
    }
    EXPECT_THAT(host.received(), Not(Contains(HasSubstr(R"("method":"tasks/)")))) << "the server would answer anybody";
    EXPECT_EQ(ask_about(owner, "tasks/get", id).at("result/status"), R"("working")");
}

TEST_P(modern_child_tasks, are_for_clients_that_declare_them) {
    hosted_fixture host(with_tasks(GetParam()));
    modern_client client(host, knows_tasks);
    const std::string id = id_in(client.call("echo", for_ever));
    modern_client other(host);
    EXPECT_EQ(other.call("echo", for_ever).at("result/resultType"), R"("complete")");
    const mcp_answer refused = ask_about(other, "tasks/get", id);
    EXPECT_EQ(refused.http.status, 400);
    EXPECT_EQ(error_code(refused.message), -32021);
    EXPECT_EQ(error_code(other.request("subscriptions/listen", R"({"notifications":{"taskIds":[)" + id + "]}}").message), -32021);
}

TEST_P(modern_child_tasks, tell_those_who_listen) {
    hosted_fixture host(with_two_keys(GetParam()));
    modern_client client(host, knows_tasks, bearer(key_a));
    modern_client stranger(host, knows_tasks, bearer(key_b));
    const std::string id = id_in(client.call("echo", for_ever));
    stranger.discover();
    const auto listen = [&id](modern_client& listening) {
        http_client connection = listening.begin(listening.message("subscriptions/listen", R"({"notifications":{"taskIds":["task-9",)" + id + "]}}"));
        EXPECT_TRUE(connection.read_head().is_event_stream());
        return connection;
    };
    http_client connection = listen(client);
    EXPECT_EQ(at(connection.read_event().value_or(sse_event()).data, "params/notifications"), R"({"taskIds":[)" + id + "]}");
    http_client other = listen(stranger);
    EXPECT_EQ(at(other.read_event().value_or(sse_event()).data, "params/notifications"), "{}");
    EXPECT_THAT(host.line_with(R"("taskIds":["task-1"])"), HasSubstr(R"("extensions":{"io.modelcontextprotocol/tasks":{}})"));
    ask_about(client, "tasks/cancel", id);
    const std::string told = connection.read_event().value_or(sse_event()).data;
    EXPECT_EQ(member(told, "method"), R"("notifications/tasks")");
    EXPECT_EQ(at(told, "params/taskId"), id);
    EXPECT_EQ(at(told, "params/status"), R"("cancelled")");
    EXPECT_EQ(at(told, "params/statusMessage"), R"("for a")");
}

TEST_P(modern_child_tasks, fail_with_the_process_that_made_them) {
    hosted_fixture host(with_tasks(GetParam()));
    modern_client client(host, knows_tasks);
    const std::string id = id_in(client.call("echo", for_ever));
    http_client connection = client.begin(client.message("subscriptions/listen", R"({"notifications":{"taskIds":[)" + id + "]}}"));
    EXPECT_TRUE(connection.read_head().is_event_stream());
    EXPECT_THAT(connection.read_event().value_or(sse_event()).data, HasSubstr("acknowledged"));
    ::kill(host.last_child(), SIGKILL);
    const std::string told = connection.read_event().value_or(sse_event()).data;
    EXPECT_EQ(at(told, "params/status"), R"("failed")");
    EXPECT_EQ(at(told, "params/error/code"), "-32603");
    const mcp_answer failed = ask_about(client, "tasks/get", id);
    EXPECT_EQ(failed.at("result/status"), R"("failed")");
    EXPECT_EQ(failed.at("result/createdAt"), R"("2026-01-01T00:00:00Z")");
    // The next process uses the id again, for the task of another client.
    EXPECT_EQ(id_in(client.call("echo", for_ever)), id);
    EXPECT_EQ(ask_about(client, "tasks/get", id).at("result/status"), R"("working")");
}

// No client can ask for them any more: the bridge does, and waits no longer than they run.
TEST_P(modern_child_tasks, are_finished_before_the_bridge_stops) {
    hosted_fixture host(with_tasks(GetParam(), {"--drain-timeout", "60"}));
    modern_client client(host, knows_tasks);
    const auto began = std::chrono::steady_clock::now();
    id_in(client.call("echo", R"({"as_task":true,"who":"a","ms":2000})"));
    host.bridge().signal(SIGTERM);
    EXPECT_EQ(host.bridge().wait(), clean_exit);
    const auto passed = std::chrono::steady_clock::now() - began;
    EXPECT_GE(passed, std::chrono::milliseconds(2000));
    EXPECT_LT(passed, std::chrono::seconds(30));
    EXPECT_THAT(host.line_with(R"("method":"tasks/get")"), HasSubstr(R"("extensions":{"io.modelcontextprotocol/tasks":{}})"));
}

TEST_P(modern_child_tasks, are_cut_off_when_the_bridge_has_waited_for_long_enough) {
    hosted_fixture host(with_tasks(GetParam(), {"--drain-timeout", "0.5"}));
    modern_client client(host, knows_tasks);
    id_in(client.call("echo", for_ever));
    host.bridge().signal(SIGTERM);
    EXPECT_FALSE(host.bridge().wait() == clean_exit);
    EXPECT_TRUE(host.bridge().logs("cut off"));
}

// Each process counts its tasks from 1.
TEST(modern_child_tasks_in_two_processes, have_the_same_id_and_are_told_apart) {
    hosted_fixture host(with_tasks("session"));
    modern_client one(host, knows_tasks);
    modern_client other(host, R"({"extensions":{"io.modelcontextprotocol/tasks":{}}})");
    modern_client third(host, R"({"sampling":{},"extensions":{"io.modelcontextprotocol/tasks":{}}})");
    ASSERT_EQ(id_in(one.call("echo", for_ever)), R"("task-1")");
    EXPECT_EQ(ask_about(third, "tasks/get", R"("task-1")").at("result/statusMessage"), R"("for a")") << "clients of one key share their tasks";
    ASSERT_EQ(id_in(other.call("echo", R"({"as_task":true,"who":"b","ms":60000})")), R"("task-1")");
    EXPECT_EQ(ask_about(one, "tasks/get", R"("task-1")").at("result/statusMessage"), R"("for a")");
    EXPECT_EQ(ask_about(other, "tasks/get", R"("task-1")").at("result/statusMessage"), R"("for b")");
    EXPECT_EQ(error_code(ask_about(third, "tasks/get", R"("task-1")").message), invalid_params) << "nothing says which one is meant";
    EXPECT_EQ(ask_about(other, "tasks/cancel", R"("task-1")").at("result/resultType"), R"("complete")");
    EXPECT_EQ(ask_about(other, "tasks/get", R"("task-1")").at("result/status"), R"("cancelled")");
    EXPECT_EQ(ask_about(one, "tasks/get", R"("task-1")").at("result/status"), R"("working")");
}

TEST(modern_child_tasks_in_one_process, are_nobodys_if_the_server_gives_one_id_to_two_clients) {
    hosted_fixture host(with_two_keys("shared"));
    modern_client one(host, knows_tasks, bearer(key_a));
    modern_client other(host, knows_tasks, bearer(key_b));
    const std::string same = R"({"as_task":true,"id":"job","who":"a","ms":60000})";
    ASSERT_EQ(id_in(one.call("echo", same)), R"("job")");
    ASSERT_EQ(id_in(one.call("echo", same)), R"("job")") << "that is between the server and its client";
    EXPECT_NE(error_code(other.call("echo", R"({"as_task":true,"id":"job","who":"b","ask":{"method":"elicitation/create","params":{}}})").message),
              0);
    EXPECT_EQ(error_code(ask_about(other, "tasks/get", R"("job")").message), invalid_params);
    const mcp_answer lost = ask_about(one, "tasks/get", R"("job")");
    EXPECT_EQ(lost.at("result/status"), R"("failed")") << "the server would show the question for the other client";
    EXPECT_THAT(lost.message, Not(HasSubstr("elicitation")));
    EXPECT_TRUE(host.bridge().logs("the server has given one id to tasks of two clients"));
}

TEST(modern_child_tasks_in_one_process, keep_it_from_other_clients) {
    hosted_fixture host(
        with_two_keys("session", {"--max-children", "1", "--limit", "sleep-after=0.1", "--limit", "place-timeout=0.5", "--session-idle", "1"}));
    modern_client owner(host, knows_tasks, bearer(key_a));
    modern_client other(host, "{}", bearer(key_b));
    const std::string id = id_in(owner.call("echo", R"({"as_task":true,"who":"a","ms":4000})"));
    EXPECT_EQ(other.call("echo").http.status, 503);
    EXPECT_TRUE(eventually([&] { return ask_about(owner, "tasks/get", id).at("result/status") == R"("completed")"; }));
    EXPECT_EQ(other.call("echo").at("result/resultType"), R"("complete")") << "the task is over";
}

TEST(modern_child_tasks_in_one_process, do_not_outlive_a_process_for_one_request) {
    hosted_fixture host(with_tasks("request"));
    modern_client client(host, knows_tasks);
    EXPECT_EQ(client.discover().at("result/capabilities/extensions"), "{}");
    EXPECT_EQ(client.call("echo", for_ever).at("result/resultType"), R"("complete")");
    EXPECT_THAT(host.received(), Not(Contains(HasSubstr("modelcontextprotocol/tasks"))));
    EXPECT_EQ(ask_about(client, "tasks/get", R"("task-1")").http.status, 404);
}

}  // namespace
}  // namespace e2e
