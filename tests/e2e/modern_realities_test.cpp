// Promise: clients of revision 2026-07-28 are served by servers of both eras as these are found: with odd ways to write, or none at all; and the ids
// of a client, which every client chooses alike, reach nobody else.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <chrono>

#include "tests/e2e/modern_client.hpp"

namespace e2e {
namespace {

using testing::HasSubstr;

// The parameter is the era of the server.
class modern_realities : public testing::TestWithParam<const char*> {
protected:
    static bool is_modern() { return std::string_view(GetParam()) == "modern"; }
    static hosting of_era(std::vector<std::string> flags = {}, std::vector<std::string> arguments = {}) {
        flags.insert(flags.end(), {"--era", GetParam()});
        return {.arguments = std::move(arguments), .flags = std::move(flags), .works = !is_modern()};
    }
    /// The first request that the server gets.
    static std::string opening() { return is_modern() ? "server/discover" : "initialize"; }
};
INSTANTIATE_TEST_SUITE_P(era, modern_realities, testing::Values("legacy", "modern"),
                         [](const auto& instance) { return std::string(instance.param); });

TEST_P(modern_realities, of_servers_that_write_in_every_way) {
    for (const std::vector<std::string>& flags : {std::vector<std::string>{"--bom"},
                                                  {"--crlf"},
                                                  {"--bom", "--crlf", "--bytewise"},
                                                  {"--banner", "20"},
                                                  {"--banner", "3", "--bom", "--crlf"}}) {
        hosted_fixture host(of_era(flags));
        modern_client client(host);
        const std::string which = testing::PrintToString(flags);
        EXPECT_EQ(client.call("echo", R"({"text":"é"})").text(), "ok") << which;
        EXPECT_THAT(client.discover().at("result/_meta"), HasSubstr("stdio-fixture")) << which;
        EXPECT_THAT(client.request("tools/list").at("result/tools"), HasSubstr(R"("name":"echo")")) << which;
        const mcp_answer answer = client.call("progress", R"({"count":2})", R"(,"progressToken":"mine")");
        EXPECT_EQ(answer.earlier.size(), 2U) << which;
        EXPECT_EQ(answer.text(), "finished") << which;
        const mcp_answer failed = client.call("raw_error", R"({"error":{"code":17,"message":"m"}})");
        EXPECT_EQ(error_code(failed.message), 17) << which;
    }
}

// SDKs give up lines of more than 10 MiB.
TEST_P(modern_realities, of_lines_of_11_mib_in_both_directions) {
    hosted_fixture host(of_era());
    modern_client client(host);
    const std::string argument = R"({"text":")" + std::string(11 * 1024 * 1024, 'x') + R"("})";
    const mcp_answer answer = client.send(client.call_message("echo", argument), std::chrono::seconds(60));
    EXPECT_EQ(answer.at("result/resultType"), R"("complete")");
    EXPECT_TRUE(at(echoed(answer), "arguments") == argument) << "the texts are too long to be printed";
    const auto starts = host.starts();
    EXPECT_EQ(client.call("echo").text(), "ok");
    EXPECT_EQ(host.starts(), starts) << "the server lives on";
}

TEST_P(modern_realities, of_servers_that_end_or_say_nothing_when_they_are_opened) {
    const auto answer_of = [](hosting wanted) {
        wanted.works = false;
        hosted_fixture host(wanted);
        return error_text(modern_client(host).call("echo").message);
    };
    EXPECT_THAT(answer_of(of_era({"--crash-on", opening(), "--last-words", "no luck"})), HasSubstr("no luck"));
    EXPECT_THAT(answer_of(of_era({"--silent-on", opening()}, {"--limit", "start-timeout=0.5"})), HasSubstr("in time"));
}

// The first id of the official SDKs is 0. A process that serves both clients gets numbers of the bridge instead.
TEST_P(modern_realities, of_two_clients_whose_calls_have_the_id_0) {
    hosted_fixture host(of_era());
    modern_client one(host);
    modern_client other(host);
    const modern_message left = one.call_message("slow", R"({"ms":600000,"who":"left"})");
    const modern_message kept = other.call_message("slow", R"({"ms":1500,"who":"kept"})");
    ASSERT_EQ(left.id, "0");
    ASSERT_EQ(kept.id, "0");
    http_client leaving = one.begin(left);
    ASSERT_TRUE(host.receives(R"("who":"left")"));
    http_client staying = other.begin(kept);
    ASSERT_TRUE(host.receives(R"("who":"kept")"));
    const std::string number(member(host.line_with(R"("who":"left")"), "id"));
    EXPECT_NE(number, member(host.line_with(R"("who":"kept")"), "id"));
    leaving.close();
    ASSERT_TRUE(host.receives("notifications/cancelled"));
    EXPECT_EQ(at(host.line_with("notifications/cancelled"), "params/requestId"), number);
    const mcp_answer answer = read_answer(staying, kept.id);
    EXPECT_EQ(answer.text(), "slept");
    EXPECT_EQ(answer.at("id"), "0");
    const auto lines = host.received();
    EXPECT_EQ(std::ranges::count_if(lines, [](const std::string& line) { return line.find("notifications/cancelled") != std::string::npos; }), 1);
}

// A client of the TypeScript SDK asks to resume a stream that has event ids, which no server of this revision can do.
TEST_P(modern_realities, of_streams_without_event_ids_that_end_with_an_error) {
    hosted_fixture host(of_era({}, {"--silence", "0.05"}));
    modern_client client(host);
    const modern_message call = client.call_message("crash", R"({"after_ms":500})");
    http_client connection = client.begin(call);
    ASSERT_TRUE(connection.read_head().is_event_stream());
    std::string last;
    bool was_silent = false;
    while (const auto event = connection.read_any_event()) {
        EXPECT_EQ(event->id, "");
        was_silent = was_silent || event->is_comment();
        last = event->data;
    }
    EXPECT_TRUE(was_silent);
    EXPECT_EQ(member(last, "id"), call.id);
    EXPECT_NE(error_code(last), 0);
}

}  // namespace
}  // namespace e2e
