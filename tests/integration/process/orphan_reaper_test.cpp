// Promise: as the first process of a container the bridge keeps no dead processes of others, and loses none of its own.
#include "bridge/process/orphan_reaper.hpp"

#include <gtest/gtest.h>
#include <sys/prctl.h>
#include <unistd.h>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>

#include "bridge/process/child_process.hpp"
#include "tests/support/deadline.hpp"
#include "tests/support/process_table.hpp"

namespace bridge::process {
namespace {

using namespace std::chrono_literals;

class OrphanReaper : public testing::Test {
protected:
    // Orphans come to the nearest such ancestor as they do to the first process.
    OrphanReaper() { ::prctl(PR_SET_CHILD_SUBREAPER, 1); }
    ~OrphanReaper() override { ::prctl(PR_SET_CHILD_SUBREAPER, 0); }

    std::unique_ptr<child_process> start(const char* script) {
        const command what{.executable = "/bin/sh",
                           .arguments = {"-c", script},
                           .environment = {"PATH=/usr/bin:/bin"},
                           .directory = {},
                           .name = "sh",
                           .guard = &ours_};
        launch_failure failure;
        auto out = child_process::start(loop_.get_executor(), what, failure);
        EXPECT_TRUE(out) << failure.text(what.executable);
        return out;
    }
    [[nodiscard]] bool run_until(const std::function<bool()>& condition) {
        return test_support::eventually([&] {
            loop_.restart();
            loop_.run_for(5ms);
            return condition();
        });
    }
    static std::size_t children() { return test_support::children_of(::getpid()).size(); }

    boost::asio::io_context loop_;
    watchdog ours_{"token"};
};

TEST_F(OrphanReaper, TakesTheOrphansAndLeavesOurOwn) {
    orphan_reaper reaper(loop_.get_executor(), ours_);
    boost::asio::co_spawn(loop_, reaper.run(), boost::asio::detached);
    // One of ours is dead and nobody has waited for it yet. The other has left three orphans that end by themselves.
    const auto dead = start("exit 7");
    const auto parent = start("for i in 1 2 3; do setsid sleep 0.1 & done; read line");
    ASSERT_TRUE(test_support::eventually([&] { return !test_support::is_running(dead->pid()); }));
    parent->input().close();
    boost::asio::co_spawn(loop_, parent->wait(), boost::asio::detached);
    ASSERT_TRUE(run_until([&] { return parent->status().has_value(); }));
    // Longer than between two looks.
    EXPECT_TRUE(test_support::stays_true([&] { return run_until([] { return true; }) && children() >= 1; }, 1200ms));
    boost::asio::co_spawn(loop_, dead->wait(), boost::asio::detached);
    ASSERT_TRUE(run_until([&] { return children() == 0; }));
    ASSERT_TRUE(dead->status());
    EXPECT_EQ(dead->status()->text(), "exit status 7");
    reaper.stop();
    loop_.restart();
    loop_.run_for(10s);
    EXPECT_TRUE(loop_.stopped());
}

}  // namespace
}  // namespace bridge::process
