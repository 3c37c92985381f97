#include "bridge/era/modern_client.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <thread>

#include "bridge/core/secret.hpp"
#include "bridge/core/steps.hpp"
#include "bridge/era/params_digest.hpp"
#include "bridge/jsonrpc/members.hpp"
#include "tests/unit/session/session_over_link.hpp"

namespace bridge::era {
namespace {

using session::envelope_of;
using session::memory_link;
using session::stream;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::SizeIs;

constexpr std::string_view call_text = R"({"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"t","arguments":{}}})";
constexpr std::string_view other_call_text = R"({"jsonrpc":"2.0","id":2,"method":"tools/call","params":{"name":"u"}})";

core::digest digest_of(const jsonrpc::envelope& message) {
    return params_digest(message.method, jsonrpc::members_of(message.params));
}

class ModernClient : public testing::Test {
protected:
    void SetUp() override {
        ASSERT_TRUE(core::set_up_secrets());
        client_->assign(std::make_shared<session::only_link>(link_));
        owner_ = std::make_shared<session::forwarding_owner>(*client_);
        link_->set_owner(owner_);
    }

    std::shared_ptr<stream> new_reply() {
        auto out = std::make_shared<stream>(loop_.get_executor(), bounds_, 1);
        out->attach();
        return out;
    }
    std::shared_ptr<stream> send(std::string_view text) {
        auto out = new_reply();
        modern_request request;
        const auto call = client_->begin(envelope_of(text), request, out, core::clock::now());
        EXPECT_FALSE(client_->send(envelope_of(text), {}, call, nullptr));
        return out;
    }
    /// Sends the request of `text` again, with another id, the raw state and the raw responses.
    std::shared_ptr<stream> retry(std::string_view text, const std::string& state, std::string_view responses) {
        auto out = new_reply();
        jsonrpc::envelope message = envelope_of(text);
        message.id = "9";
        modern_request request;
        request.request_state = state;
        request.input_responses = responses;
        EXPECT_TRUE(client_->can_resume(state, digest_of(message)));
        if (client_->can_resume(state, digest_of(message))) client_->resume(message, request, out, core::clock::now());
        return out;
    }
    /// The next message of the client on `out`, once questions had the time to gather.
    std::vector<std::string> next(stream& out) {
        loop_.restart();
        loop_.run_for(std::chrono::milliseconds(60));
        std::vector<std::string> texts;
        for (auto& each : out.remove_waiting()) texts.push_back(std::move(each.text));
        return texts;
    }
    static std::string state_in(const std::string& answer) {
        const std::size_t begin = answer.find(R"("requestState":)") + 15;
        return answer.substr(begin, answer.find('"', begin + 1) + 1 - begin);
    }
    void ask(std::string_view id, std::string_view method = "elicitation/create") {
        link_->say(R"({"jsonrpc":"2.0","id":)" + std::string(id) + R"(,"method":")" + std::string(method) + R"(","params":{"message":"m"}})");
    }

    boost::asio::io_context loop_{BOOST_ASIO_CONCURRENCY_HINT_UNSAFE};
    core::limits bounds_;
    std::shared_ptr<memory_link> link_ = memory_link::make();
    state_seal seal_{core::sealing_key::from("a secret of the tests"), {"server"}};
    std::shared_ptr<modern_client> client_ =
        std::make_shared<modern_client>(loop_.get_executor(), session::session_identity{.id = "i", .principal = "p"},
                                        client_profile{.asks_by_form = true, .samples = true, .has_roots = true}, bounds_, seal_, nullptr);
    std::shared_ptr<session::forwarding_owner> owner_;
};

TEST_F(ModernClient, GathersTheQuestionsOfOneMoment) {
    const auto reply = send(call_text);
    ask("5");
    ask("6", "roots/list");
    EXPECT_THAT(next(*reply), ElementsAre(HasSubstr(R"("inputRequests":{"q1":{"method":"elicitation/create","params":{"message":"m"}},)"
                                                    R"("q2":{"method":"roots/list","params":{}}})")));
    EXPECT_EQ(client_->parked().count_waiting(), 1U);
}

