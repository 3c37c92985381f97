// Promise: a client of a revision that has it, whose connection is lost, comes back to exactly the stream that it lost
// and gets the rest of it: no message twice, none missing without a word, the answer included.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/e2e/stream_reader.hpp"

namespace e2e {
namespace {

using testing::HasSubstr;

class resuming : public in_both_isolations {};
IN_BOTH_ISOLATIONS(resuming);

TEST_P(resuming, begins_with_an_id_to_come_back_with) {
    hosted_fixture host(how());
    mcp_session session = host.session();
    http_client call = session.begin("tools/call", progress_of(3, 1));
    EXPECT_TRUE(call.read_head().is_event_stream());
    const auto first = call.read_any_event();
    ASSERT_TRUE(first);
    EXPECT_TRUE(first->is_bookmark());
    EXPECT_NE(first->id, "");
    EXPECT_EQ(first->retry, "500");
    const stream_reader rest = read_on(call);
    EXPECT_EQ(rest.steps, (std::vector<long>{1, 2, 3}));
    EXPECT_EQ(rest.answers, 1);
    EXPECT_EQ(std::set<std::string>(rest.ids.begin(), rest.ids.end()).size(), 4U);
}

TEST_P(resuming, is_not_offered_to_older_revisions) {
    hosted_fixture host(how());
    mcp_session session = host.session({.version = "2025-06-18"});
    http_client call = session.begin("tools/call", progress_of(2, 1));
    EXPECT_TRUE(call.read_head().is_event_stream());
    while (const auto event = call.read_any_event()) {
        EXPECT_EQ(event->id, "");
        EXPECT_EQ(event->retry, "");
    }
    // The header means nothing there: this is just a client that listens.
    http_client stream = session.listen("not-an-id");
    session.call("notify", R"({"method":"notifications/tools/list_changed"})");
    EXPECT_THAT(stream.read_event()->data, HasSubstr("list_changed"));
}

TEST_P(resuming, is_offered_to_clients_that_asked_for_a_newer_revision_than_the_servers) {
    hosted_fixture host(how({"--stream-max-age", "0.15"}, {"--protocol-version", "2025-06-18"}));
    mcp_session session = host.session({.version = "2025-11-25"});
    EXPECT_EQ(session.version(), "2025-06-18");
    http_client stream = session.listen();
    const auto first = stream.read_any_event();
    ASSERT_TRUE(first && first->is_bookmark());
    EXPECT_FALSE(stream.read_event()) << "a clean end";
    http_client call = session.begin("tools/call", progress_of(5, 100));
    call.read_head();
    stream_reader all;
    for (all.take_all(call); all.answers == 0;) {
        ASSERT_NE(all.last_id, "");
        call = session.listen(std::exchange(all.last_id, {}));
        all.take_all(call);
    }
    EXPECT_EQ(all.steps, up_to(5));
}

TEST_P(resuming, goes_on_where_it_stopped_however_often) {
    hosted_fixture host(how());
    mcp_session session = host.session();
    constexpr long count = 40;
    http_client connection = session.begin("tools/call", progress_of(count, 20));
    connection.read_head();
    stream_reader all;
    for (int cut = 0; all.answers == 0 && cut < 100; ++cut) {
        all.take(connection, 3);
        if (all.answers != 0) break;
        connection.close(cut % 2 == 0);
        connection = session.listen(all.last_id);
    }
    EXPECT_EQ(all.steps, up_to(count));
    EXPECT_EQ(all.answers, 1);
    EXPECT_EQ(all.comments_with("lost"), 0);
}

TEST_P(resuming, brings_the_answer_that_came_meanwhile) {
    hosted_fixture host(how());
    mcp_session session = host.session();
    http_client call = session.begin("tools/call", progress_of(5, 10));
    const std::string id = std::to_string(session.last_request_id());
    call.read_head();
    const auto first = call.read_event();
    ASSERT_TRUE(first);
    call.close(true);
    // One that was begun later and takes longer.
    EXPECT_EQ(session.call("slow", R"({"ms":300})").text(), "slept");
    const std::string id_to_resume = first->id;
    for (int again = 0; again < 2; ++again) {
        http_client resumed = session.listen(id_to_resume);
        const stream_reader rest = read_on(resumed);
        EXPECT_EQ(rest.steps, (std::vector<long>{2, 3, 4, 5})) << "as often as it is asked for";
        EXPECT_EQ(rest.answers, 1);
        EXPECT_EQ(member(rest.answer, "id"), id);
    }
}

TEST_P(resuming, keeps_streams_apart) {
    hosted_fixture host(how());
    mcp_session session = host.session();
    http_client first = session.begin("tools/call", progress_of(6, 20, R"("first")"));
    http_client second = session.begin("tools/call", progress_of(6, 20, R"("second")"));
    http_client listener = session.listen();
    stream_reader firsts, seconds, general;
    first.read_head();
    second.read_head();
    firsts.take(first, 2);
    seconds.take(second, 2);
    first.close(true);
    second.close();
    first = session.listen(firsts.last_id);
    second = session.listen(seconds.last_id);
    firsts.take_all(first);
    seconds.take_all(second);
    EXPECT_EQ(firsts.steps, up_to(6));
    EXPECT_EQ(seconds.steps, up_to(6));
    EXPECT_EQ(firsts.tokens, (std::set<std::string>{R"("first")"}));
    EXPECT_EQ(seconds.tokens, (std::set<std::string>{R"("second")"}));
    // Resuming calls does not take the other stream over.
    session.call("notify", R"({"method":"notifications/tools/list_changed"})");
    EXPECT_THAT(listener.read_event()->data, HasSubstr("list_changed"));
}

TEST_P(resuming, of_a_finished_stream_is_refused_quietly) {
    hosted_fixture host(how());
    mcp_session session = host.session();
    http_client call = session.begin("tools/call", progress_of(2, 1));
    call.read_head();
    const stream_reader all = read_on(call);
    EXPECT_EQ(session.get(all.last_id).status, 405) << "the status that ends an SDK's attempts";
    EXPECT_EQ(session.get("4711-1").status, 405);
    EXPECT_EQ(session.call("echo").text(), "ok");
}

TEST_P(resuming, of_a_cancelled_stream_is_refused_quietly) {
    hosted_fixture host(how());
    mcp_session session = host.session();
    http_client call = session.begin("tools/call", progress_of(2, 600'000));
    const std::string id = std::to_string(session.last_request_id());
    call.read_head();
    const auto first = call.read_event();
    ASSERT_TRUE(first);
    session.notify("notifications/cancelled", R"({"requestId":)" + id + "}");
    EXPECT_FALSE(call.read_event());
    EXPECT_EQ(session.get(first->id).status, 405);
}

TEST_P(resuming, with_an_id_that_never_was_is_refused) {
    hosted_fixture host(how());
    mcp_session session = host.session();
    for (const char* wrong : {"x", "1", "-1", "1-", "1-2-3", "1-99999999999999999999"}) {
        EXPECT_EQ(session.get(wrong).status, 400) << wrong;
    }
}

TEST_P(resuming, with_an_empty_id_is_listening) {
    hosted_fixture host(how());
    mcp_session session = host.session();
    for (const char* empty : {"", " "}) {
        http_headers headers = session.headers();
        headers.erase("Accept");
        headers.emplace("Accept", "text/event-stream");
        headers.emplace("Last-Event-ID", empty);
        http_client stream = host.connect();
        stream.send_request("GET", "/mcp", headers);
        EXPECT_EQ(stream.read_head().status, 200);
        session.call("notify", R"({"method":"notifications/tools/list_changed"})");
        EXPECT_THAT(stream.read_event()->data, HasSubstr("list_changed"));
    }
}

TEST_P(resuming, with_an_id_of_the_future_brings_what_comes) {
    hosted_fixture host(how());
    mcp_session session = host.session();
    http_client stream = session.listen("0-18446744073709551615");
    session.call("notify", R"({"method":"notifications/tools/list_changed"})");
    stream_reader all;
    all.take(stream, 1);
    EXPECT_EQ(all.others, 1);
    EXPECT_EQ(all.comments_with("lost"), 0);
}

TEST_P(resuming, with_another_sessions_id_shows_nothing_of_it) {
    hosted_fixture host(how());
    mcp_session session = host.session();
    mcp_session other = host.session();
    http_client call = session.begin("tools/call", progress_of(2, 600'000));
    call.read_head();
    const auto first = call.read_event();
    ASSERT_TRUE(first);
    EXPECT_EQ(other.get(first->id).status, 405);
}

TEST_P(resuming, takes_over_from_a_connection_that_is_still_open) {
    hosted_fixture host(how());
    mcp_session session = host.session();
    http_client older = session.begin("tools/call", progress_of(30, 20));
    older.read_head();
    stream_reader all;
    all.take(older, 3);
    http_client newer = session.listen(all.last_id);
    stream_reader from_older;
    from_older.take_all(older);
    EXPECT_EQ(from_older.answers, 0) << "it ends by the book, before the answer";
    all.take_all(newer);
    EXPECT_EQ(all.steps, up_to(30));
    EXPECT_EQ(all.answers, 1);
}

TEST_P(resuming, works_for_the_stream_that_belongs_to_no_call) {
    hosted_fixture host(how());
    mcp_session session = host.session();
    http_client stream = session.listen();
    session.call("notify", R"({"method":"notifications/tools/list_changed"})");
    stream_reader all;
    all.take(stream, 1);
    stream.close(true);
    session.call("notify", R"({"method":"notifications/prompts/list_changed"})");
    session.call("notify", R"({"method":"notifications/resources/list_changed"})");
    http_client resumed = session.listen(all.last_id);
    EXPECT_THAT(resumed.read_event()->data, HasSubstr("prompts/list_changed"));
    EXPECT_THAT(resumed.read_event()->data, HasSubstr("resources/list_changed"));
}

TEST_P(resuming, gives_the_id_anew_for_clients_that_remember_it_per_connection) {
    hosted_fixture host(how());
    mcp_session session = host.session();
    http_client call = session.begin("tools/call", progress_of(2, 600'000));
    call.read_head();
    stream_reader all;
    all.take(call, 1);
    call.close();
    http_client resumed = session.listen(all.last_id);
    const auto first = resumed.read_any_event();
    ASSERT_TRUE(first);
    EXPECT_EQ(first->id, all.last_id);
    EXPECT_EQ(first->retry, "500");
}

TEST_P(resuming, is_asked_for_politely_by_streams_that_grow_old) {
    hosted_fixture host(how({"--stream-max-age", "0.15", "--limit", "resume-delay=0.01"}));
    mcp_session session = host.session();
    http_client connection = session.begin_call("slow", R"({"ms":1000})");
    EXPECT_TRUE(connection.read_head().is_event_stream());
    stream_reader all;
    int connections = 1;
    for (all.take_all(connection); all.answers == 0 && connections < 100; ++connections) {
        // What SDKs do: they forget the id with the connection that brought it.
        const std::string last = std::exchange(all.last_id, {});
        ASSERT_NE(last, "") << "connection " << connections;
        connection = session.listen(last);
        all.take_all(connection);
    }
    EXPECT_GE(connections, 3);
    EXPECT_EQ(all.answers, 1);
    EXPECT_THAT(all.answer, HasSubstr("slept"));
    EXPECT_EQ(all.retry, "10");
}

TEST_P(resuming, is_asked_for_by_the_general_stream_too) {
    hosted_fixture host(how({"--stream-max-age", "0.1"}));
    mcp_session session = host.session();
    http_client stream = session.listen();
    EXPECT_FALSE(stream.read_event());
    session.call("notify", R"({"method":"notifications/tools/list_changed"})");
    http_client next = session.listen();
    EXPECT_THAT(next.read_event()->data, HasSubstr("list_changed"));
}

TEST_P(resuming, is_asked_for_by_a_break_of_the_general_stream_of_older_clients) {
    hosted_fixture host(how({"--stream-max-age", "0.1"}));
    for (const char* version : {"2025-03-26", "2025-06-18"}) {
        mcp_session session = host.session({.version = version});
        http_client stream = session.listen();
        EXPECT_THROW(stream.read_event(), http_failure) << "no last chunk: " << version;
        session.call("notify", R"({"method":"notifications/tools/list_changed"})");
        http_client next = session.listen();
        EXPECT_THAT(next.read_event()->data, HasSubstr("list_changed")) << version;
        http_client newest = session.listen();
        EXPECT_FALSE(next.read_event()) << "one that is replaced ends by the book: " << version;
    }
}

TEST_P(resuming, is_offered_with_a_new_id_each_time_the_general_stream_ends) {
    hosted_fixture host(how({"--stream-max-age", "0.05"}));
    mcp_session session = host.session();
    std::string last;
    for (int i = 0; i < 3; ++i) {
        http_client stream = session.listen(last);
        const stream_reader all = read_on(stream);
        EXPECT_NE(all.last_id, last) << "the Go SDK counts ends without a new id as failures";
        EXPECT_EQ(all.comments_with("lost"), 0);
        last = all.last_id;
    }
    session.call("notify", R"({"method":"notifications/tools/list_changed"})");
    http_client stream = session.listen("0-0");
    const stream_reader all = read_on(stream);
    EXPECT_EQ(all.others, 1);
    EXPECT_EQ(all.comments_with("lost"), 0);
}

TEST_P(resuming, cannot_be_asked_of_older_clients_whose_calls_so_stay) {
    hosted_fixture host(how({"--stream-max-age", "0.05", "--silence", "0.05"}));
    mcp_session session = host.session({.version = "2025-06-18"});
    EXPECT_EQ(session.call("slow", R"({"ms":500})").text(), "slept");
}

}  // namespace
}  // namespace e2e
