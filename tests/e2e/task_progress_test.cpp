// Promise: the progress of a call that has become a task (2025-11-25) reaches the client until the task ends: on the stream of the request for
// its result, or else on the stream that the client opens with GET.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/e2e/hosted_fixture.hpp"

namespace e2e {
namespace {

class task_progress : public in_both_isolations {
protected:
    /// Creates a task that is done after `ms`, and gives its raw params in later requests.
    static std::string create(mcp_session& session, int ms = 600'000) {
        const mcp_answer answer = session.request("tools/call", R"({"name":"echo","arguments":{"ms":)" + std::to_string(ms) +
                                                                    R"(},"task":{"ttl":600000},"_meta":{"progressToken":"mine"}})");
        EXPECT_NE(answer.at("result/task/taskId"), "") << answer.message;
        return R"({"taskId":)" + answer.at("result/task/taskId") + "}";
    }
    /// The server reports progress before it answers this.
    static std::string status(mcp_session& session, const std::string& task) {
        return unquoted(session.request("tasks/get", task).at("result/status"));
    }
    static std::string params_of(const std::optional<sse_event>& event) { return event ? std::string(member(event->data, "params")) : "none"; }
};
IN_BOTH_ISOLATIONS(task_progress);

TEST_P(task_progress, comes_on_the_general_stream) {
    hosted_fixture host(how({}, {"--tasks"}));
    mcp_session session = host.session();
    http_client general = session.listen();
    const std::string task = create(session);
    for (int i = 1; i <= 2; ++i) {
        EXPECT_EQ(status(session, task), "working");
        EXPECT_EQ(params_of(general.read_event()), R"({"progressToken":"mine","progress":)" + std::to_string(i) + "}");
    }
}

TEST_P(task_progress, comes_with_the_request_for_the_result) {
    hosted_fixture host(how({}, {"--tasks"}));
    mcp_session session = host.session();
    http_client general = session.listen();
    const std::string task = create(session);
    http_client result = session.begin("tasks/result", task);
    ASSERT_TRUE(host.receives("tasks/result"));
    EXPECT_EQ(status(session, task), "working");
    EXPECT_TRUE(result.read_head().is_event_stream());
    EXPECT_EQ(params_of(result.read_event()), R"({"progressToken":"mine","progress":1})");
    EXPECT_THROW(general.read_event(100ms), http_failure) << "no message is sent twice";
}

TEST_P(task_progress, ends_with_the_task) {
    hosted_fixture host(how({}, {"--tasks"}));
    mcp_session session = host.session();
    http_client general = session.listen();
    const std::string task = create(session, 0);
    const auto ended = general.read_event();
    ASSERT_TRUE(ended);
    EXPECT_EQ(at(ended->data, "params/status"), R"("completed")");
    EXPECT_EQ(status(session, task), "completed");
    EXPECT_THROW(general.read_event(100ms), http_failure) << "a server that reports on goes unheard";
}

}  // namespace
}  // namespace e2e
