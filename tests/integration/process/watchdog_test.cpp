// Promise: the bridge never waits for its watchdog, and is without one for a moment at most.
#include "bridge/process/watchdog.hpp"

#include <fcntl.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <poll.h>
#include <pthread.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <csignal>
#include <stdexcept>

#include "bridge/process/child_process.hpp"
#include "bridge/process/watchdog_keeper.hpp"
#include "tests/support/deadline.hpp"
#include "tests/support/process_table.hpp"

namespace bridge::process {
namespace {

using namespace std::chrono_literals;
using test_support::eventually;
using test_support::is_running;
using test_support::send_signal;

class Watchdog : public testing::Test {
protected:
    Watchdog() {
        // As the program does: a watchdog that is gone is an error of the write, not a signal.
        std::signal(SIGPIPE, SIG_IGN);
    }

    // Of the one that runs; it takes a moment until it can be found.
    static pid_t its_pid() {
        pid_t pid = -1;
        if (!eventually([&] { return (pid = test_support::watchdog_of(::getpid())) > 1; })) throw std::runtime_error("no watchdog");
        return pid;
    }

    static bool has_ended(const watchdog& keeper) {
        pollfd asked{.fd = keeper.pidfd(), .events = POLLIN, .revents = 0};
        return ::poll(&asked, 1, 0) > 0;
    }

    std::unique_ptr<child_process> start(std::vector<std::string> arguments, std::vector<std::string> environment = {}) {
        const command what{.executable = "/bin/sh",
                           .arguments = std::move(arguments),
                           .environment = std::move(environment),
                           .directory = {},
                           .name = "sh",
                           .guard = &guard_};
        launch_failure failure;
        auto out = child_process::start(loop_.get_executor(), what, failure);
        EXPECT_TRUE(out) << failure.text(what.executable);
        return out;
    }

    [[nodiscard]] bool run_until(const std::function<bool()>& condition) {
        return eventually([&] {
            loop_.restart();
            loop_.run_for(5ms);
            return condition();
        });
    }

