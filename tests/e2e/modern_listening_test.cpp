// Promise: a client of revision 2026-07-28 that listens gets what it asked for, and nothing else, for as long as it listens.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <signal.h>

#include <algorithm>
#include <chrono>

#include "tests/e2e/modern_client.hpp"

namespace e2e {
namespace {

using testing::HasSubstr;
using testing::Not;

constexpr const char* changing =
    R"({"tools":{"listChanged":true},"prompts":{"listChanged":true},"resources":{"subscribe":true,"listChanged":true},"logging":{}})";

class modern_listening : public in_both_isolations {
protected:
    static hosting changing_server() { return how({}, {"--capabilities", changing}); }
};
IN_BOTH_ISOLATIONS(modern_listening);

/// A stream that listens to what the raw filter says, with its acknowledgement already read.
struct open_listener {
    http_client connection;
    std::string acknowledgement;
};

open_listener listen(modern_client& client, const std::string& filter, const std::string& id = R"("listen:0")") {
    modern_message message = client.message("subscriptions/listen", R"({"notifications":)" + filter + '}');
    message.id = id;
    http_client connection = client.begin(message);
    EXPECT_TRUE(connection.read_head().is_event_stream());
    std::string acknowledgement = connection.read_event().value_or(sse_event()).data;
    return {std::move(connection), std::move(acknowledgement)};
}

std::string next(open_listener& listener) {
    return listener.connection.read_event().value_or(sse_event()).data;
}

std::string id_in(const std::string& notification) {
    return std::string(member(member(member(notification, "params"), "_meta"), "io.modelcontextprotocol/subscriptionId"));
}

TEST_P(modern_listening, is_acknowledged_with_what_the_server_offers) {
    hosted_fixture host(how({}, {"--capabilities", R"({"tools":{"listChanged":true},"prompts":{}})"}));
    modern_client client(host);
    EXPECT_THAT(client.discover().at("result/capabilities"), HasSubstr(R"("tools":{"listChanged":true})"));
    open_listener listener = listen(client, R"({"toolsListChanged":true,"promptsListChanged":true,"resourceSubscriptions":["test://a"]})");
    EXPECT_EQ(member(listener.acknowledgement, "method"), R"("notifications/subscriptions/acknowledged")");
    EXPECT_EQ(at(listener.acknowledgement, "params/notifications"), R"({"toolsListChanged":true})");
    EXPECT_EQ(id_in(listener.acknowledgement), R"("listen:0")");
}

TEST_P(modern_listening, brings_changes_of_the_lists_that_were_asked_for) {
    hosted_fixture host(changing_server());
    modern_client client(host);
    open_listener tools = listen(client, R"({"toolsListChanged":true})");
    open_listener prompts = listen(client, R"({"promptsListChanged":true})", "0");
    client.call("notify", R"({"method":"notifications/prompts/list_changed"})");
    client.call("notify", R"({"method":"notifications/tools/list_changed"})");
    const std::string of_tools = next(tools);
    EXPECT_EQ(member(of_tools, "method"), R"("notifications/tools/list_changed")");
    EXPECT_EQ(id_in(of_tools), R"("listen:0")");
    const std::string of_prompts = next(prompts);
    EXPECT_EQ(member(of_prompts, "method"), R"("notifications/prompts/list_changed")");
    EXPECT_EQ(id_in(of_prompts), "0");
}

TEST_P(modern_listening, brings_updates_of_resources_and_counts_who_wants_them) {
    hosted_fixture host(changing_server());
    modern_client client(host);
    open_listener one = listen(client, R"({"resourceSubscriptions":["test://a","test://b"]})");
    EXPECT_EQ(at(one.acknowledgement, "params/notifications/resourceSubscriptions"), R"(["test://a","test://b"])");
    {
        open_listener other = listen(client, R"({"resourceSubscriptions":["test://a"]})", "5");
        client.call("notify", R"({"method":"notifications/resources/updated","params":{"uri":"test://a","x":1.0}})");
        for (open_listener* const each : {&one, &other}) EXPECT_EQ(at(next(*each), "params/uri"), R"("test://a")");
        other.connection.close();
    }
    one.connection.close();
    ASSERT_TRUE(host.receives(R"("resources/unsubscribe","params":{"uri":"test://a"})"));
    ASSERT_TRUE(host.receives(R"("resources/unsubscribe","params":{"uri":"test://b"})"));
    const auto lines = host.received();
    EXPECT_EQ(std::ranges::count_if(lines, [](const std::string& line) { return line.find("resources/unsubscribe") != std::string::npos; }), 2);
}

// A receiver reads the resource again anyway, and many copies of a large notification would block the bridge.
TEST_P(modern_listening, brings_only_the_name_of_a_resource_if_the_update_is_large) {
    hosted_fixture host(changing_server());
    modern_client client(host);
    open_listener listener = listen(client, R"({"resourceSubscriptions":["test://a"]})");
    const std::string large(65 * 1024, 'x');
    client.call("notify", R"({"method":"notifications/resources/updated","params":{"x":")" + large + R"(","uri":"test://a"}})");
    const std::string update = next(listener);
    EXPECT_EQ(at(update, "params/uri"), R"("test://a")");
    EXPECT_LT(update.size(), 1024U);
}

// The bound held for each listener, and a client may have hundreds.
TEST_P(modern_listening, shares_one_bound_with_all_listeners_of_its_client) {
    hosted_fixture host(how({"--limit", "max-subscriptions=3"}, {"--capabilities", changing}));
    modern_client client(host);
    open_listener one = listen(client, R"({"resourceSubscriptions":["test://a","test://b"]})");
    open_listener other = listen(client, R"({"resourceSubscriptions":["test://a","test://b"]})", "5");
    EXPECT_EQ(at(other.acknowledgement, "params/notifications/resourceSubscriptions"), R"(["test://a"])");
    one.connection.close();
    EXPECT_TRUE(eventually([&] {
        open_listener third = listen(client, R"({"resourceSubscriptions":["test://c","test://d"]})", "6");
        return at(third.acknowledgement, "params/notifications/resourceSubscriptions") == R"(["test://c","test://d"])";
    }));
}

std::string many_resources(int count) {
    std::string out = R"({"resourceSubscriptions":["test://0")";
    for (int i = 1; i < count; ++i) out += R"(,"test://)" + std::to_string(i) + '"';
    return out + "]}";
}

std::ptrdiff_t count_of(hosted_fixture& host, std::string_view text) {
    const std::vector<std::string> lines = host.received();
    return std::ranges::count_if(lines, [text](const std::string& line) { return line.find(text) != std::string::npos; });
}

TEST_P(modern_listening, to_many_resources_reaches_a_server_that_takes_few_calls_at_a_time) {
    hosted_fixture host(how({"--max-child-requests", "8"}, {"--capabilities", changing}));
    modern_client client(host);
    client.call("echo");
    {
        open_listener listener = listen(client, many_resources(100));
        EXPECT_TRUE(eventually([&] { return count_of(host, R"("method":"resources/subscribe")") == 100; }));
        listener.connection.close();
    }
    EXPECT_TRUE(eventually([&] { return count_of(host, R"("method":"resources/unsubscribe")") == 100; }));
    EXPECT_EQ(client.call("echo").text(), "ok");
}

TEST_P(modern_listening, leaves_room_for_calls_if_the_server_does_not_answer_to_it) {
    hosted_fixture host(how({"--max-child-requests", "64"}, {"--capabilities", changing, "--silent-on", "resources/subscribe"}));
    modern_client client(host);
    client.call("echo");
    open_listener listener = listen(client, many_resources(200));
    EXPECT_EQ(client.call("echo").text(), "ok");
    EXPECT_LE(count_of(host, R"("method":"resources/subscribe")"), 32);
}

// The bridge has one subscription at such a server, which stands for all clients.
TEST_P(modern_listening, gets_the_same_of_a_server_of_the_same_revision) {
    hosting wanted = how({}, {"--era", "modern", "--capabilities", changing});
    wanted.works = false;
    hosted_fixture host(wanted);
    modern_client client(host);
    open_listener one = listen(client, R"({"toolsListChanged":true,"resourceSubscriptions":["test://a"]})");
    EXPECT_EQ(at(one.acknowledgement, "params/notifications"), R"({"toolsListChanged":true,"resourceSubscriptions":["test://a"]})");
    open_listener other = listen(client, R"({"resourceSubscriptions":["test://a"]})", "5");
    EXPECT_EQ(id_in(other.acknowledgement), "5");
    client.call("notify", R"({"method":"notifications/tools/list_changed"})");
    EXPECT_EQ(id_in(next(one)), R"("listen:0")");
    client.call("notify", R"({"method":"notifications/resources/updated","params":{"uri":"test://a","x":1.0}})");
    EXPECT_EQ(at(next(one), "params/x"), "1.0");
    EXPECT_EQ(id_in(next(other)), "5");
    other.connection.close();
    one.connection.close();
    const auto listens_to_no_resource = [&host] {
        std::string last;
        for (const std::string& line : host.received()) {
            if (line.find("subscriptions/listen") != std::string::npos) last = line;
        }
        return last.find("test://a") == std::string::npos;
    };
    EXPECT_TRUE(eventually(listens_to_no_resource));
}

// A server that agrees to nothing, to a part, or does not answer: the bridge acknowledged all that was asked for.
TEST_P(modern_listening, is_acknowledged_with_what_a_server_of_the_same_revision_has_agreed_to) {
    struct expectation {
        const char* on_listen;
        const char* agreed;
    };
    for (const auto& [on_listen, agreed] : {expectation{"error", "{}"}, expectation{"nothing", "{}"}, expectation{"silence", "{}"},
                                            expectation{"tools", R"({"toolsListChanged":true})"}}) {
        SCOPED_TRACE(on_listen);
        hosting wanted = how({}, {"--era", "modern", "--capabilities", changing, "--on-listen", on_listen});
        wanted.works = false;
        hosted_fixture host(wanted);
        modern_client client(host);
        const std::string filter = R"({"toolsListChanged":true,"promptsListChanged":true,"resourceSubscriptions":["test://a"]})";
        open_listener one = listen(client, filter);
        EXPECT_EQ(at(one.acknowledgement, "params/notifications"), agreed);
        open_listener other = listen(client, filter, "5");
        EXPECT_EQ(at(other.acknowledgement, "params/notifications"), agreed);
    }
}

// Without resources nothing was sent for them, and the bridge waited two seconds for the outcome of nothing.
TEST_P(modern_listening, is_acknowledged_as_soon_as_a_server_of_the_same_revision_has_answered) {
    hosting wanted = how({}, {"--era", "modern", "--capabilities", changing});
    wanted.works = false;
    hosted_fixture host(wanted);
    modern_client client(host);
    EXPECT_EQ(client.call("echo").http.status, 200);
    const auto begin = std::chrono::steady_clock::now();
    open_listener listener = listen(client, R"({"toolsListChanged":true})");
    EXPECT_LT(std::chrono::steady_clock::now() - begin, std::chrono::milliseconds(1'800));
    EXPECT_EQ(at(listener.acknowledgement, "params/notifications"), R"({"toolsListChanged":true})");
}

// A new process gets the subscriptions of the one that was killed.
void expect_to_outlive_the_process(hosted_fixture& host) {
    modern_client client(host);
    open_listener listener = listen(client, R"({"toolsListChanged":true,"resourceSubscriptions":["test://a"]})");
    client.call("echo");
    const std::size_t starts = host.starts().size();
    ::kill(host.last_child(), SIGKILL);
    EXPECT_EQ(member(next(listener), "method"), R"("notifications/tools/list_changed")");
    ASSERT_TRUE(eventually([&] { return host.starts().size() > starts; }));
    client.call("notify", R"({"method":"notifications/resources/updated","params":{"uri":"test://a"}})");
    EXPECT_EQ(at(next(listener), "params/uri"), R"("test://a")");
    client.call("notify", R"({"method":"notifications/tools/list_changed"})");
    EXPECT_EQ(member(next(listener), "method"), R"("notifications/tools/list_changed")");
}

TEST_P(modern_listening, outlives_a_process_of_the_same_revision) {
    hosting wanted = how({}, {"--era", "modern", "--capabilities", changing});
    wanted.works = false;
    hosted_fixture host(wanted);
    expect_to_outlive_the_process(host);
}

TEST_P(modern_listening, outlives_the_process_with_its_subscriptions) {
    hosted_fixture host(changing_server());
    expect_to_outlive_the_process(host);
}

// Every client of the official SDK calls its first subscription "listen:0".
void expect_to_be_told_apart(hosted_fixture& host) {
    modern_client one(host);
    modern_client other(host);
    open_listener first = listen(one, R"({"toolsListChanged":true})");
    open_listener second = listen(other, R"({"promptsListChanged":true})");
    const auto change_both = [&one] {
        one.call("notify", R"({"method":"notifications/tools/list_changed"})");
        one.call("notify", R"({"method":"notifications/prompts/list_changed"})");
    };
    const auto expect_own = [](open_listener& listener, const std::string& list) {
        const std::string told = next(listener);
        EXPECT_EQ(member(told, "method"), json_string("notifications/" + list + "/list_changed"));
        EXPECT_EQ(id_in(told), R"("listen:0")");
    };
    change_both();
    expect_own(first, "tools");
    expect_own(second, "prompts");
    first.connection.close();
    change_both();
    expect_own(second, "prompts");
    open_listener again = listen(one, R"({"toolsListChanged":true})");
    change_both();
    expect_own(again, "tools");
    expect_own(second, "prompts");
}

TEST_P(modern_listening, is_told_apart_from_others_with_the_same_id) {
    hosted_fixture host(changing_server());
    expect_to_be_told_apart(host);
}

TEST_P(modern_listening, is_told_apart_from_others_of_a_server_of_the_same_revision) {
    hosting wanted = how({}, {"--era", "modern", "--capabilities", changing});
    wanted.works = false;
    hosted_fixture host(wanted);
    expect_to_be_told_apart(host);
}

// Neither the deadline of requests nor that of idle processes is for it. Without a byte from the bridge, proxies and clients would give it up.
TEST_P(modern_listening, is_kept_alive_while_nothing_happens) {
    hosting wanted = changing_server();
    wanted.arguments = {"--silence", "0.05", "--request-timeout", "1", "--limit", "sleep-after=0.2"};
    hosted_fixture host(wanted);
    modern_client client(host);
    open_listener listener = listen(client, R"({"toolsListChanged":true})");
    client.call("echo");
    const auto starts = host.starts();
    const auto end = std::chrono::steady_clock::now() + std::chrono::milliseconds(2500);
    while (std::chrono::steady_clock::now() < end) {
        const auto event = listener.connection.read_any_event();
        ASSERT_TRUE(event);
        ASSERT_TRUE(event->is_comment()) << event->data;
    }
    client.call("notify", R"({"method":"notifications/tools/list_changed"})");
    const std::string told = next(listener);
    EXPECT_EQ(member(told, "method"), R"("notifications/tools/list_changed")");
    EXPECT_EQ(host.starts(), starts);
}

TEST(modern_listening_to_one_process, ends_with_a_result_when_the_bridge_stops) {
    hosted_fixture host({.flags = {"--capabilities", changing}});
    modern_client client(host);
    open_listener listener = listen(client, R"({"toolsListChanged":true})");
    host.bridge().signal(SIGTERM);
    const std::string last = next(listener);
    EXPECT_EQ(member(last, "id"), R"("listen:0")");
    EXPECT_EQ(at(last, "result/resultType"), R"("complete")");
    EXPECT_EQ(host.bridge().wait(), clean_exit);
}

// Such a server was asked again four times a second, and each time all clients were told to read all lists again.
TEST(modern_listening_to_one_process, is_not_disturbed_by_a_server_that_ends_each_subscription_at_once) {
    hosted_fixture host({.flags = {"--era", "modern", "--capabilities", R"({"tools":{"listChanged":true}})", "--on-listen", "end"}, .works = false});
    modern_client client(host);
    open_listener listener = listen(client, R"({"toolsListChanged":true})");
    EXPECT_EQ(at(listener.acknowledgement, "params/notifications"), R"({"toolsListChanged":true})");
    const auto read_two_notices = [&] {
        for (int i = 0; i < 2; ++i) listener.connection.read_event(milliseconds(4000));
    };
    EXPECT_THROW(read_two_notices(), http_failure) << "only of the first end, if the client listened already";
    EXPECT_LE(count_of(host, "subscriptions/listen"), 10) << "with those of the bridge's own first look";
    EXPECT_TRUE(host.bridge().logs("the server ends its subscriptions to changes again and again"));
}

TEST(modern_listening_to_one_process, must_say_what_it_wants_and_accept_a_stream) {
    hosted_fixture host({.flags = {"--capabilities", changing}});
    modern_client client(host);
    EXPECT_EQ(client.request("subscriptions/listen").http.status, 400);
    modern_message plain = client.message("subscriptions/listen", R"({"notifications":{}})");
    plain.headers.erase("Accept");
    plain.headers.emplace("Accept", "application/json");
    EXPECT_EQ(client.send(plain).http.status, 406);
}

}  // namespace
}  // namespace e2e
