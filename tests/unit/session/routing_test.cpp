#include <gmock/gmock.h>

#include "bridge/session/session.hpp"
#include "tests/unit/session/memory_link.hpp"

namespace bridge::session {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using namespace std::chrono_literals;

constexpr std::string_view call = R"({"jsonrpc":"2.0","id":5,"method":"tools/call"})";
constexpr std::string_view question = R"({"jsonrpc":"2.0","id":0,"method":"roots/list"})";
constexpr std::string_view log = R"({"jsonrpc":"2.0","method":"notifications/message","params":{}})";
constexpr std::string_view change = R"({"jsonrpc":"2.0","method":"notifications/tools/list_changed"})";
constexpr std::string_view withdrawal = R"({"jsonrpc":"2.0","method":"notifications/cancelled","params":{"requestId":0}})";

/// Where a session's own child's messages go.
class Routing : public testing::Test {
protected:
    std::shared_ptr<stream> begin(bool is_read = true, bool takes_messages = true) {
        auto out = std::make_shared<stream>(loop_.get_executor(), bounds_, 1);
        if (is_read) out->attach();
        if (!takes_messages) out->refuse_messages();
        of_.begin(envelope_of(call), out, core::clock::now());
        return out;
    }
    void ask() { of_.on_child_request(*child_, envelope_of(question)); }
    void tell(std::string_view text) { of_.on_child_notification(*child_, envelope_of(text)); }
    /// What would be sent on it next.
    static std::vector<std::string> next(stream& source) {
        std::vector<std::string> out;
        for (auto& each : source.remove_waiting()) out.push_back(std::move(each.text));
        return out;
    }
    /// Its connection breaks.
    void lose(stream& source) {
        source.detach(source.attach());
        of_.on_reader_lost(source);
    }
    /// Sends what waits on it.
    static void send_all(stream& source) {
        for (auto& each : source.remove_waiting()) source.record_sent(std::move(each));
    }
    static auto asked() { return ElementsAre(HasSubstr("roots/list")); }

