// Promise: with --task-after a call that takes long becomes a task, for clients that know tasks, whatever the server knows; and the task belongs to
// the client that called.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <signal.h>

#include <csignal>

#include "tests/e2e/modern_client.hpp"

namespace e2e {
namespace {

using testing::AllOf;
using testing::Contains;
using testing::HasSubstr;
using testing::MatchesRegex;
using testing::Not;
using testing::StartsWith;

constexpr const char* knows_tasks = R"({"elicitation":{"form":{}},"roots":{},"extensions":{"io.modelcontextprotocol/tasks":{}}})";
constexpr const char* soon = "0.1";
constexpr const char* for_ever = R"({"ms":60000})";
constexpr long invalid_params = -32602;

hosting with_tasks(std::vector<std::string> arguments = {}) {
    arguments.insert(arguments.begin(), {"--task-after", soon});
    return {.arguments = std::move(arguments)};
}

std::string id_in(const mcp_answer& answer) {
    return answer.at("result/taskId");
}

modern_message about_task(modern_client& client, const char* method, const std::string& raw_id, const std::string& more = {}) {
    const std::string name = raw_id.size() < 2 ? std::string() : raw_id.substr(1, raw_id.size() - 2);
    return client.message(method, R"({"taskId":)" + raw_id + more + '}', name);
}

mcp_answer state_of(modern_client& client, const std::string& raw_id) {
    return client.send(about_task(client, "tasks/get", raw_id));
}

mcp_answer await_status(modern_client& client, const std::string& raw_id, const std::string& status) {
    mcp_answer state;
    EXPECT_TRUE(eventually([&] {
        state = state_of(client, raw_id);
        return state.at("result/status") == '"' + status + '"';
    })) << state.message;
    return state;
}

class background_task : public testing::TestWithParam<const char*> {
protected:
    static hosting how(std::vector<std::string> arguments = {}) {
        hosting out = with_tasks(std::move(arguments));
        out.isolation = GetParam();
        return out;
    }
};
IN_ALL_ISOLATIONS(background_task);

TEST_P(background_task, is_the_answer_to_a_call_that_takes_long) {
    hosted_fixture host(how());
    modern_client client(host, knows_tasks);
    EXPECT_THAT(client.discover().at("result/capabilities/extensions"), HasSubstr(R"("io.modelcontextprotocol/tasks":{})"));
    EXPECT_EQ(client.call("echo").at("result/resultType"), R"("complete")");
    const mcp_answer handle = client.call("slow", R"({"ms":2500})");
    EXPECT_EQ(handle.http.status, 200);
    EXPECT_EQ(handle.at("result/resultType"), R"("task")");
    EXPECT_EQ(handle.at("result/status"), R"("working")");
    EXPECT_THAT(handle.at("result/createdAt"), MatchesRegex(R"("20..-..-..T..:..:..\....Z")"));
    EXPECT_THAT(handle.at("result/ttlMs"), MatchesRegex("[0-9]+"));
    EXPECT_EQ(id_in(handle).size(), 34U) << "128 bits in hexadecimal digits, in quotes";
    const mcp_answer working = state_of(client, id_in(handle));
    EXPECT_EQ(working.at("result/resultType"), R"("complete")");
    EXPECT_EQ(working.at("result/status"), R"("working")");
    EXPECT_EQ(working.at("result/result"), "");
    const mcp_answer done = await_status(client, id_in(handle), "completed");
    EXPECT_EQ(done.at("result/taskId"), id_in(handle));
    EXPECT_THAT(done.at("result/result/content"), HasSubstr("slept"));
    EXPECT_EQ(state_of(client, id_in(handle)).at("result/status"), R"("completed")") << "a client may ask again";
    EXPECT_THAT(host.received(), Not(Contains(HasSubstr("notifications/cancelled"))));
    EXPECT_THAT(host.received(), Not(Contains(HasSubstr("tasks/"))));
}

TEST_P(background_task, is_cancelled_by_its_client) {
    hosted_fixture host(how());
    modern_client client(host, knows_tasks);
    const std::string id = id_in(client.call("slow", for_ever));
    EXPECT_EQ(client.send(about_task(client, "tasks/cancel", id)).at("result"), R"({"resultType":"complete"})");
    EXPECT_TRUE(host.receives("notifications/cancelled"));
    EXPECT_EQ(state_of(client, id).at("result/status"), R"("cancelled")");
    EXPECT_EQ(client.send(about_task(client, "tasks/cancel", id)).at("result/resultType"), R"("complete")") << "once more does no harm";
}

class background_task_of_a_modern_child : public testing::TestWithParam<const char*> {
protected:
    static hosting how() {
        hosting out = with_tasks();
        out.isolation = GetParam();
        out.flags = {"--era", "modern"};
        out.works = false;
        return out;
    }
};
IN_ALL_ISOLATIONS(background_task_of_a_modern_child);

constexpr const char* asks_later = R"({"requests":{"k":{"method":"elicitation/create","params":{"message":"m" , "n":1.0}}},"rounds":2,"ms":1800})";

mcp_answer update(modern_client& client, const std::string& raw_id, const std::string& responses) {
    return client.send(about_task(client, "tasks/update", raw_id, R"(,"inputResponses":)" + responses));
}

TEST_P(background_task_of_a_modern_child, keeps_the_result_as_it_is) {
    hosted_fixture host(how());
    modern_client client(host, knows_tasks);
    EXPECT_THAT(client.discover().at("result/capabilities/extensions"), HasSubstr(R"("io.modelcontextprotocol/tasks":{})"));
    const mcp_answer handle = client.call("slow", R"({"ms":2500})");
    ASSERT_EQ(handle.at("result/resultType"), R"("task")") << handle.message;
    const mcp_answer done = await_status(client, id_in(handle), "completed");
    EXPECT_THAT(done.at("result/result"), AllOf(HasSubstr(R"("resultType":"complete")"), HasSubstr("slept"), HasSubstr("serverInfo")));
    EXPECT_THAT(host.received(), Not(Contains(HasSubstr("notifications/cancelled"))));
    EXPECT_THAT(host.received(), Not(Contains(HasSubstr("modelcontextprotocol/tasks")))) << "the tasks are the bridge's";
}

TEST_P(background_task_of_a_modern_child, asks_its_client_in_several_rounds) {
    hosted_fixture host(how());
    modern_client client(host, knows_tasks);
    const std::string id = id_in(client.call("ask_input", asks_later));
    const mcp_answer asking = await_status(client, id, "input_required");
    EXPECT_EQ(asking.at("result/inputRequests"), R"({"q1":{"method":"elicitation/create","params":{"message":"m" , "n":1.0}}})");
    EXPECT_EQ(asking.at("result/requestState"), "") << "the bridge keeps the state of the server";
    EXPECT_EQ(update(client, id, R"({"q1":{"action":"accept","content":{"n":1.0}}})").at("result"), R"({"resultType":"complete"})");
    EXPECT_EQ(state_of(client, id).at("result/status"), R"("working")");
    const mcp_answer again = await_status(client, id, "input_required");
    EXPECT_THAT(again.at("result/inputRequests"), StartsWith(R"({"q2":)")) << "no key is used twice in one task";
    update(client, id, R"({"q1":{"action":"decline"},"q2":{"action":"cancel"}})");
    const mcp_answer done = await_status(client, id, "completed");
    const std::string got = done.at("result/result/structuredContent/params");
    EXPECT_THAT(got, HasSubstr(R"("inputResponses":{"k":{"action":"cancel"}},"requestState":"2 \u0041\"")"));
    EXPECT_THAT(got, HasSubstr(R"("rounds":2,"ms":1800})"));
}

TEST_P(background_task_of_a_modern_child, goes_on_by_itself_if_the_server_only_wants_its_state_back) {
    hosted_fixture host(how());
    modern_client client(host, knows_tasks);
    const std::string id = id_in(client.call("ask_input", R"({"rounds":2,"ms":1300})"));
    const mcp_answer done = await_status(client, id, "completed");
    EXPECT_THAT(done.at("result/result/structuredContent/params"), HasSubstr(R"("requestState":"2 \u0041\"")"));
}

TEST_P(background_task_of_a_modern_child, is_cancelled_while_it_asks) {
    hosted_fixture host(how());
    modern_client client(host, knows_tasks);
    const std::string id = id_in(client.call("ask_input", asks_later));
    await_status(client, id, "input_required");
    EXPECT_EQ(client.send(about_task(client, "tasks/cancel", id)).at("result"), R"({"resultType":"complete"})");
    EXPECT_EQ(state_of(client, id).at("result/status"), R"("cancelled")");
    update(client, id, R"({"q1":{"action":"accept"}})");
    EXPECT_THAT(host.received(), Not(Contains(HasSubstr("inputResponses"))));
}

TEST_P(background_task_of_a_modern_child, fails_with_its_process) {
    hosted_fixture host(how());
    modern_client client(host, knows_tasks);
    const std::string id = id_in(client.call("ask_input", asks_later));
    await_status(client, id, "input_required");
    // The last one can be that of the bridge's own first look.
    for (const pid_t each : children_of(host.bridge().pid())) ::kill(each, SIGKILL);
    EXPECT_EQ(await_status(client, id, "failed").at("result/error/code"), "-32603");
}

TEST(background_tasks, are_for_clients_that_declare_them) {
    hosted_fixture host(with_tasks());
    modern_client other(host);
    EXPECT_EQ(other.call("slow", R"({"ms":1500})").at("result/resultType"), R"("complete")");
    modern_client client(host, knows_tasks);
    const std::string id = id_in(client.call("slow", for_ever));
    for (const char* const method : {"tasks/get", "tasks/update", "tasks/cancel"}) {
        const mcp_answer refused = other.send(about_task(other, method, id, R"(,"inputResponses":{})"));
        EXPECT_EQ(refused.http.status, 400) << method;
        EXPECT_EQ(error_code(refused.message), -32021) << method;
        EXPECT_EQ(refused.at("error/data/requiredCapabilities"), R"({"extensions":{"io.modelcontextprotocol/tasks":{}}})") << method;
        modern_message nameless = about_task(client, method, id, R"(,"inputResponses":{})");
        nameless.headers.erase("Mcp-Name");
        EXPECT_EQ(error_code(client.send(nameless).message), -32020) << method;
        const mcp_answer unknown = client.send(about_task(client, method, R"("nobody")", R"(,"inputResponses":{})"));
        EXPECT_EQ(unknown.http.status, 200) << method;
        EXPECT_EQ(error_code(unknown.message), invalid_params) << method;
    }
    const mcp_answer refused = other.request("subscriptions/listen", R"({"notifications":{"taskIds":[)" + id + "]}}");
    EXPECT_EQ(error_code(refused.message), -32021);
    EXPECT_EQ(state_of(client, id).at("result/status"), R"("working")");
}

TEST(background_tasks, do_not_exist_without_the_option) {
    hosted_fixture host;
    modern_client client(host, knows_tasks);
    EXPECT_EQ(client.discover().at("result/capabilities/extensions"), "");
    const mcp_answer refused = client.send(about_task(client, "tasks/get", R"("x")"));
    EXPECT_EQ(refused.http.status, 404);
    EXPECT_EQ(error_code(refused.message), -32601);
}

TEST(background_tasks, do_not_exist_for_another_key) {
    const std::string of_a = "aaaaaaaaaaaaaaaaaaaaaaaa";
    const std::string of_b = "bbbbbbbbbbbbbbbbbbbbbbbb";
    hosting how = with_tasks({"--key", "a=" + of_a, "--key", "b=" + of_b});
    how.headers = {{"Authorization", "Bearer " + of_a}};
    hosted_fixture host(how);
    modern_client owner(host, knows_tasks, {{"Authorization", "Bearer " + of_a}});
    modern_client thief(host, knows_tasks, {{"Authorization", "Bearer " + of_b}});
    const std::string id = id_in(owner.call("slow", for_ever));
    for (const char* const method : {"tasks/get", "tasks/update", "tasks/cancel"}) {
        EXPECT_EQ(error_code(thief.send(about_task(thief, method, id, R"(,"inputResponses":{})")).message), invalid_params) << method;
    }
    EXPECT_EQ(state_of(owner, id).at("result/status"), R"("working")");
    // Other capabilities, but the same key.
    modern_client again(host, R"({"extensions":{"io.modelcontextprotocol/tasks":{}}})", {{"Authorization", "Bearer " + of_a}});
    EXPECT_EQ(state_of(again, id).at("result/status"), R"("working")");
}

TEST(background_tasks, ask_their_client) {
    hosted_fixture host(with_tasks());
    modern_client client(host, knows_tasks);
    const std::string id = id_in(client.call("ask", R"({"method":"elicitation/create","params":{"message":"name?"},"ms":1800})"));
    const mcp_answer asking = await_status(client, id, "input_required");
    EXPECT_EQ(asking.at("result/inputRequests/q1"), R"({"method":"elicitation/create","params":{"message":"name?"}})");
    EXPECT_EQ(client.send(about_task(client, "tasks/update", id, R"(,"inputResponses":{"q7":{"action":"accept"}})")).at("result/resultType"),
              R"("complete")");
    EXPECT_EQ(state_of(client, id).at("result/status"), R"("input_required")") << "that answers nothing";
    const mcp_answer told =
        client.send(about_task(client, "tasks/update", id, R"(,"inputResponses":{"q1":{"action":"accept","content":{"n":1.0}}})"));
    EXPECT_EQ(told.at("result"), R"({"resultType":"complete"})");
    const mcp_answer done = await_status(client, id, "completed");
    EXPECT_THAT(done.at("result/result/structuredContent/answer"), HasSubstr(R"("content":{"n":1.0})"));
}

TEST(background_tasks, fail_with_their_server_process) {
    hosted_fixture host(with_tasks());
    modern_client client(host, knows_tasks);
    const std::string id = id_in(client.call("slow", for_ever));
    ::kill(host.last_child(), SIGKILL);
    const mcp_answer failed = await_status(client, id, "failed");
    EXPECT_EQ(failed.at("result/error/code"), "-32603");
    EXPECT_EQ(failed.at("result/statusMessage"), failed.at("result/error/message"));
}

TEST(background_tasks, keep_their_process_from_other_clients) {
    const std::string of_a = "aaaaaaaaaaaaaaaaaaaaaaaa";
    const std::string of_b = "bbbbbbbbbbbbbbbbbbbbbbbb";
    hosting how = with_tasks({"--key", "a=" + of_a, "--key", "b=" + of_b, "--max-children", "1", "--limit", "sleep-after=0.1", "--limit",
                              "place-timeout=0.5", "--session-idle", "1"});
    how.headers = {{"Authorization", "Bearer " + of_a}};
    hosted_fixture host(how);
    modern_client owner(host, knows_tasks, {{"Authorization", "Bearer " + of_a}});
    modern_client other(host, "{}", {{"Authorization", "Bearer " + of_b}});
    const std::string id = id_in(owner.call("slow", R"({"ms":4500})"));
    EXPECT_EQ(other.call("echo").http.status, 503);
    EXPECT_THAT(await_status(owner, id, "completed").at("result/result/content"), HasSubstr("slept"));
    EXPECT_EQ(other.call("echo").at("result/resultType"), R"("complete")") << "the task is over";
}

TEST(background_tasks, tell_those_who_listen) {
    hosted_fixture host(with_tasks());
    modern_client client(host, knows_tasks);
    const std::string id = id_in(client.call("ask", R"({"method":"roots/list","ms":2500})"));
    modern_message listening = client.message("subscriptions/listen", R"({"notifications":{"taskIds":["nobody",)" + id + ',' + id + "]}}");
    http_client connection = client.begin(listening);
    EXPECT_TRUE(connection.read_head().is_event_stream());
    const auto next = [&connection] { return connection.read_event().value_or(sse_event()).data; };
    EXPECT_EQ(at(next(), "params/notifications"), R"({"taskIds":[)" + id + "]}");
    const std::string asking = next();
    EXPECT_EQ(member(asking, "method"), R"("notifications/tasks")");
    EXPECT_EQ(at(asking, "params/taskId"), id);
    EXPECT_EQ(at(asking, "params/status"), R"("input_required")");
    EXPECT_EQ(at(asking, "params/inputRequests/q1"), R"({"method":"roots/list","params":{}})");
    EXPECT_EQ(member(at(asking, "params/_meta"), "io.modelcontextprotocol/subscriptionId"), listening.id);
    client.send(about_task(client, "tasks/update", id, R"(,"inputResponses":{"q1":{"roots":[]}})"));
    EXPECT_EQ(at(next(), "params/status"), R"("working")");
    const std::string done = next();
    EXPECT_EQ(at(done, "params/status"), R"("completed")");
    EXPECT_THAT(at(done, "params/result/structuredContent/answer"), HasSubstr("roots"));
}

TEST(background_tasks, are_counted) {
    hosted_fixture host(with_tasks({"--metrics-listen", "0", "--limit", "task-keep=0.5"}));
    modern_client client(host, knows_tasks);
    const std::string id = id_in(client.call("slow", for_ever));
    EXPECT_EQ(host.metric(R"(mcp_bridge_tasks{state="working"})"), 1);
    client.send(about_task(client, "tasks/cancel", id));
    EXPECT_EQ(host.metric(R"(mcp_bridge_tasks{state="ended"})"), 1);
    EXPECT_TRUE(eventually([&] { return error_code(state_of(client, id).message) == invalid_params; })) << "it is not kept for ever";
    EXPECT_EQ(host.metric(R"(mcp_bridge_tasks{state="ended"})"), 0);
    EXPECT_EQ(host.metric("mcp_bridge_requests_in_flight"), 0);
}

TEST(background_tasks, are_finished_before_the_bridge_stops) {
    hosted_fixture host(with_tasks());
    modern_client client(host, knows_tasks);
    id_in(client.call("slow", R"({"ms":2500})"));
    host.bridge().signal(SIGTERM);
    EXPECT_EQ(host.bridge().wait(), clean_exit);
    EXPECT_THAT(host.received(), Not(Contains(HasSubstr("notifications/cancelled"))));
}

TEST(background_tasks, are_cut_off_when_the_bridge_has_waited_for_long_enough) {
    hosted_fixture host(with_tasks({"--drain-timeout", "0.5"}));
    modern_client client(host, knows_tasks);
    id_in(client.call("slow", for_ever));
    host.bridge().signal(SIGTERM);
    EXPECT_FALSE(host.bridge().wait() == clean_exit);
    EXPECT_TRUE(host.bridge().logs("cut off"));
}

}  // namespace
}  // namespace e2e
