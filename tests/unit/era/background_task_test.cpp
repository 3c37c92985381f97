#include "bridge/era/background_task.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "bridge/core/secret.hpp"
#include "bridge/era/iso_time.hpp"
#include "bridge/jsonrpc/find_member.hpp"

namespace bridge::era {
namespace {

using jsonrpc::find_member;
using namespace std::chrono_literals;

class BackgroundTask : public testing::Test {
protected:
    void SetUp() override { ASSERT_TRUE(core::set_up_secrets()); }

    core::limits bounds_{.task_time = 100s, .task_keep = 10s};
};

TEST_F(BackgroundTask, BeginsWithAHandle) {
    const background_task task(R"({"name":"s"})", bounds_, nullptr);
    const std::string handle = task.handle();
    EXPECT_EQ(find_member(handle, "resultType"), R"("task")");
    EXPECT_EQ(find_member(handle, "taskId"), '"' + task.id() + '"');
    EXPECT_EQ(find_member(handle, "status"), R"("working")");
    EXPECT_EQ(find_member(handle, "ttlMs"), "110000");
    EXPECT_EQ(find_member(handle, "_meta"), R"({"io.modelcontextprotocol/serverInfo":{"name":"s"}})");
    EXPECT_NE(task.id(), background_task("", bounds_, nullptr).id());
}

TEST_F(BackgroundTask, ShowsTheQuestionsOfItsServer) {
    background_task task("", bounds_, nullptr);
    EXPECT_FALSE(task.ask(""));
    EXPECT_TRUE(task.ask(R"({"q1":{"method":"roots/list"}})"));
    EXPECT_FALSE(task.ask(R"({"q1":{"method":"roots/list"}})")) << "it is known";
    EXPECT_EQ(find_member(task.details().whole(), "status"), R"("input_required")");
    EXPECT_EQ(find_member(task.details().whole(), "inputRequests"), R"({"q1":{"method":"roots/list"}})");
    EXPECT_TRUE(task.ask(""));
    EXPECT_EQ(find_member(task.details().whole(), "status"), R"("working")");
    EXPECT_EQ(find_member(task.details().whole(), "inputRequests"), "");
}

TEST_F(BackgroundTask, CompletesWithAnyResult) {
    background_task task("", bounds_, nullptr);
    task.ask(R"({"q1":{"method":"roots/list"}})");
    task.mark_seen();
    EXPECT_FALSE(task.was_seen()) << "the client does not know the end yet";
    task.end(R"({"jsonrpc":"2.0","id":"\"id\"","result":{"content":[],"isError":true,"x":1.0}})", {});
    const std::string details = task.details().whole();
    EXPECT_EQ(find_member(details, "resultType"), R"("complete")");
    EXPECT_EQ(find_member(details, "status"), R"("completed")") << "an error of the tool is a result";
    EXPECT_EQ(find_member(details, "result"), R"({"content":[],"isError":true,"x":1.0})");
    EXPECT_EQ(find_member(details, "inputRequests"), "");
    EXPECT_FALSE(task.ask(R"({"q2":{"method":"roots/list"}})"));
    EXPECT_TRUE(task.has_ended());
    task.mark_seen();
    EXPECT_TRUE(task.was_seen());
}

TEST_F(BackgroundTask, FailsWithAnError) {
    background_task task("", bounds_, nullptr);
    task.end(R"({"jsonrpc":"2.0","id":1,"error":{"code":-32603,"message":"no \u00e4"}})", {});
    EXPECT_EQ(find_member(task.details().whole(), "status"), R"("failed")");
    EXPECT_EQ(find_member(task.details().whole(), "error"), R"({"code":-32603,"message":"no \u00e4"})");
    EXPECT_EQ(find_member(task.details().whole(), "statusMessage"), R"("no \u00e4")");
}

TEST_F(BackgroundTask, IsCancelledWithoutAnAnswer) {
    background_task task("", bounds_, nullptr);
    task.end({}, {});
    EXPECT_EQ(find_member(task.details().whole(), "status"), R"("cancelled")");
    EXPECT_EQ(find_member(task.details().whole(), "result"), "");
    EXPECT_LE(task.deadline(), core::clock::now() + 10s) << "it is kept for some time";
}

TEST(IsoTime, IsInUtcWithMilliseconds) {
    EXPECT_EQ(iso_time(std::chrono::system_clock::time_point(0ms)), "1970-01-01T00:00:00.000Z");
    EXPECT_EQ(iso_time(std::chrono::system_clock::time_point(1785229500250ms)), "2026-07-28T09:05:00.250Z");
}

// Each `tasks/get` made three copies of the result in one turn.
TEST_F(BackgroundTask, IsShownWithoutACopyOfItsResult) {
    background_task task("", bounds_, nullptr);
    const std::string result = R"({"content":[],"x":")" + std::string(1'000'000, 'x') + "\"}";
    task.end(R"({"jsonrpc":"2.0","id":1,"result":)" + result + '}', {});
    const task_text one = task.details();
    const task_text other = task.details();
    EXPECT_EQ(one.middle, result);
    EXPECT_EQ(one.middle.data(), other.middle.data());
    EXPECT_LT(one.begin.size() + one.end.size(), 1000U);
    EXPECT_EQ(find_member(one.whole(), "result"), result);
}

}  // namespace
}  // namespace bridge::era