TEST_F(ModernClient, PassesAnswersOnInSeveralRounds) {
    auto reply = send(call_text);
    ask("5");
    std::string asked = next(*reply).at(0);
    reply = retry(call_text, state_in(asked), R"({"q1":{"action":"accept"}})");
    EXPECT_EQ(link_->lines.back(), R"({"jsonrpc":"2.0","id":5,"result":{"action":"accept"}})");
    EXPECT_THAT(next(*reply), IsEmpty());
    ask("6");
    asked = next(*reply).at(0);
    EXPECT_THAT(asked, HasSubstr(R"("q2":)"));
    EXPECT_THAT(asked, HasSubstr(R"("id":9)"));
    reply = retry(call_text, state_in(asked), R"({"q2":{"action":"decline"}})");
    link_->say(R"({"jsonrpc":"2.0","id":1,"result":{"content":[]}})");
    EXPECT_THAT(next(*reply), ElementsAre(R"({"jsonrpc":"2.0","id":9,"result":{"content":[],"resultType":"complete"}})"));
    EXPECT_TRUE(client_->calls().empty());
}

TEST_F(ModernClient, AsksAgainForWhatIsMissing) {
    auto reply = send(call_text);
    ask("5");
    ask("6");
    reply = retry(call_text, state_in(next(*reply).at(0)), R"({"q2":{"action":"accept"}})");
    const std::string again = next(*reply).at(0);
    EXPECT_THAT(again, HasSubstr(R"("inputRequests":{"q1":{)"));
    EXPECT_THAT(again, testing::Not(HasSubstr("q2")));
}

TEST_F(ModernClient, KeepsTheAnswerOfACallThatIsParked) {
    auto reply = send(call_text);
    ask("5");
    const std::string state = state_in(next(*reply).at(0));
    link_->say(R"({"jsonrpc":"2.0","method":"notifications/cancelled","params":{"requestId":5}})");
    link_->say(R"({"jsonrpc":"2.0","id":1,"result":{}})");
    EXPECT_THAT(next(*reply), IsEmpty());
    reply = retry(call_text, state, "{}");
    EXPECT_THAT(next(*reply), ElementsAre(R"({"jsonrpc":"2.0","id":9,"result":{"resultType":"complete"}})"));
    EXPECT_FALSE(client_->can_resume(state, digest_of(envelope_of(call_text))));
}

TEST_F(ModernClient, AcceptsAStateWithItsOwnRequestOnly) {
    const auto reply = send(call_text);
    ask("5");
    const std::string state = state_in(next(*reply).at(0));
    EXPECT_FALSE(client_->can_resume(state, digest_of(envelope_of(other_call_text))));
    EXPECT_FALSE(client_->can_resume(R"("")", digest_of(envelope_of(call_text))));
    const std::string_view again = R"({"jsonrpc":"2.0","id":3,"method":"tools/call","params":{ "arguments" : { },"requestState":"x","name":"t"}})";
    EXPECT_TRUE(client_->can_resume(state, digest_of(envelope_of(again))));
}

TEST_F(ModernClient, EndsACallThatNobodyContinues) {
    const auto reply = send(call_text);
    ask("5");
    ask("6", "sampling/createMessage");
    const std::string state = state_in(next(*reply).at(0));
    client_->sweep(core::clock::now() + bounds_.request_timeout + std::chrono::seconds(1));
    EXPECT_THAT(link_->lines, testing::Contains(R"({"jsonrpc":"2.0","id":5,"result":{"action":"cancel"}})"));
    EXPECT_THAT(link_->lines, testing::Contains(HasSubstr(R"("id":6,"error":)")));
    EXPECT_THAT(link_->lines.back(), testing::StartsWith("cancelled 1"));
    EXPECT_FALSE(client_->can_resume(state, digest_of(envelope_of(call_text))));
    EXPECT_FALSE(client_->is_busy());
}

TEST_F(ModernClient, RefusesQuestionsThatNoCallCanCarry) {
    ask("5");
    EXPECT_THAT(link_->lines.back(), HasSubstr("-32603"));
    send(R"({"jsonrpc":"2.0","id":1,"method":"tools/list"})");
    ask("6");
    EXPECT_THAT(link_->lines.back(), HasSubstr("-32603"));
    link_->say(R"({"jsonrpc":"2.0","id":7,"method":"vendor/ask"})");
    EXPECT_THAT(link_->lines.back(), HasSubstr("-32601"));
}

TEST_F(ModernClient, BoundsTheOpenQuestions) {
    bounds_.child_requests = 1;
    send(call_text);
    ask("5");
    ask("6");
    EXPECT_THAT(link_->lines.back(), HasSubstr("too many requests to the client are open"));
}

TEST_F(ModernClient, PutsAQuestionOnACallThatItsClientWaitsFor) {
    auto first = send(call_text);
    ask("5");
    ASSERT_THAT(next(*first), SizeIs(1));
    auto second = send(other_call_text);
    ask("6");
    EXPECT_THAT(next(*second), ElementsAre(HasSubstr(R"("id":2,"result":{"resultType":"input_required")")));
}

