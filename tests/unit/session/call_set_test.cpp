#include "bridge/session/call_set.hpp"

#include <gmock/gmock.h>

#include "tests/unit/session/memory_link.hpp"

namespace bridge::session {
namespace {

using testing::HasSubstr;
using namespace std::chrono_literals;

/// A client's calls, without a session and without a child.
class CallSet : public testing::Test, public call_listener {
protected:
    void on_call_settled(core::clock::time_point) override { left_when_settled_.push_back(calls_.size()); }
    stream* spare_stream() const override { return nullptr; }

    std::shared_ptr<exchange> begin(std::string_view id, core::clock::time_point now = core::clock::now()) {
        const std::string text = R"({"jsonrpc":"2.0","id":)" + std::string(id) + R"(,"method":"tools/call","params":{"_meta":{"progressToken":1}}})";
        return calls_.begin(envelope_of(text), out_, now);
    }

    boost::asio::io_context loop_;
    core::limits bounds_;
    core::memory_budget memory_{0};
    core::memory_account_ptr account_ = memory_.account_of("p");
    call_set calls_{bounds_, account_, *this};
    std::shared_ptr<stream> out_ = std::make_shared<stream>(loop_.get_executor(), bounds_, 10);
    std::vector<std::size_t> left_when_settled_;
};

TEST_F(CallSet, HoldsACallUntilItIsSettled) {
    const auto first = begin("1");
    const auto second = begin("2");
    EXPECT_EQ(calls_.all(), (call_set::exchanges{first, second}));
    first->conclude("{}");
    EXPECT_EQ(calls_.all(), call_set::exchanges{second});
    second->conclude("{}");
    EXPECT_TRUE(calls_.empty());
    EXPECT_EQ(left_when_settled_, (std::vector<std::size_t>{1, 0}));
}

TEST_F(CallSet, ChargesACallUntilItIsSettled) {
    const auto call = begin("1");
    EXPECT_EQ(account_->used(), call->cost());
    call->conclude("{}");
    EXPECT_EQ(memory_.used_for(core::memory_use::request), 0U);
}

TEST_F(CallSet, FindsTheNewestOfCallsWithOneId) {
    const auto older = begin("1");
    const auto newer = begin("1");
    EXPECT_EQ(calls_.find("1"), newer);
    newer->conclude("{}");
    EXPECT_EQ(calls_.find("1"), older);
}

TEST_F(CallSet, TellsIdsApartByTheirType) {
    const auto number = begin("1");
    const auto text = begin(R"("1")");
    EXPECT_EQ(calls_.find("1"), number);
    EXPECT_EQ(calls_.find(R"("1")"), text);
    EXPECT_EQ(calls_.find("1.0"), number) << "it is the same number";
    EXPECT_EQ(calls_.find(R"("1.0")"), nullptr);
}

TEST_F(CallSet, EndsCallsAtTheirDeadline) {
    const auto now = core::clock::now();
    const auto late = begin("1", now - bounds_.request_timeout);
    const auto in_time = begin("2", now);
    calls_.time_out_late(now);
    EXPECT_FALSE(late->is_waiting());
    EXPECT_TRUE(in_time->is_waiting());
    EXPECT_THAT(out_->remove_waiting().at(0).text, HasSubstr("Request timed out"));
}

TEST_F(CallSet, GivesLessTimeToACallThatCannotShowProgress) {
    bounds_.request_timeout = 10min;
    bounds_.request_timeout_most = 20min;
    bounds_.silent_request_most = 1min;
    const auto now = core::clock::now();
    EXPECT_EQ(begin("1", now)->deadline(), now + 10min);
    out_->refuse_messages();
    EXPECT_EQ(begin("2", now)->deadline(), now + 1min);
}

TEST_F(CallSet, AbandonsAllWithoutTellingTheListener) {
    const auto call = begin("1");
    calls_.abandon_all("the session has ended");
    EXPECT_FALSE(call->is_waiting());
    EXPECT_TRUE(calls_.empty());
    EXPECT_TRUE(left_when_settled_.empty());
    EXPECT_THAT(out_->remove_waiting().at(0).text, HasSubstr("the session has ended"));
}

TEST_F(CallSet, MayEndBeforeItsCalls) {
    auto short_lived = std::make_unique<call_set>(bounds_, account_, *this);
    const auto call = short_lived->begin(envelope_of(R"({"jsonrpc":"2.0","id":1,"method":"ping"})"), out_, core::clock::now());
    short_lived.reset();
    call->conclude("{}");
    EXPECT_FALSE(call->is_waiting());
    EXPECT_TRUE(left_when_settled_.empty());
}

}  // namespace
}  // namespace bridge::session
