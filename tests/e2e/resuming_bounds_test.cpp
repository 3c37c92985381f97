// Promise: what is kept for clients that lose their connection is bounded, and what had to go is said: a comment stands for
// messages, an error for an answer.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/e2e/stream_reader.hpp"

namespace e2e {
namespace {

using testing::AllOf;
using testing::HasSubstr;

class resuming_bounds : public in_both_isolations {
protected:
    /// Loses the connection of a call with `count` steps of progress after the first one, and waits for the end of the call.
    static std::string lose(mcp_session& session, long count) {
        http_client call = session.begin("tools/call", progress_of(count, 1));
        call.read_head();
        stream_reader all;
        all.take(call, 1);
        call.close(true);
        EXPECT_EQ(session.call("slow", R"({"ms":700})").text(), "slept");
        return all.last_id;
    }
    /// Loses the connection of a slow call once it has become a stream.
    static std::string leave_silently(mcp_session& session, const std::string& arguments) {
        http_client call = session.begin_call("slow", arguments);
        call.read_head();
        const auto bookmark = call.read_any_event();
        call.close(true);
        return bookmark ? bookmark->id : std::string();
    }
};
IN_BOTH_ISOLATIONS(resuming_bounds);

TEST_P(resuming_bounds, say_how_many_messages_are_lost) {
    hosted_fixture host(how({"--limit", "max-replay-events=5"}));
    mcp_session session = host.session();
    const std::string last = lose(session, 50);
    http_client resumed = session.listen(last);
    const stream_reader rest = read_on(resumed);
    EXPECT_EQ(rest.steps, (std::vector<long>{47, 48, 49, 50}));
    EXPECT_EQ(rest.answers, 1);
    EXPECT_EQ(rest.comments_with("45 messages were lost"), 1);
}

TEST_P(resuming_bounds, hold_while_the_client_is_away) {
    hosted_fixture host(how({"--limit", "max-held-messages=10"}));
    mcp_session session = host.session();
    http_client call = session.begin("tools/call", progress_of(60, 20));
    call.read_head();
    stream_reader all;
    all.take(call, 1);
    call.close(true);
    EXPECT_EQ(session.call("slow", R"({"ms":1800})").text(), "slept");
    http_client resumed = session.listen(all.last_id);
    all.take_all(resumed);
    EXPECT_LT(all.steps.size(), 60U);
    EXPECT_EQ(all.answers, 1) << "an answer is never among those";
    EXPECT_EQ(all.comments_with("messages were lost"), 1);
}

TEST_P(resuming_bounds, put_an_error_in_the_place_of_an_answer_that_is_too_large) {
    hosted_fixture host(how({"--limit", "max-replay-size=4KiB", "--limit", "max-stream-size=4KiB", "--silence", "0.05"}));
    mcp_session session = host.session();
    const std::string text(8000, 'x');
    const std::string last = leave_silently(session, R"({"ms":500,"echo":true,"text":")" + text + R"("})");
    const std::string id = std::to_string(session.last_request_id());
    EXPECT_EQ(session.call("slow", R"({"ms":800})").text(), "slept");
    http_client resumed = session.listen(last);
    const stream_reader rest = read_on(resumed);
    EXPECT_EQ(rest.answers, 1);
    EXPECT_EQ(member(rest.answer, "id"), id);
    EXPECT_EQ(error_code(rest.answer), -32603);
    EXPECT_THAT(error_text(rest.answer), AllOf(HasSubstr("bytes"), HasSubstr("not kept")));
}

TEST_P(resuming_bounds, let_a_large_answer_wait_for_a_client_that_is_away) {
    hosted_fixture host(how({"--limit", "max-replay-size=4KiB", "--silence", "0.05"}));
    mcp_session session = host.session();
    const std::string text(8000, 'x');
    const std::string last = leave_silently(session, R"({"ms":500,"echo":true,"text":")" + text + R"("})");
    EXPECT_EQ(session.call("slow", R"({"ms":800})").text(), "slept");
    http_client resumed = session.listen(last);
    const stream_reader rest = read_on(resumed);
    EXPECT_EQ(rest.answers, 1);
    EXPECT_THAT(rest.answer, HasSubstr(text));
}

TEST_P(resuming_bounds, drive_out_old_answers_only) {
    hosted_fixture host(how({"--limit", "max-replay-events=8", "--silence", "0.02"}));
    mcp_session session = host.session();
    std::vector<std::string> lasts;
    for (int i = 0; i < 9; ++i) {
        lasts.push_back(leave_silently(session, R"({"ms":100})"));
        // That one's answer is there when a later and longer call's is.
        EXPECT_EQ(session.call("slow", R"({"ms":200})").text(), "slept");
    }
    http_client newest = session.listen(lasts.back());
    EXPECT_THAT(read_on(newest).answer, HasSubstr("slept"));
    http_client excused = session.listen(lasts[5]);
    EXPECT_EQ(error_code(read_on(excused).answer), -32603);
    EXPECT_EQ(session.get(lasts.front()).status, 405);
}

TEST_P(resuming_bounds, cut_off_who_reads_too_slowly_and_let_it_come_back) {
    hosted_fixture host(how({"--limit", "max-stream-size=64KiB"}));
    mcp_session session = host.session();
    http_client call = session.begin("tools/call", R"({"name":"log","arguments":{"count":400,"text":")" + std::string(50'000, 'x') + R"("}})");
    // Nothing is read: the sockets' buffers fill first, then what the bridge holds.
    EXPECT_TRUE(eventually([&] {
        return host.bridge().log().find("too slowly") != std::string::npos || host.bridge().log().find("messages were lost") != std::string::npos;
    }));
    call.read_head();
    stream_reader all;
    EXPECT_THROW(all.take_all(call), http_failure) << "the connection is cut, so that no client takes it for the end";
    EXPECT_EQ(all.answers, 0);
    EXPECT_EQ(host.session().call("echo").text(), "ok") << "nobody else notices";
    // As long as more comes than the client can read, it is cut off again.
    EXPECT_TRUE(eventually([&] {
        http_client resumed = session.listen(all.last_id);
        try {
            all.take_all(resumed);
        } catch (const http_failure&) {
            return false;
        }
        return true;
    }));
    EXPECT_EQ(all.answers, 1);
    EXPECT_THAT(all.answer, HasSubstr("logged"));
}

}  // namespace
}  // namespace e2e
