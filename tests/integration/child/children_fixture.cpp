#include "tests/integration/child/children_fixture.hpp"

#include <unistd.h>

#include <csignal>

#include "bridge/jsonrpc/find_member.hpp"
#include "tests/support/binaries.hpp"
#include "tests/support/process_table.hpp"

namespace bridge::child {
namespace {

class kept_answer final : public call_sink {
public:
    void on_answer(const jsonrpc::envelope& answer) override { result = answer.result; }
    bool on_message(const jsonrpc::envelope&) override { return false; }
    void on_lost(std::string_view) override {}

    std::string result;
};

}  // namespace

ChildrenTest::ChildrenTest() {
    // As the program does: a child that is gone is an error of the write, not a signal.
    std::signal(SIGPIPE, SIG_IGN);
    bounds_.restart_delay = 20ms;
    bounds_.restart_delay_most = 100ms;
    bounds_.stop_grace = 500ms;
    // Most tests begin with several starts. Those of `first_process` set the wait.
    bounds_.first_answer_wait = 0ms;
}

void ChildrenTest::TearDown() {
    if (all_) all_->close_all("the test is over");
    // A start that noticed nothing of the end, or a wait without one, would hold up the loop.
    loop_.restart();
    loop_.run_for(10s);
    EXPECT_TRUE(loop_.stopped()) << "something is left to do after the end";
    EXPECT_EQ(running(), 0U);
}

children& ChildrenTest::all() {
    if (all_) return *all_;
    command_ = {.executable = test_support::fixture_binary(),
                .arguments = {"--starts", folder_.path("starts")},
                .environment = process::child_environment({}),
                .directory = {},
                .name = "fixture"};
    command_.arguments.insert(command_.arguments.end(), flags_.begin(), flags_.end());
    all_ = std::make_unique<children>(loop_.get_executor(), command_, bounds_, secrets_, memory_);
    return *all_;
}

bool ChildrenTest::run_until(const std::function<bool()>& condition, std::chrono::milliseconds limit) {
    const test_support::deadline end(limit);
    while (!condition()) {
        if (end.passed()) return false;
        loop_.restart();
        loop_.run_one_for(5ms);
    }
    return true;
}

std::string ChildrenTest::pid_of(link& source) {
    const auto answer = std::make_shared<kept_answer>();
    jsonrpc::envelope message;
    message.kind = jsonrpc::message_kind::request;
    message.method = R"("tools/call")";
    message.params = R"({"name":"process","arguments":{}})";
    EXPECT_TRUE(source.call(message, answer).has_value());
    EXPECT_TRUE(run_until([&] { return !answer->result.empty(); }));
    const auto content = jsonrpc::find_member(answer->result, "structuredContent");
    return std::string(jsonrpc::find_member(content, "pid"));
}

std::size_t ChildrenTest::running() {
    return test_support::children_of(::getpid()).size();
}

legacy_handshake ChildrenTest::words() {
    return {.params = R"({"protocolVersion":"2025-11-25","capabilities":{},"clientInfo":{"name":"test","version":"1"}})",
            .announce = true,
            .is_own = true};
}

}  // namespace bridge::child
