#include "bridge/session/exchange.hpp"

#include <gmock/gmock.h>

namespace bridge::session {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

class Exchange : public testing::Test {
protected:
    std::shared_ptr<exchange> make(std::string_view id, std::string_view token, bool streams = true) {
        out_ = std::make_shared<stream>(loop_.get_executor(), bounds_, 1);
        out_->attach();
        if (!streams) out_->refuse_messages();
        return std::make_shared<exchange>(id, token, out_, core::clock::time_point::max(), nullptr);
    }

    static jsonrpc::envelope read(std::string_view text) {
        auto outcome = jsonrpc::read_envelope(text, 64);
        return std::get<jsonrpc::envelope>(outcome);
    }

    /// What the client would get, in order.
    std::vector<std::string> sent() const {
        std::vector<std::string> texts;
        for (auto& each : out_->remove_waiting()) texts.push_back(std::move(each.text));
        return texts;
    }

    boost::asio::io_context loop_;
    core::limits bounds_;
    std::shared_ptr<stream> out_;
};

constexpr std::string_view progress = R"({"jsonrpc":"2.0","method":"notifications/progress","params":{"progressToken":7,"progress":1}})";

TEST_F(Exchange, SpeaksTheClientsTerms) {
    const auto call = make(R"("c1")", R"("tok")");
    EXPECT_TRUE(call->on_message(read(progress)));
    call->on_answer(read(R"({"jsonrpc":"2.0","id":7,"result":{}})"));
    EXPECT_FALSE(call->is_waiting());
    EXPECT_THAT(sent(), ElementsAre(R"({"jsonrpc":"2.0","method":"notifications/progress","params":{"progressToken":"tok","progress":1}})",
                                    R"({"jsonrpc":"2.0","id":"c1","result":{}})"));
    EXPECT_TRUE(out_->has_ended());
}

TEST_F(Exchange, RefusesAtALimitAndFailsOtherwise) {
    const auto failed = make("1", "");
    failed->on_no_child(child::refusal::failed("it cannot be started"));
    EXPECT_THAT(sent(), ElementsAre(HasSubstr(R"("code":-32603,"message":"it cannot be started")")));
    const auto refused = make("2", "");
    refused->on_no_child(child::refusal::at_limit("the trial is under way", std::chrono::milliseconds(5'000)));
    EXPECT_FALSE(refused->is_waiting());
    const auto answers = out_->remove_waiting();
    ASSERT_EQ(answers.size(), 1U);
    EXPECT_EQ(answers[0].retry_after, std::chrono::milliseconds(5'000));
    EXPECT_THAT(answers[0].text, HasSubstr(R"("code":-32000,"message":"the trial is under way")"));
}

TEST_F(Exchange, PassesNoProgressToAClientThatAskedForNone) {
    const auto call = make("1", "");
    EXPECT_FALSE(call->on_message(read(progress)));
    EXPECT_THAT(sent(), IsEmpty());
}

TEST_F(Exchange, KeepsTheLastStepOfProgressWhileItsClientIsAway) {
    const auto call = make("1", R"("first")");
    call->park(R"({"jsonrpc":"2.0","id":1,"result":{}})", {});
    static_cast<void>(sent());
    static_cast<void>(call->on_message(read(progress)));
    static_cast<void>(call->on_message(read(R"({"jsonrpc":"2.0","method":"notifications/progress","params":{"progress":2, "progressToken":7}})")));
    out_ = std::make_shared<stream>(loop_.get_executor(), bounds_, 1);
    out_->attach();
    call->resume("2", R"("second")", out_, {});
    call->on_answer(read(R"({"jsonrpc":"2.0","id":7,"result":{}})"));
    EXPECT_THAT(sent(), ElementsAre(R"({"jsonrpc":"2.0","method":"notifications/progress","params":{"progress":2, "progressToken":"second"}})",
                                    R"({"jsonrpc":"2.0","id":2,"result":{}})"));
}

TEST_F(Exchange, KeepsNoProgressForARequestThatWantsNone) {
    const auto call = make("1", R"("first")");
    call->park(R"({"jsonrpc":"2.0","id":1,"result":{}})", {});
    static_cast<void>(call->on_message(read(progress)));
    out_ = std::make_shared<stream>(loop_.get_executor(), bounds_, 1);
    out_->attach();
    call->resume("2", "", out_, {});
    EXPECT_THAT(sent(), IsEmpty());
}

TEST_F(Exchange, TouchesNoTokenInAMessageThatIsNoProgress) {
    const auto call = make("1", "5");
    constexpr std::string_view log = R"({"jsonrpc":"2.0","method":"notifications/message","params":{"progressToken":9}})";
    EXPECT_TRUE(call->on_message(read(log)));
    EXPECT_THAT(sent(), ElementsAre(log));
}

TEST_F(Exchange, TakesNothingAfterItsAnswer) {
    const auto call = make("1", "1");
    call->on_answer(read(R"({"jsonrpc":"2.0","id":7,"result":{"first":1}})"));
    call->on_answer(read(R"({"jsonrpc":"2.0","id":7,"result":{"second":1}})"));
    call->on_lost("the child died");
    EXPECT_FALSE(call->on_message(read(progress)));
    EXPECT_THAT(sent(), ElementsAre(HasSubstr("first")));
}

TEST_F(Exchange, TellsTheClientWhatHappenedToItsChild) {
    const auto call = make("5", "");
    call->on_lost("the server process ended (exit status 3)");
    EXPECT_THAT(sent(), ElementsAre(R"j({"jsonrpc":"2.0","id":5,"error":{"code":-32603,"message":"the server process ended (exit status 3)"}})j"));
}

TEST_F(Exchange, GivesAClientWithoutStreamsNoMessages) {
    const auto call = make("1", "1", false);
    EXPECT_FALSE(call->on_message(read(progress)));
    EXPECT_THAT(sent(), IsEmpty());
}

TEST_F(Exchange, TimesOutOnceAndWithAnError) {
    const auto call = make("1", "");
    call->time_out();
    call->on_answer(read(R"({"jsonrpc":"2.0","id":7,"result":{}})"));
    EXPECT_THAT(sent(), ElementsAre(HasSubstr(R"("code":-32001)")));
}

constexpr std::string_view cancellation = R"({"jsonrpc":"2.0","method":"notifications/cancelled","params":{"requestId":1}})";

TEST_F(Exchange, OwesNothingOnceWithdrawn) {
    const auto call = make("1", "");
    call->withdraw(read(cancellation));
    call->on_answer(read(R"({"jsonrpc":"2.0","id":7,"result":{}})"));
    EXPECT_FALSE(call->is_waiting());
    EXPECT_TRUE(out_->has_ended());
    EXPECT_THAT(sent(), IsEmpty());
}

TEST_F(Exchange, GivesAClientWithoutStreamsAnErrorOnceWithdrawn) {
    const auto call = make("1", "", false);
    call->withdraw(read(cancellation));
    EXPECT_THAT(sent(), ElementsAre(HasSubstr(R"("code":-32800)")));
}

class last_words final : public exchange_owner {
public:
    void on_settled(exchange& call, core::clock::time_point /*now*/) override { settled.push_back(call.id()); }
    stream* spare_stream() const override { return spare; }
    std::vector<std::string> settled;
    stream* spare = nullptr;
};

TEST_F(Exchange, PassesProgressOnAnotherStreamThatTheClientReadsIfItsOwnCannotCarryIt) {
    last_words owner;
    for (const bool has_left : {false, true}) {
        owner.spare = nullptr;
        out_ = std::make_shared<stream>(loop_.get_executor(), bounds_, 1);
        const auto call = std::make_shared<exchange>("9", "5", out_, core::clock::time_point::max(), &owner);
        out_->attach();
        if (has_left) out_->record_departure();
        if (!has_left) out_->refuse_messages();
        EXPECT_FALSE(call->on_message(read(progress)));
        stream general(loop_.get_executor(), bounds_, 0);
        general.attach();
        owner.spare = &general;
        EXPECT_TRUE(call->on_message(read(progress)));
        EXPECT_THAT(sent(), IsEmpty());
        EXPECT_THAT(general.remove_waiting().at(0).text, HasSubstr(R"("progressToken":5)"));
    }
}

TEST_F(Exchange, TellsItsOwnerOnceThatItIsSettled) {
    last_words owner;
    out_ = std::make_shared<stream>(loop_.get_executor(), bounds_, 1);
    const auto call = std::make_shared<exchange>("9", "", out_, core::clock::time_point::max(), &owner);
    call->abandon("the session was closed");
    call->on_lost("again");
    call->time_out();
    EXPECT_THAT(owner.settled, ElementsAre("9"));
}

}  // namespace
}  // namespace bridge::session
