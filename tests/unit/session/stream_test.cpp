#include "bridge/session/stream.hpp"

#include <gmock/gmock.h>

#include "tests/unit/session/kept_events.hpp"

namespace bridge::session {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

class Stream : public testing::Test {
protected:
    std::vector<std::string> texts(std::vector<stream::item> items) {
        std::vector<std::string> out;
        for (auto& each : items) out.push_back(std::move(each.text));
        return out;
    }
    std::vector<std::string> kept(event_id last) const { return kept_events(ring_, last); }

    boost::asio::io_context loop_;
    core::limits bounds_;
    event_ring ring_{bounds_};
};

class ChargedStream : public Stream {
protected:
    static constexpr std::size_t MiB = 1024 * 1024;

    core::memory_budget budget_{16 * MiB};
    core::memory_account_ptr alice_ = budget_.account_of("alice");
    core::memory_charge others_{budget_.common(), core::memory_use::request_body};
};

TEST_F(Stream, IgnoresTheEndOfAReaderThatIsNotAttached) {
    stream out(loop_.get_executor(), bounds_, 1);
    out.detach(0);
    out.record_departure();
    EXPECT_FALSE(out.was_read());
    const stream::reader first = out.attach();
    EXPECT_TRUE(out.is_live());
    out.record_departure();
    EXPECT_FALSE(out.is_live());
    const stream::reader second = out.attach();
    EXPECT_TRUE(out.is_live()) << "the client has come back";
    out.detach(first);
    EXPECT_TRUE(out.has_reader()) << "a reader that was replaced ends nothing";
    out.detach(second);
    out.detach(second);
    EXPECT_FALSE(out.has_reader());
    EXPECT_TRUE(out.was_read());
}

TEST_F(ChargedStream, ChargesWhatWaits) {
    stream out(loop_.get_executor(), bounds_, 2, alice_);
    out.attach();
    out.push(std::string(10'000, 'm'));
    out.push_answer(std::string(20'000, 'a'));
    EXPECT_GE(alice_->used(), 30'000U);
    out.remove_waiting();
    EXPECT_EQ(alice_->used(), 0U);
    out.push(std::string(10'000, 'm'), 5);
    EXPECT_TRUE(out.withdraw(5));
    EXPECT_EQ(alice_->used(), 0U);
}

TEST_F(ChargedStream, KeepsNothingLargeWithoutMemory) {
    stream out(loop_.get_executor(), bounds_, 2, alice_);
    out.attach();
    others_.set(16 * MiB);
    EXPECT_TRUE(out.push("small"));
    EXPECT_FALSE(out.push(std::string(10'000, 'm')));
    EXPECT_TRUE(out.has_overflowed()) << "the client is cut off, as it would miss something";
    out.push_answer(R"({"jsonrpc":"2.0","id":4,"result":{"x":")" + std::string(10'000, 'a') + R"("}})");
    const auto kept = texts(out.remove_waiting());
    ASSERT_EQ(kept.size(), 2U);
    EXPECT_THAT(kept[1], HasSubstr(R"("id":4)"));
    EXPECT_THAT(kept[1], HasSubstr("--max-memory"));
}

TEST_F(ChargedStream, ShedsWhatALeftClientHasNotTaken) {
    stream out(loop_.get_executor(), bounds_, 2, alice_);
    out.attach();
    out.push(std::string(10'000, 'm'));
    out.push("small");
    out.push(std::string(10'000, 'q'), 9);
    out.push_answer(R"({"jsonrpc":"2.0","id":4,"result":{"x":")" + std::string(10'000, 'a') + R"("}})");
    EXPECT_GT(out.shed(), 15'000U);
    const auto left = out.remove_waiting();
    ASSERT_EQ(left.size(), 2U);
    EXPECT_EQ(left[0].asked, 9U) << "a server waits for its request";
    EXPECT_EQ(left[0].position, 3U) << "the gap says that two were lost";
    EXPECT_THAT(left[1].text, HasSubstr("--max-memory"));
}

// A client that reads its answers as they come must not lose them because of the memory that others hold.
TEST_F(ChargedStream, TakesTheAnswersOfAClientThatKeepsUp) {
    stream out(loop_.get_executor(), bounds_, 2, alice_);
    out.attach();
    others_.set(16 * MiB);
    const std::string answer = R"({"jsonrpc":"2.0","id":4,"result":{"x":")" + std::string(10'000, 'a') + R"("}})";
    out.push_answer(answer);
    EXPECT_THAT(texts(out.remove_waiting()), ElementsAre(answer));
}

TEST_F(ChargedStream, KeepsNoMessageForAClientThatIsAwayWithoutMemory) {
    stream out(loop_.get_executor(), bounds_, 2, alice_);
    out.hold_messages();
    EXPECT_TRUE(out.push("small"));
    others_.set(16 * MiB);
    EXPECT_FALSE(out.push("another"));
    EXPECT_TRUE(out.push("a question", 9)) << "a server waits for its request";
    out.push_answer("an answer");
    EXPECT_EQ(out.remove_waiting().size(), 3U);
}

TEST_F(Stream, KeepsOrderAndEndsWithTheLastAnswerOwed) {
    stream out(loop_.get_executor(), bounds_, 2);
    out.attach();
    EXPECT_TRUE(out.push("a"));
    out.push_answer("1");
    EXPECT_FALSE(out.has_ended());
    EXPECT_TRUE(out.push("b"));
    out.push_answer("2");
    EXPECT_TRUE(out.has_ended());
    EXPECT_FALSE(out.push("late"));
    EXPECT_THAT(texts(out.remove_waiting()), ElementsAre("a", "1", "b", "2"));
}

TEST_F(Stream, IsPlainOnlyWithAnswersAlone) {
    stream out(loop_.get_executor(), bounds_, 2);
    out.attach();
    out.push_answer("1");
    EXPECT_FALSE(out.is_plain());
    out.forgo_answer();
    EXPECT_TRUE(out.is_plain());

    stream other(loop_.get_executor(), bounds_, 1);
    other.attach();
    other.push("m");
    other.push_answer("1");
    EXPECT_FALSE(other.is_plain());
}

TEST_F(Stream, RefusesMessagesThatCannotReachTheClient) {
    stream out(loop_.get_executor(), bounds_, 1);
    EXPECT_FALSE(out.push("nobody reads"));
    const auto reader = out.attach();
    EXPECT_TRUE(out.push("somebody reads"));
    out.detach(reader);
    EXPECT_FALSE(out.push("nobody reads any more"));
    out.attach();
    out.refuse_messages();
    EXPECT_FALSE(out.push("only answers"));
}

TEST_F(Stream, HoldsMessagesForAReaderToComeWithinItsBounds) {
    bounds_.held_messages = 2;
    stream general(loop_.get_executor(), bounds_, 0);
    general.hold_messages();
    EXPECT_TRUE(general.push("1"));
    EXPECT_TRUE(general.push("2"));
    EXPECT_FALSE(general.push("3"));
    general.attach();
    EXPECT_FALSE(general.has_overflowed());
    EXPECT_THAT(texts(general.remove_waiting()), ElementsAre("1", "2"));
}

constexpr const char* answer_5 = R"({"jsonrpc":"2.0","id":5,"result":{}})";

TEST_F(Stream, HoldsAnswersForAReaderThatIsAwayWithinItsBounds) {
    bounds_.held_bytes = 100;
    stream general(loop_.get_executor(), bounds_, 0);
    general.hold_messages();
    const auto reader = general.attach();
    const std::string large = R"({"jsonrpc":"2.0","id":4,"result":")" + std::string(1000, 'x') + R"("})";
    general.push_answer(large);
    EXPECT_THAT(texts(general.remove_waiting()), ElementsAre(large)) << "no bound while somebody reads";
    general.detach(reader);
    general.push_answer(answer_5);
    general.push_answer(large);
    EXPECT_THAT(texts(general.remove_waiting()), ElementsAre(answer_5, HasSubstr(R"("id":4,"error":)")));
    EXPECT_FALSE(general.has_ended());
}

TEST_F(Stream, IsChokedByAnswersThatNobodyReads) {
    bounds_.exchanges_per_session = 2;
    bounds_.stream_bytes = 1000;
    stream general(loop_.get_executor(), bounds_, 0);
    general.attach();
    general.push("a message is none");
    general.push_answer(answer_5);
    EXPECT_FALSE(general.is_choked());
    general.push_answer(answer_5);
    EXPECT_TRUE(general.is_choked());
    general.remove_waiting();
    EXPECT_FALSE(general.is_choked());
    general.push_answer(std::string(2000, 'x'));
    EXPECT_TRUE(general.is_choked());

    stream of_a_request(loop_.get_executor(), bounds_, 9);
    of_a_request.push_answer(std::string(2000, 'x'));
    EXPECT_FALSE(of_a_request.is_choked()) << "it ends with its answers";
}

TEST_F(Stream, BoundsWhatWaitsForASlowReader) {
    bounds_.stream_messages = 3;
    stream out(loop_.get_executor(), bounds_, 1);
    out.attach();
    for (int i = 0; i < 3; ++i) EXPECT_TRUE(out.push("m"));
    EXPECT_FALSE(out.push("m"));
    EXPECT_TRUE(out.has_overflowed());
    out.push_answer("the answer is never refused");
    const auto items = out.remove_waiting();
    ASSERT_EQ(items.size(), 4U);
    EXPECT_EQ(items[3].position, 5U) << "the gap shows what was lost";
}

TEST_F(Stream, BoundsTheBytesToo) {
    bounds_.stream_bytes = 10;
    stream out(loop_.get_executor(), bounds_, 1);
    out.attach();
    EXPECT_TRUE(out.push("1234567890"));
    EXPECT_FALSE(out.push("1"));
    out.remove_waiting();
    EXPECT_TRUE(out.push("1"));
}

TEST_F(Stream, GivesItselfToTheNewestReader) {
    stream out(loop_.get_executor(), bounds_, 0);
    const auto older = out.attach();
    const auto newer = out.attach();
    EXPECT_FALSE(out.is_read_by(older));
    EXPECT_TRUE(out.is_read_by(newer));
    out.detach(older);
    EXPECT_TRUE(out.has_reader());
    out.detach(newer);
    EXPECT_FALSE(out.has_reader());
    EXPECT_TRUE(out.was_read());
}

TEST_F(Stream, KeepsWhatWasSentIfItIsResumable) {
    stream out(loop_.get_executor(), bounds_, 1);
    out.make_resumable(4, ring_);
    out.attach();
    out.push("a");
    out.push("b");
    for (auto& each : out.remove_waiting()) out.record_sent(std::move(each));
    EXPECT_EQ(out.sent_position(), 2U);
    EXPECT_THAT(kept({4, 0}), ElementsAre("4-1 a", "4-2 b"));
    EXPECT_THAT(kept({4, 1}), ElementsAre("4-2 b"));
    EXPECT_THAT(kept({5, 0}), IsEmpty());
}

TEST_F(Stream, GoesOnWithoutAReaderIfItIsResumable) {
    stream out(loop_.get_executor(), bounds_, 1);
    out.make_resumable(1, ring_);
    out.detach(out.attach());
    EXPECT_TRUE(out.push("while away"));
    out.push_answer("answer");
    EXPECT_FALSE(out.has_waiting()) << "an ended stream that nobody reads leaves everything to the ring";
    EXPECT_THAT(kept({1, 0}), ElementsAre("1-1 while away", "1-2 answer"));
}

TEST_F(Stream, LeavesTheRestToTheRingWhenItsReaderGoesAfterTheEnd) {
    stream out(loop_.get_executor(), bounds_, 1);
    out.make_resumable(1, ring_);
    const auto reader = out.attach();
    out.push_answer("answer");
    EXPECT_THAT(kept({1, 0}), IsEmpty());
    out.detach(reader);
    EXPECT_THAT(kept({1, 0}), ElementsAre("1-1 answer"));
}

TEST_F(Stream, TakesBackARequestThatWasNotSent) {
    stream out(loop_.get_executor(), bounds_, 0);
    out.hold_messages();
    out.push("notice");
    out.push("question", 7);
    EXPECT_FALSE(out.withdraw(0)) << "0 is no request";
    EXPECT_TRUE(out.withdraw(7));
    EXPECT_FALSE(out.withdraw(7));
    EXPECT_THAT(texts(out.remove_waiting()), ElementsAre("notice"));
    out.push_once("notice", stream::digest_of("notice"));
    EXPECT_THAT(texts(out.remove_waiting()), ElementsAre("notice")) << "what was taken waits no more";
}

TEST_F(Stream, LeavesNoGapWhereOneWasTakenBack) {
    stream out(loop_.get_executor(), bounds_, 0);
    out.hold_messages();
    out.push("question", 7);
    out.push("notice");
    out.push("question", 8);
    out.push("other notice");
    EXPECT_TRUE(out.withdraw(7));
    EXPECT_TRUE(out.withdraw(8));
    const auto items = out.remove_waiting();
    ASSERT_EQ(items.size(), 2U);
    EXPECT_EQ(items[0].position, 1U);
    EXPECT_EQ(items[1].position, 2U);
    out.push("later");
    EXPECT_EQ(out.remove_waiting().front().position, 3U);
}

TEST_F(Stream, TakesNoMessagesForAReaderThatHasLeft) {
    stream out(loop_.get_executor(), bounds_, 1);
    out.attach();
    out.record_departure();
    EXPECT_FALSE(out.is_live());
    EXPECT_FALSE(out.push("question", 1));
    EXPECT_TRUE(out.accepts_messages()) << "another reader would";
    out.push_answer("the answer is tried all the same");
    EXPECT_TRUE(out.is_plain());
}

TEST_F(Stream, GivesAwayItsMessagesAndKeepsTheAnswers) {
    stream out(loop_.get_executor(), bounds_, 0);
    out.hold_messages();
    out.push("notice");
    out.push_answer("answer");
    out.push("question", 7);
    EXPECT_THAT(texts(out.remove_messages()), ElementsAre("notice", "question"));
    EXPECT_FALSE(out.has_message());
    out.push("later");
    const auto items = out.remove_waiting();
    EXPECT_THAT(texts(items), ElementsAre("answer", "later"));
    EXPECT_EQ(items[0].position, 1U) << "no gap: that would stand for a lost message";
    EXPECT_EQ(items[1].position, 2U);
}

TEST_F(Stream, MarksAPositionThatTheClientCanResumeFrom) {
    stream out(loop_.get_executor(), bounds_, 0);
    out.make_resumable(3, ring_);
    out.attach();
    EXPECT_EQ(out.mark_position().text(), "3-1");
    EXPECT_EQ(out.mark_position().text(), "3-2");
    out.push("message");
    EXPECT_EQ(out.remove_waiting().front().position, 3U);
}

}  // namespace
}  // namespace bridge::session
