// Promises: a link that is closing tells its owner of nothing any more that its child says. A malformed answer fails its call at once, and no other.
#include "bridge/child/process_link.hpp"

#include <gtest/gtest.h>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <csignal>

#include "bridge/core/metrics.hpp"
#include "bridge/jsonrpc/large_envelope.hpp"
#include "tests/support/deadline.hpp"

namespace bridge::child {
namespace {

using namespace std::chrono_literals;

class counting_owner final : public link_owner {
public:
    void on_notification(link&, const jsonrpc::envelope&) override { ++notifications; }
    void on_request(link& source, const jsonrpc::envelope& message) override {
        ++requests;
        source.refuse(message.id, -1, "no");
    }
    void on_failure(link&) override {}
    void on_end(link&) override { has_ended = true; }

    int notifications = 0;
    int requests = 0;
    bool has_ended = false;
};

class keeping_sink final : public call_sink {
public:
    void on_answer(const jsonrpc::envelope& answer) override { result = answer.result; }
    bool on_message(const jsonrpc::envelope&) override { return false; }
    void on_lost(std::string_view reason) override { lost = reason; }

    bool has_ended() const { return !result.empty() || !lost.empty(); }

    std::string result;
    std::string lost;
};

class Link : public testing::Test {
protected:
    Link() {
        std::signal(SIGPIPE, SIG_IGN);
        bounds_.stop_grace = 1s;
    }

