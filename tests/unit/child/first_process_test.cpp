#include <gtest/gtest.h>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>

#include "bridge/child/first_start.hpp"
#include "tests/unit/session/memory_link.hpp"

namespace bridge::child {
namespace {

using namespace std::chrono_literals;
using state = first_process_state;

class FirstProcess : public testing::Test {
protected:
    FirstProcess() { bounds_.first_answer_wait = 50ms; }
    ~FirstProcess() override {
        first_.close();
        loop_.restart();
        loop_.run_for(5s);
    }

    static std::shared_ptr<session::memory_link> make_link() { return session::memory_link::make(); }

    // The link of a process that was started and got no message.
    std::shared_ptr<session::memory_link> start_silent() {
        auto made = make_link();
        first_.record_silent(made);
        return made;
    }

    // A start that runs on the loop as one of `children` does. It stays alive until the test ends.
    struct running_start {
        running_start(first_process& first, bool is_trial) : permit(std::in_place, first, is_trial) {}
        std::optional<first_process::start> permit;
        std::optional<refusal> refused;
        bool proceeds = false;
    };

    std::shared_ptr<running_start> run(bool is_trial = false, std::weak_ptr<link_owner> owner = {}) {
        auto made = std::make_shared<running_start>(first_, is_trial);
        boost::asio::co_spawn(loop_, proceed(made, std::move(owner)), [](const std::exception_ptr&) {});
        turn();
        return made;
    }

    static core::task<void> proceed(std::shared_ptr<running_start> made, std::weak_ptr<link_owner> owner) {
        while (!made->refused && !made->permit->begin()) made->refused = co_await made->permit->wait(owner);
        made->proceeds = !made->refused;
    }

    void turn() {
        loop_.restart();
        loop_.poll();
    }

