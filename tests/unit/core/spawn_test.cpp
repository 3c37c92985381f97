#include "bridge/core/spawn.hpp"

#include <gtest/gtest.h>
#include <spdlog/sinks/ostream_sink.h>
#include <spdlog/spdlog.h>

#include <boost/asio/post.hpp>
#include <optional>
#include <sstream>
#include <stdexcept>
#include <string>

#include "bridge/core/activity.hpp"
#include "bridge/core/lifetime.hpp"

namespace bridge::core {
namespace {

class Spawn : public testing::Test {
protected:
    Spawn() : before_(spdlog::default_logger()), failures_(core::failures()) {
        spdlog::set_default_logger(std::make_shared<spdlog::logger>("", std::make_shared<spdlog::sinks::ostream_sink_st>(log_)));
    }
    ~Spawn() override { spdlog::set_default_logger(before_); }

    // Fails at once, or in a later turn.
    static task<void> fail(activity::token, executor loop_executor, bool later) {
        if (later) co_await boost::asio::post(loop_executor, nothrow);
        throw std::runtime_error("no memory");
    }
    void spawn_failing(bool later) {
        auto work = [this, running = running_.begin(), later]() mutable { return fail(std::move(running), loop_.get_executor(), later); };
        spawn(loop_.get_executor(), {"test.part", "its owner is told"}, std::move(work), [this] {
            ++reported_;
            was_running_ = running_.is_under_way();
        });
    }
    void expect_reported() {
        EXPECT_EQ(reported_, 1);
        EXPECT_FALSE(was_running_) << "what the coroutine held is gone before its failure is dealt with";
        EXPECT_EQ(core::failures(), failures_ + 1);
        EXPECT_NE(log_.str().find("test.part failed: no memory; its owner is told"), std::string::npos) << log_.str();
    }

    boost::asio::io_context loop_;
    std::ostringstream log_;
    std::shared_ptr<spdlog::logger> before_;
    std::uint64_t failures_;
    activity running_;
    int reported_ = 0;
    bool was_running_ = true;
};

TEST_F(Spawn, TellsOfAnExceptionInTheFirstTurn) {
    spawn_failing(false);
    loop_.run();
    expect_reported();
}

TEST_F(Spawn, TellsOfAnExceptionInALaterTurn) {
    spawn_failing(true);
    loop_.run();
    expect_reported();
}

TEST_F(Spawn, TellsOfACoroutineThatCannotBeMade) {
    const auto make = [running = std::make_shared<activity::token>(running_.begin())]() mutable -> task<void> {
        running.reset();
        throw std::runtime_error("no memory");
    };
    spawn(loop_.get_executor(), {"test.part", "its owner is told"}, make, [this] {
        ++reported_;
        was_running_ = false;
    });
    loop_.run();
    expect_reported();
}

TEST_F(Spawn, TellsNobodyIfAllIsWell) {
    spawn(
        loop_.get_executor(), {"test.part", "its owner is told"}, []() -> task<void> { co_return; }, [this] { ++reported_; });
    loop_.run();
    EXPECT_EQ(reported_, 0);
    EXPECT_EQ(core::failures(), failures_);
}

TEST(SpawnVital, EndsTheProgram) {
    const auto run = [] {
        boost::asio::io_context loop;
        spawn_vital(loop.get_executor(), "test.vital", []() -> task<void> {
            throw std::runtime_error("no memory");
            co_return;
        });
        loop.run();
    };
    EXPECT_EXIT(run(), testing::ExitedWithCode(70), "");
}

TEST(SpawnVital, EndsTheProgramIfAFailureCannotBeDealtWith) {
    const auto run = [] {
        boost::asio::io_context loop;
        const auto make = []() -> task<void> {
            throw 1;
            co_return;
        };
        spawn(loop.get_executor(), {"test.part", "nothing"}, make, [] { throw std::bad_alloc(); });
        loop.run();
    };
    EXPECT_EXIT(run(), testing::ExitedWithCode(70), "");
}

TEST(Activity, LastsAsLongAsItsTokens) {
    activity counted;
    {
        const activity::token first = counted.begin();
        activity::token second = counted.begin();
        const activity::token moved = std::move(second);
        EXPECT_EQ(counted.count(), 2U);
    }
    EXPECT_FALSE(counted.is_under_way());
    std::optional<activity> gone(std::in_place);
    const activity::token survivor = gone->begin();
    gone.reset();
}

TEST(Lifetime, TellsThatItsObjectIsGone) {
    struct thing {
        lifetime<thing> alive{*this};
    };
    std::optional<thing> held(std::in_place);
    const std::weak_ptr<thing> reference = held->alive.refer();
    EXPECT_EQ(reference.lock().get(), &*held);
    held.reset();
    EXPECT_EQ(reference.lock(), nullptr);
}

}  // namespace
}  // namespace bridge::core
