#include "bridge/child/server_report.hpp"

#include <gtest/gtest.h>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>

#include "tests/unit/session/memory_link.hpp"

namespace bridge::child {
namespace {

const std::string with_tools = R"({"protocolVersion":"2025-11-25","capabilities":{"tools":{}},"serverInfo":{"name":"weather","version":"1.2"}})";

TEST(DescribeServer, NamesWhatIsKnown) {
    const auto source = session::memory_link::make();
    EXPECT_EQ(describe_server(*source, with_tools, std::nullopt), "weather 1.2 (2025-11-25)");
    EXPECT_EQ(describe_server(*source, with_tools, tool_count{.tools = 13}), "weather 1.2 (2025-11-25), 13 tools");
    EXPECT_EQ(describe_server(*source, with_tools, tool_count{.tools = 1}), "weather 1.2 (2025-11-25), 1 tool");
    EXPECT_EQ(describe_server(*source, with_tools, tool_count{.tools = 50, .is_all = false}), "weather 1.2 (2025-11-25), more than 50 tools");
    EXPECT_EQ(describe_server(*source, R"({"serverInfo":{"name":7}})", std::nullopt), "a server without a name");
    EXPECT_EQ(describe_server(*source, "[]", std::nullopt), "a server without a name");
}

class ServerReport : public testing::Test {
protected:
    // Runs `log_once` up to its end or its wait.
    void log(const std::string& result, bool may_ask) {
        is_done_ = false;
        boost::asio::co_spawn(loop_, report_.log_once(*source_, result, may_ask), [this](const std::exception_ptr&) { is_done_ = true; });
        turn();
    }
    void turn() {
        loop_.restart();
        loop_.poll();
    }

    boost::asio::io_context loop_;
    std::shared_ptr<session::memory_link> source_ = session::memory_link::make();
    server_report report_{loop_.get_executor()};
    bool is_done_ = false;
};

TEST_F(ServerReport, AsksForTheToolsOnlyOnceAndOnlyIfItMay) {
    log(with_tools, true);
    ASSERT_EQ(source_->lines.size(), 1U);
    EXPECT_NE(source_->lines.front().find(R"("method":"tools/list")"), std::string::npos);
    EXPECT_FALSE(is_done_);
    source_->say(R"({"jsonrpc":"2.0","id":1,"result":{"tools":[{"name":"a"},{"name":"b"}]}})");
    turn();
    EXPECT_TRUE(is_done_);
    log(with_tools, true);
    EXPECT_EQ(source_->lines.size(), 1U);
    EXPECT_TRUE(is_done_);
}

TEST_F(ServerReport, AsksNothingOfAServerWithoutToolsOrForAClient) {
    log(R"({"capabilities":{"prompts":{}}})", true);
    EXPECT_TRUE(is_done_);
    server_report other(loop_.get_executor());
    boost::asio::co_spawn(loop_, other.log_once(*source_, with_tools, false), [](const std::exception_ptr&) {});
    turn();
    EXPECT_TRUE(source_->lines.empty());
}

// Else a server that answers the bridge, and dies of every client's first call, would count as one that works.
TEST_F(ServerReport, DoesNotCountAsAClientsCall) {
    log(with_tools, true);
    source_->record_opened(core::clock::now());
    source_->say(R"({"jsonrpc":"2.0","id":1,"result":{"tools":[]}})");
    turn();
    ASSERT_TRUE(is_done_);
    EXPECT_FALSE(source_->was_called());
    EXPECT_FALSE(source_->has_answered_calls());
}

// Then the next server that works makes the report.
TEST_F(ServerReport, IsNotMadeForAServerThatEndsMeanwhile) {
    log(with_tools, true);
    source_->fail("gone");
    turn();
    EXPECT_TRUE(is_done_);
    source_ = session::memory_link::make();
    log(with_tools, true);
    EXPECT_EQ(source_->lines.size(), 1U) << "it is asked, too";
    source_->fail("gone");
    turn();
}

}  // namespace
}  // namespace bridge::child
