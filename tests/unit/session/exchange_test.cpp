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
        return std::make_shared<exchange>(loop_.get_executor(), id, token, streams, bounds_);
    }

    static jsonrpc::envelope read(std::string_view text) {
        auto outcome = jsonrpc::read_envelope(text, 64);
        return std::get<jsonrpc::envelope>(outcome);
    }

    boost::asio::io_context loop_;
    core::limits bounds_;
};

constexpr std::string_view progress =
    R"({"jsonrpc":"2.0","method":"notifications/progress","params":{"progressToken":7,"progress":1}})";

TEST_F(Exchange, SpeaksTheClientsTerms) {
    const auto call = make(R"("c1")", R"("tok")");
    EXPECT_TRUE(call->on_message(read(progress)));
    EXPECT_TRUE(call->on_message(read(R"({"jsonrpc":"2.0","id":0,"method":"roots/list"})")));
    call->on_answer(read(R"({"jsonrpc":"2.0","id":7,"result":{}})"));
    EXPECT_THAT(call->take_messages(),
                ElementsAre(R"({"jsonrpc":"2.0","method":"notifications/progress","params":{"progressToken":"tok","progress":1}})",
                            R"({"jsonrpc":"2.0","id":0,"method":"roots/list"})"));
    EXPECT_EQ(call->current(), exchange::state::answered);
    EXPECT_EQ(call->take_answer(), R"({"jsonrpc":"2.0","id":"c1","result":{}})");
}

TEST_F(Exchange, PassesNoProgressToAClientThatAskedForNone) {
    const auto call = make("1", "");
    EXPECT_FALSE(call->on_message(read(progress)));
    EXPECT_THAT(call->take_messages(), IsEmpty());
}

TEST_F(Exchange, TouchesNoTokenInAMessageThatIsNoProgress) {
    const auto call = make("1", "5");
    constexpr std::string_view request =
        R"({"jsonrpc":"2.0","id":3,"method":"sampling/createMessage","params":{"progressToken":9}})";
    EXPECT_TRUE(call->on_message(read(request)));
    EXPECT_THAT(call->take_messages(), ElementsAre(request));
}

TEST_F(Exchange, TakesNothingAfterItsAnswer) {
    const auto call = make("1", "1");
    call->on_answer(read(R"({"jsonrpc":"2.0","id":7,"result":{"first":1}})"));
    call->on_answer(read(R"({"jsonrpc":"2.0","id":7,"result":{"second":1}})"));
    call->on_lost("the child died");
    EXPECT_FALSE(call->on_message(read(progress)));
    EXPECT_THAT(call->take_messages(), IsEmpty());
    EXPECT_THAT(call->take_answer(), HasSubstr("first"));
}

TEST_F(Exchange, TellsTheClientWhatHappenedToItsChild) {
    const auto call = make("5", "");
    call->on_lost("the server process ended (exit status 3)");
    EXPECT_EQ(call->take_answer(),
              R"j({"jsonrpc":"2.0","id":5,"error":{"code":-32603,"message":"the server process ended (exit status 3)"}})j");
}

TEST_F(Exchange, GivesAClientWithoutStreamsNoMessages) {
    const auto call = make("1", "1", false);
    EXPECT_FALSE(call->on_message(read(progress)));
    EXPECT_THAT(call->take_messages(), IsEmpty());
}

TEST_F(Exchange, BoundsWhatWaitsForASlowReader) {
    bounds_.stream_messages = 3;
    const auto call = make("1", "1");
    for (int i = 0; i < 3; ++i) EXPECT_TRUE(call->on_message(read(progress)));
    EXPECT_FALSE(call->on_message(read(progress)));
    EXPECT_TRUE(call->overflowed());
    EXPECT_EQ(call->take_messages().size(), 3U);
}

TEST_F(Exchange, TimesOutOnceAndWithAnError) {
    const auto call = make("1", "");
    call->time_out();
    call->on_answer(read(R"({"jsonrpc":"2.0","id":7,"result":{}})"));
    EXPECT_THAT(call->take_answer(), HasSubstr(R"("code":-32001)"));
}

TEST_F(Exchange, OwesNothingOnceWithdrawn) {
    const auto call = make("1", "");
    call->withdraw(read(R"({"jsonrpc":"2.0","method":"notifications/cancelled","params":{"requestId":1}})"));
    call->on_answer(read(R"({"jsonrpc":"2.0","id":7,"result":{}})"));
    EXPECT_EQ(call->current(), exchange::state::withdrawn);
    EXPECT_EQ(call->take_answer(), "");
}

}  // namespace
}  // namespace bridge::session
