#include "bridge/era/child_tasks.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "bridge/jsonrpc/find_member.hpp"
#include "tests/unit/session/memory_link.hpp"

namespace bridge::era {
namespace {

using jsonrpc::find_member;
using session::memory_link;
using testing::ElementsAre;
using testing::IsEmpty;
using namespace std::chrono_literals;

std::string created(const std::string& id, const std::string& ttl = "60000") {
    return R"({"resultType":"task","taskId":")" + id + R"(","status":"working","createdAt":"2026-01-01T00:00:00Z","ttlMs":)" + ttl + '}';
}

class ChildTasks : public testing::Test {
protected:
    void record(const std::string& raw) { tasks_.record(*link_, raw, now_); }

    core::limits bounds_{.tasks_per_owner = 2};
    core::clock::time_point now_ = core::clock::now();
    std::shared_ptr<memory_link> link_ = memory_link::make();
    child_tasks tasks_{bounds_, nullptr};
};

TEST_F(ChildTasks, AreKnownByTheirIdForTheirTime) {
    record(created("a\\u0062"));
    EXPECT_EQ(tasks_.maker_of("ab"), link_);
    EXPECT_EQ(tasks_.maker_of("a"), nullptr);
    EXPECT_THAT(tasks_.known({"x", "ab", "ab"}), ElementsAre("ab"));
    tasks_.sweep(now_ + 59s);
    EXPECT_TRUE(tasks_.are_running());
    tasks_.update("ab", R"({"status":"input_required","ttlMs":70000})", now_);
    tasks_.sweep(now_ + 69s);
    EXPECT_TRUE(tasks_.are_running());
    tasks_.sweep(now_ + 70s);
    EXPECT_FALSE(tasks_.are_running());
    EXPECT_EQ(tasks_.maker_of("ab"), nullptr);
}

TEST_F(ChildTasks, WithADisputedIdHaveFailed) {
    task_claims claims;
    tasks_.record(*link_, created("a"), now_, claims.claim("a", "one"));
    EXPECT_EQ(tasks_.maker_of("a"), link_);
    EXPECT_EQ(tasks_.failure_of("a"), "");
    EXPECT_EQ(claims.claim("a", "other"), nullptr);
    EXPECT_EQ(tasks_.maker_of("a"), nullptr);
    EXPECT_FALSE(tasks_.are_running());
    EXPECT_THAT(tasks_.running(), IsEmpty());
    const std::string failed = '{' + tasks_.failure_of("a") + '}';
    EXPECT_EQ(find_member(failed, "status"), R"("failed")");
    EXPECT_EQ(find_member(failed, "statusMessage"), R"("the server has given the id of the task to another one")");
}

TEST_F(ChildTasks, WithoutATimeAreKnownForADay) {
    record(created("a", "null"));
    tasks_.sweep(now_ + 23h);
    EXPECT_TRUE(tasks_.are_running());
    tasks_.sweep(now_ + 24h);
    EXPECT_FALSE(tasks_.are_running());
}

TEST_F(ChildTasks, RunUntilTheChildSaysThatTheyHaveEnded) {
    for (const char* const ended : {"completed", "failed", "cancelled"}) {
        record(created("a"));
        EXPECT_TRUE(tasks_.are_running());
        tasks_.update("a", R"({"ttlMs":60000,"status":")" + std::string(ended) + R"("})", now_);
        EXPECT_FALSE(tasks_.are_running()) << ended;
        EXPECT_EQ(tasks_.maker_of("a"), link_) << "the client may read the result again";
    }
    record(created("b"));
    tasks_.end("b");
    EXPECT_FALSE(tasks_.are_running());
}

TEST_F(ChildTasks, AreListedWhileTheyRun) {
    record(created("a"));
    record(created("b"));
    tasks_.update("a", R"({"status":"completed"})", now_);
    const std::vector<child_tasks::running_task> running = tasks_.running();
    ASSERT_EQ(running.size(), 1U);
    EXPECT_EQ(running[0].id, "b");
    EXPECT_EQ(running[0].maker, link_);
    tasks_.lose(*link_);
    EXPECT_TRUE(tasks_.running().empty());
}

TEST_F(ChildTasks, FailWithTheirProcess) {
    record(created("a"));
    record(created("b"));
    tasks_.update("b", R"({"status":"completed"})", now_);
    const std::shared_ptr<memory_link> other = memory_link::make();
    EXPECT_THAT(tasks_.lose(*other), IsEmpty());
    EXPECT_THAT(tasks_.lose(*link_), ElementsAre("a"));
    EXPECT_FALSE(tasks_.are_running());
    EXPECT_EQ(tasks_.maker_of("a"), nullptr);
    const std::string failure = '{' + tasks_.failure_of("a") + '}';
    EXPECT_EQ(find_member(failure, "taskId"), R"("a")");
    EXPECT_EQ(find_member(failure, "status"), R"("failed")");
    EXPECT_EQ(find_member(failure, "createdAt"), R"("2026-01-01T00:00:00Z")");
    EXPECT_EQ(find_member(failure, "ttlMs"), "60000");
    EXPECT_EQ(find_member(find_member(failure, "error"), "code"), "-32603");
    EXPECT_EQ(tasks_.failure_of("b"), "") << "it had ended";
    tasks_.update("a", R"({"status":"working"})", now_);
    EXPECT_FALSE(tasks_.are_running());
}

TEST_F(ChildTasks, MakeRoomForANewOne) {
    record(created("a", "3000"));
    record(created("b", "1000"));
    record(created("c", "2000"));
    EXPECT_THAT(tasks_.known({"a", "b", "c"}), ElementsAre("a", "c"));
}

TEST_F(ChildTasks, WithUnusableIdsAreUnknown) {
    record(R"({"resultType":"task","status":"working"})");
    record(R"({"resultType":"task","taskId":7,"status":"working"})");
    record(created(std::string(300, 'x')));
    EXPECT_FALSE(tasks_.are_running());
}

}  // namespace
}  // namespace bridge::era
