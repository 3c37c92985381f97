// Promise: a link that is closing tells its owner of nothing any more that its child says.
#include "bridge/child/link.hpp"

#include <gtest/gtest.h>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <csignal>

#include "bridge/core/metrics.hpp"
#include "tests/support/deadline.hpp"

namespace bridge::child {
namespace {

using namespace std::chrono_literals;

class counting_owner final : public link_owner {
public:
    void on_notification(link&, const jsonrpc::envelope&) override { ++notifications; }
    void on_request(link& from, const jsonrpc::envelope& message) override {
        ++requests;
        from.refuse(message.id, -1, "no");
    }
    void on_failure(link&) override {}
    void on_end(link&) override { has_ended = true; }

    int notifications = 0;
    int requests = 0;
    bool has_ended = false;
};

class Link : public testing::Test {
protected:
    Link() {
        std::signal(SIGPIPE, SIG_IGN);
        bounds_.stop_grace = 1s;
    }

    std::shared_ptr<link> start(const std::string& script) {
        const process::command what{
            .executable = "/bin/sh", .arguments = {"-c", script}, .environment = {"PATH=/usr/bin:/bin"}, .directory = {}, .name = "sh"};
        process::launch_failure failure;
        auto made = process::child_process::start(loop_.get_executor(), what, failure);
        EXPECT_TRUE(made) << failure.text(what.executable);
        auto out = link::make(loop_.get_executor(), std::move(made), name_, bounds_, secrets_, owner_);
        boost::asio::co_spawn(loop_, link::run(out), boost::asio::detached);
        return out;
    }
    // One handler at a time.
    [[nodiscard]] bool run_until(const std::function<bool()>& condition) {
        const test_support::deadline end(test_support::patience);
        while (!condition()) {
            if (end.passed()) return false;
            loop_.restart();
            loop_.run_one_for(5ms);
        }
        return true;
    }

    boost::asio::io_context loop_;
    core::limits bounds_;
    core::redactor secrets_;
    std::string name_ = "sh";
    std::shared_ptr<counting_owner> owner_ = std::make_shared<counting_owner>();
};

// A line that is long enough to be read in many turns of the loop.
constexpr std::size_t padding = 16'000'000;

std::string long_line(const std::string& head) {
    return "printf '%s' '" + head + "'; head -c " + std::to_string(padding) + " /dev/zero | tr '\\0' a; echo '\"}}'; ";
}

TEST_F(Link, PassesOnWhatALongLineSaysWhileItIsOpen) {
    const auto open = start(long_line(R"({"jsonrpc":"2.0","id":1,"method":"roots/list","params":{"x":")") + "read line");
    EXPECT_TRUE(run_until([&] { return owner_->requests == 1; }));
    open->close("the test is over");
    EXPECT_TRUE(run_until([&] { return owner_->has_ended; }));
}

TEST_F(Link, DropsWhatALongLineSaysOnceItIsClosing) {
    for (const std::string head : {R"({"jsonrpc":"2.0","id":1,"method":"roots/list","params":{"x":")",
                                   R"({"jsonrpc":"2.0","method":"notifications/message","params":{"x":")"}) {
        owner_ = std::make_shared<counting_owner>();
        const auto before = core::meters().child_bytes_received;
        // It does not end by itself, so the line is read while the link is closing.
        const auto closing = start(long_line(head) + "exec sleep 1000");
        // All of it has come, and is being read.
        ASSERT_TRUE(run_until([&] { return core::meters().child_bytes_received - before > padding + head.size() + 3; }));
        ASSERT_EQ(owner_->requests + owner_->notifications, 0);
        closing->close("it is over");
        ASSERT_TRUE(run_until([&] { return owner_->has_ended; }));
        // The reading of the line outlives the link's end.
        EXPECT_TRUE(run_until([&] { return loop_.stopped(); }));
        EXPECT_EQ(owner_->requests, 0);
        EXPECT_EQ(owner_->notifications, 0);
    }
}

}  // namespace
}  // namespace bridge::child
