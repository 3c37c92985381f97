// The badly behaved child does what its table says. Where a test of the bridge relies on misbehaviour, this is what it
// relies on.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <csignal>

#include "tests/support/binaries.hpp"
#include "tests/support/child_process.hpp"
#include "tests/support/raw_json.hpp"

namespace test_support {
namespace {

using testing::HasSubstr;

class fixture_process : public child_process {
public:
    explicit fixture_process(std::vector<std::string> flags = {}) : child_process({.command = command(std::move(flags))}) {}

    void ask(std::string_view method, std::string_view params = "{}") {
        write_line(R"({"jsonrpc":"2.0","id":)" + std::to_string(++id_) + R"(,"method":)" + quoted_json(method) + R"(,"params":)" +
                   std::string(params) + "}");
    }
    void ask_tool(std::string_view tool, std::string_view arguments = "{}") {
        ask("tools/call", R"({"name":)" + quoted_json(tool) + R"(,"arguments":)" + std::string(arguments) + "}");
    }
    std::string next() { return read_line().value_or("(nothing)"); }

private:
    static std::vector<std::string> command(std::vector<std::string> flags) {
        flags.insert(flags.begin(), fixture_binary());
        return flags;
    }
    long id_ = 0;
};

TEST(fixture, initializes_and_lists_its_tools) {
    fixture_process child;
    child.ask("initialize", R"({"protocolVersion":"2025-06-18"})");
    EXPECT_EQ(at(child.next(), "result/protocolVersion"), R"("2025-06-18")");
    child.ask("tools/list");
    EXPECT_THAT(child.next(), HasSubstr(R"("name":"wrong")"));
    child.close_stdin();
    EXPECT_EQ(child.wait(), (exit_status{true, 0}));
}

TEST(fixture, echoes_its_params_byte_for_byte) {
    fixture_process child;
    const std::string params = R"({"name":"echo", "arguments":{"n":1.10,"big":9007199254740993,"n":2},"x_vendor":[ ]})";
    child.ask("tools/call", params);
    EXPECT_EQ(at(child.next(), "result/structuredContent/params"), params);
}

TEST(fixture, answers_other_calls_while_one_is_slow) {
    fixture_process child;
    child.ask_tool("slow", R"({"ms":50})");
    child.ask("ping");
    EXPECT_EQ(member(child.next(), "id"), "2");
    EXPECT_EQ(member(child.next(), "id"), "1");
}

TEST(fixture, leaves_a_cancelled_call_unanswered) {
    fixture_process child;
    child.ask_tool("slow", R"({"ms":50})");
    child.write_line(R"({"jsonrpc":"2.0","method":"notifications/cancelled","params":{"requestId":1}})");
    child.ask_tool("slow", R"({"ms":60})");
    EXPECT_EQ(member(child.next(), "id"), "2");
}

TEST(fixture, sends_progress_before_the_answer) {
    fixture_process child;
    child.ask("tools/call", R"({"name":"progress","arguments":{"count":2},"_meta":{"progressToken":"t"}})");
    EXPECT_EQ(at(child.next(), "params/progressToken"), R"("t")");
    EXPECT_EQ(at(child.next(), "params/progress"), "2");
    EXPECT_EQ(at(child.next(), "result/content/0/text"), R"("finished")");
}

TEST(fixture, asks_its_client_and_reports_the_answer) {
    fixture_process child;
    child.ask_tool("ask", R"({"method":"roots/list"})");
    EXPECT_EQ(member(child.next(), "method"), R"("roots/list")");
    child.write_line(R"({"jsonrpc":"2.0","id":0,"result":{"roots":[]}})");
    EXPECT_EQ(at(child.next(), "result/structuredContent/answer/result"), R"({"roots":[]})");
}

TEST(fixture, answers_in_wrong_shapes) {
    fixture_process child;
    child.ask_tool("wrong", R"({"shape":"string_id"})");
    EXPECT_EQ(member(child.next(), "id"), R"("1")");
    child.ask_tool("wrong", R"({"shape":"unknown_id"})");
    EXPECT_EQ(member(child.next(), "id"), "987654321");
    EXPECT_EQ(member(child.next(), "id"), "2");
    child.ask_tool("wrong", R"({"shape":"batch"})");
    EXPECT_EQ(at(child.next(), "0/id"), "3");
}

TEST(fixture, dies_as_told_with_last_words) {
    fixture_process child({"--crash-on", "initialize", "--crash-by", "signal:11", "--last-words", "no more"});
    child.ask("initialize");
    EXPECT_EQ(child.wait(), (exit_status{false, SIGSEGV}));
    EXPECT_EQ(child.stderr_text(), "no more\n");
}

TEST(fixture, writes_bytes_one_by_one_and_keeps_them_whole) {
    fixture_process child({"--bytewise", "--crlf", "--bom"});
    child.ask_tool("bytewise", R"({"text":"é😀"})");
    EXPECT_EQ(child.next(),
              "\xef\xbb\xbf{\"jsonrpc\":\"2.0\",\"id\":1,\"result\":{\"content\":[{\"type\":\"text\","
              "\"text\":\"é😀\"}]}}\r");
}

TEST(fixture, ignores_what_should_end_it) {
    fixture_process child({"--ignore-term", "--ignore-eof"});
    child.ask("ping");
    child.next();
    child.close_stdin();
    child.signal(SIGTERM);
    EXPECT_TRUE(stays_true([&child] { return is_running(child.pid()); }, 50ms));
}

TEST(fixture, starts_a_grandchild_that_outlives_it) {
    fixture_process child;
    child.ask_tool("grandchild", R"({"own_session":true})");
    const auto grandchild = static_cast<pid_t>(integer(at(child.next(), "result/structuredContent/pid"), -1));
    child.close_stdin();
    EXPECT_EQ(child.wait(), (exit_status{true, 0}));
    ASSERT_GT(grandchild, 1);
    EXPECT_TRUE(is_running(grandchild));
    ::kill(grandchild, SIGKILL);
    EXPECT_TRUE(eventually([grandchild] { return !is_running(grandchild); }));
}

TEST(fixture, reports_its_process) {
    fixture_process child;
    child.ask_tool("process");
    const std::string line = child.next();
    EXPECT_EQ(integer(at(line, "result/structuredContent/pid"), 0), child.pid());
    EXPECT_EQ(integer(at(line, "result/structuredContent/pgid"), 0), child.pid());
    EXPECT_FALSE(at(line, "result/structuredContent/environment/PATH").empty());
    EXPECT_THAT(std::string(at(line, "result/structuredContent/fds/0")), HasSubstr("pipe:"));
}

}  // namespace
}  // namespace test_support
