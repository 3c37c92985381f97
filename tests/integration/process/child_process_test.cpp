// Promise: waiting for a process never holds up anything else.
#include "bridge/process/child_process.hpp"

#include <gtest/gtest.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/steady_timer.hpp>
#include <cerrno>
#include <chrono>
#include <csignal>

namespace {

// Of the signals that were sent to groups: how many, and how many when the leader, and so the number, was still ours.
int group_signals = 0;
int group_signals_to_ours = 0;

}  // namespace

// Stands before the C library's, for the whole of this program.
extern "C" int kill(pid_t pid, int number) noexcept {
    if (pid < -1) {
        siginfo_t info{};
        const int error = errno;
        ++group_signals;
        group_signals_to_ours += waitid(P_PID, static_cast<id_t>(-pid), &info, WEXITED | WNOHANG | WNOWAIT) == 0 ? 1 : 0;
        errno = error;
    }
    return static_cast<int>(syscall(SYS_kill, pid, number));
}

namespace bridge::process {
namespace {

using namespace std::chrono_literals;

std::unique_ptr<child_process> start_cat(core::executor loop_executor) {
    const command cat{.executable = "/bin/cat", .arguments = {}, .environment = {}, .directory = {}, .name = "cat"};
    launch_failure failure;
    auto out = child_process::start(loop_executor, cat, failure);
    EXPECT_TRUE(out) << failure.text(cat.executable);
    return out;
}

// Ends `process` while the loop does not run, so that the loop finds all of its descriptors ready in one turn.
void end(child_process& process) {
    process.input().close();
    siginfo_t info{};
    ASSERT_EQ(waitid(P_PID, static_cast<id_t>(process.pid()), &info, WEXITED | WNOWAIT), 0);
}

class Process : public testing::Test {
protected:
    core::task<void> wait_for_each(child_process& first, child_process& second) {
        co_await first.wait();
        // Asio has an event of this in hand, and gives its state to the next descriptor.
        second.errors().close();
        const auto next = start_cat(loop_.get_executor());
        boost::asio::steady_timer later(loop_, 200ms);
        later.async_wait([&next](const auto&) { next->input().close(); });
        co_await next->wait();
        is_done_ = true;
    }

    boost::asio::io_context loop_;
    bool is_done_ = false;
};

// A loop that waits in waitpid for the next one would never come to close its input.
TEST_F(Process, IsNotTakenForEndedByAnEventOfAnotherBefore) {
    const auto first = start_cat(loop_.get_executor());
    const auto beside = start_cat(loop_.get_executor());
    boost::asio::co_spawn(loop_, wait_for_each(*first, *beside), boost::asio::detached);
    // The wait begins, and then finds the ends of both at once.
    loop_.poll();
    end(*first);
    end(*beside);
    loop_.restart();
    loop_.run_for(10s);
    EXPECT_TRUE(is_done_);
}

// Once it is reaped its number can be another process's, and the number of that one's group.
TEST_F(Process, HasItsGroupKilledBeforeItIsReaped) {
    const auto first = start_cat(loop_.get_executor());
    const pid_t pid = first->pid();
    group_signals = group_signals_to_ours = 0;
    boost::asio::co_spawn(loop_, first->wait(), boost::asio::detached);
    first->input().close();
    loop_.restart();
    loop_.run_for(10s);
    ASSERT_TRUE(first->status());
    EXPECT_EQ(first->status()->text(), "exit status 0");
    EXPECT_EQ(group_signals, 1);
    EXPECT_EQ(group_signals_to_ours, 1);
    EXPECT_EQ(::waitpid(pid, nullptr, WNOHANG), -1) << "it is reaped afterwards";
}

}  // namespace
}  // namespace bridge::process