    boost::asio::io_context loop_;
    watchdog guard_{"token" + std::to_string(::getpid())};
};

TEST_F(Watchdog, EndsWhenNobodyIsLeftToTellItAnything) {
    auto guard = std::make_unique<watchdog>("short");
    ASSERT_TRUE(guard->start());
    const pid_t pid = its_pid();
    EXPECT_TRUE(is_running(pid));
    EXPECT_THAT(test_support::children_of(::getpid()), testing::IsEmpty()) << "it is nobody's child";
    guard.reset();
    EXPECT_TRUE(eventually([pid] { return !is_running(pid); }));
}

TEST_F(Watchdog, MarksAChildOverAMarkerOfSomebodyElse) {
    ASSERT_TRUE(guard_.start());
    const auto child = start({"-c", "read line"}, {"A=1", "MCP_BRIDGE_CHILD=other.1", "MCP_BRIDGE_CHILDREN=2"});
    ASSERT_TRUE(eventually([&] { return !test_support::environment_of(child->pid()).empty(); }));
    const std::string environment = test_support::environment_of(child->pid());
    EXPECT_THAT(environment, testing::HasSubstr(guard_.marker(1)));
    EXPECT_THAT(environment, testing::Not(testing::HasSubstr("other.1")));
    EXPECT_THAT(environment, testing::HasSubstr("MCP_BRIDGE_CHILDREN=2"));
}

TEST_F(Watchdog, LeavesLivingChildrenAloneWhileOthersEnd) {
    ASSERT_TRUE(guard_.start());
    const auto living = start({"-c", "setsid sh -c 'read line' & wait; read line"});
    for (int i = 0; i < 30; ++i) {
        const auto child = start({"-c", "exit 0"});
        boost::asio::co_spawn(loop_, child->wait(), boost::asio::detached);
        ASSERT_TRUE(run_until([&] { return child->status().has_value(); }));
    }
    // Several sweeps long.
    EXPECT_TRUE(test_support::stays_true([&] { return is_running(living->pid()); }, 500ms));
}

TEST_F(Watchdog, ThatStandsStillIsKilledAndNotWaitedFor) {
    ASSERT_TRUE(guard_.start());
    send_signal(its_pid(), SIGSTOP);
    const auto child = start({"-c", "read line"});
    // More than its pipe can hold.
    for (int i = 0; i < 100'000 && !has_ended(guard_); ++i) guard_.report_end(guard_.announce());
    EXPECT_TRUE(eventually([&] { return has_ended(guard_); }));
    // The next one gets the same pipe's place, and neither of them takes that for the bridge's end.
    ASSERT_TRUE(guard_.start());
    EXPECT_TRUE(test_support::stays_true([&] { return is_running(child->pid()); }, 300ms));
}

int handled_descriptor = -1;
bool signals_new_processes = false;

// A signal that comes while the bridge starts another watchdog, as Ctrl-C in a terminal does, is the bridge's alone: a handler in the
// new process would tell the bridge of it a second time.
TEST_F(Watchdog, HandlesNoSignalInItsNewProcesses) {
    std::array<int, 2> ends{};
    ASSERT_EQ(::pipe2(ends.data(), O_CLOEXEC | O_NONBLOCK), 0);
    const core::unique_fd handled(ends[0]);
    const core::unique_fd told(ends[1]);
    handled_descriptor = told.get();
    const auto before = std::signal(SIGUSR1, [](int) { static_cast<void>(!::write(handled_descriptor, "x", 1)); });
    // Stays for the life of this program.
    ASSERT_EQ(::pthread_atfork(
                  nullptr, nullptr,
                  [] {
        if (signals_new_processes) ::kill(::getpid(), SIGUSR1);
                  }),
              0);
    signals_new_processes = true;
    const bool is_started = guard_.start();
    signals_new_processes = false;
    ASSERT_TRUE(is_started);
    EXPECT_TRUE(is_running(its_pid()));
    char byte = 0;
    EXPECT_LT(::read(handled.get(), &byte, 1), 0) << "a new process has handled the signal";
    // And this one hears of its own as before.
    ASSERT_EQ(std::raise(SIGUSR1), 0);
    EXPECT_EQ(::read(handled.get(), &byte, 1), 1);
    std::signal(SIGUSR1, before);
}

TEST_F(Watchdog, IsReplacedByItsKeeper) {
    ASSERT_TRUE(guard_.start());
    watchdog_keeper keeper(loop_.get_executor(), guard_);
    boost::asio::co_spawn(loop_, keeper.run(), boost::asio::detached);
    const auto child = start({"-c", "read line"});
    for (int i = 0; i < 2; ++i) {
        const pid_t before = its_pid();
        send_signal(before, SIGKILL);
        ASSERT_TRUE(run_until([&] {
            const pid_t now = test_support::watchdog_of(::getpid());
            return now > 1 && now != before;
        }));
    }
    EXPECT_TRUE(is_running(child->pid()));
    keeper.stop();
    loop_.restart();
    loop_.run_for(10s);
    EXPECT_TRUE(loop_.stopped()) << "the keeper goes on waiting";
}

TEST_F(Watchdog, IsAskedForAgainWhileNoneCanBeStarted) {
    ASSERT_TRUE(guard_.start());
    watchdog_keeper keeper(loop_.get_executor(), guard_);
    boost::asio::co_spawn(loop_, keeper.run(), boost::asio::detached);
    loop_.poll();
    send_signal(its_pid(), SIGKILL);
    ASSERT_TRUE(run_until([this] { return has_ended(guard_); }));
    // Descriptors for one pipe, and it needs two.
    rlimit before{};
    ASSERT_EQ(::getrlimit(RLIMIT_NOFILE, &before), 0);
    const int next = ::dup(STDIN_FILENO);
    ASSERT_EQ(::close(next), 0);
    const rlimit few{.rlim_cur = static_cast<rlim_t>(next) + 1, .rlim_max = before.rlim_max};
    ASSERT_EQ(::setrlimit(RLIMIT_NOFILE, &few), 0);
    loop_.restart();
    loop_.run_for(1500ms);
    EXPECT_LT(guard_.pidfd(), 0);
    ASSERT_EQ(::setrlimit(RLIMIT_NOFILE, &before), 0);
    EXPECT_TRUE(run_until([] { return test_support::watchdog_of(::getpid()) > 1; }));
    keeper.stop();
    loop_.restart();
    loop_.run_for(10s);
    EXPECT_TRUE(loop_.stopped());
}

}  // namespace
}  // namespace bridge::process
