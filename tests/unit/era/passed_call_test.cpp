#include "bridge/era/passed_call.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "bridge/core/secret.hpp"
#include "bridge/era/legacy_view.hpp"
#include "bridge/era/modern_client.hpp"
#include "tests/unit/session/session_over_link.hpp"

namespace bridge::era {
namespace {

using session::envelope_of;
using session::memory_link;
using session::stream;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

const std::string params =
    R"({"name":"t","arguments":{"a" : 1.0},"_meta":{"progressToken":"mine","io.modelcontextprotocol/protocolVersion":"2026-07-28",)"
    R"("io.modelcontextprotocol/clientInfo":{"name":"c"},"io.modelcontextprotocol/clientCapabilities":{"extensions":{"x":{}}}}})";
const std::string call_text = R"({"jsonrpc":"2.0","id":"mine","method":"tools/call","params":)" + params + "}";

class PassedCall : public testing::Test {
protected:
    void SetUp() override {
        ASSERT_TRUE(core::set_up_secrets());
        view_->set_owner(owner_);
        client_->assign(std::make_shared<session::only_link>(view_));
    }
    std::shared_ptr<stream> send() {
        auto out = std::make_shared<stream>(loop_.get_executor(), bounds_, 1);
        out->attach();
        text_ = call_text;
        const jsonrpc::envelope message = envelope_of(text_);
        const auto request = modern_request::read(message, {.protocol_version = "2026-07-28", .method = "tools/call", .name = "t"});
        EXPECT_TRUE(request);
        call_ = client_->begin(message, *request, out, core::clock::now());
        EXPECT_FALSE(client_->send(message, *request, call_, &text_));
        return out;
    }
    static std::vector<std::string> next(stream& out) {
        std::vector<std::string> texts;
        for (auto& each : out.remove_waiting()) texts.push_back(std::move(each.text));
        return texts;
    }

    boost::asio::io_context loop_{BOOST_ASIO_CONCURRENCY_HINT_UNSAFE};
    core::limits bounds_;
    state_seal seal_{core::sealing_key::from("a secret of the tests"), {"server"}};
    std::shared_ptr<memory_link> link_ = memory_link::make();
    std::shared_ptr<modern_client> client_ = std::make_shared<modern_client>(
        loop_.get_executor(), session::session_identity{.id = "i", .principal = "p"}, client_profile{}, bounds_, seal_, nullptr);
    std::shared_ptr<session::forwarding_owner> owner_ = std::make_shared<session::forwarding_owner>(*client_);
    std::shared_ptr<legacy_view> view_ =
        legacy_view::make(loop_.get_executor(), link_, {.envelope = client_envelope("{}"), .server = {}, .bounds = bounds_, .tools = {}});
    std::string text_;
    std::shared_ptr<session::exchange> call_;
};

TEST_F(PassedCall, PassesRequestProgressAndAnswerAsTheyAre) {
    const auto reply = send();
    std::string minted = params;
    minted.replace(minted.find(R"("mine")"), 6, "1");
    EXPECT_THAT(link_->lines, ElementsAre(R"({"jsonrpc":"2.0","id":1,"method":"tools/call","params":)" + minted + "}"));
    link_->say(R"({"jsonrpc":"2.0","method":"notifications/progress","params":{"progressToken":1,"progress":1}})");
    link_->say(R"({"jsonrpc":"2.0","id":1,"result":{"resultType":"strange","ttlMs":1.0,"_meta":{}}})");
    EXPECT_THAT(next(*reply), ElementsAre(R"({"jsonrpc":"2.0","method":"notifications/progress","params":{"progressToken":"mine","progress":1}})",
                                          R"({"jsonrpc":"2.0","id":"mine","result":{"resultType":"strange","ttlMs":1.0,"_meta":{}}})"));
    EXPECT_TRUE(client_->calls().empty());
    EXPECT_EQ(view_->calls().size(), 0U);
    EXPECT_TRUE(view_->has_answered_calls());
}

TEST_F(PassedCall, PassesErrorsAsTheyAre) {
    const auto reply = send();
    link_->say(R"({"jsonrpc":"2.0","id":1,"error":{"code":-32021,"message":"m","data":{"requiredCapabilities":{"sampling":{}}}}})");
    EXPECT_THAT(next(*reply), ElementsAre(R"({"jsonrpc":"2.0","id":"mine","error":{"code":-32021,"message":"m",)"
                                          R"("data":{"requiredCapabilities":{"sampling":{}}}}})"));
}

TEST_F(PassedCall, SealsTheStateOfTheChildAndKeepsNothing) {
    const auto reply = send();
    link_->say(R"({"jsonrpc":"2.0","id":1,"result":{"requestState":"own","resultType":"input_required","inputRequests":{"k":{}}}})");
    const std::vector<std::string> got = next(*reply);
    ASSERT_EQ(got.size(), 1U);
    EXPECT_THAT(got[0], HasSubstr(R"({"requestState":"s1.)"));
    EXPECT_THAT(got[0], HasSubstr(R"(","resultType":"input_required","inputRequests":{"k":{}}}})"));
    EXPECT_EQ(view_->calls().size(), 0U);
    EXPECT_FALSE(client_->is_busy());
}

TEST_F(PassedCall, IsCancelledAtTheChildWhenItsClientLeaves) {
    send();
    call_->leave();
    EXPECT_EQ(link_->lines.back(), "cancelled 1: the client closed its request");
    EXPECT_EQ(view_->calls().size(), 0U);
}

TEST_F(PassedCall, EndsWithItsChild) {
    const auto reply = send();
    link_->fail("gone");
    EXPECT_THAT(next(*reply), ElementsAre(HasSubstr(R"("message":"gone")")));
    EXPECT_TRUE(client_->calls().empty());
}

TEST_F(PassedCall, DoesNotEndWithTheLogOfOtherCalls) {
    const auto reply = send();
    link_->say(R"({"jsonrpc":"2.0","method":"notifications/message","params":{"level":"error","data":1}})");
    EXPECT_THAT(next(*reply), IsEmpty()) << "the request asked for no log";
}

}  // namespace
}  // namespace bridge::era
