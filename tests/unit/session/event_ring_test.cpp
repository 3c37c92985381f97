#include "bridge/session/event_ring.hpp"

#include <gmock/gmock.h>

#include "tests/unit/session/kept_events.hpp"

namespace bridge::session {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

constexpr std::size_t MiB = 1024 * 1024;

class EventRing : public testing::Test {
protected:
    std::vector<std::string> kept(event_id last) const { return kept_events(ring_, last); }

    core::limits bounds_;
    event_ring ring_{bounds_};
};

TEST_F(EventRing, ForgetsARequestThatGoesOnAnotherStream) {
    ring_.add({.id = {1, 1}, .text = "message"});
    ring_.add({.id = {1, 2}, .text = "question", .asked = 7});
    EXPECT_EQ(ring_.find_request(7), (event_id{1, 2}));
    EXPECT_EQ(ring_.find_request(0), std::nullopt) << "0 is no request";
    ring_.forget_request(7);
    ring_.forget_request(0);
    EXPECT_EQ(ring_.find_request(7), std::nullopt);
    EXPECT_THAT(kept({1, 0}), ElementsAre("1-1 message", "1-2 ")) << "its position stays";
    EXPECT_EQ(ring_.bytes(), std::string_view("message").size());
}

TEST_F(EventRing, DropsTheOldestFirst) {
    bounds_.replay_events = 2;
    for (std::uint64_t i = 1; i <= 3; ++i) ring_.add({{1, i}, std::to_string(i)});
    EXPECT_THAT(kept({1, 0}), ElementsAre("1-2 2", "1-3 3"));
}

TEST_F(EventRing, NeverDropsAnAnswerInSilence) {
    bounds_.replay_bytes = 400;
    ring_.add({{1, 1}, R"({"jsonrpc":"2.0","id":"c","result":{}})", true});
    ring_.add({{2, 1}, std::string(390, 'x')});
    EXPECT_THAT(kept({1, 0}), ElementsAre(HasSubstr(R"("id":"c","error":)")));
    EXPECT_LE(ring_.bytes(), 400U);
}

TEST_F(EventRing, ExcusesOldAnswersWithoutLosingTheNewOnes) {
    bounds_.replay_events = 8;
    const std::string answer = R"({"jsonrpc":"2.0","id":1,"result":{}})";
    for (std::uint64_t i = 1; i <= 100; ++i) ring_.add({{i, 1}, answer, true});
    EXPECT_EQ(ring_.size(), 8U);
    for (std::uint64_t i = 97; i <= 100; ++i) EXPECT_THAT(kept({i, 0}), ElementsAre(HasSubstr("result"))) << i;
    EXPECT_THAT(kept({93, 0}), ElementsAre(HasSubstr("error")));
    EXPECT_THAT(kept({1, 0}), IsEmpty());
}

TEST_F(EventRing, SaysThatAnAnswerWasTooLarge) {
    bounds_.replay_bytes = 300;
    ring_.add({{1, 1}, R"({"jsonrpc":"2.0","id":5,"result":")" + std::string(1000, 'x') + R"("})", true});
    EXPECT_THAT(kept({1, 0}), ElementsAre(HasSubstr(R"("id":5,"error":)")));
    ring_.add({{1, 2}, std::string(1000, 'x')});
    EXPECT_EQ(ring_.size(), 1U);
}

TEST_F(EventRing, KeepsALargeAnswerThatWasNeverSent) {
    bounds_.replay_bytes = 600;
    bounds_.stream_bytes = 1500;
    const auto large = [](int id) { return R"({"jsonrpc":"2.0","id":)" + std::to_string(id) + R"(,"result":")" + std::string(1000, 'x') + R"("})"; };
    ring_.add_unseen({{1, 1}, large(1), true});
    ring_.add({{1, 2}, std::string(200, 'x')});
    EXPECT_THAT(kept({1, 0}), ElementsAre(HasSubstr(large(1)), HasSubstr("1-2")));
    ring_.add_unseen({{2, 1}, large(2), true});
    EXPECT_THAT(kept({2, 0}), ElementsAre(HasSubstr(large(2))));
    EXPECT_THAT(kept({1, 0}), testing::Contains(HasSubstr(R"("id":1,"error":)"))) << "the older one had to go";
}

TEST_F(EventRing, EndsEvenIfNothingFits) {
    bounds_.replay_bytes = 10;
    ring_.add({{1, 1}, R"({"jsonrpc":"2.0","id":5,"result":{}})", true});
    EXPECT_EQ(ring_.size(), 0U);
    EXPECT_EQ(ring_.bytes(), 0U);
}

TEST(ChargedEventRing, PaysForItsEventsAndSheds) {
    const core::limits bounds;
    core::memory_budget budget(16 * MiB);
    const core::memory_account_ptr alice = budget.account_of("alice");
    event_ring ring(bounds, alice);
    ring.add({.id = {1, 1}, .text = std::string(10'000, 'm')});
    ring.add({.id = {1, 2}, .text = R"({"jsonrpc":"2.0","id":4,"result":{"x":")" + std::string(10'000, 'a') + R"("}})", .is_answer = true});
    ring.add_unseen({.id = {1, 3}, .text = R"({"id":5,"result":")" + std::string(2 * MiB, 'a') + R"("})", .is_answer = true});
    EXPECT_GT(alice->used(), 2 * MiB);
    EXPECT_GT(ring.shed(), 2 * MiB);
    const auto left = ring.after({1, 0});
    ASSERT_EQ(left.size(), 2U) << "an error stands for each answer";
    EXPECT_THAT(left[0].text, HasSubstr("not kept any longer"));
    EXPECT_LT(alice->used(), 2000U);
}

TEST(EventId, IsReadAsItIsWritten) {
    EXPECT_EQ(event_id::parse("3-14"), (event_id{3, 14}));
    EXPECT_EQ((event_id{3, 14}).text(), "3-14");
    for (const char* wrong : {"", "-", "3", "3-", "-3", "3-14x", "a-1", "3--1", "99999999999999999999-1", "03-14", "3-014", "00-1"}) {
        EXPECT_FALSE(event_id::parse(wrong)) << wrong;
    }
}

}  // namespace
}  // namespace bridge::session