TEST_F(ModernClient, AnswersAQuestionThatNoCallCanCarryAnyMore) {
    const auto reply = send(call_text);
    ask("5");
    link_->say(R"({"jsonrpc":"2.0","id":1,"result":{"content":[]}})");
    EXPECT_THAT(next(*reply), SizeIs(1));
    EXPECT_THAT(next(*reply), IsEmpty());
    EXPECT_EQ(link_->lines.back(), R"({"jsonrpc":"2.0","id":5,"result":{"action":"cancel"}})");
    EXPECT_FALSE(client_->is_busy());
}

// The server answered the call without waiting for all of its questions.
TEST_F(ModernClient, AnswersTheQuestionsThatAreLeftWhenAContinuedCallIsOver) {
    auto reply = send(call_text);
    ask("5");
    ask("6");
    const std::string state = state_in(next(*reply).at(0));
    link_->say(R"({"jsonrpc":"2.0","id":1,"result":{"content":[]}})");
    reply = retry(call_text, state, R"({"q1":{"action":"accept"}})");
    EXPECT_THAT(next(*reply), ElementsAre(HasSubstr(R"("resultType":"complete")")));
    EXPECT_EQ(link_->lines.back(), R"({"jsonrpc":"2.0","id":6,"result":{"action":"cancel"}})");
}

TEST_F(ModernClient, PassesLogMessagesToTheOnlyRequestThatWantsThem) {
    const std::string line = R"({"jsonrpc":"2.0","method":"notifications/message","params":{"level":"error","data":1}})";
    const auto send_with = [this](std::string_view text, std::optional<mcp::log_level> level) {
        auto out = new_reply();
        modern_request request;
        request.log_level = level;
        client_->begin(envelope_of(text), request, out, core::clock::now());
        return out;
    };
    const auto silent = send_with(call_text, {});
    const auto wanting = send_with(other_call_text, mcp::log_level::warning);
    link_->say(line);
    EXPECT_THAT(next(*silent), IsEmpty());
    EXPECT_THAT(next(*wanting), ElementsAre(line));
    send_with(call_text, mcp::log_level::debug);
    link_->say(line);
    EXPECT_THAT(next(*wanting), IsEmpty()) << "it could belong to either";
}

std::string many_numbers(std::size_t count) {
    std::string out = "[0";
    for (std::size_t i = 1; i < count; ++i) out += ",0";
    return out + ']';
}

// The message was walked once for each call.
TEST_F(ModernClient, ReadsALogMessageOnceForAllItsCalls) {
    if (!core::counts_steps) GTEST_SKIP() << "this build counts no steps";
    std::vector<std::shared_ptr<stream>> replies;
    modern_request request;
    request.log_level = mcp::log_level::error;
    for (int i = 0; i < 200; ++i) {
        replies.push_back(new_reply());
        client_->begin(envelope_of(call_text), request, replies.back(), core::clock::now());
    }
    const std::string line = R"({"jsonrpc":"2.0","method":"notifications/message","params":{"data":)" + many_numbers(20'000) + R"(,"level":"info"}})";
    const std::uint64_t before = core::counted_steps;
    link_->say(line);
    EXPECT_LT(core::counted_steps - before, 20 * line.size());
}

// The answers were walked once for each question.
TEST_F(ModernClient, ReadsTheAnswersOnceForAllQuestions) {
    if (!core::counts_steps) GTEST_SKIP() << "this build counts no steps";
    constexpr int count = 200;
    auto reply = send(call_text);
    for (int i = 0; i < count; ++i) ask(std::to_string(100 + i));
    const std::string state = state_in(next(*reply).at(0));
    std::string responses = "{";
    for (int i = 1; i <= count; ++i) {
        responses += (i == 1 ? "\"q" : ",\"q") + std::to_string(i) + R"(":{"action":"accept","n":)" + many_numbers(100) + '}';
    }
    responses += '}';
    const std::uint64_t before = core::counted_steps;
    retry(call_text, state, responses);
    EXPECT_LT(core::counted_steps - before, 20 * responses.size());
    EXPECT_THAT(link_->lines.back(), HasSubstr(R"("result":{"action":"accept")"));
    EXPECT_EQ(link_->lines.size(), 1U + count);
}

TEST_F(ModernClient, TakesTheLastOfRepeatedAnswers) {
    auto reply = send(call_text);
    ask("5");
    retry(call_text, state_in(next(*reply).at(0)), R"({"q1":{"action":"accept"},"\u00711":{"action":"decline"},"q2":{}})");
    EXPECT_EQ(link_->lines.back(), R"({"jsonrpc":"2.0","id":5,"result":{"action":"decline"}})");
}

}  // namespace
}  // namespace bridge::era
