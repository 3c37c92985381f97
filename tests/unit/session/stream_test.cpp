#include "bridge/session/stream.hpp"

#include <gmock/gmock.h>

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
    std::vector<std::string> kept(event_id last) {
        std::vector<std::string> out;
        for (auto& each : ring_.after(last)) out.push_back(each.id.text() + ' ' + each.text);
        return out;
    }

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

TEST_F(ChargedStream, ChargesWhatWaits) {
    stream out(loop_.get_executor(), bounds_, 2, alice_);
    out.attach();
    out.push(std::string(10'000, 'm'));
    out.push_answer(std::string(20'000, 'a'));
    EXPECT_GE(alice_->used(), 30'000U);
    out.take();
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
    const auto kept = texts(out.take());
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
    const auto left = out.take();
    ASSERT_EQ(left.size(), 3U);
    EXPECT_EQ(left[0].text, "small");
    EXPECT_EQ(left[0].position, 2U) << "the gap says that one was lost";
    EXPECT_EQ(left[1].asked, 9U) << "a server waits for its request";
    EXPECT_THAT(left[2].text, HasSubstr("--max-memory"));
}

TEST_F(ChargedStream, TheRingIsChargedAndSheds) {
    event_ring ring(bounds_, alice_);
    ring.add({.id = {1, 1}, .text = std::string(10'000, 'm')});
    ring.add({.id = {1, 2}, .text = R"({"jsonrpc":"2.0","id":4,"result":{"x":")" + std::string(10'000, 'a') + R"("}})", .is_answer = true});
    ring.add_unseen({.id = {1, 3}, .text = R"({"id":5,"result":")" + std::string(2 * MiB, 'a') + R"("})", .is_answer = true});
    EXPECT_GT(alice_->used(), 2 * MiB);
    EXPECT_GT(ring.shed(), 2 * MiB);
    const auto left = ring.after({1, 0});
    ASSERT_EQ(left.size(), 2U) << "an error stands for each answer";
    EXPECT_THAT(left[0].text, HasSubstr("not kept any longer"));
    EXPECT_LT(alice_->used(), 2000U);
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
    EXPECT_THAT(texts(out.take()), ElementsAre("a", "1", "b", "2"));
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
    EXPECT_THAT(texts(general.take()), ElementsAre("1", "2"));
}

constexpr const char* answer_5 = R"({"jsonrpc":"2.0","id":5,"result":{}})";

TEST_F(Stream, HoldsAnswersForAReaderThatIsAwayWithinItsBounds) {
    bounds_.held_bytes = 100;
    stream general(loop_.get_executor(), bounds_, 0);
    general.hold_messages();
    const auto reader = general.attach();
    const std::string large = R"({"jsonrpc":"2.0","id":4,"result":")" + std::string(1000, 'x') + R"("})";
    general.push_answer(large);
    EXPECT_THAT(texts(general.take()), ElementsAre(large)) << "no bound while somebody reads";
    general.detach(reader);
    general.push_answer(answer_5);
    general.push_answer(large);
    EXPECT_THAT(texts(general.take()), ElementsAre(answer_5, HasSubstr(R"("id":4,"error":)")));
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
    general.take();
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
    const auto items = out.take();
    ASSERT_EQ(items.size(), 4U);
    EXPECT_EQ(items[3].position, 5U) << "the gap shows what was lost";
}

TEST_F(Stream, BoundsTheBytesToo) {
    bounds_.stream_bytes = 10;
    stream out(loop_.get_executor(), bounds_, 1);
    out.attach();
    EXPECT_TRUE(out.push("1234567890"));
    EXPECT_FALSE(out.push("1"));
    out.take();
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
    for (auto& each : out.take()) out.note_sent(std::move(each));
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
    EXPECT_THAT(texts(out.take()), ElementsAre("notice"));
    out.push_once("notice", stream::digest_of("notice"));
    EXPECT_THAT(texts(out.take()), ElementsAre("notice")) << "what was taken waits no more";
}

TEST_F(Stream, LeavesNoGapWhereOneWasTakenBack) {
    stream out(loop_.get_executor(), bounds_, 0);
    out.hold_messages();
    out.push("question", 7);
    out.push("notice");
    out.push("question", 8);
    out.push("other notice");
    EXPECT_TRUE(out.withdraw(7));
    out.take_requests();
    const auto items = out.take();
    ASSERT_EQ(items.size(), 2U);
    EXPECT_EQ(items[0].position, 1U);
    EXPECT_EQ(items[1].position, 2U);
    out.push("later");
    EXPECT_EQ(out.take().front().position, 3U);
}

TEST_F(Stream, TakesNoMessagesForAReaderThatHasLeft) {
    stream out(loop_.get_executor(), bounds_, 1);
    out.attach();
    out.note_departure();
    EXPECT_FALSE(out.is_live());
    EXPECT_FALSE(out.push("question", 1));
    EXPECT_TRUE(out.takes_messages()) << "another reader would";
    out.push_answer("the answer is tried all the same");
    EXPECT_TRUE(out.is_plain());
}

TEST_F(Stream, GivesAwayItsRequestsAndKeepsTheRest) {
    stream out(loop_.get_executor(), bounds_, 0);
    out.hold_messages();
    out.push_once("notice", stream::digest_of("notice"));
    out.push("question", 7);
    out.push_once("notice", stream::digest_of("notice"));
    EXPECT_THAT(texts(out.take_requests()), ElementsAre("question"));
    EXPECT_THAT(texts(out.take()), ElementsAre("notice"));
}

class EventRing : public Stream {};

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

TEST(EventId, IsReadAsItIsWritten) {
    EXPECT_EQ(event_id::parse("3-14"), (event_id{3, 14}));
    EXPECT_EQ((event_id{3, 14}).text(), "3-14");
    for (const char* wrong : {"", "-", "3", "3-", "-3", "3-14x", "a-1", "3--1", "99999999999999999999-1", "03-14", "3-014", "00-1"}) {
        EXPECT_FALSE(event_id::parse(wrong)) << wrong;
    }
}

}  // namespace
}  // namespace bridge::session
