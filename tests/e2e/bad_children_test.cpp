// Promise: whatever a server writes, a client gets valid answers to its own requests only, and no request
// waits for ever.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/e2e/hosted_fixture.hpp"

namespace e2e {
namespace {

using testing::HasSubstr;

class bad_children : public in_both_isolations {};
IN_BOTH_ISOLATIONS(bad_children);

void expect_work(hosted_fixture& host) {
    mcp_session session = host.session();
    EXPECT_EQ(session.call("echo").text(), "ok");
    EXPECT_EQ(session.call("bytewise", R"({"text":"é😀한"})").text(), "é😀한");
    const mcp_answer logged = session.call("log", R"({"count":2,"text":"é"})");
    EXPECT_EQ(logged.earlier.size(), 2U);
    EXPECT_EQ(logged.text(), "logged");
}

TEST_P(bad_children, may_write_in_every_way) {
    for (const std::vector<std::string>& flags : {std::vector<std::string>{"--banner", "200"},
                                                  {"--crlf"},
                                                  {"--bom"},
                                                  {"--bytewise"},
                                                  {"--ids", "string"},
                                                  {"--ids", "decimal"},
                                                  {"--echo"},
                                                  {"--echo", "--crlf"},
                                                  {"--answers", "3"},
                                                  {"--bom", "--crlf", "--bytewise"},
                                                  {"--grandchild"}}) {
        hosted_fixture host(how({}, flags));
        expect_work(host);
    }
}

TEST_P(bad_children, may_flood_stderr_before_they_begin) {
    hosted_fixture host(how({}, {"--stderr-mib", "4"}));
    expect_work(host);
}

TEST_P(bad_children, may_flood_both_outputs_during_a_call) {
    hosted_fixture host(how());
    mcp_session session = host.session();
    EXPECT_EQ(session.call("flood_stdout", R"({"lines":20000})", 30s).text(), "flooded");
    EXPECT_TRUE(host.bridge().logs("further such lines are counted, not logged"));
    EXPECT_LT(host.bridge().log().size(), 1024U * 1024);
    EXPECT_EQ(session.call("flood_stderr", R"({"mib":50})", 60s).text(), "flooded");
    EXPECT_EQ(session.call("echo").text(), "ok");
}

TEST_P(bad_children, still_have_their_right_answers_found) {
    hosted_fixture host(how());
    mcp_session session = host.session();
    for (const char* shape : {"not_json", "blank_lines", "unknown_id", "null_id", "twice", "scalar", "string_id", "decimal_id", "after_a_prefix",
                              "after_a_prefix_with_braces", "before_a_text", "behind_a_log", "batch", "no_version", "null_error"}) {
        EXPECT_EQ(session.call("wrong", R"({"shape":)" + json_string(shape) + "}").text(), "right") << shape;
        EXPECT_EQ(session.call("echo").text(), "ok") << shape;
    }
}

TEST_P(bad_children, have_the_members_of_an_array_line_passed_on_singly) {
    hosted_fixture host(how());
    mcp_session session = host.session();
    const mcp_answer answer = session.call("wrong", R"({"shape":"batch_with_log"})");
    ASSERT_EQ(answer.earlier.size(), 1U);
    EXPECT_EQ(answer.earlier.front(), R"({"jsonrpc":"2.0","method":"notifications/message","params":{"level":"info","data":"in a batch"}})");
    EXPECT_EQ(answer.text(), "right");
}

TEST_P(bad_children, have_both_messages_of_a_line_passed_on) {
    hosted_fixture host(how());
    mcp_session session = host.session();
    const mcp_answer answer = session.call("wrong", R"({"shape":"behind_a_log"})");
    ASSERT_EQ(answer.earlier.size(), 1U);
    EXPECT_THAT(answer.earlier.front(), HasSubstr("on the same line"));
    EXPECT_EQ(answer.text(), "right");
}

TEST_P(bad_children, have_progress_under_a_decimal_token_passed_on) {
    hosted_fixture host(how());
    mcp_session session = host.session();
    const std::string line = R"({"jsonrpc":"2.0","method":"notifications/progress","params":{"progressToken":@ID@.0,"progress":1}})";
    const mcp_answer answer = session.request(
        "tools/call", R"({"name":"line","arguments":{"text":)" + json_string(line) + R"(,"then_answer":true},"_meta":{"progressToken":7.0}})");
    ASSERT_EQ(answer.earlier.size(), 1U);
    EXPECT_EQ(at(answer.earlier.front(), "params/progressToken"), "7.0");
    EXPECT_EQ(answer.text(), "right");
}

TEST_P(bad_children, that_leave_out_the_version_are_warned_of_once) {
    hosted_fixture host(how());
    mcp_session session = host.session();
    for (int i = 0; i < 3; ++i) EXPECT_EQ(session.call("wrong", R"({"shape":"no_version"})").text(), "right");
    constexpr std::string_view warning = "answers without \"jsonrpc\"";
    ASSERT_TRUE(host.bridge().logs(warning));
    const std::string log = host.bridge().log();
    EXPECT_EQ(log.find(warning), log.rfind(warning));
}

TEST_P(bad_children, fail_a_call_at_once_with_what_is_wrong_with_its_answer) {
    hosted_fixture host(how());
    mcp_session session = host.session();
    for (const auto& [shape, reason] :
         {std::pair{"result_and_error", "both"}, std::pair{"text_as_error", "\"error\" is not an object"},
          std::pair{"null_result_and_text_as_error", "\"error\" is not an object"}, std::pair{"not_a_number", "NaN"},
          std::pair{"raw_control_character", "a control character inside a string at byte"}, std::pair{"deep", "max-json-depth"},
          std::pair{"cut_off", "the text ends inside a string"}, std::pair{"id_behind_the_fault", "Infinity"},
          std::pair{"two_results", "two members"}, std::pair{"wrong_version", "\"jsonrpc\" is not \"2.0\""}, std::pair{"no_contents", "neither"}}) {
        const mcp_answer answer = session.call("wrong", R"({"shape":)" + json_string(shape) + "}");
        EXPECT_EQ(error_code(answer.message), -32603) << shape;
        EXPECT_THAT(error_text(answer.message), HasSubstr("the server's answer is")) << shape;
        EXPECT_THAT(error_text(answer.message), HasSubstr(reason)) << shape;
        EXPECT_EQ(answer.at("id"), std::to_string(session.last_request_id()));
        EXPECT_EQ(session.call("echo").text(), "ok") << shape;
    }
}

TEST_P(bad_children, that_echo_their_input_are_warned_of_once_and_get_no_answers_to_it) {
    hosted_fixture host(how({}, {"--echo"}));
    mcp_session session = host.session();
    EXPECT_EQ(session.call("echo").text(), "ok");
    EXPECT_EQ(session.call("ask", R"({"method":"ping"})").at("result/structuredContent/answer/result"), "{}");
    ASSERT_TRUE(host.bridge().logs("as a terminal does"));
    for (const std::string& line : host.received()) EXPECT_EQ(member(line, "error"), "") << line;
    EXPECT_FALSE(host.bridge().log().find("was never sent") != std::string::npos);
}

TEST_P(bad_children, have_bytes_that_are_no_utf8_replaced) {
    hosted_fixture host(how());
    mcp_session session = host.session();
    EXPECT_EQ(session.call("wrong", R"({"shape":"invalid_utf8"})").text(), "a\xef\xbf\xbd\xef\xbf\xbd(b");
    EXPECT_TRUE(host.bridge().logs("not UTF-8"));
}

TEST_P(bad_children, have_their_garbage_logged_and_never_forwarded) {
    hosted_fixture host(how());
    mcp_session session = host.session();
    const mcp_answer answer = session.call("line", R"({"text":"Listening on port 80\u0007","then_answer":true})");
    EXPECT_EQ(answer.text(), "right");
    EXPECT_FALSE(answer.http.is_event_stream());
    EXPECT_TRUE(host.bridge().logs(R"(Listening on port 80\x07)"));
}

TEST_P(bad_children, that_never_answer_meet_the_deadline) {
    hosted_fixture host(how({"--request-timeout", "0.3"}));
    mcp_session session = host.session();
    const mcp_answer answer = session.call("wrong", R"({"shape":"no_answer"})");
    EXPECT_EQ(answer.http.status, 200);
    EXPECT_EQ(error_code(answer.message), -32001);
    EXPECT_EQ(error_text(answer.message), "Request timed out");
    EXPECT_EQ(answer.at("id"), std::to_string(session.last_request_id()));
    const std::string call = host.line_with("no_answer");
    ASSERT_TRUE(host.receives("notifications/cancelled"));
    EXPECT_EQ(at(host.line_with("notifications/cancelled"), "params/requestId"), member(call, "id"));
    EXPECT_EQ(session.call("echo").text(), "ok");
}

TEST_P(bad_children, that_do_not_answer_initialize_meet_the_deadline) {
    hosting silent = how({"--start-timeout", "0.3", "--stop-grace", "0.1"}, {"--not-reading"});
    silent.works = false;
    hosted_fixture host(silent);
    mcp_session session = host.client();
    const mcp_answer answer = session.initialize();
    EXPECT_EQ(error_code(answer.message), -32603);
    EXPECT_THAT(error_text(answer.message), HasSubstr("did not answer initialize in time"));
    EXPECT_EQ(session.id(), "");
    EXPECT_EQ(host.connect().get("/readyz").status, 503);
}

TEST_P(bad_children, that_wait_for_a_person_are_quoted_when_their_start_times_out) {
    hosting asking = how({"--start-timeout", "0.3", "--stop-grace", "0.1"}, {"--not-reading", "--prompt", "Enter your key: "});
    asking.works = false;
    hosted_fixture host(asking);
    const std::string text = error_text(host.client().initialize().message);
    EXPECT_THAT(text, HasSubstr("it wrote to stdout, without the end of a line: Enter your key: "));
    EXPECT_THAT(text, HasSubstr("its last words: Enter your key: "));
}

TEST_P(bad_children, that_only_echo_are_described_when_their_start_times_out) {
    hosting echoing = how({"--start-timeout", "0.3", "--stop-grace", "0.1"}, {"--echo", "--silent-on", "initialize"});
    echoing.works = false;
    hosted_fixture host(echoing);
    EXPECT_THAT(error_text(host.client().initialize().message), HasSubstr("it writes back what it reads, as a terminal does"));
}

TEST_P(bad_children, that_crash_have_the_first_lines_of_their_report_quoted) {
    hosted_fixture host(how());
    mcp_session session = host.session();
    std::string report = "panic: nil map\n";
    for (int i = 0; i < 100; ++i) report += "frame " + std::to_string(i) + '\n';
    const mcp_answer answer = session.call("crash", R"({"stderr":)" + json_string(report) + "}");
    EXPECT_THAT(error_text(answer.message), HasSubstr("panic: nil map | frame 0 | "));
    EXPECT_THAT(error_text(answer.message), HasSubstr(" | frame 98 | frame 99"));
    EXPECT_THAT(error_text(answer.message), HasSubstr("lines left out"));
}

TEST_P(bad_children, that_answer_under_other_ids_only_meet_the_deadline) {
    for (const auto& [style, log] : {std::pair{"null", "what is no message"}, std::pair{"unknown", "was never sent"}}) {
        hosting stray = how({"--start-timeout", "0.3", "--stop-grace", "0.1"}, {"--ids", style});
        stray.works = false;
        hosted_fixture host(stray);
        EXPECT_THAT(error_text(host.client().initialize().message), HasSubstr("in time")) << style;
        EXPECT_TRUE(host.bridge().logs(log)) << style;
    }
}

TEST_P(bad_children, that_stop_reading_hold_up_nobody_for_long) {
    hosted_fixture host(how({"--request-timeout", "0.5", "--limit", "max-child-backlog=64KiB", "--stop-grace", "0.1"}));
    mcp_session session = host.session();
    session.call("stop_reading");
    EXPECT_EQ(error_code(session.call("echo").message), -32001);
    const std::string large = R"({"text":")" + std::string(1024 * 1024, 'x') + R"("})";
    EXPECT_EQ(error_code(session.call("echo", large).message), -32001);
    const mcp_answer refused = session.call("echo");
    EXPECT_EQ(refused.http.status, 503);
    EXPECT_THAT(error_text(refused.message), HasSubstr("does not read"));
    EXPECT_EQ(host.connect().get("/healthz").status, 200);
    EXPECT_EQ(session.terminate().status, 200);
}

TEST_P(bad_children, may_answer_with_a_line_of_just_the_bound) {
    hosted_fixture host(how({"--max-line-size", "1MiB"}));
    mcp_session session = host.session();
    EXPECT_EQ(session.call("big", R"({"bytes":1000000})").text().size(), 1'000'000U);
}

TEST_P(bad_children, that_write_a_line_beyond_the_bound_lose_that_answer_alone) {
    hosted_fixture host(how({"--max-line-size", "64KiB", "--metrics-listen", "0"}));
    mcp_session session = host.session();
    http_client other = session.begin_post(call_text(R"("other")", "slow", R"({"ms":3000,"who":"other"})"));
    ASSERT_TRUE(host.receives(R"("who":"other")"));
    const mcp_answer answer = session.call("big", R"({"bytes":5000000})");
    EXPECT_EQ(error_code(answer.message), -32603);
    EXPECT_THAT(error_text(answer.message), HasSubstr("more than the 65536"));
    EXPECT_EQ(session.call("echo").text(), "ok");
    EXPECT_THAT(read_answer(other, R"("other")").message, HasSubstr("result"));
    EXPECT_EQ(host.starts_since_ready(), is_shared() ? 0U : 1U) << "the server lives on";
    EXPECT_EQ(host.metric("mcp_bridge_limit_hits_total{limit=\"max-line-size\"}"), 1);
}

// An answer of which it cannot be told whose it is could be anybody's.
TEST_P(bad_children, that_write_such_a_line_without_an_id_are_ended_with_the_reason) {
    hosted_fixture host(how({"--max-line-size", "64KiB", "--stop-grace", "0.2"}));
    mcp_session session = host.session();
    const std::string line = R"({"jsonrpc":"2.0","result":{"x":")" + std::string(100'000, 'x') + R"("}})";
    const mcp_answer answer = session.call("line", R"({"text":)" + json_string(line) + "}");
    EXPECT_EQ(error_code(answer.message), -32603);
    EXPECT_THAT(error_text(answer.message), HasSubstr("more than the 65536"));
    EXPECT_EQ(session.call("echo").text(), "ok");
}

// The limit is smaller than the fixture's answer to initialize.
TEST_P(bad_children, whose_first_answer_is_beyond_the_bound_are_told_of_as_such) {
    hosting host_of_large = how({"--max-line-size", "64", "--stop-grace", "0.2"});
    host_of_large.works = false;
    hosted_fixture host(host_of_large);
    const mcp_answer answer = host.client().initialize();
    EXPECT_THAT(answer.message, HasSubstr("more than the 64"));
}

TEST_P(bad_children, that_write_a_long_line_of_noise_are_not_bothered) {
    hosted_fixture host(how({"--max-line-size", "64KiB"}));
    mcp_session session = host.session();
    const std::string noise(100'000, '=');
    EXPECT_EQ(session.call("line", R"({"text":")" + noise + R"(","then_answer":true})").http.status, 200);
    EXPECT_EQ(session.call("echo").text(), "ok");
    EXPECT_EQ(host.starts_since_ready(), is_shared() ? 0U : 1U);
}

TEST_P(bad_children, have_a_last_answer_without_a_line_end_heard) {
    hosted_fixture host(how());
    mcp_session session = host.session();
    const std::string line = R"({"jsonrpc":"2.0","id":@ID@,"result":{"content":[{"text":"right"}]}})";
    EXPECT_EQ(session.call("last_line", R"({"text":)" + json_string(line) + "}").text(), "right");
    // A call that reaches the process between its last line and its end is lost; this one comes after.
    ASSERT_TRUE(eventually([&] { return children_of(host.bridge().pid()).empty(); }));
    EXPECT_EQ(session.call("echo").text(), "ok");
}

}  // namespace
}  // namespace e2e
