#include "bridge/core/loop_watch.hpp"

#include <gtest/gtest.h>
#include <spdlog/sinks/ostream_sink.h>
#include <spdlog/spdlog.h>

#include <boost/asio/post.hpp>
#include <boost/asio/steady_timer.hpp>
#include <ctime>
#include <functional>
#include <memory>
#include <sstream>
#include <string>
#include <thread>

#include "bridge/core/passing.hpp"

namespace bridge::core {
namespace {

using namespace std::chrono_literals;

class LoopWatch : public testing::Test {
protected:
    LoopWatch() : before_(spdlog::default_logger()) {
        spdlog::set_default_logger(std::make_shared<spdlog::logger>("", std::make_shared<spdlog::sinks::ostream_sink_st>(log_)));
    }
    ~LoopWatch() override { spdlog::set_default_logger(before_); }

    static void spend(std::chrono::milliseconds time) {
        const auto used = [] {
            timespec now{};
            clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
            return std::chrono::seconds(now.tv_sec) + std::chrono::nanoseconds(now.tv_nsec);
        };
        for (const auto end = used() + time; used() < end;) {
        }
    }
    // The slow turns and the log after a turn that does `work`.
    std::uint64_t slow_turns(std::function<void()> work) {
        const std::uint64_t before = watched_turns().slow;
        boost::asio::post(loop_, std::move(work));
        loop_.restart();
        run_watched(loop_);
        return watched_turns().slow - before;
    }

    boost::asio::io_context loop_;
    std::ostringstream log_;
    std::shared_ptr<spdlog::logger> before_;
};

TEST_F(LoopWatch, TellsOfATurnThatSpendsProcessorTime) {
    EXPECT_EQ(slow_turns([] {
                  pass("test.place");
                  spend(150ms);
              }),
              1U);
    EXPECT_NE(log_.str().find("the last place that it passed is test.place"), std::string::npos) << log_.str();
    EXPECT_GE(watched_turns().longest, 150ms);
}

TEST_F(LoopWatch, TellsOfATurnThatOnlyTakesLong) {
    const std::uint64_t before = watched_turns().stalled;
    EXPECT_EQ(slow_turns([] { std::this_thread::sleep_for(150ms); }), 0U);
    EXPECT_EQ(watched_turns().stalled, before + 1);
    EXPECT_NE(log_.str().find("is not known"), std::string::npos) << "no place was passed in this turn: " << log_.str();
}

TEST_F(LoopWatch, TakesNoWaitForATurn) {
    boost::asio::steady_timer timer(loop_, 250ms);
    timer.async_wait([](const boost::system::error_code&) {});
    const std::uint64_t before = watched_turns().stalled;
    EXPECT_EQ(slow_turns([] {}), 0U) << log_.str();
    EXPECT_EQ(watched_turns().stalled, before) << log_.str();
}

TEST_F(LoopWatch, LeavesOutWhatMayTakeLong) {
    EXPECT_EQ(slow_turns([] {
                  const long_step_scope scope(long_step::start_process);
                  std::this_thread::sleep_for(150ms);
                  spend(150ms);
              }),
              0U)
        << log_.str();
}

TEST_F(LoopWatch, WatchesOnlyWhatItRuns) {
    const std::uint64_t before = watched_turns().turns;
    boost::asio::post(loop_, [] { const long_step_scope scope(long_step::write_log); });
    loop_.run();
    EXPECT_EQ(watched_turns().turns, before);
    EXPECT_FALSE(watched_turns().is_watched);
}

}  // namespace
}  // namespace bridge::core
