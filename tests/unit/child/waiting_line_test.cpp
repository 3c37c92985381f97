#include "bridge/child/waiting_line.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <list>
#include <memory>

namespace bridge::child {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

class WaitingLine : public testing::Test {
protected:
    WaitingLine() { bounds_.waiting_requests = 3; }

    /// A request of `principal`. It is in the line until it leaves, and its name is in `left_` then.
    std::optional<refusal> wait(const std::string& principal, const std::string& name, std::function<bool()> is_wanted = {}) {
        auto refused = line_.admit(principal);
        if (refused) return refused;
        const auto leave = [this, name](const refusal& reason) {
            left_.push_back(name);
            reasons_.push_back(reason.text);
        };
        waiting_.emplace_back(std::make_unique<waiting_line::place>(line_, principal, std::move(is_wanted), leave));
        return std::nullopt;
    }

    core::limits bounds_;
    fair_share shares_{4};
    waiting_line line_{bounds_, shares_};
    std::list<std::unique_ptr<waiting_line::place>> waiting_;
    std::vector<std::string> left_;
    std::vector<std::string> reasons_;
};

TEST_F(WaitingLine, RefusesTheOneThatHasAllOfIt) {
    for (const char* name : {"a1", "a2", "a3"}) EXPECT_FALSE(wait("a", name));
    EXPECT_TRUE(line_.refusal_of("a"));
    const auto refused = wait("a", "a4");
    ASSERT_TRUE(refused);
    EXPECT_TRUE(refused->is_at_limit());
    EXPECT_EQ(refused->text, "3 requests wait for a server process already");
    EXPECT_GE(refused->retry_after, std::chrono::seconds(1));
    EXPECT_THAT(left_, IsEmpty());
}

TEST_F(WaitingLine, SendsAwayTheNewestRequestOfWhoeverHasMost) {
    for (const char* name : {"a1", "a2", "a3"}) EXPECT_FALSE(wait("a", name));
    EXPECT_FALSE(line_.refusal_of("b"));
    EXPECT_FALSE(wait("b", "b1"));
    EXPECT_THAT(left_, ElementsAre("a3"));
    EXPECT_THAT(reasons_.front(), HasSubstr("most of them yours"));
    EXPECT_TRUE(line_.refusal_of("a")) << "the line is full still";
    waiting_.pop_front();
    EXPECT_FALSE(line_.refusal_of("a"));
}

TEST_F(WaitingLine, CountsTheProcessesThatAPrincipalHas) {
    const auto first = shares_.hold("a");
    const auto second = shares_.hold("a");
    EXPECT_FALSE(wait("a", "a1"));
    EXPECT_FALSE(wait("b", "b1"));
    EXPECT_FALSE(wait("b", "b2"));
    EXPECT_FALSE(wait("c", "c1"));
    EXPECT_THAT(left_, ElementsAre("a1"));
}

TEST_F(WaitingLine, KeepsNoPlaceForAClientThatHasLeft) {
    bool is_here = true;
    for (const char* name : {"a1", "a2", "a3"}) EXPECT_FALSE(wait("a", name, [&is_here] { return is_here; }));
    is_here = false;
    EXPECT_FALSE(line_.refusal_of("a"));
    EXPECT_THAT(left_, ElementsAre("a1", "a2", "a3"));
    EXPECT_THAT(reasons_.front(), HasSubstr("the client has left"));
    line_.drop_unwanted();
    EXPECT_EQ(left_.size(), 3U) << "each is told once";
}

// With a long line, each arrival cost time in proportion to its length.
TEST_F(WaitingLine, AsksWhoHasLeftOnlyWhileItIsFull) {
    constexpr std::size_t length = 300;
    bounds_.waiting_requests = length;
    std::size_t asked = 0;
    const auto is_here = [&asked] {
        ++asked;
        return true;
    };
    for (std::size_t i = 0; i < length; ++i) EXPECT_FALSE(wait("a", "a", is_here));
    EXPECT_EQ(asked, 0U);
    EXPECT_TRUE(line_.refusal_of("a"));
    EXPECT_EQ(asked, length) << "any of them could have left";
    const auto began = core::clock::now();
    for (std::size_t i = 0; i < length; ++i) EXPECT_TRUE(line_.refusal_of("a"));
    const auto looks = (core::clock::now() - began) / std::chrono::milliseconds(20) + 1;
    EXPECT_LE(asked, length * (1 + static_cast<std::size_t>(looks))) << "not again for each arrival";
}

TEST_F(WaitingLine, AsksARequestThatIsAboutToBeServed) {
    bool is_here = true;
    EXPECT_FALSE(wait("a", "a1", [&is_here] { return is_here; }));
    EXPECT_TRUE(waiting_.front()->is_still_wanted());
    is_here = false;
    EXPECT_FALSE(waiting_.front()->is_still_wanted());
    EXPECT_THAT(left_, ElementsAre("a1"));
}

// As a request does that ends with its place in the line.
TEST_F(WaitingLine, MayBeLeftByARequestThatIsDestroyedThen) {
    std::optional<waiting_line::place> place;
    const auto leave = [&place](const refusal&) { place.reset(); };
    place.emplace(
        line_, "a", [] { return false; }, leave);
    line_.drop_unwanted();
    EXPECT_FALSE(place);
}

}  // namespace
}  // namespace bridge::child