    boost::asio::io_context loop_;
    core::limits bounds_;
    std::size_t changes_ = 0;
    first_process first_{loop_.get_executor(), bounds_, [this] { ++changes_; }};
};

TEST_F(FirstProcess, IsTakenByAClientThatComesWhileItIsSilent) {
    const auto silent = start_silent();
    EXPECT_EQ(first_.state(), state::silent);
    first_process::start client(first_, false);
    client.attach(silent);
    EXPECT_EQ(first_.state(), state::taken);
    EXPECT_FALSE(silent->is_disposable());
    first_.record_answer(*silent);
    EXPECT_EQ(first_.state(), state::proven);
    EXPECT_FALSE(silent->is_disposable()) << "the client uses it";
    EXPECT_EQ(changes_, 3U);
}

TEST_F(FirstProcess, HoldsOtherStartsUpUntilItHasAnswered) {
    bounds_.first_answer_wait = 1h;
    const auto one = run();
    ASSERT_TRUE(one->proceeds) << "nothing runs, so this start makes the first process";
    const auto two = run();
    const auto three = run();
    EXPECT_FALSE(two->proceeds);
    EXPECT_TRUE(first_.is_wanted());
    const auto made = make_link();
    one->permit->attach(made);
    turn();
    EXPECT_FALSE(two->proceeds) << "it was started, and has answered nothing";
    first_.record_answer(*made);
    turn();
    EXPECT_TRUE(two->proceeds);
    EXPECT_TRUE(three->proceeds);
    EXPECT_FALSE(first_.is_wanted());
}

TEST_F(FirstProcess, LetsOneStartAfterTheOtherTryWhileNoneAnswers) {
    bounds_.first_answer_wait = 1h;
    const auto one = run();
    const auto two = run();
    const auto three = run();
    const auto made = make_link();
    one->permit->attach(made);
    first_.record_gone(*made);
    turn();
    EXPECT_TRUE(two->proceeds);
    EXPECT_FALSE(three->proceeds);
    // A start that leads to no process makes room as well.
    two->permit.reset();
    turn();
    EXPECT_TRUE(three->proceeds);
}

TEST_F(FirstProcess, LetsATrialGoFirst) {
    bounds_.first_answer_wait = 1h;
    const auto one = run();
    const auto client = run();
    const auto trial = run(true);
    one->permit.reset();
    turn();
    EXPECT_TRUE(trial->proceeds);
    EXPECT_FALSE(client->proceeds);
    EXPECT_EQ(first_.state(), state::tried);
}

TEST_F(FirstProcess, HoldsStartsUpForTheLongestWaitAndNotLonger) {
    const auto one = run();
    const auto two = run();
    EXPECT_FALSE(two->proceeds);
    loop_.restart();
    loop_.run_for(2s);
    EXPECT_TRUE(two->proceeds);
    EXPECT_EQ(first_.state(), state::taken) << "the first one may still answer";
    const auto beside = make_link();
    two->permit->attach(beside);
    EXPECT_EQ(first_.state(), state::taken);
    first_.record_answer(*beside);
    EXPECT_EQ(first_.state(), state::proven) << "the command has answered";
}

TEST_F(FirstProcess, OfATrialHoldsStartsUpUntilItHasEnded) {
    bounds_.first_answer_wait = 1h;
    const auto silent = start_silent();
    first_process::start trial(first_, true);
    trial.attach(silent);
    EXPECT_EQ(first_.state(), state::tried);
    EXPECT_FALSE(silent->is_disposable()) << "it may be installing itself";
    const auto client = run();
    first_.record_answer(*silent);
    turn();
    EXPECT_EQ(first_.state(), state::ending);
    EXPECT_TRUE(silent->is_disposable());
    EXPECT_FALSE(client->proceeds);
    first_.record_gone(*silent);
    turn();
    EXPECT_EQ(first_.state(), state::proven);
    EXPECT_TRUE(client->proceeds);
}

TEST_F(FirstProcess, OfALaterTrialHoldsStartsUpToo) {
    bounds_.first_answer_wait = 1h;
    first_.record_answer(*make_link());
    ASSERT_EQ(first_.state(), state::proven);
    const auto trial = run(true);
    ASSERT_TRUE(trial->proceeds);
    const auto client = run();
    EXPECT_FALSE(client->proceeds);
    trial->permit.reset();
    turn();
    EXPECT_EQ(first_.state(), state::proven) << "that it was refused says nothing";
    EXPECT_TRUE(client->proceeds);
}

TEST_F(FirstProcess, IsSilentAgainIfItsUserLeavesBeforeTheFirstMessage) {
    const auto silent = start_silent();
    first_process::start client(first_, false);
    client.attach(silent);
    EXPECT_TRUE(first_.follows(*silent));
    first_.take_back(*silent);
    EXPECT_EQ(first_.state(), state::silent);
    first_.record_gone(*silent);
    EXPECT_EQ(first_.state(), state::none);
}

TEST_F(FirstProcess, HoldsUpNoStartWhoseOwnerIsGone) {
    bounds_.first_answer_wait = 1h;
    struct owner final : link_owner {
        void on_notification(link&, const jsonrpc::envelope&) override {}
        void on_request(link&, const jsonrpc::envelope&) override {}
        void on_failure(link&) override {}
        void on_end(link&) override {}
    };
    const auto leaving = std::make_shared<owner>();
    const auto one = run();
    const auto two = run(false, leaving);
    const auto three = run();
    first_.withdraw(*leaving);
    turn();
    ASSERT_TRUE(two->refused);
    EXPECT_TRUE(two->refused->is_at_limit());
    EXPECT_FALSE(three->refused);
    first_.close();
    turn();
    ASSERT_TRUE(three->refused);
    EXPECT_EQ(three->refused->reason, refusal::kind::closed);
}

TEST_F(FirstProcess, HoldsUpStartsAheadOfNeedUntilTheLongestWait) {
    bounds_.first_answer_wait = 1h;
    EXPECT_LE(first_.next_start_ahead(), core::clock::now());
    const auto silent = start_silent();
    EXPECT_GT(first_.next_start_ahead(), core::clock::now() + 50min);
    first_.record_answer(*silent);
    EXPECT_LE(first_.next_start_ahead(), core::clock::now());
}

TEST_F(FirstProcess, IsTriedIfNoClientHasComeInTime) {
    bounds_.trial_after = 30ms;
    const auto silent = start_silent();
    bool is_over = false;
    boost::asio::co_spawn(loop_, first_.wait_for_client(), [&](const std::exception_ptr&) { is_over = true; });
    turn();
    EXPECT_FALSE(is_over);
    loop_.restart();
    loop_.run_for(2s);
    EXPECT_TRUE(is_over);
    EXPECT_EQ(first_.state(), state::silent);
}

TEST_F(FirstProcess, IsNotTriedWhileAClientInitialisesIt) {
    bounds_.trial_after = 1ms;
    const auto silent = start_silent();
    first_process::start client(first_, false);
    client.attach(silent);
    bool is_over = false;
    boost::asio::co_spawn(loop_, first_.wait_for_client(), [&](const std::exception_ptr&) { is_over = true; });
    loop_.restart();
    loop_.run_for(30ms);
    EXPECT_FALSE(is_over);
    first_.record_gone(*silent);
    turn();
    EXPECT_TRUE(is_over);
}

TEST_F(FirstProcess, StaysDuringATrialUntilAStartWaits) {
    bool is_over = false;
    const auto trial = run(true);
    boost::asio::co_spawn(loop_, first_.wait_until_wanted(core::clock::now() + 1h), [&](const std::exception_ptr&) { is_over = true; });
    turn();
    EXPECT_FALSE(is_over);
    const auto client = run();
    turn();
    EXPECT_TRUE(is_over);
}

}  // namespace
}  // namespace bridge::child