    std::shared_ptr<process_link> start(const std::string& script) {
        command_.arguments = {"-c", script};
        process::launch_failure failure;
        auto made = process::child_process::start(loop_.get_executor(), command_, failure);
        EXPECT_TRUE(made) << failure.text(command_.executable);
        auto out = process_link::make(loop_.get_executor(), std::move(made), command_, bounds_, secrets_, owner_);
        boost::asio::co_spawn(loop_, process_link::run(out), boost::asio::detached);
        return out;
    }
    static std::shared_ptr<keeping_sink> call(process_link& link) {
        auto sink = std::make_shared<keeping_sink>();
        jsonrpc::envelope message;
        message.kind = jsonrpc::message_kind::request;
        message.method = R"("m")";
        EXPECT_TRUE(link.call(message, sink));
        return sink;
    }
    // The outcome of the first call if the child answers it with `line`; "@PAD@" in it stands for `length` letters.
    std::shared_ptr<keeping_sink> outcome_of(const std::string& line, std::size_t length) {
        const std::size_t mark = line.find("@PAD@");
        const auto asked = start("read request; printf '%s' '" + line.substr(0, mark) + "'; head -c " + std::to_string(length) +
                                 " /dev/zero | tr '\\0' a; printf '%s\\n' '" + line.substr(mark + 5) + "'; exec sleep 1000");
        const auto sink = call(*asked);
        EXPECT_TRUE(run_until([&] { return sink->has_ended(); })) << line;
        EXPECT_TRUE(asked->is_open()) << line;
        asked->kill();
        EXPECT_TRUE(run_until([&] { return asked->current() == link::state::ended; }));
        return sink;
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
    process::command command_{.executable = "/bin/sh", .arguments = {}, .environment = {"PATH=/usr/bin:/bin"}, .directory = {}, .name = "sh"};
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

constexpr std::size_t short_and_long[] = {10, 3 * jsonrpc::slice_bytes};

TEST_F(Link, FailsTheCallOfAMalformedAnswerHoweverLongItIs) {
    const std::pair<const char*, const char*> cases[] = {
        {R"({"jsonrpc":"2.0","id":1,"result":{"x":"@PAD@"},"error":{"code":1}})", "both"},
        {R"({"jsonrpc":"2.0","id":1,"error":"@PAD@"})", "not an object"},
        {R"({"jsonrpc":"2.0","id":1,"result":{"x":"@PAD@","y":NaN}})", "NaN"},
        {R"({"result":{"y":NaN,"x":"@PAD@"},"jsonrpc":"2.0","id":1})", "NaN"},
        {"{\"jsonrpc\":\"2.0\",\"id\":1,\"result\":{\"x\":\"@PAD@\x01\"}}", "control character"},
        {R"({"jsonrpc":"2.0","id":1,"result":{"x":"@PAD@)", "ends inside a string"},
        {R"({"jsonrpc":"2.0","id":1,"result":{"x":"@PAD@"},"result":{}})", "ambiguous"},
        {R"({"jsonrpc":"1.0","id":1,"result":{"x":"@PAD@"}})", "jsonrpc"},
        {R"(text {x} {"jsonrpc":"2.0","id":1,"result":{"x":"@PAD@",}})", "member name"},
        {R"([{"jsonrpc":"2.0","id":1,"error":"@PAD@"}])", "not an object"},
        {"{\"jsonrpc\":\"2.0\",\"id\":1,\"result\":{\"x\":\"@PAD@\xFF\",\"y\":Infinity}}", "Infinity"},
    };
    for (const auto& [line, reason] : cases) {
        for (const std::size_t length : short_and_long) {
            const auto sink = outcome_of(line, length);
            EXPECT_EQ(sink->result, "") << line;
            EXPECT_NE(sink->lost.find(reason), std::string::npos) << line << ": " << sink->lost;
        }
    }
}

TEST_F(Link, TakesAnswersOfOddFormHoweverLongTheyAre) {
    for (const char* line :
         {R"({"jsonrpc":"2.0","id":1.0,"result":{"x":"@PAD@"}})", R"({"id":1,"result":{"x":"@PAD@"}})",
          R"({"jsonrpc":"2.0","id":1,"error":null,"result":{"x":"@PAD@"}})", R"([i] {x} {"a":1} {"jsonrpc":"2.0","id":1,"result":{"x":"@PAD@"}})",
          R"({"jsonrpc":"2.0","id":9,"result":{}}{"jsonrpc":"2.0","id":1,"result":{"x":"@PAD@"}} {end})",
          "text {} {\"jsonrpc\":\"2.0\",\"id\":1,\"result\":{\"x\":\"@PAD@\",\"y\":\"\xFF\"}}"}) {
        for (const std::size_t length : short_and_long) {
            const auto sink = outcome_of(line, length);
            EXPECT_EQ(sink->lost, "") << line;
            EXPECT_EQ(sink->result.substr(0, 9), R"({"x":"aaa)") << line;
        }
    }
}

// Each of the two calls may be meant.
TEST_F(Link, FailsNoCallByAnAnswerThatCouldBeThatOfTwo) {
    const auto asked =
        start(R"(read a; read b; echo '{"jsonrpc":"2.0","id":1,"ID":2,"error":"x"}'; echo '{"jsonrpc":"2.0","id":2,"result":{"x":2}}'; )"
              R"(echo '{"jsonrpc":"2.0","id":1,"ID":2,"error":"x"}'; exec sleep 1000)");
    const auto one = call(*asked);
    const auto two = call(*asked);
    EXPECT_TRUE(run_until([&] { return one->has_ended() && two->has_ended(); }));
    EXPECT_EQ(two->result, R"({"x":2})");
    EXPECT_NE(one->lost.find("ambiguous"), std::string::npos) << "by the second line: then only one call is in flight";
    asked->kill();
    EXPECT_TRUE(run_until([&] { return owner_->has_ended; }));
}

// A line of a log can have an id, too.
TEST_F(Link, FailsNoCallByALineThatIsNoAnswer) {
    const auto asked = start(R"(read a; echo '{"id":1,"level":"info"}'; echo '{"id":1,"method":"GET"}'; echo 'x {"id":1,"level":NaN}'; )"
                             R"(echo '{"jsonrpc":"2.0","id":1,"result":{"x":1}}'; exec sleep 1000)");
    const auto sink = call(*asked);
    EXPECT_TRUE(run_until([&] { return sink->has_ended(); }));
    EXPECT_EQ(sink->result, R"({"x":1})");
    EXPECT_EQ(owner_->requests, 0);
    asked->kill();
    EXPECT_TRUE(run_until([&] { return owner_->has_ended; }));
}

// A request of the child must not wait without end either.
TEST_F(Link, RefusesAMalformedRequest) {
    const auto asked = start(R"(read a; echo '{"jsonrpc":"2.0","id":"q","method":"m","params":NaN}'; read refusal; )"
                             R"(printf '{"jsonrpc":"2.0","id":1,"result":%s}\n' "$refusal"; exec sleep 1000)");
    const auto sink = call(*asked);
    EXPECT_TRUE(run_until([&] { return sink->has_ended(); }));
    EXPECT_NE(sink->result.find(R"("id":"q","error":{"code":-32600)"), std::string::npos) << sink->result;
    asked->kill();
    EXPECT_TRUE(run_until([&] { return owner_->has_ended; }));
}

}  // namespace
}  // namespace bridge::child
