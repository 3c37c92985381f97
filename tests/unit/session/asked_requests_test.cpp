#include "bridge/session/asked_requests.hpp"

#include <gmock/gmock.h>

#include "tests/unit/session/memory_link.hpp"

namespace bridge::session {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;
using namespace std::chrono_literals;

class AskedRequests : public testing::Test {
protected:
    std::uint64_t add(const std::shared_ptr<memory_link>& link, std::string_view id) { return asked_.add(*link, id, now_); }
    bool answer(const std::string& raw_id) {
        const std::string text = R"({"jsonrpc":"2.0","id":)" + raw_id + R"(,"result":{}})";
        return asked_.answer(envelope_of(text));
    }

    boost::asio::io_context loop_;
    core::limits bounds_;
    std::shared_ptr<memory_link> first_ = memory_link::make();
    std::shared_ptr<memory_link> second_ = memory_link::make();
    asked_requests asked_{bounds_};
    core::clock::time_point now_ = core::clock::now();
};

TEST_F(AskedRequests, AreNumberedAnewWhateverTheChildCallsThem) {
    EXPECT_EQ(add(first_, "0"), 1U);
    EXPECT_EQ(add(first_, R"("x")"), 2U);
    EXPECT_TRUE(answer("1"));
    EXPECT_EQ(add(second_, "0"), 3U) << "a number is never given out twice";
    EXPECT_EQ(asked_.find(3)->id, "0");
    EXPECT_EQ(asked_.find(1), nullptr);
}

TEST_F(AskedRequests, OfADeadChildAreWithdrawnTogether) {
    add(first_, "0");
    add(second_, "0");
    const auto on = std::make_shared<stream>(loop_.get_executor(), bounds_, 0);
    asked_.set_stream(add(first_, "1"), on, now_);
    const auto withdrawn = asked_.withdraw_all(*first_);
    ASSERT_EQ(withdrawn.size(), 2U);
    EXPECT_EQ(withdrawn[0], (std::pair<std::uint64_t, std::shared_ptr<stream>>{1, nullptr}));
    EXPECT_EQ(withdrawn[1], (std::pair{std::uint64_t{3}, on}));
    EXPECT_FALSE(answer("1"));
    EXPECT_TRUE(answer("2")) << "the other's";
    EXPECT_EQ(asked_.size(), 0U);
}

TEST_F(AskedRequests, TakeOneAnswerEach) {
    add(first_, "0");
    EXPECT_FALSE(answer("0")) << "the child's own id";
    EXPECT_FALSE(answer("2"));
    EXPECT_TRUE(answer(R"("1")")) << "some clients answer a number with a string";
    EXPECT_FALSE(answer("1"));
}

TEST_F(AskedRequests, AreBoundedAndThoseOfTheDeadMakeRoom) {
    bounds_.child_requests = 2;
    EXPECT_NE(add(first_, "0"), 0U);
    EXPECT_NE(add(second_, "0"), 0U);
    EXPECT_EQ(add(second_, "1"), 0U);
    EXPECT_EQ(asked_.size(), 2U);
    first_->close("it has ended");
    EXPECT_NE(add(second_, "1"), 0U);
    EXPECT_FALSE(answer("1"));
}

TEST_F(AskedRequests, AreWithdrawnByWhoAsked) {
    add(first_, "0");
    add(second_, "0");
    const auto on = std::make_shared<stream>(loop_.get_executor(), bounds_, 1);
    asked_.set_stream(2, on, now_);
    const auto withdrawn = asked_.withdraw(*second_, "0");
    ASSERT_TRUE(withdrawn);
    EXPECT_EQ(withdrawn->first, 2U);
    EXPECT_EQ(withdrawn->second, on);
    EXPECT_FALSE(asked_.withdraw(*second_, "0"));
    EXPECT_FALSE(asked_.withdraw(*first_, R"("0")")) << "ids are exact in their type";
    EXPECT_TRUE(answer("1"));
}

TEST_F(AskedRequests, AreStrandedWhereNobodyReadsThem) {
    const auto on = std::make_shared<stream>(loop_.get_executor(), bounds_, 0);
    on->hold_messages();
    const std::uint64_t number = add(first_, "0");
    asked_.set_stream(number, on, now_);
    EXPECT_THAT(asked_.stranded(), ElementsAre(1U)) << "nobody reads";
    EXPECT_THAT(asked_.carried_by(*on), ElementsAre(1U));
    on->attach();
    asked_.set_stream(number, on, now_);
    EXPECT_THAT(asked_.stranded(), IsEmpty());
    asked_.set_unread(number, true);
    EXPECT_THAT(asked_.stranded(), ElementsAre(1U)) << "its stream broke";
    asked_.set_unread(number, false);
    EXPECT_THAT(asked_.stranded(), IsEmpty());
}

TEST_F(AskedRequests, WaitForTheirClientFromTheTimeAtWhichTheyWerePutOnTheirStream) {
    const auto on = std::make_shared<stream>(loop_.get_executor(), bounds_, 0);
    on->hold_messages();
    const std::uint64_t number = add(first_, "0");
    on->push("question", number);
    asked_.set_stream(number, on, now_ + 10s);
    EXPECT_THAT(asked_.unsent_since(now_ + 1s), IsEmpty());
    EXPECT_THAT(asked_.unsent_since(now_ + 11s), ElementsAre(1U));
    on->remove_waiting();
    EXPECT_THAT(asked_.unsent_since(now_ + 11s), IsEmpty()) << "it was sent";
}

TEST_F(AskedRequests, KeepNoTextThatIsTooLarge) {
    bounds_.replay_bytes = 4;
    const std::uint64_t number = add(first_, "0");
    asked_.keep_text(number, "12345");
    EXPECT_EQ(asked_.find(number)->text, "");
    asked_.keep_text(number, "1234");
    EXPECT_EQ(asked_.find(number)->text, "1234");
}

TEST_F(AskedRequests, AreOverdueAfterAWhileOrWithTheirChild) {
    add(first_, "0");
    now_ += 10s;
    add(second_, "0");
    EXPECT_THAT(asked_.overdue(now_ - 20s), IsEmpty());
    EXPECT_THAT(asked_.overdue(now_ - 1s), ElementsAre(1U));
    second_->close("it has ended");
    EXPECT_THAT(asked_.overdue(now_ - 20s), ElementsAre(2U));
    first_.reset();
    EXPECT_THAT(asked_.overdue(now_ - 20s), ElementsAre(1U, 2U));
    EXPECT_FALSE(answer("1"));
}

}  // namespace
}  // namespace bridge::session
