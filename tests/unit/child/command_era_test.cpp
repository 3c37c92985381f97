#include "bridge/child/command_era.hpp"

#include <gtest/gtest.h>

namespace bridge::child {
namespace {

using namespace std::chrono_literals;

class no_translator final : public modern_translator {
public:
    std::string discover_params(const legacy_handshake&) const override { return {}; }
    granted<opened_child> translate(core::executor, std::shared_ptr<link>, const legacy_handshake&, std::string_view) const override {
        return refusal::failed("nothing is translated here");
    }
};

class CommandEra : public testing::Test {
protected:
    CommandEra() { era_.set_translator(translator_); }

    bool is_modern() const { return era_.translator() != nullptr; }

    static constexpr std::string_view some_error = R"({"code":-32602,"message":"no _meta"})";
    static constexpr std::string_view no_method = R"({"code":-32601,"message":"Method not found"})";
    static constexpr std::string_view version_error = R"({"code":-32022,"message":"m","data":{"supported":["2026-07-28"]}})";

    no_translator translator_;
    command_era era_;
    core::clock::time_point now_{1h};
};

TEST_F(CommandEra, IsTriedAfterAnyErrorUntilAProcessHasBeenOpened) {
    EXPECT_TRUE(era_.learn_from_refused_initialize(some_error, now_));
    EXPECT_FALSE(is_modern()) << "one user tries it, and the processes of others are opened as before";
    EXPECT_EQ(era_.modern_translator_of_try(), &translator_);
    EXPECT_EQ(era_.learnt(), std::nullopt) << "nothing to remember yet";
    era_.record(mcp::era::legacy);
    EXPECT_FALSE(era_.learn_from_refused_initialize(some_error, now_ + 1h)) << "a client's words can be the reason";
    EXPECT_FALSE(is_modern());
}

TEST_F(CommandEra, IsTriedOnceAMinute) {
    EXPECT_TRUE(era_.learn_from_refused_initialize(some_error, now_));
    EXPECT_FALSE(era_.learn_from_refused_initialize(some_error, now_)) << "another user does so";
    EXPECT_FALSE(era_.learn_from_refused_initialize(some_error, now_ + 59s));
    EXPECT_FALSE(era_.learn_from_unanswered_initialize(now_ + 59s)) << "both have one minute";
    EXPECT_TRUE(era_.learn_from_unanswered_initialize(now_ + 60s));
    era_.record(mcp::era::modern);
    EXPECT_TRUE(is_modern());
    EXPECT_EQ(era_.learnt(), mcp::era::modern);
}

TEST_F(CommandEra, IsTriedWhileATokenLives) {
    {
        const core::activity::token trying = era_.begin_try();
        EXPECT_TRUE(era_.is_tried());
    }
    EXPECT_FALSE(era_.is_tried());
}

TEST_F(CommandEra, IsNotTriedAfterSilenceOnceAProcessHasBeenOpened) {
    era_.record(mcp::era::legacy);
    EXPECT_FALSE(era_.learn_from_unanswered_initialize(now_));
    EXPECT_EQ(era_.learnt(), mcp::era::legacy);
}

// The server can have been replaced since.
TEST_F(CommandEra, ThatWasRecalledIsNoReasonNotToTryTheOther) {
    era_.recall(mcp::era::legacy);
    EXPECT_TRUE(era_.learn_from_refused_initialize(some_error, now_));
    EXPECT_TRUE(era_.learn_from_unanswered_initialize(now_ + 60s));
    era_.recall(mcp::era::modern);
    EXPECT_TRUE(is_modern());
    era_.doubt(mcp::era::legacy);
    EXPECT_TRUE(is_modern()) << "another process was asked in the legacy era";
    era_.doubt(mcp::era::modern);
    EXPECT_FALSE(is_modern());
}

TEST_F(CommandEra, IsCertainAfterAnErrorThatNamesIt) {
    era_.record(mcp::era::legacy);
    EXPECT_TRUE(era_.learn_from_refused_initialize(version_error, now_));
    era_.doubt(mcp::era::modern);
    EXPECT_TRUE(is_modern());
}

// A server of the legacy era can answer so too, and its processes are not opened in the other one for ever.
TEST_F(CommandEra, IsExpectedAfterAnErrorThatOnlyPointsToIt) {
    EXPECT_TRUE(era_.learn_from_refused_initialize(no_method, now_));
    EXPECT_TRUE(is_modern());
    EXPECT_EQ(era_.learnt(), std::nullopt) << "nothing to remember yet";
    era_.doubt(mcp::era::modern);
    EXPECT_FALSE(is_modern());
    EXPECT_TRUE(era_.learn_from_refused_initialize(no_method, now_));
    era_.record(mcp::era::modern);
    era_.doubt(mcp::era::modern);
    EXPECT_TRUE(is_modern()) << "a process has been opened";
}

TEST_F(CommandEra, IsNeverTriedAgainstTheOperatorsWord) {
    era_.fix(mcp::era::legacy);
    EXPECT_FALSE(era_.learn_from_refused_initialize(version_error, now_));
    EXPECT_FALSE(era_.learn_from_unanswered_initialize(now_));
    EXPECT_FALSE(is_modern());
}

}  // namespace
}  // namespace bridge::child