    boost::asio::io_context loop_;
    core::limits bounds_;
    std::shared_ptr<memory_link> child_ = memory_link::make();
    session of_{loop_.get_executor(),
                {.id = "s", .principal = "p", .declared = {.sampling = false, .elicitation = false, .roots = true}, .asked_version = "2025-11-25"},
                bounds_,
                core::clock::now()};
};

TEST_F(Routing, AsksOnTheOldestReplyThatIsRead) {
    const auto away = begin(false);
    const auto older = begin();
    const auto newer = begin();
    of_.general()->attach();
    ask();
    EXPECT_THAT(next(*older), asked());
    EXPECT_FALSE(newer->has_waiting() || away->has_waiting() || of_.general()->has_waiting());
}

TEST_F(Routing, AsksOnTheGeneralStreamBeforeOneThatTheClientHasLeft) {
    of_.agree(mcp::revision::r2025_11_25, "2025-11-25");
    const auto left = begin();
    of_.offer_resuming(left);
    left->record_departure();
    of_.general()->attach();
    ask();
    EXPECT_THAT(next(*of_.general()), asked());
}

TEST_F(Routing, LetsAQuestionWaitWhereTheClientCanComeBackTo) {
    of_.agree(mcp::revision::r2025_11_25, "2025-11-25");
    const auto plain = begin();
    plain->record_departure();
    const auto left = begin(false);
    of_.offer_resuming(left);
    ask();
    EXPECT_THAT(next(*left), asked());
}

TEST_F(Routing, LetsAQuestionWaitForWhoeverComesNext) {
    begin()->record_departure();
    ask();
    EXPECT_TRUE(of_.general()->has_waiting());
    EXPECT_THAT(next(*begin()), asked());
    EXPECT_FALSE(of_.general()->has_waiting());
}

TEST_F(Routing, AsksNobodyWhoTakesNoStream) {
    begin(true, false);
    ask();
    EXPECT_FALSE(of_.general()->has_waiting());
    tell(withdrawal);
    EXPECT_FALSE(of_.general()->has_waiting()) << "nothing was asked, so nothing is withdrawn";
}

TEST_F(Routing, TakesAQuestionBackFromAReplyThatEndsUnread) {
    const auto refused = begin();
    ask();
    lose(*refused);
    EXPECT_THAT(next(*refused), IsEmpty());
    EXPECT_THAT(next(*of_.general()), asked());
}

TEST_F(Routing, LeavesAQuestionOnAStreamThatCanBeResumed) {
    of_.agree(mcp::revision::r2025_11_25, "2025-11-25");
    const auto out = begin();
    of_.offer_resuming(out);
    ask();
    lose(*out);
    EXPECT_THAT(next(*out), asked());
}

TEST_F(Routing, AsksAgainOnTheNextCallAfterABreak) {
    const auto broken = begin();
    ask();
    EXPECT_THAT(next(*broken), asked());
    lose(*broken);
    const auto later = begin();
    EXPECT_THAT(next(*later), ElementsAre(R"({"jsonrpc":"2.0","id":1,"method":"roots/list"})"));
    EXPECT_THAT(next(*begin()), IsEmpty()) << "once";
}

TEST_F(Routing, AsksAgainAtOnceWhereTheClientReadsAndNotOnTheStreamThatBroke) {
    of_.agree(mcp::revision::r2025_11_25, "2025-11-25");
    const auto broken = begin();
    of_.offer_resuming(broken);
    of_.general()->attach();
    ask();
    send_all(*broken);
    ASSERT_THAT(of_.missed({1, 0}), testing::SizeIs(1));
    lose(*broken);
    EXPECT_THAT(next(*of_.general()), asked());
    EXPECT_EQ(of_.missed({1, 0}).at(0).text, "");
}

TEST_F(Routing, AsksAClientThatResumesOnceWhetherItHasSeenTheQuestionOrNot) {
    of_.agree(mcp::revision::r2025_11_25, "2025-11-25");
    for (const std::uint64_t seen : {0U, 1U}) {
        const auto broken = begin();
        of_.offer_resuming(broken);
        ask();
        send_all(*broken);
        lose(*broken);
        of_.record_reader(core::clock::now(), event_id{broken->number(), seen});
        EXPECT_EQ(of_.missed({broken->number(), seen}).size(), 1 - seen) << "the ring repeats it, if it was not seen";
        broken->attach();
        EXPECT_FALSE(broken->has_waiting());
        const auto later = begin();
        EXPECT_THAT(next(*later), IsEmpty()) << "it is not asked again";
        lose(*later);
        lose(*broken);
        of_.on_child_failure(*child_);
        next(*of_.general());
    }
}

TEST_F(Routing, AsksAgainOnAStreamThatIsResumedAfterTheRingHasForgotten) {
    bounds_.replay_events = 1;
    of_.agree(mcp::revision::r2025_11_25, "2025-11-25");
    const auto broken = begin();
    of_.offer_resuming(broken);
    ask();
    broken->push("later");
    send_all(*broken);
    lose(*broken);
    of_.record_reader(core::clock::now(), event_id{1, 0});
    broken->attach();
    EXPECT_THAT(next(*broken), asked());
}

TEST_F(Routing, AsksAgainOnAGeneralStreamThatIsOpenedAnew) {
    const auto first = of_.general()->attach();
    ask();
    EXPECT_THAT(next(*of_.general()), asked());
    // The client has lost the first connection, which the bridge does not know.
    of_.record_reader(core::clock::now());
    const auto second = of_.general()->attach();
    EXPECT_THAT(next(*of_.general()), asked());
    of_.general()->detach(first);
    of_.general()->detach(second);
    of_.on_reader_lost(*of_.general());
    of_.record_reader(core::clock::now());
    of_.general()->attach();
    EXPECT_THAT(next(*of_.general()), asked());
    of_.general()->detach(of_.general()->attach());
    EXPECT_THAT(next(*begin()), IsEmpty()) << "that reply was complete";
}

// More of them than are held for a client that is away: the client is back.
TEST_F(Routing, AsksAllQuestionsAgainOnAGeneralStreamThatIsOpenedAnew) {
    bounds_.held_messages = 1;
    of_.general()->attach();
    ask();
    ask();
    EXPECT_THAT(next(*of_.general()), testing::SizeIs(2));
    of_.record_reader(core::clock::now());
    of_.general()->attach();
    EXPECT_THAT(next(*of_.general()), testing::SizeIs(2));
}

TEST_F(Routing, RefusesAQuestionThatIsTooLargeToBeSentAgain) {
    bounds_.replay_bytes = 10;
    const auto broken = begin();
    ask();
    EXPECT_THAT(next(*broken), asked());
    lose(*broken);
    EXPECT_THAT(child_->lines, ElementsAre(HasSubstr("too large")));
    EXPECT_FALSE(of_.general()->has_waiting());
}

TEST_F(Routing, GivesWhatALeftReplyDidNotSendToAStreamThatIsRead) {
    const auto left = begin();
    tell(log);
    ask();
    const auto other = begin();
    left->record_departure();
    of_.on_reader_lost(*left);
    EXPECT_THAT(next(*other), ElementsAre(HasSubstr("roots/list"), log));
    left->push_answer("answer");
    EXPECT_TRUE(left->is_plain()) << "which is still tried";
}

TEST_F(Routing, GivesALogLineToACallThatIsReadBeforeOneThatIsNot) {
    of_.agree(mcp::revision::r2025_11_25, "2025-11-25");
    const auto broken = begin(false);
    of_.offer_resuming(broken);
    const auto read = begin();
    tell(log);
    EXPECT_THAT(next(*read), ElementsAre(log));
    read->record_departure();
    tell(log);
    EXPECT_THAT(next(*broken), ElementsAre(log)) << "it waits, because nobody reads";
}

TEST_F(Routing, GivesTheMessagesOfAPlainReplyToTheGeneralStreamIfThatIsRead) {
    begin(true, false);
    const auto message = envelope_of(log);
    EXPECT_FALSE(of_.calls().all().front()->on_message(message));
    of_.general()->attach();
    EXPECT_TRUE(of_.calls().all().front()->on_message(message));
    EXPECT_THAT(next(*of_.general()), ElementsAre(log));
}

TEST_F(Routing, ForgetsAQuestionThatWasWithdrawnUnsent) {
    ask();
    tell(withdrawal);
    EXPECT_FALSE(of_.general()->has_waiting());
}

TEST_F(Routing, WithdrawsWhereItHasAsked) {
    const auto out = begin();
    ask();
    EXPECT_THAT(next(*out), asked());
    tell(withdrawal);
    EXPECT_THAT(next(*out), ElementsAre(HasSubstr(R"("params":{"requestId":1})")));
}

TEST_F(Routing, GivesUpQuestionsThatWaitTooLongWhereverTheyWait) {
    of_.agree(mcp::revision::r2025_11_25, "2025-11-25");
    ask();
    const auto left = begin(false);
    of_.offer_resuming(left);
    ask();
    EXPECT_TRUE(left->has_waiting());
    of_.sweep(core::clock::now() + bounds_.hold_timeout + 1s);
    EXPECT_FALSE(of_.general()->has_waiting());
    EXPECT_FALSE(left->has_waiting());
}

TEST_F(Routing, GivesUpTheQuestionsOfAChildThatHasEnded) {
    ask();
    child_->close("it has ended");
    of_.sweep(core::clock::now());
    EXPECT_FALSE(of_.general()->has_waiting());
}

TEST_F(Routing, GivesALogLineToTheOnlyCall) {
    of_.general()->attach();
    const auto out = begin();
    tell(log);
    EXPECT_THAT(next(*out), ElementsAre(log));
    const auto other = begin();
    tell(log);
    EXPECT_FALSE(out->has_waiting() || other->has_waiting());
    EXPECT_THAT(next(*of_.general()), ElementsAre(log));
}

TEST_F(Routing, DropsALogLineThatNobodyListensTo) {
    tell(log);
    EXPECT_FALSE(of_.general()->has_waiting());
}

TEST_F(Routing, KeepsOneOfEqualNoticesThatWait) {
    tell(change);
    tell(change);
    EXPECT_THAT(next(*of_.general()), ElementsAre(change));
    tell(change);
    EXPECT_THAT(next(*of_.general()), ElementsAre(change));
}

TEST_F(Routing, CountsAReaderAndACallAsUse) {
    EXPECT_FALSE(of_.is_busy());
    const auto reader = of_.general()->attach();
    EXPECT_TRUE(of_.is_busy());
    of_.general()->detach(reader);
    EXPECT_FALSE(of_.is_busy());
    const auto out = begin(false);
    EXPECT_TRUE(of_.is_busy());
    of_.sweep(core::clock::now() + bounds_.request_timeout + 1s);
    EXPECT_FALSE(of_.is_busy()) << "its time is up although nobody waits";
}

}  // namespace
}  // namespace bridge::session
