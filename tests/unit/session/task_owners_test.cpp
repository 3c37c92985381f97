#include "bridge/session/task_owners.hpp"

#include <gtest/gtest.h>

namespace bridge::session {
namespace {

using namespace std::chrono_literals;

class TaskOwners : public testing::Test {
protected:
    static core::limits few() {
        core::limits out;
        out.tasks_per_owner = 3;
        return out;
    }

    core::limits bounds_ = few();
    task_owners owners_{bounds_};
    core::clock::time_point now_ = core::clock::now();
};

TEST_F(TaskOwners, KnowWhoseATaskIs) {
    EXPECT_TRUE(owners_.add("t1", "alice", "s1", std::nullopt, now_));
    EXPECT_TRUE(owners_.is_owned("t1", "alice", now_));
    EXPECT_FALSE(owners_.is_owned("t1", "bob", now_));
    EXPECT_FALSE(owners_.is_owned("t2", "alice", now_));
    ASSERT_NE(owners_.find("t1", now_), nullptr);
    EXPECT_EQ(owners_.find("t1", now_)->session, "s1");
    EXPECT_EQ(owners_.find("", now_), nullptr);
}

TEST_F(TaskOwners, GiveNoTaskToAnother) {
    owners_.add("t", "alice", "s1", 1s, now_);
    EXPECT_FALSE(owners_.add("t", "bob", "s2", std::nullopt, now_));
    EXPECT_TRUE(owners_.is_owned("t", "alice", now_));
    EXPECT_TRUE(owners_.add("t", "alice", "s3", 2s, now_)) << "the same client may make it anew";
    EXPECT_EQ(owners_.size(), 1U);
    EXPECT_TRUE(owners_.is_owned("t", "alice", now_ + 1500ms));
    // Once nobody has it any more.
    EXPECT_TRUE(owners_.add("t", "bob", "s2", std::nullopt, now_ + 2s));
    EXPECT_TRUE(owners_.is_owned("t", "bob", now_ + 2s));
    EXPECT_EQ(owners_.size(), 1U);
}

TEST_F(TaskOwners, ForgetATaskWhenItsTimeIsOver) {
    owners_.add("short", "alice", "s", 1s, now_);
    owners_.add("endless", "alice", "s", std::nullopt, now_);
    EXPECT_TRUE(owners_.is_owned("short", "alice", now_ + 999ms));
    EXPECT_FALSE(owners_.is_owned("short", "alice", now_ + 1s));
    EXPECT_EQ(owners_.find("short", now_ + 1s), nullptr);
    EXPECT_TRUE(owners_.is_owned("endless", "alice", now_ + 10'000h));
}

TEST_F(TaskOwners, KeepTheLatestOfAnOwner) {
    for (const char* id : {"1", "2", "3", "4"}) owners_.add(id, "alice", "s", std::nullopt, now_);
    owners_.add("b", "bob", "s", std::nullopt, now_);
    EXPECT_FALSE(owners_.is_owned("1", "alice", now_));
    for (const char* id : {"2", "3", "4"}) EXPECT_TRUE(owners_.is_owned(id, "alice", now_)) << id;
    EXPECT_TRUE(owners_.is_owned("b", "bob", now_));
    // One that is noted again is no more than it was.
    owners_.add("3", "alice", "s", std::nullopt, now_);
    EXPECT_EQ(owners_.size(), 4U);
    owners_.add("5", "alice", "s", std::nullopt, now_);
    EXPECT_FALSE(owners_.is_owned("2", "alice", now_));
    EXPECT_TRUE(owners_.is_owned("3", "alice", now_));
}

TEST_F(TaskOwners, AreBoundedForAllOfThemAndTheLargestGivesWay) {
    const std::size_t most = bounds_.tasks_per_owner * task_owners::most_owners_full;
    for (int i = 0; i < 3; ++i) owners_.add("large-" + std::to_string(i), "large", "s", std::nullopt, now_);
    for (std::size_t i = 0; i < 2 * most; ++i) {
        const std::string name = "owner-" + std::to_string(i);
        owners_.add("of-" + name, name, "s", std::nullopt, now_);
        EXPECT_LE(owners_.size(), most);
        EXPECT_TRUE(owners_.is_owned("of-" + name, name, now_));
    }
    EXPECT_FALSE(owners_.is_owned("large-0", "large", now_));
    EXPECT_FALSE(owners_.is_owned("large-1", "large", now_));
}

TEST_F(TaskOwners, TakeNoIdThatIsTooLong) {
    EXPECT_TRUE(owners_.add(std::string(task_owners::longest_id, 'x'), "alice", "s", std::nullopt, now_));
    EXPECT_FALSE(owners_.add(std::string(task_owners::longest_id + 1, 'x'), "alice", "s", std::nullopt, now_));
}

TEST_F(TaskOwners, ForgetAnOwnerAndAllOfThem) {
    owners_.add("1", "alice", "s", std::nullopt, now_);
    owners_.add("2", "alice", "s", std::nullopt, now_);
    owners_.add("3", "bob", "s", std::nullopt, now_);
    owners_.remove_owner("nobody");
    owners_.remove_owner("alice");
    EXPECT_EQ(owners_.size(), 1U);
    EXPECT_TRUE(owners_.is_owned("3", "bob", now_));
    owners_.clear();
    EXPECT_EQ(owners_.size(), 0U);
    EXPECT_TRUE(owners_.add("1", "bob", "s", std::nullopt, now_));
}

}  // namespace
}  // namespace bridge::session
