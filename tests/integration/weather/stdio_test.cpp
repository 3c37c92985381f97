// The process as a stdio peer: framing, broken lines, how it ends.
#include <fcntl.h>
#include <signal.h>
#include <unistd.h>

#include "tests/integration/weather/weather_process.hpp"
#include "tests/support/test_certificate.hpp"

namespace weather_test {
namespace {

const std::string ping = R"({"jsonrpc":"2.0","id":1,"method":"ping"})";
const std::string pong = R"({"jsonrpc":"2.0","id":1,"result":{}})";

TEST(stdio, lines_may_come_in_pieces_and_in_any_company) {
    weather_process server({"--sample"});
    for (const char c : ping + "\r\n") server.send_text(std::string(1, c));
    EXPECT_EQ(server.read_line(), pong);
    server.send_text("\n\n" + ping + "\n" + ping + "\n");
    EXPECT_EQ(server.read_line(), pong);
    EXPECT_EQ(server.read_line(), pong);
}

TEST(stdio, broken_lines_are_answered_and_survived) {
    weather_process server({"--sample"});
    for (const auto* line : {"garbage\n", "{\"a\":\n", "\xff\xfe\n", "{\"jsonrpc\":\"2.0\",\"id\":null,\"method\":\"ping\"}\n"}) {
        server.send_text(line);
        const auto answered = server.receive();
        EXPECT_LT(answered["error"]["code"], 0) << line;
        EXPECT_TRUE(answered["id"].is_null()) << line;
    }
    server.send_text(ping + "\n");
    EXPECT_EQ(server.read_line(), pong);
}

TEST(stdio, deep_nesting_is_refused) {
    weather_process server({"--sample"});
    server.send_text(std::string(200'000, '[') + std::string(200'000, ']') + "\n");
    EXPECT_EQ(server.receive()["error"]["code"], -32700);
    server.send_text(ping + "\n");
    EXPECT_EQ(server.read_line(), pong);
}

TEST(stdio, a_line_over_the_limit_ends_the_service_with_an_error) {
    weather_process server({"--sample"});
    server.send_text(std::string(5 * 1024 * 1024, 'x'));
    const auto answered = server.receive();
    EXPECT_EQ(answered["error"]["code"], -32600);
    EXPECT_THAT(answered["error"]["message"].get<std::string>(), testing::HasSubstr("longer than"));
    EXPECT_EQ(server.wait_for_exit(), 1);
}

TEST(stdio, the_end_of_input_ends_it_with_success) {
    weather_process server({"--sample"});
    server.close_input();
    EXPECT_EQ(server.read_line(), std::nullopt);
    EXPECT_EQ(server.wait_for_exit(), 0);
    EXPECT_EQ(server.error_output(), "");
}

TEST(stdio, a_last_line_needs_no_line_break) {
    weather_process server({"--sample"});
    server.send_text(ping);
    server.close_input();
    EXPECT_EQ(server.read_line(), pong);
    EXPECT_EQ(server.wait_for_exit(), 0);
}

TEST(stdio, input_may_be_a_file) {
    const auto call = weather_process::modern_request("c", "tools/call", {{"name", "get_alerts"}, {"arguments", {{"state", "CA"}}}});
    const test_support::temporary_file file(ping + "\n" + call.dump() + "\n");
    const int input = ::open(file.path().c_str(), O_RDONLY | O_CLOEXEC);
    weather_process server({"--sample"}, {}, input);
    ::close(input);
    EXPECT_EQ(server.read_line(), pong);
    EXPECT_EQ(server.receive()["id"], "c");
    EXPECT_EQ(server.wait_for_exit(), 0);
}

TEST(stdio, the_flags_of_the_input_it_was_given_stay_as_they_were) {
    int ends[2];
    ASSERT_EQ(::pipe2(ends, O_CLOEXEC), 0);
    const int before = ::fcntl(ends[0], F_GETFL);
    weather_process server({"--sample"}, {}, ends[0]);
    ASSERT_EQ(::write(ends[1], (ping + "\n").data(), ping.size() + 1), static_cast<ssize_t>(ping.size() + 1));
    EXPECT_EQ(server.read_line(), pong);
    EXPECT_EQ(::fcntl(ends[0], F_GETFL), before);
    ::close(ends[0]);
    ::close(ends[1]);
    EXPECT_EQ(server.wait_for_exit(), 0);
}

TEST(stdio, signals_end_it_at_once) {
    for (const int signal : {SIGTERM, SIGINT}) {
        weather_process server({"--sample"});
        server.send_text(ping + "\n");
        EXPECT_EQ(server.read_line(), pong);
        server.signal(signal);
        EXPECT_EQ(server.wait_for_exit(), 0);
    }
}

TEST(stdio, signals_end_it_even_while_the_client_does_not_read) {
    weather_process server({"--sample"});
    server.initialize();
    // The answers are several times what a pipe holds, the requests are not.
    for (int id = 0; id < 100; ++id) server.send({{"jsonrpc", "2.0"}, {"id", id}, {"method", "tools/list"}});
    server.signal(SIGTERM);
    EXPECT_EQ(server.wait_for_exit(), 0);
}

TEST(stdio, a_client_that_no_longer_reads_ends_it) {
    weather_process server({"--sample"});
    server.close_output();
    server.send_text(ping + "\n");
    EXPECT_EQ(server.wait_for_exit(), 0);
}

TEST(stdio, ids_come_back_as_they_were) {
    weather_process server({"--sample"});
    for (const char* id : {"0", "-1", "9007199254740993", "\"0\"", "\"\"", "\"ключ\""}) {
        server.send_text(R"({"jsonrpc":"2.0","id":)" + std::string(id) + R"(,"method":"ping"})" + "\n");
        EXPECT_EQ(server.read_line(), R"({"jsonrpc":"2.0","id":)" + std::string(id) + R"(,"result":{}})");
    }
}

TEST(stdio, unknown_tools_and_methods_are_protocol_errors) {
    weather_process server({"--sample"});
    server.initialize();
    EXPECT_EQ(server.ask(weather_process::call_request(1, "nope", json::object()))["error"]["code"], -32602);
    EXPECT_EQ(server.ask({{"jsonrpc", "2.0"}, {"id", 2}, {"method", "nope"}})["error"]["code"], -32601);
}

TEST(stdio, a_batch_is_answered_by_one_line) {
    weather_process server({"--sample"});
    server.initialize("2025-03-26");
    json batch = json::array();
    batch.push_back(weather_process::call_request(1, "get_alerts", {{"state", "CA"}}));
    batch.push_back(weather_process::call_request(2, "get_alerts", {{"state", "TX"}}));
    batch.push_back({{"jsonrpc", "2.0"}, {"method", "notifications/initialized"}});
    server.send(batch);
    const auto answers = server.receive();
    ASSERT_TRUE(answers.is_array());
    EXPECT_EQ(answers.size(), 2U);
}

}  // namespace
}  // namespace weather_test
